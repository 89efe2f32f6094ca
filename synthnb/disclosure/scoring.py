"""How much the agreement of shown values with one real record tells: a likelihood ratio in bits.

Of each column that is shown, the record's own row shows the record's value with probability
1 - ALTERED, and a row of somebody else shows it with the probability p that anybody has it. A
value that agrees adds log2((1 - ALTERED) / p), one that differs adds log2(ALTERED). Under the
hypothesis that the row is somebody else's, such a ratio exceeds 2^T with probability of at most
2^-T (Markov's inequality), so with N records and W rows compared, a threshold of log2(N W / RATE)
gives at most RATE false alarms in expectation.

Columns depend on each other, so agreement in one makes agreement in another likelier: the p of a
value is raised to its share among the *other* records that agree in a column counted before.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from synthnb.disclosure.population import Match, Population

RATE = 0.01
"""False alarms of one kind in one release, in expectation."""

ALTERED = 0.1
"""How often a value of a disclosed record is shown altered."""

KEPT = math.log2(1 - ALTERED)
LOST = math.log2(ALTERED)

Wanted = Mapping[int, Sequence[Match]]
"""Per column that is shown, what its value can mean; nothing where no real record has it."""


def threshold(population: Population, compared: float) -> float:
    """Return the bits that an agreement needs, with so many rows compared."""
    return math.log2(max(1, population.size) * max(1.0, compared) / RATE)


def potential(wanted: Wanted, lost: float = LOST) -> float:
    """Return the most bits that any record can reach."""
    return sum(
        max(bits for *_, bits in matches) + KEPT if matches else lost for matches in wanted.values()
    )


def candidates(population: Population, wanted: Wanted, need: float) -> np.ndarray:
    """Return the records that may reach `need` bits.

    The commonest values are not looked up, as long as they cannot reach `need` by themselves.
    """
    looked = []
    for at, matches in wanted.items():
        if matches:
            best = max(bits for *_, bits in matches)
            size = sum(population.features[at][level].size(code) for _, level, code, _ in matches)
            looked.append((size, best, at))
    spare = need
    rows = []
    for _, best, at in sorted(looked, reverse=True):
        if spare - best > 0:
            spare -= best
            continue
        rows += [population.features[at][lv].records(code) for _, lv, code, _ in wanted[at]]
    return np.unique(np.concatenate(rows)) if rows else np.zeros(0, dtype=np.int64)


def gains(
    population: Population, rows: np.ndarray, wanted: Wanted, kept: float, lost: float
) -> np.ndarray:
    """Return what each shown column adds for each record; shape (records, shown columns)."""
    table = np.full((len(rows), len(wanted)), lost)
    for number, (at, matches) in enumerate(wanted.items()):
        for level, feature in reversed(list(enumerate(population.features[at]))):
            here = sorted((code, bits) for _, lv, code, bits in matches if lv == level)
            if len(here) == 1:
                ((code, bits),) = here
                table[feature.codes[rows] == code, number] = max(lost, bits + kept)
            elif here:
                codes = np.array([code for code, _ in here])
                worth = np.array([bits for _, bits in here]) + kept
                mine = feature.codes[rows]
                spot = np.minimum(np.searchsorted(codes, mine), len(codes) - 1)
                gain = np.where(codes[spot] == mine, worth[spot], lost)
                table[:, number] = np.maximum(table[:, number], gain)
    return table


def agreeing(population: Population, row: int, wanted: Wanted) -> list[Match]:
    """Return, per column in which a record agrees, the finest match."""
    found = []
    for at, matches in wanted.items():
        mine = [each for each in matches if population.features[at][each[1]].codes[row] == each[2]]
        if mine:
            found.append(max(mine, key=lambda each: each[3]))
    return found


def information(population: Population, row: int, matches: Sequence[Match]) -> float:
    """Return the bits of a joint agreement, with dependence between columns.

    Pairs of columns count with what other records show; a column that follows from those counted
    before by arithmetic adds nothing.
    """
    total = 0.0
    weights = population.weights
    own = weights[row]
    before: list[np.ndarray] = []
    counted: set[int] = set()
    for at, level, code, bits in sorted(matches, key=lambda match: -match[3]):
        counted.add(at)
        if any(at in group and group <= counted for group in population.derived):
            continue
        here = population.features[at][level].codes == code
        chance = 2.0**-bits
        given = chance
        for other in before:
            both = weights[here & other].sum() - own
            among = weights[other].sum() - own
            given = max(given, (both + chance) / (among + 1))
        total += -math.log2(min(1.0, given))
        before.append(here)
    return total


def score(population: Population, row: int, wanted: Wanted) -> float:
    """Return the bits of a record, with dependence between pairs of columns."""
    same = agreeing(population, row, wanted)
    altered = len(wanted) - len(same)
    return information(population, row, same) + len(same) * KEPT + altered * LOST
