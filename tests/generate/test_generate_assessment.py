"""What is said of a synthetic table by itself, against counts made by hand."""

from __future__ import annotations

import pandas as pd
import pytest
from generation_plans import plan, tables_of

from synthnb import generate
from synthnb.errors import TableError
from synthnb.records import CATALOGUE, Column, Estimate

COLUMNS = (
    Column(name="colour", type="category", categories=("red", "green")),
    Column(name="age", type="integer", minimum=0, maximum=120),
    Column(name="free", type="number"),
)


def frame(rows: list[tuple[str | None, float | None, float]]) -> pd.DataFrame:
    made = pd.DataFrame(rows, columns=["colour", "age", "free"])
    return made.astype({"colour": object, "age": float, "free": float})


def assessed(made: pd.DataFrame, train: pd.DataFrame, **fields: object) -> dict[str, Estimate]:
    tables = tables_of(train, COLUMNS).with_synthetic(made)
    return {each.metric: each for each in generate.assess(tables, plan(**fields))}


MADE = frame(
    [
        ("red", 5, 1.0),  # valid, repeated
        ("red", 5, 1.0),  # valid, repeated
        ("blue", 5, 1.0),  # no such category
        (None, None, -9.0),  # missing is no fault
        ("green", 121, 2.0),  # too old
        ("green", -1, 2.0),  # too young
        ("green", 0, 2.0),
        ("green", 120, 2.0),
    ]
)
SAME = frame([("red", 1, 1.0)] * 30 + [("red", float(k), 2.0) for k in range(10)])


def test_rows_are_counted_beside_what_was_asked_for() -> None:
    rows = assessed(MADE, SAME)["generation.rows"]
    assert (rows.kind, rows.value, rows.baseline) == ("exact", 8, 40)
    assert assessed(MADE, SAME, rows=8)["generation.rows"].baseline == 8


def test_rows_within_public_bounds_and_categories_are_valid() -> None:
    valid = assessed(MADE, SAME)["generation.valid_share"]
    assert (valid.kind, valid.value, valid.n) == ("exact", 5 / 8, 8)


def test_without_public_bounds_validity_is_not_measured() -> None:
    columns = [Column(name="x", type="number"), Column(name="y", type="number")]
    train = pd.DataFrame({"x": [1.0, 2.0], "y": [1.0, 2.0]})
    tables = tables_of(train, columns).with_synthetic(train)
    valid = {e.metric: e for e in generate.assess(tables, plan())}["generation.valid_share"]
    assert valid.kind == "not-measured"
    assert "public bounds" in valid.note


def test_repeated_rows_are_counted_beside_the_training_records() -> None:
    repeated = assessed(MADE, SAME)["generation.duplicate_share"]
    assert (repeated.kind, repeated.value, repeated.baseline) == ("exact", 2 / 8, 30 / 40)


@pytest.mark.parametrize(("repeated", "other"), [(9, 31), (31, 9)])
def test_no_baseline_tells_of_a_few_people(repeated: int, other: int) -> None:
    rows = [("red", 1.0, 1.0)] * repeated + [("red", float(k), 2.0) for k in range(other)]
    assert assessed(MADE, frame(rows))["generation.duplicate_share"].baseline is None


def test_nothing_can_be_said_before_generation() -> None:
    with pytest.raises(TableError, match="no synthetic table yet"):
        generate.assess(tables_of(SAME, COLUMNS), plan())


def test_every_estimate_is_in_the_catalogue() -> None:
    assert set(assessed(MADE, SAME)) <= set(CATALOGUE)
