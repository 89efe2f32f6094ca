"""What follows from the evidence under the policy."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from synthnb.records.base import SCHEMA_VERSION, Digest, Number, Record
from synthnb.records.catalogue import metric
from synthnb.records.evidence import Estimate
from synthnb.records.policy import Direction, Effect, State


class Finding(Record):
    """A rule met with an estimate."""

    rule: str
    title: str
    state: State
    effect: Literal["none", "block", "warn"] = Field(description="What follows from the state")
    severity: Effect = "block"
    metric: str | None = None
    estimate: Estimate | None = None
    direction: Direction | None = None
    limit: Number | None = None
    limit_from: Literal["policy", "charter"] = "policy"
    because: str = Field(description="One sentence that says why it is in this state")
    reason: str = Field("", description="Why the rule is there")
    reference: str = ""
    case: str = Field("", description="The answer, where the rule knows several")
    acceptable: bool = Field(False, description="Whether a signed risk acceptance may cover it")
    rejects: bool = Field(False, description="Whether it rejects the configuration for good")

    @property
    def id(self) -> str:
        """Return a name that is unique within a verdict."""
        scope = self.estimate.id.partition("[")[2] if self.estimate else ""
        return f"{self.rule}[{scope}" if scope else self.rule

    @property
    def bound(self) -> str:
        """Return the limit in force in words, e.g. ``at most 1.0 %``; empty where there is none."""
        if self.metric is None or self.direction is None or self.limit is None:
            return ""
        return metric(self.metric).show_bound(self.direction, self.limit)


def state_of(estimate: Estimate | None, direction: Direction, limit: float) -> State:
    """Return how an estimate stands to a limit.

    >>> from synthnb.records import interval
    >>> state_of(interval("m", 0.5, 0.4, 0.6, n=9, method="-"), "at_most", 0.55)
    'inconclusive'
    """
    if estimate is None or estimate.value is None:
        return "not-measured"
    low = estimate.value if estimate.low is None else estimate.low
    high = estimate.value if estimate.high is None else estimate.high
    if direction == "at_least":
        low, high, limit = -high, -low, -limit
    if high <= limit:
        return "pass"
    return "fail" if low > limit else "inconclusive"


class Verdict(Record):
    """All findings of a run, and what they come to."""

    schema_version: Literal["1"] = SCHEMA_VERSION
    outcome: Literal["passed", "blocked"]
    policy: str = Field(description="Id and version of the policy that judged")
    policy_digest: Digest
    charter_digest: Digest
    plan_digest: Digest
    findings: tuple[Finding, ...] = ()

    def of(self, effect: str) -> tuple[Finding, ...]:
        """Return the findings with an effect."""
        return tuple(finding for finding in self.findings if finding.effect == effect)

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """Return the findings that stand against a release."""
        return self.of("block")

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """Return the findings that a reader must know of."""
        return self.of("warn")
