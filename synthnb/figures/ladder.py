"""The ladder: what each attack saw, rung by rung, beside what chance would show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from synthnb.figures.rows import aside, height, label, name, said
from synthnb.figures.style import INK, REAL, Figure, canvas
from synthnb.records import Estimate, metric

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_RUNGS = (
    "privacy.exact_copies.count_share",
    "privacy.membership.auc",
    "privacy.membership.tpr",
    "privacy.distance.share",
    "privacy.reidentification.risk",
    "privacy.external.matched",
    "privacy.exchangeability.auc",
)
_TESTS = ("privacy.exact_copies.p", "privacy.membership.p")


def ladder(estimates: Iterable[Estimate]) -> Figure:
    """Draw what each attack saw, rung by rung, beside what chance would show.

    Parameters
    ----------
    estimates : iterable of Estimate
        Shares and scores between 0 and 1 are drawn; the p-value of a headline test stands beside
        what it tests. Attacks for which there was nothing to measure are left out.
    """
    every = [estimate for estimate in estimates if estimate.measured]
    rows = sorted((e for e in every if e.metric in _RUNGS), key=lambda e: _RUNGS.index(e.metric))
    chances = {_key(e): e for e in every if e.metric in _TESTS}
    title = "What each attack saw, and what chance would show"
    words = " ".join(f"{said(row)}: {_beside(row, chances)}{_chance(row)}." for row in rows)
    alt = f"{title}. {words or 'Nothing was measured.'}"
    with canvas("privacy-ladder", title, alt, figsize=(7.2, height(len(rows)))) as drawn:
        for at, row in enumerate(rows):
            _draw(drawn.axes, at, row, chances)
        label(drawn.axes, [name(row) for row in rows])
        drawn.axes.set_xlim(-0.02, 1.02)
        drawn.axes.set_xlabel("Share or score; the upright bar is chance")
    return drawn.result


def _key(estimate: Estimate) -> str:
    """Return the attack: what a p-value and a rung have in common."""
    return estimate.metric.rpartition(".")[0]


def _draw(axes: Axes, at: int, row: Estimate, chances: Mapping[str, Estimate]) -> None:
    if row.low is not None and row.high is not None:
        axes.plot([row.low, row.high], [at, at], color=REAL, linewidth=2)
    if row.value is not None:
        axes.plot([row.value], [at], "o", color=REAL, markersize=6)
    if (chance := _expected(row)) is not None:
        axes.plot([chance, chance], [at - 0.3, at + 0.3], color=INK, linewidth=1.2)
    aside(axes, at, _beside(row, chances), INK)


def _expected(row: Estimate) -> float | None:
    return metric(row.metric).chance if row.baseline is None else row.baseline


def _beside(row: Estimate, chances: Mapping[str, Estimate]) -> str:
    text = metric(row.metric).show(row.value or 0.0)
    p = chances.get(_key(row))
    if p is None or p.value is None:
        return text
    shown = metric(p.metric).show(p.value)
    return f"{text}, p {shown}" if shown.startswith("<") else f"{text}, p = {shown}"


def _chance(row: Estimate) -> str:
    chance = _expected(row)
    return "" if chance is None else f", chance {metric(row.metric).show(chance)}"
