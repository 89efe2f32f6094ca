"""Cards: what stands so far and what to do next, and the answer of a room on one page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from synthnb.markup import e, prose
from synthnb.records import Finding
from synthnb.show.pieces import (
    CELL,
    GRAVITY,
    MARKS,
    URGENT,
    Shown,
    framed,
    mark,
    number,
    remedy,
)

_ALIKE = 3  # more warnings of one rule than these are folded into one line


def findings_card(
    title: str,
    findings: Sequence[Finding],
    next_step: str,
    advice: Mapping[str, str] | None = None,
) -> Shown:
    """Show what stands so far: what blocks, what warns, and what to do next.

    What blocks is always in sight; many warnings of one rule are one line that opens with a click.

    Parameters
    ----------
    title, next_step : str
    findings : sequence of Finding
        A rejection criterion counts where it has an effect.
    advice : mapping, optional
        Finding id -> what to do, instead of what the metric catalogue says.
    """
    asked = [f for f in findings if f.effect != "none" or not f.rule.startswith("reject.")]
    open_ = [finding for finding in asked if finding.effect != "none"]
    told: set[str] = set()  # what to do about several findings is said once
    groups = list(_alike(open_))
    items = [_item(alike, advice or {}, told) for alike in groups]
    count = _count(asked)
    listed = f"<ul>{''.join(items)}</ul>" if items else ""
    body = f"<p><b>{e(title)}</b> {count}</p>{listed}<p><b>Next:</b> {prose(next_step)}</p>"
    lines = [_line(each) for alike in groups for each in alike]
    text = "\n".join([f"{title} {count}", *lines, f"Next: {next_step}"])
    return Shown(framed(body, open_), text)


def _count(asked: Sequence[Finding]) -> str:
    """Return how many findings pass, and what the others do."""
    if not asked:
        return "No rule judges this."
    passed = sum(each.state == "pass" for each in asked)
    blocks = sum(each.effect == "block" for each in asked)
    warns = sum(each.effect == "warn" for each in asked)
    stand = len(asked) - passed - blocks - warns
    parts = [f"{passed} of {len(asked)} findings pass"]
    parts += [f"{blocks} {'blocks' if blocks == 1 else 'block'}"] if blocks else []
    parts += [f"{warns} {'warns' if warns == 1 else 'warn'}"] if warns else []
    parts += [f"{stand} the policy lets stand"] if stand else []
    return ", ".join(parts) + "."


def _alike(open_: Sequence[Finding]) -> Iterator[Sequence[Finding]]:
    """Yield findings that stand in one line: what blocks one by one and first, then each rule."""
    yield from ([each] for each in open_ if each.effect == "block")
    warns = [each for each in open_ if each.effect != "block"]
    for rule in dict.fromkeys(each.rule for each in warns):
        of_rule = [each for each in warns if each.rule == rule]
        yield from [of_rule] if len(of_rule) > _ALIKE else ([each] for each in of_rule)


def _item(alike: Sequence[Finding], advice: Mapping[str, str], told: set[str]) -> str:
    """Return a line of the card: one finding, or several of one rule, folded."""
    remedies = dict.fromkeys(remedy(each, advice) for each in alike)
    do = "".join(f"<br><i>What to do:</i> {prose(what)}" for what in remedies if what not in told)
    told.update(remedies)
    if len(alike) == 1:
        return f'<li style="margin:6px 0">{_said(alike[0])}{do}</li>'
    states = Counter(each.state for each in alike)
    count = f"{len(alike)} warnings"
    if len(states) > 1:
        count += ": " + ", ".join(f"{many} {MARKS[state][1]}" for state, many in states.items())
    worst = min(alike, key=lambda each: URGENT.index(each.state))
    inside = "".join(f'<li style="margin:4px 0">{_said(each)}</li>' for each in alike)
    return (
        f'<li style="margin:6px 0"><details><summary style="cursor:pointer">{mark(worst)} '
        f"<b>{e(worst.title)}</b> ({count})"
        f"</summary><ul>{inside}</ul></details>{do.removeprefix('<br>')}</li>"
    )


def _name(finding: Finding) -> str:
    about = ", ".join(finding.estimate.scope.values()) if finding.estimate else ""
    return f"{finding.title} · {about}" if about else finding.title


def _verb(finding: Finding) -> str:
    return "blocks" if finding.effect == "block" else "warns"


def _said(finding: Finding) -> str:
    name, verb = e(_name(finding)), _verb(finding)
    return f"{mark(finding)} <b>{name}</b> ({verb})<br>{prose(finding.because)}"


def _line(finding: Finding) -> str:
    state, verb = MARKS[finding.state][1], _verb(finding)
    return f"[{state}, {verb}] {_name(finding)}: {finding.because}"


def answer_card(findings: Sequence[Finding], advice: Mapping[str, str] | None = None) -> Shown:
    """Show on one page what a room answers: its main answers first, then one row for each rule.

    Parameters
    ----------
    findings : sequence of Finding
        Those with a `case` are the main answers. Of the others the worst of each rule is shown,
        and rejection criteria only where they are met.
    advice : mapping, optional
        Finding id -> what to do, instead of what the metric catalogue says.
    """
    worst: dict[str, Finding] = {}
    for finding in sorted(findings, key=lambda each: GRAVITY[each.effect]):
        if not finding.rule.startswith("reject.") or finding.rejects:
            worst.setdefault(finding.rule, finding)
    kept = [worst[rule] for rule in dict.fromkeys(each.rule for each in findings) if rule in worst]
    parts, lines = [], []
    for finding in (each for each in kept if each.case):
        parts.append(
            f'<p style="font-size:1.3em;margin:4px 0">{mark(finding, finding.case)}</p>'
            f"<p><i>{e(finding.title)}?</i> "
            f"{prose(finding.because.removeprefix(f'{finding.case}. '))}</p>"
        )
        lines.append(f"{finding.title}? {finding.because}")
    others = [each for each in kept if not each.case]
    if others:
        parts.append(_questions(others))
        lines += [f"{each.title}? {MARKS[each.state][1]}. {each.because}" for each in others]
    open_ = [each for each in kept if each.effect != "none"]
    remedies = dict.fromkeys(remedy(each, advice or {}) for each in open_)
    if remedies:
        items = "".join(f"<li>{prose(each)}</li>" for each in remedies)
        parts.append(f"<p><b>What to change</b></p><ul>{items}</ul>")
        lines += ["What to change:", *(f"- {each}" for each in remedies)]
    return Shown(framed("".join(parts), open_), "\n".join(lines) or "no rule asks anything here")


def _questions(findings: Sequence[Finding]) -> str:
    """Return a table of rules: what was asked, the answer, the number, the limit."""
    heads = ("Asked", "Answer", "Number (95 % interval)", "Limit")
    head = "".join(f'<th scope="col" style="{CELL}">{text}</th>' for text in heads)
    rows = []
    for finding in findings:
        estimate = finding.estimate
        about = ", ".join(estimate.scope.values()) if estimate else ""
        asked = f"{finding.title} (worst: {about})" if about else finding.title
        shown = number(estimate) if estimate else "not measured"
        cells = (e(asked), mark(finding), e(shown), e(finding.bound))
        rows.append("<tr>" + "".join(f'<td style="{CELL}">{cell}</td>' for cell in cells) + "</tr>")
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
