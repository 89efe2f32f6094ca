"""The command line: parse, call, print, exit code. No logic.

Exit codes: 0 all is well, 1 a verdict or a signature says no, 2 wrong usage or bad input,
3 something broke.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from synthnb import __version__, commands, printing
from synthnb.commands.options import DossierArgument, JsonFlag, RunOption, dossier_of, here
from synthnb.errors import SynthnbError, UsageError

app = typer.Typer(
    name="synthnb",
    help=(
        "Govern synthetic tabular data: charter, generation, privacy, fairness, utility and "
        "lineage, judged against a written policy and released as signed datasheets.\n\n"
        "Begin with `synthnb demo`, or with `synthnb init` and `synthnb new NAME`."
    ),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Dossiers = Annotated[list[str], typer.Argument(metavar="DOSSIER...", help="Names or folders.")]


def main() -> None:
    """Run the command line; every error of ours becomes one screen and an exit code."""
    try:
        app()
    except SynthnbError as exc:
        printing.error(exc)
        sys.exit(exc.exit_code)
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped; nothing half-done was kept.\n")
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(141)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"synthnb {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="Where; the current folder if absent.")] = Path(),
) -> None:
    """Make a workspace: a policy to start from, people, and room for dossiers."""
    from synthnb.workspace import Workspace

    made = Workspace.create(folder)
    printing.done(f"A workspace is ready in {made.root}.", "`synthnb new NAME` adds a dossier")


@app.command()
def new(name: Annotated[str, typer.Argument(help="Short name of the asset.")]) -> None:
    """Add a dossier: a charter and a plan to fill."""
    made = here().new(name)
    printing.done(
        f"The dossier `{name}` is ready in {made.folder}.",
        f"put the data into {made.folder.name}/data, fill charter.yaml and plan.yaml, "
        f"then `synthnb run {name}`; `synthnb notebooks {name}` puts the guided notebooks there",
    )


@app.command()
def notebooks(
    name: Annotated[str | None, typer.Argument(metavar="[DOSSIER]", help="Name or folder.")] = None,
    workshops: Annotated[
        bool, typer.Option("--workshops", help="Copy the workshops into the workspace.")
    ] = False,
) -> None:
    """Copy the stock notebooks into a dossier, to work with them in JupyterLab.

    A copy that is changed counts as the dossier's own template, and its releases say so. A file
    that is there already stays as it is.
    """
    if name is None and not workshops:
        raise UsageError("Say whose notebooks.", advice="name a dossier, or give `--workshops`")
    copied = []
    if name is not None:
        from synthnb.workflow import copy_notebooks

        copied += copy_notebooks(dossier_of(name))
    if workshops:
        from synthnb.learning import copy_workshops

        copied += copy_workshops(here())
    for path in copied:
        typer.echo(path)


@app.command()
def run(
    names: Dossiers,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, help="Notebooks at a time.")] = 2,
    only: Annotated[str, typer.Option(help="Only these, comma-separated: privacy,fairness …")] = "",
    parameters: Annotated[
        list[str] | None,
        typer.Option("--parameter", "-p", metavar="NAME=VALUE", help="Notebook parameter."),
    ] = None,
    again: Annotated[
        str, typer.Option(metavar="REASON", help="Run a configuration that was rejected before.")
    ] = "",
) -> None:
    """Execute the notebooks of dossiers and keep what they measured.

    Everything is checked before anything is executed. Exit 0 when every dossier has a complete
    run; otherwise the exit code of the worst error.
    """
    from synthnb import workflow

    dossiers = [dossier_of(name) for name in dict.fromkeys(names)]
    rooms = [room.strip() for room in only.split(",") if room.strip()]
    for dossier in dossiers:
        printing.foreseen(dossier.name, workflow.foreseen(dossier))
    with printing.progress() as on:
        outcomes = workflow.run(
            dossiers,
            jobs=jobs,
            only=rooms,
            parameters=_parse(parameters or []),
            again=again,
            on=on,
        )
    printing.outcomes(outcomes)
    raise typer.Exit(max(each.error.exit_code if each.error else 0 for each in outcomes))


def _parse(pairs: list[str]) -> dict[str, Any]:
    parsed: dict[str, Any] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise UsageError(f"{pair!r} is not NAME=VALUE.", advice="e.g. `-p seed=1`")
        try:
            parsed[name] = json.loads(value)
        except ValueError:
            parsed[name] = value
    return parsed


@app.command()
def check(
    name: DossierArgument,
    run_id: RunOption = None,
    everything: Annotated[bool, typer.Option("--all", help="Show what passes, too.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Give the verdict on a run: each finding with value, interval, limit and reason.

    It also says which attacks are installed now in another version than the one that ran, or did
    not run at all; the policy (`threats.stale`) says whether that warns or blocks.

    Exit 0 when it passes, 1 when it is blocked.
    """
    from synthnb import workflow

    checked = workflow.check(dossier_of(name), run_id)
    if as_json:
        typer.echo(json.dumps(printing.verdict_json(checked), indent=1, ensure_ascii=False))
    else:
        printing.verdict(checked, everything=everything)
        printing.reviews(checked, workflow.reviews(dossier_of(name), checked))
        risks, is_all = workflow.accepted_risks(dossier_of(name), checked)
        printing.accepted(risks, is_all=is_all)
    raise typer.Exit(0 if checked.outcome == "passed" else 1)


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(help="A new or empty folder.")] = Path("demo"),
    quick: Annotated[
        bool, typer.Option("--quick", help="Only the dossier that is refused; trains no network.")
    ] = False,
) -> None:
    """Take real lending data from charter to signed, verified datasheets, in two minutes.

    Two dossiers on the same records: `loanapp` is refused, and its datasheet says why;
    `loanapp-mended` has another generator, and people who are accountable accept what is left.
    """
    from synthnb import workflow

    with printing.progress() as on:
        found = workflow.demo(folder, quick=quick, on=on, say=printing.say)
    printing.demo(found)
    raise typer.Exit(0 if all(made.report.ok for made in found.made) else 1)


