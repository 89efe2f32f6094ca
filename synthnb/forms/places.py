"""Places within a record: their steps, their names for people, and the order of a form.

steps("sources[1].path")               # ("sources", 1, "path")
in_words(part(Charter), "sources[1].path")    # 'Sources, 2: Path'
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from synthnb.forms.fields import Field, Kind, Many, Part

Step = str | int
_STEP = re.compile(r"\[(\d+)\]|([^.\[]+)")
_LAST = 1_000_000  # what no model knows comes after everything that one does


def steps(where: str) -> tuple[Step, ...]:
    """Return the steps that lead to a place.

    >>> steps("columns[2].type"), steps("")
    (('columns', 2, 'type'), ())
    """
    return tuple(int(number) if number else name for number, name in _STEP.findall(where))


def in_words(part: Part, where: str) -> str:
    """Return a place in the words that stand in the form."""
    text = ""
    for step, field in _walk(part, where):
        if isinstance(step, int):
            text += f", {step + 1}"
        else:
            text += f"{': ' if text else ''}{field.label if field else step}"
    return text


def order(part: Part, where: str) -> tuple[int, ...]:
    """Return what sorts places as a form asks for them, from top to bottom."""
    found: list[int] = []
    inside: Kind | None = part
    for step, field in _walk(part, where):
        if isinstance(step, int):
            found.append(step)
        else:
            fields = inside.fields if isinstance(inside, Part) else ()
            found.append(fields.index(field) if field else _LAST)
        inside = _below(inside, step)
    return tuple(found)


def _walk(part: Part, where: str) -> Iterator[tuple[Step, Field | None]]:
    """Yield each step, and the field that it names."""
    inside: Kind | None = part
    for step in steps(where):
        yield step, _field(inside, step)
        inside = _below(inside, step)


def _field(kind: Kind | None, step: Step) -> Field | None:
    fields = kind.fields if isinstance(kind, Part) else ()
    return next((field for field in fields if field.name == step), None)


def _below(kind: Kind | None, step: Step) -> Kind | None:
    if isinstance(step, int):
        return kind.item if isinstance(kind, Many) else None
    field = _field(kind, step)
    return field.kind if field else None
