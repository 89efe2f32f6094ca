"""Figures of the utility room, from records alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from synthnb.figures.rows import cut, ticks
from synthnb.figures.style import BAD, CONTROL, MUTED, REAL, SYNTHETIC, Figure, canvas
from synthnb.records import Estimate
from synthnb.records.policy import Direction

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Limits = Mapping[str, tuple[Direction, float]]
_ROW = 0.32
_LONGEST = 40


def task(estimates: Iterable[Estimate], limits: Limits | None = None) -> Figure:
    """Return how well models trained on each table serve the task, chance marked.

    Parameters
    ----------
    estimates : iterable of Estimate
    limits : mapping, optional
        Where `utility.task.loss` is limited, the score that training on synthetic data may fall to
        is drawn.
    """
    by_metric = {e.metric: e for e in estimates if e.measured}
    rows = [
        (label, by_metric[name], colour, mark)
        for label, name, colour, mark in (
            ("trained on real", "utility.task.real", REAL, "o"),
            ("trained on synthetic", "utility.task.synthetic", SYNTHETIC, "D"),
        )
        if name in by_metric
    ]
    loss = by_metric.get("utility.task.loss")
    _, limit = (limits or {}).get("utility.task.loss", (None, None))
    alt = " ".join(f"{label}: {_say(e)}." for label, e, _, _ in rows) or "Nothing was measured."
    alt += f" Loss: {_say(loss)}." if loss else ""
    title = "The charter's task, served by real and by synthetic training data"
    with canvas("utility-task", title, alt, figsize=(6.4, 1.9)) as drawn:
        axes = drawn.axes
        for row, (_, estimate, colour, mark) in enumerate(rows):
            _whisker(axes, estimate, row, colour, mark)
        if rows:
            axes.axvline(rows[0][1].baseline or 0, color=MUTED, linestyle=":", label="chance")
            if limit is not None and rows[0][0] == "trained on real":
                lowest = (rows[0][1].value or 0) - limit
                axes.axvline(lowest, color=BAD, linestyle="--", label="limit of the loss")
            axes.legend(loc="upper center", bbox_to_anchor=(0.5, 1.28), ncols=2)
        ticks(axes, [label for label, *_ in rows])
        axes.set_xlabel("score on real control records (ROC AUC or R²)")
    return drawn.result


def worst_columns(estimates: Iterable[Estimate]) -> Figure:
    """Return the columns furthest below what another real sample scores."""
    return _worst(estimates, "utility.column.shape", "column", "utility-columns", "Columns")


def worst_pairs(estimates: Iterable[Estimate]) -> Figure:
    """Return the pairs of columns furthest below what another real sample scores."""
    return _worst(estimates, "utility.pair.trend", "pair", "utility-pairs", "Pairs of columns")


def _worst(
    estimates: Iterable[Estimate], metric_id: str, scope: str, name: str, what: str
) -> Figure:
    shown = [e for e in estimates if e.metric == metric_id and e.measured]
    alt = " ".join(f"{e.scope[scope]}: {_say(e)}." for e in shown) or "Nothing was measured."
    title = f"{what} that fall furthest below what another real sample scores"
    with canvas(name, title, alt, figsize=(6.4, 1.1 + _ROW * max(len(shown), 1))) as drawn:
        axes = drawn.axes
        for row, estimate in enumerate(shown):
            _whisker(axes, estimate, row, SYNTHETIC, "D", "synthetic" if row == 0 else None)
        usual = [(e.baseline, row) for row, e in enumerate(shown) if e.baseline is not None]
        if usual:
            axes.plot(
                [value for value, _ in usual],
                [row for _, row in usual],
                "o",
                color=CONTROL,
                markersize=5,
                label="another real sample",
            )
        if shown:
            axes.legend(loc="lower left")
        ticks(axes, [cut(e.scope[scope], _LONGEST) for e in shown])
        axes.set_xlim(0, 1.02)
        axes.set_xlabel("SDMetrics score (1: alike)")
    return drawn.result


def _say(estimate: Estimate) -> str:
    if estimate.value is None:
        return "not measured"
    text = f"{estimate.value:.3f}"
    if estimate.low is not None and estimate.high is not None:
        text += f" ({estimate.low:.3f} to {estimate.high:.3f})"
    if estimate.baseline is not None:
        text += f", baseline {estimate.baseline:.3f}"
    return text


def _whisker(
    axes: Axes, estimate: Estimate, row: int, colour: str, mark: str, label: str | None = None
) -> None:
    if estimate.low is not None and estimate.high is not None:
        axes.plot([estimate.low, estimate.high], [row, row], color=colour)
    if estimate.value is not None:
        axes.plot([estimate.value], [row], mark, color=colour, markersize=5, label=label)
