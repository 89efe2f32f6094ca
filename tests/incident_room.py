"""A small workspace with real keys in which something can go wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from synthnb import attest
from synthnb.attest import PrivateKey
from synthnb.ledger import Course
from synthnb.records import Key, Member, People, write
from synthnb.workflow.incidents import (
    Change,
    Opening,
    close_incident,
    open_incident,
    update_incident,
)
from synthnb.workspace import Workspace

PASSPHRASE = "for tests only"
KNOWN = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)  # a Monday
DUE = datetime(2026, 11, 5, 9, 30, tzinfo=UTC)  # the Thursday after, 3 times 24 hours later
AUTHORITY = "the supervisory authority"
BREACH = Opening(
    kind="personal-data-breach",
    severity="medium",
    title="A copy was sent to the wrong bank",
    description="The mail of Monday went to the wrong list.",
    affects=["loanapp/1.0.0"],
)


def make_room(root: Path) -> Workspace:
    """Make a workspace with two dossiers, two releases, and three people; Eve's key expired."""
    workspace = Workspace.create(root)
    for name in ("loanapp", "claims"):
        workspace.new(name)
    for version in ("1.0.0", "1.1.0"):
        content = workspace.reports / "loanapp" / version / "content"
        content.mkdir(parents=True)
        (content / "datasheet.json").write_text(f"the signed bytes of {version}")
    members = []
    for name, role, until in (
        ("Ada", "privacy officer", None),
        ("Ben", "data owner", None),
        ("Eve", "data steward", "2026-10-31"),
    ):
        public = attest.keys.create(root / "keys" / f"{name}.pem", PASSPHRASE)
        key = Key.model_validate({"public": public, "valid_until": until})
        members.append(Member(name=name, roles=(role,), keys=(key,)))
    attest.keys.create(root / "keys" / "nobody.pem", PASSPHRASE)
    (root / "people.yaml").write_text(write(People(members=tuple(members))))
    return Workspace.find(root)


def key_of(workspace: Workspace, name: str) -> PrivateKey:
    """Return somebody's key."""
    return attest.keys.load(workspace.root / "keys" / f"{name}.pem", PASSPHRASE)


def set_clock(monkeypatch: pytest.MonkeyPatch, when: datetime) -> None:
    """Set the one clock."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(when.timestamp())))


def epoch(when: str) -> dict[str, str]:
    """Return the environment in which it is that time, in UTC."""
    at = datetime.fromisoformat(f"{when}+00:00")
    return {"SOURCE_DATE_EPOCH": str(int(at.timestamp())), "SYNTHNB_PASSPHRASE": PASSPHRASE}


def files(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def opened(room: Workspace, name: str = "Ada", **fields: Any) -> Course:
    """Open an incident: a breach unless told otherwise."""
    return open_incident(room, key_of(room, name), replace(BREACH, **fields))


def update(room: Workspace, name: str = "Ben", **fields: Any) -> Course:
    """Update the first incident."""
    change = Change(note="Something happened.", **fields)
    return update_incident(room, key_of(room, name), "INC-2026-001", change)


def close(room: Workspace, name: str = "Ben") -> Course:
    """Close the first incident."""
    return close_incident(room, key_of(room, name), "INC-2026-001", "It is over.")


def whys(error: pytest.ExceptionInfo[Any]) -> list[str]:
    """Return what an error names, one line each."""
    return [str(problem) for problem in error.value.problems]
