"""Earlier releases and an attacker's table: in the session's files, the evidence, the lineage."""

from __future__ import annotations

import pandas as pd
import pytest
import yaml
from papers import SOURCE
from workspaces import make_workspace

from synthnb import Session
from synthnb.figures.lineage import lineage_picture
from synthnb.lineage import collect
from synthnb.records import exact
from synthnb.tables import content_digest, file_digest

NAMES = ["train", "control", "earlier-1", "earlier-2", "external"]


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Session:
    folder = make_workspace(tmp_path_factory.mktemp("earlier") / "ws")
    real = pd.read_csv(folder / "data" / "loanapp.csv", dtype=str)
    real.head(60).to_csv(folder / "data" / "spring.csv", index=False)
    real.head(40).to_csv(folder / "data" / "autumn.csv", index=False)
    real.iloc[:50, :4].to_csv(folder / "data" / "known.csv", index=False)
    path = folder / "charter.yaml"
    body = yaml.safe_load(path.read_text(encoding="utf-8"))
    for kind, name in (("earlier", "spring"), ("external", "known"), ("earlier", "autumn")):
        body["sources"].append({**SOURCE, "kind": kind, "path": f"data/{name}.csv"})
    path.write_text(yaml.safe_dump(body, allow_unicode=True), encoding="utf-8")
    return Session(str(folder))


def test_the_files_of_a_dossier_name_every_earlier_release(study: Session) -> None:
    files = {name: path.name for name, path in study.files.items()}
    assert files == {
        "real": "loanapp.csv",
        "external": "known.csv",
        "earlier-1": "spring.csv",
        "earlier-2": "autumn.csv",
    }


def test_evidence_holds_the_digest_of_every_table_that_an_attacker_used(study: Session) -> None:
    tables = study.tables()
    inputs = study.record(
        "privacy", [exact("privacy.leak.p", 0.5, n=9, method="m")]
    ).evidence.inputs
    assert sorted(inputs) == sorted(NAMES)
    first, second = tables.earlier
    assert (len(first), len(second)) == (60, 40)
    assert inputs["earlier-1"] == content_digest(first, study.charter.assessed)
    assert inputs["earlier-2"] == content_digest(second, study.charter.assessed)
    assert tables.external is not None
    held = [study.charter.column(str(name)) for name in tables.external]
    assert inputs["external"] == content_digest(tables.external, held)


def test_the_lineage_lists_earlier_releases_as_inputs_of_the_privacy_room(study: Session) -> None:
    lineage = collect(
        study.charter,
        study.plan,
        study.tables(),
        files=study.files,
        templates={},
        folder=study.folder,
        seed=0,
    )
    facts = {fact.name: fact for fact in lineage.tables}
    assert list(facts) == ["real", *NAMES]
    assert (facts["earlier-1"].rows, facts["earlier-2"].rows) == (60, 40)
    assert facts["earlier-2"].file == file_digest(study.files["earlier-2"])
    used = {step.name: step.inputs for step in lineage.steps}
    assert used["privacy"] == ("train", "control", "external", "earlier-1", "earlier-2")
    assert used["fairness"] == used["utility"] == ("train", "control")
    assert "40 rows and 17 columns" in lineage_picture(lineage).alt
