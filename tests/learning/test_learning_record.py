"""Completions are kept in the ledger, for people whom the workspace lists."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from workspaces import EPOCH, cli_here

from synthnb import learning
from synthnb.errors import NotebookError, UsageError
from synthnb.ledger import Ledger
from synthnb.notebooks import execute
from synthnb.records import Member, People, write
from synthnb.workspace import Workspace

ADA, BEN = "Ada Author", "Ben Beginner"


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", EPOCH)
    made = Workspace.create(tmp_path / "ws")
    members = (Member(name=ADA, roles=("author",)), Member(name=BEN, roles=("student",)))
    (made.root / "people.yaml").write_text(write(People(members=members)))
    return made


def told(workspace: Workspace, *words: str) -> list[dict[str, Any]]:
    done = cli_here("training", "--json", *words, cwd=workspace.root)
    return list(json.loads(done.out))


def test_a_completion_stands_in_the_ledger_with_person_version_and_score(
    workspace: Workspace,
) -> None:
    entry = learning.record(workspace, person=ADA, workshop="tuning", right=4, of=5)
    assert entry.kind == "training"
    assert entry.dossier is None
    assert entry.body == {
        "person": ADA,
        "workshop": "tuning",
        "template": learning.taught("tuning").digest,
        "right": 4,
        "of": 5,
        "date": "2026-09-21",
    }
    assert Ledger(workspace.ledger).verify() == []


def test_the_latest_completion_counts_and_everybody_else_is_missing(workspace: Workspace) -> None:
    for right in (2, 5):
        learning.record(workspace, person=ADA, workshop="tuning", right=right, of=5)
    found = {(each.person, each.workshop.id): each for each in learning.standings(workspace)}
    assert len(found) == 4
    ada = found.pop((ADA, "tuning"))
    assert (ada.completed, ada.right, ada.of, ada.current) == (date(2026, 9, 21), 5, 5, True)
    assert all(each.completed is None and not each.current for each in found.values())


def test_a_completion_of_an_earlier_version_is_out_of_date(workspace: Workspace) -> None:
    body = {"person": ADA, "workshop": "tuning", "template": "0" * 64}
    score = {"right": 5, "of": 5, "date": "2026-01-31"}
    from synthnb import clock

    Ledger(workspace.ledger).append("training", None, body | score, clock.now())
    (found,) = [each for each in told(workspace) if each["completed"]]
    assert found["state"] == "out of date"
    assert "2026-01-31, but the workshop has" in cli_here("training", cwd=workspace.root).out


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"person": "Ada Autor"}, "did you mean `Ada Author`"),
        ({"workshop": "tuning2"}, "did you mean `tuning`"),
        ({"right": 6}, "6 of 5 is no score"),
        ({"right": 0, "of": 0}, "0 of 0 is no score"),
    ],
)
def test_what_is_wrong_is_not_recorded(
    workspace: Workspace, asked: dict[str, Any], says: str
) -> None:
    body = {"person": ADA, "workshop": "tuning", "right": 5, "of": 5, **asked}
    with pytest.raises(UsageError, match=says):
        learning.record(workspace, **body)
    assert Ledger(workspace.ledger).entries() == ()


def test_c10_a_person_without_the_workshops_shows_as_missing(workspace: Workspace) -> None:
    done = cli_here("training", "--missing", cwd=workspace.root)
    assert done.code == 1
    assert done.out.count("missing") == 4
    for each in learning.WORKSHOPS:
        learning.record(workspace, person=ADA, workshop=each.id, right=5, of=5)
    done = cli_here("training", "--missing", cwd=workspace.root)
    assert done.code == 1
    assert ADA not in done.out
    assert BEN in done.out
    assert {(each["person"], each["state"]) for each in told(workspace)} == {
        *((ADA, "done"), (BEN, "missing"))
    }
    for each in learning.WORKSHOPS:
        learning.record(workspace, person=BEN, workshop=each.id, right=3, of=5)
    done = cli_here("training", "--missing", cwd=workspace.root)
    assert (done.code, done.out) == (
        *(0, "Nothing is missing, or nobody is listed in people.yaml.\n"),
    )
    assert "3 of 5" in cli_here("training", cwd=workspace.root).out


def test_c10_somebody_who_is_not_listed_cannot_be_recorded(
    workspace: Workspace, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="is not in people"):
        learning.record(workspace, person="Eve", workshop="tuning", right=5, of=5)
    copied = cli_here("notebooks", "--workshops", cwd=workspace.root).out.split()
    with pytest.raises(NotebookError) as caught:
        execute(Path(copied[1]), tmp_path / "out.ipynb", {"person": "Eve"}, workspace.root)
    assert "'Eve' is not in people.yaml" in str(caught.value)
    assert Ledger(workspace.ledger).entries() == ()
    assert {each["state"] for each in told(workspace)} == {"missing"}


def test_the_log_tells_who_completed_what(workspace: Workspace) -> None:
    learning.record(workspace, person=ADA, workshop="tuning", right=4, of=5)
    done = cli_here("log", "--kind", "training", cwd=workspace.root)
    assert done.code == 0
    assert ADA in done.out


def test_workshops_are_copied_once_and_what_was_changed_stays(workspace: Workspace) -> None:
    done = cli_here("notebooks", "--workshops", cwd=workspace.root)
    assert done.code == 0
    paths = [Path(line) for line in done.out.splitlines()]
    assert [path.name for path in paths] == [each.file for each in learning.WORKSHOPS]
    paths[0].write_text("mine")
    assert cli_here("notebooks", "--workshops", cwd=workspace.root).code == 0
    assert paths[0].read_text() == "mine"


def test_notebooks_of_nobody_are_refused(workspace: Workspace) -> None:
    done = cli_here("notebooks", cwd=workspace.root)
    assert done.code == 2
    assert "--workshops" in done.err
