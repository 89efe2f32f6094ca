"""Records to and from YAML and JSON text, with every problem named by its path and line."""

from __future__ import annotations

import contextlib
import io
import json
from collections import Counter
from collections.abc import Iterator
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.composer import Composer, ComposerError
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from synthnb.errors import Problem, RecordError
from synthnb.records.base import FaultsError, Record, did_you_mean, only_fills_a_gap, spell
from synthnb.records.schemas import MODELS, by_name

R = TypeVar("R", bound=Record)
_MAX_LENGTH, _MAX_DEPTH, _MAX_QUOTE = 4_000_000, 40, 80


def read(model: type[R], text: str, source: str) -> R:
    """Parse YAML or JSON into a record.

    Parameters
    ----------
    model : type of Record
        What the text should hold.
    text : str
        The text itself.
    source : str
        What to call the text in messages, e.g. ``charter.yaml``.

    Raises
    ------
    RecordError
        With every problem at once: syntax, duplicate keys, unknown and missing fields,
        placeholders, wrong values.
    """
    data = _parse(text, source)
    if not isinstance(data, dict):
        raise RecordError(
            f"{source} is not a mapping.",
            advice=_advice(model) or "write `key: value` lines",
        )
    try:
        plain = json.dumps(_plain(data))
    except ValueError as exc:
        raise RecordError(f"{source} is ambiguous.", [Problem("", str(exc))]) from None
    try:
        return model.model_validate_json(plain)
    except ValidationError as exc:
        errors = _own(exc.errors(include_url=False))
        problems = [problem for error in errors for problem in _problems(error, data, model)]
        problems.sort(key=lambda problem: problem.line or 0)
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        raise RecordError(f"{source} has {count}.", problems, _advice(model)) from None


def filled(model: type[R], fields: dict[str, Any], what: str) -> R:
    """Return a record of these fields.

    Parameters
    ----------
    model : type of Record
    fields : dict
    what : str
        What to call it in messages, e.g. ``the decision``.

    Raises
    ------
    RecordError
        With everything that is missing or wrong.
    """
    try:
        return model.model_validate(fields)
    except ValidationError as exc:
        errors = _own(exc.errors(include_url=False))
        problems = [problem for error in errors for problem in _problems(error, fields, model)]
        raise RecordError(f"{what.capitalize()} cannot be made like that.", problems) from None


def write(record: Record) -> str:
    """Return a record as YAML that `read` turns into an equal record."""
    stream = io.StringIO()
    yaml = _yaml()
    yaml.dump(_careful(record.model_dump(mode="json", exclude_none=True)), stream)
    return stream.getvalue()


def _careful(value: Any) -> Any:
    """Quote what YAML would take for a line break or refuse, so that it is written as an escape."""
    if isinstance(value, dict):
        return {_careful(key): _careful(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_careful(item) for item in value]
    if isinstance(value, str) and not value.replace("\n", "").isprintable():
        return DoubleQuotedScalarString(value)
    return value


def _advice(model: type[Record]) -> str | None:
    """Say where the fields are described, for the records that people write."""
    name = model.__name__.lower()
    return f"`synthnb schema {name}` describes every field" if name in MODELS else None


def schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a record by name, e.g. ``charter``."""
    model = by_name(name)
    body = model.model_json_schema(mode="validation")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **body}


class _Composer(Composer):
    """Reads only what stands where it is read: no aliases, no tags, no bottomless nesting."""

    depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.parser.peek_event()
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
            self._refuse("anchors and aliases (& and *) are not read; write it out", event)
        if getattr(event, "tag", None) is not None:
            self._refuse("tags (!) are not read; leave it out", event)
        if self.depth >= _MAX_DEPTH:
            self._refuse(f"is nested deeper than {_MAX_DEPTH} levels", event)
        self.depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1

    def _refuse(self, why: str, event: Any) -> None:
        raise ComposerError(None, None, why, event.start_mark)


def _yaml() -> YAML:
    yaml = YAML(typ="rt")
    yaml.Composer = _Composer
    yaml.preserve_quotes = True
    yaml.width = 96
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _parse(text: str, source: str) -> Any:
    if len(text) > _MAX_LENGTH:
        raise RecordError(f"{source} is larger than 4 MB; a record never is.")
    if text.lstrip()[:1] == "{":
        with contextlib.suppress(json.JSONDecodeError):  # it may be YAML in braces
            return _parse_json(text, source)
    try:
        return _yaml().load(text)
    except DuplicateKeyError as exc:
        line = exc.problem_mark.line + 1 if exc.problem_mark else None
        key = str(exc.problem).split('"')[1] if '"' in str(exc.problem) else "a key"
        raise RecordError(
            f"{source} is ambiguous.",
            [Problem(key, "this key stands there twice", line)],
            advice="keep one of the two",
        ) from None
    except MarkedYAMLError as exc:
        line = exc.problem_mark.line + 1 if exc.problem_mark else None
        raise RecordError(
            f"{source} is not valid YAML.",
            [Problem("syntax", str(exc.problem or exc.context), line)],
            advice=None
            if isinstance(exc, ComposerError)
            else "check indentation and quotes around that line",
        ) from None
    except (YAMLError, ValueError) as exc:
        raise RecordError(
            f"{source} is not valid YAML: {type(exc).__name__}.",
            advice="look for characters that cannot be printed, and for very long numbers",
        ) from None


def _parse_json(text: str, source: str) -> Any:
    """Parse JSON as JSON: YAML takes some of its characters for line breaks."""
    twice: list[str] = []

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        counts = Counter(key for key, _ in found)
        twice.extend(key for key, count in counts.items() if count > 1)
        return dict(found)

    try:
        data = json.loads(text, object_pairs_hook=pairs)
    except RecursionError:
        raise RecordError(f"{source} is nested too deeply for a record.") from None
    if twice:
        problems = [Problem(key, "this key stands there twice") for key in twice]
        raise RecordError(f"{source} is ambiguous.", problems, advice="keep one of the two")
    return data


def _plain(value: Any) -> Any:
    """Return ruamel's containers and scalars as what JSON knows."""
    if isinstance(value, dict):
        plain = {str(key): _plain(item) for key, item in value.items()}
        if len(plain) < len(value):
            raise ValueError("two keys of a mapping differ only in their type, as 1 and '1' do")
        return plain
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value)
    return str(value)


