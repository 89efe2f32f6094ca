"""From a record's model to the fields of a form: one rule for each kind of type.

Nothing here knows a particular record. Labels come from field names, help from descriptions, marks
and bounds from the field's own constraints.
"""

from __future__ import annotations

import types
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import annotated_types
from pydantic import AwareDatetime, BaseModel
from pydantic.fields import FieldInfo

from synthnb.records.base import Prose
from synthnb.records.charter_parts import Duration
from synthnb.records.incident import Line
from synthnb.records.incident import Text as Passage

_PROSE, _SPAN = get_args(Prose)[1], get_args(Duration)[1]
_LINE, _PASSAGE = get_args(Line)[-1], get_args(Passage)[-1]
_MANY_CHOICES = 8
_SHORT_EXAMPLE = 60  # letters; a longer answer is asked for in a box of several lines


@dataclass(frozen=True)
class Constant:
    """A field that has one possible value, and so is no question."""

    value: str


@dataclass(frozen=True)
class Text:
    """Text of one line, or of several."""

    lines: bool = False


@dataclass(frozen=True)
class Number:
    """A number; `whole` for integers."""

    whole: bool


@dataclass(frozen=True)
class Day:
    """A date."""


@dataclass(frozen=True)
class Moment:
    """A date with a time and its zone."""


@dataclass(frozen=True)
class Span:
    """A duration on the calendar."""


@dataclass(frozen=True)
class Flag:
    """Yes or no."""


@dataclass(frozen=True)
class Choice:
    """One of several words."""

    options: tuple[str, ...]


@dataclass(frozen=True)
class Several:
    """Any of several words."""

    options: tuple[str, ...]


@dataclass(frozen=True)
class Many:
    """A list."""

    item: Kind


@dataclass(frozen=True)
class Part:
    """A record within the record."""

    model: type[BaseModel]
    about: str
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Structure:
    """Anything else: written as YAML."""


Kind = (
    Constant
    | Text
    | Number
    | Day
    | Moment
    | Span
    | Flag
    | Choice
    | Several
    | Many
    | Part
    | Structure
)


@dataclass(frozen=True)
class Field:
    """One question of a form.

    Parameters
    ----------
    name, label : str
        Key in the file, and name for people.
    help : str
        Description and bounds, in a sentence; may be empty.
    kind : Kind
        What is asked for.
    required : bool
        Whether leaving it out is a problem.
    default : JSON value
        What holds where the file says nothing.
    why : str
        What becomes of the answer; may be empty.
    example : JSON value
        What a good answer looks like.
    choose : str
        Names of what are asked for, such as ``column``; empty for anything else.
    """

    name: str
    label: str
    help: str
    kind: Kind
    required: bool
    default: Any = None
    why: str = ""
    example: Any = None
    choose: str = ""


def part(model: type[BaseModel]) -> Part:
    """Return the fields of a model, in its order.

    Examples
    --------
    >>> from synthnb.records import Split
    >>> tuning = part(Split).fields[1]
    >>> tuning.label, tuning.help, tuning.default
    ('Tuning', 'Share for a parameter sweep (at least 0, below 1)', 0.0)
    """
    about = (model.__doc__ or "").strip().partition("\n")[0]
    fields = tuple(_field(name, info) for name, info in model.model_fields.items())
    return Part(model, about, fields)


def _field(name: str, info: FieldInfo) -> Field:
    bounds = _bounds(info.metadata)
    example = info.examples[0] if info.examples else None
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    text = f"{info.description or ''} ({', '.join(bounds)})" if bounds else info.description or ""
    return Field(
        name=name,
        label=info.title or name.replace("_", " ").capitalize(),
        help=text.strip(),
        kind=_kind(info.annotation, info.metadata, example),
        required=info.is_required(),
        default=None if info.is_required() else _plain(info.get_default(call_default_factory=True)),
        why=str(extra.get("why", "")),
        example=example,
        choose=str(extra.get("choose", "")),
    )


def _kind(annotation: Any, metadata: Sequence[Any] = (), example: Any = None) -> Kind:
    if get_origin(annotation) is Annotated:
        inner, *more = get_args(annotation)
        return _kind(inner, more, example)
    if get_origin(annotation) in {Union, types.UnionType}:
        given = [each for each in get_args(annotation) if each is not type(None)]
        if len(given) != 1:
            return Structure()
        return _kind(given[0], metadata, example)
    if get_origin(annotation) is Literal:
        options = tuple(str(option) for option in get_args(annotation))
        return Constant(options[0]) if len(options) == 1 else Choice(options)
    if get_origin(annotation) is tuple and get_args(annotation)[1:] == (...,):
        first = example[0] if isinstance(example, list | tuple) and example else None
        item = _kind(get_args(annotation)[0], (), first)
        short = isinstance(item, Choice) and len(item.options) <= _MANY_CHOICES
        return Several(item.options) if short and isinstance(item, Choice) else _many(item)
    return _scalar(annotation, metadata, example)


def _many(item: Kind) -> Kind:
    """Return a list of a kind; lists of what only YAML can say are YAML themselves."""
    return item if isinstance(item, Structure) else Many(item)


def _scalar(annotation: Any, metadata: Sequence[Any], example: Any) -> Kind:
    if annotation is AwareDatetime:
        return Moment()
    if isinstance(annotation, type):
        if issubclass(annotation, BaseModel):
            return part(annotation)
        simple: dict[type, Kind] = {
            bool: Flag(),
            int: Number(whole=True),
            float: Number(whole=False),
            date: Day(),
            datetime: Moment(),
            str: _text(metadata, example),
        }
        return simple.get(annotation, Structure())
    return Structure()


def _text(metadata: Sequence[Any], example: Any) -> Kind:
    """Return whether a text is a duration, one line, or several."""
    if _SPAN in metadata:
        return Span()
    if _PASSAGE in metadata:
        return Text(lines=True)
    short = isinstance(example, str) and len(example) <= _SHORT_EXAMPLE
    return Text(lines=_PROSE in metadata and _LINE not in metadata and not short)


def _bounds(metadata: Iterable[Any]) -> list[str]:
    """Return the limits on a number, or on how many entries a list must have, in words."""
    words = []
    for each in metadata:
        if isinstance(each, annotated_types.Ge):
            words.append(f"at least {each.ge}")
        elif isinstance(each, annotated_types.Gt):
            words.append(f"above {each.gt}")
        elif isinstance(each, annotated_types.Le):
            words.append(f"at most {each.le}")
        elif isinstance(each, annotated_types.Lt):
            words.append(f"below {each.lt}")
    return words


def _plain(default: Any) -> Any:
    if isinstance(default, BaseModel):
        return default.model_dump(mode="json")
    if isinstance(default, tuple):
        return list(default)
    return default.isoformat() if isinstance(default, date) else default
