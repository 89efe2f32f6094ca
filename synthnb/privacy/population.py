"""How many people of a sample are unique in the population that it was drawn from?"""

from __future__ import annotations

import math

import numpy as np

from synthnb.privacy.bounds import CONFIDENCE, Z
from synthnb.records import Estimate, interval, missing

METRIC = "privacy.population_unique"
_METHOD = (
    "Pitman model of class sizes (Hoshino 2001, J Am Stat Assoc 96), maximum likelihood; Wald "
    "interval on the log-odds scale from the observed information"
)


def unique_in_population(size: np.ndarray, population: int | None, method: str) -> Estimate:
    """Return the estimated share of a sample whose class nobody else in the population shares.

    Parameters
    ----------
    size : ndarray of int, shape (n,)
        Size in the sample of each record's class.
    population : int, optional
        How many people the sample was drawn from.
    method : str
        How the classes were made.
    """
    how = f"{method}; {_METHOD}"
    if population is None:
        why = "Name the size of the population in charter.yaml (`population`)."
        return missing(METRIC, why, method=how)
    if population < len(size):
        why = "The population of the charter is smaller than train. Correct `population`."
        return missing(METRIC, why, method=how)
    counts = np.bincount(size)[1:]
    classes = np.arange(1, len(counts) + 1)
    fitted = fit(counts // classes)
    if fitted is None:
        why = "The class sizes do not fit the Pitman model: all people are alike, or none are."
        return missing(METRIC, why, method=how)
    logit, spread = _log_odds(fitted, population)
    return interval(
        METRIC,
        _share(logit),
        _share(logit - Z * spread),
        _share(logit + Z * spread),
        n=len(size),
        method=how,
        level=CONFIDENCE,
        note=f"Of a population of {population:,}.",
    )


def fit(frequencies: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """Fit Pitman's sampling formula by maximum likelihood.

    log L = sum_{i<u} log(theta + i alpha) - sum_{i<n} log(theta + i)
    + sum_j s_j sum_{i<j} log(i - alpha), u classes, s_j of them of size j (Hoshino 2001, eq. 6).

    Parameters
    ----------
    frequencies : ndarray of int
        Number of classes of size 1, 2, ...

    Returns
    -------
    at : ndarray, shape (2,)
        Log-odds of alpha, log of theta + alpha.
    information : ndarray, shape (2, 2)
        Observed there; None where there is no maximum inside.
    """
    from scipy.optimize import minimize

    n = int((frequencies * np.arange(1, len(frequencies) + 1)).sum())
    u = int(frequencies.sum())
    if u in {1, n}:
        return None

    def loss(at: np.ndarray) -> float:
        return -_log_likelihood(at, frequencies, n, u)

    best = minimize(
        loss,
        np.array([0.0, math.log(u)]),
        method="Nelder-Mead",
        options={"xatol": 1e-7, "fatol": 1e-9, "maxiter": 4000},
    )
    information = _hessian(loss, best.x)
    inside = bool(np.all(np.abs(best.x) < 30))
    if not best.success or not inside or np.any(np.linalg.eigvalsh(information) <= 0):
        return None
    return best.x, information


def _log_likelihood(at: np.ndarray, frequencies: np.ndarray, n: int, u: int) -> float:
    from scipy.special import gammaln

    alpha = _share(float(np.clip(at[0], -35, 35)))
    theta = math.exp(float(np.clip(at[1], -35, 35))) - alpha
    new = float(np.log(theta + alpha * np.arange(1, u)).sum())
    everybody = float(gammaln(theta + n) - gammaln(theta + 1))
    sizes = np.flatnonzero(frequencies) + 1
    within = gammaln(sizes - alpha) - gammaln(1 - alpha)
    return new - everybody + float((frequencies[sizes - 1] * within).sum())


def _hessian(loss: object, at: np.ndarray, step: float = 1e-3) -> np.ndarray:
    """Return second derivatives by central differences."""
    assert callable(loss)  # noqa: S101 -- for the type checker
    size = len(at)
    found = np.empty((size, size))
    for i in range(size):
        for j in range(size):
            a, b = np.eye(size)[i] * step, np.eye(size)[j] * step
            four = loss(at + a + b) - loss(at + a - b) - loss(at - a + b) + loss(at - a - b)
            found[i, j] = four / (4 * step * step)
    return (found + found.T) / 2


def _log_odds(fitted: tuple[np.ndarray, np.ndarray], population: int) -> tuple[float, float]:
    """Return the log-odds that somebody is unique in the population, and their standard error."""
    at, information = fitted

    def logit(where: np.ndarray) -> float:
        log = _log_unique(where, population)
        return log - math.log(-math.expm1(log))

    step = 1e-4
    slope = np.array([(logit(at + e) - logit(at - e)) / (2 * step) for e in np.eye(2) * step])
    return logit(at), float(np.sqrt(slope @ np.linalg.solve(information, slope)))


def _log_unique(at: np.ndarray, population: int) -> float:
    """Return the log of the probability that a person's class has no second member.

    The i-th further person joins somebody else's class with probability
    (theta + alpha + i - 1) / (theta + i), by the sequential construction of the model (Pitman
    1995, Probab Theory Relat Fields 102).
    """
    from scipy.special import gammaln

    alpha = _share(float(at[0]))
    theta = math.exp(float(at[1])) - alpha
    ahead = gammaln(theta + alpha + population - 1) - gammaln(theta + alpha)
    return min(-1e-12, float(ahead - gammaln(theta + population) + gammaln(theta + 1)))


def _share(logit: float) -> float:
    return 1 / (1 + math.exp(-logit)) if logit >= 0 else math.exp(logit) / (1 + math.exp(logit))
