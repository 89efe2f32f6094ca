"""The pieces that everything shown is made of: numbers, marks, tables, frames.

Everything is plain HTML that JupyterLab, GitHub and a printed page show alike; text from the data
is escaped; colour never carries meaning alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from synthnb.markup import e, prose
from synthnb.records import Estimate, Evidence, Finding, metric
from synthnb.records.evidence import MIME, payload
from synthnb.records.policy import Direction, State

Limits = Mapping[str, tuple[Direction, float]]

MARKS: dict[State, tuple[str, str]] = {
    "pass": ("✓", "pass"),
    "fail": ("✗", "fail"),
    "inconclusive": ("?", "inconclusive"),
    "not-measured": ("–", "not measured"),
}
COLOURS: dict[State, str] = {
    "pass": "#1b7f5c",
    "fail": "#c0392b",
    "inconclusive": "#9a6b00",
    "not-measured": "#6b7785",
}
URGENT: tuple[State, ...] = ("fail", "not-measured", "inconclusive", "pass")  # the worst first
GRAVITY = {"block": 0, "warn": 1, "none": 2}
CELL = "text-align:left;vertical-align:top;padding:4px 10px 4px 0"


@dataclass(frozen=True)
class Shown:
    """A piece of HTML with its plain text."""

    html: str
    text: str

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": self.text}


@dataclass(frozen=True)
class Recorded:
    """Evidence as a notebook output: machine-readable, with a card for people beside it."""

    evidence: Evidence
    card: Shown

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {
            MIME: payload(self.evidence),
            "text/html": self.card.html,
            "text/plain": self.card.text,
        }


def number(estimate: Estimate) -> str:
    """Return a value with its interval, as a person would write it."""
    entry = metric(estimate.metric)
    if estimate.value is None:
        return "not measured"
    return entry.show_with_interval(estimate.value, estimate.low, estimate.high)


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Shown:
    """Return a table of plain text."""
    head = "".join(f'<th scope="col" style="{CELL}">{text}</th>' for text in heads)
    body = "".join(
        "<tr>" + "".join(f'<td style="{CELL}">{prose(cell)}</td>' for cell in row) + "</tr>"
        for row in rows
    )
    text = "\n".join(" | ".join(row) for row in rows)
    return Shown(f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>", text)


def sentences(said: Sequence[str]) -> Shown:
    """Return what was found, in words; one line for each sentence."""
    if not said:
        nothing = "Nothing can be said for certain."
        return Shown(f"<p>{nothing}</p>", nothing)
    items = "".join(f'<li style="margin:3px 0">{prose(each)}</li>' for each in said)
    return Shown(f"<ul>{items}</ul>", "\n".join(said))


def remedy(finding: Finding, advice: Mapping[str, str]) -> str:
    """Return what to do about a finding: what was advised, or what the catalogue says."""
    usual = metric(finding.metric).remedy if finding.metric else finding.reason
    return advice.get(finding.id, usual)


def framed(body: str, open_: Sequence[Finding]) -> str:
    """Return a card whose edge says whether something in it blocks."""
    blocked = any(finding.effect == "block" for finding in open_)
    colour = COLOURS["fail" if blocked else "pass"]
    return (
        f'<div style="border-left:4px solid {colour};padding:2px 0 2px 12px;margin:8px 0">'
        f"{body}</div>"
    )


def mark(finding: Finding | None, said: str = "") -> str:
    """Return the state of a finding as a sign and a word."""
    if finding is None:
        return ""
    sign, word = MARKS[finding.state]
    return (
        f'<span style="{coloured(finding.state)};font-weight:600">{sign} {e(said or word)}</span>'
    )


def coloured(state: State) -> str:
    """Return the style of text in the colour of a state, readable on a light and a dark ground."""
    return tinted(COLOURS[state])


def tinted(colour: str) -> str:
    """Return the style of text in a colour that is drawn towards that of the text around it.

    Around it stands black on white or white on black; what does not know how to mix shows the
    colour of the text.
    """
    return f"color:color-mix(in srgb, {colour} 55%, currentColor)"
