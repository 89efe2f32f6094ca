"""What a plan may ask of any generator, and the record of what it changed."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from synthnb.records.base import Name, Number, Prose, Record, Value

_WHERE = "Column: value; for a number or a date also {minimum: …, maximum: …}"
_WHY = "Why this is done, and what it costs"


class Condition(Record):
    """Rows that are generated with some values given."""

    where: dict[str, Value] = Field(min_length=1, description=_WHERE)
    rows: int = Field(gt=0)
    rationale: Prose = Field(description=_WHY)


class GroupShare(Record):
    """The share of the synthetic rows that one group is to have."""

    where: dict[str, Value] = Field(min_length=1, description="Column: value")
    share: float = Field(ge=0, le=1)


class Stratify(Record):
    """Groups get the shares that they have in reality, in a reference population, or as given."""

    columns: tuple[str, ...] = Field(
        min_length=1, max_length=3, description="Columns whose combinations are the groups"
    )
    to: Literal["real", "reference", "given"] = Field(
        "real", description="Where the shares come from: training records, reference table, here"
    )
    shares: tuple[GroupShare, ...] = Field((), description="For `given`: one for each group, sum 1")
    rationale: Prose = Field(description=_WHY)

    @model_validator(mode="after")
    def _shares_where_given(self) -> Self:
        if (self.to == "given") != bool(self.shares):
            raise ValueError("`shares` and `to: given` go together")
        if self.shares and abs(sum(each.share for each in self.shares) - 1) > 1e-6:
            raise ValueError("the shares do not add up to 1")
        for each in self.shares:
            if set(each.where) != set(self.columns):
                raise ValueError(f"each share names a value of {', '.join(self.columns)}")
        return self


class Scenario(Record):
    """A named case that makes up a stated share of the rows, for instance a downturn."""

    name: Name
    where: dict[str, Value] = Field(min_length=1, description=_WHERE)
    weight: float = Field(gt=0, le=1, description="Share of the synthetic rows")
    rationale: Prose = Field(description=_WHY)


class Enforce(Record):
    """Rows that break a rule of the charter are drawn anew."""

    constraints: tuple[Name, ...] = Field((), description="Names of rules; all of them if empty")
    rationale: Prose = Field(description=_WHY)


class Blend(Record):
    """Some synthetic rows are replaced by real training records, which are thereby published."""

    share: float = Field(gt=0, lt=1, description="Share of the rows that are real records")
    rationale: Prose = Field(description=_WHY)


class Change(Record):
    """One number without and with the mitigations."""

    what: str
    before: Number | None = Field(None, description="The same generator without mitigations")
    after: Number | None = None
    target: Number | None = Field(None, description="What it was meant to become")


class Mitigation(Record):
    """A mitigation that was carried out: why, and what it changed."""

    kind: Literal["condition", "stratify", "scenario", "enforce", "blend"]
    title: Prose = Field(description="What was done, in a sentence")
    rationale: Prose
    changes: tuple[Change, ...] = ()
