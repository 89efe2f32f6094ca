"""What the ledger says about access: states of grants, and what stands out, counted by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from synthnb.errors import SynthnbError
from synthnb.ledger import Accesses, Attempt, Entry, Flag, Ledger, anomalies
from synthnb.records import AccessRules, Grant
from synthnb.records.access import within

KNOWN = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"
MONDAY = datetime(2026, 9, 21, 9, 0, tzinfo=UTC)
RULES = AccessRules(accesses_per_day=2, accesses_per_week=3, rows_per_week=100)


def grant(grant_id: str = "a" * 16, **changes: Any) -> Grant:
    told = {
        "id": grant_id,
        "dossier": "loanapp",
        "version": "1.0.0",
        "table": "1" * 64,
        "sealed": "2" * 64,
        "to": "Rosa",
        "recipient": KNOWN,
        "purpose": "fraud",
        "given": MONDAY,
        "until": date(2026, 10, 1),
        "hours": "08-18",
        "rows": 50,
        "by": ("Olga",),
    }
    return Grant.model_validate({**told, **changes})


class History:
    """Entries of a real ledger, written one after the other."""

    def __init__(self, folder: Path) -> None:
        self.ledger = Ledger(folder / "ledger.sqlite")

    def add(self, kind: str, body: dict[str, Any], when: datetime = MONDAY) -> None:
        self.ledger.append(kind, "loanapp", {"version": "1.0.0", **body}, when)

    def grant(self, given: Grant) -> None:
        body = {"grant": given.model_dump(mode="json"), "wrapped": "3" * 64, "statement": "4" * 64}
        self.add("access-granted", body, MONDAY.replace(hour=0))

    def read(self, rows: int = 10, when: datetime = MONDAY, **changes: Any) -> None:
        body = {"grant": "a" * 16, "who": "Rosa", "purpose": "fraud", "rows": rows, **changes}
        self.add("access", body, when)

    @property
    def entries(self) -> tuple[Entry, ...]:
        return self.ledger.sound().entries

    def flags(self, rules: AccessRules = RULES) -> list[tuple[str, int]]:
        return [(flag.rule, flag.entry) for flag in anomalies(self.entries, rules)]


@pytest.fixture
def history(tmp_path: Path) -> History:
    made = History(tmp_path)
    made.grant(grant())
    return made


def test_access_as_it_was_granted_is_not_flagged(history: History) -> None:
    history.read()
    history.read(when=MONDAY + timedelta(hours=1))
    assert history.flags() == []


@pytest.mark.parametrize(
    ("hour", "minute", "inside"), [(7, 59, False), (8, 0, True), (17, 59, True), (18, 0, False)]
)
def test_hours_begin_with_the_first_and_end_before_the_second(
    history: History, hour: int, minute: int, inside: bool
) -> None:
    history.read(when=MONDAY.replace(hour=hour, minute=minute))
    assert history.flags() == ([] if inside else [("hours", 2)])


def test_hours_are_those_of_utc_and_may_go_over_midnight() -> None:
    east = datetime.fromisoformat("2026-09-21T02:30:00+02:00")  # 00:30 UTC
    assert within("22-06", east)
    assert not within("02-06", east)
    assert within("00-24", east)


@pytest.mark.parametrize("wrong", ["8-18", "08-25", "24-06", "08-08", "08:00-18:00", ""])
def test_hours_have_one_spelling(wrong: str) -> None:
    with pytest.raises(ValueError, match="expected hours of the day"):
        grant(hours=wrong)


def test_more_rows_in_a_day_than_granted_stand_out_and_the_next_day_begins_anew(
    history: History,
) -> None:
    history.read(rows=30)
    history.read(rows=21)  # 51 of 50
    history.read(rows=50, when=MONDAY + timedelta(days=1))
    assert history.flags(RULES.model_copy(update={"rows_per_week": None})) == [("rows-per-day", 3)]


def test_more_accesses_or_rows_than_the_policy_allows_stand_out(history: History) -> None:
    history.read(rows=10)
    history.read(rows=10)
    history.read(rows=10)  # the third of a day, of two
    history.read(rows=50, when=MONDAY + timedelta(days=1))  # the fourth of a week, of three
    history.read(rows=21, when=MONDAY + timedelta(days=6))  # 101 rows of 100, and the fifth
    history.read(rows=1, when=MONDAY + timedelta(days=7))  # Monday's three no longer count
    assert history.flags() == [
        ("accesses-per-day", 4),
        ("accesses-per-week", 5),
        ("accesses-per-week", 6),
        ("rows-per-week", 6),
    ]


def test_two_grants_do_not_double_what_one_person_may_do(history: History) -> None:
    history.grant(grant("b" * 16, purpose="pricing"))
    history.read()
    history.read()
    history.read(grant="b" * 16, purpose="pricing")
    assert history.flags() == [("accesses-per-day", 5)]


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"purpose": "pricing"}, "purpose"),
        ({"who": "Sam"}, "grant"),
        ({"grant": "c" * 16}, "grant"),
        ({"when": datetime(2026, 10, 2, 9, 0, tzinfo=UTC)}, "expired"),
    ],
)
def test_an_access_that_was_never_granted_stands_out(
    history: History, changes: dict[str, Any], rule: str
) -> None:
    history.read(**changes)
    assert history.flags() == [(rule, 2)]


def test_a_clock_that_went_back_stands_out_but_not_the_skew_of_two_machines(
    history: History,
) -> None:
    history.read(when=MONDAY)
    history.read(when=MONDAY - timedelta(minutes=5))
    history.read(when=MONDAY - timedelta(minutes=6))
    assert history.flags(RULES.model_copy(update={"accesses_per_day": 9})) == [("clock", 4)]


def test_an_entry_that_only_says_it_is_a_grant_is_named(history: History) -> None:
    history.add("access-granted", {"grant": {"id": "x"}})
    with pytest.raises(SynthnbError, match="Entry 2 of the ledger is no grant"):
        history.flags()


def test_the_last_day_of_a_grant_still_counts(history: History) -> None:
    history.read(when=datetime(2026, 10, 1, 17, 0, tzinfo=UTC))
    assert history.flags() == []


@pytest.mark.parametrize(
    ("kind", "body", "rule", "state"),
    [
        ("access-revoked", {"grant": "a" * 16, "by": "Olga", "reason": "x"}, "revoked", "revoked"),
        ("withdrawal", {}, "release", "withdrawn"),
        ("retirement", {}, "release", "retired"),
        ("access-sealed", {}, "grant", "replaced"),
    ],
)
def test_an_access_after_the_end_stands_out_and_one_before_does_not(
    history: History, kind: str, body: dict[str, Any], rule: str, state: str
) -> None:
    history.read()
    history.add(kind, body)
    history.read()
    assert history.flags() == [(rule, 4)]
    (known,) = Accesses(history.entries).of("loanapp", "1.0.0")
    assert known.state(MONDAY.date()) == state


def test_a_withdrawal_of_another_version_changes_nothing(history: History) -> None:
    history.add("withdrawal", {"version": "2.0.0"})
    history.read()
    assert history.flags() == []


def test_every_refusal_stands_out_with_the_rule_that_refused(history: History) -> None:
    body = {"grant": "", "who": "Sam", "purpose": "x", "rows": 5, "what": "open"}
    history.add("access-refused", {**body, "rule": "purpose", "because": "granted for `fraud`"})
    (flag,) = anomalies(history.entries, RULES)
    attempt = Attempt("loanapp", "1.0.0", "Sam", "x", 5, MONDAY)
    assert flag == Flag("purpose", "granted for `fraud`", True, 2, attempt)


def test_a_refused_attempt_does_not_use_up_what_was_granted(history: History) -> None:
    body = {"grant": "a" * 16, "who": "Rosa", "purpose": "fraud", "rows": 50, "what": "open"}
    history.add("access-refused", {**body, "rule": "hours", "because": "x"})
    history.read(rows=50)
    assert history.flags() == [("hours", 2)]


def test_the_grant_for_the_purpose_is_chosen_and_among_those_one_in_force(
    history: History,
) -> None:
    history.grant(grant("b" * 16, purpose="pricing"))
    history.grant(grant("c" * 16, until=date(2026, 9, 22)))
    accesses = Accesses(history.entries)
    later = MONDAY + timedelta(days=3)
    for purpose, expected in (("pricing", "b" * 16), ("fraud", "a" * 16)):
        asked = Attempt("loanapp", "1.0.0", "Rosa", purpose, 1, later)
        assert accesses.choose(asked).grant == expected
    nobody = Attempt("loanapp", "1.0.0", "Sam", "fraud", 1, MONDAY)
    assert accesses.choose(nobody) == nobody
    assert accesses.faults(nobody, RULES) == [("grant", "Sam was granted nothing here")]


def test_the_rules_say_what_they_counted(history: History) -> None:
    asked = Attempt("loanapp", "1.0.0", "Rosa", "pricing", 51, MONDAY.replace(hour=20), "a" * 16)
    assert Accesses(history.entries).faults(asked, RULES) == [
        ("purpose", "granted for `fraud`"),
        ("hours", "at 20:00 UTC, granted for 08-18"),
        ("rows-per-day", "51 rows in a day, granted 50"),
    ]
