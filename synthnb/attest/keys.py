"""Ed25519 signing keys in encrypted PKCS8 files that only their owner can read."""

from __future__ import annotations

import base64
import binascii
import contextlib
import os
import secrets
import stat
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from synthnb.errors import KeyFileError, UsageError
from synthnb.records import digest

_HEADER = b"-----BEGIN ENCRYPTED PRIVATE KEY-----"
_MAX_FILE = 65_536
_MAX_PASSPHRASE = 1_023  # what `cryptography` takes


@dataclass(frozen=True)
class PrivateKey:
    """A key that signs; it never shows itself."""

    ed25519: Ed25519PrivateKey = field(repr=False)

    @property
    def public(self) -> str:
        """Return the public key: 32 bytes in base64."""
        return base64.b64encode(self.ed25519.public_key().public_bytes_raw()).decode()

    @property
    def id(self) -> str:
        """Return the key id, as in `key_id`."""
        return key_id(self.public)


def create(path: Path, passphrase: bytes | str) -> str:
    """Make a key, write it encrypted with mode 600, and return its public half in base64.

    The file appears complete or not at all, and never replaces another. A folder that is not
    there yet is made with mode 700.

    Raises
    ------
    KeyFileError
        When the passphrase is empty, the file exists, or it cannot be written.
    """
    secret = passphrase_bytes(passphrase)
    key = PrivateKey(Ed25519PrivateKey.generate())
    pem = key.ed25519.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(secret)
    )
    write_once(path, pem)
    return key.public


def load(path: Path, passphrase: bytes | str) -> PrivateKey:
    """Return the key in a file.

    Raises
    ------
    KeyFileError
        When the file is missing, readable by others, not an encrypted PKCS8 PEM file, not an
        Ed25519 key, or when the passphrase does not open it.
    """
    secret = passphrase_bytes(passphrase)
    pem = read_private(path)
    if not pem.lstrip().startswith(_HEADER):
        raise KeyFileError(
            f"{path} is not an encrypted private key (PKCS8, PEM).",
            advice="make one with `synthnb key new`",
        )
    try:
        key = load_pem_private_key(pem, secret)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise KeyFileError(
            f"{path} does not open: the passphrase is wrong, or the file is damaged.",
            advice="try the passphrase again; a lost one cannot be recovered",
        ) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyFileError(
            f"{path} holds another kind of key, expected Ed25519.",
            advice="make one with `synthnb key new`",
        )
    return PrivateKey(key)


def public(path: Path, passphrase: bytes | str) -> str:
    """Return the public half of the key in a file, in base64."""
    return load(path, passphrase).public


def raw(public_key: str) -> bytes:
    """Return the 32 bytes of a public key.

    Raises
    ------
    UsageError
        When it is anything but 32 bytes in plain base64: two spellings of one key would count
        as two keys.
    """
    try:
        value = base64.b64decode(public_key, validate=True)
    except (binascii.Error, ValueError):
        value = b""
    if len(value) != 32 or base64.b64encode(value).decode() != public_key:
        raise UsageError(
            "A trusted key is not an Ed25519 public key: expected 32 bytes in base64.",
            advice="copy the line that `synthnb key show` prints",
        )
    return value


def key_id(public_key: str) -> str:
    """Return the key id of a public key, as securesystemslib computes it.

    It is the sha256, in hex, of the canonical JSON of key type, scheme and value.
    """
    value = {"public": raw(public_key).hex()}
    return digest({"keytype": "ed25519", "keyval": value, "scheme": "ed25519"})


def fingerprint(public_key: str) -> str:
    """Return the first half of a key id (128 bits) in groups, for reading aloud."""
    return short(key_id(public_key))


def short(keyid: str) -> str:
    """Return the first half of a key id in groups of four, as in `fingerprint`."""
    return " ".join(keyid[at : at + 4] for at in range(0, 32, 4))


def passphrase_bytes(passphrase: bytes | str) -> bytes:
    """Return a passphrase as bytes; KeyFileError where it is empty or too long."""
    secret = passphrase.encode() if isinstance(passphrase, str) else passphrase
    if not secret or len(secret) > _MAX_PASSPHRASE:
        raise KeyFileError(
            f"The passphrase is {'too long' if secret else 'empty'}.",
            advice=f"give one of 1 to {_MAX_PASSPHRASE} bytes",
        )
    return secret


def write_once(path: Path, data: bytes) -> None:
    """Write a file with mode 600, complete or not at all, where there is none yet.

    Raises
    ------
    KeyFileError
        When it exists or cannot be written.
    """
    partial = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(partial, data)
        try:
            _name(partial, path)
        finally:
            partial.unlink()
    except OSError as exc:
        raise KeyFileError(f"{path} cannot be written: {exc.strerror}.") from exc


def _write(path: Path, data: bytes) -> None:
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        with contextlib.suppress(OSError):
            path.unlink()
        raise


def _name(partial: Path, path: Path) -> None:
    try:
        os.link(partial, path)  # unlike a rename, it never replaces a file
    except FileExistsError:
        raise KeyFileError(
            f"{path} exists already; a key is never overwritten.",
            advice="choose another path, or move the old key away if you are sure",
        ) from None


def read_private(path: Path) -> bytes:
    """Return what is in a key's file; KeyFileError when it is missing or others may read it."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            data = file.read(_MAX_FILE)
    except FileNotFoundError:
        raise KeyFileError(
            f"There is no key at {path}.", advice="make one with `synthnb key new`"
        ) from None
    except OSError as exc:
        raise KeyFileError(f"{path} cannot be read: {exc.strerror}.") from exc
    if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
        raise KeyFileError(
            f"{path} can be read by others (mode {stat.S_IMODE(mode):o}).",
            advice=f"chmod 600 {path}",
        )
    return data
