"""Reading a release from a folder or a zip, trusting neither."""

from __future__ import annotations

import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from synthnb.attest import layout
from synthnb.attest.layout import BUNDLE, CONTENT, MAX_FILE, MAX_FILES, MAX_TOTAL, shown
from synthnb.errors import Problem, UsageError, VerificationError

MAX_RATIO = 200  # text compresses 3 to 30 times, a bomb 1,000 times
_SMALL = 1_000_000  # a file below this cannot be a bomb
_MAX_DIRECTORY = 4_000_000  # of a zip: bounds what its reader builds before we see a name
_TAIL = 65_558 + 20  # the longest end of a zip, and the ZIP64 locator before it
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    ValueError,
    NotImplementedError,
)
_SPECIAL = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


@dataclass(frozen=True)
class Release:
    """A release in memory.

    Attributes
    ----------
    content, bundle : mapping of str to bytes
        The files below each folder, by name, e.g. ``notebooks/03_privacy.ipynb``.
    """

    content: Mapping[str, bytes]
    bundle: Mapping[str, bytes]


def read(path: Path) -> Release:
    """Read a release.

    Parameters
    ----------
    path : Path
        A folder that holds ``content/`` and ``bundle/``, or a zip of these two folders or of one
        folder that holds them.

    Raises
    ------
    UsageError
        When there is nothing at `path`.
    VerificationError
        With every file that may not be in a release: links, special files, names that lead
        elsewhere or collide, too many or too large files, a zip that is broken or a bomb.
    """
    try:
        is_folder, is_file = path.is_dir(), path.is_file()
    except OSError as exc:
        raise VerificationError(f"{path} cannot be read: {exc.strerror}.") from exc
    if is_folder:
        return _split(read_folder(path, {CONTENT, BUNDLE}), path)
    if is_file:
        return _split(_below_top(_read_zip(path)), path)
    raise UsageError(
        f"There is no release at {path}.", advice="give the folder of a release, or a zip of it"
    )


def read_folder(root: Path, only: set[str] | None = None) -> dict[str, bytes]:
    """Return every file below a folder by its name, with `only` these entries at its top.

    Raises
    ------
    VerificationError
        As in `read`.
    """
    try:
        sizes, problems = _survey(root, only)
        if not problems:
            problems = [*layout.problems(sizes), *_too_large(sizes)]
        _refuse(root, problems)
        return {name: _read_file(root / name, name) for name in sorted(sizes)}
    except OSError as exc:
        raise VerificationError(f"{root} cannot be read: {exc.strerror}.") from exc


def _survey(root: Path, only: set[str] | None) -> tuple[dict[str, int], list[Problem]]:
    """Return the size of each file below a folder, and what may not be there."""
    sizes: dict[str, int] = {}
    problems: list[Problem] = []
    folders, seen = [""], 0
    while folders:
        below = folders.pop()
        for entry in _entries(root / below):
            name = f"{below}{entry.name}"
            seen += 1
            if seen > 2 * MAX_FILES:
                return sizes, [Problem("", f"has more than {MAX_FILES:,} files")]
            wrong = _not_plain(entry, is_top=not below, only=only) or layout.fault(name)
            if wrong:
                problems.append(Problem(shown(name), wrong))
            elif entry.is_dir(follow_symlinks=False):
                folders.append(f"{name}/")
            else:
                sizes[name] = entry.stat(follow_symlinks=False).st_size
    return sizes, problems


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        yield from entries


def _not_plain(entry: os.DirEntry[str], *, is_top: bool, only: set[str] | None) -> str | None:
    if entry.is_symlink():
        return "is a link"
    is_folder = entry.is_dir(follow_symlinks=False)
    if not is_folder and not entry.is_file(follow_symlinks=False):
        return "is neither a file nor a folder"
    if is_top and only is not None and not (is_folder and entry.name in only):
        return f"does not belong beside {CONTENT}/ and {BUNDLE}/"
    return None


def _read_file(path: Path, name: str) -> bytes:
    """Read a file that the survey found plain, and see that it still is."""
    number = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | _SPECIAL)
    with os.fdopen(number, "rb") as file:
        status = os.fstat(number)
        data = file.read(status.st_size + 1) if status.st_size <= MAX_FILE else b""
    if not stat.S_ISREG(status.st_mode) or len(data) != status.st_size:
        raise VerificationError(f"{shown(name)} changed while it was read.")
    return data


def _read_zip(path: Path) -> dict[str, bytes]:
    try:
        with path.open("rb") as file:
            _check_end(file)
            with zipfile.ZipFile(file) as archive:
                members = archive.infolist()
                _refuse(path, _zip_problems(members))
                return {
                    each.filename: _inflate(archive, each) for each in members if not each.is_dir()
                }
    except _BROKEN as exc:
        raise VerificationError(
            f"{path} is not a zip, or a damaged one.", advice="get it again from its source"
        ) from exc
    except OSError as exc:
        raise VerificationError(f"{path} cannot be read: {exc.strerror}.") from exc


