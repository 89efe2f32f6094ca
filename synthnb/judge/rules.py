"""Rules and rejection criteria met with estimates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from synthnb.judge.limits import Limit
from synthnb.records import Clause, Estimate, Finding, Rejection, Rule, metric
from synthnb.records.policy import Case, State, When
from synthnb.records.verdict import state_of

_WORST: tuple[State, ...] = ("fail", "not-measured", "inconclusive", "pass")


def _matches(estimate: Estimate, clause: Clause | Rejection | When) -> bool:
    return estimate.metric == clause.metric and clause.scope.items() <= estimate.scope.items()


def rule_findings(
    rule: Rule, limits: dict[str, Limit], estimates: Sequence[Estimate]
) -> list[Finding]:
    """Return one finding for each scope (group, attribute, …) that the rule's metrics have."""
    clauses = [_in_force(clause, rule, limits) for clause in rule.clauses]
    matched = [[e for e in estimates if _matches(e, clause)] for clause in clauses]
    scopes: list[frozenset[tuple[str, str]]] = []
    for clause, matching in zip(clauses, matched, strict=True):
        for estimate in matching:
            scope = _rest(estimate, clause)
            if scope not in scopes:
                scopes.append(scope)
    everything: frozenset[tuple[str, str]] = frozenset()
    met = {
        scope: [
            (clause, _pick(matching, clause, scope))
            for clause, matching in zip(clauses, matched, strict=True)
        ]
        for scope in scopes or [everything]
    }
    if len(met) > 1 and everything in met:
        # What is about everything goes with each scope; if it went with one, it is judged.
        judged = [e for scope, pairs in met.items() if scope for _, e in pairs]
        if all(e is None or e in judged for _, e in met[everything]):
            del met[everything]
    found = [_finding(rule, pairs, limits) for pairs in met.values()]
    return [_answered(rule, each, estimates) for each in found] if rule.cases else found


def _in_force(clause: Clause, rule: Rule, limits: dict[str, Limit]) -> Clause:
    limit = limits.get(rule.id)
    return clause if limit is None else clause.model_copy(update={"limit": limit.value})


def _rest(estimate: Estimate, clause: Clause) -> frozenset[tuple[str, str]]:
    return frozenset(estimate.scope.items() - clause.scope.items())


def _pick(
    matching: Sequence[Estimate], clause: Clause, scope: frozenset[tuple[str, str]]
) -> Estimate | None:
    by_scope = {_rest(estimate, clause): estimate for estimate in matching}
    return by_scope.get(scope) or by_scope.get(frozenset())


def _finding(
    rule: Rule, met: list[tuple[Clause, Estimate | None]], limits: dict[str, Limit]
) -> Finding:
    states = [state_of(estimate, clause.direction, clause.limit) for clause, estimate in met]
    # all_of is as bad as its worst clause, any_of as good as its best.
    order = _WORST[::-1] if rule.any_of else _WORST
    state = next(candidate for candidate in order if candidate in states)
    clause, estimate = met[states.index(state)]
    effect = {
        "pass": "none",
        "fail": rule.severity,
        "inconclusive": rule.inconclusive,
        "not-measured": rule.not_measured,
    }[state]
    source = limits.get(rule.id)
    return Finding(
        rule=rule.id,
        title=rule.title,
        state=state,
        effect=effect,
        severity=rule.severity,
        metric=clause.metric,
        estimate=estimate,
        direction=clause.direction,
        limit=clause.limit,
        limit_from=source.set_by if source else "policy",
        because=_because(state, estimate, clause),
        reason=rule.reason,
        reference=rule.reference,
    )


def _answered(rule: Rule, finding: Finding, estimates: Sequence[Estimate]) -> Finding:
    """Return a finding in the light of the rule's cases; what was not measured stays so."""
    if finding.state == "not-measured" or finding.limit is None:
        return finding
    own = finding.limit
    case = next(c for c in rule.cases if all(_holds(w, own, estimates) for w in c.when))
    return finding.model_copy(
        update={
            "state": case.state,
            "effect": case.effect,
            "case": case.title,
            "acceptable": case.acceptable,
            "because": _case_because(rule, case, finding, own, estimates),
        }
    )


