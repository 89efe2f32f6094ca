"""What the command line prints. Rich loads only when something is printed."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from synthnb.errors import Problem, SynthnbError
    from synthnb.ledger import Account
    from synthnb.records import Budget, Finding, Metric, Threat
    from synthnb.workflow import Checked, Library, Outcome, Released, Report, Review
    from synthnb.workflow.demo import Demo
    from synthnb.workflow.models import Trained
    from synthnb.workflow.tune import Sweep

_STYLES = {"pass": "green", "fail": "bold red", "inconclusive": "yellow", "not-measured": "dim"}

_REMEDIES = {
    "plan.approved-configuration": "Choose approved settings in plan.yaml, or have these approved.",
    "evidence.same-tables": "Run all notebooks again on one set of tables.",
    "evidence.measured-once": "Let one notebook measure it, and run the notebooks again.",
    "privacy.required-attacks": "`synthnb threats` lists what is there; run the notebooks again.",
}
"""What to do about findings that are about no metric."""


def _console(*, stderr: bool = False) -> Console:
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, soft_wrap=False, emoji=False)


def say(text: str) -> None:
    """Print a line as it is; nothing in it is markup."""
    _console(stderr=True).print(text, markup=False)


def done(text: str, next_step: str) -> None:
    """Print what was done, and what comes next."""
    typer.echo(text)
    typer.echo(f"Next: {next_step}.")


def error(exc: SynthnbError) -> None:
    """Print an error on one screen: what happened, everything that is wrong, what to do."""
    console = _console(stderr=True)
    console.print(f"Error: {exc.message}", style="bold red", markup=False)
    shown = exc.problems[:40]
    for problem in shown:
        console.print(f"  • {problem}", markup=False)
    if len(exc.problems) > len(shown):
        console.print(f"  … and {len(exc.problems) - len(shown)} more", markup=False)
    if exc.advice:
        console.print(f"What to do: {exc.advice}", markup=False)


@contextmanager
def progress() -> Iterator[Callable[..., None]]:
    """Show live progress: one bar for each notebook of each dossier."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    marks = {"done": "✓", "failed": "✗", "kept": "=", "running": "▸", "waiting": "·"}
    bars: dict[tuple[str, str], Any] = {}
    columns = (
        TextColumn("{task.fields[mark]} {task.description}", markup=False),
        BarColumn(bar_width=24),
        TextColumn("{task.completed:.0f}/{task.total:.0f} cells", markup=False),
        TimeElapsedColumn(),
    )
    console = _console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as live:

        def on(dossier: str, room: str, phase: str, cells: int, total: int) -> None:
            key = (dossier, room)
            if key not in bars:
                bars[key] = live.add_task(f"{dossier} {room}", total=1, start=False, mark="·")
            task = bars[key]
            if phase == "running" and total == 0:
                live.start_task(task)
            if total:
                live.update(task, total=total, completed=cells)
            if phase in {"done", "kept"}:
                live.update(task, completed=live.tasks[task].total)
            live.update(task, mark=marks.get(phase, "·"))
            if phase in {"done", "failed"}:
                live.stop_task(task)
                if not console.is_terminal:
                    console.print(f"{marks[phase]} {dossier} {room}", markup=False)

        yield on


def outcomes(found: Sequence[Outcome]) -> None:
    """Print what became of each dossier, then every error in full."""
    from rich.table import Table

    table = Table("Dossier", "Run", "Result", box=None)
    for each in found:
        result = "complete" if each.complete else "failed" if each.run else "not started"
        table.add_row(each.dossier, each.run or "–", result)
    _console().print(table)
    for each in found:
        if each.error is not None:
            error(each.error)
    complete = [each.dossier for each in found if each.error is None]
    if complete:
        typer.echo(f"Next: `synthnb check {complete[0]}` gives the verdict.")


def verdict(checked: Checked, *, everything: bool = False) -> None:
    """Print a verdict: what blocks and what warns, and with `everything` what passes."""
    from rich.table import Table
    from rich.text import Text

    from synthnb.show import GRAVITY, MARKS, number

    table = Table("State", "Finding", "Estimate (95 %)", "Limit", box=None, pad_edge=False)
    found = checked.verdict.findings
    for finding in sorted(found, key=lambda each: GRAVITY[each.effect]):
        if finding.effect == "none" and not everything:
            continue
        word, style = " ".join(MARKS[finding.state]), _STYLES[finding.state]
        if finding.effect != "none":
            word += f"\n  {finding.effect}s"
        value = number(finding.estimate) if finding.estimate else "–"
        cells = (_name(finding), value, finding.bound or "–")
        table.add_row(Text(word, style=style), *map(Text, cells))
    console = _console()
    console.print(table)
    _reasons(checked, console)
    _stale(checked, console)
    passing = sum(finding.state == "pass" for finding in found)
    count = len(checked.verdict.blocking)
    by = [f"{count} findings"] if count else []
    by += ["a stale threat library"] if checked.stale_blocks else []
    outcome = "PASSED" if checked.outcome == "passed" else f"BLOCKED by {' and '.join(by)}"
    console.print(
        f"Verdict on run {checked.run.id} under {checked.verdict.policy}: {outcome}, "
        f"{len(checked.verdict.warnings)} warnings, {passing} of {len(found)} findings pass.",
        style="bold",
        markup=False,
    )


