"""Words and numbers as they are compared: one spelling for what means the same.

>>> [word.key for word in split("Loan: 1,280.50 at 0.80 %, West End")]
['loan', '1280.5', 'at', '0.8', 'west', 'end']
"""

from __future__ import annotations

import functools
import math
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

MISSING = "nan"
_GONE = {"nan", "none", "null", "nat", "na", "n/a", ""}
_WORD = re.compile(
    r"""
    (?<![\w-])\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?(?![\w-])
    | (?<![\d.,])\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!,?\w)              # 1,280.5
    | (?<![\w.])\d{1,3}(?:[\u00a0\u202f\u2009]\d{3})+(?:\.\d+)?(?!\w)
    | (?<![\w.])[-+]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?(?!\w)
    | [,;\t](?=[ ]?[,;\t])                                       # an empty cell
    | \w+
    """,
    re.VERBOSE,
)
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class Word:
    """One word or number.

    Parameters
    ----------
    key : str
        The spelling that is compared: numbers to ten digits, letters without case.
    number : float, optional
        What it says, if it is a number.
    digits : int
        How many digits it shows, leading zeros aside.
    """

    key: str
    number: float | None = None
    digits: int = 0


def spell(number: float, digits: int = 10) -> str:
    """Return a number to so many digits.

    >>> spell(4583.0), spell(0.8951048851013184, 3)
    ('4583', '0.895')
    """
    return f"{number + 0.0:.{digits}g}"


@functools.lru_cache(maxsize=1 << 18)
def word(raw: str) -> Word:
    """Return what stands for one match of the pattern."""
    if raw[0] in ",;\t":
        return Word(MISSING)
    if _DATE.match(raw):
        return Word(raw[:10])
    if raw[0].isdigit() or raw[0] in "+-.":
        plain = re.sub(r"[,\u00a0\u202f\u2009]", "", raw)
        try:
            number = float(plain)
        except ValueError:
            return Word(unicodedata.normalize("NFKC", raw).casefold())
        if math.isfinite(number):
            shown = re.sub(r"[eE].*|[-+.]", "", plain).lstrip("0")
            if "." not in plain:
                shown = shown.rstrip("0")
            return Word(spell(number), number, max(1, len(shown)))
    return Word(unicodedata.normalize("NFKC", raw).casefold())


def split(text: str) -> list[Word]:
    """Return the words of a text."""
    return [word(raw) for raw in _WORD.findall(text.replace("\u2212", "-"))]


@functools.lru_cache(maxsize=1 << 17)
def key(text: str) -> str:
    """Return the spelling of a whole cell; a missing value has one of its own.

    >>> key(" West  End "), key("3.0"), key("None")
    ('west end', '3', 'nan')
    """
    if text.strip().lower() in _GONE:
        return MISSING
    return " ".join(each.key for each in split(text))


class Phrases:
    """Values of several words, found where they stand.

    Parameters
    ----------
    keys : set of str
        Spellings of several words each.
    """

    def __init__(self, keys: set[str]) -> None:
        self._by_first: dict[str, list[tuple[str, ...]]] = {}
        for each in keys:
            parts = tuple(each.split(" "))
            if len(parts) > 1:
                self._by_first.setdefault(parts[0], []).append(parts)
        for first in self._by_first:
            self._by_first[first].sort(key=len, reverse=True)

    def join(self, words: list[Word]) -> Iterator[tuple[int, Word]]:
        """Yield the position of each word, or of the phrase that begins there, longest first."""
        at = 0
        while at < len(words):
            for parts in self._by_first.get(words[at].key, ()):
                if tuple(each.key for each in words[at : at + len(parts)]) == parts:
                    yield at, Word(" ".join(parts))
                    at += len(parts)
                    break
            else:
                yield at, words[at]
                at += 1
