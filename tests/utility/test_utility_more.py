"""Detection, rare categories, rules between columns, likeness and loss within groups."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from loans import loan_charter, loan_tables
from scipy.stats import binomtest, ks_2samp

from synthnb import utility
from synthnb.records import Column
from synthnb.tables import Tables
from synthnb.utility.distances import distance


def by_id(estimates):
    found = {estimate.id: estimate for estimate in estimates}
    assert len(found) == len(estimates)
    return found


def shuffled(tables):
    rng = np.random.default_rng(0)
    made = tables.train.apply(lambda column: rng.permutation(column.to_numpy()))
    return tables.with_synthetic(made.astype(dict(tables.train.dtypes)))


# --- detection ------------------------------------------------------------------------------------


def test_another_real_sample_cannot_be_told_from_the_real_records():
    (told,) = utility.detection(loan_tables(parts=3), seed=0)
    assert told.low <= 0.5 <= told.high
    assert told.baseline == 0.5


def test_shuffled_columns_are_detected_although_each_column_is_right():
    (told,) = utility.detection(shuffled(loan_tables()), seed=0)
    assert told.low > 0.8


def test_a_column_that_gives_the_table_away_is_named_first():
    tables = loan_tables(parts=3)
    made = tables.made.assign(obrat=tables.made["obrat"] + 60)
    (told,) = utility.detection(tables.with_synthetic(made), seed=0)
    assert told.low > 0.95
    assert told.note.startswith("the columns that differ most: obrat")


def test_too_few_rows_to_learn_from_are_not_measured():
    tables = loan_tables(parts=3)
    (told,) = utility.detection(tables.with_synthetic(tables.made.iloc[:20]), seed=0)
    assert not told.measured
    assert "fewer than 50" in told.note


@pytest.mark.slow
def test_the_interval_of_detection_contains_one_half_for_honest_samples():
    hits = 0
    for seed in range(100):
        (told,) = utility.detection(loan_tables(seed, parts=3), seed=seed)
        hits += told.low <= 0.5 <= told.high
    assert hits >= 89  # the 1 % quantile of a binomial with 100 runs at .95


# --- distances ------------------------------------------------------------------------------------


def test_distances_are_those_of_scipy_and_of_pencil_and_paper():
    rng = np.random.default_rng(0)
    one, two = pd.Series(rng.normal(size=90)), pd.Series(rng.normal(0.4, 1, 70))
    number = Column(name="x", type="number")
    assert distance(one, two, number) == pytest.approx(ks_2samp(one, two).statistic)
    gone = pd.Series([1.0, np.nan, np.nan, np.nan])
    assert distance(pd.Series([1.0] * 4), gone, number) == pytest.approx(0.75)
    words = Column(name="x", type="category")
    first, second = pd.Series(["a", "a", "b", None]), pd.Series(["a", "c"])
    # Shares .5, .25, .25 missing against .5 and .5 of c: half of .25 + .25 + .5.
    assert distance(first, second, words) == pytest.approx(0.5)


# --- rare categories ------------------------------------------------------------------------------


def towns(real, made):
    def frame(counts):
        rows = [town for town, count in counts.items() for _ in range(count)]
        return pd.DataFrame(
            {"town": pd.Series(rows, dtype=object), "x": np.arange(len(rows)) % 7.0}
        )

    columns = [
        {"name": "town", "type": "category", "label": "Town"},
        {"name": "x", "type": "number"},
    ]
    charter = loan_charter(columns=columns, task=None)
    return Tables(charter, frame(real), frame({}), frame(made))


def test_rare_categories_are_counted_and_their_ratios_cover_blurred_counts():
    real = {"A": 900, "B": 43, "C": 38, "D": 12, "E": 7}
    tables = towns(real, {"A": 480, "B": 10, "C": 10})
    found = by_id(utility.rare(tables, minimum_cell=10))
    # B, C and D are rare and can be shown; E is too small to be named.
    assert found["utility.rare.coverage"].value == pytest.approx(2 / 3)
    assert found["utility.rare.coverage"].n == 3
    assert not any("Town = E" in name for name in found)
    ratio = found["utility.rare.ratio[category=Town = B]"]
    each = 1 - 0.05 / 3
    low = binomtest(40, 1000).proportion_ci(each, method="wilson").low
    high = binomtest(49, 1000).proportion_ci(each, method="wilson").high
    assert (ratio.low, ratio.high) == pytest.approx((0.02 / high, 0.02 / low))
    assert found["utility.rare.ratio[category=Town = D]"].value == 0
    assert all(e.n % 10 == 0 for e in found.values() if e.metric == "utility.rare.ratio")


def test_without_rare_categories_there_is_nothing_to_count():
    (only,) = utility.rare(towns({"A": 50, "B": 50}, {"A": 5, "B": 5}), minimum_cell=10)
    assert not only.measured


# --- rules ----------------------------------------------------------------------------------------


def ruled(real, made, value):
    rule = {"name": "r", "title": "x is small", "column": "x", "operator": "<=", "value": value}
    columns = [{"name": "town", "type": "category"}, {"name": "x", "type": "number"}]
    charter = loan_charter(columns=columns, task=None, constraints=[rule])
    frames = [
        pd.DataFrame({"town": pd.Series(["a"] * len(x), dtype=object), "x": np.asarray(x, float)})
        for x in (real, [], made)
    ]
    return Tables(charter, *frames)


def test_rows_that_break_a_rule_are_counted_and_few_real_ones_are_hidden():
    made = [1, 2, 3, 9]
    (found,) = utility.rules(ruled([1] * 100, made, 5), minimum_cell=10)
    assert (found.value, found.baseline, found.note) == (0.25, 0, "")
    (few,) = utility.rules(ruled([1] * 97 + [9] * 3, made, 5), minimum_cell=10)
    assert (few.baseline, few.note) == (None, "")
    (many,) = utility.rules(ruled([1] * 80 + [9] * 20, made, 5), minimum_cell=10)
    assert many.baseline == pytest.approx(0.2)
    assert "may be wrong" in many.note
    assert utility.rules(loan_tables(parts=3), minimum_cell=10) == ()


# --- groups ---------------------------------------------------------------------------------------


def test_likeness_is_measured_within_each_group_and_small_ones_are_named():
    tables = loan_tables(parts=3)
    made = tables.made.copy()
    women = made["sex"] == "F"
    made.loc[women, "appinc"] = made.loc[women, "appinc"] * 3
    found = by_id(utility.by_group(tables.with_synthetic(made), seed=0, minimum_cell=10))
    plain = by_id(utility.by_group(tables, seed=0, minimum_cell=10))
    name = "utility.group.shapes[group=Sex = F]"
    assert found[name].value < plain[name].value - 0.02
    men = "utility.group.shapes[group=Sex = M]"
    assert found[men].value == plain[men].value
    small = found["utility.group.shapes[group=Race = Hispanic, Sex = F]"]
    assert not small.measured
    assert "fewer than 50" in small.note


def test_the_likeness_of_a_group_is_the_mean_over_the_other_columns():
    tables = loan_tables(parts=3)
    found = by_id(utility.by_group(tables, seed=0, minimum_cell=10))
    real = pd.concat([tables.train, tables.control])
    real, made = (frame[frame["sex"] == "F"] for frame in (real, tables.made))
    apart = []
    for column in tables.columns:
        if column.name == "sex":
            continue
        if column.type in {"number", "integer"}:
            apart.append(ks_2samp(real[column.name], made[column.name]).statistic)
        else:
            shares = [f[column.name].value_counts(normalize=True) for f in (real, made)]
            apart.append(shares[0].sub(shares[1], fill_value=0).abs().sum() / 2)
    mine = found["utility.group.shapes[group=Sex = F]"]
    assert mine.value == pytest.approx(1 - np.mean(apart))


def test_the_loss_is_measured_by_family_and_by_group():
    tables = shuffled(loan_tables())
    found = by_id(utility.task(tables, seed=0, minimum_cell=10))
    assert found["utility.task.model_loss[model=linear]"].low > 0  # shuffled: nothing to learn
    white = found["utility.group.loss[group=Race = White]"]
    assert white.low > 0
    assert white.n % 10 == 0
    assert not found["utility.group.loss[group=Race = Hispanic, Sex = F]"].measured


def test_every_sentence_carries_its_number():
    tables = loan_tables(parts=3)
    said = utility.sentences(utility.assess(tables, seed=0, minimum_cell=10))
    assert any("what is lost is" in each for each in said)
    assert any(each.startswith("A classifier tells") for each in said)
    rare = utility.rare(towns({"A": 900, "B": 40}, {"A": 9, "B": 1}), minimum_cell=10)
    assert utility.sentences(rare) == ["Of 1 rare categories, 100% are there."]
    assert utility.sentences([]) == []


def test_the_room_gives_the_same_numbers_every_time():
    tables = replace(loan_tables(parts=3), charter=loan_charter(intersections=1))
    assert utility.assess(tables, seed=3) == utility.assess(tables, seed=3)
