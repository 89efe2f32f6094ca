"""Keys are written once, encrypted, and for their owner only."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import a_release as a
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from securesystemslib.signer import CryptoSigner

from synthnb import attest
from synthnb.attest import keys
from synthnb.errors import KeyFileError


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def pem(key: Ed25519PrivateKey | ec.EllipticCurvePrivateKey, passphrase: bytes | None) -> bytes:
    encryption = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)


def test_a_key_comes_back_from_its_file_and_signs(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "ada.pem"
    public = keys.create(path, "correct horse")
    key = keys.load(path, b"correct horse")
    assert key.public == keys.public(path, "correct horse") == public
    assert mode(path) == 0o600
    assert mode(path.parent) == 0o700
    assert list(path.parent.iterdir()) == [path]
    assert path.read_bytes().startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n")
    data = attest.sign(a.statement(), [key])
    assert attest.envelope.verify(data, {public: "Ada"})[0].state == "valid"


def test_a_key_never_shows_itself(tmp_path: Path) -> None:
    keys.create(tmp_path / "k.pem", "x")
    assert repr(keys.load(tmp_path / "k.pem", "x")) == "PrivateKey()"


def test_key_ids_are_those_of_securesystemslib() -> None:
    for key in (a.ADA, a.GRACE, a.STRANGER):
        expected = CryptoSigner(key.ed25519).public_key.keyid
        assert keys.key_id(key.public) == key.id == expected
        assert keys.fingerprint(key.public).replace(" ", "") == expected[:32]


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "k.pem"
    keys.create(path, "first")
    before = path.read_bytes()
    with pytest.raises(KeyFileError, match="never overwritten"):
        keys.create(path, "second")
    (tmp_path / "link.pem").symlink_to(tmp_path / "nowhere")
    with pytest.raises(KeyFileError, match="never overwritten"):
        keys.create(tmp_path / "link.pem", "second")
    assert path.read_bytes() == before
    assert sorted(each.name for each in tmp_path.iterdir()) == ["k.pem", "link.pem"]


@pytest.mark.parametrize("passphrase", ["", b"", "x" * 1_024])
def test_a_passphrase_that_protects_nothing_or_is_too_long_is_refused(
    tmp_path: Path, passphrase: str | bytes
) -> None:
    with pytest.raises(KeyFileError, match="passphrase is"):
        keys.create(tmp_path / "k.pem", passphrase)
    assert list(tmp_path.iterdir()) == []


def test_a_key_is_for_its_owner_from_the_first_moment(tmp_path: Path) -> None:
    """No mask of the caller's, and no moment in between, lets others read it."""
    seen: list[int] = []
    real = os.open

    def watching(path: Path, flags: int, *rest: int) -> int:
        number = real(path, flags, *rest)
        seen.append(stat.S_IMODE(os.fstat(number).st_mode))
        assert flags & os.O_EXCL
        return number

    mask = os.umask(0)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(keys.os, "open", watching)
            keys.create(tmp_path / "k.pem", "x")
    finally:
        os.umask(mask)
    assert seen == [0o600]


def test_a_missing_key_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match=r"There is no key at .*\n.*synthnb key new"):
        keys.load(tmp_path / "k.pem", "x")


def test_a_folder_is_no_key(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="cannot be read"):
        keys.load(tmp_path, "x")


def test_a_key_cannot_be_made_below_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for path in (tmp_path / "file" / "k.pem", tmp_path / "file" / "deep" / "k.pem"):
        with pytest.raises(KeyFileError, match="cannot be written"):
            keys.create(path, "x")


def test_a_wrong_passphrase_is_named_and_not_repeated(tmp_path: Path) -> None:
    keys.create(tmp_path / "k.pem", "right")
    with pytest.raises(KeyFileError, match="passphrase is wrong") as caught:
        keys.load(tmp_path / "k.pem", "s3cret-guess")
    assert "s3cret-guess" not in str(caught.value)
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("bits", [0o640, 0o604, 0o666, 0o610])
def test_a_key_that_others_can_read_is_refused(tmp_path: Path, bits: int) -> None:
    path = tmp_path / "k.pem"
    keys.create(path, "x")
    path.chmod(bits)
    with pytest.raises(KeyFileError, match=f"chmod 600 {path}"):
        keys.load(path, "x")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not an encrypted private key"),
        (b"\x00\xff" * 100, "not an encrypted private key"),
        (pem(a.ADA.ed25519, None), "not an encrypted private key"),
        (b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n????\n", "file is damaged"),
        (pem(a.ADA.ed25519, b"x")[:-40], "file is damaged"),
        (pem(ec.generate_private_key(ec.SECP256R1()), b"x"), "expected Ed25519"),
    ],
)
def test_a_file_that_is_no_such_key_is_refused(tmp_path: Path, data: bytes, reason: str) -> None:
    path = tmp_path / "k.pem"
    path.write_bytes(data)
    path.chmod(0o600)
    with pytest.raises(KeyFileError, match=reason):
        keys.load(path, "x")


def test_a_full_disk_leaves_no_half_a_key(tmp_path: Path) -> None:
    program = (
        "import resource, sys; from pathlib import Path; from synthnb.attest import keys\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (50, 50))\n"
        "try: keys.create(Path(sys.argv[1]), 'x')\n"
        "except keys.KeyFileError as exc: print(exc)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "k.pem")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "cannot be written: File too large" in done.stdout
    assert list(tmp_path.iterdir()) == []
