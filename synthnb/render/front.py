"""The first page: what the verdict is, and why, in words that a busy person can read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from synthnb.records import Approval, Datasheet, Finding, metric
from synthnb.render.escape import Md, md
from synthnb.render.guarantees import one_line
from synthnb.render.tables import answers, table
from synthnb.render.words import ROOMS, about, against, count, day, listing, value

_MOST_REASONS = 8
_FEWEST_REASONS = 3
_MOST_ROWS = 3
_SECTIONS = {
    "generation": "sec-guarantee",
    "privacy": "sec-privacy",
    "fairness": "sec-fairness-numbers",
    "utility": "sec-utility-numbers",
}
BADNESS = ("fail", "not-measured", "inconclusive", "pass")


@dataclass(frozen=True)
class Headline:
    """The verdict in a word, a sentence and its reasons."""

    kind: Literal["passed", "blocked", "rejected"]
    word: str
    sentence: str
    reasons: tuple[Md, ...]


def headline(sheet: Datasheet) -> Headline:
    """Return the verdict of a datasheet with three to eight reasons."""
    findings = sheet.verdict.findings
    passed = sum(finding.state == "pass" for finding in findings)
    counted = (
        f"{passed} of {count(len(findings), 'finding')} pass, {len(sheet.verdict.blocking)} "
        f"{'stands' if len(sheet.verdict.blocking) == 1 else 'stand'} against a release and "
        f"{count(len(sheet.verdict.warnings), 'is a warning', 'are warnings')}."
    )
    if sheet.status == "rejected":
        lead = "This data may not be used. The document records why it was rejected."
        return Headline("rejected", "REJECTED", f"{lead} {counted}", _against(sheet))
    if sheet.verdict.outcome == "blocked":
        lead = "The policy does not allow this data to be released."
        return Headline("blocked", "BLOCKED", f"{lead} {counted}", _against(sheet))
    lead = "Every rule of the policy that can block is met, within the measured uncertainty."
    return Headline("passed", "PASSED", f"{lead} {counted}", _for(sheet))


def _against(sheet: Datasheet) -> tuple[Md, ...]:
    rules = _by_rule(sheet.verdict.blocking)
    reasons = [_reason(found) for found in rules[:_MOST_REASONS]]
    if len(rules) > _MOST_REASONS:
        rest = count(len(rules) - _MOST_REASONS + 1, "more rule")
        reasons[-1] = md("{} stand against it; @sec-verdict lists them all.", rest)
    if len(reasons) < _FEWEST_REASONS:
        reasons += [_reason(found) for found in _by_rule(sheet.verdict.warnings)[:2]]
    if len(reasons) < _FEWEST_REASONS:
        reasons += _held(sheet)[: _FEWEST_REASONS - len(reasons)]
    return tuple(reasons)


def supported(sheet: Datasheet) -> Md | None:
    """Return what tolerance the data could support, where privacy could not be decided."""
    open_ = any(
        finding.state == "inconclusive" and finding.rule.startswith("privacy.")
        for finding in sheet.verdict.blocking
    )
    room = sheet.room("privacy")
    for estimate in room.estimates if room and open_ else ():
        if estimate.metric == "privacy.tolerance.supported" and estimate.value is not None:
            return md(
                "The smallest share of leaked records that this data could rule out is {}; "
                "@sec-privacy says why.",
                metric(estimate.metric).show(estimate.value),
            )
    return None


def _for(sheet: Datasheet) -> tuple[Md, ...]:
    warnings = [_reason(found) for found in _by_rule(sheet.verdict.warnings)[:3]]
    return (*_held(sheet)[: _MOST_REASONS - len(warnings)], *warnings)


def _held(sheet: Datasheet) -> list[Md]:
    """Return for each room how many of its findings pass."""
    reasons = []
    for room, name in (*ROOMS.items(), ("", "Plan and evidence")):
        found = of_room(sheet.verdict.findings, room)
        passed = sum(finding.state == "pass" for finding in found)
        if passed:
            reasons.append(md("**{}:** {} of {} pass.", name, passed, count(len(found), "finding")))
    return reasons


def _by_rule(findings: Sequence[Finding]) -> list[list[Finding]]:
    """Return findings gathered by rule, each rule's worst first."""
    rules: dict[str, list[Finding]] = {}
    for finding in findings:
        rules.setdefault(finding.rule, []).append(finding)
    gathered = [sorted(found, key=lambda f: BADNESS.index(f.state)) for found in rules.values()]
    return sorted(gathered, key=lambda found: BADNESS.index(found[0].state))


