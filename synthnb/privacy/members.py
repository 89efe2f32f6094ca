"""Membership inference: can it be told who was in the training data?"""

from __future__ import annotations

import numpy as np

from synthnb.privacy.attack import Attack
from synthnb.privacy.bounds import CONFIDENCE, JOINTLY, LEVEL, Z, mean_bounds
from synthnb.privacy.labels import DRAWS
from synthnb.privacy.scan import Scan
from synthnb.privacy.views import View
from synthnb.records import Estimate, exact, interval, missing

_SOFTENER = 0.02  # of the median distance between real records; keeps ratios near 0 finite


def local_ratio(to_real: np.ndarray, to_synthetic: np.ndarray) -> np.ndarray:
    """Return log((r + e) / (d + e)): high where a synthetic row is nearer than real ones are.

    The distance to the nearest synthetic row is set against the local density of real records, so
    that an isolated person who is copied stands out (local form of the density ratio of DOMIAS,
    van Breugel et al. 2023, section 4).

    Parameters
    ----------
    to_real, to_synthetic : ndarray of float, shape (N,)
        Distance of each real record to the nearest other real record, and synthetic row.
    """
    typical = float(np.median(to_real))
    if typical == 0:  # more than half of the records have a twin
        typical = float(np.median(to_real[to_real > 0])) if (to_real > 0).any() else 1.0
    e = _SOFTENER * typical
    return np.log((to_real + e) / (to_synthetic + e))


def _measure(view: View) -> tuple[Estimate, ...]:
    score = local_ratio(view.to_real, view.to_synthetic)
    scan = Scan.of(score, view.labels)
    p = scan.p(view.rng("membership"))
    return (
        exact(
            "privacy.membership.p",
            p,
            n=len(score),
            method=f"{MEMBERSHIP.method}: local distance ratio; smallest hypergeometric p over the "
            f"top 8, 16, 32, ... scores, calibrated by {DRAWS:,} label exchanges",
            seed=view.seed,
        ),
        _excess(view, scan, p),
        _auc(view, score),
    )


def _excess(view: View, scan: Scan, p: float) -> Estimate:
    metric = "privacy.membership.excess"
    method = (
        f"{MEMBERSHIP.method}: share of train minus share of control among the top scores, over "
        "the whole grid of the scan; simultaneous Wilson bounds of the control share"
    )
    if not len(scan.cuts):
        why = "All records score the same, so this attack ranks nobody. Assess more columns."
        return missing(metric, why, method=method)
    gap, cut = scan.excess(view.control_size, LEVEL)
    gap = gap.unless(p, LEVEL)
    return interval(
        metric,
        gap.value,
        gap.low,
        gap.high,
        n=len(view.member),
        method=method,
        baseline=0.0,
        level=LEVEL,
        note=f"Value at the {cut} highest scores; the bounds hold for all {len(scan.cuts)} "
        f"thresholds at once. {JOINTLY}",
    )


def _auc(view: View, score: np.ndarray) -> Estimate:
    train = np.sort(score[view.member])
    control = score[~view.member]
    above = len(train) - np.searchsorted(train, control, side="right")
    level_with = len(train) - np.searchsorted(train, control, side="left") - above
    placement = (above + 0.5 * level_with) / len(train)
    area = mean_bounds(placement, view.control_size, CONFIDENCE)
    low, high = area.low, area.high
    if not _ranks_differ(view, score):
        low, high = min(low, 0.5), max(high, 0.5)
    return interval(
        "privacy.membership.auc",
        area.value,
        low,
        high,
        n=len(score),
        method=f"{MEMBERSHIP.method}: area under the ROC curve; interval from the placements of "
        "control alone (after DeLong et al. 1988), as train is the finite target; it leaves 0.5 "
        "out only where exchanging labels does not explain the ranks",
        baseline=0.5,
        level=CONFIDENCE,
        note="An average over everybody: it hides a leak of a few people.",
    )


def _ranks_differ(view: View, score: np.ndarray) -> bool:
    """Return whether the sum of ranks in train is unlikely under exchange of labels."""
    from scipy.stats import rankdata

    ranks = rankdata(score)
    mean, spread = view.labels.moments(ranks)
    return abs(float(ranks[view.member].sum()) - mean) > Z * spread


MEMBERSHIP = Attack(
    id="membership",
    version="1",
    title="Membership inference",
    knows="every attribute of a person, and comparable records of other people.",
    wants="to learn whether this person was in the real data.",
    can="see whether a synthetic row lies closer than real people usually do to each other.",
    criterion="singling out",
    metrics=("privacy.membership.p", "privacy.membership.excess", "privacy.membership.auc"),
    measure=_measure,
)
