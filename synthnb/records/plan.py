"""The plan: how the synthetic table comes to be."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import Field, model_validator

from synthnb.records.base import (
    SCHEMA_VERSION,
    FaultsError,
    Prose,
    Record,
    Value,
    digest,
    file_name,
)
from synthnb.records.mitigation import Blend, Condition, Enforce, Scenario, Stratify

BRING_YOUR_OWN = "bring-your-own"


def _without_words(body: Any) -> Any:
    if isinstance(body, dict):
        return {key: _without_words(each) for key, each in body.items() if key != "rationale"}
    return [_without_words(each) for each in body] if isinstance(body, list) else body


class Guarantee(Record):
    """What the generator is claimed to guarantee, before any test of the claim."""

    kind: Literal["none", "differential-privacy"] = "none"
    statement: Prose = Field(
        description="The claim in one sentence; for `none`, that there is none"
    )
    epsilon: float | None = Field(None, gt=0)
    delta: float | None = Field(None, ge=0, lt=1)
    unit: str = Field("", description="Whose presence is protected, and under which adjacency")

    @model_validator(mode="after")
    def _says_its_budget(self) -> Self:
        if self.kind == "differential-privacy" and (self.epsilon is None or self.delta is None):
            raise ValueError("a differential-privacy claim needs epsilon and delta")
        if self.kind == "none" and (self.epsilon is not None or self.delta is not None):
            raise ValueError("epsilon and delta are given, but kind is `none`")
        return self


class External(Record):
    """A synthetic table that was made elsewhere."""

    path: Prose = Field(description="Path (from the dossier) of the CSV or Parquet file")
    tool: Prose = Field(description="What made it, with its version")
    description: Prose = Field(description="How it was made, and from which records")


class Plan(Record):
    """Which generator runs with which parameters, and why this one."""

    schema_version: Literal["1"] = SCHEMA_VERSION
    generator: str = Field(min_length=1, description="See `synthnb generators`")
    parameters: dict[str, Value] = Field(default_factory=dict)
    seed: int = Field(0, ge=0, le=2**31 - 1)
    rows: int | None = Field(None, gt=0, description="As many as there are to learn from, if empty")
    conditions: tuple[Condition, ...] = ()
    stratify: Stratify | None = None
    scenarios: tuple[Scenario, ...] = ()
    enforce: Enforce | None = None
    blend: Blend | None = Field(None, description="Publishes real records; weakens every promise")
    guarantee: Guarantee
    author: str = Field("", description="Who wrote this plan, and so may not review its assessment")
    rationale: Prose = Field(description="Why this generator, these parameters, this guarantee")
    external: External | None = Field(None, description="Only for `bring-your-own`")

    def published(self) -> Plan:
        """Return the plan as a datasheet may show it: a file name, but no folder."""
        if self.external is None:
            return self
        external = self.external.model_copy(update={"path": file_name(self.external.path)})
        return self.model_copy(update={"external": external})

    def configuration(self, table: str = "") -> str:
        """Return the digest of what decides how the table comes to be.

        Seed, number of rows and words are left out: another seed is no other configuration.

        Parameters
        ----------
        table : str
            sha256 of a table that was brought.
        """
        options = ("conditions", "stratify", "scenarios", "enforce", "blend")
        body = self.model_dump(mode="json", include={"generator", "parameters", *options})
        return digest([_without_words(body), table])

    @property
    def mitigated(self) -> bool:
        """Return whether the plan asks for more than a plain sample of its generator."""
        asked = (self.conditions, self.stratify, self.scenarios, self.enforce, self.blend)
        return any(asked)

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if self.generator == BRING_YOUR_OWN and self.external is None:
            raise FaultsError([(("external",), "say where the table is and what made it")])
        if self.generator != BRING_YOUR_OWN and self.external is not None:
            text = f"is only for `{BRING_YOUR_OWN}`, not `{self.generator}`"
            raise FaultsError([(("external",), text)])
        return self
