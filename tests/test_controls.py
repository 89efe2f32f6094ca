"""Each governance control, by its id: violate the practice at the command line, see the refusal.

Ids are those of `docs/controls.md`; controls that are not there yet have no test here.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
from acme import set_policy, write_package
from workspaces import cli, cli_here, copy_workspace, make_workspace, signing

from synthnb.tables import load
from synthnb.workspace import Dossier

COPY = """\
schema_version: "1"
generator: bring-your-own
seed: 0
guarantee: {kind: none, statement: No guarantee is claimed.}
rationale: The training records themselves, to see whether it is found.
external: {path: data/copied.csv, tool: a copier, description: A copy of the training records.}
"""


def verdict(root: Path) -> dict[str, Any]:
    return dict(json.loads(cli_here("check", "loanapp", "--json", cwd=root).out))


def blocking(root: Path) -> set[str]:
    return {f["rule"] for f in verdict(root)["findings"] if f["effect"] == "block"}


def edit(path: Path, pattern: str, new: str) -> None:
    text, count = re.subn(pattern, new, path.read_text(), count=1, flags=re.MULTILINE)
    assert count == 1, pattern
    path.write_text(text)


def test_c01_a_charter_with_missing_parts_cannot_be_run(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws")
    edit(folder / "charter.yaml", r"^use_cases:\n(?:  .*\n|\n)+", "use_cases: []\n")
    done = cli_here("run", "loanapp", cwd=folder)
    assert done.code == 2
    assert "use_cases" in done.err


def test_c02_a_limit_looser_than_the_policy_is_refused(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws")
    edit(folder / "charter.yaml", r"^  acceptable_loss: .*$", "  acceptable_loss: 0.9")
    done = cli_here("run", "loanapp", cwd=folder)
    assert done.code == 2
    assert "0.9 is looser than the policy's 0.05" in done.err


def test_c05_a_release_names_the_policy_that_judged_it_and_another_is_noticed(
    release: Path, tmp_path: Path, demo: Path
) -> None:
    copy = Path(shutil.copytree(release, tmp_path / "copy"))
    edit(copy / "content" / "policy.yaml", r"^version: 1\.3\.0$", "version: 9.0.0")
    done = cli_here("verify", copy, "--trust", demo / "people.yaml", cwd=tmp_path)
    assert done.code == 1
    assert "content/policy.yaml" in done.out


def test_c06_old_evidence_is_judged_anew_under_a_new_policy(demo: Path, tmp_path: Path) -> None:
    root = copy_workspace(demo, tmp_path / "ws")
    assert "privacy.attribute" not in blocking(root)
    edit(
        root / "policy.yaml",
        r"(metric: privacy\.attribute\.excess\n\s+direction: at_most\n\s+limit: )0\.01",
        r"\g<1>-0.5",
    )
    assert "privacy.attribute" in blocking(root)


def test_c18_a_run_that_newer_attacks_did_not_test_is_not_released(
    demo: Path, tmp_path: Path
) -> None:
    root = copy_workspace(demo, tmp_path / "ws")
    shutil.rmtree(root / "reports")
    set_policy(root, required={"membership": "2"}, stale="block", lenient=True)
    assert cli("check", "loanapp", cwd=root).code == 0
    grown = {"PYTHONPATH": str(write_package(tmp_path / "acme"))}
    checked = cli("check", "loanapp", cwd=root, env=grown)
    assert checked.code == 1
    assert "BLOCKED by a stale threat library" in checked.out
    told = json.loads(cli("check", "loanapp", "--json", cwd=root, env=grown).out)
    assert told["outcome"] == "blocked"
    assert [(e["attack"], e["ran"], e["installed"]) for e in told["stale"]] == [
        ("acme.mirror", None, "1")
    ]
    for words in ((), ("--rejected",)):
        done = cli("release", "loanapp", *words, cwd=root, env={**signing(root), **grown})
        assert done.code == 1
        assert "acme.mirror: version 1 is installed and did not run" in done.err
    assert not (root / "reports").exists()


def test_c18_a_version_that_the_policy_requires_and_that_did_not_run_blocks(
    demo: Path, tmp_path: Path
) -> None:
    root = copy_workspace(demo, tmp_path / "ws")
    set_policy(root, required={"membership": "99"}, lenient=True)
    assert blocking(root) == {"privacy.required-attacks"}


def test_c19_secrets_that_a_table_of_the_user_s_links_to_names_block(tmp_path: Path) -> None:
    root = tmp_path / "ws"
    folder = make_workspace(root)
    real = pd.read_csv(folder / "data" / "loanapp.csv")
    roll = real[["race", "sex", "married", "dep", "price"]].sample(frac=0.9, random_state=0)
    roll.to_csv(folder / "data" / "roll.csv", index=False)
    load(Dossier.at(folder).read().charter, folder).train.to_csv(
        folder / "data" / "copied.csv", index=False
    )
    (folder / "plan.yaml").write_text(COPY)
    source = """  - kind: external
    path: data/roll.csv
    row: One inhabitant
    collection: A roll that anybody may read
    legal_basis: Public register
    retention: Kept by the register
