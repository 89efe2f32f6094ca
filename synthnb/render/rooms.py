"""What each room measured, as tables: with limits first, then the rest."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from synthnb.records import Datasheet, Estimate, Finding, metric
from synthnb.render.escape import Md, md
from synthnb.render.front import of_room
from synthnb.render.tables import bullets, table
from synthnb.render.words import ROOMS, about, better, count, limit, one_line, state, title, value

_PAIRS = {"table": ("real", "synthetic"), "trained_on": ("real", "synthetic")}


@dataclass(frozen=True)
class Attacker:
    """One attack: its story, and its numbers."""

    anchor: str
    title: str
    story: str
    numbers: Md


def of(sheet: Datasheet, room: str) -> tuple[Estimate, ...]:
    """Return the estimates of a room."""
    evidence = sheet.room(room)
    return evidence.estimates if evidence else ()


def lead(sheet: Datasheet, room: str) -> str:
    """Return in a sentence how many of a room's findings pass."""
    found = of_room(sheet.verdict.findings, room)
    if sheet.room(room) is None:
        return "No executed notebook of this room is part of the evidence."
    if not found:
        return f"{count(len(of(sheet, room)), 'number')} measured; the policy limits none of them."
    parts = [
        f"{number} {word}"
        for word, kind in (
            ("pass", "pass"),
            ("inconclusive", "inconclusive"),
            ("not measured", "not-measured"),
            ("fail", "fail"),
        )
        if (number := sum(f.state == kind for f in found))
    ]
    return f"{count(len(found), 'finding')}: {', '.join(parts)}."


def judged(sheet: Datasheet, room: str, metrics: Iterable[str] | None = None) -> Md:
    """Return the findings of a room (or about some metrics of it), each number with its limit."""
    chosen = None if metrics is None else set(metrics)
    findings = [
        finding
        for finding in of_room(sheet.verdict.findings, room)
        if chosen is None or finding.metric in chosen
    ]
    rows, told = [], set()
    for finding in sorted(findings, key=lambda f: _order(sheet, room, f)):
        name = finding.metric or ""
        rows.append(_judged_row(sheet, finding, first=name not in told))
        told.add(name)
    heads = ("What", "Value and interval", "Limit", "State")
    return table(heads, rows, (46, 22, 14, 18)) if rows else Md("")


def _order(sheet: Datasheet, room: str, finding: Finding) -> int:
    """Return where the finding's metric first occurs in the evidence."""
    names = [estimate.metric for estimate in of(sheet, room)]
    return names.index(finding.metric) if finding.metric in names else len(names)


def _judged_row(sheet: Datasheet, finding: Finding, *, first: bool) -> list[object]:
    entry = metric(finding.metric or "")
    estimate = finding.estimate
    scope = about(estimate, sheet.charter) if estimate else ""
    name = md("**{}** · {}", entry.title, scope) if scope else md("**{}**", entry.title)
    usual = estimate.baseline if estimate else None
    said = f"{entry.meaning} {better(entry.id, usual).capitalize()}." if first else ""
    note = estimate.note if estimate else "No executed notebook measured it."
    if estimate is not None and estimate.value is None:
        note = f"Not measured: {note}"
    below = " ".join(part for part in (said, _sentence(note)) if part)
    what = md("{}[{}]{.below}", name, below) if below else name
    bound = md("{}[set by the charter]{.below}", limit(finding))
    shown = bound if finding.limit_from == "charter" else limit(finding)
    return [what, value(estimate) if estimate else "not measured", shown, state(finding)]


def _sentence(text: str) -> str:
    text = text.strip()
    if not text:
        return ""
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?" else ".")


def free(sheet: Datasheet, room: str, metrics: Iterable[str] | None = None, most: int = 12) -> Md:
    """Return the numbers of a room that no rule limits; a metric with many goes to the appendix."""
    limited = {f.metric for f in sheet.verdict.findings}
    chosen = None if metrics is None else set(metrics)
    estimates = [
        estimate
        for estimate in of(sheet, room)
        if estimate.metric not in limited and (chosen is None or estimate.metric in chosen)
    ]
    rows: list[list[object]] = []
    for name, group in _by_metric(estimates).items():
        entry = metric(name)
        if len(group) > most:
            many = md("{} numbers, see @sec-numbers", len(group))
            rows.append([md("**{}**", entry.title), many, entry.meaning])
            continue
        rows += [_free_row(sheet, each, first=each is group[0]) for each in group]
    return table(("What", "Value and interval", "Meaning"), rows, (32, 24, 44)) if rows else Md("")


def _free_row(sheet: Datasheet, estimate: Estimate, *, first: bool) -> list[object]:
    entry = metric(estimate.metric)
    scope = about(estimate, sheet.charter)
    name = md("**{}** · {}", entry.title, scope) if scope else md("**{}**", entry.title)
    said = f"{entry.meaning} {better(entry.id, estimate.baseline).capitalize()}." if first else ""
    note = f"Not measured: {estimate.note}" if estimate.value is None else estimate.note
    return [name, value(estimate), " ".join(p for p in (said, _sentence(note)) if p)]