def _reasons(checked: Checked, console: Console) -> None:
    from synthnb.records import metric

    for finding in checked.verdict.blocking:
        console.print(f"\nBlocks: {_name(finding)}", style="bold", markup=False)
        console.print(f"  {finding.because}", markup=False)
        console.print(f"  Why it matters: {finding.reason}", markup=False)
        remedy = metric(finding.metric).remedy if finding.metric else _REMEDIES.get(finding.rule)
        if remedy:
            console.print(f"  What to do: {remedy}", markup=False)
    console.print()


def _stale(checked: Checked, console: Console) -> None:
    if not checked.stale:
        return
    word, style = ("Blocks", "bold") if checked.stale_blocks else ("Warns", "yellow")
    said = "the attacks that are installed now are not those that ran"
    console.print(f"{word}: stale, {said}", style=style, markup=False)
    for each in checked.stale:
        console.print(f"  {each}", markup=False)
    again = f"synthnb run {checked.run.dossier} --only privacy"
    console.print(f"  What to do: `{again}` runs the installed ones\n", markup=False)


def reviews(checked: Checked, found: Mapping[str, Review]) -> None:
    """Print who has reviewed the privacy assessment, where the policy asks for it."""
    if not found and checked.papers.policy.review.required == "none":
        return
    for given in found.values():
        say(f"Privacy reviewed by {given.reviewer} ({given.role}) on {given.date}.")
        for concern in given.concerns:
            say(f"  Concern: {concern}")
    if not found:
        say("Nobody independent has reviewed the privacy assessment: `synthnb review`.")


def verdict_json(checked: Checked) -> dict[str, Any]:
    """Return a verdict for programs, with what the threat library knows since."""
    stale = [
        {"attack": each.attack, "ran": each.ran, "installed": each.installed, "message": str(each)}
        for each in checked.stale
    ]
    found = checked.verdict.model_dump(mode="json")
    return {**found, "outcome": checked.outcome, "stale": stale}


def _name(finding: Finding) -> str:
    about = ", ".join(finding.estimate.scope.values()) if finding.estimate else ""
    return f"{finding.title} · {about}" if about else finding.title


def released(made: Released) -> None:
    """Print where a release lies."""
    sheet = made.datasheet
    if not made.fresh:
        typer.echo(f"Nothing changed since {sheet.name} {sheet.version}; no new release was made.")
    else:
        mark = " as a record of REJECTION" if sheet.status == "rejected" else ""
        typer.echo(f"Released {sheet.name} {sheet.version}{mark}.")
    typer.echo(f"Datasheet: {made.folder / 'content' / 'datasheet.html'}")
    typer.echo(f"Next: `synthnb verify {made.folder}` checks it, as an auditor would.")


def report(found: Report) -> None:
    """Print a verification, one line for each check."""
    console = _console()
    for check in found.checks:
        mark, style = ("✓", "green") if check.ok else ("✗", "bold red")
        console.print(f"{mark} {check.message}", style=style, markup=False)
    for note in found.notes:
        console.print(f"! {note}", style="yellow", markup=False)
    result = "The release holds." if found.ok else "The release does NOT hold."
    console.print(result, style="bold", markup=False)


def report_json(found: Report) -> dict[str, Any]:
    """Return a verification for programs."""
    sheet = found.datasheet
    return {
        "ok": found.ok,
        "name": sheet.name if sheet else None,
        "version": sheet.version if sheet else None,
        "status": sheet.status if sheet else None,
        "checks": [
            {"name": check.name, "ok": check.ok, "message": check.message} for check in found.checks
        ],
        "notes": list(found.notes),
    }


