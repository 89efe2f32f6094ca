"""`synthnb incident`: what is refused at the command line, and what is shown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from incident_room import epoch, files, make_room
from workspaces import Cli, cli_here

MONDAY = "2026-11-02T09:30"  # it becomes known
THURSDAY = "2026-11-05T09:30"  # 72 hours later
OPEN: dict[str, Any] = {
    "--kind": "personal-data-breach",
    "--severity": "high",
    "--title": "A copy was sent to the wrong bank",
    "--description": "The mail of Monday went to the wrong list.",
    "--affects": "loanapp/1.0.0",
    "--action": "2026-11-30 Ben: check every list",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_room(tmp_path / "ws").root


def incident(root: Path, *words: str, now: str = MONDAY, by: str = "") -> Cli:
    key = ["--key", f"keys/{by}.pem"] if by else []
    return cli_here("incident", *words, *key, cwd=root, env=epoch(now))


def opened(root: Path, now: str = MONDAY, by: str = "Ada", **changed: str) -> Cli:
    options = {**OPEN, **{f"--{name.replace('_', '-')}": text for name, text in changed.items()}}
    words = [word for pair in options.items() for word in pair]
    return incident(root, "open", *words, now=now, by=by)


def update(root: Path, *words: str, now: str = MONDAY, by: str = "Ben") -> Cli:
    return incident(root, "update", "INC-2026-001", "--note", "News.", *words, now=now, by=by)


def close(root: Path, *, now: str = MONDAY, by: str = "Ben") -> Cli:
    return incident(root, "close", "INC-2026-001", "--note", "It is over.", now=now, by=by)


def reasons(done: Cli) -> list[str]:
    return [line.strip().removeprefix("• ") for line in done.err.splitlines() if "•" in line]


def test_c09_an_incident_is_not_closed_before_everybody_was_told_and_everything_is_done(
    root: Path,
) -> None:
    assert opened(root).code == 0
    done = close(root, by="Ada")
    assert done.code == 1
    untold = "is not done, and nobody wrote down why not (privacy officer,"
    assert reasons(done) == [
        f"tell the supervisory authority: {untold} by 2026-11-05 09:30 UTC)",
        f"tell the data subjects: {untold} without undue delay)",
        "action 1: is not done: check every list (Ben, due 2026-11-30)",
        "Ada: opened it; as it is or was high, somebody else must close it",
    ]
    assert update(root, "--notified", "supervisory authority", "--done", "1").code == 0
    assert len(reasons(close(root))) == 1
    waived = update(root, "--not-needed", "data subjects", "--because", "The file was encrypted.")
    assert waived.code == 0, waived.text
    assert close(root).code == 0
    assert json.loads(incident(root, "list", "--json").out)[0]["state"] == "closed"


def test_c09_a_notification_after_the_deadline_needs_its_reason(root: Path) -> None:
    opened(root)
    late = f"{THURSDAY}:01"
    done = update(root, "--notified", "the supervisory authority", now=late)
    assert done.code == 1
    assert "--late-because: is missing" in done.err
    assert "Art. 33(1)" in done.err
    done = update(root, "--notified", "the supervisory authority", "--late-because", "", now=late)
    assert done.code == 1
    in_time = update(root, "--notified", "supervisory authority", "--at", f"{THURSDAY}Z", now=late)
    assert in_time.code == 0, in_time.text


def test_c09_who_need_not_be_told_must_be_given_a_reason(root: Path) -> None:
    opened(root)
    done = update(root, "--not-needed", "the supervisory authority")
    assert done.code == 2
    assert "--not-needed, --because: go together" in done.err


def test_c09_nobody_without_a_valid_key_is_heard(root: Path) -> None:
    for name, why in (
        ("nobody", "belongs to nobody in people.yaml"),
        ("Eve", "expired on 2026-10-31"),
    ):
        done = opened(root, by=name)
        assert (done.code, reasons(done)) == (1, [f"key: {why}"])
    assert not (root / "incidents").exists()


def test_c08_what_is_overdue_says_who_must_act(root: Path) -> None:
    opened(root)
    done = incident(root, "list", "--overdue", now="2026-12-03T00:00")
    assert done.code == 0
    assert done.out.splitlines() == [
        "INC-2026-001  open  personal-data-breach, high: A copy was sent to the wrong bank",
        "  ✗ privacy officer: tell the supervisory authority by 2026-11-05 09:30 UTC "
        "(overdue by 27 d 14 h)",
        "  ✗ Ben: check every list by 2026-11-30 (overdue by 48 h)",
        "  · privacy officer: tell the data subjects without undue delay",
    ]


def test_the_list_can_be_cut_to_what_is_open_overdue_or_about_a_release(root: Path) -> None:
    opened(root, kind="other", severity="low", action="2026-11-02 Ben: nothing")
    opened(root, affects="claims")
    update(root, "--done", "1")
    close(root)

    def ids(*words: str, now: str = MONDAY) -> list[str]:
        done = incident(root, "list", *words, "--json", now=now)
        assert done.code == 0, done.text
        return [each["id"] for each in json.loads(done.out)]

    both = ["INC-2026-001", "INC-2026-002"]
    assert ids() == both
    assert ids("--open") == ["INC-2026-002"]
    assert ids("--overdue") == []
    assert ids("--overdue", now=THURSDAY) == []
    assert ids("--overdue", now=f"{THURSDAY}:01") == ["INC-2026-002"]
    assert ids("loanapp") == ids("loanapp/1.0.0") == ["INC-2026-001"]
    assert ids("loanapp/1.1.0") == []
    assert incident(root, "list", "--overdue").out == "There is no such incident.\n"


def test_programs_read_deadlines_and_what_is_left(root: Path) -> None:
    opened(root, known="2026-11-01T09:30Z")
    (found,) = json.loads(incident(root, "list", "--json").out)
    first = next(each for each in found["pending"] if "authority" in each["what"])
    assert first == {
        "who": "privacy officer",
        "what": "tell the supervisory authority",
        "due": "2026-11-04T09:30:00+00:00",
        "left_seconds": 48 * 3600,
        "overdue": False,
    }
    assert found["overdue"] is False


def test_opening_says_what_comes_next(root: Path) -> None:
    done = opened(root)
    lines = done.out.splitlines()
    assert lines[0] == "Opened INC-2026-001: A copy was sent to the wrong bank."
    assert any("by 2026-11-05 09:30 UTC (72 h left)" in line for line in lines)
    done = opened(root, kind="availability")
    assert "! The policy names nobody who must be told of availability" in done.out


DRAFT = """\
kind: personal-data-breach
severity: high
title: A copy was sent to the wrong bank
description: The mail of Monday went to the wrong list.
affects: [loanapp/1.0.0]
found_by: A reader
known: "2026-11-02T09:30:00Z"
actions:
  - {what: check every list, owner: Ben, due: 2026-11-30}
