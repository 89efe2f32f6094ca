"""Before and after: what mitigations changed, told in shares of the synthetic rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from synthnb.generate.strata import Stratum
from synthnb.generate.where import Where, having, spelt
from synthnb.records import Change, Charter, Column

if TYPE_CHECKING:
    import pandas as pd

_MOST_VALUES = 12  # a protected column of more values makes no groups


def share_of(
    where: Where,
    columns: Mapping[str, Column],
    before: pd.DataFrame,
    after: pd.DataFrame,
    target: float,
) -> Change:
    """Return the share of rows that meet a condition, and what it was meant to become."""
    return Change(
        what=f"share of rows with {spelt(where, columns)}",
        before=float(having(before, where).mean()),
        after=float(having(after, where).mean()),
        target=target,
    )


def shares(
    strata: Sequence[Stratum],
    columns: Mapping[str, Column],
    before: pd.DataFrame,
    after: pd.DataFrame,
    free: float,
) -> tuple[Change, ...]:
    """Return the share of every group; `free` is the share of rows that was divided among them.

    Targets are told only where all rows were divided.
    """
    return tuple(
        Change(
            what=f"share of rows with {spelt(stratum.where, columns)}",
            before=float(having(before, stratum.where).mean()),
            after=float(having(after, stratum.where).mean()),
            target=stratum.share if free == 1 else None,
        )
        for stratum in strata
        if stratum.where and having(after, stratum.where).any()
    )


def groups(
    charter: Charter, columns: Sequence[Column], before: pd.DataFrame, after: pd.DataFrame
) -> tuple[Change, ...]:
    """Return share and favourable rate of each protected group, in the synthetic tables alone."""
    return tuple(_groups(charter, columns, before, after))


def _groups(
    charter: Charter, columns: Sequence[Column], before: pd.DataFrame, after: pd.DataFrame
) -> Iterator[Change]:
    favourable = [_favourable(charter, columns, frame) for frame in (before, after)]
    for column in columns:
        values = sorted({*before[column.name].dropna(), *after[column.name].dropna()}, key=str)
        if "protected" not in column.roles or column.type == "date" or len(values) > _MOST_VALUES:
            continue
        for value in values:
            where = {column.name: value}
            called = f"{column.title} = {value:g}" if isinstance(value, float) else None
            called = called or f"{column.title} = {value}"
            inside = [having(frame, where) for frame in (before, after)]
            yield Change(
                what=f"share of {called}",
                before=float(inside[0].mean()),
                after=float(inside[1].mean()),
            )
            if favourable[0] is not None and favourable[1] is not None:
                rates = [
                    float(hit[rows].mean()) if rows.any() else None
                    for hit, rows in zip(favourable, inside, strict=True)
                    if hit is not None
                ]
                yield Change(
                    what=f"favourable outcome of {called}", before=rates[0], after=rates[1]
                )


def _favourable(
    charter: Charter, columns: Sequence[Column], frame: pd.DataFrame
) -> np.ndarray | None:
    task = charter.task
    if task is None or task.positive is None or task.target not in {c.name for c in columns}:
        return None
    cells = frame[task.target]
    if charter.column(task.target).type in {"number", "integer"}:
        cells = cells.map("{:g}".format)
    return np.asarray(cells == task.positive, dtype=bool)
