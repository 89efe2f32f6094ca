"""The privacy room: tables in, estimates of what attackers achieve out.

Every attack is scored on train minus control, so that what is reported is leakage about people in
the data and not what anyone could learn about the population. No limit stands here: judging is the
policy's business.

    view = privacy.view(tables, seed=0)
    estimates = privacy.membership(view)
    everything = privacy.assess(tables, seed=0)
"""

from __future__ import annotations

from synthnb.privacy.attack import Attack
from synthnb.privacy.attributes import ATTRIBUTE
from synthnb.privacy.closest import CLOSEST
from synthnb.privacy.copies import COPIES
from synthnb.privacy.exchange import exchangeability
from synthnb.privacy.identity import REIDENTIFICATION
from synthnb.privacy.members import MEMBERSHIP
from synthnb.privacy.tolerances import tolerance
from synthnb.privacy.views import View, view
from synthnb.records import Estimate
from synthnb.tables import Tables


def attacks() -> tuple[Attack, ...]:
    """Return every attack, in the order of the notebook.

    Plug-ins will be found through entry points and appended here; an attack that is not built in
    differs in nothing else.
    """
    return (COPIES, CLOSEST, MEMBERSHIP, ATTRIBUTE, REIDENTIFICATION)


def exact_copies(view: View) -> tuple[Estimate, ...]:
    """Find real records that stand in the synthetic table as they are."""
    return COPIES.run(view)


def distance_to_closest(view: View) -> tuple[Estimate, ...]:
    """See whether synthetic rows lie nearer to train than to control."""
    return CLOSEST.run(view)


def membership(view: View) -> tuple[Estimate, ...]:
    """Try to tell who was in the training data."""
    return MEMBERSHIP.run(view)


def attribute_inference(view: View) -> tuple[Estimate, ...]:
    """Try to learn each secret from the most similar synthetic row."""
    return ATTRIBUTE.run(view)


def reidentification(view: View) -> tuple[Estimate, ...]:
    """Try to learn secrets from the quasi-identifiers alone."""
    return REIDENTIFICATION.run(view)


def assess(tables: Tables, *, seed: int, minimum_cell: int = 10) -> tuple[Estimate, ...]:
    """Run everything: exchangeability, every attack, and the tolerance that they support.

    Parameters
    ----------
    tables : Tables
        Train, control and the synthetic table.
    seed : int
        Seed of the assessment; same inputs and seed give the same estimates.
    minimum_cell : int
        Counts of people below this are not shown.

    Raises
    ------
    TableError
        If there is no synthetic table yet.
    """
    seen = view(tables, seed=seed, minimum_cell=minimum_cell)
    found = [estimate for attack in attacks() for estimate in attack.run(seen)]
    return (*exchangeability(seen), *found, *tolerance(seen, found))


__all__ = [
    "Attack",
    "View",
    "assess",
    "attacks",
    "attribute_inference",
    "distance_to_closest",
    "exact_copies",
    "exchangeability",
    "membership",
    "reidentification",
    "tolerance",
    "view",
]
