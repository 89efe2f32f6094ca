"""The leaves of a form: one answer each, shown and given back.

What the user did not touch comes back exactly as the file has it, values that do not fit included:
a form never loses what somebody wrote.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import ipywidgets as widgets

from synthnb.errors import Problem
from synthnb.forms.controls import MISSING, control, meaning, stack, tick, told
from synthnb.forms.fields import Field
from synthnb.forms.guide import Context
from synthnb.forms.keyboard import Spot, go
from synthnb.forms.page import MUTED, flat, in_a_form, mark
from synthnb.forms.places import Step
from synthnb.markup import e, prose
from synthnb.records.base import only_fills_a_gap


class Node(ABC):
    """A piece of a form: a widget in `box`, and the data that it stands for."""

    box: Any

    @abstractmethod
    def get(self) -> Any:
        """Return plain data, or MISSING for nothing."""

    @abstractmethod
    def show(self, path: str, problems: Sequence[Problem]) -> None:
        """Show the problems that lie at or below a path."""

    @abstractmethod
    def spot(self, steps: Sequence[Step]) -> Spot:
        """Return where the keyboard goes for a place below, opening what is folded on the way."""

    def faults(self, path: str) -> Iterator[Problem]:
        """Return answers that could not be turned into data at all."""
        yield from ()


def note(field: Field, problems: Sequence[Problem] = (), means: str = "") -> str:
    """Return what is wrong with an answer, what is asked and why, and an example, in HTML."""
    means = f"<div>That is {e(means)}.</div>" if means else ""
    lines = [sentence(text) for text in (field.help, field.why) if text]
    help_ = f"<div>{prose(' '.join(lines))}</div>" if lines else ""
    given = field.example not in (None, "", [], {})
    example = f"<div>For example: <i>{prose(flat(field.example))}</i></div>" if given else ""
    told = f'<div style="color:{MUTED}">{help_}{example}</div>' if help_ or example else ""
    return f'<div style="line-height:1.35">{mark(map(in_a_form, problems))}{means}{told}</div>'


def sentence(text: str) -> str:
    """Return a text with a full stop, if it has no mark of its own."""
    return text if text.endswith((".", "?", "!")) else f"{text}."


def label(field: Field) -> str:
    """Return the label of a field; a star for what must be answered."""
    return f"{field.label} *" if field.required and field.label else field.label


class Hint:
    """A suggestion below an answer that is open, and a button to take it."""

    def __init__(self, take: Callable[[Any], None], back: Callable[[], Spot]) -> None:
        self._take, self._back = take, back
        self._value: Any = MISSING
        self.box: Any = stack()
        self._told: Any = None
        self._button: Any = None

    def offer(self, field: Field, path: str, context: Context, *, wanted: bool) -> None:
        """Show what the guide suggests for a path, if the question is open and it does."""
        found = context.guide.suggestion(path, context.data()) if wanted else None
        if found is None:
            if self.box.children:
                self.box.children = ()
            return
        if self._button is None:
            self._told = told()
            self._button = widgets.Button(layout={"width": "auto", "align_self": "flex-start"})
            self._button.add_class("synthnb-hint")
            self._button.on_click(lambda _: self._taken())
        self._value = found.value
        words = flat(found.value)
        self._told.value = f"<div>Suggestion: <b>{e(words)}</b>, since {e(found.because)}.</div>"
        self._button.description = "Take the suggestion"
        self._button.tooltip = f"{field.label}: take the suggestion {words}"
        if not self.box.children:
            self.box.children = (self._told, self._button)

    def _taken(self) -> None:
        """Take the suggestion; the button goes, so the keyboard goes to the answer."""
        self._take(self._value)
        go(self._back())


class Leaf(Node):
    """One answer."""

    def __init__(self, field: Field, raw: Any, context: Context, *, quiet: bool = False) -> None:
        self._field, self._raw, self._context = field, raw, context
        value = field.default if raw is MISSING else raw
        blank = not field.required and field.default is None
        offers = context.offers(field.choose)
        self._control = control(field.kind, value, label(field), blank=blank, offers=offers)
        self._control.widget.add_class("synthnb-answer")
        if quiet:
            self._control.widget.add_class("synthnb-quiet")
        self._shown = self._control.widget.value
        self._note = told(note(field))
        self._hint = Hint(self.take, lambda: self.spot(()))
        self._last = raw
        self.box = stack([self._control.widget, self._hint.box, self._note])
        self._control.widget.observe(lambda _: context.changed(), "value")

    def take(self, value: Any) -> None:
        """Answer with a value, as if the user had."""
        fresh = control(self._field.kind, value, "", blank=False)
        self._control.widget.value = fresh.widget.value

    def spot(self, steps: Sequence[Step]) -> Spot:
        """Return the answer."""
        return Spot(self._control.widget)

    def get(self) -> Any:
        """Return the file's own value until the user gives another answer."""
        answer = self._control.widget.value
        if answer == self._shown:
            self._last = self._raw
            return self._raw
        try:
            found = self._control.read(answer)
        except ValueError:
            return self._last
        self._last = "" if found is MISSING and self._must_be_said else found
        return self._last

    @property
    def _must_be_said(self) -> bool:
        """Whether an empty answer is written down, so that its line and comment stay."""
        return isinstance(self._raw, str) and (self._field.required or self._field.default == "")

    def faults(self, path: str) -> Iterator[Problem]:
        """Return what is wrong with an answer that is no data."""
        answer = self._control.widget.value
        if answer != self._shown:
            try:
                self._control.read(answer)
            except ValueError as exc:
                yield Problem(path, str(exc))

    def show(self, path: str, problems: Sequence[Problem]) -> None:
        """Show what is wrong below the answer."""
        value = self.get()
        self._note.value = note(self._field, problems, meaning(self._field.kind, value))
        self._hint.offer(self._field, path, self._context, wanted=is_open(value))


