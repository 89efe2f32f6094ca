"""What the library promises to its users, and what it does not load for them."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import synthnb

PUBLIC = [
    "Session",
    "SynthnbError",
    "__version__",
    "fairness",
    "figures",
    "forms",
    "generate",
    "learning",
    "lineage",
    "privacy",
    "records",
    "utility",
]
HEAVY = [
    *("numpy", "pandas", "scipy", "sklearn", "pyarrow", "matplotlib", "torch", "sdv", "sdmetrics"),
    *("fairlearn", "papermill", "nbformat", "nbclient", "ipywidgets", "IPython", "typst"),
    *("pypandoc", "jinja2", "securesystemslib", "cryptography"),
]


def loaded(code: str) -> list[str]:
    """Return which heavy libraries a fresh process has loaded after some code."""
    report = f"import sys, json; print(json.dumps(sorted(set({HEAVY!r}) & set(sys.modules))))"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{report}"], capture_output=True, text=True, check=True
    )
    found: list[str] = json.loads(done.stdout.splitlines()[-1])
    return found


HELP = """
import sys
from synthnb.cli import app
sys.argv = ["synthnb", *{words!r}]
try:
    app()
except SystemExit as exc:
    assert not exc.code, exc.code
"""


def test_the_public_names_are_pinned() -> None:
    assert synthnb.__all__ == PUBLIC
    assert dir(synthnb) == PUBLIC


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(synthnb, name) is not None


def test_any_other_name_is_not() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = synthnb.nothing


def test_importing_the_library_loads_nothing_heavy() -> None:
    assert loaded("import synthnb") == []


def test_reading_records_and_judging_load_nothing_heavy() -> None:
    assert loaded("import synthnb.records, synthnb.judge, synthnb.workspace, synthnb.show") == []


@pytest.mark.parametrize(
    "words", [["--help"], ["--version"], ["run", "--help"], ["schema", "charter"], ["metrics"]]
)
def test_help_schemas_and_metrics_load_nothing_heavy(words: list[str]) -> None:
    assert loaded(HELP.format(words=words)) == []
