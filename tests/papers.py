"""Small charters, plans and policies that tests build on."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import Phase, settings

from synthnb.records import Charter, Estimate, Evidence, Plan, Policy, interval, read

# The same examples in every run: a test that fails on one machine fails on every machine.
properties = settings(
    deadline=None,
    derandomize=True,
    database=None,
    max_examples=25,
    phases=(Phase.explicit, Phase.generate),  # shrinking a whole charter takes minutes
)

SOURCE = {
    "kind": "real",
    "path": "data/people.csv",
    "row": "one person",
    "collection": "a survey in 2020",
    "legal_basis": "consent",
    "retention": "ten years",
}
CHARTER: dict[str, Any] = {
    "name": "people",
    "title": "People of a town",
    "owner": {"name": "Ada", "contact": "ada@example.org"},
    "purpose": "Teach statistics.",
    "use_cases": [
        {"title": "Teach", "task": "count", "model_type": "none", "decision": "none is taken"}
    ],
    "audiences": [{"who": "students", "access": "open"}],
    "benefits": ["Nobody is exposed."],
    "trade_offs": ["Rare people are blurred."],
    "prohibited_uses": ["Decisions about people."],
    "sources": [SOURCE],
    "columns": [
        {"name": "age", "type": "number", "roles": ["quasi-identifier"]},
        {"name": "town", "type": "category", "roles": ["protected"]},
        {"name": "ill", "type": "boolean", "roles": ["target"]},
    ],
    "task": {"target": "ill", "positive": "true"},
    "roles": [{"role": "privacy officer", "name": "Grace"}],
    "approvers": ["privacy officer"],
    "review": {"cadence": "P6M", "triggers": ["a new survey"]},
    "limitations": ["One town."],
    "ethics": "People agreed to this use.",
}
PLAN: dict[str, Any] = {
    "generator": "copula",
    "guarantee": {"statement": "There is none."},
    "rationale": "It is the simplest one.",
}
RULE: dict[str, Any] = {
    "id": "risk",
    "title": "Risk",
    "metric": "test.risk",
    "direction": "at_most",
    "limit": 0.5,
    "reason": "Half is enough.",
    "reference": "A judgement",
}
POLICY: dict[str, Any] = {
    "id": "house",
    "version": "1.0.0",
    "title": "House rules",
    "effective": "2026-01-01",
    "cadence": "P1Y",
    "rules": [RULE],
    "approvals": [{"action": "release", "roles": ["privacy officer"]}],
    "generators": {"approved": [{"id": "any", "generator": "copula", "reason": "It is known."}]},
}


def charter(**changes: object) -> Charter:
    """Return the small charter, with top-level fields replaced."""
    return read(Charter, json.dumps({**CHARTER, **changes}), "charter.yaml")


def plan(**changes: object) -> Plan:
    """Return the small plan, with top-level fields replaced."""
    return read(Plan, json.dumps({**PLAN, **changes}), "plan.yaml")


def policy(*rules: dict[str, Any], **changes: object) -> Policy:
    """Return the small policy with these rules: each one is `RULE` with fields replaced."""
    return read(Policy, json.dumps({**POLICY, "rules": rules or [RULE], **changes}), "policy.yaml")


def rule(**changes: Any) -> dict[str, Any]:
    """Return the small rule with fields replaced; None removes one."""
    return {key: value for key, value in {**RULE, **changes}.items() if value is not None}


def combined(how: str, *clauses: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return a rule that combines clauses by `all_of` or `any_of`."""
    return rule(metric=None, direction=None, limit=None, **{how: list(clauses)}, **changes)


def clause(metric: str, limit: float = 0.5, **changes: Any) -> dict[str, Any]:
    """Return a clause: at most 0.5 unless told otherwise."""
    return {"metric": metric, "direction": "at_most", "limit": limit, **changes}


def between(low: float, high: float, metric: str = "test.risk", **scope: str) -> Estimate:
    """Return an estimate with an interval."""
    return interval(metric, (low + high) / 2, low, high, n=100, method="by hand", **scope)


def evidence(*estimates: Estimate, room: str = "privacy", **changes: Any) -> Evidence:
    """Return evidence about one synthetic table."""
    body = {"room": room, "seed": 0, "inputs": {"synthetic": "a" * 64}, "estimates": estimates}
    return Evidence.model_validate({**body, **changes})
