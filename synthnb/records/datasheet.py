"""The datasheet: everything about one release, from which every rendering is made."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from synthnb.records.base import SCHEMA_VERSION, Digest, Record
from synthnb.records.charter import Charter
from synthnb.records.decision import Decision
from synthnb.records.evidence import Evidence
from synthnb.records.plan import Plan
from synthnb.records.policy import Policy
from synthnb.records.verdict import Verdict


class Template(Record):
    """A notebook template, and whether it is the one that ships with synthnb."""

    name: str
    digest: Digest
    stock: bool


class Datasheet(Record):
    """One version of the record of one synthetic data asset."""

    schema_version: Literal["1"] = SCHEMA_VERSION
    synthnb: str = Field(description="Version of synthnb that wrote it")
    name: str
    version: str = Field(pattern=r"^\d+\.\d+\.\d+$")
    status: Literal["released", "rejected"]
    issued: datetime
    review_due: date
    subject: Digest = Field(description="Digest of records, evidence and templates together")
    previous: str | None = None
    changes: tuple[str, ...] = Field((), description="What changed since the previous version")
    charter: Charter
    plan: Plan
    policy: Policy
    evidence: tuple[Evidence, ...]
    verdict: Verdict
    templates: tuple[Template, ...] = ()
    mode: Literal["draft", "binding"] = Field(
        "draft", description="`draft`: nobody had to approve anything, and every page says so"
    )
    decisions: tuple[Decision, ...] = Field((), description="Approvals and accepted risks")
    signatories: tuple[str, ...] = Field((), description="Who signs this release")
    signing_roles: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="The roles of those who sign, by name"
    )

    @property
    def accepted(self) -> tuple[Decision, ...]:
        """Return the risks that were accepted, with an end to each."""
        return tuple(each for each in self.decisions if each.action == "acceptance")

    def room(self, name: str) -> Evidence | None:
        """Return the evidence of a room, if there is any."""
        return next((each for each in self.evidence if each.room == name), None)
