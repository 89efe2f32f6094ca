"""What `make lab` opens: one dossier that was refused, and one that was mended and released."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
import yaml
from lab_pages import SECOND, Lab, serious
from playwright.sync_api import expect
from workspaces import cli_here

from synthnb.records import Datasheet, read
from synthnb.workflow.demo import PASSPHRASE

MINUTES = 300 * SECOND
_PROMPT = re.compile(r"[$#]\s*$")  # of a shell that waits
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


def test_a_person_mends_the_refused_table_with_nothing_but_what_is_on_the_screen(
    lab: Lab, demo_folder: Path
) -> None:
    mended = sheet_of(demo_folder, "loanapp-mended")
    root = Path(shutil.copytree(demo_folder, demo_folder.with_name("by-hand")))
    dossier = root / "dossiers" / "loanapp"
    lab.open(root)
    lab.card("Next step").click()
    lab.dialog.locator("select").select_option("loanapp")
    lab.dialog.get_by_role("button", name="OK").click()
    expect(lab.dialog).to_contain_text("loanapp: blocked")
    lab.shot("blocked")
    lab.step("Open: 01_charter.ipynb").click()
    lab.shows(dossier / "notebooks" / "01_charter.ipynb")
    lab.run_all()
    change_the_plan(lab, mended)
    wanted = ["approve plan loanapp", "approve plan loanapp", "run loanapp"]
    for words in wanted:
        carry_out(lab, words)
    if mended.status != "released":
        expect(lab.state).to_have_text("✗ loanapp: blocked")
        return
    for finding in sorted(each.finding for each in mended.accepted):
        carry_out(lab, f"accept loanapp {finding}")
    expect(lab.state).to_have_text("✓ loanapp: passed", timeout=MINUTES)
    carry_out(lab, "review loanapp")
    carry_out(lab, "release loanapp")
    expect(lab.state).to_have_text("★ loanapp: released")
    lab.state.click()
    lab.step("Open: datasheet.html").click()
    page = lab.page.frame_locator(".jp-HTMLViewer iframe")
    expect(page.locator("h1.title")).to_be_visible()
    lab.shot("datasheet")
    carry_out(lab, "verify reports/loanapp/")
    expect(lab.terminal).to_contain_text("The release holds.")


def change_the_plan(lab: Lab, mended: Datasheet) -> None:
    """Answer in the form of the plan what the second dossier's plan says."""
    form = lab.notebook.locator(".synthnb-form").last
    generator = form.get_by_label("Generator *")
    generator.scroll_into_view_if_needed()
    lab.shot("plan")
    generator.fill(mended.plan.generator)
    generator.press("Tab")
    parameters = form.get_by_label("Parameters")
    parameters.fill(yaml.safe_dump(dict(mended.plan.parameters)))
    parameters.press("Tab")
    rationale = form.get_by_label("Rationale *").last
    rationale.fill(mended.plan.rationale)
    rationale.press("Tab")
    expect(form.get_by_role("status")).to_contain_text("plan.yaml is complete")
    lab.shot("mended")
    expect(lab.state).to_have_text("✎ loanapp: draft")


def carry_out(lab: Lab, words: str) -> None:
    """Type the command of the first step that begins so, with what it asks for, to its end."""
    line = lab.type_it(f"synthnb {words}")
    keys = lab.page.keyboard
    if " WHY " in line:
        for _ in line.partition(" WHY ")[2] + " ":
            keys.press("ArrowLeft")
        for _ in "WHY":
            keys.press("Backspace")
        keys.type("'Looked at, and borne for this use.'")
    keys.press("Enter")
    for key in re.findall(r"--key keys/(\S+)", line):
        expect(lab.terminal).to_contain_text(f"Passphrase of {key}")
        keys.type(f"{PASSPHRASE}\n")
    expect(lab.terminal).to_have_text(_PROMPT, timeout=MINUTES)
    lab.shot("done")
