"""RFC 3161 timestamps: a third party says that bytes existed at a time.

token = timestamp.request(envelope, "https://tsa.example/tsr")
timestamp.check(token, envelope, [Path("tsa-root.pem").read_bytes()])  # a datetime in UTC

A token is kept in one spelling. A response holds much that nobody signed: a text about its status,
the order of its certificates, names of algorithms that stand there twice. `canonical` leaves out or
spells anew whatever is not signed, as `check` expects it, so that no byte may change unnoticed. The
one freedom that is left is that of ECDSA, which has two signatures for one: whoever writes the
other one proves the same time.

Sources: RFC 3161; RFC 5816; RFC 5652 (Cryptographic Message Syntax).
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Sequence
from datetime import UTC, datetime
from types import ModuleType
from typing import TYPE_CHECKING, NamedTuple

from synthnb.attest import der, post
from synthnb.attest.der import INTEGER, NULL, OCTETS, OID, SEQUENCE, SET, Element
from synthnb.errors import MissingExtraError, SynthnbError, UsageError, VerificationError

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

SUFFIX = ".tsr"
MAX_BYTES = 100_000  # real ones have 1,000 to 10,000
MAX_CERTIFICATES = 20

_QUERY = "application/timestamp-query"
_CONTEXT = 0xA0  # [0], constructed
_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
_TST_INFO = bytes.fromhex("2a864886f70d0109100104")
_RSA = bytes.fromhex("2a864886f70d010101")
_ECDSA_WITH = bytes.fromhex("2a8648ce3d0403")  # and 2, 3, 4 for the hashes below
_SHA2 = bytes.fromhex("6086480165030402")  # and 1, 2, 3 for these, as the library spells them
_HASHES = {
    f"2.16.840.1.101.3.4.2.{number}": f"sha{size}"
    for number, size in ((1, 256), (2, 384), (3, 512))
}


class _Parts(NamedTuple):
    """What of a response matters: everything signed, and what it takes to check that."""

    info: bytes
    certificates: tuple[bytes, ...]
    leaf: bytes
    digest: int
    attributes: bytes
    signature: bytes


class _Info(NamedTuple):
    """What a response says: about which hash, in answer to what, and when."""

    algorithm: str
    imprint: bytes
    nonce: int | None
    time: datetime


def request(data: bytes, url: str, timeout: float = 30.0) -> bytes:
    """Ask a timestamp authority for a token about bytes; only their SHA-256 leaves the house.

    Parameters
    ----------
    data : bytes
        What must have existed, e.g. the envelope of an attestation.
    url : str
        The authority's address, http or https. Errors never repeat it.
    timeout : float
        Seconds within which the whole answer must be there.

    Returns
    -------
    bytes
        A TimeStampResp in DER, in the one form that `check` accepts. Whether its signer is to be
        trusted has not been looked at: that takes `check` and root certificates.

    Raises
    ------
    UsageError
        When the address is not one of http or https, or holds a name or password.
    SynthnbError
        When the server cannot be reached, is too slow, refuses, or answers with anything but a
        timestamp.
    VerificationError
        When the answer is one to another question, or about other bytes.
    MissingExtraError
        When rfc3161-client is not installed.
    """
    library = _library()
    hashed = library.HashAlgorithm.SHA256
    asked = library.TimestampRequestBuilder().data(data).hash_algorithm(hashed).build()
    reply = post.post(url, asked.as_bytes(), _QUERY, timeout, MAX_BYTES)
    _check_status(reply)
    try:
        token = canonical(reply)
        info = _info(token)
    except VerificationError as exc:
        raise SynthnbError(
            "The timestamp server answered with something that is not a timestamp.",
            advice=post.ADVICE,
        ) from exc
    if info.nonce != asked.nonce or not _is_about(info, data):
        raise VerificationError(
            "the timestamp is the answer to another question.", advice=post.ADVICE
        )
    return token


def check(token: bytes, data: bytes, roots: Sequence[bytes]) -> datetime:
    """Return the time at which bytes existed, as a trusted authority says.

    Parameters
    ----------
    token : bytes
        As `request` returned it.
    data : bytes
        What it must be about.
    roots : sequence of bytes
        PEM files with the root certificates of the timestamp authorities that are trusted.
        Certificates need to be valid at the time of the timestamp, not now; whether one was
        revoked is not looked at, for that takes the network.

    Returns
    -------
    datetime
        In UTC. The authority may state an accuracy; it is not added.

    Raises
    ------
    VerificationError
        When the token is about other bytes, is damaged, has another form than `canonical` gives,
        or was not signed by an authority whose certificate leads to one of the roots and is for
        timestamps.
    UsageError
        When a root is not a certificate, or there is none.
    MissingExtraError
        When rfc3161-client is not installed.
    """
    trusted = _roots(roots)
    time = claimed(token, data)
    parts = _parse(token)
    _check_purpose(_certificate(parts.leaf))
    _check_chain(parts, trusted)
    # One root at a time: of two with the same name, OpenSSL takes one and looks no further.
    if not any(_holds(token, data, root) for root in trusted):
        raise VerificationError(
            "the timestamp is not validly signed by a trusted timestamp authority."
        )
    return time


def claimed(token: bytes, data: bytes) -> datetime:
    """Return the time that a token states about bytes, whoever signed it: this proves nothing.

    Raises
    ------
    VerificationError
        As in `check`, but for the signature and the certificates.
    """
    if canonical(token) != token:
        raise VerificationError(
            "the timestamp is not in canonical form.",
            advice="it was edited or rewritten by another program; get the release again",
        )
    info = _info(token)
    if not _is_about(info, data):
        raise VerificationError("the timestamp is about other data.")
    return info.time


def canonical(response: bytes) -> bytes:
    """Return the one spelling of a response, for one that another program fetched.

    What is signed stays as it is; `openssl ts -verify` accepts the result as it accepts the
    original.

    Raises
    ------
    VerificationError
        When it is not a granted response in DER with one signer and that signer's certificate.
    """
    return _spell(_parse(response))


def _parse(response: bytes) -> _Parts:
    try:
        if len(response) > MAX_BYTES:
            raise ValueError("too large")
        status, token = der.unwrap(response, SEQUENCE)
        if der.split(status.value)[0].raw != der.join(INTEGER, b"\0"):
            raise ValueError("not granted")
        content_type, content = der.split(token.value)
        if content_type.value != _SIGNED_DATA or content.tag != _CONTEXT:
            raise ValueError("not signed data")
        return _signed_data(der.unwrap(content.value, SEQUENCE))
    except (ValueError, IndexError):
        raise VerificationError("is not a timestamp (a TimeStampResp in DER).") from None


def _signed_data(fields: list[Element]) -> _Parts:
    """Return what matters of a SignedData; ValueError where it has another shape."""
    _, _, encapsulated, *optional, signers = fields
    info_type, info = der.split(encapsulated.value)
    if info_type.value != _TST_INFO or info.tag != _CONTEXT:
        raise ValueError("not about a time")
    (octets,) = der.split(info.value)
    held = [each for field in optional if field.tag == _CONTEXT for each in der.split(field.value)]
    certificates = tuple(sorted({each.raw for each in held}))
    if octets.tag != OCTETS or len(certificates) > MAX_CERTIFICATES:
        raise ValueError("not about a time")
    (signer,) = der.split(signers.value)
    _, identity, digest, attributes, _, signature, *_ = der.split(signer.value)
    (leaf,) = [each for each in certificates if _identity(each) == identity.value]
    algorithm = der.split(digest.value)[0].value
    if algorithm[:-1] != _SHA2 or algorithm[-1] not in {1, 2, 3}:
        raise ValueError("another hash")
    if attributes.tag != _CONTEXT or signature.tag != OCTETS:
        raise ValueError("not signed")
    return _Parts(
        octets.value, certificates, leaf, algorithm[-1], attributes.value, signature.value
    )


def _identity(certificate: bytes) -> bytes:
    """Return issuer and serial number of a certificate, as it spells them."""
    signed, outer, signature = der.unwrap(certificate, SEQUENCE)
    fields = der.split(signed.value)
    if fields[0].tag == _CONTEXT:
        fields = fields[1:]
    serial, algorithm, issuer, *_ = fields
    # Nothing else outside what is signed: who checks the signature does not look at these two.
    if algorithm.raw != outer.raw or signature.value[:1] != b"\0":
        raise ValueError("not as RFC 5280 has it")
    return issuer.raw + serial.raw


def _spell(parts: _Parts) -> bytes:
    """Return the one encoding of a granted response."""
    digest = der.join(SEQUENCE, der.join(OID, _SHA2, bytes([parts.digest])), der.join(NULL))
    signer = der.join(
        SEQUENCE,
        der.join(INTEGER, b"\1"),
        der.join(SEQUENCE, _identity(parts.leaf)),
        digest,
        der.join(_CONTEXT, parts.attributes),
        _algorithm(parts),
        der.join(OCTETS, parts.signature),
    )
    info = der.join(_CONTEXT, der.join(OCTETS, parts.info))
    signed = der.join(
        SEQUENCE,
        der.join(INTEGER, b"\3"),
        der.join(SET, digest),
        der.join(SEQUENCE, der.join(OID, _TST_INFO), info),
        der.join(_CONTEXT, *parts.certificates),
        der.join(SET, signer),
    )
    token = der.join(SEQUENCE, der.join(OID, _SIGNED_DATA), der.join(_CONTEXT, signed))
    return der.join(SEQUENCE, der.join(SEQUENCE, der.join(INTEGER, b"\0")), token)


def _algorithm(parts: _Parts) -> bytes:
    """Return how the signer signs: the name that goes with its key and the hash."""
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    certificate = _certificate(parts.leaf)
    try:
        key = certificate.public_key()
    except Exception as exc:  # `cryptography` has no one error for a key that it cannot read
        raise VerificationError("the timestamp authority's key cannot be read.") from exc
    if isinstance(key, RSAPublicKey):
        return der.join(SEQUENCE, der.join(OID, _RSA), der.join(NULL))
    if isinstance(key, EllipticCurvePublicKey):
        return der.join(SEQUENCE, der.join(OID, _ECDSA_WITH, bytes([parts.digest + 1])))
    raise VerificationError("the timestamp authority's key is neither RSA nor ECDSA.")


def _is_about(info: _Info, data: bytes) -> bool:
    algorithm = _HASHES.get(info.algorithm)
    return algorithm is not None and info.imprint == hashlib.new(algorithm, data).digest()


def _check_purpose(certificate: Certificate) -> None:
    from cryptography import x509
    from cryptography.x509.oid import ExtendedKeyUsageOID

    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except Exception:  # it has many errors for extensions, and they share no base
        usage = None
    purpose = [ExtendedKeyUsageOID.TIME_STAMPING]
    if usage is None or not usage.critical or list(usage.value) != purpose:
        raise VerificationError(
            "the timestamp was signed with a certificate that is not for timestamps only."
        )


def _check_chain(parts: _Parts, roots: Sequence[Certificate]) -> None:
    """See that every certificate in a token leads to a root, so that none may change unnoticed."""
    from cryptography import x509

    known: list[x509.Certificate] = list(roots)
    left = [each for each in map(_certificate, parts.certificates) if each not in known]
    while found := [each for each in left if any(_issued(each, by) for by in known)]:
        known += found
        left = [each for each in left if each not in found]
    if _certificate(parts.leaf) in left:
        raise VerificationError("the timestamp authority is not among the trusted ones.")
    if left:
        raise VerificationError(
            "the timestamp holds a certificate that leads to none of the trusted roots.",
            advice="trust that certificate's root too, if it is one of the same authority",
        )


def _holds(token: bytes, data: bytes, root: Certificate) -> bool:
    """Return whether the signature holds, and every certificate up to a root at that time."""
    library = _library()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            verifier = library.VerifierBuilder(roots=[root]).build()
            verifier.verify_message(library.decode_timestamp_response(token), data)
    except Exception:  # whatever a stranger's bytes do to the library, they prove nothing
        return False
    return True


def _issued(certificate: Certificate, by: Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(by)
    except Exception:  # it has no one error for a signature, a name or a key that does not fit
        return False
    return True


def _certificate(data: bytes) -> Certificate:
    from cryptography import x509

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return x509.load_der_x509_certificate(data)
    except Exception as exc:
        raise VerificationError("the timestamp holds a damaged certificate.") from exc


def _roots(roots: Sequence[bytes]) -> list[Certificate]:
    from cryptography import x509

    try:
        found = [each for pem in roots for each in x509.load_pem_x509_certificates(pem)]
    except ValueError as exc:
        raise UsageError(
            "A trusted root of timestamp authorities is not a certificate.",
            advice="give files in PEM, which begin with -----BEGIN CERTIFICATE-----",
        ) from exc
    if not found:
        raise UsageError(
            "No timestamp authority is trusted.", advice="give the root certificate of one, in PEM"
        )
    return found


def _info(token: bytes) -> _Info:
    library = _library()
    try:
        info = library.decode_timestamp_response(token).tst_info
        imprint = info.message_imprint
        algorithm = imprint.hash_algorithm.dotted_string
        return _Info(algorithm, imprint.message, info.nonce, info.gen_time.astimezone(UTC))
    except ValueError as exc:
        raise VerificationError("is not a timestamp (a TimeStampResp in DER).") from exc


def _library() -> ModuleType:
    try:
        import rfc3161_client
    except ImportError:
        raise MissingExtraError("rfc3161-client, which reads timestamps,", "timestamp") from None
    module: ModuleType = rfc3161_client
    return module


def _check_status(reply: bytes) -> None:
    """Tell a refusal from something that is no answer at all; its text is a stranger's."""
    try:
        status = der.split(der.unwrap(reply, SEQUENCE)[0].value)[0]
    except (ValueError, IndexError):
        return
    if status.tag == INTEGER and status.value != b"\0":
        number = int.from_bytes(status.value, "big")
        raise SynthnbError(f"The timestamp server refused (status {number}).", advice=post.ADVICE)
