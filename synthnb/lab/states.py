"""How a dossier stands, in one word and a few reasons, and what to do next.

state_of(dossier)      # State("blocked", ("Run 0001 is blocked by 3 findings:", …), (Step(…), …))
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from synthnb import workflow
from synthnb.errors import RecordError, SynthnbError
from synthnb.judge import limits_in_force
from synthnb.lab.steps import Ahead, Step, advised, fill
from synthnb.ledger import Ledger
from synthnb.records import Datasheet, Finding, digest
from synthnb.workflow.gather import gather
from synthnb.workflow.standing import ended
from synthnb.workspace import Dossier, Papers

Word = Literal["draft", "blocked", "passed", "released", "expired", "withdrawn"]
_MOST = 5
_GONE = {"withdrawal": "withdrawn", "retirement": "retired"}


@dataclass(frozen=True)
class State:
    """One word, why, and what to do next.

    Attributes
    ----------
    word : str
        ``draft``: nothing was executed yet of what charter and plan say now. ``blocked`` and
        ``passed``: the verdict on the latest run, accepted risks counted. ``released``, ``expired``
        (its review or an accepted risk has ended) and ``withdrawn``: what became of the release of
        that very run.
    why : tuple of str
        The reasons, one a line.
    steps : tuple of Step
        What to do next, in order.
    """

    word: Word
    why: tuple[str, ...]
    steps: tuple[Step, ...] = ()


def state_of(dossier: Dossier) -> State:
    """Return how a dossier stands, from its latest executed run and the ledger."""
    try:
        papers = dossier.read()
        limits_in_force(papers.policy, papers.charter)
    except RecordError as exc:
        return State("draft", _said(exc), fill(dossier, exc))
    try:
        return _executed(dossier, papers)
    except SynthnbError as exc:
        return State("blocked", _said(exc), advised(dossier, exc))


def _executed(dossier: Dossier, papers: Papers) -> State:
    sheets = [sheet for _, sheet in workflow.releases(dossier)]
    gone = _gone(dossier)
    alive = [s for s in sheets if s.status == "released" and s.version not in gone]
    beside = (_beside(alive[-1]),) if alive else ()
    ahead = Ahead(dossier, papers)
    if not dossier.complete_runs:
        return State("draft", ("Nothing was executed yet.", *beside), ahead.run())
    _, run = dossier.run()
    if (run.charter, run.plan) != (digest(papers.charter), digest(papers.plan)):
        changed = f"Charter or plan was changed after run {run.id}."
        return State("draft", (changed, *beside), ahead.run())
    checked = workflow.check(dossier)
    own = [sheet for sheet in sheets if sheet.subject == checked.subject]
    if own and own[-1].status == "released":
        return _released(ahead, own[-1], gone)
    decided = gather(dossier, checked, ())
    ids = decided.open(checked)
    left = [each for each in checked.verdict.blocking if each.id in ids]
    if left:
        steps = ahead.mend(checked, left, decided, own)
        return State("blocked", (*_blocking(checked, left), *beside), steps)
    if checked.stale_blocks:
        why = "Attacks are installed now in another version than the one that ran."
        return State("blocked", (why, *beside), ahead.retest())
    passed = f"Run {run.id} may be released: nothing blocks that is not accepted."
    return State("passed", (passed, *beside), ahead.release(checked, decided))


def _beside(sheet: Datasheet) -> str:
    return f"Release {sheet.version} {'has expired' if ended(sheet) else 'is in force'}."


def _gone(dossier: Dossier) -> dict[str, str]:
    """Return the releases that were taken back, and what happened to each."""
    return {
        str(each.body.get("version")): f"was {_GONE[each.kind]} on {each.time:%Y-%m-%d}"
        for each in Ledger(dossier.workspace.ledger).entries(dossier.name)
        if each.kind in _GONE
    }


def _released(ahead: Ahead, sheet: Datasheet, gone: dict[str, str]) -> State:
    if sheet.version in gone:
        why = f"Release {sheet.version} {gone[sheet.version]}."
        return State("withdrawn", (why,), ahead.withdrawn())
    if lines := ended(sheet):
        why = f"Release {sheet.version} may not be used any more:"
        return State("expired", (why, *(f"– {line}" for line in lines)), ahead.expired(sheet))
    issued = f"Released as {sheet.version} on {sheet.issued:%Y-%m-%d}."
    due = f"Its review is due on {sheet.review_due}."
    return State("released", (issued, due), ahead.released(sheet))


def _blocking(checked: workflow.Checked, left: Sequence[Finding]) -> Iterator[str]:
    count = "1 finding" if len(left) == 1 else f"{len(left)} findings"
    yield f"Run {checked.run.id} is blocked by {count}:"
    yield from _some([f"{each.title}: {each.because}" for each in left])


def _said(error: SynthnbError) -> tuple[str, ...]:
    return (error.message, *_some(list(map(str, error.problems))))


def _some(lines: list[str]) -> Iterator[str]:
    yield from (f"– {line}" for line in lines[:_MOST])
    if len(lines) > _MOST:
        yield f"– and {len(lines) - _MOST} more"
