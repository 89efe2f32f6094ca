"""The forms of a workspace as notebooks: stored clean, and shown as tables where nothing runs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from workspaces import make_workspace

from synthnb.desk import Desk
from synthnb.errors import UsageError
from synthnb.lab.cards import desk
from synthnb.lab.places import Places
from synthnb.notebooks import execute

PATHS = list(desk().values())
ASKED = {"people": "Tester", "incident": "Severity", "feedback": "A teacher"}
SAID = """\
schema_version: "1"
entries:
  - {who: A teacher, on: 2026-09-01, about: loanapp/1.0.0, kind: question, text: Why so few rows?}
"""


def shown(path: Path) -> str:
    """Return the page that the form's cell shows."""
    cells = json.loads(path.read_text())["cells"]
    (output,) = next(cell["outputs"] for cell in cells if cell["id"] == "form")
    return "".join(output["data"]["text/html"])


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = make_workspace(tmp_path / "ws").parent.parent
    (root / "feedback.yaml").write_text(SAID)
    return root


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_form_is_stored_without_outputs_and_with_stable_ids(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata.kernelspec.name == "python3"
    assert [cell.id for cell in notebook.cells] == [
        *("title", "parameters", "load", "form-text", "form", "next")
    ]
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert (cell.outputs, cell.execution_count) == ([], None)
    assert notebook.cells[-2].source == f'desk.form("{path.stem}")'
    assert "```sh\nsynthnb " in notebook.cells[-1].source


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_form_runs_by_papermill_and_shows_its_table(
    path: Path, root: Path, tmp_path: Path
) -> None:
    out = tmp_path / path.name
    execute(path, out, {"workspace": str(root / "dossiers")}, tmp_path)
    assert "<table" in shown(out)
    assert ASKED[path.stem] in shown(out)


def test_forms_run_where_their_cards_put_them_by_jupyter_execute(root: Path) -> None:
    places = Places(root)
    copied = [root / places.notebook("", path.name) for path in PATHS]
    assert [path.parent for path in copied] == [root / "desk"] * len(PATHS)
    command = [sys.executable, "-m", "jupyter", "execute", "--inplace", *map(str, copied)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    for path in copied:
        assert "<table" in shown(path)
        assert ASKED[path.stem] in shown(path)


def test_a_desk_has_no_form_of_a_dossier(root: Path) -> None:
    with pytest.raises(UsageError, match="no form for 'charter'"):
        Desk(str(root)).form("charter")
