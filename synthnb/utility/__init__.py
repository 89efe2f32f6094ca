"""Utility: does the synthetic table look like the real one, and does it serve its task?

    from synthnb import utility

    result = utility.assess(tables, seed=0)

The synthetic table is the asset and is taken as it is; uncertainty comes from the real records
and, for models, from training.
"""

from __future__ import annotations

from synthnb.records import Estimate
from synthnb.tables import Tables
from synthnb.utility.by_group import by_group
from synthnb.utility.detection import detection
from synthnb.utility.likeness import fidelity
from synthnb.utility.rare import rare
from synthnb.utility.rules import rules
from synthnb.utility.service import task
from synthnb.utility.words import sentences

__all__ = ["assess", "by_group", "detection", "fidelity", "rare", "rules", "sentences", "task"]


def assess(tables: Tables, *, seed: int, minimum_cell: int = 10) -> tuple[Estimate, ...]:
    """Return everything this room measures: likeness, rare categories, rules and the task.

    Parameters
    ----------
    tables : Tables
        Real beside synthetic.
    seed : int
        Seed of jackknife, folds, training and bootstrap.
    minimum_cell : int
        Counts of people below this are not shown; the policy's `minimum_cell`.
    """
    return (
        *fidelity(tables, seed=seed),
        *detection(tables, seed=seed),
        *rare(tables, minimum_cell=minimum_cell),
        *rules(tables, minimum_cell=minimum_cell),
        *by_group(tables, seed=seed, minimum_cell=minimum_cell),
        *task(tables, seed=seed, minimum_cell=minimum_cell),
    )
