"""Differences between two groups in how models treat them, and what synthetic training adds.

Equalized odds asks for equal true and false positive rates. Its usual number, the largest
difference minus the smallest, is never negative, and a bootstrap of it is biased near zero; so
every pair is shown with its sign, and the intervals of one measure hold together.

Source: Hardt, Price and Srebro (2016) for equalized odds; Bonferroni for the pairs of a measure.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from synthnb.fairness.decisions import DIGITS, TABLES, Draws, bounds, method, share
from synthnb.fairness.grouping import Group, Groups, members
from synthnb.fairness.outcomes import RELATIVE
from synthnb.fairness.proportions import simultaneous
from synthnb.records import Estimate, interval, missing

PAIR = "fairness.model.pair"
ADDED = "fairness.model.added_gap"
ODDS = "fairness.model.added_odds_gap"
MEASURES = ("tpr", "fpr", "selection_rate", "accuracy")


@dataclass(frozen=True)
class _Gap:
    """A difference between two groups: as it is, by replicate, and where those centre."""

    point: float
    drawn: np.ndarray
    centre: float


@dataclass(frozen=True)
class Pairs:
    """Every pair of groups of one family of models."""

    draws: Draws
    found: Groups
    control: pd.DataFrame
    level: float

    def estimates(self) -> list[Estimate]:
        """Return differences of pairs, then what synthetic training adds to each gap."""
        pairs = list(self._pairs())
        family = self.draws.tested.family
        if not pairs:
            why = "there is no second group to compare with"
            names = () if self.found.refused else (PAIR, ADDED, ODDS)
            return [missing(name, why, method=method(family), model=family) for name in names]
        made = [self._pair(pair, *which, len(pairs)) for which in _WHICH for pair in pairs]
        against = [pair for pair in pairs if pair[1] == self.found.reference(pair[1].columns)]
        for name, measure in ((ADDED, "selection_rate"), (ODDS, "tpr"), (ODDS, "fpr")):
            made += [self._added(pair, name, measure, len(against)) for pair in against]
        return made

    def _pairs(self) -> Iterator[tuple[Group, Group]]:
        """Yield all pairs of single columns, and each crossing against its reference group."""
        for columns in self.found.crossings:
            reference = self.found.reference(columns)
            others = [group for group in self.found.of(columns) if group != reference]
            yield from ((group, reference) for group in others)
            if len(columns) == 1:
                yield from itertools.combinations(others, 2)

    def _gap(self, pair: tuple[Group, Group], measure: str, table: str) -> _Gap | None:
        """Return the difference in a measure; None where too few people are behind it."""
        tested, total = self.draws.tested, _Gap(0.0, np.zeros(1), 0.0)
        for sign, group in zip((1, -1), pair, strict=True):
            inside = members(group, self.control)
            truth = tested.truth[inside]
            base = {"tpr": truth == 1, "fpr": truth == 0}.get(measure, np.ones(len(truth), bool))
            if int(base.sum()) < self.found.minimum_cell:
                return None
            said = tested.decisions(table)[:, inside][:, base]
            right = said == truth[base] if measure == "accuracy" else said
            drawn, centre = self.draws.of(inside, self.found.counted.index(group))
            total = _Gap(
                total.point + sign * float(right.mean()),
                total.drawn + sign * share(drawn, measure, table),
                total.centre + sign * float(share(centre, measure, table).mean()),
            )
        return total

    def _size(self, pair: tuple[Group, Group]) -> int:
        size = sum(int(members(group, self.control).sum()) for group in pair)
        return size - size % self.found.minimum_cell

    def _pair(self, pair: tuple[Group, Group], measure: str, table: str, family: int) -> Estimate:
        name = self.draws.tested.family
        scope = {
            "pair": f"{pair[0].label} − {pair[1].label}",
            "measure": measure,
            "model": name,
            "trained_on": table,
        }
        how = f"{method(name)}; simultaneous over {family} pairs (Bonferroni)"
        gap = self._gap(pair, measure, table)
        if gap is None:
            return missing(PAIR, self._too_few, method=how, **scope)
        value = round(gap.point, DIGITS)
        each = simultaneous(self.level, family)
        low, high = bounds(value, gap.drawn, np.asarray(gap.centre), each, -1.0)
        return interval(
            PAIR,
            value,
            low,
            high,
            n=self._size(pair),
            method=how,
            seed=self.draws.seed,
            baseline=0.0,
            level=self.level,
        ).about(scope)

    @property
    def _too_few(self) -> str:
        return f"fewer than {self.found.minimum_cell} control records of one of the groups"

    def _added(self, pair: tuple[Group, Group], metric: str, measure: str, family: int) -> Estimate:
        name = self.draws.tested.family
        how = (
            f"{method(name)}; both models on the same resampled records; simultaneous over "
            f"{family} groups (Bonferroni)"
        )
        scope = {"group": pair[0].label, "model": name}
        scope |= {"measure": measure} if metric == ODDS else {}
        real, made = (self._gap(pair, measure, table) for table in TABLES)
        if real is None or made is None:
            return missing(metric, self._too_few, method=how, **scope)
        value = round(abs(made.point) - abs(real.point), DIGITS)
        drawn = np.abs(made.drawn) - np.abs(real.drawn)
        centre = np.asarray(abs(made.centre) - abs(real.centre))
        low, high = bounds(value, drawn, centre, simultaneous(self.level, family), -1.0)
        return interval(
            metric,
            value,
            low,
            high,
            n=self._size(pair),
            method=how,
            seed=self.draws.seed,
            baseline=0.0,
            level=self.level,
            note=f"{RELATIVE}{pair[1].label}",
        ).about(scope)


_WHICH = list(itertools.product(MEASURES, TABLES))
