"""The front of a sweep: every pair of objectives, with intervals."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from synthnb.figures.style import MUTED, SYNTHETIC, Figure, canvas
from synthnb.records import Trial, Tuning, metric

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_CHOSEN = "#b00020"
_MARKS = (("*", _CHOSEN, "recommended"), ("o", SYNTHETIC, "on the front"), ("x", MUTED, "beaten"))


def pareto(tuning: Tuning) -> Figure:
    """Draw each pair of objectives: all trials, the front, and the recommended one.

    Parameters
    ----------
    tuning : Tuning
        Down and left is better everywhere.
    """
    pairs = list(itertools.combinations(range(len(tuning.objectives)), 2)) or [(0, 0)]
    done = [trial for trial in tuning.trials if trial.scores]
    title = "Trials of the sweep: down and to the left is better"
    size = (3.4 * len(pairs), 3.4)
    with canvas("tuning-front", title, _words(tuning), figsize=size) as drawn:
        drawn.axes.remove()
        boxes = drawn.figure.subplots(1, len(pairs), squeeze=False)[0]
        for axes, (x, y) in zip(boxes, pairs, strict=True):
            for trial in done:
                _point(axes, trial, x, y, tuning)
            for mark, colour, text in _MARKS:
                axes.plot([], [], mark, color=colour, label=text)
            axes.set_xlabel(_title(tuning, x), fontsize=8)
            axes.set_ylabel(_title(tuning, y), fontsize=8)
        boxes[0].legend(fontsize=7)
    return drawn.result


def _point(axes: Axes, trial: Trial, x: int, y: int, tuning: Tuning) -> None:
    first, second = trial.scores[x], trial.scores[y]
    best, chosen = trial.number in tuning.front, trial.number == tuning.recommended
    colour = _CHOSEN if chosen else SYNTHETIC if best else MUTED
    mark = "*" if chosen else "o" if best else "x"
    if best:
        axes.errorbar(
            first.value,
            second.value,
            xerr=[[first.value - first.low], [first.high - first.value]],
            yerr=[[second.value - second.low], [second.high - second.value]],
            color=colour,
            linewidth=0.6,
            alpha=0.5,
        )
    axes.plot(
        first.value, second.value, mark, color=colour, markersize=11 if chosen else 5, zorder=3
    )
    if best:
        axes.annotate(
            str(trial.number),
            (first.value, second.value),
            textcoords="offset points",
            xytext=(4, 4),
            fontsize=7,
        )


def _title(tuning: Tuning, place: int) -> str:
    return metric(tuning.objectives[place]).title


def _words(tuning: Tuning) -> str:
    lines = [f"{len(tuning.trials)} trials, {len(tuning.front)} on the front."]
    for number in tuning.front:
        trial = tuning.trial(number)
        said = ", ".join(
            f"{metric(each.metric).title} {metric(each.metric).show(each.value)}"
            for each in trial.scores
        )
        star = " (recommended)" if number == tuning.recommended else ""
        lines.append(f"Trial {number}, {trial.configuration}{star}: {said}.")
    return " ".join(lines)
