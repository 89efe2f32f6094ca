"""What granting and reading have in common: fit releases, who may grant, and refusals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import NoReturn

from synthnb import clock
from synthnb.errors import ApprovalError, Problem, UsageError, VerificationError
from synthnb.ledger import Accesses, Attempt, Ledger
from synthnb.ledger.access import REFUSED
from synthnb.records import Datasheet
from synthnb.workflow.models import sheet_of
from synthnb.workflow.quorum import Court
from synthnb.workflow.verify import verify
from synthnb.workspace import Workspace

GRANT_TYPE = "urn:synthnb:access-grant:1"
REVOCATION_TYPE = "urn:synthnb:access-revocation:1"
_DOING = {"open": "open", "grant": "grant access to", "revoke": "revoke access to"}


def usable(workspace: Workspace, dossier: str, version: str) -> Datasheet:
    """Return the datasheet of a release that may be used today."""
    sheet = sheet_of(workspace, f"{dossier}/{version}")
    problems = []
    if sheet.status != "released":
        problems.append(Problem("status", f"is marked {sheet.status.upper()}"))
    gone = Accesses(Ledger(workspace.ledger).sound().entries).taken_back.get((dossier, version))
    if gone:
        problems.append(Problem("release", f"was {gone}"))
    if sheet.review_due < clock.now().date():
        problems.append(Problem("review", f"was due on {sheet.review_due}; the release expired"))
    if not verify(workspace.reports / dossier / version, workspace.people).ok:
        where = f"{workspace.settings.reports}/{dossier}/{version}"
        problems.append(Problem("release", f"does not verify; `synthnb verify {where}` says why"))
    if problems:
        raise VerificationError(
            f"The release {dossier} {version} may not be used.",
            problems,
            advice="encrypt and grant a release that holds",
        )
    return sheet


def table_of(sheet: Datasheet) -> tuple[str, int]:
    """Return the sha256 of the file that a release is about, and its rows."""
    room = sheet.room("generation")
    fact = room.generation.synthetic if room and room.generation else None
    if fact is None or fact.file is None:
        raise UsageError(
            f"The release {sheet.name} {sheet.version} does not say which table it is about."
        )
    return fact.file, fact.rows


def court_of(workspace: Workspace, sheet: Datasheet, day: date) -> Court:
    """Return who may grant access to a release with a key that is valid on a day."""
    return Court(workspace.people, workspace.policy, sheet.charter, sheet.plan, lambda _: day)


@contextmanager
def opened_vault(
    workspace: Workspace, dossier: str, version: str
) -> Iterator[tuple[Ledger, Accesses]]:
    """Hold the vault of a release that has an encrypted table."""
    vault, ledger = workspace.vault(dossier, version), Ledger(workspace.ledger)
    if vault.sealed is None:
        raise nothing(dossier, version)
    with vault.lock():
        accesses = Accesses(ledger.sound().entries)
        if (dossier, version) not in accesses.sealed:
            raise nothing(dossier, version)
        yield ledger, accesses


def nothing(dossier: str, version: str) -> UsageError:
    """Return the error for a table that is not encrypted."""
    return UsageError(
        f"The table of {dossier} {version} is not encrypted here.",
        advice=f"`synthnb access seal {dossier} {version}` encrypts it",
    )


def refuse(
    workspace: Workspace,
    asked: Attempt,
    faults: Sequence[tuple[str, str]],
    what: str,
    advice: str = "ask for a grant that covers it; this refusal is in the ledger",
) -> NoReturn:
    """Write a refusal into the ledger, then refuse."""
    because = "; ".join(dict.fromkeys(text for _, text in faults))
    body = {
        "version": asked.version,
        "what": what,
        "grant": asked.grant,
        "who": asked.who,
        "purpose": asked.purpose,
        "rows": asked.rows,
        "rule": faults[0][0],
        "because": because,
    }
    Ledger(workspace.ledger).append(REFUSED, asked.dossier, body, asked.time)
    raise ApprovalError(
        f"Refused to {_DOING[what]} the table of {asked.dossier} {asked.version}.",
        [Problem(rule, text) for rule, text in dict.fromkeys(faults)],
        advice=advice,
    )
