"""Who bears the risk: members recognised within each group, and among the most isolated people."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from synthnb.privacy.attack import Attack
from synthnb.privacy.bounds import CONFIDENCE, excess
from synthnb.privacy.labels import Labels
from synthnb.privacy.views import View
from synthnb.records import Estimate, interval

TOP = 0.05  # share of all records that count as recognisable, and as isolated
ISOLATED = "Most isolated records"


def groups(view: View) -> Iterator[tuple[str, np.ndarray]]:
    """Yield each value of each protected column, and the most isolated people, as a mask."""
    for column in view.columns:
        if "protected" not in column.roles:
            continue
        values = view.real[column.name]
        for value in sorted(values.dropna().unique(), key=str):
            shown = f"{value:g}" if isinstance(value, float) else str(value)
            yield f"{column.title} = {shown}", (values == value).to_numpy()
    yield ISOLATED, _highest(view.to_real)


def _highest(score: np.ndarray) -> np.ndarray:
    """Return the top 5 %, all who tie with the last of them included."""
    least = np.sort(score)[::-1][max(0, int(np.ceil(TOP * len(score))) - 1)]
    return np.asarray(score >= least)


def _measure(view: View) -> tuple[Estimate, ...]:
    found = list(groups(view))
    top = _highest(view.ratio)
    level = 1 - (1 - CONFIDENCE) / len(found)
    return tuple(_about(view, name, mask, top, level) for name, mask in found)


def _about(view: View, name: str, mask: np.ndarray, top: np.ndarray, level: float) -> Estimate:
    member, cell = view.member, view.minimum_cell
    if min((mask & member).sum(), (mask & ~member).sum()) < cell:
        why = f"Fewer than {cell} people of this group in train or control: not shown."
        (estimate,) = GROUPS.missing(why, group=name)
        return estimate
    labels = view.labels
    within = Labels(
        member[mask],
        None if labels.unit is None else labels.unit[mask],
        None if labels.stratum is None else labels.stratum[mask],
    )
    size = labels.effective(mask & member) if view.sampled else None
    gap = excess(top[mask], member[mask], labels.effective(mask & ~member), level, size)
    p = within.hits_p(top[mask], view.rng(f"group {name}"))
    gap = gap.unless(p, level)
    return interval(
        "privacy.group.excess",
        gap.value,
        gap.low,
        gap.high,
        n=int(mask.sum()),
        method=f"{GROUPS.method}: within the group, share of train among the 5 % of all records "
        "with the highest local distance ratio, minus share of control; Wilson interval of the "
        "control share",
        baseline=0.0,
        level=level,
        note="Widened so that all groups hold together at 95 %.",
        group=name,
    )


GROUPS = Attack(
    id="groups",
    version="1",
    title="Groups and outliers",
    knows="every attribute of a person, and comparable records of other people.",
    wants="to recognise members of one group, or unusual people.",
    can="look at the most recognisable records of that group alone.",
    cost="nothing beyond membership inference",
    criterion="singling out",
    status="description",
    metrics=("privacy.group.excess",),
    measure=_measure,
)
