"""From cells as a file stores them to the house's types.

Each function returns the values and, where they do not fit, what is wrong in words that quote
none of them.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd

from synthnb.records import Column

Typed = tuple[pd.Series, str | None]

_MISSING = {"", "na", "n/a", "nan", "null", "none"}
_TRUE, _FALSE = {"true", "t", "yes", "y", "1"}, {"false", "f", "no", "n", "0"}
_NUMBER = re.compile(r"[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf(?:inity)?)", re.A | re.I)
_NUMERIC = {"integer", "floating", "mixed-integer-float", "decimal"}
_MOMENTS = {"date", "datetime", "datetime64"}
_READS = {  # what pandas calls the kinds of cells that each type is read from
    "number": _NUMERIC,
    "integer": _NUMERIC,
    "category": _NUMERIC | _MOMENTS | {"boolean"},
    "text": _NUMERIC | _MOMENTS | {"boolean"},
    "boolean": {"boolean", "integer", "floating"},
    "date": _MOMENTS | {"integer"},
}


def typed(values: pd.Series, column: Column) -> Typed:
    """Return a column in the house's type, and what is wrong with it.

    A CSV cell is text; Parquet holds numbers, moments and truth values of its own. Both come to
    the same result, and what neither could mean is refused rather than guessed.
    """
    if not isinstance(values.dtype, np.dtype):
        values = values.astype(object)
    kind = pd.api.types.infer_dtype(values, skipna=True)
    if kind == "boolean" and column.type in {"number", "integer"}:
        return values, "holds true and false, not numbers; its type is `boolean`"
    if kind not in _READS[column.type] | {"string", "empty"}:
        return values, f"is stored as {kind}, which cannot be read as a {column.type}"
    read = {
        "number": _numbers,
        "integer": _integers,
        "category": _categories,
        "boolean": _booleans,
        "date": _dates,
        "text": _categories,
    }[column.type]
    return read(values)


def absent(values: pd.Series) -> pd.Series:
    """Return where cells say that they are missing, in a column that is no category."""
    if values.dtype != object:
        return values.isna()
    text = values.astype("string").str.strip().str.lower()
    return values.isna() | text.isin(_MISSING).fillna(True).astype(bool)


def _numbers(values: pd.Series) -> Typed:
    gone = absent(values)
    numbers = np.full(len(values), np.nan)
    known = values[~gone]
    if known.dtype == object:
        spelt = [str(value).strip() for value in known]
        if not all(_NUMBER.fullmatch(text) for text in spelt):
            return values, "holds text where numbers are expected"
        # Python reads the nearest float, as Parquet holds it; pandas is often off in the last bit.
        numbers[~gone] = [float(text) for text in spelt]
    else:
        numbers[~gone] = known.to_numpy("float64")
    done = pd.Series(numbers, index=values.index)
    if np.isinf(numbers).any():
        return done, "holds infinite values"
    return done, None


def _integers(values: pd.Series) -> Typed:
    numbers, problem = _numbers(values)
    if problem is not None:
        return numbers, problem
    known = numbers.dropna()
    if (known != known.round()).any():
        problem = "holds fractions where whole numbers are expected; its type is `number`"
    elif (known.abs() >= 2**53).any():
        problem = "holds whole numbers of 2^53 and more; as an identifier its type is `category`"
    return numbers, problem


def _categories(values: pd.Series) -> Typed:
    def spell(value: Any) -> str | None:
        if pd.isna(value):
            return None
        if isinstance(value, float) and value.is_integer():
            return str(int(value))
        return str(value).strip() or None

    spelt = [spell(value) for value in values.astype(object)]
    return pd.Series(spelt, index=values.index, dtype=object), None


def _booleans(values: pd.Series) -> Typed:
    text, _ = _categories(values)
    lower = [None if value is None else value.lower() for value in text]
    spelt = ["true" if v in _TRUE else "false" if v in _FALSE else None for v in lower]
    done = pd.Series(spelt, index=values.index, dtype=object)
    if any(v not in _TRUE | _FALSE | _MISSING | {None} for v in lower):
        return done, "holds something else than true/false, yes/no or 1/0; its type is `category`"
    return done, None


def _dates(values: pd.Series) -> Typed:
    gone = absent(values)
    moments = pd.to_datetime(values.where(~gone), format="ISO8601", errors="coerce", utc=True)
    plain = moments.dt.tz_localize(None)
    lost = plain.isna() & ~gone
    limits = pd.Timestamp.min, pd.Timestamp.max
    if (lost | (plain < limits[0]) | (plain > limits[1])).any():
        years = f"{limits[0].year + 1} to {limits[1].year - 1}"
        return plain, f"holds something else than ISO 8601 dates such as 2026-11-30 ({years})"
    return plain.astype("datetime64[ns]"), None
