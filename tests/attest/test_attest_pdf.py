"""A signature in a PDF says who, holds for the whole file, and leaves the rest as it was."""

from __future__ import annotations

import asyncio
import io
import random
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import a_tsa
import pikepdf
import pytest
import typst
from a_tsa import openssl
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509 import Certificate

from synthnb.attest import pdf
from synthnb.errors import (
    KeyFileError,
    MissingExtraError,
    SynthnbError,
    UsageError,
    VerificationError,
)

REPORTS = Path(__file__).parents[2] / "reports"
WHEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
SECRET = "open sesame"
EVIDENCE = b'{"estimates":[]}'
SHEET = """
#set document(title: "Datasheet", date: datetime(year: 2026, month: 1, day: 1))
#set text(lang: "en")
#pdf.attach("evidence.json", relationship: "data", mime-type: "application/json",
  description: "The evidence")
= Datasheet
Two words, and a #link("https://example.org/")[link].
"""


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return a small PDF/A-3a and PDF/UA-1 with an attachment, made as datasheets are."""
    folder = tmp_path_factory.mktemp("typst")
    (folder / "evidence.json").write_bytes(EVIDENCE)
    (folder / "sheet.typ").write_text(SHEET)
    return bytes(
        typst.compile(
            str(folder / "sheet.typ"),
            root=str(folder),
            ignore_system_fonts=True,
            timestamp=int(WHEN.timestamp()),
            pdf_standards=["a-3a", "ua-1"],
        )
    )


class Office:
    """Somebody who signs: a root, a certificate below it, and the file that holds them."""

    def __init__(self, folder: Path, kind: str = "ec", *, between: bool = False) -> None:
        root_key, mid_key = a_tsa.new_key(), a_tsa.new_key()
        key = Ed25519PrivateKey.generate() if kind == "ed25519" else a_tsa.new_key(kind)
        self.root = a_tsa.certify("Root", root_key, "Root", root_key, ca=True)
        chain: list[Certificate] = []
        issuer, by = "Root", root_key
        if between:
            chain = [a_tsa.certify("Between", mid_key, "Root", root_key, ca=True)]
            issuer, by = "Between", mid_key
        self.certificate = a_tsa.certify("Model Risk Office", key, issuer, by)
        self.file = folder / "office.p12"
        self.file.write_bytes(
            pkcs12.serialize_key_and_certificates(
                b"office", key, self.certificate, chain, BestAvailableEncryption(SECRET.encode())
            )
        )
        self.file.chmod(0o600)
        self.pem = a_tsa.pem(self.root)

    def sign(self, data: bytes, reason: str = "Approved for release") -> bytes:
        return pdf.sign_pdf(data, self.file, SECRET, when=WHEN, reason=reason)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office(tmp_path_factory.mktemp("office"))


@pytest.fixture(scope="module")
def signed(office: Office, plain: bytes) -> bytes:
    return office.sign(plain)


def the_gap(data: bytes) -> tuple[int, int]:
    """Return where the signature's own value lies: the one part that it does not cover."""
    (found,) = re.findall(rb"/ByteRange \[0 (\d+) (\d+) (\d+)\]", data)
    start, end, rest = map(int, found)
    assert end + rest == len(data)
    return start, end


@pytest.mark.parametrize("kind", ["ec", "rsa", "ed25519"])
@pytest.mark.parametrize("between", [False, True])
def test_a_signature_says_who_and_when_and_holds(
    tmp_path: Path, plain: bytes, kind: str, between: bool
) -> None:
    office = Office(tmp_path, kind, between=between)
    data = office.sign(plain)
    found = pdf.check_pdf(data, [office.pem])
    assert found == pdf.PdfSigner("Model Risk Office", WHEN, intact=True, whole=True, trusted=True)
    assert found.faults == ()
    assert pdf.has_signature(data)
    assert not pdf.has_signature(plain)


