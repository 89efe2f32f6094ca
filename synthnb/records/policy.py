"""The policy: the organisation's floor. A charter may tighten it, never loosen it."""

from __future__ import annotations

from datetime import date
from typing import Literal, Self

from pydantic import Field, JsonValue, model_validator

from synthnb.records.base import (
    SCHEMA_VERSION,
    Fault,
    FaultsError,
    Name,
    Number,
    Prose,
    Record,
    Value,
)
from synthnb.records.charter import Duration

Direction = Literal["at_most", "at_least"]
Effect = Literal["block", "warn"]


class Clause(Record):
    """One metric against one limit."""

    metric: str = Field(min_length=1, description="Id in the metric catalogue")
    direction: Direction
    limit: Number
    scope: dict[str, str] = Field(
        default_factory=dict, description="Only estimates whose scope has these values"
    )


class Rule(Record):
    """A written limit: what is measured, how far it may go, and what follows.

    `metric`, `direction` and `limit` make a rule about one metric. `all_of` or `any_of` combine
    several clauses into one finding instead. Where `effect_on` a metric has several estimates (one
    for each group, attribute or column), each gets a finding of its own.
    """

    id: str = Field(pattern=r"^[a-z0-9]+(?:[.-][a-z0-9]+)*$")
    title: Prose
    metric: str | None = None
    direction: Direction | None = None
    limit: Number | None = None
    scope: dict[str, str] = Field(default_factory=dict)
    all_of: tuple[Clause, ...] = ()
    any_of: tuple[Clause, ...] = ()
    severity: Effect = Field("block", description="What a fail does")
    inconclusive: Effect = Field("block", description="What an interval across the limit does")
    not_measured: Effect = Field("block", description="What a missing estimate does")
    reason: Prose = Field(description="Why this limit and not another")
    reference: Prose = Field(description="Public source, or whose judgement it is")

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """Return the clauses of the rule; one for a rule about one metric."""
        if self.metric is not None and self.direction is not None and self.limit is not None:
            return (
                Clause(
                    metric=self.metric,
                    direction=self.direction,
                    limit=self.limit,
                    scope=self.scope,
                ),
            )
        return self.all_of or self.any_of

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        single = [self.metric is not None, self.direction is not None, self.limit is not None]
        forms = [any(single), bool(self.all_of), bool(self.any_of)]
        if sum(forms) != 1:
            raise ValueError("give either metric, direction and limit, or all_of, or any_of")
        if any(single) and not all(single):
            raise ValueError("metric, direction and limit go together")
        return self


class Approval(Record):
    """Who must agree to an action, and how many of them."""

    action: Literal["charter", "plan", "release", "withdrawal", "retirement", "access"]
    roles: tuple[Prose, ...] = Field(min_length=1)
    quorum: int = Field(1, ge=1)


class Range(Record):
    """Which values of a generator's parameter are approved."""

    minimum: Number | None = None
    maximum: Number | None = None
    one_of: tuple[Value, ...] = ()

    def allows(self, value: JsonValue) -> bool:
        """Return whether a value lies within the range."""
        if self.one_of:
            return any(
                value == one and isinstance(value, bool) == isinstance(one, bool)
                for one in self.one_of
            )
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        low = self.minimum is None or value >= self.minimum
        return low and (self.maximum is None or value <= self.maximum)


class Configuration(Record):
    """A generator configuration that the organisation approves."""

    id: Name
    generator: str
    parameters: dict[str, Range] = Field(
        default_factory=dict, description="Approved ranges; a parameter not named must be absent"
    )
    reason: Prose


class Generators(Record):
    """Approved generator configurations, and what becomes of a plan outside them."""

    unapproved: Effect = "block"
    approved: tuple[Configuration, ...] = Field(min_length=1)


class Rejection(Record):
    """A measured result that rejects a configuration for good."""

    id: str = Field(pattern=r"^[a-z0-9]+(?:[.-][a-z0-9]+)*$")
    metric: str
    direction: Direction
    limit: Number
    scope: dict[str, str] = Field(default_factory=dict)
    reason: Prose


class Policy(Record):
    """An organisation's rules for synthetic data."""

    schema_version: Literal["1"] = SCHEMA_VERSION
    id: Name
    version: str = Field(pattern=r"^\d+\.\d+\.\d+$")
    title: Prose
    effective: date
    minimum_cell: int = Field(10, ge=2, description="Counts of people below this are not shown")
    cadence: Duration = Field(description="Longest time between two reviews")
    rules: tuple[Rule, ...] = Field(min_length=1)
    approvals: tuple[Approval, ...] = Field(min_length=1)
    generators: Generators
    rejections: tuple[Rejection, ...] = ()

    def rule(self, rule_id: str) -> Rule | None:
        """Return the rule of that id, if there is one."""
        return next((rule for rule in self.rules if rule.id == rule_id), None)

    @model_validator(mode="after")
    def _ids_differ(self) -> Self:
        faults: list[Fault] = []
        seen: set[str] = set()
        listed = [(("rules", number, "id"), rule.id) for number, rule in enumerate(self.rules)]
        listed += [(("rejections", n, "id"), each.id) for n, each in enumerate(self.rejections)]
        for where, name in listed:
            if name in seen:
                faults.append((where, f"`{name}` is used twice"))
            seen.add(name)
        if faults:
            raise FaultsError(faults)
        return self
