"""What is publicly known about the records: rules between columns, and the domain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field, model_validator

from synthnb.records.base import Fault, Name, Prose, Record, Value
from synthnb.records.guidance import why
from synthnb.records.values import unfit

if TYPE_CHECKING:
    from synthnb.records.charter import Column

Operator = Literal["<", "<=", "==", "!=", ">=", ">", "in"]
_EQUAL = frozenset({"==", "!=", "in"})
_ORDERED = frozenset({"number", "integer", "date"})


class Constraint(Record):
    """A rule that every row must keep, such as `loan amount <= purchase price`.

    A row in which a named cell is missing keeps the rule.
    """

    name: Name = Field(
        description="Short name of the rule",
        examples=["loan-to-price"],
        json_schema_extra=why("A plan enforces rules by name."),
    )
    title: Prose = Field(
        description="The rule in words",
        examples=["The loan is at most the purchase price"],
        json_schema_extra=why("The datasheet shows this sentence with the rows that break it."),
    )
    column: str = Field(
        description="The column that is compared",
        examples=["loan"],
        json_schema_extra=why("Rows in which it is missing keep the rule.", "column"),
    )
    operator: Operator = Field(
        description="How it is compared",
        examples=["<="],
        json_schema_extra=why("Order needs numbers or dates; categories are equal or not."),
    )
    other: str | None = Field(
        None,
        description="The column that it is compared with",
        examples=["price"],
        json_schema_extra=why("Give this or a value.", "column"),
    )
    value: Value | None = Field(
        None,
        description="Or the number, category or date; a list of them for `in`",
        examples=[1.5],
        json_schema_extra=why("Only what is true of every row by its nature, not by this data."),
    )
    when: dict[str, Value] = Field(
        default_factory=dict,
        description="Only rows with these values; all rows if empty",
        examples=[{"first_home": "yes"}],
        json_schema_extra=why("Some rules hold for some rows only."),
    )

    @model_validator(mode="after")
    def _compares_with_one_thing(self) -> Self:
        if (self.other is None) == (self.value is None):
            raise ValueError("give either `other`, a column, or `value`")
        if (self.operator == "in") != isinstance(self.value, list):
            raise ValueError("`in` goes with a list of values, and a list with `in`")
        return self

    def faults(self, columns: Mapping[str, Column]) -> Iterator[Fault]:
        """Yield what makes the rule senseless for these columns, which are those assessed."""
        named: dict[tuple[str, ...], str] = {("column",): self.column}
        if self.other is not None:
            named[("other",)] = self.other
        named |= {("when", name): name for name in self.when}
        hidden = {place: name for place, name in named.items() if name not in columns}
        for place, name in hidden.items():
            yield place, f"`{name}` is not a column that is assessed"
        if not hidden:
            yield from self._compared(columns)

    def _compared(self, columns: Mapping[str, Column]) -> Iterator[Fault]:
        left = columns[self.column]
        if self.operator not in _EQUAL and left.type not in _ORDERED:
            text = f"`{self.operator}` needs numbers or dates; `{self.column}` is a {left.type}"
            yield ("operator",), text
        if self.other is not None and _kind(left) != _kind(columns[self.other]):
            right = columns[self.other].type
            yield ("other",), f"a {left.type} cannot be compared with `{self.other}`, a {right}"
        values = self.value if isinstance(self.value, list) else [self.value]
        checked: list[tuple[tuple[str, ...], Column, object]]
        checked = [(("value",), left, value) for value in values if self.other is None]
        checked += [(("when", name), columns[name], value) for name, value in self.when.items()]
        for place, column, value in checked:
            if said := unfit(value, column):
                yield place, said


def _kind(column: Column) -> str:
    return "number" if column.type == "integer" else column.type


class PublicDomain(Record):
    """What is known about the records without looking at them, and who says so.

    A differentially private generator may use this and nothing else about the data: the public
    bounds and categories of the columns, and what stands here.
    """

    attested_by: Prose = Field(
        description="Who answers for it that all of this is public",
        examples=["Olivia Owner"],
        json_schema_extra=why("No program can see whether a bound came from the data.", "person"),
    )
    statement: Prose = Field(
        description="Where bounds, categories and relations are known from",
        examples=["From the printed form and the published codebook of 1996"],
        json_schema_extra=why("A bound read off the data gives away the record that has it."),
    )
    cells: int = Field(
        64,
        ge=2,
        le=1024,
        description="Cells into which a number's range is cut",
        json_schema_extra=why("More cells are finer, and noisier."),
    )
    logarithmic: tuple[str, ...] = Field(
        (),
        description="Columns whose cells grow with the number, such as incomes",
        examples=[["income"]],
        json_schema_extra=why("Equal cells would put nearly everybody into the first.", "column"),
    )
    edges: tuple[tuple[str, str], ...] = Field(
        (),
        description="Pairs of columns whose relation is always kept; they form no circle",
        examples=[[["income", "loan"]]],
        json_schema_extra=why("What is known to hang together need not be paid for to find out."),
    )
