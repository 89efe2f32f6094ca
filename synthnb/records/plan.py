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
from synthnb.records.guidance import why
from synthnb.records.mitigation import Blend, Condition, Enforce, Scenario, Stratify

BRING_YOUR_OWN = "bring-your-own"


def _without_words(body: Any) -> Any:
    if isinstance(body, dict):
        return {key: _without_words(each) for key, each in body.items() if key != "rationale"}
    return [_without_words(each) for each in body] if isinstance(body, list) else body


class Guarantee(Record):
    """What the generator is claimed to guarantee, before any test of the claim."""

    kind: Literal["none", "differential-privacy"] = Field(
        "none",
        description="Whether anything mathematical limits what the table gives away",
        json_schema_extra=why("Most generators guarantee nothing, and a reader must know."),
    )
    statement: Prose = Field(
        description="The claim in one sentence; for `none`, that there is none",
        examples=["There is no formal guarantee: the copula is fitted without noise."],
        json_schema_extra=why("It stands in the datasheet word for word."),
    )
    epsilon: float | None = Field(
        None,
        gt=0,
        description="Privacy loss that is claimed",
        examples=[3.0],
        json_schema_extra=why("The audit looks for a larger loss than claimed."),
    )
    delta: float | None = Field(
        None,
        ge=0,
        lt=1,
        description="Probability with which the claim may fail",
        examples=[1e-6],
        json_schema_extra=why("Epsilon means nothing without it; well below 1 in the records."),
    )
    unit: str = Field(
        "",
        description="Whose presence is protected, and under which adjacency",
        examples=["One applicant, added or removed"],
        json_schema_extra=why("A guarantee per row protects nobody who has many rows."),
    )

    @model_validator(mode="after")
    def _says_its_budget(self) -> Self:
        if self.kind == "differential-privacy" and (self.epsilon is None or self.delta is None):
            raise ValueError("a differential-privacy claim needs epsilon and delta")
        if self.kind == "none" and (self.epsilon is not None or self.delta is not None):
            raise ValueError("epsilon and delta are given, but kind is `none`")
        return self


class External(Record):
    """A synthetic table that was made elsewhere."""

    path: Prose = Field(
        description="Path (from the dossier) of the CSV or Parquet file",
        examples=["data/synthetic.csv"],
        json_schema_extra=why("The run assesses this file instead of making one."),
    )
    tool: Prose = Field(
        description="What made it, with its version",
        examples=["synthpop 1.8-0"],
        json_schema_extra=why("What is known about the tool's faults applies to the table."),
    )
    description: Prose = Field(
        description="How it was made, and from which records",
        examples=["CART models in the order of the columns, from the training half alone"],
        json_schema_extra=why("If it saw the control records, no privacy test is valid."),
    )


class Plan(Record):
    """Which generator runs with which parameters, and why this one."""

    schema_version: Literal["1"] = SCHEMA_VERSION
    generator: str = Field(
        min_length=1,
        description="See `synthnb generators`",
        examples=["gaussian-copula"],
        json_schema_extra=why(
            "The policy approves generators and ranges of settings.", "generator"
        ),
    )
    parameters: dict[str, Value] = Field(
        default_factory=dict,
        description="Settings of the generator; one that is left out has its default",
        examples=[{"epochs": 300}],
        json_schema_extra=why("Any that the policy does not approve blocks the release."),
    )
    seed: int = Field(
        0,
        ge=0,
        le=2**31 - 1,
        description="Seed of the generator",
        json_schema_extra=why("So that anybody can make the same table again."),
    )
    rows: int | None = Field(
        None,
        gt=0,
        description="As many as there are to learn from, if empty",
        examples=[1000],
        json_schema_extra=why("More rows repeat what is known; they add no people."),
    )
    conditions: tuple[Condition, ...] = Field(
        (),
        description="Rows that must come with some values given",
        json_schema_extra=why("For instance more of a group that is too small to be audited."),
    )
    stratify: Stratify | None = Field(
        None,
        description="Groups get stated shares of the rows",
        json_schema_extra=why("Generators drift from the shares that groups really have."),
    )
    scenarios: tuple[Scenario, ...] = Field(
        (),
        description="Named cases that make up a stated share of the rows",
        json_schema_extra=why("For instance a downturn, to see what a model does in it."),
    )
    enforce: Enforce | None = Field(
        None,
        description="Rows that break a rule of the charter are drawn anew",
        json_schema_extra=why("It costs some likeness; say why it is worth it."),
    )
    blend: Blend | None = Field(
        None,
        description="Publishes real records; weakens every promise",
        json_schema_extra=why("If you do not know why you need it, you do not."),
    )
    guarantee: Guarantee
    author: str = Field(
        "",
        description="Who wrote this plan, and so may not review its assessment",
        examples=["Sam Scientist"],
        json_schema_extra=why(
            "Nobody approves their own plan; without an author nobody may.", "person"
        ),
    )
    rationale: Prose = Field(
        description="Why this generator, these parameters, this guarantee",
        examples=[
            "It is the plainest approved generator: fitted in seconds, nothing tuned. We expect it "
            "to keep single columns and pairs, and to blur what depends on three at once."
        ],
        json_schema_extra=why("A reviewer asks what else was tried, and what is expected to fail."),
    )
    external: External | None = Field(
        None,
        description="Only for `bring-your-own`",
        json_schema_extra=why("A table made elsewhere has to tell its own history."),
    )

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
