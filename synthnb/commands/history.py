"""The command about the history of a workspace: show it, verify it, and let others keep it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from synthnb import printing
from synthnb.commands.options import AsOption, JsonFlag, KeyOption, here, load_key
from synthnb.errors import Problem, UsageError

if TYPE_CHECKING:
    from synthnb.attest import PrivateKey
    from synthnb.ledger import Ledger


class Form(StrEnum):
    """What a history can be written as."""

    JSONL = "jsonl"


def log(
    name: Annotated[
        str | None, typer.Argument(metavar="[DOSSIER]", help="Only this one's history.")
    ] = None,
    kind: Annotated[str, typer.Option(help="Only this kind: run, rejection, privacy-loss …")] = "",
    verify: Annotated[
        bool,
        typer.Option("--verify", help="Instead of the entries, say whether all of them hold."),
    ] = False,
    against: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="Verify against a checkpoint or proof that somebody kept (repeatable).",
        ),
    ] = None,
    checkpoint: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write a signed checkpoint; wants a key."),
    ] = None,
    cosign: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Witness a checkpoint that you were sent; wants a key."),
    ] = None,
    since: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The checkpoint before: prove (--checkpoint) or see (--cosign) that it goes on.",
        ),
    ] = None,
    export: Annotated[
        Form | None, typer.Option(help="Write the canonical entries, one a line.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Where --export and --cosign write; else shown."),
    ] = None,
    trust: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="people.yaml whose keys may sign checkpoints; the workspace's if absent.",
        ),
    ] = None,
    key: KeyOption = None,
    by: AsOption = "",
    as_json: JsonFlag = False,
) -> None:
    """Show the history of the workspace, and whether it was tampered with.

    The ledger shows by itself which entry was edited, removed, inserted or moved. That its end is
    missing, or that all of it was written anew by somebody who holds the database and a key, shows
    only against a checkpoint that somebody else keeps. So give checkpoints away:

    `synthnb log --checkpoint march.note` writes one: the number of entries and their root, signed.
    Each release carries one, too.

    `synthnb log --against march.note` says later whether the ledger still continues it.

    `synthnb log --checkpoint june.note --since march.note` proves that to whoever has only the
    files, and `synthnb log --cosign june.note --since march.note`, run by them, checks the proof
    and adds their signature and the time.

    Exit 0 when the history holds, 1 when it does not.
    """
    _fitting(
        {
            "--verify": verify,
            "--against": against,
            "--checkpoint": checkpoint,
            "--cosign": cosign,
            "--export": export,
        },
        {
            "--since": (since, ("--checkpoint", "--cosign")),
            "--out": (out, ("--export", "--cosign")),
            "--key": (key, ("--checkpoint", "--cosign")),
            "--as": (by, ("--checkpoint", "--cosign")),
            "--trust": (trust, ("--verify", "--against", "--cosign")),
        },
    )
    if cosign is not None:
        _cosign(cosign, since, trust, load_key(key, by), out)
        return
    from synthnb.ledger import Ledger
    from synthnb.workflow import history

    ledger = Ledger(here().ledger)
    if checkpoint is not None:
        _checkpoint(ledger, checkpoint, since, load_key(key, by))
    elif export is not None:
        _put(history.export(ledger, name, kind).encode(), out)
    elif verify or against:
        _verify(ledger, against or (), trust, as_json=as_json)
    else:
        found = ledger.examine()
        listed = [entry for entry in found.entries if name in (None, entry.dossier)]
        chosen = [entry for entry in listed if kind in ("", entry.kind)]
        printing.log(chosen, found.problems, as_json=as_json)
        raise typer.Exit(1 if found.problems else 0)


def _fitting(modes: dict[str, object], helpers: dict[str, tuple[object, tuple[str, ...]]]) -> None:
    """See that the options make one question."""
    asked = [option for option, value in modes.items() if value]
    problems = []
    if len(asked) > 1 and set(asked) != {"--verify", "--against"}:
        problems.append(Problem(", ".join(asked), "give one of them at a time"))
    problems += [
        Problem(option, f"goes with {' or '.join(wanted)}")
        for option, (value, wanted) in helpers.items()
        if value and not set(wanted) & set(asked)
    ]
    if problems:
        raise UsageError("These options do not go together.", problems)


def _verify(ledger: Ledger, against: Sequence[Path], trust: Path | None, *, as_json: bool) -> None:
    from synthnb import workflow
    from synthnb.workflow import history

    workspace = here()
    people = workflow.people_in(trust) if trust else workspace.people
    kept = {str(path): history.load(path) for path in against}
    found = history.hold(ledger, {**history.in_releases(workspace), **kept}, people.publics)
    printing.held(found, as_json=as_json)
    raise typer.Exit(1 if found.problems else 0)


def _checkpoint(ledger: Ledger, path: Path, since: Path | None, key: PrivateKey) -> None:
    from synthnb import workflow
    from synthnb.workflow import history

    history.may_sign([key], workflow.trusted_keys(here().people))
    if since is None:
        _put(history.checkpoint(ledger, [key]).encode(), path)
    else:
        _put(history.extend(ledger, history.load(since), [key]), path)
    printing.done(
        f"A checkpoint of the history is in {path}.",
        "give it to somebody who does not hold this database; "
        f"`synthnb log --against {path.name}` holds the ledger to it",
    )


def _cosign(
    path: Path, since: Path | None, trust: Path | None, key: PrivateKey, out: Path | None
) -> None:
    from synthnb import clock, workflow
    from synthnb.workflow import history

    people = workflow.people_in(trust) if trust else workflow.people_near(Path.cwd())
    seen = history.load(since) if since else None
    note = history.cosign(history.load(path), key, clock.now(), workflow.trusted_keys(people), seen)
    _put(note.encode(), out)


def _put(data: bytes, path: Path | None) -> None:
    """Write to a new file, or show."""
    from synthnb.files import write_atomically

    if path is None:
        typer.echo(data.decode(), nl=False)
        return
    if path.exists():
        raise UsageError(
            f"{path} exists already; what somebody kept is never overwritten.",
            advice="choose another name",
        )
    try:
        write_atomically(path, data)
    except OSError as exc:
        raise UsageError(f"{path} cannot be written: {exc.strerror}.") from exc
