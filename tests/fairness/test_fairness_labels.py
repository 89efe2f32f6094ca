"""Outcomes by group: counted by hand, planted, erased, and never silent."""

import math

import numpy as np
import pandas as pd
import pytest
from fairness_people import COLUMNS, by_id, people, tables
from loans import loan_tables
from scipy.stats import binomtest

from synthnb import fairness
from synthnb.fairness.proportions import newcombe

RATE, GAP = "fairness.label.rate", "fairness.label.gap"
IMPACT = "fairness.label.disparate_impact"
CHANGE, SIZE = "fairness.label.amplification", "fairness.label.amplification_size"

REAL = people(("W", "F", 18, 6), ("B", "F", 8, 8))  # W 3/4, B 1/2
MADE = people(("W", "F", 3, 1), ("B", "F", 3, 1))  # both 3/4: the gap is gone


def small(real=REAL, made=MADE, **changes):
    changes = {"intersections": 1, **changes}
    return by_id(fairness.labels(tables(real, made, **changes), seed=0, minimum_cell=1))


def test_rates_are_counted_and_only_the_real_ones_are_uncertain():
    found = small()
    real = found[f"{RATE}[group=Race = B,table=real]"]
    score = binomtest(8, 16).proportion_ci(0.95, method="wilson")
    assert (real.value, real.n) == (0.5, 16)
    assert (real.low, real.high) == pytest.approx((score.low, score.high))
    made = found[f"{RATE}[group=Race = B,table=synthetic]"]
    assert (made.kind, made.value, made.n) == ("exact", 0.75, 4)


def test_gaps_and_ratios_are_against_the_largest_real_group():
    found = small()
    gap = found[f"{GAP}[group=Race = B,table=real]"]
    assert gap.value == pytest.approx(-0.25)
    assert (gap.low, gap.high) == pytest.approx(newcombe(8, 16, 18, 24))
    impact = found[f"{IMPACT}[group=Race = B,table=real]"]
    assert impact.value == pytest.approx(2 / 3)
    spread = 1.959964 * math.sqrt(1 / 8 - 1 / 16 + 1 / 18 - 1 / 24)
    assert impact.low == pytest.approx(2 / 3 * math.exp(-spread), rel=1e-6)
    assert impact.high == pytest.approx(2 / 3 * math.exp(spread), rel=1e-6)
    assert found[f"{GAP}[group=Race = B,table=synthetic]"].value == 0
    assert found[f"{IMPACT}[group=Race = B,table=synthetic]"].value == 1
    assert not any("Race = W" in name for name in found if name.startswith((GAP, IMPACT, CHANGE)))


def test_amplification_is_the_synthetic_gap_minus_the_real_one():
    found = small()
    change = found[f"{CHANGE}[group=Race = B]"]
    low, high = newcombe(8, 16, 18, 24)  # one comparison: Race = B against Race = W
    assert change.value == pytest.approx(0.25)
    assert (change.low, change.high) == pytest.approx((0 - high, 0 - low))
    size = found[f"{SIZE}[group=Race = B]"]
    assert (size.value, size.low, size.high) == pytest.approx((0.25, 0.0, max(-low, high)))


def test_amplification_holds_for_all_groups_together():
    real = people(("W", "F", 18, 6), ("B", "F", 8, 8), ("H", "F", 6, 6))
    found = small(real, real)
    low, high = newcombe(8, 16, 18, 24, 0.975)  # two comparisons
    change = found[f"{CHANGE}[group=Race = B]"]
    assert (change.low, change.high) == pytest.approx((-0.25 - high, -0.25 - low))


def test_a_table_like_the_real_one_amplifies_nothing():
    real = loan_tables()
    honest = real.with_synthetic(pd.concat([real.train, real.control], ignore_index=True))
    found = fairness.labels(honest, seed=0, minimum_cell=1)
    changes = [estimate for estimate in found if estimate.metric == CHANGE]
    assert len(changes) == 8  # two races, one sex, five crossings
    for change in changes:
        assert change.low <= 0 <= change.high
        assert change.value == pytest.approx(0, abs=1e-9)


def test_a_planted_disparity_is_found_by_group_direction_and_size():
    truth = loan_tables()
    rng = np.random.default_rng(5)
    made = truth.train.sample(20_000, replace=True, random_state=3).reset_index(drop=True)
    before = (made.loc[made["race"] == "Hispanic", "approve"] == "yes").mean()
    flip = (made["race"] == "Hispanic") & (made["approve"] == "yes") & (rng.random(20_000) < 0.5)
    made.loc[flip, "approve"] = "no"
    found = by_id(fairness.labels(truth.with_synthetic(made), seed=0, minimum_cell=10))
    hit = found[f"{CHANGE}[group=Race = Hispanic]"]
    assert hit.low < -before / 2 < hit.high < 0
    for other in ("Race = Black", "Sex = F"):
        assert found[f"{CHANGE}[group={other}]"].low <= 0 <= found[f"{CHANGE}[group={other}]"].high


