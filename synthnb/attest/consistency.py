"""Checkpoints that continue an older one: the request body of C2SP tlog-witness, `add-checkpoint`.

    old 20852014
    PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=        # the consistency proof (RFC 9162)
                                                        # an empty line
    the signed checkpoint

Whoever kept the older checkpoint sees from such a file alone, without the ledger, whether what they
saw is the beginning of what stands now.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass

from synthnb import merkle
from synthnb.attest import note as notes
from synthnb.attest.note import Checkpoint, Note
from synthnb.errors import VerificationError

HEAD = b"old "
_MOST = 63  # hashes, as tlog-witness has it: more than a tree of 2^63 entries needs
_MAX = 110_000


@dataclass(frozen=True)
class Continued:
    """A checkpoint, and the proof that it continues an older one.

    Attributes
    ----------
    old : int
        Number of entries of the older checkpoint.
    hashes : tuple of bytes
        The consistency proof (RFC 9162); empty when `old` is 0 or nothing was added.
    note : Note
        The newer checkpoint, signed.
    """

    old: int
    hashes: tuple[bytes, ...]
    note: Note

    def encode(self) -> bytes:
        """Return the one spelling."""
        hashes = "".join(f"{base64.b64encode(each).decode()}\n" for each in self.hashes)
        return f"old {self.old}\n{hashes}\n".encode() + self.note.encode()

    @property
    def checkpoint(self) -> Checkpoint:
        """Return the newer checkpoint."""
        return notes.checkpoint(self.note)


def parse(data: bytes) -> Continued:
    """Return what a continued checkpoint holds, if it is spelt as `Continued.encode` spells it.

    Raises
    ------
    VerificationError
        When it is not of that format.
    """
    wrong = VerificationError("is not a checkpoint that continues another.")
    head, gap, rest = data.partition(b"\n\n")
    if len(data) > _MAX or not gap:
        raise wrong
    try:
        first, *lines = head.decode("ascii").split("\n")
        hashes = tuple(base64.b64decode(line, validate=True) for line in lines)
    except ValueError:
        raise wrong from None
    old = first.removeprefix(HEAD.decode())
    if not re.fullmatch(r"0|[1-9][0-9]{0,17}", old) or len(hashes) > _MOST:
        raise wrong
    found = Continued(int(old), hashes, notes.parse(rest))
    if any(len(each) != 32 for each in hashes) or found.encode() != data:
        raise wrong
    return found


def verify(found: Continued, older: Checkpoint, trusted: Mapping[str, str]) -> tuple[str, ...]:
    """Return what stands against it that an older checkpoint is the beginning of this one.

    Parameters
    ----------
    found : Continued
    older : Checkpoint
        What was seen before.
    trusted : mapping of str to str
        Public keys that may sign for the log, and whose they are.

    Returns
    -------
    tuple of str
        One plain line each; nothing when it holds.
    """
    newer = found.checkpoint
    problems = list(notes.objections(found.note, trusted))
    if newer.origin != older.origin:
        problems.append(f"it is of another history: {newer.origin}, not {older.origin}")
    if found.old != older.size:
        problems.append(f"it continues {found.old} entries, not the {older.size} that were seen")
    elif newer.size < older.size:
        problems.append(f"it counts {newer.size} entries; {older.size} were seen before")
    elif not _begins(older, newer, found.hashes):
        problems.append(
            f"the {older.size} entries that were seen are not its beginning: "
            "the history was written anew"
        )
    return tuple(problems)


def _begins(older: Checkpoint, newer: Checkpoint, hashes: tuple[bytes, ...]) -> bool:
    if older.size == 0:
        return older.root == merkle.EMPTY and not hashes
    return merkle.consistent(older.size, newer.size, older.root, newer.root, hashes)
