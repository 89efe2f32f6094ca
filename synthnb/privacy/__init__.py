"""The privacy room: tables in, estimates of what attackers achieve out.

Every attack is scored on train minus control, so that what is reported is leakage about people in
the data and not what anyone could learn about the population. No limit stands here: judging is the
policy's business.

    view = privacy.view(tables, seed=0)
    headline = privacy.leak(view)
    power = privacy.self_test(view)
    everything = privacy.assess(tables, seed=0)
"""

from __future__ import annotations

from collections.abc import Iterable

from synthnb.privacy.anonymity import ANONYMITY
from synthnb.privacy.assessment import assess
from synthnb.privacy.attack import Attack
from synthnb.privacy.attributes import ATTRIBUTE
from synthnb.privacy.closest import CLOSEST
from synthnb.privacy.copies import COPIES
from synthnb.privacy.epsilon import EPSILON
from synthnb.privacy.estimates import excess_estimates
from synthnb.privacy.exchange import exchangeability
from synthnb.privacy.external import EXTERNAL
from synthnb.privacy.family import explanations as _corrected
from synthnb.privacy.groups import GROUPS
from synthnb.privacy.identity import REIDENTIFICATION
from synthnb.privacy.leak import leak
from synthnb.privacy.library import attacks
from synthnb.privacy.linkability import LINKABILITY
from synthnb.privacy.members import MEMBERSHIP
from synthnb.privacy.rare import AGREEMENT
from synthnb.privacy.selftest import self_test
from synthnb.privacy.series import SERIES
from synthnb.privacy.singling import SINGLING_OUT
from synthnb.privacy.stories import stories
from synthnb.privacy.views import View, view
from synthnb.records import Estimate


def exact_copies(view: View) -> tuple[Estimate, ...]:
    """Find real records that stand in the synthetic table as they are."""
    return COPIES.run(view)


def membership(view: View) -> tuple[Estimate, ...]:
    """Try to tell who was in the training data."""
    return MEMBERSHIP.run(view)


def agreement(view: View) -> tuple[Estimate, ...]:
    """Try to recognise people by the rare values that a row shares with them."""
    return AGREEMENT.run(view)


def distance_to_closest(view: View) -> tuple[Estimate, ...]:
    """See whether synthetic rows lie nearer to train than to control."""
    return CLOSEST.run(view)


def attribute_inference(view: View) -> tuple[Estimate, ...]:
    """Try to learn each secret from the most similar synthetic row."""
    return ATTRIBUTE.run(view)


def linkability(view: View) -> tuple[Estimate, ...]:
    """Try to join two files about the same people through the synthetic table."""
    return LINKABILITY.run(view)


def singling_out(view: View) -> tuple[Estimate, ...]:
    """Try to describe exactly one person in the real data."""
    return SINGLING_OUT.run(view)


def reidentification(view: View) -> tuple[Estimate, ...]:
    """Try to learn secrets from the quasi-identifiers alone."""
    return REIDENTIFICATION.run(view)


def external_linkage(view: View) -> tuple[Estimate, ...]:
    """Link the real records with the charter's external table, and see what that gains."""
    return EXTERNAL.run(view)


def successive_releases(view: View) -> tuple[Estimate, ...]:
    """Look for the same people in this release and the earlier ones together."""
    return SERIES.run(view)


def groups(view: View) -> tuple[Estimate, ...]:
    """See in which groups members are recognised, and whether it is the unusual people."""
    return GROUPS.run(view)


def empirical_epsilon(view: View) -> tuple[Estimate, ...]:
    """Bound the privacy loss from below by how well membership could be guessed."""
    return EPSILON.run(view)


def anonymity(view: View) -> tuple[Estimate, ...]:
    """Describe the classes of equal quasi-identifiers: k, l, t and uniqueness."""
    return ANONYMITY.run(view)


def added(view: View) -> tuple[Estimate, ...]:
    """Run the attacks of other packages."""
    others = [attack for attack in attacks() if attack.package != "synthnb"]
    return tuple(estimate for attack in others for estimate in attack.run(view))


def explanations(estimates: Iterable[Estimate]) -> tuple[Estimate, ...]:
    """Correct the p-values of the attacks that explain for their number (Holm 1979)."""
    return _corrected(estimates, attacks())


__all__ = [
    "Attack",
    "View",
    "added",
    "agreement",
    "anonymity",
    "assess",
    "attacks",
    "attribute_inference",
    "distance_to_closest",
    "empirical_epsilon",
    "exact_copies",
    "excess_estimates",
    "exchangeability",
    "explanations",
    "external_linkage",
    "groups",
    "leak",
    "linkability",
    "membership",
    "reidentification",
    "self_test",
    "singling_out",
    "stories",
    "successive_releases",
    "view",
]
