"""Label exchanges against full enumeration."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest
from scipy.stats import fisher_exact

from synthnb.privacy.labels import DRAWS, Labels
from synthnb.privacy.scan import Scan

AMOUNT = np.array([3.0, 0.0, 1.0, 1.0, 0.5, 0.0, 0.5, 0.0])
MEMBER = np.arange(8) < 4
UNIT = np.array([0, 0, 1, 2, 3, 4, 4, 5])
STRATUM = np.array([0, 0, 1, 1, 0, 0, 0, 1])


def every_total(blocks: list[list[int]], strata: list[list[int]], trains: list[int]) -> np.ndarray:
    """Return the amount in train under every exchange of the blocks' labels within strata."""
    choices = [list(combinations(s, k)) for s, k in zip(strata, trains, strict=True)]
    totals = []
    for choice in product(*choices):
        chosen = [row for part in choice for block in part for row in blocks[block]]
        totals.append(AMOUNT[chosen].sum())
    return np.array(totals)


CASES = {
    "plain": (Labels(MEMBER), [[i] for i in range(8)], [list(range(8))], [4]),
    "units": (
        Labels(MEMBER, unit=UNIT),
        [[0, 1], [2], [3], [4], [5, 6], [7]],
        [list(range(6))],
        [3],
    ),
    "strata": (
        Labels(MEMBER, stratum=STRATUM),
        [[i] for i in range(8)],
        [[0, 1, 4, 5, 6], [2, 3, 7]],
        [2, 2],
    ),
    "units in strata": (
        Labels(MEMBER, unit=UNIT, stratum=STRATUM),
        [[0, 1], [2], [3], [4], [5, 6], [7]],
        [[0, 3, 4], [1, 2, 5]],
        [1, 2],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_exchanges_are_those_of_full_enumeration(case: str) -> None:
    labels, blocks, strata, trains = CASES[case]
    totals = every_total(blocks, strata, trains)
    truth = float(np.mean(totals >= AMOUNT[MEMBER].sum() - 1e-12))
    got = labels.amount_p(AMOUNT, np.random.default_rng(1))
    assert got == pytest.approx(truth, abs=4 * np.sqrt(0.25 / DRAWS))
    mean, spread = labels.moments(AMOUNT)
    assert (mean, spread) == pytest.approx((totals.mean(), totals.std()))


@pytest.mark.parametrize("case", CASES)
def test_hits_are_those_of_full_enumeration(case: str) -> None:
    labels, blocks, strata, trains = CASES[case]
    hit = AMOUNT >= 1
    choices = [list(combinations(s, k)) for s, k in zip(strata, trains, strict=True)]
    counts = [
        sum(hit[row] for part in choice for block in part for row in blocks[block])
        for choice in product(*choices)
    ]
    truth = float(np.mean(np.array(counts) >= 3))
    got = labels.hits_p(hit, np.random.default_rng(2))
    assert got == pytest.approx(truth, abs=4 * np.sqrt(0.25 / DRAWS))


def test_plain_hits_have_fishers_exact_p() -> None:
    member = np.arange(40) < 15
    hit = np.zeros(40, dtype=bool)
    hit[[0, 1, 2, 3, 4, 20, 21]] = True
    theirs = fisher_exact([[5, 10], [2, 23]], alternative="greater").pvalue
    assert Labels(member).hits_p(hit, np.random.default_rng(0)) == pytest.approx(theirs)


def test_nothing_found_is_no_evidence() -> None:
    rng = np.random.default_rng(0)
    assert Labels(MEMBER).hits_p(np.zeros(8, dtype=bool), rng) == 1.0
    assert Labels(MEMBER).amount_p(np.zeros(8), rng) == 1.0


def test_records_of_one_person_are_worth_less_than_as_many_people() -> None:
    labels = Labels(MEMBER, unit=UNIT)
    # Control: units of sizes 1, 2, 1, so 4 ** 2 / (1 + 4 + 1).
    assert labels.effective(~MEMBER) == pytest.approx(16 / 6)
    assert Labels(MEMBER).effective(~MEMBER) == 4


def test_the_scan_is_uniform_when_labels_are_drawn_at_random() -> None:
    rng = np.random.default_rng(4)
    score = np.round(rng.normal(size=120), 1)  # with ties
    found = []
    for _ in range(200):
        labels = Labels(rng.permutation(np.arange(120) < 70))
        found.append(Scan.of(score, labels, rng).p)
    # Binomial(200, .1) lies in [8, 34] with probability above .999.
    assert 8 <= np.sum(np.array(found) <= 0.1) <= 34


def test_the_scan_looks_at_8_16_32_and_keeps_ties_whole() -> None:
    score, labels = -np.arange(100.0), Labels(np.arange(100) < 50)
    assert Scan.of(score, labels, np.random.default_rng(0)).cuts.tolist() == [8, 16, 32]
    score[7:12] = score[7]
    assert Scan.of(score, labels, np.random.default_rng(0)).cuts.tolist() == [12, 16, 32]


def test_equal_scores_rank_nobody() -> None:
    scan = Scan.of(np.zeros(100), Labels(np.arange(100) < 50), np.random.default_rng(0))
    assert len(scan.cuts) == 0
    assert scan.p == 1.0
