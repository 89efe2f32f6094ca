"""The self-test: how small a leak would these tests have found, in this very table?

Known training records are planted, and the headline tests look for them. In each trial the labels
are exchanged first: what is measured is the power of the tests on data like these, whatever the
table at hand leaks or does not. A clean result is worth as much as the leak that it would show.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from synthnb.privacy.bounds import CONFIDENCE
from synthnb.privacy.headline import TESTS
from synthnb.privacy.planting import ALPHA, Bench, change
from synthnb.privacy.views import View
from synthnb.records import Estimate, exact, interval, missing

TRIALS = 100  # 100 found of 100 prove a power above 96 %
POWER = 0.95  # share of trials in which a leak must be found to count as detectable
LARGEST = 0.2  # of train: a larger leak is not worth asking about
_GROWTH = 1.5  # from one planted size to the next

LEAKS = {
    "verbatim": 0,
    "one column swapped": 1,
    "two columns swapped": 2,
    "three columns swapped": 3,
}
"""Kinds of planted leaks, and how many columns each row swaps with a random real record."""

DECIDING = ("verbatim", "two columns swapped")
"""The kinds whose detectable size says which tolerance can be supported."""

DETECTABLE = "privacy.selftest.detectable"
SHARE_FOUND = "privacy.selftest.power"
TOLERANCE = "privacy.tolerance.supported"
_METHOD = (
    f"Training records planted, {TRIALS} trials a size, labels exchanged in each; the three "
    f"headline tests at {ALPHA} together"
)
_TOLERANCE_METHOD = f"Largest detectable size of: {', '.join(DECIDING)}"


def least_detectable(train: int, control: int) -> int:
    """Return how many leaked records it takes at least for any test to notice.

    k records that all turn out to be train's have p of about (n / N) ** k; one of three tests at
    5 % must reach a third of it.
    """
    return math.ceil(math.log(ALPHA / TESTS) / math.log(train / (train + control)))


def power_bounds(found: int, trials: int) -> tuple[float, float]:
    """Return the exact interval of a share (Clopper and Pearson 1934, Biometrika 26, 404-413)."""
    from scipy.stats import beta

    tail = (1 - CONFIDENCE) / 2
    low = 0.0 if found == 0 else float(beta.ppf(tail, found, trials - found + 1))
    high = 1.0 if found == trials else float(beta.ppf(1 - tail, found + 1, trials - found))
    return low, high


@dataclass(frozen=True)
class Curve:
    """How often planted leaks of one kind were found, by their number of records."""

    leak: str
    found: dict[int, int]

    @property
    def detectable(self) -> int | None:
        """Return the smallest size from which on every size was found often enough, or None."""
        least = None
        for size, found in sorted(self.found.items(), reverse=True):
            if found < POWER * TRIALS:
                break
            least = size
        return least


def curve(view: View, leak: str) -> Curve:
    """Plant more and more records until they are found, twice in a row, in 95 of 100 trials."""
    bench, train = Bench(view), int(view.member.sum())
    size = max(1, least_detectable(train, len(view.member) - train) // 2)
    found: dict[int, int] = {}
    tell = view.tell(f"self-test, {leak}")
    while size <= LARGEST * train:
        found[size] = _trials(view, bench, leak, size)
        if tell is not None:
            tell(math.log(size) / math.log(LARGEST * train))
        enough = [each >= POWER * TRIALS for each in found.values()]
        if enough[-2:] == [True, True]:
            break
        size = max(size + 1, math.ceil(_GROWTH * size))
    return Curve(leak, found)


def _trials(view: View, bench: Bench, leak: str, size: int) -> int:
    rng = view.rng(f"self-test {leak} {size}")
    hits = 0
    for _ in range(TRIALS):
        member = view.labels.exchange(rng)
        source = rng.choice(np.flatnonzero(member), size, replace=False)
        hits += bench.finds(member, change(view, source, LEAKS[leak], rng))
    return hits


def self_test(view: View) -> tuple[Estimate, ...]:
    """Return the smallest leaks that the headline tests would have found here.

    Returns
    -------
    tuple of Estimate
        ``privacy.selftest.detectable`` for each kind of leak, as a share of train;
        ``privacy.selftest.power`` for each kind and size; ``privacy.tolerance.supported``.
    """
    if view.too_small:
        return (
            *(missing(DETECTABLE, view.too_small, method=_METHOD, leak=leak) for leak in LEAKS),
            missing(TOLERANCE, view.too_small, method=_TOLERANCE_METHOD),
        )
    fitting = {leak: swapped for leak, swapped in LEAKS.items() if swapped < len(view.columns)}
    curves = [curve(view, leak) for leak in fitting]
    few = [
        missing(DETECTABLE, "There are too few columns to swap.", method=_METHOD, leak=leak)
        for leak in LEAKS
        if leak not in fitting
    ]
    detectable = [*(_detectable(view, each) for each in curves), *few]
    return (
        *detectable,
        _tolerance(view, detectable),
        *(estimate for each in curves for estimate in _power(view, each)),
    )


def _detectable(view: View, seen: Curve) -> Estimate:
    train = int(view.member.sum())
    size = seen.detectable
    if size is None:
        tried = max(seen.found, default=0)
        why = (
            f"Not even {tried} planted records of {train} were found in {POWER:.0%} of the trials: "
            "the control is too small, or the table is too like the real records already. Bring "
            "more control records, or mend the leak first."
        )
        return missing(DETECTABLE, why, method=_METHOD, leak=seen.leak)
    low, high = power_bounds(seen.found[size], TRIALS)
    return exact(
        DETECTABLE,
        size / train,
        n=train,
        method=_METHOD,
        seed=view.seed,
        note=f"{size} records of {train}; found in {seen.found[size]} of {TRIALS} trials (power "
        f"{100 * low:.1f} to {100 * high:.1f} %).",
        leak=seen.leak,
    )


def _power(view: View, seen: Curve) -> tuple[Estimate, ...]:
    train = int(view.member.sum())
    estimates = []
    for size, found in seen.found.items():
        low, high = power_bounds(found, TRIALS)
        estimates.append(
            interval(
                SHARE_FOUND,
                found / TRIALS,
                low,
                high,
                n=TRIALS,
                method=f"{_METHOD}; Clopper-Pearson interval",
                seed=view.seed,
                note=f"{100 * size / train:.2f} % of train.",
                leak=seen.leak,
                planted=f"{size:05d}",
            )
        )
    return tuple(estimates)


def _tolerance(view: View, detectable: list[Estimate]) -> Estimate:
    deciding = [e for e in detectable if e.scope["leak"] in DECIDING]
    lacking = [e.scope["leak"] for e in deciding if e.value is None]
    if lacking:
        why = f"No size was detectable for: {', '.join(lacking)}. Bring more control records."
        return missing(TOLERANCE, why, method=_TOLERANCE_METHOD)
    worst = max(deciding, key=lambda e: e.value or 0.0)
    train = int(view.member.sum())
    control = len(view.member) - train
    least = least_detectable(train, control)
    return exact(
        TOLERANCE,
        worst.value or 0.0,
        n=train,
        method=_TOLERANCE_METHOD,
        seed=view.seed,
        note=f"Set by {worst.scope['leak']}. With {control} control records no test could notice "
        f"fewer than {least} leaked records. More control records allow a smaller tolerance.",
    )
