"""What a form knows beyond its record: names to choose from, suggestions, and other papers.

    class Mine(Guide):
        def offers(self, what, data):
            return (Offer("data owner"),) if what == "role" else ()

A form without a guide still asks every question; a guide makes it quicker to answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from synthnb.errors import Problem

Data = Mapping[str, Any]


@dataclass(frozen=True)
class Offer:
    """A name that can be chosen.

    Parameters
    ----------
    name : str
    about : str
        What is known about it, shown beside the name.
    entry : mapping
        What is known already, where a list has one entry for each name.
    """

    name: str
    about: str = ""
    entry: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Suggestion:
    """An answer that a program came to; nothing is filled in before a person takes it."""

    value: Any
    because: str


class Guide:
    """Knows nothing; what a form has where it stands alone."""

    def offers(self, what: str, data: Data) -> Sequence[Offer]:
        """Return the names that there are of a kind, such as ``column``; nothing if unknown."""
        return ()

    def suggestion(self, path: str, data: Data) -> Suggestion | None:
        """Return an answer to a question that is open, if one can be computed."""
        return None

    def problems(self, data: Data) -> Iterable[Problem]:
        """Return what does not fit other papers, whether or not the record is complete."""
        return ()

    def said(self, what: str, data: Data) -> str:
        """Return what somebody should know of the names of a kind, or why there are none."""
        return ""


@dataclass(frozen=True)
class Context:
    """What every piece of a form shares.

    Parameters
    ----------
    changed : callable
        Called after every answer of the user.
    guide : Guide
    data : callable
        Returns what the form says now.
    """

    changed: Callable[[], None]
    guide: Guide = field(default_factory=Guide)
    data: Callable[[], Data] = dict

    def offers(self, what: str) -> tuple[Offer, ...]:
        """Return the names to choose from."""
        return tuple(self.guide.offers(what, self.data())) if what else ()
