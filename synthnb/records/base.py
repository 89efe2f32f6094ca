"""What every record has in common: frozen, exact, and the same bytes wherever it is written."""

from __future__ import annotations

import difflib
import hashlib
import json
import math
import re
from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    PlainSerializer,
    WithJsonSchema,
)

SCHEMA_VERSION: Literal["1"] = "1"

_PLACEHOLDER = re.compile(
    r"^\s*(?:to\s?do|tbd|tba|fix\s?me|x{3,}|n/?a|\.{2,}|…|\?+|-+|lorem ipsum.*|<[^<>]*>|"
    r"\[[^\[\]]*(?:needed|here|fill|todo)[^\[\]]*\])\s*\.?\s*$",
    re.IGNORECASE,
)


class Record(BaseModel):
    """A noun of the house: immutable, refuses what it does not know, round-trips unchanged."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,  # only Number knows infinities, and spells them out
        validate_default=True,
        str_strip_whitespace=True,
    )


Fault = tuple[tuple[str | int, ...], str]
"""A path of field names and positions, and what is wrong there."""


class FaultsError(ValueError):
    """What is wrong between the fields of a record, each with the path that a person must look at.

    Parameters
    ----------
    faults : iterable of Fault
        Paths begin at the record that raises.
    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(f"{spell(path)}: {text}" for path, text in self.faults))


def spell(path: Iterable[str | int]) -> str:
    """Return a path as a person would write it.

    >>> spell(("columns", 2, "type"))
    'columns[2].type'
    """
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a hint at the known word that is nearest, or nothing.

    >>> did_you_mean("purpse", ["title", "purpose"])
    '; did you mean `purpose`?'
    """
    near = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean `{near[0]}`?" if near else ""


def only_fills_a_gap(text: str) -> bool:
    """Return whether a text is a placeholder, which nobody has written out.

    >>> only_fills_a_gap("<why?>"), only_fills_a_gap("To teach.")
    (True, False)
    """
    return _PLACEHOLDER.match(text) is not None


def _written(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty; write it out for the person who will approve this")
    if only_fills_a_gap(text):
        raise ValueError(f"still holds the placeholder {text!r}; write it out")
    return text


Prose = Annotated[str, AfterValidator(_written)]
"""Text that a reviewer needs: neither empty nor a placeholder."""


def _name(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", text):
        raise ValueError(
            "expected a name of letters, digits, '-' and '_' (at most 64, no '.', no '/')"
        )
    return text


Name = Annotated[str, AfterValidator(_name)]
"""A short name that is safe as a folder, an anchor and an argument."""


def _read_number(value: Any) -> Any:
    if isinstance(value, str) and value in {"inf", "-inf"}:
        return float(value)
    if isinstance(value, bool):
        raise ValueError("expected a number, got true or false")
    return value


def _check_number(value: float) -> float:
    if math.isnan(value):
        raise ValueError("is not a number; say `not measured` and why instead")
    # Ten digits: what lies beyond differs between processors and would break replay.
    rounded = float(f"{value:.10g}")
    return 0.0 if rounded == 0 else rounded


def _write_number(value: float) -> float | str:
    return value if math.isfinite(value) else ("inf" if value > 0 else "-inf")


Number = Annotated[
    float,
    Field(allow_inf_nan=True),
    BeforeValidator(_read_number),
    AfterValidator(_check_number),
    PlainSerializer(_write_number, return_type=float | str, when_used="json"),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"enum": ["inf", "-inf"]}]}),
]
"""A measured number: never NaN, infinities spelt out, ten significant digits."""


def _finite(value: JsonValue) -> JsonValue:
    inner: Iterable[JsonValue] = ()
    if isinstance(value, dict):
        inner = value.values()
    elif isinstance(value, list):
        inner = value
    elif isinstance(value, float) and not math.isfinite(value):
        raise ValueError("holds an infinite number or NaN, which JSON cannot say")
    for item in inner:
        _finite(item)
    return value


Value = Annotated[JsonValue, AfterValidator(_finite)]
"""Anything that JSON can say."""


def _digest(text: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{64}", text):
        raise ValueError("expected 64 lower-case hex digits (sha256)")
    return text


Digest = Annotated[str, AfterValidator(_digest)]
"""A sha256 in lower-case hex."""


def canonical(value: Record | Any) -> str:
    """Return the one JSON text of a record: sorted keys, no spaces, no NaN, no default values.

    Equal records give equal texts; a text is what digests and signatures are taken over. A field
    that has its default is left out, so that a record which gains a field keeps its text, and what
    was signed before still verifies. A default may therefore never change: that, and every field
    that changes its meaning, needs another `schema_version`.

    >>> canonical({"b": 1.0, "a": "é"})
    '{"a":"é","b":1.0}'
    """
    data = (
        value.model_dump(mode="json", exclude_defaults=True)
        if isinstance(value, BaseModel)
        else value
    )
    if isinstance(value, BaseModel) and "schema_version" in type(value).model_fields:
        data |= value.model_dump(include={"schema_version"})
    return json.dumps(
        data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def sha256(data: bytes | str) -> str:
    """Return the sha256 of bytes, or of the UTF-8 of a text, in lower-case hex."""
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()


def digest(record: Record | Any) -> str:
    """Return the sha256 of a record's canonical JSON."""
    return sha256(canonical(record))


def file_name(path: str) -> str:
    """Return the last part of a path or URI, without a query.

    >>> file_name("s3://bank/private/loans.csv?token=x"), file_name("data/loans.csv")
    ('loans.csv', 'loans.csv')
    """
    return re.split(r"[/\\]", path.partition("?")[0].rstrip("/\\"))[-1] or "unnamed"
