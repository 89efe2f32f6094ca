"""Successive releases: what somebody finds who holds this table and the earlier ones."""

from __future__ import annotations

import pandas as pd

from synthnb.privacy.attack import Attack
from synthnb.privacy.bounds import CONFIDENCE
from synthnb.privacy.leak import P_METHOD, SIZE_METHOD
from synthnb.privacy.views import View
from synthnb.records import Estimate, exact, interval

_FAIR = "It counts only if no earlier generator saw the people of today's control."


def _measure(view: View) -> tuple[Estimate, ...]:
    """Ask the headline's questions about the first release, the first two, and so on.

    A person who was changed a little in each release may be recognised in their union. Blind to
    attackers who compare releases with each other, such as by what was added or went missing.
    """
    earlier = view.tables.earlier
    if not earlier:
        return SERIES.missing(
            "No earlier release about the same people is named; add sources of kind `earlier` to "
            "charter.yaml if there are any."
        )
    releases = [*earlier, view.tables.made]
    return tuple(
        estimate
        for last in range(1, len(releases) + 1)
        for estimate in _up_to(view, releases[:last], len(releases))
    )


def _up_to(view: View, held: list[pd.DataFrame], points: int) -> tuple[Estimate, ...]:
    """Return the leak of the releases that are held, as one of several points."""
    scope = "1" if len(held) == 1 else f"1 to {len(held)}"
    union = view.with_synthetic(pd.concat(held, ignore_index=True))
    if union.too_small:
        return SERIES.missing(union.too_small, releases=scope)
    headline, level = union.headline, 1 - (1 - CONFIDENCE) / points
    size = headline.size(view.control_size, view.train_size, level)
    if size is None:
        why = "All records score the same, so nobody is recognised. Assess more columns."
        return SERIES.missing(why, releases=scope)
    return (
        interval(
            METRICS[0],
            size.excess.value,
            size.excess.low,
            size.excess.high,
            n=len(view.member),
            method=f"{SERIES.method}: {SIZE_METHOD}",
            seed=view.seed,
            baseline=0.0,
            level=level,
            note=f"Widened so that all {points} points of the series hold together at "
            f"{100 * CONFIDENCE:.0f} %. {_FAIR}",
            releases=scope,
        ),
        exact(
            METRICS[1],
            headline.p,
            n=len(view.member),
            method=f"{SERIES.method}: {P_METHOD}",
            seed=view.seed,
            note=f"One of {points} points of the series, not corrected for their number. {_FAIR}",
            releases=scope,
        ),
    )


METRICS = ("privacy.series.excess", "privacy.series.p")

SERIES = Attack(
    id="successive-releases",
    version="1",
    title="Successive releases",
    knows="every attribute of a person, and every table that was released about these people.",
    wants="to recognise the person in what the releases say together.",
    can="put all releases into one table and look for the person there.",
    cost="a neighbour search and an agreement search for each release",
    criterion="singling out",
    metrics=METRICS,
    measure=_measure,
)
