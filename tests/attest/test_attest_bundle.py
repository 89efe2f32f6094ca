"""Folders and zips are read, and none of them is trusted."""

from __future__ import annotations

import os
import stat
import struct
import warnings
import zipfile
import zlib
from pathlib import Path

import a_release as a
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synthnb import attest
from synthnb.attest import bundle, layout
from synthnb.errors import UsageError, VerificationError

SIGNED = a.release(a.ADA)
FILES = a.files(SIGNED)


def refused(path: Path, *reasons: str) -> str:
    with pytest.raises(VerificationError) as caught:
        attest.read(path)
    for reason in reasons:
        assert reason in str(caught.value)
    return str(caught.value)


def member(name: str, **attributes: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    for attribute, value in attributes.items():
        setattr(info, attribute, value)
    return info


def zip_with(path: Path, *members: tuple[zipfile.ZipInfo | str, bytes]) -> Path:
    """Write the release and these members besides."""
    a.write_zip(path, FILES)
    with (
        warnings.catch_warnings(),
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive,
    ):
        warnings.simplefilter("ignore")  # zipfile warns of duplicate names, which we want
        for info, data in members:
            archive.writestr(info, data)
    return path


def test_a_folder_and_a_zip_of_it_are_the_same_release(tmp_path: Path) -> None:
    folder = a.write_folder(tmp_path / "1.0.0", FILES)
    flat = a.write_zip(tmp_path / "flat.zip", FILES)
    below = a.write_zip(tmp_path / "below.zip", {f"1.0.0/{n}": d for n, d in FILES.items()})
    assert attest.read(folder) == attest.read(flat) == attest.read(below) == SIGNED


def test_a_zip_may_list_its_folders(tmp_path: Path) -> None:
    path = zip_with(tmp_path / "r.zip", ("content/", b""), ("content/notebooks/", b""))
    assert attest.read(path) == SIGNED


def test_nothing_there_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="There is no release"):
        attest.read(tmp_path / "nowhere")


def test_a_folder_that_is_no_release_is_told_so_before_it_is_walked(tmp_path: Path) -> None:
    a.write_folder(tmp_path, {**FILES, "README": b"", "src/x.py": b""})
    text = refused(tmp_path, "README: does not belong beside", "src: does not belong beside")
    assert "x.py" not in text


@pytest.mark.parametrize("files", [{}, {"bundle/x": b""}])
def test_a_release_without_content_is_none(tmp_path: Path, files: dict[str, bytes]) -> None:
    refused(a.write_folder(tmp_path / "r", files | {}) if files else tmp_path, "it has no content/")
    refused(a.write_zip(tmp_path / "r.zip", files), "it has no content/")


def test_links_and_special_files_in_a_folder_are_each_named(tmp_path: Path) -> None:
    a.write_folder(tmp_path, FILES)
    (tmp_path / "content" / "passwd").symlink_to("/etc/passwd")
    (tmp_path / "content" / "up").symlink_to("..", target_is_directory=True)
    os.mkfifo(tmp_path / "content" / "pipe")
    refused(
        tmp_path,
        "content/passwd: is a link",
        "content/up: is a link",
        "content/pipe: is neither a file nor a folder",
    )


def test_a_linked_content_folder_is_refused(tmp_path: Path) -> None:
    a.write_folder(tmp_path / "real", FILES)
    (tmp_path / "r").mkdir()
    (tmp_path / "r" / "content").symlink_to(tmp_path / "real" / "content")
    refused(tmp_path / "r", "content: is a link")


def test_a_folder_with_too_many_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "content").mkdir()
    for number in range(layout.MAX_FILES + 1):
        (tmp_path / "content" / str(number)).touch()
    refused(tmp_path, "has more than 2,000 files")


