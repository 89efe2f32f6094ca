"""For authors of attacks: from what an attack achieves about each record to its two estimates."""

from __future__ import annotations

import numpy as np

from synthnb.errors import AttackError
from synthnb.privacy.attack import Attack
from synthnb.privacy.plugins import EXCESS
from synthnb.privacy.results import excess_and_p
from synthnb.privacy.views import View
from synthnb.records import Estimate


def excess_estimates(
    attack: Attack, view: View, success: np.ndarray, **scope: str
) -> tuple[Estimate, ...]:
    """Return the excess of an attack on train over control with its interval, and its p-value.

    The interval is the Wilson interval (1927) of the control rate, as wide as those of the
    built-in attacks that explain; the p-value is that of exchanging the labels train and control.

    Parameters
    ----------
    attack : Attack
        Whose estimates these are.
    view : View
        What was attacked.
    success : ndarray of bool, or of float in [0, 1], shape (len(view.real),)
        Whether the attack succeeds on each real record, or with which chance; found without
        looking at `view.member`.
    **scope : str
        What the estimates are about, e.g. ``secret="income"``.

    Raises
    ------
    AttackError
        If `success` is not what it should be.
    """
    success = np.asarray(success)
    if success.shape != (len(view.real),) or success.dtype.kind not in "bf":
        raise AttackError(
            f"The attack `{attack.id}` must give one bool or float for each scored real record, "
            f"{len(view.real)} in all; got {success.dtype} of shape {success.shape}."
        )
    if not ((success >= 0) & (success <= 1)).all():
        raise AttackError(f"The attack `{attack.id}` gives a chance of success outside 0 to 1.")
    if EXCESS in attack.metrics:
        scope = {"attack": attack.id, **scope}
    found = excess_and_p(attack, view, success, how="success about each record")
    return tuple(each.about(scope) for each in found)
