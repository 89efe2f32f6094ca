"""Exact copies: real records that stand in the synthetic table as they are."""

from __future__ import annotations

import numpy as np

from synthnb.privacy.attack import Attack
from synthnb.privacy.bounds import CONFIDENCE, excess
from synthnb.privacy.results import p_method
from synthnb.privacy.views import View
from synthnb.records import Estimate, exact, interval


def _measure(view: View) -> tuple[Estimate, ...]:
    copied, member = view.headline.copied, view.member
    p = view.headline.copied_p
    gap = excess(copied, member, view.control_size, CONFIDENCE, view.train_size)
    gap = gap.unless(p, CONFIDENCE)
    return (
        exact(
            "privacy.exact_copies.count_share",
            float(np.mean(copied[member])),
            n=int(member.sum()),
            method=f"{COPIES.method}: records at distance 0 from a synthetic row",
            baseline=float(np.mean(copied[~member])),
        ),
        interval(
            "privacy.exact_copies.excess",
            gap.value,
            gap.low,
            gap.high,
            n=len(member),
            method=f"{COPIES.method}: share in train minus share in control; Wilson interval of "
            "the control share (Wilson 1927)",
            baseline=0.0,
            level=CONFIDENCE,
        ),
        exact(
            "privacy.exact_copies.p",
            p,
            n=len(member),
            method=f"{COPIES.method}: {p_method(view, True)}",
            seed=None if view.labels.simple else view.seed,
        ),
    )


COPIES = Attack(
    id="exact-copies",
    version="2",
    title="Exact copies",
    knows="every attribute of a person, from the person's own file.",
    wants="to find this very record in the published table.",
    can="search the synthetic table for an identical row.",
    cost="one neighbour search, shared with membership inference",
    criterion="singling out",
    status="headline",
    metrics=(
        "privacy.exact_copies.count_share",
        "privacy.exact_copies.excess",
        "privacy.exact_copies.p",
    ),
    measure=_measure,
)
