"""`synthnb threats`, and what becomes of a run when the threat library changes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from acme import MIRROR, set_policy, write_package
from workspaces import Cli, cli, cli_here, copy_workspace

BUILT_IN = [
    *("exact-copies", "membership", "agreement", "distance", "attribute-inference"),
    *("linkability", "singling-out", "reidentification", "external-linkage"),
    *("successive-releases", "groups", "epsilon", "anonymity"),
]


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return the environment in which the first version of acme is installed."""
    return {"PYTHONPATH": str(write_package(tmp_path_factory.mktemp("acme1")))}


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return the environment in which acme's next version is installed."""
    code = MIRROR.replace('version="1"', 'version="1.1"')
    return {"PYTHONPATH": str(write_package(tmp_path_factory.mktemp("acme2"), code))}


@pytest.fixture(scope="module")
def attacked(demo: Path, tmp_path_factory: pytest.TempPathFactory, first: dict[str, str]) -> Path:
    """Return a workspace whose privacy notebook ran with acme installed; do not change it."""
    root = copy_workspace(demo, tmp_path_factory.mktemp("attacked") / "ws")
    set_policy(root, required={"membership": "2", "acme.mirror": "1"})
    done = cli("run", "loanapp", "--only", "privacy", cwd=root, env=first)
    assert done.code == 0, done.text
    return root


def check(root: Path, env: dict[str, str]) -> dict[str, Any]:
    done = cli("check", "loanapp", "--json", cwd=root, env=env)
    assert done.code in {0, 1}, done.text
    return dict(json.loads(done.out))


def stale(root: Path, env: dict[str, str]) -> dict[str, str]:
    return {each["attack"]: each["message"] for each in check(root, env)["stale"]}


# --- what is installed ---------------------------------------------------------------------------


def test_the_list_says_what_each_attack_is_and_costs(tmp_path: Path) -> None:
    done = cli_here("threats", cwd=tmp_path)
    assert done.code == 0, done.text
    lines = done.out.splitlines()
    assert lines[0].split() == ["Attack", "Version", "Criterion", "Status", "Cost", "From"]
    assert [line.split()[0] for line in lines[1:-1]] == BUILT_IN
    assert "singling out" in lines[1]
    assert "headline" in lines[1]


def test_programs_read_the_same_list(tmp_path: Path) -> None:
    found = json.loads(cli_here("threats", "--json", cwd=tmp_path).out)
    assert [each["id"] for each in found["attacks"]] == BUILT_IN
    assert {each["required"] for each in found["attacks"]} == {None}
    assert found["lacking"] == []


def test_inside_a_workspace_it_says_what_the_policy_requires(attacked: Path) -> None:
    done = cli_here("threats", cwd=attacked)
    rows = {line.split()[0]: line for line in done.out.splitlines() if line}
    assert rows["Attack"].split()[-1] == "Required"
    assert rows["membership"].rstrip().endswith("2 or newer")
    assert rows["anonymity"].rstrip().endswith("–")
    assert "The policy requires acme.mirror, version 1 or newer: not installed" in done.out
    found = json.loads(cli_here("threats", "--json", cwd=attacked).out)
    assert found["lacking"] == [{"id": "acme.mirror", "version": "1"}]


def test_an_attack_tells_its_story(tmp_path: Path) -> None:
    done = cli_here("threats", "membership", cwd=tmp_path)
    assert "The attacker knows every attribute of a person" in done.out
    assert "privacy.membership.auc: How often" in done.out
    told = json.loads(cli_here("threats", "membership", "--json", cwd=tmp_path).out)
    assert told["criterion"] == "singling out"


def test_an_unknown_attack_gets_a_suggestion(tmp_path: Path) -> None:
    done = cli_here("threats", "membershop", cwd=tmp_path)
    assert done.code == 2
    assert "did you mean `membership`?" in done.err


