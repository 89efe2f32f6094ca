"""What attackers gain, with its uncertainty, against the limits: from estimates alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from synthnb.figures.rows import aside, cut, height, label, name, said
from synthnb.figures.style import BAD, GOOD, INK, MUTED, REAL, UNSURE, Figure, canvas
from synthnb.records import Estimate, Finding, metric
from synthnb.records.policy import State

if TYPE_CHECKING:
    from matplotlib.axes import Axes

GROUP = "privacy.group.excess"
_STATES: dict[State, tuple[str, str, str]] = {
    "pass": ("o", GOOD, "pass"),
    "inconclusive": ("D", UNSURE, "inconclusive"),
    "fail": ("s", BAD, "fail"),
    "not-measured": ("o", MUTED, "not measured"),
}
_UNLIMITED = ("o", REAL, "")


def forest(estimates: Iterable[Estimate], findings: Sequence[Finding] = ()) -> Figure:
    """Draw every excess with its interval against its limit.

    Parameters
    ----------
    estimates : iterable of Estimate
        Those whose metric ends in ``.excess`` are drawn; groups have a figure of their own, and
        what was not measured is left out.
    findings : sequence of Finding
        Limit, state and answer of each, as `Session.findings` gives them.
    """
    rows = [e for e in estimates if e.metric.endswith(".excess") and e.metric != GROUP]
    title = "What attackers gain from people's having been in the data"
    return _excesses("privacy-forest", title, [e for e in rows if e.measured], findings)


def groups(estimates: Iterable[Estimate], findings: Sequence[Finding] = ()) -> Figure:
    """Draw how much better the people of each group are recognised for having been in the data.

    Parameters
    ----------
    estimates : iterable of Estimate
        Those of ``privacy.group.excess`` are drawn; groups too small to measure are named.
    findings : sequence of Finding
        Where a rule limits the metric.
    """
    rows = [e for e in estimates if e.metric == GROUP]
    title = "Whom a leak hits: excess of each group among the most recognisable"
    return _excesses("privacy-groups", title, rows, findings)


def _excesses(
    file: str, title: str, rows: Sequence[Estimate], findings: Sequence[Finding]
) -> Figure:
    judged = _judged(findings)
    alt = f"{title}. " + (" ".join(_in_words(row, judged.get(row.id)) for row in rows) or "None.")
    grouped = bool(rows) and all(row.metric == GROUP for row in rows)
    names = [", ".join(row.scope.values()) if grouped else name(row) for row in rows]
    with canvas(file, title, alt, figsize=(7.2, height(len(rows)))) as drawn:
        for at, row in enumerate(rows):
            _draw(drawn.axes, at, row, judged.get(row.id))
        label(drawn.axes, names)
        drawn.axes.axvline(0, color=INK, linewidth=0.8)
        drawn.axes.set_xlabel("Share of people in train, minus share in control (points)")
    return drawn.result


def _judged(findings: Iterable[Finding]) -> Mapping[str, Finding]:
    """Return the finding that says most about each estimate: a rule's, unless one rejects."""
    found: dict[str, Finding] = {}
    for finding in findings:
        if finding.estimate is not None and finding.limit is not None:
            if finding.rejects:
                found[finding.estimate.id] = finding
            elif not finding.rule.startswith("reject."):
                found.setdefault(finding.estimate.id, finding)
    return found


def _word(finding: Finding) -> str:
    state = _STATES[finding.state][2]
    return f"{state}: {finding.case[:1].lower()}{finding.case[1:]}" if finding.case else state


def _beside(row: Estimate, finding: Finding | None) -> str:
    """Return the value and, where there is a limit, the state below it."""
    value = metric(row.metric).show(row.value or 0.0)
    return value if finding is None else f"{value}\n{cut(_word(finding), 32)}"


def _draw(axes: Axes, at: int, row: Estimate, finding: Finding | None) -> None:
    if row.value is None or row.low is None or row.high is None:
        aside(axes, at, "not measured", MUTED)
        return
    marker, colour, _ = _STATES[finding.state] if finding else _UNLIMITED
    axes.plot([100 * row.low, 100 * row.high], [at, at], color=colour, linewidth=2)
    axes.plot([100 * row.value], [at], marker, color=colour, markersize=6)
    if finding is not None and finding.limit is not None:
        limit = 100 * finding.limit
        axes.plot([limit, limit], [at - 0.35, at + 0.35], color=INK, linewidth=1.2, dashes=(3, 2))
    aside(axes, at, _beside(row, finding), colour)


def _in_words(row: Estimate, finding: Finding | None) -> str:
    if row.value is None or row.low is None or row.high is None:
        return f"{said(row)}: not measured."
    show = metric(row.metric).show
    limit = f", limit {show(finding.limit)}" if finding and finding.limit is not None else ""
    span = f"interval {show(row.low)} to {show(row.high)}{limit}"
    state = f": {_word(finding)}" if finding else ""
    return f"{said(row)}: {show(row.value)}, {span}{state}."
