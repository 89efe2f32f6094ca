"""One plan gives one table, in whatever process; and nothing is left in the user's folders."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from generation_plans import awkward_tables, plan
from loans import loan_tables

from synthnb import generate

TESTS = Path(__file__).parent
SETTINGS = {"gaussian-copula": {}, "ctgan": {"epochs": 2}}
PROGRAM = f"""
import sys
sys.path[:0] = [{str(TESTS)!r}, {str(TESTS.parent)!r}]
from test_generate_reproducible import contents
print(*contents())
"""


def contents() -> list[str]:
    """Return the content digest that each generator's plan leads to; CTGAN on over 500 records."""
    tables = loan_tables()
    plans = [plan(name, parameters=set_, rows=60, seed=11) for name, set_ in SETTINGS.items()]
    return [generate.synthesise(tables, made)[1].synthetic.content for made in plans]


def test_the_same_plan_gives_the_same_digest_in_another_process(tmp_path: Path) -> None:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("XDG_")}
    other = {"HOME": str(tmp_path), "OMP_NUM_THREADS": "2", "PYTHONHASHSEED": "5"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**kept, **other},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == contents()
    assert done.stderr == ""
    assert list(tmp_path.rglob("*sdv*")) == []


def test_another_seed_gives_another_table() -> None:
    tables = awkward_tables()
    seen = [
        generate.synthesise(tables, plan(rows=30, seed=seed))[1].synthetic.content
        for seed in (0, 0, 1, 2)
    ]
    assert seen[0] == seen[1]
    assert len(set(seen)) == 3


def test_without_sdv_the_room_imports_and_its_use_names_the_extra() -> None:
    program = (
        "import sys\n"
        "sys.modules['sdv'] = None\n"
        f"sys.path[:0] = [{str(TESTS)!r}, {str(TESTS.parent)!r}]\n"
        "from loans import loan_tables\n"
        "from generation_plans import plan\n"
        "from synthnb import generate\n"
        "from synthnb.errors import MissingExtraError\n"
        "generate.check(plan(), loan_tables().charter)\n"
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
