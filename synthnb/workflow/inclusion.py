"""Whether a release stands in the history that it claims, and in the one that somebody kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from synthnb import attest, merkle
from synthnb.attest import Check, Release, consistency
from synthnb.attest import note as notes
from synthnb.attest import proof as proofs
from synthnb.attest.note import Checkpoint, Note
from synthnb.attest.proof import Proof
from synthnb.errors import VerificationError
from synthnb.records import Datasheet, sha256

_PLACE = f"bundle/{attest.PROOF}"


@dataclass(frozen=True)
class Kept:
    """What somebody kept, to hold a release against.

    Attributes
    ----------
    checkpoint : bytes
        A checkpoint, as `synthnb log --checkpoint` writes it.
    history : tuple of bytes
        The entries, where they were exported; then any two checkpoints can be compared.
    """

    checkpoint: bytes
    history: tuple[bytes, ...] = ()

    @property
    def note(self) -> Note:
        """Return the checkpoint's note; VerificationError when it is none."""
        if self.checkpoint.startswith(consistency.HEAD):
            return consistency.parse(self.checkpoint).note
        return notes.parse(self.checkpoint)


def included(
    release: Release, sheet: Datasheet, trusted: Mapping[str, str]
) -> tuple[Proof | None, Check]:
    """Return the proof that a release stands in its ledger, and the line about it.

    The proof itself is checked with the rest of the bundle. Whoever signed the release must have
    signed its checkpoint too, in the order of their key ids, and nobody else for the ledger.
    """
    data = release.bundle.get(attest.PROOF)
    if data is None:
        line = f"{_PLACE}: is missing, so nobody can see that the ledger holds this release"
        return None, Check("ledger", False, line)
    try:
        found = proofs.parse(data)
        entry = json.loads(found.entry)
        body = entry["body"]
        told = (entry["kind"], entry["dossier"], body["version"], body["attestation"])
    except VerificationError as exc:
        return None, Check("ledger", False, f"{_PLACE}: {exc.message}")
    except (ValueError, KeyError, TypeError, RecursionError):
        return None, Check("ledger", False, f"{_PLACE}: is not about a release")
    own = sha256(release.bundle.get(attest.ATTESTATION, b""))
    if told != ("release", sheet.name, sheet.version, own):
        return None, Check("ledger", False, f"{_PLACE}: is about another release")
    if _ledger_signers(found.note, trusted) != _release_signers(release):
        line = f"{_PLACE}: its checkpoint is not signed by those who signed the release"
        return None, Check("ledger", False, line)
    mark = found.checkpoint
    line = f"entry {found.index + 1} of {mark.size} in {mark.origin} records this release"
    return found, Check("ledger", True, line)


def _ledger_signers(note: Note, trusted: Mapping[str, str]) -> list[str]:
    """Return the ids of the keys that signed for the ledger, in the order of the note."""
    return [
        attest.keys.key_id(each.public) if each.public else ""
        for each in notes.signers(note, trusted)
        if each.when is None
    ]


def _release_signers(release: Release) -> list[str]:
    try:
        parsed = attest.envelope.parse(release.bundle.get(attest.ATTESTATION, b""))
    except VerificationError:
        return []
    return [each.keyid for each in parsed.signatures]


def held(found: Proof, kept: Kept, trusted: Mapping[str, str]) -> Check:
    """Hold the history that a release claims against a checkpoint that somebody kept."""
    mark = found.checkpoint
    try:
        note = kept.note
        seen = notes.checkpoint(note)
        wrong = list(notes.objections(note, trusted))
        if seen.origin != mark.origin:
            wrong.append(f"is of another ledger: {seen.origin}, the release is in {mark.origin}")
        wrong = wrong or _compare(mark, seen, kept, trusted)
    except VerificationError as exc:
        wrong = [exc.message]
    if wrong:
        return Check("checkpoint", False, f"the checkpoint that was kept: {'; '.join(wrong)}")
    line = f"the history of the release agrees with the checkpoint that was kept ({seen.size})"
    return Check("checkpoint", True, line)


def reaches(note: Note, found: Proof) -> bool:
    """Return whether a checkpoint is late enough to hold a release."""
    return notes.checkpoint(note).size > found.index


def _compare(
    mark: Checkpoint, seen: Checkpoint, kept: Kept, trusted: Mapping[str, str]
) -> list[str]:
    if mark.size == seen.size:
        return [] if mark.root == seen.root else [_other(seen)]
    if kept.history:
        tree = merkle.Tree(kept.history)
        if tree.size < max(mark.size, seen.size):
            return [f"the export has {tree.size} entries, fewer than there were"]
        same = tree.head(mark.size) == mark.root and tree.head(seen.size) == seen.root
        return [] if same else [_other(seen)]
    if kept.checkpoint.startswith(consistency.HEAD):
        continued = consistency.parse(kept.checkpoint)
        if continued.old == mark.size:
            return list(consistency.verify(continued, mark, trusted))
    return [
        f"it counts {seen.size} entries, the release's {mark.size}; to compare them, ask for the "
        "export of the ledger (`synthnb log --export jsonl`) and give it with `--history`"
    ]


def _other(seen: Checkpoint) -> str:
    return f"the history was rewritten: its first {seen.size} entries are not those of the release"
