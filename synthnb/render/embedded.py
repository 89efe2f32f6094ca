"""The engine that is always there: pandoc and the Typst compiler, both from the package index.

The same source gives the same bytes, in every process and without a network.
"""

from __future__ import annotations

import base64
import re
import tempfile
from pathlib import Path

from synthnb.errors import RenderError
from synthnb.figures.glyphs import drawable
from synthnb.render import lint, pandoc
from synthnb.render.resolve import Source, folder

FALLBACK = "DejaVu Sans Mono"  # the last font that the Typst compiler falls back on
_IMAGE = re.compile(r'src="([a-z0-9-]+\.svg)"')


def render(source: Source, target: Path) -> None:
    """Write ``datasheet.html`` and ``datasheet.pdf`` into a folder.

    Raises
    ------
    RenderError
        If the text is outside the dialect, or a program fails.
    """
    lint.check(source.qmd, source.figures.keys())
    page, print_ = html(source), pdf(source)
    (target / "datasheet.html").write_bytes(page)
    (target / "datasheet.pdf").write_bytes(print_)


def html(source: Source) -> bytes:
    """Return one self-contained page."""
    arguments = [
        *("--to", "html5", "--template", str(folder() / "page.html"), "--standalone"),
        *("--toc", "--toc-depth=1", "--number-sections", "--mathml"),
        *filters(),
    ]
    text = pandoc.run(arguments, source.qmd.encode()).decode()
    return _IMAGE.sub(lambda match: f'src="{_data(source, match[1])}"', text).encode()


def _data(source: Source, name: str) -> str:
    return f"data:image/svg+xml;base64,{base64.b64encode(source.figures[name]).decode()}"


def pdf(source: Source) -> bytes:
    """Return a tagged PDF/A-3a and PDF/UA-1 with the evidence and the text attached."""
    import typst

    arguments = ["--to", "typst", "--template", str(folder() / "page.typ"), "--standalone"]
    text = pandoc.run([*arguments, *filters()], source.qmd.encode()).decode()
    with tempfile.TemporaryDirectory(prefix="synthnb-") as place:
        for name, content in source.files.items():
            (Path(place) / name).write_bytes(content)
        main = Path(place) / "datasheet.typ"
        main.write_text(drawable(text, FALLBACK), encoding="utf-8")
        try:
            return bytes(
                typst.compile(
                    str(main),
                    root=place,
                    ignore_system_fonts=True,
                    timestamp=source.issued,
                    pdf_standards=["a-3a", "ua-1"],
                )
            )
        except typst.TypstError as exc:
            hints = " ".join(exc.hints)
            raise RenderError(f"Typst could not set the datasheet: {exc.message} {hints}") from None


def filters() -> list[str]:
    """Return the arguments that run both Lua filters."""
    return [
        argument
        for name in ("datasheet.lua", "embedded.lua")
        for argument in ("--lua-filter", str(folder() / name))
    ]
