"""From the bytes of a file to the pieces that are searched: one reader for each kind of file.

for piece in read("notebooks/03_privacy.ipynb", data, hidden=frozenset()):
    ...
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from synthnb.disclosure import portable
from synthnb.disclosure.pages import Page
from synthnb.disclosure.pieces import Grid, Piece, Read, Segment, Unread, join, lines, listed

_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_KEY = re.compile(r"[a-z][a-z_]{0,23}")
_MIME = re.compile(r"(?:text|image|application|audio|video)/[a-z0-9.+-]{1,60}")
_BASE64 = re.compile(r"[A-Za-z0-9+/]{64,}={0,2}")
_MARKUP = re.compile(r"<(?:!doctype|html|table|div|svg|p|pre|\?xml|span|figure)\b", re.I)
_CELL = re.compile(r"</t[dh]>", re.I)
_PICTURES = (b"\xff\xd8\xff", b"GIF8", b"RIFF", b"BM", b"II*\0", b"MM\0*", b"\0\0\1\0")


def read(
    name: str, data: bytes, hidden: frozenset[str], place: str = "", depth: int = 0
) -> Iterator[Read]:
    """Yield what one file says.

    Parameters
    ----------
    name : str
        Its name, whose ending tells notebooks and pages from plain text; may be empty.
    data : bytes
    hidden : frozenset of str
        Words of the real data: keys of JSON that are among them are not named in places.
    place : str
        Where the file stands inside another one.
    depth : int
        How many files it stands inside of.
    """
    if depth > 8:
        yield Unread(place, "is nested too deeply to be read")
    elif data[:8] == b"\x89PNG\r\n\x1a\n":
        yield listed(join(place, "text chunks"), portable.png(data))
    elif data[:1024].lstrip()[:5] == b"%PDF-":
        yield from _pdf(data, hidden, place, depth)
    elif data[:4] == b"PK\3\4":
        yield from _archive(data, hidden, place, depth)
    elif data[:2] == b"\x1f\x8b":
        inner = portable.inflate(data, gzip=True)
        if inner is None:
            yield Unread(place, "is packed and cannot be unpacked")
        else:
            where = join(place, "unpacked")
            yield from read(name.removesuffix(".gz"), inner, hidden, where, depth + 1)
    elif data.startswith(_PICTURES) and b"\0" in data[:4096]:
        yield listed(join(place, "printable text"), portable.printable(data))
    elif not data.startswith(b"age-encryption.org/"):  # what is sealed tells nothing
        text = _decode(data)
        if text is None:
            yield Unread(place, "is of a kind that the scan cannot read")
        else:
            yield from read_text(name, text, hidden, place, depth)


def _decode(data: bytes) -> str | None:
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return data.decode("utf-16", "replace")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None if b"\0" in data else data.decode("latin-1")
    return None if "\0" in text else text


def read_text(
    name: str, text: str, hidden: frozenset[str], place: str, depth: int = 0
) -> Iterator[Read]:
    """Yield what a text says: a notebook, JSON, a page or plain lines."""
    body = text.lstrip()
    if name.lower().endswith(".jsonl"):
        for number, row in enumerate(text.splitlines(), 1):
            yield from read_text("", row, hidden, join(place, f"line {number}"), depth + 1)
        return
    if body[:1] in {"{", "["} or name.lower().endswith((".json", ".ipynb")):
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            value = None
        if isinstance(value, dict) and isinstance(value.get("cells"), list):
            yield from _Notebook(hidden, depth).read(value, place)
            return
        if isinstance(value, dict | list):
            yield from _Leaves(hidden, place, depth).read(value)
            return
    if name.lower().endswith((".html", ".htm", ".svg", ".xml")) or _MARKUP.match(body):
        yield from _page(text, hidden, place, depth)
    else:
        yield lines(place, _ANSI.sub("", text))
        if _CELL.search(text):  # Markdown may hold HTML
            yield from _page(text, hidden, place, depth)


def _page(text: str, hidden: frozenset[str], place: str, depth: int) -> Iterator[Read]:
    page = Page(place)
    page.feed(text)
    page.close()
    yield page.piece
    for where, inner in page.texts:
        yield from read_text("", inner, hidden, join(place, where), depth + 1)
    for where, kind, data in page.embedded:
        yield from _embedded(kind, data, hidden, join(place, where, "embedded"), depth + 1)


def _embedded(
    kind: str, data: bytes, hidden: frozenset[str], place: str, depth: int
) -> Iterator[Read]:
    if kind.endswith(";base64"):
        try:
            data = base64.b64decode(data, validate=False)
        except binascii.Error:
            yield Unread(place, "is said to be base64 and is not")
            return
    yield from read(".svg" if "svg" in kind else "", data, hidden, place, depth)


def _pdf(data: bytes, hidden: frozenset[str], place: str, depth: int) -> Iterator[Read]:
    if portable.encrypted(data):
        yield Unread(place, "is encrypted and cannot be read")
        return
    for where, part in portable.pdf(data):
        if isinstance(part, list):
            yield listed(join(place, where), part)
        elif part is None:
            yield Unread(join(place, where), "cannot be decoded")
        else:
            name = ".xml" if where == "metadata" else ""
            yield from read(name, part, hidden, join(place, where), depth + 1)


def _archive(data: bytes, hidden: frozenset[str], place: str, depth: int) -> Iterator[Read]:
    for number, (name, inner) in enumerate(portable.unzip(data), 1):
        where = join(place, f"file {number} of the archive") if name else place
        if inner is None:
            yield Unread(where, "cannot be unpacked")
        else:
            yield from read(name, inner, hidden, where, depth + 1)


class _Notebook:
    """Cells, outputs and metadata of a notebook, each under its number."""

    def __init__(self, hidden: frozenset[str], depth: int) -> None:
        self._hidden, self._depth = hidden, depth + 1

    def read(self, book: dict[str, Any], place: str) -> Iterator[Read]:
        rest = {key: value for key, value in book.items() if key != "cells"}
        yield from self._json(rest, join(place, "notebook metadata"))
        for number, cell in enumerate(book["cells"], 1):
            if isinstance(cell, dict):
                yield from self._cell(cell, join(place, f"cell {number}"))

    def _cell(self, cell: dict[str, Any], place: str) -> Iterator[Read]:
        yield lines(join(place, "source"), _text(cell.get("source")))
        known = {"source", "outputs", "attachments"}
        rest = {key: value for key, value in cell.items() if key not in known}
        yield from self._json(rest, join(place, "metadata"))
        attached = cell.get("attachments")
        bundles = attached.values() if isinstance(attached, dict) else ()
        for number, bundle in enumerate(bundles, 1):
            yield from self._bundle(bundle, join(place, f"attachment {number}"))
        outputs = cell.get("outputs")
        for number, output in enumerate(outputs if isinstance(outputs, list) else (), 1):
            if isinstance(output, dict):
                yield from self._output(output, join(place, f"output {number}"))

    def _output(self, output: dict[str, Any], place: str) -> Iterator[Read]:
        kind = output.get("name")
        if "text" in output:
            where = kind if kind in {"stdout", "stderr"} else "stream"
            yield from self._text("", _text(output["text"]), join(place, where))
        if output.get("output_type") == "error":
            parts = [output.get(key) for key in ("ename", "evalue")]
            told = "\n".join([*map(_text, parts), *map(_text, output.get("traceback") or ())])
            yield lines(join(place, "traceback"), _ANSI.sub("", told))
        yield from self._bundle(output.get("data"), place)
        known = {"text", "data", "ename", "evalue", "traceback", "output_type", "name"}
        rest = {key: value for key, value in output.items() if key not in known}
        yield from self._json(rest, join(place, "metadata"))

    def _bundle(self, bundle: Any, place: str) -> Iterator[Read]:
        for kind, value in bundle.items() if isinstance(bundle, dict) else ():
            where = join(place, kind if _MIME.fullmatch(kind) else "another type")
            if not isinstance(value, str) and not (
                isinstance(value, list) and all(isinstance(part, str) for part in value)
            ):
                yield from self._json(value, where)
                continue
            text = _text(value)
            binary = kind.startswith(("image/", "audio/", "video/")) or kind == "application/pdf"
            if binary and "svg" not in kind:
                data = text.encode("utf-8", "replace")
                yield from _embedded(";base64", data, self._hidden, where, self._depth)
            else:
                name = ".html" if kind in {"text/html", "image/svg+xml"} else ""
                yield from self._text(name, text, where)

    def _text(self, name: str, text: str, place: str) -> Iterator[Read]:
        yield from read_text(name, text, self._hidden, place, self._depth)

    def _json(self, value: Any, place: str) -> Iterator[Read]:
        if value:
            yield from _Leaves(self._hidden, place, self._depth).read(value)


def _text(value: Any) -> str:
    """Return a text that nbformat may have split into lines."""
    if isinstance(value, list):
        return "".join(part for part in value if isinstance(part, str))
    return value if isinstance(value, str) else ""


class _Leaves:
    """JSON: its leaves as segments, lists of records as tables, long texts by themselves."""

    def __init__(self, hidden: frozenset[str], place: str, depth: int) -> None:
        self._hidden, self._place, self._depth = hidden, place, depth + 1
        self._segments: list[Segment] = []
        self._grids: list[Grid] = []
        self._inner: list[Read] = []

    def read(self, value: Any) -> Iterator[Read]:
        self._walk(value, "", "")
        yield Piece(self._place, tuple(self._segments), tuple(self._grids))
        yield from self._inner

    def _walk(self, value: Any, path: str, key: str) -> None:
        if path.count(".") + path.count("[") > 60:
            self._inner.append(Unread(self._place, "is nested too deeply to be read"))
        elif isinstance(value, dict):
            self._grid(value, path)
            for name, inner in value.items():
                shown = name if _KEY.fullmatch(name) and name not in self._hidden else "*"
                if isinstance(inner, dict | list):
                    self._segments.append(Segment(path or "top", f"{name}:"))
                self._walk(inner, f"{path}.{shown}" if path else shown, name)
        elif isinstance(value, list):
            if value and all(not isinstance(each, dict | list | str) for each in value):
                text = ", ".join(_spelt(each) for each in value)
                self._segments.append(Segment(path, text))
                return
            self._grid(value, path)
            for number, inner in enumerate(value):
                self._walk(inner, f"{path}[{number}]", "")
        else:
            self._leaf(value, path, key)

    def _leaf(self, value: Any, path: str, key: str) -> None:
        text = _spelt(value)
        place = join(self._place, path)
        if len(text) >= 64 and _BASE64.fullmatch(text):
            inner = _plain(text)
            if inner is not None:
                self._inner += read("", inner, self._hidden, f"{place}, decoded", self._depth)
                return
        if len(text) > 20 and (text.lstrip()[:1] in {"{", "["} or _MARKUP.match(text.lstrip())):
            self._inner += read_text("", text, self._hidden, place, self._depth)
        elif text.count("\n") > 1:
            self._inner.append(lines(place, _ANSI.sub("", text)))
        else:
            self._segments.append(Segment(path, f"{key}: {text}" if key else text))

    def _grid(self, value: Any, path: str) -> None:
        rows = _records(value) if isinstance(value, list) else _columns(value)
        if rows:
            self._grids.append(Grid(path or "top", rows))


def _plain(text: str) -> bytes | None:
    """Return what base64 holds where that is a text or a known kind of file."""
    try:
        data = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return None
    known = data.startswith((b"\x89PNG", b"%PDF-", b"PK\3\4", b"\x1f\x8b"))
    return data if known or (data.isascii() and b"\0" not in data) else None


def _spelt(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _flat(record: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    for key, value in record.items():
        if isinstance(value, dict) and not before.count("."):
            yield from _flat(value, f"{before}{key}.")
        elif not isinstance(value, list | dict):
            yield before + key, _spelt(value)


def _records(value: list[Any]) -> tuple[tuple[str, ...], ...]:
    """Return a list of objects, or of lists, as a table."""
    if len(value) > 1 and all(isinstance(each, list) for each in value):
        return tuple(
            tuple(_spelt(cell) for cell in row if not isinstance(cell, list | dict))
            for row in value
        )
    if not value or not all(isinstance(each, dict) for each in value):
        return ()
    flat = [dict(_flat(each)) for each in value]
    names = list(dict.fromkeys(name for each in flat for name in each))
    if not names or len(names) > 4096:
        return ()
    return (tuple(names), *(tuple(each.get(name, "") for name in names) for each in flat))


def _columns(value: dict[str, Any]) -> tuple[tuple[str, ...], ...]:
    """Return an object of columns, or of `columns` and `data`, as a table."""
    if isinstance(value.get("columns"), list) and isinstance(value.get("data"), list):
        head = tuple(_spelt(name) for name in value["columns"])
        return (head, *_records([*value["data"], []]))
    parts = list(value.values())
    if len(parts) > 1 and all(isinstance(each, list) for each in parts):
        columns = [[_spelt(cell) for cell in each if not _nested(cell)] for each in parts]
    elif len(parts) > 1 and all(isinstance(each, dict) for each in parts):
        columns = [[_spelt(cell) for cell in each.values() if not _nested(cell)] for each in parts]
    elif not any(_nested(each) for each in parts):
        return (tuple(value), tuple(_spelt(each) for each in parts))
    else:
        return ()
    if len({len(each) for each in columns}) != 1 or not columns[0]:
        return ()
    return (tuple(value), *(tuple(row) for row in zip(*columns, strict=True)))


def _nested(value: Any) -> bool:
    return isinstance(value, dict | list)
