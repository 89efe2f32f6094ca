"""Commands about releases: review, release, verify, countersign, withdraw, retire."""

from __future__ import annotations

import json
import os
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
    KeysOption,
    RunOption,
    dossier_of,
    load_key,
    load_keys,
    passphrase,
)
from synthnb.errors import Problem, UsageError

if TYPE_CHECKING:
    from synthnb.attest import PrivateKey
    from synthnb.records import People
    from synthnb.workflow import Beside

Version = Annotated[str, typer.Argument(help="Which version, e.g. 1.0.0.")]
TrustOption = Annotated[
    Path | None,
    typer.Option("--trust", help="people.yaml that you trust; the workspace's if absent."),
]


class Conclusion(StrEnum):
    """What somebody can conclude about a release."""

    IN_ORDER = "in order"
    CONCERNS = "in order with concerns"
    NOT_IN_ORDER = "not in order"


class Kind(StrEnum):
    """What somebody can look at."""

    AUDIT = "audit"
    COMPLIANCE = "model compliance"


def add(app: typer.Typer) -> None:
    """Add these commands to the program."""
    for command in (review, release, verify, countersign, withdraw, retire):
        app.command()(command)


def review(
    name: DossierArgument,
    key: KeyOption = None,
    who: AsOption = "",
    note: Annotated[str, typer.Option(help="What you want to have said.")] = "",
    concern: Annotated[
        list[str] | None, typer.Option(help="Something that worries you (repeatable).")
    ] = None,
    run_id: RunOption = None,
) -> None:
    """Sign an independent review of a run's privacy assessment.

    Read the executed notebook 03_privacy first. You must be a member in people.yaml with a role
    that the policy names (`review.roles`), and neither own the charter nor have written the plan.
    The review is about this run alone, goes into its release, and is checked by `synthnb verify`.
    """
    from synthnb import workflow

    dossier = dossier_of(name)
    given = workflow.review(
        dossier,
        load_key(key, who, dossier.workspace),
        run_id=run_id,
        note=note,
        concerns=concern or (),
    )
    printing.done(
        f"Reviewed by {given.reviewer} ({given.role}) on {given.date}.",
        "`synthnb release` puts the review into the release",
    )


def release(
    name: DossierArgument,
    key: KeysOption = None,
    unsigned: Annotated[
        bool, typer.Option(help="Release without a signature; in a draft workspace only.")
    ] = False,
    rejected: Annotated[
        bool, typer.Option(help="Record a blocked verdict, marked REJECTED on every page.")
    ] = False,
    renderer: Annotated[str, typer.Option(help="embedded or quarto.")] = "embedded",
    run_id: RunOption = None,
    timestamp: Annotated[
        str, typer.Option(metavar="URL", help="RFC 3161 authority that attests the time.")
    ] = "",
    pdf_certificate: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="PKCS#12 file: sign the PDF too (PAdES)."),
    ] = None,
) -> None:
    """Render, version and sign the datasheet of a run. Written once, never changed.

    Charter and plan must be approved, and the run itself by as many people as the policy asks for:
    with `synthnb approve release`, or by signing here (`--key` once for each). Everything that
    would leave is searched for real records, small counts, paths and secrets first.

    The passphrase of a key comes from SYNTHNB_PASSPHRASE (of the PDF's certificate from
    SYNTHNB_PDF_PASSPHRASE), or is asked for.
    """
    from synthnb import workflow

    dossier = dossier_of(name)
    if unsigned and not dossier.workspace.draft:
        raise UsageError(
            "A release of this workspace must be signed.",
            advice="`--unsigned` is for a workspace in `mode: draft` (synthnb.yaml)",
        )
    secret = ""
    if pdf_certificate is not None:
        given = os.environ.get("SYNTHNB_PDF_PASSPHRASE")
        secret = passphrase(pdf_certificate) if given is None else given
    done = workflow.release(
        dossier,
        [] if unsigned else load_keys(key),
        run_id=run_id,
        rejected=rejected,
        engine=renderer,
        extras=workflow.Extras(timestamp, pdf_certificate, secret),
    )
    printing.released(done)


def verify(
    path: Annotated[Path, typer.Argument(help="Folder or zip of a release.")],
    trust: TrustOption = None,
    table: Annotated[
        Path | None, typer.Option(help="Check that this file is the synthetic table.")
    ] = None,
    checkpoint: Annotated[
        Path | None, typer.Option(help="A checkpoint of the ledger that you kept.")
    ] = None,
    history: Annotated[
        Path | None, typer.Option(help="With it: the ledger's export, to compare any two.")
    ] = None,
    status: Annotated[
        Path | None, typer.Option(help="A signed status list: what became of it since.")
    ] = None,
    policy: Annotated[
        Path | None, typer.Option(help="policy.yaml that must have judged it, quorums included.")
    ] = None,
    tsa: Annotated[
        list[Path] | None,
        typer.Option(help="Root certificate of a timestamp authority you trust (PEM, repeatable)."),
    ] = None,
    pdf_root: Annotated[
        list[Path] | None,
        typer.Option(help="Root certificate for the signature in the PDF (PEM, repeatable)."),
    ] = None,
    replay: Annotated[
        bool, typer.Option("--replay", help="Execute the notebooks again and compare.")
    ] = False,
    data: Annotated[
        Path | None, typer.Option(help="For --replay: folder with your copy of the data.")
    ] = None,
    own_notebooks: Annotated[
        bool, typer.Option(help="For --replay: run notebooks that are not the stock ones.")
    ] = False,
    vsa: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a signed SLSA verification summary.")
    ] = None,
    key: KeyOption = None,
    who: AsOption = "",
    as_json: JsonFlag = False,
) -> None:
    """Verify a release offline: who signed and decided, every file, and the verdict.

    Each check is one line. Keys and roles come from `--trust`, never from the release. A key must
    be valid now, unless a timestamp (`--tsa`) or another person's signature on a checkpoint proves
    that the release is older. Whether it was withdrawn since is known only from a notice in it or
    from a status list.

    With `--replay --data DIR` the notebooks are executed again on your copy of the data, and every
    estimate is compared.

    Exit 0 when everything holds, 1 when anything does not.
    """
    from synthnb import workflow

    if replay != (data is not None):
        raise UsageError("`--replay` and `--data DIR` go together.")
    people = _people(trust, path)
    beside = _beside(table, checkpoint, history, status, policy, tsa or [], pdf_root or [])
    report = workflow.verify(path, people, beside)
    again = None
    if data is not None:
        with printing.rooms() as on:
            again = workflow.replay(path, data, own_notebooks=own_notebooks, on=on)
        report = report.with_replay(again.checks, again.notes)
    if vsa is not None:
        from synthnb.files import write_atomically

        mine = _mine(key, who, people)
        write_atomically(vsa, workflow.summarise(report, mine, name=who))
    if as_json:
        typer.echo(json.dumps(printing.report_json(report), indent=1, ensure_ascii=False))
    else:
        printing.report(report)
    raise typer.Exit(0 if report.ok else 1)


