"""SLSA Verification Summary Attestations: somebody whom others trust says that a release held.

statement = vsa.summary(
    verifier="https://audit.example/synthnb",
    resource="https://bank.example/reports/lending/1.0.0",
    attestation=release.bundle[attest.ATTESTATION],
    policy={"uri": "https://bank.example/policy.yaml", "digest": {"sha256": "…"}},
    passed=True,
    levels=["SYNTHNB_RELEASE_VERIFIED"],
    when=clock.now(),
)
envelope = attest.sign(statement, [auditor])

Source: SLSA 1.0, Verification Summary Attestation (predicate type
``https://slsa.dev/verification_summary/v1``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, ValidationError, model_validator

from synthnb.attest import layout
from synthnb.attest.statement import Digests, Statement, about
from synthnb.errors import Problem, UsageError, VerificationError
from synthnb.records import Record, sha256

SUMMARY_TYPE = "https://slsa.dev/verification_summary/v1"
SLSA_VERSION = "1.0"
FAILED = "FAILED"

_PLACE = f"{layout.BUNDLE}/{layout.ATTESTATION}"
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!-~]+")
_LEVEL = re.compile(r"SLSA_([A-Z]+)_LEVEL_[0-9]")
_TIME = "%Y-%m-%dT%H:%M:%SZ"


def _uri(text: str) -> str:
    if not _URI.fullmatch(text):
        raise ValueError("expected a URI, e.g. https://audit.example/synthnb")
    return text


def _time(text: str) -> str:
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", text):
        raise ValueError("expected a time as in RFC 3339, e.g. 2026-01-31T12:00:00Z")
    datetime.fromisoformat(text)
    return text


Uri = Annotated[str, AfterValidator(_uri)]
Timestamp = Annotated[str, AfterValidator(_time)]


class _Part(Record):
    """A part of a summary; who reads one ignores what the specification may add to it."""

    model_config = ConfigDict(extra="ignore", populate_by_name=True, str_strip_whitespace=False)


class Verifier(_Part):
    """Who verified."""

    id: Uri


class Policy(_Part):
    """What it was verified against."""

    uri: Uri
    digest: Digests | None = None


class Input(_Part):
    """One attestation that was looked at."""

    uri: Uri | None = None
    digest: Digests


class Summary(_Part):
    """What a verifier says about an attestation.

    Attributes
    ----------
    verifier : Verifier
    time_verified : str
        When, in RFC 3339.
    resource_uri : str
        What the attestation is the one of, so that it cannot be passed off as that of another.
    policy : Policy
    input_attestations : tuple of Input
        Everything signed that was looked at, or nothing.
    verification_result : {"PASSED", "FAILED"}
    verified_levels : tuple of str
        One level for each SLSA track, or words of one's own; ``FAILED`` alone when it failed.
    slsa_version : str
    """

    verifier: Verifier
    time_verified: Timestamp = Field(alias="timeVerified")
    resource_uri: Uri = Field(alias="resourceUri")
    policy: Policy
    input_attestations: tuple[Input, ...] = Field((), alias="inputAttestations")
    verification_result: Literal["PASSED", "FAILED"] = Field(alias="verificationResult")
    verified_levels: tuple[str, ...] = Field(alias="verifiedLevels")
    slsa_version: str = Field(SLSA_VERSION, alias="slsaVersion")

    @model_validator(mode="after")
    def _levels_hold(self) -> Self:
        levels = self.verified_levels
        failed = self.verification_result == FAILED
        if failed != (levels == (FAILED,)) or FAILED in levels[1:]:
            raise ValueError("verified levels are FAILED alone when, and only when, it failed")
        tracks = [match[1] for each in levels if (match := _LEVEL.fullmatch(each))]
        if len(tracks) != len(set(tracks)) or len(set(levels)) != len(levels):
            raise ValueError("verified levels name one SLSA track twice")
        wrong = [each for each in levels if not each or not each.isprintable()]
        wrong += [
            each for each in levels if each.startswith("SLSA_") and not _LEVEL.fullmatch(each)
        ]
        if wrong:
            raise ValueError(f"{wrong[0]!a} is no SLSA level, and only those begin with SLSA_")
        return self

    @property
    def passed(self) -> bool:
        """Return whether the verification passed."""
        return self.verification_result == "PASSED"


def summary(
    *,
    verifier: str,
    resource: str,
    attestation: bytes,
    policy: Mapping[str, Any],
    passed: bool,
    levels: Sequence[str],
    when: datetime,
    others: Mapping[str, bytes] | None = None,
) -> Statement:
    """Return a statement that somebody verified a release.

    Parameters
    ----------
    verifier : str
        URI of who verified. Who relies on the summary must know with which key they sign.
    resource : str
        URI of the release, without ``#``.
    attestation : bytes
        The envelope of the release's attestation, which is what the statement is about.
    policy : mapping
        ``uri`` and, if it can be given, ``digest`` (``sha256``) of what it was verified against.
    passed : bool
        Whether every check held.
    levels : sequence of str
        What was verified: at most one level of each SLSA track (``SLSA_BUILD_LEVEL_0`` to ``3``),
        and words of one's own that do not begin with ``SLSA_``. When it did not pass this is
        ``FAILED``, whatever is given.
    when : datetime
        When it was verified.
    others : mapping of str to bytes, optional
        Everything else signed that was looked at, by its name below ``bundle/``, e.g. approvals:
        the specification wants all or none.

    Raises
    ------
    UsageError
        With everything that the specification does not allow.
    """
    looked_at = {layout.ATTESTATION: attestation, **(others or {})}
    try:
        value = Summary(
            verifier=Verifier(id=verifier),
            time_verified=when.astimezone(UTC).strftime(_TIME),
            resource_uri=_plain(resource),
            policy=Policy.model_validate(dict(policy)),
            input_attestations=tuple(
                Input(uri=f"{resource}#{layout.BUNDLE}/{name}", digest=Digests(sha256=sha256(data)))
                for name, data in sorted(looked_at.items())
            ),
            verification_result="PASSED" if passed else "FAILED",
            verified_levels=tuple(levels) if passed else (FAILED,),
        )
    except (ValidationError, ValueError) as exc:
        raise UsageError("This summary cannot be made.", _faults(exc)) from exc
    subject = [{"name": _PLACE, "digest": {"sha256": sha256(attestation)}}]
    predicate = value.model_dump(mode="json", by_alias=True, exclude_none=True)
    return about(subject, predicate, SUMMARY_TYPE)


def read(statement: Statement, attestation: bytes) -> Summary:
    """Return what a summary says about an attestation; whoever signed it.

    The signature, who the verifier is and which release it is about are for the caller to compare
    with what was expected.

    Raises
    ------
    VerificationError
        When it is no summary, or one about another attestation.
    """
    if statement.predicate_type != SUMMARY_TYPE:
        raise VerificationError(f"the statement is not a summary ({SUMMARY_TYPE}).")
    if sha256(attestation) not in statement.digests.values():
        raise VerificationError("the summary is about another attestation.")
    try:
        return Summary.model_validate(statement.predicate)
    except ValidationError as exc:
        raise VerificationError("the summary is not as SLSA has it.", _faults(exc)) from exc


def _plain(resource: str) -> str:
    if "#" in resource:
        raise ValueError("the resource's URI has a part after #")
    return resource


def _faults(exc: ValueError) -> list[Problem]:
    if not isinstance(exc, ValidationError):
        return [Problem("resourceUri", str(exc))]
    return [
        Problem(".".join(map(str, each["loc"])), each["msg"].removeprefix("Value error, "))
        for each in exc.errors(include_url=False, include_input=False)
    ]
