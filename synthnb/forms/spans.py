"""Durations as people say them, and as ISO 8601 writes them."""

from __future__ import annotations

import re

_UNITS = {"year": "Y", "month": "M", "week": "W", "day": "D"}
_PLAIN = re.compile(r"P(\d+)([YMWD])")
_WORDS = re.compile(r"(?:every\s+)?(\d+|an?)?\s*(year|month|week|day)s?", re.IGNORECASE)
COMMON = ("P1M", "P3M", "P6M", "P1Y", "P2Y")


def written(text: str) -> str:
    """Return a duration in ISO 8601; text that is none stays as it is.

    >>> written("6 months"), written("every year"), written("P6M"), written("soon")
    ('P6M', 'P1Y', 'P6M', 'soon')
    """
    match = _WORDS.fullmatch(text.strip())
    if match is None:
        return text
    count = match[1] if match[1] and match[1].isdigit() else "1"
    return f"P{count}{_UNITS[match[2].lower()]}"


def spoken(text: str) -> str:
    """Return a plain duration in words; nothing for any other text.

    >>> spoken("P6M"), spoken("P1Y"), spoken("PT1H")
    ('6 months', '1 year', '')
    """
    match = _PLAIN.fullmatch(text)
    if match is None:
        return ""
    unit = next(word for word, sign in _UNITS.items() if sign == match[2])
    return f"{match[1]} {unit}{'' if match[1] == '1' else 's'}"
