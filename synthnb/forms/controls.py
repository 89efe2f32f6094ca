"""One question, one control: how a value is shown, and what the user's answer means.

Numbers are asked for in text boxes: ipywidgets' number boxes turn an empty answer into 0 and drop
what is no number, where a form must leave it out, or show it and say what is wrong.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

import ipywidgets as widgets
from ruamel.yaml.error import YAMLError

from synthnb.forms.fields import Choice, Day, Flag, Kind, Moment, Number, Span, Structure, Text
from synthnb.forms.guide import Offer
from synthnb.forms.plain import dump, parse
from synthnb.forms.spans import COMMON, spoken, written
from synthnb.records.base import only_fills_a_gap


class _Missing:
    """What a file holds for a key that is not there."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = _Missing()
_NONE = "—"


@functools.cache
def wide() -> widgets.Layout:
    """Return the layout that all answers of a form share: each of its own would be a message."""
    return widgets.Layout(width="98%", height="auto")


@functools.cache
def narrow() -> widgets.Layout:
    """Return the layout that all boxes to tick share."""
    return widgets.Layout(width="auto", margin="0 1rem 0 0")


@functools.cache
def _plain() -> widgets.Layout:
    """Return the layout of what just stands there."""
    return widgets.Layout()


def told(html: str = "") -> Any:
    """Return HTML as a widget."""
    return widgets.HTML(html, layout=_plain(), style=_html_style())


def stack(children: Sequence[Any] = ()) -> Any:
    """Return widgets one below the other."""
    return widgets.VBox(list(children), layout=_plain())


def tick(value: bool, html: str) -> Any:
    """Return a box to tick with a label that may hold markup."""
    return widgets.Checkbox(
        value=value,
        description=html,
        description_allow_html=True,
        indent=False,
        layout=narrow(),
        style=_tick_style(),
    )


@functools.cache
def _html_style() -> Any:
    return widgets.HTML().style


@functools.cache
def _tick_style() -> Any:
    return widgets.Checkbox().style


@functools.cache
def _style(kind: type) -> Any:
    """Return the style that all controls of a kind share."""
    return kind(description_width="initial")


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


def control(
    kind: Kind, value: Any, label: str, *, blank: bool, offers: Sequence[Offer] = ()
) -> Control:
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
    offers : sequence of Offer
        Names that there are: chosen from where something is known of each, else proposed.
    """
    if isinstance(kind, Structure) or isinstance(value, dict | list):
        return _structure(value, label)
    if isinstance(value, str) and only_fills_a_gap(value):
        value = None
    found = _to_choose(kind, value, label, blank, offers) or _on_calendar(kind, value, label)
    if found is not None:
        return found
    if isinstance(kind, Number):
        return Control(_box(_shown(value), label), _number)
    if offers and "\n" not in _shown(value):
        return Control(_open([offer.name for offer in offers], _shown(value), label), _words)
    lines = isinstance(kind, Text) and (kind.lines or "\n" in _shown(value))
    return Control(_area(_shown(value), label) if lines else _box(_shown(value), label), _words)


def _to_choose(
    kind: Kind, value: Any, label: str, blank: bool, offers: Sequence[Offer]
) -> Control | None:
    if isinstance(kind, Choice):
        return _choice([(each, each) for each in kind.options], value, label, blank=blank)
    if any(offer.about for offer in offers):
        named = [(f"{o.name} ({o.about})" if o.about else o.name, o.name) for o in offers]
        return _choice(named, value or None, label, blank=blank, unknown="not known")
    if isinstance(kind, Flag) and isinstance(value, bool | None):
        return _flag(value, label)
    return None


def _on_calendar(kind: Kind, value: Any, label: str) -> Control | None:
    if isinstance(kind, Day) and (value is None or _day(value)):
        style = _style(widgets.widget_description.DescriptionStyle)
        picker = widgets.DatePicker(value=_day(value), description=label, style=style)
        return Control(picker, lambda day: day.isoformat() if day else MISSING)
    if isinstance(kind, Moment) and (value is None or _moment(value)):
        return _time(_moment(value), label)
    if isinstance(kind, Span):
        return Control(_open(COMMON, _shown(value), label), _span)
    return None


def _box(text: str, label: str) -> Any:
    return widgets.Text(
        value=text,
        description=label,
        continuous_update=False,
        style=_style(widgets.widget_string.TextStyle),
        layout=wide(),
    )


def _open(names: Sequence[str], text: str, label: str) -> Any:
    """Return a text box that proposes names and takes any other."""
    return widgets.Combobox(
        value=text,
        options=tuple(names),
        description=label,
        ensure_option=False,
        continuous_update=False,
        style=_style(widgets.widget_string.TextStyle),
        layout=wide(),
    )


def _area(text: str, label: str, font: str = "") -> Any:
    rows = sum(1 + len(line) // 90 for line in text.split("\n")) if text else 2
    area = widgets.Textarea(
        value=text,
        description=label,
        continuous_update=False,
        rows=min(rows, 10),
        style=_style(widgets.widget_string.TextStyle),
        layout=wide(),
    )
    if font:
        area.add_class(font)
    return area


def _choice(
    options: Sequence[tuple[str, str]],
    value: Any,
    label: str,
    *,
    blank: bool,
    unknown: str = "not allowed",
) -> Control:
    """Return a list to choose from; what is there and not among them is kept, and named."""
    shown: list[tuple[str, Any]] = list(options)
    if blank or value is None:
        shown.insert(0, (_NONE, None))
    if value is not None and value not in [each for _, each in options]:
        shown.append((f"{_shown(value)} ({unknown})", value))
    return Control(_dropdown(shown, value, label), lambda it: MISSING if it is None else it)


def _flag(value: bool | None, label: str) -> Control:
    shown = [(_NONE, None), ("yes", True), ("no", False)]
    return Control(_dropdown(shown, value, label), lambda it: MISSING if it is None else it)


def _dropdown(shown: Sequence[tuple[str, Any]], value: Any, label: str) -> Any:
    # By index: ipywidgets takes the value None for nothing at all, not for what stands for it.
    return widgets.Dropdown(
        options=shown,
        index=[each for _, each in shown].index(value),
        description=label,
        style=_style(widgets.widget_description.DescriptionStyle),
        layout=wide(),
    )


def _time(value: datetime | None, label: str) -> Control:
    picker = widgets.DatetimePicker(
        value=value,
        description=label,
        style=_style(widgets.widget_description.DescriptionStyle),
    )

    def read(answer: datetime | None) -> Any:
        return answer.astimezone(UTC).isoformat().replace("+00:00", "Z") if answer else MISSING

    return Control(picker, read)


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


def _span(answer: str) -> Any:
    return written(answer.strip()) if answer.strip() else MISSING


def meaning(kind: Kind, value: Any) -> str:
    """Return in words what an answer means, where it is written in signs."""
    return spoken(value) if isinstance(kind, Span) and isinstance(value, str) else ""


def _moment(value: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else None


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
