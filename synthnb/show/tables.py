"""Tables: estimates beside their limits, methods, limits, changes, guarantees; and attackers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from synthnb.markup import e
from synthnb.records import Estimate, Finding, Mitigation, PrivacyLoss, Threat, metric
from synthnb.show.pieces import CELL, GRAVITY, MARKS, Shown, mark, number, table


def estimates_table(estimates: Sequence[Estimate], findings: Sequence[Finding] = ()) -> Shown:
    """Show estimates: what, how much with which certainty, against which limit, meaning what.

    Several estimates of one metric (for each group, column or secret) stand below its name, and
    what it means is said once.
    """
    if not estimates:
        return Shown("<p>Nothing was estimated.</p>", "nothing was estimated")
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
            heading = f"<b>{e(entry.title)}.</b> {e(entry.meaning)}"
            rows.append(f'<tr><td colspan="5" style="{CELL};padding-top:12px">{heading}</td></tr>')
        rows += [_row(each, judged.get(each.id), alone=len(found) == 1) for each in found]
    heads = ("What", "Estimate (95 % interval)", "Limit", "State", "What it means")
    head = "".join(f'<th scope="col" style="{CELL}">{text}</th>' for text in heads)
    drawn = f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    lines = [_line(each, judged.get(each.id)) for each in estimates]
    return Shown(drawn, "\n".join(lines))


def _row(estimate: Estimate, finding: Finding | None, *, alone: bool) -> str:
    entry = metric(estimate.metric)
    about = ", ".join(estimate.scope.values())
    if alone:
        name = f"<b>{e(f'{entry.title} · {about}' if about else entry.title)}</b>"
    else:
        name = e(about or "overall")
    meaning = [entry.meaning] if alone and estimate.measured else []
    cells = (
        (name, ""),
        (e(number(estimate)), ";white-space:nowrap"),
        (e(finding.bound if finding else ""), ";white-space:nowrap"),
        (mark(finding), ";white-space:nowrap"),
        (e(" ".join([*meaning, estimate.note]).strip()), ""),
    )
    return (
        "<tr>" + "".join(f'<td style="{CELL}{more}">{text}</td>' for text, more in cells) + "</tr>"
    )


def _line(estimate: Estimate, finding: Finding | None) -> str:
    about = ", ".join(estimate.scope.values())
    title = metric(estimate.metric).title
    state = MARKS[finding.state][1] if finding else ""
    name = f"{title} · {about}" if about else title
    bound = finding.bound if finding else ""
    return " ".join(part for part in (f"{name}: {number(estimate)}", bound, state) if part)


def attackers_list(threats: Sequence[Threat]) -> Shown:
    """Show who attacks, as stories; what only describes the tables stands last, without one."""
    acting = [threat for threat in threats if threat.status != "description"]
    items = [f"<li><b>{e(threat.title)}.</b> {e(story(threat))}</li>" for threat in acting]
    body = f"<ul>{''.join(items)}</ul>"
    lines = [f"{threat.title}. {story(threat)}" for threat in acting]
    if rest := ", ".join(each.title for each in threats if each.status == "description"):
        body += f"<p>Described besides, without an attacker who decides: {e(rest)}.</p>"
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
    return table(heads, rows)


def limits_table(rows: Sequence[tuple[str, str, str, str, str]]) -> Shown:
    """Show limits in force: rule, what, limit, who set it, why."""
    return table(("Rule", "What", "Limit", "Set by", "Why"), rows)


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
    return table(("What", "Without", "With", "Meant"), rows)


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
    return table(("Guarantee", "Value"), rows)


def _said(value: float | None) -> str:
    return "" if value is None else f"{value:.3g}"


def story(threat: Threat) -> str:
    """Return who attacks in one sentence."""
    knows, wants, can = (
        text.strip().rstrip(".") for text in (threat.knows, threat.wants, threat.can)
    )
    comma = "," if {",", ":"} & set(knows) else ""
    return f"Someone who knows {knows}{comma} wants {wants}, and can {can}."
