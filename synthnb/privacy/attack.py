"""One attack: who the attacker is, and how to measure what they would find."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from synthnb.records import Estimate, missing

if TYPE_CHECKING:
    from synthnb.privacy.views import View

Criterion = Literal["singling out", "linkability", "inference"]
"""The three risks of the Article 29 Working Party, Opinion 05/2014 on anonymisation."""


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
    criterion : {'singling out', 'linkability', 'inference'}
        What succeeds when the attack does.
    metrics : tuple of str
        Every metric that it may emit; all must stand in the metric catalogue.
    measure : callable
        View -> tuple of Estimate.
    """

    id: str
    version: str
    title: str
    knows: str
    wants: str
    can: str
    criterion: Criterion
    metrics: tuple[str, ...]
    measure: Callable[[View], tuple[Estimate, ...]]

    @property
    def method(self) -> str:
        """Return how an estimate names this attack."""
        return f"{self.title} (attack {self.id}, version {self.version})"

    @property
    def story(self) -> dict[str, str]:
        """Return who the attacker is, for the evidence and the datasheet."""
        return {
            "id": self.id,
            "version": self.version,
            "title": self.title,
            "criterion": self.criterion,
            "knows": self.knows,
            "wants": self.wants,
            "can": self.can,
        }

    def run(self, view: View) -> tuple[Estimate, ...]:
        """Return what the attacker achieves, or why that could not be measured."""
        if view.too_small:
            return tuple(missing(m, view.too_small, method=self.method) for m in self.metrics)
        return self.measure(view)
