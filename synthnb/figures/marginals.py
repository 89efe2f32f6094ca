"""Each column's distribution, real beside synthetic, from bins in which small cells are hidden."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from synthnb.figures.style import MUTED, REAL, SYNTHETIC, Figure, canvas
from synthnb.records.marginal import Marginal

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_ACROSS, _PAGE = 3, 12
_LONGEST = 14


def marginal_pictures(marginals: Sequence[Marginal]) -> tuple[Figure, ...]:
    """Return the distributions as small panels, at most twelve to a figure.

    Parameters
    ----------
    marginals : sequence of Marginal
        What `synthnb.generate.marginals` returned.
    """
    pages = [marginals[start : start + _PAGE] for start in range(0, len(marginals), _PAGE)]
    return tuple(_page(page, number, len(pages)) for number, page in enumerate(pages, start=1))


def _page(marginals: Sequence[Marginal], number: int, of: int) -> Figure:
    down = math.ceil(len(marginals) / _ACROSS)
    where = f" ({number} of {of})" if of > 1 else ""
    drawing = canvas(
        f"marginals-{number}",
        f"Distribution of each column, real beside synthetic{where}",
        _words(marginals),
        figsize=(6.4, 0.35 + 1.55 * down),
        nrows=down,
        ncols=_ACROSS,
        squeeze=False,
    )
    with drawing as c:
        panels = list(c.axes.flat)
        for axes, marginal in zip(panels, marginals, strict=False):
            _draw(axes, marginal)
        for axes in panels[len(marginals) :]:
            axes.axis("off")
        _legend(c.figure, marginals)
    return c.result


def _draw(axes: Axes, marginal: Marginal) -> None:
    places = range(len(marginal.bins))
    width = 0.42
    known = [(place, share) for place, share in zip(places, marginal.real, strict=True)]
    shown = [(place, share) for place, share in known if share is not None]
    axes.bar(
        [place - width / 2 for place, _ in shown],
        [share for _, share in shown],
        width,
        color=REAL,
    )
    axes.bar(
        [place + width / 2 for place in places],
        marginal.synthetic,
        width,
        facecolor="white",
        edgecolor=SYNTHETIC,
        hatch="//////",
        lw=0.7,
    )
    hidden = [place - width / 2 for place, share in known if share is None]
    if hidden:
        axes.plot(hidden, [0] * len(hidden), "x", color=MUTED, ms=4, mew=1, clip_on=False, zorder=4)
    unit = f" ({marginal.unit})" if marginal.unit else ""
    axes.set_title(_cut(f"{marginal.column}{unit}", 26), fontsize=8.5)
    axes.grid(visible=False, axis="x")
    axes.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f} %")
    axes.tick_params(labelsize=7, length=2)
    axes.margins(x=0.02)
    _label(axes, marginal)


def _label(axes: Axes, marginal: Marginal) -> None:
    """Name every bin where there is room; otherwise the ends of a range, or the categories."""
    bins = marginal.bins
    if len(bins) <= 3:
        axes.set_xticks(range(len(bins)), [_cut(name, _LONGEST) for name in bins])
        return
    axes.set_xticks(range(len(bins)), [""] * len(bins))
    ends = [name for name in bins if name not in {"missing", "all others"}]
    words = f"{ends[0]}  …  {ends[-1]}" if marginal.ordered else ", ".join(bins)
    axes.set_xlabel(_cut(words, 36), fontsize=7)


def _legend(figure: Any, marginals: Sequence[Marginal]) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    smallest = max(marginal.minimum_cell for marginal in marginals)
    handles: list[Any] = [
        Patch(facecolor=REAL, label="real records"),
        Patch(facecolor="white", edgecolor=SYNTHETIC, hatch="//////", label="synthetic records"),
    ]
    if any(None in marginal.real for marginal in marginals):
        text = f"hidden: fewer than {smallest}, or derivable"
        handles.append(Line2D([], [], marker="x", ls="", color=MUTED, label=text))
    figure.legend(handles=handles, loc="outside upper left", ncols=3, fontsize=8)


def _words(marginals: Sequence[Marginal]) -> str:
    sentences = [sentence for marginal in marginals for sentence in _sentences(marginal)]
    return f"Shares of real and of synthetic records. {' '.join(sentences)}"


def _sentences(marginal: Marginal) -> list[str]:
    """Return where a column's shares differ most, and how many bins are hidden."""
    gaps = [
        (abs(made - real), name, real, made)
        for name, real, made in zip(marginal.bins, marginal.real, marginal.synthetic, strict=True)
        if real is not None
    ]
    hidden = marginal.real.count(None)
    tail = f"; {hidden} of {len(marginal.bins)} bins hidden" if hidden else ""
    if not gaps:
        return [f"{marginal.column}: no bin of real records may be shown."]
    _, name, real, made = max(gaps, key=lambda gap: gap[0])
    return [
        f"{marginal.column}: largest difference at “{name}”, "
        f"{100 * real:.1f} % of real and {100 * made:.1f} % of synthetic records{tail}."
    ]


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"
