"""How one column is distributed, binned and with small cells hidden, ready to be drawn."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from synthnb.records.base import Number, Record


class Marginal(Record):
    """Shares of one column in bins, real beside synthetic.

    A real share is None where the bin is hidden: fewer people than may be shown, or too easily
    worked out from the others.
    """

    column: str = Field(description="The column's title")
    unit: str = ""
    ordered: bool = Field(description="Whether the bins have an order, as those of numbers do")
    bins: tuple[str, ...] = Field(description="What each bin holds, in words")
    real: tuple[Number | None, ...]
    synthetic: tuple[Number, ...]
    minimum_cell: int = Field(ge=2, description="Counts below this are hidden")

    @model_validator(mode="after")
    def _as_long(self) -> Self:
        if not len(self.bins) == len(self.real) == len(self.synthetic):
            raise ValueError("bins, real and synthetic differ in length")
        return self
