"""The whole room in one call."""

from __future__ import annotations

from synthnb.privacy.exchange import exchangeability
from synthnb.privacy.family import explanations
from synthnb.privacy.leak import leak
from synthnb.privacy.library import attacks
from synthnb.privacy.selftest import self_test
from synthnb.privacy.views import SCORED, Progress, view
from synthnb.records import Estimate
from synthnb.tables import Tables


def assess(
    tables: Tables,
    *,
    seed: int,
    minimum_cell: int = 10,
    scored: int = SCORED,
    progress: Progress | None = None,
) -> tuple[Estimate, ...]:
    """Run everything: exchangeability, headline, self-test, every attack, and Holm's correction.

    Parameters
    ----------
    tables : Tables
        Train, control and the synthetic table.
    seed : int
        Seed of the assessment; same inputs and seed give the same estimates.
    minimum_cell : int
        Counts of people below this are not shown.
    scored : int
        Real records that are scored at most; above, a random sample of privacy units.
    progress : callable, optional
        Called with what is searched and the share that is done.

    Raises
    ------
    TableError
        If there is no synthetic table yet.
    """
    seen = view(tables, seed=seed, minimum_cell=minimum_cell, scored=scored, progress=progress)
    library = attacks()
    found = [estimate for attack in library for estimate in attack.run(seen)]
    return (
        *exchangeability(seen),
        *leak(seen),
        *self_test(seen),
        *found,
        *explanations(found, library),
    )
