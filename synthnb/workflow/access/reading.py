"""Opening an encrypted table under a grant, and what the ledger says about all of it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from synthnb import attest, clock
from synthnb.attest import sealing
from synthnb.attest.sealing import Identity
from synthnb.errors import SynthnbError, UsageError, VerificationError
from synthnb.ledger import Accesses, Attempt, Entry, Flag, Granted, Ledger, anomalies
from synthnb.ledger.access import ACCESS, BEYOND, CLOCK
from synthnb.records import Datasheet, Grant, sha256
from synthnb.workflow.access.common import court_of, nothing, refuse
from synthnb.workflow.models import sheet_of
from synthnb.workspace import Vault, Workspace


@dataclass(frozen=True)
class Opened:
    """A table that was read under a grant, and what about it stands out."""

    path: Path
    rows: int
    grant: Grant
    flags: tuple[str, ...]


@dataclass(frozen=True)
class Listed:
    """Grants with their state today, how often each was used, and everything that stands out."""

    grants: tuple[tuple[Granted, str, int], ...]
    flags: tuple[Flag, ...]


class _RefusedError(Exception):
    """An attempt is not what was granted."""

    def __init__(self, faults: Sequence[tuple[str, str]]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(text for _, text in faults))


def read(
    workspace: Workspace,
    dossier: str,
    version: str,
    *,
    identity: Identity,
    purpose: str,
    out: Path,
    rows: int | None = None,
) -> Opened:
    """Open an encrypted table under a grant; the access is on record before the table is there.

    Parameters
    ----------
    workspace : Workspace
    dossier, version : str
    identity : Identity
        The reader's, which says who it is.
    purpose : str
        The granted one, word for word.
    out : Path
        A new file, for this user alone.
    rows : int, optional
        Only the first so many.

    Raises
    ------
    ApprovalError
        If this is not what was granted; it is written into the ledger.
    UsageError
        If the file exists, or nothing is encrypted here.
    """
    sheet = sheet_of(workspace, f"{dossier}/{version}")
    vault = workspace.vault(dossier, version)
    rules, member = workspace.policy.access, workspace.people.reader(identity.recipient)
    ledger = Ledger(workspace.ledger)
    accesses = Accesses(ledger.sound().entries)
    entry = accesses.sealed.get((dossier, version))
    if entry is None:
        raise nothing(dossier, version)
    held = int(str(entry.body["rows"]))
    wanted = min(rows or held, held)
    who = member.name if member else f"{identity.recipient[:12]}… (nobody in people.yaml)"
    asked = accesses.choose(Attempt(dossier, version, who, purpose.strip(), wanted, clock.now()))
    found: list[tuple[str, str]] = []

    def hold(entries: tuple[Entry, ...]) -> None:
        known = Accesses(entries)
        found[:] = known.faults(asked, rules)
        through = {CLOCK} | (BEYOND if rules.outside == "warn" else set())
        blocking = [each for each in found if each[0] not in through]
        if blocking:
            raise _RefusedError(blocking)
        _stated(workspace, sheet, known.granted[asked.grant], vault)

    with _new_file(out) as number:
        try:
            hold(ledger.entries())
            table = _unsealed(vault, entry, asked.grant, identity)
            part = table if wanted == held else _first_rows(table, entry, wanted)
            body = {
                "version": version,
                "grant": asked.grant,
                "who": who,
                "purpose": asked.purpose,
                "rows": wanted,
            }
            ledger.append(ACCESS, dossier, body, asked.time, unless=hold)
        except _RefusedError as exc:
            refuse(workspace, asked, exc.faults, "open")
        with os.fdopen(os.dup(number), "wb") as file:
            file.write(part)
    granted = accesses.granted[asked.grant].grant
    return Opened(out, wanted, granted, tuple(text for _, text in found))


def listed(workspace: Workspace, dossier: str | None = None) -> Listed:
    """Return grants and what stands out, of all dossiers or of one."""
    entries = Ledger(workspace.ledger).sound().entries
    accesses, today = Accesses(entries), clock.now().date()
    grants = tuple(
        (each, each.state(today), len(accesses.reads(each.grant.id)))
        for each in accesses.granted.values()
        if dossier in {None, each.grant.dossier}
    )
    flags = anomalies(entries, workspace.policy.access)
    return Listed(grants, tuple(f for f in flags if dossier in {None, f.attempt.dossier}))


def _stated(workspace: Workspace, sheet: Datasheet, known: Granted, vault: Vault) -> None:
    """Refuse a grant whose signed statement is not what the ledger says, or does not count."""
    court = court_of(workspace, sheet, known.time.date())
    asked = workspace.policy.approval("access")
    try:
        envelope = vault.statement(known.grant.id).read_bytes()
        if sha256(envelope) != known.statement:
            raise VerificationError("is not the one in the ledger.")
        attest.envelope.verify(envelope, court.people.publics, asked.quorum if asked else 1)
        parsed = attest.envelope.parse(envelope)
        told = attest.statement.parse(parsed.payload)
        if told.predicate != known.grant.model_dump(mode="json"):
            raise VerificationError("is about another grant.")
    except OSError:
        raise _RefusedError([("grant", "its signed statement is gone")]) from None
    except VerificationError as exc:
        raise _RefusedError([("grant", f"its signed statement does not hold: {exc}")]) from None
    by_id = {attest.keys.key_id(public): public for public in court.people.publics}
    wrong = [
        str(problem)
        for each in parsed.signatures
        for problem in court.objections("access", by_id[each.keyid])
    ]
    if wrong:
        raise _RefusedError([("grant", text) for text in wrong])


def _unsealed(vault: Vault, entry: Entry, grant_id: str, identity: Identity) -> bytes:
    try:
        key = sealing.unwrap(vault.wrapped(grant_id).read_bytes(), identity)
        sealed = (vault.folder / Path(str(entry.body["file"])).name).read_bytes()
        table = sealing.unseal(sealed, key)
    except OSError:
        raise _RefusedError([("key", "its wrapped key or the table is gone")]) from None
    except VerificationError as exc:
        raise _RefusedError([("key", exc.message)]) from None
    if sha256(table) != entry.body["table"]:
        raise _RefusedError([("key", "what opened is not the table of the release")])
    return table


def _first_rows(table: bytes, entry: Entry, rows: int) -> bytes:
    from synthnb.tables.head import first_rows

    return first_rows(table, Path(str(entry.body["file"]).removesuffix(".age")).suffix, rows)


@contextmanager
def _new_file(path: Path) -> Iterator[int]:
    """Make a file for this user alone; it goes away again when anything goes wrong."""
    try:
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise UsageError(f"{path} exists already.", advice="give `--out` a new name") from None
    except OSError as exc:
        raise UsageError(f"{path} cannot be written: {exc.strerror}.") from exc
    try:
        yield number
    except OSError as exc:
        path.unlink(missing_ok=True)
        raise SynthnbError(
            f"{path} could not be written: {exc.strerror}.",
            advice="the access may be on record all the same; mend the cause and open it again",
        ) from exc
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    finally:
        os.close(number)
