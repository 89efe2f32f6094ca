"""What the privacy figures share: one row an estimate, its name left, a word about it right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from synthnb.records import Estimate, metric

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NOTHING = "nothing was measured"
_LONGEST = 34


def name(row: Estimate) -> str:
    """Return what a row is called: the metric's title and, below it, what it is about."""
    scope = ", ".join(row.scope.values())
    title = metric(row.metric).title
    return f"{title}\n{cut(scope)}" if scope else title


def cut(text: str, length: int = _LONGEST) -> str:
    """Return a text that is no longer than that."""
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"


def said(row: Estimate) -> str:
    """Return the name of a row on one line, uncut, for a sentence."""
    return ", ".join([metric(row.metric).title, *row.scope.values()])


def height(rows: int) -> float:
    """Return how high a figure of so many rows is, in inches."""
    return 1.15 + 0.4 * max(1, rows)


def aside(axes: Axes, at: int, text: str, colour: str) -> None:
    """Write a word to the right of a row."""
    axes.text(
        1.02, at, text, transform=axes.get_yaxis_transform(), va="center", color=colour, fontsize=8
    )


def label(axes: Axes, names: Sequence[str]) -> None:
    """Name the rows in small letters and without ticks."""
    ticks(axes, names, fontsize=8)
    axes.tick_params(axis="y", length=0)


def ticks(axes: Axes, names: Sequence[str], **text: Any) -> None:
    """Name the rows, the first on top; an empty figure says so."""
    axes.set_yticks(range(len(names)), names, **text)
    axes.set_ylim(max(1, len(names)) - 0.5, -0.5)
    axes.grid(axis="y", visible=False)
    if not names:
        axes.text(0.5, 0.5, NOTHING, transform=axes.transAxes, ha="center")