def _by_metric(estimates: Sequence[Estimate]) -> dict[str, list[Estimate]]:
    groups: dict[str, list[Estimate]] = {}
    for estimate in estimates:
        groups.setdefault(estimate.metric, []).append(estimate)
    return groups


def attackers(sheet: Datasheet) -> list[Attacker]:
    """Return each attack with its story and its numbers, in the order of the notebook."""
    from synthnb import privacy

    measured = {estimate.metric for estimate in of(sheet, "privacy")}
    found, told = [], set()
    for attack in privacy.attacks():
        metrics = [name for name in attack.metrics if name in measured]
        if metrics:
            story = f"Knows {attack.knows} Wants {attack.wants} Can {attack.can}"
            found.append(
                Attacker(
                    f"sec-attack-{_anchor(attack.id)}",
                    attack.title,
                    f"{story} Success would be {attack.criterion}.",
                    numbers(sheet, "privacy", metrics),
                )
            )
            told.update(metrics)
    if rest := [name for name in _by_metric(of(sheet, "privacy")) if name not in told]:
        story = "What bears on how far the attacks above can be trusted."
        shown = numbers(sheet, "privacy", rest)
        found.append(Attacker("sec-attack-other", "The test itself", story, shown))
    return found


def _anchor(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def numbers(sheet: Datasheet, room: str, metrics: Iterable[str] | None = None) -> Md:
    """Return the numbers of a room (or some metrics of it): those with limits, then the rest."""
    chosen = set(metrics) if metrics is not None else None
    parts = (judged(sheet, room, chosen), free(sheet, room, chosen))
    return Md("\n".join(part.text for part in parts if part))


def caveats(sheet: Datasheet, room: str) -> Md:
    """Return what a reader must know to read a room's numbers rightly, as a callout."""
    evidence = sheet.room(room)
    if evidence is None or not evidence.notes:
        return Md("")
    said = bullets([_sentence(note) for note in evidence.notes])
    return Md(f"::: {{.callout-note}}\n## To be read with this\n\n{said.text}:::\n")


def fairness_sentences(sheet: Datasheet) -> list[str]:
    """Return in words what the generator did to the outcome of each group."""
    from synthnb import fairness

    return fairness.sentences(of(sheet, "fairness"), sheet.charter)


def unknown(sheet: Datasheet) -> Md:
    """Return everything that was not measured or came out inconclusive, and why."""
    rows = []
    judged_ids = set()
    for finding in sheet.verdict.findings:
        if finding.state in {"not-measured", "inconclusive"}:
            rows.append((title(finding, sheet.charter), finding.because))
        if finding.estimate is not None:
            judged_ids.add(finding.estimate.id)
    for room in ROOMS:
        for estimate in of(sheet, room):
            if estimate.value is None and estimate.id not in judged_ids:
                name = " · ".join(
                    part
                    for part in (metric(estimate.metric).title, about(estimate, sheet.charter))
                    if part
                )
                rows.append((name, f"Not measured: {_sentence(estimate.note)}"))
    if not rows:
        return Md("Every number was measured, and none came out inconclusive.\n")
    return table(("What", "Why"), [[md("**{}**", a), b] for a, b in rows], (36, 64))


def every_number(sheet: Datasheet, room: str) -> list[tuple[str, str, Md]]:
    """Return for each metric of a room its title, how it was measured, and all its numbers."""
    found = []
    for name, group in _by_metric(of(sheet, room)).items():
        entry = metric(name)
        methods = list(dict.fromkeys(estimate.method for estimate in group))
        said = f"{entry.meaning} {better(name).capitalize()}. Measured by {'; '.join(methods)}."
        found.append((entry.title, said, _paired(sheet, group) or _plain(sheet, group)))
    return found


def _plain(sheet: Datasheet, group: Sequence[Estimate]) -> Md:
    rows = [
        [about(each, sheet.charter) or "whole table", one_line(each), _size(sheet, each)]
        for each in group
    ]
    return table(("About", "Value (interval)", "Records"), rows, (44, 40, 16), right=(2,))


def _paired(sheet: Datasheet, group: Sequence[Estimate]) -> Md | None:
    """Return real beside synthetic where every number of a metric has such a partner."""
    key = next((key for key in _PAIRS if all(key in each.scope for each in group)), None)
    if key is None or {each.scope[key] for each in group} != set(_PAIRS[key]):
        return None
    rows: dict[str, dict[str, str]] = {}
    for each in group:
        rest = each.model_copy(update={"scope": {k: v for k, v in each.scope.items() if k != key}})
        where = about(rest, sheet.charter) or "whole table"
        rows.setdefault(where, {})[each.scope[key]] = one_line(each)
    head = "Trained on" if key == "trained_on" else "In"
    cells = [
        [where, both.get("real", "—"), both.get("synthetic", "—")] for where, both in rows.items()
    ]
    heads = ("About", f"{head} real data", f"{head} synthetic data")
    return table(heads, cells, (34, 33, 33))


def _size(sheet: Datasheet, estimate: Estimate) -> str:
    """Return how many records stand behind a number, unless they are too few to say."""
    if estimate.n is None:
        return "—"
    smallest = sheet.policy.minimum_cell
    return (
        f"under {smallest}" if estimate.n < smallest else f"{estimate.n:,}".replace(",", "\u202f")
    )
