"""Commands about what a workspace remembers and searches: budget, models, tuning."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from synthnb import printing
from synthnb.commands.options import JsonFlag
from synthnb.errors import Problem, UsageError

model_app = typer.Typer(
    help="Register and list models that were trained on releases.", no_args_is_help=True
)


def budget(
    dataset: Annotated[
        str | None, typer.Argument(metavar="[DATASET]", help="Only this data set.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Show the privacy loss of each data set: every charge, their sum, and what is left.

    Differentially private generators charge here before they draw any noise; the cap stands in
    policy.yaml (`privacy_budget`). Losses of all dossiers about one data set add up.
    """
    from synthnb.ledger import Ledger, account
    from synthnb.workspace import Workspace

    workspace = Workspace.find(Path.cwd())
    ledger = Ledger(workspace.ledger)
    names = (
        [dataset]
        if dataset
        else sorted({str(e.body["dataset"]) for e in ledger.entries() if e.kind == "privacy-loss"})
    )
    accounts = [account(ledger, name) for name in names]
    printing.budget(accounts, workspace.policy.privacy_budget, as_json=as_json)


@model_app.command("register")
def model_register(
    release: Annotated[str, typer.Argument(help="DOSSIER/VERSION, e.g. loanapp/1.0.0.")],
    name: Annotated[str, typer.Option(help="Name of the model.")],
    version: Annotated[str, typer.Option(help="Version of the model.")],
    code: Annotated[str, typer.Option(help="Its training code: repository and commit.")],
    owner: Annotated[str, typer.Option(help="Who answers for it.")],
    digest: Annotated[str, typer.Option(help="sha256 of the model's file.")] = "",
    file: Annotated[Path | None, typer.Option(help="The file itself, to take its sha256.")] = None,
    metric: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="How well it does (repeatable)."),
    ] = None,
) -> None:
    """Register a model that was trained on a release, so that a withdrawal reaches it."""
    from synthnb import workflow
    from synthnb.records import sha256
    from synthnb.workspace import Workspace

    problems: list[Problem] = []
    if bool(digest) == (file is not None):
        problems.append(Problem("--digest or --file", "give one of them"))
    if file is not None and not file.is_file():
        problems.append(Problem("--file", "there is no such file"))
    if digest and not re.fullmatch(r"[0-9a-f]{64}", digest):
        problems.append(Problem("--digest", "expected 64 lower-case hex digits"))
    metrics, wrong = _metrics(metric or [])
    problems += wrong
    if problems:
        raise UsageError("The model cannot be registered.", problems)
    made = workflow.register_model(
        Workspace.find(Path.cwd()),
        release,
        name=name,
        version=version,
        digest=sha256(file.read_bytes()) if file is not None else digest,
        code=code,
        owner=owner,
        metrics=metrics,
    )
    printing.done(
        f"Registered {made.name} {made.version}, trained on {made.dossier} {made.release}.",
        "`synthnb model list` shows it, and whether its release still stands",
    )


def _metrics(pairs: list[str]) -> tuple[dict[str, float], list[Problem]]:
    found: dict[str, float] = {}
    wrong: list[Problem] = []
    for pair in pairs:
        name, _, value = pair.partition("=")
        try:
            found[name] = float(value)
        except ValueError:
            wrong.append(Problem(f"--metric {pair}", "expected NAME=VALUE with a number"))
    return found, wrong


@model_app.command("list")
def model_list(
    about: Annotated[
        str | None,
        typer.Argument(metavar="[DOSSIER[/VERSION]]", help="Only models of this dossier, release."),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """List registered models, and what became of the releases that they were trained on."""
    from synthnb import workflow
    from synthnb.workspace import Workspace

    printing.models(workflow.registered(Workspace.find(Path.cwd()), about), as_json=as_json)


def tune(
    name: Annotated[str, typer.Argument(metavar="DOSSIER", help="Name or folder.")],
    trials: Annotated[int, typer.Option(min=1, help="Configurations to try.")] = 20,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, help="How many at a time.")] = 2,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the sweep.")] = 0,
    generator: Annotated[
        list[str] | None, typer.Option(help="Only this generator (repeatable).")
    ] = None,
    timeout: Annotated[
        float | None, typer.Option(metavar="MINUTES", help="Begin no further batch after this.")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Forget an earlier sweep.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Try approved configurations on records set apart for it, and recommend a plan.

    The charter must set a tuning part apart (`split.tuning`). Each trial learns from one half of it
    and is measured on the other: how well members are told from others, what the task loses, and
    how far gaps between groups are moved. The result is the front of trials that no other beats in
    everything, a picture of it, and a plan draft with its reasons; nothing is overwritten. A sweep
    that was stopped goes on where it was.
    """
    from synthnb.workflow.tune import tune as sweep_over
    from synthnb.workspace import find_dossier

    with printing.trials(trials) as on:
        sweep = sweep_over(
            find_dossier(name, Path.cwd()),
            trials=trials,
            jobs=jobs,
            seed=seed,
            only=generator or (),
            minutes=timeout,
            again=again,
            on=on,
        )
    printing.sweep(sweep, as_json=as_json)
