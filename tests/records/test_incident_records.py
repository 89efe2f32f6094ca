"""Incidents as records: what they refuse, and that they come back unchanged."""

from __future__ import annotations

import json
from typing import Any

import pytest

from synthnb.errors import RecordError
from synthnb.records import Incident, Policy, Update, canonical, read, write
from synthnb.records.incident import at_least

OPENING: dict[str, Any] = {
    "id": "INC-2026-001",
    "kind": "misuse",
    "severity": "low",
    "title": "Used for marketing",
    "description": "A team trained a model\nfor another purpose.",
    "affects": ["loanapp/1.0.0", "claims"],
    "found_by": "Ada",
    "happened": "2026-11-01T08:00:00+02:00",
    "known": "2026-11-02T09:30:00Z",
    "duties": [{"to": "the data owner", "role": "privacy officer", "due": "2026-11-05T09:30:00Z"}],
    "actions": [{"what": "Ask them to stop", "owner": "Ben", "due": "2026-11-30"}],
    "by": "Ada",
    "time": "2026-11-02T10:00:00Z",
}
UPDATE: dict[str, Any] = {
    "id": "INC-2026-001",
    "number": 2,
    "note": "They stopped.",
    "done": [{"action": 1, "on": "2026-11-03"}],
    "notices": [{"to": "the data owner", "at": "2026-11-02T11:00:00Z"}],
    "by": "Ben",
    "time": "2026-11-03T10:00:00Z",
}


def problems(model: Any, body: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(RecordError) as caught:
        read(model, json.dumps(body), "it")
    return {each.where: each.message for each in caught.value.problems}


@pytest.mark.parametrize(("model", "body"), [(Incident, OPENING), (Update, UPDATE)])
def test_an_incident_and_its_updates_come_back_unchanged(model: Any, body: dict[str, Any]) -> None:
    record = read(model, json.dumps(body), "it")
    assert read(model, canonical(record), "it") == record
    assert read(model, write(record), "it") == record


def test_every_time_is_written_in_utc() -> None:
    record = read(Incident, json.dumps(OPENING), "it")
    assert json.loads(canonical(record))["happened"] == "2026-11-01T06:00:00Z"


def test_everything_that_is_wrong_with_an_incident_is_named_at_once() -> None:
    found = problems(
        Incident,
        {
            **OPENING,
            "id": "INC-26-1",
            "kind": "mishap",
            "title": "two\nlines",
            "description": "todo",
            "affects": ["../loanapp"],
            "happened": "2026-11-01T08:00:00",
        },
    )
    assert set(found) == {"id", "kind", "title", "description", "affects[0]", "happened"}
    assert "more than one line" in found["title"]
    assert "DOSSIER or DOSSIER/VERSION" in found["affects[0]"]
    assert "timezone" in found["happened"]


def test_text_that_moves_a_cursor_is_refused() -> None:
    found = problems(Incident, {**OPENING, "title": "a\x1b[2Jb", "description": "a\x1b[2Jb"})
    assert set(found) == {"title", "description"}


def test_an_incident_happens_before_it_is_known_and_is_known_before_it_is_told() -> None:
    later = {"happened": "2026-11-02T09:30:01Z", "known": "2026-11-02T10:00:01Z"}
    assert set(problems(Incident, {**OPENING, "known": later["known"]})) == {"known"}
    assert set(problems(Incident, {**OPENING, "happened": later["happened"]})) == {"happened"}


def test_nobody_was_told_in_the_future() -> None:
    notice = {"to": "the data owner", "at": "2026-11-03T10:00:01Z"}
    assert set(problems(Update, {**UPDATE, "notices": [notice]})) == {"notices[0].at"}


def test_severities_are_ordered() -> None:
    order = ["low", "medium", "high", "critical"]
    for place, severity in enumerate(order):
        assert [at_least(severity, floor) for floor in order] == [
            place >= other for other in range(4)
        ]


def test_a_policy_names_whom_to_tell_once_for_each_kind() -> None:
    rule = {
        "kind": "misuse",
        "to": "the data owner",
        "hours": 24,
        "reason": "They decide.",
        "reference": "Judgement",
    }
    found = problems(
        Policy,
        {
            "id": "p",
            "version": "1.0.0",
            "title": "A policy",
            "effective": "2026-11-01",
            "cadence": "P1Y",
            "rules": [
                {
                    "id": "r",
                    "title": "A rule",
                    "metric": "m",
                    "direction": "at_most",
                    "limit": 1,
                    "reason": "Because.",
                    "reference": "Judgement",
                }
            ],
            "approvals": [{"action": "release", "roles": ["data owner"]}],
            "generators": {"approved": [{"id": "g", "generator": "g", "reason": "It is there."}]},
            "notification": [rule, {**rule, "kind": "integrity"}, {**rule, "hours": None}],
        },
    )
    assert found == {"notification[2].to": "`the data owner (misuse)` is used twice"}