def is_open(value: Any) -> bool:
    """Return whether nobody has answered yet."""
    if isinstance(value, str):
        return not value.strip() or only_fills_a_gap(value)
    return value is MISSING or value is None or value == []


class SeveralNode(Node):
    """Any of several words, each with a box to tick."""

    def __init__(self, field: Field, options: tuple[str, ...], raw: Any, context: Context) -> None:
        self._field, self._raw, self._context = field, raw, context
        self._ticked = list(field.default or []) if raw in (MISSING, None) else list(raw)
        named = f'<span class="synthnb-unseen">{e(field.label)}: </span>'
        self._boxes = {
            option: tick(option in self._ticked, f"{named}{e(option)}") for option in options
        }
        self._note = told(note(field))
        self._hint = Hint(self.take, lambda: self.spot(()))
        head = told(f'<b class="synthnb-question">{e(label(field))}</b>')
        ticks = widgets.Box(list(self._boxes.values()))
        ticks.add_class("synthnb-ticks")
        self.box = stack([head, ticks, self._hint.box, self._note])
        self.box.add_class("synthnb-asked")
        for box in self._boxes.values():
            box.observe(lambda _: context.changed(), "value")

    def take(self, value: Any) -> None:
        """Tick what a list names, and nothing else."""
        for option, box in self._boxes.items():
            box.value = option in value

    def spot(self, steps: Sequence[Step]) -> Spot:
        """Return the first box."""
        return Spot(next(iter(self._boxes.values())))

    def get(self) -> Any:
        """Return the ticked words, those of the file first and in its order."""
        now = [option for option, box in self._boxes.items() if box.value]
        if set(now) == set(self._ticked):
            return self._raw
        kept = [option for option in self._ticked if option in now]
        return kept + [option for option in now if option not in kept]

    def show(self, path: str, problems: Sequence[Problem]) -> None:
        """Show what is wrong below the boxes."""
        self._note.value = note(self._field, problems)
        self._hint.offer(self._field, path, self._context, wanted=is_open(self.get()))
