"""The charter's task: what is lost by training on synthetic data."""

import dataclasses

import numpy as np
import pytest
from loans import loan_tables

from synthnb import utility
from synthnb.figures import utility as figures
from synthnb.tables.features import MOST_LEVELS, Encoding

REAL, SYNTHETIC = "utility.task.real", "utility.task.synthetic"
LOSS = "utility.task.loss"
LIMIT = 0.05


def measured(tables, seed=0):
    return {estimate.metric: estimate for estimate in utility.task(tables, seed=seed)}


def retask(tables, target, kind, positive=None):
    body = tables.charter.model_dump()
    for column in body["columns"]:
        roles = [role for role in column["roles"] if role != "target"]
        column["roles"] = [*roles, "target"] if column["name"] == target else roles
    body["task"] = {"target": target, "kind": kind, "positive": positive}
    return dataclasses.replace(tables, charter=type(tables.charter).model_validate(body))


def test_independently_shuffled_columns_fail_the_task():
    tables = loan_tables()
    rng = np.random.default_rng(1)
    made = tables.train.apply(lambda column: rng.permutation(column.to_numpy()))
    found = measured(tables.with_synthetic(made))
    assert found[LOSS].low > LIMIT
    assert found[SYNTHETIC].low <= 0.5 <= found[SYNTHETIC].high
    assert found[REAL].low > 0.6


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_disjoint_real_sample_does_not_fail(seed):
    assert measured(loan_tables(seed=seed, parts=3), seed)[LOSS].low <= LIMIT


def test_a_copy_of_the_training_data_loses_nothing():
    tables = loan_tables()
    loss = measured(tables.with_synthetic(tables.train))[LOSS]
    assert loss.value == 0
    assert loss.low < 0 < loss.high  # training again gives another model


def test_the_loss_is_the_difference_and_its_interval_is_paired():
    found = measured(loan_tables(parts=3))
    assert found[LOSS].value == pytest.approx(found[REAL].value - found[SYNTHETIC].value)
    widths = {name: found[name].high - found[name].low for name in found}
    assert widths[LOSS] < widths[REAL] + widths[SYNTHETIC]
    assert (found[REAL].baseline, found[LOSS].baseline) == (0.5, 0)
    assert found[REAL].n == 657


def test_the_same_seed_gives_the_same_numbers():
    tables = loan_tables(parts=3)
    assert utility.task(tables, seed=3) == utility.task(tables, seed=3)


def test_a_regression_is_measured_in_r_squared():
    found = measured(retask(loan_tables(parts=3), "price", "regression"))
    assert "R²" in found[REAL].method
    assert found[REAL].low > 0.5
    assert found[REAL].baseline == 0
    assert found[LOSS].low < 0.1


def test_more_than_two_classes_are_averaged():
    found = measured(retask(loan_tables(parts=3), "race", "classification", "Black"))
    assert 0.5 < found[REAL].value < 1
    assert found[LOSS].measured


def test_a_class_that_the_synthetic_table_lost_costs_score_and_is_not_an_error():
    tables = retask(loan_tables(parts=3), "race", "classification", "Black")
    made = tables.made[tables.made["race"] != "Hispanic"].reset_index(drop=True)
    found = measured(tables.with_synthetic(made))
    assert found[LOSS].measured


def test_a_synthetic_target_of_one_class_is_never_silent():
    tables = loan_tables(parts=3)
    found = measured(tables.with_synthetic(tables.made.assign(approve="yes")))
    assert found[REAL].measured
    for name in (SYNTHETIC, LOSS):
        assert "synthetic records have one value" in found[name].note


@pytest.mark.parametrize(("part", "why"), [("control", "control"), ("train", "real training")])
def test_a_real_target_of_one_class_is_never_silent(part, why):
    tables = loan_tables(parts=3)
    one = getattr(tables, part).assign(approve="yes")
    found = measured(dataclasses.replace(tables, **{part: one}))
    assert set(found) == {REAL, SYNTHETIC, LOSS, "utility.task.model_loss"}
    assert all(why in each.note and not each.measured for each in found.values())


def test_a_class_of_one_control_record_is_not_measured():
    tables = loan_tables(parts=3)
    control = tables.control.assign(approve="yes")
    control.loc[0, "approve"] = "no"
    found = measured(dataclasses.replace(tables, control=control))
    assert all("too few control records" in each.note for each in found.values())


def test_without_a_task_every_metric_says_so():
    tables = loan_tables(parts=3)
    body = tables.charter.model_dump()
    body["task"] = None
    for column in body["columns"]:
        column["roles"] = [role for role in column["roles"] if role != "target"]
    charter = type(tables.charter).model_validate(body)
    found = measured(dataclasses.replace(tables, charter=charter))
    assert all("no task" in each.note for each in found.values())


def test_missing_values_everywhere_do_not_stop_the_task():
    tables = loan_tables(parts=3)
    frames = {}
    for number, name in enumerate(("train", "control", "synthetic")):
        frame = getattr(tables, name).copy()
        frame.loc[frame.index % 5 == number, ["price", "race", "approve"]] = None
        frames[name] = frame.astype({"price": "float64"})
    frames["synthetic"]["appinc"] = np.nan  # a column that the generator lost
    frames["synthetic"]["married"] = None
    found = measured(dataclasses.replace(tables, **frames))
    assert all(each.measured for each in found.values())


def test_rows_of_one_privacy_unit_are_drawn_together():
    tables = loan_tables(parts=3)
    twice = tables.control.loc[np.repeat(tables.control.index, 2)].reset_index(drop=True)
    doubled = dataclasses.replace(tables, control=twice)
    units = np.repeat(np.arange(len(tables.control)).astype(str), 2)
    together = dataclasses.replace(doubled, control_units=units)
    widths = [found[REAL].high - found[REAL].low for found in map(measured, (doubled, together))]
    assert widths[0] < 0.85 * widths[1]


def test_rare_levels_share_one_where_a_category_has_too_many():
    columns = [column for column in loan_tables().columns if column.name == "race"]
    frame = loan_tables().train[["race"]].copy()
    frame["race"] = [f"r{k % 400}" for k in range(len(frame))]
    encode = Encoding.of(columns, [frame])
    assert len(encode(frame)["race"].cat.categories) == MOST_LEVELS + 1
    assert not encode(frame)["race"].isna().any()


def test_the_figure_says_the_scores_and_the_limit():
    found = utility.task(loan_tables(parts=3), seed=0)
    drawn = figures.task(found, {LOSS: ("at_most", LIMIT)})
    assert "trained on synthetic: 0." in drawn.alt
    assert "Loss: " in drawn.alt
    assert "<svg" in figures.task([]).svg


def test_without_control_nothing_is_tested_and_it_says_what_to_hold_out():
    whole = loan_tables(parts=3)
    bare = dataclasses.replace(whole, control=whole.control.iloc[:0])
    found = measured(bare)
    assert not any(estimate.measured for estimate in found.values())
    assert "`split.control`" in found[LOSS].note
    faithful = utility.fidelity(bare, seed=0)
    shapes = next(e for e in faithful if e.metric == "utility.quality.shapes")
    assert shapes.measured
    assert shapes.baseline is None
