"""The leak: what the three headline tests find together, and how large it is."""

from __future__ import annotations

from synthnb.privacy.bounds import CONFIDENCE
from synthnb.privacy.headline import TESTS, Headline
from synthnb.privacy.views import View
from synthnb.records import Estimate, exact, interval, missing

METRICS = ("privacy.leak.p", "privacy.leak.excess")
P_METHOD = (
    f"Smallest p of {TESTS} tests (exact copies, local distance ratio, agreement on rare values) "
    f"times {TESTS} (Bonferroni)"
)
SIZE_METHOD = (
    "Share of train minus share of control among the top scores, over all thresholds of the three "
    "tests; simultaneous Wilson bounds of the control share (Bonferroni)"
)


def leak(view: View) -> tuple[Estimate, ...]:
    """Return whether anyone's record is in the synthetic table, and how many people's.

    Returns
    -------
    tuple of Estimate
        ``privacy.leak.p`` and ``privacy.leak.excess``.
    """
    if view.too_small:
        return tuple(
            missing(name, view.too_small, method=method)
            for name, method in zip(METRICS, (P_METHOD, SIZE_METHOD), strict=True)
        )
    p = exact(METRICS[0], view.headline.p, n=len(view.member), method=P_METHOD, seed=view.seed)
    return (p, size(METRICS[1], view, view.headline))


def size(metric: str, view: View, headline: Headline, **scope: str) -> Estimate:
    """Return the excess of a headline as an estimate, as a share and in records."""
    found = headline.size(view.control_size, view.train_size)
    if found is None:
        why = "All records score the same, so nobody is recognised. Assess more columns."
        return missing(metric, why, method=SIZE_METHOD, **scope)
    gap, train = found.excess, int(view.member.sum())
    sample = (
        f" Of {len(view.tables.train)} records of train, {train} were scored at random; the "
        "interval says so (Newcombe 1998)."
        if view.sampled
        else ""
    )
    return interval(
        metric,
        gap.value,
        gap.low,
        gap.high,
        n=len(view.member),
        method=SIZE_METHOD,
        seed=view.seed,
        baseline=0.0,
        level=CONFIDENCE,
        note=f"{_records(gap.value, train)} of {train}, beyond chance, where it shows most surely: "
        f"the {found.records} highest by {found.score}. The bounds hold for all "
        f"{found.thresholds} thresholds at once.{sample}",
        **scope,
    )


def _records(share: float, train: int) -> str:
    number = max(0, round(share * train))
    return "1 record" if number == 1 else f"{number} records"
