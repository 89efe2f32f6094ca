r"""Changing a YAML text where its data changed, and nowhere else.

    rewrite("a: 1 # why\nb: 2\n", {"a": 3, "b": 2})    # 'a: 3 # why\nb: 2\n'

A hand-written charter has comments, blank lines and an order that mean something. Re-dumping the
parsed document moves comments from what they explain, so only the lines of what changed are written
again; all other lines stay byte for byte.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import FoldedScalarString, LiteralScalarString

from synthnb.forms.plain import SHORT, dump, load, parse, plain

_BLOCK = "." * SHORT  # too long to let its list be written in one line
_HEADER_COMMENT = re.compile(r"(?::|[>|][-+\d]*)\s+(#.*)$")


@dataclass(frozen=True)
class _Edit:
    """Lines [start, end) become `lines`."""

    start: int
    end: int
    lines: tuple[str, ...]


@dataclass(frozen=True)
class _Place:
    """An entry of a block mapping or sequence: its lines, without what only follows it."""

    start: int
    end: int
    column: int


def rewrite(text: str, data: Mapping[str, Any]) -> str:
    """Return the text with the smallest change that makes it say `data`.

    Parameters
    ----------
    text : str
        A YAML mapping, or nothing.
    data : mapping
        What it should say: plain data, with dates as ISO text.

    Returns
    -------
    str
        A text that parses to `data`. Comments stay with what they explain; where the text is too
        unusual for that (anchors, several documents), it is written afresh.
    """
    try:
        tree = load(text)
    except YAMLError:
        tree = None
    if isinstance(tree, CommentedMap) and tree and not tree.fa.flow_style():
        lines = text.splitlines()
        try:
            changed = _apply(lines, _map_edits(tree, data, lines, 0, len(lines)))
        except (LookupError, ValueError):  # merge keys and the like have no place of their own
            changed = ""
        if _says(changed, data):
            return changed
    elif tree is None and data and _only_comments(text) and _says(text + dump(data), data):
        return text + dump(data)
    afresh = dump(data)
    return afresh if _says(afresh, data) else json.dumps(data, indent=2) + "\n"


def _says(text: str, data: Mapping[str, Any]) -> bool:
    try:
        return _same(parse(text), dict(data))
    except (YAMLError, ValueError):
        return False


def _same(one: Any, other: Any) -> bool:
    """Return whether two values are equal in every type: 1 is neither 1.0 nor true."""
    return _key(one) == _key(other)


def _key(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _only_comments(text: str) -> bool:
    return all(not line.strip() or line.lstrip().startswith("#") for line in text.splitlines())


def _apply(lines: list[str], edits: Sequence[_Edit]) -> str:
    changed = list(lines)
    for edit in sorted(edits, key=lambda each: (each.start, each.end), reverse=True):
        changed[edit.start : edit.end] = edit.lines
    return "".join(f"{line}\n" for line in changed)


def _map_edits(
    old: CommentedMap, new: Mapping[str, Any], lines: list[str], start: int, end: int
) -> list[_Edit]:
    """Return the edits that turn a block mapping in lines [start, end) into `new`."""
    keys = list(old)
    starts = [old.lc.key(key) for key in keys]
    places = _places(starts, [old[key] for key in keys], lines, end)
    by_key = {str(key): (key, place) for key, place in zip(keys, places, strict=True)}
    first = by_key[str(keys[0])]
    if str(keys[0]) not in new and (len(new) > 0 and _shares_line(lines, first[1])):
        # The first entry shares its line with a list's dash: write the whole mapping again.
        return [_replaced(lines, _Place(start, places[-1].end, first[1].column), _rendered(new))]
    edits: list[_Edit] = []
    after = None
    for name, value in new.items():
        if name in by_key:
            key, place = by_key[name]
            edits += _entry_edits(old[key], value, lines, place, {name: value})
            after = place
        else:
            where = (after or _Place(places[0].start, places[0].start, first[1].column)).end
            edits.append(_Edit(where, where, _indented({name: value}, first[1].column)))
    edits += [_Edit(p.start, p.end, ()) for name, (_, p) in by_key.items() if name not in new]
    return _merged(edits)


def _seq_edits(old: CommentedSeq, new: Sequence[Any], lines: list[str], end: int) -> list[_Edit]:
    """Return the edits that turn a block sequence, which ends before `end`, into `new`."""
    starts = [old.lc.item(index) for index in range(len(old))]
    places = [
        _Place(place.start, place.end, lines[place.start].index("-"))
        for place in _places(starts, list(old), lines, end)
    ]
    column = places[0].column
    edits: list[_Edit] = []
    before, after = [_key(plain(item)) for item in old], [_key(item) for item in new]
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            continue
        both = min(i2 - i1, j2 - j1)
        for offset in range(both):
            item = new[j1 + offset]
            edits += _entry_edits(old[i1 + offset], item, lines, places[i1 + offset], [item])
        edits += [_Edit(place.start, place.end, ()) for place in places[i1 + both : i2]]
        where = places[i1 + both - 1].end if i1 + both else places[0].start
        for item in new[j1 + both : j2]:
            edits.append(_Edit(where, where, _indented([item], column)))
    return _merged(edits)


def _entry_edits(
    old: Any, new: Any, lines: list[str], place: _Place, whole: dict[str, Any] | list[Any]
) -> list[_Edit]:
    """Return the edits of one entry; `whole` is the entry as it would be written afresh."""
    if _same(plain(old), new):
        return []
    if isinstance(old, CommentedMap) and isinstance(new, Mapping) and old and new:
        if not old.fa.flow_style():
            return _map_edits(old, new, lines, place.start, place.end)
    elif (
        isinstance(old, CommentedSeq)
        and isinstance(new, list)
        and old
        and new
        and not old.fa.flow_style()
    ):
        return _seq_edits(old, new, lines, place.end)
    rendered = _rendered(whole)
    comment = _comment(lines, place, old)
    if comment:
        rendered = (f"{rendered[0]} {comment}", *rendered[1:])
    return [_replaced(lines, place, rendered)]


def _places(
    starts: list[tuple[int, int]], values: list[Any], lines: list[str], end: int
) -> list[_Place]:
    """Return where entries lie, given where each begins."""
    places = []
    for number, ((line, column), value) in enumerate(zip(starts, values, strict=True)):
        limit = starts[number + 1][0] if number + 1 < len(starts) else end
        last = limit
        in_text = isinstance(value, FoldedScalarString | LiteralScalarString)
        while last > line + 1 and _only_follows(lines[last - 1], column, in_text):
            last -= 1
        places.append(_Place(line, last, column))
    return places


def _only_follows(line: str, column: int, in_text: bool) -> bool:
    """Return whether a line at the end of an entry is blank or a comment."""
    bare = line.lstrip()
    if not bare:
        return True
    return bare.startswith("#") and not (in_text and len(line) - len(bare) > column)


def _shares_line(lines: list[str], place: _Place) -> bool:
    return bool(lines[place.start][: place.column].strip())


def _comment(lines: list[str], place: _Place, old: Any) -> str:
    """Return the comment at the end of an entry's first line."""
    first = lines[place.start][place.column :]
    if place.end > place.start + 1:
        header = _HEADER_COMMENT.search(first)
        return header[1] if header else ""
    for match in re.finditer(r"\s(#)", first):
        try:
            before = load(first[: match.start()])
        except YAMLError:
            continue
        value = next(iter(before.values())) if isinstance(before, dict) else before
        value = value[0] if isinstance(before, list) else value
        if _same(plain(value), plain(old)):
            return first[match.start(1) :]
    return ""


def _replaced(lines: list[str], place: _Place, rendered: tuple[str, ...]) -> _Edit:
    prefix = lines[place.start][: place.column]
    margin = " " * place.column
    rest = tuple(f"{margin}{line}" if line else line for line in rendered[1:])
    return _Edit(place.start, place.end, (prefix + rendered[0], *rest))


def _indented(value: Any, column: int) -> tuple[str, ...]:
    return tuple(f"{' ' * column}{line}" if line else line for line in _rendered(value))


def _rendered(value: Any) -> tuple[str, ...]:
    """Return the lines of an entry; that of a list begins at the margin."""
    if not isinstance(value, list):
        return tuple(dump(value).splitlines())
    lines = dump({"-": [value[0], _BLOCK]}).splitlines()[1:-1]
    return tuple(line.removeprefix("  ") for line in lines)


def _merged(edits: list[_Edit]) -> list[_Edit]:
    """Join insertions at one place, in order, so that applying them backwards keeps it."""
    joined: list[_Edit] = []
    for edit in edits:
        last = joined[-1] if joined else None
        if last and last.start == last.end == edit.start == edit.end:
            joined[-1] = _Edit(edit.start, edit.end, (*last.lines, *edit.lines))
        else:
            joined.append(edit)
    return joined
