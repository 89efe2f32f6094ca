"""Text from records becomes text on the page, and never anything else.

One function, `escape`, serves every place in which a value may stand: running text, a table cell,
a quoted attribute and a quoted line of the front matter. It is the `finalize` of the only Jinja
environment of this room, so a template cannot forget it; what is markup on purpose is an `Md`.

>>> escape("{{< include secret.txt >}}")
'&#123;&#123;&#60; include secret.txt &#62;&#125;&#125;'
"""

from __future__ import annotations

import re
from pathlib import Path
from string import ascii_letters, digits
from typing import Any

import jinja2

_QUIET = frozenset(ascii_letters + digits + " ,")
_SPACE = re.compile(r"[\t\n\v\f\r \x1c-\x1f\x85\u2028\u2029]+")
# Controls, surrogates, non-characters, and the signs that reorder or hide the text around them.
_UNSEEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    r"\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff\U000e0000-\U000e0fff]"
    r"|[\U0001fffe\U0001ffff\U0002fffe\U0002ffff\U0010fffe\U0010ffff]"
)


class Md:
    """A piece of markup that this room wrote itself.

    It refuses to become a `str`, so that joining it to a value by accident fails loudly.
    """

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        raise TypeError("markup is joined with md(), never as a string")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Md) and other.text == self.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __bool__(self) -> bool:
        return bool(self.text)


def plain(value: object) -> str:
    """Return a value as a reader shall see it: one line, every sign visible.

    White space becomes one space; a sign that cannot be seen, or that turns the text around it
    about, becomes U+FFFD.
    """
    return _UNSEEN.sub("\ufffd", _SPACE.sub(" ", str(value)).strip())


def escape(value: object) -> str:
    """Return markdown whose only content is the text of a value.

    Every ASCII sign that any markdown dialect could read as markup becomes a numeric character
    reference, which pandoc reads as a plain character wherever it stands. A full stop or a hyphen
    inside a word stays, so that names and numbers remain legible in the source.
    """
    text = plain(value)
    return "".join(
        sign if sign in _QUIET or ord(sign) > 127 or _inside(text, place) else f"&#{ord(sign)};"
        for place, sign in enumerate(text)
    )


def _inside(text: str, place: int) -> bool:
    """Return whether a full stop stands inside a word or number, or a hyphen inside a word.

    A hyphen before a digit is not legible in every dialect: one of them makes it a dash.
    """
    around = text[place - 1 : place] + text[place + 1 : place + 2]
    within = around.isalpha() if text[place] == "-" else around.isalnum() and text[place] == "."
    return len(around) == 2 and around.isascii() and within


def finalize(value: Any) -> str:
    """Return what a template writes for a value: markup as it is, anything else escaped."""
    return value.text if isinstance(value, Md) else escape(value)


def md(pattern: str, *values: object) -> Md:
    """Return markup with values put in for each ``{}``; a value that is no markup is escaped.

    A value without a visible sign is written as ``(blank)``, so that markup round it still holds.

    >>> md("**{}**, {}", "a*b", Md("*c*")).text
    '**a&#42;b**, *c*'
    """
    pieces = pattern.split("{}")
    if len(pieces) != len(values) + 1:
        raise ValueError(f"{len(values)} values for {pattern!r}")
    text = pieces[0]
    for value, piece in zip(values, pieces[1:], strict=True):
        text += (value.text if isinstance(value, Md) else escape(value) or "(blank)") + piece
    return Md(text)


def join(between: str, parts: Any) -> Md:
    """Return parts, escaped unless they are markup, with markup between them."""
    return Md(between.join(finalize(part) for part in parts))


def environment(folder: Path) -> jinja2.Environment:
    """Return the Jinja environment of the datasheet's templates.

    A name that is not there is an error, every value is escaped, and there is no way around that:
    no autoescape, no `safe`.
    """
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        undefined=jinja2.StrictUndefined,
        finalize=finalize,
        autoescape=False,  # noqa: S701 - HTML escaping is not what markdown needs
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        comment_start_string="<#--",  # {# begins an anchor in markdown
        comment_end_string="--#>",
    )
    for name in ("safe", "escape", "e", "forceescape", "urlize", "xmlattr", "tojson"):
        env.filters.pop(name, None)
    return env
