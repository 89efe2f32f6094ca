"""What a release looks like: two folders, plain names, bounded sizes."""

from __future__ import annotations

import re
from collections.abc import Iterable

from synthnb.errors import Problem

CONTENT = "content"
BUNDLE = "bundle"
ATTESTATION = "attestation.dsse.json"
ENVELOPE_SUFFIX = ".dsse.json"
PROOF = "release.tlog-proof"
TIMESTAMP = "attestation.tsr"

MAX_FILES = 2_000
MAX_FILE = 200_000_000
MAX_TOTAL = 1_000_000_000
MAX_DEPTH = 8
MAX_NAME = 200

_PART = re.compile(r"[A-Za-z0-9._+@=-]{1,100}")


def shown(name: str) -> str:
    """Return a name as it may be printed: attackers choose names, terminals obey them."""
    return name if name.isascii() and name.isprintable() else ascii(name[:MAX_NAME])


def fault(name: str) -> str | None:
    """Return what is wrong with the name of a file in a release, or nothing.

    A name is accepted when it means the same file on every system: relative, parts joined by
    ``/``, ASCII letters, digits and ``. _ + @ = -`` only.

    >>> fault("notebooks/03_privacy.ipynb")
    >>> fault("../escape")
    'leads out of the release'
    """
    if name.startswith("/") or re.match(r"[A-Za-z]:", name):
        return "is an absolute path"
    if "\\" in name:
        return "has a backslash in its name"
    parts = name.split("/")
    if ".." in parts:
        return "leads out of the release"
    if len(name) > MAX_NAME or len(parts) > MAX_DEPTH:
        return f"has a path longer than {MAX_NAME} characters or deeper than {MAX_DEPTH} folders"
    if not all(_PART.fullmatch(part) and part != "." and part[-1] != "." for part in parts):
        return "has a name with characters that no release uses"
    return None


def problems(names: Iterable[str]) -> list[Problem]:
    """Return what is wrong with a set of names: each by itself, and two that would collide.

    Names collide when a file system that ignores case takes them for one, or when one is both a
    file and a folder.
    """
    found: list[Problem] = []
    files: dict[str, str] = {}
    folders: dict[str, str] = {}
    for name in names:
        wrong = fault(name)
        if wrong:
            found.append(Problem(shown(name), wrong))
            continue
        clash = _clash(name, files, folders)
        if clash == name:
            found.append(Problem(shown(name), "is there twice"))
        elif clash:
            found.append(Problem(shown(name), f"collides with {shown(clash)}"))
    if len(files) > MAX_FILES:
        found.append(Problem("", f"has more than {MAX_FILES:,} files"))
    return found


def _clash(name: str, files: dict[str, str], folders: dict[str, str]) -> str | None:
    """Enter a name and its folders; return the earlier one that it collides with."""
    folded = name.lower()
    clash = files.get(folded) or folders.get(folded)
    parts = name.split("/")
    for depth in range(1, len(parts)):
        folder = "/".join(parts[:depth])
        other = folders.setdefault(folder.lower(), folder)
        if other != folder:
            clash = clash or other
        clash = clash or files.get(folder.lower())
    files.setdefault(folded, name)
    return clash
