"""Policy × evidence → findings. The only place where a limit decides about a number.

    verdict = judge(policy, charter, plan, evidence)
    verdict.outcome            # "passed" or "blocked"
    verdict.blocking           # the findings that stand against a release

A rule is held against the *interval* of an estimate, never its point: pass when the whole interval
is inside the limit, fail when it is wholly outside, inconclusive when it straddles, not measured
when there is none. Only a pass is a pass. A rule with `cases` is answered by the first case whose
conditions all hold, each wholly on its side of its limit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from synthnb.errors import Problem, RecordError
from synthnb.records import (
    Charter,
    Clause,
    Estimate,
    Evidence,
    Finding,
    Plan,
    Policy,
    Rejection,
    Rule,
    Verdict,
    digest,
    metric,
)
from synthnb.records.base import did_you_mean
from synthnb.records.policy import Case, Configuration, Direction, State, When
from synthnb.records.threat import newer
from synthnb.records.verdict import state_of

LOSS_METRIC = "utility.task.loss"
_WORST: tuple[State, ...] = ("fail", "not-measured", "inconclusive", "pass")


@dataclass(frozen=True)
class Limit:
    """A limit in force, and who set it."""

    value: float
    direction: Direction
    set_by: Literal["policy", "charter"]


def judge(policy: Policy, charter: Charter, plan: Plan, evidence: Sequence[Evidence]) -> Verdict:
    """Hold every rule of a policy against the evidence.

    Parameters
    ----------
    policy : Policy
        The organisation's floor.
    charter : Charter
        May tighten limits of the policy.
    plan : Plan
        Held against the approved configurations.
    evidence : sequence of Evidence
        One for each executed notebook.

    Returns
    -------
    Verdict
        Findings in the policy's order; the same input gives the same verdict.

    Raises
    ------
    RecordError
        If the charter would loosen a limit or names a rule that is not there.
    """
    limits = limits_in_force(policy, charter)
    estimates = [estimate for each in evidence for estimate in each.estimates]
    findings = [
        _plan_finding(policy, plan),
        _same_tables(evidence),
        *_measured_twice(evidence),
        *_required_threats(policy, evidence),
    ]
    for rule in policy.rules:
        findings += _rule_findings(rule, limits, estimates)
    for rejection in policy.rejections:
        findings += _rejection_findings(rejection, estimates)
    blocked = any(finding.effect == "block" for finding in findings)
    return Verdict(
        outcome="blocked" if blocked else "passed",
        policy=f"{policy.id} {policy.version}",
        policy_digest=digest(policy),
        charter_digest=digest(charter),
        plan_digest=digest(plan),
        findings=tuple(findings),
    )


def limits_in_force(policy: Policy, charter: Charter) -> dict[str, Limit]:
    """Return the limit of each single-metric rule, as the charter tightens it.

    Raises
    ------
    RecordError
        Naming every threshold that is looser than the policy, with both numbers.
    """
    floor = {
        rule.id: Limit(rule.limit, rule.direction, "policy")
        for rule in policy.rules
        if rule.limit is not None and rule.direction is not None
    }
    limits, problems = dict(floor), []
    for where, rule_id, value in _tightenings(policy, charter):
        if rule_id not in floor:
            problems.append(Problem(where, _no_number(policy, rule_id)))
        elif _looser(value, floor[rule_id]):
            limit = floor[rule_id]
            problems.append(
                Problem(
                    where,
                    f"the charter's {value:.10g} is looser than the policy's {limit.value:.10g} "
                    f"({limit.direction.replace('_', ' ')}) for `{rule_id}`",
                )
            )
        elif not _looser(value, limits[rule_id]):  # set twice, the tighter one holds
            limits[rule_id] = Limit(value, floor[rule_id].direction, "charter")
    if problems:
        raise RecordError(
            "The charter and the policy disagree.",
            problems,
            advice="a charter may tighten a limit, never loosen it; `synthnb schema policy`",
        )
    return limits


def _tightenings(policy: Policy, charter: Charter) -> list[tuple[str, str, float]]:
    found = [
        (f"{part}[{number}]", threshold.rule, threshold.limit)
        for part in ("fidelity", "privacy", "fairness")
        for number, threshold in enumerate(getattr(charter, part))
    ]
    if charter.task is not None and charter.task.acceptable_loss is not None:
        judged = [rule.id for rule in policy.rules if rule.metric == LOSS_METRIC]
        found += [
            ("task.acceptable_loss", rule_id, charter.task.acceptable_loss)
            for rule_id in judged or [LOSS_METRIC]
        ]
    return found


def _no_number(policy: Policy, rule_id: str) -> str:
    if policy.rule(rule_id) is not None:
        return f"`{rule_id}` combines several metrics and cannot be tightened by one number"
    if rule_id == LOSS_METRIC:
        return f"no rule of the policy limits `{LOSS_METRIC}`, so nothing would hold it"
    hint = did_you_mean(rule_id, [rule.id for rule in policy.rules])
    return f"`{rule_id}` is not a rule of the policy{hint}"


def _looser(value: float, limit: Limit) -> bool:
    return value > limit.value if limit.direction == "at_most" else value < limit.value


def _matches(estimate: Estimate, clause: Clause | Rejection | When) -> bool:
    return estimate.metric == clause.metric and clause.scope.items() <= estimate.scope.items()


def _rule_findings(
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
    """Say the answer, the estimate, and the numbers that decided; or what a clean pass lacks."""
    told = list(case.when)
    if not told:
        clean = [c for c in rule.cases if c.state == "pass" and c.effect == "none"]
        told = [w for c in clean for w in c.when if not _holds(w, own, estimates)]
    entry = metric(rule.metric or "")
    estimate = finding.estimate
    parts = []
    if estimate is not None and estimate.value is not None:
        value = entry.show_with_interval(estimate.value, estimate.low, estimate.high)
        parts.append(f"{entry.title} is {value}; tolerated is {finding.bound}")
    parts += [
        _told(when, own, estimates, bool(case.when)) for when in told if when.metric != rule.metric
    ]
    return f"{case.title}. {'. '.join(parts)}."


def _told(when: When, own: float, estimates: Sequence[Estimate], holds: bool) -> str:
    entry = metric(when.metric)
    limit = own if when.limit is None else when.limit
    bound = entry.show_bound(when.direction, limit)
    about = ", ".join(when.scope.values())
    name = f"{entry.title} ({about})" if about else entry.title
    found = [e for e in estimates if _matches(e, when) and e.value is not None]
    if not found:
        return f"{name} was not measured and would have to be {bound}"
    shown = ", ".join(
        entry.show_with_interval(e.value, e.low, e.high) for e in found if e.value is not None
    )
    return f"{name} is {shown}, {'which is' if holds else 'and would have to be'} {bound}"


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


def _rejection_findings(rejection: Rejection, estimates: Sequence[Estimate]) -> list[Finding]:
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


def _plan_finding(policy: Policy, plan: Plan) -> Finding:
    approved = [c for c in policy.generators.approved if c.generator == plan.generator]
    fitting = [c.id for c in approved if not _outside(c, plan)]
    if fitting:
        because = f"The plan fits the approved configuration `{fitting[0]}`."
    elif approved:
        outside = "; ".join(f"{c.id}: {', '.join(_outside(c, plan))}" for c in approved)
        because = (
            f"The plan lies outside every approved configuration of its generator ({outside})."
        )
    else:
        because = f"No configuration of `{plan.generator}` is approved."
    return Finding(
        rule="plan.approved-configuration",
        title="Approved generator configuration",
        state="pass" if fitting else "fail",
        effect="none" if fitting else policy.generators.unapproved,
        severity=policy.generators.unapproved,
        because=because,
        reason="Only generators and settings that the organisation knows may make its data.",
        reference=f"Policy {policy.id} {policy.version}, generators",
    )


def _outside(configuration: Configuration, plan: Plan) -> list[str]:
    return [
        name
        for name, value in plan.parameters.items()
        if name not in configuration.parameters or not configuration.parameters[name].allows(value)
    ]


def _required_threats(policy: Policy, evidence: Sequence[Evidence]) -> list[Finding]:
    """Hold the attacks that ran against those that the policy requires."""
    if not policy.threats.required:
        return []
    ran = {threat.id: threat.version for each in evidence for threat in each.threats}
    lacking = [
        f"{need.id} (version {need.version} or newer; {_ran(ran.get(need.id))})"
        for need in policy.threats.required
        if need.id not in ran or newer(need.version, than=ran[need.id])
    ]
    return [
        Finding(
            rule="privacy.required-attacks",
            title="Every required attack ran",
            state="fail" if lacking else "pass",
            effect="block" if lacking else "none",
            because=f"Required attacks are lacking: {'; '.join(lacking)}."
            if lacking
            else f"All {len(policy.threats.required)} required attacks ran.",
            reason="An attack that was skipped finds nothing, which must not look like safety.",
            reference=f"Policy {policy.id} {policy.version}, threats",
        )
    ]


def _ran(version: str | None) -> str:
    return "did not run" if version is None else f"version {version} ran"


def _measured_twice(evidence: Sequence[Evidence]) -> list[Finding]:
    """No notebook may say again, and perhaps better, what another one measured."""
    ids = [estimate.id for each in evidence for estimate in each.estimates]
    twice = sorted(each for each, count in Counter(ids).items() if count > 1)
    if not twice:
        return []
    return [
        Finding(
            rule="evidence.measured-once",
            title="One number for one question",
            state="fail",
            effect="block",
            because=f"Several notebooks recorded the same estimate: {', '.join(twice)}.",
            reason="Of two numbers for one question, nobody can say which one was meant.",
            reference="Integrity check of synthnb",
        )
    ]


def _same_tables(evidence: Sequence[Evidence]) -> Finding:
    """Every room must have looked at the same tables."""
    seen: dict[str, set[str]] = {}
    for each in evidence:
        for name, content in each.inputs.items():
            seen.setdefault(name, set()).add(content)
    differing = sorted(name for name, contents in seen.items() if len(contents) > 1)
    known = "synthetic" in seen
    blind = [each.room for each in evidence if each.room != "charter" and not each.inputs]
    if differing:
        because = f"The notebooks did not all assess the same tables: {', '.join(differing)}."
    elif blind:
        because = f"Some notebooks do not say which tables they assessed: {', '.join(blind)}."
    elif not known:
        because = "No notebook assessed a synthetic table."
    else:
        because = "Every notebook assessed the same tables."
    state: State = "fail" if differing or blind else "pass" if known else "not-measured"
    return Finding(
        rule="evidence.same-tables",
        title="One set of tables",
        state=state,
        effect="none" if state == "pass" else "block",
        because=because,
        reason="Findings about different tables say nothing about any one of them.",
        reference="Integrity check of synthnb",
    )
