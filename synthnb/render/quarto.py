"""Quarto, where somebody asks for it: find the program, check its version, run it.

It is looked for at ``QUARTO_PATH``, beside the Python interpreter, and on the ``PATH``, in this
order. The first place that is named decides: a ``QUARTO_PATH`` that leads nowhere is an error and
not a reason to look further.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from synthnb.errors import MissingExtraError, RenderError
from synthnb.render import lint
from synthnb.render.resolve import QMD, Source, folder

MINIMUM = (1, 9)
"""The first Quarto that knows `pdf-standard`, without which the PDF would not be archivable."""

_BESIDE = ("datasheet.lua", "style.css", "typst-template.typ", "typst-show.typ")
_SECONDS = 600
_ADVICE = "pip install 'synthnb[quarto]', or set QUARTO_PATH to the quarto program"


def render(source: Source, target: Path) -> None:
    """Write ``datasheet.html`` and ``datasheet.pdf`` into a folder.

    Raises
    ------
    MissingExtraError
        If Quarto is not there.
    RenderError
        If it is too old, fails, or the text is outside the dialect.
    """
    program = find()
    check(program)
    lint.check(source.qmd, source.figures.keys())
    with tempfile.TemporaryDirectory(prefix="synthnb-") as place:
        work = Path(place)
        for name, content in source.files.items():
            (work / name).write_bytes(content)
        for name in _BESIDE:
            shutil.copyfile(folder() / name, work / name)
        made = {}
        for kind, ending in (("html", "html"), ("typst", "pdf")):
            _run(command(program, kind), work, environment(source, os.environ))
            result = work / f"datasheet.{ending}"
            if not result.is_file():
                raise RenderError(f"Quarto ended well but wrote no {result.name}.")
            made[result.name] = result.read_bytes()
        for name, content in made.items():
            (target / name).write_bytes(content)


def find() -> Path:
    """Return the Quarto program.

    Raises
    ------
    MissingExtraError
        If it is in none of the places.
    RenderError
        If ``QUARTO_PATH`` names something that cannot be run.
    """
    named = os.environ.get("QUARTO_PATH")
    if named:
        path = Path(named)
        for candidate in (path, path / "quarto", path / "bin" / "quarto"):
            if candidate.is_file() and os.access(candidate, os.X_OK):
                return candidate
        raise RenderError(
            "QUARTO_PATH is set, but no quarto program is there.",
            advice="set it to the program itself or unset it",
        )
    beside = shutil.which("quarto", path=str(Path(sys.executable).parent))
    anywhere = beside or shutil.which("quarto")
    if anywhere is None:
        error = MissingExtraError("Quarto", "quarto")
        error.advice = _ADVICE
        raise error
    return Path(anywhere)


def check(program: Path) -> tuple[int, ...]:
    """Return the version of a Quarto program.

    Raises
    ------
    RenderError
        If it does not say its version, or is older than `MINIMUM`.
    """
    said = _run([str(program), "--version"], None, dict(os.environ)).strip()
    match = re.match(r"(\d+)\.(\d+)(?:\.(\d+))?", said)
    if match is None:
        raise RenderError(f"The quarto program said {said[:60]!r} where a version was expected.")
    version = tuple(int(part) for part in match.groups() if part is not None)
    if version[:2] < MINIMUM:
        wanted = ".".join(str(part) for part in MINIMUM)
        raise RenderError(
            f"Quarto {match[0]} is too old; {wanted} or later is needed.", advice=_ADVICE
        )
    return version


def command(program: Path, kind: str) -> list[str]:
    """Return the command line that renders the text in the folder where it runs."""
    return [str(program), "render", QMD, "--to", kind, "--no-execute", "--quiet"]


def environment(source: Source, inherited: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of Quarto: the datasheet's clock, and the user's own settings.

    ``QUARTO_PANDOC`` and ``QUARTO_TYPST``, which Quarto itself obeys, are passed on untouched.
    """
    return {**inherited, "SOURCE_DATE_EPOCH": str(source.issued)}


def _run(words: list[str], work: Path | None, env: dict[str, str]) -> str:
    try:
        done = subprocess.run(
            words,
            capture_output=True,
            check=False,
            cwd=work,
            env=env,
            stdin=subprocess.DEVNULL,
            timeout=_SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise RenderError(f"Quarto did not finish within {_SECONDS} seconds.") from None
    except OSError as exc:
        raise RenderError(f"The quarto program cannot be run: {exc.strerror}.") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip() or "it said nothing"
        if work is not None:
            said = said.replace(str(work), "")
        raise RenderError(f"Quarto failed: {said[-2000:]}")
    return done.stdout.decode(errors="replace")
