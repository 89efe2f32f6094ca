"""Records to and from YAML and JSON text, with every problem named by its path and line."""

from __future__ import annotations

import difflib
import io
import json
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from synthnb.errors import Problem, RecordError
from synthnb.records.base import Record
from synthnb.records.schemas import by_name

R = TypeVar("R", bound=Record)
_MAX_BYTES = 4_000_000


def read(model: type[R], text: str, source: str) -> R:
    """Parse YAML (or JSON, which is YAML) into a record.

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
            advice=f"write `key: value` lines; `synthnb schema {model.__name__.lower()}`",
        )
    try:
        return model.model_validate_json(json.dumps(_plain(data)))
    except ValidationError as exc:
        problems = [_problem(error, data, model) for error in exc.errors(include_url=False)]
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        raise RecordError(
            f"{source} has {count}.",
            problems,
            advice=f"`synthnb schema {model.__name__.lower()}` describes every field",
        ) from None


def write(record: Record) -> str:
    """Return a record as YAML that `read` turns into an equal record."""
    stream = io.StringIO()
    yaml = _yaml()
    yaml.dump(record.model_dump(mode="json", exclude_none=True), stream)
    return stream.getvalue()


def schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a record by name, e.g. ``charter``."""
    model = by_name(name)
    body = model.model_json_schema(mode="validation")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **body}


def _yaml() -> YAML:
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = 96
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _parse(text: str, source: str) -> Any:
    if len(text) > _MAX_BYTES:
        raise RecordError(f"{source} is larger than 4 MB; a record never is.")
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
            advice="check indentation and quotes around that line",
        ) from None
    except (YAMLError, ValueError) as exc:
        raise RecordError(f"{source} is not valid YAML: {type(exc).__name__}.") from None


def _plain(value: Any) -> Any:
    """Return ruamel's containers and scalars as what JSON knows."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value)
    return str(value)


def _problem(error: Any, data: Any, model: type[BaseModel]) -> Problem:
    path = [part for part in error["loc"] if not isinstance(part, str) or part != "[key]"]
    where, line, kind = _spell(path), _line(data, path), error["type"]
    if kind == "missing":
        return Problem(where, "is required and is missing", line)
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(str(path[-1]), _fields(model, path[:-1]), n=1)
        hint = f"; did you mean `{near[0]}`?" if near else ""
        return Problem(where, f"is not a known field{hint}", line)
    message = str(error["msg"]).removeprefix("Value error, ")
    got = error.get("input")
    if kind != "value_error" and isinstance(got, str | int | float | bool):
        message = f"{message[:1].lower()}{message[1:]}; got {got!r}"
    return Problem(where, message, line)


def _spell(path: list[Any]) -> str:
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def _line(data: Any, path: list[Any]) -> int | None:
    """Return the line of the deepest part of the path that the text really has."""
    line: int | None = None
    for part in path:
        if isinstance(data, CommentedMap) and part in data:
            line = int(data.lc.key(part)[0]) + 1
        elif isinstance(data, CommentedSeq) and isinstance(part, int) and part < len(data):
            line = int(data.lc.item(part)[0]) + 1
        else:
            break
        data = data[part]
    return line


def _fields(model: Any, path: list[Any]) -> list[str]:
    """Return the field names that a path into a model may have."""
    for part in path:
        if isinstance(part, int):
            continue
        field = model.model_fields.get(part)
        inner = _models(field.annotation) if field else []
        if not inner:
            return []
        model = inner[0]
    return list(model.model_fields)


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    found: list[type[BaseModel]] = []
    for inner in getattr(annotation, "__args__", ()):
        found += _models(inner)
    return found
