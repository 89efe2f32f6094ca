"""Notebook 01 runs on any dossier, complete or not, and says what is open."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from synthnb import assets
from synthnb.workspace import Dossier, Workspace


def _run(dossier: Dossier, upto: str = "record") -> dict[str, Any]:
    """Execute the cells up to one of them in this process; return what they left and displayed."""
    notebook = json.loads((assets.notebooks() / "01_charter.ipynb").read_text(encoding="utf-8"))
    displayed: list[Any] = []
    names: dict[str, Any] = {"displayed": displayed, "display": displayed.append}
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code":
            if cell["id"] == "parameters":
                source += f"\ndossier = {str(dossier.folder)!r}"
            exec(source, names)  # noqa: S102 -- our own notebook
        if cell["id"] == upto:
            break
    return names


@pytest.fixture
def dossier(tmp_path: Path) -> Dossier:
    return Workspace.create(tmp_path).new("loanapp")


def test_a_complete_charter_is_recorded(dossier: Dossier) -> None:
    for name in ("charter.yaml", "plan.yaml"):
        shutil.copyfile(assets.templates() / "demo" / name, dossier.folder / name)
    evidence = _run(dossier)["displayed"][-1].evidence
    assert (evidence.room, evidence.estimates) == ("charter", ())
    assert evidence.facts["open"] == 0
    assert evidence.facts["columns"] == evidence.facts["assessed"] == 17
    assert evidence.facts["roles"]["protected"] == ["race", "sex"]
    assert evidence.facts["tightened"] == ["utility.pairs", "fairness.representation-low"]


def test_a_fresh_charter_is_shown_with_everything_that_is_open(
    dossier: Dossier, capsys: pytest.CaptureFixture[str]
) -> None:
    left = _run(dossier, upto="list-open")["left"]
    assert any(each.startswith("charter.yaml: purpose") for each in left)
    assert len(left) > 20
    assert _run(dossier)["displayed"] == []
    said = capsys.readouterr().out
    assert said.endswith("Nothing is recorded before the list of what is open is empty.\n")