@pytest.mark.parametrize("kind", ["ec", "rsa"])
def test_openssl_accepts_the_signature_over_the_bytes_that_it_covers(
    tmp_path: Path, plain: bytes, kind: str
) -> None:
    office = Office(tmp_path, kind)
    data = office.sign(plain)
    start, end = the_gap(data)
    (tmp_path / "value").write_bytes(bytes.fromhex(data[start + 1 : end - 1].decode()))
    (tmp_path / "covered").write_bytes(data[:start] + data[end:])
    (tmp_path / "root.pem").write_bytes(office.pem)
    words = ["cms", "-verify", "-binary", "-inform", "DER", "-in", "value", "-content", "covered"]
    out = openssl([*words, "-CAfile", "root.pem", "-purpose", "any"], tmp_path)
    assert out == data[:start] + data[end:]


def example() -> bytes:
    """Return the datasheet of the committed example release."""
    return next(REPORTS.glob("*/*/content/datasheet.pdf")).read_bytes()


@pytest.mark.parametrize("which", ["small", "example"])
def test_what_makes_it_pdf_a_and_pdf_ua_and_what_is_attached_is_still_there(
    office: Office, plain: bytes, which: str
) -> None:
    before = plain if which == "small" else example()
    after = office.sign(before)
    assert after.startswith(before)
    assert pdf.check_pdf(after, [office.pem]).faults == ()
    old, new = pikepdf.open(io.BytesIO(before)), pikepdf.open(io.BytesIO(after))
    metadata = new.open_metadata()
    assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "A")
    assert metadata["pdfuaid:part"] == "1"
    assert new.Root.Metadata.read_bytes() == old.Root.Metadata.read_bytes()
    assert dict(new.docinfo) == dict(old.docinfo)
    assert "evidence.json" in new.attachments
    assert list(new.attachments) == list(old.attachments)
    for name in old.attachments:
        held, had = new.attachments[name], old.attachments[name]
        assert held.get_file().read_bytes() == had.get_file().read_bytes()
        assert held.obj.AFRelationship == had.obj.AFRelationship
    assert [each.objgen for each in new.Root.AF] == [each.objgen for each in old.Root.AF]
    for kept in ("/StructTreeRoot", "/OutputIntents", "/MarkInfo", "/Lang", "/ViewerPreferences"):
        assert new.Root[kept].unparse(resolved=True) == old.Root[kept].unparse(resolved=True)
    assert set(new.Root.keys()) - set(old.Root.keys()) == {"/AcroForm", "/Perms", "/Extensions"}
    assert new.pdf_version == old.pdf_version == "1.7"
    assert new.check_pdf_syntax() == []


def test_the_field_is_one_that_pdf_a_and_pdf_ua_allow(signed: bytes) -> None:
    document = pikepdf.open(io.BytesIO(signed))
    (field,) = document.Root.AcroForm.Fields
    assert "/NeedAppearances" not in document.Root.AcroForm
    flags = int(field.F)
    assert flags & 4  # PDF/A-3, 6.3.2: printed,
    assert not flags & (1 | 2 | 32)  # neither invisible, hidden nor without a view
    left, low, right, high = map(int, field.Rect)
    assert (left, low) == (right, high)  # 6.3.3: needs no appearance when it has no size
    assert right < 0  # PDF/UA-1, 7.18.1: needs no tag outside the page
    assert str(field.TU) == "Signature"
    assert document.pages[0].Tabs == "/S"
    permissions = field.V.Reference[0].TransformParams
    assert (str(field.V.Reference[0].TransformMethod), int(permissions.P)) == ("/DocMDP", 1)
    assert document.Root.Perms.DocMDP.objgen == field.V.objgen


def test_no_time_but_the_given_one_gets_into_the_file(plain: bytes, signed: bytes) -> None:
    added = re.sub(rb"<[0-9a-fA-F]{64,}>", b"", signed[len(plain) :])  # the value is random
    assert b"20260102030405Z" in added
    assert set(re.findall(rb"20\d\d[01]\d[0-3]\d[0-2]\d{5}", added)) == {b"20260102030405"}


