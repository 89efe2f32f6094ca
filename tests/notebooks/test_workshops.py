"""The workshops: stored clean, run headless, and nothing is recorded where nobody answers."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

from synthnb import learning
from synthnb.ledger import Ledger
from synthnb.notebooks import execute
from synthnb.workspace import Workspace

PATHS = [each.path for each in learning.WORKSHOPS]


def outputs(path: Path) -> dict[str, dict[str, Any]]:
    """Return what each cell shows, by its id."""
    cells = json.loads(path.read_text())["cells"]
    return {
        cell["id"]: cell["outputs"][-1].get("data", {}) for cell in cells if cell.get("outputs")
    }


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return Workspace.create(tmp_path_factory.mktemp("workshops") / "ws")


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_workshop_is_stored_without_outputs_and_with_stable_ids(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert set(notebook.metadata) <= {"kernelspec", "language_info"}
    ids = [cell.id for cell in notebook.cells]
    assert len(ids) == len(set(ids))
    for cell in notebook.cells:
        assert not any(character.isdigit() for character in cell.id)
        if cell.cell_type == "code":
            assert (cell.outputs, cell.execution_count) == ([], None)
            assert len(cell.source.splitlines()) <= 25, "cells are thin"
    last = notebook.cells[-1].source
    assert last.startswith("workshop.check([")
    assert 3 <= last.count(",") + 1 <= 5


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_workshop_runs_by_papermill_and_asks_without_recording(
    path: Path, workspace: Workspace, tmp_path: Path
) -> None:
    out = tmp_path / path.name
    execute(path, out, {"seed": 1}, workspace.root)
    shown = outputs(out)
    check = "".join(shown["check"]["text/plain"])
    assert check.startswith("1. ")
    assert "Not answered" in check
    pages = ["".join(each.get("text/html", "")) for each in shown.values()]
    sliders = [page for page in pages if "In JupyterLab this is a slider" in page]
    assert sliders, "a slider stands at its first place"
    assert "widgets" not in json.loads(out.read_text())["metadata"]
    assert Ledger(workspace.ledger).entries() == ()


def test_workshops_run_by_jupyter_execute(workspace: Workspace) -> None:
    copied = learning.copy_workshops(workspace)
    command = [sys.executable, "-m", "jupyter", "execute", "--inplace", *map(str, copied)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    for path in copied:
        assert "Not answered" in "".join(outputs(path)["check"]["text/plain"])
    assert Ledger(workspace.ledger).entries() == ()


def test_a_place_that_no_slider_has_is_made(workspace: Workspace, tmp_path: Path) -> None:
    """The parameter `planted` may be any number: the sliders get a place for it."""
    out = tmp_path / "out.ipynb"
    execute(PATHS[0], out, {"planted": 7}, workspace.root)
    text = "".join(outputs(out)["verbatim"]["text/plain"])
    assert text.startswith("Records planted word for word: 7\n7 of 985")
