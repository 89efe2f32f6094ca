"""Which tolerance this data could support at all."""

from __future__ import annotations

import math
from collections.abc import Iterable

from synthnb.privacy.bounds import BLOCKING, CONFIDENCE
from synthnb.privacy.views import View
from synthnb.records import Estimate, exact, missing

METRIC = "privacy.tolerance.supported"
HEADLINE = ("privacy.exact_copies.p", "privacy.membership.p", "privacy.attribute.p")
_METHOD = "Largest upper bound among the excess results, where no test found a leak"


def least_detectable(train: int, control: int) -> int:
    """Return how many leaked records it takes at least for any test to notice.

    k records that all turn out to be train's have p of about (n / N) ** k; one of three tests at
    5 % must reach a third of it.
    """
    alpha = (1 - CONFIDENCE) / len(HEADLINE)
    return math.ceil(math.log(alpha) / math.log(train / (train + control)))


def tolerance(view: View, estimates: Iterable[Estimate]) -> tuple[Estimate, ...]:
    """Return the smallest tolerated share of leaked records that this data could support.

    A small control sample cannot rule out a small leak. Where no leak was found, no tolerance
    below the largest upper bound can be met.

    Parameters
    ----------
    view : View
    estimates : iterable of Estimate
        Of `exact_copies`, `membership`, `attribute_inference` and `reidentification`.

    Returns
    -------
    tuple of Estimate
        ``privacy.tolerance.supported``, as a share of train.
    """
    every = list(estimates)
    bounds = {e.id: e.high for e in every if e.metric in _excess_metrics() and e.high is not None}
    measured = {name.partition("[")[0] for name in bounds}
    lacking = [
        m for m in ("privacy.exact_copies.excess", "privacy.membership.excess") if m not in measured
    ]
    if lacking:
        why = f"{' and '.join(lacking)} was not measured; see there for what to do."
        return (missing(METRIC, why, method=_METHOD),)
    level = (1 - CONFIDENCE) / len(HEADLINE)
    found = sorted(
        {
            e.metric
            for e in every
            if e.metric in HEADLINE and e.value is not None and e.value <= level
        }
    )
    if found:
        why = f"A leak was found ({', '.join(found)}). Mend that first."
        return (missing(METRIC, why, method=_METHOD),)
    worst = max(bounds, key=lambda name: bounds[name])
    train, control = int(view.member.sum()), int((~view.member).sum())
    least = least_detectable(train, control)
    share = max(0.0, bounds[worst])
    return (
        exact(
            METRIC,
            share,
            n=train,
            method=_METHOD,
            note=f"{math.ceil(share * train)} of {train} records, set by {worst}. With {control} "
            f"control records no test could notice fewer than {least} leaked records. More "
            "control records allow a smaller tolerance.",
        ),
    )


def _excess_metrics() -> set[str]:
    return {f"privacy.{name}.excess" for name in BLOCKING}
