"""The branches of a form: records, lists, and headings that fold them away.

Fields that no model knows stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import ipywidgets as widgets

from synthnb.errors import Problem
from synthnb.forms.controls import MISSING, stack, tick, told
from synthnb.forms.fields import Constant, Field, Kind, Many, Part, Several
from synthnb.forms.guide import Context
from synthnb.forms.keyboard import Spot, unseen
from synthnb.forms.leaves import Leaf, Node, SeveralNode, label, note, sentence
from synthnb.forms.page import MUTED, mark, step, within
from synthnb.forms.places import Step
from synthnb.markup import e, prose
from synthnb.records.base import only_fills_a_gap

_TITLE_WORDS = 2


def build(field: Field, raw: Any, context: Context, *, titled: bool = True) -> Node:
    """Return the node of a field.

    Parameters
    ----------
    field : Field
        What is asked for.
    raw : plain data or MISSING
        What the file says.
    context : Context
    titled : bool
        Whether the label is to be seen; it stands above already, if not.
    """
    from synthnb.forms.many import ManyNode

    empty = raw is MISSING or raw is None
    if isinstance(field.kind, Part) and (empty or isinstance(raw, Mapping)):
        if field.required or field.default is not None:
            return PartNode(field.kind, raw, context)
        return OptionalNode(field, field.kind, raw, context)
    if isinstance(field.kind, Many) and (empty or isinstance(raw, list)):
        return ManyNode(field, field.kind.item, raw, context, titled=titled)
    if isinstance(field.kind, Several) and (empty or _all_in(raw, field.kind.options)):
        return SeveralNode(field, field.kind.options, raw, context)
    return Leaf(field, raw, context, quiet=not titled)


class Fold:
    """A heading that opens and closes what lies below; that is only made when it is opened."""

    def __init__(
        self, field: Field, raw: Any, context: Context, *, entry: bool = False, words: str = ""
    ) -> None:
        self._field, self._context, self._entry = field, context, entry
        self._words = words
        self._raw = raw
        self._node: Node | None = None
        self._at: tuple[str, tuple[Problem, ...]] = ("", ())
        self.button = widgets.Button(
            layout={"width": "100%", "height": "auto"},
            style={"button_color": "transparent"},
        )
        self.button.add_class("synthnb-fold")
        self.button.on_click(lambda _: self.toggle())
        self._body = widgets.VBox(
            layout={"display": "none", "margin": "0 0 .5rem 0", "padding": "0 0 0 1rem"}
        )
        self.box = stack([self.button, *self._about(), self._body])
        self._name()

    def _about(self) -> list[Any]:
        """Return a sentence on what lies below; it is hidden once that is open and says it."""
        kind = self._field.kind
        text = self._field.help or (kind.about if isinstance(kind, Part) else self._field.why)
        if self._entry or self._words or not text:
            return []
        about = told(f'<div style="color:{MUTED}">{prose(sentence(text))}</div>')
        about.add_class("synthnb-about")
        return [about]

    def toggle(self) -> None:
        """Open what is closed, close what is open."""
        self._shown(self._made())
        self._body.layout.display = "none" if self._open else "flex"
        self._name()

    def spot(self, steps: Sequence[Step]) -> Spot:
        """Return where the keyboard goes for a place below, which is opened."""
        new, found = self._node is None, self._made().spot(steps)
        if new:
            found = unseen(found)
        if not self._open:
            self.toggle()
        return found

    def _made(self) -> Node:
        """Return what lies below; it is made now if it was not yet."""
        if self._node is None:
            self._node = build(self._field, self._raw, self._context, titled=False)
            self._node.show(*self._at)
        return self._node

    def _shown(self, node: Node) -> None:
        if not self._body.children:
            self._body.children = (node.box,)

    @property
    def _open(self) -> bool:
        return bool(self._body.layout.display != "none")

    def get(self) -> Any:
        """Return the data, which is the file's until somebody opened this."""
        return self._raw if self._node is None else self._node.get()

    def faults(self, path: str) -> Iterator[Problem]:
        """Return answers that could not be turned into data at all."""
        if self._node is not None:
            yield from self._node.faults(path)

    def show(self, path: str, problems: Sequence[Problem]) -> None:
        """Say how much is open here, and show it below."""
        self._at = (path, tuple(problems))
        if self._node is not None:
            self._node.show(path, problems)
        self._name()

    def _name(self) -> None:
        left = len(self._at[1])
        open_ = f"  ✗ {left} open" if left else ""
        value = self.get()
        usual = _title(self._field.kind, value) if self._entry else label(self._field)
        title = self._words or usual
        if not self._entry and isinstance(value, list):
            title += f" ({len(value)})"
        self.button.description = f"{'▾' if self._open else '▸'} {title}{open_}"
        self.button.tooltip = f"{'Closes' if self._open else 'Opens'} what lies below"
        (self.button.add_class if self._open else self.button.remove_class)("synthnb-open")


