"""Likeness within each group: averages over everybody hide who is badly served."""

from __future__ import annotations

import numpy as np
import pandas as pd

from synthnb.records import Column, Estimate, interval, missing
from synthnb.tables import Tables
from synthnb.utility.distances import distance
from synthnb.utility.grouping import groups, inside
from synthnb.utility.jackknife import blocks, bounds

SHAPES = "utility.group.shapes"
TIMES = 5  # a group needs so many times the policy's smallest cell
_METHOD = (
    "mean over the columns of one minus the Kolmogorov-Smirnov distance (numbers) or the total "
    "variation (others) within the group, against all real records; delete-a-group jackknife of "
    "the real records (Kott 2001); the synthetic table is fixed"
)


def by_group(
    tables: Tables, *, seed: int, minimum_cell: int, level: float = 0.95
) -> tuple[Estimate, ...]:
    """Return how much each group looks like itself, column by column.

    Parameters
    ----------
    tables : Tables
        Real (train and control together) beside synthetic.
    seed : int
        Seed of the jackknife's blocks.
    minimum_cell : int
        Groups of fewer than five times as many records, real or synthetic, are not measured.
    level : float
        Confidence of each interval.

    Returns
    -------
    tuple of Estimate
        `utility.group.shapes` by group; one where the charter has no protected column.
    """
    real = pd.concat([tables.train, tables.control], ignore_index=True)
    units = None
    if tables.train_units is not None and tables.control_units is not None:
        units = np.concatenate([tables.train_units, tables.control_units])
    block = blocks(len(real), units, seed=seed)
    named = list(groups(tables))
    if not named:
        why = "the charter gives no assessed column of few values the role `protected`"
        return (missing(SHAPES, why, method=_METHOD),)
    estimates = []
    for name, values in named:
        here, there = inside(real, values), inside(tables.made, values)
        least = TIMES * minimum_cell
        if min(int(here.sum()), int(there.sum())) < least:
            why = f"fewer than {least} records of this group, real or synthetic"
            estimates.append(missing(SHAPES, why, method=_METHOD, group=name))
            continue
        made = tables.made[there]
        value = _likeness(real[here], made, tables.columns, values)
        without = np.asarray(
            [
                _likeness(real[here & (block != each)], made, tables.columns, values)
                for each in np.unique(block)
            ]
        )
        size = int(here.sum())
        estimates.append(
            interval(
                SHAPES,
                value,
                *bounds(value, without, level=level),
                n=size - size % minimum_cell,
                method=_METHOD,
                seed=seed,
                level=level,
                group=name,
            )
        )
    return tuple(estimates)


def _likeness(
    real: pd.DataFrame, made: pd.DataFrame, columns: tuple[Column, ...], own: dict[str, object]
) -> float:
    """Return the mean likeness of the columns that do not define the group."""
    apart = [
        distance(real[column.name], made[column.name], column)
        for column in columns
        if column.name not in own
    ]
    return 1 - float(np.mean(apart)) if apart else float("nan")
