"""Running dossiers: what is kept, what is refused, and that the same gives the same."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from workspaces import EPOCH, both, cli, cli_here, copy_workspace, draft, make_workspace, signing

from synthnb import notebooks
from synthnb.ledger import Ledger
from synthnb.records import Policy, read, write


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the demo made once more, in a fresh workspace with the same clock."""
    folder = tmp_path_factory.mktemp("second") / "demo"
    done = cli("demo", folder, "--quick", cwd=folder.parent)
    assert done.code == 0, done.text
    return folder


def test_two_runs_give_identical_evidence(demo: Path, second: Path) -> None:
    for stock in notebooks.STOCK:
        path = Path("dossiers") / "loanapp" / "runs" / "0001" / stock.file
        assert notebooks.collect(demo / path) == notebooks.collect(second / path), stock.file


def test_two_releases_in_fresh_workspaces_are_identical_byte_for_byte(
    demo: Path, second: Path
) -> None:
    path = Path("reports") / "loanapp" / "1.0.0" / "content"
    for name in ("datasheet.html", "datasheet.pdf", "datasheet.json"):
        assert (demo / path / name).read_bytes() == (second / path / name).read_bytes(), name


def test_the_demo_is_honest(demo: Path) -> None:
    """GaussianCopula draws no link between race and approval: the audit must say so."""
    done = cli_here("check", "loanapp", "--json", cwd=demo)
    assert done.code == 1
    verdict = json.loads(done.out)
    assert verdict["outcome"] == "blocked"
    erased = [
        finding
        for finding in verdict["findings"]
        if finding["metric"] == "fairness.label.amplification_size"
        and "Black" in json.dumps(finding["estimate"]["scope"])
    ]
    assert "fail" in {finding["state"] for finding in erased}
    assert all(finding["because"] for finding in verdict["findings"])


def test_releasing_again_is_a_no_op_that_says_so(demo: Path, tmp_path: Path) -> None:
    root = copy_workspace(demo, tmp_path / "ws")
    done = cli_here("release", "loanapp", "--rejected", cwd=root, env=signing(root))
    assert done.code == 0
    assert "Nothing changed since loanapp 1.0.0" in done.out
    assert [path.name for path in (root / "reports" / "loanapp").iterdir()] == ["1.0.0"]


def test_a_blocked_verdict_is_released_only_as_a_rejection(demo: Path, tmp_path: Path) -> None:
    root = copy_workspace(demo, tmp_path / "ws")
    shutil.rmtree(root / "reports")
    done = cli_here("release", "loanapp", cwd=root, env=signing(root))
    assert done.code == 1
    assert "--rejected" in done.err
    assert not (root / "reports" / "loanapp").exists()


def test_a_changed_charter_needs_a_new_run(demo: Path, tmp_path: Path) -> None:
    root = copy_workspace(demo, tmp_path / "ws")
    path = root / "dossiers" / "loanapp" / "charter.yaml"
    path.write_text(path.read_text().replace("cadence: P6M", "cadence: P3M", 1))
    done = cli_here("check", "loanapp", cwd=root)
    assert done.code == 1
    assert "charter.yaml: was changed after the run" in done.err


def test_c36_a_charter_that_asks_for_reviews_later_than_the_policy_is_not_run(
    tmp_path: Path,
) -> None:
    folder = make_workspace(tmp_path / "ws")
    path = folder / "charter.yaml"
    text = path.read_text().replace("cadence: P6M", "cadence: P16M", 1)
    loose = "privacy: [{rule: privacy.leak, limit: 0.5, reason: It is kinder.}]"
    path.write_text(text.replace("privacy: []", loose, 1))
    done = cli_here("run", "loanapp", cwd=tmp_path / "ws")
    said = " ".join(done.err.split())
    assert done.code == 2, done.text
    assert "review.cadence: is P16M, longer than the policy's P1Y; expected at most that" in said
    assert "privacy[0]: the charter's 0.5 is looser than the policy's 0.01" in said
    assert "What to do: a charter may tighten" in said
    assert not list(folder.glob("runs/*"))


