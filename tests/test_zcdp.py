"""Conversions of zCDP against brute force over Rényi orders and closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest

from synthnb.zcdp import delta_of, epsilon_of, rho_of


@pytest.mark.parametrize("rho", [1e-4, 0.01, 0.3, 2.0])
@pytest.mark.parametrize("epsilon", [0.1, 1.0, 5.0])
def test_delta_is_the_smallest_over_a_dense_grid_of_orders(rho: float, epsilon: float) -> None:
    order = 1 + np.logspace(-6, 6, 400_001)
    power = (order - 1) * (order * rho - epsilon) + order * np.log1p(-1 / order)
    smallest = math.exp(min(0.0, float(np.min(power - np.log(order - 1)))))
    assert delta_of(rho, epsilon) == pytest.approx(smallest, rel=1e-4, abs=1e-300)


@pytest.mark.parametrize("rho", [1e-3, 0.05, 0.5, 3.0])
def test_epsilon_is_below_the_bound_of_bun_and_steinke(rho: float) -> None:
    delta = 1e-6
    assert rho < epsilon_of(rho, delta) < rho + 2 * math.sqrt(rho * math.log(1 / delta))


@pytest.mark.parametrize("epsilon", [0.1, 1.0, 8.0])
@pytest.mark.parametrize("delta", [1e-9, 1e-5])
def test_the_two_conversions_undo_each_other_on_the_safe_side(epsilon: float, delta: float) -> None:
    rho = rho_of(epsilon, delta)
    assert epsilon_of(rho, delta) <= epsilon + 1e-9
    assert epsilon_of(rho * 1.001, delta) > epsilon


def test_nothing_spent_gives_nothing_away_and_more_gives_away_more() -> None:
    assert epsilon_of(0, 1e-6) == 0
    assert delta_of(0, 0.5) == 0
    spent = [epsilon_of(rho, 1e-6) for rho in (0.01, 0.02, 0.04, 0.5)]
    assert spent == sorted(spent)
    assert spent[1] < 2 * spent[0]  # losses add up in rho
