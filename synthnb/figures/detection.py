"""The detection curve: which planted leaks the tests would have found in this very table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from synthnb.figures.rows import NOTHING
from synthnb.figures.style import (
    BAD,
    CONTROL,
    GOOD,
    INK,
    MUTED,
    REAL,
    SYNTHETIC,
    Figure,
    canvas,
)
from synthnb.records import Estimate, metric
from synthnb.records.policy import Direction

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Limits = Mapping[str, tuple[Direction, float]]
POWER = "privacy.selftest.power"
DETECTABLE = "privacy.selftest.detectable"
_COUNTED = (DETECTABLE, "privacy.exact_copies.count_share")  # their n is the size of train
_LOOKS = ((REAL, "o", "-"), (CONTROL, "v", "-."), (SYNTHETIC, "D", "--"), (GOOD, "s", ":"))
_TICKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50)  # percent


def detection(estimates: Iterable[Estimate], limits: Limits | None = None) -> Figure:
    """Draw how often planted leaks are found, by their size, and mark the tolerance.

    A hollow mark is the smallest leak that counts as detectable: from it on, every size was found
    often enough.

    Parameters
    ----------
    estimates : iterable of Estimate
        Those of the self-test are drawn; the share of exact copies knows the size of train where
        nothing was detectable.
    limits : mapping, optional
        Metric to direction and limit; that of `privacy.leak.excess` is the share of train that is
        tolerated.
    """
    _, tolerance = (limits or {}).get("privacy.leak.excess", (None, None))
    every = list(estimates)
    kinds = list(dict.fromkeys(e.scope["leak"] for e in every if e.metric == DETECTABLE))
    sizes = {e.scope["leak"]: e for e in every if e.metric == DETECTABLE}
    train = max((e.n or 0 for e in every if e.metric in _COUNTED and e.measured), default=0)
    curves = {kind: _curve(every, kind, train) for kind in kinds}
    title = "Planted leaks that the headline tests find in this table"
    alt = f"{title}. " + " ".join([*(_in_words(sizes[kind]) for kind in kinds), _limit(tolerance)])
    with canvas("privacy-detection", title, alt.strip(), figsize=(7.2, 3.6)) as drawn:
        shown = [kind for kind in kinds if curves[kind]]
        for at, kind in enumerate(shown):
            _draw(drawn.axes, curves[kind], kind, sizes[kind], at)
        _frame(drawn.axes, [point for kind in shown for point in curves[kind]], tolerance)
    return drawn.result


Point = tuple[float, Estimate]


def _curve(estimates: Sequence[Estimate], kind: str, train: int) -> list[Point]:
    """Return planted share in percent and power, by size; nothing where train is not known."""
    found = [e for e in estimates if e.metric == POWER and e.scope["leak"] == kind and e.measured]
    return sorted(
        ((100 * int(e.scope["planted"]) / train, e) for e in found if train), key=lambda p: p[0]
    )


def _draw(axes: Axes, curve: Sequence[Point], kind: str, size: Estimate, number: int) -> None:
    colour, mark, line = _LOOKS[number % len(_LOOKS)]
    found = [(share, each.value) for share, each in curve if each.value is not None]
    for share, each in curve:
        if each.low is not None and each.high is not None:
            axes.plot([share, share], [each.low, each.high], color=colour, linewidth=1, alpha=0.45)
    axes.plot(*zip(*found, strict=True), mark + line, color=colour, markersize=4, label=kind)
    if size.value is not None:
        share, power = min(found, key=lambda point: abs(point[0] - 100 * (size.value or 0.0)))
        axes.plot([share], [power], "o", mec=colour, mfc="none", markersize=11, mew=1.4)


def _frame(axes: Axes, points: Sequence[Point], tolerance: float | None) -> None:
    axes.set_xscale("log")
    axes.set_ylim(-0.03, 1.08)
    axes.axhline(0.95, color=MUTED, linewidth=0.8, linestyle=":")
    axes.set_xlabel("planted records, percent of train")
    axes.set_ylabel("share of trials in which they are found")
    if tolerance is not None and tolerance > 0:
        axes.axvline(100 * tolerance, color=BAD, linewidth=1.3, dashes=(4, 2), label="tolerated")
    shares = [share for share, _ in points]
    ends = [*shares, *([100 * tolerance] if tolerance else [])] or [0.1, 10]
    low, high = min(ends) / 1.3, max(ends) * 1.3
    axes.set_xlim(low, high)
    ticks = [tick for tick in _TICKS if low <= tick <= high]
    axes.set_xticks(ticks, [f"{tick:g} %" for tick in ticks])
    axes.minorticks_off()
    if points:
        axes.plot([], [], "o", mec=INK, mfc="none", markersize=9, linestyle="", label="detectable")
        axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), title="planted rows", fontsize=8)
    else:
        axes.text(0.5, 0.5, NOTHING, transform=axes.transAxes, ha="center")


def _in_words(size: Estimate) -> str:
    kind = size.scope["leak"]
    if size.value is None:
        return f"Rows planted {kind}: no size was found often enough."
    return f"Rows planted {kind}: found from {metric(DETECTABLE).show(size.value)} of train on."


def _limit(tolerance: float | None) -> str:
    return "" if tolerance is None else f"Tolerated are {metric(DETECTABLE).show(tolerance)}."
