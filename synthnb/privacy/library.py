"""The threat library: every attack that is built in, then those of other packages."""

from __future__ import annotations

from synthnb.privacy.anonymity import ANONYMITY
from synthnb.privacy.attack import Attack
from synthnb.privacy.attributes import ATTRIBUTE
from synthnb.privacy.closest import CLOSEST
from synthnb.privacy.copies import COPIES
from synthnb.privacy.epsilon import EPSILON
from synthnb.privacy.external import EXTERNAL
from synthnb.privacy.groups import GROUPS
from synthnb.privacy.identity import REIDENTIFICATION
from synthnb.privacy.linkability import LINKABILITY
from synthnb.privacy.members import MEMBERSHIP
from synthnb.privacy.plugins import plugins
from synthnb.privacy.rare import AGREEMENT
from synthnb.privacy.series import SERIES
from synthnb.privacy.singling import SINGLING_OUT

BUILT_IN: tuple[Attack, ...] = (
    COPIES,
    MEMBERSHIP,
    AGREEMENT,
    CLOSEST,
    ATTRIBUTE,
    LINKABILITY,
    SINGLING_OUT,
    REIDENTIFICATION,
    EXTERNAL,
    SERIES,
    GROUPS,
    EPSILON,
    ANONYMITY,
)
"""In the order of the notebook."""


def attacks() -> tuple[Attack, ...]:
    """Return every attack: the built-in ones in the order of the notebook, then the others by id.

    Raises
    ------
    AttackError
        If an attack of another package cannot be used, naming all of them.
    """
    return (*BUILT_IN, *plugins({attack.id for attack in BUILT_IN}))
