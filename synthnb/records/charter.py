"""The charter: what a synthetic table is for, made from what, and within which limits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Literal, Self

from pydantic import Field, model_validator

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
from synthnb.records.charter_parts import (
    Assignment,
    Audience,
    Person,
    Review,
    Source,
    Split,
    Task,
    Threshold,
    UseCase,
)
from synthnb.records.constraint import Constraint, PublicDomain
from synthnb.records.guidance import why

Role = Literal[
    "identifier", "quasi-identifier", "sensitive", "protected", "target", "weight", "excluded"
]
ColumnType = Literal["number", "integer", "category", "boolean", "date", "text"]
HIDDEN = frozenset({"identifier", "excluded", "weight"})
"""Roles of columns that are neither synthesised nor assessed."""


class Column(Record):
    """One column: its type, its part in the assessments, and what is public about it."""

    name: str = Field(
        min_length=1,
        description="Exactly as in the file",
        examples=["income"],
        json_schema_extra=why("A column that the charter does not list is refused.", "column"),
    )
    type: ColumnType = Field(
        description="What its cells are; codes such as postal codes are categories",
        examples=["number"],
        json_schema_extra=why("Distances, generators and attacks treat each type differently."),
    )
    roles: tuple[Role, ...] = Field(
        (),
        description=(
            "identifier: names a person, is dropped; quasi-identifier: others may know it, and it "
            "narrows down who it is; sensitive: a secret that nobody may learn; protected: groups "
            "whose treatment is compared; target: what is predicted; weight: a sampling weight, "
            "is dropped; excluded: is dropped, such as free text"
        ),
        examples=[["quasi-identifier", "protected"]],
        json_schema_extra=why("A role that is left out is a question that is never asked."),
    )
    label: str = Field(
        "",
        description="How a person would call it; the name if empty",
        examples=["Total monthly income"],
        json_schema_extra=why("The datasheet is read by people who never saw the file."),
    )
    unit: str = Field(
        "",
        description="What it is counted in",
        examples=["US dollars"],
        json_schema_extra=why("A number without its unit cannot be checked by anybody."),
    )
    minimum: Number | None = Field(
        None,
        description="Publicly known bound; never the data's own",
        examples=[0],
        json_schema_extra=why("The smallest value of the data is somebody's, and this is public."),
    )
    maximum: Number | None = Field(
        None,
        description="Publicly known bound; never the data's own",
        examples=[100],
        json_schema_extra=why("The largest value of the data is somebody's, and this is public."),
    )
    categories: tuple[str, ...] = Field(
        (),
        description="Publicly known categories",
        examples=[["no", "yes"]],
        json_schema_extra=why("A value outside is then an error of the generator."),
    )
    weight: float = Field(
        1.0,
        gt=0,
        description="Weight in distances between records",
        json_schema_extra=why("1 unless there is a reason: it moves every distance."),
    )

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


class Charter(Record):
    """Why a synthetic data set is made, for whom, from what, and what must hold for it."""

    schema_version: Literal["1"] = SCHEMA_VERSION
    name: Name = Field(
        description="Short name of the asset, also its folder",
        examples=["loans-2024"],
        json_schema_extra=why("Releases and decisions go by this name."),
    )
    title: Prose = Field(
        description="Title of the datasheet",
        examples=["Synthetic Boston mortgage applications"],
        json_schema_extra=why("It is the first thing that a reader sees; say `synthetic` in it."),
    )
    owner: Person
    author: str = Field(
        "",
        description="Who wrote this, and so may not approve it; the owner, if empty",
        examples=["Sam Scientist"],
        json_schema_extra=why("Nobody approves their own text.", "person"),
    )
    purpose: Prose = Field(
        description="Why this data is made, in a paragraph",
        examples=[
            "To teach and test credit models on data that behaves like real applications, which "
            "lenders hold in confidence and may not hand out."
        ],
        json_schema_extra=why("Name the problem, and why real data cannot solve it."),
    )
    use_cases: tuple[UseCase, ...] = Field(
        min_length=1, json_schema_extra=why("What is not listed is not what was assessed.")
    )
    audiences: tuple[Audience, ...] = Field(
        min_length=1, json_schema_extra=why("Who holds the data is who could attack it.")
    )
    benefits: tuple[Prose, ...] = Field(
        min_length=1,
        description="What becomes possible, and for whom",
        examples=[["Code for scoring can be tested without access to a lender's records."]],
        json_schema_extra=why("A risk is worth taking for something; say for what."),
    )
    trade_offs: tuple[Prose, ...] = Field(
        min_length=1,
        title="Trade-offs",
        description="What is lost against the real data",
        examples=[["Rare applicants, such as those with very large loans, are smoothed away."]],
        json_schema_extra=why("There always are some; a reader who knows them errs less."),
    )
    prohibited_uses: tuple[Prose, ...] = Field(
        min_length=1,
        description="What nobody may do with it",
        examples=[["Deciding about any real person, or training a model that will."]],
        json_schema_extra=why("It stands beside the permitted uses on the first page."),
    )
    sources: tuple[Source, ...] = Field(
        min_length=1, json_schema_extra=why("Every number depends on which records there were.")
    )
    columns: tuple[Column, ...] = Field(
        min_length=2,
        json_schema_extra=why("Roles decide which attacks and audits are run.", "column"),
    )
    constraints: tuple[Constraint, ...] = Field(
        (),
        description="Rules between columns that every row must keep",
        json_schema_extra=why("A table whose rows cannot be true loses its readers' trust."),
    )
    public: PublicDomain | None = Field(
        None,
        description="What a differentially private generator may know beforehand",
        json_schema_extra=why("Whatever is taken from the data itself leaks past the guarantee."),
    )
    split: Split = Field(default_factory=Split)
    population: int | None = Field(
        None,
        gt=0,
        description="How many people the records were drawn from, where that is known",
        examples=[250_000],
        json_schema_extra=why("It tells how rare people really are, not only in the file."),
    )
    task: Task | None = Field(
        None,
        json_schema_extra=why("Without a task nobody can say whether it is fit for training."),
    )
    intersections: int = Field(
        2,
        ge=1,
        le=3,
        title="Columns crossed",
        description="How many protected columns are crossed in the fairness audit",
        json_schema_extra=why("Crossing more shows more, about fewer people each."),
    )
    fidelity: tuple[Threshold, ...] = Field(
        (),
        title="Limits on fidelity and utility",
        description="Fidelity and utility targets",
        json_schema_extra=why("Only where this use needs more than the policy asks."),
    )
    privacy: tuple[Threshold, ...] = Field(
        (),
        title="Limits on privacy",
        description="Acceptable privacy risk",
        json_schema_extra=why("Only where this use bears less risk than the policy allows."),
    )
    fairness: tuple[Threshold, ...] = Field(
        (),
        title="Limits on fairness",
        description="Acceptable disparity",
        json_schema_extra=why("Only where this use needs smaller gaps than the policy allows."),
    )
    roles: tuple[Assignment, ...] = Field(
        min_length=1, json_schema_extra=why("Somebody must answer for each part.")
    )
    approvers: tuple[Prose, ...] = Field(
        min_length=1,
        description="Roles that must approve, at least those of the policy",
        examples=[["data owner", "privacy officer"]],
        json_schema_extra=why("A release waits for a signature of each.", "role"),
    )
    review: Review
    limitations: tuple[Prose, ...] = Field(
        min_length=1,
        description="What this data cannot show",
        examples=[["One city and one year; nothing follows for other places."]],
        json_schema_extra=why("Bad news protects readers; `may deviate slightly` protects nobody."),
    )
    ethics: Prose = Field(
        description="What could go wrong for people, and what was done",
        examples=[
            "The records show unequal approval. Models could learn it, so the gap is measured in "
            "both tables and printed; no row of a real person is shown."
        ],
        json_schema_extra=why("Somebody must have thought of those who are in the data."),
    )
    written: date | None = Field(
        None,
        title="Written on",
        description="When this text was agreed",
        examples=["2026-11-30"],
        json_schema_extra=why("A limit counts for something if it is older than the result."),
    )

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
