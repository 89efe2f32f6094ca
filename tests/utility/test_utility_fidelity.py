"""Likeness through SDMetrics: baselines, intervals, and scores that do not exist."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from loans import loan_tables

from synthnb import utility
from synthnb.figures import utility as figures
from synthnb.records import CATALOGUE, Column
from synthnb.tables.metadata import sdmetrics_metadata
from synthnb.utility.likeness import likeness

KEPT = ("loanamt", "price", "race", "approve")


def by_id(estimates):
    return {estimate.id: estimate for estimate in estimates}


def few(columns=KEPT, rows=200):
    """Return the lending tables cut down to a few columns and rows."""
    whole = loan_tables(parts=3)
    body = whole.charter.model_dump()
    body["columns"] = [column for column in body["columns"] if column["name"] in columns]
    charter = type(whole.charter).model_validate(body)
    cut = {
        name: getattr(whole, name)[list(columns)].iloc[:rows].reset_index(drop=True)
        for name in ("train", "control", "synthetic")
    }
    return dataclasses.replace(whole, charter=charter, **cut)


def shuffled(frame, seed=0):
    rng = np.random.default_rng(seed)
    return frame.apply(lambda column: rng.permutation(column.to_numpy()))


def test_column_scores_are_those_of_kolmogorov_and_total_variation():
    from scipy.stats import ks_2samp

    tables = few()
    scores = likeness(tables, tables.train, tables.made)
    price = ks_2samp(tables.train["price"], tables.made["price"]).statistic
    assert scores.columns["price"] == pytest.approx(1 - price)
    real, made = (f["race"].value_counts(normalize=True) for f in (tables.train, tables.made))
    varied = real.sub(made, fill_value=0).abs().sum() / 2
    assert scores.columns["race"] == pytest.approx(1 - varied)
    correlations = [f["loanamt"].corr(f["price"]) for f in (tables.train, tables.made)]
    trend = 1 - abs(correlations[0] - correlations[1]) / 2
    assert scores.pairs["loanamt", "price"] == pytest.approx(trend)
    assert len(scores.pairs) == 6  # none is dropped for a weak association
    assert not np.isnan(list(scores.pairs.values())).any()


def test_every_score_has_an_interval_and_the_control_as_its_baseline():
    tables = few()
    found = by_id(utility.fidelity(tables, seed=0))
    assert len(found) == 4 + 4 + 6
    control = likeness(tables, tables.train, tables.control)
    for name, baseline in (
        ("utility.quality.overall", control.overall),
        ("utility.quality.shapes", control.shapes),
        ("utility.quality.pairs", control.trends),
        ("utility.column.shape[column=Race]", control.columns["race"]),
    ):
        assert found[name].low < found[name].value < found[name].high
        assert found[name].baseline == pytest.approx(baseline)
    assert found["utility.diagnostic"].kind == "exact"
    assert found["utility.diagnostic"].value > 0.95
    assert set(found) >= {"utility.pair.trend[pair=Loan amount × price]"}
    assert utility.fidelity(tables, seed=0) == tuple(found.values())


def test_broken_columns_score_below_the_baseline_and_come_first():
    tables = few()
    made = tables.made.assign(price=tables.made["price"] * 4)
    found = utility.fidelity(tables.with_synthetic(made), seed=0)
    worst = next(estimate for estimate in found if estimate.metric == "utility.column.shape")
    assert worst.scope == {"column": "price"}
    assert worst.high < worst.baseline
    drawn = figures.worst_columns(found)
    assert drawn.alt.startswith("price: ")
    assert "<svg" in figures.worst_pairs(found).svg


def test_shuffled_columns_look_alike_on_average():
    tables = loan_tables(parts=3)
    scores = likeness(tables, tables.train, shuffled(tables.train))
    assert scores.shapes == pytest.approx(1)
    assert scores.overall > 0.9  # why docs/utility.md warns of it


def test_what_sdmetrics_cannot_score_is_not_measured_and_the_mean_says_so():
    tables = few()
    made = tables.made.assign(price=np.nan)
    found = by_id(utility.fidelity(tables.with_synthetic(made), seed=0))
    assert not found["utility.column.shape[column=price]"].measured
    assert not found["utility.pair.trend[pair=Loan amount × price]"].measured
    assert found["utility.quality.shapes"].measured
    assert "could not score" in found["utility.quality.shapes"].note


def test_missing_cells_constants_and_dates_leave_no_silent_gap():
    tables = few(("price", "race", "approve"), rows=60)
    day = pd.Timestamp("2026-01-01")
    column = {"name": "day", "type": "date"}
    body = tables.charter.model_dump()
    body["columns"] = [*body["columns"], column]
    charter = type(tables.charter).model_validate(body)
    frames = {}
    for name in ("train", "control", "synthetic"):
        frame = getattr(tables, name).copy()
        frame["day"] = pd.to_datetime([day + pd.Timedelta(days=k % 17) for k in range(60)])
        frame.loc[::7, "race"] = None
        frame.loc[::5, "day"] = pd.NaT
        frames[name] = frame.astype({"day": "datetime64[ns]"})
    frames["synthetic"]["price"] = 100.0
    found = utility.fidelity(dataclasses.replace(tables, charter=charter, **frames), seed=0)
    about = {estimate.scope.get("column") for estimate in found} - {None}
    assert about == {"price", "Race", "Approved", "day"}
    assert all(estimate.measured or estimate.note for estimate in found)


def test_the_metadata_holds_kinds_and_never_values():
    columns = [
        Column(name="n", type="number", minimum=3, maximum=77),
        Column(name="b", type="boolean"),
        Column(name="c", type="category", categories=("secret",)),
        Column(name="d", type="date"),
    ]
    metadata = sdmetrics_metadata(columns, table="t")
    kinds = {name: each["sdtype"] for name, each in metadata["tables"]["t"]["columns"].items()}
    assert kinds == {"n": "numerical", "b": "categorical", "c": "categorical", "d": "datetime"}
    assert not {"77", "3", "secret"} & set(str(metadata).replace("'", " ").split())


def test_every_metric_of_the_room_is_in_the_catalogue():
    used = {estimate.metric for estimate in utility.assess(few(), seed=0)}
    asked = {"utility.rare.ratio", "utility.rule.violations"}  # only where there are any
    assert used | asked == {name for name in CATALOGUE if name.startswith("utility.")}
