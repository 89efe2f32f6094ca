"""How a dossier stands, from what was executed and what was decided; one word and the reasons."""

from __future__ import annotations

import os
import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from released import lenient_policy
from workspaces import EPOCH, both, cli_here, copy_workspace, draft, make_workspace

from synthnb.lab.states import State, state_of
from synthnb.records import write
from synthnb.workflow.demo import PASSPHRASE
from synthnb.workspace import Dossier

PASS = {"SYNTHNB_PASSPHRASE": PASSPHRASE}


def now() -> dict[str, str]:
    return {"SOURCE_DATE_EPOCH": os.environ["SOURCE_DATE_EPOCH"]}


def state(root: Path) -> State:
    return state_of(Dossier.at(root / "dossiers" / "loanapp"))


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", EPOCH)


@pytest.fixture
def executed(demo: Path, tmp_path: Path) -> Path:
    """Return a copy of the demo in which nothing waits for approval, and nothing is released."""
    root = copy_workspace(demo, tmp_path / "ws")
    draft(root)
    return root


@pytest.fixture
def lenient(executed: Path) -> Path:
    """Return a workspace whose policy lets the run pass."""
    (executed / "policy.yaml").write_text(write(lenient_policy()))
    return executed


def test_a_dossier_that_was_never_run_is_a_draft(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path)
    found = state(tmp_path)
    assert (found.word, found.why) == ("draft", ("Nothing was executed yet.",))
    charter = folder / "charter.yaml"
    charter.write_text(charter.read_text().replace("title: ", "titel: ", 1))
    found = state(tmp_path)
    assert found.word == "draft"
    assert any("titel" in line for line in found.why)


def test_a_run_that_breaks_the_policy_is_blocked_with_its_reasons(executed: Path) -> None:
    found = state(executed)
    assert found.word == "blocked"
    assert found.why[0] == "Run 0001 is blocked by 3 findings:"
    assert sum(line.startswith("– ") for line in found.why) == 3


def test_a_changed_plan_makes_a_draft_again(executed: Path) -> None:
    plan = executed / "dossiers/loanapp/plan.yaml"
    plan.write_text(plan.read_text().replace("seed: 0", "seed: 1", 1))
    found = state(executed)
    assert (found.word, found.why[0]) == ("draft", "Charter or plan was changed after run 0001.")


def test_a_run_that_was_changed_afterwards_is_blocked(executed: Path) -> None:
    with (executed / "dossiers/loanapp/runs/0001/03_privacy.ipynb").open("a") as stream:
        stream.write("\n")
    found = state(executed)
    assert found.word == "blocked"
    assert any("was changed after it was executed" in line for line in found.why)


def test_a_run_that_holds_is_passed_then_released_then_withdrawn(lenient: Path) -> None:
    found = state(lenient)
    assert found.word == "passed"
    assert found.why[0].startswith("Run 0001 may be released")
    done = cli_here("release", "loanapp", *both(lenient), cwd=lenient, env=PASS)
    assert done.code == 0, done.text
    found = state(lenient)
    assert found.word == "released"
    version = found.why[0].split()[2]
    plan = lenient / "dossiers/loanapp/plan.yaml"
    kept = plan.read_text()
    plan.write_text(kept.replace("seed: 0", "seed: 1", 1))
    found = state(lenient)
    assert (found.word, found.why[-1]) == ("draft", f"Release {version} is in force.")
    plan.write_text(kept)
    words = ("withdraw", "loanapp", version, "--reason", "A test.", *both(lenient))
    done = cli_here(*words, cwd=lenient, env=PASS)
    assert done.code == 0, done.text
    found = state(lenient)
    assert (found.word, found.why) == (
        "withdrawn",
        (f"Release {version} was withdrawn on 2026-09-21.",),
    )


def test_a_release_whose_review_is_overdue_is_expired(
    lenient: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = cli_here("release", "loanapp", *both(lenient), cwd=lenient, env=PASS)
    assert done.code == 0, done.text
    found = state(lenient)
    due = datetime.fromisoformat(f"{found.why[1].split()[-1].rstrip('.')}T12:00:00+00:00")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(due.timestamp())))
    assert state(lenient).word == "released", "the day itself is in time"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int((due + timedelta(days=1)).timestamp())))
    late = state(lenient)
    assert late.word == "expired"
    assert late.why[0].endswith("may not be used any more:")
    assert late.why[1] == f"– expired: its review was due on {due:%Y-%m-%d}"
    again = cli_here("release", "loanapp", *both(lenient), cwd=lenient, env={**PASS, **now()})
    assert again.code == 1
    assert "which has expired" in again.err
    charter = lenient / "dossiers/loanapp/charter.yaml"
    assert late.steps[0].open == "dossiers/loanapp/notebooks/01_charter.ipynb"
    charter.write_text(re.sub("written: .*", f"written: {due:%Y-%m-%d}", charter.read_text()))
    renewed = state(lenient)
    assert renewed.word == "draft"
    assert renewed.why[-1] == f"Release {found.why[0].split()[2]} has expired."
    assert renewed.steps[-1].command == "synthnb run loanapp"
