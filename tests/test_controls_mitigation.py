"""Controls of mitigation, sweeps and downstream use, by their ids, through the command line."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from acme import set_policy
from filelock import FileLock
from workspaces import Cli, both, cli, cli_here, copy_workspace, make_workspace, signing

from synthnb.ledger import Ledger
from synthnb.records import Datasheet
from synthnb.tables import load, write_table
from synthnb.workspace import Dossier

BROUGHT = """\
generator: bring-your-own
guarantee: {kind: none, statement: No guarantee is claimed.}
rationale: The training records but for one group, to see whether it is found.
external: {path: data/brought.parquet, tool: a copier, description: A copy of training records.}
"""
MITIGATED = """\
generator: gaussian-copula
guarantee: {kind: none, statement: No guarantee is claimed.}
rationale: Groups have their real shares; some real records are blended in.
stratify: {columns: [race, sex], to: real, rationale: The exercise compares groups.}
blend: {share: 0.02, rationale: To see that it is refused.}
"""


def made(tmp: pytest.TempPathFactory, worker: str, name: str, plan: str) -> Path:
    """Return a workspace in which a plan ran; made once, for every worker."""
    base = tmp.getbasetemp()
    shared = base if worker == "master" else base.parent
    root = shared / name
    with FileLock(shared / f"{name}.lock"):
        if not root.exists():
            folder = make_workspace(root)
            (folder / "plan.yaml").write_text(plan)
            if "bring-your-own" in plan:
                dossier = Dossier.at(folder)
                charter = dossier.read().charter
                train = load(charter, folder).train
                kept = train[train["race"] != "Hispanic"].reset_index(drop=True)
                write_table(kept, folder / "data" / "brought.parquet", charter.assessed)
            done = cli("run", "loanapp", cwd=root)
            (shared / f"{name}.log").write_text(done.text)
    assert list((root / "dossiers" / "loanapp" / "runs").glob("0001")), root
    return root


@pytest.fixture(scope="session")
def copied(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A brought table: training records without the smallest group."""
    return made(tmp_path_factory, worker_id, "copied", BROUGHT)


