"""Looking for real records: rows under named columns, rows in the charter's order, and any order.

Three ways of showing a record are looked for, from the strongest to the weakest assumption: values
beside the names of their columns; values one after the other in the charter's order; and values
close together in any order. Besides, several rows in the order of the real table, and several
values of one column in its order, give records away of which each by itself is too common.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from synthnb.disclosure import scoring
from synthnb.disclosure.population import Match, Population
from synthnb.disclosure.scoring import KEPT, LOST
from synthnb.disclosure.streams import NUMBER, WORD, Lexicon, Row, Stream
from synthnb.records.charter import HIDDEN

SHOWN = 0.7
"""How often a value of a disclosed record stands in the text, where columns are not named."""

IN_TEXT, NOT_IN_TEXT = math.log2(SHOWN), math.log2(1 - SHOWN)
VERIFIED = 3
"""Of the records that score highest, so many are checked for dependence between columns."""


@dataclass(frozen=True)
class Shown:
    """A piece, as a sequence and as rows, under its number."""

    piece: int
    stream: Stream
    rows: Sequence[Row]
    wheres: Sequence[str]


@dataclass(frozen=True)
class Found:
    """A real record: in which piece, and where."""

    piece: int
    where: str
    way: str


def find(population: Population, lexicon: Lexicon, shown: Sequence[Shown]) -> Iterator[Found]:
    """Yield every place where a real record seems to stand."""
    if not population.size:
        return
    yield from _named(population, shown)
    own = lexicon.own()
    hidden = [c for c, col in enumerate(population.columns) if HIDDEN & set(col.roles)]
    everything = list(range(len(population.columns)))
    orders = [everything]
    if hidden:
        orders.append([at for at in everything if at not in hidden])
    for order in orders:
        yield from _ordered(population, lexicon, shown, own, order)
    yield from _close(population, lexicon, shown, own)


def _named(population: Population, shown: Sequence[Shown]) -> Iterator[Found]:
    """Look for rows whose columns are named."""
    least = scoring.threshold(population, 1)
    rows = [
        (each.piece, row)
        for each in shown
        for row in each.rows
        if scoring.potential(row.wanted) >= least
    ]
    need = scoring.threshold(population, len(rows))
    for piece, row in rows:
        if _holds(population, row.wanted, need):
            yield Found(piece, row.where, "named")


def _holds(population: Population, wanted: scoring.Wanted, need: float) -> bool:
    """Return whether some record reaches so many bits, dependence between columns allowed for."""
    if scoring.potential(wanted) < need:
        return False
    records = scoring.candidates(population, wanted, need)
    if not len(records):
        return False
    totals = scoring.gains(population, records, wanted, KEPT, LOST).sum(axis=1)
    for at in np.argsort(-totals)[:VERIFIED]:
        if totals[at] < need:
            return False
        if scoring.score(population, int(records[at]), wanted) >= need:
            return True
    return False


def _ordered(
    population: Population,
    lexicon: Lexicon,
    shown: Sequence[Shown],
    own: np.ndarray,
    order: Sequence[int],
) -> Iterator[Found]:
    """Look for values that stand in the order of the charter."""
    width = len(order)
    least = scoring.threshold(population, 1)
    part = 1 + math.log2(width * (width + 1) / 2)  # where a part of a row begins and ends is free
    gain = np.where(own > 0, own + KEPT, LOST)[:, order]
    jobs = []
    for each in shown:
        values = np.flatnonzero(each.stream.ids != WORD)  # such as `np.float64(4583.0)`
        ids = np.full(len(values) + 2 * width, NUMBER)
        ids[width : width + len(values)] = each.stream.ids[values]
        count = len(ids) - width
        best = run = whole = np.zeros(count)
        for at in range(width):
            here = gain[ids[at : at + count], at]
            whole = whole + here
            run = np.maximum(0.0, run + here)
            best = np.maximum(best, run)
        for start in np.flatnonzero(np.maximum(best - part, whole - 1) >= least):
            places = values[max(0, start - width) :]
            jobs.append((each, ids[start : start + width], places, width - int(start)))
    need = scoring.threshold(population, len(jobs))
    for each, ids, places, before in jobs:
        where = _ordered_at(population, lexicon, ids, order, (need + 1, need + part))
        if where is not None:
            segment = each.stream.segments[places[where - max(0, before)]]
            yield Found(each.piece, each.wheres[segment], "ordered")


def _ordered_at(
    population: Population,
    lexicon: Lexicon,
    ids: np.ndarray,
    order: Sequence[int],
    need: tuple[float, float],
) -> int | None:
    """Return where a record begins; a part of one needs more bits than a whole."""
    wanted = {
        at: [match for match in lexicon.matches[number] if match[0] == at]
        for number, at in zip(ids, order, strict=True)
    }
    if sum(max(b for *_, b in m) for m in wanted.values() if m) < need[0]:
        return None
    records = scoring.candidates(population, wanted, need[0])
    if not len(records):
        return None
    table = scoring.gains(population, records, wanted, KEPT, LOST)
    runs, spans = _best_runs(table)
    for totals, least, whole in ((table.sum(axis=1), need[0], True), (runs, need[1], False)):
        for at in np.argsort(-totals)[:VERIFIED]:
            first, last = (0, len(order) - 1) if whole else spans[at]
            part = {column: wanted[column] for column in order[first : last + 1]}
            if totals[at] >= least and scoring.score(population, int(records[at]), part) >= least:
                return next(n for n in range(first, last + 1) if wanted[order[n]])
    return None


def _best_runs(table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return per row the largest sum of consecutive cells, and the first and last of them."""
    count = len(table)
    run = best = np.zeros(count)
    begun = np.zeros(count, dtype=np.int64)
    spans = np.zeros((count, 2), dtype=np.int64)
    for at in range(table.shape[1]):
        begun = np.where(run <= 0, at, begun)
        run = np.maximum(run, 0) + table[:, at]
        better = run > best
        best = np.where(better, run, best)
        spans[better] = np.stack([begun, np.full(count, at)], axis=1)[better]
    return best, spans


