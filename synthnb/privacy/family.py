"""The second family of tests: what explains a leak, corrected for how much was asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from synthnb.privacy.attack import Attack
from synthnb.privacy.bounds import holm
from synthnb.records import Estimate, exact, metric

METRIC = "privacy.holm.p"
_APART = ("privacy.series.p",)  # asks the headline again, about several releases


def explanations(estimates: Iterable[Estimate], attacks: Sequence[Attack]) -> tuple[Estimate, ...]:
    """Correct the p-values of the explaining attacks for their number (Holm 1979).

    They are one family: where the headline finds nothing, one attack in twenty would otherwise
    seem to succeed by luck.

    Parameters
    ----------
    estimates : iterable of Estimate
        Whatever the attacks returned; the measured p-values of explaining attacks are taken.
    attacks : sequence of Attack
        The threat library.

    Returns
    -------
    tuple of Estimate
        ``privacy.holm.p``, one for each p-value, with the attack and its scope.
    """
    names = {
        name: attack.title
        for attack in attacks
        if attack.status == "explanation"
        for name in attack.metrics
        if name.endswith(".p") and name not in _APART
    }
    found = [e for e in estimates if e.metric in names and e.value is not None]
    raw = [e.value for e in found if e.value is not None]
    return tuple(
        exact(
            METRIC,
            adjusted,
            n=estimate.n,
            method=f"Holm (1979) over the {len(found)} p-values of the attacks that explain",
            seed=estimate.seed,
            note=f"Alone: {metric(estimate.metric).show(estimate.value or 0.0)}.",
        ).about({"attack": names[estimate.metric], **estimate.scope})
        for estimate, adjusted in zip(found, holm(raw), strict=True)
    )
