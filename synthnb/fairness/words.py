"""What the numbers say about people, in sentences."""

from __future__ import annotations

from collections.abc import Iterable

from synthnb.fairness.outcomes import AMPLIFICATION, GAP, IMPACT, RELATIVE
from synthnb.records import Charter, Estimate
from synthnb.tables.features import titles


def sentences(estimates: Iterable[Estimate], charter: Charter) -> list[str]:
    """Return one sentence for each group: its disparity in reality, in the data, and the change.

    Parameters
    ----------
    estimates : iterable of Estimate
        What `labels` or `assess` returned; others are passed over.
    charter : Charter
        Names the outcome.

    Returns
    -------
    list of str
        In the order of the groups; empty where the charter has no favourable outcome.
    """
    if charter.task is None or charter.task.positive is None:
        return []
    outcome = f"{titles(charter.columns)[charter.task.target]} = {charter.task.positive}"
    by_id = {(e.metric, e.scope.get("group"), e.scope.get("table")): e for e in estimates}
    found = []
    for (metric, group, _), change in by_id.items():
        if metric != AMPLIFICATION or group is None:
            continue
        if not change.measured:
            found.append(
                f"{group}: what the generator did was not measured, because {change.note}."
            )
            continue
        other = change.note.removeprefix(RELATIVE)
        real, made = (
            _times(by_id.get((IMPACT, group, table)), group, other, table)
            for table in ("real", "synthetic")
        )
        parts = " and ".join(part for part in (real, made) if part)
        told = f"{outcome} is {parts}" if real else f"{outcome} for {group}"
        found.append(f"{told}: {_change(change, by_id.get((GAP, group, 'real')))}.")
    return found


def _times(estimate: Estimate | None, group: str, other: str, table: str) -> str:
    if estimate is None or estimate.value is None:
        return ""
    if table == "synthetic":
        return f"{estimate.value:.2f} times in the synthetic data"
    within = (
        f" ({100 * estimate.level:.0f} % interval {estimate.low:.2f} to {estimate.high:.2f})"
        if estimate.low is not None and estimate.high is not None
        else ""
    )
    times = f"{estimate.value:.2f} times as frequent for {group} as for {other}"
    return f"{times} in the real data{within}"


def _change(change: Estimate, gap: Estimate | None) -> str:
    """Return what the generator did, as far as sampling error lets one say."""
    if change.value is None or change.low is None or change.high is None:
        return "what the generator did was not measured"
    if change.low <= 0 <= change.high:
        return "no change by the generator can be told from sampling error"
    verb, what = "changes", "a disparity"
    if gap is not None and gap.value is not None and gap.low is not None and gap.high is not None:
        real, made = gap.value, gap.value + change.value
        if gap.low <= 0 <= gap.high:
            verb, what = "adds", "a disparity that the real data does not show"
        elif real * made < 0 and abs(made) >= abs(real) / 2:
            verb, what = "turns", "a disparity round"
        else:
            verb = "hides" if abs(made) < abs(real) else "enlarges"
    return f"the generator {verb} {what}"
