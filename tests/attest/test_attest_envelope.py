"""An envelope has one spelling; everything else is refused."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import a_release as a
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from synthnb import attest
from synthnb.attest import envelope, exact, statement
from synthnb.errors import UsageError, VerificationError

DATA = attest.sign(a.statement(), [a.ADA, a.GRACE])


def written(value: Any) -> bytes:
    """Write JSON as an envelope is written, whatever it holds."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode() + b"\n"


def changed(change: Callable[[dict[str, Any]], object]) -> bytes:
    value = json.loads(DATA)
    change(value)
    return written(value)


def with_payload(payload: bytes) -> bytes:
    return changed(lambda value: value.update(payload=base64.b64encode(payload).decode()))


def test_what_is_signed_comes_back() -> None:
    parsed = envelope.parse(DATA)
    assert statement.parse(parsed.payload) == a.statement()
    assert [each.keyid for each in parsed.signatures] == sorted([a.ADA.id, a.GRACE.id])
    assert envelope.encode(parsed) == DATA
    assert [each.name for each in envelope.verify(DATA, a.TRUSTED, threshold=2)] == [
        a.TRUSTED[key.public] for key in sorted([a.ADA, a.GRACE], key=lambda key: key.id)
    ]


def test_the_order_of_signers_does_not_matter() -> None:
    assert attest.sign(a.statement(), [a.GRACE, a.ADA]) == DATA


def test_the_signature_is_plain_ed25519_over_the_pre_authentication_encoding() -> None:
    """DSSE v1: "DSSEv1", then length and text of type and payload, each after one space."""
    value = json.loads(attest.sign(a.statement(), [a.ADA]))
    payload, kind = base64.b64decode(value["payload"]), value["payloadType"].encode()
    pae = b" ".join([b"DSSEv1", str(len(kind)).encode(), kind, str(len(payload)).encode(), payload])
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(a.ADA.public))
    public.verify(base64.b64decode(value["signatures"][0]["sig"]), pae)


def test_a_statement_is_an_in_toto_statement_with_sorted_subjects() -> None:
    value = json.loads(a.statement().encode())
    assert value["_type"] == "https://in-toto.io/Statement/v1"
    assert value["predicateType"] == "urn:synthnb:release:1"
    assert value["predicate"] == a.PREDICATE
    assert [each["name"] for each in value["subject"]] == [
        "content/charter.yaml",
        "content/datasheet.html",
        "content/datasheet.pdf",
        "content/notebooks/03_privacy.ipynb",
    ]
    # sha256 of "purpose: a test\n", by sha256sum
    assert value["subject"][0]["digest"] == {
        "sha256": "e1914af42f30e70418c41922ed658fffdbdb925290547b71464084dcde3329d1"
    }


