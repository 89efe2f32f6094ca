"""Single values that people write into charter and plan: does a column hold such a thing?"""

from __future__ import annotations

import math
from datetime import datetime
from typing import TYPE_CHECKING, Any

from synthnb.records.base import did_you_mean

if TYPE_CHECKING:
    from synthnb.records.charter import Column


def unfit(value: Any, column: Column) -> str:
    """Return why a column cannot hold a value, by what the charter makes public; else nothing."""
    if value is None:
        return "expected a value, got nothing"
    if column.type in {"number", "integer"}:
        return _number(value, column)
    if column.type == "boolean":
        return "" if isinstance(value, bool) else f"expected true or false, got {value!r}"
    if not isinstance(value, str):
        hint = "; put it between quotes" if isinstance(value, int | float) else ""
        return f"expected text, got {value!r}{hint}"
    return _date(value) if column.type == "date" else _category(value, column)


def _number(value: Any, column: Column) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return f"expected a number, got {value!r}"
    if column.type == "integer" and value != int(value):
        return f"expected a whole number, got {value!r}"
    if column.minimum is not None and value < column.minimum:
        return f"{value!r} is below the public minimum {column.minimum:g} of the charter"
    if column.maximum is not None and value > column.maximum:
        return f"{value!r} is above the public maximum {column.maximum:g} of the charter"
    return ""


def _date(value: str) -> str:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return f"expected a date such as 2026-11-24, got {value!r}"
    return ""


def _category(value: str, column: Column) -> str:
    if not column.categories or value in column.categories:
        return ""
    hint = did_you_mean(value, column.categories)
    return f"{value!r} is not one of the column's categories in the charter{hint}"
