"""The one place that knows the pandoc program, which pypandoc_binary ships."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from synthnb.errors import RenderError

_SECONDS = 120


def program() -> str:
    """Return where pandoc lies.

    Raises
    ------
    RenderError
        If it is not there.
    """
    import pypandoc

    try:
        return str(pypandoc.get_pandoc_path())
    except OSError:
        raise RenderError(
            "pandoc is not to be found.", advice="pip install --force-reinstall pypandoc_binary"
        ) from None


def run(arguments: Sequence[str], text: bytes, folder: Path | None = None) -> bytes:
    """Run pandoc on markdown from standard input, without network and without reading files.

    Parameters
    ----------
    arguments : sequence of str
        Beyond ``--from`` and ``--sandbox``.
    text : bytes
        Markdown in UTF-8.
    folder : Path, optional
        Where it runs.

    Raises
    ------
    RenderError
        With what pandoc said, if it fails or warns.
    """
    command = [program(), "--from", "markdown", "--sandbox", "--fail-if-warnings", *arguments]
    environment = {key: os.environ[key] for key in ("PATH", "SYSTEMROOT") if key in os.environ}
    environment["LANG"] = "C.UTF-8"
    try:
        done = subprocess.run(
            command,
            input=text,
            capture_output=True,
            check=False,
            cwd=folder,
            env=environment,
            timeout=_SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise RenderError(f"pandoc did not finish within {_SECONDS} seconds.") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise RenderError(f"pandoc failed: {' '.join(said)[:2000]}")
    return done.stdout
