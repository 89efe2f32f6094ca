"""Attacks of other packages: found by entry point, checked when loaded and whenever they run.

A package offers an `Attack`, or something that makes one, under `GROUP`. Whatever is wrong with it
is an error: an attack that silently went missing would look like safety.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from synthnb.errors import AttackError, Problem
from synthnb.privacy.attack import Attack
from synthnb.records import Estimate

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from synthnb.privacy.views import View

GROUP = "synthnb.attacks"
"""The entry-point group of plug-ins."""

EXCESS, P = METRICS = ("privacy.attack.excess", "privacy.attack.p")
"""What the attack of a plug-in emits, with its id as scope `attack`."""

_SPANS = {EXCESS: (-1.0, 1.0), P: (0.0, 1.0)}
_KINDS = {EXCESS: "interval", P: "exact"}


def plugins(taken: Collection[str]) -> tuple[Attack, ...]:
    """Return the attacks of other packages, in the order of their ids.

    Parameters
    ----------
    taken : collection of str
        Ids that are in use.

    Raises
    ------
    AttackError
        Naming every one that cannot be loaded, is no attack, or takes an id that is in use.
    """
    from importlib.metadata import entry_points

    found: dict[str, Attack] = {}
    problems = []
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: (entry.name, entry.value)):
        attack, faults = _load(entry)
        if attack is not None and attack.id in {*taken, *found}:
            faults.append(f"takes the id `{attack.id}`, which is in use")
        problems += [Problem(entry.name, fault) for fault in faults]
        if attack is not None and not faults:
            found[attack.id] = attack
    if problems:
        raise AttackError(
            "An attack plug-in is broken.",
            problems,
            advice="mend or uninstall the package that offers it",
        )
    return tuple(attack for _, attack in sorted(found.items()))


def _load(entry: EntryPoint) -> tuple[Attack | None, list[str]]:
    """Return an attack that names its package and checks itself, or what is wrong with it."""
    try:
        loaded = entry.load()
        attack = loaded() if callable(loaded) else loaded
    except Exception as exc:
        return None, [f"cannot be loaded ({type(exc).__name__}: {exc})"]
    if not isinstance(attack, Attack):
        return None, ["is no `synthnb.privacy.Attack`, and makes none"]
    if entry.dist is None:
        return None, ["belongs to no installed package"]
    faults = _faults(attack, entry.dist.name)
    if faults:
        return None, faults
    package = f"{entry.dist.name} {entry.dist.version}"
    return replace(attack, package=package, measure=partial(_checked, attack, package)), []


def _faults(attack: Attack, package: str) -> list[str]:
    """Return what is wrong with the fields of an attack."""
    faults = []
    try:
        _ = attack.threat
    except ValidationError as exc:
        for fault in exc.errors(include_url=False):
            faults.append(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}")
    prefix = re.sub(r"[-_.]+", "-", package).lower() + "."
    if not str(attack.id).startswith(prefix):
        faults.append(f"id: is `{attack.id}`, and must begin with `{prefix}`")
    if not isinstance(attack.metrics, tuple) or sorted(attack.metrics) != sorted(METRICS):
        faults.append(f"metrics: must be `{EXCESS}` and `{P}`")
    if attack.status != "explanation":
        faults.append("status: must be `explanation`; only the built-in headline decides")
    if not callable(attack.measure):
        faults.append("measure: cannot be called")
    return faults


def _checked(attack: Attack, package: str, view: View) -> tuple[Estimate, ...]:
    """Run an attack and hold its estimates against what it promised; no data in any message."""
    where = f"The attack `{attack.id}` of {package}"
    advice = "mend the package or uninstall it; an attack that is installed is never skipped"
    try:
        found: tuple[Any, ...] = tuple(attack.measure(view))
    except AttackError:
        raise
    except Exception as exc:
        raise AttackError(f"{where} broke ({type(exc).__name__}).", advice=advice) from None
    problems = [
        Problem(f"estimate {number}", fault)
        for number, each in enumerate(found, 1)
        for fault in _answer_faults(attack, each)
    ]
    problems = problems or _whole(found)
    if problems:
        raise AttackError(f"{where} answered what it may not.", problems, advice)
    return found


def _answer_faults(attack: Attack, each: Any) -> list[str]:
    if not isinstance(each, Estimate):
        return ["is no `synthnb.records.Estimate`"]
    if each.metric not in METRICS:
        return [f"is about neither `{EXCESS}` nor `{P}`"]
    faults = []
    if each.scope.get("attack") != attack.id:
        faults.append(f"must have the scope `attack={attack.id}`")
    if each.measured and each.kind != _KINDS[each.metric]:
        faults.append(f"must be made by `{_KINDS[each.metric]}(...)`, or by `missing(...)`")
    low, high = _SPANS[each.metric]
    numbers = [number for number in (each.value, each.low, each.high) if number is not None]
    if any(not low <= number <= high for number in numbers):
        faults.append(f"must lie from {low:g} to {high:g}")
    return faults


def _whole(found: Sequence[Estimate]) -> list[Problem]:
    """Ask for an excess and a p of everything that was attacked, each once."""
    about = {metric: [_about(e) for e in found if e.metric == metric] for metric in METRICS}
    problems = []
    if len({each.id for each in found}) < len(found):
        problems.append(Problem("", "the same estimate is there twice"))
    if not found or set(about[EXCESS]) != set(about[P]):
        problems.append(Problem("", f"each `{EXCESS}` needs the `{P}` of the same scope"))
    return problems


def _about(estimate: Estimate) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(estimate.scope.items()))
