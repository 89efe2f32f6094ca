"""The policy: the organisation's floor. A charter may tighten it, never loosen it."""

from __future__ import annotations

from datetime import date
from typing import Literal, Self

from pydantic import Field, JsonValue, model_validator

from synthnb.records.access import AccessRules
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
from synthnb.records.charter_parts import Duration
from synthnb.records.incident import IncidentKind, Line, Severity
from synthnb.records.threat import VERSION

Direction = Literal["at_most", "at_least"]
Effect = Literal["block", "warn"]
Action = Literal["charter", "plan", "release", "withdrawal", "retirement", "access", "acceptance"]
State = Literal["pass", "fail", "inconclusive", "not-measured"]


class Clause(Record):
    """One metric against one limit."""

    metric: str = Field(min_length=1, description="Id in the metric catalogue")
    direction: Direction
    limit: Number
    scope: dict[str, str] = Field(
        default_factory=dict, description="Only estimates whose scope has these values"
    )


class When(Record):
    """What must hold for a case: one metric, wholly on the right side of a limit."""

    metric: str = Field(min_length=1, description="Id in the metric catalogue")
    direction: Direction
    limit: Number | None = Field(None, description="The limit of the rule, if empty")
    scope: dict[str, str] = Field(
        default_factory=dict, description="Only estimates whose scope has these values"
    )


class Case(Record):
    """One answer to the question of a rule, and what follows from it."""

    id: Name
    title: Prose = Field(description="The answer in a few words")
    when: tuple[When, ...] = Field(
        (), description="All of these hold; an estimate that is missing never holds"
    )
    state: Literal["pass", "fail", "inconclusive"]
    effect: Literal["none", "warn", "block"]
    acceptable: bool = Field(
        False, description="Whether a signed, expiring risk acceptance may cover it"
    )

    @model_validator(mode="after")
    def _fails_closed(self) -> Self:
        if self.state != "pass" and self.effect == "none":
            raise ValueError("only a pass may be without effect")
        if self.state == "fail" and self.acceptable:
            raise ValueError("a fail cannot be accepted")
        if self.state == "pass" and not self.when:
            raise ValueError("a pass needs a condition")
        return self


class Rule(Record):
    """A written limit: what is measured, how far it may go, and what follows.

    `metric`, `direction` and `limit` make a rule about one metric. `all_of` or `any_of` combine
    several clauses into one finding instead. Where a metric has several estimates (one for each
    group, attribute or column), each gets a finding of its own.

    `cases` refine a rule about one metric: the first case whose conditions all hold gives state
    and effect. The last one has no condition and is for everything else; it does not pass.
    """

    id: str = Field(pattern=r"^[a-z0-9]+(?:[.-][a-z0-9]+)*$")
    title: Prose
    metric: str | None = None
    direction: Direction | None = None
    limit: Number | None = None
    scope: dict[str, str] = Field(default_factory=dict)
    all_of: tuple[Clause, ...] = ()
    any_of: tuple[Clause, ...] = ()
    cases: tuple[Case, ...] = Field((), description="Possible answers, the first that holds")
    severity: Effect = Field("block", description="What a fail does")
    inconclusive: Effect = Field("block", description="What an interval across the limit does")
    not_measured: Literal["block", "warn", "none"] = Field(
        "block",
        description="What a missing estimate does; `none` where the question need not be asked",
    )
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
        if self.cases:
            self._whole_cases()
        return self

    def _whole_cases(self) -> None:
        if self.metric is None:
            raise ValueError("cases refine a rule about one metric: give it")
        ids = [case.id for case in self.cases]
        if len(set(ids)) != len(ids):
            raise ValueError("two cases have the same id")
        if [bool(case.when) for case in self.cases] != [True] * (len(ids) - 1) + [False]:
            raise ValueError("the last case, and no other, has no condition: it is for the rest")


class Approval(Record):
    """Who must agree to an action, and how many of them."""

    action: Action = Field(description="`acceptance`: of a risk that could not be decided")
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


