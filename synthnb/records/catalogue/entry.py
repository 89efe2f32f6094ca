"""One entry of the metric catalogue."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from synthnb.records.base import Number, Record


class Metric(Record):
    """What a number means to somebody who has never seen it."""

    id: str
    title: str
    unit: Literal["share", "difference", "ratio", "score", "p-value", "records", "rows", "number"]
    minimum: Number | None = None
    maximum: Number | None = None
    better: Literal["lower", "higher", "target", "neither"] = Field(
        description="Which direction is good; `target` means near `chance`"
    )
    chance: Number | None = Field(None, description="What chance, or no difference, would give")
    meaning: str = Field(min_length=1, description="One plain sentence")
    remedy: str = Field(min_length=1, description="What to do when it is bad")
    source: str = Field(min_length=1, description="Paper or standard behind it")

    def show(self, value: float) -> str:
        """Return a value as a person would write it, in the metric's unit."""
        if value in {float("inf"), float("-inf")}:
            return "∞" if value > 0 else "−∞"
        if self.unit == "share":
            digits = 2 if 0 < abs(value) < 0.001 else 1
            text = f"{100 * value:.{digits}f} %"
        elif self.unit == "difference":
            text = f"{100 * value:+.1f} points"
        elif self.unit in {"records", "rows"}:
            text = f"{value:,.0f}".replace(",", "\u202f")
        elif self.unit == "p-value":
            text = "< 0.001" if value < 0.001 else f"{value:.3f}"
        else:
            text = f"{value:.3f}"
        return text.replace("-", "−")

    def show_with_interval(self, value: float, low: float | None, high: float | None) -> str:
        """Return a value and its interval, the unit named once in each."""
        if low is None or high is None:
            return self.show(value)
        lower = self.show(low).removesuffix(" points").removesuffix(" %")
        return f"{self.show(value)} ({lower} to {self.show(high)})"

    def show_bound(self, direction: str, limit: float) -> str:
        """Return a limit as a person would write it, e.g. ``at most 1.0 %``."""
        return f"{direction.replace('_', ' ')} {self.show(limit)}"
