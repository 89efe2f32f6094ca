"""Utility: does the synthetic table look like the real one, and does it serve its task?

    from synthnb import utility

    result = utility.assess(tables, seed=0)

The synthetic table is the asset and is taken as it is; uncertainty comes from the real records
and, for models, from training.
"""

from __future__ import annotations

from synthnb.records import Estimate
from synthnb.tables import Tables
from synthnb.utility.likeness import fidelity
from synthnb.utility.service import task

__all__ = ["assess", "fidelity", "task"]


def assess(tables: Tables, *, seed: int) -> tuple[Estimate, ...]:
    """Return everything this room measures: fidelity and service to the charter's task.

    Parameters
    ----------
    tables : Tables
        Real beside synthetic.
    seed : int
        Seed of jackknife, training and bootstrap.
    """
    return (*fidelity(tables, seed=seed), *task(tables, seed=seed))
