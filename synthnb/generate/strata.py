"""How many rows each group is to have: as in reality, as in a reference, or as given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from synthnb.errors import GeneratorError
from synthnb.generate.where import house, spelt
from synthnb.records import Stratify

if TYPE_CHECKING:
    import pandas as pd

    from synthnb.tables import Tables


@dataclass(frozen=True)
class Stratum:
    """One group and the share of rows that it is to have.

    Parameters
    ----------
    where : dict
        Its values in the tables' types; empty for everybody in no other group.
    share : float
    label : str
        What an error may call it: a value of the real data is not said.
    """

    where: dict[str, Any]
    share: float
    label: str


def strata(asked: Stratify, tables: Tables, minimum_cell: int) -> tuple[Stratum, ...]:
    """Return the groups and their shares, which add up to 1.

    Groups of fewer than `minimum_cell` real records are not told apart: together they keep their
    share, and rows for them come from a plain draw.

    Raises
    ------
    GeneratorError
        If there is no reference table, or it does not hold the columns.
    """
    columns = {column.name: column for column in tables.columns}
    if asked.to == "given":
        return tuple(
            Stratum(house(each.where, columns), each.share, spelt(each.where))
            for each in asked.shares
        )
    if asked.to == "reference":
        return _from_reference(asked, tables)
    sizes = _sizes(tables.train, asked.columns)
    named = {key: size for key, size in sizes.items() if size >= minimum_cell}
    total = sum(sizes.values())
    found = [_stratum(asked, key, size / total) for key, size in named.items()]
    rest = total - sum(named.values())
    return (*found, *([Stratum({}, rest / total, "no group of its own")] if rest else []))


def _stratum(asked: Stratify, key: tuple[Any, ...], share: float) -> Stratum:
    label = f"one of the groups of {', '.join(asked.columns)}"
    return Stratum(dict(zip(asked.columns, key, strict=True)), share, label)


def _sizes(frame: pd.DataFrame, names: tuple[str, ...]) -> dict[tuple[Any, ...], int]:
    """Return how many rows each combination has, in order of value; None for a missing cell."""
    import pandas as pd

    rows = zip(*(frame[name] for name in names), strict=True)
    keys = [tuple(None if pd.isna(cell) else cell for cell in row) for row in rows]
    sizes: dict[tuple[Any, ...], int] = {}
    for key in keys:
        sizes[key] = sizes.get(key, 0) + 1
    return dict(sorted(sizes.items(), key=lambda item: [str(cell) for cell in item[0]]))


def _from_reference(asked: Stratify, tables: Tables) -> tuple[Stratum, ...]:
    reference = tables.reference
    if reference is None:
        raise GeneratorError(
            "The plan stratifies to a reference population, and the charter names none.",
            advice="add a source of kind `reference` to charter.yaml, or change `stratify.to`",
        )
    lacking = [name for name in asked.columns if name not in reference]
    if lacking:
        raise GeneratorError(
            f"The reference table does not hold {', '.join(f'`{name}`' for name in lacking)}.",
            advice="bring a table with a row for each combination, or stratify by other columns",
        )
    weight = next((name for name in ("share", "count") if name in reference), None)
    weights = np.ones(len(reference)) if weight is None else reference[weight].to_numpy("float64")
    if np.isnan(weights).any() or (weights < 0).any() or weights.sum() <= 0:
        raise GeneratorError(
            f"The column `{weight}` of the reference table is missing, negative or all zero.",
            advice="correct the reference table",
        )
    totals: dict[tuple[Any, ...], float] = {}
    for key, each in zip(
        zip(*(reference[name] for name in asked.columns), strict=True), weights, strict=True
    ):
        totals[key] = totals.get(key, 0.0) + float(each)
    ordered = sorted(totals.items(), key=lambda item: [str(cell) for cell in item[0]])
    return tuple(
        Stratum(
            dict(zip(asked.columns, key, strict=True)),
            total / float(weights.sum()),
            spelt(dict(zip(asked.columns, key, strict=True))),
        )
        for key, total in ordered
        if total > 0
    )


def apportioned(shares: tuple[float, ...], rows: int) -> tuple[int, ...]:
    """Return whole numbers in proportion to shares that add up to `rows`.

    Largest remainder (Hamilton's method): each is within one of its exact share.

    >>> apportioned((0.5, 0.3, 0.2), 7)
    (4, 2, 1)
    """
    exact = np.asarray(shares) / sum(shares) * rows
    whole = np.floor(exact + 1e-9).astype(int)
    order = np.argsort(-(exact - whole), kind="stable")
    whole[order[: rows - int(whole.sum())]] += 1
    return tuple(int(each) for each in whole)
