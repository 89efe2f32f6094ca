"""A lower bound of the privacy loss, from how well membership could be guessed in one run."""

from __future__ import annotations

import math

import numpy as np

from synthnb.privacy.attack import Attack
from synthnb.privacy.bounds import CONFIDENCE
from synthnb.privacy.views import View
from synthnb.records import Estimate, interval

METRIC = "privacy.epsilon.lower"
FEWEST = 100  # audited records
GUESSED = 0.1  # of the audited records: fixed beforehand, half as members and half as others
SLACK = 0.01  # of the 5 %, for claims with a delta: enough where 2 x records x delta is below it


def lower_bound(right: int, guesses: int, level: float = CONFIDENCE) -> float:
    """Return the smallest epsilon that so many right guesses are compatible with.

    If a mechanism is epsilon-differentially private and membership was decided by fair coins, the
    number of right guesses is stochastically no larger than Binomial(guesses, e^eps / (1 + e^eps))
    (Steinke, Nasr and Jagielski 2023, theorem for pure differential privacy). With a delta, that
    probability grows by at most 2 x records x delta (their theorem with delta; its factor alpha is
    at most 2).

    Parameters
    ----------
    right, guesses : int
        `guesses` must have been fixed before looking.
    level : float
        One-sided confidence.
    """
    from scipy.stats import beta

    if right == 0:
        return 0.0
    # P(Binomial(r, q) >= v) = 1 - level, solved for q (Clopper and Pearson 1934).
    q = float(beta.ppf(1 - level, right, guesses - right + 1))
    return max(0.0, math.log(q / (1 - q)))


def audited(member: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw records so that, given which they are, their labels are independent fair coins.

    The number of members is drawn first, from Binomial(m, 1/2); they and the others are then drawn
    at random from train and control. m is as large as leaves room for that.

    Returns
    -------
    ndarray of int, shape (m,)
    """
    train, control = np.flatnonzero(member), np.flatnonzero(~member)
    fewer = min(len(train), len(control))
    m = max(0, int(2 * (fewer - 4 * math.sqrt(fewer))))
    k = min(int(rng.binomial(m, 0.5)), len(train))
    others = min(m - k, len(control))
    chosen = [rng.choice(train, k, replace=False), rng.choice(control, others, replace=False)]
    return np.sort(np.concatenate(chosen))


def guess(score: np.ndarray, member: np.ndarray) -> tuple[int, int]:
    """Guess the highest scores as members and the lowest as others; count the right guesses.

    Returns
    -------
    right, guesses : int
    """
    half = max(1, int(GUESSED * len(score) / 2))
    order = np.argsort(-score, kind="stable")
    right = int(member[order[:half]].sum()) + int((~member[order[-half:]]).sum())
    return right, 2 * half


def _measure(view: View) -> tuple[Estimate, ...]:
    if not view.labels.simple:
        return EPSILON.missing(
            "Membership was not decided by independent coins: whole privacy units or strata were "
            "divided. Audit a generator with a split at random by record."
        )
    chosen = audited(view.member, view.rng("epsilon"))
    if len(chosen) < FEWEST:
        return EPSILON.missing(
            f"{len(chosen)} records could be audited, and {FEWEST} are needed. Bring more control "
            "records."
        )
    right, guesses = guess(view.ratio[chosen], view.member[chosen])
    low = lower_bound(right, guesses, CONFIDENCE + SLACK)
    odds = (right + 0.5) / (guesses - right + 0.5)
    return (
        interval(
            METRIC,
            max(low, math.log(odds), 0.0),
            low,
            math.inf,
            n=len(chosen),
            method=f"{EPSILON.method}: {guesses} guesses, fixed beforehand, at the ends of the "
            "local distance ratio; one-run audit of Steinke, Nasr and Jagielski (2023); holds "
            f"for a delta up to {SLACK / 2:g} / records",
            seed=view.seed,
            baseline=0.0,
            level=CONFIDENCE,
            note=f"{right} of {guesses} guesses were right. A lower bound: it can contradict a "
            "claim and never prove one. It is for replacing one record, since train has a fixed "
            "size: a claim about adding or removing one counts twice.",
        ),
    )


EPSILON = Attack(
    id="epsilon",
    version="1",
    title="Empirical epsilon",
    knows="every attribute of the audited people.",
    wants="to guess of each whether they were in the data.",
    can="guess where the scores are most telling, and be held to every guess.",
    cost="nothing beyond membership inference",
    criterion="singling out",
    status="description",
    metrics=(METRIC,),
    measure=_measure,
)
