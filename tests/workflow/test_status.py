"""What waits, for whom, since when, and what is overdue; before anything was run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from four_people import Office, office
from workspaces import EPOCH


@pytest.fixture
def room(tmp_path: Path) -> Office:
    return office(tmp_path / "ws")


def waiting(room: Office, at: int = 0) -> tuple[int, list[dict[str, Any]]]:
    done = room.as_("sam", "status", "--json", at=at)
    return done.code, json.loads(done.out)


def test_charter_and_plan_wait_for_those_who_may_approve_and_did_not_write_them(
    room: Office,
) -> None:
    room.ok("olivia", "approve", "charter", "loanapp")
    code, found = waiting(room)
    assert code == 0
    assert [each["what"] for each in found] == [
        "approval of charter.yaml",
        "approval of plan.yaml",
        "a run",
    ]
    assert found[0]["who"] == ["Pat Privacy (invented)"]
    assert found[0]["since"] == "2026-09-21"
    assert found[1]["who"] == ["Olivia Owner (invented)", "Pat Privacy (invented)"]
    assert found[2]["who"] == ["Sam Scientist (invented)"]


def test_c08_a_decision_that_waits_too_long_is_overdue_and_names_the_role_to_turn_to(
    room: Office,
) -> None:
    """The policy lets an answer wait 14 days; the charter names the data owner."""
    room.ok("olivia", "approve", "charter", "loanapp")
    assert waiting(room, at=14)[0] == 0
    code, found = waiting(room, at=15)
    assert code == 1
    late = next(each for each in found if each["what"] == "approval of charter.yaml")
    assert late["overdue"]
    assert late["due"] == "2026-10-05"
    assert late["escalate"] == "data owner (Olivia Owner (invented))"
    said = room.as_("sam", "status", at=15).text
    assert "OVERDUE" in said
    assert "Turn to: data owner" in said


def test_a_decision_that_was_removed_or_brought_from_outside_stops_everything(
    room: Office, tmp_path: Path
) -> None:
    room.ok("olivia", "reject", "charter", "loanapp", "--reason", "Not like this.")
    (path,) = (room.root / "dossiers/loanapp/decisions").iterdir()
    kept = path.read_bytes()
    path.unlink()
    said = room.no("sam", "run", "loanapp")
    assert "the decision of Olivia Owner (invented) is missing or changed" in said
    path.write_bytes(kept)
    other = office(tmp_path / "elsewhere")
    other.ok("pat", "approve", "charter", "loanapp")
    (foreign,) = (other.root / "dossiers/loanapp/decisions").iterdir()
    (path.parent / "0002-charter-foreign.dsse.json").write_bytes(foreign.read_bytes())
    said = room.no("sam", "run", "loanapp")
    assert "0002-charter-foreign.dsse.json: is not in the ledger" in said


def test_a_replayed_approval_of_an_earlier_version_does_not_count(room: Office) -> None:
    room.ok("olivia", "approve", "plan", "loanapp")
    room.ok("pat", "approve", "plan", "loanapp")
    room.edit("plan.yaml", "seed: 0", "seed: 1")
    _, found = waiting(room)
    plan = next(each for each in found if each["what"] == "approval of plan.yaml")
    assert "Olivia Owner (invented) decided on another version (2026-09-21)" in plan["why"]
    room.edit("plan.yaml", "seed: 1", "seed: 0")
    assert "approval of plan.yaml" not in [each["what"] for each in waiting(room)[1]]


def test_a_plan_without_an_author_cannot_be_approved(room: Office) -> None:
    room.edit("plan.yaml", "author: Sam Scientist (invented)\n", "")
    said = room.no("olivia", "approve", "plan", "loanapp")
    assert "plan.yaml: author: is empty; who wrote it may not approve it" in said


def test_an_author_whom_nobody_knows_could_be_the_one_who_approves(room: Office) -> None:
    room.edit("charter.yaml", "author: Sam Scientist (invented)", "author: Olivia O.")
    said = room.no("olivia", "approve", "charter", "loanapp")
    assert "charter.yaml: author: is `Olivia O.`, whom people.yaml does not list" in said


FEEDBACK = """\
schema_version: "1"
entries:
  - who: A teacher
    on: 2026-09-20
    about: loanapp/1.0.0
    kind: error
    text: A group seems to be rarer than in the real data.
"""
ANSWER = """\
    answer:
      by: Farah Fair (invented)
      on: 2026-09-21
      text: You are right.
      outcome: mended
"""


def test_what_a_reader_said_waits_for_an_answer_and_stands_in_the_ledger(room: Office) -> None:
    (room.root / "feedback.yaml").write_text(FEEDBACK)
    _, found = waiting(room)
    (open_,) = [each for each in found if "answer" in each["what"]]
    assert open_["what"] == "an answer (error) about loanapp/1.0.0"
    assert (open_["since"], open_["due"]) == ("2026-09-20", "2026-10-04")
    assert "rarer" not in json.dumps(found)
    (room.root / "feedback.yaml").write_text(FEEDBACK + ANSWER)
    assert not [each for each in waiting(room)[1] if "answer" in each["what"]]
    waiting(room)
    listed = json.loads(room.as_("sam", "log", "loanapp", "--kind", "feedback", "--json").out)
    assert [each["body"].get("outcome") for each in listed] == [None, "mended"]
    assert listed[0]["body"]["said"] == listed[1]["body"]["said"]


def test_a_draft_workspace_asks_nobody(room: Office) -> None:
    settings = room.root / "synthnb.yaml"
    settings.write_text(settings.read_text().replace("mode: binding", "mode: draft"))
    assert [each["what"] for each in waiting(room)[1]] == ["a run"]


def test_the_time_of_a_decision_is_the_clock_s(room: Office) -> None:
    room.ok("olivia", "approve", "charter", "loanapp")
    done = room.as_("sam", "log", "--json")
    kinds = [(each["kind"], each["time"]) for each in json.loads(done.out)]
    assert [kind for kind, _ in kinds] == ["charter", "plan", "approval"]
    assert {time for _, time in kinds} == {"2026-09-21T14:13:20Z"}, EPOCH
