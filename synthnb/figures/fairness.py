"""Figures of the fairness audit, from records alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from synthnb.figures.rows import cut, ticks
from synthnb.figures.style import BAD, MUTED, REAL, SYNTHETIC, Figure, canvas
from synthnb.records import Estimate, metric
from synthnb.records.policy import Direction

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Limits = Mapping[str, tuple[Direction, float]]
_ROW = 0.32
_LONGEST = 40


def representation(estimates: Iterable[Estimate]) -> Figure:
    """Return a forest plot of how often each group occurs, on a ratio scale around 1."""
    name = "fairness.representation.ratio"
    shown = _measured(estimates, name)
    finite = [e for e in shown if e.value is not None and e.value < float("inf")]
    alt = _alt("Synthetic share over real share", finite)
    title = "How often each group occurs in the synthetic table, for once in the real data"
    with canvas("fairness-representation", title, alt, figsize=_size(len(finite))) as drawn:
        axes = drawn.axes
        axes.axvline(1, color=MUTED, linewidth=1)
        _forest(axes, finite, [SYNTHETIC] * len(finite))
        highest = max((min(e.high or 1, 4.0) for e in finite), default=1)
        axes.set_xlim(0, max(2.0, 1.05 * highest))
        axes.set_xlabel("synthetic share / real share (1: as in reality)")
    return drawn.result


def label_rates(estimates: Iterable[Estimate]) -> Figure:
    """Return each group's favourable share: real (dot with interval) beside synthetic (diamond)."""
    shown = _measured(estimates, "fairness.label.rate")
    labels = list(dict.fromkeys(e.scope["group"] for e in shown))
    alt = "Favourable share, real and synthetic. " + " ".join(
        f"{e.scope['group']}, {e.scope['table']}: {_say(e)}." for e in shown
    )
    title = "Favourable outcome by group, real beside synthetic"
    with canvas("fairness-rates", title, alt, figsize=_size(len(labels))) as drawn:
        axes = drawn.axes
        for table, colour, mark, shift in (
            ("real", REAL, "o", -0.12),
            ("synthetic", SYNTHETIC, "D", 0.12),
        ):
            here = [e for e in shown if e.scope["table"] == table]
            rows = [labels.index(e.scope["group"]) + shift for e in here]
            _points(axes, here, rows, colour, mark, table)
        ticks(axes, [cut(text, _LONGEST) for text in labels])
        axes.set_xlim(0, 1.02)
        axes.set_xlabel("share with the favourable outcome")
        if labels:
            axes.legend(loc="lower left")
    return drawn.result


def amplification(estimates: Iterable[Estimate], limits: Limits | None = None) -> Figure:
    """Return a forest plot of what the generator did to each gap, with the limit either side.

    Parameters
    ----------
    estimates : iterable of Estimate
    limits : mapping, optional
        Metric to direction and limit; `fairness.label.amplification_size` is drawn both ways.
    """
    shown = _measured(estimates, "fairness.label.amplification")
    _, limit = (limits or {}).get("fairness.label.amplification_size", (None, None))
    alt = _alt("Synthetic gap minus real gap", shown)
    if limit is not None:
        alt += f" The limit is {limit:g} either side of 0."
    title = "What the generator did to the outcome gap of each group"
    with canvas("fairness-amplification", title, alt, figsize=_size(len(shown))) as drawn:
        axes = drawn.axes
        axes.axvline(0, color=MUTED, linewidth=1)
        if limit is not None:
            for side in (-limit, limit):
                axes.axvline(side, color=BAD, linewidth=1, linestyle="--")
            axes.plot([], [], color=BAD, linestyle="--", linewidth=1, label="limit")
            axes.legend(loc="lower right")
        colours = [MUTED if (e.low or 0) <= 0 <= (e.high or 0) else SYNTHETIC for e in shown]
        _forest(axes, shown, colours)
        axes.set_xlabel("synthetic gap minus real gap (left: worse than in reality; right: better)")
    return drawn.result


def conditional(estimates: Iterable[Estimate]) -> Figure:
    """Return each group's gap, real beside synthetic, among people who are alike."""
    return _beside(
        estimates,
        {"metric": "fairness.conditional.gap"},
        ("table", ("real", "synthetic"), ("real data", "synthetic data")),
        "fairness-conditional",
        "Gap in the favourable outcome among people who are alike in what may explain it",
        "difference to the largest group",
    )


