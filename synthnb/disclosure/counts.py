"""Looking for small cells: counts of fewer people than the policy shows, beside categories."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from synthnb.disclosure.pieces import Grid, Piece
from synthnb.disclosure.population import Population
from synthnb.disclosure.words import key, split

_PEOPLE = (
    "applicants|citizens|clients|customers|employees|individuals|members|observations|"
    "participants|patients|people|persons|records|respondents|rows|students|users|women|men"
)
COUNTS = frozenset(
    f"count|counts|n|number|size|frequency|freq|total|obs|cases|{_PEOPLE}".split("|")
)
"""Words that call a number a count of people."""

_IN_TEXT = re.compile(
    rf"\b(?:n|count|freq|frequency)\s*[=:]\s*(\d{{1,6}})(?![\d.,]\d|\w|\s*%)"
    rf"|(?<![\d.,])\b(\d{{1,6}})(?:\s+\w+)?\s+(?:{_PEOPLE})\b",
    re.IGNORECASE,
)
_SERIES = re.compile(r"^(.*\S)\s+(\d{1,6})$")
_SERIES_END = re.compile(r"^(?:Name: .*, )?dtype: u?int\d+$|^Name: count\b")
_WIDE = re.compile(r"\s{2,}")
_WHOLE = re.compile(r"\d{1,6}(?:\.0+)?")
_GENERIC = re.compile(
    "yes|no|true|false|other|none|unknown|nan|low|medium|high|male|female|all|single|new|old"
)
_MADE = re.compile(r"synth", re.IGNORECASE)


class Cells:
    """What a small cell is: a limit, and the categories of the real data.

    Parameters
    ----------
    population : Population
    minimum : int
        The smallest count that may be shown.
    """

    def __init__(self, population: Population, minimum: int) -> None:
        self._minimum = minimum
        self._labels = population.labels
        self._categories = population.categories
        spelt = {
            str(value)
            for column, features in zip(population.columns, population.features, strict=True)
            if column.type == "category" and "identifier" not in column.roles
            for value in features[0].names
            if len(value) > 2 and not _GENERIC.fullmatch(value) and not value[:1].isdigit()
        }
        self._speaking = frozenset(spelt)
        self._longest = max((each.count(" ") + 1 for each in spelt), default=1)

    def find(self, piece: Piece, grids: Sequence[Grid]) -> Iterator[str]:
        """Yield where small cells stand in a piece."""
        for grid in grids:
            for turned in (grid, grid.turned()) if len(grid.rows) < 1000 else (grid,):
                yield from self._labelled(turned)
            yield from self._crossed(grid)
        for segment in piece.segments:
            if any(self._small(a or b) for a, b in _IN_TEXT.findall(segment.text)) and (
                self._speaks(segment.text) and not _MADE.search(segment.text)
            ):
                yield segment.where
        if piece.lines:
            yield from self._series(piece)

    def _small(self, text: str) -> bool:
        text = text.strip()
        return _WHOLE.fullmatch(text) is not None and 0 < float(text) < self._minimum

    def _labelled(self, grid: Grid) -> Iterator[str]:
        """Look at columns that are called counts, in rows that hold a category."""
        if len(grid.rows) < 2:
            return
        head, first = _head(grid)
        counting = [at for at, cell in enumerate(head) if self._counts(cell)]
        for number, row in enumerate(grid.rows[first:] if counting else (), first + 1):
            small = any(at < len(row) and self._small(row[at]) for at in counting)
            rest = [
                (head[at] if at < len(head) else "", cell)
                for at, cell in enumerate(row)
                if at not in counting and cell
            ]
            made = any(_MADE.search(cell) for _, cell in rest)
            if small and not made and any(self._names(name, cell) for name, cell in rest):
                yield f"{grid.where}, row {number}"

    def _counts(self, head: str) -> bool:
        """Return whether a header calls what stands below it a count of people."""
        if len(head) > 60 or key(head) in self._labels or _MADE.search(head):
            return False
        return any(word.key in COUNTS for word in split(re.sub(r"[_.]", " ", head)))

    def _names(self, name: str, cell: str) -> bool:
        """Return whether a cell names people by a value of the real data."""
        if len(cell) > 200:
            return False
        if key(name.rpartition(".")[2] or name) in self._labels:
            return True
        spelt = key(cell)
        if spelt in self._categories:
            return not _GENERIC.fullmatch(spelt) and not spelt.isdigit()
        return self._speaks(cell)

    def _speaks(self, text: str) -> bool:
        """Return whether a text says `column = category`, or a category that speaks for itself."""
        words = [word.key for word in split(text)]
        for at in range(len(words)):
            for size in range(1, self._longest + 1):
                if " ".join(words[at : at + size]) in self._speaking:
                    return True
        for match in re.finditer(r"([\w '-]{1,60}?)\s*[=:]\s*([^,;=:()]{1,60})", text):
            columns = self._categories.get(key(match[2]), frozenset())
            if columns and self._labels.get(key(match[1])) in columns:
                return True
        return False

    def _crossed(self, grid: Grid) -> Iterator[str]:
        """Look at tables that cross two columns: categories on both sides, whole numbers within."""
        for top, head in enumerate(grid.rows[:3]):
            across = self._axis(head)
            if len(across) < 2 or any(_MADE.search(cell) for cell in head):
                continue
            side = [at for at in range(len(head)) if at not in across and not _sum(head[at])]
            names = {key(row[at]) for row in grid.rows[:3] for at in side if at < len(row)}
            if len(side) > 3 or any(head[at] and key(head[at]) not in self._labels for at in side):
                continue
            known = bool(names & self._labels.keys())
            for number, row in enumerate(grid.rows[top + 1 :], top + 2):
                inner = [cell for at, cell in enumerate(row) if at not in side]
                groups = [row[at] for at in side if at < len(row) and row[at]]
                if groups and (known or any(key(cell) in self._categories for cell in groups)):
                    whole = all(_WHOLE.fullmatch(cell.strip()) for cell in inner)
                    if inner and whole and any(self._small(cell) for cell in inner):
                        yield f"{grid.where}, row {number}"
            return

    def _axis(self, cells: Sequence[str]) -> list[int]:
        """Return which cells are categories of one and the same column."""
        named = {at: self._categories.get(key(cell), frozenset()) for at, cell in enumerate(cells)}
        best: list[int] = []
        for column in frozenset().union(*named.values()):
            here = [at for at, columns in named.items() if column in columns]
            best = max(best, here, key=len)
        return best

    def _series(self, piece: Piece) -> Iterator[str]:
        """Look at printed series of counts, which end with a line that says so."""
        for at, segment in enumerate(piece.segments):
            if not _SERIES_END.match(segment.text.strip()):
                continue
            first = at
            while first and _SERIES.match(piece.segments[first - 1].text.rstrip()):
                first -= 1
            names = _WIDE.split(piece.segments[first - 1].text.strip()) if first else []
            named = [each for each in names if key(each) in self._labels] or [""]
            for above in piece.segments[first:at]:
                match = _SERIES.match(above.text.rstrip())
                if match is None or not self._small(match[2]):
                    continue
                cells = _WIDE.split(match[1].strip())
                if any(self._names(name, each) for each in cells for name in named):
                    yield above.where


def _sum(head: str) -> bool:
    return key(head) in {"all", "total", "sum"}


def _head(grid: Grid) -> tuple[list[str], int]:
    """Return the names of columns, which may stand in two rows, and where the body begins."""
    names = list(grid.rows[0])
    second = grid.rows[1] if len(grid.rows) > 2 else ()
    filled = [at for at, cell in enumerate(second) if cell]
    if filled and all(at < len(names) and not names[at] for at in filled):
        for at in filled:
            names[at] = second[at]
        return names, 2
    return names, 1
