"""Destroying files, and showing that what they kept can no longer be read.

gone = shredding.destroy([key, *wrapped, plain], root)
tries = shredding.tries(sealed, left, {"Ada Lovelace": identity})
unreadable = not any(each.opens for each in tries)

Overwriting reaches the blocks that this file system gives the file today. Flash storage moves
blocks, journals and snapshots keep older ones, and backups keep copies. What counts for all of
those is the key: an encrypted copy without any key is noise, wherever it lies.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from synthnb.attest import sealing
from synthnb.attest.sealing import Identity
from synthnb.errors import Problem, SynthnbError, UsageError, VerificationError

METHOD = "overwritten once with random bytes, flushed to disk, and unlinked"
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Gone:
    """One file that is no more: its name, what it held, and how large it was."""

    name: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Destroyed:
    """What was destroyed, and how."""

    method: str
    files: tuple[Gone, ...]


@dataclass(frozen=True)
class Try:
    """One attempt to read an encrypted table, and what came of it."""

    key: str
    opens: bool
    because: str


def destroy(paths: Iterable[Path], root: Path) -> Destroyed:
    """Overwrite and remove files; every one is looked at before the first is touched.

    Parameters
    ----------
    paths : iterable of Path
        Plain files below `root`.
    root : Path
        Names in the result begin here.

    Raises
    ------
    UsageError
        When one is absent, a link, no file, or lies elsewhere; then none was touched.
    SynthnbError
        When the disk refuses; what is gone by then is named.
    """
    listed = sorted(set(paths))
    problems = [Problem(path.name, wrong) for path in listed if (wrong := _fault(path, root))]
    if problems:
        raise UsageError("These files cannot be destroyed; none was touched.", problems)
    gone: list[Gone] = []
    for path in listed:
        try:
            gone.append(_shred(path, path.relative_to(root).as_posix()))
        except OSError as exc:
            raise SynthnbError(
                f"{path} cannot be destroyed: {exc.strerror}.",
                [Problem(each.name, "is destroyed already") for each in gone],
                advice="mend the cause, and destroy what is left",
            ) from exc
    return Destroyed(METHOD, tuple(gone))


def tries(
    sealed: bytes, wrapped: Mapping[str, bytes], identities: Mapping[str, Identity]
) -> tuple[Try, ...]:
    """Try every key that is left on an encrypted table.

    A wrapped key for which no identity is at hand counts as one that opens: nobody has shown that
    it does not. So the table is shown to be unreadable only when no wrapped key is left.

    Parameters
    ----------
    sealed : bytes
        The encrypted table.
    wrapped : mapping of str to bytes
        Wrapped keys that are still there, by file name.
    identities : mapping of str to Identity
        By whose they are.
    """
    return tuple(_tried(sealed, wrapped, identities))


def _tried(
    sealed: bytes, wrapped: Mapping[str, bytes], identities: Mapping[str, Identity]
) -> Iterator[Try]:
    for name, identity in identities.items():
        yield _try(sealed, identity, f"the identity of {name}")
    for file, data in wrapped.items():
        for name, identity in identities.items():
            try:
                key = sealing.unwrap(data, identity)
            except VerificationError:
                continue
            yield _try(sealed, key, f"{file}, opened by {name}")
            break
        else:
            yield Try(file, True, "is still there, and nobody here can show that it opens nothing")


def _try(sealed: bytes, key: Identity, name: str) -> Try:
    try:
        sealing.unseal(sealed, key)
    except VerificationError as exc:
        return Try(name, False, exc.message)
    return Try(name, True, "opens the table")


def _fault(path: Path, root: Path) -> str:
    if not path.is_relative_to(root) or ".." in path.parts:
        return "lies outside the folder"
    try:
        mode = path.lstat().st_mode
    except OSError:
        return "is not there"
    return "" if stat.S_ISREG(mode) else "is a link or no file"


def _shred(path: Path, name: str) -> Gone:
    """Overwrite a file in place; `r+b` keeps the blocks that it lies in."""
    number = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
    with os.fdopen(number, "r+b", buffering=0) as file:
        held = hashlib.file_digest(file, "sha256").hexdigest()
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        for start in range(0, size, _CHUNK):
            _write(file.fileno(), secrets.token_bytes(min(_CHUNK, size - start)))
        os.fsync(file.fileno())
    path.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return Gone(name, held, size)


def _write(number: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(number, left) :]
