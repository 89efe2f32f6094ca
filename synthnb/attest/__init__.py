"""Statements, envelopes, keys and verification. Knows bytes, not governance.

statement = attest.build(content, predicate)
envelope = attest.sign(statement, [attest.keys.load(path, passphrase)])
attest.publish(target, content, {attest.ATTESTATION: envelope})

checks = attest.verify(attest.read(target), {public: "Ada Lovelace"})
"""

from __future__ import annotations

from synthnb.attest import bundle, envelope, keys, statement
from synthnb.attest.bundle import Release, read, read_folder
from synthnb.attest.envelope import sign
from synthnb.attest.keys import PrivateKey
from synthnb.attest.layout import ATTESTATION, PROOF, TIMESTAMP
from synthnb.attest.statement import RELEASE_TYPE, Statement, build
from synthnb.attest.verify import Check, attestation, verify
from synthnb.attest.write import publish

__all__ = [
    "ATTESTATION",
    "PROOF",
    "RELEASE_TYPE",
    "TIMESTAMP",
    "Check",
    "PrivateKey",
    "Release",
    "Statement",
    "attestation",
    "build",
    "bundle",
    "envelope",
    "keys",
    "publish",
    "read",
    "read_folder",
    "sign",
    "statement",
    "verify",
]
