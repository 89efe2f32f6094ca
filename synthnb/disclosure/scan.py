"""Reading every file that would be released, and naming what must not leave."""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from synthnb.disclosure import patterns, rows, sequences
from synthnb.disclosure.counts import COUNTS, Cells
from synthnb.disclosure.pieces import Grid, Piece, Segment, Unread, join
from synthnb.disclosure.population import build
from synthnb.disclosure.reading import read
from synthnb.disclosure.streams import Lexicon, grids, rows_of
from synthnb.disclosure.values import Values
from synthnb.disclosure.words import key
from synthnb.records import Charter

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal[
    "record",
    "identifier",
    "free text",
    "small cell",
    "path",
    "private name",
    "secret",
    "range",
    "unreadable",
]
MESSAGES: dict[Kind, str] = {
    "record": "shows values that only a record of the real data has together",
    "identifier": "shows an identifier of the real data",
    "free text": "quotes free text of the real data",
    "small cell": "counts fewer people of a group than the policy shows",
    "path": "names an absolute path",
    "private name": "names this machine, its user or one of its folders",
    "secret": "holds a key, a password or a token",
    "range": "holds a range that a generator learnt from the real data",
    "unreadable": "cannot be read, so nobody knows what it holds",
}
"""What each kind of hit means."""


@dataclass(frozen=True)
class Hit:
    """One place that must not leave; it says where and what kind, never the value.

    Parameters
    ----------
    file : str
        Name of the file in the release.
    place : str
        Cell, output, MIME type, line or row of a table.
    kind : str
    message : str
        What is wrong there.
    """

    file: str
    place: str
    kind: Kind
    message: str

    @property
    def where(self) -> str:
        """Return file and place."""
        return join(self.file, self.place)

    def __str__(self) -> str:
        return f"{self.where}: {self.message} ({self.kind})"


def scan(
    files: Mapping[str, bytes],
    tables: Sequence[pd.DataFrame],
    charter: Charter,
    *,
    minimum_cell: int,
    secrets: Sequence[str] = (),
    private: Sequence[str] = (),
) -> tuple[Hit, ...]:
    """Return every place in some files that shows what must stay behind.

    Parameters
    ----------
    files : mapping of str to bytes
        What would be released, by name.
    tables : sequence of DataFrame
        The real records, in the house's types: the whole tables, identifiers and free text
        included, and their parts in the order in which notebooks show them. What one table holds
        of another is counted once.
    charter : Charter
        What the columns are.
    minimum_cell : int
        The smallest count of people that may be shown.
    secrets : sequence of str
        Passphrases that must not occur, anywhere.
    private : sequence of str
        Paths, user names and host names that must not occur as words of their own.

    Returns
    -------
    tuple of Hit
        One per place and kind, in the order of the files.
    """
    return tuple(_Scan(tables, charter, minimum_cell, secrets, private).run(files))


@dataclass(frozen=True)
class _Page:
    """A piece of a file, with its tables."""

    file: str
    piece: Piece
    grids: tuple[Grid, ...]


class _Scan:
    def __init__(
        self,
        tables: Sequence[pd.DataFrame],
        charter: Charter,
        minimum_cell: int,
        secrets: Sequence[str],
        private: Sequence[str],
    ) -> None:
        self._population = build(tables, charter)
        self._lexicon = Lexicon(self._population)
        self._values = Values(tables, charter)
        self._cells = Cells(self._population, minimum_cell)
        self._secrets = patterns.Names(secrets, whole=False)
        self._private = patterns.Names(private, whole=True)
        self._given = [word.casefold() for word in (*secrets, *private)]
        self._hits: dict[tuple[str, str, Kind], list[str]] = {}

    def run(self, files: Mapping[str, bytes]) -> list[Hit]:
        """Return the hits in all files."""
        pages = [page for name, data in files.items() for page in self._pages(name, data)]
        for page in pages:
            self._plainly(page)
        self._records(pages)
        order = {name: number for number, name in enumerate(files)}
        made = [
            Hit(file, join(place, _range(wheres)), kind, MESSAGES[kind])
            for (file, place, kind), wheres in self._hits.items()
        ]
        return sorted(made, key=lambda hit: order[hit.file])

    def _pages(self, name: str, data: bytes) -> Iterator[_Page]:
        hidden = self._values.hidden | frozenset(self._population.categories)
        hidden |= frozenset(self._given)
        for _ in self._secrets.find(data.decode("latin-1")):
            self._add(name, "", "secret", "")  # also where no reader looks
        for part in read(name, data, hidden):
            if isinstance(part, Unread):
                self._add(name, part.place, "unreadable", "")
            else:
                names = self._population.labels.keys() | self._values.columns.keys() | COUNTS
                found = grids(part, names, self._population.categories)
                yield _Page(name, part, tuple(found))

    def _add(self, file: str, place: str, kind: Kind, where: str) -> None:
        self._hits.setdefault((file, place, kind), []).append(where)

    def _plainly(self, page: _Page) -> None:
        """Look for what can be seen without the other pieces."""
        place = page.piece.place
        for kind, where in self._values.find(page.piece, page.grids):
            self._add(
                page.file, place, "identifier" if kind == "identifier" else "free text", where
            )
        for where in self._cells.find(page.piece, page.grids):
            self._add(page.file, place, "small cell", where)
        for grid in page.grids:
            if any(key(cell) in patterns.RANGE_NAMES for row in grid.rows[:2] for cell in row):
                self._add(page.file, place, "range", grid.where)
        for kind, segment in self._patterns(page.piece):
            self._add(page.file, place, kind, segment.where)

    def _patterns(self, piece: Piece) -> Iterator[tuple[Kind, Segment]]:
        starts, end = [], 0
        for segment in piece.segments:
            starts.append(end)
            end += len(segment.text) + 1
        text = "\n".join(segment.text for segment in piece.segments)
        found: list[tuple[Kind, int]] = [
            ("range", m.start()) for m in patterns.RANGES.finditer(text)
        ]
        found += [("path", m.start()) for p in patterns.PATHS for m in p.finditer(text)]
        found += [("secret", m.start()) for p in patterns.SECRETS for m in p.finditer(text)]
        found += [("secret", at) for at in patterns.assigned(text)]
        found += [("secret", at) for at in self._secrets.find(text)]
        found += [("private name", at) for at in self._private.find(text)]
        for kind, at in found:
            yield kind, piece.segments[bisect.bisect_right(starts, at) - 1]

    def _records(self, pages: Sequence[_Page]) -> None:
        """Look for real records in all pieces together: how many there are sets the threshold."""
        shown, tables = [], []
        for number, page in enumerate(pages):
            stream = self._lexicon.stream(page.piece.segments)
            named = [tuple(rows_of(grid, self._population)) for grid in page.grids]
            tables += [(number, each) for each in named if len(each) > 1]
            wheres = [segment.where for segment in page.piece.segments]
            every = [*stream.rows, *(row for each in named for row in each)]
            shown.append(rows.Shown(number, stream, every, wheres))
        found = [
            *rows.find(self._population, self._lexicon, shown),
            *sequences.find(self._population, self._lexicon, shown, tables),
        ]
        for each in found:
            page = pages[each.piece]
            self._add(page.file, page.piece.place, "record", each.where)


def _range(wheres: Sequence[str]) -> str:
    """Return the first place, and how many more there are."""
    places = list(dict.fromkeys(where for where in wheres if where))
    if len(places) > 1:
        return f"{places[0]} and {len(places) - 1} more"
    return places[0] if places else ""
