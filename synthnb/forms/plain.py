"""YAML text to and from plain data: what JSON knows, with dates as ISO text."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedSeq
from ruamel.yaml.scalarstring import (
    DoubleQuotedScalarString,
    FoldedScalarString,
    LiteralScalarString,
)

_WIDTH = 88  # ruamel.yaml breaks after the word that goes beyond
_LONG = 70
SHORT = 60
"""A list of fewer characters is written in one line."""
_ODD = re.compile(
    r"[^\S\n]\n|\n[^\S\n]|[^\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
    r"|[\x7f-\xa0\u2028\u2029\ufeff]"
)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def load(text: str) -> Any:
    """Return a YAML text with ruamel's marks of where everything stands.

    Raises
    ------
    ruamel.yaml.error.YAMLError
        If it is not valid YAML.
    """
    return _yaml().load(text)


def parse(text: str) -> Any:
    """Return a YAML text as plain data: what JSON knows, with dates as ISO text.

    Raises
    ------
    ruamel.yaml.error.YAMLError
        If it is not valid YAML.
    """
    return plain(load(text))


def plain(value: Any) -> Any:
    """Return ruamel's containers and scalars as what JSON knows."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return int(value)
    return float(value) if isinstance(value, float) else str(value)


def dump(data: Any) -> str:
    """Return plain data as YAML, long text folded.

    >>> print(dump({"a": [1, "x"], "b": {"c": None}}), end="")
    a: [1, x]
    b:
      c:
    """
    stream = io.StringIO()
    _yaml().dump(_styled(data), stream)
    return stream.getvalue().removesuffix("...\n")


def _styled(value: Any) -> Any:
    """Return data with long text as folded and text of several lines as literal scalars."""
    if isinstance(value, Mapping):
        return {key: _styled(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        styled = CommentedSeq(_styled(item) for item in value)
        if _fits_in_a_line(value):
            styled.fa.set_flow_style()
        return styled
    return _styled_text(value) if isinstance(value, str) else value


def _styled_text(value: str) -> Any:
    if _DAY.fullmatch(value):
        return _day(value)
    bare = value == value.strip()
    # Between two spaces ruamel.yaml would break a long line, and lose one of them.
    if _ODD.search(value) or (len(value) > _LONG and not (bare and "  " not in value)):
        return DoubleQuotedScalarString(value)
    if bare and "\n" in value:
        return LiteralScalarString(value)
    return FoldedScalarString(value) if len(value) > _LONG else value


def _fits_in_a_line(items: Sequence[Any]) -> bool:
    scalars = all(isinstance(item, str | int | float) for item in items)
    return scalars and sum(len(str(item)) + 2 for item in items) < SHORT


def _day(text: str) -> date | str:
    """Return a date, so that it is written without quotes."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text


def _yaml() -> YAML:
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = _WIDTH
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml
