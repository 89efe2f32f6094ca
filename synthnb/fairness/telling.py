"""More numbers of the audit in sentences: who is there, people who are alike, models."""

from __future__ import annotations

from collections.abc import Iterable

from synthnb.fairness.conditional import AMPLIFICATION as CHANGE
from synthnb.fairness.conditional import GAP
from synthnb.fairness.outcomes import RELATIVE
from synthnb.fairness.pairs import ADDED, ODDS
from synthnb.fairness.represent import RATIO, REAL_REFERENCE, REFERENCE
from synthnb.records import Charter, Estimate
from synthnb.tables.features import titles

_MEASURES = {"tpr": "true positive rate", "fpr": "false positive rate", "": "selection rate"}
_FAMILIES = {"linear": "a linear model", "boosting": "gradient boosting"}
_AGAINST = {
    RATIO: "the synthetic table than in the real data",
    REFERENCE: "the synthetic table than in the reference population",
    REAL_REFERENCE: "the real data than in the reference population",
}


def representation_sentences(estimates: Iterable[Estimate]) -> list[str]:
    """Return in words which groups are rarer or more frequent than they should be."""
    said = []
    for each in estimates:
        if each.metric not in _AGAINST or each.value is None or "group" not in each.scope:
            continue
        group, place = each.scope["group"], _AGAINST[each.metric]
        if each.value == 0:
            said.append(f"{group} does not occur in {place.split(' than ')[0]}: it was lost.")
        elif each.value == float("inf"):
            said.append(f"{group} occurs in {place.split(' than ')[0]} and nowhere else.")
        else:
            said.append(f"{group} is {each.value:.2f} times as frequent in {place}{_within(each)}.")
    return said


def _within(each: Estimate) -> str:
    if each.low is None or each.high is None:
        return ""
    how = " (it can be chance)" if each.low <= 1 <= each.high else ""
    return f" (interval {each.low:.2f} to {each.high:.2f}){how}"


def conditional_sentences(estimates: Iterable[Estimate], charter: Charter) -> list[str]:
    """Return in words the gaps among people who are alike in the explanatory columns."""
    if charter.task is None or not charter.task.explanatory:
        return []
    called = titles(charter.columns)
    alike = ", ".join(called[name] for name in charter.task.explanatory)
    by_id = {
        (each.metric, each.scope.get("group"), each.scope.get("table")): each for each in estimates
    }
    said = []
    for (metric, group, _), change in by_id.items():
        real = by_id.get((GAP, group, "real"))
        made = by_id.get((GAP, group, "synthetic"))
        if metric != CHANGE or not real or not made or None in (change.value, real.value):
            continue
        other = real.note.removeprefix(RELATIVE)
        moved = "changed" if change.low and change.low > 0 else "unchanged as far as one can tell"
        moved = "changed" if change.high is not None and change.high < 0 else moved
        said.append(
            f"Among people alike in {alike}, {group} has the favourable outcome "
            f"{_points(real.value)} compared with {other} in the real data "
            f"({_plain(real.low)} to {_plain(real.high)}) and {_points(made.value)} in the "
            f"synthetic data: {moved} by the generator."
        )
    return said


def model_sentences(estimates: Iterable[Estimate]) -> list[str]:
    """Return in words where training on synthetic data widens or narrows a gap for certain."""
    said = []
    for each in estimates:
        if each.metric not in {ADDED, ODDS} or each.scope.get("model") not in _FAMILIES:
            continue
        if each.low is None or each.high is None or each.low <= 0 <= each.high:
            continue
        measure = _MEASURES[each.scope.get("measure", "")]
        verb = "widens" if each.low > 0 else "narrows"
        other = each.note.removeprefix(RELATIVE)
        said.append(
            f"With {_FAMILIES[each.scope['model']]}, training on the synthetic table {verb} the "
            f"gap in {measure} between {each.scope['group']} and {other} by "
            f"{100 * abs(each.value or 0):.0f} points "
            f"({_plain(each.low)} to {_plain(each.high)})."
        )
    return said


def _points(value: float | None) -> str:
    if value is None:
        return "(not measured)"
    way = "more" if value > 0 else "less"
    return f"{100 * abs(value):.0f} points {way} often"


def _plain(value: float | None) -> str:
    return "?" if value is None else f"{100 * value:+.0f}"
