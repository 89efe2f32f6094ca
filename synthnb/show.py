"""What a notebook shows: estimates beside their limits, verdict cards, and evidence.

Everything is plain HTML that JupyterLab, GitHub and a printed page show alike; text from the data
is escaped; colour never carries meaning alone.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from synthnb.records import Estimate, Evidence, Finding, Mitigation, PrivacyLoss, Threat, metric
from synthnb.records.evidence import MIME, payload
from synthnb.records.policy import Direction, State

Limits = Mapping[str, tuple[Direction, float]]

MARKS: dict[State, tuple[str, str]] = {
    "pass": ("✓", "pass"),
    "fail": ("✗", "fail"),
    "inconclusive": ("?", "inconclusive"),
    "not-measured": ("–", "not measured"),
}
_COLOURS: dict[State, str] = {
    "pass": "#1b7f5c",
    "fail": "#c0392b",
    "inconclusive": "#9a6b00",
    "not-measured": "#6b7785",
}
GRAVITY = {"block": 0, "warn": 1, "none": 2}
_CELL = "text-align:left;vertical-align:top;padding:4px 10px 4px 0"


@dataclass(frozen=True)
class Shown:
    """A piece of HTML with its plain text."""

    html: str
    text: str

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": self.text}


@dataclass(frozen=True)
class Recorded:
    """Evidence as a notebook output: machine-readable, with a card for people beside it."""

    evidence: Evidence
    card: Shown

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {
            MIME: payload(self.evidence),
            "text/html": self.card.html,
            "text/plain": self.card.text,
        }


def number(estimate: Estimate) -> str:
    """Return a value with its interval, as a person would write it."""
    entry = metric(estimate.metric)
    if estimate.value is None:
        return "not measured"
    return entry.show_with_interval(estimate.value, estimate.low, estimate.high)


def estimates_table(estimates: Sequence[Estimate], findings: Sequence[Finding] = ()) -> Shown:
    """Show estimates: what, how much with which certainty, against which limit, meaning what.

    Several estimates of one metric (for each group, column or secret) stand below its name, and
    what it means is said once.
    """
    judged: dict[str, Finding] = {}
    for worst in sorted(findings, key=lambda each: GRAVITY[each.effect]):
        if worst.estimate:
            judged.setdefault(worst.estimate.id, worst)
    by_metric: dict[str, list[Estimate]] = {}
    for estimate in estimates:
        by_metric.setdefault(estimate.metric, []).append(estimate)
    rows: list[str] = []
    for metric_id, found in by_metric.items():
        entry = metric(metric_id)
        if len(found) > 1:
            heading = f"<b>{_e(entry.title)}.</b> {_e(entry.meaning)}"
            rows.append(f'<tr><td colspan="5" style="{_CELL};padding-top:12px">{heading}</td></tr>')
        rows += [_row(each, judged.get(each.id), alone=len(found) == 1) for each in found]
    heads = ("What", "Estimate (95 % interval)", "Limit", "State", "What it means")
    head = "".join(f'<th scope="col" style="{_CELL}">{text}</th>' for text in heads)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    lines = [_line(each, judged.get(each.id)) for each in estimates]
    return Shown(table, "\n".join(lines) or "nothing was estimated")


def _row(estimate: Estimate, finding: Finding | None, *, alone: bool) -> str:
    entry = metric(estimate.metric)
    about = ", ".join(estimate.scope.values())
    if alone:
        name = f"<b>{_e(f'{entry.title} · {about}' if about else entry.title)}</b>"
    else:
        name = _e(about or "overall")
    meaning = [entry.meaning] if alone and estimate.measured else []
    cells = (
        (name, ""),
        (_e(number(estimate)), ";white-space:nowrap"),
        (_e(finding.bound if finding else ""), ";white-space:nowrap"),
        (_mark(finding), ";white-space:nowrap"),
        (_e(" ".join([*meaning, estimate.note]).strip()), ""),
    )
    return (
        "<tr>" + "".join(f'<td style="{_CELL}{more}">{text}</td>' for text, more in cells) + "</tr>"
    )


def _line(estimate: Estimate, finding: Finding | None) -> str:
    about = ", ".join(estimate.scope.values())
    title = metric(estimate.metric).title
    state = MARKS[finding.state][1] if finding else ""
    name = f"{title} · {about}" if about else title
    bound = finding.bound if finding else ""
    return " ".join(part for part in (f"{name}: {number(estimate)}", bound, state) if part)


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
        remedy = _remedy(finding, advice or {})
        do = "" if remedy in told else f"<br><i>What to do:</i> {_e(remedy)}"
        told.add(remedy)
        rows.append(
            f'<li style="margin:6px 0">{_mark(finding)} <b>{_e(name)}</b> ({verb})<br>'
            f"{_e(finding.because)}{do}</li>"
        )
        lines.append(f"[{MARKS[finding.state][1]}, {verb}] {name}: {finding.because}")
    count = f"{passed} of {len(findings)} findings pass."
    body = (
        f"<p><b>{_e(title)}</b> {count}</p><ul>{''.join(rows)}</ul>"
        f"<p><b>Next:</b> {_e(next_step)}</p>"
    )
    text = "\n".join([f"{title} {count}", *lines, f"Next: {next_step}"])
    return Shown(_framed(body, open_), text)


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
            f'<p style="font-size:1.3em;margin:4px 0">{_mark(finding, finding.case)}</p>'
            f"<p><i>{_e(finding.title)}?</i> "
            f"{_e(finding.because.removeprefix(f'{finding.case}. '))}</p>"
        )
        lines.append(f"{finding.title}? {finding.because}")
    others = [each for each in kept if not each.case]
    if others:
        parts.append(_questions(others))
        lines += [f"{each.title}? {MARKS[each.state][1]}. {each.because}" for each in others]
    open_ = [each for each in kept if each.effect != "none"]
    remedies = dict.fromkeys(_remedy(each, advice or {}) for each in open_)
    if remedies:
        items = "".join(f"<li>{_e(remedy)}</li>" for remedy in remedies)
        parts.append(f"<p><b>What to change</b></p><ul>{items}</ul>")
        lines += ["What to change:", *(f"- {remedy}" for remedy in remedies)]
    return Shown(_framed("".join(parts), open_), "\n".join(lines) or "no rule asks anything here")


def attackers_list(threats: Sequence[Threat]) -> Shown:
    """Show who attacks, as stories; what only describes the tables stands last, without one."""
    acting = [threat for threat in threats if threat.status != "description"]
    items = [f"<li><b>{_e(threat.title)}.</b> {_e(_story(threat))}</li>" for threat in acting]
    body = f"<ul>{''.join(items)}</ul>"
    lines = [f"{threat.title}. {_story(threat)}" for threat in acting]
    if rest := ", ".join(each.title for each in threats if each.status == "description"):
        body += f"<p>Described besides, without an attacker who decides: {_e(rest)}.</p>"
        lines.append(f"Described besides: {rest}.")
    return Shown(body, "\n".join(lines))


def methods_table(estimates: Sequence[Estimate]) -> Shown:
    """Show how each number was made and after whom, one row for each metric."""
    by_metric: dict[str, list[Estimate]] = {}
    for estimate in estimates:
        by_metric.setdefault(estimate.metric, []).append(estimate)
    rows = []
    for name, found in by_metric.items():
        how = "; ".join(dict.fromkeys(each.method for each in found))
        rows.append((name, metric(name).title, how, metric(name).source))
    heads = ("Number", "Called", "How it was made", "Source")
    return _table(heads, rows)


def limits_table(rows: Sequence[tuple[str, str, str, str, str]]) -> Shown:
    """Show limits in force: rule, what, limit, who set it, why."""
    return _table(("Rule", "What", "Limit", "Set by", "Why"), rows)


def changes_table(mitigations: Sequence[Mitigation]) -> Shown:
    """Show what mitigations changed: before is the same generator without them."""
    if not mitigations:
        return Shown(
            "<p>The plan asks for a plain sample.</p>", "The plan asks for a plain sample."
        )
    rows: list[tuple[str, ...]] = []
    for mitigation in mitigations:
        rows.append((mitigation.title, f"Why: {mitigation.rationale}", "", ""))
        for each in mitigation.changes:
            numbers = (each.before, each.after, each.target)
            rows.append((each.what, *(_said(value) for value in numbers)))
    return _table(("What", "Without", "With", "Meant"), rows)


def guarantee_table(loss: PrivacyLoss | None, budget: Mapping[str, Any] | None) -> Shown:
    """Show what a differentially private generator spent, and what the data set has left."""
    if loss is None:
        text = "No mathematical guarantee: the generator adds no calibrated noise."
        return Shown(f"<p>{text}</p>", text)
    rows = [
        ("Unit", loss.unit),
        ("Neighbouring tables", loss.adjacency),
        ("Epsilon and delta", f"{loss.epsilon:g} and {loss.delta:g}"),
        ("Rho in all", f"{loss.rho:.6g}"),
        *((f"Rho for {step.step}", f"{step.rho:.6g}") for step in loss.steps),
        ("Public, says " + loss.attested_by, " ".join(loss.public)),
    ]
    if budget:
        spent = f"{budget['spent_epsilon']:.3g} of {budget['cap_epsilon']:g}"
        rows.append((f"Epsilon charged to {budget['dataset']} so far", spent))
    return _table(("Guarantee", "Value"), rows)


def _said(value: float | None) -> str:
    return "" if value is None else f"{value:.3g}"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Shown:
    head = "".join(f'<th scope="col" style="{_CELL}">{text}</th>' for text in heads)
    body = "".join(
        "<tr>" + "".join(f'<td style="{_CELL}">{_e(cell)}</td>' for cell in row) + "</tr>"
        for row in rows
    )
    text = "\n".join(" | ".join(row) for row in rows)
    return Shown(f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>", text)


def _questions(findings: Sequence[Finding]) -> str:
    """Return a table of rules: what was asked, the answer, the number, the limit."""
    heads = ("Asked", "Answer", "Number (95 % interval)", "Limit")
    head = "".join(f'<th scope="col" style="{_CELL}">{text}</th>' for text in heads)
    rows = []
    for finding in findings:
        estimate = finding.estimate
        about = ", ".join(estimate.scope.values()) if estimate else ""
        asked = f"{finding.title} (worst: {about})" if about else finding.title
        shown = number(estimate) if estimate else "not measured"
        cells = (_e(asked), _mark(finding), _e(shown), _e(finding.bound))
        rows.append(
            "<tr>" + "".join(f'<td style="{_CELL}">{cell}</td>' for cell in cells) + "</tr>"
        )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _remedy(finding: Finding, advice: Mapping[str, str]) -> str:
    usual = metric(finding.metric).remedy if finding.metric else finding.reason
    return advice.get(finding.id, usual)


def _story(threat: Threat) -> str:
    """Return who attacks in one sentence."""
    knows, wants, can = (
        text.strip().rstrip(".") for text in (threat.knows, threat.wants, threat.can)
    )
    comma = "," if {",", ":"} & set(knows) else ""
    return f"Someone who knows {knows}{comma} wants {wants}, and can {can}."


def _framed(body: str, open_: Sequence[Finding]) -> str:
    blocked = any(finding.effect == "block" for finding in open_)
    colour = _COLOURS["fail" if blocked else "pass"]
    return (
        f'<div style="border-left:4px solid {colour};padding:2px 0 2px 12px;margin:8px 0">'
        f"{body}</div>"
    )


def _mark(finding: Finding | None, said: str = "") -> str:
    if finding is None:
        return ""
    sign, word = MARKS[finding.state]
    colour = _COLOURS[finding.state]
    return f'<span style="color:{colour};font-weight:600">{sign} {_e(said or word)}</span>'


def _e(text: str) -> str:
    return html.escape(text, quote=True)
