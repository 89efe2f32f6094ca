"""The privacy section: is anyone in there, could the test have told, and attacker by attacker.

Who attacks is read from the evidence, so that a datasheet can be rendered where an attack of
another package is not installed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from synthnb.records import Datasheet, Estimate, Threat
from synthnb.render.escape import Md, join, md
from synthnb.render.front import of_room
from synthnb.render.rooms import numbers, of
from synthnb.render.tables import table
from synthnb.render.words import sentence

_LEAK = ("privacy.leak.p", "privacy.leak.excess")
_TEST = (
    "privacy.exchangeability.auc",
    "privacy.selftest.detectable",
    "privacy.tolerance.supported",
)
_CURVE = "privacy.selftest.power"
_TOGETHER = ("privacy.holm.p",)
_ADDED = "privacy.attack."
_FIGURES = {"privacy.group.excess": "privacy-groups"}


@dataclass(frozen=True)
class Attacker:
    """One attack: its story, its numbers, and the name of its figure if it has one."""

    anchor: Md
    title: str
    story: Md
    numbers: Md
    figure: str = ""


def leak(sheet: Datasheet) -> Md:
    """Return the answers of rules that know several, and the numbers of the headline."""
    answers = [
        md("**{}.** {}\n", finding.title.rstrip("."), finding.because)
        for finding in of_room(sheet.verdict.findings, "privacy")
        if finding.case
    ]
    return join("\n", [*answers, numbers(sheet, "privacy", _LEAK)])


def self_test(sheet: Datasheet) -> Md:
    """Return how far the tests can be trusted; the points of the curve are in the appendix."""
    shown = numbers(sheet, "privacy", _TEST)
    if any(estimate.metric == _CURVE for estimate in of(sheet, "privacy")):
        shown = join("\n", [shown, Md("The points of the curve stand in @sec-further.\n")])
    return shown


def together(sheet: Datasheet) -> Md:
    """Return the p-values of the attacks that explain, corrected for their number."""
    return numbers(sheet, "privacy", _TOGETHER)


def attackers(sheet: Datasheet) -> list[Attacker]:
    """Return each attack that measured something, with its story and its numbers."""
    found = []
    for threat in _threats(sheet):
        if not any(estimate.measured for estimate in _of(sheet, threat)):
            continue
        told = (("Knows", threat.knows), ("Wants", threat.wants), ("Can", threat.can))
        story = join(" ", [md("*{}:* {}", word, sentence(said)) for word, said in told])
        if threat.status != "description":
            story = md("{} Success would be {}.", story, threat.criterion)
        anchor = Md("sec-attack-" + re.sub(r"[^a-z0-9]+", "-", threat.id).strip("-"))
        shown = numbers(sheet, "privacy", _shown(sheet, threat), scope=_scope(threat))
        figure = next((_FIGURES[name] for name in threat.metrics if name in _FIGURES), "")
        found.append(Attacker(anchor, threat.title, story, shown, figure))
    return found


def idle(sheet: Datasheet) -> Md:
    """Return the attacks that measured nothing, and why; with the rules that ask for them."""
    idle_ = [t for t in _threats(sheet) if not any(e.measured for e in _of(sheet, t))]
    judged = {f.metric for f in of_room(sheet.verdict.findings, "privacy")}
    rows = [
        [md("**{}**", threat.title), _why(_of(sheet, threat))]
        for threat in idle_
        if not judged & set(threat.metrics)
    ]
    asked = [name for threat in idle_ for name in threat.metrics if name in judged]
    shown = [table(("Attack", "Why nothing was measured"), rows, (34, 66))] if rows else []
    return join("\n", [*([numbers(sheet, "privacy", asked)] if asked else []), *shown])


def others(sheet: Datasheet) -> Md:
    """Return the numbers that belong to no attack in the evidence."""
    findings = of_room(sheet.verdict.findings, "privacy")
    known = {estimate.metric for estimate in of(sheet, "privacy")}
    known |= {finding.metric for finding in findings if finding.metric}
    told = {*_LEAK, *_TEST, *_TOGETHER, _CURVE}
    told |= {name for threat in _threats(sheet) for name in threat.metrics}
    rest = sorted(known - told)
    return numbers(sheet, "privacy", rest) if rest else Md("")


def _threats(sheet: Datasheet) -> tuple[Threat, ...]:
    evidence = sheet.room("privacy")
    return evidence.threats if evidence else ()


def _shown(sheet: Datasheet, threat: Threat) -> list[str]:
    """Return the metrics of an attack without p-values that stand corrected further below."""
    judged = {f.metric for f in of_room(sheet.verdict.findings, "privacy")}
    corrected = any(
        estimate.metric in _TOGETHER and estimate.scope.get("attack") in {threat.title, threat.id}
        for estimate in of(sheet, "privacy")
    )
    return [
        name for name in threat.metrics if name in judged or not (corrected and name.endswith(".p"))
    ]


def _of(sheet: Datasheet, threat: Threat) -> list[Estimate]:
    scope = _scope(threat).items()
    return [
        estimate
        for estimate in of(sheet, "privacy")
        if estimate.metric in threat.metrics and scope <= estimate.scope.items()
    ]


def _scope(threat: Threat) -> dict[str, str]:
    """Return what tells the estimates of an added attack from those of another one."""
    added = any(name.startswith(_ADDED) for name in threat.metrics)
    return {"attack": threat.id} if added else {}


def _why(estimates: Iterable[Estimate]) -> str:
    notes = dict.fromkeys(sentence(estimate.note) for estimate in estimates)
    return " ".join(notes) or "No executed notebook measured it."
