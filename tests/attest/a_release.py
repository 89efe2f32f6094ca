"""A small signed release, and the ways to write it down."""

from __future__ import annotations

import zipfile
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from synthnb import attest
from synthnb.attest import PrivateKey, Release


def key(number: int) -> PrivateKey:
    """Return a key that is the same in every run."""
    return PrivateKey(Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32))


ADA, GRACE, STRANGER = key(1), key(2), key(3)
TRUSTED = {ADA.public: "Ada Lovelace", GRACE.public: "Grace Hopper"}

CONTENT = {
    "charter.yaml": b"purpose: a test\n",
    "datasheet.html": b"<!doctype html><title>x</title>" * 40,
    "datasheet.pdf": bytes(range(256)) * 8,
    "notebooks/03_privacy.ipynb": b'{"cells":[]}',
}
PREDICATE = {"name": "lending", "version": "1.0.0", "status": "released", "score": 0.5}


def statement() -> attest.Statement:
    return attest.build(CONTENT, PREDICATE)


def release(*signers: PrivateKey, **others: bytes) -> Release:
    """Return the release signed by these keys, with other files in its bundle."""
    return Release(CONTENT, {attest.ATTESTATION: attest.sign(statement(), signers), **others})


def files(given: Release) -> dict[str, bytes]:
    return {
        **{f"content/{name}": data for name, data in given.content.items()},
        **{f"bundle/{name}": data for name, data in given.bundle.items()},
    }


def from_files(given: dict[str, bytes]) -> Release:
    parts: dict[str, dict[str, bytes]] = {"content": {}, "bundle": {}}
    for name, data in given.items():
        top, _, rest = name.partition("/")
        parts[top][rest] = data
    return Release(parts["content"], parts["bundle"])


def write_folder(root: Path, given: dict[str, bytes]) -> Path:
    for name, data in given.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return root


def write_zip(path: Path, given: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in given.items():
            archive.writestr(name, data)
    return path


def failures(checks: tuple[attest.Check, ...]) -> list[str]:
    return [check.message for check in checks if not check.ok]
