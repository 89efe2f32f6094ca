"""Noise from OpenDP, and the sum of what it costs.

Every scale comes from OpenDP's own privacy map, every loss is what that map says, and losses add up
as exact fractions that never pass the total.

Source: Bun and Steinke (2016), Concentrated Differential Privacy, for rho, its addition, and the
Gaussian mechanism (sensitivity^2 / 2 sigma^2); Canonne, Kamath and Steinke (2020), The Discrete
Gaussian for Differential Privacy; Durfee and Rogers (2019) and McKenna and Sheldon (2020) for the
noisy maximum (sensitivity of all scores s and scale b: s^2 / 2 b^2).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from synthnb.errors import BudgetError, MissingExtraError


def opendp() -> Any:
    """Return OpenDP's prelude with the measurements that are used here.

    Raises
    ------
    MissingExtraError
        If OpenDP is not installed.
    """
    try:
        import opendp.prelude as dp
    except ModuleNotFoundError:
        raise MissingExtraError("OpenDP", "dp") from None
    dp.enable_features("contrib")
    return dp


@dataclass
class Step:
    """What one group of measurements cost."""

    name: str
    rho: Fraction
    scale: float


@dataclass
class Accountant:
    """Measures, and refuses to pass a total.

    Parameters
    ----------
    total : Fraction
        The most rho that may be spent.
    """

    total: Fraction
    steps: list[Step] = field(default_factory=list)

    @property
    def spent(self) -> Fraction:
        """Return the rho of all steps so far."""
        return sum((step.rho for step in self.steps), Fraction(0))

    def counts(self, exact: np.ndarray, rho: float, change: int, name: str) -> np.ndarray:
        """Return whole counts with discrete Gaussian noise.

        Parameters
        ----------
        exact : ndarray of int, any shape
        rho : float
            What it may cost.
        change : int
            By how much one unit can move the counts, in the Euclidean norm.
        name : str
            Of the step.
        """
        dp = opendp()
        space = dp.vector_domain(dp.atom_domain(T=int)), dp.l2_distance(T=int)
        measure, scale = _within(rho, change, lambda b: dp.m.make_gaussian(*space, scale=b))
        self._charge(name, measure.map(change), scale)
        noisy = measure([int(count) for count in np.ravel(exact)])
        return np.asarray(noisy, dtype=np.float64).reshape(np.shape(exact))

    def best(self, scores: np.ndarray, rho: float, change: int, name: str) -> int:
        """Return the place of a score that is among the largest.

        Parameters
        ----------
        scores : ndarray of int, shape (k,)
        rho : float
            What it may cost.
        change : int
            By how much one unit can move any score.
        name : str
            Of the step.
        """
        dp = opendp()
        space = dp.vector_domain(dp.atom_domain(T=int)), dp.linf_distance(T=int)
        zcdp = dp.zero_concentrated_divergence()
        measure, scale = _within(rho, change, lambda b: dp.m.make_noisy_max(*space, zcdp, scale=b))
        self._charge(name, measure.map(change), scale)
        return int(measure([int(score) for score in scores]))

    def scale(self, name: str) -> float:
        """Return the scale of the noise of a step."""
        return next(step.scale for step in self.steps if step.name == name)

    def scales(self) -> dict[str, float]:
        """Return the scale of each step's noise."""
        return {step.name: step.scale for step in self.steps}

    def _charge(self, name: str, rho: float, scale: float) -> None:
        cost = Fraction(rho)
        if self.spent + cost > self.total:
            raise BudgetError(f"The step `{name}` would pass the total that was charged.")
        for step in self.steps:
            if step.name == name and step.scale == scale:
                step.rho += cost
                return
        self.steps.append(Step(name, cost, scale))


def _within(rho: float, change: int, make: Any) -> tuple[Any, float]:
    """Return a measurement whose privacy map stays within rho, and its scale."""
    scale = change / math.sqrt(2 * rho)
    while True:
        measure = make(scale)
        if measure.map(change) <= rho:
            return measure, scale
        scale *= 1 + 1e-12  # OpenDP rounds its map up


def zero_scale(change: int, rho: float) -> float:
    """Return the standard deviation that noise of a given cost has, before it is drawn."""
    return change / math.sqrt(2 * rho)