def test_two_signatures_over_the_same_bytes_differ(
    office: Office, plain: bytes, signed: bytes
) -> None:
    assert office.sign(plain) != signed


def is_seen(data: bytes, root: bytes) -> bool:
    try:
        found = pdf.check_pdf(data, [root])
    except VerificationError:
        return True
    return not found.intact


def test_a_tampered_byte_is_seen(office: Office, signed: bytes) -> None:
    start, end = the_gap(signed)
    draw = random.Random(3)  # noqa: S311
    covered = [*range(start), *range(end, len(signed))]
    near = [*range(start - 40, start), *range(end, end + 60)]
    for at in (*draw.sample(covered, 250), *near):
        changed = signed[:at] + bytes([signed[at] ^ 1 << draw.randrange(8)]) + signed[at + 1 :]
        assert is_seen(changed, office.pem), at


def test_a_tampered_signature_value_is_seen(office: Office, signed: bytes) -> None:
    start, end = the_gap(signed)
    value = signed[start + 1 : end - 1].rstrip(b"0")
    for digit in range(len(value) - 100, len(value) - 10):  # its last part is the signature itself
        at = start + 1 + digit
        other = b"0" if signed[at : at + 1] != b"0" else b"1"
        assert is_seen(signed[:at] + other + signed[at + 1 :], office.pem), digit


def test_what_is_added_after_the_signature_is_seen(office: Office, signed: bytes) -> None:
    found = pdf.check_pdf(signed + b"\n% a comment\n", [office.pem])
    assert not found.whole
    assert "the signature does not cover the whole PDF" in found.faults
    from pyhanko.pdf_utils.generic import pdf_name, pdf_string
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(io.BytesIO(signed))
    writer.root[pdf_name("/Lang")] = pdf_string("fr")
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)
    assert pdf.check_pdf(out.getvalue(), [office.pem]).faults == (
        "the PDF was changed after it was signed",
        "the signature does not cover the whole PDF",
        "the certificate leads to none of the trusted roots",
    )


def test_a_certificate_is_trusted_through_its_root_only(
    office: Office, signed: bytes, tmp_path: Path
) -> None:
    other = Office(tmp_path)
    for roots in ([], [other.pem]):
        found = pdf.check_pdf(signed, roots)
        assert (found.name, found.intact, found.whole) == ("Model Risk Office", True, True)
        assert found.faults == ("the certificate leads to none of the trusted roots",)
    assert pdf.check_pdf(signed, [other.pem + office.pem]).trusted
    assert pdf.check_pdf(signed, [a_tsa.pem(office.certificate)]).trusted
    with pytest.raises(UsageError, match="is not a certificate"):
        pdf.check_pdf(signed, [b"nonsense"])


def test_a_certificate_must_be_valid_at_the_moment_that_counts(
    office: Office, signed: bytes
) -> None:
    valid = office.certificate.not_valid_before_utc + timedelta(days=1)
    assert pdf.check_pdf(signed, [office.pem], moment=valid).trusted
    late = office.certificate.not_valid_after_utc + timedelta(days=1)
    early = office.certificate.not_valid_before_utc - timedelta(days=1)
    for moment in (late, early):
        found = pdf.check_pdf(signed, [office.pem], moment=moment)
        assert (found.intact, found.trusted) == (True, False)


def test_a_name_in_a_certificate_is_never_obeyed(tmp_path: Path, plain: bytes) -> None:
    office = Office(tmp_path)
    key = a_tsa.new_key()
    hostile = a_tsa.certify("\x1b[2JAda", key, "\x1b[2JAda", key)
    held = pkcs12.serialize_key_and_certificates(
        None, key, hostile, None, BestAvailableEncryption(SECRET.encode())
    )
    office.file.write_bytes(held)
    assert pdf.check_pdf(office.sign(plain)).name == "'\\x1b[2JAda'"