"""
    edit(folder / "charter.yaml", r"^columns:$", f"{source}\ncolumns:")
    done = cli("run", "loanapp", cwd=root)
    assert done.code == 0, done.text
    found = [f for f in verdict(root)["findings"] if f["rule"] == "privacy.external"]
    assert {f["effect"] for f in found} == {"block"}
    assert {f["estimate"]["scope"]["secret"] for f in found} >= {"approve"}


def test_c12_classes_that_the_policy_asks_for_are_counted_and_block(
    demo: Path, tmp_path: Path
) -> None:
    root = copy_workspace(demo, tmp_path / "ws")
    assert "privacy.k-anonymity" not in blocking(root)
    edit(
        root / "policy.yaml",
        r"(  - id: privacy\.k-anonymity\n(?:    .*\n)+?    severity: )warn",
        r"\g<1>block",
    )
    assert "privacy.k-anonymity" in blocking(root)


def test_c13_a_guarantee_that_the_audit_contradicts_blocks(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "ws")
    train = load(Dossier.at(folder).read().charter, folder).train
    train.to_csv(folder / "data" / "copied.csv", index=False)
    claim = (
        "{kind: differential-privacy, statement: Epsilon is one half., epsilon: 0.5, delta: 1e-9}"
    )
    plan = COPY.replace("{kind: none, statement: No guarantee is claimed.}", claim)
    (folder / "plan.yaml").write_text(plan)
    assert cli("run", "loanapp", cwd=folder).code == 0
    found = verdict(tmp_path / "ws")["findings"]
    (guarantee,) = (each for each in found if each["rule"] == "plan.claimed-guarantee")
    assert (guarantee["state"], guarantee["effect"]) == ("fail", "block")
    assert "The claim is wrong" in guarantee["because"]


def test_c17_an_attack_without_a_number_never_passes(demo: Path, tmp_path: Path) -> None:
    root = copy_workspace(demo, tmp_path / "ws")
    edit(
        root / "policy.yaml",
        r"(metric: privacy\.leak\.excess)",
        r"metric: privacy.leak.unheard-of",
    )
    assert "privacy.leak" in blocking(root)


def test_c20_every_blocking_finding_names_a_remedy(demo: Path) -> None:
    done = cli_here("check", "loanapp", cwd=demo)
    assert done.code == 1
    assert done.out.count("Blocks: ") == done.out.count("What to do: ") == len(blocking(demo))


def test_c23_a_gap_that_the_generator_erases_blocks(demo: Path) -> None:
    assert "fairness.label-amplification" in blocking(demo)


def test_c32_a_run_without_its_lineage_cannot_be_released(demo: Path, tmp_path: Path) -> None:
    root = copy_workspace(demo, tmp_path / "ws")
    (root / "dossiers" / "loanapp" / "runs" / "0001" / "06_lineage.ipynb").unlink()
    done = cli_here("release", "loanapp", "--rejected", cwd=root, env=signing(root))
    assert done.code == 1
    assert "06_lineage.ipynb: is missing from the run" in done.err


def test_c33_a_configuration_that_nobody_approved_blocks(demo: Path, tmp_path: Path) -> None:
    root = copy_workspace(demo, tmp_path / "ws")
    edit(root / "policy.yaml", r"^      generator: gaussian-copula$", "      generator: something")
    found = verdict(root)["findings"]
    plan = next(f for f in found if f["rule"] == "plan.approved-configuration")
    assert (plan["state"], plan["effect"]) == ("fail", "block")


def test_c35_a_release_is_written_once_and_a_changed_one_does_not_verify(
    demo: Path, tmp_path: Path
) -> None:
    root = copy_workspace(demo, tmp_path / "ws")
    again = cli_here("release", "loanapp", "--rejected", cwd=root, env=signing(root))
    assert "no new release was made" in again.out
    page = root / "reports" / "loanapp" / "1.0.0" / "content" / "datasheet.html"
    page.write_text(page.read_text().replace("REJECTED", "ACCEPTED"))
    done = cli_here("verify", root / "reports" / "loanapp" / "1.0.0", cwd=root)
    assert done.code == 1
    assert "content/datasheet.html: differs" in done.out


def test_c38_data_that_does_not_serve_its_task_is_not_released(demo: Path, tmp_path: Path) -> None:
    root = copy_workspace(demo, tmp_path / "ws")
    shutil.rmtree(root / "reports")
    done = cli_here("release", "loanapp", cwd=root, env=signing(root))
    assert done.code == 1
    assert "utility.task-loss" in done.err
