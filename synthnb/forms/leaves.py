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
from synthnb.forms.controls import MISSING, control
from synthnb.forms.fields import Field
from synthnb.forms.page import MUTED, e, mark

Changed = Callable[[], None]


class Node(ABC):
    """A piece of a form: a widget in `box`, and the data that it stands for."""

    box: Any

    @abstractmethod
    def get(self) -> Any:
        """Return plain data, or MISSING for nothing."""

    @abstractmethod
    def show(self, path: str, problems: Sequence[Problem]) -> None:
        """Show the problems that lie at or below a path."""

    def faults(self, path: str) -> Iterator[Problem]:
        """Return answers that could not be turned into data at all."""
        yield from ()


def note(field: Field, problems: Sequence[Problem] = ()) -> str:
    """Return the help of a field and what is wrong with its answer, in HTML."""
    about = f'<span style="color:{MUTED}">{e(field.help)}</span>' if field.help else ""
    return f'<div style="margin-left:11.5rem;line-height:1.3">{about}{mark(problems)}</div>'


def label(field: Field) -> str:
    """Return the label of a field; a star for what must be answered."""
    return f"{field.label} *" if field.required and field.label else field.label


class Leaf(Node):
    """One answer."""

    def __init__(self, field: Field, raw: Any, changed: Changed) -> None:
        self._field, self._raw = field, raw
        value = field.default if raw is MISSING else raw
        blank = not field.required and field.default is None
        self._control = control(field.kind, value, label(field), blank=blank)
        self._shown = self._control.widget.value
        self._note = widgets.HTML(note(field))
        self._last = raw
        self.box = widgets.VBox([self._control.widget, self._note])
        self._control.widget.observe(lambda _: changed(), "value")

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
        self._note.value = note(self._field, problems)


class SeveralNode(Node):
    """Any of several words, each with a box to tick."""

    def __init__(self, field: Field, options: tuple[str, ...], raw: Any, changed: Changed) -> None:
        self._field, self._raw = field, raw
        self._ticked = list(field.default or []) if raw in (MISSING, None) else list(raw)
        self._boxes = {
            option: widgets.Checkbox(
                value=option in self._ticked,
                description=option,
                indent=False,
                layout={"width": "auto", "margin": "0 1rem 0 0"},
            )
            for option in options
        }
        self._note = widgets.HTML(note(field))
        head = widgets.HTML(
            f'<div style="width:11rem;text-align:right;padding-right:.5rem">{e(label(field))}</div>'
        )
        ticks = widgets.Box(
            list(self._boxes.values()), layout={"flex_flow": "row wrap", "width": "100%"}
        )
        self.box = widgets.VBox([widgets.HBox([head, ticks]), self._note])
        for box in self._boxes.values():
            box.observe(lambda _: changed(), "value")

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