def test_a_pdf_is_signed_once(office: Office, plain: bytes, signed: bytes) -> None:
    with pytest.raises(SynthnbError, match="could not be signed"):
        office.sign(signed)
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import signers

    data = plain
    for field in ("One", "Two"):
        signer = signers.SimpleSigner.load_pkcs12(office.file, passphrase=SECRET.encode())
        meta = signers.PdfSignatureMetadata(field_name=field)
        writer = IncrementalPdfFileWriter(io.BytesIO(data))
        data = signers.sign_pdf(writer, meta, signer=signer).getvalue()
    with pytest.raises(VerificationError, match="is not signed once"):
        pdf.check_pdf(data, [office.pem])


def test_what_is_not_a_signed_pdf_is_called_so(office: Office, plain: bytes) -> None:
    for data in (b"", b"%PDF-1.7\n", b"nonsense", plain[:2_000]):
        with pytest.raises(SynthnbError, match="could not be signed"):
            office.sign(data)
    for data in (b"", plain):
        with pytest.raises(VerificationError, match="the PDF is not signed"):
            pdf.check_pdf(data)
    looks_like_it = plain + b"\n% /ByteRange [0 1 2 3]\n"
    assert pdf.has_signature(looks_like_it)
    with pytest.raises(VerificationError, match="is not signed once"):
        pdf.check_pdf(looks_like_it)


def test_a_file_that_does_not_open_is_named_and_its_passphrase_is_not(
    tmp_path: Path, plain: bytes
) -> None:
    office = Office(tmp_path)

    def failing(path: Path, passphrase: str = SECRET) -> str:
        with pytest.raises(KeyFileError) as caught:
            pdf.sign_pdf(plain, path, passphrase, when=WHEN, reason="x")
        assert passphrase not in str(caught.value)
        return str(caught.value)

    assert "the passphrase is wrong" in failing(office.file, "s3cret-guess")
    assert "There is no certificate at" in failing(tmp_path / "absent.p12")
    assert "cannot be read" in failing(tmp_path)
    garbage = tmp_path / "garbage.p12"
    garbage.write_bytes(b"garbage")
    garbage.chmod(0o600)
    assert "not a PKCS#12 file" in failing(garbage)
    keyless = pkcs12.serialize_key_and_certificates(
        None, None, None, [office.certificate], BestAvailableEncryption(SECRET.encode())
    )
    garbage.write_bytes(keyless)
    assert "a certificate and its key" in failing(garbage)
    office.file.chmod(0o644)
    assert "can be read by others (mode 644)" in failing(office.file)


def test_it_works_where_an_event_loop_runs_already(office: Office, plain: bytes) -> None:
    async def cell() -> pdf.PdfSigner:
        return pdf.check_pdf(office.sign(plain), [office.pem])

    assert asyncio.run(cell()).trusted


def test_nothing_is_printed_about_a_signature_that_does_not_hold(
    signed: bytes, tmp_path: Path
) -> None:
    (tmp_path / "signed.pdf").write_bytes(signed)
    program = (
        "import sys; from pathlib import Path; from synthnb.attest import pdf\n"
        "print(pdf.check_pdf(Path('signed.pdf').read_bytes()).trusted)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        capture_output=True,
        check=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    assert (done.stdout, done.stderr) == (b"False\n", b"")


def test_without_the_library_the_extra_is_named_and_a_signature_still_noticed(
    office: Office, plain: bytes, signed: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [each for each in sys.modules if each.split(".")[0] == "pyhanko"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pyhanko", None)
    with pytest.raises(MissingExtraError, match=r"synthnb\[pades\]"):
        office.sign(plain)
    with pytest.raises(MissingExtraError, match=r"synthnb\[pades\]"):
        pdf.check_pdf(signed)
    assert pdf.has_signature(signed)
