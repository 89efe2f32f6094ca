"""Intervals of shares against published examples and other implementations."""

import math

import pytest
from scipy.stats import binomtest
from scipy.stats.contingency import relative_risk

from synthnb.fairness.outcomes import folded
from synthnb.fairness.proportions import (
    Count,
    Outcomes,
    compared,
    log_ratio,
    newcombe,
    rate_bounds,
    simultaneous,
    wilson,
)


@pytest.mark.parametrize(("x", "n"), [(0, 4), (1, 4), (7, 12), (40, 40), (131, 195)])
@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
def test_the_score_interval_is_scipys(x, n, level):
    theirs = binomtest(x, n).proportion_ci(level, method="wilson")
    assert wilson(x, n, level) == pytest.approx((theirs.low, theirs.high), abs=1e-9)


@pytest.mark.parametrize(
    ("counts", "published"),
    [  # Newcombe (1998), Table II, method 10
        ((56, 70, 48, 80), (0.0524, 0.3339)),
        ((9, 10, 3, 10), (0.1705, 0.8090)),
        ((10, 10, 0, 10), (0.6075, 1.0)),
        ((5, 56, 0, 29), (-0.0381, 0.1926)),
    ],
)
def test_the_hybrid_score_interval_is_the_published_one(counts, published):
    assert newcombe(*counts) == pytest.approx(published, abs=6e-5)


def test_the_log_ratio_interval_is_scipys():
    theirs = relative_risk(131, 195, 1514, 1668).confidence_interval(0.95)
    assert log_ratio(131, 195, 1514, 1668) == pytest.approx((theirs.low, theirs.high))


def test_a_zero_count_widens_the_ratio_by_half_a_success():
    low, high = log_ratio(0, 10, 5, 10)
    ratio, spread = (0.5 / 10.5) / (5.5 / 10.5), 1 / 0.5 - 1 / 10.5 + 1 / 5.5 - 1 / 10.5
    assert low == pytest.approx(ratio * math.exp(-1.959964 * math.sqrt(spread)), rel=1e-6)
    assert high == pytest.approx(ratio * math.exp(1.959964 * math.sqrt(spread)), rel=1e-6)


def test_two_shares_of_one_still_have_an_uncertain_ratio():
    low, high = log_ratio(10, 10, 20, 20)
    assert low < 1 < high


def test_a_blurred_count_is_known_to_its_block_only():
    assert Count.blurred(7, 10) == Count(0, 9)
    assert Count.blurred(10, 10) == Count(10, 19)
    assert Count.blurred(7, 1) == Count.exactly(7)


def test_the_interval_of_blurred_counts_covers_every_count_that_they_may_be():
    blurred = Outcomes(Count.blurred(23, 10), Count.blurred(4, 10))
    other = Outcomes(Count.exactly(80), Count.exactly(20))
    low, high = rate_bounds(blurred)
    gap_low, gap_high = compared(newcombe, blurred, other, 0.95)
    for yes in range(20, 30):
        for no in range(10):
            one_low, one_high = wilson(yes, yes + no)
            assert low <= one_low
            assert one_high <= high
            one_low, one_high = newcombe(yes, yes + no, 80, 100)
            assert gap_low <= one_low
            assert one_high <= gap_high


def test_intervals_that_hold_together_share_the_error():
    assert simultaneous(0.95, 5) == pytest.approx(0.99)
    assert simultaneous(0.95, 0) == 0.95


def test_an_absolute_value_folds_its_interval_at_zero():
    assert folded(-0.1, 0.3) == (0.0, 0.3)
    assert folded(-0.3, -0.1) == (0.1, 0.3)
    assert folded(0.1, 0.3) == (0.1, 0.3)
