"""Signed notes and checkpoints of a transparency log, in the C2SP formats.

A checkpoint says which history somebody has seen: the log's name, how many entries, and the root of
the Merkle tree over them. Whoever keeps one can show later that the history was rewritten.

Sources: C2SP signed-note v1.0.0, tlog-checkpoint v1.0.0, tlog-cosignature v1.0.0 (cosignature/v1).
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from synthnb.attest import keys
from synthnb.attest.keys import PrivateKey
from synthnb.errors import VerificationError

_ED25519, _COSIGNATURE = 1, 4
_NAME = re.compile(r"[!-*,-~]+")  # visible ASCII but '+'
_MAX = 100_000


class Line(NamedTuple):
    """One signature of a note."""

    name: str
    key_hash: bytes
    value: bytes


@dataclass(frozen=True)
class Note:
    """A text and its signatures."""

    text: str
    lines: tuple[Line, ...] = ()

    def encode(self) -> bytes:
        """Return the one spelling of the note."""
        signed = "".join(
            f"\u2014 {each.name} {base64.b64encode(each.key_hash + each.value).decode()}\n"
            for each in self.lines
        )
        return f"{self.text}\n{signed}".encode()


@dataclass(frozen=True)
class Checkpoint:
    """A history that somebody has seen.

    Attributes
    ----------
    origin : str
        The name of the log.
    size : int
        Number of entries.
    root : bytes
        Root of the Merkle tree over them (RFC 9162), 32 bytes.
    """

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """Return the text that is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


@dataclass(frozen=True)
class Signed:
    """One signature of a note that was looked at.

    Attributes
    ----------
    name : str or None
        Whose trusted key made it; None when nobody's.
    state : {"valid", "invalid", "unknown"}
    when : datetime or None
        The time that a cosignature states.
    public : str
        The public key, where it is a trusted one.
    """

    name: str | None
    state: Literal["valid", "invalid", "unknown"]
    when: datetime | None = None
    public: str = ""


def key_hash(name: str, public: str, kind: int = _ED25519) -> bytes:
    """Return the four bytes that stand for a key in a note."""
    data = name.encode() + b"\n" + bytes([kind]) + keys.raw(public)
    return hashlib.sha256(data).digest()[:4]


def sign(note: Note, key: PrivateKey, name: str) -> Note:
    """Return the note with one more plain Ed25519 signature."""
    value = key.ed25519.sign(note.text.encode())
    return Note(note.text, (*note.lines, Line(name, key_hash(name, key.public), value)))


def cosign(note: Note, key: PrivateKey, when: datetime) -> Note:
    """Return the note with the signature of a witness, which states a time."""
    seconds = int(when.timestamp())
    value = seconds.to_bytes(8, "big") + key.ed25519.sign(_timed(note.text, seconds))
    name = witness_name(key.public)
    line = Line(name, key_hash(name, key.public, _COSIGNATURE), value)
    return Note(note.text, (*note.lines, line))


def witness_name(public: str) -> str:
    """Return the name under which a key witnesses."""
    return f"key-{keys.key_id(public)[:16]}"


def parse(data: bytes) -> Note:
    """Return what a note holds, if it is spelt as `Note.encode` spells it.

    Raises
    ------
    VerificationError
        When it is not a signed note.
    """
    wrong = VerificationError("is not a signed note.")
    try:
        whole = data.decode()
    except UnicodeDecodeError:
        raise wrong from None
    text, gap, signed = whole.rpartition("\n\n")
    if not gap or len(data) > _MAX or any(ord(c) < 32 and c != "\n" for c in whole):
        raise wrong
    lines = []
    for line in signed.split("\n")[:-1]:
        dash, _, rest = line.partition(" ")
        name, _, value = rest.partition(" ")
        try:
            raw = base64.b64decode(value, validate=True)
        except ValueError:
            raise wrong from None
        if dash != "\u2014" or not _NAME.fullmatch(name) or len(raw) < 5:
            raise wrong
        lines.append(Line(name, raw[:4], raw[4:]))
    note = Note(f"{text}\n", tuple(lines))
    if not lines or note.encode() != data:
        raise wrong
    return note


def checkpoint(note: Note) -> Checkpoint:
    """Return the checkpoint that a note is.

    Raises
    ------
    VerificationError
        When it is no checkpoint, or is not spelt plainly.
    """
    lines = note.text.split("\n")
    wrong = VerificationError("is not a checkpoint.")
    if len(lines) != 4 or not re.fullmatch(r"0|[1-9][0-9]{0,17}", lines[1]):
        raise wrong
    try:
        root = base64.b64decode(lines[2], validate=True)
    except ValueError:
        raise wrong from None
    found = Checkpoint(lines[0], int(lines[1]), root)
    if len(root) != 32 or not found.origin or found.text() != note.text:
        raise wrong
    return found


def signers(note: Note, trusted: Mapping[str, str]) -> tuple[Signed, ...]:
    """Return what came of each signature of a note.

    Parameters
    ----------
    note : Note
    trusted : mapping of str to str
        Public keys (32 bytes in base64) and whose they are.
    """
    return tuple(_look(note, line, trusted) for line in note.lines)


def objections(note: Note, trusted: Mapping[str, str]) -> tuple[str, ...]:
    """Return why a checkpoint is not one that its log made, one plain line each.

    A trusted key must have signed it in the log's name. Signatures of strangers are passed over, as
    C2SP signed-note asks, and a wrong one of a trusted key spoils it. A witness does not make it.
    """
    origin = checkpoint(note).origin
    signed = signers(note, trusted)
    problems = []
    if any(each.state == "invalid" for each in signed):
        problems.append("a signature of the checkpoint is wrong")
    if not any(
        each.state == "valid" and each.when is None and line.name == origin
        for line, each in zip(note.lines, signed, strict=True)
    ):
        problems.append("nobody who is trusted signed the checkpoint for the ledger")
    return tuple(problems)


def _look(note: Note, line: Line, trusted: Mapping[str, str]) -> Signed:
    for public, name in trusted.items():
        for kind, length in ((_ED25519, 64), (_COSIGNATURE, 72)):
            if key_hash(line.name, public, kind) != line.key_hash:
                continue
            signed, value, when = note.text.encode(), line.value, None
            if kind == _COSIGNATURE:
                seconds = int.from_bytes(value[:8], "big")
                signed, value = _timed(note.text, seconds), value[8:]
                when = _time(seconds)
            try:
                Ed25519PublicKey.from_public_bytes(keys.raw(public)).verify(value, signed)
            except InvalidSignature:
                return Signed(name, "invalid")
            if len(line.value) != length or (kind == _COSIGNATURE and when is None):
                return Signed(name, "invalid")
            return Signed(name, "valid", when, public)
    return Signed(None, "unknown")


def _time(seconds: int) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _timed(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()
