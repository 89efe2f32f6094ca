"""From a record's model to the fields of a form: one rule for each kind of type.

Nothing here knows a particular record. Labels come from field names, help from descriptions, marks
and bounds from the field's own constraints.
"""

from __future__ import annotations

import types
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import annotated_types
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from synthnb.records.base import Prose

_PROSE = get_args(Prose)[1]
_MANY_CHOICES = 8


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


Kind = Constant | Text | Number | Day | Flag | Choice | Several | Many | Part | Structure


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
    """

    name: str
    label: str
    help: str
    kind: Kind
    required: bool
    default: Any = None


def part(model: type[BaseModel]) -> Part:
    """Return the fields of a model, in its order.

    Examples
    --------
    >>> from synthnb.records import Split
    >>> control = part(Split).fields[0]
    >>> control.label, control.help, control.default
    ('Control', 'Share that only the assessment sees (above 0, below 1)', 0.5)
    """
    about = (model.__doc__ or "").strip().partition("\n")[0]
    fields = tuple(_field(name, info) for name, info in model.model_fields.items())
    return Part(model, about, fields)


def _field(name: str, info: FieldInfo) -> Field:
    bounds = _bounds(info.metadata)
    text = f"{info.description or ''} ({', '.join(bounds)})" if bounds else info.description or ""
    return Field(
        name=name,
        label=info.title or name.replace("_", " ").capitalize(),
        help=text.strip(),
        kind=_kind(info.annotation, info.metadata),
        required=info.is_required(),
        default=None if info.is_required() else _plain(info.get_default(call_default_factory=True)),
    )


def _kind(annotation: Any, metadata: Sequence[Any] = ()) -> Kind:
    if get_origin(annotation) is Annotated:
        inner, *more = get_args(annotation)
        return _kind(inner, more)
    if get_origin(annotation) in {Union, types.UnionType}:
        given = [each for each in get_args(annotation) if each is not type(None)]
        return _kind(given[0], metadata) if len(given) == 1 else Structure()
    if get_origin(annotation) is Literal:
        options = tuple(str(option) for option in get_args(annotation))
        return Constant(options[0]) if len(options) == 1 else Choice(options)
    if get_origin(annotation) is tuple and get_args(annotation)[1:] == (...,):
        item = _kind(get_args(annotation)[0])
        short = isinstance(item, Choice) and len(item.options) <= _MANY_CHOICES
        return Several(item.options) if short and isinstance(item, Choice) else _many(item)
    return _scalar(annotation, metadata)


def _many(item: Kind) -> Kind:
    """Return a list of a kind; lists of what only YAML can say are YAML themselves."""
    return item if isinstance(item, Structure) else Many(item)


def _scalar(annotation: Any, metadata: Sequence[Any]) -> Kind:
    if isinstance(annotation, type):
        if issubclass(annotation, BaseModel):
            return part(annotation)
        if annotation is str:
            return Text(lines=_PROSE in metadata)
        if annotation is bool:
            return Flag()
        if annotation in {int, float}:
            return Number(whole=annotation is int)
        if annotation is date:
            return Day()
    return Structure()


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
