"""What to do next with a dossier: steps, each with a command to type or a file to open.

ahead = Ahead(dossier, dossier.read())
ahead.run()[0].command       # "synthnb approve charter loanapp --as 'Ada Example' --key FILE"

Commands are typed in the workspace's folder. Nobody knows where a private key lies; one in ``keys``
that is called after its owner is offered, otherwise FILE stands in its place.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from synthnb import clock
from synthnb.errors import RecordError, RejectedError, SynthnbError
from synthnb.judge import left_out
from synthnb.notebooks import ROOMS, STOCK
from synthnb.records import Datasheet, Finding
from synthnb.records.policy import Action
from synthnb.workflow import Checked, reviews
from synthnb.workflow.decide import count, court_of, question
from synthnb.workflow.gather import Decided
from synthnb.workflow.quorum import Tally
from synthnb.workflow.rejections import refuse
from synthnb.workflow.release import next_review
from synthnb.workflow.review import reviewers
from synthnb.workspace import Dossier, Papers

PEOPLE = "desk/people.ipynb"
_FILE, _WHY = "FILE", "WHY"
_HINTS = {
    _FILE: "Put the file of the private key in the place of FILE.",
    _WHY: "Put the reason in the place of WHY.",
}
_COMMAND = re.compile(r"`(synthnb [^`]+)`")


@dataclass(frozen=True)
class Step:
    """One thing to do next.

    Attributes
    ----------
    say : str
        What, and who may do it.
    command : str
        The line to type in a terminal, in the workspace's folder; empty where there is none.
    open : str
        The file to open, from the workspace's folder; empty where there is none. A stock notebook
        need not be there yet.
    """

    say: str
    command: str = ""
    open: str = ""


def fill(dossier: Dossier, problems: RecordError) -> tuple[Step, ...]:
    """Return what to do when charter, plan or policy do not hold."""
    places = {str(each.where).partition(":")[0] for each in problems.problems}
    steps = []
    if places != {"policy.yaml"}:
        say = "Run notebook 1 and answer what is marked ✗: it shows charter and plan as forms."
        steps.append(Step(say, open=_notebook(dossier, "charter")))
    if "policy.yaml" in places:
        policy = dossier.workspace.settings.policy
        steps.append(Step("Mend the policy, which is the whole workspace's.", open=policy))
    return tuple(steps)


def advised(dossier: Dossier, error: SynthnbError) -> tuple[Step, ...]:
    """Return the advice of an error, with the command that it begins with."""
    people = dossier.workspace.settings.people
    if isinstance(error, RecordError) and people in error.message:
        return (Step(f"Mend {people}, which is the whole workspace's.", open=PEOPLE),)
    if not error.advice:
        return ()
    found = _COMMAND.match(error.advice)
    say = error.advice if found else error.advice[:1].upper() + error.advice[1:]
    return (Step(f"{say}.", found[1] if found else ""),)


def _notebook(dossier: Dossier, room: str) -> str:
    folder = dossier.folder.resolve().relative_to(dossier.workspace.root)
    return (folder / "notebooks" / STOCK[ROOMS.index(room)].file).as_posix()


def _step(say: str, *words: str) -> Step:
    """Return a step with a command; none with a name that a terminal would not take as letters."""
    hints = [hint for word, hint in _HINTS.items() if word in words]
    line = shlex.join(words)
    return Step(" ".join([say, *hints]), line if line.isprintable() else "")


class Ahead:
    """What lies ahead of a dossier whose charter, plan and policy hold.

    Parameters
    ----------
    dossier : Dossier
    papers : Papers
    """

    def __init__(self, dossier: Dossier, papers: Papers) -> None:
        self._dossier, self._papers = dossier, papers
        self._space, self._name = dossier.workspace, dossier.name
        self._court = court_of(dossier, papers)

    def run(self) -> tuple[Step, ...]:
        """Return what leads to a run of what charter and plan say now."""
        return tuple(self._before_a_run())

    def _before_a_run(self) -> Iterator[Step]:
        for problem in left_out(self._papers.policy, self._papers.charter):
            say = f"Complete the charter, or what is run will not pass: {problem.message}."
            yield Step(say, open=_notebook(self._dossier, "charter"))
        sources = self._papers.charter.sources
        named = [each.path for each in sources if each.kind != "earlier" and "://" not in each.path]
        named += [self._papers.plan.external.path] if self._papers.plan.external else []
        for path in named:
            if not (self._dossier.folder / path).is_file():
                yield Step(f"Put the table into the dossier's folder, at {path}: it is not there.")
        papers: tuple[Action, ...] = ("charter", "plan")
        for action in () if self._space.draft else papers:
            asked = question(self._dossier, action)
            yield from self._approvals(count(self._dossier, asked), asked.about)
        try:
            refuse(self._dossier, self._papers.plan, "")
        except RejectedError as exc:
            say = f"{exc.message} Choose another generator, other parameters or options."
            yield Step(say, open=_notebook(self._dossier, "charter"))
            say = "Or run it all the same; the reason is recorded."
            yield _step(say, "synthnb", "run", self._name, "--again", _WHY)
            return
        yield _step(
            "Execute all six notebooks; it takes some minutes.", "synthnb", "run", self._name
        )

    def retest(self) -> tuple[Step, ...]:
        """Return what brings a run up to date with the attacks that are installed."""
        say = "Run the installed attacks."
        return (_step(say, "synthnb", "run", self._name, "--only", "privacy"),)

    def mend(
        self,
        checked: Checked,
        left: Sequence[Finding],
        decided: Decided,
        sheets: Sequence[Datasheet],
    ) -> tuple[Step, ...]:
        """Return what can be done about findings that block.

        Parameters
        ----------
        checked : Checked
        left : sequence of Finding
            Those that nobody has accepted.
        decided : Decided
        sheets : sequence of Datasheet
            What was made of this very run already.
        """
        steps = [
            _step(
                "Read every finding in full, and what to change.", "synthnb", "check", self._name
            ),
            *self._change(left),
        ]
        firm = [each for each in left if checked.unacceptable(each)]
        if not firm:
            steps += [step for each in left for step in self._accept(each, decided)]
        elif len(firm) < len(left):
            say = f"{len(left) - len(firm)} of {len(left)} could be accepted for a time instead"
            steps.append(Step(f"{say}, once the others are mended."))
        refused = [each for each in sheets if each.status == "rejected"]
        if refused:
            version = refused[-1].version
            steps.append(
                Step(
                    f"The refusal is recorded as {version}; its datasheet says why.",
                    open=self._page(version, "datasheet.html"),
                )
            )
        else:
            say = "Or record the refusal, in a datasheet that says REJECTED on every page."
            words = ("synthnb", "release", self._name, "--rejected")
            steps.append(_step(say, *words, *self._one_key()))
        return tuple(steps)

    def _change(self, left: Sequence[Finding]) -> Iterator[Step]:
        room = _room(left[0])
        if room != "charter":
            say = f"See what notebook {ROOMS.index(room) + 1} measures, and what it says to change."
            yield Step(say, open=_notebook(self._dossier, room))
        say = "Change the plan, or the charter, in notebook 1; then run again."
        yield Step(say, open=_notebook(self._dossier, "charter"))

    def _accept(self, finding: Finding, decided: Decided) -> Iterator[Step]:
        """Return the next acceptance of a finding, one at a time: the second follows the first."""
        asked = self._papers.policy.approval("acceptance")
        if asked is None:
            return
        held = [e for e in decided.tallies if (e.action, e.finding) == ("acceptance", finding.id)]
        tally = held[0] if held else Tally("acceptance", asked.quorum, asked.roles)
        chosen, others, lacking = self._missing(tally)
        if lacking or not chosen:
            yield from self._nobody(tally, f"`{finding.id}`") if lacking else ()
            return
        until = next_review(clock.now().date(), self._papers.charter, self._papers.policy)
        have = ", ".join(vote.name for vote in tally.votes)
        many = "1 person" if tally.needed == 1 else f"{tally.needed} people"
        must = f"{many} must{f'; {have} has' if have else ''}."
        say = f"Or {self._who(chosen[0], tally)} accepts the risk “{finding.title}”. {must}"
        yield _step(
            say + _instead([*chosen[1:], *others]),
            *("synthnb", "accept", self._name, finding.id, "--reason", _WHY, "--until", str(until)),
            *("--as", chosen[0], "--key", self._key(chosen[0])),
        )

    def release(self, checked: Checked, decided: Decided) -> tuple[Step, ...]:
        """Return what leads from a run that passed to its release."""
        run = f"run {checked.run.id}"
        review = tuple(self._review(checked))
        if self._space.draft:
            keys = self._one_key()
            sign: tuple[str, ...] = ("--unsigned",) if _FILE in keys else keys
            return (*review, _step("Release it.", "synthnb", "release", self._name, *sign))
        tally = next(each for each in decided.tallies if each.action == "release")
        chosen, _, lacking = self._missing(tally)
        others = [e for e in decided.tallies if e.action in {"charter", "plan"} and not e.met]
        papers = [step for e in others for step in self._approvals(e, f"{e.action}.yaml")]
        steps = (*papers, *review, *self._approvals(tally, f"{run} for release"))
        if papers or lacking or tally.against:
            return steps
        if chosen:
            sign = tuple(word for name in chosen for word in ("--key", self._key(name)))
            say = f"Release it. Who signs here need not approve before: {' and '.join(chosen)}."
        else:
            voters = [vote.name for vote in tally.votes]
            sign = ("--key", self._key(voters[0])) if voters else self._one_key()
            say = "Release it; one of those who approved signs."
        return (*steps, _step(say, "synthnb", "release", self._name, *sign))

    def _review(self, checked: Checked) -> Iterator[Step]:
        asked = self._papers.policy.review
        if asked.required == "none" or reviews(self._dossier, checked):
            return
        papers = self._papers
        could = reviewers(self._space.people, papers.charter, papers.plan, papers.policy)
        must = "must read" if asked.required == "block" else "should read"
        say = f"Somebody independent {must} the run's privacy notebook and sign a review of it"
        if could:
            words = ("synthnb", "review", self._name, "--as", could[0], "--key")
            yield _step(f"{say}: {' or '.join(could)}.", *words, self._key(could[0]))
        elif asked.required == "block":
            say += f"; people.yaml lists nobody who may ({' or '.join(asked.roles)})."
            yield Step(say, open=PEOPLE)

    def released(self, sheet: Datasheet) -> tuple[Step, ...]:
        """Return what can be done with a release."""
        return (
            Step("Read the datasheet.", open=self._page(sheet.version, "datasheet.html")),
            Step("Print it, or send it out.", open=self._page(sheet.version, "datasheet.pdf")),
            _step(
                "Check it as an auditor would, offline.",
                *(
                    "synthnb",
                    "verify",
                    f"{self._space.settings.reports}/{self._name}/{sheet.version}",
                ),
                *("--trust", self._space.settings.people),
            ),
        )

    def expired(self, sheet: Datasheet) -> tuple[Step, ...]:
        """Return what to do with a release whose time has ended."""
        say = (
            "Look at charter and plan again, and answer “Written on” with today's date: whoever "
            "approved the release then decides anew, on a new run."
        )
        again = Step(say, open=_notebook(self._dossier, "charter"))
        read = Step("Read what was released.", open=self._page(sheet.version, "datasheet.html"))
        return (again, read)

    def withdrawn(self) -> tuple[Step, ...]:
        """Return what to do after a release was taken back."""
        could = self._court.eligible("withdrawal")
        key = self._key(could[0]) if could else _FILE
        say = "Tell whoever has a copy: send them this signed list of what became of each release."
        words = ("synthnb", "status", "--publish", "status.dsse.json", "--key", key)
        mend = "Mend why it was taken back, in charter or plan; then run and release anew."
        return (_step(say, *words), Step(mend, open=_notebook(self._dossier, "charter")))

    def _approvals(self, tally: Tally, about: str) -> Iterator[Step]:
        """Return one step for each person whose approval is missing."""
        chosen, others, lacking = self._missing(tally)
        for vote in tally.against:
            why = vote.decision.comment if vote.decision else ""
            say = f"{vote.name} rejected {about}: {why} Change it, or they approve it after all."
            yield self._approve(say, tally, vote.name)
        for name in chosen:
            instead = _instead(others) if name == chosen[-1] else ""
            say = f"{self._who(name, tally)} approves {about}.{instead}"
            yield self._approve(say, tally, name)
        if lacking:
            yield from self._nobody(tally, about)

    def _approve(self, say: str, tally: Tally, name: str) -> Step:
        words = ("synthnb", "approve", tally.action, self._name, "--as", name)
        return _step(say, *words, "--key", self._key(name))

    def _missing(self, tally: Tally) -> tuple[list[str], list[str], int]:
        """Return who is to decide, who could instead, and how many there are too few."""
        answered = [vote.name for vote in (*tally.votes, *tally.against)]
        could = [name for name in self._court.eligible(tally.action) if name not in answered]
        chosen: list[str] = []
        lacking = 0
        for role in tally.absent:
            having = [name for name in could if role in self._roles(name)]
            lacking += not having
            if having and not set(having) & set(chosen):
                chosen.append(having[0])
        rest = [name for name in could if name not in chosen]
        wanted = max(0, tally.needed - len(answered) - len(chosen))
        chosen, rest = chosen + rest[:wanted], rest[wanted:]
        lacking += max(0, tally.needed - len(answered) - len(chosen))
        return chosen, rest, lacking

    def _nobody(self, tally: Tally, about: str) -> Iterator[Step]:
        """Return what to do where too few people could decide."""
        keys = [key.public for member in self._space.people.members for key in member.keys]
        found = [each for key in keys for each in self._court.objections(tally.action, key)]
        authors = dict.fromkeys(str(p) for p in found if p.where.endswith(".yaml: author"))
        for why in authors:
            say = f"Nobody can decide about {about} yet: {why}."
            yield Step(say, open=_notebook(self._dossier, "charter"))
        if not authors:
            roles = dict.fromkeys((*tally.absent, *tally.roles))
            say = f"Too few people can decide about {about}. List somebody with a key who is "
            yield Step(f"{say}{' or '.join(roles)}; nobody decides twice.", open=PEOPLE)

    def _roles(self, name: str) -> tuple[str, ...]:
        member = self._space.people.member(name)
        return member.roles if member else ()

    def _who(self, name: str, tally: Tally) -> str:
        role = next((each for each in self._roles(name) if each in tally.roles), "")
        return f"{name}, {role}," if role else name

    def _key(self, name: str) -> str:
        """Return the file of a person's key, where it is called after nobody else."""
        first = name.split(maxsplit=1)[0].lower()
        names = [member.name.split(maxsplit=1)[0].lower() for member in self._space.people.members]
        file = f"keys/{first}.pem"
        plain = first.isalnum() and names.count(first) == 1
        return file if plain and (self._space.root / file).is_file() else _FILE

    def _one_key(self) -> tuple[str, str]:
        """Return the option that signs with the key of somebody who may release."""
        found = [self._key(name) for name in self._court.eligible("release")]
        return "--key", next((key for key in found if key != _FILE), _FILE)

    def _page(self, version: str, file: str) -> str:
        return f"{self._space.settings.reports}/{self._name}/{version}/content/{file}"


def _instead(others: Sequence[str]) -> str:
    return f" {' or '.join(others)} may instead." if others else ""


def _room(finding: Finding) -> str:
    """Return the room whose notebook a finding is about."""
    first = (finding.metric or finding.rule).partition(".")[0]
    return first if first in ROOMS else "charter"
