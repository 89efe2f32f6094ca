"""The account of privacy losses: one for each data set, however many charge at once."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from papers import policy
from workspaces import cli, cli_here, make_workspace

from synthnb import Session, generate
from synthnb.errors import BudgetError
from synthnb.ledger import Ledger, account, charging
from synthnb.records import Charge
from synthnb.zcdp import epsilon_of, rho_of

CAP = {"epsilon": 2.0, "delta": 1e-6, "reason": "Enough for one release."}
MOST = {
    **{"loanamt": 1000, "appinc": 1000, "price": 2000, "dep": 10, "atotinc": 100_000},
    **{"hrat": 100, "obrat": 100, "loanprc": 3},
}


def loss(epsilon: float = 1.0, dataset: str = "loans") -> Charge:
    rho = Fraction(rho_of(epsilon, 1e-6))
    return Charge(
        dataset=dataset,
        rho=str(rho),
        epsilon=epsilon,
        delta=1e-6,
        mechanism="A mechanism",
        what="a test",
    )


def test_losses_add_up_in_rho_and_the_cap_refuses(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    charge = charging(ledger, policy(privacy_budget=CAP), dossier="a")
    for _ in range(3):
        charge(loss())
    have = account(ledger, "loans")
    assert have.rho == 3 * Fraction(rho_of(1.0, 1e-6))
    assert have.epsilon(1e-6) == pytest.approx(epsilon_of(3 * rho_of(1.0, 1e-6), 1e-6))
    with pytest.raises(BudgetError) as caught:
        charge(loss())
    said = {each.where: each.message for each in caught.value.problems}
    assert said["spent"].startswith("epsilon 1.81 in 3 charges")
    assert said["cap"].startswith("epsilon 2")
    assert len(account(ledger, "loans").charges) == 3
    charge(loss(dataset="another data set"))


def test_another_name_or_dossier_does_not_reset_the_account(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    rules = policy(privacy_budget=CAP)
    charging(ledger, rules, dossier="a", source="f" * 64)(loss(1.9))
    for charge, name in (
        (charging(ledger, rules, dossier="b"), " LOANS "),
        (charging(ledger, rules, dossier="b", source="f" * 64), "other"),
    ):
        with pytest.raises(BudgetError):
            charge(loss(1.0, name))


def test_a_policy_without_a_budget_allows_nothing(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    with pytest.raises(BudgetError, match="sets no privacy budget"):
        charging(ledger, policy(), dossier="a")(loss())
    assert ledger.entries() == ()


def test_of_many_processes_only_as_many_charge_as_the_cap_allows(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from papers import policy\n"
        "from test_budget import CAP, loss\n"
        "from synthnb.errors import BudgetError\n"
        "from synthnb.ledger import Ledger, charging\n"
        "charge = charging(Ledger(Path(sys.argv[1])), policy(privacy_budget=CAP), dossier='a')\n"
        "try:\n"
        "    charge(loss(1.5))\n"
        "    print('charged')\n"
        "except BudgetError:\n"
        "    print('refused')\n"
    )
    path = tmp_path / "ledger.sqlite"
    started = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(path)],
            stdout=subprocess.PIPE,
            text=True,
            env={"PYTHONPATH": str(Path(__file__).parent)},
        )
        for _ in range(4)
    ]
    said = sorted(each.communicate()[0].strip() for each in started)
    assert said == ["charged", "refused", "refused", "refused"]
    assert Ledger(path).verify() == []


# --- through a workspace --------------------------------------------------------------------------


def dp_workspace(root: Path, epsilon: float = 1.0, name: str = "dp-tree") -> Path:
    """Make the demo's dossier with made-up public bounds and a differentially private plan."""
    folder = make_workspace(root)
    path = folder / "charter.yaml"
    text = path.read_text()
    for column, most in MOST.items():
        found = rf"(  - name: {column}\n(?:    .*\n)*?    minimum: 0\n)"
        text, count = re.subn(found, rf"\1    maximum: {most}\n", text)
        assert count == 1, column
    text = text.replace(
        "    path: data/loanapp.csv\n", "    path: data/loanapp.csv\n    dataset: loans\n"
    )
    text += "public: {attested_by: Pat Privacy, statement: Made up for a test.}\n"
    path.write_text(text)
    write_plan(folder, epsilon, name)
    return folder


def write_plan(folder: Path, epsilon: float, name: str = "dp-tree") -> None:
    claim = {"kind": "differential-privacy", "statement": "Noise protects each record."}
    body: dict[str, Any] = {
        "generator": name,
        "parameters": {"epsilon": epsilon, "delta": 1e-6},
        "guarantee": {**claim, "epsilon": epsilon, "delta": 1e-6},
        "rationale": "To see that the budget holds.",
    }
    (folder / "plan.yaml").write_text(json.dumps(body))


def test_a_workspace_charges_a_plan_once_and_draws_the_same_table_again(tmp_path: Path) -> None:
    folder = dp_workspace(tmp_path / "ws")
    tables = []
    for _ in range(2):
        study = Session(str(folder))
        real = study.tables(synthetic=False)
        frame, made = generate.synthesise(real, study.plan, context=study.context(real))
        tables.append(frame)
        assert made.privacy_loss is not None
        assert made.privacy_loss.dataset == "loans"
    assert tables[0].equals(tables[1])
    budget = Session(str(folder)).budget()
    assert budget is not None
    assert budget["charges"] == 1
    assert budget["spent_epsilon"] == pytest.approx(1, abs=1e-6)
    said = cli_here("budget", cwd=folder)
    assert "loans: epsilon 1 of 4" in said.out
    (listed,) = json.loads(cli_here("budget", "loans", "--json", cwd=folder).out)
    assert listed["charges"][0]["body"]["what"].startswith("loanapp: measurements")


def test_c12_a_release_beyond_the_privacy_budget_is_refused(tmp_path: Path) -> None:
    folder = dp_workspace(tmp_path / "ws", epsilon=3)
    ledger = Ledger(folder.parents[1] / "ledger.sqlite")
    cap = {**CAP, "epsilon": 4.0}
    charging(ledger, policy(privacy_budget=cap), dossier="loanapp")(loss(2.9))
    done = cli("run", "loanapp", cwd=folder)
    assert done.code != 0
    assert "privacy budget of the data set" in done.text
    assert "use a smaller epsilon" in done.text
    assert len(account(ledger, "loans").charges) == 1
    assert not list((folder / "runs").glob("[0-9][0-9][0-9][0-9]"))
