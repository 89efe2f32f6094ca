"""Lists of a form: entries that are added, taken away, and moved up and down.

A row of buttons belongs to a place, not to an entry, so that the keyboard stays where it is when
the entries change around it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import ipywidgets as widgets

from synthnb.errors import Problem
from synthnb.forms.cards import Card
from synthnb.forms.controls import MISSING, stack, told
from synthnb.forms.fields import Choice, Field, Kind, Part, Several
from synthnb.forms.groups import Fold, build
from synthnb.forms.guide import Context
from synthnb.forms.keyboard import Spot, go, unseen
from synthnb.forms.leaves import Hint, Node, is_open, label, note
from synthnb.forms.page import within
from synthnb.forms.places import Step
from synthnb.markup import e

Entry = tuple[Any, Any]
"""A node (or a fold over one) and its box."""


@dataclass(frozen=True)
class _Row:
    """A place in a list: where an entry is shown, and its buttons."""

    slot: Any
    up: Any
    down: Any
    drop: Any
    box: Any


class ManyNode(Node):
    """A list, to which entries can be added, from which they can be taken, and moved."""

    def __init__(
        self, field: Field, item: Kind, raw: Any, context: Context, *, titled: bool = True
    ) -> None:
        self._field, self._raw, self._context = field, raw, context
        offers = context.offers(field.choose) if isinstance(item, Part) else ()
        self._offers = {offer.name: offer for offer in offers}
        self._item = replace(
            field, name="", help="", why="", example=None, kind=item, required=True, default=None
        )
        values = (field.default or []) if raw in (MISSING, None) else raw
        self._entries: list[Entry] = [self._entry(value) for value in values]
        self._places: list[_Row] = []
        self._rows = stack()
        self._note = told(self._told())
        self._hint = Hint(self.take, lambda: Spot(self._add))
        self._add = _button("plus", "Add", f"Add an entry to: {field.label}", self.add)
        self._fill = _button(
            "table", "Add what is not listed", f"Adds to: {field.label}", self.fill
        )
        head = [told(f"<b>{e(label(field))}</b>")] if titled else []
        foot = widgets.HBox([self._add, self._fill] if self._offers else [self._add])
        self.box = stack([*head, self._note, self._hint.box, self._rows, foot])
        self._lay_out()

    def _told(self, problems: Sequence[Problem] = ()) -> str:
        """Return what is asked, and for cards what is asked on each of them."""
        text = note(self._field, problems)
        if self._by_name:
            said = self._context.guide.said(self._field.choose, self._context.data())
            text += f"<div>{e(said)}</div>" if said else ""
            kind = self._item.kind
            fields = kind.fields if isinstance(kind, Part) else ()
            asked = [f for f in fields if isinstance(f.kind, Choice | Several)]
            text += "".join(f"<p><b>{e(f.label)}</b></p>{note(f)}" for f in asked)
        return text

    @property
    def _by_name(self) -> bool:
        """Whether there is one entry for each name of a kind, such as a column."""
        return bool(self._field.choose) and isinstance(self._item.kind, Part)

    @property
    def _key(self) -> str:
        """Return which field of an entry holds its name."""
        kind = self._item.kind
        fields = kind.fields if isinstance(kind, Part) else ()
        return next((f.name for f in fields if f.choose == self._field.choose), "name")

    def _name(self, entry: Entry) -> str:
        found = entry[0].get()
        name = found.get(self._key, "") if isinstance(found, Mapping) else ""
        return name if isinstance(name, str) else ""

    def _entry(self, value: Any) -> Entry:
        node: Any
        if self._by_name and isinstance(value, Mapping) and isinstance(self._item.kind, Part):
            node = Card(self._item.kind, value, self._context, self._key, self._offers)
        elif isinstance(self._item.kind, Part):
            node = Fold(self._item, value, self._context, entry=True)
        else:
            node = build(self._item, value, self._context, titled=False)
        return node, node.box

    def _lay_out(self) -> None:
        """Show every entry at its place."""
        while len(self._places) < len(self._entries):
            self._places.append(self._row(len(self._places)))
        del self._places[len(self._entries) :]
        for number, (row, (_, box)) in enumerate(zip(self._places, self._entries, strict=True)):
            if row.slot.children != (box,):
                row.slot.children = (box,)
            row.up.disabled = number == 0
            row.down.disabled = number == len(self._entries) - 1
        shown = tuple(row.box for row in self._places)
        if self._rows.children != shown:
            self._rows.children = shown
        listed = {self._name(entry) for entry in self._entries}
        left = [name for name in self._offers if name not in listed]
        self._fill.disabled = not left
        self._fill.description = (
            f"Add the {len(left)} that are not listed" if left else "All listed"
        )

    def _row(self, number: int) -> _Row:
        name = f"entry {number + 1} of {self._field.label}"
        up = _button("arrow-up", "", f"Move up: {name}", lambda: self.move(number, -1))
        down = _button("arrow-down", "", f"Move down: {name}", lambda: self.move(number, 1))
        drop = _button("trash", "", f"Remove: {name}", lambda: self._drop(number))
        slot = widgets.VBox(layout={"flex": "1 1 auto", "min_width": "0"})
        return _Row(slot, up, down, drop, widgets.HBox([slot, up, down, drop]))

    def add(self) -> None:
        """Add an empty entry at the end, opened; the keyboard goes to its first answer."""
        self._append({} if isinstance(self._item.kind, Part) else "")
        first = unseen(self._entries[-1][0].spot(()))
        self._lay_out()
        go(first)
        self._context.changed()

    def spot(self, steps: Sequence[Step]) -> Spot:
        """Return where the keyboard goes for an entry; to `Add` for the list as a whole."""
        number = steps[0] if steps else None
        if isinstance(number, int) and number < len(self._entries):
            found: Spot = self._entries[number][0].spot(steps[1:])
            return found
        return Spot(self._add)

    def _append(self, value: Any) -> None:
        self._entries.append(self._entry(value))

    def fill(self) -> None:
        """Add an entry for each name that is not listed; those without a name make room."""
        self._entries = [entry for entry in self._entries if self._name(entry)]
        listed = {self._name(entry) for entry in self._entries}
        new = [name for name in self._offers if name not in listed]
        for offer in self._offers.values():
            if offer.name in new:
                self._append({self._key: offer.name, **offer.entry})
        first = unseen(self._entries[-len(new)][0].spot(())) if new else Spot(self._add)
        self._lay_out()
        go(first)
        self._context.changed()

    def take(self, value: Any) -> None:
        """Have these entries and no others."""
        self._entries = [self._entry(each) for each in value]
        self._lay_out()
        self._context.changed()

    def move(self, number: int, by: int) -> None:
        """Move an entry up or down; the keyboard goes with it."""
        to = number + by
        if not 0 <= to < len(self._entries):
            return
        entries = self._entries
        entries[number], entries[to] = entries[to], entries[number]
        self._lay_out()
        row = self._places[to]
        wanted, other = (row.up, row.down) if by < 0 else (row.down, row.up)
        (other if wanted.disabled else wanted).focus()
        self._context.changed()

    def _drop(self, number: int) -> None:
        self.remove(self._entries[number])
        left = min(number, len(self._entries) - 1)
        (self._places[left].drop if self._entries else self._add).focus()

    def remove(self, entry: Entry) -> None:
        """Take an entry away."""
        self._entries.remove(entry)
        self._lay_out()
        self._context.changed()

    def get(self) -> Any:
        """Return the entries; what is not there and stays empty is still not there."""
        found = [node.get() for node, _ in self._entries]
        listed = ["" if each is MISSING else each for each in found]
        if self._raw in (MISSING, None) and listed == (self._field.default or []):
            return self._raw
        return listed

    def faults(self, path: str) -> Iterator[Problem]:
        """Return answers that could not be turned into data at all."""
        for number, (node, _) in enumerate(self._entries):
            yield from node.faults(f"{path}[{number}]")

    def show(self, path: str, problems: Sequence[Problem]) -> None:
        """Show each problem at its entry, and the others on top."""
        self._note.value = self._told([p for p in problems if p.where == path])
        self._hint.offer(self._field, path, self._context, wanted=is_open(self.get()))
        for number, (node, _) in enumerate(self._entries):
            place = f"{path}[{number}]"
            node.show(place, [p for p in problems if within(p.where, place)])


def _button(icon: str, words: str, tooltip: str, pressed: Any) -> Any:
    layout = {"width": "auto" if words else "2.5rem", "flex": "0 0 auto"}
    made = widgets.Button(icon=icon, description=words, tooltip=tooltip, layout=layout)
    made.on_click(lambda _: pressed())
    return made
