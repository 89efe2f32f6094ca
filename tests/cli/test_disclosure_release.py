"""What a notebook shows of real people, or of this machine, stops its release."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from workspaces import cli, cli_here, copy_workspace, signing

from synthnb import notebooks

PRINT = "{}\nprint({})"
LEAKS = {
    "a record": (
        "import csv",
        "*list(csv.reader(open('data/loanapp.csv')))[701]",
        "shows values that only a record of the real data has together",
    ),
    "a path": ("import os", "'saved in', '/home/somebody/loans.csv'", "names an absolute path"),
    "a small cell": (
        "import pandas",
        "pandas.Series({'Hispanic': 4, 'White': 40}, name='count')",
        "counts fewer people of a group than the policy shows",
    ),
}


@pytest.mark.parametrize("what", LEAKS)
def test_a_notebook_that_leaks_is_not_released_and_not_quoted(
    demo: Path, tmp_path: Path, what: str
) -> None:
    before, shown, message = LEAKS[what]
    root = copy_workspace(demo, tmp_path / "ws")
    folder = root / "dossiers" / "loanapp"
    own = json.loads(notebooks.STOCK[0].path.read_text())
    last = own["cells"][-1]
    leak = {**last, "id": "leak", "source": PRINT.format(before, shown)}
    own["cells"].insert(len(own["cells"]) - 1, leak)
    (folder / "notebooks").mkdir()
    (folder / "notebooks" / "01_charter.ipynb").write_text(json.dumps(own))
    ran = cli("run", "loanapp", "--only", "charter", cwd=root)
    assert ran.code == 0, ran.text
    done = cli_here("release", "loanapp", "--rejected", cwd=root, env=signing(root))
    assert done.code == 1, done.text
    assert message in done.err
    place = len(own["cells"])  # one cell with the run's parameters comes before it
    assert f"notebooks/01_charter.ipynb, cell {place}, output 1, stdout, line " in done.err, (
        done.err
    )
    assert [path.name for path in (root / "reports" / "loanapp").iterdir()] == ["1.0.0"]
    record = (folder / "data" / "loanapp.csv").read_text().splitlines()[701].split(",")
    for value in (*(each for each in record if len(each) > 3), "/home/somebody"):
        assert value not in done.text
