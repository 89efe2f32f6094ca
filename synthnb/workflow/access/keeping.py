"""Encrypting the table of a release, and destroying it with its keys."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from synthnb import clock
from synthnb.attest import sealing, shredding
from synthnb.attest.sealing import Identity
from synthnb.errors import Problem, UsageError
from synthnb.files import write_atomically
from synthnb.ledger import Accesses, Ledger
from synthnb.ledger.access import SEALED
from synthnb.records import Member, sha256
from synthnb.workflow.access.common import table_of, usable
from synthnb.workflow.models import sheet_of
from synthnb.workspace import Workspace

_KINDS = {".csv", ".parquet", ".gz", ".zst"}


@dataclass(frozen=True)
class Sealed:
    """A table that was encrypted: where it lies, who keeps its key, and plain copies left."""

    path: Path
    custodians: tuple[str, ...]
    copies: tuple[Path, ...]


@dataclass(frozen=True)
class Shredded:
    """What was destroyed of a release's table, and what still opens its encrypted copy."""

    destroyed: shredding.Destroyed
    sealed: str
    tries: tuple[shredding.Try, ...]

    @property
    def readable(self) -> bool:
        """Return whether anything opens the encrypted table, or might."""
        return any(each.opens for each in self.tries)


def seal(workspace: Workspace, dossier: str, version: str, *, table: Path | None = None) -> Sealed:
    """Encrypt the table of a release into the vault, with a key of its own.

    Parameters
    ----------
    workspace : Workspace
    dossier, version : str
    table : Path, optional
        The file; it is looked for in the workspace by its digest unless given.

    Raises
    ------
    VerificationError
        If the release may not be used.
    UsageError
        If the table is not there, is another one, is encrypted already, or has no custodian.
    """
    sheet = usable(workspace, dossier, version)
    (digest, rows), vault = table_of(sheet), workspace.vault(dossier, version)
    custodians = _custodians(workspace)
    copies = plain_copies(workspace, digest)
    path = table or next(iter(copies), None)
    if path is None or not path.is_file() or sha256(data := path.read_bytes()) != digest:
        what = f"{path} is not the table" if path else "There is no copy of the table in here"
        raise UsageError(
            f"{what} of {dossier} {version}.",
            [Problem("sha256", f"expected {digest}")],
            advice="give the file that was assessed with `--table`",
        )
    vault.prepare()
    with vault.lock():
        ledger = Ledger(workspace.ledger)
        known = Accesses(ledger.sound().entries).sealed.get((dossier, version))
        if known and vault.sealed:
            raise UsageError(f"The table of {dossier} {version} is encrypted already.")
        key = sealing.new()
        sealed = sealing.seal(data, key.recipient)
        place = vault.place("".join(each for each in path.suffixes[-2:] if each in _KINDS))
        write_atomically(vault.key, sealing.wrap(key, [each.age for each in custodians]))
        write_atomically(place, sealed)
        body = {
            "version": version,
            "file": place.name,
            "sealed": sha256(sealed),
            "table": digest,
            "rows": rows,
            "custodians": [each.name for each in custodians],
        }
        ledger.append(SEALED, dossier, body, clock.now())
    return Sealed(place, tuple(each.name for each in custodians), copies)


def destroy(
    workspace: Workspace,
    dossier: str,
    version: str,
    identities: Mapping[str, Identity] | None = None,
) -> Shredded:
    """Destroy the plain copies of a release's table and every key of its encrypted one.

    The encrypted table and the signed statements stay. Nobody is asked here and nothing is written
    into the ledger: that is for whoever retires the release.

    Parameters
    ----------
    workspace : Workspace
    dossier, version : str
    identities : mapping of str to Identity, optional
        Age identities by whose they are; each is tried on what is left.

    Raises
    ------
    UsageError
        If there is no such release.
    SynthnbError
        If the disk refuses; what is gone by then is named.
    """
    digest, _ = table_of(sheet_of(workspace, f"{dossier}/{version}"))
    vault = workspace.vault(dossier, version)
    copies = plain_copies(workspace, digest)
    gone = shredding.destroy([*vault.keys, *copies], workspace.root)
    left = {path.name: path.read_bytes() for path in vault.keys}
    if vault.sealed is None:
        return Shredded(gone, "", ())
    sealed = vault.sealed.read_bytes()
    return Shredded(gone, sha256(sealed), shredding.tries(sealed, left, identities or {}))


def _custodians(workspace: Workspace) -> tuple[Member, ...]:
    asked = workspace.policy.approval("access")
    roles = set(asked.roles) if asked else set()
    could = [member for member in workspace.people.members if roles & set(member.roles)]
    found = tuple(member for member in could if member.age)
    if not found:
        whom = " or ".join(asked.roles) if asked else "nobody: it has no approval `access`"
        raise UsageError(
            "Nobody could keep the key of this table.",
            [Problem(member.name, "has no `age` recipient in people.yaml") for member in could],
            advice=f"`synthnb key age FILE` makes one; the policy asks for {whom}",
        )
    return found


def plain_copies(workspace: Workspace, digest: str) -> tuple[Path, ...]:
    """Return every file of the workspace that holds exactly these bytes, whatever its name.

    The same rows in another format, or anywhere else, are not found.
    """
    found, apart = [], {workspace.reports, workspace.vaults}
    for folder, folders, files in os.walk(workspace.root):
        here = Path(folder)
        folders[:] = [each for each in folders if each != ".git" and here / each not in apart]
        for path in (here / name for name in files):
            if path.is_file() and not path.is_symlink():
                with path.open("rb") as file:
                    if hashlib.file_digest(file, "sha256").hexdigest() == digest:
                        found.append(path)
    return tuple(sorted(found))
