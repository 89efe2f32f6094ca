"""One look for every figure, and deterministic SVG.

Colours are those of Okabe and Ito (2008), told apart with every common colour blindness; shape and
label always carry the same meaning as colour.
"""

from __future__ import annotations

import html
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure as MplFigure

REAL = "#0072B2"
SYNTHETIC = "#D55E00"
CONTROL = "#56B4E9"
GOOD = "#009E73"
BAD = "#B3261E"
UNSURE = "#8A6A00"
INK = "#1F2933"
MUTED = "#6B7785"
GRID = "#E3E7EC"

_RC = {
    "svg.hashsalt": "synthnb",
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.frameon": False,
    "figure.facecolor": "white",
    "text.parse_math": False,
}


@dataclass(frozen=True)
class Figure:
    """A drawing with the sentence that replaces it for who cannot see it.

    Parameters
    ----------
    name : str
        File name without ending; letters, digits and hyphens.
    title : str
        Caption.
    alt : str
        What the drawing shows, in words and numbers.
    svg : str
        The drawing.
    """

    name: str
    title: str
    alt: str
    svg: str

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        label = html.escape(self.alt, quote=True)
        body = self.svg[self.svg.index("<svg") :]
        page = f'<figure role="img" aria-label="{label}" style="background:#fff">{body}</figure>'
        return {"text/html": page, "text/plain": self.alt}


class Canvas:
    """What is drawn on, and what came of it.

    Attributes
    ----------
    figure : matplotlib.figure.Figure
    axes : matplotlib.axes.Axes or array of them
    result : Figure
        After the block of `canvas`.
    """

    figure: MplFigure
    axes: Any
    result: Figure


@contextmanager
def canvas(name: str, title: str, alt: str, **subplots: Any) -> Iterator[Canvas]:
    """Draw on a Matplotlib figure and get a `Figure` back.

    Examples
    --------
    >>> with canvas("dot", "A dot", "One dot at 1, 1.", figsize=(2, 1)) as c:
    ...     _ = c.axes.plot([1], [1], "o")
    >>> c.result.name
    'dot'
    """
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure as MplFigure

    with mpl.rc_context(_RC):
        drawn = Canvas()
        size = subplots.pop("figsize", (6.4, 3.2))
        drawn.figure = MplFigure(figsize=size, layout="constrained")
        drawn.axes = drawn.figure.subplots(**subplots)
        yield drawn
        FigureCanvasSVG(drawn.figure)
        out = io.StringIO()
        drawn.figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    drawn.result = Figure(name=name, title=title, alt=alt, svg=out.getvalue())
