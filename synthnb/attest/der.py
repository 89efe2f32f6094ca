"""Just enough DER to take a structure apart and to spell it anew.

DER is the one encoding that ASN.1 has for a value (X.690, section 10). What is read here has short
tags and definite, minimal lengths; everything else is refused.
"""

from __future__ import annotations

from typing import NamedTuple

INTEGER, OCTETS, NULL, OID, SEQUENCE, SET = 0x02, 0x04, 0x05, 0x06, 0x30, 0x31


class Element(NamedTuple):
    """One value: its tag, what is in it, and all its bytes."""

    tag: int
    value: bytes
    raw: bytes


def split(data: bytes) -> list[Element]:
    """Return the values that bytes hold one after another.

    >>> [each.value for each in split(bytes.fromhex("020101" "0500"))]
    [b'\\x01', b'']

    Raises
    ------
    ValueError
        When they are not DER to the last byte.
    """
    found, at = [], 0
    while at < len(data):
        if len(data) < at + 2 or data[at] & 0x1F == 0x1F:
            raise ValueError("not DER")
        size, start = data[at + 1], at + 2
        if size >= 0x80:
            start += size & 0x7F
            size = int.from_bytes(data[at + 2 : start], "big")
        value, raw = data[start : start + size], data[at : start + size]
        if len(value) != size or join(data[at], value) != raw:
            raise ValueError("not DER")
        found.append(Element(data[at], value, raw))
        at = start + size
    return found


def join(tag: int, *parts: bytes) -> bytes:
    """Return the encoding of a value that is made of parts.

    >>> join(OCTETS, b"a", b"b").hex()
    '04026162'
    """
    value = b"".join(parts)
    size = len(value)
    if size < 0x80:
        return bytes([tag, size]) + value
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + value


def unwrap(data: bytes, tag: int) -> list[Element]:
    """Return the values in the one value of that kind that the bytes hold.

    Raises
    ------
    ValueError
        When they hold anything else.
    """
    (only,) = split(data)
    if only.tag != tag:
        raise ValueError("not what was expected")
    return split(only.value)
