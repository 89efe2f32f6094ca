"""What each room measured, as tables: with limits first, then the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from synthnb.records import Datasheet, Estimate, Finding, metric
from synthnb.render.escape import Md, join, md
from synthnb.render.front import of_room
from synthnb.render.tables import bullets, table
from synthnb.render.words import (
    ROOMS,
    about,
    against,
    better,
    count,
    one_line,
    sentence,
    value,
)

_MANY = 24
_APPENDIX = frozenset({"privacy.selftest.power"})  # its figure says it
_BESIDE = {"table": "In", "trained_on": "Trained on"}


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
    states = [(sum(f.state == kind for f in found), word) for kind, word in _STATES]
    said = ", ".join(f"{number} {word}" for number, word in states if number)
    return f"{count(len(found), 'finding')}: {said}."


_STATES = (
    ("pass", "pass"),
    ("inconclusive", "inconclusive"),
    ("not-measured", "not measured"),
    ("fail", "fail"),
)


def numbers(
    sheet: Datasheet,
    room: str,
    metrics: Iterable[str] | None = None,
    *,
    scope: Mapping[str, str] | None = None,
) -> Md:
    """Return the numbers of a room, or of some metrics: those with limits first, then the rest.

    A metric with one number is a row; one with several (groups, columns, secrets) has a table of
    its own. Where no rule limits a metric and its numbers are many, they stand in the appendix.
    With a `scope`, only what is about it.
    """
    wanted = (scope or {}).items()
    findings = [
        finding
        for finding in of_room(sheet.verdict.findings, room)
        if finding.estimate is None or wanted <= finding.estimate.scope.items()
    ]
    limited = {finding.metric for finding in findings}
    groups = _by_metric([e for e in of(sheet, room) if wanted <= e.scope.items()])
    groups.update({f.metric: [] for f in findings if f.metric and f.metric not in groups})
    known = None if metrics is None else set(metrics)
    chosen = [name for name in groups if known is None or name in known]
    parts: list[Md] = []
    for judged in (True, False):
        names = [name for name in chosen if (name in limited) == judged]
        single = [name for name in names if len(groups[name]) < 2]
        if single:
            parts.append(_singles(sheet, single, groups, findings if judged else ()))
        parts += [
            _several(sheet, name, groups[name], findings if judged else ())
            for name in names
            if name not in single
        ]
    return join("\n", parts)


def _by_metric(estimates: Sequence[Estimate]) -> dict[str, list[Estimate]]:
    groups: dict[str, list[Estimate]] = {}
    for estimate in estimates:
        groups.setdefault(estimate.metric, []).append(estimate)
    return groups


def _singles(
    sheet: Datasheet,
    names: Sequence[str],
    groups: dict[str, list[Estimate]],
    findings: Sequence[Finding],
) -> Md:
    rows: list[list[object]] = []
    for name in names:
        estimate = groups[name][0] if groups[name] else None
        scope = about(estimate, sheet.charter) if estimate else ""
        entry = metric(name)
        head = md("**{}** · {}", entry.title, scope) if scope else md("**{}**", entry.title)
        said = f"{_meaning(name, estimate)} {_note(estimate)}"
        shown = value(estimate) if estimate else Md("not measured")
        met = [f for f in findings if f.metric == name]
        if findings:
            rows.append([md("{} [{}]{.below}", head, said), shown, against(met)])
        else:
            rows.append([head, shown, said])
    if findings:
        return table(("What", "Value and interval", "Against the limit"), rows, (50, 24, 26))
    return table(("What", "Value and interval", "Meaning"), rows, (32, 24, 44))


def _several(
    sheet: Datasheet, name: str, group: Sequence[Estimate], findings: Sequence[Finding]
) -> Md:
    notes = {_note(estimate) for estimate in group}
    shared = notes.pop() if len(notes) == 1 else ""
    said = f"{_meaning(name, group[0])} {shared}"
    told = md("::: {.metric}\n**{}.** {}\n:::\n", metric(name).title, said)
    if not findings and len(group) > _MANY:
        more = md("Its {} numbers stand in @sec-further.\n", len(group))
        return join("\n", [told, more])
    return join("\n", [told, _group_table(sheet, group, findings, shared)])


def _group_table(
    sheet: Datasheet,
    group: Sequence[Estimate],
    findings: Sequence[Finding] = (),
    said: str = "",
) -> Md:
    """Return one row for each estimate; a note that was `said` for all is not repeated."""
    paired = _paired(sheet, group)
    if not findings and paired is not None:
        return paired
    rows: list[list[object]] = []
    for each in group:
        where, note = about(each, sheet.charter) or "The whole table", _note(each)
        head = md("{} [{}]{.below}", where, note) if note not in {"", said} else md("{}", where)
        met = [f for f in findings if f.estimate is not None and f.estimate.id == each.id]
        rows.append([head, value(each), *([against(met)] if findings else [])])
    if findings:
        return table(("About", "Value and interval", "Against the limit"), rows, (36, 26, 38))
    return table(("About", "Value and interval"), rows, (60, 40))


def _paired(sheet: Datasheet, group: Sequence[Estimate]) -> Md | None:
    """Return real beside synthetic, where every number of a metric is about one of the two."""
    key = next((key for key in _BESIDE if all(key in each.scope for each in group)), None)
    if key is None or {each.scope[key] for each in group} != {"real", "synthetic"}:
        return None
    rows: dict[str, dict[str, str]] = {}
    for each in group:
        scope = {name: said for name, said in each.scope.items() if name != key}
        where = about(each.model_copy(update={"scope": scope}), sheet.charter)
        rows.setdefault(where or "The whole table", {})[each.scope[key]] = one_line(each)
    cells = [
        [where, *(both.get(k, "—") for k in ("real", "synthetic"))] for where, both in rows.items()
    ]
    heads = ("About", f"{_BESIDE[key]} real data", f"{_BESIDE[key]} synthetic data")
    return table(heads, cells, (34, 33, 33))


def _meaning(name: str, estimate: Estimate | None) -> str:
    baseline = estimate.baseline if estimate else None
    return f"{metric(name).meaning} {sentence(better(name, baseline))}"


def _note(estimate: Estimate | None) -> str:
    if estimate is None:
        return "No executed notebook measured it."
    note = sentence(estimate.note)
    return f"Not measured: {note}" if estimate.value is None else note


def caveats(sheet: Datasheet, room: str) -> Md:
    """Return what a reader must know to read a room's numbers rightly, as a callout."""
    evidence = sheet.room(room)
    if evidence is None or not evidence.notes:
        return Md("")
    said = bullets([sentence(note) for note in evidence.notes])
    return md("::: {.callout-note}\n## To be read with this\n\n{}:::\n", said)


