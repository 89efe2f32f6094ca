"""A timestamp and a signature in the PDF, through the command line."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import a_tsa
import pikepdf
import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from workspaces import Cli, cli_here, copy_workspace, signing

SECRET = "of the certificate"
DAY = 86_400


@pytest.fixture(scope="module")
def root(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a workspace whose release carries both, with the roots that lead to them."""
    folder = tmp_path_factory.mktemp("extras")
    root = copy_workspace(demo, folder / "ws")
    shutil.rmtree(root / "reports")
    authority = a_tsa.authority(folder / "tsa")
    root_key, key = a_tsa.new_key(), a_tsa.new_key()
    office = a_tsa.certify("Root", root_key, "Root", root_key, ca=True)
    mine = a_tsa.certify("Model Risk Office", key, "Root", root_key)
    (root / "pdf-root.pem").write_bytes(a_tsa.pem(office))
    (root / "tsa-root.pem").write_bytes((folder / "tsa" / "root.pem").read_bytes())
    packed = pkcs12.serialize_key_and_certificates(
        b"office", key, mine, [], BestAvailableEncryption(SECRET.encode())
    )
    (root / "office.p12").write_bytes(packed)
    (root / "office.p12").chmod(0o600)
    with a_tsa.served(lambda handler, body: a_tsa.send(handler, authority.reply(body))) as url:
        done = cli_here(
            *("release", "loanapp", "--rejected", "--timestamp", url),
            *("--pdf-certificate", "office.p12"),
            *("--key", "keys/olivia.pem", "--key", "keys/pat.pem"),
            cwd=root,
            env={
                **signing(root),
                "SYNTHNB_PDF_PASSPHRASE": SECRET,
                "SOURCE_DATE_EPOCH": str(int(time.time())),
            },
        )
    assert done.code == 0, done.text
    return root


def verify(root: Path, *words: object, days: int = 0) -> Cli:
    env = {"SOURCE_DATE_EPOCH": str(int(time.time()) + days * DAY)}
    return cli_here("verify", root / "reports/loanapp/1.0.0", *words, cwd=root, env=env)


def test_both_are_checked_where_their_roots_are_named(root: Path) -> None:
    done = verify(root, "--tsa", "tsa-root.pem", "--pdf-root", "pdf-root.pem")
    assert done.code == 0, done.text
    assert "signed before" in done.out
    assert "signed by 'Model Risk Office'" in done.out
    assert "is signed too" in verify(root).out
    other = verify(root, "--tsa", "pdf-root.pem", "--pdf-root", "tsa-root.pem")
    assert other.code == 1
    assert "leads to none of the trusted roots" in other.out


def test_a_key_that_was_revoked_later_counts_only_with_the_timestamp(root: Path) -> None:
    when = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 5 * DAY))
    text = (root / "people.yaml").read_text()
    line = next(line for line in text.splitlines() if "public:" in line)
    revoked = " " * line.index("public") + f"revoked: {when}"
    (root / "later.yaml").write_text(text.replace(line, f"{line}\n{revoked}"))
    trust = ["--trust", root / "later.yaml"]
    done = verify(root, *trust, days=10)
    assert done.code == 1
    assert f"was revoked on {when}" in done.out
    assert verify(root, *trust, "--tsa", "tsa-root.pem", days=10).code == 0


def test_a_timestamp_of_another_release_or_a_missing_one_is_told(root: Path) -> None:
    token = root / "reports/loanapp/1.0.0/bundle/attestation.tsr"
    kept = token.read_bytes()
    try:
        token.write_bytes(kept[:-1] + bytes([kept[-1] ^ 1]))
        assert verify(root, "--tsa", "tsa-root.pem").code == 1
        token.unlink()
        done = verify(root, "--tsa", "tsa-root.pem")
        assert done.code == 1
        assert "is missing, but an authority was named" in done.out
    finally:
        token.write_bytes(kept)


def test_the_signed_pdf_is_still_an_archive_and_carries_its_evidence(root: Path) -> None:
    with pikepdf.open(root / "reports/loanapp/1.0.0/content/datasheet.pdf") as pdf:
        assert "evidence.json" in pdf.attachments
        with pdf.open_metadata() as metadata:
            assert metadata["pdfaid:part"] == "3"
            assert metadata["pdfuaid:part"] == "1"


def test_a_server_that_does_not_answer_stops_the_release(demo: Path, tmp_path: Path) -> None:
    root = copy_workspace(demo, tmp_path / "ws")
    shutil.rmtree(root / "reports")
    done = cli_here(
        *("release", "loanapp", "--rejected", "--timestamp", "http://127.0.0.1:9/tsr"),
        cwd=root,
        env=signing(root),
    )
    assert done.code == 3
    assert not (root / "reports" / "loanapp").exists()