def _own(errors: list[Any]) -> list[Any]:
    """Drop that a list is too short where only its faulty entries were taken away."""
    return [
        error
        for error in errors
        if error["type"] != "too_short"
        or not any(
            len(other["loc"]) > len(error["loc"])
            and other["loc"][: len(error["loc"])] == error["loc"]
            for other in errors
        )
    ]


def _problems(error: Any, data: Any, model: type[BaseModel]) -> Iterator[Problem]:
    path = [part for part in error["loc"] if part != "[key]"]
    inner = error.get("ctx", {}).get("error")
    if isinstance(inner, FaultsError):
        for below, message in inner.faults:
            yield Problem(spell([*path, *below]), message, _line(data, [*path, *below]))
        return
    yield Problem(spell(path), _message(error, path, model), _line(data, path))


def _message(error: Any, path: list[Any], model: type[BaseModel]) -> str:
    kind = error["type"]
    if kind == "missing":
        return "is required and is missing"
    if kind == "extra_forbidden":
        hint = did_you_mean(str(path[-1]), _fields(model, path[:-1]))
        return f"is not a known field{hint}"
    if kind == "too_short":
        least = error["ctx"]["min_length"]
        return f"needs at least {least} {'entry' if least == 1 else 'entries'}"
    if kind == "json_invalid":
        return "holds text that is no Unicode, such as half of a surrogate pair"
    message = str(error["msg"]).removeprefix("Value error, ")
    got = error.get("input")
    if kind == "string_too_short" and got == "":
        message = "is empty"
    elif kind == "literal_error" and isinstance(got, str) and only_fills_a_gap(got):
        message = f"is not chosen yet; expected {error['ctx']['expected']}"
    elif kind != "value_error" and isinstance(got, str | int | float | bool):
        text = repr(got) if len(repr(got)) <= _MAX_QUOTE else f"{repr(got)[:_MAX_QUOTE]}…"
        message = f"{message[:1].lower()}{message[1:]}; got {text}"
    return message


def _line(data: Any, path: list[Any]) -> int | None:
    """Return the line of the deepest part of the path that the text really has."""
    line: int | None = None
    for part in path:
        if isinstance(data, CommentedMap) and part in (data.lc.data or {}):
            line = int(data.lc.key(part)[0]) + 1
        elif isinstance(data, CommentedSeq) and isinstance(part, int) and part < len(data):
            line = int(data.lc.item(part)[0]) + 1
        else:
            break
        data = data[part]
    return line


def _fields(model: type[BaseModel], path: list[Any]) -> list[str]:
    """Return the field names that a path into a model may have."""
    here: Any = model
    for part in path:
        if isinstance(here, type) and issubclass(here, BaseModel):
            field = here.model_fields.get(str(part))
            here = _given(field.annotation) if field else None
        else:  # a position in a tuple, or a key of a mapping
            here = next((a for a in reversed(get_args(here)) if a is not Ellipsis), None)
    return (
        list(here.model_fields) if isinstance(here, type) and hasattr(here, "model_fields") else []
    )


def _given(annotation: Any) -> Any:
    """Return what an optional field holds when it is given."""
    if get_origin(annotation) in {Union, UnionType}:
        return next(each for each in get_args(annotation) if each is not type(None))
    return annotation
