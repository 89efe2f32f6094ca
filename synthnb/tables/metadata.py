"""What SDMetrics and SDV must know about the columns: their kinds, never their values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from synthnb.records import Column

_SDTYPES = {
    "boolean": "categorical",
    "category": "categorical",
    "text": "categorical",
    "integer": "numerical",
    "number": "numerical",
    "date": "datetime",
}


def sdmetrics_metadata(columns: Sequence[Column], table: str = "table") -> dict[str, Any]:
    """Return multi-table metadata that holds the kind of each column and nothing else.

    Parameters
    ----------
    columns : sequence of Column
        The columns of the one table.
    table : str
        What the table is called.

    Returns
    -------
    dict
        ``{"tables": {table: {"columns": {name: {"sdtype": ...}}}}}``; no ranges, no categories.

    Examples
    --------
    >>> sdmetrics_metadata([Column(name="age", type="integer", minimum=18)])
    {'tables': {'table': {'columns': {'age': {'sdtype': 'numerical'}}}}}
    """
    kinds = {column.name: {"sdtype": _SDTYPES[column.type]} for column in columns}
    return {"tables": {table: {"columns": kinds}}}