def _check_end(file: BinaryIO) -> None:
    """Refuse a zip whose directory would be large to build; look where `zipfile` looks."""
    size = file.seek(0, os.SEEK_END)
    if size > MAX_TOTAL:
        raise VerificationError(f"The zip is larger than {_spelt(MAX_TOTAL)}.")
    file.seek(max(0, size - _TAIL))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        raise zipfile.BadZipFile("no end of the directory")
    if tail[max(0, at - 20) : at].startswith(b"PK\x06\x07"):
        raise VerificationError("The zip is in ZIP64 format, which no release needs.")
    if int.from_bytes(tail[at + 12 : at + 16], "little") > _MAX_DIRECTORY:
        raise VerificationError(
            f"The zip's directory is larger than {_spelt(_MAX_DIRECTORY)}; no release needs that."
        )
    file.seek(0)


def _zip_problems(members: list[zipfile.ZipInfo]) -> list[Problem]:
    files = [each for each in members if not each.is_dir()]
    problems = [
        Problem(shown(each.orig_filename), wrong) for each in members if (wrong := _member(each))
    ]
    names = [each.filename for each in files if layout.fault(each.filename) is None]
    problems += layout.problems(names)
    return problems + _too_large({each.filename: each.file_size for each in files})


def _member(member: zipfile.ZipInfo) -> str | None:
    """Return what is wrong with one member of a zip, or nothing."""
    kind = stat.S_IFMT(member.external_attr >> 16)
    expected = stat.S_IFDIR if member.is_dir() else stat.S_IFREG
    name = member.filename.removesuffix("/")
    wrong = None
    if member.orig_filename != member.filename:
        wrong = "has a name with characters that no release uses"
    elif fault := layout.fault(name):
        wrong = fault
    elif kind == stat.S_IFLNK:
        wrong = "is a link"
    elif kind not in {0, expected}:
        wrong = "is neither a file nor a folder"
    elif member.flag_bits & 0x2041:
        wrong = "is encrypted"
    elif member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        wrong = "is compressed in a way that not every program can read"
    elif member.is_dir() and member.file_size:
        wrong = "is a folder with bytes of its own"
    elif member.file_size > max(_SMALL, MAX_RATIO * member.compress_size):
        wrong = f"unpacks to more than {MAX_RATIO} times its size"
    return wrong


def _inflate(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """Unpack one member; what it declares must be what it holds."""
    declared = member.file_size
    member.file_size = declared + 1  # asks for one byte too many, to see that there is none
    with archive.open(member) as file:
        data = file.read(declared + 1)
    if len(data) != declared:
        raise VerificationError(
            f"{shown(member.filename)} is not of the size that the zip declares."
        )
    return data


def _below_top(files: dict[str, bytes]) -> dict[str, bytes]:
    """Return the files of a zip without the one folder that they may all lie in."""
    tops = {name.partition("/")[0] for name in files}
    if len(tops) == 1 and not tops & {CONTENT, BUNDLE}:
        return {name.partition("/")[2]: data for name, data in files.items()}
    return files


def _split(files: dict[str, bytes], path: Path) -> Release:
    parts: dict[str, dict[str, bytes]] = {CONTENT: {}, BUNDLE: {}}
    problems = []
    for name, data in files.items():
        top, _, rest = name.partition("/")
        if top in parts and rest:
            parts[top][rest] = data
        else:
            problems.append(
                Problem(shown(name), f"does not belong beside {CONTENT}/ and {BUNDLE}/")
            )
    _refuse(path, problems)
    if not parts[CONTENT]:
        raise VerificationError(
            f"{path} is not a release: it has no {CONTENT}/ with files in it.",
            advice="give the folder of one version, e.g. reports/lending/1.0.0",
        )
    return Release(parts[CONTENT], parts[BUNDLE])


def _too_large(sizes: Mapping[str, int]) -> list[Problem]:
    problems = [
        Problem(shown(name), f"is larger than {_spelt(MAX_FILE)}")
        for name, size in sizes.items()
        if size > MAX_FILE
    ]
    if sum(sizes.values()) > MAX_TOTAL:
        problems.append(Problem("", f"is larger than {_spelt(MAX_TOTAL)} in all"))
    return problems


def _spelt(size: int) -> str:
    return f"{size // 1_000_000:,} MB"


def _refuse(path: Path, problems: list[Problem]) -> None:
    if problems:
        shown_first = problems[:20]
        more = len(problems) - len(shown_first)
        if more:
            shown_first.append(Problem("", f"and {more:,} more"))
        raise VerificationError(f"{path} is not a release.", shown_first)