def demo(made: Demo) -> None:
    """Print what the demo made, and how to go on."""
    sheet, folder = made.released.datasheet, made.released.folder
    report(made.report)
    blocking = sheet.verdict.blocking
    typer.echo("")
    typer.echo(f"Verdict: {sheet.verdict.outcome}, {len(blocking)} findings stand against it.")
    for finding in blocking[:6]:
        typer.echo(f"  • {_name(finding)}: {finding.because}")
    if len(blocking) > 6:
        typer.echo(f"  … and {len(blocking) - 6} more in the datasheet")
    typer.echo("")
    typer.echo(f"Datasheet: {(folder / 'content' / 'datasheet.html').resolve()}")
    typer.echo(f"     PDF: {(folder / 'content' / 'datasheet.pdf').resolve()}")
    typer.echo(f"Next: cd {made.workspace.root} && {_program()} check loanapp")


def _program() -> str:
    """Return how to call synthnb here: by its name where that finds it, else by its path."""
    return "synthnb" if shutil.which("synthnb") else str(Path(sys.argv[0]).absolute())


def log(entries: Iterable[Any], problems: Sequence[Problem], *, as_json: bool) -> None:
    """Print the history."""
    listed = list(entries)
    if as_json:
        typer.echo(json.dumps([entry.model_dump(mode="json") for entry in listed], indent=1))
    else:
        for entry in listed:
            body = ", ".join(f"{key} {str(value)[:20]}" for key, value in entry.body.items())
            typer.echo(f"{entry.seq:5d}  {entry.time}  {entry.kind:10s} {entry.dossier}  {body}")
    for problem in problems:
        sys.stderr.write(f"tampered: {problem}\n")


@contextmanager
def trials(asked: int) -> Iterator[Callable[[int, int, str], None]]:
    """Show live progress of a sweep."""
    from rich.progress import Progress

    console = _console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal) as live:
        task = live.add_task("trials", total=asked)

        def on(done: int, total: int, name: str) -> None:
            live.update(task, completed=done, total=total, description=f"trials ({name})")
            if not console.is_terminal:
                console.print(f"{done}/{total} {name}", markup=False)

        yield on


def sweep(found: Sweep, *, as_json: bool) -> None:
    """Print the trials of a sweep, the front and the recommendation."""
    from rich.table import Table

    from synthnb.records import metric

    tuning = found.tuning
    if as_json:
        typer.echo(tuning.model_dump_json(indent=1))
        return
    table = Table("trial", "configuration", *(metric(o).title for o in tuning.objectives), "")
    done = [trial for trial in tuning.trials if trial.scores]
    for trial in sorted(done, key=lambda t: (t.number not in tuning.front, t.number)):
        cells = [
            metric(each.metric).show_with_interval(each.value, each.low, each.high)
            for each in trial.scores
        ]
        mark = "front" if trial.number in tuning.front else ""
        mark = "recommended" if trial.number == tuning.recommended else mark
        table.add_row(str(trial.number), trial.configuration, *cells, mark)
    _console().print(table)
    for number in tuning.front:
        trial = tuning.trial(number)
        settings = ", ".join(
            f"{name} {f'{value:.3g}' if isinstance(value, float) else value}"
            for name, value in trial.parameters.items()
        )
        typer.echo(f"Trial {number}: {trial.configuration}, {settings or 'default settings'}.")
    for trial in tuning.trials:
        if trial.error:
            typer.echo(f"Trial {trial.number} ({trial.configuration}) failed: {trial.error}")
    for line in (*(f"Left out: {each}." for each in tuning.left_out), *tuning.reasons):
        typer.echo(line)
    typer.echo(f"Picture, trials and plan.recommended.yaml are in {found.folder}.")
    typer.echo("Next: read the draft, copy it over plan.yaml, and `synthnb run`.")


def budget(accounts: Sequence[Account], cap: Budget | None, *, as_json: bool) -> None:
    """Print what was charged to each data set, and what is left."""
    delta = cap.delta if cap else 1e-6
    if as_json:
        listed = [
            {
                "dataset": each.dataset,
                "rho": str(each.rho),
                "epsilon": each.epsilon(delta),
                "delta": delta,
                "cap": cap.epsilon if cap else None,
                "charges": [entry.model_dump(mode="json") for entry in each.charges],
            }
            for each in accounts
        ]
        typer.echo(json.dumps(listed, indent=1))
        return
    if not accounts:
        typer.echo("Nothing was charged to any data set.")
    for each in accounts:
        said = f"of {cap.epsilon:g}" if cap else "and the policy sets no cap"
        typer.echo(f"{each.dataset}: epsilon {each.epsilon(delta):.3g} {said} (delta {delta:g})")
        for entry in each.charges:
            body = entry.body
            typer.echo(
                f"  {entry.time:%Y-%m-%d}  epsilon {body['epsilon']:g}  {body['purpose']}  "
                f"{body['what']}"
            )


