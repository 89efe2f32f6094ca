"""Writing a release so that it is there completely or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from synthnb.attest import bundle as reader
from synthnb.attest import layout
from synthnb.attest.layout import BUNDLE, CONTENT
from synthnb.errors import ReleaseError, SynthnbError

_PARTIAL = ".partial-"


def publish(target: Path, content: Mapping[str, bytes] | Path, bundle: Mapping[str, bytes]) -> None:
    """Write a release at a place where nothing is yet.

    Everything is written and flushed to disk in a folder ``.partial-…`` beside the target, which is
    then renamed. If anything goes wrong that folder goes away; what a killed process left goes away
    with the next call for a target beside it.

    Parameters
    ----------
    target : Path
        The folder of the release, e.g. ``reports/lending/1.0.0``.
    content, bundle : mapping of str to bytes
        The files below ``content/`` and ``bundle/`` by name. `content` may be a folder that holds
        them.

    Raises
    ------
    ReleaseError
        When the target exists or a name may not be in a release.
    SynthnbError
        When the disk refuses, e.g. because it is full.
    """
    held = reader.read_folder(content) if isinstance(content, Path) else content
    files = {
        **{f"{CONTENT}/{name}": data for name, data in held.items()},
        **{f"{BUNDLE}/{name}": data for name, data in bundle.items()},
    }
    problems = layout.problems(files)
    if problems:
        raise ReleaseError("These files cannot be released.", problems)
    _refuse_existing(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _sweep(target.parent)
        with _partial(target) as partial:
            _fill(partial, files)
            _refuse_existing(target)
            partial.rename(target)
        _flush_folder(target.parent)
    except OSError as exc:
        raise SynthnbError(
            f"{target} could not be written: {exc.strerror}.",
            advice="nothing was left behind; mend the cause and release again",
        ) from exc


def _refuse_existing(target: Path) -> None:
    if os.path.lexists(target):
        raise ReleaseError(
            f"{target} exists already; a release is written once.",
            advice="release a new version",
        )


@contextlib.contextmanager
def _partial(target: Path) -> Iterator[Path]:
    """Make a locked folder beside the target; whatever happens, leave none behind."""
    partial = target.with_name(f"{_PARTIAL}{target.name}-{secrets.token_hex(8)}")
    partial.mkdir()
    try:
        with _locked(partial):
            yield partial
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _sweep(folder: Path) -> None:
    """Remove what killed processes left; a living one holds a lock on its part."""
    for left in folder.glob(f"{_PARTIAL}*"):
        with contextlib.suppress(OSError), _locked(left):
            shutil.rmtree(left)


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold a lock that ends with the process; OSError when somebody else holds it."""
    import fcntl

    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(number)


def _fill(root: Path, files: Mapping[str, bytes]) -> None:
    folders = {root, root / CONTENT, root / BUNDLE}
    for name, data in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        folders.update(each for each in path.parents if each.is_relative_to(root))
        with path.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    for folder in (root / CONTENT, root / BUNDLE):
        folder.mkdir(exist_ok=True)
    for folder in folders:
        _flush_folder(folder)


def _flush_folder(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
