"""Reading back what was rendered: the text and tags of a page, the text of a PDF."""

from __future__ import annotations

import io
import re
from html.parser import HTMLParser

import pikepdf

from synthnb.records import Datasheet
from synthnb.render import Source, embedded, resolve


def squash(text: str) -> str:
    """Return a text with every stretch of white space as one space."""
    return re.sub(r"\s+", " ", text).strip()


def packed(text: str) -> str:
    """Return a text without white space: PDFs place words, not spaces."""
    return re.sub(r"\s+", "", text)


class Page(HTMLParser):
    """The tags, attributes and text of an HTML page."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.pieces: list[str] = []
        self._style = False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        self._style = tag == "style"
        if tag in {"p", "li", "td", "th", "h1", "h2", "div", "figcaption"}:
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._style = False

    def handle_data(self, data: str) -> None:
        if not self._style:
            self.pieces.append(data)

    @property
    def text(self) -> str:
        return squash("".join(self.pieces))


def pdf_pages(pdf: pikepdf.Pdf) -> list[str]:
    """Return the text of each page, read through the fonts' maps to Unicode."""
    pages = []
    for page in pdf.pages:
        fonts = page.obj.Resources.get("/Font", {})
        maps = {name: _unicode(font) for name, font in fonts.items()}
        text, current = "", {}
        for operands, operator in pikepdf.parse_content_stream(page):
            if str(operator) == "Tf":
                current = maps[str(operands[0])]
            elif str(operator) == "Tj":
                text += _shown(bytes(operands[0]), current)
            elif str(operator) == "TJ":
                pieces = [each for each in operands[0] if isinstance(each, pikepdf.String)]
                text += "".join(_shown(bytes(each), current) for each in pieces)
        pages.append(text)
    return pages


def _shown(codes: bytes, known: dict[int, str]) -> str:
    pairs = zip(codes[::2], codes[1::2], strict=True)
    return "".join(known.get(high * 256 + low, "") for high, low in pairs)


def _unicode(font: pikepdf.Object) -> dict[int, str]:
    table = bytes(font.ToUnicode.read_bytes()).decode("latin-1")
    known: dict[int, str] = {}
    for block in re.findall(r"beginbfchar(.*?)endbfchar", table, re.DOTALL):
        for code, text in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
            known[int(code, 16)] = bytes.fromhex(text).decode("utf-16-be")
    for block in re.findall(r"beginbfrange(.*?)endbfrange", table, re.DOTALL):
        for first, last, text in re.findall(r"<(\w+)>\s*<(\w+)>\s*<(\w+)>", block):
            start = int.from_bytes(bytes.fromhex(text), "big")
            for step in range(int(last, 16) - int(first, 16) + 1):
                known[int(first, 16) + step] = chr(start + step)
    return known


class Rendered:
    """One datasheet in all its forms."""

    def __init__(self, datasheet: Datasheet) -> None:
        self.sheet = datasheet
        self.source: Source = resolve(datasheet)
        self.html = embedded.html(self.source).decode()
        self.page = Page(self.html)
        self.bytes = embedded.pdf(self.source)
        self.pdf = pikepdf.open(io.BytesIO(self.bytes))
        self.pages = pdf_pages(self.pdf)
