"""Looking for single values that name a person: identifiers, and what somebody wrote."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from synthnb.disclosure.pieces import Grid, Piece
from synthnb.disclosure.words import MISSING, Phrases, Word, key, split
from synthnb.records import Charter

if TYPE_CHECKING:
    import pandas as pd

RARE = 1000
"""An identifier is looked for anywhere if there could be so many times more of its shape."""

WORDS = 6
"""So many words in turn, taken from free text, are somebody's sentence."""

OFTEN = 10
"""Words that so many people wrote are a form's, not a person's."""


class Values:
    """The identifiers and sentences of the real data.

    Parameters
    ----------
    frames : sequence of DataFrame
    charter : Charter
    """

    def __init__(self, frames: Sequence[pd.DataFrame], charter: Charter) -> None:
        self.columns: dict[str, frozenset[str]] = {}
        everywhere: set[str] = set()
        sentences: dict[tuple[str, ...], int] = {}
        for column in charter.columns:
            if "identifier" not in column.roles and column.type != "text":
                continue
            texts: dict[str, int] = {}  # and how many people have each
            for frame in frames:
                if column.name in frame:
                    for value, count in frame[column.name].value_counts().items():
                        texts[str(value)] = max(count, texts.get(str(value), 0))
            if "identifier" in column.roles:
                spelt = {key(text) for text in texts} - {MISSING}
                names = {key(column.name), key(column.title)}
                self.columns |= dict.fromkeys(names, frozenset(spelt))
                everywhere |= {each for each in spelt if _rare(each, len(spelt))}
            if column.type == "text":
                for text, count in texts.items():
                    for part in set(_parts([word.key for word in split(text)])):
                        sentences[part] = sentences.get(part, 0) + count
        self._sentences = frozenset(part for part, count in sentences.items() if count < OFTEN)
        self._everywhere = frozenset(everywhere)
        self._phrases = Phrases(everywhere)
        self._sizes = sorted({len(part) for part in self._sentences})

    @property
    def hidden(self) -> frozenset[str]:
        """Return every identifier, as it is compared."""
        return frozenset().union(*self.columns.values())

    def find(self, piece: Piece, grids: Sequence[Grid]) -> Iterator[tuple[str, str]]:
        """Yield the kind of each value that names a person, and where it stands."""
        if not self._everywhere and not self._sentences and not self.columns:
            return
        words: list[Word] = []
        wheres: list[str] = []
        for segment in piece.segments:
            here = split(segment.text)
            words += here
            wheres += [segment.where] * len(here)
        for at, word in self._phrases.join(words):
            if word.key in self._everywhere:
                yield "identifier", wheres[at]
        keys = [word.key for word in words]
        for size in self._sizes:
            for at in range(len(keys) - size + 1):
                if tuple(keys[at : at + size]) in self._sentences:
                    yield "free text", wheres[at]
        for grid in grids:
            for turned in (grid, grid.turned()):
                yield from self._named(turned)

    def _named(self, grid: Grid) -> Iterator[tuple[str, str]]:
        """Look below the names of identifiers, where the shortest of them gives somebody away."""
        for top, head in enumerate(grid.rows[:3]):
            named = [(at, key(cell)) for at, cell in enumerate(head) if key(cell) in self.columns]
            for number, row in enumerate(grid.rows[top + 1 :], top + 2):
                if any(at < len(row) and key(row[at]) in self.columns[name] for at, name in named):
                    yield "identifier", f"{grid.where}, row {number}"


def _parts(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Yield the runs of words that a text is known by; a short one is known by its whole."""
    if len(words) < WORDS:
        if len(words) > 3 and sum(map(len, words)) >= 18:
            yield tuple(words)
        return
    for at in range(len(words) - WORDS + 1):
        part = tuple(words[at : at + WORDS])
        if sum(map(len, part)) >= 18:
            yield part


def _rare(spelt: str, count: int) -> bool:
    """Return whether a value of this shape hardly ever stands somewhere by chance.

    >>> _rare("4711", 100), _rare("ab12 77 4021", 100), _rare("ada", 10), _rare("ada lovelace", 10)
    (False, True, False, True)
    """
    letters = sum(c.isalpha() for c in spelt)
    digits = sum(c.isdigit() for c in spelt)
    if not digits:
        return " " in spelt and letters > 7
    return len(spelt) > 5 and 10.0**digits * 26.0**letters >= RARE * max(1, count) * 10
