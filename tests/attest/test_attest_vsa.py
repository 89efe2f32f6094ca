"""A verification summary is as SLSA 1.0 has it, and says nothing about any other attestation."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import a_release as a
import jsonschema
import pytest

from synthnb import attest
from synthnb.attest import envelope, statement, vsa
from synthnb.errors import UsageError, VerificationError
from synthnb.records import sha256

ENVELOPE = a.release(a.ADA).bundle[attest.ATTESTATION]
WHEN = datetime(2026, 1, 31, 12, 30, tzinfo=UTC)
POLICY = {"uri": "https://bank.example/policy.yaml", "digest": {"sha256": "ab" * 32}}
RESOURCE = "https://bank.example/reports/lending/1.0.0"

URI = {"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9+.-]*:[!-~]+$"}
DIGESTS = {
    "type": "object",
    "minProperties": 1,
    "additionalProperties": {"type": "string", "pattern": "^[0-9a-f]+$"},
}
SLSA_RESULT = {
    "type": "string",
    # the five results of the specification, and custom ones that do not begin with SLSA_
    "anyOf": [
        {"enum": [*(f"SLSA_BUILD_LEVEL_{level}" for level in range(4)), "FAILED"]},
        {"not": {"pattern": "^SLSA_"}},
    ],
}
# Written by hand after the field list of the specification (SLSA 1.0) and of in-toto's
# ResourceDescriptor and Statement 1.
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["_type", "subject", "predicateType", "predicate"],
    "additionalProperties": False,
    "properties": {
        "_type": {"const": "https://in-toto.io/Statement/v1"},
        "subject": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["digest"],
                "properties": {"name": {"type": "string"}, "digest": DIGESTS},
            },
        },
        "predicateType": {"const": "https://slsa.dev/verification_summary/v1"},
        "predicate": {
            "type": "object",
            "required": [
                "verifier",
                "timeVerified",
                "resourceUri",
                "policy",
                "verificationResult",
                "verifiedLevels",
            ],
            "additionalProperties": False,  # extensions have names that are URIs; there are none
            "properties": {
                "verifier": {"type": "object", "required": ["id"], "properties": {"id": URI}},
                "timeVerified": {
                    "type": "string",
                    "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$",
                },
                "resourceUri": URI,
                "policy": {
                    "type": "object",
                    "required": ["uri"],
                    "properties": {"uri": URI, "digest": DIGESTS},
                },
                "inputAttestations": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["digest"],
                        "properties": {"uri": URI, "digest": DIGESTS},
                    },
                },
                "verificationResult": {"enum": ["PASSED", "FAILED"]},
                "verifiedLevels": {"type": "array", "items": SLSA_RESULT},
                "dependencyLevels": {"type": "object"},
                "slsaVersion": {"type": "string", "pattern": r"^\d+\.\d+$"},
            },
        },
    },
}


def summary(**changes: Any) -> attest.Statement:
    given: dict[str, Any] = {
        "verifier": "https://audit.example/synthnb",
        "resource": RESOURCE,
        "attestation": ENVELOPE,
        "policy": POLICY,
        "passed": True,
        "levels": ["SYNTHNB_RELEASE_VERIFIED"],
        "when": WHEN,
    }
    return vsa.summary(**given | changes)


def payload(made: attest.Statement) -> Any:
    return json.loads(envelope.parse(attest.sign(made, [a.GRACE])).payload)


def test_a_summary_has_the_fields_of_the_specification_and_no_others() -> None:
    signed = payload(summary())
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(signed, SCHEMA)
    assert signed == {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [
            {"name": "bundle/attestation.dsse.json", "digest": {"sha256": sha256(ENVELOPE)}}
        ],
        "predicateType": "https://slsa.dev/verification_summary/v1",
        "predicate": {
            "verifier": {"id": "https://audit.example/synthnb"},
            "timeVerified": "2026-01-31T12:30:00Z",
            "resourceUri": RESOURCE,
            "policy": POLICY,
            "inputAttestations": [
                {
                    "uri": f"{RESOURCE}#bundle/attestation.dsse.json",
                    "digest": {"sha256": sha256(ENVELOPE)},
                }
            ],
            "verificationResult": "PASSED",
            "verifiedLevels": ["SYNTHNB_RELEASE_VERIFIED"],
            "slsaVersion": "1.0",
        },
    }


REQUIRED = SCHEMA["properties"]["predicate"]["required"]


@pytest.mark.parametrize("field", REQUIRED)
def test_a_summary_without_a_required_field_is_refused(field: str) -> None:
    signed = payload(summary())
    del signed["predicate"][field]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(signed, SCHEMA)
    made = statement.Statement.model_validate(signed)
    with pytest.raises(VerificationError, match=f"not as SLSA has it[^$]*{field}"):
        vsa.read(made, ENVELOPE)


def test_a_failed_verification_has_the_level_failed_and_no_other() -> None:
    made = summary(passed=False, levels=["SLSA_BUILD_LEVEL_3"])
    jsonschema.validate(payload(made), SCHEMA)
    found = vsa.read(made, ENVELOPE)
    assert not found.passed
    assert (found.verification_result, found.verified_levels) == ("FAILED", ("FAILED",))


def test_everything_signed_that_was_looked_at_is_listed_by_name() -> None:
    made = summary(others={"approval-ada.dsse.json": b"one", "3.tlog-proof": b"two"})
    jsonschema.validate(payload(made), SCHEMA)
    found = vsa.read(made, ENVELOPE).input_attestations
    assert [(each.uri, each.digest.sha256) for each in found] == [
        (f"{RESOURCE}#bundle/3.tlog-proof", sha256(b"two")),
        (f"{RESOURCE}#bundle/approval-ada.dsse.json", sha256(b"one")),
        (f"{RESOURCE}#bundle/attestation.dsse.json", sha256(ENVELOPE)),
    ]


def test_a_policy_may_lack_a_digest_and_times_are_written_in_utc() -> None:
    there = WHEN.astimezone(timezone(timedelta(hours=5)))
    made = summary(policy={"uri": "urn:policy:1"}, when=there, levels=["SLSA_BUILD_LEVEL_0"])
    jsonschema.validate(payload(made), SCHEMA)
    found = vsa.read(made, ENVELOPE)
    assert found.time_verified == "2026-01-31T12:30:00Z"
    assert found.policy == vsa.Policy(uri="urn:policy:1")
    assert found.passed


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"verifier": "the audit office"}, "id: expected a URI"),
        ({"verifier": ""}, "id: expected a URI"),
        ({"resource": "reports/lending/1.0.0"}, "expected a URI"),
        ({"resource": "https://bank.example/#x"}, "has a part after #"),
        ({"policy": {}}, "uri: Field required"),
        ({"policy": {"uri": "policy.yaml"}}, "uri: expected a URI"),
        ({"policy": POLICY | {"digest": {"sha256": "x"}}}, "digest.sha256: expected 64"),
        ({"levels": ["FAILED"]}, "FAILED alone when, and only when, it failed"),
        ({"levels": ["GOOD", "FAILED"]}, "FAILED alone when, and only when, it failed"),
        ({"levels": ["SLSA_BUILD_LEVEL_1", "SLSA_BUILD_LEVEL_2"]}, "one SLSA track twice"),
        ({"levels": ["GOOD", "GOOD"]}, "twice"),
        ({"levels": ["SLSA_SYNTHNB"]}, "is no SLSA level"),
        ({"levels": [""]}, "is no SLSA level"),
    ],
)
def test_what_the_specification_does_not_allow_is_refused(
    changes: dict[str, Any], reason: str
) -> None:
    with pytest.raises(UsageError, match="cannot be made") as caught:
        summary(**changes)
    assert reason in str(caught.value)


def test_a_summary_of_another_attestation_or_of_no_kind_is_refused() -> None:
    with pytest.raises(VerificationError, match="about another attestation"):
        vsa.read(summary(), ENVELOPE + b" ")
    with pytest.raises(VerificationError, match="is not a summary"):
        vsa.read(a.statement(), ENVELOPE)


def test_what_the_specification_may_add_is_ignored_and_what_contradicts_is_refused() -> None:
    signed = payload(summary())
    more = deepcopy(signed)
    more["predicate"]["verifier"]["version"] = {"synthnb": "1.0"}
    more["predicate"]["https://audit.example/extension"] = 1
    made = statement.Statement.model_validate(more)
    assert vsa.read(made, ENVELOPE) == vsa.read(summary(), ENVELOPE)
    for field, value in (
        ("verificationResult", "passed"),
        ("verificationResult", "FAILED"),
        ("timeVerified", "yesterday"),
        ("timeVerified", "2026-13-31T12:30:00Z"),
        ("verifiedLevels", "SLSA_BUILD_LEVEL_1"),
        ("verifiedLevels", ["FAILED"]),
        ("inputAttestations", [{"uri": RESOURCE}]),
    ):
        wrong = deepcopy(signed)
        wrong["predicate"][field] = value
        with pytest.raises(VerificationError, match="not as SLSA has it"):
            vsa.read(statement.Statement.model_validate(wrong), ENVELOPE)


def test_a_signed_summary_is_an_envelope_like_any_other_in_a_bundle() -> None:
    signed = attest.sign(summary(), [a.GRACE])
    envelope.verify(signed, a.TRUSTED)
    parsed = statement.parse(envelope.parse(signed).payload)
    assert vsa.read(parsed, ENVELOPE).verifier.id == "https://audit.example/synthnb"
    release = a.release(a.ADA, **{"summary.dsse.json": signed})
    assert a.failures(attest.verify(release, a.TRUSTED)) == []
