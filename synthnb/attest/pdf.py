"""A PAdES signature in a PDF: invisible, by an X.509 certificate, and no change allowed after it.

signed = pdf.sign_pdf(data, Path("office.p12"), passphrase, when=clock.now(), reason="Approved")
pdf.check_pdf(signed, [Path("root.pem").read_bytes()])  # who, when, and whether it holds

A PDF is signed before the digests of a release are taken, for it changes with its signature. What
was there before stays as it was, byte for byte; the signature comes after it. Two signatures over
the same bytes differ: the file's identifier is drawn by chance, and so are ECDSA and RSA-PSS
signatures. A signed PDF is therefore not reproducible; the one without the signature is.

Sources: ISO 32000-1, 12.8; ETSI EN 319 142-1 (PAdES baseline B-B).
"""

from __future__ import annotations

import io
import logging
import os
import re
import stat
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from synthnb import clock
from synthnb.errors import (
    KeyFileError,
    MissingExtraError,
    SynthnbError,
    UsageError,
    VerificationError,
)

FIELD = "Signature"

_BYTE_RANGE = re.compile(rb"/ByteRange\s*\[")
_MAX_P12 = 1_000_000
T = TypeVar("T")


@dataclass(frozen=True)
class PdfSigner:
    """What came of the signature in a PDF.

    Attributes
    ----------
    name : str
        What the certificate calls its holder. A stranger's text: anybody can make a certificate in
        any name, so it means something only where `trusted` holds.
    claimed : datetime or None
        When it was signed, as the signer says; nobody else vouches for it.
    intact : bool
        Whether the signature is valid over the bytes that it covers.
    whole : bool
        Whether it covers the whole file.
    trusted : bool
        Whether the certificate leads to one of the roots.
    """

    name: str
    claimed: datetime | None
    intact: bool
    whole: bool
    trusted: bool

    @property
    def faults(self) -> tuple[str, ...]:
        """Return what stands against the signature, one plain line each."""
        found = (
            (self.intact, "the PDF was changed after it was signed"),
            (self.whole, "the signature does not cover the whole PDF"),
            (self.trusted, "the certificate leads to none of the trusted roots"),
        )
        return tuple(line for holds, line in found if not holds)


def has_signature(pdf: bytes) -> bool:
    """Return whether a PDF seems to hold a signature; cheap, and without pyHanko.

    Every signature names the bytes that it covers, outside anything compressed. A text that looks
    like that is taken for one too, which `check_pdf` then tells.
    """
    return _BYTE_RANGE.search(pdf) is not None


def sign_pdf(pdf: bytes, p12: Path, passphrase: str, *, when: datetime, reason: str) -> bytes:
    """Return a PDF with an invisible signature that allows no change.

    Parameters
    ----------
    pdf : bytes
        Not signed yet. If it is PDF/A and PDF/UA, it stays so.
    p12 : Path
        PKCS#12 file with certificate and key, and the certificates between it and its root.
    passphrase : str
        Opens that file.
    when : datetime
        The time of signing that the signature states.
    reason : str
        Why it is signed; every reader of PDFs shows it.

    Raises
    ------
    KeyFileError
        When the file is missing, readable by others, or does not open with that passphrase.
    SynthnbError
        When the PDF cannot be signed, e.g. because it is signed already.
    MissingExtraError
        When pyHanko is not installed.
    """
    _library()
    held = _read(p12)
    return _apart(lambda: _sign(pdf, _signer(held, p12, passphrase), when.astimezone(UTC), reason))


def check_pdf(
    pdf: bytes, roots: Sequence[bytes] = (), *, moment: datetime | None = None
) -> PdfSigner:
    """Return who signed a PDF, and whether the signature holds.

    Parameters
    ----------
    pdf : bytes
        With one signature.
    roots : sequence of bytes
        PEM files with the root certificates that are trusted; a certificate that signs itself is
        its own root. With none, nobody is trusted. Nothing is fetched, so that a certificate that
        was revoked is not noticed.
    moment : datetime, optional
        When the certificate must be valid: now, unless something proves that the signature is
        older, e.g. a timestamp of the release.

    Raises
    ------
    VerificationError
        When the PDF is not signed, signed more than once, or too damaged to tell.
    UsageError
        When a root is not a certificate.
    MissingExtraError
        When pyHanko is not installed.
    """
    _library()
    if not has_signature(pdf):
        raise VerificationError("the PDF is not signed.")
    at = (moment or clock.now()).astimezone(UTC)
    trusted = _certificates(roots)
    return _apart(lambda: _check(pdf, trusted, at))


