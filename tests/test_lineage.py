"""Lineage: digests, seeds and versions, and nothing about the machine or its people."""

from __future__ import annotations

import dataclasses
import getpass
import hashlib
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

import pandas as pd
import pytest
from loans import loan_charter, write_loans

from synthnb import generate
from synthnb.figures.lineage import lineage_picture
from synthnb.lineage import collect
from synthnb.records import Charter, Lineage, Plan, canonical
from synthnb.tables import Tables, content_digest, load, write_table

TEMPLATES = {"06_lineage.ipynb": "b" * 64, "02_generation.ipynb": "a" * 64}


def plan(**fields: object) -> Plan:
    return Plan.model_validate(
        {
            "generator": "gaussian-copula",
            "guarantee": {"statement": "There is none."},
            "rationale": "It is quick.",
            "seed": 3,
            **fields,
        }
    )


@dataclasses.dataclass
class Dossier:
    folder: Path
    charter: Charter
    tables: Tables
    files: dict[str, Path]

    def lineage(self, made: Plan | None = None, **changes: object) -> Lineage:
        return collect(
            self.charter,
            made or plan(),
            dataclasses.replace(self.tables, **changes),
            files=self.files,
            templates=TEMPLATES,
            folder=self.folder,
            seed=5,
        )


@pytest.fixture
def dossier(tmp_path: Path) -> Dossier:
    folder = tmp_path / "dossiers" / "loanapp"
    real = write_loans(folder)
    (folder / "charter.yaml").write_text("name: loanapp\n")
    charter = loan_charter()
    tables = load(charter, folder)
    made = folder / "work" / "synthetic.parquet"
    synthetic = tables.control.iloc[:300].reset_index(drop=True)
    write_table(synthetic, made, charter.assessed)
    files = {"real": real, "synthetic": made}
    return Dossier(folder, charter, load(charter, folder, made), files)


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=n", "-c", "user.email=e@example.org"]
    done = subprocess.run(
        ["git", *identity, *arguments], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_every_table_is_there_with_its_size_and_digests(dossier: Dossier) -> None:
    facts = {fact.name: fact for fact in dossier.lineage().tables}
    assert list(facts) == ["real", "train", "control", "synthetic"]
    assert facts["real"].rows == facts["train"].rows + facts["control"].rows == 1971
    assert {fact.columns for fact in facts.values()} == {17}
    for name, path in dossier.files.items():
        assert facts[name].file == hashlib.sha256(path.read_bytes()).hexdigest()
    assert facts["train"].file is None
    columns = dossier.charter.assessed
    assert facts["train"].content == content_digest(dossier.tables.train, columns)
    assert facts["synthetic"].content == content_digest(dossier.tables.made, columns)


def test_a_reference_table_with_counts_is_among_them(dossier: Dossier) -> None:
    reference = pd.DataFrame({"race": ["Black", "White"], "share": [0.2, 0.8]})
    fact = dossier.lineage(reference=reference).tables[-1]
    assert (fact.name, fact.rows, fact.columns) == ("reference", 2, 2)
    other = dossier.lineage(reference=reference.assign(share=[0.3, 0.7])).tables[-1]
    assert other.content != fact.content


def test_seeds_versions_and_templates_are_there(dossier: Dossier) -> None:
    lineage = dossier.lineage()
    assert lineage.seeds == {"split": 0, "generation": 3, "assessment": 5}
    assert lineage.packages["numpy"] == version("numpy")
    assert {"synthnb", "pandas", "scikit-learn", "sdv"} <= set(lineage.packages)
    assert lineage.python == platform.python_version()
    assert lineage.templates == TEMPLATES
    assert list(lineage.templates) == sorted(TEMPLATES)


def test_the_schema_digest_changes_with_a_role_but_not_with_a_label(dossier: Dossier) -> None:
    before = dossier.lineage().schema_digest
    columns = [column.model_dump(mode="json") for column in dossier.charter.columns]
    columns[0]["label"] = "How much"
    dossier.charter = loan_charter(columns=columns)
    assert dossier.lineage().schema_digest == before
    columns[0]["roles"] = ["quasi-identifier"]
    dossier.charter = loan_charter(columns=columns)
    assert dossier.lineage().schema_digest != before


def test_the_steps_lead_from_real_records_to_assessments(dossier: Dossier) -> None:
    steps = {step.name: step for step in dossier.lineage().steps}
    assert list(steps) == ["division", "generation", "privacy", "fairness", "utility"]
    assert steps["division"].outputs == ("train", "control")
    assert steps["division"].detail == "control 50 %, by row, seed 0"
    assert (steps["generation"].inputs, steps["generation"].outputs) == (("train",), ("synthetic",))
    assert steps["generation"].detail == "`gaussian-copula`, 300 rows, seed 3"
    assert steps["privacy"].inputs == ("train", "control", "synthetic")


def test_a_table_from_elsewhere_has_no_known_origin(dossier: Dossier) -> None:
    external = {"path": "a.csv", "tool": "another-tool 4.2", "description": "A tree model."}
    made = plan(generator="bring-your-own", external=external)
    step = dossier.lineage(made).steps[1]
    assert step.inputs == ()
    assert "another-tool 4.2" in step.detail
    assert "cannot be checked" in step.detail


def test_before_generation_there_is_neither_table_nor_step(dossier: Dossier) -> None:
    lineage = dossier.lineage(synthetic=None)
    assert "synthetic" not in {fact.name for fact in lineage.tables}
    assert "generation" not in {step.name for step in lineage.steps}
    assert all("synthetic" not in step.inputs for step in lineage.steps)


def test_nothing_names_the_machine_the_user_or_a_folder(dossier: Dossier) -> None:
    text = canonical(dossier.lineage())
    for private in (str(dossier.folder), str(Path.home()), platform.node(), "/tmp"):  # noqa: S108
        assert private not in text
    assert f'"{getpass.getuser()}"' not in text


def test_outside_a_repository_there_is_no_commit(dossier: Dossier) -> None:
    lineage = dossier.lineage()
    assert (lineage.commit, lineage.uncommitted) == (None, None)


def test_without_git_there_is_no_commit(
    dossier: Dossier, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    git(dossier.folder, "init", "-q")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert dossier.lineage().commit is None


def test_the_commit_is_recorded_and_whether_the_dossier_differs_from_it(dossier: Dossier) -> None:
    root = dossier.folder.parent.parent
    git(root, "init", "-q")
    (root / "elsewhere.txt").write_text("not of this dossier")
    git(root, "add", "dossiers/loanapp/charter.yaml", "dossiers/loanapp/data")
    git(root, "commit", "-q", "-m", "first")
    lineage = dossier.lineage()
    assert lineage.commit == git(root, "rev-parse", "HEAD")
    assert lineage.uncommitted is False  # runs, drafts and other folders do not count
    (dossier.folder / "charter.yaml").write_text("name: another\n")
    assert dossier.lineage().uncommitted is True


def test_a_file_monitor_that_the_repository_names_is_not_run(dossier: Dossier) -> None:
    root = dossier.folder.parent.parent
    git(root, "init", "-q")
    git(root, "add", ".")
    git(root, "commit", "-q", "-m", "first")
    trap = root / "trap.sh"
    trap.write_text(f"#!/bin/sh\ntouch {root}/sprung\n")
    trap.chmod(0o755)
    git(root, "config", "core.fsmonitor", str(trap))
    assert dossier.lineage().commit is not None
    assert not (root / "sprung").exists()


def test_the_same_dossier_gives_the_same_lineage(dossier: Dossier) -> None:
    assert canonical(dossier.lineage()) == canonical(dossier.lineage())


def test_the_picture_says_in_words_what_it_shows(dossier: Dossier) -> None:
    lineage = dossier.lineage()
    figure = lineage_picture(lineage)
    for fact in lineage.tables:
        assert f"{fact.rows} rows" in figure.alt
        assert fact.content[:12] in figure.alt
    assert "Generation: train to synthetic" in figure.alt
    assert figure.svg == lineage_picture(lineage).svg


def test_the_picture_takes_every_table_there_can_be(dossier: Dossier) -> None:
    some = dossier.tables.control.head(40)
    figure = lineage_picture(dossier.lineage(tuning=some, reference=some, external=some))
    for words in ("tuning records", "reference table", "external table"):
        assert words in figure.alt


def test_generation_and_lineage_agree_on_the_digest(dossier: Dossier) -> None:
    frame, made = generate.synthesise(dossier.tables, plan(rows=40))
    path = dossier.folder / "work" / "again.parquet"
    write_table(frame, path, dossier.charter.assessed)
    again = load(dossier.charter, dossier.folder, path)
    assert content_digest(again.made, dossier.charter.assessed) == made.synthetic.content
