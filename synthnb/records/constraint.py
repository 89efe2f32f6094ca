"""What is publicly known about the records: rules between columns, and the domain."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from synthnb.records.base import Name, Prose, Record, Value

Operator = Literal["<", "<=", "==", "!=", ">=", ">", "in"]


class Constraint(Record):
    """A rule that every row must keep, such as `loan amount <= purchase price`.

    A row in which a named cell is missing keeps the rule.
    """

    name: Name
    title: Prose = Field(description="The rule in words")
    column: str
    operator: Operator
    other: str | None = Field(None, description="The column that it is compared with")
    value: Value | None = Field(
        None, description="Or the number, category or date; a list of them for `in`"
    )
    when: dict[str, Value] = Field(
        default_factory=dict, description="Only rows with these values; all rows if empty"
    )

    @model_validator(mode="after")
    def _compares_with_one_thing(self) -> Self:
        if (self.other is None) == (self.value is None):
            raise ValueError("give either `other`, a column, or `value`")
        if (self.operator == "in") != isinstance(self.value, list):
            raise ValueError("`in` goes with a list of values, and a list with `in`")
        return self


class PublicDomain(Record):
    """What is known about the records without looking at them, and who says so.

    A differentially private generator may use this and nothing else about the data: the public
    bounds and categories of the columns, and what stands here.
    """

    attested_by: Prose = Field(description="Who answers for it that all of this is public")
    statement: Prose = Field(description="Where bounds, categories and relations are known from")
    cells: int = Field(64, ge=2, le=1024, description="Cells into which a number's range is cut")
    logarithmic: tuple[str, ...] = Field(
        (), description="Columns whose cells grow with the number, such as incomes"
    )
    edges: tuple[tuple[str, str], ...] = Field(
        (), description="Pairs of columns whose relation is always kept; they form no circle"
    )