def test_a_file_that_is_too_large_is_refused_unread(tmp_path: Path) -> None:
    a.write_folder(tmp_path, FILES)
    with (tmp_path / "content" / "huge").open("wb") as file:
        file.truncate(layout.MAX_FILE + 1)
    refused(tmp_path, "content/huge: is larger than 200 MB")


def test_files_that_are_too_large_together_are_refused_unread(tmp_path: Path) -> None:
    (tmp_path / "content").mkdir()
    for number in range(6):
        with (tmp_path / "content" / str(number)).open("wb") as file:
            file.truncate(190_000_000)
    refused(tmp_path, "is larger than 1,000 MB in all")


BAD_NAMES = {
    "content/../../escape": "leads out of the release",
    "../escape": "leads out of the release",
    "/etc/passwd": "is an absolute path",
    "C:/windows": "is an absolute path",
    "content\\x": "has a backslash",
    "content//x": "characters that no release uses",
    "content/./x": "characters that no release uses",
    "content/x.": "characters that no release uses",
    "content/x\ny": "characters that no release uses",
    "content/x\x1b[2J": "characters that no release uses",
    "content/x:stream": "characters that no release uses",
    "content/\u202egnp.exe": "characters that no release uses",
    "content/" + "x" * 101: "characters that no release uses",
    "a/" * 8 + "x": "deeper than 8 folders",
}


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_name_that_means_another_place_is_refused(tmp_path: Path, name: str) -> None:
    text = refused(zip_with(tmp_path / "r.zip", (name, b"x")), BAD_NAMES[name])
    assert all(line.isprintable() for line in text.splitlines())
    assert sorted(each.name for each in tmp_path.iterdir()) == ["r.zip"]


def test_a_name_cut_by_a_null_byte_is_refused(tmp_path: Path) -> None:
    path = zip_with(tmp_path / "r.zip", ("content/x.html_.exe", b"x"))
    path.write_bytes(path.read_bytes().replace(b"content/x.html_.exe", b"content/x.html\0.exe"))
    refused(path, "characters that no release uses")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("content/charter.yaml", "is there twice"),
        ("content/Charter.yaml", "collides with content/charter.yaml"),
        ("content/NOTEBOOKS/x", "collides with content/notebooks"),
        ("content/notebooks", "is there twice"),
        ("content/charter.yaml/x", "collides with content/charter.yaml"),
    ],
)
def test_names_that_collide_are_refused(tmp_path: Path, name: str, reason: str) -> None:
    refused(zip_with(tmp_path / "r.zip", (name, b"x")), f"{name}: {reason}")


def test_a_link_in_a_zip_is_refused(tmp_path: Path) -> None:
    link = member("content/link", create_system=3, external_attr=(stat.S_IFLNK | 0o777) << 16)
    refused(zip_with(tmp_path / "r.zip", (link, b"/etc/passwd")), "content/link: is a link")


def test_a_special_file_in_a_zip_is_refused(tmp_path: Path) -> None:
    pipe = member("content/pipe", create_system=3, external_attr=(stat.S_IFIFO | 0o644) << 16)
    refused(zip_with(tmp_path / "r.zip", (pipe, b"")), "content/pipe: is neither")


def test_a_folder_with_bytes_in_a_zip_is_refused(tmp_path: Path) -> None:
    refused(
        zip_with(tmp_path / "r.zip", (member("content/odd/"), b"x")), "content/odd/: is a folder"
    )


def test_another_compression_is_refused(tmp_path: Path) -> None:
    info = member("content/x", compress_type=zipfile.ZIP_BZIP2)
    refused(zip_with(tmp_path / "r.zip", (info, b"x")), "content/x: is compressed in a way")


def test_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    path = zip_with(tmp_path / "r.zip")
    data = bytearray(path.read_bytes())
    at = data.rindex(b"PK\x01\x02")
    data[at + 8] |= 1
    path.write_bytes(data)
    refused(path, "bundle/attestation.dsse.json: is encrypted")


