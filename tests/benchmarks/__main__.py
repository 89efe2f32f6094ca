"""Run every benchmark and print its table: `make bench`."""

from __future__ import annotations

from tests.benchmarks import dp, privacy, startup

if __name__ == "__main__":
    startup.main()
    print()
    privacy.main()
    dp.main()