def test_an_erased_gap_is_caught_though_the_table_looks_fair():
    truth = loan_tables()
    made = truth.train.copy()
    made["approve"] = np.random.default_rng(0).permutation(made["approve"].to_numpy())
    found = by_id(fairness.labels(truth.with_synthetic(made), seed=0, minimum_cell=10))
    assert found[f"{GAP}[group=Race = Black,table=real]"].high < 0
    assert found[f"{CHANGE}[group=Race = Black]"].low > 0
    assert found[f"{SIZE}[group=Race = Black]"].low > 0
    said = fairness.sentences(found.values(), truth.charter)
    black = next(text for text in said if "Race = Black as for Race = White" in text)
    assert "0.74 times" in black
    assert black.endswith("the generator hides a disparity.")


def test_an_outcome_of_a_few_people_shows_only_its_block():
    real = people(("W", "F", 60, 40), ("B", "F", 47, 3))
    found = by_id(fairness.labels(tables(real, MADE, intersections=1), seed=0, minimum_cell=10))
    rate = found[f"{RATE}[group=Race = B,table=real]"]
    assert rate.value == pytest.approx(44.5 / 49)  # 40 to 49 approved, 0 to 9 refused
    assert rate.n == 40
    assert rate.low == pytest.approx(binomtest(40, 49).proportion_ci(0.95, method="wilson").low)
    assert rate.high == 1
    assert "blocks of 10" in rate.method
    # The other race would give the three away by subtraction from everybody.
    other = found[f"{RATE}[group=Race = W,table=real]"]
    assert other.value == pytest.approx(64.5 / (64.5 + 44.5))


def test_a_vanished_group_is_not_measured_and_says_so():
    found = small(made=people(("W", "F", 3, 1)))
    for name in (f"{CHANGE}[group=Race = B]", f"{SIZE}[group=Race = B]"):
        assert not found[name].measured
        assert "Race = B" in found[name].note
    assert not found[f"{RATE}[group=Race = B,table=synthetic]"].measured
    assert found[f"{RATE}[group=Race = B,table=real]"].measured


def test_a_reference_group_without_the_outcome_has_gaps_but_no_ratio():
    found = small(made=people(("W", "F", 0, 4), ("B", "F", 3, 1)))
    assert not found[f"{IMPACT}[group=Race = B,table=synthetic]"].measured
    assert found[f"{GAP}[group=Race = B,table=synthetic]"].value == 0.75
    assert found[f"{CHANGE}[group=Race = B]"].measured


def test_unknown_outcomes_are_left_out_of_rates():
    real = REAL.copy()
    real.loc[real.index[:4], "approve"] = None  # four approved W
    found = small(real)
    assert found[f"{RATE}[group=Race = W,table=real]"].value == pytest.approx(14 / 20)


def test_a_group_of_unknown_outcomes_only_is_not_measured():
    real = REAL.copy()
    real.loc[real["race"] == "B", "approve"] = None
    found = small(real)
    assert not found[f"{RATE}[group=Race = B,table=real]"].measured
    assert not found[f"{CHANGE}[group=Race = B]"].measured


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        (
            {
                "task": {"target": "income", "kind": "regression"},
                "columns": [
                    *COLUMNS[:2],
                    {**COLUMNS[2], "roles": ["target"]},
                    {**COLUMNS[3], "roles": []},
                ],
            },
            "regression",
        ),
        ({"task": None, "columns": [*COLUMNS[:3], {**COLUMNS[3], "roles": []}]}, "no task"),
    ],
)
def test_without_a_favourable_outcome_every_metric_says_why(changes, why):
    estimates = fairness.labels(tables(REAL, MADE, **changes), seed=0, minimum_cell=2)
    assert {estimate.metric for estimate in estimates} == {RATE, GAP, IMPACT, CHANGE, SIZE}
    assert all(why in estimate.note and not estimate.measured for estimate in estimates)


def test_a_single_group_has_nothing_to_be_compared_with():
    real = people(("W", "F", 18, 6))
    estimates = fairness.labels(tables(real, real, intersections=1), seed=0, minimum_cell=2)
    change = [estimate for estimate in estimates if estimate.metric == CHANGE]
    assert [estimate.measured for estimate in change] == [False]


def test_a_numeric_outcome_is_spelt_as_in_the_charter():
    columns = [*COLUMNS[:3], {**COLUMNS[3], "type": "integer"}]
    real, made = (
        frame.assign(approve=(frame["approve"] == "yes").astype("float64"))
        for frame in (REAL, MADE)
    )
    task = {"target": "approve", "kind": "classification", "positive": "1"}
    found = small(real, made, columns=columns, task=task)
    assert found[f"{RATE}[group=Race = B,table=real]"].value == 0.5