def fairness_sentences(sheet: Datasheet) -> list[str]:
    """Return in words what the generator did to the outcome of each group."""
    from synthnb import fairness

    return fairness.sentences(of(sheet, "fairness"), sheet.charter)


def conditional_sentences(sheet: Datasheet) -> list[str]:
    """Return in words the gaps among people who are alike."""
    from synthnb import fairness

    return fairness.conditional_sentences(of(sheet, "fairness"), sheet.charter)


def model_sentences(sheet: Datasheet) -> list[str]:
    """Return in words which gaps training on the synthetic table changes for certain."""
    from synthnb import fairness

    return fairness.model_sentences(of(sheet, "fairness"))


def utility_sentences(sheet: Datasheet) -> list[str]:
    """Return in words whether the table serves, looks real and keeps its rules."""
    from synthnb import utility

    return utility.sentences(of(sheet, "utility"))


def unknown(sheet: Datasheet) -> Md:
    """Return everything that was not measured or came out inconclusive, and why."""
    rules: dict[str, list[Finding]] = {}
    for finding in sheet.verdict.findings:
        if finding.state in {"not-measured", "inconclusive"}:
            rules.setdefault(finding.rule, []).append(finding)
    rows = [(f"{found[0].title}", _why(sheet, found)) for found in rules.values()]
    judged = {f.estimate.id for f in sheet.verdict.findings if f.estimate is not None}
    for room in ROOMS:
        for estimate in of(sheet, room):
            if estimate.value is None and estimate.id not in judged:
                names = (metric(estimate.metric).title, about(estimate, sheet.charter))
                rows.append((" · ".join(part for part in names if part), _note(estimate)))
    if not rows:
        return Md("Every number was measured, and none came out inconclusive.\n")
    return table(("What", "Why"), [[md("**{}**", a), b] for a, b in rows], (34, 66))


def _why(sheet: Datasheet, found: Sequence[Finding]) -> str:
    if len(found) == 1 or found[0].estimate is None:
        return found[0].because
    scopes = [about(f.estimate, sheet.charter) for f in found if f.estimate is not None]
    return f"Not settled for {count(len(found), 'case')}: {'; '.join(scopes)}."


def further(sheet: Datasheet) -> list[Md]:
    """Return the numbers that were too many for their sections, one piece for each metric."""
    limited = {f.metric for f in sheet.verdict.findings}
    return [
        join(
            "\n",
            [
                md("::: {.metric}\n**{}.** {}\n:::\n", metric(name).title, _meaning(name, None)),
                _group_table(sheet, group),
            ],
        )
        for room in ROOMS
        for name, group in _by_metric(of(sheet, room)).items()
        if name not in limited and (len(group) > _MANY or name in _APPENDIX)
    ]


def methods(sheet: Datasheet, room: str) -> Md:
    """Return how each number of a room was measured, and after whom."""
    rows = []
    for name, group in _by_metric(of(sheet, room)).items():
        how = "; ".join(dict.fromkeys(estimate.method for estimate in group))
        sizes = sorted({estimate.n for estimate in group if estimate.n is not None})
        rows.append(
            [md("**{}**", metric(name).title), how, _sizes(sheet, sizes), metric(name).source]
        )
    heads = ("Number", "How it was measured", "Records", "Source")
    return table(heads, rows, (22, 38, 12, 28)) if rows else Md("")


def _sizes(sheet: Datasheet, sizes: Sequence[int]) -> str:
    """Return how many records stand behind numbers, unless they are too few to say."""
    smallest = sheet.policy.minimum_cell
    if not sizes:
        return "—"
    said = [f"under {smallest}" if n < smallest else f"{n:,}".replace(",", "\u202f") for n in sizes]
    return said[0] if len(sizes) == 1 else f"{said[0]} to {said[-1]}"
