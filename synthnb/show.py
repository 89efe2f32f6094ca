"""What a notebook shows: estimates beside their limits, verdict cards, and evidence.

Everything is plain HTML that JupyterLab, GitHub and a printed page show alike; text from the data
is escaped; colour never carries meaning alone.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from synthnb.records import Estimate, Evidence, Finding, metric
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


def findings_card(title: str, findings: Sequence[Finding], next_step: str) -> Shown:
    """Show what stands so far: what blocks, what warns, and what to do next."""
    open_ = [finding for finding in findings if finding.effect != "none"]
    passed = sum(finding.state == "pass" for finding in findings)
    rows, lines = [], []
    for finding in sorted(open_, key=lambda each: each.effect != "block"):
        remedy = metric(finding.metric).remedy if finding.metric else ""
        about = ", ".join(finding.estimate.scope.values()) if finding.estimate else ""
        name = f"{finding.title} · {about}" if about else finding.title
        verb = "blocks" if finding.effect == "block" else "warns"
        rows.append(
            f'<li style="margin:6px 0">{_mark(finding)} <b>{_e(name)}</b> ({verb})<br>'
            f"{_e(finding.because)}<br><i>What to do:</i> {_e(remedy or finding.reason)}</li>"
        )
        lines.append(f"[{MARKS[finding.state][1]}, {verb}] {name}: {finding.because}")
    blocked = any(finding.effect == "block" for finding in open_)
    colour = _COLOURS["fail" if blocked else "pass"]
    count = f"{passed} of {len(findings)} findings pass."
    body = (
        f'<div style="border-left:4px solid {colour};padding:2px 0 2px 12px;margin:8px 0">'
        f"<p><b>{_e(title)}</b> {count}</p><ul>{''.join(rows)}</ul>"
        f"<p><b>Next:</b> {_e(next_step)}</p></div>"
    )
    return Shown(body, "\n".join([f"{title} {count}", *lines, f"Next: {next_step}"]))


def limits_table(rows: Sequence[tuple[str, str, str, str, str]]) -> Shown:
    """Show limits in force: rule, what, limit, who set it, why."""
    heads = ("Rule", "What", "Limit", "Set by", "Why")
    head = "".join(f'<th scope="col" style="{_CELL}">{text}</th>' for text in heads)
    body = "".join(
        "<tr>" + "".join(f'<td style="{_CELL}">{_e(cell)}</td>' for cell in row) + "</tr>"
        for row in rows
    )
    text = "\n".join(" | ".join(row) for row in rows)
    return Shown(f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>", text)


def _mark(finding: Finding | None) -> str:
    if finding is None:
        return ""
    sign, word = MARKS[finding.state]
    return f'<span style="color:{_COLOURS[finding.state]};font-weight:600">{sign} {word}</span>'


def _e(text: str) -> str:
    return html.escape(text, quote=True)
