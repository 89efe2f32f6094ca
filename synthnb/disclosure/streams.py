"""A piece as one sequence of values, and as rows whose columns are named."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from synthnb.disclosure.pieces import Grid, Piece, Segment
from synthnb.disclosure.population import Match, Population
from synthnb.disclosure.words import Phrases, Word, key, split

FAR = 12
"""A value that stands so many words after the last one belongs to another row."""

NUMBER, WORD = 0, 1
"""Numbers in the lexicon of a number and of a word that no real record has."""

_CUT = {"...", "…", "⋮", "⋯"}
_SEPARATORS = ("|", "\t", ";", ",")
_WIDE, _CHUNK, _WORDS = (re.compile(p) for p in (r"\s{2,}", r"\S+(?: \S+)*", r"\S+"))
_RULE = re.compile(r"\s*\|?[\s:|-]*-{3,}[\s:|-]*\|[\s:|-]*")  # below a header in Markdown


@dataclass(frozen=True)
class Row:
    """A row whose columns are named.

    Parameters
    ----------
    where : str
        Where it stands in its piece.
    wanted : mapping
        Per named column, what its value can mean.
    """

    where: str
    wanted: Mapping[int, Sequence[Match]]


@dataclass(frozen=True)
class Stream:
    """The words of a piece, one after the other, names of columns left out.

    Parameters
    ----------
    ids : ndarray of int, shape (words,)
        Number of each word in the lexicon; `NUMBER` and `WORD` for what no real record has.
    segments : ndarray of int, shape (words,)
        In which segment each stands.
    rows : tuple of Row
        What stands beside names of columns, such as `age: 41, town: West End`.
    """

    ids: np.ndarray
    segments: np.ndarray
    rows: tuple[Row, ...]


class Lexicon:
    """Every value that occurs, with what it can mean.

    Parameters
    ----------
    population : Population
    """

    def __init__(self, population: Population) -> None:
        self.population = population
        self.labels = population.labels
        self.phrases = Phrases(
            {*self.labels}
            | {
                each
                for column, features in zip(population.columns, population.features, strict=True)
                if column.type in {"category", "boolean"}
                for each in features[0].keys
            }
        )
        self.matches: list[tuple[Match, ...]] = [(), ()]
        self._ids: dict[str, int] = {}

    def id(self, word: Word) -> int:
        """Return the number of a word."""
        found = self._ids.get(word.key)
        if found is None:
            matches = self.population.anywhere(word)
            found = WORD if word.number is None else NUMBER
            if matches:
                found = len(self.matches)
                self.matches.append(matches)
            self._ids[word.key] = found
        return found

    def own(self) -> np.ndarray:
        """Return the bits of each value in each column; shape (values, columns)."""
        table = np.zeros((len(self.matches), len(self.population.columns)))
        for number, matches in enumerate(self.matches):
            for at, _, _, bits in matches:
                table[number, at] = max(table[number, at], bits)
        return table

    def stream(self, segments: Sequence[Segment]) -> Stream:
        """Return the words of some segments, in order."""
        ids: list[int] = []
        places: list[int] = []
        rows = _Rows(segments)
        for place, segment in enumerate(segments):
            label = None
            for _, word in self.phrases.join(split(segment.text)):
                at = self.labels.get(word.key)
                number = self.id(word)
                if label is not None and number != WORD:
                    rows.add(len(ids), place, label, self.population.cell(label, word.key))
                label = at
                if at is None or number > WORD:
                    ids.append(number)
                    places.append(place)
            if label is not None and place + 1 < len(segments):
                following = self.population.cell(label, segments[place + 1].text)
                if following:
                    rows.add(len(ids), place + 1, label, following)
        return Stream(np.array(ids, dtype=np.int64), np.array(places, dtype=np.int64), rows.done())


class _Rows:
    """Pairs of name and value, gathered into rows."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        self._segments = segments
        self._open: dict[int, Sequence[Match]] = {}
        self._first = self._last = 0
        self._rows: list[Row] = []

    def add(self, position: int, place: int, at: int, matches: Sequence[Match]) -> None:
        if at in self._open or position - self._last > FAR:
            self._close()
        if not self._open:
            self._first = place
        self._open[at] = matches
        self._last = position

    def _close(self) -> None:
        if len(self._open) > 1:
            self._rows.append(Row(self._segments[self._first].where, self._open))
        self._open = {}

    def done(self) -> tuple[Row, ...]:
        self._close()
        return tuple(self._rows)


