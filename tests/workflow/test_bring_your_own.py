"""Under the shipped policy: a copy fails, an honest sample never does, noise is of no use.

Each table is brought from outside and goes the whole way through the command line.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from workspaces import cli, make_workspace

from synthnb.tables import load
from synthnb.workspace import Dossier

PLAN = """\
schema_version: "1"
generator: bring-your-own
seed: 0
guarantee:
  kind: none
  statement: No guarantee is claimed.
rationale: A table with a known fault, to see whether it is found.
external:
  path: data/brought.csv
  tool: made by hand
  description: See the test.
"""


def judge(root: Path, table: str) -> dict[str, Any]:
    """Bring a table into the lending dossier, run everything, and return the verdict."""
    folder = make_workspace(root)
    if table == "sample":  # half of the records are kept aside as an honest synthetic table
        whole = pd.read_csv(folder / "data" / "loanapp.csv")
        order = np.random.default_rng(0).permutation(len(whole))
        third = len(whole) // 3
        whole.iloc[order[third:]].to_csv(folder / "data" / "loanapp.csv", index=False)
        made = whole.iloc[order[:third]]
    else:
        made = load(Dossier.at(folder).read().charter, folder).train
    if table == "shuffled":
        generator = np.random.default_rng(0)
        made = made.apply(lambda column: generator.permutation(column.to_numpy()))
    made.to_csv(folder / "data" / "brought.csv", index=False)
    (folder / "plan.yaml").write_text(PLAN)
    ran = cli("run", "loanapp", cwd=root)
    assert ran.code == 0, ran.text
    checked = cli("check", "loanapp", "--json", cwd=root)
    assert checked.code in {0, 1}, checked.text
    return dict(json.loads(checked.out))


def states(verdict: dict[str, Any], room: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for finding in verdict["findings"]:
        if finding["rule"].startswith(f"{room}."):
            found.setdefault(finding["rule"], set()).add(finding["state"])
    return found


def blocking(verdict: dict[str, Any], room: str) -> list[tuple[str, str]]:
    return [
        (finding["rule"], finding["state"])
        for finding in verdict["findings"]
        if finding["rule"].startswith(f"{room}.") and finding["effect"] == "block"
    ]


@pytest.fixture(scope="module")
def verbatim(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return judge(tmp_path_factory.mktemp("verbatim") / "ws", "verbatim")


def test_a_verbatim_copy_of_the_training_records_fails_privacy(verbatim: dict[str, Any]) -> None:
    privacy = states(verbatim, "privacy")
    assert privacy["privacy.leak"] == {"fail"}
    (leak,) = (found for found in verbatim["findings"] if found["rule"] == "privacy.leak")
    assert leak["case"] == "Leak found"
    assert "fail" in privacy["privacy.attribute"]
    assert verbatim["outcome"] == "blocked"


def test_an_independent_sample_is_never_failed_and_says_what_the_data_could_support(
    tmp_path: Path,
) -> None:
    verdict = judge(tmp_path / "ws", "sample")
    found = [
        finding
        for finding in verdict["findings"]
        if finding["rule"].startswith("privacy.") and finding["severity"] == "block"
    ]
    assert found
    assert "fail" not in {finding["state"] for finding in found}
    text = (tmp_path / "ws/dossiers/loanapp/runs/0001/03_privacy.ipynb").read_text()
    assert re.search(r"privacy\.tolerance\.supported", text)


def test_shuffled_columns_are_not_failed_on_privacy_and_fail_utility(tmp_path: Path) -> None:
    verdict = judge(tmp_path / "ws", "shuffled")
    privacy = [state for _, state in blocking(verdict, "privacy")]
    assert "fail" not in privacy
    assert ("utility.task-loss", "fail") in blocking(verdict, "utility")
