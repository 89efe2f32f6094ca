"""Intervals against SciPy and pencil."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from synthnb.privacy.bounds import Interval, excess, holm, mean_bounds, wilson


@pytest.mark.parametrize("hits", [0, 1, 7, 29, 30])
@pytest.mark.parametrize("level", [0.9, 0.95, 0.9875])
def test_wilson_agrees_with_scipy(hits: int, level: float) -> None:
    theirs = binomtest(hits, 30).proportion_ci(level, method="wilson")
    assert wilson(hits / 30, 30, level) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


def test_the_mean_of_zeros_and_ones_has_the_wilson_interval() -> None:
    values = np.repeat([1.0, 0.0], [3, 17])
    got = mean_bounds(values, 20, 0.95)
    assert (got.value, got.low, got.high) == pytest.approx((0.15, *wilson(0.15, 20, 0.95)))


def test_values_that_vary_less_count_as_more_trials() -> None:
    # Mean 0.5, variance 0.0625: a quarter of that of a coin, so four times as many trials.
    values = np.repeat([0.25, 0.75], [10, 10])
    got = mean_bounds(values, 20, 0.95)
    assert (got.low, got.high) == pytest.approx(wilson(0.5, 80, 0.95))


def test_an_excess_is_train_minus_the_interval_of_control() -> None:
    success = np.array([True] * 4 + [False] * 6 + [True] + [False] * 19)
    member = np.arange(30) < 10
    low, high = wilson(0.05, 20, 0.95)
    got = excess(success, member, 20, 0.95)
    assert (got.value, got.low, got.high) == pytest.approx((0.35, 0.4 - high, 0.4 - low))


def test_an_excess_is_claimed_only_where_a_test_finds_one() -> None:
    assert Interval(0.3, 0.1, 0.5).unless(0.04, 0.95) == Interval(0.3, 0.1, 0.5)
    assert Interval(0.3, 0.1, 0.5).unless(0.06, 0.95) == Interval(0.3, 0.0, 0.5)
    assert Interval(-0.3, -0.5, -0.1).unless(1.0, 0.95) == Interval(-0.3, -0.5, 0.0)


def test_holm_by_pencil() -> None:
    # 3 x .01, then 2 x .03, then .04 raised to what went before.
    assert holm([0.04, 0.01, 0.03]) == pytest.approx([0.06, 0.03, 0.06])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []
