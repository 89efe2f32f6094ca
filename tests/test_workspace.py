"""The workspace: where things live, and what becomes of names and files that are not right."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from papers import charter, plan, policy

from synthnb.errors import BusyError, RecordError, UsageError
from synthnb.records import Charter, write
from synthnb.records.base import sha256
from synthnb.records.run import Run
from synthnb.workspace import Dossier, Workspace, read_record


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "house")


@pytest.fixture
def dossier(workspace: Workspace) -> Dossier:
    """Return a dossier whose papers are whole."""
    made = workspace.new("people")
    (made.folder / "charter.yaml").write_text(write(charter()))
    (made.folder / "plan.yaml").write_text(write(plan()))
    (workspace.root / "policy.yaml").write_text(write(policy()))
    return made


def add_run(dossier: Dossier, name: str, status: str = "complete", *, whole: bool = True) -> None:
    folder = dossier.runs / name
    folder.mkdir(parents=True)
    if whole:
        run = Run(
            id=name, dossier=dossier.name, status=status, finished="2026-11-30T10:00:00Z",
            synthnb="0.1.0", charter=sha256("c"), plan=sha256("p"), notebooks={},
        )  # fmt: skip
        (folder / "run.json").write_text(run.model_dump_json())


# --- workspaces -----------------------------------------------------------------------------------


def test_a_new_workspace_has_a_policy_people_and_room_for_dossiers(workspace: Workspace) -> None:
    assert workspace.policy.rules
    assert workspace.people.members == ()
    assert workspace.dossiers == ()
    assert workspace.reports == workspace.root / "reports"
    assert workspace.ledger == workspace.root / "ledger.sqlite"


def test_a_workspace_is_found_from_anywhere_inside_it(workspace: Workspace) -> None:
    below = workspace.root / "dossiers" / "a" / "b"
    below.mkdir(parents=True)
    assert Workspace.find(below).root == workspace.root.resolve()


def test_outside_a_workspace_the_way_in_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="`synthnb init` makes one"):
        Workspace.find(tmp_path)


def test_a_workspace_is_not_made_twice(workspace: Workspace) -> None:
    (workspace.root / "policy.yaml").write_text("mine")
    with pytest.raises(UsageError, match="is a workspace already"):
        Workspace.create(workspace.root)
    assert (workspace.root / "policy.yaml").read_text() == "mine"


def test_a_policy_that_is_there_is_kept(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text(write(policy()))
    assert Workspace.create(tmp_path).policy == policy()


def test_settings_say_where_things_lie(workspace: Workspace) -> None:
    marker = workspace.root / "synthnb.yaml"
    marker.write_text(
        "policy: rules/house.yaml\nreports: out\nledger: log.sqlite\npeople: no.yaml\n"
    )
    (workspace.root / "rules").mkdir()
    (workspace.root / "rules" / "house.yaml").write_text(write(policy()))
    found = Workspace.find(workspace.root)
    assert found.policy == policy()
    assert found.people.members == ()
    assert found.reports.name == "out"
    marker.write_text("polcy: x\n")
    with pytest.raises(RecordError, match="did you mean `policy`"):
        Workspace.find(workspace.root)


# --- dossiers -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["../evil", "a/b", "..", ".", "", ".hidden", "-x", "_x", "a b", "a\n", "x" * 65, "é"]
)
def test_a_name_that_could_lead_elsewhere_makes_no_dossier(name: str, workspace: Workspace) -> None:
    before = sorted(workspace.root.rglob("*"))
    with pytest.raises(UsageError, match="cannot name a dossier"):
        workspace.new(name)
    assert sorted(workspace.root.rglob("*")) == before
    with pytest.raises(UsageError):
        workspace.dossier(name)


def test_a_new_dossier_lists_all_that_is_still_to_be_written(workspace: Workspace) -> None:
    made = workspace.new("people")
    with pytest.raises(RecordError) as caught:
        made.read()
    message = str(caught.value)
    assert message.startswith("The dossier `people` has ")
    assert "charter.yaml: purpose (line " in message
    assert "plan.yaml: rationale (line " in message
    assert "needs at least" not in message
    assert "name" not in {problem.where for problem in caught.value.problems}


def test_a_name_that_is_taken_is_refused(dossier: Dossier) -> None:
    with pytest.raises(UsageError, match="There is a dossier 'people' already"):
        dossier.workspace.new("people")


def test_what_a_killed_process_left_is_no_dossier_and_in_nobodys_way(workspace: Workspace) -> None:
    partial = workspace.root / "dossiers" / ".people.partial"
    partial.mkdir()
    (partial / "junk").write_text("x")
    assert workspace.dossiers == ()
    made = workspace.new("people")
    assert not (made.folder / "junk").exists()
    assert not partial.exists()
    assert [each.name for each in workspace.dossiers] == ["people"]


def test_a_dossier_is_found_by_name_by_folder_and_from_inside(
    dossier: Dossier, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = dossier.workspace
    assert workspace.dossier("people") == dossier
    assert workspace.dossier(str(dossier.folder)).folder == dossier.folder.resolve()
    monkeypatch.chdir(dossier.folder / "data")
    assert Dossier.at(Path()).name == "people"
    assert Dossier.at(Path()).workspace.root == workspace.root.resolve()


def test_an_unknown_dossier_is_told_the_known_ones(dossier: Dossier) -> None:
    with pytest.raises(UsageError, match="there is: people"):
        dossier.workspace.dossier("pepole")


def test_a_path_that_is_not_there_is_not_taken_for_its_parent(dossier: Dossier) -> None:
    with pytest.raises(UsageError, match="is not a dossier"):
        Dossier.at(dossier.folder / "typo")
    with pytest.raises(UsageError, match="is not a dossier"):
        Dossier.at(dossier.workspace.root)


def test_the_papers_of_a_dossier_are_read_together(dossier: Dossier) -> None:
    papers = dossier.read()
    assert (papers.charter, papers.plan, papers.policy) == (charter(), plan(), policy())


def test_the_problems_of_all_papers_are_one_error(dossier: Dossier) -> None:
    (dossier.folder / "charter.yaml").write_text(write(charter(name="other")))
    (dossier.folder / "plan.yaml").unlink()
    (dossier.workspace.root / "policy.yaml").write_text("a: [1")
    with pytest.raises(RecordError) as caught:
        dossier.read()
    plan_is, policy_is, name_is = (str(problem) for problem in caught.value.problems)
    assert plan_is == "plan.yaml: plan.yaml does not exist."
    assert policy_is.startswith("policy.yaml: syntax (line 1): ")
    assert name_is == "charter.yaml: name: is `other`, but the folder is `people`"
    assert caught.value.message == "The dossier `people` has 3 problems."


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff\xfe", "charter.yaml is not UTF-8 text."),
        (b"", "charter.yaml is not a mapping."),
        (None, "charter.yaml does not exist."),
    ],
)
def test_a_file_that_is_no_record_is_named(
    content: bytes | None, message: str, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / "charter.yaml").write_bytes(content)
    with pytest.raises(RecordError) as caught:
        read_record(Charter, tmp_path / "charter.yaml")
    assert caught.value.message == message
    assert str(tmp_path) not in str(caught.value)


def test_a_folder_in_the_place_of_a_record_is_named(tmp_path: Path) -> None:
    (tmp_path / "charter.yaml").mkdir()
    with pytest.raises(RecordError, match=r"charter\.yaml cannot be read: Is a directory"):
        read_record(Charter, tmp_path / "charter.yaml")


# --- runs -----------------------------------------------------------------------------------------


def test_only_a_whole_run_counts_and_the_latest_is_the_one(dossier: Dossier) -> None:
    with pytest.raises(UsageError, match="has no complete run"):
        dossier.run()
    assert dossier.next_run() == "0001"
    for name in ("0002", "0001", "0010"):
        add_run(dossier, name)
    add_run(dossier, "0011", whole=False)
    add_run(dossier, "0012.failed", "failed")
    add_run(dossier, "0013.partial")
    (dossier.runs / "notes").mkdir()
    assert [path.name for path in dossier.complete_runs] == ["0001", "0002", "0010"]
    assert dossier.run()[0].name == "0010"
    assert dossier.run("0002")[1].id == "0002"
    assert dossier.next_run() == "0014"


def test_the_ten_thousandth_run_comes_after_the_one_before(dossier: Dossier) -> None:
    for name in ("9999", "10000"):
        add_run(dossier, name)
    assert dossier.run()[0].name == "10000"
    assert dossier.next_run() == "10001"


@pytest.mark.parametrize("run_id", ["0009", "../0001", "0002.failed", ""])
def test_a_run_that_is_not_complete_is_not_given(run_id: str, dossier: Dossier) -> None:
    add_run(dossier, "0001")
    add_run(dossier, "0002.failed", "failed")
    with pytest.raises(UsageError, match="has no complete run"):
        dossier.run(run_id)


def test_a_run_that_says_of_itself_that_it_failed_is_not_given(dossier: Dossier) -> None:
    add_run(dossier, "0001", "failed")
    with pytest.raises(UsageError, match="The run 0001 of `people` is marked failed"):
        dossier.run()


def test_a_dossier_may_have_its_own_version_of_a_notebook(dossier: Dossier) -> None:
    stock = Path("/stock/03_privacy.ipynb")
    assert dossier.template(stock) == stock
    own = dossier.folder / "notebooks" / stock.name
    own.parent.mkdir()
    own.write_text("{}")
    assert dossier.template(stock) == own


def test_two_cannot_be_at_one_dossier_at_once(dossier: Dossier) -> None:
    errors: list[BaseException] = []

    def other() -> None:
        try:
            with Dossier(dossier.workspace, dossier.folder).lock():
                pass
        except BusyError as exc:
            errors.append(exc)

    with dossier.lock():
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert "another process" in str(errors[0])
    with dossier.lock():
        pass


def test_an_error_inside_the_lock_is_not_taken_for_a_busy_dossier(dossier: Dossier) -> None:
    with pytest.raises(KeyError), dossier.lock():
        raise KeyError
    with dossier.lock():
        pass
