"""How a dossier stands, in one word and a few reasons.

state_of(dossier)      # State("blocked", ("Run 0001 is blocked by 3 findings:", …))
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass
from typing import Literal

from synthnb import workflow
from synthnb.errors import RecordError, SynthnbError
from synthnb.judge import limits_in_force
from synthnb.ledger import Ledger
from synthnb.records import Datasheet, digest
from synthnb.workspace import Dossier, Papers

Word = Literal["draft", "blocked", "passed", "released", "withdrawn"]
_MOST = 5
_GONE = {"withdrawal": "withdrawn", "retirement": "retired"}


@dataclass(frozen=True)
class State:
    """One word, and why.

    Attributes
    ----------
    word : str
        ``draft``: nothing was executed yet of what charter and plan say now. ``blocked`` and
        ``passed``: the verdict on the latest run, accepted risks counted. ``released`` and
        ``withdrawn``: what became of the release of that very run.
    why : tuple of str
        The reasons, one a line, and the next step.
    """

    word: Word
    why: tuple[str, ...]


def state_of(dossier: Dossier) -> State:
    """Return how a dossier stands, from its latest executed run and the ledger."""
    try:
        papers = dossier.read()
        limits_in_force(papers.policy, papers.charter)
    except RecordError as exc:
        return State("draft", (exc.message, *_some(list(map(str, exc.problems)))))
    try:
        return _executed(dossier, papers)
    except SynthnbError as exc:
        advice = (f"What to do: {exc.advice}.",) if exc.advice else ()
        return State("blocked", (exc.message, *_some(list(map(str, exc.problems))), *advice))


def _executed(dossier: Dossier, papers: Papers) -> State:
    sheets = [sheet for _, sheet in workflow.releases(dossier)]
    gone = _gone(dossier)
    in_force = [s.version for s in sheets if s.status == "released" and s.version not in gone]
    beside = (f"Release {in_force[-1]} is in force.",) if in_force else ()
    again = f"Next: `synthnb run {dossier.name}`."
    if not dossier.complete_runs:
        return State("draft", ("Nothing was executed yet.", again, *beside))
    _, run = dossier.run()
    if (run.charter, run.plan) != (digest(papers.charter), digest(papers.plan)):
        changed = f"Charter or plan was changed after run {run.id}."
        return State("draft", (changed, again, *beside))
    checked = workflow.check(dossier)
    own = [sheet for sheet in sheets if sheet.subject == checked.subject]
    if own and own[-1].status == "released":
        return _released(own[-1], gone)
    accepted, nothing_left = workflow.accepted_risks(dossier, checked)
    if nothing_left:
        if checked.stale_blocks:
            why = "Attacks are installed now in another version than the one that ran."
            return State("blocked", (why, again, *beside))
        passed = f"Run {run.id} may be released: nothing blocks that is not accepted."
        return State("passed", (passed, f"Next: `synthnb release {dossier.name}`.", *beside))
    return State("blocked", (*_blocking(dossier, checked, accepted), *beside))


def _gone(dossier: Dossier) -> dict[str, str]:
    """Return the releases that were taken back, and what happened to each."""
    return {
        str(each.body.get("version")): f"was {_GONE[each.kind]} on {each.time:%Y-%m-%d}"
        for each in Ledger(dossier.workspace.ledger).entries(dossier.name)
        if each.kind in _GONE
    }


def _released(sheet: Datasheet, gone: dict[str, str]) -> State:
    if sheet.version in gone:
        return State("withdrawn", (f"Release {sheet.version} {gone[sheet.version]}.",))
    issued = f"Released as {sheet.version} on {sheet.issued:%Y-%m-%d}."
    return State("released", (issued, f"Its review is due on {sheet.review_due}."))


def _blocking(
    dossier: Dossier, checked: workflow.Checked, accepted: Container[str]
) -> Iterator[str]:
    found = [each for each in checked.verdict.blocking if each.id not in accepted]
    count = "1 finding" if len(found) == 1 else f"{len(found)} findings"
    yield f"Run {checked.run.id} is blocked by {count}:"
    yield from _some([f"{each.title}: {each.because}" for each in found])
    yield f"`synthnb check {dossier.name}` tells all of it."


def _some(lines: list[str]) -> Iterator[str]:
    yield from (f"– {line}" for line in lines[:_MOST])
    if len(lines) > _MOST:
        yield f"– and {len(lines) - _MOST} more"
