"""What was decided about a run, as it goes into a release."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from synthnb import attest, clock
from synthnb.errors import ApprovalError, Problem
from synthnb.records import Datasheet, Decision, Policy, Verdict
from synthnb.records.policy import Action
from synthnb.workflow.check import Checked, unacceptable
from synthnb.workflow.decide import court_of, question, recorded
from synthnb.workflow.quorum import Court, Tally, tally
from synthnb.workspace import Dossier


@dataclass(frozen=True)
class Decided:
    """The decisions that count for a release.

    Attributes
    ----------
    tallies : tuple of Tally
        For charter, plan and release, and one for each finding that somebody accepted.
    files : mapping of str to bytes
        The signed decisions that count, by file name.
    signatories : tuple of str
        Names of those who sign the release.
    roles : dict of str to tuple of str
        Their roles.
    strangers : tuple of Problem
        What stands against the keys that sign.
    """

    tallies: tuple[Tally, ...]
    files: Mapping[str, bytes]
    signatories: tuple[str, ...]
    roles: dict[str, tuple[str, ...]]
    strangers: tuple[Problem, ...]

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """Return the approvals, rejections and accepted risks that count, in order."""
        votes = [vote for each in self.tallies for vote in (*each.votes, *each.against)]
        return in_order(vote.decision for vote in votes if vote.decision)

    @property
    def accepted(self) -> dict[str, date]:
        """Return the findings whose risk enough people accepted, and until when."""
        return accepted(self.tallies)

    def open(self, checked: Checked) -> tuple[str, ...]:
        """Return the findings of a run that block today and that nobody has accepted."""
        today = clock.now().date()
        return open_findings(checked.verdict, checked.papers.policy, self.accepted, today)

    def status(
        self, verdict: Verdict, policy: Policy, today: date
    ) -> Literal["released", "rejected"]:
        """Return what a datasheet is: released when nothing blocks that is not accepted."""
        return "rejected" if open_findings(verdict, policy, self.accepted, today) else "released"

    def require(self, dossier: Dossier, sheet: Datasheet) -> None:
        """Raise if too few of the right people agreed; to record a rejection nobody need agree.

        Raises
        ------
        ApprovalError
            With everything that is lacking.
        """
        if sheet.mode == "draft":
            return
        lacking = list(self.strangers)
        if sheet.status == "released":
            for each in self.tallies:
                lacking += each.lacking
        if lacking:
            raise ApprovalError(
                f"`{dossier.name}` may not be released yet.",
                lacking,
                advice=f"`synthnb approve release {dossier.name} --as NAME` by those who are "
                "missing, or `--key` once for each who signs; `synthnb status` shows who may",
            )


def in_order(decisions: Iterable[Decision]) -> tuple[Decision, ...]:
    """Return decisions in the one order that a datasheet lists them in."""
    return tuple(sorted(decisions, key=lambda d: (d.time, d.action, d.finding, d.by)))


def accepted(tallies: Sequence[Tally]) -> dict[str, date]:
    """Return the findings whose risk enough people accepted, and until when."""
    return {
        each.finding: min(v.decision.until for v in each.votes if v.decision and v.decision.until)
        for each in tallies
        if each.action == "acceptance" and each.votes and each.met
    }


def open_findings(
    verdict: Verdict, policy: Policy, accepted: Mapping[str, date], day: date
) -> tuple[str, ...]:
    """Return the findings that block on a day and that nobody has accepted, or could."""
    return tuple(
        finding.id
        for finding in verdict.blocking
        if unacceptable(finding, policy) or finding.id not in accepted or accepted[finding.id] < day
    )


def accepted_risks(dossier: Dossier, checked: Checked) -> tuple[dict[str, date], bool]:
    """Return the risks of a run that were accepted, and whether nothing else blocks.

    Raises
    ------
    ApprovalError
        If the decisions are not those that the ledger holds.
    """
    decided = gather(dossier, checked, ())
    today = clock.now().date()
    kept = {name: day for name, day in decided.accepted.items() if day >= today}
    return kept, not decided.open(checked)


def gather(dossier: Dossier, checked: Checked, keys: Sequence[attest.PrivateKey]) -> Decided:
    """Return what was decided about a run.

    Parameters
    ----------
    dossier : Dossier
    checked : Checked
    keys : sequence of PrivateKey
        Who signs the release; a signature counts as an approval of it.

    Raises
    ------
    ApprovalError
        If the decisions are not those that the ledger holds.
    """
    court = court_of(dossier, checked.papers)
    held = recorded(dossier)
    publics = [key.public for key in keys]

    def one(action: Action, finding: str = "") -> Tally:
        asked = question(dossier, action, checked=checked)
        return tally(
            action,
            held,
            asked.digests,
            court,
            dossier=dossier.name,
            finding=finding,
            signed_by=publics if action == "release" else (),
        )

    acceptances = [one("acceptance", each.id) for each in checked.verdict.blocking]
    tallies = (
        *(one(action) for action in ("charter", "plan", "release")),
        *(each for each in acceptances if each.votes or each.against),
    )
    counted = {vote.file for each in tallies for vote in (*each.votes, *each.against)}
    return Decided(
        tallies,
        {name: data for name, data in held.items() if name in counted},
        signatories(court, publics),
        {m.name: m.roles for public in publics if (m := court.people.holder(public))},
        strangers(court, publics),
    )


def signatories(court: Court, publics: Sequence[str]) -> tuple[str, ...]:
    """Return the names of those who hold these keys."""
    holders = [court.people.holder(public) for public in publics]
    return tuple(sorted({holder.name for holder in holders if holder}))


def strangers(court: Court, publics: Sequence[str]) -> tuple[Problem, ...]:
    """Return what stands against keys that sign: nobody's, expired, revoked."""
    found = []
    for public in publics:
        key = court.people.key(public)
        why = key.objection(court.day(public)) if key else "belongs to nobody in people.yaml"
        if why:
            found.append(Problem(f"key {attest.keys.fingerprint(public)}", why))
    return tuple(found)
