"""Writers that append until they are killed: real processes, each forked from one that is ready.

with Writers() as writers:
    pids = writers.start(place, folder, 8)      # each notes in a file what was acknowledged
    os.kill(pids[0], signal.SIGKILL)
    writers.wait()                              # until all of them are gone
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from synthnb.ledger import Ledger

WHEN = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Writers:
    """The process that forks writers."""

    def __enter__(self) -> Writers:
        self._process = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.communicate(timeout=60)

    def start(self, place: Path | str, folder: Path, count: int) -> list[int]:
        """Let writers begin, and return their process ids."""
        is_file = isinstance(place, Path)
        asked = {"place": str(place), "file": is_file, "folder": str(folder), "count": count}
        assert self._process.stdin is not None
        self._process.stdin.write(f"{json.dumps(asked)}\n")
        self._process.stdin.flush()
        return [int(pid) for pid in self._said().split()]

    def wait(self) -> None:
        """Return when all writers are gone, and see that none went by itself."""
        assert self._said() == " ".join(["killed"] * self._count)

    def _said(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline().strip()
        assert line, "the process that forks writers broke"
        self._count = len(line.split())
        return line


def kill_one_after_another(pids: list[int], chance: random.Random) -> None:
    """Kill each writer at a moment of its own."""
    for pid in pids:
        time.sleep(chance.uniform(0, 0.01))
        os.kill(pid, signal.SIGKILL)


def acknowledged(folder: Path) -> dict[str, list[tuple[int, int, str]]]:
    """Return what each writer noted: its own count, and number and sha256 of the entry."""
    found = {}
    for path in sorted(folder.iterdir()):
        lines = [line.split() for line in path.read_text().splitlines()]
        found[path.name] = [(int(count), int(seq), sha) for count, seq, sha in lines]
    return found


def assert_nothing_is_lost(ledger: Ledger, folder: Path) -> int:
    """See that what was acknowledged is there, once, and the tree verifies; return how many."""
    assert ledger.verify() == []
    entries = ledger.entries()
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
    noted = acknowledged(folder)
    for name, lines in noted.items():
        assert [count for count, _, _ in lines] == list(range(len(lines)))
        for count, seq, sha in lines:
            assert entries[seq - 1].sha256 == sha
            assert entries[seq - 1].body == {"writer": name, "count": count}
        own = [entry.body["count"] for entry in entries if entry.body["writer"] == name]
        # One more may be there: written, and killed before it could say so.
        assert own in (list(range(len(lines))), list(range(len(lines) + 1)))
    return sum(len(lines) for lines in noted.values())


def _write(place: Path | str, path: Path) -> None:
    ledger = Ledger(place)
    notes = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    count = 0
    while True:
        entry = ledger.append("run", None, {"writer": path.name, "count": count}, WHEN)
        os.write(notes, f"{count} {entry.seq} {entry.sha256}\n".encode())
        count += 1


def main() -> None:
    """Fork as many writers as each line asks for, and say how they went."""
    for line in sys.stdin:
        asked = json.loads(line)
        place = Path(asked["place"]) if asked["file"] else asked["place"]
        Ledger(place).head()  # loads the libraries
        pids = []
        for _ in range(asked["count"]):
            pid = os.fork()
            if pid == 0:
                try:
                    _write(place, Path(asked["folder"]) / f"writer-{os.getpid()}")
                finally:
                    os._exit(1)
            pids.append(pid)
        sys.stdout.write(" ".join(map(str, pids)) + "\n")
        sys.stdout.flush()
        ends = [os.waitpid(pid, 0)[1] for pid in pids]
        killed = ["killed" if os.WTERMSIG(end) == signal.SIGKILL else "broke" for end in ends]
        sys.stdout.write(" ".join(killed) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