def model_gaps(estimates: Iterable[Estimate]) -> Figure:
    """Return how much wider each gap in selection gets by synthetic training, by model family."""
    return _beside(
        estimates,
        {"metric": "fairness.model.added_gap"},
        ("model", ("linear", "boosting"), ("linear model", "gradient boosting")),
        "fairness-models",
        "How much wider gaps in selection get when a model learns from synthetic records",
        "added gap (above 0: wider; below 0: narrower)",
    )


def group_likeness(estimates: Iterable[Estimate]) -> Figure:
    """Return how much each group's synthetic rows look like its real records."""
    shown = _measured(estimates, "utility.group.shapes")
    alt = _alt("Likeness within each group", shown)
    title = "Likeness of each group to itself, column by column (1: alike)"
    with canvas("fairness-likeness", title, alt, figsize=_size(len(shown))) as drawn:
        _forest(drawn.axes, shown, [SYNTHETIC] * len(shown))
        drawn.axes.set_xlabel("mean over the columns")
    return drawn.result


def _beside(
    estimates: Iterable[Estimate],
    which: Mapping[str, str],
    sides: tuple[str, tuple[str, str], tuple[str, str]],
    name: str,
    title: str,
    label: str,
) -> Figure:
    """Return two numbers for each group, one above the other, around 0."""
    key, values, called = sides
    shown = [e for e in _measured(estimates, which["metric"]) if key in e.scope]
    labels = list(dict.fromkeys(e.scope["group"] for e in shown))
    alt = f"{title}. " + " ".join(f"{e.scope['group']}, {e.scope[key]}: {_say(e)}." for e in shown)
    with canvas(name, title, alt, figsize=_size(len(labels))) as drawn:
        axes = drawn.axes
        axes.axvline(0, color=MUTED, linewidth=1)
        for value, text, colour, mark, shift in (
            (values[0], called[0], REAL, "o", -0.12),
            (values[1], called[1], SYNTHETIC, "D", 0.12),
        ):
            here = [e for e in shown if e.scope[key] == value]
            rows = [labels.index(e.scope["group"]) + shift for e in here]
            _points(axes, here, rows, colour, mark, text)
        ticks(axes, [cut(text, _LONGEST) for text in labels])
        axes.set_xlabel(label)
        if labels:
            axes.legend(loc="best")
    return drawn.result


def _measured(estimates: Iterable[Estimate], name: str) -> list[Estimate]:
    return [e for e in estimates if e.metric == name and e.measured and "group" in e.scope]


def _size(rows: int) -> tuple[float, float]:
    return 6.4, 1.1 + _ROW * max(rows, 1)


def _say(estimate: Estimate) -> str:
    entry = metric(estimate.metric)
    if estimate.value is None:
        return "not measured"
    text = entry.show(estimate.value)
    if estimate.low is None or estimate.high is None:
        return text
    return f"{text} ({entry.show(estimate.low)} to {entry.show(estimate.high)})"


def _alt(what: str, shown: Sequence[Estimate]) -> str:
    if not shown:
        return f"{what}: nothing was measured."
    return f"{what}. " + " ".join(f"{e.scope['group']}: {_say(e)}." for e in shown)


def _forest(axes: Axes, shown: Sequence[Estimate], colours: Sequence[str]) -> None:
    for row, (estimate, colour) in enumerate(zip(shown, colours, strict=True)):
        _points(axes, [estimate], [row], colour, "o", None)
    ticks(axes, [cut(e.scope["group"], _LONGEST) for e in shown])


def _points(
    axes: Axes,
    shown: Sequence[Estimate],
    rows: Sequence[float],
    colour: str,
    mark: str,
    label: str | None,
) -> None:
    for estimate, row in zip(shown, rows, strict=True):
        if estimate.low is not None and estimate.high is not None:
            axes.plot([estimate.low, min(estimate.high, 1e6)], [row, row], color=colour)
    known = [(e.value, row) for e, row in zip(shown, rows, strict=True) if e.value is not None]
    axes.plot(
        [value for value, _ in known],
        [row for _, row in known],
        mark,
        color=colour,
        markersize=5,
        label=label,
    )
