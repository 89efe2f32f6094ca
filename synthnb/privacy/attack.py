"""One attack: who the attacker is, and how to measure what they would find."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from synthnb.records import Estimate, Threat, missing
from synthnb.records.threat import Criterion

if TYPE_CHECKING:
    from synthnb.privacy.views import View

Status = Literal["headline", "explanation", "description"]


@dataclass(frozen=True)
class Attack:
    """An attacker, as a short story, and the measurement of their success.

    An attack scores real records *without* knowing which of them the generator saw, and compares
    its success on train with that on control. It is pure: the same view gives the same estimates.

    Parameters
    ----------
    id : str
        Unique, e.g. ``membership``; a plug-in writes ``<package>.<attack>``.
    version : str
        Raised whenever the numbers change.
    title : str
        For a heading.
    knows, wants, can : str
        The attacker in three plain sentences.
    cost : str
        What it takes to run, in words, e.g. "one neighbour search".
    criterion : {'singling out', 'linkability', 'inference'}
        What succeeds when the attack does.
    status : {'headline', 'explanation', 'description'}
        Whether it decides, explains or describes; a plug-in explains.
    metrics : tuple of str
        Every metric that it may emit; all must stand in the metric catalogue. A plug-in uses
        ``privacy.attack.excess`` and ``privacy.attack.p`` with the scope ``attack=<id>``.
    measure : callable
        View -> tuple of Estimate.
    needs_control : bool
        Whether there is nothing to measure without control records.
    package : str
        Distribution that offers it; filled in where it is loaded.
    """

    id: str
    version: str
    title: str
    knows: str
    wants: str
    can: str
    cost: str
    criterion: Criterion
    metrics: tuple[str, ...]
    measure: Callable[[View], tuple[Estimate, ...]]
    status: Status = "explanation"
    needs_control: bool = True
    package: str = "synthnb"

    @property
    def method(self) -> str:
        """Return how an estimate names this attack."""
        return f"{self.title} (attack {self.id}, version {self.version})"

    @property
    def threat(self) -> Threat:
        """Return who the attacker is, as a record for evidence and datasheet.

        Raises
        ------
        pydantic.ValidationError
            If a field does not hold.
        """
        return Threat(
            id=self.id,
            version=self.version,
            title=self.title,
            criterion=self.criterion,
            knows=self.knows,
            wants=self.wants,
            can=self.can,
            cost=self.cost,
            status=self.status,
            metrics=self.metrics,
            package=self.package,
        )

    def run(self, view: View) -> tuple[Estimate, ...]:
        """Return what the attacker achieves, or why that could not be measured."""
        why = view.too_small if self.needs_control else view.too_few
        if why:
            return self.missing(why)
        return self.measure(view)

    def missing(self, why: str, *metrics: str, **scope: str) -> tuple[Estimate, ...]:
        """Return what was not measured, and why: these metrics, or all of this attack."""
        if "privacy.attack.p" in self.metrics:  # shared by all added attacks
            scope = {"attack": self.id, **scope}
        names = metrics or self.metrics
        return tuple(missing(name, why, method=self.method, **scope) for name in names)
