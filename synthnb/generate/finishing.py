"""Bringing drawn rows into the house's types and within what the charter makes public."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from synthnb.errors import GeneratorError, Problem
from synthnb.records import Column

if TYPE_CHECKING:
    import pandas as pd


def finish(
    made: pd.DataFrame, columns: Sequence[Column], name: str
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return a generated table in the house's types and within what the charter makes public.

    Raises
    ------
    GeneratorError
        If the generator left out columns or returned something else than their types.
    """
    import pandas as pd

    absent = [column.name for column in columns if column.name not in made]
    if absent:
        raise GeneratorError(
            f"`{name}` left out columns.",
            [Problem(each, "is not in the table that it made") for each in absent],
            advice="this is a fault of the generator; report it to who maintains it",
        )
    done: list[str] = []
    finished: dict[str, pd.Series] = {}
    wrong: list[Problem] = []
    for column in columns:
        try:
            values, said = _finish_column(made[column.name].reset_index(drop=True), column)
        except (ValueError, TypeError):
            wrong.append(Problem(column.name, f"holds something else than type `{column.type}`"))
            continue
        finished[column.name] = values
        done += said
    if wrong:
        raise GeneratorError(
            f"`{name}` returned columns of the wrong type.",
            wrong,
            advice="this is a fault of the generator; report it to who maintains it",
        )
    return pd.DataFrame(finished, columns=[column.name for column in columns]), tuple(done)


def _finish_column(values: pd.Series, column: Column) -> tuple[pd.Series, list[str]]:
    import numpy as np
    import pandas as pd

    if column.type in {"category", "boolean"}:
        texts = [None if pd.isna(value) else str(value) for value in values]
        if column.type == "boolean" and not set(texts) <= {"true", "false", None}:
            raise ValueError(column.name)
        return pd.Series(texts, dtype=object), []
    if column.type == "date":
        return pd.to_datetime(values).astype("datetime64[ns]"), []
    numbers = values.astype("float64")
    if np.isinf(numbers).any():
        raise ValueError(column.name)
    said: list[str] = []
    if column.type == "integer":
        numbers = numbers.round()
        said.append(f"{column.title}: rounded to whole numbers")
    low, high = _bounds(column)
    outside = int(((numbers < low) | (numbers > high)).sum())
    if outside:
        numbers = numbers.clip(low, high)
        share = f"{outside} of {len(numbers)} values"
        said.append(f"{column.title}: {share} clipped to the public bounds of the charter")
    return numbers, said


def _bounds(column: Column) -> tuple[float, float]:
    """Return the public bounds, or infinities where there are none; whole for integers."""
    low = -math.inf if column.minimum is None else column.minimum
    high = math.inf if column.maximum is None else column.maximum
    if column.type == "integer":
        low = math.ceil(low) if math.isfinite(low) else low
        high = math.floor(high) if math.isfinite(high) else high
    return low, high
