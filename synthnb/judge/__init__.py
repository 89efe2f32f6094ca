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

from collections.abc import Sequence

from synthnb.judge.checks import (
    guarantee_finding,
    measured_twice,
    plan_finding,
    required_threats,
    same_tables,
)
from synthnb.judge.limits import Limit, limits_in_force
from synthnb.judge.needs import PARTS, completion, left_out, remedy
from synthnb.judge.rules import rejection_findings, rule_findings
from synthnb.records import Charter, Evidence, Plan, Policy, Verdict, digest


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
        If the charter would loosen a limit, asks for reviews later than the policy does, or
        names a rule that is not there.
    """
    limits = limits_in_force(policy, charter)
    estimates = [estimate for each in evidence for estimate in each.estimates]
    findings = [
        plan_finding(policy, plan),
        *guarantee_finding(plan, estimates),
        same_tables(evidence),
        *measured_twice(evidence),
        *required_threats(policy, evidence),
    ]
    for rule in policy.rules:
        findings += rule_findings(rule, limits, estimates)
    for rejection in policy.rejections:
        findings += rejection_findings(rejection, estimates)
    blocked = any(finding.effect == "block" for finding in findings)
    return Verdict(
        outcome="blocked" if blocked else "passed",
        policy=f"{policy.id} {policy.version}",
        policy_digest=digest(policy),
        charter_digest=digest(charter),
        plan_digest=digest(plan),
        findings=tuple(findings),
    )


__all__ = ["PARTS", "Limit", "completion", "judge", "left_out", "limits_in_force", "remedy"]