@pytest.fixture(scope="session")
def mitigated(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A stratified table with a few real records."""
    return made(tmp_path_factory, worker_id, "mitigated", MITIGATED)


def findings(root: Path) -> list[dict[str, Any]]:
    done = cli_here("check", "loanapp", "--json", cwd=root)
    return list(json.loads(done.out)["findings"])


def refused(folder: Path, plan: str) -> Cli:
    (folder / "plan.yaml").write_text(plan)
    done = cli_here("run", "loanapp", cwd=folder)
    assert not list((folder / "runs").glob("*")) if (folder / "runs").exists() else True
    return done


def with_option(option: str) -> str:
    return MITIGATED.split("stratify:", maxsplit=1)[0] + option


def test_c15_a_sweep_without_records_of_its_own_is_refused(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws")
    done = cli_here("tune", "loanapp", cwd=folder)
    assert done.code == 2
    assert "split: {tuning: 0.3}" in done.err
    assert "control part must not be looked at" in " ".join(done.err.split())


def test_c22_a_group_that_the_table_lost_is_named_and_blocks(copied: Path) -> None:
    lost = [
        each
        for each in findings(copied)
        if each["rule"] == "fairness.representation-low" and each["state"] == "fail"
    ]
    about = {each["estimate"]["scope"]["group"]: each for each in lost}
    assert about["Race = Hispanic"]["estimate"]["value"] == 0
    assert "lost" in about["Race = Hispanic"]["estimate"]["note"]
    assert about["Race = Hispanic"]["effect"] == "block"


def test_c24_strata_mend_representation_and_blended_records_block(mitigated: Path) -> None:
    found = findings(mitigated)
    shares = [each for each in found if each["rule"] == "fairness.representation-low"]
    assert shares
    for each in shares:  # blending moves a share by at most as much as it replaces
        assert each["state"] != "fail"
        assert each["estimate"]["value"] == pytest.approx(1, abs=0.3)
    (real,) = [each for each in found if each["rule"] == "generation.real-share"]
    assert (real["state"], real["effect"]) == ("fail", "block")


def test_c24_the_datasheet_shows_both_sides_and_the_real_records(
    mitigated: Path, tmp_path: Path
) -> None:
    root = copy_workspace(mitigated, tmp_path / "ws")
    done = cli("release", "loanapp", "--rejected", cwd=root, env=signing(root))
    assert done.code == 0, done.text
    content = root / "reports" / "loanapp" / "1.0.0" / "content"
    page = " ".join(re.sub(r"<[^>]+>", " ", (content / "datasheet.html").read_text()).split())
    assert "This table contains real records" in page
    assert "Rows were divided by Race, Sex in the shares of the training records." in page
    assert re.search(r"share of rows with Race = Black, Sex = F [\d.]+ % [\d.]+ % [\d.]+ %", page)
    sheet = Datasheet.model_validate_json((content / "datasheet.json").read_text())
    generation = sheet.room("generation")
    assert generation is not None
    assert generation.generation is not None
    (strata, _) = generation.generation.mitigations
    for change in strata.changes:
        if change.target is not None and change.after is not None:
            assert change.after == pytest.approx(change.target, abs=0.005)


def test_c25_a_mitigation_without_a_rationale_is_refused(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws")
    done = refused(folder, with_option("stratify: {columns: [race]}\nblend: {share: 0.1}\n"))
    assert done.code == 2
    assert "stratify.rationale" in done.err
    assert "blend.rationale" in done.err


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("conditions: [{where: {race: Martian}, rows: 5, rationale: Why not.}]", "Martian"),
        ("stratify: {columns: [nothing], rationale: Why not.}", "not a column"),
        (
            "scenarios: [{name: a, where: {race: Black}, weight: 0.7, rationale: Why not.},"
            " {name: b, where: {race: White}, weight: 0.7, rationale: Why not.}]",
            "weights add up to 1.4",
        ),
        ("enforce: {rationale: Why not.}", "no `constraints`"),
    ],
)
def test_c27_a_condition_stratum_or_scenario_that_cannot_be_met_is_refused(
    option: str, words: str, tmp_path: Path
) -> None:
    folder = make_workspace(tmp_path / "ws")
    done = refused(folder, with_option(option + "\n"))
    assert done.code == 2
    assert words in done.err


def test_c28_a_charter_that_names_no_limitation_is_refused(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws")
    path = folder / "charter.yaml"
    text, count = re.subn(
        r"^limitations:\n(?:  .*\n)+", "limitations: []\n", path.read_text(), flags=re.M
    )
    assert count == 1
    path.write_text(text)
    done = cli_here("run", "loanapp", cwd=folder)
    assert done.code == 2
    assert "limitations" in done.err


def test_c33_a_rejected_configuration_is_not_quietly_tried_again(
    copied: Path, tmp_path: Path
) -> None:
    root = copy_workspace(copied, tmp_path / "ws")
    folder = root / "dossiers" / "loanapp"
    rejecting = [each for each in findings(root) if each["rejects"]]
    assert {each["rule"] for each in rejecting} >= {"reject.exact-copies"}
    cli_here("check", "loanapp", cwd=root)  # recorded once, however often it is looked at
    written = [e for e in Ledger(root / "ledger.sqlite").entries() if e.kind == "rejection"]
    assert len(written) == len(rejecting)
    path = folder / "plan.yaml"
    path.write_text(path.read_text() + "seed: 7\n")
    done = cli_here("run", "loanapp", cwd=root)
    assert done.code == 1
    assert "was rejected before" in done.err
    assert "reject.exact-copies (run 0001" in done.err
    assert "--again REASON" in done.err
    listed = cli_here("log", "--kind", "rejection", cwd=root)
    assert "reject.exact-copies" in listed.out
    path.write_text(MITIGATED)
    from synthnb.workflow.rejections import refuse

    dossier = Dossier.at(folder)
    refuse(dossier, dossier.read().plan, "")  # another configuration may run
    path.write_text(BROUGHT)
    refuse(dossier, dossier.read().plan, "An auditor asked for it.")
    assert Ledger(root / "ledger.sqlite").entries()[-1].body["reason"] == "An auditor asked for it."


MODEL = ("--name", "scoring", "--version", "3", "--code", "repo@abc", "--owner", "A. Modeller")


def test_c34_a_model_on_a_rejected_or_unknown_release_is_refused(
    demo: Path, tmp_path: Path
) -> None:
    root = copy_workspace(demo, tmp_path / "ws")
    digest = ("--digest", "a" * 64)
    done = cli_here("model", "register", "loanapp/1.0.0", *MODEL, *digest, cwd=root)
    assert done.code == 2
    assert "marked REJECTED" in done.err
    done = cli_here("model", "register", "loanapp/9.0.0", *MODEL, *digest, cwd=root)
    assert done.code == 2
    assert "there is: loanapp/1.0.0" in done.err
    done = cli_here("model", "register", "loanapp/1.0.0", *MODEL, "--metric", "auc", cwd=root)
    assert "give one of them" in done.err
    assert "expected NAME=VALUE" in done.err
    assert cli_here("model", "list", cwd=root).out.strip() == "No model is registered."


def test_c34_a_model_is_registered_once_against_a_release_that_holds(
    demo: Path, tmp_path: Path
) -> None:
    root = copy_workspace(demo, tmp_path / "ws")
    shutil.rmtree(root / "reports")
    set_policy(root, required={}, lenient=True)
    done = cli("release", "loanapp", *both(root), cwd=root, env=signing(root))
    assert done.code == 0, done.text
    weights = tmp_path / "model.bin"
    weights.write_bytes(b"weights")
    more = ("--file", weights, "--metric", "auc=0.71")
    (release,) = (root / "reports" / "loanapp").iterdir()
    name = f"loanapp/{release.name}"
    done = cli_here("model", "register", name, *MODEL, *more, cwd=root)
    assert done.code == 0, done.text
    again = cli_here("model", "register", name, *MODEL, *more, cwd=root)
    assert again.code == 2
    assert "registered already" in again.err
    (listed,) = json.loads(cli_here("model", "list", name, "--json", cwd=root).out)
    assert (listed["release"], listed["status"]) == (release.name, "released")
    assert listed["metrics"] == {"auc": 0.71}
    page = release / "content" / "datasheet.html"
    page.write_text(page.read_text() + " ")
    third = cli_here("model", "register", name, *MODEL[:3], "4", *MODEL[4:], *more, cwd=root)
    assert third.code == 2
    assert "does not verify" in third.err
