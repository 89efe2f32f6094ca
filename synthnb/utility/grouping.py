"""Groups of people for this room: protected columns of few values, and their crossings."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import pandas as pd

from synthnb.tables import Tables

MOST_NUMBERS = 12  # a number of more distinct values makes no groups


def groups(tables: Tables) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield each combination of protected values, as a name and as column: value.

    Combinations that nobody has are yielded too, so that a name tells nothing.
    """
    real = pd.concat([tables.train, tables.control], ignore_index=True)
    usable = []
    for column in tables.columns:
        values = sorted(real[column.name].dropna().unique(), key=str)
        few = column.type in {"category", "boolean"} or len(values) <= MOST_NUMBERS
        if "protected" in column.roles and column.type != "date" and few:
            usable.append([(column, value) for value in values])
    for depth in range(1, tables.charter.intersections + 1):
        for chosen in itertools.combinations(usable, depth):
            for cells in itertools.product(*chosen):
                name = ", ".join(f"{column.title} = {_spelt(value)}" for column, value in cells)
                yield name, {column.name: value for column, value in cells}


def _spelt(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def inside(frame: pd.DataFrame, values: dict[str, object]) -> np.ndarray:
    """Return which rows belong to a group, as booleans of shape (rows,)."""
    belongs = np.ones(len(frame), dtype=bool)
    for name, value in values.items():
        belongs &= (frame[name] == value).to_numpy(dtype=bool)
    return belongs
