"""From a datasheet to resolved Quarto markdown: every value in place, nothing left to run.

source = resolve(datasheet)
source.qmd                    # the text that every engine renders
source.figures["lineage"]     # SVG
source.evidence               # canonical JSON, attached to the PDF
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from synthnb import assets
from synthnb.figures.style import Figure
from synthnb.records import Datasheet, canonical
from synthnb.render import attackers, decisions, front, guarantees, rooms, sections, words
from synthnb.render.escape import Md, environment, md
from synthnb.render.pictures import pictures
from synthnb.render.tables import bullets, paragraphs, table

QMD = "datasheet.qmd"
EVIDENCE = "evidence.json"


@dataclass(frozen=True)
class Source:
    """What an engine needs to render a datasheet.

    Parameters
    ----------
    qmd : str
        Resolved Quarto markdown.
    figures : dict of str to bytes
        SVG files that the text refers to, by file name.
    evidence : bytes
        Canonical JSON of all evidence.
    issued : int
        When the datasheet was issued, in seconds since 1970: the only clock of a rendering.
    """

    qmd: str
    figures: dict[str, bytes]
    evidence: bytes
    issued: int

    @property
    def files(self) -> dict[str, bytes]:
        """Return every file that has to lie beside the text, and the text itself."""
        return {QMD: self.qmd.encode(), EVIDENCE: self.evidence, **self.figures}


def folder() -> Path:
    """Return where the datasheet's templates lie."""
    return assets.templates() / "datasheet"


def resolve(datasheet: Datasheet) -> Source:
    """Return the text of a datasheet with everything filled in.

    Parameters
    ----------
    datasheet : Datasheet
        Its texts are untrusted: none can become markup.

    Returns
    -------
    Source
        The same for the same datasheet, byte for byte.
    """
    published = {"charter": datasheet.charter.published(), "plan": datasheet.plan.published()}
    sheet = datasheet.model_copy(update=published)
    drawn = pictures(sheet)
    context = _context(sheet, drawn)
    qmd = environment(folder()).get_template("datasheet.qmd.j2").render(context)
    used = {name: figure for name, figure in drawn.items() if f"({name}.svg)" in qmd}
    evidence = canonical([each.model_dump(mode="json") for each in datasheet.evidence])
    return Source(
        qmd=_tidy(qmd),
        figures={f"{name}.svg": figure.svg.encode() for name, figure in sorted(used.items())},
        evidence=(evidence + "\n").encode(),
        issued=int(datasheet.issued.timestamp()),
    )


def _context(sheet: Datasheet, drawn: dict[str, Figure]) -> dict[str, Any]:
    def figure(name: str, width: int = 100) -> Md:
        shown = drawn.get(name)
        if shown is None:
            return Md("")
        pattern = f'![{{}}]({shown.name}.svg){{#fig-{shown.name} fig-alt="{{}}" width={width}%}}\n'
        return md(pattern, shown.title, shown.alt)

    return {
        "sheet": sheet,
        "charter": sheet.charter,
        "plan": sheet.plan,
        "policy": sheet.policy,
        "generation": (room := sheet.room("generation")) and room.generation,
        "lineage": (room := sheet.room("lineage")) and room.lineage,
        "headline": front.headline(sheet),
        "supported": front.supported(sheet),
        "front": front,
        "decisions": decisions,
        "guarantees": guarantees,
        "rooms": rooms,
        "privacy": attackers,
        "sections": sections,
        "words": words,
        "figure": figure,
        "drawn": frozenset(drawn),
        "table": table,
        "bullets": bullets,
        "paragraphs": paragraphs,
        "md": md,
    }


def _tidy(text: str) -> str:
    """Return text with no more than one blank line in a row and none at the end of a line."""
    lines: list[str] = []
    for line in (line.rstrip() for line in text.splitlines()):
        if line or (lines and lines[-1]):
            lines.append(line)
    return "\n".join(lines).rstrip() + "\n"
