"""CPU seconds of short commands: `synthnb` beside `papermill`, which it builds on.

Median of seven runs each, interleaved, user plus system time of the child process.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys

COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "synthnb --help": [sys.executable, "-m", "synthnb", "--help"],
    "synthnb metrics": [sys.executable, "-m", "synthnb", "metrics"],
    "synthnb verify (committed example)": [
        *(sys.executable, "-m", "synthnb", "verify", "reports/loanapp/1.0.0"),
        *("--trust", "reports/people.yaml"),
    ],
    "papermill --help": [sys.executable, "-m", "papermill", "--help"],
}
PEER = "papermill --help"
ROUNDS = 7


def cpu(command: list[str]) -> float:
    """Return the CPU seconds that a command took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Measure and print."""
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(ROUNDS):
        for name, command in COMMANDS.items():
            times[name].append(cpu(command))
    peer = statistics.median(times[PEER])
    print(f"{'command':38s} {'CPU s':>7s} {'of ' + PEER:>20s}")
    for name, seconds in times.items():
        median = statistics.median(seconds)
        print(f"{name:38s} {median:7.2f} {median / peer:20.2f}")
