"""The first page: what the verdict is, and why, in words that a busy person can read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from synthnb.judge import remedy
from synthnb.records import Datasheet, Finding, metric
from synthnb.render import decisions
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

    kind: decisions.Outcome
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
    kind = decisions.outcome(sheet)
    if kind == "rejected":
        lead = "This data may not be used. The document records why it was rejected."
        return Headline(kind, "REJECTED", f"{lead} {counted}", _against(sheet))
    if kind == "accepted":
        word = "RELEASED WITH ACCEPTED RISK"
        return Headline(kind, word, f"{_accepted(sheet)} {counted}", _against(sheet, "Not shown: "))
    if kind == "blocked":
        lead = "The policy does not allow this data to be released."
        return Headline(kind, "BLOCKED", f"{lead} {counted}", _against(sheet))
    lead = "Every rule of the policy that can block is met, within the measured uncertainty."
    return Headline(kind, "PASSED", f"{lead} {counted}", _for(sheet))


def _accepted(sheet: Datasheet) -> str:
    """Return that a verdict which blocks was overruled, by how many, and until when."""
    several = len(sheet.verdict.blocking) > 1
    people = len({each.by for each in decisions.covering(sheet)})
    end = decisions.ends(sheet)
    return (
        f"The policy blocks this release. {'Every' if several else 'The one'} finding that stands "
        f"against it was accepted as a risk by {count(people, 'person', 'people')}"
        f"{f', until {day(end)}' if end else ''}. To accept is not to show: "
        f"the data is not shown to meet {'these rules' if several else 'this rule'}."
    )


def _against(sheet: Datasheet, mark: str = "") -> tuple[Md, ...]:
    rules = _by_rule(sheet.verdict.blocking)
    reasons = [_reason(sheet, found, mark) for found in rules[:_MOST_REASONS]]
    if len(rules) > _MOST_REASONS:
        rest = count(len(rules) - _MOST_REASONS + 1, "more rule")
        reasons[-1] = md("{} stand against it; @sec-verdict lists them all.", rest)
    spare = max(0, _FEWEST_REASONS - len(reasons))
    further = [_reason(sheet, found) for found in _by_rule(sheet.verdict.warnings)[:spare]]
    return (*reasons, *(further + _held(sheet))[:spare])


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
    warnings = [_reason(sheet, found) for found in _by_rule(sheet.verdict.warnings)[:3]]
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


def _reason(sheet: Datasheet, found: Sequence[Finding], mark: str = "") -> Md:
    worst = found[0]
    where = md(" ({})", scope) if (scope := _scope(sheet, worst)) else Md("")
    others = count(len(found) - 1, "other case")
    more = md(" It is not met for {} either.", others) if len(found) > 1 else Md("")
    before = Md("Warning: " if worst.effect == "warn" else mark)
    return md("**{}{}.**{} {}{}", before, worst.title.rstrip("."), where, worst.because, more)


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
    what = remedy(finding, sheet.charter)
    told = what if finding.metric else f"{finding.because} {what}"
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
    last, end = day(sheet.review_due), decisions.ends(sheet)
    if end and end < sheet.review_due:
        last = f"{day(end)}, when the first accepted risk ends"
    rows = [
        *allowed,
        (whom, people),
        ("Never for", "; ".join(text.rstrip(".") for text in charter.prohibited_uses) + "."),
        (until, f"{last}, or earlier if one of the charter's triggers occurs."),
        ("Guarantee", one_line(sheet)),
        ("Answers for it", f"{charter.owner.name}, {charter.owner.contact}"),
    ]
    return answers(rows)
