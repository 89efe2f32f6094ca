"""Zero-concentrated differential privacy (zCDP): how its loss, rho, converts to (epsilon, delta).

Losses of several releases add up in rho, not in epsilon:

    epsilon_of(2 * rho_of(1.0, 1e-6), 1e-6)        # less than 2

Sources: Bun and Steinke (2016), Concentrated Differential Privacy, for rho and its addition;
Canonne, Kamath and Steinke (2020), The Discrete Gaussian for Differential Privacy, proposition 12
and corollary 13, for delta as the smallest over Rényi orders.
"""

from __future__ import annotations

import functools
import math
from fractions import Fraction

_STEPS = 200


def delta_of(rho: Fraction | float, epsilon: float) -> float:
    """Return a delta for which rho-zCDP implies (epsilon, delta)-differential privacy.

    The smallest over Rényi orders alpha of
    exp((alpha - 1) (alpha rho - epsilon)) / (alpha - 1) * (1 - 1 / alpha)^alpha.

    >>> delta_of(0, 1.0)
    0.0
    """
    loss = float(rho)
    if loss <= 0:
        return 0.0

    def exponent(order: float) -> float:
        return (
            (order - 1) * (order * loss - epsilon)
            + order * math.log1p(-1 / order)
            - math.log(order - 1)
        )

    # Every order gives a valid delta, so an inexact minimum errs on the safe side.
    low, high = 1 + 1e-9, max(2.0, (epsilon + 1) / (2 * loss) + 2)
    for _ in range(_STEPS):
        left, right = low + (high - low) / 3, high - (high - low) / 3
        low, high = (low, right) if exponent(left) < exponent(right) else (left, high)
    return math.exp(min(0.0, exponent(high)))


def epsilon_of(rho: Fraction | float, delta: float) -> float:
    """Return an epsilon for which rho-zCDP implies (epsilon, delta)-differential privacy.

    Parameters
    ----------
    rho : Fraction or float
        0 or more.
    delta : float
        Between 0 and 1, both excluded.
    """
    loss = float(rho)
    if loss <= 0:
        return 0.0
    low, high = 0.0, loss + 2 * math.sqrt(loss * math.log(1 / delta)) + 1e-9
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if delta_of(loss, middle) <= delta else (middle, high)
    return high


@functools.cache
def rho_of(epsilon: float, delta: float) -> float:
    """Return the largest rho found whose `epsilon_of` is at most epsilon.

    Parameters
    ----------
    epsilon : float
        Above 0.
    delta : float
        Between 0 and 1, both excluded.
    """
    low, high = 0.0, epsilon + 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if delta_of(middle, epsilon) <= delta else (low, middle)
    return low
