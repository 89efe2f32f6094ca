"""Pipe tables: the one kind of table of the datasheet's dialect."""

from __future__ import annotations

from collections.abc import Sequence

from synthnb.render.escape import Md, finalize, md

_WIDER_THAN_A_LINE = 100  # pandoc lets cells wrap only where a source line is longer than 72 signs
_TALL = 1200


def table(
    heads: Sequence[str],
    rows: Sequence[Sequence[object]],
    widths: Sequence[int],
    *,
    right: Sequence[int] = (),
    caption: str | Md = "",
    anchor: str = "",
) -> Md:
    """Return a table whose cells wrap and whose head is repeated on every page.

    Parameters
    ----------
    heads : sequence of str
        Head of each column.
    rows : sequence of sequences
        Cells; whatever is not `Md` is escaped.
    widths : sequence of int
        Relative width of each column.
    right : sequence of int
        Columns that are set flush right.
    caption, anchor : str
        Caption, and what to call the table in references (``tbl-…``).
    """
    cells = [[finalize(cell) for cell in row] for row in rows]
    if any(len(row) != len(heads) for row in cells) or len(widths) != len(heads):
        raise ValueError(f"expected {len(heads)} cells in each row")
    head = _line([finalize(cell) for cell in heads])
    rule = [
        ("-" * (width - 1) + ":") if place in right else (":" + "-" * (width - 1))
        for place, width in enumerate(widths)
    ]
    lines = [_wide(head), "|" + "|".join(rule) + "|", *(_line(row) for row in cells)]
    if caption:
        label = f" {{#{anchor}}}" if anchor else ""
        lines += ["", f": {finalize(caption)}{label}"]
    # A row stays on one page, unless it is so tall that it might not fit on any.
    tall = any(len(cell) > _TALL for row in cells for cell in row)
    return Md("\n".join(["::: {.tall}", "", *lines, "", ":::"] if tall else lines) + "\n")


def answers(pairs: Sequence[tuple[str, object]], width: int = 22) -> Md:
    """Return questions and answers as a table without a head."""
    rows = [[md("**{}**", question), answer] for question, answer in pairs]
    return md("::: {.plain}\n{}:::\n", table(("", ""), rows, (width, 100 - width)))


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _wide(line: str) -> str:
    return f"{line[:-1]}{' ' * (_WIDER_THAN_A_LINE - len(line))}|"


def bullets(items: Sequence[object]) -> Md:
    """Return a list with a dot before each item."""
    return Md("".join(f"- {finalize(item) or '(blank)'}\n" for item in items))


def paragraphs(text: str) -> Md:
    """Return a text with its blank lines kept as breaks between paragraphs."""
    parts = [finalize(part) for part in text.split("\n\n") if part.strip()]
    return Md("\n\n".join(parts))
