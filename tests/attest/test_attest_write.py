"""A release is there completely or not at all, whatever happens while it is written."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import a_release as a
import pytest

from synthnb import attest
from synthnb.attest import write
from synthnb.errors import ReleaseError, SynthnbError, VerificationError

SIGNED = a.release(a.ADA)

WRITER = """
import resource, signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored below a shell's "&"
from pathlib import Path
from synthnb import attest
import a_release as a

def killed(mapping):
    "Write the first files, say so, and wait for the end."
    for number, item in enumerate(mapping.items()):
        if number == 2:
            print("writing", flush=True)
            time.sleep(60)
        yield item

target, how = Path(sys.argv[1]), sys.argv[2]
release = a.release(a.ADA)
if how == "full":
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_500, 1_500))
else:
    from synthnb.attest import write
    fill = write._fill
    class Slow(dict):
        def items(self):
            return killed(dict(self))
    write._fill = lambda root, files: fill(root, Slow(files))
try:
    attest.publish(target, release.content, release.bundle)
except BaseException as exc:
    print(type(exc).__name__, exc)
    raise SystemExit(3)
"""


def start(target: Path, how: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(target), how],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": ":".join(sys.path)},
    )


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def test_what_is_published_is_what_is_read(tmp_path: Path) -> None:
    target = tmp_path / "reports" / "lending" / "1.0.0"
    attest.publish(target, SIGNED.content, SIGNED.bundle)
    assert attest.read(target) == SIGNED
    assert names(target.parent) == ["1.0.0"]
    modes = {stat.S_IMODE(each.stat().st_mode) for each in target.rglob("*") if each.is_file()}
    mask = os.umask(0)
    os.umask(mask)
    assert modes == {0o666 & ~mask}


def test_a_prepared_folder_may_be_published(tmp_path: Path) -> None:
    prepared = a.write_folder(tmp_path / "prepared", a.CONTENT)
    attest.publish(tmp_path / "1.0.0", prepared, SIGNED.bundle)
    assert attest.read(tmp_path / "1.0.0") == SIGNED
    (prepared / "link").symlink_to("/etc/passwd")
    with pytest.raises(VerificationError, match="link: is a link"):
        attest.publish(tmp_path / "1.0.1", prepared, SIGNED.bundle)
    assert names(tmp_path) == ["1.0.0", "prepared"]


def test_a_release_without_attestation_still_has_a_bundle_folder(tmp_path: Path) -> None:
    attest.publish(tmp_path / "r", a.CONTENT, {})
    assert names(tmp_path / "r") == ["bundle", "content"]


@pytest.mark.parametrize("kind", ["release", "empty folder", "file", "dangling link"])
def test_nothing_is_ever_overwritten(tmp_path: Path, kind: str) -> None:
    target = tmp_path / "1.0.0"
    if kind == "release":
        attest.publish(target, SIGNED.content, SIGNED.bundle)
    elif kind == "empty folder":
        target.mkdir()
    elif kind == "file":
        target.write_text("mine")
    else:
        target.symlink_to(tmp_path / "nowhere")
    with pytest.raises(ReleaseError, match="exists already; a release is written once"):
        attest.publish(target, {"other": b""}, {})
    assert names(tmp_path) == ["1.0.0"]
    if kind == "release":
        assert attest.read(target) == SIGNED


def test_every_name_that_cannot_be_released_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError) as caught:
        attest.publish(tmp_path / "r", {"../x": b"", "a b": b""}, {"A": b"", "a": b""})
    places = [problem.where for problem in caught.value.problems]
    assert places == ["content/../x", "content/a b", "bundle/a"]
    assert names(tmp_path) == []


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path) -> None:
    with start(tmp_path / "1.0.0", "full") as process:
        output = process.communicate(timeout=30)[0]
    assert process.returncode == 3
    assert output.startswith("SynthnbError")
    assert "could not be written: File too large" in output
    assert names(tmp_path) == []


def test_an_interrupt_leaves_nothing_behind(tmp_path: Path) -> None:
    with start(tmp_path / "1.0.0", "slow") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "writing\n"
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=30)[0].startswith("KeyboardInterrupt")
    assert names(tmp_path) == []


def test_what_a_killed_process_leaves_is_no_release_and_goes_away_next_time(
    tmp_path: Path,
) -> None:
    with start(tmp_path / "1.0.0", "slow") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "writing\n"
        process.kill()
    assert process.returncode == -signal.SIGKILL
    (left,) = names(tmp_path)
    assert left.startswith(".partial-1.0.0-")
    attest.publish(tmp_path / "1.0.1", SIGNED.content, SIGNED.bundle)
    assert names(tmp_path) == ["1.0.1"]


def test_the_work_of_a_living_process_is_left_alone(tmp_path: Path) -> None:
    with start(tmp_path / "1.0.0", "slow") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "writing\n"
        before = names(tmp_path)
        attest.publish(tmp_path / "1.0.1", SIGNED.content, SIGNED.bundle)
        assert names(tmp_path) == [*before, "1.0.1"]
        process.kill()


def test_a_folder_that_cannot_be_made_is_an_error_with_advice(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(SynthnbError, match="could not be written"):
        attest.publish(tmp_path / "file" / "1.0.0", SIGNED.content, SIGNED.bundle)


def test_a_link_that_looks_like_a_leftover_is_not_followed(tmp_path: Path) -> None:
    precious = a.write_folder(tmp_path / "precious", {"x": b"1"})
    (tmp_path / ".partial-1.0.0-0").symlink_to(precious)
    write._sweep(tmp_path)
    assert (precious / "x").read_bytes() == b"1"