def _sign(pdf: bytes, signer: Any, when: datetime, reason: str) -> bytes:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.sign import fields, signers

    class Quiet(IncrementalPdfFileWriter):  # type: ignore[misc]
        """Leaves the metadata alone: the clock and time zone of a machine are nobody's business."""

        def _update_meta(self) -> None:
            pass

    class Dated(signers.PdfSigner):  # type: ignore[misc]
        """Signs at a given time, and leaves the file at PDF 1.7, on which PDF/A-3 is built."""

        def register_extensions(self, pdf_out: Any, **_: Any) -> None:
            pdf_out.register_extension(signers.constants.ESIC_EXTENSION_1)

        def init_signing_session(self, *args: Any, **kwargs: Any) -> Any:
            session = super().init_signing_session(*args, **kwargs)
            session.system_time = when
            return session

    field = fields.SigFieldSpec(
        FIELD,
        # PDF/A wants it printed and not hidden, PDF/UA then wants it outside the page.
        invis_sig_settings=fields.InvisSigSettings(box_out_of_bounds=True),
        readable_field_name=FIELD,
    )
    meta = signers.PdfSignatureMetadata(
        field_name=FIELD,
        subfilter=fields.SigSeedSubFilter.PADES,
        md_algorithm=_hash(signer),
        reason=reason,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
    )
    out = io.BytesIO()
    try:
        writer = Quiet(io.BytesIO(pdf))
        Dated(meta, signer=signer, new_field_spec=field).sign_pdf(writer, output=out)
    except (PdfError, ValueError) as exc:
        raise SynthnbError(
            "The PDF could not be signed.",
            advice="is it a PDF without a signature, and the key one for signing?",
        ) from exc
    return out.getvalue()


def _check(pdf: bytes, trusted: list[Any], at: datetime) -> PdfSigner:
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import KeyUsageConstraints, validate_pdf_signature
    from pyhanko.sign.validation.status import SignatureCoverageLevel
    from pyhanko_certvalidator import ValidationContext

    context = ValidationContext(trust_roots=trusted, allow_fetching=False, moment=at)
    usage = KeyUsageConstraints(
        key_usage={"digital_signature", "non_repudiation"}, match_all_key_usages=False
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a stranger's bytes
            (signature,) = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
            status = validate_pdf_signature(signature, context, key_usage_settings=usage)
            subject = status.signing_cert.subject
            claimed = status.signer_reported_dt
            intact = bool(status.intact and status.valid and status.docmdp_ok)
    except Exception as exc:  # whatever a stranger's bytes do to the library, they prove nothing
        raise VerificationError(
            "the PDF is not signed once and readably.", advice="get the release again"
        ) from exc
    common = subject.native.get("common_name")
    name = common if isinstance(common, str) else subject.human_friendly
    return PdfSigner(
        name=name if name.isprintable() else ascii(name),
        claimed=claimed.astimezone(UTC) if claimed else None,
        intact=intact,
        whole=status.coverage == SignatureCoverageLevel.ENTIRE_FILE,
        trusted=bool(trusted) and intact and status.trusted,
    )


def _signer(held: bytes, p12: Path, passphrase: str) -> Any:
    from pyhanko.sign.signers import SimpleSigner

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of old ciphers, in a file that is only read
            signer = SimpleSigner.load_pkcs12_data(held, (), passphrase.encode())
    except Exception:  # the library has no one error for this, and some repeat what they were given
        raise KeyFileError(
            f"{p12} does not open: the passphrase is wrong, or it is not a PKCS#12 file with a "
            "certificate and its key.",
            advice="try the passphrase again, or make the file with `openssl pkcs12 -export`",
        ) from None
    return signer


def _hash(signer: Any) -> str:
    """Return the hash to sign with; Ed25519 has its own (RFC 8419)."""
    algorithm: str = signer.signing_cert.public_key.algorithm
    return "sha512" if algorithm == "ed25519" else "sha256"


def _certificates(roots: Sequence[bytes]) -> list[Any]:
    from asn1crypto import pem, x509

    try:
        found = [
            x509.Certificate.load(data, strict=True)
            for each in roots
            for _, _, data in pem.unarmor(each, multiple=True)
        ]
        for certificate in found:
            _ = certificate.native  # it parses no sooner than it must
    except (ValueError, TypeError) as exc:
        raise UsageError(
            "A trusted root of PDF signatures is not a certificate.",
            advice="give files in PEM, which begin with -----BEGIN CERTIFICATE-----",
        ) from exc
    return found


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            data = file.read(_MAX_P12)
    except FileNotFoundError:
        raise KeyFileError(
            f"There is no certificate at {path}.",
            advice="make a PKCS#12 file with `openssl pkcs12 -export`",
        ) from None
    except OSError as exc:
        raise KeyFileError(f"{path} cannot be read: {exc.strerror}.") from exc
    if os.name == "posix" and mode & 0o077:
        raise KeyFileError(
            f"{path} can be read by others (mode {mode:o}).", advice=f"chmod 600 {path}"
        )
    return data


def _apart(work: Callable[[], T]) -> T:
    """Return what a function returns in a thread of its own.

    pyHanko starts an event loop, and a notebook has one already.
    """
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


def _library() -> None:
    try:
        import pyhanko.sign  # noqa: F401, asked for only
    except ImportError:
        raise MissingExtraError("pyHanko, which signs PDFs,", "pades") from None
    for name in ("pyhanko", "pyhanko_certvalidator"):
        # What it finds out is told by what is returned; without a handler it would print it too.
        logging.getLogger(name).addHandler(logging.NullHandler())