BAD = {
    "nothing": b"",
    "no line feed": DATA[:-1],
    "two line feeds": DATA + b"\n",
    "trailing bytes": DATA + b"x",
    "leading space": b" " + DATA,
    "a byte order mark": b"\xef\xbb\xbf" + DATA,
    "another order": json.dumps(dict(reversed(json.loads(DATA).items()))).encode() + b"\n",
    "spaces": json.dumps(json.loads(DATA), sort_keys=True).encode() + b"\n",
    "escaped letters": DATA.replace(b'"payload"', b'"\\u0070ayload"'),
    "escaped slashes": DATA.replace(b"application/", b"application\\/"),
    "a duplicate key": DATA.replace(b"{", b'{"payload":"",', 1),
    "a duplicate of the same": DATA.replace(
        b'"payloadType"', b'"payloadType":"x","payloadType"', 1
    ),
    "an extra field": changed(lambda value: value.update(extra=1)),
    "a missing field": changed(lambda value: value.pop("signatures")),
    "another type": changed(lambda value: value.update(payloadType="text/plain")),
    "url-safe base64": changed(lambda value: value.update(payload="-_-_")),
    "base64 with a line feed": changed(lambda value: value.update(payload=value["payload"] + "\n")),
    "base64 without padding": changed(lambda value: value.update(payload="QQ")),
    "base64 with loose bits": changed(lambda value: value.update(payload="QR==")),
    "a number for base64": changed(lambda value: value.update(payload=1)),
    "signatures that are no list": changed(lambda value: value.update(signatures={})),
    "reordered signatures": changed(lambda value: value["signatures"].reverse()),
    "a signature twice": changed(lambda value: value["signatures"].append(value["signatures"][1])),
    "a signature with a field": changed(lambda value: value["signatures"][0].update(cert="x")),
    "a signature that is no object": changed(lambda value: value["signatures"].append("x")),
    "a short signature": changed(lambda value: value["signatures"][0].update(sig="QQ==")),
    "an upper-case key id": changed(
        lambda value: value["signatures"][0].update(keyid=a.ADA.id.upper())
    ),
    "a key id that is a number": changed(lambda value: value["signatures"][0].update(keyid=1)),
    "many signatures": changed(
        lambda value: value.update(
            signatures=[
                {"keyid": f"{number:064x}", "sig": value["signatures"][0]["sig"]}
                for number in range(101)
            ]
        )
    ),
    "a list": b"[]\n",
    "NaN": b"NaN\n",
    "a number out of range": b"1e999\n",
    "a number of 5,000 digits": b"9" * 5_000 + b"\n",
    "half a surrogate pair": b'"\\ud800"\n',
    "not UTF-8": b'"\xff"\n',
    "depth": b"[" * 100_000 + b"]" * 100_000 + b"\n",
    "depth without end": b'{"a":' * 2_000_000,
    "quotes without end": b'"' + b'\\"' * 3_000_000,
    "size": b'"' + b"a" * exact.MAX_BYTES + b'"\n',
}


@pytest.mark.parametrize("name", BAD)
def test_an_envelope_with_another_spelling_is_refused(name: str) -> None:
    with pytest.raises(VerificationError):
        envelope.parse(BAD[name])


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_refused_and_break_nothing(data: bytes) -> None:
    with pytest.raises(VerificationError):
        envelope.parse(data)


STATEMENT = json.loads(a.statement().encode())
SUBJECT = STATEMENT["subject"]


@pytest.mark.parametrize(
    "value",
    [
        [],
        {},
        {**STATEMENT, "extra": 1},
        {**STATEMENT, "_type": "https://in-toto.io/Statement/v0.1"},
        {**STATEMENT, "predicateType": ""},
        {**STATEMENT, "predicate": []},
        {**STATEMENT, "subject": []},
        {**STATEMENT, "subject": SUBJECT[::-1]},
        {**STATEMENT, "subject": [SUBJECT[0], SUBJECT[0]]},
        {**STATEMENT, "subject": [{**SUBJECT[0], "uri": "x"}]},
        {**STATEMENT, "subject": [{"name": " content/x ", "digest": SUBJECT[0]["digest"]}]},
        {**STATEMENT, "subject": [{"name": "../x", "digest": SUBJECT[0]["digest"]}]},
        {**STATEMENT, "subject": [{"name": "content/x", "digest": {"sha256": "0" * 63}}]},
        {**STATEMENT, "subject": [{"name": "content/x", "digest": {"sha256": "A" * 64}}]},
        {**STATEMENT, "subject": [{"name": "content/x", "digest": {"sha1": "0" * 40}}]},
        {"type": STATEMENT["_type"], **{k: v for k, v in STATEMENT.items() if k != "_type"}},
    ],
)
def test_a_payload_that_is_no_statement_is_refused(value: Any) -> None:
    with pytest.raises(VerificationError, match="statement"):
        statement.parse(written(value)[:-1])


