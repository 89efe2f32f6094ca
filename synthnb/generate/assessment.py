"""What can be said of a synthetic table by itself: its size, its values, its repetitions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synthnb.records import Estimate, Plan, exact, missing

if TYPE_CHECKING:
    import pandas as pd

    from synthnb.records import Column
    from synthnb.tables import Tables

_VALID = "share of synthetic rows within the charter's public bounds and categories"
_REPEATED = "share of synthetic rows that equal another synthetic row in every column"


def assess(
    tables: Tables, plan: Plan, *, minimum_cell: int = 10, real_rows: int = 0
) -> tuple[Estimate, ...]:
    """Return size, validity, repetition and real records of the synthetic table.

    All are counts over the whole table and have no sampling error.

    Parameters
    ----------
    tables : Tables
        With a synthetic table.
    plan : Plan
        How many rows were asked for.
    minimum_cell : int
        The policy's smallest count of people that may be shown.
    real_rows : int
        Rows that are real records, as `Generation.real_rows` says.

    Returns
    -------
    tuple of Estimate
        ``generation.rows``, ``.valid_share``, ``.real_share``, ``.duplicate_share``.

    Raises
    ------
    TableError
        If there is no synthetic table.
    """
    made = tables.made
    asked = len(tables.train) if plan.rows is None else plan.rows
    return (
        exact(
            "generation.rows",
            len(made),
            n=len(made),
            baseline=asked,
            method="count; the baseline is what the plan asks for",
        ),
        _valid_share(made, tables.columns),
        exact(
            "generation.real_share",
            real_rows / len(made),
            n=len(made),
            baseline=0.0,
            method="count of the rows that blending replaced by training records",
        ),
        exact(
            "generation.duplicate_share",
            float(made.duplicated(keep=False).mean()),
            n=len(made),
            baseline=_repeated_in(tables.train, minimum_cell),
            method=f"{_REPEATED}; the baseline is the same share of the training records",
        ),
    )


def _valid_share(made: pd.DataFrame, columns: tuple[Column, ...]) -> Estimate:
    stated = [c for c in columns if c.categories or c.minimum is not None or c.maximum is not None]
    if not stated:
        return missing(
            "generation.valid_share",
            "The charter states no public bounds or categories to hold the rows against.",
            method=_VALID,
        )
    valid = made.index == made.index
    for column in stated:
        values = made[column.name]
        good = values.isna()
        if column.categories:
            good |= values.isin(column.categories)
        else:
            low = True if column.minimum is None else values >= column.minimum
            high = True if column.maximum is None else values <= column.maximum
            good |= low & high
        valid &= good.to_numpy(dtype=bool)
    return exact(
        "generation.valid_share",
        float(valid.mean()),
        n=len(made),
        baseline=1.0,
        method=f"{_VALID} ({len(stated)} of {len(columns)} columns have any)",
    )


def _repeated_in(train: pd.DataFrame, minimum_cell: int) -> float | None:
    """Return the share of repeated training records, unless it would tell of a few people."""
    repeated = int(train.duplicated(keep=False).sum())
    if not minimum_cell <= repeated <= len(train) - minimum_cell:
        return None
    return repeated / len(train)
