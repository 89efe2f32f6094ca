"""Reading what pictures and PDF files say beside what they show: names, notes and attachments.

This is no PDF library. It inflates streams wherever they stand, which also finds what an earlier
revision of a file holds; it does not decode the glyphs of embedded fonts, nor any pixel.
"""

from __future__ import annotations

import base64
import binascii
import io
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator

LIMIT = 256 * 2**20
"""A stream that inflates beyond this is not read further."""

_STREAM = re.compile(rb"stream\r?\n")
_LENGTH = re.compile(rb"/Length\s+(\d+)(?!\s+\d+\s+R)")
_LITERAL = re.compile(rb"\((?:\\.|[^\\()])*\)", re.DOTALL)
_HEX = re.compile(rb"<(?:FEFF|feff)([0-9A-Fa-f\s]*)>")
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|\r?\n|.)", re.DOTALL)
_ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"", b"f": b""}
_OPAQUE = (b"/Image", b"/FontFile", b"/XRef", b"/CIDFontType0C", b"/Type1C", b"/OpenType")
_RUN = re.compile(rb"[\x20-\x7e\xa0-\xff]{6,}")


def inflate(data: bytes, *, gzip: bool = False) -> bytes | None:
    """Return what a zlib or gzip stream holds; None if it is damaged or beyond the limit."""
    reader = zlib.decompressobj(31 if gzip else 15)
    try:
        text = reader.decompress(data, LIMIT)
    except zlib.error:
        return None
    return None if reader.unconsumed_tail else text


def unzip(data: bytes) -> Iterator[tuple[str, bytes | None]]:
    """Yield the files of an archive by name; None for what cannot be unpacked."""
    broken = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, struct.error)
    refused = (ValueError, OSError, RuntimeError, LookupError)  # NotImplementedError is one
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (*broken, *refused):
        yield "", None
        return
    for entry in archive.infolist():
        try:
            inner = archive.read(entry) if entry.file_size <= LIMIT else None
        except (*broken, *refused):
            inner = None
        yield entry.filename, inner


def png(data: bytes) -> list[str]:
    """Return the text chunks of a PNG picture, keywords included, and what follows its end."""
    found, at = [], 8
    while at + 12 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + size]
        at += 12 + size
        if kind == b"tEXt":
            found.append(body.replace(b"\0", b": ", 1).decode("latin-1"))
        elif kind == b"zTXt":
            key, _, rest = body.partition(b"\0")
            found.append((key + b": " + (inflate(rest[1:]) or b"")).decode("latin-1"))
        elif kind == b"iTXt":
            key, _, rest = body.partition(b"\0")
            language, _, tail = rest[2:].partition(b"\0")
            title, _, text = tail.partition(b"\0")
            text = (inflate(text) or b"") if rest[:1] == b"\1" else text
            found.append(b" ".join([key, language, title, text]).decode("utf-8", "replace"))
        elif kind == b"eXIf":
            found += printable(body)
        elif kind == b"IEND":
            found += printable(data[at:])
            break
    return found


def printable(data: bytes) -> list[str]:
    """Return the runs of printable characters in bytes of any kind."""
    return [run.decode("latin-1") for run in _RUN.findall(data)]


def encrypted(data: bytes) -> bool:
    """Return whether a PDF file is encrypted, so that it cannot be read here."""
    return re.search(rb"/Encrypt\s*(?:\d+\s+\d+\s+R|<<)", data) is not None


def pdf(data: bytes) -> Iterator[tuple[str, bytes | list[str] | None]]:
    """Yield the parts of a PDF file: attachments and metadata as bytes, the rest as texts.

    A part that cannot be decoded is None.
    """
    syntax, attached, end = [], 0, 0
    for match in _STREAM.finditer(data):
        if match.start() < end:
            continue
        start = data.rfind(b"obj", end, match.start())
        head = data[max(start, end) : match.start()]
        if not head.rstrip().endswith(b">>"):
            continue
        length = _LENGTH.search(head)
        stop = match.end() + int(length[1]) if length else data.find(b"endstream", match.end())
        body = data[match.end() : stop if stop >= 0 else len(data)]
        syntax.append(data[end : match.start()])
        end = match.end() + len(body)
        if any(word in head for word in _OPAQUE):
            continue
        text = _decoded(head, body)
        if b"/EmbeddedFile" in head:
            attached += 1
            yield f"attachment {attached}", text
        elif b"/Metadata" in head:
            yield "metadata", text
        elif text is None:
            yield "a stream", None
        else:
            syntax.append(text)
    syntax.append(data[end:])
    yield "strings", [text for part in syntax for text in strings(part)]


def _decoded(head: bytes, body: bytes) -> bytes | None:
    """Undo the filters of a stream; None if one is unknown or the stream is damaged."""
    named = re.search(rb"/Filter\s*(\[[^\]]*\]|/\w+)", head)
    for name in re.findall(rb"/(\w+)", named[1]) if named else ():
        text: bytes | None = None
        try:
            if name == b"ASCII85Decode":
                text = base64.a85decode(body.strip().removeprefix(b"<~").removesuffix(b"~>"))
            elif name == b"ASCIIHexDecode":
                text = bytes.fromhex(body.split(b">")[0].decode("ascii"))
            elif name == b"FlateDecode":
                text = inflate(body)
        except (ValueError, binascii.Error):
            return None
        if text is None:
            return None
        body = text
    return body


def strings(data: bytes) -> list[str]:
    """Return the literal strings of PDF syntax, and its hexadecimal ones in UTF-16."""
    found = []
    for match in _LITERAL.findall(data):
        raw = _ESCAPE.sub(_unescape, match[1:-1])
        text = raw[2:].decode("utf-16-be", "replace") if raw[:2] == b"\xfe\xff" else ""
        text = text or raw.decode("utf-8" if raw[:3] == b"\xef\xbb\xbf" else "latin-1", "replace")
        if len(text.strip()) > 1:
            found.append(text)
    for digits in _HEX.findall(data):
        spelt = b"".join(digits.split())
        found.append(bytes.fromhex(spelt[: len(spelt) // 4 * 4].decode()).decode("utf-16-be"))
    return found


def _unescape(match: re.Match[bytes]) -> bytes:
    code = match[1]
    if code[:1].isdigit() and code[:1] < b"8":
        return bytes([int(code, 8) & 255])
    return b"" if code.endswith(b"\n") else _ESCAPED.get(code, code)
