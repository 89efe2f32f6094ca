"""What the embedded engine refuses: everything that Quarto would not render the same way.

The dialect is a whitelist, written down in docs/datasheet.md. Whatever stands outside it is an
error here, so that the two engines can never silently differ.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Set
from dataclasses import dataclass, field
from typing import Any

from synthnb.errors import Problem, RenderError
from synthnb.render import pandoc

DIVS = frozenset({"banner", "cover", "verdict", "facts", "small", "tall", "metric", "plain"})
KINDS = {
    "verdict": frozenset({"passed", "accepted", "blocked", "rejected"}),
    "banner": frozenset({"draft"}),
}
CALLOUTS = frozenset(
    f"callout-{kind}" for kind in ("note", "tip", "important", "warning", "caution")
)
SPANS = frozenset(
    {"word", "below", "line", "digest"}
    | {f"state-{state}" for state in ("pass", "fail", "inconclusive", "not-measured")}
)
HEADERS = frozenset({"unnumbered", "unlisted"})
_PLAIN = frozenset(
    {"Para", "Plain", "BulletList", "OrderedList", "Str", "Space", "SoftBreak", "LineBreak"}
    | {"Strong", "Emph", "Table", "Figure"}
    | {"Decimal", "Period", "DefaultStyle", "DefaultDelim"}  # how an ordered list counts
)
_CELL = re.compile(r"^\s*(?:`{3,}|~{3,})\s*\{[^}]*\}", re.MULTILINE)
_INLINE_CELL = re.compile(r"(?<!`)`(?:\{[a-z]+\}|r) [^`]*`")
_SHORTCODE = re.compile(r"\{\{[<%]")
_REFERENCE = re.compile(r"(?:fig|tbl|sec)-[\w-]+")


@dataclass
class _Seen:
    """What the walk through a document has come across."""

    figures: Set[str]
    anchors: set[str] = field(default_factory=set)
    wanted: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, where: str, message: str) -> None:
        self.problems.append(Problem(where, message))


def check(qmd: str, figures: Set[str]) -> None:
    """Refuse a text that the engines would render differently.

    Parameters
    ----------
    qmd : str
        Resolved Quarto markdown.
    figures : set of str
        File names that an image may refer to.

    Raises
    ------
    RenderError
        With everything that lies outside the dialect.
    """
    seen = _Seen(figures)
    for pattern, what in (
        (_CELL, "an executable cell"),
        (_INLINE_CELL, "executable code in a line"),
        (_SHORTCODE, "a shortcode"),
    ):
        for match in pattern.finditer(qmd):
            line = qmd.count("\n", 0, match.start()) + 1
            seen.problems.append(Problem("datasheet.qmd", f"{what}: resolve it first", line))
    document = json.loads(pandoc.run(["--to", "json"], qmd.encode()))
    _walk([document["meta"], document["blocks"]], seen)
    for anchor in dict.fromkeys(seen.wanted):
        if anchor not in seen.anchors:
            seen.refuse(f"@{anchor}", "refers to nothing in this document")
    if seen.problems:
        raise RenderError(
            "The datasheet's text is outside the dialect that every engine renders alike.",
            seen.problems,
            advice="docs/datasheet.md lists the constructs that a template may use",
        )


def _walk(node: Any, seen: _Seen) -> None:
    if isinstance(node, list):
        for child in node:
            _walk(child, seen)
    elif isinstance(node, dict) and isinstance(node.get("t"), str):
        _node(node["t"], node.get("c"), seen)
        if node["t"] != "Cite":
            _walk(node.get("c"), seen)
    elif isinstance(node, dict):
        for child in node.values():
            _walk(child, seen)


def _node(kind: str, content: Any, seen: _Seen) -> None:
    check_one = _CHECKS.get(kind)
    if check_one is not None:
        check_one(content, seen)
    elif kind not in _PLAIN and not kind.startswith(("Meta", "Align", "ColWidth")):
        seen.refuse(kind, "is not a construct of the dialect")
    if kind in {"Table", "Figure"}:
        _anchor(content[0], seen)


def _anchor(attributes: Any, seen: _Seen) -> None:
    identifier = attributes[0]
    if identifier and identifier in seen.anchors:
        seen.refuse(f"#{identifier}", "is used twice")
    if identifier:
        seen.anchors.add(identifier)


def _classes(what: str, classes: list[str], allowed: Set[str], seen: _Seen) -> None:
    if not classes:
        seen.refuse(what, "has no class; write plain text instead")
    for name in classes:
        if name not in allowed:
            seen.refuse(what, f"has the unknown class .{name}")


def _div(content: Any, seen: _Seen) -> None:
    (identifier, classes, attributes), _ = content
    _anchor((identifier,), seen)
    allowed = DIVS | CALLOUTS | KINDS.get("".join(classes[:1]), frozenset())
    _classes("div", classes, allowed, seen)
    for name, _ in attributes:
        seen.refuse("div", f"has the attribute {name}; the dialect gives divs none")


def _span(content: Any, seen: _Seen) -> None:
    (_, classes, attributes), _ = content
    _classes("span", classes, SPANS, seen)
    for name, _ in attributes:
        seen.refuse("span", f"has the attribute {name}; the dialect gives spans none")


def _header(content: Any, seen: _Seen) -> None:
    _, attributes, _ = content
    _anchor(attributes, seen)
    for name in attributes[1]:
        if name not in HEADERS:
            seen.refuse(f"heading #{attributes[0]}", f"has the unknown class .{name}")


def _image(content: Any, seen: _Seen) -> None:
    (_, _, attributes), _, (source, _) = content
    named = dict(attributes)
    if not named.get("fig-alt", "").strip():
        seen.refuse(f"figure {source}", "has no fig-alt: say in words what it shows")
    if source not in seen.figures:
        seen.refuse(f"figure {source}", "is not one of the figures of this datasheet")
    if not re.fullmatch(r"\d{1,3}%", named.get("width", "100%")):
        seen.refuse(f"figure {source}", "needs a width in per cent")
    for name in set(named) - {"fig-alt", "width"}:
        seen.refuse(f"figure {source}", f"has the unknown attribute {name}")


def _link(content: Any, seen: _Seen) -> None:
    target = content[2][0]
    if not target.startswith("#"):
        seen.refuse("link", "leads out of the document; write the address as text")
    seen.wanted.append(target.removeprefix("#"))


def _code(content: Any, seen: _Seen) -> None:
    (_, classes, attributes), _ = content
    if classes or attributes:
        seen.refuse("code", "has a class or an attribute; the dialect gives code none")


def _cite(content: Any, seen: _Seen) -> None:
    for identifier in _cited(content):
        if not _REFERENCE.fullmatch(identifier):
            seen.refuse(f"@{identifier}", "is neither a figure, nor a table, nor a section")
        else:
            seen.wanted.append(identifier)


def _cited(content: Any) -> Iterator[str]:
    citations = content[0]
    if len(citations) == 1 and citations[0]["citationMode"]["t"] == "AuthorInText":
        yield citations[0]["citationId"]
    else:
        yield "; ".join(each["citationId"] for each in citations) + " in brackets"


def _raw(content: Any, seen: _Seen) -> None:
    seen.refuse("raw text", f"is {content[0]} only; the dialect has no raw text")


_CHECKS = {
    "Div": _div,
    "Span": _span,
    "Header": _header,
    "Image": _image,
    "Link": _link,
    "Code": _code,
    "CodeBlock": _code,
    "Cite": _cite,
    "RawBlock": _raw,
    "RawInline": _raw,
}
