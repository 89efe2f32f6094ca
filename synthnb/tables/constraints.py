"""The charter's rules between columns: which rows break them?"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from synthnb.records import Column, Constraint

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

_COMPARE: Mapping[str, Callable[[Any, Any], Any]] = MappingProxyType(
    {
        "<": operator.lt,
        "<=": operator.le,
        "==": operator.eq,
        "!=": operator.ne,
        ">=": operator.ge,
        ">": operator.gt,
    }
)


def broken(frame: pd.DataFrame, rule: Constraint, columns: Mapping[str, Column]) -> np.ndarray:
    """Return which rows break a rule; a row in which a named cell is missing keeps it.

    Parameters
    ----------
    frame : DataFrame, shape (n, columns)
        In the types of `synthnb.tables.Tables`.
    rule : Constraint
    columns : mapping of str to Column
        The frame's columns by name.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    left = frame[rule.column]
    known = left.notna().to_numpy(copy=True)
    if rule.other is not None:
        right: Any = frame[rule.other]
        known &= right.notna().to_numpy()
        kept = _COMPARE[rule.operator](left, right)
    elif isinstance(rule.value, list):
        kept = left.isin([typed(each, columns[rule.column]) for each in rule.value])
    else:
        kept = _COMPARE[rule.operator](left, typed(rule.value, columns[rule.column]))
    applies = known
    for name, value in rule.when.items():
        applies &= (frame[name] == typed(value, columns[name])).to_numpy()
    against: np.ndarray = applies & ~kept.to_numpy(dtype=bool)
    return against


def typed(value: Any, column: Column) -> Any:
    """Return a value of charter or plan, which fits its column, in the type that tables hold.

    >>> typed(True, Column(name="x", type="boolean")), typed(3, Column(name="x", type="integer"))
    ('true', 3.0)
    """
    import pandas as pd

    if value is None:
        return None
    if column.type in {"number", "integer"}:
        return float(value)
    if column.type == "boolean":
        return "true" if value else "false"
    return pd.Timestamp(value) if column.type == "date" else value
