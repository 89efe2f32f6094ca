"""One plan gives one table, in whatever process; and nothing is left in the user's folders."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from loans import loan_tables
from plans import plan

from synthnb import generate

TESTS = Path(__file__).parent
PROGRAM = """
import sys
sys.path[:0] = sys.argv[1:3]
from loans import loan_tables
from plans import plan
from synthnb import generate
settings = {"epochs": 2} if sys.argv[3] == "ctgan" else {}
made = plan(sys.argv[3], parameters=settings, rows=60, seed=11)
print(generate.synthesise(loan_tables(), made)[1].synthetic.content)
"""


def in_a_new_process(generator: str, home: Path, threads: str, hash_seed: str) -> str:
    for kind in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        assert kind not in os.environ or home
    kept = {k: v for k, v in os.environ.items() if not k.startswith("XDG_")}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(TESTS), str(TESTS.parent), generator],
        env={
            **kept,
            **{"HOME": str(home), "OMP_NUM_THREADS": threads, "PYTHONHASHSEED": hash_seed},
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout.strip()


@pytest.mark.parametrize("generator", ["gaussian-copula", "ctgan"])
def test_the_same_plan_gives_the_same_digest_in_another_process(
    generator: str, tmp_path: Path
) -> None:
    settings = {"epochs": 2} if generator == "ctgan" else {}
    made = plan(generator, parameters=settings, rows=60, seed=11)
    here = generate.synthesise(loan_tables(), made)[1].synthetic.content
    assert in_a_new_process(generator, tmp_path, threads="2", hash_seed="5") == here
    assert list(tmp_path.rglob("*sdv*")) == []


def test_another_seed_gives_another_table() -> None:
    tables = loan_tables()
    contents = {
        generate.synthesise(tables, plan(rows=60, seed=seed))[1].synthetic.content
        for seed in (0, 0, 1, 2)
    }
    assert len(contents) == 3


def test_without_sdv_the_room_imports_and_its_use_names_the_extra() -> None:
    program = (
        "import sys\n"
        "sys.modules['sdv'] = None\n"
        f"sys.path[:0] = [{str(TESTS)!r}, {str(TESTS.parent)!r}]\n"
        "from loans import loan_tables\n"
        "from plans import plan\n"
        "from synthnb import generate\n"
        "from synthnb.errors import MissingExtraError\n"
        "generate.check(plan(), loan_tables().columns)\n"
        "try:\n"
        "    generate.synthesise(loan_tables(), plan())\n"
        "except MissingExtraError as error:\n"
        "    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert "pip install 'synthnb[generate]'" in done.stdout


def test_listing_generators_and_checking_a_plan_load_nothing_heavy() -> None:
    program = (
        "import sys\n"
        "from synthnb import generate\n"
        "generate.generators()\n"
        "heavy = {'pandas', 'numpy', 'sdv', 'torch', 'sklearn', 'matplotlib'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