def nested(depth: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(depth):
        value = {"a": value}
    return value


@pytest.mark.parametrize("depth", [260, 400, 800, 100_000])
def test_a_predicate_that_is_nested_too_deep_is_refused(depth: int) -> None:
    deep = b'{"a":' * depth + b"1" + b"}" * depth
    payload = written({**STATEMENT, "predicate": "HERE"})[:-1].replace(b'"HERE"', deep)
    with pytest.raises(VerificationError):
        statement.parse(payload)
    with pytest.raises(UsageError):
        attest.build(a.CONTENT, nested(depth))


def test_what_can_be_signed_can_be_read() -> None:
    for depth in range(0, 400, 7):
        try:
            signed = attest.build(a.CONTENT, nested(depth))
        except UsageError:
            break
        assert statement.parse(signed.encode()) == signed
    assert depth > 100


def test_a_payload_in_another_spelling_is_refused_even_when_signed() -> None:
    spaced = json.dumps(STATEMENT, sort_keys=True).encode()
    with pytest.raises(VerificationError, match="canonical"):
        statement.parse(envelope.parse(with_payload(spaced)).payload)


@pytest.mark.parametrize(
    "predicate", [{"score": float("nan")}, {"what": object()}, {"what": b"bytes"}, {1: 2}]
)
def test_a_predicate_that_is_not_json_cannot_be_signed(predicate: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="cannot be signed"):
        attest.build(a.CONTENT, predicate)


def test_a_statement_about_a_name_that_leads_elsewhere_cannot_be_signed() -> None:
    with pytest.raises(UsageError, match="leads out of the release"):
        attest.build({"../x": b""}, {})


def test_text_in_a_predicate_is_kept_as_it_is() -> None:
    predicate = {" note ": "  Grüße, 東京 \u2028 "}
    signed = attest.sign(attest.build(a.CONTENT, predicate), [a.ADA])
    assert statement.parse(envelope.parse(signed).payload).predicate == predicate


def test_an_unsigned_envelope_parses_and_does_not_verify() -> None:
    unsigned = attest.sign(a.statement(), [])
    assert envelope.parse(unsigned).signatures == ()
    with pytest.raises(VerificationError, match="not signed"):
        envelope.verify(unsigned, a.TRUSTED)


def test_one_invalid_signature_spoils_a_valid_one() -> None:
    value = json.loads(DATA)
    place = [each["keyid"] for each in value["signatures"]].index(a.GRACE.id)
    value["signatures"][place]["sig"] = base64.b64encode(bytes(64)).decode()
    with pytest.raises(VerificationError, match="signature of Grace Hopper is invalid"):
        envelope.verify(written(value), a.TRUSTED, threshold=1)


def test_a_signature_under_the_id_of_another_key_is_invalid() -> None:
    value = json.loads(attest.sign(a.statement(), [a.STRANGER]))
    value["signatures"][0]["keyid"] = a.ADA.id
    with pytest.raises(VerificationError, match="signature of Ada Lovelace is invalid"):
        envelope.verify(written(value), a.TRUSTED)


def test_an_unknown_signature_beside_a_trusted_one_is_reported() -> None:
    data = attest.sign(a.statement(), [a.ADA, a.STRANGER])
    with pytest.raises(VerificationError, match="not among the trusted keys"):
        envelope.verify(data, a.TRUSTED)


@pytest.mark.parametrize(
    "spelling",
    [
        a.ADA.public.rstrip("="),
        a.ADA.public + "\n",
        " " + a.ADA.public,
        base64.b64decode(a.ADA.public).hex(),
        base64.b64encode(base64.b64decode(a.ADA.public)[:31]).decode(),
        "",
        "é",
    ],
)
def test_one_key_cannot_be_trusted_twice_in_two_spellings(spelling: str) -> None:
    with pytest.raises(UsageError, match="32 bytes in base64"):
        envelope.verify(DATA, {**a.TRUSTED, spelling: "Ada again"}, threshold=2)


def test_a_key_with_loose_bits_in_its_base64_is_refused() -> None:
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    same = a.ADA.public[:-2] + last[last.index(a.ADA.public[-2]) + 1] + "="
    assert base64.b64decode(same) == base64.b64decode(a.ADA.public)
    with pytest.raises(UsageError, match="32 bytes in base64"):
        envelope.verify(DATA, {a.ADA.public: "Ada", same: "Not Ada"}, threshold=2)
