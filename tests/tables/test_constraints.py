"""Rules between columns, row by row, and rules that make no sense."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from papers import CHARTER

from synthnb.errors import RecordError
from synthnb.records import Charter, Column, Constraint, read
from synthnb.tables.constraints import broken

COLUMNS = {
    column.name: column
    for column in (
        Column(name="low", type="number"),
        Column(name="high", type="integer"),
        Column(name="kind", type="category"),
        Column(name="ill", type="boolean"),
        Column(name="day", type="date"),
    )
}
FRAME = pd.DataFrame(
    {
        "low": [1.0, 2.0, np.nan, 5.0],
        "high": [2.0, 1.0, 0.0, 5.0],
        "kind": ["a", "b", None, "a"],
        "ill": ["true", "false", "true", "true"],
        "day": pd.to_datetime(["2026-01-01", "2026-06-01", None, "2025-01-01"]),
    }
)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"column": "low", "operator": "<=", "other": "high"}, [0, 1, 0, 0]),
        ({"column": "low", "operator": "<", "other": "high"}, [0, 1, 0, 1]),
        ({"column": "low", "operator": "==", "value": 5}, [1, 1, 0, 0]),
        ({"column": "kind", "operator": "in", "value": ["b"]}, [1, 0, 0, 1]),
        ({"column": "kind", "operator": "!=", "value": "a", "when": {"ill": True}}, [1, 0, 0, 1]),
        ({"column": "day", "operator": ">=", "value": "2026-01-01"}, [0, 0, 0, 1]),
        ({"column": "low", "operator": ">", "value": 1, "when": {"kind": "a"}}, [1, 0, 0, 0]),
    ],
)  # fmt: skip
def test_a_row_breaks_a_rule_only_where_every_cell_is_known(
    rule: dict[str, object], expected: list[int]
) -> None:
    made = Constraint.model_validate({"name": "r", "title": "A rule", **rule})
    assert broken(FRAME, made, COLUMNS).tolist() == [bool(each) for each in expected]


@pytest.mark.parametrize(
    ("rule", "where", "words"),
    [
        ({"column": "town", "operator": "<", "value": "a"}, "operator", "needs numbers or dates"),
        ({"column": "age", "operator": "<", "other": "town"}, "other", "cannot be compared"),
        ({"column": "age", "operator": "<", "value": "old"}, "value", "expected a number"),
        ({"column": "aeg", "operator": "<", "value": 3}, "column", "not a column"),
        ({"column": "age", "operator": "<", "value": 3, "when": {"ill": 1}}, "when.ill", "true or"),
        ({"column": "age", "operator": "in", "value": 3}, "constraints[0]", "list of values"),
        ({"column": "age", "operator": "<"}, "constraints[0]", "give either"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_with_the_charter(
    rule: dict[str, object], where: str, words: str
) -> None:
    made = {"name": "r", "title": "A rule", **rule}
    with pytest.raises(RecordError) as caught:
        read(Charter, json.dumps({**CHARTER, "constraints": [made]}), "charter.yaml")
    assert where in str(caught.value)
    assert words in str(caught.value)
