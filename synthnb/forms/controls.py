"""One question, one control: how a value is shown, and what the user's answer means.

Numbers are asked for in text boxes: ipywidgets' number boxes turn an empty answer into 0 and drop
what is no number, where a form must leave it out, or show it and say what is wrong.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import ipywidgets as widgets
from ruamel.yaml.error import YAMLError

from synthnb.forms.fields import Choice, Day, Flag, Kind, Number, Structure, Text
from synthnb.forms.plain import dump, parse


class _Missing:
    """What a file holds for a key that is not there."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = _Missing()
STYLE: Final = {"description_width": "11rem"}
_NONE = "—"


@dataclass(frozen=True)
class Control:
    """A widget, and how to read it.

    Parameters
    ----------
    widget : ipywidgets.DOMWidget
        Has a `value` that changes when the user has finished an answer.
    read : callable
        From the widget's value to plain data; MISSING for no answer. Raises `ValueError` with
        what is wrong for an answer that no data can hold.
    """

    widget: Any
    read: Callable[[Any], Any]


def control(kind: Kind, value: Any, label: str, *, blank: bool) -> Control:
    """Return the control of a kind.

    Parameters
    ----------
    kind : Kind
        What is asked for; anything that `value` does not fit is asked for as text or YAML.
    value : JSON value
        What to show.
    label : str
        What is asked for, in words.
    blank : bool
        Whether a choice may be left open.
    """
    if isinstance(kind, Structure) or isinstance(value, dict | list):
        return _structure(value, label)
    if isinstance(kind, Choice):
        return _choice(kind.options, value, label, blank=blank)
    if isinstance(kind, Flag) and isinstance(value, bool | None):
        return _flag(value, label)
    if isinstance(kind, Day) and (value is None or _day(value)):
        picker = widgets.DatePicker(value=_day(value), description=label, style=STYLE)
        return Control(picker, lambda day: day.isoformat() if day else MISSING)
    if isinstance(kind, Number):
        return Control(_box(_shown(value), label), _number)
    lines = isinstance(kind, Text) and kind.lines
    return Control(_area(_shown(value), label) if lines else _box(_shown(value), label), _words)


def _box(text: str, label: str) -> Any:
    return widgets.Text(
        value=text, description=label, continuous_update=False, style=STYLE, layout={"width": "98%"}
    )


def _area(text: str, label: str, font: str = "") -> Any:
    rows = sum(1 + len(line) // 90 for line in text.split("\n")) if text else 2
    area = widgets.Textarea(
        value=text,
        description=label,
        continuous_update=False,
        rows=min(rows, 10),
        style=STYLE,
        layout={"width": "98%", "height": "auto"},
    )
    if font:
        area.add_class(font)
    return area


def _choice(options: tuple[str, ...], value: Any, label: str, *, blank: bool) -> Control:
    shown: list[tuple[str, Any]] = [(option, option) for option in options]
    if blank or value is None:
        shown.insert(0, (_NONE, None))
    if value is not None and value not in options:
        shown.append((f"{_shown(value)} (not allowed)", value))
    dropdown = widgets.Dropdown(options=shown, value=value, description=label, style=STYLE)
    return Control(dropdown, lambda chosen: MISSING if chosen is None else chosen)


def _flag(value: bool | None, label: str) -> Control:
    shown = [(_NONE, None), ("yes", True), ("no", False)]
    dropdown = widgets.Dropdown(options=shown, value=value, description=label, style=STYLE)
    return Control(dropdown, lambda chosen: MISSING if chosen is None else chosen)


def _structure(value: Any, label: str) -> Control:
    text = "" if value is None else dump(value).rstrip("\n")

    def read(answer: str) -> Any:
        if not answer.strip():
            return MISSING
        try:
            return parse(answer)
        except YAMLError:
            raise ValueError("is not valid YAML; the file keeps what it had") from None

    return Control(_area(text, label, "synthnb-code"), read)


def _words(answer: str) -> Any:
    return answer.strip("\n") if answer.strip() else MISSING


def _number(answer: str) -> Any:
    text = answer.strip()
    for kind in (int, float):
        try:
            number = kind(text)
        except ValueError:
            continue
        return number if math.isfinite(number) else text
    return text or MISSING


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        return None


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.10g}" if isinstance(value, float) else str(value)
