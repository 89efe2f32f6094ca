"""An entry that stands for something with a name, such as a column of the table.

What is picked (type, roles) stands open in few words beside what is known of it; all else is folded
away, since a table may have many columns.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from synthnb.errors import Problem
from synthnb.forms.controls import stack, told
from synthnb.forms.fields import Choice, Field, Part, Several
from synthnb.forms.groups import Fold, PartNode
from synthnb.forms.guide import Context, Offer
from synthnb.forms.keyboard import Spot
from synthnb.forms.leaves import Node
from synthnb.forms.page import MUTED, mark, step, within
from synthnb.forms.places import Step
from synthnb.markup import e


class Card(Node):
    """An entry with a name."""

    def __init__(
        self,
        part: Part,
        raw: Mapping[str, Any],
        context: Context,
        key: str,
        offers: Mapping[str, Offer],
    ) -> None:
        self._part, self._key, self._offers = part, key, offers
        name = raw.get(key)
        known = isinstance(name, str) and name in offers
        first: list[Field] = []
        rest: list[Field] = []
        for field in part.fields:
            picked = isinstance(field.kind, Choice | Several) or (field.choose and not known)
            (first if picked else rest).append(field)
        brief = [replace(f, help="", why="", example=None) for f in first]
        self._picks = PartNode(replace(part, about="", fields=tuple(brief)), raw, context)
        more = Field("", "More", "", replace(part, about="", fields=tuple(rest)), required=True)
        self._more = Fold(more, raw, context, words="Label, unit and more" if known else "More")
        self._names = {field.name for field in first}
        self._picks.box.add_class("synthnb-picks")
        self._head = told()
        self.box = stack([self._head, self._picks.box, self._more.box])
        self.box.add_class("synthnb-card")

    def spot(self, steps: Sequence[Step]) -> Spot:
        """Return where the keyboard goes: what is picked, or what is folded away."""
        picked = not steps or steps[0] in self._names
        return (self._picks if picked else self._more).spot(steps)

    def get(self) -> Any:
        """Return the entry, in the order of its record."""
        picked, more = self._picks.get(), self._more.get()
        found = {**_mapping(more), **{n: v for n, v in picked.items() if n in self._names}}
        for name in self._names - set(picked):
            found.pop(name, None)
        order = [field.name for field in self._part.fields if field.name in found]
        return {name: found[name] for name in [*order, *(n for n in found if n not in order)]}

    def faults(self, path: str) -> Iterator[Problem]:
        """Return answers that could not be turned into data at all."""
        yield from self._picks.faults(path)
        yield from self._more.faults(path)

    def show(self, path: str, problems: Sequence[Problem]) -> None:
        """Show each problem at its field, and the others on top."""
        name = _mapping(self.get()).get(self._key)
        offer = self._offers.get(name) if isinstance(name, str) else None
        unknown = "not known" if self._offers and name else ""
        about = offer.about if offer else unknown
        shown = e(name or "(no name yet)")
        seen = f' <span style="color:{MUTED}">{e(about)}</span>' if about else ""
        own = mark(p for p in problems if p.where == path)
        self._head.value = f"<div><b>{shown}</b>{seen}</div>{own}"
        places = [step(path, each) for each in self._names]
        mine = [p for p in problems if any(within(p.where, place) for place in places)]
        self._picks.show(path, mine)
        self._more.show(path, [p for p in problems if p not in mine and p.where != path])


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
