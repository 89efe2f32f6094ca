"""The parts of a charter: people, uses, sources, the split, the task, limits and the review."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from synthnb.records.base import Number, Prose, Record
from synthnb.records.guidance import why

_DURATION = re.compile(
    r"P(?=\d|T\d)(?:\d+Y)?(?:\d+M)?(?:\d+W)?(?:\d+D)?(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+S)?)?"
)


def _duration(text: str) -> str:
    if not _DURATION.fullmatch(text):
        raise ValueError("expected an ISO 8601 duration such as P6M (six months) or P1Y (a year)")
    return text


Duration = Annotated[str, AfterValidator(_duration)]


class Person(Record):
    """Somebody who answers for something."""

    name: Prose = Field(
        description="Name as it should stand in the datasheet",
        examples=["Olivia Owner"],
        json_schema_extra=why("A person answers for the data, not a mailbox.", "person"),
    )
    organisation: str = Field(
        "",
        description="Where this person works",
        examples=["Example Bank, credit risk"],
        json_schema_extra=why("A reader outside needs to know whom they write to."),
    )
    contact: Prose = Field(
        description="How a reader reaches them, e.g. an e-mail address",
        examples=["data-owner@bank.example"],
        json_schema_extra=why("Whoever finds a fault in the data must have somebody to tell."),
    )


class UseCase(Record):
    """One use that the data is made for."""

    title: Prose = Field(
        description="Short name of the use",
        examples=["Teaching credit scoring"],
        json_schema_extra=why("The datasheet lists permitted uses by this name."),
    )
    task: Prose = Field(
        description="What is done, e.g. 'predict approval of an application'",
        examples=["Predict approval of an application from the applicant's finances"],
        json_schema_extra=why("What the data must be good at decides how its use is measured."),
    )
    model_type: Prose = Field(
        description="Models to be trained, e.g. 'gradient boosting'",
        examples=["Logistic regression and gradient boosting"],
        json_schema_extra=why("A table that serves one kind of model may fail another."),
    )
    decision: Prose = Field(
        description="Which decision about people it affects, and how",
        examples=["None about real people: the models are exercises and are thrown away."],
        json_schema_extra=why("A reviewer weighs the risk by what it can do to somebody."),
    )


class Audience(Record):
    """Who may have the data."""

    who: Prose = Field(
        description="Who they are",
        examples=["Students and teachers of statistics"],
        json_schema_extra=why("Privacy depends on who could try to break it."),
    )
    access: Literal["open", "registered", "restricted", "internal"] = Field(
        description="How they get it",
        examples=["registered"],
        json_schema_extra=why("What is open can never be called back; restricted access can end."),
    )


class Source(Record):
    """One real table behind the synthetic one."""

    kind: Literal["real", "control", "reference", "external", "earlier"] = Field(
        description=(
            "real: the records to learn from; control: a hold-out that no generator may see; "
            "reference: population shares; external: what an attacker may hold; earlier: a "
            "synthetic table about the same people that was released before (several, in order)"
        ),
        examples=["real"],
        json_schema_extra=why("Each kind is used by other tests; exactly one is `real`."),
    )
    path: Prose = Field(
        description="Path (from the dossier) or URI of a CSV or Parquet file",
        examples=["data/loans.csv"],
        json_schema_extra=why("The notebooks read it; the datasheet shows the file's name only."),
    )
    row: Prose = Field(
        title="What one row is",
        description="What one row is, e.g. 'one mortgage application'",
        examples=["One application for a mortgage; nobody has two"],
        json_schema_extra=why("If a person has several rows, each test must keep them together."),
    )
    collection: Prose = Field(
        description="How, when and by whom it was collected",
        examples=["All applications of 2024 in three branches, from the loan system; none by post"],
        json_schema_extra=why("Who is missing in the source is missing in the synthetic table."),
    )
    legal_basis: Prose = Field(
        description="On what legal basis it is used here",
        examples=["GDPR Art. 6(1)(f), assessment LIA-2025-07 of 3 March 2025"],
        json_schema_extra=why("Making synthetic data is a use of the real data, and needs one."),
    )
    retention: Prose = Field(
        description="How long the real data is kept, and then what",
        examples=["Until the review of March 2027, then deleted by the data owner"],
        json_schema_extra=why("The synthetic table must not become a reason to keep the real one."),
    )
    sha256: str | None = Field(
        None,
        title="SHA-256",
        description="Expected sha256 of the file, if you pin it",
        examples=["64 hex digits, as `sha256sum` prints them"],
        json_schema_extra=why("Then nobody can exchange the file unnoticed."),
    )
    dataset: str = Field(
        "",
        title="Data set",
        description=(
            "Name of the data set, the same in every dossier that uses it: privacy losses of all "
            "its releases add up under this name"
        ),
        examples=["loans-2024"],
        json_schema_extra=why("Two tables from one source give away more than each by itself."),
    )


class Split(Record):
    """How the real records are divided, once, before any generator sees them."""

    control: float = Field(
        0.5,
        ge=0,
        lt=1,
        description="Share that only the assessment sees; 0 where none was kept",
        examples=[0.5],
        json_schema_extra=why("Without records that no generator saw, no leak can be measured."),
    )
    tuning: float = Field(
        0.0,
        ge=0,
        lt=1,
        description="Share for a parameter sweep",
        examples=[0.2],
        json_schema_extra=why("Tuning on the control would spend it before the assessment."),
    )
    unit: str | None = Field(
        None,
        description="Column naming the privacy unit; all its rows stay together",
        examples=["customer_id"],
        json_schema_extra=why("Or half of a person would stand on each side.", "column"),
    )
    strata: tuple[str, ...] = Field(
        (),
        description="Columns whose shares every part keeps",
        examples=[["region"]],
        json_schema_extra=why("A rare group may else end up on one side alone.", "column"),
    )
    seed: int = Field(
        0,
        ge=0,
        description="Seed of the split",
        json_schema_extra=why("So that anybody can divide the records again in the same way."),
    )

    @model_validator(mode="after")
    def _leaves_train(self) -> Self:
        if self.control + self.tuning >= 1:
            raise ValueError("control and tuning together leave nothing to train on")
        return self


class Task(Record):
    """The machine-learning task that the data must serve."""

    target: str = Field(
        description="Column to predict; it has the role `target`",
        examples=["approved"],
        json_schema_extra=why("Fitness for training is measured on this column.", "column"),
    )
    kind: Literal["classification", "regression"] = Field(
        "classification",
        description="Whether a class or a number is predicted",
        json_schema_extra=why("ROC AUC is measured for one, R² for the other."),
    )
    positive: str | None = Field(
        None,
        title="Favourable value",
        description="Value of the target that is the favourable outcome",
        examples=["yes"],
        json_schema_extra=why("Fairness compares who gets the favourable outcome, and how often."),
    )
    acceptable_loss: float | None = Field(
        None,
        ge=0,
        description=(
            "How much worse than real training data, in ROC AUC (classification) or R² "
            "(regression); tightens the policy's limit on `utility.task.loss`"
        ),
        examples=[0.05],
        json_schema_extra=why("Said before the result is known, it is a limit; after, an excuse."),
    )
    explanatory: tuple[str, ...] = Field(
        (),
        title="Explanatory columns",
        description=(
            "Columns that may legitimately explain who gets the outcome, such as the credit "
            "history: gaps are also measured among people who are alike in them"
        ),
        examples=[["credit_history"]],
        json_schema_extra=why("A gap that remains among likes is harder to explain.", "column"),
    )


class Threshold(Record):
    """A limit that this charter sets tighter than the policy does."""

    rule: str = Field(
        description="Id of the policy rule",
        examples=["fairness.representation-low"],
        json_schema_extra=why("The verdict then holds your limit instead of the floor.", "rule"),
    )
    limit: Number = Field(
        description="The tighter limit, in the unit of the metric",
        examples=[0.9],
        json_schema_extra=why("A limit looser than the policy's is refused."),
    )
    reason: Prose = Field(
        description="Why this use needs it",
        examples=["The audit compares small groups, which cannot afford to lose a tenth."],
        json_schema_extra=why("Whoever inherits the limit must know when it may be lifted."),
    )


class Review(Record):
    """When all of this is looked at again."""

    cadence: Duration = Field(
        description="ISO 8601 duration, e.g. P6M",
        examples=["P6M"],
        json_schema_extra=why("Attacks improve and populations change; no assessment holds long."),
    )
    triggers: tuple[Prose, ...] = Field(
        min_length=1,
        description="What brings a review forward, one per line",
        examples=[["A new extract", "A new attack in the literature", "A complaint"]],
        json_schema_extra=why("What cannot wait for the date must be named beforehand."),
    )
    owner: str = Field(
        "",
        description="Role that must act",
        examples=["data owner"],
        json_schema_extra=why("What is overdue goes to this role.", "role"),
    )


class Assignment(Record):
    """A person in a role."""

    role: Prose = Field(
        description="Name of the role, as in the policy",
        examples=["privacy officer"],
        json_schema_extra=why("The policy asks for approval by role.", "role"),
    )
    name: Prose = Field(
        description="Who holds it here",
        examples=["Pat Privacy"],
        json_schema_extra=why("Readers and reviewers ask people, not roles.", "person"),
    )
    responsible_for: str = Field(
        "",
        description="What this person decides or does",
        examples=["The privacy assessment, and approval of a release"],
        json_schema_extra=why("So that nothing falls between two roles."),
    )