def grids(piece: Piece, labels: Container[str], categories: Container[str]) -> Iterator[Grid]:
    """Yield the tables of a piece, those that are set with spaces or separators among them.

    Parameters
    ----------
    piece : Piece
    labels, categories : container of str
        Names of columns and of counts, and categories, as they are compared: a line with two of
        either is a header.
    """
    yield from piece.grids
    if not piece.lines:
        return
    at = 0
    while at < len(piece.segments):
        first = piece.segments[at]
        at += 1
        head = _head(first.text, labels) or _head(first.text, categories)
        if at < len(piece.segments) and _RULE.fullmatch(piece.segments[at].text):
            head = _Head(_by(first.text, "|"), "|")
        if head is None:
            continue
        rows, misses = [head.names], 0
        while at < len(piece.segments) and misses < 2:
            text = piece.segments[at].text
            row = head.cut(text)
            if row is None:
                misses += 1
            elif _head(text, labels) is not None:
                break
            rows.append(row or ())
            at += 1
        yield Grid(f"table from {first.where} on", tuple(rows))


@dataclass(frozen=True)
class _Head:
    """The header of a table that is set in a text, and how its lines are cut."""

    names: tuple[str, ...]
    mark: str
    ends: tuple[int, ...] = ()

    def cut(self, line: str) -> tuple[str, ...] | None:
        """Return the cells of a line; None if it is no row of this table."""
        if self.mark:
            cells = _by(line, self.mark)
            return cells if abs(len(cells) - len(self.names)) < 2 else None
        words, count = line.split(), len(self.ends)
        if len(words) == count:
            return ("", *words)
        if len(words) == count + 1:
            return tuple(words)
        if not words or len(line) > self.ends[-1] + 40:
            return None
        starts = (0, *self.ends[:-1])
        parts = [line[a:b].strip() for a, b in zip(starts, self.ends, strict=True)]
        left = _WIDE.split(parts[0])
        return (" ".join(left[:-1]), left[-1], *parts[1:])


def _head(line: str, known: Container[str]) -> _Head | None:
    for mark in _SEPARATORS:
        cells = _by(line, mark)
        if _names(cells, known) > 1:
            return _Head(cells, mark)
    spans: list[tuple[int, int]] = []
    for chunk in _CHUNK.finditer(line):
        inner = [chunk] if key(chunk[0]) in known else _WORDS.finditer(line, *chunk.span())
        spans += [match.span() for match in inner]
    words = [line[a:b] for a, b in spans]
    if _names(words, known) < 2:
        return None
    return _Head(("", *words), "", tuple(b for _, b in spans))


def _names(cells: Sequence[str], known: Container[str]) -> int:
    return sum(key(cell) in known for cell in cells)


def _by(line: str, mark: str) -> tuple[str, ...]:
    body = line.strip().strip("|") if mark == "|" else line
    return tuple(cell.strip().strip("\"'[]()") for cell in body.split(mark))


def rows_of(grid: Grid, population: Population) -> Iterator[Row]:
    """Yield the rows, or the columns, of a table that name their columns."""
    for turned in (grid, grid.turned()) if len(grid.rows) < 200 else (grid,):
        head = next(
            (n for n, row in enumerate(turned.rows[:3]) if len(_columns(row, population)) > 1), None
        )
        if head is None:
            continue
        names = _columns(turned.rows[head], population)
        for number, row in enumerate(turned.rows[head + 1 :], head + 2):
            wanted = {
                column: population.cell(column, row[at])
                for at, column in names.items()
                if at < len(row) and row[at] not in _CUT
            }
            if len(wanted) > 1 and any(wanted.values()):
                yield Row(f"{turned.where}, row {number}", wanted)
        return


def _columns(row: Sequence[str], population: Population) -> dict[int, int]:
    """Return which cells of a header name which columns; a name that comes again is left out."""
    found: dict[int, int] = {}
    for at, cell in enumerate(row):
        column = population.labels.get(key(cell))
        if column is None and "." in cell:
            column = population.labels.get(key(cell.rpartition(".")[2]))
        if column is not None and column not in found.values():
            found[at] = column
    return found
