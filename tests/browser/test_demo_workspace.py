"""What `make lab` opens: one dossier that was refused, and one that was mended and released."""

from __future__ import annotations

from pathlib import Path

import pytest
from lab_pages import Lab, serious
from playwright.sync_api import expect
from workspaces import cli_here

from synthnb.records import Datasheet, read

pytestmark = pytest.mark.slow  # the demo of two dossiers takes two minutes


def sheet_of(demo: Path, name: str) -> Datasheet:
    """Return the datasheet of a dossier's first release."""
    file = demo / "reports" / name / "1.0.0" / "content" / "datasheet.json"
    return read(Datasheet, file.read_text(encoding="utf-8"), file.name)


def test_the_first_dossier_is_refused(demo_folder: Path) -> None:
    sheet = sheet_of(demo_folder, "loanapp")
    assert sheet.status == "rejected"
    assert {each.state for each in sheet.verdict.blocking} >= {"fail"}
    assert sheet.accepted == ()


def test_the_second_is_released_if_people_could_accept_what_is_left(demo_folder: Path) -> None:
    """A network that is trained on another kind of processor is another one; the rule holds."""
    sheet = sheet_of(demo_folder, "loanapp-mended")
    left = {each.id: each.state for each in sheet.verdict.blocking}
    acceptable = set(left.values()) <= {"inconclusive", "not-measured"}
    assert sheet.status == ("released" if acceptable else "rejected")
    assert sorted(each.finding for each in sheet.accepted) == (
        sorted([*left, *left]) if acceptable else []
    )
    for each in sheet.accepted:
        assert each.until is not None
        assert each.comment
    assert {each.role for each in sheet.accepted} <= {"data owner", "privacy officer"}


@pytest.mark.parametrize("name", ["loanapp", "loanapp-mended"])
def test_an_auditor_finds_that_they_hold(demo_folder: Path, name: str) -> None:
    folder, people = demo_folder / "reports" / name / "1.0.0", demo_folder / "people.yaml"
    done = cli_here("verify", folder, "--trust", people, cwd=demo_folder)
    assert done.code == 0, done.text


@pytest.mark.parametrize("name", ["loanapp", "loanapp-mended"])
def test_the_status_bar_says_how_they_stand(lab: Lab, demo_folder: Path, name: str) -> None:
    word = {"rejected": "blocked", "released": "released"}[sheet_of(demo_folder, name).status]
    lab.open(demo_folder / "dossiers" / name / "charter.yaml")
    expect(lab.state).to_contain_text(f"{name}: {word}")
    lab.shot(word)


@pytest.mark.parametrize("name", ["loanapp", "loanapp-mended"])
def test_the_datasheet_has_no_serious_fault_of_accessibility(
    lab: Lab, demo_folder: Path, name: str
) -> None:
    file = demo_folder / "reports" / name / "1.0.0" / "content" / "datasheet.html"
    lab.page.goto(file.as_uri())
    lab.shot("datasheet")
    assert serious(lab.page) == []
