"""Looking closer: one subject at a time, the worst first, each opened with a click or a key.

    closer([Subject("Race = Black", estimates)], findings)

What opens is the `details` of HTML: it needs no kernel, no script and no widget state, so that a
page that was run somewhere else, saved or exported shows the same. Beside each number stands a
line: the interval, the value in it, the limit, and what chance or another real sample would give.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from synthnb.markup import e
from synthnb.records import Estimate, Finding, metric
from synthnb.show.drawing import HIGH, REAL, WIDE, cells, svg
from synthnb.show.pieces import COLOURS, GRAVITY, MARKS, URGENT, Shown, mark, number, remedy
from synthnb.show.subjects import Subject

_LEGEND = (
    "Worst first; click a line to open it. Beside each number: the line is its interval, the dot "
    "its value, the dashed bar the limit, the ring what it is compared with: chance, no "
    "difference, or another real sample."
)
_HEADS = ("What", "", "Estimate (95 % interval)", "Compared with", "Limit", "State")
_PLAIN = (len(URGENT), 0)  # how urgent it is where nothing is limited


Scale = tuple[float, float]


def closer(
    subjects: Iterable[Subject],
    findings: Sequence[Finding] = (),
    advice: Mapping[str, str] | None = None,
) -> Shown:
    """Show subjects one below the other, the worst first; each opens with a click.

    Parameters
    ----------
    subjects : iterable of Subject
    findings : sequence of Finding
        What the rules say about the estimates.
    advice : mapping, optional
        Finding id -> what to do, instead of what the metric catalogue says.
    """
    listed = [subject for subject in subjects if subject.estimates or subject.beside]
    if not listed:
        return Shown("<p>Nothing was measured.</p>", "nothing was measured")
    judged = _judged(findings)
    scales = _scales([one for each in listed for one in each.estimates], judged)
    ordered = sorted(listed, key=lambda each: _urgency(_worst(each, judged)))
    pages = [_page(each, judged, scales, advice or {}) for each in ordered]
    body = "".join(page.html for page in pages)
    return Shown(f"<p>{_LEGEND}</p>{body}", "\n".join(page.text for page in pages))


def _judged(findings: Sequence[Finding]) -> dict[str, Finding]:
    """Return the gravest finding about each estimate."""
    judged: dict[str, Finding] = {}
    for finding in sorted(findings, key=_urgency):
        if finding.estimate and not (finding.rule.startswith("reject.") and not finding.rejects):
            judged.setdefault(finding.estimate.id, finding)
    return judged


def _urgency(finding: Finding | None) -> tuple[int, int]:
    if finding is None:
        return _PLAIN
    return URGENT.index(finding.state), GRAVITY[finding.effect]


def _worst(subject: Subject, judged: Mapping[str, Finding]) -> Finding | None:
    found = [judged[each.id] for each in subject.estimates if each.id in judged]
    return min(found, key=_urgency, default=None)


def _page(
    subject: Subject,
    judged: Mapping[str, Finding],
    scales: Mapping[str, Scale],
    advice: Mapping[str, str],
) -> Shown:
    worst = _worst(subject, judged)
    parts = [f"<p>{e(subject.said)}</p>"] if subject.said else []
    lines = [_line(subject, worst)]
    lines += [f"  {subject.said}"] if subject.said else []
    if subject.estimates:
        rows = [_row(each, judged.get(each.id), scales, subject) for each in subject.estimates]
        heads = cells("th", _HEADS)
        parts.append(f"<table><thead>{heads}</thead><tbody>{''.join(rows)}</tbody></table>")
        lines += [f"  {_said(each, judged.get(each.id), subject)}" for each in subject.estimates]
    for word, texts in _why(subject, judged, advice):
        items = "".join(f"<li>{e(text)}</li>" for text in texts)
        parts.append(f"<p><b>{word}</b></p><ul>{items}</ul>")
        lines += [f"  {word}: {text}" for text in texts]
    if subject.beside is not None:
        parts.append(subject.beside.html)
        lines.append(subject.beside.text)
    title = f"<b>{e(subject.name)}</b> {mark(worst)} {e(_headline(subject, worst))}"
    style = "margin:4px 0;padding:2px 0"
    page = (
        f'<details style="{style}"><summary style="cursor:pointer">{title}</summary>'
        f'<div style="margin:4px 0 12px 18px">{"".join(parts)}</div></details>'
    )
    return Shown(page, "\n".join(lines))


def _headline(subject: Subject, finding: Finding | None) -> str:
    """Return the number that says most: that of the worst finding, or the first."""
    if finding is not None:
        bound = f", {finding.bound}" if finding.bound else ""
        return f"{finding.title}: {_number(finding.estimate)}{bound}"
    first = next((each for each in subject.estimates if each.measured), None)
    return "" if first is None else f"{metric(first.metric).title}: {_number(first)}"


def _number(estimate: Estimate | None) -> str:
    return "not measured" if estimate is None else number(estimate)


def _line(subject: Subject, finding: Finding | None) -> str:
    state = f" [{MARKS[finding.state][1]}]" if finding else ""
    said = _headline(subject, finding)
    return f"{subject.name}{state}" + (f" {said}" if said else "")


def _name(estimate: Estimate, subject: Subject) -> str:
    scope = [value for value in estimate.scope.values() if value != subject.name]
    return " · ".join([metric(estimate.metric).title, *scope])


def _said(estimate: Estimate, finding: Finding | None, subject: Subject) -> str:
    state = f" [{MARKS[finding.state][1]}]" if finding else ""
    bound = f", {finding.bound}" if finding and finding.bound else ""
    beside = f", compared with {_compared(estimate)}" if _compared(estimate) else ""
    return f"{_name(estimate, subject)}: {number(estimate)}{beside}{bound}{state}"


def _row(
    estimate: Estimate,
    finding: Finding | None,
    scales: Mapping[str, Scale],
    subject: Subject,
) -> str:
    row = (
        e(_name(estimate, subject)),
        _strip(estimate, finding, scales.get(estimate.metric)),
        e(number(estimate)),
        e(_compared(estimate)),
        e(finding.bound if finding else ""),
        mark(finding),
    )
    return cells("td", row)


def _compared(estimate: Estimate) -> str:
    if estimate.baseline is None:
        return ""
    return metric(estimate.metric).show(estimate.baseline)


def _why(
    subject: Subject, judged: Mapping[str, Finding], advice: Mapping[str, str]
) -> list[tuple[str, tuple[str, ...]]]:
    """Return why it is so and what to do about it; what the numbers mean where all is well."""
    found = [judged[each.id] for each in subject.estimates if each.id in judged]
    bad = [each for each in sorted(found, key=_urgency) if each.effect != "none"]
    notes = {each.note: None for each in subject.estimates if not each.measured}
    meant = {metric(each.metric).meaning: None for each in subject.estimates if each.measured}
    said = (
        ("Why", {each.because: None for each in bad} or notes),
        ("What it means", meant),
        ("What to do", {remedy(each, advice): None for each in bad}),
    )
    return [(word, tuple(texts)) for word, texts in said if texts]


def _scales(estimates: Sequence[Estimate], judged: Mapping[str, Finding]) -> dict[str, Scale]:
    """Return the ends of each metric's line, the same for every subject so that eyes can compare.

    Scores and shares span what was seen of them, with what they are compared with.
    """
    seen: dict[str, list[float]] = {}
    for each in estimates:
        finding = judged.get(each.id)
        ends = (each.low, each.value, each.high, each.baseline, finding and finding.limit)
        finite = [end for end in ends if isinstance(end, float) and math.isfinite(end)]
        seen.setdefault(each.metric, []).extend(finite)
    return {name: (min(ends), max(ends)) for name, ends in seen.items() if ends}


def _strip(estimate: Estimate, finding: Finding | None, scale: Scale | None) -> str:
    """Return the line beside a number; the row says all of it in words."""
    if estimate.value is None or scale is None or metric(estimate.metric).unit == "p-value":
        return ""
    low, high = scale
    width = (high - low) or 1.0

    def at(value: float) -> str:
        inside = min(max((value - low) / width, 0.0), 1.0)
        return f"{8 + inside * (WIDE - 16):.1f}"

    middle = HIGH // 2
    colour = COLOURS[finding.state] if finding else REAL
    marks = [
        f'<line x1="0" x2="{WIDE}" y1="{middle}" y2="{middle}" stroke="#8885" stroke-width="1"/>'
    ]
    if estimate.low is not None and estimate.high is not None:
        marks.append(
            f'<line x1="{at(estimate.low)}" x2="{at(estimate.high)}" y1="{middle}" y2="{middle}" '
            f'stroke="{colour}" stroke-width="3"/>'
        )
    if estimate.baseline is not None:
        marks.append(
            f'<circle cx="{at(estimate.baseline)}" cy="{middle}" r="4" fill="none" '
            'stroke="currentColor" stroke-width="1.2"/>'
        )
    if finding is not None and finding.limit is not None:
        place = at(finding.limit)
        marks.append(
            f'<line x1="{place}" x2="{place}" y1="0" y2="{HIGH}" stroke="currentColor" '
            'stroke-width="1.6" stroke-dasharray="3 2"/>'
        )
    marks.append(f'<circle cx="{at(estimate.value)}" cy="{middle}" r="3.2" fill="{colour}"/>')
    return svg(HIGH, marks)
