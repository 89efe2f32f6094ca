"""Proofs that an entry is in a history: C2SP tlog-proof v1, the entry itself in its extra line."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass

from synthnb import merkle
from synthnb.attest import note as notes
from synthnb.attest.note import Checkpoint, Note
from synthnb.errors import VerificationError

SUFFIX = ".tlog-proof"
HEAD = b"c2sp.org/tlog-proof@v1"
_MAX = 1_000_000


@dataclass(frozen=True)
class Proof:
    """An entry, where it stands, and what leads from it to the root.

    Attributes
    ----------
    entry : bytes
        Canonical text of the ledger entry.
    index : int
        From 0.
    hashes : tuple of bytes
        The inclusion proof (RFC 9162).
    note : Note
        The signed checkpoint.
    """

    entry: bytes
    index: int
    hashes: tuple[bytes, ...]
    note: Note

    def encode(self) -> bytes:
        """Return the one spelling of the proof."""
        hashes = "".join(f"{_b64(each)}\n" for each in self.hashes)
        head = f"{HEAD.decode()}\nextra {_b64(self.entry)}\nindex {self.index}\n{hashes}\n"
        return head.encode() + self.note.encode()

    @property
    def checkpoint(self) -> Checkpoint:
        """Return the checkpoint."""
        return notes.checkpoint(self.note)


def parse(data: bytes) -> Proof:
    """Return what a proof holds, if it is spelt as `Proof.encode` spells it.

    Raises
    ------
    VerificationError
        When it is no proof of that format.
    """
    wrong = VerificationError("is not a proof of inclusion.")
    if len(data) > _MAX:
        raise wrong
    head, gap, rest = data.partition(b"\n\n")
    try:
        lines = head.decode().split("\n")
        hashes = tuple(base64.b64decode(line, validate=True) for line in lines[3:])
        entry = base64.b64decode(lines[1].removeprefix("extra "), validate=True)
        index = lines[2].removeprefix("index ")
    except (ValueError, IndexError):
        raise wrong from None
    if not gap or not re.fullmatch(r"0|[1-9][0-9]{0,17}", index):
        raise wrong
    found = Proof(entry, int(index), hashes, notes.parse(rest))
    if any(len(each) != 32 for each in hashes) or found.encode() != data:
        raise wrong
    return found


def verify(proof: Proof, trusted: Mapping[str, str]) -> tuple[str, ...]:
    """Return what stands against a proof, one plain line each; nothing when it holds."""
    found = proof.checkpoint
    problems = []
    try:
        root = merkle.root_from_inclusion(proof.entry, proof.index, found.size, proof.hashes)
        if root != found.root:
            problems.append("the entry is not in the history that the checkpoint is about")
    except VerificationError as exc:
        problems.append(exc.message.rstrip("."))
    signed = notes.signers(proof.note, trusted)
    if not signed:
        problems.append("the checkpoint is not signed")
    if any(each.state != "valid" for each in signed):
        problems.append("the checkpoint is signed by somebody who is not trusted")
    return tuple(problems)


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()
