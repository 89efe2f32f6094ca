"""The limits in force: the policy's, as the charter tightens them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Literal

from synthnb.errors import Problem, RecordError
from synthnb.records import Charter, Policy
from synthnb.records.base import did_you_mean
from synthnb.records.duration import add
from synthnb.records.policy import Direction

LOSS_METRIC = "utility.task.loss"
_DAYS = tuple(date(2024, 1, 1) + timedelta(days) for days in range(4 * 365 + 1))
"""A leap year and three others: months and years are longer from one day than from another."""


@dataclass(frozen=True)
class Limit:
    """A limit in force, and who set it."""

    value: float
    direction: Direction
    set_by: Literal["policy", "charter"]


def limits_in_force(policy: Policy, charter: Charter) -> dict[str, Limit]:
    """Return the limit of each single-metric rule, as the charter tightens it.

    Raises
    ------
    RecordError
        Naming every threshold that is looser than the policy, with both numbers, and a cadence
        of reviews that is longer than the policy's.
    """
    floor = {
        rule.id: Limit(rule.limit, rule.direction, "policy")
        for rule in policy.rules
        if rule.limit is not None and rule.direction is not None
    }
    limits, problems = dict(floor), []
    for where, rule_id, value in _tightenings(policy, charter):
        if rule_id not in floor:
            problems.append(Problem(where, _no_number(policy, rule_id)))
        elif _looser(value, floor[rule_id]):
            limit = floor[rule_id]
            problems.append(
                Problem(
                    where,
                    f"the charter's {value:.10g} is looser than the policy's {limit.value:.10g} "
                    f"({limit.direction.replace('_', ' ')}) for `{rule_id}`",
                )
            )
        elif not _looser(value, limits[rule_id]):  # set twice, the tighter one holds
            limits[rule_id] = Limit(value, floor[rule_id].direction, "charter")
    problems += _too_late(policy.cadence, charter.review.cadence)
    if problems:
        raise RecordError(
            "The charter and the policy disagree.",
            problems,
            advice="a charter may tighten a limit, never loosen it; `synthnb schema policy`",
        )
    return limits


def _tightenings(policy: Policy, charter: Charter) -> list[tuple[str, str, float]]:
    found = [
        (f"{part}[{number}]", threshold.rule, threshold.limit)
        for part in ("fidelity", "privacy", "fairness")
        for number, threshold in enumerate(getattr(charter, part))
    ]
    if charter.task is not None and charter.task.acceptable_loss is not None:
        judged = [rule.id for rule in policy.rules if rule.metric == LOSS_METRIC]
        found += [
            ("task.acceptable_loss", rule_id, charter.task.acceptable_loss)
            for rule_id in judged or [LOSS_METRIC]
        ]
    return found


def _too_late(longest: str, said: str) -> Iterator[Problem]:
    """Yield that reviews would come later than the policy asks."""
    if _longer(said, longest):
        yield Problem(
            "review.cadence",
            f"is {said}, longer than the policy's {longest}; expected at most that",
        )


@cache
def _longer(said: str, longest: str) -> bool:
    """Return whether a duration ends later than another, from whichever day that may be."""
    return any(_end(day, said) > _end(day, longest) for day in _DAYS)


def _end(day: date, duration: str) -> date:
    try:
        return add(day, duration)
    except (ValueError, OverflowError):  # beyond the calendar
        return date.max


def _no_number(policy: Policy, rule_id: str) -> str:
    if policy.rule(rule_id) is not None:
        return f"`{rule_id}` combines several metrics and cannot be tightened by one number"
    if rule_id == LOSS_METRIC:
        return f"no rule of the policy limits `{LOSS_METRIC}`, so nothing would hold it"
    hint = did_you_mean(rule_id, [rule.id for rule in policy.rules])
    return f"`{rule_id}` is not a rule of the policy{hint}"


def _looser(value: float, limit: Limit) -> bool:
    return value > limit.value if limit.direction == "at_most" else value < limit.value
