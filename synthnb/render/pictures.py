"""The figures of a datasheet, drawn from its records."""

from __future__ import annotations

from collections.abc import Iterator

from synthnb.figures.forest import forest
from synthnb.figures.glyphs import drawable
from synthnb.figures.style import Figure
from synthnb.records import Datasheet, Estimate, Finding, metric
from synthnb.records.policy import Direction
from synthnb.render.escape import plain
from synthnb.render.front import BADNESS, of_room
from synthnb.render.rooms import of
from synthnb.render.words import ROOMS, about

_MANY = 14

Limits = dict[str, tuple[Direction, float]]


def pictures(sheet: Datasheet) -> dict[str, Figure]:
    """Return the figures of a datasheet by name; one with nothing to show is left out."""
    return {figure.name: figure for figure in _all(_drawable(sheet))}


def _all(sheet: Datasheet) -> Iterator[Figure]:
    from synthnb.figures import detection, lineage, privacy, utility

    for room in ("privacy", "fairness", "utility"):
        if findings := _measurable(sheet, of_room(sheet.verdict.findings, room)):
            yield _findings(sheet, room, findings)
    limits, audit = _limits(sheet), of(sheet, "fairness")
    attacks = of(sheet, "privacy")
    if _measured(attacks, detection.POWER):
        yield detection.detection(attacks, limits)
    if _measured(attacks, privacy.GROUP):
        yield privacy.groups(attacks, of_room(sheet.verdict.findings, "privacy"))
    yield from _fairness(audit, of(sheet, "utility"), limits)
    if _measured(of(sheet, "utility"), "utility.task.synthetic"):
        yield utility.task(of(sheet, "utility"), limits)
    if _measured(of(sheet, "utility"), "utility.column.shape"):
        yield utility.worst_columns(of(sheet, "utility"))
    traced = sheet.room("lineage")
    if traced is not None and traced.lineage is not None:
        yield lineage.lineage_picture(traced.lineage)


def _fairness(
    audit: tuple[Estimate, ...], utility: tuple[Estimate, ...], limits: Limits
) -> Iterator[Figure]:
    from synthnb.figures import fairness

    if _measured(audit, "fairness.label.rate"):
        yield fairness.label_rates(audit)
    if _measured(audit, "fairness.label.amplification"):
        yield fairness.amplification(audit, limits)
    if _measured(audit, "fairness.representation.ratio"):
        yield fairness.representation(audit)
    if _measured(audit, "fairness.conditional.gap"):
        yield fairness.conditional(audit)
    if _measured(audit, "fairness.model.added_gap"):
        yield fairness.model_gaps(audit)
    if _measured(utility, "utility.group.shapes"):
        yield fairness.group_likeness(utility)


def _measurable(sheet: Datasheet, findings: list[Finding]) -> list[Finding]:
    """Return findings with a number and a limit; rejection criteria only where they are met."""
    rejections = {each.id for each in sheet.policy.rejections}
    return [
        f
        for f in findings
        if f.metric and f.direction and f.limit is not None
        if f.rule not in rejections or f.rejects
    ]


def _findings(sheet: Datasheet, room: str, findings: list[Finding]) -> Figure:
    """Draw a room's findings; of many, the worst of each rule."""
    caption = f"{ROOMS[room]}: every finding against its limit"
    if len(findings) > _MANY:
        caption = f"{ROOMS[room]}: the worst finding of each rule against its limit"
        worst: dict[str, Finding] = {}
        for finding in sorted(findings, key=lambda f: BADNESS.index(f.state)):
            worst.setdefault(finding.rule, finding)
        findings = [finding for finding in findings if worst[finding.rule] is finding]
    labels = {}
    for finding in findings:
        scope = about(finding.estimate, sheet.charter) if finding.estimate else ""
        labels[finding.id] = " · ".join(part for part in (_title(finding), scope) if part)
    caption += ". Each metric has a scale of its own, turned so that right is worse"
    return forest(f"findings-{room}", caption, findings, labels)


def _title(finding: Finding) -> str:
    return metric(finding.metric).title if finding.metric else finding.title


def _measured(estimates: tuple[Estimate, ...], metric_id: str) -> bool:
    return any(each.metric == metric_id and each.measured for each in estimates)


def _limits(sheet: Datasheet) -> Limits:
    """Return the limit on each metric that one rule limits, whatever it is about."""
    rules = [rule for rule in sheet.policy.rules if rule.metric]
    limited = [clause.metric for rule in sheet.policy.rules for clause in rule.clauses]
    alone = {rule.id for rule in rules if not rule.scope and limited.count(rule.metric or "") == 1}
    return {
        finding.metric: (finding.direction, finding.limit)
        for finding in sheet.verdict.findings
        if finding.rule in alone and finding.metric and finding.direction
        if finding.limit is not None
    }


def _drawable(sheet: Datasheet) -> Datasheet:
    """Return a datasheet whose scopes hold only signs that the figures' font can draw."""
    evidence = tuple(
        each.model_copy(update={"estimates": tuple(_estimate(e) for e in each.estimates)})
        for each in sheet.evidence
    )
    findings = tuple(_finding(finding) for finding in sheet.verdict.findings)
    verdict = sheet.verdict.model_copy(update={"findings": findings})
    return sheet.model_copy(update={"evidence": evidence, "verdict": verdict})


def _estimate(estimate: Estimate) -> Estimate:
    scope = {key: drawable(plain(text)) for key, text in estimate.scope.items()}
    return estimate.model_copy(update={"scope": scope})


def _finding(finding: Finding) -> Finding:
    if finding.estimate is None:
        return finding
    return finding.model_copy(update={"estimate": _estimate(finding.estimate)})
