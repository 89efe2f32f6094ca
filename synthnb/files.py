"""Writing a file whole or not at all: the one way that this house does it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO


def write_atomically(path: Path, data: str | bytes | Callable[[BinaryIO], object]) -> None:
    """Replace a file in one step, keeping its permissions and any link to it.

    Parameters
    ----------
    path : Path
        The file; it and its folder are made if they are not there.
    data : str, bytes or callable
        Text (written as UTF-8), bytes, or what writes them into an open file.

    Raises
    ------
    OSError
        When the disk refuses; the file is then as it was.
    """
    target = path.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.partial")
    try:
        with partial.open("wb") as stream:
            if callable(data):
                data(stream)
            else:
                stream.write(data.encode("utf-8") if isinstance(data, str) else data)
            stream.flush()
            os.fsync(stream.fileno())
        if target.exists():
            partial.chmod(target.stat().st_mode & 0o7777)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