def _holds(when: When, own: float, estimates: Sequence[Estimate]) -> bool:
    """Return whether there is such an estimate, and each lies wholly on the right side."""
    limit = own if when.limit is None else when.limit
    found = [e for e in estimates if _matches(e, when)]
    return bool(found) and all(state_of(e, when.direction, limit) == "pass" for e in found)


def _case_because(
    rule: Rule, case: Case, finding: Finding, own: float, estimates: Sequence[Estimate]
) -> str:
    """Say the answer, the estimate, and the numbers that decided, or what a clean pass lacks.

    What else the rule asks about stands beside it, such as the smallest leak that would be found.
    """
    told = list(case.when)
    if not told:
        clean = [c for c in rule.cases if c.state == "pass" and c.effect == "none"]
        told = [w for c in clean for w in c.when if not _holds(w, own, estimates)]
    entry = metric(rule.metric or "")
    estimate = finding.estimate
    parts = []
    if estimate is not None and estimate.value is not None:
        value = entry.show_with_interval(estimate.value, estimate.low, estimate.high)
        parts.append(f"{entry.title}: {value}; tolerated is {finding.bound}")
    parts += [
        _told(when, own, estimates, bool(case.when)) for when in told if when.metric != rule.metric
    ]
    said = {(rule.metric, ()), *((w.metric, tuple(w.scope.items())) for w in told)}
    for when in (when for each in rule.cases for when in each.when):
        key = (when.metric, tuple(when.scope.items()))
        if key not in said:
            said.add(key)
            parts.append(_beside(when, estimates))
    return f"{case.title}. {'. '.join(part for part in parts if part)}."


def _beside(when: When, estimates: Sequence[Estimate]) -> str:
    """Return a number that did not decide, or an empty text where there is none."""
    found = [e for e in estimates if _matches(e, when)]
    shown = [_shown(e) for e in found if e.value is not None] or ["not measured"] * bool(found)
    return f"{_name(when)}: {', '.join(shown)}" if shown else ""


def _shown(estimate: Estimate) -> str:
    value = estimate.value if estimate.value is not None else 0.0
    return metric(estimate.metric).show_with_interval(value, estimate.low, estimate.high)


def _name(when: When) -> str:
    about = ", ".join(when.scope.values())
    title = metric(when.metric).title
    return f"{title} ({about})" if about else title


def _told(when: When, own: float, estimates: Sequence[Estimate], holds: bool) -> str:
    limit = own if when.limit is None else when.limit
    bound = metric(when.metric).show_bound(when.direction, limit)
    shown = [_shown(e) for e in estimates if _matches(e, when) and e.value is not None]
    if not shown:
        return f"{_name(when)}: not measured, and would have to be {bound}"
    verb = "which is" if holds else "and would have to be"
    return f"{_name(when)}: {', '.join(shown)}, {verb} {bound}"


def _because(state: State, estimate: Estimate | None, clause: Clause | Rejection) -> str:
    entry = metric(clause.metric)
    bound = entry.show_bound(clause.direction, clause.limit)
    if estimate is None:
        return f"{entry.title} must be {bound}, and no executed notebook measured it."
    if estimate.value is None:
        return f"{entry.title} must be {bound}, and it was not measured: {estimate.note}"
    value = entry.show_with_interval(estimate.value, estimate.low, estimate.high)
    if estimate.low is None:
        return f"{entry.title} is {value}, which {'is' if state == 'pass' else 'is not'} {bound}."
    how = {
        "pass": "the whole interval is inside the limit",
        "fail": "the whole interval is outside the limit",
        "inconclusive": "the interval crosses the limit",
    }[state]
    return f"{entry.title} is {value}; it must be {bound}: {how}."


def rejection_findings(rejection: Rejection, estimates: Sequence[Estimate]) -> list[Finding]:
    matching = [e for e in estimates if _matches(e, rejection)]
    findings = []
    for estimate in (*matching,) or (None,):
        state = state_of(estimate, rejection.direction, rejection.limit)
        effect: Literal["none", "block", "warn"] = "none"
        if state != "pass":
            effect = "block" if state == "fail" else "warn"
        findings.append(
            Finding(
                rule=rejection.id,
                title="Rejection criterion",
                state=state,
                effect=effect,
                metric=rejection.metric,
                estimate=estimate,
                direction=rejection.direction,
                limit=rejection.limit,
                because=_because(state, estimate, rejection),
                reason=rejection.reason,
                rejects=state == "fail",
            )
        )
    return findings