class Required(Record):
    """An attack that must have run, in this version or a newer one."""

    id: str
    version: str = Field("1", pattern=VERSION)


class Threats(Record):
    """What the organisation asks of the threat library."""

    required: tuple[Required, ...] = ()
    stale: Effect = Field(
        "warn", description="What follows when the library knows newer attacks than those that ran"
    )


class Reviewing(Record):
    """Who may review a privacy assessment, and what a release without a review does."""

    roles: tuple[Prose, ...] = ("privacy officer",)
    required: Literal["block", "warn", "none"] = Field(
        "warn", description="What follows where nobody independent has signed a review of the run"
    )


class Budget(Record):
    """The most privacy loss that all releases about one data set may add up to."""

    epsilon: float = Field(gt=0)
    delta: float = Field(gt=0, lt=1)
    reason: Prose = Field(description="Why so much and not more")


class Notification(Record):
    """Who must be told of an incident, and how soon after it became known."""

    kind: IncidentKind
    to: Line = Field(description="Whom, e.g. `the supervisory authority`")
    hours: int | None = Field(
        None, ge=1, description="After it became known; empty: without undue delay, no number"
    )
    severity: Severity = Field("low", description="Only of incidents at least as severe")
    role: Line = Field("privacy officer", description="Who sees to it")
    reason: Prose
    reference: Prose = Field(description="Public source, or whose judgement it is")


class Policy(Record):
    """An organisation's rules for synthetic data."""

    schema_version: Literal["1"] = SCHEMA_VERSION
    id: Name
    version: str = Field(pattern=r"^\d+\.\d+\.\d+$")
    title: Prose
    effective: date
    minimum_cell: int = Field(10, ge=2, description="Counts of people below this are not shown")
    cadence: Duration = Field(description="Longest time between two reviews")
    answer_within: Duration = Field(
        "P14D", description="How long a decision may wait before it is overdue"
    )
    scored_records: int = Field(
        100_000, ge=1_000, description="Real records that attacks score at most; above, a sample"
    )
    threats: Threats = Field(default_factory=Threats)
    review: Reviewing = Field(default_factory=Reviewing)
    access: AccessRules = Field(default_factory=AccessRules)
    rules: tuple[Rule, ...] = Field(min_length=1)
    approvals: tuple[Approval, ...] = Field(min_length=1)
    generators: Generators
    privacy_budget: Budget | None = Field(
        None, description="Cap per data set; without one, no differentially private generator runs"
    )
    rejections: tuple[Rejection, ...] = ()
    notification: tuple[Notification, ...] = Field((), description="Who is told of an incident")

    def approval(self, action: str) -> Approval | None:
        """Return who must agree to an action, if anybody must."""
        return next((each for each in self.approvals if each.action == action), None)

    def rule(self, rule_id: str) -> Rule | None:
        """Return the rule of that id, if there is one."""
        return next((rule for rule in self.rules if rule.id == rule_id), None)

    @model_validator(mode="after")
    def _ids_differ(self) -> Self:
        faults: list[Fault] = []
        seen: set[str] = set()
        listed: list[tuple[tuple[str | int, ...], str]]
        listed = [(("rules", number, "id"), rule.id) for number, rule in enumerate(self.rules)]
        listed += [(("rejections", n, "id"), each.id) for n, each in enumerate(self.rejections)]
        listed += [
            (("threats", "required", n, "id"), f"attack {each.id}")
            for n, each in enumerate(self.threats.required)
        ]
        listed += [
            (("approvals", n, "action"), each.action) for n, each in enumerate(self.approvals)
        ]
        listed += [
            (("notification", n, "to"), f"{each.to} ({each.kind})")
            for n, each in enumerate(self.notification)
        ]
        for where, name in listed:
            if name in seen:
                faults.append((where, f"`{name}` is used twice"))
            seen.add(name)
        if faults:
            raise FaultsError(faults)
        return self
