"""What is drawn without a library: the line beside a number, the bars of a distribution."""

from __future__ import annotations

from collections.abc import Sequence

from synthnb.markup import e
from synthnb.records.marginal import Marginal
from synthnb.show.pieces import CELL, Shown

WIDE, HIGH = 170, 16  # of what stands beside a number, in pixels
REAL, SYNTHETIC = "#0072B2", "#D55E00"  # as in every figure


def distribution(marginal: Marginal) -> Shown:
    """Show how a column is distributed, real beside synthetic, small cells hidden."""
    shares = (*marginal.synthetic, *(share or 0.0 for share in marginal.real))
    longest = max(shares, default=0.0) or 1.0
    rows, lines = [], []
    for name, real, made in zip(marginal.bins, marginal.real, marginal.synthetic, strict=True):
        said = "hidden" if real is None else f"{100 * real:.1f} %"
        row = (
            e(name),
            _bars(real or 0.0, made, longest),
            f'<span style="color:{REAL}">●</span> {said}',
            f'<span style="color:{SYNTHETIC}">◆</span> {100 * made:.1f} %',
        )
        rows.append(cells("td", row))
        lines.append(f"  {name}: real {said}, synthetic {100 * made:.1f} %")
    unit = f" ({marginal.unit})" if marginal.unit else ""
    heads = cells("th", (e(f"{marginal.column}{unit}"), "Share", "Real", "Synthetic"))
    hidden = ""
    if None in marginal.real:
        why = f"Hidden: fewer than {marginal.minimum_cell} real people, or derivable."
        hidden = f"<p>{why}</p>"
        lines.append(f"  {why}")
    table = f"<table><thead>{heads}</thead><tbody>{''.join(rows)}</tbody></table>"
    return Shown(f"{table}{hidden}", "\n".join(lines))


def cells(tag: str, contents: Sequence[str]) -> str:
    """Return a row of a table; what is in its cells is HTML already."""
    scope = ' scope="col"' if tag == "th" else ""
    drawn = "".join(f'<{tag}{scope} style="{CELL}">{cell}</{tag}>' for cell in contents)
    return f"<tr>{drawn}</tr>"


def _bars(real: float, synthetic: float, longest: float) -> str:
    """Return two bars, one above the other: real full, synthetic hollow."""
    full = WIDE - 4
    return svg(
        HIGH,
        [
            f'<rect x="1" y="1" width="{full * real / longest:.1f}" height="6" fill="{REAL}"/>',
            f'<rect x="1" y="9" width="{full * synthetic / longest:.1f}" height="5" fill="none" '
            f'stroke="{SYNTHETIC}" stroke-width="1.2"/>',
        ],
    )


def svg(high: int, marks: Sequence[str]) -> str:
    """Return a small drawing that says nothing which the words beside it do not."""
    return (
        f'<svg width="{WIDE}" height="{high}" viewBox="0 0 {WIDE} {high}" aria-hidden="true">'
        f"{''.join(marks)}</svg>"
    )
