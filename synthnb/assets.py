"""Where the notebooks and templates that ship with synthnb lie, installed or in a checkout."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent


def _root() -> Path:
    installed = _PACKAGE / "_assets"
    return installed if installed.is_dir() else _PACKAGE.parent


def notebooks() -> Path:
    """Return the folder of the stock notebooks."""
    return _root() / "notebooks"


def templates() -> Path:
    """Return the folder of the stock templates."""
    return _root() / "templates"
