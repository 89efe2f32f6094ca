"""Kill -9 at any moment, and a disk that is full: what was acknowledged stays, nothing is half."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from ledger_writers import Writers, assert_nothing_is_lost, kill_one_after_another

from synthnb.ledger import Ledger

WRITERS = 8


def rounds(folder: Path, count: int) -> tuple[int, int]:
    """Kill eight writers in each round; return what was acknowledged, and cut short."""
    chance, told, cut = random.Random(count), 0, 0  # noqa: S311 -- no secret
    with Writers() as writers:
        for number in range(count):
            # Every ledger sees ten rounds, the first of which may end before its table is made.
            home = folder / f"ledger-{number // 10}"
            notes = home / "notes"
            notes.mkdir(parents=True, exist_ok=True)
            ledger = Ledger(home / "ledger.sqlite")
            tree = ledger.tree()
            pids = writers.start(ledger.path, notes, WRITERS)
            time.sleep(chance.uniform(0, 0.06))
            kill_one_after_another(pids, chance)
            writers.wait()
            cut += (home / "ledger.sqlite-journal").exists()
            assert_nothing_is_lost(ledger, notes)
            assert ledger.tree().head(tree.size) == tree.root
        for home in folder.iterdir():
            told += assert_nothing_is_lost(Ledger(home / "ledger.sqlite"), home / "notes")
    return told, cut


def test_two_hundred_rounds_of_kill_9_lose_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    told, cut = rounds(tmp_path, 200)
    # Else nothing was tested: too few entries, or nobody killed in the middle of a transaction.
    assert told > 200
    assert cut > 20


FILL = """
import json, resource, signal, subprocess, sys
from datetime import UTC, datetime
from pathlib import Path
from synthnb.errors import SynthnbError
from synthnb.ledger import Ledger

disk, folder = sys.argv[1], Path(sys.argv[2])
ballast = folder / "ballast"
if disk == "tmpfs":
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=192k", "none", folder], check=True)

def fill():
    if disk == "tmpfs":
        ballast.write_bytes(b"0" * (int(sys.argv[3]) * 1024))
    else:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        limit = (192 - int(sys.argv[3])) * 1024
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))

def make_room():
    if disk == "tmpfs":
        ballast.unlink()
    else:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)

def append():
    body = {"text": "x" * 3000}
    return ledger.append("run", None, body, datetime(2026, 1, 1, tzinfo=UTC)).sha256

ledger, told, errors = Ledger(folder / "ledger.sqlite"), [], []
fill()
while len(errors) < 3:
    try:
        told.append(append())
    except SynthnbError as exc:
        errors.append(str(exc))
problems = [str(each) for each in ledger.verify()]
there = [entry.sha256 for entry in ledger.entries()]
make_room()
after = append()
json.dump(
    {
        "told": told, "errors": errors, "there": there, "after": after,
        "problems": problems + [str(each) for each in ledger.verify()],
        "last": ledger.entries()[-1].sha256, "count": len(ledger.entries()),
        "files": sorted(path.name for path in folder.iterdir()),
    },
    sys.stdout,
)
"""
IN_A_NAMESPACE = ("unshare", "--map-root-user", "--mount")


def may_mount() -> bool:
    """Return whether this machine lets us have a small disk of our own."""
    if shutil.which("unshare") is None:
        return False
    asked = (*IN_A_NAMESPACE, "mount", "-t", "tmpfs", "none", "/mnt")
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0


# A limit on the size of files stops writes anywhere; a small disk only where one can be had.
DISKS = ("limit", "tmpfs") if may_mount() else ("limit",)


@pytest.mark.parametrize("disk", DISKS)
@pytest.mark.parametrize("taken", [64, 188, 192], ids=["later", "before the table is made", "full"])
def test_a_full_disk_loses_nothing_and_the_next_entry_is_written_when_there_is_room(
    tmp_path: Path, disk: str, taken: int
) -> None:
    folder = tmp_path / "disk"
    folder.mkdir()
    inside = IN_A_NAMESPACE if disk == "tmpfs" else ()
    done = subprocess.run(
        [*inside, sys.executable, "-c", FILL, disk, str(folder), str(taken)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (len(found["told"]) > 5) == (taken == 64)
    assert found["there"] == found["told"]
    assert found["problems"] == []
    assert (found["last"], found["count"]) == (found["after"], len(found["told"]) + 1)
    assert found["files"] == ["ledger.sqlite"]
    for error in found["errors"]:
        assert "cannot be used as a ledger: " in error
        assert "nothing was written; see that it is a ledger, that the disk has room" in error
