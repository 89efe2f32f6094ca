"""The charter: what a synthetic table is for, made from what, and within which limits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from synthnb.records.base import (
    SCHEMA_VERSION,
    Fault,
    FaultsError,
    Name,
    Number,
    Prose,
    Record,
    did_you_mean,
    file_name,
)
from synthnb.records.constraint import Constraint, PublicDomain

Role = Literal[
    "identifier", "quasi-identifier", "sensitive", "protected", "target", "weight", "excluded"
]
ColumnType = Literal["number", "integer", "category", "boolean", "date", "text"]
HIDDEN = frozenset({"identifier", "excluded", "weight"})
"""Roles of columns that are neither synthesised nor assessed."""

_DURATION = re.compile(
    r"P(?=\d|T\d)(?:\d+Y)?(?:\d+M)?(?:\d+W)?(?:\d+D)?(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+S)?)?"
)


def _duration(text: str) -> str:
    if not _DURATION.fullmatch(text):
        raise ValueError("expected an ISO 8601 duration such as P6M (six months) or P1Y (a year)")
    return text


Duration = Annotated[str, AfterValidator(_duration)]


class Person(Record):
    """Somebody who answers for something."""

    name: Prose = Field(description="Name as it should stand in the datasheet")
    organisation: str = Field("", description="Where this person works")
    contact: Prose = Field(description="How a reader reaches them, e.g. an e-mail address")


class UseCase(Record):
    """One use that the data is made for."""

    title: Prose = Field(description="Short name of the use")
    task: Prose = Field(description="What is done, e.g. 'predict approval of an application'")
    model_type: Prose = Field(description="Models to be trained, e.g. 'gradient boosting'")
    decision: Prose = Field(description="Which decision about people it affects, and how")


class Audience(Record):
    """Who may have the data."""

    who: Prose = Field(description="Who they are")
    access: Literal["open", "registered", "restricted", "internal"] = Field(
        description="How they get it"
    )


class Source(Record):
    """One real table behind the synthetic one."""

    kind: Literal["real", "control", "reference", "external", "earlier"] = Field(
        description=(
            "real: the records to learn from; control: a hold-out that no generator may see; "
            "reference: population shares; external: what an attacker may hold; earlier: a "
            "synthetic table about the same people that was released before (several, in order)"
        )
    )
    path: Prose = Field(description="Path (from the dossier) or URI of a CSV or Parquet file")
    row: Prose = Field(description="What one row is, e.g. 'one mortgage application'")
    collection: Prose = Field(description="How, when and by whom it was collected")
    legal_basis: Prose = Field(description="On what legal basis it is used here")
    retention: Prose = Field(description="How long the real data is kept, and then what")
    sha256: str | None = Field(None, description="Expected sha256 of the file, if you pin it")
    dataset: str = Field(
        "",
        description=(
            "Name of the data set, the same in every dossier that uses it: privacy losses of all "
            "its releases add up under this name"
        ),
    )


class Column(Record):
    """One column: its type, its part in the assessments, and what is public about it."""

    name: str = Field(min_length=1, description="Exactly as in the file")
    type: ColumnType
    roles: tuple[Role, ...] = ()
    label: str = Field("", description="How a person would call it; the name if empty")
    unit: str = ""
    minimum: Number | None = Field(None, description="Publicly known bound; never the data's own")
    maximum: Number | None = Field(None, description="Publicly known bound; never the data's own")
    categories: tuple[str, ...] = Field((), description="Publicly known categories")
    weight: float = Field(1.0, gt=0, description="Weight in distances between records")

    @property
    def title(self) -> str:
        """Return the label, or the name where there is none."""
        return self.label or self.name

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise ValueError(f"minimum {self.minimum:g} is above maximum {self.maximum:g}")
        if self.type not in {"number", "integer"} and (
            self.minimum is not None or self.maximum is not None
        ):
            raise ValueError(f"a {self.type} column has no minimum or maximum")
        if len(set(self.roles)) != len(self.roles):
            raise ValueError("a role is given twice")
        hidden = [role for role in self.roles if role in HIDDEN]
        shown = [role for role in self.roles if role not in HIDDEN]
        if hidden and shown:
            raise ValueError(
                f"an `{hidden[0]}` column is not assessed, so it cannot be `{shown[0]}` too"
            )
        if self.type == "text" and not {"excluded", "identifier"} & set(self.roles):
            raise ValueError(
                "free text cannot be synthesised or assessed; give it the role `excluded`, "
                "or declare it a category"
            )
        return self


class Split(Record):
    """How the real records are divided, once, before any generator sees them."""

    control: float = Field(
        0.5, ge=0, lt=1, description="Share that only the assessment sees; 0 where none was kept"
    )
    tuning: float = Field(0.0, ge=0, lt=1, description="Share for a parameter sweep")
    unit: str | None = Field(
        None, description="Column naming the privacy unit; all its rows stay together"
    )
    strata: tuple[str, ...] = Field((), description="Columns whose shares every part keeps")
    seed: int = Field(0, ge=0, description="Seed of the split")

    @model_validator(mode="after")
    def _leaves_train(self) -> Self:
        if self.control + self.tuning >= 1:
            raise ValueError("control and tuning together leave nothing to train on")
        return self


class Task(Record):
    """The machine-learning task that the data must serve."""

    target: str = Field(description="Column to predict; it has the role `target`")
    kind: Literal["classification", "regression"] = "classification"
    positive: str | None = Field(
        None, description="Value of the target that is the favourable outcome"
    )
    acceptable_loss: float | None = Field(
        None,
        ge=0,
        description=(
            "How much worse than real training data, in ROC AUC (classification) or R² "
            "(regression); tightens the policy's limit on `utility.task.loss`"
        ),
    )
    explanatory: tuple[str, ...] = Field(
        (),
        description=(
            "Columns that may legitimately explain who gets the outcome, such as the credit "
            "history: gaps are also measured among people who are alike in them"
        ),
    )


class Threshold(Record):
    """A limit that this charter sets tighter than the policy does."""

    rule: str = Field(description="Id of the policy rule")
    limit: Number = Field(description="The tighter limit, in the unit of the metric")
    reason: Prose = Field(description="Why this use needs it")


class Review(Record):
    """When all of this is looked at again."""

    cadence: Duration = Field(description="ISO 8601 duration, e.g. P6M")
    triggers: tuple[Prose, ...] = Field(
        min_length=1, description="What brings a review forward, one per line"
    )
    owner: str = Field("", description="Role that must act")


class Assignment(Record):
    """A person in a role."""

    role: Prose
    name: Prose
    responsible_for: str = ""


class Charter(Record):
    """Why a synthetic data set is made, for whom, from what, and what must hold for it."""

    schema_version: Literal["1"] = SCHEMA_VERSION
    name: Name = Field(description="Short name of the asset, also its folder")
    title: Prose = Field(description="Title of the datasheet")
    owner: Person
    author: str = Field(
        "", description="Who wrote this, and so may not approve it; the owner, if empty"
    )
    purpose: Prose = Field(description="Why this data is made, in a paragraph")
    use_cases: tuple[UseCase, ...] = Field(min_length=1)
    audiences: tuple[Audience, ...] = Field(min_length=1)
    benefits: tuple[Prose, ...] = Field(min_length=1)
    trade_offs: tuple[Prose, ...] = Field(min_length=1)
    prohibited_uses: tuple[Prose, ...] = Field(min_length=1)
    sources: tuple[Source, ...] = Field(min_length=1)
    columns: tuple[Column, ...] = Field(min_length=2)
    constraints: tuple[Constraint, ...] = Field(
        (), description="Rules between columns that every row must keep"
    )
    public: PublicDomain | None = Field(
        None, description="What a differentially private generator may know beforehand"
    )
    split: Split = Field(default_factory=Split)
    population: int | None = Field(
        None, gt=0, description="How many people the records were drawn from, where that is known"
    )
    task: Task | None = None
    intersections: int = Field(
        2, ge=1, le=3, description="How many protected columns are crossed in the fairness audit"
    )
    fidelity: tuple[Threshold, ...] = Field((), description="Fidelity and utility targets")
    privacy: tuple[Threshold, ...] = Field((), description="Acceptable privacy risk")
    fairness: tuple[Threshold, ...] = Field((), description="Acceptable disparity")
    roles: tuple[Assignment, ...] = Field(min_length=1)
    approvers: tuple[Prose, ...] = Field(
        min_length=1, description="Roles that must approve, at least those of the policy"
    )
    review: Review
    limitations: tuple[Prose, ...] = Field(min_length=1)
    ethics: Prose = Field(description="What could go wrong for people, and what was done")
    written: date | None = Field(None, description="When this text was agreed")

    @property
    def thresholds(self) -> tuple[Threshold, ...]:
        """Return every limit that this charter sets, of all three kinds."""
        return (*self.fidelity, *self.privacy, *self.fairness)

    @property
    def real(self) -> Source:
        """Return the source that the generator learns from."""
        return next(source for source in self.sources if source.kind == "real")

    def source(self, kind: str) -> Source | None:
        """Return the first source of a kind, if there is one."""
        return next((source for source in self.sources if source.kind == kind), None)

    @property
    def earlier(self) -> tuple[Source, ...]:
        """Return the synthetic tables that were released before, in order."""
        return tuple(source for source in self.sources if source.kind == "earlier")

    def with_role(self, role: Role) -> tuple[Column, ...]:
        """Return the columns that have a role, in order."""
        return tuple(column for column in self.columns if role in column.roles)

    def column(self, name: str) -> Column:
        """Return the column of that name."""
        return next(column for column in self.columns if column.name == name)

    @property
    def assessed(self) -> tuple[Column, ...]:
        """Return the columns that are synthesised and assessed: no identifier, none excluded."""
        return tuple(column for column in self.columns if not HIDDEN & set(column.roles))

    def published(self) -> Charter:
        """Return the charter as a datasheet may show it: file names, but no folders or hosts."""
        sources = tuple(
            source.model_copy(update={"path": file_name(source.path)}) for source in self.sources
        )
        return self.model_copy(update={"sources": sources})

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        faults = [*self._source_faults(), *self._column_faults(), *self._task_faults()]
        faults += self._rule_faults()
        if faults:
            raise FaultsError(faults)
        return self

    def _source_faults(self) -> Iterator[Fault]:
        kinds = [source.kind for source in self.sources]
        if "real" not in kinds:
            yield ("sources",), "expected exactly one of kind `real`, got none"
        for number, kind in enumerate(kinds):
            if kind in kinds[:number] and kind != "earlier":
                yield ("sources", number, "kind"), f"there is one of kind `{kind}` already"

    def _column_faults(self) -> Iterator[Fault]:
        names = [column.name for column in self.columns]
        for number, name in enumerate(names):
            if name in names[:number]:
                yield ("columns", number, "name"), f"`{name}` is listed twice"
        targets = [n for n, column in enumerate(self.columns) if "target" in column.roles]
        for number in targets[1:]:
            yield ("columns", number, "roles"), "another column has the role `target` already"
        if len(self.assessed) < 2:
            yield ("columns",), "fewer than two are left to synthesise and assess"
        named: list[tuple[tuple[str | int, ...], str]] = [
            (("split", "strata", number), name) for number, name in enumerate(self.split.strata)
        ]
        if self.split.unit:
            named.append((("split", "unit"), self.split.unit))
        if self.task:
            named.append((("task", "target"), self.task.target))
            named += [
                (("task", "explanatory", number), name)
                for number, name in enumerate(self.task.explanatory)
            ]
        if self.public:
            named += [
                (("public", "logarithmic", number), name)
                for number, name in enumerate(self.public.logarithmic)
            ]
            named += [
                (("public", "edges", number), name)
                for number, pair in enumerate(self.public.edges)
                for name in pair
            ]
        for where, name in named:
            if name not in names:
                yield where, f"no column is called `{name}`{did_you_mean(name, names)}"

    def _rule_faults(self) -> Iterator[Fault]:
        assessed = {column.name: column for column in self.assessed}
        names = [rule.name for rule in self.constraints]
        for number, rule in enumerate(self.constraints):
            if rule.name in names[:number]:
                yield ("constraints", number, "name"), f"`{rule.name}` is used twice"
            for path, text in rule.faults(assessed):
                yield ("constraints", number, *path), text

    def _task_faults(self) -> Iterator[Fault]:
        targets = self.with_role("target")
        if self.task is None:
            if targets:
                yield ("task",), "a column has the role `target`, so say what is predicted"
            return
        if self.task.kind == "classification" and self.task.positive is None:
            yield ("task", "positive"), "say which value of the target is the favourable outcome"
        named = [column for column in self.columns if column.name == self.task.target]
        if not named:
            return
        if not targets:
            yield ("task", "target"), f"the column `{self.task.target}` lacks the role `target`"
        elif named[0] not in targets:
            text = f"is `{self.task.target}`, but the role is on `{targets[0].name}`"
            yield ("task", "target"), text
        if self.task.kind == "regression" and named[0].type not in {"number", "integer"}:
            yield ("task", "kind"), f"is regression, but the target is a {named[0].type}"