class PartNode(Node):
    """A record: its fields one below the other, longer ones folded away where asked for."""

    def __init__(self, part: Part, raw: Any, context: Context, *, folds: bool = False) -> None:
        self._part, self._given = part, raw
        self._raw: Mapping[str, Any] = raw if isinstance(raw, Mapping) else {}
        self._fields: dict[str, Node | Fold] = {}
        self._note = told()
        for field in part.fields:
            if isinstance(field.kind, Constant):
                continue
            value = self._raw.get(field.name, MISSING)
            if folds and isinstance(field.kind, Part | Many):
                self._fields[field.name] = Fold(field, value, context)
            else:
                self._fields[field.name] = build(field, value, context)
        children = [node.box for node in self._fields.values()]
        about = told(f'<div style="color:{MUTED}">{e(part.about)}</div>') if part.about else None
        self.box = stack([*([about] if about else []), self._note, *children])

    def spot(self, steps: Sequence[Step]) -> Spot:
        """Return where the keyboard goes for a place below; the first field for any other."""
        name = steps[0] if steps else ""
        if isinstance(name, str) and name in self._fields:
            return self._fields[name].spot(steps[1:])
        return next(iter(self._fields.values())).spot(())

    def get(self) -> Any:
        """Return the record; fields that no model knows stay as they are."""
        answers = {name: node.get() for name, node in self._fields.items()}
        known = {field.name for field in self._part.fields}
        data: dict[str, Any] = {}
        for field in self._part.fields:
            answer = answers.get(field.name, self._raw.get(field.name, MISSING))
            if answer is not MISSING:
                data[field.name] = answer
        data |= {name: value for name, value in self._raw.items() if name not in known}
        return data if data or isinstance(self._given, Mapping) else self._given

    def faults(self, path: str) -> Iterator[Problem]:
        """Return answers that could not be turned into data at all."""
        for name, node in self._fields.items():
            yield from node.faults(step(path, name))

    def show(self, path: str, problems: Sequence[Problem]) -> None:
        """Show each problem at its field, and the others on top."""
        self._note.value = mark(p for p in problems if path and p.where == path)
        for name, node in self._fields.items():
            place = step(path, name)
            node.show(place, [p for p in problems if within(p.where, place)])


class OptionalNode(Node):
    """A record that may be left out altogether."""

    def __init__(self, field: Field, part: Part, raw: Any, context: Context) -> None:
        self._part, self._raw, self._context = part, raw, context
        self._at: tuple[str, tuple[Problem, ...]] = ("", ())
        self._node: PartNode | None = None
        self._tick = tick(isinstance(raw, Mapping), f"Give this part: {e(field.label)}")
        self._field = field
        self._note = told(note(field))
        self._body = stack()
        self.box = stack([self._tick, self._note, self._body])
        self._fill()
        self._tick.observe(lambda _: self._ticked(), "value")

    def _ticked(self) -> None:
        self._fill()
        self._context.changed()

    def _fill(self) -> None:
        if self._tick.value and self._node is None:
            raw = self._raw if isinstance(self._raw, Mapping) else {}
            self._node = PartNode(self._part, raw, self._context)
            self._node.show(*self._at)
        self._body.children = (self._node.box,) if self._tick.value and self._node else ()

    def spot(self, steps: Sequence[Step]) -> Spot:
        """Return where the keyboard goes for a place below; the box to tick if it is not given."""
        given = self._tick.value and self._node
        return self._node.spot(steps) if given and self._node and steps else Spot(self._tick)

    def get(self) -> Any:
        """Return the record, or MISSING where it is not given."""
        if not self._tick.value:
            return MISSING if isinstance(self._raw, Mapping) else self._raw
        return self._node.get() if self._node else self._raw

    def faults(self, path: str) -> Iterator[Problem]:
        """Return answers that could not be turned into data at all."""
        if self._tick.value and self._node:
            yield from self._node.faults(path)

    def show(self, path: str, problems: Sequence[Problem]) -> None:
        """Show each problem at its field."""
        self._at = (path, tuple(problems))
        if self._node:
            self._node.show(path, problems)
        self._note.value = note(self._field, () if self._tick.value else problems)


def _all_in(raw: Any, options: Sequence[str]) -> bool:
    return isinstance(raw, list) and all(each in options for each in raw)


def _title(kind: Kind, value: Any) -> str:
    """Return what an entry may be called: its first words."""
    if not isinstance(kind, Part) or not isinstance(value, Mapping):
        return "Entry"
    given = [value.get(field.name) for field in kind.fields]
    words = [text for text in given if isinstance(text, str) and text]
    words = [text for text in words if not only_fills_a_gap(text)][:_TITLE_WORDS]
    return " · ".join(text if len(text) <= 48 else f"{text[:47]}…" for text in words) or "New entry"