def _people(trust: Path | None, path: Path) -> People:
    from synthnb import workflow

    return workflow.people_in(trust) if trust else workflow.people_near(path)


def _beside(
    table: Path | None,
    checkpoint: Path | None,
    history: Path | None,
    status: Path | None,
    policy: Path | None,
    tsa: list[Path],
    pdf_root: list[Path],
) -> Beside:
    from synthnb import workflow

    wanted = [each for each in (checkpoint, history, status, policy, *tsa, *pdf_root) if each]
    problems = [
        Problem(str(each), "there is no such file") for each in wanted if not each.is_file()
    ]
    if history and not checkpoint:
        problems.append(Problem("--history", "goes with --checkpoint"))
    if problems:
        raise UsageError("The release cannot be held against these.", problems)
    kept = None
    if checkpoint:
        lines = history.read_bytes().splitlines() if history else []
        kept = workflow.Kept(checkpoint.read_bytes(), tuple(lines))
    return workflow.Beside(
        table,
        kept,
        status.read_bytes() if status else None,
        workflow.policy_in(policy) if policy else None,
        [each.read_bytes() for each in tsa],
        [each.read_bytes() for each in pdf_root],
    )


def _mine(path: Path | None, who: str, people: People) -> PrivateKey:
    """Return a key, which must be that person's where a name is given."""
    key = load_key(path)
    holder = people.holder(key.public)
    if who and (holder is None or holder.name != who):
        raise UsageError(f"This key is not {who}'s.", advice="give the key of whom you name")
    return key


def countersign(
    path: Annotated[Path, typer.Argument(help="Folder of a release.")],
    conclusion: Annotated[Conclusion, typer.Option(help="What you conclude.")],
    kind: Annotated[Kind, typer.Option(help="What you looked at.")] = Kind.AUDIT,
    finding: Annotated[
        list[str] | None, typer.Option(help="Something that you found (repeatable).")
    ] = None,
    trust: TrustOption = None,
    key: KeyOption = None,
    who: AsOption = "",
) -> None:
    """Add a signed opinion to a release: of an external auditor, or a model-compliance review.

    Nothing but the release and a people.yaml that lists you is needed. You must have had no part in
    the release. `synthnb verify` shows the opinion; it changes no byte that was there before.
    """
    from synthnb import workflow

    people = _people(trust, path)
    mine = _mine(key, who, people)
    said = workflow.countersign(
        path, mine, people, kind=kind, conclusion=conclusion, findings=finding or ()
    )
    printing.done(
        f"{said.by} ({said.role}) says of {said.dossier} {said.version}: {said.conclusion}.",
        "`synthnb verify` shows it to everybody who gets this release",
    )


def withdraw(
    name: DossierArgument,
    version: Version,
    reason: Annotated[str, typer.Option(help="Why it may no longer be used.")],
    superseded_by: Annotated[
        str, typer.Option(metavar="VERSION", help="The version to use instead.")
    ] = "",
    key: KeysOption = None,
) -> None:
    """Take a release back. Every `synthnb verify` of it says so from then on, offline too.

    The signed notice goes into the release's bundle with the proof that the ledger holds it. Copies
    that were sent out do not have it: send the two new files, or a new status list
    (`synthnb status --publish`), to whoever has one.
    """
    from synthnb import workflow

    done = workflow.withdraw(
        dossier_of(name), version, load_keys(key), reason=reason, superseded_by=superseded_by
    )
    printing.withdrawn(done)


def retire(
    name: DossierArgument,
    version: Version,
    reason: Annotated[str, typer.Option(help="Why its table is destroyed.")],
    key: KeyOption = None,
    who: AsOption = "",
    identity: Annotated[
        list[Path] | None,
        typer.Option(help="An age identity to try on the encrypted copy (repeatable)."),
    ] = None,
) -> None:
    """Destroy the synthetic table of a release, and certify it under a signature.

    As many people as the policy asks for must have approved (`synthnb approve retirement`). Plain
    copies in the workspace and every key of the encrypted one are destroyed, and what is left is
    tried. The datasheet, its evidence and this certificate remain, and still verify.
    """
    from synthnb import workflow
    from synthnb.attest import sealing

    dossier = dossier_of(name)
    identities = {path.name: sealing.load(path, passphrase(path)) for path in identity or ()}
    made = workflow.retire(
        dossier,
        version,
        load_key(key, who, dossier.workspace),
        reason=reason,
        identities=identities,
    )
    printing.retired(made)
