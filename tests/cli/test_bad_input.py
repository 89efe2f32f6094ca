"""Bad input: one screen that says what to do, the right exit code, and nothing half-written."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from workspaces import Cli, cli_here, make_workspace

CANARY = "CANARY-7731"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("template") / "ws"
    make_workspace(root)
    return root


@pytest.fixture
def root(template: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(template, tmp_path / "ws"))


def refused(root: Path, *words: object, code: int = 2) -> Cli:
    """Run a command that must be refused, leaving the workspace as it was."""
    before = snapshot(root)
    done = cli_here(*words, cwd=root)
    assert done.code == code, done.text
    assert done.err.startswith("Error: "), done.text
    assert "Traceback" not in done.text
    assert len(done.err.splitlines()) <= 45
    assert CANARY not in done.text
    assert snapshot(root) == before
    return done


def snapshot(root: Path) -> dict[str, bytes]:
    """Return every file of a workspace but the locks."""
    files = (path for path in root.rglob("*") if path.is_file() and path.name != ".lock")
    return {str(path.relative_to(root)): path.read_bytes() for path in files}


def edit(root: Path, name: str, old: str, new: str) -> None:
    path = root / "dossiers" / "loanapp" / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def table(root: Path) -> Path:
    return root / "dossiers" / "loanapp" / "data" / "loanapp.csv"


def change(root: Path, how: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    how(pd.read_csv(table(root))).to_csv(table(root), index=False)


def test_a_missing_file_is_named_without_its_folder(root: Path) -> None:
    table(root).unlink()
    done = refused(root, "run", "loanapp")
    assert "`loanapp.csv` does not exist" in done.err
    assert str(root) not in done.err


def test_an_empty_table_is_refused(root: Path) -> None:
    table(root).write_text("")
    assert "loanapp.csv" in refused(root, "run", "loanapp").err
    header = ",".join(["loanamt", "approve"])
    table(root).write_text(header + "\n")
    assert "is empty" in refused(root, "run", "loanapp").err


def test_one_row_is_refused_with_the_number_needed(root: Path) -> None:
    change(root, lambda frame: frame.head(1))
    assert "has 1 row; at least 20" in refused(root, "run", "loanapp").err


def test_a_constant_and_an_empty_column_are_named_together(root: Path) -> None:
    change(root, lambda frame: frame.assign(married="yes", unem=float("nan")))
    err = refused(root, "run", "loanapp").err
    assert re.search(r"married.*same value", err)
    assert re.search(r"unem.*empty", err)


def test_an_absent_target_is_named(root: Path) -> None:
    change(root, lambda frame: frame.drop(columns="approve").assign(aprove=1))
    err = refused(root, "run", "loanapp").err
    assert "approve: is in the charter but not in the file; is it the file's `aprove`?" in err
    assert "aprove: is in the file but not in the charter" in err


def test_text_among_numbers_is_refused_and_not_quoted(root: Path) -> None:
    def spoil(frame: pd.DataFrame) -> pd.DataFrame:
        frame["loanamt"] = frame["loanamt"].astype(object)
        frame.loc[3, "loanamt"] = CANARY
        return frame

    change(root, spoil)
    assert "loanamt: holds text where numbers are expected" in refused(root, "run", "loanapp").err


def test_a_role_on_an_unknown_column_is_named(root: Path) -> None:
    edit(root, "charter.yaml", "name: unem", "name: unemp")
    err = refused(root, "run", "loanapp").err
    assert "unemp" in err
    assert "unem" in err


def test_an_unknown_generator_gets_a_suggestion(root: Path) -> None:
    edit(root, "plan.yaml", "generator: gaussian-copula", "generator: gausian-copula")
    assert "gaussian-copula" in refused(root, "run", "loanapp").err


def test_a_charter_looser_than_the_policy_names_both_numbers(root: Path) -> None:
    path = root / "dossiers" / "loanapp" / "charter.yaml"
    text = re.sub(r"(?m)^  acceptable_loss: .*$", "  acceptable_loss: 0.4", path.read_text())
    assert "acceptable_loss: 0.4" in text
    path.write_text(text)
    err = refused(root, "run", "loanapp").err
    assert "0.4 is looser than the policy's 0.05" in err


def test_a_yaml_syntax_error_names_the_line(root: Path) -> None:
    edit(root, "charter.yaml", "name: loanapp", "name: [loanapp")
    err = refused(root, "run", "loanapp").err
    assert "not valid YAML" in err or "syntax" in err
    assert "line" in err


def test_a_key_given_twice_is_refused(root: Path) -> None:
    edit(root, "plan.yaml", "seed:", "seed: 1\nseed:")
    assert "twice" in refused(root, "run", "loanapp").err


def test_an_unknown_field_gets_a_suggestion(root: Path) -> None:
    edit(root, "plan.yaml", "rationale:", "rational:")
    err = refused(root, "run", "loanapp").err
    assert "did you mean `rationale`?" in err
    assert "rationale: is required and is missing" in err


@pytest.mark.parametrize("name", ["../evil", "a/b", "/etc", "..", ".hidden", "x" * 65, "a b", ""])
def test_a_dossier_name_that_is_a_path_is_refused(root: Path, name: str) -> None:
    refused(root, "new", name)


def test_an_unknown_dossier_lists_the_known(root: Path) -> None:
    assert "there is: loanapp" in refused(root, "check", "laonapp").err


def test_an_unknown_parameter_and_an_unknown_notebook_are_refused(root: Path) -> None:
    err = refused(root, "run", "loanapp", "-p", "sed=1").err
    assert "did you mean `seed`?" in err
    assert "privacy" in refused(root, "run", "loanapp", "--only", "privcy").err


def test_a_check_without_a_run_says_how_to_get_one(root: Path) -> None:
    assert "synthnb run loanapp" in refused(root, "check", "loanapp").err


def test_a_release_without_a_key_says_how_to_get_one(root: Path) -> None:
    assert "synthnb key new" in refused(root, "release", "loanapp").err


def test_a_wrong_passphrase_is_refused_before_anything_is_rendered(root: Path) -> None:
    env = {"SYNTHNB_KEY": str(root / "keys" / "olivia.pem"), "SYNTHNB_PASSPHRASE": CANARY}
    done = cli_here("release", "loanapp", cwd=root, env=env)
    assert done.code == 2
    assert "passphrase" in done.err
    assert "the passphrase is wrong" in done.err
    assert CANARY not in done.text


def test_outside_a_workspace_the_way_in_is_named(tmp_path: Path) -> None:
    assert "synthnb init" in refused(tmp_path, "run", "loanapp").err


def test_a_fresh_dossier_names_every_open_part_at_once(root: Path) -> None:
    assert cli_here("new", "fresh", cwd=root).code == 0
    err = refused(root, "run", "fresh").err
    assert "charter.yaml: purpose" in err
    assert "plan.yaml: rationale" in err


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "{{< include secret.txt >}}",
        "=cmd()",
        '#eval("1")',
        "$(id)",
    ],
)
def test_a_hostile_column_name_is_data_and_never_markup_in_an_error(
    root: Path, hostile: str
) -> None:
    change(root, lambda frame: frame.rename(columns={"unem": hostile}))
    err = refused(root, "run", "loanapp").err
    assert f"{hostile}: is in the file but not in the charter" in err
