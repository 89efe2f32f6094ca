"""The section Governance of the launcher: the right notebook in the right dossier, once."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from lab_pages import Lab
from playwright.sync_api import expect

from synthnb import assets


@pytest.fixture
def second(folder: Path) -> Path:
    """Return a second dossier beside the first."""
    made = Path(shutil.copytree(folder, folder.with_name("second")))
    charter = made / "charter.yaml"
    charter.write_text(charter.read_text().replace("name: loanapp", "name: second", 1))
    return made


def test_a_card_opens_the_notebook_in_the_dossier_of_the_folder(
    lab: Lab, folder: Path, second: Path
) -> None:
    lab.open(second / "data")
    expect(lab.card("3 Privacy")).to_be_visible()
    lab.shot("launcher")
    lab.card("3 Privacy").click()
    opened = second / "notebooks" / "03_privacy.ipynb"
    lab.shows(opened)
    assert opened.read_bytes() == (assets.notebooks() / "03_privacy.ipynb").read_bytes()
    assert not (folder / "notebooks").exists()


@pytest.mark.slow
def test_a_second_click_does_not_overwrite_what_was_edited(lab: Lab, folder: Path) -> None:
    lab.open(folder)
    lab.card("5 Utility").click()
    opened = folder / "notebooks" / "05_utility.ipynb"
    lab.shows(opened)
    edited = json.loads(opened.read_bytes())
    edited["cells"][0]["source"] = "# My own words"
    lab.open(folder)
    opened.write_text(json.dumps(edited))
    lab.card("5 Utility").click()
    lab.shows(opened)
    expect(lab.notebook.get_by_role("heading", name="My own words")).to_be_visible()
    assert json.loads(opened.read_bytes()) == edited


def test_where_there_are_several_dossiers_a_dialog_asks(
    lab: Lab, folder: Path, second: Path
) -> None:
    lab.open(folder.parent.parent)
    lab.card("1 Charter").click()
    expect(lab.dialog).to_contain_text("For which dossier?")
    lab.shot("dialog")
    lab.dialog.locator("select").select_option("second")
    lab.dialog.get_by_role("button", name="OK").click()
    lab.shows(second / "notebooks" / "01_charter.ipynb")
    assert not (folder / "notebooks").exists()


@pytest.mark.slow
def test_a_dialog_that_is_cancelled_changes_nothing(lab: Lab, folder: Path, second: Path) -> None:
    lab.open(folder.parent.parent)
    lab.card("1 Charter").click()
    expect(lab.dialog).to_be_visible()
    lab.page.keyboard.press("Escape")
    expect(lab.dialog).to_have_count(0)
    assert not (folder / "notebooks").exists()
    assert not (second / "notebooks").exists()


@pytest.mark.slow
def test_the_palette_opens_a_notebook_of_the_open_notebooks_dossier(
    lab: Lab, folder: Path, second: Path
) -> None:
    lab.open(second)
    lab.card("1 Charter").click()
    lab.shows(second / "notebooks" / "01_charter.ipynb")
    lab.command("4 Fairness")
    lab.shows(second / "notebooks" / "04_fairness.ipynb")
    assert not (folder / "notebooks").exists()


def test_a_new_dossier_begins_with_its_charter(lab: Lab, folder: Path) -> None:
    lab.open(folder.parent)
    lab.card("New dossier").click()
    expect(lab.dialog.locator("input")).to_be_focused()
    lab.page.keyboard.type("loanapp")
    lab.shot("name")
    lab.page.keyboard.press("Enter")
    expect(lab.dialog).to_contain_text("There is a dossier 'loanapp' already.")
    expect(lab.dialog).to_contain_text("What to do: choose another name.")
    lab.shot("taken")
    lab.page.keyboard.press("Enter")
    expect(lab.dialog).to_have_count(0)
    lab.card("New dossier").click()
    lab.page.keyboard.type("customers")
    lab.page.keyboard.press("Enter")
    lab.shows(folder.with_name("customers") / "notebooks" / "01_charter.ipynb")
    expect(lab.state).to_contain_text("customers: draft")


def test_the_next_step_is_that_of_the_dossier_one_chooses(
    lab: Lab, folder: Path, second: Path
) -> None:
    lab.open(folder.parent.parent)
    lab.card("Next step").click()
    expect(lab.dialog).to_contain_text("For which dossier?")
    lab.dialog.locator("select").select_option(second.name)
    lab.dialog.get_by_role("button", name="OK").click()
    expect(lab.dialog).to_contain_text("second: draft")
    expect(lab.dialog).to_contain_text("synthnb run second")
    lab.page.keyboard.press("Escape")
    expect(lab.state).to_have_text("✎ second: draft")


@pytest.mark.slow
def test_a_form_of_the_workspace_is_opened_and_shown(lab: Lab, folder: Path) -> None:
    root = folder.parent.parent
    lab.open(root)
    lab.card("People").click()
    lab.shows(root / "desk" / "people.ipynb")
    lab.run_all()
    form = lab.notebook.locator(".synthnb-form")
    expect(form.get_by_role("status")).to_contain_text("people.yaml is complete")
    lab.shot("people")
    for title in ("Incident", "Feedback"):
        lab.open(root)
        lab.card(title).click()
        lab.shows(root / "desk" / f"{title.lower()}.ipynb")


@pytest.mark.slow
def test_a_workshop_is_copied_into_the_workspace(lab: Lab, folder: Path) -> None:
    root = folder.parent.parent
    lab.open(folder)
    lab.card("Workshop: Tuning").click()
    lab.shows(root / "workshops" / "02_tuning.ipynb")
    copied, stock = root / "workshops", assets.notebooks() / "workshops"
    assert {each.name for each in copied.glob("*.ipynb")} == {each.name for each in stock.iterdir()}


@pytest.mark.slow
def test_outside_a_workspace_a_card_says_what_to_do(lab: Lab) -> None:
    lab.open(lab.server.root)
    lab.card("1 Charter").click()
    expect(lab.dialog).to_contain_text("not inside a synthnb workspace")
    expect(lab.dialog).to_contain_text("synthnb init")
    lab.shot("refused")
