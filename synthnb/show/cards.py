"""Cards: what stands so far and what to do next, and the answer of a room on one page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from synthnb.markup import e, prose
from synthnb.records import Finding
from synthnb.show.pieces import CELL, GRAVITY, MARKS, Shown, framed, mark, number, remedy


def findings_card(
    title: str,
    findings: Sequence[Finding],
    next_step: str,
    advice: Mapping[str, str] | None = None,
) -> Shown:
    """Show what stands so far: what blocks, what warns, and what to do next.

    Parameters
    ----------
    title, next_step : str
    findings : sequence of Finding
    advice : mapping, optional
        Finding id -> what to do, instead of what the metric catalogue says.
    """
    open_ = [finding for finding in findings if finding.effect != "none"]
    passed = sum(finding.state == "pass" for finding in findings)
    rows, lines = [], []
    told: set[str] = set()  # what to do about several findings is said once
    for finding in sorted(open_, key=lambda each: each.effect != "block"):
        about = ", ".join(finding.estimate.scope.values()) if finding.estimate else ""
        name = f"{finding.title} · {about}" if about else finding.title
        verb = "blocks" if finding.effect == "block" else "warns"
        what = remedy(finding, advice or {})
        do = "" if what in told else f"<br><i>What to do:</i> {prose(what)}"
        told.add(what)
        rows.append(
            f'<li style="margin:6px 0">{mark(finding)} <b>{e(name)}</b> ({verb})<br>'
            f"{prose(finding.because)}{do}</li>"
        )
        lines.append(f"[{MARKS[finding.state][1]}, {verb}] {name}: {finding.because}")
    count = f"{passed} of {len(findings)} findings pass." if findings else "No rule judges this."
    listed = f"<ul>{''.join(rows)}</ul>" if rows else ""
    body = f"<p><b>{e(title)}</b> {count}</p>{listed}<p><b>Next:</b> {prose(next_step)}</p>"
    text = "\n".join([f"{title} {count}", *lines, f"Next: {next_step}"])
    return Shown(framed(body, open_), text)


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