@pytest.mark.parametrize("command", ["run", "check", "release"])
def test_c36_a_policy_that_asks_for_earlier_reviews_holds_for_what_was_run_before(
    demo: Path, tmp_path: Path, command: str
) -> None:
    root = copy_workspace(demo, tmp_path / "ws")
    draft(root)
    policy = root / "policy.yaml"
    policy.write_text(policy.read_text().replace("cadence: P1Y", "cadence: P3M", 1))
    done = cli_here(command, "loanapp", cwd=root, env=signing(root))
    assert done.code == 2, done.text
    said = " ".join(done.err.split())
    assert "review.cadence: is P6M, longer than the policy's P3M; expected at most that" in said
    assert [each.name for each in (root / "dossiers/loanapp/runs").iterdir()] == ["0001"]


def test_what_will_block_whatever_a_run_finds_is_said_before_it_starts(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws")
    (folder / "charter.yaml").write_text(without_bounds_and_task(folder / "charter.yaml"))
    (folder / "data" / "loanapp.csv").unlink()  # so that it does not start
    done = cli_here("run", "loanapp", cwd=tmp_path / "ws")
    said = " ".join(done.err.split())
    assert "The policy will block `loanapp`, whatever this run finds" in said
    assert "columns[0].minimum: no column states bounds or categories" in said
    assert "task: no task is stated" in said
    assert "loanapp.csv" in said.partition("Error")[2]


def without_bounds_and_task(path: Path) -> str:
    """Return a charter that holds, without what it may leave out."""
    left = re.sub(r"\n    (minimum|maximum|categories): .*", "", path.read_text())
    left = re.sub(r"\ntask:\n(  .*\n)+", "\n", left)
    return left.replace("roles: [target]", "roles: []")


def test_a_purpose_that_changes_makes_a_major_version(demo: Path, tmp_path: Path) -> None:
    from synthnb.records import Datasheet
    from synthnb.workflow.release import _next, compare

    text = (demo / "reports/loanapp/1.0.0/content/datasheet.json").read_bytes()
    sheet = Datasheet.model_validate_json(text)
    charter = sheet.charter.model_copy(update={"purpose": "Something else."})
    plan = sheet.plan.model_copy(update={"seed": 1})
    assert compare(sheet, sheet) == (2, ())
    assert compare(sheet, sheet.model_copy(update={"charter": charter}))[0] == 0
    assert compare(sheet, sheet.model_copy(update={"plan": plan}))[0] == 1
    assert [_next("1.4.2", part) for part in (0, 1, 2)] == ["2.0.0", "1.5.0", "1.4.3"]


def test_one_notebook_can_be_repeated(demo: Path, tmp_path: Path) -> None:
    root = copy_workspace(demo, tmp_path / "ws")
    done = cli("run", "loanapp", "--only", "charter", cwd=root)
    assert done.code == 0, done.text
    first, again = (root / "dossiers" / "loanapp" / "runs" / name for name in ("0001", "0002"))
    for stock in notebooks.STOCK:
        assert notebooks.collect(first / stock.file) == notebooks.collect(again / stock.file)
    assert cli_here("check", "loanapp", cwd=root).code == 1


def test_a_broken_notebook_is_quoted_kept_and_stops_nobody_else(demo: Path, tmp_path: Path) -> None:
    root = copy_workspace(demo, tmp_path / "ws")
    draft(root)
    other = root / "dossiers" / "other"
    shutil.copytree(root / "dossiers" / "loanapp", other)
    for path in (other / "charter.yaml", *other.glob("runs/0001/run.json")):
        path.write_text(path.read_text().replace("name: loanapp", "name: other", 1))
    shutil.rmtree(other / "runs")
    (other / "notebooks").mkdir()
    broken = json.loads(notebooks.STOCK[0].path.read_text())
    broken["cells"][-1]["source"] = "raise ValueError('CANARY-7731')"
    (other / "notebooks" / "01_charter.ipynb").write_text(json.dumps(broken))
    done = cli("run", "other", "loanapp", "--only", "charter", cwd=root)
    assert done.code == 2, done.text  # `other` has no run to add to
    assert (root / "dossiers" / "loanapp" / "runs" / "0002" / "run.json").is_file()
    done = cli("run", "other", cwd=root)
    assert done.code == 3, done.text
    assert "01_charter.ipynb broke in cell" in done.err
    assert "ValueError" in done.err
    failed = other / "runs" / "0001.failed"
    assert json.loads((failed / "run.json").read_text())["status"] == "failed"
    kept = (failed / "01_charter.ipynb").read_text()
    assert "withheld" in kept
    assert cli_here("check", "other", cwd=root).code == 2
    entries = Ledger(root / "ledger.sqlite").entries("other")
    assert [entry.body["status"] for entry in entries if entry.kind == "run"] == ["failed"]


def test_a_template_of_ones_own_is_said_not_to_be_stock(demo: Path, tmp_path: Path) -> None:
    root = copy_workspace(demo, tmp_path / "ws")
    folder = root / "dossiers" / "loanapp" / "notebooks"
    folder.mkdir()
    own = json.loads(notebooks.STOCK[0].path.read_text())
    own["cells"][0]["source"] = "# Our own charter page"
    (folder / "01_charter.ipynb").write_text(json.dumps(own))
    assert cli("run", "loanapp", "--only", "charter", cwd=root).code == 0
    done = cli_here("release", "loanapp", "--rejected", cwd=root, env=signing(root))
    assert done.code == 0, done.text
    assert "Released loanapp 1.0.1" in done.out
    found = cli_here("verify", root / "reports" / "loanapp" / "1.0.1", cwd=root)
    assert found.code == 0, found.text
    assert "not the stock ones: 01_charter.ipynb" in found.out


def test_two_runs_of_one_dossier_at_once_are_refused(demo: Path, tmp_path: Path) -> None:
    from filelock import FileLock

    root = copy_workspace(demo, tmp_path / "ws")
    with FileLock(root / "dossiers" / "loanapp" / ".lock"):
        done = cli("run", "loanapp", cwd=root)
    assert done.code == 2
    assert "by another process" in done.err


def test_a_killed_run_leaves_nothing_that_counts(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws")
    command = [sys.executable, "-m", "synthnb", "run", "loanapp"]
    env = {**os.environ, "SOURCE_DATE_EPOCH": EPOCH}
    process = subprocess.Popen(
        command, cwd=folder.parent.parent, env=env, start_new_session=True, stderr=subprocess.PIPE
    )
    partial = folder / "runs" / "0001.partial"
    deadline = time.monotonic() + 60
    while not list(partial.glob("*.ipynb")) and time.monotonic() < deadline:
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert partial.is_dir()
    assert cli_here("check", "loanapp", cwd=folder).code == 2
    (folder / "data" / "loanapp.csv").unlink()
    assert cli_here("run", "loanapp", cwd=folder).code == 2
    assert not (folder / "runs" / "0001").exists()


def test_data_that_passes_its_policy_is_released_and_says_what_it_may_be_used_for(
    demo: Path, tmp_path: Path
) -> None:
    """Under a policy that only warns, the same evidence is released: the policy decides."""
    root = copy_workspace(demo, tmp_path / "ws")
    policy = read(Policy, (root / "policy.yaml").read_text(), "policy.yaml")
    rules = tuple(
        rule.model_copy(update={"severity": "warn", "inconclusive": "warn", "cases": ()})
        for rule in policy.rules
    )
    (root / "policy.yaml").write_text(
        write(policy.model_copy(update={"id": "lenient", "rules": rules}))
    )
    assert cli_here("check", "loanapp", cwd=root).code == 0
    done = cli_here("release", "loanapp", *both(root), cwd=root, env=signing(root))
    assert done.code == 0, done.text
    assert "Released loanapp 1.0.1." in done.out
    release = root / "reports" / "loanapp" / "1.0.1"
    page = (release / "content" / "datasheet.html").read_text()
    assert "REJECTED" not in page
    assert "PASSED" in page
    assert "The verdict went from blocked to passed." in page
    assert "REJECTED" not in cli_here("verify", release, cwd=root).out
