"""A record as a page that needs no kernel: what is filled in, what is open.

An executed notebook is read where nothing runs, so every form has this page beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from synthnb.errors import Problem
from synthnb.forms.fields import Constant, Field, Kind, Many, Part
from synthnb.markup import e, prose

MUTED = "var(--jp-ui-font-color2, inherit)"
_BAR = "border-left:4px solid var({colour});padding-left:8px"
OPEN = _BAR.format(colour="--jp-error-color1, #c0392b")
DONE = _BAR.format(colour="--jp-success-color1, #1b7f5c")
"""Text keeps the colour of the theme, light or dark; only the bar beside it is red or green."""
_MISSING = "is required and is missing"
_GAP = re.compile(r"still holds the placeholder '<(.*)>'")
_CELL = "text-align:left;vertical-align:top;padding:4px 10px 4px 0"
_GRID_TEXT = 40


def within(where: str, path: str) -> bool:
    """Return whether a place lies at a path or below it.

    >>> within("columns[2].type", "columns[2]"), within("columns[21]", "columns[2]")
    (True, False)
    """
    return not path or where == path or where.startswith((f"{path}.", f"{path}["))


def step(path: str, name: str) -> str:
    """Return the path of a field below a path."""
    return f"{path}.{name}" if path else name


def mark(problems: Iterable[Problem]) -> str:
    """Return problems as lines in HTML, marked by a sign and not by colour alone."""
    return "".join(f'<div style="{OPEN}">✗ {prose(problem.message)}</div>' for problem in problems)


def in_a_form(problem: Problem) -> Problem:
    """Return a problem as it is said beside an empty box, where no placeholder is to be seen.

    >>> in_a_form(Problem("title", "still holds the placeholder '<a title>'; write it out")).message
    'is not answered yet: a title'
    """
    if problem.message == _MISSING:
        return Problem(problem.where, "is not answered yet")
    gap = _GAP.match(problem.message)
    return Problem(problem.where, f"is not answered yet: {gap[1]}") if gap else problem


def summary(
    problems: Sequence[Problem],
    name: str,
    counted: tuple[int, int] | None = None,
    most: int = 12,
) -> str:
    """Return in HTML how complete a record is: what is left, and where.

    Parameters
    ----------
    problems : sequence of Problem
        Everything that is open or wrong.
    name : str
        What to call the file.
    counted : tuple of int, optional
        How many of how many questions are answered.
    most : int
        How many problems are listed.
    """
    rows = "".join(f"<li>{e(problem)}</li>" for problem in problems[:most])
    more = f"<li>and {len(problems) - most} more</li>" if len(problems) > most else ""
    return headline(len(problems), name, counted) + (f"<ul>{rows}{more}</ul>" if rows else "")


def headline(left: int, name: str, counted: tuple[int, int] | None = None) -> str:
    """Return in HTML how complete a record is, in a sentence or two.

    Parameters
    ----------
    left : int
        How many problems there are.
    name : str
        What to call the file.
    counted : tuple of int, optional
        How many of how many questions are answered.
    """
    done, total = counted or (0, 0)
    said = f" {done} of {total} questions are answered." if total else ""
    if not left:
        return f'<p style="{DONE}"><b>✓ {e(name)} is complete.</b>{said}</p>'
    count = "1 part is" if left == 1 else f"{left} parts are"
    head = f"✗ {e(name)} is not complete: {count} open."
    return f'<p style="{OPEN}"><b>{head}</b>{said}</p>'


def page(title: str, name: str, part: Part, data: Any, problems: Sequence[Problem]) -> str:
    """Return a record as static HTML.

    Parameters
    ----------
    title : str
        Heading.
    name : str
        What to call the file.
    part : Part
        The fields of the record.
    data : mapping or None
        What the file says; None where it is no YAML mapping.
    problems : sequence of Problem
        Everything that is open or wrong.
    """
    if not isinstance(data, Mapping):
        return f"<h3>{e(title)}</h3>{summary(problems, name)}"
    head = summary(problems, name, tally(part, data, problems))
    return f"<h3>{e(title)}</h3>{head}{_part(part, data, '', problems)}"


def tally(part: Part, data: Mapping[str, Any], problems: Sequence[Problem]) -> tuple[int, int]:
    """Return how many questions are answered without a problem, and how many there are.

    What must be answered counts, in every entry that there is, and whatever else has a problem.
    """
    asked = list(_asked(part, data, ""))
    left = [path for path in asked if any(within(p.where, path) for p in problems)]
    others = {p.where for p in problems if not any(within(p.where, path) for path in asked)}
    return len(asked) - len(left), len(asked) + len(others)


def _asked(part: Part, data: Mapping[str, Any], path: str) -> Iterator[str]:
    """Return the place of every question that must be answered."""
    for field in part.fields:
        place, value = step(path, field.name), data.get(field.name)
        if isinstance(field.kind, Part):
            given = isinstance(value, Mapping)
            if given or field.required:
                yield from _asked(field.kind, value if isinstance(value, Mapping) else {}, place)
        elif isinstance(field.kind, Many) and isinstance(value, list) and value:
            for number, item in enumerate(value):
                if isinstance(field.kind.item, Part) and isinstance(item, Mapping):
                    yield from _asked(field.kind.item, item, f"{place}[{number}]")
                else:
                    yield f"{place}[{number}]"
        elif field.required:
            yield place


def _part(part: Part, data: Mapping[str, Any], path: str, problems: Sequence[Problem]) -> str:
    rows = "".join(
        _row(field, data, step(path, field.name), problems)
        for field in part.fields
        if not isinstance(field.kind, Constant)
    )
    return f"<table>{rows}</table>"


def _row(field: Field, data: Mapping[str, Any], path: str, problems: Sequence[Problem]) -> str:
    mine = [problem for problem in problems if within(problem.where, path)]
    given = field.name in data
    value = data[field.name] if given else field.default
    if not mine and value in (None, "", [], {}):
        return ""
    shown = _value(field.kind, value, path, mine)
    usual = "" if given or field.required else f' <span style="color:{MUTED}">(default)</span>'
    head = f'<th scope="row" style="{_CELL}">{e(field.label)}</th>'
    return f'<tr>{head}<td style="{_CELL}">{shown}{usual}</td></tr>'


def _value(kind: Kind, value: Any, path: str, problems: Sequence[Problem]) -> str:
    own = mark(problem for problem in problems if problem.where == path)
    if isinstance(kind, Part) and isinstance(value, Mapping):
        return own + _part(kind, value, path, problems)
    if isinstance(kind, Many) and isinstance(value, list):
        return own + _list(kind.item, value, path, problems)
    return _text(value) + mark(problems)


def _list(item: Kind, values: list[Any], path: str, problems: Sequence[Problem]) -> str:
    if isinstance(item, Part) and _suits_grid(values):
        return _grid(item, values, path, problems)
    rows = []
    for number, value in enumerate(values):
        place = f"{path}[{number}]"
        mine = [problem for problem in problems if within(problem.where, place)]
        rows.append(f"<li>{_value(item, value, place, mine)}</li>")
    return f'<ul style="margin:0;padding-left:1.2em">{"".join(rows)}</ul>'


def _suits_grid(values: list[Any]) -> bool:
    """Return whether there are several entries and every one is short."""
    return len(values) > 1 and all(
        isinstance(value, Mapping) and all(len(flat(cell)) <= _GRID_TEXT for cell in value.values())
        for value in values
    )


def _grid(part: Part, values: list[Any], path: str, problems: Sequence[Problem]) -> str:
    used = [
        field
        for field in part.fields
        if any(value.get(field.name) not in (None, "", [], {}) for value in values)
        or any(
            within(problem.where, f"{path}[{number}].{field.name}")
            for problem in problems
            for number in range(len(values))
        )
    ]
    heads = "".join(f'<th scope="col" style="{_CELL}">{e(field.label)}</th>' for field in used)
    rows = []
    for number, value in enumerate(values):
        place = f"{path}[{number}]"
        own = mark(problem for problem in problems if problem.where == place)
        cells = [
            _text(value.get(field.name))
            + mark(p for p in problems if within(p.where, step(place, field.name)))
            for field in used
        ]
        cells[:1] = [cells[0] + own] if cells else []
        rows.append("".join(f'<td style="{_CELL}">{cell}</td>' for cell in cells))
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"


def _text(value: Any) -> str:
    return e(flat(value)).replace("\n", "<br>")


def flat(value: Any) -> str:
    """Return plain data on one line, as a person would write it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(flat(item) for item in value)
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {flat(item)}" for key, item in value.items())
    return f"{value:.10g}" if isinstance(value, float) else str(value)
