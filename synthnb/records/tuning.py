"""A sweep over approved configurations, and what came of it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from synthnb.records.base import SCHEMA_VERSION, Digest, Number, Record, Value


class Score(Record):
    """One objective of one trial; smaller is better."""

    metric: str
    about: str = Field("", description="Which group, where the metric has several")
    value: Number
    low: Number
    high: Number


class Trial(Record):
    """One configuration that was tried."""

    number: int = Field(ge=0)
    configuration: str = Field(description="Id of the approved configuration")
    generator: str
    parameters: dict[str, Value] = Field(default_factory=dict)
    scores: tuple[Score, ...] = Field((), description="In the order of the objectives")
    error: str = Field("", description="Why there are no scores")


class Tuning(Record):
    """The result of a sweep."""

    schema_version: Literal["1"] = SCHEMA_VERSION
    key: Digest = Field(description="Digest of everything that the sweep depends on")
    seed: int
    asked: int = Field(description="Trials that were asked for")
    fit_rows: int = Field(description="Records that each trial learnt from")
    test_rows: int = Field(description="Records that each trial was assessed on")
    objectives: tuple[str, ...]
    left_out: tuple[str, ...] = Field((), description="What was not tried or measured, and why")
    trials: tuple[Trial, ...]
    front: tuple[int, ...] = Field(description="Trials that no other one beats in everything")
    recommended: int | None = None
    reasons: tuple[str, ...] = ()

    @property
    def failed(self) -> int:
        """Return the number of trials without scores."""
        return sum(bool(trial.error) for trial in self.trials)

    def trial(self, number: int) -> Trial:
        """Return a trial by its number."""
        return next(trial for trial in self.trials if trial.number == number)