@app.command()
def generators(as_json: JsonFlag = False) -> None:
    """List the generators, their parameters and their licences."""
    from synthnb import generate

    printing.generators(generate.generators(), as_json=as_json)


@app.command()
def threats(
    attack: Annotated[
        str | None, typer.Argument(metavar="[ATTACK]", help="Tell the story of this one.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """List the attacks that test for leaks, or tell the story of one.

    Each attack plays somebody who holds the synthetic table and scores real people without knowing
    who was in the training data. A headline attack decides whether anyone's record is in there, an
    explanation says what a leak would give away, a description is what people expect to read.

    Inside a workspace it also shows which attacks the policy requires, and from which version on.
    Other packages add attacks through the entry-point group `synthnb.attacks`.
    """
    from synthnb import workflow

    known = workflow.library(Path.cwd())
    if attack is not None:
        printing.threat(known, known.find(attack), as_json=as_json)
    else:
        printing.threats(known, as_json=as_json)


@app.command()
def metrics(
    metric_id: Annotated[
        str | None, typer.Argument(metavar="[METRIC]", help="An id, or its beginning: privacy.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Explain the metrics: meaning, unit, good direction, chance level, remedy, source."""
    from synthnb.records.catalogue import find

    printing.metrics(find(metric_id), as_json=as_json)


@app.command()
def schema(
    record: Annotated[
        str, typer.Argument(help="charter, plan, policy, people, evidence, datasheet")
    ],
) -> None:
    """Print the JSON Schema of a record."""
    from synthnb import records

    typer.echo(json.dumps(records.schema(record), indent=1, ensure_ascii=False))


commands.add_to(app)

if __name__ == "__main__":
    main()
