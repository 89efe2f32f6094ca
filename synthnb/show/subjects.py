"""What one can look closer at: an attack, a group, a column, with everything measured about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from synthnb.records import Estimate, Threat
from synthnb.records.marginal import Marginal
from synthnb.show.drawing import distribution
from synthnb.show.pieces import Shown
from synthnb.show.tables import story


@dataclass(frozen=True)
class Subject:
    """One thing to look closer at.

    Parameters
    ----------
    name : str
    estimates : tuple of Estimate
        What was measured about it.
    said : str
        What there is to say before the numbers.
    beside : Shown, optional
        What else shows it, below the numbers.
    """

    name: str
    estimates: tuple[Estimate, ...]
    said: str = ""
    beside: Shown | None = None


def by_attack(estimates: Sequence[Estimate], threats: Iterable[Threat]) -> list[Subject]:
    """Return each attack with its story and what it measured."""
    return [
        Subject(
            threat.title,
            tuple(each for each in estimates if each.metric in threat.metrics),
            "" if threat.status == "description" else story(threat),
        )
        for threat in threats
    ]


def by_scope(
    estimates: Sequence[Estimate], key: str, columns: Iterable[Marginal] = ()
) -> list[Subject]:
    """Return everything that estimates are about, such as each group.

    Parameters
    ----------
    estimates : sequence of Estimate
    key : str
        A key of their scope.
    columns : iterable of Marginal
        Columns that are a subject whether something was measured about them or not; what was
        measured about a pair of columns belongs to both.
    """
    marginals = {each.column: each for each in columns}
    named = (each.scope[key] for each in estimates if key in each.scope)
    return [
        Subject(
            name,
            tuple(each for each in estimates if _concerns(each, key, name)),
            beside=distribution(marginals[name]) if name in marginals else None,
        )
        for name in dict.fromkeys([*named, *marginals])
    ]


def _concerns(estimate: Estimate, key: str, name: str) -> bool:
    pair = estimate.scope.get("pair", "") if key == "column" else ""
    return (
        estimate.scope.get(key) == name
        or pair.startswith(f"{name} × ")
        or pair.endswith(f" × {name}")
    )
