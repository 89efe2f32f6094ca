"""The picture of where a synthetic table came from: tables as boxes, steps as pills."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from synthnb.figures.style import CONTROL, GRID, INK, MUTED, REAL, SYNTHETIC, Figure, canvas
from synthnb.records import Lineage, Step, TableFact

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WIDTH, _HEIGHT = 6.4, 5.2
_COLOURS = {
    "control": CONTROL,
    "synthetic": SYNTHETIC,
    "earlier": SYNTHETIC,
    "reference": MUTED,
    "external": MUTED,
}
_TITLES = {
    "real": "Real records",
    "train": "Training records",
    "control": "Control records",
    "tuning": "Tuning records",
    "synthetic": "Synthetic table",
    "reference": "Reference table",
    "external": "External table",
}
_LEFT, _MIDDLE, _RIGHT = 0.23, 0.53, 0.83
_ROUND = 0.045  # where the arrow from training records passes what lies below them
_TABLE, _STEP = (0.265, 0.115), 0.085
_REAL, _DIVIDE, _PARTS, _MAKE, _MADE, _ASSESS = 0.94, 0.775, 0.605, 0.42, 0.235, 0.05


@dataclass(frozen=True)
class _Node:
    """A box or pill, by its centre and size in axes units."""

    x: float
    y: float
    width: float
    height: float

    @property
    def top(self) -> float:
        return self.y + self.height / 2

    @property
    def bottom(self) -> float:
        return self.y - self.height / 2


def lineage_picture(lineage: Lineage) -> Figure:
    """Return the way from real records to assessments, with row counts and short digests.

    Parameters
    ----------
    lineage : Lineage
        What `synthnb.lineage.collect` returned.
    """
    tables = {_box(table.name): table for table in lineage.tables}
    several = sum(_box(table.name) == "earlier" for table in lineage.tables)
    places = _places(tables)
    made = [step for step in lineage.steps if step.outputs]
    judged = [step for step in lineage.steps if not step.outputs]
    drawing = canvas(
        "lineage",
        "From real records to assessments: rows and the first digits of each content digest",
        _words(lineage),
        figsize=(_WIDTH, _HEIGHT),
    )
    with drawing as c:
        c.axes.set(xlim=(0, 1), ylim=(-0.02, 1.01))
        c.axes.axis("off")
        for name, table in tables.items():
            shared = name == "earlier" and several > 1
            title = f"Earlier releases 1–{several}" if shared else _title(table)
            _draw_table(c.axes, places[name], table, title)
        for step in made:
            _draw_step(c.axes, step, places)
        if judged:
            _draw_assessments(c.axes, judged, places)
    return c.result


def _box(name: str) -> str:
    """Return in which box a table is drawn: earlier releases share one, however many there are."""
    return "earlier" if name.startswith("earlier-") else name


def _places(tables: Mapping[str, TableFact]) -> dict[str, _Node]:
    """Return where each table stands; tables of no known name are stacked in the middle."""
    fixed = {
        "real": (_LEFT, _REAL),
        "train": (_LEFT, _PARTS),
        "tuning": (_MIDDLE, _PARTS),
        "control": (_RIGHT, _PARTS),
        "synthetic": (_LEFT, _MADE),
    }
    sides = [name for name in tables if name not in fixed]
    stacked = {name: (_MIDDLE, _MADE + 0.125 * place) for place, name in enumerate(sides)}
    return {name: _Node(*{**fixed, **stacked}[name], *_TABLE) for name in tables}


def _draw_table(axes: Axes, node: _Node, table: TableFact, title: str) -> None:
    from matplotlib.patches import Rectangle

    colour = _COLOURS.get(_box(table.name), REAL)
    corner = (node.x - node.width / 2, node.bottom)
    axes.add_patch(
        Rectangle(corner, node.width, node.height, facecolor="white", edgecolor=colour, lw=1.6)
    )
    axes.add_patch(Rectangle(corner, 0.012, node.height, facecolor=colour, edgecolor=colour))
    left = corner[0] + 0.028
    axes.text(left, node.y + 0.03, title, va="center", weight="bold", fontsize=9)
    rows = f"{table.rows:,} rows × {table.columns} columns".replace(",", "\u202f")
    axes.text(left, node.y - 0.003, rows, va="center", fontsize=8)
    axes.text(left, node.y - 0.035, table.content[:12], va="center", fontsize=7.5, color=MUTED)


def _draw_step(axes: Axes, step: Step, places: Mapping[str, _Node]) -> None:
    made = [places[name] for name in step.outputs if name in places]
    used = [places[name] for name in step.inputs if name in places]
    if not made:
        return
    if made[0].y == _PARTS:
        pill = _Node(0.5, _DIVIDE, 0.94, _STEP)
    else:
        crowded = any(node.y > _MADE for node in places.values() if node.x == _MIDDLE)
        width = 0.31 if crowded else 0.6
        pill = _Node(0.075 + width / 2, _MAKE, width, _STEP)
    for node in used:
        _arrow(axes, (node.x, node.bottom), (node.x, pill.top))
    for node in made:
        _arrow(axes, (node.x, pill.bottom), (node.x, node.top))
    _pill(axes, pill, step.name.capitalize(), step.detail)


def _draw_assessments(axes: Axes, steps: Sequence[Step], places: Mapping[str, _Node]) -> None:
    pill = _Node(0.5, _ASSESS, 0.94, _STEP)
    used = sorted({_box(n) for step in steps for n in step.inputs if _box(n) in places})
    for name in used:
        node = places[name]
        below = [each for each in places.values() if each.x == node.x and each.y < node.y]
        if not below:
            _arrow(axes, (node.x, node.bottom), (node.x, pill.top))
            continue
        side = -1 if node.x == _LEFT else 1
        edge = node.x + side * node.width / 2
        lane = _ROUND if side < 0 else edge + 0.02
        axes.plot([edge, lane], [node.y, node.y], color=INK, lw=1, solid_capstyle="butt")
        _arrow(axes, (lane, node.y), (lane, pill.top))
    names = ", ".join(step.name for step in steps)
    details = list(dict.fromkeys(step.detail for step in steps))
    shared = details[0] if len(details) == 1 else ""
    _pill(axes, pill, f"Assessments: {names}", shared)


def _pill(axes: Axes, node: _Node, title: str, detail: str) -> None:
    from matplotlib.patches import FancyBboxPatch

    axes.add_patch(
        FancyBboxPatch(
            (node.x - node.width / 2, node.bottom),
            node.width,
            node.height,
            boxstyle="round,pad=0,rounding_size=0.02",
            facecolor=GRID,
            edgecolor=GRID,
        )
    )
    room = int(node.width * 98)
    lines = textwrap.wrap(detail.replace("`", ""), room, max_lines=2, placeholder=" …")
    text = "\n".join(lines)
    two = len(lines) > 1
    rise = 0.026 if two else 0.017
    axes.text(node.x, node.y + rise, title, ha="center", va="center", fontsize=8.5, weight="bold")
    axes.text(
        node.x,
        node.y - (0.014 if two else 0.017),
        text,
        ha="center",
        va="center",
        fontsize=7.5 if not two else 7,
        linespacing=1.15,
    )


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    axes.annotate(
        "",
        xy=end,
        xytext=start,
        arrowprops={"arrowstyle": "-|>", "color": INK, "lw": 1, "shrinkA": 0, "shrinkB": 0},
    )


def _title(table: TableFact) -> str:
    return _TITLES.get(table.name, table.name.replace("-", " release ").capitalize())


def _words(lineage: Lineage) -> str:
    """Return the picture in sentences."""
    tables = "; ".join(
        f"{_title(table).lower()}: {table.rows} rows and {table.columns} columns, "
        f"digest {table.content[:12]}"
        for table in lineage.tables
    )
    steps = " ".join(
        f"{step.name.capitalize()}: "
        f"{' and '.join(step.inputs) or 'nothing recorded here'} to "
        f"{' and '.join(step.outputs) or 'estimates'}"
        f"{f' ({step.detail})' if step.detail else ''}."
        for step in lineage.steps
    )
    return f"Tables: {tables}. Steps: {steps}".replace("`", "")
