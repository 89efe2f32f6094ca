"""Who bears the risk: the headline attacks and attribute inference again, group by group."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from synthnb.privacy.attack import Attack
from synthnb.privacy.attributes import learnt
from synthnb.privacy.bounds import CONFIDENCE, Interval, excess, mean_bounds
from synthnb.privacy.labels import Labels
from synthnb.privacy.views import View
from synthnb.records import Column, Estimate, interval

TOP = 0.05  # share of all records that count as recognisable, and as isolated
ISOLATED = "Most isolated records"
MOST_NUMBERS = 12  # a number of more distinct values than this makes no groups

EXCESS = "privacy.group.excess"
COPIES = "privacy.group.copies"
AUC = "privacy.group.auc"
ATTRIBUTE = "privacy.group.attribute"
_TOGETHER = "Widened so that all groups hold together at 95 %."


def groups(view: View) -> Iterator[tuple[str, np.ndarray]]:
    """Yield each group of the protected columns, crossed as deep as the charter says, as a mask.

    Every combination of values is a group, whether anybody belongs to it or not, so that a name
    tells nothing. The most isolated people come last.
    """
    columns = [column for column in view.columns if _makes_groups(column, view)]
    for depth in range(1, view.tables.charter.intersections + 1):
        for chosen in itertools.combinations(columns, depth):
            for values in itertools.product(*(_values(column, view) for column in chosen)):
                pairs = list(zip(chosen, values, strict=True))
                name = ", ".join(f"{column.title} = {_spelt(value)}" for column, value in pairs)
                inside = [(view.real[column.name] == value).to_numpy() for column, value in pairs]
                yield name, np.logical_and.reduce(inside)
    yield ISOLATED, _highest(view.to_real)


def _makes_groups(column: Column, view: View) -> bool:
    few = column.type in {"category", "boolean"} or len(_values(column, view)) <= MOST_NUMBERS
    return "protected" in column.roles and few


def _values(column: Column, view: View) -> list[object]:
    return sorted(view.real[column.name].dropna().unique(), key=str)


def _spelt(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _highest(score: np.ndarray) -> np.ndarray:
    """Return the top 5 %, all who tie with the last of them included."""
    least = np.sort(score)[::-1][max(0, int(np.ceil(TOP * len(score))) - 1)]
    return np.asarray(score >= least)


@dataclass(frozen=True)
class _Group:
    """The people of one group, and how sure each of its intervals must be."""

    view: View
    name: str
    mask: np.ndarray
    level: float

    @property
    def too_small(self) -> bool:
        member, cell = self.view.member, self.view.minimum_cell
        return bool(min((self.mask & member).sum(), (self.mask & ~member).sum()) < cell)

    def excess(self, metric: str, hit: np.ndarray, how: str, **scope: str) -> Estimate:
        """Return how much more often members of the group are hit than its other people."""
        view, mask = self.view, self.mask
        labels = view.labels
        level = 1 - (1 - self.level) / (len(view.secrets) if scope else 1)
        within = Labels(
            view.member[mask],
            None if labels.unit is None else labels.unit[mask],
            None if labels.stratum is None else labels.stratum[mask],
        )
        size = labels.effective(mask & view.member) if view.sampled else None
        others = labels.effective(mask & ~view.member)
        gap = excess(hit[mask], view.member[mask], others, level, size)
        p = within.hits_p(hit[mask], view.rng(f"{metric} {self.name} {scope}"))
        gap = gap.unless(p, level)
        method = (
            f"{GROUPS.method}: within the group, share of train {how}, minus share of control; "
            "Wilson interval of the control share"
        )
        return self._estimate(metric, gap, method, 0.0, scope)

    def auc(self) -> Estimate:
        """Return how well the local distance ratio tells members from others in the group."""
        view, mask = self.view, self.mask
        train = np.sort(view.ratio[mask & view.member])
        control = view.ratio[mask & ~view.member]
        above = len(train) - np.searchsorted(train, control, side="right")
        tied = len(train) - np.searchsorted(train, control, side="left") - above
        placed = (above + 0.5 * tied) / len(train)
        area = mean_bounds(placed, view.labels.effective(mask & ~view.member), self.level)
        method = (
            f"{GROUPS.method}: area under the ROC curve of the local distance ratio within the "
            "group; interval from the placements of control alone (after DeLong et al. 1988)"
        )
        return self._estimate(AUC, area, method, 0.5, {})

    def _estimate(
        self, metric: str, found: Interval, method: str, baseline: float, scope: dict[str, str]
    ) -> Estimate:
        count, cell = int(self.mask.sum()), self.view.minimum_cell
        measured = interval(
            metric,
            found.value,
            found.low,
            found.high,
            n=count - count % cell,
            method=method,
            baseline=baseline,
            level=self.level,
            note=_TOGETHER,
            group=self.name,
        )
        return measured.about(scope)


def _measure(view: View) -> tuple[Estimate, ...]:
    found = list(groups(view))
    level = 1 - (1 - CONFIDENCE) / len(found)
    top = _highest(view.ratio)
    secrets = {secret.name: learnt(view, secret) for secret in view.secrets}
    estimates: list[Estimate] = []
    for name, mask in found:
        group = _Group(view, name, mask, level)
        if group.too_small:
            why = f"Fewer than {view.minimum_cell} people of this group in train or control."
            estimates += GROUPS.missing(why, group=name)
            continue
        estimates.append(
            group.excess(EXCESS, top, "among the 5 % of all records with the highest local ratio")
        )
        estimates.append(
            group.excess(COPIES, view.headline.copied, "that stand in the synthetic table")
        )
        estimates.append(group.auc())
        estimates += [
            group.excess(ATTRIBUTE, right, "whose secret is learnt", secret=secret)
            for secret, right in secrets.items()
        ]
    return tuple(estimates)


GROUPS = Attack(
    id="groups",
    version="2",
    title="Groups and outliers",
    knows="every attribute of a person, and comparable records of other people.",
    wants="to recognise members of one group, or unusual people, or to learn their secrets.",
    can="look at the most recognisable records of that group alone.",
    cost="nothing beyond the attacks on everybody",
    criterion="singling out",
    status="description",
    metrics=(EXCESS, COPIES, AUC, ATTRIBUTE),
    measure=_measure,
)