def test_a_policy_that_does_not_hold_is_no_policy_that_requires_nothing(
    attacked: Path, tmp_path: Path
) -> None:
    root = copy_workspace(attacked, tmp_path / "ws")
    (root / "policy.yaml").write_text("threats: 7\n")
    done = cli_here("threats", cwd=root)
    assert done.code == 2
    assert "threats" in done.err


# --- an attack of another package ----------------------------------------------------------------


def test_an_attack_of_another_package_is_listed(tmp_path: Path, first: dict[str, str]) -> None:
    done = cli("threats", cwd=tmp_path, env=first)
    line = next(line for line in done.out.splitlines() if line.startswith("acme.mirror"))
    assert "acme 2.1" in line
    told = cli("threats", "acme.mirror", cwd=tmp_path, env=first)
    assert "The attacker wants to see the person in the table." in told.out


def test_it_runs_is_recorded_and_is_judged_by_a_rule(attacked: Path, first: dict[str, str]) -> None:
    found = check(attacked, first)
    finding = next(each for each in found["findings"] if each["rule"] == "acme.mirror")
    assert finding["estimate"]["scope"] == {"attack": "acme.mirror"}
    assert finding["estimate"]["kind"] == "interval"
    assert finding["state"] in {"pass", "fail", "inconclusive"}
    ran = next(e for e in found["findings"] if e["rule"] == "privacy.required-attacks")
    assert ran["state"] == "pass"
    assert found["stale"] == []


def test_one_that_is_required_and_did_not_run_blocks(demo: Path, tmp_path: Path) -> None:
    root = copy_workspace(demo, tmp_path / "ws")
    set_policy(root, required={"acme.mirror": "1"})
    done = cli_here("check", "loanapp", cwd=root)
    assert done.code == 1
    assert "acme.mirror (version 1 or newer; did not run)" in " ".join(done.out.split())
    assert "`synthnb threats` lists what is there" in " ".join(done.out.split())


def test_a_broken_one_stops_everything_and_is_named(demo: Path, tmp_path: Path) -> None:
    folder = write_package(tmp_path / "broken", MIRROR.replace('version="1"', 'version=""'))
    for words in (("threats",), ("check", "loanapp")):
        done = cli(*words, cwd=demo, env={"PYTHONPATH": str(folder)})
        assert done.code == 2
        assert "mirror: version: " in done.err


# --- staleness -----------------------------------------------------------------------------------


def test_a_newer_version_makes_a_run_stale(attacked: Path, second: dict[str, str]) -> None:
    expected = "acme.mirror: version 1 ran, 1.1 is installed"
    assert stale(attacked, second) == {"acme.mirror": expected}


def test_an_attack_that_did_not_run_makes_it_stale(demo: Path, first: dict[str, str]) -> None:
    expected = "acme.mirror: version 1 is installed and did not run"
    assert stale(demo, first) == {"acme.mirror": expected}


def test_an_attack_that_is_gone_is_said(attacked: Path) -> None:
    expected = "acme.mirror: version 1 ran and is not installed here"
    assert stale(attacked, {}) == {"acme.mirror": expected}


def shown(done: Cli) -> str:
    return " ".join(done.out.split())


@pytest.mark.parametrize("words", [(), ("--all",)])
def test_stale_warns_and_leaves_the_exit_code_as_it_is(
    demo: Path, tmp_path: Path, first: dict[str, str], words: tuple[str, ...]
) -> None:
    root = copy_workspace(demo, tmp_path / "ws")
    set_policy(root, required={}, lenient=True)
    fresh = cli("check", "loanapp", *words, cwd=root)
    assert fresh.code == 0, fresh.text
    assert "stale" not in fresh.out
    warned = cli("check", "loanapp", *words, cwd=root, env=first)
    assert warned.code == 0
    assert "Warns: stale" in warned.out
    assert "acme.mirror: version 1 is installed and did not run" in shown(warned)
    assert "What to do: `synthnb run loanapp --only privacy`" in shown(warned)
