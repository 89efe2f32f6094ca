"""From a datasheet to HTML and PDF: one resolved text, and an engine of your choice.

source = render.resolve(datasheet)                    # Quarto markdown, figures, evidence
render.render(datasheet, folder)                      # datasheet.html and datasheet.pdf
render.render(datasheet, folder, engine="quarto")
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from synthnb.errors import UsageError
from synthnb.records import Datasheet
from synthnb.render.resolve import Source, resolve

__all__ = ["Source", "engines", "render", "resolve"]


def engines() -> dict[str, str]:
    """Return the engines by name, each with a line about it."""
    return {
        "embedded": "pandoc and Typst, always installed; the same bytes every time",
        "quarto": "your own Quarto, found through QUARTO_PATH, beside Python, or on the PATH",
    }


def render(datasheet: Datasheet, folder: Path, engine: str = "embedded") -> None:
    """Write ``datasheet.html`` and ``datasheet.pdf`` into a folder, and nothing else.

    Parameters
    ----------
    datasheet : Datasheet
        What to render; its texts are untrusted.
    folder : Path
        An existing folder.
    engine : str
        One of `engines()`.

    Raises
    ------
    UsageError
        If there is no such engine.
    MissingExtraError
        If Quarto is asked for and not there.
    RenderError
        If the text is outside the dialect, or a program fails.
    """
    _engine(engine)(resolve(datasheet), folder)


def _engine(name: str) -> Callable[[Source, Path], None]:
    from synthnb.render import embedded, quarto

    if name == "embedded":
        return embedded.render
    if name == "quarto":
        return quarto.render
    raise UsageError(
        f"There is no renderer called {name!r}.", advice=f"choose one of {', '.join(engines())}"
    )
