"""Figures of the privacy room, from its estimates alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from synthnb.figures.style import BAD, GOOD, INK, MUTED, REAL, UNSURE, Figure, canvas
from synthnb.records import Estimate, metric
from synthnb.records.policy import Direction
from synthnb.records.verdict import state_of

Limits = Mapping[str, tuple[Direction, float]]

_STATES = {
    "within": ("o", GOOD, "within the limit"),
    "across": ("D", UNSURE, "cannot tell"),
    "beyond": ("s", BAD, "beyond the limit"),
    "unlimited": ("o", REAL, "no limit"),
}


_PLACES = {"pass": "within", "inconclusive": "across", "fail": "beyond"}


def forest(estimates: Iterable[Estimate], limits: Limits) -> Figure:
    """Draw every excess with its interval against its limit.

    Parameters
    ----------
    estimates : iterable of Estimate
        Those whose metric ends in ``.excess`` are drawn.
    limits : mapping
        Metric id -> (direction, limit), as `Session.limits` gives them.
    """
    rows = [estimate for estimate in estimates if estimate.metric.endswith(".excess")]
    height = 1.3 + 0.42 * max(1, len(rows))
    title = "What attackers gain from people's having been in the data"
    alt = f"{title}. " + " ".join(_excess_in_words(row, limits) for row in rows)
    with canvas("privacy-forest", title, alt, figsize=(7.2, height)) as drawn:
        for at, row in enumerate(rows):
            _draw_excess(drawn.axes, at, row, limits)
        _finish(drawn.axes, [_name(row) for row in rows])
        drawn.axes.axvline(0, color=INK, linewidth=0.8)
        drawn.axes.set_xlabel("Share of people in train, minus share in control (points)")
    return _result(drawn)


def ladder(estimates: Iterable[Estimate]) -> Figure:
    """Draw what each attack saw, rung by rung, beside what chance would show.

    Parameters
    ----------
    estimates : iterable of Estimate
        Shares and scores between 0 and 1 are drawn; a p-value of the same attack stands beside.
    """
    every = list(estimates)
    rows = [e for e in every if e.metric in _RUNGS]
    chances = {_attack(e): e for e in every if e.metric.endswith(".p") and e.measured}
    title = "What each attack saw, and what chance would show"
    alt = f"{title}. " + " ".join(_rung_in_words(row, chances) for row in rows)
    height = 1.2 + 0.42 * max(1, len(rows))
    with canvas("privacy-ladder", title, alt, figsize=(7.2, height)) as drawn:
        for at, row in enumerate(rows):
            _draw_rung(drawn.axes, at, row, chances)
        _finish(drawn.axes, [_name(row) for row in rows])
        drawn.axes.set_xlim(-0.02, 1.02)
        drawn.axes.set_xlabel("Share or score; the upright bar is chance")
    return _result(drawn)


_RUNGS = (
    "privacy.exact_copies.count_share",
    "privacy.distance.share",
    "privacy.membership.auc",
    "privacy.reidentification.risk",
    "privacy.exchangeability.auc",
)


def state(estimate: Estimate, limits: Limits) -> str:
    """Return where an interval lies: within, across, beyond its limit, or unlimited."""
    if estimate.metric not in limits:
        return "unlimited"
    return _PLACES[state_of(estimate, *limits[estimate.metric])]


def _draw_excess(axes: Any, at: int, row: Estimate, limits: Limits) -> None:
    if row.value is None or row.low is None or row.high is None:
        _aside(axes, at, "not measured", MUTED)
        return
    marker, colour, word = _STATES[state(row, limits)]
    axes.plot([100 * row.low, 100 * row.high], [at, at], color=colour, linewidth=2)
    axes.plot([100 * row.value], [at], marker, color=colour, markersize=6)
    if row.metric in limits:
        limit = 100 * limits[row.metric][1]
        axes.plot([limit, limit], [at - 0.35, at + 0.35], color=INK, linewidth=1.2, dashes=(3, 2))
    _aside(axes, at, word, colour)


def _draw_rung(axes: Any, at: int, row: Estimate, chances: Mapping[str, Estimate]) -> None:
    if row.value is None:
        _aside(axes, at, "not measured", MUTED)
        return
    if row.low is not None and row.high is not None:
        axes.plot([row.low, row.high], [at, at], color=REAL, linewidth=2)
    axes.plot([row.value], [at], "o", color=REAL, markersize=6)
    if row.baseline is not None:
        axes.plot([row.baseline, row.baseline], [at - 0.3, at + 0.3], color=INK, linewidth=1.2)
    _aside(axes, at, _beside(row, chances), INK)


def _beside(row: Estimate, chances: Mapping[str, Estimate]) -> str:
    text = metric(row.metric).show(row.value or 0.0)
    p = chances.get(_attack(row))
    if p is None or p.value is None:
        return text
    shown = metric(p.metric).show(p.value)
    return f"{text}, p {shown}" if shown.startswith("<") else f"{text}, p = {shown}"


def _attack(estimate: Estimate) -> str:
    return estimate.metric.rpartition(".")[0]


def _name(row: Estimate) -> str:
    scope = ", ".join(row.scope.values())
    scope = scope if len(scope) <= 28 else f"{scope[:27]}…"
    title = metric(row.metric).title
    return f"{title}\n{scope}" if scope else title


def _aside(axes: Any, at: int, text: str, colour: str) -> None:
    axes.text(
        1.02, at, text, transform=axes.get_yaxis_transform(), va="center", color=colour, fontsize=8
    )


def _finish(axes: Any, names: Sequence[str]) -> None:
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(max(1, len(names)) - 0.5, -0.5)
    axes.grid(axis="y", visible=False)
    axes.tick_params(axis="y", length=0)
    if not names:
        axes.text(0.5, 0.5, "nothing was measured", transform=axes.transAxes, ha="center")


def _excess_in_words(row: Estimate, limits: Limits) -> str:
    name = _name(row).replace("\n", ", ")
    if row.value is None or row.low is None or row.high is None:
        return f"{name}: not measured."
    show = metric(row.metric).show
    limit = f", limit {show(limits[row.metric][1])}" if row.metric in limits else ""
    word = _STATES[state(row, limits)][2]
    return (
        f"{name}: {show(row.value)}, interval {show(row.low)} to {show(row.high)}{limit}: {word}."
    )


def _rung_in_words(row: Estimate, chances: Mapping[str, Estimate]) -> str:
    name = _name(row).replace("\n", ", ")
    if row.value is None:
        return f"{name}: not measured."
    chance = "" if row.baseline is None else f", chance {metric(row.metric).show(row.baseline)}"
    return f"{name}: {_beside(row, chances)}{chance}."


def _result(drawn: Any) -> Figure:
    figure: Figure = drawn.result
    return figure
