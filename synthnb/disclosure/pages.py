"""Reading HTML, SVG and XML: text, tables, comments, attributes and what is embedded."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import unquote_to_bytes

from synthnb.disclosure.pieces import Grid, Piece, Segment

_BLOCKS = re.compile(
    "address|article|aside|blockquote|body|br|caption|dd|div|dl|dt|figcaption|figure|footer|form|"
    "g|h[1-6]|head|header|hr|html|li|main|nav|ol|option|p|pre|script|section|style|svg|table|"
    "tbody|td|text|textarea|tfoot|th|thead|title|tr|ul"
)
_DRAWING = re.compile(
    "class|clip-path|colspan|cx|cy|d|dx|dy|fill|gradienttransform|headers|height|id|lang|offset|"
    "opacity|points|r|rel|role|rowspan|rx|ry|scope|stroke.*|style|tabindex|target|text-anchor|"
    "transform|type|version|viewbox|width|xmlns.*|[xy][12]?"
)
_GEOMETRY = re.compile(r"[#\s\d.,%+-]*(?:px|pt|em|rem)?")
_DATA = re.compile(r"data:([\w.+/-]*)((?:;[\w=.+-]+)*),(.*)", re.DOTALL)


@dataclass
class _Table:
    """A table that is being read."""

    number: int
    rows: list[list[str]] = field(default_factory=list)
    below: dict[int, tuple[str, int]] = field(default_factory=dict)
    spans: tuple[int, int] = (1, 1)
    cell: list[str] | None = None

    def end_cell(self) -> None:
        """Put a cell into the current row, after what hangs down from the rows above."""
        if self.cell is None:
            return
        text, self.cell = " ".join(self.cell), None
        if not self.rows:
            self.rows.append([])
        self._hang()
        down, across = self.spans
        for _ in range(across):
            if down > 1:
                self.below[len(self.rows[-1])] = (text, down - 1)
            self.rows[-1].append(text)

    def _hang(self) -> None:
        row = self.rows[-1]
        while len(row) in self.below:
            text, left = self.below.pop(len(row))
            if left > 1:
                self.below[-1 - len(row)] = (text, left - 1)
            row.append(text)

    def end_row(self) -> None:
        """Carry on what spans further rows."""
        self.end_cell()
        if self.rows:
            self._hang()
        self.below = {(-1 - at if at < 0 else at): what for at, what in self.below.items()}


def _span(text: str | None) -> int:
    return min(int(text), 1000) if text and text.isdigit() and int(text) else 1


class Page(HTMLParser):
    """One page while it is read.

    After `close`, `piece` holds text and tables, `texts` what is set line by line, and `embedded`
    what data URIs hold: the place, the MIME type and the bytes.
    """

    def __init__(self, place: str) -> None:
        super().__init__(convert_charrefs=True)
        self.place = place
        self.segments: list[Segment] = []
        self.grids: list[Grid] = []
        self.texts: list[tuple[str, str]] = []
        self.embedded: list[tuple[str, str, bytes]] = []
        self._buffer: list[str] = []
        self._tables: list[_Table] = []
        self._count = 0
        self._as_lines = 0

    @property
    def piece(self) -> Piece:
        """Return everything but what is set line by line."""
        return Piece(self.place, tuple(self.segments), tuple(self.grids))

    def close(self) -> None:
        """Finish what was left open."""
        super().close()
        self._flush()
        while self._tables:
            self._end_table()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a block, a table, a row or a cell; keep what attributes say."""
        if _BLOCKS.fullmatch(tag):
            self._flush()
        if tag in {"pre", "script", "style", "textarea"}:
            self._as_lines += 1
        elif tag == "table":
            self._count += 1
            self._tables.append(_Table(self._count))
        elif self._tables and tag == "tr":
            self._tables[-1].end_row()
            self._tables[-1].rows.append([])
        elif self._tables and tag in {"td", "th"}:
            named = dict(attrs)
            spans = _span(named.get("rowspan")), _span(named.get("colspan"))
            self._tables[-1].end_cell()
            self._tables[-1].spans, self._tables[-1].cell = spans, []
        for name, value in attrs:
            if value and not _DRAWING.fullmatch(name):
                self._attribute(name, value)

    def handle_endtag(self, tag: str) -> None:
        """End a block, a cell or a table."""
        if _BLOCKS.fullmatch(tag):
            self._flush()
        if tag in {"pre", "script", "style", "textarea"}:
            self._as_lines = max(0, self._as_lines - 1)
        elif self._tables and tag in {"td", "th"}:
            self._tables[-1].end_cell()
        elif self._tables and tag == "table":
            self._end_table()

    def handle_data(self, data: str) -> None:
        """Gather text."""
        self._buffer.append(data)

    def handle_comment(self, data: str) -> None:
        """Keep comments: drawings name their glyphs there."""
        self._keep(" ".join(data.split()))

    def handle_pi(self, data: str) -> None:
        """Keep instructions to a processor."""
        self.handle_comment(data)

    def unknown_decl(self, data: str) -> None:
        """Keep what stands in CDATA."""
        self.handle_comment(data)

    def _where(self) -> str:
        if self._tables:
            table = self._tables[-1]
            return f"table {table.number}, row {max(1, len(table.rows))}"
        return f"line {self.getpos()[0]}"

    def _keep(self, text: str) -> None:
        if text:
            self.segments.append(Segment(self._where(), text))

    def _attribute(self, name: str, value: str) -> None:
        match = _DATA.match(value) if value[:5].lower() == "data:" else None
        if match is not None:
            data = unquote_to_bytes(match[3])
            kind = match[1] + (";base64" if "base64" in match[2] else "")
            self.embedded.append((self._where(), kind, data))
        elif not _GEOMETRY.fullmatch(value) and not (name == "href" and value.startswith("#")):
            self._keep(" ".join(value.split()))

    def _flush(self) -> None:
        text = "".join(self._buffer)
        self._buffer.clear()
        if self._as_lines and text.strip():
            self.texts.append((self._where(), text))
        text = " ".join(text.split())
        if not self._as_lines:
            self._keep(text)
        if text and self._tables and (cell := self._tables[-1].cell) is not None:
            cell.append(text)

    def _end_table(self) -> None:
        table = self._tables.pop()
        table.end_row()
        rows = tuple(tuple(row) for row in table.rows)
        self.grids.append(Grid(f"table {table.number}", rows))
