"""The programs in docs/verify.md do what the page says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import a_release as a
import pytest

from synthnb import attest
from synthnb.attest import layout

PAGE = Path(__file__).parents[2] / "docs" / "verify.md"
TEXT = PAGE.read_text(encoding="utf-8")
BY_ADA = "iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w="


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)


def run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": ":".join(sys.path)},
    )


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """Return a folder with a release where the page expects it, signed with the page's key."""
    assert a.ADA.public == BY_ADA
    release = a.release(a.ADA)
    attest.publish(tmp_path / "reports/lending/1.0.0", release.content, release.bundle)
    return tmp_path


@pytest.mark.parametrize("number", [0, 1])
def test_the_python_programs_accept_a_release_and_refuse_a_tampered_one(
    published: Path, number: int
) -> None:
    program = blocks("python")[number]
    assert BY_ADA in program
    assert ("synthnb import" in program) == (number == 0)
    good = run([sys.executable, "-c", program], published)
    assert good.returncode == 0, good.stderr
    assert all(line.startswith("ok ") for line in good.stdout.splitlines())
    root = published / "reports/lending/1.0.0"
    (root / "content/charter.yaml").write_bytes(b"tampered")
    bad = run([sys.executable, "-c", program], published)
    assert re.search("^FAIL content/charter.yaml", bad.stdout, re.MULTILINE)
    envelope = root / "bundle/attestation.dsse.json"
    other = attest.sign(attest.build(a.CONTENT, {"forged": True}), [])
    signature = attest.envelope.parse(envelope.read_bytes()).signatures
    payload = attest.envelope.parse(other).payload
    envelope.write_bytes(attest.envelope.encode(attest.envelope.Parsed(payload, signature)))
    forged = run([sys.executable, "-c", program], published)
    assert "InvalidSignature" in forged.stderr or "is invalid" in forged.stdout


def test_the_openssl_program_accepts_a_release_and_refuses_a_tampered_one(published: Path) -> None:
    (program,) = blocks("sh")
    assert BY_ADA in program
    good = run(["/bin/sh", "-ec", program], published)
    assert good.returncode == 0, good.stderr
    assert good.stdout.splitlines() == [
        "Signature Verified Successfully",
        *(f"content/{name}: OK" for name in sorted(a.CONTENT)),
    ]
    (published / "reports/lending/1.0.0/content/charter.yaml").write_bytes(b"tampered")
    bad = run(["/bin/sh", "-ec", program], published)
    assert bad.returncode != 0
    assert "content/charter.yaml: FAILED" in bad.stdout


def test_the_numbers_on_the_page_are_those_of_the_program() -> None:
    assert f"at most {layout.MAX_FILES:,} files of {layout.MAX_FILE // 10**6} MB each" in TEXT
    assert f"{layout.MAX_TOTAL // 10**9} GB in all" in TEXT
    assert f"more than {attest.bundle.MAX_RATIO} times its size" in TEXT
    assert attest.RELEASE_TYPE in TEXT
