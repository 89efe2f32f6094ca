"""Decisions: who agreed to what, or refused it, each signed over the digest of what it is about."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal, Self

from pydantic import Field, model_validator

from synthnb.records.base import SCHEMA_VERSION, Prose, Record
from synthnb.records.policy import Action


class Decision(Record):
    """One person's answer to one question.

    An acceptance of a risk names the finding that it is about and the day until which it holds.
    """

    schema_version: Literal["1"] = SCHEMA_VERSION
    action: Action
    answer: Literal["approve", "reject"]
    dossier: str
    about: str = Field(description="What was decided on, in words: a file, a run or a version")
    by: Prose
    role: Prose = Field(description="The role in which the person decided")
    time: datetime
    comment: str = ""
    criterion: str = Field("", description="For a rejection: the rule or criterion that it cites")
    finding: str = Field("", description="For an acceptance: id of the finding")
    until: date | None = Field(None, description="For an acceptance: the last day that it holds")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        is_acceptance = self.action == "acceptance"
        if is_acceptance != bool(self.finding) or is_acceptance != (self.until is not None):
            raise ValueError("an acceptance, and nothing else, has a finding and a last day")
        if (is_acceptance or self.answer == "reject") and not self.comment.strip():
            raise ValueError("a rejection or an acceptance needs a reason")
        return self


class Withdrawal(Record):
    """A release that may no longer be used."""

    schema_version: Literal["1"] = SCHEMA_VERSION
    dossier: str
    version: str
    reason: Prose
    superseded_by: str = ""
    time: datetime


class Standing(Record):
    """What became of one release."""

    dossier: str
    version: str
    attestation: str
    state: Literal["in force", "superseded", "withdrawn", "retired", "rejected"]
    note: str = ""
    incidents: tuple[str, ...] = Field((), description="Open incidents about it, a line each")


class StatusList(Record):
    """What became of every release, until a day: only this can say that one is *not* withdrawn."""

    schema_version: Literal["1"] = SCHEMA_VERSION
    log: str = Field(description="Name of the ledger")
    issued: datetime
    until: datetime
    releases: tuple[Standing, ...]


class Opinion(Record):
    """What a reviewer or external auditor found, signed over a release."""

    schema_version: Literal["1"] = SCHEMA_VERSION
    dossier: str
    version: str
    kind: Literal["audit", "model compliance"]
    by: Prose
    role: Prose
    time: datetime
    conclusion: Literal["in order", "in order with concerns", "not in order"]
    findings: tuple[Prose, ...] = ()
