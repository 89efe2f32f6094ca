"""DSSE envelopes that have one spelling, and who signed them.

The encoding is canonical JSON (sorted keys, no spaces, plain base64), signatures sorted by key id,
and one line feed at the end. `parse` accepts nothing else, so an envelope has no byte that may
change unnoticed.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from synthnb.attest import exact, keys
from synthnb.attest.keys import PrivateKey
from synthnb.attest.statement import Statement
from synthnb.errors import Problem, UsageError, VerificationError

PAYLOAD_TYPE = "application/vnd.in-toto+json"
MAX_SIGNATURES = 100

_FIELDS = {"payload", "payloadType", "signatures"}


class Signature(NamedTuple):
    """One signature, by the id of the key that is said to have made it."""

    keyid: str
    value: bytes


class Parsed(NamedTuple):
    """What an envelope holds: the signed bytes and their signatures, sorted by key id."""

    payload: bytes
    signatures: tuple[Signature, ...]


@dataclass(frozen=True)
class Signer:
    """What came of one signature.

    Attributes
    ----------
    keyid : str
        The id of the key.
    name : str or None
        Whose key it is, when it is a trusted one.
    state : {"valid", "invalid", "unknown"}
        Unknown when no trusted key has that id.
    """

    keyid: str
    name: str | None
    state: Literal["valid", "invalid", "unknown"]


def sign(statement: Statement, signers: Iterable[PrivateKey]) -> bytes:
    """Return the canonical envelope of a statement, signed by each key; by none is possible."""
    from securesystemslib.dsse import Envelope
    from securesystemslib.signer import CryptoSigner

    envelope = Envelope(statement.encode(), PAYLOAD_TYPE, {})
    for key in signers:
        envelope.sign(CryptoSigner(key.ed25519))
    signatures = (
        Signature(each.keyid, bytes.fromhex(each.signature))
        for each in envelope.signatures.values()
    )
    return encode(Parsed(envelope.payload, tuple(signatures)))


def encode(parsed: Parsed) -> bytes:
    """Return the one encoding of an envelope."""
    value = {
        "payload": base64.b64encode(parsed.payload).decode(),
        "payloadType": PAYLOAD_TYPE,
        "signatures": [
            {"keyid": each.keyid, "sig": base64.b64encode(each.value).decode()}
            for each in sorted(parsed.signatures)
        ],
    }
    return exact.spell(value, "the envelope") + b"\n"


def parse(data: bytes) -> Parsed:
    """Return what an envelope holds, if it is spelt as `encode` spells it.

    Raises
    ------
    VerificationError
        When it is not JSON, too large, too deep, not a DSSE envelope of an in-toto statement,
        holds more than that, or is not byte for byte the encoding of what was parsed.
    """
    value = exact.load(data, "the envelope", end=b"\n")
    if not isinstance(value, dict) or set(value) != _FIELDS:
        raise VerificationError(
            "the envelope does not have exactly the fields payload, payloadType and signatures."
        )
    if value["payloadType"] != PAYLOAD_TYPE:
        raise VerificationError(
            f"the envelope does not hold an in-toto statement ({PAYLOAD_TYPE})."
        )
    signatures = value["signatures"]
    if not isinstance(signatures, list) or len(signatures) > MAX_SIGNATURES:
        raise VerificationError(f"the envelope needs a list of 0 to {MAX_SIGNATURES} signatures.")
    parsed = Parsed(_bytes(value["payload"]), tuple(map(_signature, signatures)))
    keyids = [each.keyid for each in parsed.signatures]
    if keyids != sorted(set(keyids)):
        raise VerificationError(
            "the envelope's signatures are not sorted by key id, or one key signed twice."
        )
    if encode(parsed) != data:
        raise VerificationError("the envelope is not in canonical form.")
    return parsed


def signers(parsed: Parsed, trusted: Mapping[str, str]) -> tuple[Signer, ...]:
    """Return what came of each signature.

    Parameters
    ----------
    parsed : Parsed
        An envelope.
    trusted : mapping of str to str
        Public keys (32 bytes in base64) and whose they are.

    Raises
    ------
    UsageError
        When a trusted key is not spelt plainly; one key cannot stand there twice.
    """
    from securesystemslib.dsse import Envelope
    from securesystemslib.exceptions import UnverifiedSignatureError
    from securesystemslib.signer import Signature as Signed
    from securesystemslib.signer import SSlibKey

    pae = Envelope(parsed.payload, PAYLOAD_TYPE, {}).pae()
    known = {keys.key_id(public): (public, name) for public, name in trusted.items()}
    found = []
    for each in parsed.signatures:
        if each.keyid not in known:
            found.append(Signer(each.keyid, None, "unknown"))
            continue
        public, name = known[each.keyid]
        value = {"public": keys.raw(public).hex()}
        try:
            SSlibKey(each.keyid, "ed25519", "ed25519", value).verify_signature(
                Signed(each.keyid, each.value.hex()), pae
            )
        except UnverifiedSignatureError:
            found.append(Signer(each.keyid, name, "invalid"))
        else:
            found.append(Signer(each.keyid, name, "valid"))
    return tuple(found)


def faults(found: Iterable[Signer], threshold: int = 1) -> tuple[str, ...]:
    """Return what stands against a set of signatures, one plain line each.

    An unknown key's signature counts against the envelope: nobody here could tell whether it was
    altered. A person with two keys counts once towards the threshold.
    """
    found = tuple(found)
    if not found:
        return ("not signed",)
    lines = [
        f"signed with key {keys.short(each.keyid)}, which is not among the trusted keys"
        if each.state == "unknown"
        else f"the signature of {spoken(each)} is invalid"
        for each in found
        if each.state != "valid"
    ]
    people = {each.name for each in found if each.state == "valid"}
    if not lines and len(people) < threshold:
        lines.append(f"signed by {len(people)} of the {threshold} trusted people it needs")
    return tuple(lines)


def verify(data: bytes, trusted: Mapping[str, str], threshold: int = 1) -> tuple[Signer, ...]:
    """Return who signed an envelope, all of them trusted and every signature valid.

    Parameters
    ----------
    data : bytes
        The envelope.
    trusted : mapping of str to str
        Public keys (32 bytes in base64) and whose they are.
    threshold : int
        How many different people must have signed.

    Raises
    ------
    VerificationError
        When the envelope is not canonical, not signed, signed by an unknown key, has an invalid
        signature, or is signed by too few.
    """
    if threshold < 1:
        raise UsageError(f"At least one signature is needed, got a threshold of {threshold}.")
    found = signers(parse(data), trusted)
    wrong = faults(found, threshold)
    if wrong:
        raise VerificationError(
            "The envelope does not hold.", [Problem("", line) for line in wrong]
        )
    return found


def spoken(signer: Signer) -> str:
    """Return whose signature it is, as it may be printed."""
    name = signer.name or ""
    return name if name.isprintable() else ascii(name)


def _signature(value: Any) -> Signature:
    if not isinstance(value, dict) or set(value) != {"keyid", "sig"}:
        raise VerificationError("a signature does not have exactly the fields keyid and sig.")
    keyid = value["keyid"]
    if not isinstance(keyid, str) or not re.fullmatch(r"[0-9a-f]{64}", keyid):
        raise VerificationError("a signature's keyid is not 64 lower-case hex digits.")
    signature = _bytes(value["sig"])
    if len(signature) != 64:
        raise VerificationError("a signature is not 64 bytes long.")
    return Signature(keyid, signature)


def _bytes(value: Any) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except (TypeError, ValueError, binascii.Error):
        raise VerificationError("the envelope holds something that is not base64.") from None
