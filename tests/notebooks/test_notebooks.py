"""The stock notebooks: stored clean, and run from top to bottom by hand in a dossier."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from workspaces import make_workspace

from synthnb import assets, notebooks, workflow
from synthnb.workspace import Dossier

PATHS = sorted(assets.notebooks().glob("*.ipynb"))
ROWS = 1000
WIDGET = "application/vnd.jupyter.widget-view+json"


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


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a dossier laid out as a card does it, its notebooks run by `jupyter execute`.

    As in JupyterLab: each in turn, default parameters, the kernel in the notebook's folder.
    """
    folder = make_workspace(tmp_path_factory.mktemp("by-hand") / "ws")
    table = folder / "data" / "loanapp.csv"
    table.write_text("".join(table.read_text().splitlines(keepends=True)[:ROWS]))
    copied = workflow.copy_notebooks(Dossier.at(folder))
    command = [sys.executable, "-m", "jupyter", "execute", "--inplace", *map(str, copied)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return folder


def test_all_run_by_hand_in_a_dossier_without_papermill(executed: Path) -> None:
    found = [notebooks.collect(executed / "notebooks" / path.name) for path in PATHS]
    assert [evidence.room for evidence in found] == list(notebooks.ROOMS)
    assert (executed / "work" / "synthetic.parquet").is_file()
    assert not (executed / "runs").exists()


@pytest.mark.parametrize("stock", notebooks.STOCK, ids=lambda stock: stock.room)
def test_a_notebook_run_by_hand_ends_with_its_verdict_where_nothing_runs(
    executed: Path, stock: notebooks.Stock
) -> None:
    """GitHub shows HTML and plain text, and no widget: each must have a page beside it."""
    notebook = nbformat.read(executed / "notebooks" / stock.file, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    outputs = [output for cell in code for output in cell.outputs]
    assert {output.output_type for output in outputs} <= {
        *("stream", "display_data", "execute_result")
    }
    for output in outputs:
        kinds = set(output.get("data", {}))
        assert WIDGET not in kinds or "text/html" in kinds
    (last,) = code[-1].outputs
    assert WIDGET not in last.data
    assert f"{stock.room.capitalize()}: findings so far." in last.data["text/html"]
    assert "<script" not in last.data["text/html"]
    assert "Next:" in last.data["text/html"]
