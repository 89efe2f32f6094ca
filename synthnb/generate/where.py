"""What a plan may give for a column: a value, or a range; and which rows have it.

A condition is a mapping of columns to a value, or to ``{minimum: …, maximum: …}`` for numbers and
dates. Values are spelt as in the charter and become the types of the tables here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from synthnb.errors import Problem
from synthnb.records import Column
from synthnb.records.base import did_you_mean
from synthnb.records.values import unfit

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

Where = Mapping[str, Any]
_ENDS = ("minimum", "maximum")
_ORDERED = frozenset({"number", "integer", "date"})


def faults(
    given: Where, columns: Mapping[str, Column], path: str, *, ranges: bool = True
) -> Iterator[Problem]:
    """Yield what is wrong with a condition of a plan."""
    for name, value in given.items():
        where, column = f"{path}.{name}", columns.get(name)
        if column is None:
            hint = did_you_mean(name, columns)
            yield Problem(where, f"is not a column that is synthesised{hint}")
        elif isinstance(value, dict):
            yield from _range_faults(value, column, where, ranges)
        elif said := unfit(value, column):
            yield Problem(where, said)


def _range_faults(
    value: Mapping[str, Any], column: Column, where: str, allowed: bool
) -> Iterator[Problem]:
    if not allowed or column.type not in _ORDERED:
        yield Problem(where, "takes a single value; only numbers and dates have ranges")
        return
    ends = {end: each for end, each in value.items() if end in _ENDS}
    if not ends or len(ends) < len(value):
        yield Problem(where, "a range has `minimum`, `maximum` or both, and nothing else")
        return
    bad = [(end, said) for end, each in ends.items() if (said := unfit(each, column))]
    for end, said in bad:
        yield Problem(f"{where}.{end}", said)
    if not bad and len(ends) == 2:
        low, high = (ends[end] for end in _ENDS)  # numbers, or dates in ISO 8601
        if low > high:
            yield Problem(where, "its minimum is above its maximum")


def house(given: Where, columns: Mapping[str, Column]) -> dict[str, Any]:
    """Return a condition in the types of the tables."""
    from synthnb.tables.constraints import typed

    return {
        name: {end: typed(each, columns[name]) for end, each in value.items()}
        if isinstance(value, dict)
        else typed(value, columns[name])
        for name, value in given.items()
    }


def direct(given: Where, columns: Mapping[str, Column]) -> dict[str, Any]:
    """Return the part of a condition that a generator may draw by itself: given values."""
    return {
        name: value
        for name, value in given.items()
        if value is not None and not isinstance(value, dict) and columns[name].type != "date"
    }


def having(frame: pd.DataFrame, given: Where) -> np.ndarray:
    """Return which rows meet a condition in the tables' types; None stands for a missing cell."""
    import numpy as np

    met = np.ones(len(frame), dtype=bool)
    for name, value in given.items():
        cells = frame[name]
        if isinstance(value, dict):
            if "minimum" in value:
                met &= (cells >= value["minimum"]).to_numpy(dtype=bool)
            if "maximum" in value:
                met &= (cells <= value["maximum"]).to_numpy(dtype=bool)
        elif value is None:
            met &= cells.isna().to_numpy()
        else:
            met &= (cells == value).to_numpy(dtype=bool)
    return met


def spelt(given: Where, columns: Mapping[str, Column] | None = None) -> str:
    """Return a condition of a plan in words, e.g. ``race = Black, income from 20 to 40``.

    Columns are called by their titles where they are given.
    """
    called = {name: column.title for name, column in (columns or {}).items()}
    return ", ".join(f"{called.get(name, name)} {_value(value)}" for name, value in given.items())


def _value(value: Any) -> str:
    if isinstance(value, dict):
        low, high = (_plain(value.get(end)) for end in _ENDS)
        if low is None:
            return f"at most {high}"
        return f"at least {low}" if high is None else f"from {low} to {high}"
    if value is None:
        return "is missing"
    return f"= {_plain(value)}"


def _plain(value: Any) -> Any:
    return f"{value:g}" if isinstance(value, float) else value
