"""Who decided what: approvals, accepted risks and signatures, as a datasheet tells them.

outcome(sheet)           # passed, accepted, blocked or rejected
approvals(sheet)         # what the policy requires, beside what is recorded
risks(sheet)             # what was accepted, by whom, why and until when
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Literal

from synthnb.figures.forest import WORDS
from synthnb.records import Approval, Datasheet, Decision, Finding
from synthnb.render.escape import Md, join, md, plain
from synthnb.render.tables import table
from synthnb.render.words import SIGNS, about, count, day, listing

Outcome = Literal["passed", "accepted", "blocked", "rejected"]

_ORDER = ("charter", "plan", "release")
_OPEN = frozenset({"inconclusive", "not-measured"})
_MOST_SIGNS = 300


def outcome(sheet: Datasheet) -> Outcome:
    """Return what became of the data: a verdict that blocks stays one, unless all is accepted."""
    if sheet.status == "rejected":
        return "rejected"
    if sheet.verdict.outcome == "passed":
        return "passed"
    blocking = sheet.verdict.blocking
    covered = bool(blocking) and all(cover(sheet, finding) for finding in blocking)
    return "accepted" if covered else "blocked"


def cover(sheet: Datasheet, finding: Finding) -> tuple[Decision, ...]:
    """Return the acceptances that together cover a finding, one for each person; or none.

    What fails is never covered. Neither does an acceptance cover anything whose last day was over
    at the moment of issue, nor fewer people than the policy asks for.
    """
    if finding.state not in _OPEN or finding.rejects:
        return ()
    latest: dict[str, Decision] = {}
    for each in _in_order(sheet.accepted):
        if each.finding == finding.id and each.until and each.until >= sheet.issued.date():
            latest[each.by] = each
    asked = sheet.policy.approval("acceptance")
    refused = any(each.answer == "reject" for each in latest.values())
    if refused or len(latest) < (asked.quorum if asked else 1):
        return ()
    return tuple(latest.values())


def covering(sheet: Datasheet) -> tuple[Decision, ...]:
    """Return every acceptance that covers a finding which stands against the release."""
    return tuple(each for finding in sheet.verdict.blocking for each in cover(sheet, finding))


def ends(sheet: Datasheet) -> date | None:
    """Return the day on which the first accepted risk ends, where the release rests on any."""
    days = [each.until for each in covering(sheet) if each.until]
    return min(days) if days and outcome(sheet) == "accepted" else None


def approvals(sheet: Datasheet) -> Md:
    """Return the approvals that the policy asks for, beside what is recorded of each."""
    rows: list[list[object]] = []
    for each in required(sheet):
        quorum = count(each.quorum, "person", "different people")
        asked = f"{quorum}, from: {', '.join(each.roles)}"
        rows.append([each.action.capitalize(), asked, _recorded(sheet, each)])
    wanted = f"as the charter asks: {', '.join(sheet.charter.approvers)}"
    rows.append(["Release", wanted, _heard(sheet)])
    whom = "Who would have to agree" if sheet.mode == "draft" else "Who must agree"
    return table(("What", whom, "Recorded"), rows, (12, 42, 46))


def required(sheet: Datasheet) -> tuple[Approval, ...]:
    """Return the approvals that the policy asks for before this data is used."""
    return tuple(a for action in _ORDER for a in sheet.policy.approvals if a.action == action)


def _recorded(sheet: Datasheet, asked: Approval) -> Md:
    given = [each for each in _in_order(sheet.decisions) if each.action == asked.action]
    lines = [_who(each) for each in given]
    people = {each.by for each in given if each.answer == "approve"}
    if asked.action == "release" and sheet.signatories and sheet.status == "released":
        lines.append(md("to be signed by {}", listing(list(sheet.signatories))))
        people |= set(sheet.signatories)
    if not lines:
        return Md("none")
    if len(people) < asked.quorum and sheet.mode == "binding" and sheet.status == "released":
        lines.append(md("**{} of {}: fewer than asked**", len(people), asked.quorum))
    return _lines(lines)


def _who(decision: Decision) -> Md:
    said = md("{} ({}), {}", decision.by, decision.role, _day(decision))
    return said if decision.answer == "approve" else md("**rejected** by {}", said)


def _lines(lines: Sequence[Md]) -> Md:
    return join(
        " ", [md("[{}]{.line}", line) if place else line for place, line in enumerate(lines)]
    )


def _heard(sheet: Datasheet) -> Md:
    """Return which of the charter's approvers a recorded decision on the release comes from."""
    release = [d for d in sheet.decisions if (d.action, d.answer) == ("release", "approve")]
    signed = sheet.signatories if sheet.status == "released" else ()
    if not release and not signed:
        return Md("none")
    heard = []
    for role in sheet.charter.approvers:
        names = sorted(
            {each.by for each in release if each.role == role}
            | {name for name in signed if role in sheet.signing_roles.get(name, ())}
        )
        heard.append(md("{}: {}", role, listing(names) if names else "no decision in this role"))
    also = Md(" [A signature counts too: @sec-verify checks whose.]{.below}" if signed else "")
    return md("{}{}", join("; ", heard), also)


