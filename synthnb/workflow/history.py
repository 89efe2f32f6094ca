"""What others can hold the ledger to: checkpoints, proofs, and what shows against them.

    kept = history.checkpoint(ledger, keys).encode()        # give it to whoever wants to keep one
    history.against(ledger, kept, trusted)                  # later: [] when it still holds
    history.prove(ledger, entry, keys)                      # that this entry is in the history
    history.extend(ledger, kept, keys)                      # for somebody without the ledger
    history.cosign(data, key, now, trusted, seen=kept)      # a witness: it continues what I saw

A ledger shows by itself that an entry was edited, removed, inserted or moved. That its end is gone,
or that all of it was written anew, shows only against a checkpoint which somebody else kept.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from synthnb import merkle
from synthnb.attest import PrivateKey, consistency
from synthnb.attest import keys as keyring
from synthnb.attest import note as notes
from synthnb.attest import proof as proofs
from synthnb.attest.consistency import Continued
from synthnb.attest.note import Checkpoint, Note
from synthnb.attest.proof import Proof
from synthnb.errors import Problem, UsageError, VerificationError
from synthnb.ledger import Entry, Examined, Ledger
from synthnb.records import canonical, sha256
from synthnb.workspace import Workspace

PREFIX = "synthnb-ledger/"


@dataclass(frozen=True)
class Held:
    """How a ledger stands, by itself and against checkpoints.

    Attributes
    ----------
    origin : str
        The name of the log; empty when it is.
    size : int
        Number of entries.
    root : bytes
        Of the Merkle tree over them.
    problems : tuple of Problem
        What shows that the history was tampered with, or that a checkpoint is not one.
    kept : tuple of str
        What can be said about each checkpoint that the ledger was held against.
    """

    origin: str
    size: int
    root: bytes
    problems: tuple[Problem, ...]
    kept: tuple[str, ...]


def load(path: Path) -> bytes:
    """Return what a file holds that somebody kept or was sent: a checkpoint in one of its forms.

    Raises
    ------
    UsageError
        When it cannot be read.
    VerificationError
        When it is no checkpoint.
    """
    try:
        data = path.read_bytes()
        notes.checkpoint(_kept(data)[0])
    except OSError as exc:
        raise UsageError(f"{path} cannot be read: {exc.strerror}.") from exc
    except VerificationError as exc:
        raise VerificationError(
            f"{path} {exc.message}", advice="give a file that `synthnb log --checkpoint` wrote"
        ) from exc
    return data


def origin(ledger: Ledger) -> str:
    """Return the name of the log: what its first entry is makes it this one and no other.

    Raises
    ------
    UsageError
        When the ledger is empty.
    """
    return _origin(ledger.sound())


def checkpoint(ledger: Ledger, keys: Sequence[PrivateKey]) -> Note:
    """Return a checkpoint of the whole ledger, signed by every key in the log's name.

    Raises
    ------
    UsageError
        When the ledger is empty, or there is no key.
    VerificationError
        When the history was tampered with.
    """
    return _signed(ledger.sound(), keys)


def may_sign(keys: Sequence[PrivateKey], trusted: Mapping[str, str]) -> None:
    """See that every key is one that those who read the checkpoint will trust.

    Raises
    ------
    UsageError
        When a key is nobody's, expired or revoked.
    """
    strange = [key for key in keys if key.public not in trusted]
    if strange:
        raise UsageError(
            "Nobody would trust this checkpoint.",
            [
                Problem(
                    keyring.fingerprint(key.public), "is no valid key of anybody in people.yaml"
                )
                for key in strange
            ],
            advice="sign with a key that people.yaml lists, not expired and not revoked",
        )


def prove(ledger: Ledger, entry: Entry, keys: Sequence[PrivateKey]) -> Proof:
    """Return the proof that an entry is in the ledger as it is now.

    Raises
    ------
    UsageError
        When there is no key.
    VerificationError
        When the history was tampered with, or the entry is not in it.
    """
    found = ledger.sound()
    text, index, tree = canonical(entry).encode(), entry.seq - 1, found.tree
    hashes = tree.inclusion(index) if index < tree.size else []
    if index >= tree.size or merkle.root_from_inclusion(text, index, tree.size, hashes) != (
        tree.root
    ):
        raise VerificationError(f"Entry {entry.seq} is not the one that stands in the ledger.")
    return Proof(text, index, tuple(hashes), _signed(found, keys))


def against(ledger: Ledger, kept: bytes, trusted: Mapping[str, str]) -> list[Problem]:
    """Hold the ledger against a checkpoint that somebody kept.

    Parameters
    ----------
    ledger : Ledger
    kept : bytes
        A checkpoint, one that continues another, or a proof of inclusion with its checkpoint.
    trusted : mapping of str to str
        Public keys that may sign for the ledger, and whose they are.

    Returns
    -------
    list of Problem
        What `Ledger.verify` finds, and what shows only here: that the end is missing, or that
        something among the entries of the checkpoint is not what it was.

    Raises
    ------
    VerificationError
        When the bytes are no checkpoint.
    """
    note, known = _kept(kept)
    found = ledger.examine(known)
    problems = [Problem("checkpoint", text) for text in notes.objections(note, trusted)]
    for problem in (*found.problems, *_differs(found, notes.checkpoint(note))):
        if problem.where not in {each.where for each in problems}:
            problems.append(problem)
    return problems


def hold(ledger: Ledger, kept: Mapping[str, bytes], trusted: Mapping[str, str]) -> Held:
    """Hold the ledger against itself and against checkpoints, by the names of their files."""
    found = ledger.examine()
    problems, said = list(found.problems), []
    for name, data in kept.items():
        try:
            wrong = against(ledger, data, trusted)
            said.append(f"{name}: {_about(_kept(data)[0], trusted)}")
        except VerificationError as exc:
            wrong = [Problem("checkpoint", exc.message)]
        for each in wrong:
            spoken = Problem(name, each.message) if each.where == "checkpoint" else each
            if spoken not in problems:
                problems.append(spoken)
    name = _origin(found) if found.first else ""
    return Held(name, found.tree.size, found.tree.root, tuple(problems), tuple(said))


def in_releases(workspace: Workspace) -> dict[str, bytes]:
    """Return the proofs, each with its checkpoint, that the releases of a workspace carry."""
    paths = sorted(workspace.reports.rglob(f"*{proofs.SUFFIX}"))
    return {str(path.relative_to(workspace.root)): path.read_bytes() for path in paths}


def export(ledger: Ledger, dossier: str | None = None, kind: str = "") -> str:
    """Return the canonical entries, one a line: what the leaves of the Merkle tree are.

    Raises
    ------
    VerificationError
        When the history was tampered with.
    """
    entries = ledger.sound().entries
    chosen = [each for each in entries if dossier in (None, each.dossier)]
    return "".join(f"{canonical(each)}\n" for each in chosen if kind in ("", each.kind))


def extend(ledger: Ledger, kept: bytes, keys: Sequence[PrivateKey]) -> bytes:
    """Return a checkpoint of the whole ledger with the proof that it continues a kept one.

    Raises
    ------
    UsageError
        When the ledger is empty, or there is no key.
    VerificationError
        When the history was tampered with, or the ledger does not continue what was kept.
    """
    older = notes.checkpoint(_kept(kept)[0])
    found = ledger.sound()
    problems = list(_differs(found, older))
    if problems:
        raise VerificationError(
            "The ledger does not continue the history that the checkpoint has seen.",
            problems,
            advice="`synthnb log --against FILE` shows everything that is known about it",
        )
    hashes = tuple(found.tree.consistency(older.size)) if older.size else ()
    return Continued(older.size, hashes, _signed(found, keys)).encode()


def cosign(
    data: bytes,
    key: PrivateKey,
    when: datetime,
    trusted: Mapping[str, str],
    seen: bytes | None = None,
) -> Note:
    """Return a checkpoint with the signature of a witness, which states when it was seen.

    Parameters
    ----------
    data : bytes
        The checkpoint; one that continues what was seen, where something was.
    key : PrivateKey
        Of the witness.
    when : datetime
    trusted : mapping of str to str
        Public keys that may sign for the ledger, and whose they are.
    seen : bytes, optional
        The last checkpoint of this ledger that the witness saw.

    Raises
    ------
    UsageError
        When the checkpoint continues another and `seen` is not given, or the other way round.
    VerificationError
        When the ledger did not sign it, or it does not continue what was seen.
    """
    problems: Sequence[str]
    note = _kept(data)[0]
    plain = not data.startswith(consistency.HEAD)
    if seen is not None:
        older = notes.checkpoint(_kept(seen)[0])
        if plain and notes.checkpoint(note).size != older.size:
            raise _alone(f"does not say how it continues the {older.size} entries that you saw")
        continued = Continued(older.size, (), note) if plain else consistency.parse(data)
        problems = consistency.verify(continued, older, trusted)
    elif not plain and consistency.parse(data).old:
        raise _alone("continues another, and a witness compares them")
    else:
        problems = notes.objections(note, trusted)
    if any(each.public == key.public for each in notes.signers(note, {key.public: "oneself"})):
        problems = [*problems, "you signed it yourself; a witness is somebody else"]
    if problems:
        raise VerificationError(
            "This checkpoint cannot be witnessed.",
            [Problem("checkpoint", text) for text in problems],
            advice="do not sign it, and tell those who also keep checkpoints of this ledger; "
            "`--trust people.yaml` says whose keys may sign for it",
        )
    return notes.cosign(note, key, when)


def _alone(why: str) -> UsageError:
    return UsageError(
        f"The checkpoint {why}.",
        advice="give what you saw last with `--since FILE`, and send it to who keeps the ledger: "
        "`synthnb log --checkpoint NEW --since FILE` answers with the proof",
    )


def _origin(found: Examined) -> str:
    if found.first is None:
        raise UsageError(
            "The ledger is empty: there is no history to speak of.",
            advice="`synthnb run DOSSIER` writes the first entry, as does every decision",
        )
    return PREFIX + found.first[:16]


def _signed(found: Examined, keys: Sequence[PrivateKey]) -> Note:
    name, tree = _origin(found), found.tree
    if not keys:
        raise UsageError("No key to sign the checkpoint with.", advice="give `--key FILE`")
    note = Note(Checkpoint(name, tree.size, tree.root).text())
    for key in sorted(keys, key=lambda each: each.id):
        note = notes.sign(note, key, name)
    return note


def _about(note: Note, trusted: Mapping[str, str]) -> str:
    entries = notes.checkpoint(note).size
    by = ", ".join(
        f"{each.name} on {each.when:%Y-%m-%d %H:%M} UTC" if each.when else str(each.name)
        for each in notes.signers(note, trusted)
        if each.state == "valid"
    )
    return f"{entries} {'entry' if entries == 1 else 'entries'}, signed by {by or 'nobody known'}"


def _kept(data: bytes) -> tuple[Note, dict[int, str]]:
    """Return the checkpoint in a file, and the entries that are known with it."""
    if data.startswith(consistency.HEAD):
        return consistency.parse(data).note, {}
    if not data.startswith(proofs.HEAD):
        return notes.parse(data), {}
    proof = proofs.parse(data)
    mark = proof.checkpoint
    root = merkle.root_from_inclusion(proof.entry, proof.index, mark.size, proof.hashes)
    if root != mark.root:
        raise VerificationError("holds an entry that is not in the history of its checkpoint.")
    return proof.note, {proof.index + 1: sha256(proof.entry)}


def _differs(found: Examined, older: Checkpoint) -> Iterator[Problem]:
    """Say how a ledger does not continue a checkpoint."""
    here, there = found.tree.size, older.size
    if found.first is not None and _origin(found) != older.origin:
        yield Problem(
            "entry 1",
            f"is not the one of the checkpoint's history: that is {older.origin}, "
            f"this is {_origin(found)}",
        )
    if there > here:
        gone = f"entry {there}" if there == here + 1 else f"entries {here + 1} to {there}"
        yield Problem(gone, f"removed from the end: the checkpoint counts {there}")
    elif found.tree.head(there) != older.root:
        root = base64.b64encode(older.root).decode()
        yield Problem(
            "entry 1" if there == 1 else f"entries 1 to {there}",
            f"changed since the checkpoint was made: their root is not {root}; one of them or more "
            "were edited, removed, inserted or written anew (a root does not say which)",
        )
