"""What became of runs, and what their evidence comes to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import typer

from synthnb.printing.console import console_of, error, say

if TYPE_CHECKING:
    from rich.console import Console

    from synthnb.errors import Problem
    from synthnb.records import Finding
    from synthnb.workflow import Checked, Outcome, Review


_STYLES = {"pass": "green", "fail": "bold red", "inconclusive": "yellow", "not-measured": "dim"}

_REMEDIES = {
    "plan.approved-configuration": "Choose approved settings in plan.yaml, or have these approved.",
    "evidence.same-tables": "Run all notebooks again on one set of tables.",
    "evidence.measured-once": "Let one notebook measure it, and run the notebooks again.",
    "privacy.required-attacks": "`synthnb threats` lists what is there; run the notebooks again.",
}
"""What to do about findings that are about no metric."""


def foreseen(name: str, problems: Sequence[Problem]) -> None:
    """Print what will block a run before it starts; it runs all the same."""
    if not problems:
        return
    console = console_of(stderr=True)
    console.print(
        f"The policy will block `{name}`, whatever this run finds: its charter leaves out",
        style="yellow",
        markup=False,
    )
    for problem in problems:
        console.print(f"  • {problem}", markup=False)


def outcomes(found: Sequence[Outcome]) -> None:
    """Print what became of each dossier, then every error in full."""
    from rich.table import Table

    table = Table("Dossier", "Run", "Result", box=None)
    for each in found:
        result = "complete" if each.complete else "failed" if each.run else "not started"
        table.add_row(each.dossier, each.run or "–", result)
    console_of().print(table)
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
        cells = (finding_name(finding), value, finding.bound or "–")
        table.add_row(Text(word, style=style), *map(Text, cells))
    console = console_of()
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
    from synthnb.judge import remedy

    for finding in checked.verdict.blocking:
        console.print(f"\nBlocks: {finding_name(finding)}", style="bold", markup=False)
        console.print(f"  {finding.because}", markup=False)
        console.print(f"  Id: {finding.id}{_acceptance(checked, finding)}", markup=False)
        console.print(f"  Why it matters: {finding.reason}", markup=False)
        told = remedy(finding, checked.papers.charter) if finding.metric else ""
        if told := told or _REMEDIES.get(finding.rule, ""):
            console.print(f"  What to do: {told}", markup=False)
    console.print()


def _acceptance(checked: Checked, finding: Finding) -> str:
    """Say whether the risk of a finding could be accepted."""
    why = checked.unacceptable(finding)
    return (
        f" (nobody can accept it: it {why})" if why else " (`synthnb accept` bears it for a time)"
    )


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
    for shown, finding in zip(found["findings"], checked.verdict.findings, strict=True):
        shown["id"] = finding.id
    return {**found, "outcome": checked.outcome, "stale": stale}


def finding_name(finding: Finding) -> str:
    about = ", ".join(finding.estimate.scope.values()) if finding.estimate else ""
    return f"{finding.title} · {about}" if about else finding.title
