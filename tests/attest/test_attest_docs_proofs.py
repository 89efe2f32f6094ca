"""The commands for other programs in docs/verify.md do what the page says."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from pathlib import Path

import a_release as a
import a_tsa
import pytest
from test_attest_docs import BY_ADA, TEXT, blocks, run

from synthnb import attest
from synthnb.attest import timestamp, vsa

RELEASE = "reports/lending/1.0.0"
TO_PEM, WITH_OPENSSL = blocks("bash")


@pytest.fixture
def published(tmp_path: Path) -> Path:
    release = a.release(a.ADA)
    attest.publish(tmp_path / RELEASE, release.content, release.bundle)
    return tmp_path


@pytest.fixture
def stamped(published: Path) -> tuple[Path, bytes]:
    """Return the folder of a release with a timestamp, and the timestamp."""
    folder = published / RELEASE
    authority = a_tsa.authority(published / "tsa", between=True)
    data = (folder / "bundle" / attest.ATTESTATION).read_bytes()
    token = timestamp.canonical(authority.reply(authority.query(data, "-sha256")))
    (folder / "bundle" / f"attestation{timestamp.SUFFIX}").write_bytes(token)
    (folder / "tsa-root.pem").write_bytes(a_tsa.pem(authority.root))
    return folder, token


def test_openssl_and_securesystemslib_accept_a_release_and_refuse_a_forged_one(
    published: Path,
) -> None:
    assert BY_ADA in TO_PEM
    made = run(["bash", "-ec", TO_PEM], published)
    assert made.returncode == 0, made.stderr
    (program,) = [each for each in blocks("python") if "securesystemslib" in each]
    assert "synthnb" not in program
    good = run([sys.executable, "-c", program], published)
    assert good.returncode == 0, good.stderr
    digests = [
        f"{hashlib.sha256(data).hexdigest()} content/{name}" for name, data in a.CONTENT.items()
    ]
    assert good.stdout.splitlines() == sorted(digests, key=lambda line: line.split()[1])
    subprocess.run(
        ["sha256sum", "--quiet", "-c", "-"],
        input="\n".join(line.replace(" ", "  ", 1) for line in digests) + "\n",
        text=True,
        cwd=published / RELEASE,
        check=True,
    )
    path = published / RELEASE / "bundle" / attest.ATTESTATION
    signature = attest.envelope.parse(path.read_bytes()).signatures
    other = attest.build(a.CONTENT, {"forged": True}).encode()
    path.write_bytes(attest.envelope.encode(attest.envelope.Parsed(other, signature)))
    forged = run([sys.executable, "-c", program], published)
    assert forged.returncode != 0
    assert "VerificationError" in forged.stderr


def test_openssl_accepts_a_timestamp_and_refuses_that_of_another_release(
    stamped: tuple[Path, bytes],
) -> None:
    folder, token = stamped
    good = run(["bash", "-ec", WITH_OPENSSL], folder)
    assert good.returncode == 0, good.stderr
    first, second = good.stdout.splitlines()
    assert first == "Verification: OK"
    data = (folder / "bundle" / attest.ATTESTATION).read_bytes()
    found = timestamp.check(token, data, [(folder / "tsa-root.pem").read_bytes()])
    assert second == f"Time stamp: {found:%b} {found.day:2} {found:%H:%M:%S %Y} GMT"
    (folder / "bundle" / attest.ATTESTATION).write_bytes(data + b" ")
    bad = run(["bash", "-ec", WITH_OPENSSL], folder)
    assert bad.returncode != 0
    assert "Verification: FAILED" in bad.stdout + bad.stderr


def test_openssl_takes_a_time_at_which_the_certificates_must_be_valid(
    stamped: tuple[Path, bytes],
) -> None:
    folder, token = stamped
    data = (folder / "bundle" / attest.ATTESTATION).read_bytes()
    at = int(timestamp.claimed(token, data).timestamp())
    command = WITH_OPENSSL.partition("\nopenssl ts -reply")[0]
    assert run(["bash", "-ec", f"{command} -attime {at}"], folder).returncode == 0
    late = run(["bash", "-ec", f"{command} -attime {at + 10**9}"], folder)
    assert late.returncode != 0
    assert "certificate has expired" in late.stderr


def test_the_page_names_what_the_program_uses() -> None:
    assert f"`bundle/attestation{timestamp.SUFFIX}`" in TEXT
    assert f"`{vsa.SUMMARY_TYPE}`" in TEXT
    assert f"--type {attest.RELEASE_TYPE}" in TEXT
    fields = vsa.Summary.model_fields.values()
    names = {field.alias for field in fields if field.alias} - {"slsaVersion"}
    assert names <= set(re.findall(r"`([A-Za-z]+)`", TEXT))
    assert "synthnb[pades]" in TEXT
    assert "synthnb[timestamp]" in TEXT