def models(found: Sequence[Trained], *, as_json: bool) -> None:
    """Print registered models."""
    if as_json:
        listed = [{**each.model.model_dump(mode="json"), "status": each.status} for each in found]
        typer.echo(json.dumps(listed, indent=1))
        return
    if not found:
        typer.echo("No model is registered.")
    for each in found:
        model = each.model
        scores = ", ".join(f"{name} {value:g}" for name, value in model.metrics.items())
        typer.echo(
            f"{model.name} {model.version}: trained on {model.dossier} {model.release} "
            f"({each.status}); owner {model.owner}; {scores or 'no metrics'}"
        )


def generators(found: Mapping[str, Any], *, as_json: bool) -> None:
    """Print the generators."""
    if as_json:
        listed = {
            name: {"title": each.title, "library": each.library, "licence": each.licence}
            for name, each in found.items()
        }
        typer.echo(json.dumps(listed, indent=1))
        return
    for name, each in found.items():
        package = f" ({each.library}, {each.licence})" if each.library else ""
        typer.echo(f"{name}: {each.title}{package}")
        for parameter, entry in each.parameters.items():
            default = json.dumps(entry.default)
            typer.echo(f"    {parameter} ({default}; {entry.expected}): {entry.meaning}")


def threats(known: Library, *, as_json: bool) -> None:
    """Print the attacks of the threat library."""
    from rich.table import Table
    from rich.text import Text

    if as_json:
        found = {
            "attacks": [_threat_json(known, threat) for threat in known.attacks],
            "lacking": [need.model_dump(mode="json") for need in known.lacking],
        }
        typer.echo(json.dumps(found, indent=1, ensure_ascii=False))
        return
    names = ["Attack", "Version", "Criterion", "Status", "Cost", "From"]
    names += ["Required"] if known.required else []
    table = Table(box=None, pad_edge=False)
    for name in names:
        table.add_column(name, no_wrap=name == "Attack")
    for threat in known.attacks:
        cells = [threat.id, threat.version, threat.criterion, threat.status, threat.cost]
        cells += [threat.package, _needed(known, threat)]
        table.add_row(*map(Text, cells[: len(names)]))
    _console().print(table)
    for need in known.lacking:
        typer.echo(f"The policy requires {need.id}, version {need.version} or newer: not installed")
    typer.echo("Next: `synthnb threats ATTACK` tells the story of one.")


def _needed(known: Library, threat: Threat) -> str:
    version = known.need(threat.id)
    return "–" if version is None else f"{version} or newer"


def _threat_json(known: Library, threat: Threat) -> dict[str, Any]:
    return {**threat.model_dump(mode="json"), "required": known.need(threat.id)}


def threat(known: Library, told: Threat, *, as_json: bool) -> None:
    """Print the story of an attack, and what it measures."""
    from synthnb.records import metric

    if as_json:
        typer.echo(json.dumps(_threat_json(known, told), indent=1, ensure_ascii=False))
        return
    typer.echo(f"{told.title} ({told.id}, version {told.version}, from {told.package})")
    typer.echo(f"    The attacker knows {told.knows}")
    typer.echo(f"    The attacker wants {told.wants}")
    typer.echo(f"    The attacker can {told.can}")
    typer.echo(f"    Criterion: {told.criterion}; status: {told.status}; cost: {told.cost}")
    if known.required:
        typer.echo(f"    Required by the policy: {_needed(known, told)}")
    for name in told.metrics:
        typer.echo(f"    {name}: {metric(name).meaning}")


def metrics(found: Sequence[Metric], *, as_json: bool) -> None:
    """Print catalogue entries."""
    if as_json:
        listed = [entry.model_dump(mode="json") for entry in found]
        typer.echo(json.dumps(listed, indent=1, ensure_ascii=False))
        return
    for entry in found:
        chance = "" if entry.chance is None else f"; chance level {entry.show(entry.chance)}"
        typer.echo(f"{entry.id}: {entry.title} ({entry.unit}, {entry.better} is better{chance})")
        typer.echo(f"    {entry.meaning}\n    When bad: {entry.remedy}\n    Source: {entry.source}")


def key(path: Path, public: str, fingerprint: str) -> None:
    """Print a public key as people.yaml wants it."""
    typer.echo(f"Private key: {path} (encrypted; keep it and its passphrase to yourself)")
    typer.echo(f"Fingerprint: {fingerprint}")
    typer.echo("For people.yaml, below your name:")
    typer.echo(f"    keys:\n      - public: {public}")
