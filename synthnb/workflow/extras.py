"""What a release may carry beyond signatures: a signature in its PDF, and a timestamp."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from synthnb import attest
from synthnb.attest import Check, Release
from synthnb.errors import MissingExtraError, VerificationError
from synthnb.records import Datasheet

_PDF = "content/datasheet.pdf"


@dataclass(frozen=True)
class Extras:
    """What was asked for.

    Attributes
    ----------
    timestamp_url : str
        Of a timestamp authority (RFC 3161); empty for none.
    certificate : Path, optional
        PKCS#12 file with the X.509 certificate and key that sign the PDF (PAdES).
    passphrase : str
        Opens that file.
    """

    timestamp_url: str = ""
    certificate: Path | None = None
    passphrase: str = ""

    def sign(self, pdf: bytes, sheet: Datasheet) -> bytes:
        """Return the PDF, signed where that was asked for, before any digest is taken of it."""
        if self.certificate is None:
            return pdf
        from synthnb.attest.pdf import sign_pdf

        reason = f"Datasheet {sheet.name} {sheet.version} ({sheet.status})"
        return sign_pdf(pdf, self.certificate, self.passphrase, when=sheet.issued, reason=reason)

    def timestamp(self, envelope: bytes) -> dict[str, bytes]:
        """Return the timestamp of an attestation as a file of the bundle, where one is wanted."""
        if not self.timestamp_url:
            return {}
        from synthnb.attest import timestamp

        return {attest.TIMESTAMP: timestamp.request(envelope, self.timestamp_url)}


def pdf_checks(
    release: Release, roots: Sequence[bytes], moment: datetime | None
) -> tuple[list[Check], list[str]]:
    """Return the lines about a signature in the PDF, and notes.

    Parameters
    ----------
    release : Release
    roots : sequence of bytes
        PEM certificates that are trusted to lead to signers of PDFs.
    moment : datetime, optional
        A time before which the release was signed, as somebody else proves.
    """
    from synthnb.attest.pdf import check_pdf, has_signature

    data = release.content.get("datasheet.pdf", b"")
    if not has_signature(data):
        missing = [Check("pdf", False, f"{_PDF}: is not signed, but a root was named")]
        return (missing if roots else []), []
    if not roots:
        return [], [f"{_PDF} is signed too; `--pdf-root FILE` checks by whom."]
    try:
        found = check_pdf(data, roots, moment=moment)
    except VerificationError as exc:
        return [Check("pdf", False, f"{_PDF}: {exc.message}")], []
    except MissingExtraError as exc:
        return [Check("pdf", False, f"{_PDF}: was not checked: {exc.message} {exc.advice}")], []
    if found.faults:
        return [Check("pdf", False, f"{_PDF}: {'; '.join(found.faults)}")], []
    return [Check("pdf", True, f"{_PDF}: signed by {found.name!r}, says its certificate")], []
