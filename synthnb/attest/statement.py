"""What is signed: an in-toto Statement over the digests of every file of a release.

The Statement is that of the in-toto Attestation Framework, version 1: a list of subjects (names
with digests), a predicate type, and a predicate that the caller fills.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import Field, JsonValue, ValidationError, model_validator

from synthnb.attest import exact, layout
from synthnb.errors import Problem, UsageError, VerificationError
from synthnb.records import Record, sha256
from synthnb.records.base import Digest

STATEMENT_TYPE: Literal["https://in-toto.io/Statement/v1"] = "https://in-toto.io/Statement/v1"
RELEASE_TYPE = "urn:synthnb:release:1"


class Digests(Record):
    """The digests of one file."""

    sha256: Digest


class Subject(Record):
    """One file that a statement is about, by its name within the release."""

    name: str
    digest: Digests


class Statement(Record, str_strip_whitespace=False):
    """A claim about files: these bytes, and this about them.

    Attributes
    ----------
    subject : tuple of Subject
        Sorted by name, each name once, e.g. ``content/datasheet.html``.
    predicate_type : str
        What kind of claim; ``urn:synthnb:release:1`` for a release.
    predicate : dict
        The claim itself.
    """

    type: Literal["https://in-toto.io/Statement/v1"] = Field(STATEMENT_TYPE, alias="_type")
    subject: tuple[Subject, ...] = Field(min_length=1)
    predicate_type: str = Field(alias="predicateType", min_length=1)
    predicate: dict[str, JsonValue]

    @model_validator(mode="after")
    def _names_hold(self) -> Self:
        names = [each.name for each in self.subject]
        if names != sorted(set(names)):
            raise ValueError("subjects are not sorted by name, or one stands there twice")
        wrong = layout.problems(names)
        if wrong:
            raise ValueError(f"subject {wrong[0]}")
        return self

    @property
    def digests(self) -> dict[str, str]:
        """Return the sha256 of each subject by name."""
        return {each.name: each.digest.sha256 for each in self.subject}

    def encode(self) -> bytes:
        """Return the bytes that are signed."""
        return exact.spell(self.model_dump(mode="json", by_alias=True), "the statement")


def build(
    content: Mapping[str, bytes],
    predicate: Mapping[str, Any],
    predicate_type: str = RELEASE_TYPE,
) -> Statement:
    """Return the statement of a release.

    Parameters
    ----------
    content : mapping of str to bytes
        Every file of ``content/``, by its name below that folder.
    predicate : mapping
        What is claimed about them; anything that JSON can hold.
    predicate_type : str
        What kind of claim.

    Raises
    ------
    UsageError
        When a name may not be in a release or the predicate is not JSON.
    """
    subject = [
        {"name": f"{layout.CONTENT}/{name}", "digest": {"sha256": sha256(content[name])}}
        for name in sorted(content)
    ]
    return about(subject, predicate, predicate_type)


def about(
    subject: list[dict[str, Any]], predicate: Mapping[str, Any], predicate_type: str
) -> Statement:
    """Return a statement about subjects that are already digested, e.g. an attestation."""
    try:
        statement = Statement.model_validate(
            {
                "_type": STATEMENT_TYPE,
                "subject": subject,
                "predicateType": predicate_type,
                "predicate": dict(predicate),
            }
        )
        statement.encode()
    except (ValidationError, VerificationError) as exc:
        raise UsageError("This statement cannot be signed.", _faults(exc)) from exc
    return statement


def parse(payload: bytes) -> Statement:
    """Return the statement that a payload spells, byte for byte.

    Raises
    ------
    VerificationError
        When the payload is no statement, or not the canonical encoding of one.
    """
    value = exact.load(payload, "the statement")
    try:
        statement = Statement.model_validate(value)
    except ValidationError as exc:
        raise VerificationError(
            "the statement is not an in-toto Statement v1 of synthnb.", _faults(exc)
        ) from exc
    if statement.encode() != payload:
        raise VerificationError("the statement is not in canonical form.")
    return statement


def _faults(exc: ValidationError | VerificationError) -> list[Problem]:
    if isinstance(exc, VerificationError):
        return [Problem("predicate", exc.message)]
    return [
        Problem(".".join(map(str, each["loc"])), each["msg"].removeprefix("Value error, "))
        for each in exc.errors(include_url=False, include_input=False)
    ]
