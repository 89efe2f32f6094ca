"""The stock notebooks: stored clean, and run from top to bottom by hand in a dossier."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from workspaces import make_workspace

from synthnb import assets, notebooks

PATHS = sorted(assets.notebooks().glob("*.ipynb"))


def test_there_are_six_in_the_order_of_the_work() -> None:
    assert [path.name for path in PATHS] == [stock.file for stock in notebooks.STOCK]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_notebook_is_stored_without_outputs_and_with_stable_ids(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert set(notebook.metadata) <= {"kernelspec", "language_info"}
    assert notebook.metadata.kernelspec.name == "python3"
    for cell in notebook.cells:
        assert cell.id.isascii()
        assert not any(character.isdigit() for character in cell.id[:1])
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_notebook_explains_before_it_computes(path: Path) -> None:
    cells = nbformat.read(path, as_version=4).cells
    code = [cell for cell in cells if cell.cell_type == "code"]
    assert sum(cell.cell_type == "markdown" for cell in cells) >= len(code) // 2
    assert max(len(cell.source.splitlines()) for cell in code) <= 25, "cells are thin"
    assert "study.record(" in code[-1].source
    tagged = [cell for cell in code if "parameters" in cell.metadata.get("tags", [])]
    assert len(tagged) == 1


def test_all_run_by_hand_in_a_dossier_without_papermill(tmp_path: Path) -> None:
    """As in JupyterLab: each in turn, no parameters, the kernel in the notebook's folder."""
    folder = make_workspace(tmp_path / "ws")
    copied = [folder / "notebooks" / path.name for path in PATHS]
    copied[0].parent.mkdir()
    for source, target in zip(PATHS, copied, strict=True):
        target.write_bytes(source.read_bytes())
    command = [sys.executable, "-m", "jupyter", "execute", "--inplace", *map(str, copied)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    found = [notebooks.collect(path) for path in copied]
    assert [evidence.room for evidence in found] == list(notebooks.ROOMS)
    assert (folder / "work" / "synthetic.parquet").is_file()
    assert not (folder / "runs").exists()
