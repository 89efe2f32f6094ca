"""Feedback: what somebody says about released data, what was answered, and what changed.

A remark that is heard and leads nowhere is not heard. So an entry names the release that it is
about, and is settled by an answer; one that changed the rules names the policy that says so.
"""

from __future__ import annotations

from datetime import date
from typing import Literal, Self

from pydantic import Field, model_validator

from synthnb.records.base import SCHEMA_VERSION, Fault, FaultsError, Record
from synthnb.records.guidance import why
from synthnb.records.incident import Line, Target, Text

FeedbackKind = Literal["question", "praise", "complaint", "error", "need", "risk"]


class PolicyChange(Record):
    """The version of a policy in which feedback became a rule."""

    version: str = Field(
        pattern=r"^\d+\.\d+\.\d+$",
        description="Version of the policy from which on it holds",
        examples=["1.3.0"],
        json_schema_extra=why("Anybody can then read both versions and see the difference."),
    )
    rule: str = Field(
        "",
        description="Id of the rule that came or changed; empty for anything else",
        examples=["fairness.representation-low"],
        json_schema_extra=why("The rule's verdicts show whether the change helped.", "rule"),
    )
    what: Line = Field(
        description="What changed, on one line",
        examples=["The smallest group must keep nine tenths of its share, not eight"],
        json_schema_extra=why("Whoever asked for it should recognise it."),
    )


class Answer(Record):
    """What was answered, by whom, and what came of it."""

    by: Line = Field(
        description="Who answers",
        examples=["Farah Fair"],
        json_schema_extra=why("A person answers, not an organisation.", "person"),
    )
    on: date = Field(
        description="When",
        examples=["2026-11-20"],
        json_schema_extra=why("The policy says how long an answer may take."),
    )
    text: Text = Field(
        description="The answer, in words that whoever asked understands",
        examples=["You are right: the group lost a fifth of its share. From 1.3.0 that blocks."],
        json_schema_extra=why("Without one, the feedback stays open."),
    )
    outcome: Literal["explained", "mended", "policy-changed", "declined"] = Field(
        description="What came of it",
        examples=["policy-changed"],
        json_schema_extra=why("`declined` is an honest outcome; silence is none."),
    )
    change: PolicyChange | None = Field(
        None,
        description="Only for `policy-changed`",
        json_schema_extra=why("It ties what was said to the rule that it led to."),
    )

    @model_validator(mode="after")
    def _names_its_change(self) -> Self:
        if (self.outcome == "policy-changed") != (self.change is not None):
            said = "give it for `policy-changed`, and for nothing else"
            raise FaultsError([(("change",), said)])
        return self


class Entry(Record):
    """What one person said about one release."""

    who: Line = Field(
        description="Who says it; a role, where the person does not want to be named",
        examples=["A teacher of statistics"],
        json_schema_extra=why(
            "The same words weigh differently from a user and from a data owner."
        ),
    )
    on: date = Field(
        description="When it was said",
        examples=["2026-11-12"],
        json_schema_extra=why("The time to answer runs from that day."),
    )
    about: Target = Field(
        description="DOSSIER/VERSION, or DOSSIER for every release of it",
        examples=["loanapp/1.0.0"],
        json_schema_extra=why("What is said must be findable where the data is.", "release"),
    )
    kind: FeedbackKind = Field(
        description="What it is; a `risk` to somebody may be an incident, too",
        examples=["error"],
        json_schema_extra=why("Kinds are counted: many questions ask for a better datasheet."),
    )
    text: Text = Field(
        description="What was said, as it was said",
        examples=["Hispanic applicants seem to be rarer than in the real data."],
        json_schema_extra=why("A summary already is an answer."),
    )
    answer: Answer | None = Field(
        None,
        description="What was answered; open until then",
        json_schema_extra=why("Whoever speaks is owed an answer."),
    )

    @model_validator(mode="after")
    def _answered_afterwards(self) -> Self:
        if self.answer is not None and self.answer.on < self.on:
            raise FaultsError([(("answer", "on"), "is before it was said")])
        return self


class Feedback(Record):
    """What readers and users said about released data, and what came of it."""

    schema_version: Literal["1"] = SCHEMA_VERSION
    entries: tuple[Entry, ...] = Field(
        (),
        description="One for each remark, oldest first",
        json_schema_extra=why("Rules that nobody can criticise do not improve."),
    )

    @property
    def open(self) -> tuple[Entry, ...]:
        """Return what nobody has answered."""
        return tuple(entry for entry in self.entries if entry.answer is None)

    @model_validator(mode="after")
    def _said_once(self) -> Self:
        faults: list[Fault] = [
            (("entries", number), "stands there twice")
            for number, entry in enumerate(self.entries)
            if entry in self.entries[:number]
        ]
        if faults:
            raise FaultsError(faults)
        return self