"""


def test_a_draft_says_what_options_would(root: Path) -> None:
    draft = root / "incidents" / "draft.yaml"
    draft.parent.mkdir(exist_ok=True)
    draft.write_text(DRAFT)
    done = incident(root, "open", "--draft", "incidents/draft.yaml", by="Ada")
    assert done.code == 0, done.err
    shown = incident(root, "show", "INC-2026-001").out
    assert "A copy was sent to the wrong bank" in shown
    assert "check every list" in shown


def test_a_draft_and_options_do_not_go_together_and_no_draft_may_be_incomplete(root: Path) -> None:
    draft = root / "draft.yaml"
    draft.write_text(DRAFT.replace("severity: high\n", ""))
    both = incident(root, "open", "--draft", "draft.yaml", "--title", "Another", by="Ada")
    assert (both.code, reasons(both)) == (2, ["--title: is said by the draft"])
    half = incident(root, "open", "--draft", "draft.yaml", by="Ada")
    assert half.code == 2
    assert "severity: is required and is missing" in half.err
    none = incident(root, "open", "--title", "Something", by="Ada")
    assert reasons(none) == [
        "--kind: is missing",
        "--severity: is missing",
        "--description: is missing",
    ]


def test_everything_that_cannot_be_read_is_said_at_once(root: Path) -> None:
    done = opened(root, known="2026-11-02T09:30", happened="yesterday", action="soon: check")
    assert done.code == 2
    assert reasons(done) == [
        "--happened: 'yesterday' is no time; write 2026-11-02T09:30Z",
        "--known: '2026-11-02T09:30' has no time zone; write 2026-11-02T09:30Z for UTC",
        "--action: 'soon: check' is not 'DATE OWNER: WHAT', e.g. '2026-11-30 Ada: …'",
    ]


def test_everything_that_is_wrong_with_an_incident_is_said_at_once(root: Path) -> None:
    done = opened(
        root,
        kind="mishap",
        severity="hihg",
        title="tbd",
        affects="loanap",
        known="2026-11-03T09:30Z",
        action="2026-11-01 Ben: check",
    )
    assert done.code == 2
    found = {reason.partition(":")[0] for reason in reasons(done)}
    assert found == {"--kind", "--severity", "--title", "--affects", "--action"}
    assert "did you mean `loanapp`?" in done.err
    assert not (root / "incidents").exists()


def test_an_incident_of_the_future_cannot_be_opened(root: Path) -> None:
    done = opened(root, known="2026-11-03T09:30Z")
    assert (done.code, reasons(done)) == (2, ["--known: lies in the future"])


def test_actions_are_done_today_or_on_a_day(root: Path) -> None:
    opened(root)
    done = update(root, "--done", "one", "--done", "1=soon")
    assert done.code == 2
    assert reasons(done) == [
        "--done: 'one' is not the number of an action",
        "--done: 'soon' is no day; write 2026-11-30",
    ]
    assert update(root, "--done", "1=2026-11-02", now=THURSDAY).code == 0
    (found,) = json.loads(incident(root, "list", "--json").out)
    assert found["actions"][0]["done"] == "2026-11-02"


def test_a_key_must_be_whose_it_is_said_to_be(root: Path) -> None:
    done = opened(root, **{"as": "Ben"})
    assert done.code == 2
    assert "is Ada's" in done.err
    assert opened(root, **{"as": "Ada"}).code == 0


def test_an_incident_that_is_not_there_is_guessed(root: Path) -> None:
    opened(root)
    done = incident(root, "show", "INC-2026-010")
    assert done.code == 2
    assert "There is no incident 'INC-2026-010'; did you mean `INC-2026-001`?" in done.err


def test_everything_that_was_said_is_shown_and_a_changed_statement_too(root: Path) -> None:
    opened(root, found_by="A customer", happened="2026-11-01T10:00Z")
    update(root, "--notified", "the supervisory authority", "--done", "1")
    update(root, "--not-needed", "the data subjects", "--because", "The file was encrypted.")
    done = incident(root, "show", "INC-2026-001")
    assert done.code == 0, done.text
    for said in (
        "The mail of Monday went to the wrong list.",
        "affects loanapp/1.0.0; found by A customer",
        "happened 2026-11-01 10:00 UTC; known since 2026-11-02 09:30 UTC",
        "the supervisory authority: told 2026-11-02 09:30 UTC",
        "the data subjects: need not be told: The file was encrypted.",
        "action 1: check every list, done 2026-11-02",
        "2026-11-02 09:30 UTC  Ada: opened it",
        "2026-11-02 09:30 UTC  Ben: News.",
    ):
        assert f"  {said}\n" in done.out
    kept = root / "incidents" / "INC-2026-001" / "002-update.dsse.json"
    kept.write_bytes(kept.read_bytes().replace(b'"sig":"', b'"sig":"A', 1))
    done = incident(root, "show", "INC-2026-001")
    assert done.code == 1
    assert "002-update.dsse.json: is not the envelope that the ledger knows" in done.out
    found = json.loads(incident(root, "show", "INC-2026-001", "--json").out)
    assert len(found["problems"]) == 1
    assert [each["by"] for each in found["statements"]] == ["Ada", "Ben", "Ben"]


def test_no_release_is_touched_and_the_history_still_holds(root: Path) -> None:
    before = files(root / "reports")
    opened(root)
    update(root, "--notified", "the supervisory authority", "--done", "1")
    update(root, "--notified", "the data subjects")
    assert close(root).code == 0
    assert files(root / "reports") == before
    done = cli_here("log", "loanapp", cwd=root, env=epoch(MONDAY))
    assert done.code == 0, done.text
    for kind in ("incident", "incident-update", "incident-closed"):
        assert f"  {kind} " in done.out
