"""Membership inference: can it be told who was in the training data?"""

from __future__ import annotations

import numpy as np

from synthnb.privacy.attack import Attack
from synthnb.privacy.bounds import CONFIDENCE, Z, mean_bounds
from synthnb.privacy.labels import DRAWS
from synthnb.privacy.tails import tpr
from synthnb.privacy.views import View
from synthnb.records import Estimate, exact, interval


def _measure(view: View) -> tuple[Estimate, ...]:
    return (
        exact(
            "privacy.membership.p",
            view.headline.ratio.p,
            n=len(view.member),
            method=f"{MEMBERSHIP.method}: local distance ratio; smallest hypergeometric p over the "
            f"top 8, 16, 32, ... scores, calibrated by {DRAWS:,} label exchanges",
            seed=view.seed,
        ),
        _auc(view),
        tpr(view, MEMBERSHIP.method),
    )


def _auc(view: View) -> Estimate:
    score = view.ratio
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
    version="2",
    title="Membership inference",
    knows="every attribute of a person, and comparable records of other people.",
    wants="to learn whether this person was in the real data.",
    can="see whether a synthetic row lies closer than real people usually do to each other.",
    cost="two neighbour searches",
    criterion="singling out",
    status="headline",
    metrics=("privacy.membership.p", "privacy.membership.auc", "privacy.membership.tpr"),
    measure=_measure,
)