def _reason(found: Sequence[Finding]) -> Md:
    worst = found[0]
    scope = ", ".join(worst.estimate.scope.values()) if worst.estimate else ""
    where = md(" ({})", scope) if scope else Md("")
    others = count(len(found) - 1, "other case")
    more = md(" It is not met for {} either.", others) if len(found) > 1 else Md("")
    mark = Md("Warning: " if worst.effect == "warn" else "")
    return md("**{}{}.**{} {}{}", mark, worst.title.rstrip("."), where, worst.because, more)


def of_room(findings: Sequence[Finding], room: str) -> list[Finding]:
    """Return the findings about a room's metrics; for an empty name, those about no metric."""
    return [f for f in findings if (f.metric or "").partition(".")[0] == room]


def summary(sheet: Datasheet) -> Md:
    """Return how many findings of each room are in which state."""
    rows = []
    for room, name in (*ROOMS.items(), ("", "Plan and evidence")):
        found = of_room(sheet.verdict.findings, room)
        if found:
            states = [sum(f.state == kind for f in found) for kind in reversed(BADNESS)]
            rows.append([name, *(number or "—" for number in states)])
    heads = ("Room", "✓ pass", "◆ inconclusive", "○ not measured", "✗ fail")
    return table(heads, rows, (32, 15, 19, 19, 15), right=(1, 2, 3, 4))


def open_findings(sheet: Datasheet, effect: str) -> Md:
    """Return the findings with an effect, gathered by rule: what to do stands with the first.

    Of a rule with more than three findings the worst is shown and the others are named.
    """
    rows: list[list[object]] = []
    for found in _by_rule(sheet.verdict.of(effect)):
        shown = found if len(found) <= _MOST_ROWS else found[:1]
        for finding in shown:
            number = value(finding.estimate) if finding.estimate else Md("—")
            head = _first(sheet, finding) if finding is found[0] else _scope(sheet, finding)
            rows.append([head, number, against([finding])])
        if rest := found[len(shown) :]:
            names = "; ".join(_scope(sheet, finding) for finding in rest)
            where = Md(f"@{_SECTIONS.get((rest[0].metric or '').partition('.')[0], 'sec-verdict')}")
            also = f"likewise: {count(len(rest), 'more finding')}"
            rows.append([names, md("see {}", where), also])
    heads = ("Finding", "Value and interval", "Against the limit")
    return table(heads, rows, (46, 24, 30))


def _first(sheet: Datasheet, finding: Finding) -> Md:
    remedy = metric(finding.metric).remedy if finding.metric else finding.reason
    told = remedy if finding.metric else f"{finding.because} {remedy}"
    scope = md(" · {}", said) if (said := _scope(sheet, finding)) else Md("")
    return md("**{}**{} [What to do: {}]{.below}", finding.title, scope, told)


def _scope(sheet: Datasheet, finding: Finding) -> str:
    return about(finding.estimate, sheet.charter) if finding.estimate else ""


def at_a_glance(sheet: Datasheet) -> Md:
    """Return what the data may be used for, by whom, until when, and what must not be done."""
    charter = sheet.charter
    uses = listing([use.title for use in charter.use_cases])
    people = "; ".join(f"{each.who} ({each.access})" for each in charter.audiences)
    if sheet.status == "rejected":
        allowed = [("May be used for", Md("**nothing.**")), ("Was meant for", uses)]
        whom, until = "Was meant for whom", "Review due"
    else:
        allowed, whom, until = [("May be used for", uses)], "By whom", "Until"
    rows = [
        *allowed,
        (whom, people),
        ("Never for", "; ".join(text.rstrip(".") for text in charter.prohibited_uses) + "."),
        (until, f"{day(sheet.review_due)}, or earlier if one of the charter's triggers occurs."),
        ("Guarantee", one_line(sheet)),
        ("Answers for it", f"{charter.owner.name}, {charter.owner.contact}"),
    ]
    return answers(rows)


def releasing(sheet: Datasheet) -> tuple[Approval, ...]:
    """Return the approvals that the policy asks for before this data is used."""
    order = ("charter", "plan", "release")
    return tuple(a for action in order for a in sheet.policy.approvals if a.action == action)


def approvals(sheet: Datasheet) -> Md:
    """Return the approvals required and what is recorded of each: nothing, when it is issued."""
    rows = [
        [
            each.action.capitalize(),
            f"{count(each.quorum, 'person', 'different people')}, from: {', '.join(each.roles)}",
            "none recorded in this document",
        ]
        for each in releasing(sheet)
    ]
    wanted = f"as the charter asks: {', '.join(sheet.charter.approvers)}"
    rows.append(["Release", wanted, "none recorded in this document"])
    return table(("What", "Who must agree", "Recorded"), rows, (20, 50, 30))
