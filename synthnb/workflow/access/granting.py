"""Granting access to one person for one purpose until a day, and taking it back."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from pydantic import ValidationError

from synthnb import attest, clock
from synthnb.attest import sealing, shredding
from synthnb.attest.sealing import Identity
from synthnb.errors import Problem, UsageError, VerificationError
from synthnb.files import write_atomically
from synthnb.ledger import Accesses, Attempt, Ledger
from synthnb.ledger.access import GRANTED, REVOKED
from synthnb.records import Datasheet, Grant, Member, sha256
from synthnb.workflow.access.common import (
    GRANT_TYPE,
    REVOCATION_TYPE,
    court_of,
    opened_vault,
    refuse,
    usable,
)
from synthnb.workflow.models import sheet_of
from synthnb.workspace import Vault, Workspace


def grant(
    workspace: Workspace,
    dossier: str,
    version: str,
    *,
    keys: Sequence[attest.PrivateKey],
    identity: Identity,
    to: str,
    purpose: str,
    until: date,
    hours: str = "",
    rows: int | None = None,
) -> Grant:
    """Let one person read one table for one purpose until a day, and write it down.

    Parameters
    ----------
    workspace : Workspace
    dossier, version : str
    keys : sequence of PrivateKey
        Of as many different people as the policy asks for (`access`), none of them the reader.
    identity : Identity
        The age identity of a custodian.
    to, purpose, until, hours, rows
        See `synthnb.records.Grant`; the policy's hours unless given.

    Raises
    ------
    ApprovalError
        If these people may not grant access; it is written into the ledger.
    UsageError
        With everything that is wrong with what was asked.
    VerificationError
        If the release may not be used.
    """
    sheet = usable(workspace, dossier, version)
    vault, now = workspace.vault(dossier, version), clock.now()
    asked = Attempt(dossier, version, "", purpose, 0, now)
    granting = _granting(workspace, sheet, keys, to, asked)
    reader = workspace.people.member(to)
    _check_asked(workspace, sheet, reader, to, until)
    with opened_vault(workspace, dossier, version) as (ledger, accesses):
        entry = accesses.sealed[dossier, version]
        key = _data_key(workspace, vault, identity, replace(asked, who=granting[0]))
        made = _grant(
            {
                "id": secrets.token_hex(8),
                "dossier": dossier,
                "version": version,
                "table": entry.body["table"],
                "sealed": entry.body["sealed"],
                "to": to,
                "recipient": reader.age if reader else "",
                "purpose": purpose,
                "given": now,
                "until": until,
                "hours": hours or workspace.policy.access.hours,
                "rows": rows,
                "by": granting,
            }
        )
        wrapped = sealing.wrap(key, [made.recipient])
        subject: dict[str, bytes | str] = {
            vault.wrapped(made.id).name: wrapped,
            str(entry.body["file"]): made.sealed,
        }
        envelope = _signed(subject, made.model_dump(mode="json"), GRANT_TYPE, keys)
        write_atomically(vault.statement(made.id), envelope)
        body = {
            "version": version,
            "grant": made.model_dump(mode="json"),
            "wrapped": sha256(wrapped),
            "statement": sha256(envelope),
        }
        ledger.append(GRANTED, dossier, body, now)
        write_atomically(vault.wrapped(made.id), wrapped)
        _tidy(workspace, vault)
    return made


def revoke(
    workspace: Workspace,
    dossier: str,
    version: str,
    grant_id: str,
    *,
    key: attest.PrivateKey,
    reason: str,
) -> Grant:
    """Take a grant back: in the ledger first, then its wrapped key is destroyed.

    One person with the role is enough, whatever the quorum: taking access back must not wait.

    Raises
    ------
    ApprovalError
        If this person may not; it is written into the ledger.
    UsageError
        If there is no such grant, or it was revoked already.
    """
    if not reason.strip():
        raise UsageError("A grant is not revoked without a reason.", advice="give `--reason`")
    sheet, now = sheet_of(workspace, f"{dossier}/{version}"), clock.now()
    vault = workspace.vault(dossier, version)
    asked = Attempt(dossier, version, "", reason, 0, now, grant_id)
    name = _one_granting(workspace, sheet, [key], asked, "revoke")[0]
    with opened_vault(workspace, dossier, version) as (ledger, accesses):
        known = next((g for g in accesses.of(dossier, version) if g.grant.id == grant_id), None)
        if known is None or known.revoked is not None:
            ids = [g.grant.id for g in accesses.of(dossier, version) if g.revoked is None]
            raise UsageError(
                f"There is no grant {grant_id!r} on {dossier} {version} to revoke; "
                f"there is: {', '.join(ids) or 'none'}.",
                advice=f"`synthnb access list {dossier}` shows them",
            )
        told = {"grant": grant_id, "by": name, "reason": reason, "time": now.isoformat()}
        subject = {vault.statement(grant_id).name: known.statement}
        envelope = _signed(subject, told, REVOCATION_TYPE, [key])
        write_atomically(vault.statement(grant_id, ".revoked"), envelope)
        body = {
            "version": version,
            "grant": grant_id,
            "by": name,
            "reason": reason,
            "statement": sha256(envelope),
        }
        ledger.append(REVOKED, dossier, body, now)
        _tidy(workspace, vault)
    return known.grant


def _one_granting(
    workspace: Workspace,
    sheet: Datasheet,
    keys: Sequence[attest.PrivateKey],
    asked: Attempt,
    what: str,
) -> tuple[str, ...]:
    """Return who signs, all of them people who may grant access today."""
    court = court_of(workspace, sheet, asked.time.date())
    problems = [each for key in keys for each in court.objections("access", key.public)]
    holders = [workspace.people.holder(key.public) for key in keys]
    names = tuple(dict.fromkeys(each.name for each in holders if each))
    if problems or not names:
        who = ", ".join(names) or "a key that is nobody's in people.yaml"
        faults = [("role", str(each)) for each in problems]
        advice = court.instead("access")
        refuse(workspace, replace(asked, who=who), faults, what, advice)
    return names


def _granting(
    workspace: Workspace,
    sheet: Datasheet,
    keys: Sequence[attest.PrivateKey],
    to: str,
    asked: Attempt,
) -> tuple[str, ...]:
    names = _one_granting(workspace, sheet, keys, asked, "grant")
    approval = workspace.policy.approval("access")
    needed = approval.quorum if approval else 1
    faults = []
    if len(names) < needed:
        text = f"the policy asks for {needed} different people; signed by {', '.join(names)}"
        faults.append(("quorum", text))
    if to in names:
        faults.append(("role", f"{to} cannot grant access to {to}; somebody else must"))
    if faults:
        advice = "give `--key` once for each of them, none of whom is the reader"
        refuse(workspace, replace(asked, who=", ".join(names)), faults, "grant", advice)
    return names


def _check_asked(
    workspace: Workspace, sheet: Datasheet, reader: Member | None, to: str, until: date
) -> None:
    today, problems = clock.now().date(), []
    if reader is None:
        problems.append(Problem("--to", f"{to} is not in people.yaml"))
    elif not reader.age:
        problems.append(Problem("--to", f"{to} has no `age` recipient in people.yaml"))
    latest = min(sheet.review_due, today + timedelta(days=workspace.policy.access.days))
    if not today <= until <= latest:
        why = "the policy's longest grant" if latest != sheet.review_due else "the review is due"
        expected = f"expected {today} to {latest} ({why})"
        problems.append(Problem("--until", f"is {until}; {expected}"))
    if problems:
        raise UsageError("This cannot be granted.", problems)


def _grant(fields: Mapping[str, Any]) -> Grant:
    try:
        return Grant.model_validate(fields)
    except ValidationError as exc:
        problems = [
            Problem(f"--{each['loc'][0]}", each["msg"].removeprefix("Value error, "))
            for each in exc.errors(include_url=False, include_input=False)
        ]
        raise UsageError("This cannot be granted.", problems) from None


def _data_key(workspace: Workspace, vault: Vault, identity: Identity, asked: Attempt) -> Identity:
    try:
        return sealing.unwrap(vault.key.read_bytes(), identity)
    except OSError:
        raise UsageError("The custodians' key of this table is not there.") from None
    except VerificationError as exc:
        refuse(workspace, asked, [("key", exc.message)], "grant", "give a custodian's `--age`")


def _signed(
    subject: Mapping[str, bytes | str],
    predicate: Mapping[str, Any],
    kind: str,
    keys: Sequence[attest.PrivateKey],
) -> bytes:
    """Sign a statement about files of the vault, given as bytes or as their sha256."""
    listed = [
        {"name": name, "digest": {"sha256": held if isinstance(held, str) else sha256(held)}}
        for name, held in sorted(subject.items())
    ]
    return attest.sign(attest.statement.about(listed, predicate, kind), keys)


def _tidy(workspace: Workspace, vault: Vault) -> None:
    """Destroy every wrapped key whose grant is not in force."""
    accesses, today = Accesses(Ledger(workspace.ledger).entries()), clock.now().date()
    ended = [
        path
        for path in vault.keys
        if path != vault.key
        and (
            path.stem not in accesses.granted
            or accesses.granted[path.stem].state(today) != "in force"
        )
    ]
    shredding.destroy(ended, vault.folder)
