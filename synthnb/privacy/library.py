"""The threat library: every attack that is built in."""

from __future__ import annotations

from synthnb.privacy.attack import Attack
from synthnb.privacy.attributes import ATTRIBUTE
from synthnb.privacy.closest import CLOSEST
from synthnb.privacy.copies import COPIES
from synthnb.privacy.identity import REIDENTIFICATION
from synthnb.privacy.members import MEMBERSHIP
from synthnb.privacy.rare import AGREEMENT


def attacks() -> tuple[Attack, ...]:
    """Return every attack, in the order of the notebook."""
    return (COPIES, MEMBERSHIP, AGREEMENT, CLOSEST, ATTRIBUTE, REIDENTIFICATION)
