"""What is checked whatever the rules are: plan, guarantee, tables, and attacks that ran."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from synthnb.records import Estimate, Evidence, Finding, Plan, Policy, metric
from synthnb.records.policy import Configuration, State
from synthnb.records.threat import newer


def plan_finding(policy: Policy, plan: Plan) -> Finding:
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


def required_threats(policy: Policy, evidence: Sequence[Evidence]) -> list[Finding]:
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


EPSILON = "privacy.epsilon.lower"
NEGLIGIBLE = 0.005  # expected failures among the audited records that the bound leaves room for
_ADJACENCY = 2  # adding or removing one record counts twice where one is replaced


def guarantee_finding(plan: Plan, estimates: Sequence[Estimate]) -> list[Finding]:
    """Hold a claim of differential privacy against the audit; no audit can prove a claim."""
    claim = plan.guarantee
    if claim.kind == "none" or claim.epsilon is None or claim.delta is None:
        return []
    found = next((e for e in estimates if e.metric == EPSILON and e.low is not None), None)
    said = f"Claimed is epsilon {claim.epsilon:g} with delta {claim.delta:g}"
    state: State = "inconclusive"
    if found is None or found.low is None:
        state, because = "not-measured", f"{said}; no audit of it was possible."
    elif claim.delta * (found.n or 0) > NEGLIGIBLE:
        because = f"{said}; the audit is for smaller deltas only and cannot test it."
    elif found.low > _ADJACENCY * claim.epsilon:
        state = "fail"
        because = (
            f"{said}, at most {_ADJACENCY * claim.epsilon:g} for replacing one record; the audit "
            f"shows at least {metric(EPSILON).show(found.low)}. The claim is wrong."
        )
    else:
        because = (
            f"{said}; the audit shows at least {metric(EPSILON).show(found.low)}, which does not "
            "contradict it. No test can prove it."
        )
    return [
        Finding(
            rule="plan.claimed-guarantee",
            title="The claimed guarantee is not contradicted",
            state=state,
            effect="block" if state == "fail" else "warn",
            metric=EPSILON,
            estimate=found,
            because=because,
            reason="A guarantee is a promise about every possible output; a test sees one of them.",
            reference="Steinke, Nasr and Jagielski 2023, Privacy auditing with one training run",
        )
    ]


def measured_twice(evidence: Sequence[Evidence]) -> list[Finding]:
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


def same_tables(evidence: Sequence[Evidence]) -> Finding:
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