def first_page(sheet: Datasheet) -> Md:
    """Return the accepted risks for the first page, long reasons clipped; nothing without any."""
    if outcome(sheet) != "accepted":
        return Md("")
    found = [(finding, cover(sheet, finding)) for finding in sheet.verdict.blocking]
    return _risks(sheet, [(_title(sheet, finding), given) for finding, given in found], clip=True)


def risks(sheet: Datasheet) -> Md:
    """Return every recorded acceptance in full, and whether it lifts anything."""
    findings = {finding.id: finding for finding in sheet.verdict.findings}
    groups: dict[str, list[Decision]] = {}
    for each in _in_order(sheet.accepted):
        groups.setdefault(each.finding, []).append(each)
    rows = []
    for name, given in sorted(groups.items()):
        finding = findings.get(name)
        if finding is None:
            title = md("**{}** [no finding of this verdict]{.below}", name)
        else:
            title = md("{} [{}; {}]{.below}", _title(sheet, finding), name, _lifts(sheet, finding))
        rows.append((title, tuple(given)))
    return _risks(sheet, rows, clip=False)


def _lifts(sheet: Datasheet, finding: Finding) -> str:
    if finding.effect != "block":
        return "does not stand against the release"
    covered = "covered by what is recorded here"
    return covered if cover(sheet, finding) else "not covered: it stands against a release"


def _title(sheet: Datasheet, finding: Finding) -> Md:
    scope = about(finding.estimate, sheet.charter) if finding.estimate else ""
    where = md(" ({})", scope) if scope else Md("")
    kind = finding.state
    state = Md(f"[{SIGNS[kind]} {WORDS[kind]}]{{.state-{kind}}}")
    return md("**{}**{} [{}]{.line}", finding.title.rstrip("."), where, state)


def _risks(sheet: Datasheet, groups: Iterable[tuple[Md, Sequence[Decision]]], *, clip: bool) -> Md:
    rows: list[list[object]] = []
    for title, given in groups:
        for place, each in enumerate(given):
            refused = Md(" **refused it**") if each.answer == "reject" else Md("")
            who = md("{}{} [{}, {}]{.below}", each.by, refused, each.role, _day(each))
            what: object = title if place == 0 else "the same"
            reason = _clipped(each.comment) if clip else each.comment
            rows.append([what, who, reason, day(each.until) if each.until else "—"])
    return table(("Accepted risk", "Accepted by", "Reason", "Until"), rows, (32, 23, 28, 17))


def _clipped(text: str) -> str | Md:
    text = plain(text)
    if len(text) <= _MOST_SIGNS:
        return text
    return md("{} … (in full in @sec-accepted)", text[:_MOST_SIGNS].rsplit(" ", 1)[0])


def made(sheet: Datasheet) -> Md:
    """Return every decision but accepted risks in the order in which they were made."""
    rows: list[list[object]] = []
    for each in _in_order(sheet.decisions):
        if each.action == "acceptance":
            continue
        answer = Md("approved") if each.answer == "approve" else Md("[✗ rejected]{.state-fail}")
        cited = f"cites {each.criterion}" if each.criterion.strip() else ""
        what = md(
            "**{}** {}{}{}", each.action.capitalize(), answer, _below(each.about), _below(cited)
        )
        time = _moment(each)
        when = md("{} [{} UTC]{.below}", day(time), f"{time:%H:%M}")
        rows.append([what, md("{} [{}]{.below}", each.by, each.role), when, each.comment or "—"])
    if not rows:
        return Md("No decision is recorded in this document.\n")
    return table(("What", "By whom", "When", "Comment"), rows, (24, 24, 18, 34))


def _below(text: str) -> Md:
    return md(" [{}]{.below}", text) if plain(text) else Md("")


def signing(sheet: Datasheet) -> Md:
    """Return in a sentence who signs this release."""
    if not sheet.signatories:
        return Md("This document does not record who signs it.")
    names = listing(list(sheet.signatories))
    one = len(sheet.signatories) == 1
    return md(
        "{} {}. {} made over the finished release and so cannot stand in it; {}.",
        names,
        Md("signs this release" if one else "sign this release"),
        Md("The signature is" if one else "The signatures are"),
        Md("the command in @sec-verify checks " + ("it" if one else "each of them")),
    )


def separation(sheet: Datasheet) -> Md:
    """Return in a sentence whose approval does not count, because they wrote what is approved."""
    wrote = sheet.charter.author or sheet.charter.owner.name
    plan = (
        md("the plan by {}", sheet.plan.author)
        if sheet.plan.author
        else Md("and the plan does not say who wrote it")
    )
    return md(
        "Who wrote the charter or the plan does not count towards its approval: the charter was "
        "written by {}, {}.",
        wrote,
        plan,
    )


def draft(sheet: Datasheet) -> Md:
    """Return what a draft is, for the box of the verdict; nothing where decisions bind."""
    if sheet.mode != "draft":
        return Md("")
    return Md(
        "**This is a draft.** It was made in a workspace where nothing waits for approval: nobody "
        "had to approve its charter, its plan or its release.\n"
    )


def _in_order(decisions: Iterable[Decision]) -> list[Decision]:
    return sorted(decisions, key=lambda each: (_moment(each), each.action, each.by))


def _moment(decision: Decision) -> datetime:
    """Return when a decision was made, in UTC: never in the time zone of this computer."""
    time = decision.time
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def _day(decision: Decision) -> str:
    return day(_moment(decision))
