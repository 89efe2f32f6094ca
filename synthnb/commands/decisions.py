"""Commands of those who decide: approve, reject, accept, and what waits for whom."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from synthnb import printing
from synthnb.commands.options import (
    AsOption,
    DossierArgument,
    JsonFlag,
    KeyOption,
    RunOption,
    dossier_of,
    here,
    load_key,
    load_keys,
)
from synthnb.errors import UsageError

if TYPE_CHECKING:
    from synthnb.workspace import Dossier


class What(StrEnum):
    """What can be approved or rejected."""

    CHARTER = "charter"
    PLAN = "plan"
    RELEASE = "release"
    RETIREMENT = "retirement"


WhatArgument = Annotated[What, typer.Argument(metavar="WHAT", help=", ".join(What))]
Version = Annotated[
    str, typer.Argument(metavar="[VERSION]", help="For what was released: which version.")
]
Day = Annotated[
    datetime,
    typer.Option(
        "--until", metavar="DATE", formats=["%Y-%m-%d"], help="The last day that it holds."
    ),
]


def add(app: typer.Typer) -> None:
    """Add these commands to the program."""
    for command in (approve, reject, accept, status):
        app.command()(command)


def approve(
    what: WhatArgument,
    name: DossierArgument,
    version: Version = "",
    who: AsOption = "",
    key: KeyOption = None,
    comment: Annotated[str, typer.Option(help="What you want to have said.")] = "",
    run_id: RunOption = None,
) -> None:
    """Approve a charter, a plan, a run for release, or a retirement: exactly as it is now.

    Your signature covers the sha256 of what you approve; when it changes by one byte, your approval
    is void and `synthnb status` says so. The policy names the roles that may approve and how many
    different people must. Whoever wrote a charter or a plan does not count towards its approval.
    """
    _decide(what, name, version, who, key, answer="approve", comment=comment, run_id=run_id)


def reject(
    what: WhatArgument,
    name: DossierArgument,
    reason: Annotated[str, typer.Option(help="Why; it is kept with your name.")],
    version: Version = "",
    who: AsOption = "",
    key: KeyOption = None,
    criterion: Annotated[
        str, typer.Option(help="The rule or criterion of the policy that you cite.")
    ] = "",
    run_id: RunOption = None,
) -> None:
    """Reject a charter, a plan or a run, with the reason. One rejection stops it.

    It stands until what you rejected is changed, or you approve it after all.
    """
    _decide(
        what,
        name,
        version,
        who,
        key,
        answer="reject",
        comment=reason,
        criterion=criterion,
        run_id=run_id,
    )


def _decide(
    what: What,
    name: str,
    version: str,
    who: str,
    key: Path | None,
    *,
    answer: str,
    comment: str,
    run_id: str | None,
    criterion: str = "",
) -> None:
    from synthnb import workflow

    dossier: Dossier = dossier_of(name)
    done = workflow.decide(
        dossier,
        load_key(key, who, dossier.workspace),
        what.value,
        answer=answer,
        comment=comment,
        criterion=criterion,
        version=version,
        run_id=run_id,
    )
    printing.decided(done)


def accept(
    name: DossierArgument,
    finding: Annotated[str, typer.Argument(help="Id of the finding, as `synthnb check` prints.")],
    reason: Annotated[str, typer.Option(help="Why the risk can be borne.")],
    until: Day,
    who: AsOption = "",
    key: KeyOption = None,
    run_id: RunOption = None,
) -> None:
    """Accept, for a time, the risk of a finding that could not be decided.

    Only findings that are inconclusive or not measured can be accepted, never a fail, and only by
    those whom the policy names (`action: acceptance`). It stands on the first page of the datasheet
    with your name, and `synthnb verify` refuses the release after the last day.
    """
    from synthnb import workflow

    dossier: Dossier = dossier_of(name)
    done = workflow.decide(
        dossier,
        load_key(key, who, dossier.workspace),
        "acceptance",
        comment=reason,
        finding=finding,
        until=until.date(),
        run_id=run_id,
    )
    printing.decided(done)


def status(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[DOSSIER...]", help="Only these.")
    ] = None,
    publish: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write a signed list of what became of each release."),
    ] = None,
    valid: Annotated[
        str, typer.Option(metavar="DURATION", help="How long that list holds, e.g. P7D.")
    ] = "P7D",
    key: Annotated[
        list[Path] | None,
        typer.Option("--key", help="Key that signs the list (repeatable); or set SYNTHNB_KEY."),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Show what is waiting, for whom, since when, and what is overdue.

    Exit 0 when nothing is overdue, 1 otherwise: good for a scheduled job.

    With `--publish` it writes a signed status list. Only such a list can say that a release is
    *not* withdrawn, and only until the day that stands in it; give it to those who verify.
    """
    from synthnb import workflow

    workspace = here()
    if publish is not None:
        if names or as_json:
            raise UsageError(
                "A status list is about all releases.", advice="give `--publish` alone"
            )
        made = workflow.publish_status(workspace, load_keys(key), publish, valid)
        printing.done(
            f"The status of {len(made.releases)} releases, until {made.until:%Y-%m-%d %H:%M} UTC.",
            f"`synthnb verify RELEASE --status {publish.name}` reads it",
        )
        return
    found = workflow.status(workspace, names or ())
    printing.status(found, as_json=as_json)
    raise typer.Exit(1 if any(each.overdue for each in found) else 0)
