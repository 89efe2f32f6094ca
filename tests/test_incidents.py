"""Incidents: deadlines by hand, what they turn out to be, and when they may be closed.

The clock of the tests: it became known on Monday 2026-11-02 at 09:30 UTC; 72 hours later is
Thursday 2026-11-05 at 09:30 UTC.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from incident_room import (
    AUTHORITY,
    DUE,
    KNOWN,
    close,
    files,
    make_room,
    opened,
    set_clock,
    update,
    whys,
)

from synthnb.errors import BlockedError, UsageError
from synthnb.ledger import Course, Ledger, courses, incidents_about
from synthnb.ledger.incidents import open_incidents, overdue_incidents, span
from synthnb.workflow.incidents import Todo, incident
from synthnb.workspace import Workspace

SECOND = timedelta(seconds=1)


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    set_clock(monkeypatch, KNOWN)
    return make_room(tmp_path / "ws")


def at(room: Workspace, now: datetime) -> Course:
    return courses(Ledger(room.ledger).entries(), now)[0]


def dues(course: Course) -> dict[str, datetime | None]:
    return {each.duty.to: each.duty.due for each in course.owed}


# --- deadlines -----------------------------------------------------------------------------------


def test_a_breach_must_be_notified_within_72_hours_of_becoming_known(room: Workspace) -> None:
    assert dues(opened(room)) == {AUTHORITY: DUE}
    (pending,) = at(room, KNOWN).pending
    assert str(pending) == (
        f"privacy officer: tell {AUTHORITY} by 2026-11-05 09:30 UTC (72 h left)"
    )


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (DUE - SECOND, "less than 1 min left"),
        (DUE, "less than 1 min left"),
        (DUE + SECOND, "overdue by less than 1 min"),
        (DUE + timedelta(hours=2, minutes=5), "overdue by 2 h 5 min"),
        (DUE + timedelta(days=4, hours=1), "overdue by 4 d 1 h"),
    ],
)
def test_the_72nd_hour_still_counts_and_the_second_after_does_not(
    room: Workspace, now: datetime, said: str
) -> None:
    opened(room)
    course = at(room, now)
    assert str(course).endswith(f"by 2026-11-05 09:30 UTC ({said})]")
    assert bool(course.overdue) == (now > DUE)
    entries = Ledger(room.ledger).entries()
    assert len(open_incidents(entries, now)) == 1
    assert len(overdue_incidents(entries, now)) == (now > DUE)


def test_hours_are_hours_also_when_the_clocks_are_changed(
    room: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    summer = datetime.fromisoformat("2026-10-24T12:00:00+02:00")
    course = opened(room, known=summer)  # summer time ends on the 25th: noon, three days on, is 11
    assert dues(course)[AUTHORITY] == datetime.fromisoformat("2026-10-27T11:00:00+01:00")


def test_the_clock_starts_when_it_became_known_and_not_when_it_happened(room: Workspace) -> None:
    known, happened = KNOWN - timedelta(hours=70), KNOWN - timedelta(days=400)
    (pending,) = opened(room, known=known, happened=happened).pending
    assert pending.left == timedelta(hours=2)


def test_people_are_told_without_undue_delay_where_the_risk_is_high(room: Workspace) -> None:
    assert dues(opened(room, severity="high")) == {AUTHORITY: DUE, "the data subjects": None}
    course = at(room, KNOWN + timedelta(days=365))
    assert [each.what for each in course.overdue] == [f"tell {AUTHORITY}"]
    waiting = next(each for each in course.pending if each.due is None)
    assert str(waiting) == "privacy officer: tell the data subjects without undue delay"


def test_an_action_is_overdue_once_its_day_is_over(room: Workspace) -> None:
    opened(
        room,
        kind="other",
        actions=[Todo(what="Check every list", owner="Ben", due=date(2026, 11, 30))],
    )
    midnight = datetime(2026, 12, 1, tzinfo=UTC)
    assert not at(room, midnight - SECOND).overdue
    (late,) = at(room, midnight + timedelta(days=5)).overdue
    assert str(late) == "Ben: Check every list by 2026-11-30 (overdue by 5 d)"


def test_the_most_urgent_comes_first(room: Workspace) -> None:
    early, late = date(2026, 11, 3), date(2026, 11, 9)
    course = opened(
        room, actions=[Todo("Later", "Ben", due=late), Todo("Sooner", "Ben", due=early)]
    )
    assert [each.what for each in course.pending] == ["Sooner", f"tell {AUTHORITY}", "Later"]


def test_a_policy_that_is_changed_later_does_not_move_a_deadline(room: Workspace) -> None:
    opened(room)
    path = room.root / "policy.yaml"
    path.write_text(path.read_text().replace("hours: 72", "hours: 720"))
    assert dues(incident(room, "INC-2026-001")) == {AUTHORITY: DUE}
    assert dues(opened(room)) == {AUTHORITY: KNOWN + timedelta(hours=720)}


def test_lengths_of_time_are_spoken() -> None:
    said = {
        timedelta(seconds=59): "less than 1 min",
        timedelta(minutes=1): "1 min",
        timedelta(hours=1): "1 h",
        timedelta(hours=95, minutes=59): "95 h 59 min",
        timedelta(hours=96): "4 d",
        timedelta(hours=121): "5 d 1 h",
    }
    assert {length: span(length) for length in said} == said


# --- what it turns out to be ---------------------------------------------------------------------


def test_another_kind_brings_its_duties_and_takes_none_away(room: Workspace) -> None:
    opened(room, kind="misuse")
    course = update(room, kind="personal-data-breach", severity="high")
    assert dues(course) == {"the data owner": DUE, AUTHORITY: DUE, "the data subjects": None}
    assert dues(update(room, kind="other", severity="low")) == dues(course)


def test_the_clock_of_a_new_kind_runs_from_the_beginning_unless_it_became_known_later(
    room: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(room, kind="other")
    later = KNOWN + timedelta(days=10)
    set_clock(monkeypatch, later)
    assert dues(update(room, kind="re-identification")) == {AUTHORITY: DUE}
    course = update(room, kind="integrity", known=later)
    assert dues(course)["everybody who received the release"] == later + timedelta(hours=72)
    course = update(room, kind="personal-data-breach", known=later)
    assert dues(course)[AUTHORITY] == DUE  # the earlier of two deadlines counts


def test_why_somebody_need_not_be_told_must_be_said_anew_when_it_turns_out_worse(
    room: Workspace,
) -> None:
    opened(room)
    course = update(room, unneeded="Supervisory Authority", because="Nothing was readable.")
    assert course.pending == ()
    course = update(room, severity="critical")
    assert {each.what for each in course.pending} == {f"tell {AUTHORITY}", "tell the data subjects"}


def test_who_was_told_need_not_be_told_again_when_it_turns_out_worse(room: Workspace) -> None:
    opened(room)
    update(room, told=AUTHORITY)
    course = update(room, severity="critical")
    assert {each.what for each in course.pending} == {"tell the data subjects"}


def test_told_in_time_needs_no_reason_and_a_second_later_does(
    room: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(room)
    set_clock(monkeypatch, DUE + timedelta(days=1))
    with pytest.raises(BlockedError) as caught:
        update(room, told=AUTHORITY, told_at=DUE + SECOND)
    assert whys(caught) == [
        f"--late-because: is missing: {AUTHORITY} had to be told by 2026-11-05 09:30 UTC; "
        "this is less than 1 min later"
    ]
    assert update(room, told=AUTHORITY, told_at=DUE).pending == ()


def test_a_late_notification_with_its_reason_is_taken(
    room: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(room)
    set_clock(monkeypatch, DUE + timedelta(days=1))
    course = update(room, told="supervisory authority", late_because="The office was closed.")
    (owed,) = course.owed
    assert owed.notice is not None
    assert owed.notice.late_because == "The office was closed."
    assert not course.overdue


def test_a_notification_may_come_in_parts_and_the_first_one_counts(
    room: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(room)
    update(room, told=AUTHORITY)
    set_clock(monkeypatch, DUE + timedelta(days=9))
    (owed,) = update(room, told=AUTHORITY).owed
    assert owed.notice is not None
    assert owed.notice.at == KNOWN


def test_everything_that_is_wrong_with_an_update_is_said_at_once(
    room: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(room, actions=[Todo("Check", "Ben", date(2026, 11, 30))])
    update(room, done=[(1, KNOWN.date())])
    set_clock(monkeypatch, DUE + SECOND)
    with pytest.raises(UsageError) as caught:
        update(
            room,
            known=KNOWN,
            affects=["loanapp/9.9.9"],
            actions=[Todo("Write rules", "Ada", date(2026, 11, 4))],
            done=[(1, KNOWN.date()), (2, date(2026, 11, 6)), (3, KNOWN.date())],
            told=AUTHORITY,
            unneeded="the press",
        )
    assert whys(caught) == [
        "--known: says when a new `--kind` or `--severity` became known",
        "--not-needed, --because: go together",
        f"--not-needed: 'the press' need not be told of this; who must: {AUTHORITY}",
        "--affects: there is no 'loanapp/9.9.9' here; did you mean `loanapp/1.1.0`?",
        "--action: 'Write rules' was due on 2026-11-04 already",
        "--done 1: was done on 2026-11-02 already",
        "--done 2: 2026-11-06 lies in the future",
        "--done 3: there is no such action; INC-2026-001 has 2 actions",
        f"--late-because: is missing: {AUTHORITY} had to be told by 2026-11-05 09:30 UTC; "
        "this is less than 1 min later",
    ]
    assert len(incident(room, "INC-2026-001").statements) == 2


def test_nobody_is_told_before_it_was_known_or_in_the_future(room: Workspace) -> None:
    opened(room)
    for when, why in (
        (KNOWN - SECOND, "--at: is before the incident became known"),
        (KNOWN + SECOND, "--at: lies in the future"),
    ):
        with pytest.raises(UsageError) as caught:
            update(room, told=AUTHORITY, told_at=when)
        assert whys(caught) == [why]


def test_who_was_told_cannot_be_declared_unnecessary_to_tell(room: Workspace) -> None:
    opened(room)
    update(room, told=AUTHORITY)
    with pytest.raises(UsageError, match="cannot be updated") as caught:
        update(room, unneeded=AUTHORITY, because="It was nothing.")
    assert whys(caught) == [f"--not-needed: {AUTHORITY} was told; nothing is left to say"]


# --- closing -------------------------------------------------------------------------------------


def test_an_incident_is_closed_when_all_is_done_and_stays_closed(room: Workspace) -> None:
    opened(room, actions=[Todo("Check", "Ben", date(2026, 11, 30))])
    update(room, told=AUTHORITY, done=[(1, KNOWN.date())])
    course = close(room, "Ada")  # of medium severity: whoever opened it may
    assert not course.is_open
    assert str(course) == (
        "INC-2026-001 was closed on 2026-11-02 (personal-data-breach, medium): "
        "A copy was sent to the wrong bank"
    )
    assert at(room, KNOWN + timedelta(days=999)).overdue == ()
    for again in (close, update):
        with pytest.raises(UsageError) as caught:
            again(room)
        assert whys(caught) == ["INC-2026-001: was closed by Ada on 2026-11-02; open another one"]


def test_who_opened_a_severe_incident_cannot_close_it_even_after_calling_it_mild(
    room: Workspace,
) -> None:
    opened(room, kind="other", severity="critical")
    update(room, "Ada", severity="low")
    with pytest.raises(BlockedError) as caught:
        close(room, "Ada")
    assert whys(caught) == ["Ada: opened it; as it is or was critical, somebody else must close it"]
    assert not close(room, "Ben").is_open


# --- releases ------------------------------------------------------------------------------------


def test_an_incident_shows_for_the_releases_that_it_affects_while_it_is_open(
    room: Workspace,
) -> None:
    opened(room, kind="other")
    opened(room, kind="other", affects=["loanapp"])
    opened(room, kind="other", affects=["claims"])

    def about(dossier: str, version: str | None) -> list[str]:
        found = incidents_about(Ledger(room.ledger), dossier, version, KNOWN)
        return [course.id for course in found]

    assert about("loanapp", "1.0.0") == ["INC-2026-001", "INC-2026-002"]
    assert about("loanapp", "1.1.0") == ["INC-2026-002"]
    assert about("loanapp", None) == ["INC-2026-001", "INC-2026-002"]
    assert about("claims", "1.0.0") == ["INC-2026-003"]
    assert about("loan", None) == []
    update(room, affects=["loanapp/1.1.0"])
    assert about("loanapp", "1.1.0") == ["INC-2026-001", "INC-2026-002"]
    close(room)
    assert about("loanapp", "1.0.0") == ["INC-2026-002"]


def test_each_open_incident_is_one_line(room: Workspace) -> None:
    opened(room, actions=[Todo("Check every list", "Ben", date(2026, 11, 30))])
    (course,) = incidents_about(Ledger(room.ledger), "loanapp", "1.0.0", DUE + timedelta(hours=3))
    assert str(course) == (
        "INC-2026-001 is open (personal-data-breach, medium): A copy was sent to the wrong bank "
        f"[privacy officer: tell {AUTHORITY} by 2026-11-05 09:30 UTC (overdue by 3 h); "
        "Ben: Check every list by 2026-11-30 (25 d 11 h left)]"
    )


def test_nothing_about_an_incident_changes_a_release(room: Workspace) -> None:
    before = files(room.reports)
    opened(room)
    update(room, told=AUTHORITY)
    close(room)
    assert files(room.reports) == before


def test_the_history_names_the_dossier_where_there_is_one(room: Workspace) -> None:
    opened(room, affects=["loanapp/1.0.0", "loanapp/1.1.0"])
    opened(room, affects=["loanapp", "claims"])
    assert [entry.dossier for entry in Ledger(room.ledger).entries()] == ["loanapp", None]
    text = json.dumps([entry.body for entry in Ledger(room.ledger).entries()])
    assert str(room.root) not in text
