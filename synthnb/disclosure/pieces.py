"""What a file says, in pieces that a person can find again: lines, cells of tables, leaves of JSON.

Piece("cell 7, output 1, text/plain", (Segment("line 1", "race   n"), ...))
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Segment:
    """A line, a paragraph, a cell or a leaf, and where it stands in its piece."""

    where: str
    text: str


@dataclass(frozen=True)
class Grid:
    """A table: rows of cells, the header among them, and where it stands in its piece."""

    where: str
    rows: tuple[tuple[str, ...], ...]

    def turned(self) -> Grid:
        """Return the table with rows and columns exchanged."""
        width = max((len(row) for row in self.rows), default=0)
        padded = [(*row, *("",) * (width - len(row))) for row in self.rows]
        return Grid(f"{self.where}, read by columns", tuple(zip(*padded, strict=True)))


@dataclass(frozen=True)
class Piece:
    """What is read as one text, in reading order, with the tables that stand in it.

    Parameters
    ----------
    place : str
        Where in the file; empty for a file that is one piece.
    segments : tuple of Segment
        Everything, cells of tables too.
    grids : tuple of Grid
        The tables, once more, as tables.
    lines : bool
        Whether the segments are the lines of a text, in which tables may be set with spaces.
    """

    place: str
    segments: tuple[Segment, ...]
    grids: tuple[Grid, ...] = ()
    lines: bool = False


@dataclass(frozen=True)
class Unread:
    """What could not be read, and why."""

    place: str
    reason: str


Read = Piece | Unread


def join(*places: str) -> str:
    """Return places one inside the other, as one.

    >>> join("cell 7", "", "line 2")
    'cell 7, line 2'
    """
    return ", ".join(place for place in places if place)


def lines(place: str, text: str) -> Piece:
    """Return a text as a piece of numbered lines."""
    rows = text.splitlines()
    return Piece(
        place,
        tuple(Segment(f"line {n}", row) for n, row in enumerate(rows, 1) if row.strip()),
        lines=True,
    )


def listed(place: str, texts: Sequence[str]) -> Piece:
    """Return separate texts as one piece."""
    return Piece(place, tuple(Segment(f"text {n}", each) for n, each in enumerate(texts, 1)))
