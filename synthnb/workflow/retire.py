"""`synthnb retire`: destroy the table of a release and its keys, and say so under a signature."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from synthnb import attest, clock
from synthnb.errors import ApprovalError, Problem, SynthnbError, UsageError
from synthnb.files import write_atomically
from synthnb.records import filled, sha256
from synthnb.records.destruction import Destruction
from synthnb.workflow.access import destroy
from synthnb.workflow.access.common import table_of
from synthnb.workflow.decide import count, court_of, question, recorded
from synthnb.workflow.models import sheet_of
from synthnb.workflow.notices import post
from synthnb.workflow.standing import RETIREMENT_TYPE
from synthnb.workspace import Dossier

if TYPE_CHECKING:
    from synthnb.attest.sealing import Identity

RETIRED = "retirement"
_KEPT = (
    "the release: datasheet, executed notebooks, evidence and signatures, which still verify",
    "the history in the ledger, and the decisions that led here",
)
_SEALED = "the encrypted table, which no key opens any more"


def retire(
    dossier: Dossier,
    version: str,
    key: attest.PrivateKey,
    *,
    reason: str,
    identities: Mapping[str, Identity] | None = None,
) -> Destruction:
    """Destroy the table of a release, with its keys, and certify it.

    Parameters
    ----------
    dossier : Dossier
    version : str
    key : PrivateKey
        Of who carries it out; a person with a role that may approve it.
    reason : str
    identities : mapping of str to Identity, optional
        Age identities by whose they are; each is tried on the encrypted copy afterwards.

    Raises
    ------
    ApprovalError
        If too few of the right people approved the retirement of this version, or this person may
        not carry it out.
    UsageError
        If it was retired already.
    SynthnbError
        If something still opens the encrypted copy.
    """
    with dossier.lock():
        folder = dossier.release(version)
        if (folder / "bundle" / f"{RETIRED}.dsse.json").exists():
            raise UsageError(f"{dossier.name} {version} was retired already.")
        asked = question(dossier, "retirement", version=version)
        court = court_of(dossier, dossier.read())
        tally = count(dossier, asked)
        problems = [*court.objections("retirement", key.public), *tally.lacking]
        holder = court.people.holder(key.public)
        if problems or holder is None:
            raise ApprovalError(
                f"{dossier.name} {version} may not be retired yet; nothing was destroyed.",
                problems,
                advice=f"`synthnb approve retirement {dossier.name} {version} --as NAME`; "
                + court.instead("retirement"),
            )
        table, _ = table_of(sheet_of(dossier.workspace, f"{dossier.name}/{version}"))
        now = clock.now()
        fields = {
            "dossier": dossier.name,
            "version": version,
            "reason": reason,
            "table": table,
            "destroyed": (),
            "kept": _KEPT,
            "approved_by": tuple(sorted(vote.name for vote in tally.votes)),
            "by": holder.name,
            "time": now,
        }
        filled(Destruction, fields, "the certificate")  # before anything is destroyed
        done = destroy(dossier.workspace, dossier.name, version, identities)
        if done.readable:
            raise SynthnbError(
                f"The encrypted table of {dossier.name} {version} can still be read.",
                [Problem(each.key, each.because) for each in done.tries if each.opens],
                advice="destroy what is named, and retire again; no certificate was written",
            )
        fields["destroyed"] = tuple(
            {"name": each.name.rpartition("/")[2], "sha256": each.sha256, "method": method}
            for method in (done.destroyed.method,)
            for each in done.destroyed.files
        )
        if done.sealed:
            tried = ", ".join(each.key for each in done.tries) or "no key is left to try"
            fields["unreadable"] = (f"{done.sealed}: {tried}",)
            fields["kept"] = (*_KEPT, _SEALED)
        made = filled(Destruction, fields, "the certificate")
        held = recorded(dossier)
        for data in (held[vote.file] for vote in tally.votes):
            write_atomically(folder / "bundle" / f"approval-{sha256(data)[:16]}.dsse.json", data)
        post(dossier, folder, RETIRED, RETIREMENT_TYPE, made, [key], now)
    return made
