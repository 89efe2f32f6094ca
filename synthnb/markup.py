"""Text as HTML, which shows it and does nothing else."""

from __future__ import annotations

import html
import re


def e(text: object) -> str:
    """Return text that is safe within HTML."""
    return html.escape(str(text), quote=True)


def prose(text: str) -> str:
    """Return a sentence that is safe within HTML, with what stands in backticks as code.

    >>> prose("see `a < b`")
    'see <code>a &lt; b</code>'
    """
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", e(text))
