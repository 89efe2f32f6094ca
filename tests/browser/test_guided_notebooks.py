"""Notebooks in the browser: a form that is filled with the keyboard, and a run to the verdict."""

from __future__ import annotations

from pathlib import Path

import pytest
from lab_pages import Lab, serious
from playwright.sync_api import Locator, expect
from ruamel.yaml import YAML


def charter_form(lab: Lab, folder: Path) -> Locator:
    """Open the charter's notebook by its card, run it, and return the form."""
    lab.open(folder)
    lab.card("1 Charter").click()
    lab.shows(folder / "notebooks" / "01_charter.ipynb")
    lab.run_all()
    form = lab.notebook.locator(".synthnb-form").first
    form.scroll_into_view_if_needed()
    return form


def test_a_field_is_filled_with_the_keyboard_and_nothing_is_lost(lab: Lab, folder: Path) -> None:
    file = folder / "charter.yaml"
    before = file.read_text()
    form = charter_form(lab, folder)
    expect(form.get_by_role("status")).to_contain_text("charter.yaml is complete")
    form.get_by_label("Name *").focus()
    lab.shot("complete")
    lab.page.keyboard.press("Tab")
    expect(form.get_by_label("Title *")).to_be_focused()
    lab.page.keyboard.press("Control+A")
    lab.page.keyboard.press("Delete")
    lab.page.keyboard.press("Tab")
    expect(form.get_by_role("status")).to_contain_text("1 part is open")
    expect(form.get_by_text("✗ ").first).to_be_visible()
    lab.shot("open")
    form.get_by_label("Title *").focus()
    lab.page.keyboard.type("Loans, “as if”: ünïcode")
    lab.page.keyboard.press("Tab")
    expect(form.get_by_role("status")).to_contain_text("charter.yaml is complete")
    lab.shot("mended")
    now = file.read_text()
    assert YAML(typ="safe").load(now)["title"] == "Loans, “as if”: ünïcode"
    changed = set(before.splitlines()) ^ set(now.splitlines())
    assert all(line.startswith("title: ") for line in changed)
    lab.save()
    lab.server.stop_kernels()
    form = charter_form(lab, folder)
    expect(form.get_by_label("Title *")).to_have_value("Loans, “as if”: ünïcode")
    assert file.read_text() == now


def test_the_form_has_no_serious_fault_of_accessibility(lab: Lab, folder: Path) -> None:
    charter_form(lab, folder)
    assert serious(lab.page, ".synthnb-form") == []


def test_axe_sees_what_is_wrong_in_a_form(lab: Lab) -> None:
    lab.page.set_content(
        '<main class="synthnb-form"><input><p style="color:#ccc;background:#fff">pale</p></main>'
    )
    found = " ".join(serious(lab.page, ".synthnb-form"))
    assert "label: " in found
    assert "color-contrast: " in found


def test_the_datasheet_has_no_serious_fault_of_accessibility(lab: Lab) -> None:
    root = Path(__file__).parents[2]
    lab.page.goto((root / "reports/loanapp/1.0.0/content/datasheet.html").as_uri())
    lab.shot("datasheet")
    assert serious(lab.page) == []


@pytest.mark.slow
def test_generation_and_privacy_run_to_their_verdict(lab: Lab, folder: Path) -> None:
    lab.open(folder)
    lab.card("2 Generation").click()
    lab.shows(folder / "notebooks" / "02_generation.ipynb")
    lab.run_all(120)
    lab.verdict("Generation")
    lab.shot("generation")
    assert (folder / "work" / "synthetic.parquet").is_file()
    lab.save()
    lab.command("3 Privacy")
    lab.shows(folder / "notebooks" / "03_privacy.ipynb")
    lab.run_all(120)
    lab.verdict("Privacy")
    lab.shot("privacy")
    lab.save()
