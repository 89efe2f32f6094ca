"""Which signs the fonts at hand can draw, and what stands for those that they cannot.

Matplotlib ships DejaVu Sans and the Typst compiler ships DejaVu Sans Mono as a fallback. A sign
that neither has would be an empty box in a figure and an error in a PDF/A.
"""

from __future__ import annotations

import functools


@functools.cache
def _covered(font: str) -> frozenset[int]:
    from matplotlib.font_manager import FontProperties, findfont
    from matplotlib.ft2font import FT2Font

    path = findfont(FontProperties(family=font), fallback_to_default=False)
    return frozenset(FT2Font(path).get_charmap())


def drawable(text: str, font: str = "DejaVu Sans") -> str:
    """Return a text with every sign that the font lacks replaced by its code point.

    >>> drawable("Größe ≤ 5 日")
    'Größe ≤ 5 U+65E5'
    """
    if text.isascii():
        return text
    covered = _covered(font)
    return "".join(
        sign if ord(sign) in covered or sign in "\n\t" else f"U+{ord(sign):04X}" for sign in text
    )
