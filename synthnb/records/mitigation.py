"""What a plan may ask of any generator, and the record of what it changed."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from synthnb.records.base import Name, Number, Prose, Record, Value
from synthnb.records.guidance import why

_WHERE = "Column: value; for a number or a date also {minimum: …, maximum: …}"
_WHY = "Why this is done, and what it costs"
_ASKED = why("A mitigation without a reason is a manipulation: a reader must be able to judge it.")
_EXAMPLE = "The smallest group is too small to audit; its shares are no longer the population's."


class Condition(Record):
    """Rows that are generated with some values given."""

    where: dict[str, Value] = Field(
        min_length=1,
        description=_WHERE,
        examples=[{"region": "north", "age": {"minimum": 65}}],
        json_schema_extra=why("Values must be possible by what the charter says of the columns."),
    )
    rows: int = Field(
        gt=0,
        description="How many such rows",
        examples=[100],
        json_schema_extra=why("They replace others: the table does not grow."),
    )
    rationale: Prose = Field(description=_WHY, examples=[_EXAMPLE], json_schema_extra=_ASKED)


class GroupShare(Record):
    """The share of the synthetic rows that one group is to have."""

    where: dict[str, Value] = Field(
        min_length=1,
        description="Column: value",
        examples=[{"sex": "F"}],
        json_schema_extra=why("One value for each of the columns names the group."),
    )
    share: float = Field(
        ge=0,
        le=1,
        description="Its share of the rows",
        examples=[0.5],
        json_schema_extra=why("All shares add up to 1."),
    )


class Stratify(Record):
    """Groups get the shares that they have in reality, in a reference population, or as given."""

    columns: tuple[str, ...] = Field(
        min_length=1,
        max_length=3,
        description="Columns whose combinations are the groups",
        examples=[["sex", "region"]],
        json_schema_extra=why(
            "Each combination gets its share; few columns keep groups large.", "column"
        ),
    )
    to: Literal["real", "reference", "given"] = Field(
        "real",
        description="Where the shares come from: training records, reference table, here",
        json_schema_extra=why("The records may themselves be a skewed sample."),
    )
    shares: tuple[GroupShare, ...] = Field(
        (),
        description="For `given`: one for each group, sum 1",
        json_schema_extra=why("Shares that come from nowhere else are stated here."),
    )
    rationale: Prose = Field(description=_WHY, examples=[_EXAMPLE], json_schema_extra=_ASKED)

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

    name: Name = Field(
        description="Short name of the case",
        examples=["downturn"],
        json_schema_extra=why("The results show each case by its name."),
    )
    where: dict[str, Value] = Field(
        min_length=1,
        description=_WHERE,
        examples=[{"rate": {"minimum": 8}}],
        json_schema_extra=why("These values make the case."),
    )
    weight: float = Field(
        gt=0,
        le=1,
        description="Share of the synthetic rows",
        examples=[0.2],
        json_schema_extra=why("A case is no forecast: a reader must see how much of it is made."),
    )
    rationale: Prose = Field(description=_WHY, examples=[_EXAMPLE], json_schema_extra=_ASKED)


class Enforce(Record):
    """Rows that break a rule of the charter are drawn anew."""

    constraints: tuple[Name, ...] = Field(
        (),
        description="Names of rules; all of them if empty",
        examples=[["loan-to-price"]],
        json_schema_extra=why("Each rule costs rows that are drawn anew.", "constraint"),
    )
    rationale: Prose = Field(description=_WHY, examples=[_EXAMPLE], json_schema_extra=_ASKED)


class Blend(Record):
    """Some synthetic rows are replaced by real training records, which are thereby published."""

    share: float = Field(
        gt=0,
        lt=1,
        description="Share of the rows that are real records",
        examples=[0.05],
        json_schema_extra=why("Each of them is a person whose record is published."),
    )
    rationale: Prose = Field(description=_WHY, examples=[_EXAMPLE], json_schema_extra=_ASKED)


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