def test_a_zip_bomb_is_refused_unpacked(tmp_path: Path) -> None:
    refused(
        zip_with(tmp_path / "r.zip", ("content/bomb", bytes(20_000_000))),
        "content/bomb: unpacks to more than 200 times its size",
    )


def test_a_zip_with_too_many_members_is_refused(tmp_path: Path) -> None:
    members = [(f"content/{number}", b"") for number in range(layout.MAX_FILES + 1)]
    refused(zip_with(tmp_path / "r.zip", *members), "has more than 2,000 files")
    many = [(f"content/{'x' * 90}/{number:09}", b"") for number in range(30_000)]
    refused(zip_with(tmp_path / "many.zip", *many), "directory is larger than 4 MB")


def sized(path: Path, declared: int, data: bytes) -> Path:
    """Write a zip whose last member declares another size, and the checksum to match it."""
    zip_with(path, ("content/zz", data))
    raw = bytearray(path.read_bytes())
    checksum = struct.pack("<L", zlib.crc32(data[:declared]))
    central, local = raw.rindex(b"PK\x01\x02"), raw.rindex(b"PK\x03\x04")
    for at, crc, size in ((central, 16, 24), (local, 14, 22)):
        raw[at + crc : at + crc + 4] = checksum
        raw[at + size : at + size + 4] = struct.pack("<L", declared)
    path.write_bytes(raw)
    return path


@pytest.mark.parametrize("declared", [0, 3, 5, 900_000])
def test_a_member_of_another_size_than_declared_is_refused(tmp_path: Path, declared: int) -> None:
    refused(sized(tmp_path / "r.zip", declared, b"four"))
    assert attest.read(sized(tmp_path / "same.zip", 4, b"four")).content["zz"] == b"four"


def test_a_zip64_is_refused(tmp_path: Path) -> None:
    path = a.write_zip(tmp_path / "r.zip", FILES)
    data = path.read_bytes()
    end = data.rindex(b"PK\x05\x06")
    locator = b"PK\x06\x07" + struct.pack("<LQL", 0, end, 1)
    path.write_bytes(data[:end] + locator + data[end:])
    refused(path, "ZIP64")


@pytest.mark.parametrize("data", [b"", b"garbage", b"PK\x05\x06", b"PK\x05\x06" + bytes(17)])
def test_garbage_is_no_zip(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "r.zip"
    path.write_bytes(data)
    refused(path, "is not a zip, or a damaged one")


@pytest.fixture(scope="module")
def zipped(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    path = a.write_zip(tmp_path_factory.mktemp("zip") / "r.zip", FILES)
    return path, path.read_bytes()


@settings(max_examples=150, deadline=None)
@given(cut=st.floats(0, 1, exclude_max=True))
def test_a_truncated_zip_is_refused(zipped: tuple[Path, bytes], cut: float) -> None:
    path, data = zipped
    path.write_bytes(data[: int(len(data) * cut)])
    refused(path, "is not a zip, or a damaged one")


@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_a_damaged_zip_gives_the_same_files_or_an_error(
    zipped: tuple[Path, bytes], data: st.DataObject
) -> None:
    path, raw = zipped
    damaged = bytearray(raw)
    for at in data.draw(st.lists(st.integers(0, len(raw) - 1), min_size=1, max_size=4)):
        damaged[at] ^= data.draw(st.integers(1, 255))
    path.write_bytes(damaged)
    try:
        release = attest.read(path)
    except VerificationError:
        return
    if release != SIGNED:  # a name or a folder that the zip's directory spells otherwise
        assert a.failures(attest.verify(release, a.TRUSTED))


def test_a_file_that_changes_while_it_is_read_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "x").symlink_to("/etc/passwd")
    with pytest.raises(OSError, match="symbolic links"):
        bundle._read_file(tmp_path / "x", "x")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(VerificationError, match="changed while it was read"):
        bundle._read_file(tmp_path / "pipe", "pipe")