def _chances(lexicon: Lexicon) -> list[dict[int, tuple[float, float]]]:
    """Return, per value and precision, how often one row of data has it, and one word of prose."""
    found = []
    for matches in lexicon.matches:
        levels: dict[int, tuple[float, float]] = {}
        for at, level, code, bits in matches:
            rows, _ = levels.get(level, (0.0, 0.0))
            spelt = next(iter(_spelt(lexicon.population, at, level, code)))
            levels[level] = (rows + 2.0**-bits, _prose(spelt))
        found.append(levels)
    return found


def _spelt(population: Population, at: int, level: int, code: int) -> Iterator[str]:
    names = population.features[at][level].names
    yield names[code]


def _prose(spelt: str) -> float:
    """Return how often a number stands among the words of any text: round ones are everywhere."""
    digits = spelt.lstrip("-").replace(".", "").strip("0")
    if not spelt.lstrip("-").replace(".", "").isdigit() or len(digits) > 2:
        return 0.0
    return 10.0 ** -max(1, len(digits))


def _worth(chance: tuple[float, float], words: int, width: int) -> float:
    """Return the bits of a value among so many words of a text."""
    rows, prose = chance
    expected = max(rows * max(1.0, words / width), prose * words)
    return max(0.0, -math.log2(min(1.0, expected)) + IN_TEXT)


def _close(
    population: Population, lexicon: Lexicon, shown: Sequence[Shown], own: np.ndarray
) -> Iterator[Found]:
    """Look for values that stand close together, in any order."""
    width = len(population.columns)
    span = 2 * width + 10
    chances = _chances(lexicon)
    worth = np.zeros_like(own)
    for number, matches in enumerate(lexicon.matches):
        for at, level, _, _ in matches:
            bits = _worth(chances[number][level], width, width)
            worth[number, at] = max(worth[number, at], bits)
    least = scoring.threshold(population, 1)
    jobs = []
    for each in shown:
        count = len(each.stream.ids)
        if count:
            starts = np.arange(0, count, span)
            blocks = np.maximum.reduceat(worth[each.stream.ids], starts, axis=0)
            pairs = np.maximum(blocks, np.vstack([blocks[1:], blocks[-1:]]))
            for block in np.flatnonzero(pairs.sum(axis=1) >= least):
                begin = int(starts[block])
                jobs.append((each, begin, min(count, begin + 2 * span)))
    # Each word may be the first of a record.
    need = scoring.threshold(population, sum(stop - start for _, start, stop in jobs))
    close = _Close(population, lexicon, chances, width, span)
    for each, start, stop in jobs:
        where = close.find(each.stream.ids[start:stop], need)
        if where is not None:
            segment = each.stream.segments[start + where]
            yield Found(each.piece, each.wheres[segment], "close")


@dataclass(frozen=True)
class _Close:
    """A search for records among the words of one window."""

    population: Population
    lexicon: Lexicon
    chances: Sequence[dict[int, tuple[float, float]]]
    width: int
    span: int

    def find(self, ids: np.ndarray, need: float) -> int | None:
        """Return at which word a record begins, if one stands there."""
        wanted: dict[int, list[Match]] = {}
        for number in set(ids.tolist()):
            for at, level, code, _ in self.lexicon.matches[number]:
                bits = _worth(self.chances[number][level], self.width, self.width)
                if bits > 0:
                    wanted.setdefault(at, []).append((at, level, code, bits))
        if sum(max(b for *_, b in m) for m in wanted.values()) < need:
            return None
        records = scoring.candidates(self.population, wanted, need)
        if not len(records):
            return None
        totals = scoring.gains(self.population, records, wanted, 0.0, 0.0).sum(axis=1)
        for at in np.argsort(-totals)[:VERIFIED]:
            if totals[at] < need:
                return None
            start = self._tight(ids, int(records[at]), need)
            if start is not None:
                return start
        return None

    def _tight(self, ids: np.ndarray, row: int, need: float) -> int | None:
        """Return where the values of one record stand close enough together."""
        events = [
            (place, match, self.chances[number][match[1]])
            for place, number in enumerate(ids.tolist())
            for match in self.lexicon.matches[number]
            if self.population.features[match[0]][match[1]].codes[row] == match[2]
        ]
        for number, (begin, _, _) in enumerate(events):
            seen: dict[int, tuple[Match, tuple[float, float]]] = {}
            for place, match, chance in events[number:]:
                words = place - begin + 1
                if words > self.span:
                    break
                old = seen.get(match[0])
                if old is None or match[3] > old[0][3]:
                    seen[match[0]] = (match, chance)
                if len(seen) > 1 and self._reaches(seen, words, row, need):
                    return begin
        return None

    def _reaches(
        self,
        seen: dict[int, tuple[Match, tuple[float, float]]],
        words: int,
        row: int,
        need: float,
    ) -> bool:
        size = max(words, self.width)
        worth = {at: _worth(chance, size, self.width) for at, (_, chance) in seen.items()}
        score = sum(worth.values())
        if score < need:
            return False
        for at, features in enumerate(self.population.features):
            code = features[0].codes[row]
            if at not in seen and code >= 0 and features[0].bits[code] > 1:
                score += NOT_IN_TEXT
        telling = [seen[at][0] for at, bits in worth.items() if bits > 0]
        apart = sum(bits for *_, bits in telling)
        return score - apart + scoring.information(self.population, row, telling) >= need
