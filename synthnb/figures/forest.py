"""A forest plot of findings: each interval against its own limit, side by side.

Metrics with different units meet on one axis because every row is measured from its limit, and
turned so that left is inside the limit and right is outside. Rows of one metric share a scale.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from synthnb.figures.glyphs import drawable
from synthnb.figures.style import BAD, GOOD, GRID, INK, MUTED, UNSURE, Figure, canvas
from synthnb.records import Finding, metric
from synthnb.records.policy import State

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WORDS: dict[State, str] = {
    "pass": "pass",
    "fail": "fail",
    "inconclusive": "inconclusive",
    "not-measured": "not measured",
}
_MARKS: dict[State, str] = {"pass": "o", "fail": "X", "inconclusive": "D", "not-measured": "_"}
_COLOURS: dict[State, str] = {
    "pass": GOOD,
    "fail": BAD,
    "inconclusive": UNSURE,
    "not-measured": MUTED,
}
_URGENT: tuple[State, ...] = ("fail", "not-measured", "inconclusive", "pass")
_MOST = 20
_LABEL = 58
_SCOPE = 30


def forest(
    name: str, title: str, rows: Sequence[Finding], labels: Mapping[str, str] | None = None
) -> Figure:
    """Draw findings about measured limits.

    Parameters
    ----------
    name : str
        File name without ending.
    title : str
        Caption.
    rows : sequence of Finding
        Those without a metric, direction and limit are left out; of more than 20 the worst stay.
    labels : mapping, optional
        Finding id -> what to write beside the row, instead of the metric's title and scope.

    Returns
    -------
    Figure
        With an alternative text that gives every row in words.
    """
    shown = [row for row in rows if row.metric and row.direction and row.limit is not None]
    urgent = sorted(shown, key=lambda row: _URGENT.index(row.state))[:_MOST]
    kept = [row for row in shown if row in urgent]
    texts = [(labels or {}).get(row.id) or label_of(row) for row in kept]
    alt = _alt(kept, texts, len(shown))
    with canvas(name, title, alt, figsize=(6.6, 0.85 + 0.25 * max(len(kept), 1))) as c:
        axes = c.axes
        axes.axvspan(-1.12, 0, color=GOOD, alpha=0.07, lw=0)
        axes.axvline(0, color=INK, lw=1.2)
        for place, row in enumerate(kept):
            _row(axes, place, row, _scale(row, kept))
        axes.set_yticks(range(len(kept)), [_short(text) for text in texts], fontsize=7.5)
        axes.set_ylim(len(kept) - 0.4, -0.6)
        axes.set_xlim(-1.12, 1.12)
        axes.set_xticks([-0.62, 0, 0.62], ["inside", "limit", "outside"])
        axes.tick_params(axis="both", length=0)
        axes.xaxis.grid(False)
        axes.yaxis.grid(True, color=GRID)
        axes.spines[["left", "bottom"]].set_visible(False)
    return c.result


def label_of(finding: Finding) -> str:
    """Return the metric's title and what the finding is about."""
    title = metric(finding.metric).title if finding.metric else finding.title
    scope = finding.estimate.scope.values() if finding.estimate else ()
    return " · ".join([title, *scope])


def _scale(row: Finding, rows: Sequence[Finding]) -> float:
    """Return the largest finite distance from the limit among the rows of one metric."""
    reach = [
        abs(end - other.limit)
        for other in rows
        if other.metric == row.metric and other.limit is not None
        for end in _ends(other)
        if math.isfinite(end)
    ]
    return max(reach, default=0.0) or 1.0


def _ends(row: Finding) -> tuple[float, ...]:
    estimate = row.estimate
    if estimate is None or estimate.value is None:
        return ()
    ends = (estimate.low, estimate.value, estimate.high)
    return tuple(end for end in ends if end is not None)


def _row(axes: Axes, place: int, row: Finding, scale: float) -> None:
    colour, ends = _COLOURS[row.state], _ends(row)
    said = "not measured" if not ends else f"{_number(row)}  {WORDS[row.state]}"
    axes.text(1.16, place, said, va="center", fontsize=8, color=colour, clip_on=False)
    if not ends or row.limit is None:
        axes.plot([0], [place], marker="_", color=MUTED, ms=1)
        return
    turn = 1.0 if row.direction == "at_most" else -1.0
    at = [_place(turn * (end - row.limit) / scale) for end in ends]
    if len(at) > 1:
        axes.plot([min(at), max(at)], [place, place], color=colour, lw=2, solid_capstyle="butt")
    point = at[len(at) // 2]
    axes.plot([point], [place], _MARKS[row.state], color=colour, ms=6.5, mec="white", mew=0.7)


def _place(distance: float) -> float:
    """Return where a distance stands; what lies beyond the plot stands at its edge."""
    return max(-1.08, min(1.08, distance))


def _number(row: Finding) -> str:
    if row.metric is None or row.estimate is None or row.estimate.value is None:
        return ""
    return metric(row.metric).show(row.estimate.value)


def _short(text: str) -> str:
    """Return a label that fits beside the plot; what the row is about is kept before its title."""
    head, dot, scope = drawable(" ".join(text.split())).partition(" · ")
    scope = _cut(scope, _SCOPE)
    return _cut(head, _LABEL - len(dot) - len(scope)) + dot + scope


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def _alt(kept: Sequence[Finding], texts: Sequence[str], total: int) -> str:
    lines = [
        f"{text}: {_number(row) or 'no number'}, {WORDS[row.state]}"
        for text, row in zip(texts, kept, strict=True)
    ]
    some = f"{len(kept)} of {total} findings, the worst first chosen" if total > len(kept) else ""
    head = some or ("1 finding" if total == 1 else f"{total} findings")
    return f"Intervals against their limits, {head}. " + "; ".join(lines) + "."
