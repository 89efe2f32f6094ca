"""Forms and workshops for everybody: by keyboard alone, by ear, on a light and a dark ground."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest
from lab_pages import Lab, serious
from playwright.sync_api import Locator, expect
from ruamel.yaml import YAML
from workspaces import cli_here

FORMS = ("charter", "plan", "people", "incident", "feedback")
OUTPUTS = ".jp-NotebookPanel .jp-OutputArea"


@contextmanager
def dark(lab: Lab) -> Iterator[None]:
    """Show everything on a dark ground, as the menu of JupyterLab does."""
    lab.page.evaluate("document.activeElement.blur()")  # a text box keeps every key to itself
    lab.command("Use Theme: JupyterLab Dark")
    ground = lab.page.locator('body[data-jp-theme-light="false"]')
    expect(ground).to_have_count(1)
    expect(lab.page.locator("#jupyterlab-splash")).to_have_count(0)
    yield
    lab.command("Use Theme: JupyterLab Light")
    expect(ground).to_have_count(0)


def form_of(lab: Lab, folder: Path, name: str) -> Locator:
    """Open a notebook of the dossier that shows one form, and return the form."""
    path = folder / "notebooks" / f"{name}.ipynb"
    cell = nbformat.v4.new_code_cell(f"from synthnb import Session\n\nSession().form({name!r})")
    notebook = nbformat.v4.new_notebook(cells=[cell])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    path.parent.mkdir(exist_ok=True)
    path.write_text(nbformat.writes(notebook))
    lab.page.set_viewport_size({"width": 1400, "height": 2400})
    lab.open(path)
    lab.run_all()
    form = lab.notebook.locator(".synthnb-form")
    expect(form).to_be_visible()
    return form


def open_all(form: Locator) -> None:
    """Open every heading, those within others too."""
    closed = form.locator(".synthnb-fold[aria-expanded='false'] >> visible=true")
    while closed.count():
        heading = closed.first.element_handle()
        assert heading
        heading.click()
        form.page.wait_for_function("it => it.ariaExpanded === 'true'", arg=heading)


def fresh(folder: Path) -> Path:
    """Return the folder of a new dossier beside another one."""
    root = folder.parents[1]
    done = cli_here("new", "fresh", cwd=root)
    assert done.code == 0, done.text
    return root / "dossiers" / "fresh"


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMS)
def test_a_form_has_no_serious_fault_in_either_theme(lab: Lab, folder: Path, name: str) -> None:
    form = form_of(lab, fresh(folder), name)
    lab.shot("light")
    open_all(form)
    for add in form.get_by_role("button", name=re.compile("Add$")).all():
        add.press("Enter")
        expect(add).not_to_be_focused()
    lab.shot("light-open")
    assert serious(lab.page, ".synthnb-form") == []
    with dark(lab):
        lab.shot("dark-open")
        assert serious(lab.page, ".synthnb-form") == []


@pytest.mark.slow
def test_axe_sees_pale_words_within_a_notebook(lab: Lab, folder: Path) -> None:
    form = form_of(lab, folder, "people")
    form.evaluate("it => { it.insertAdjacentHTML('afterbegin', '<p style=color:#ccc>pale</p>') }")
    assert "color-contrast: " in " ".join(serious(lab.page, ".synthnb-form"))


@pytest.mark.slow
def test_a_list_is_filled_and_ordered_by_keyboard_alone(lab: Lab, folder: Path) -> None:
    form, press = form_of(lab, folder, "charter"), lab.page.keyboard.press
    before = YAML(typ="safe").load((folder / "charter.yaml").read_text())["benefits"]
    heading = form.get_by_role("button", name="Benefits")
    expect(heading).to_have_attribute("aria-expanded", "false")
    heading.focus()
    press("Enter")
    expect(heading).to_have_attribute("aria-expanded", "true")
    form.get_by_role("button", name="Add").press("Enter")
    fourth = form.get_by_label("Benefits").last
    expect(fourth).to_be_focused()
    lab.page.keyboard.type("A fourth.")
    press("Tab")
    up = form.get_by_title("Move up: entry 4 of Benefits")
    expect(up).to_be_focused()
    press("Enter")
    expect(form.get_by_title("Move up: entry 3 of Benefits")).to_be_focused()
    press("Tab")
    press("Tab")
    expect(form.get_by_title("Remove: entry 3 of Benefits")).to_be_focused()
    saved = [*before[:2], "A fourth.", before[2]]
    benefits_become(lab, folder, saved)
    press("Enter")
    expect(up).to_have_count(0)
    expect(form.get_by_title("Remove: entry 3 of Benefits")).to_be_focused()
    benefits_become(lab, folder, before)


def benefits_become(lab: Lab, folder: Path, wanted: list[str]) -> None:
    """Wait until a list is so in the file, too; on the page it is so before."""
    for _ in range(200):
        now = YAML(typ="safe").load((folder / "charter.yaml").read_text())["benefits"]
        if now == wanted:
            break
        lab.page.wait_for_timeout(100)
    assert now == wanted


def test_the_next_open_question_is_opened_and_can_be_answered(lab: Lab, folder: Path) -> None:
    form, dossier = form_of(lab, fresh(folder), "charter"), folder.parent / "fresh"
    further = form.get_by_role("button", name="Next open question")
    further.focus()
    for question, answer in (("Title *", "Loans"), ("Name *", "Olivia"), ("Contact *", "o@x.org")):
        lab.page.keyboard.press("Enter")
        box = form.get_by_label(question, exact=True).last
        expect(box).to_be_focused()
        described = box.get_attribute("aria-describedby")
        assert described
        expect(form.locator(f"[id='{described}']")).to_contain_text("is not answered yet")
        lab.page.keyboard.type(answer)
        further.focus()
        expect(form.get_by_role("status")).to_contain_text("Saved in charter.yaml")
    found = YAML(typ="safe").load((dossier / "charter.yaml").read_text())
    assert (found["title"], found["owner"]["name"]) == ("Loans", "Olivia")


@pytest.mark.slow
def test_a_date_is_reached_too(lab: Lab, folder: Path) -> None:
    form = form_of(lab, folder, "incident")
    further = form.get_by_role("button", name="Next open question")
    known = form.get_by_label("Known *")
    for _ in range(7):
        further.press("Enter")
        expect(form.locator(":focus")).to_have_count(1)
        expect(further).not_to_be_focused()
    expect(known).to_be_focused()


@pytest.mark.slow
def test_keys_on_a_form_do_nothing_to_the_notebook(lab: Lab, folder: Path) -> None:
    form = form_of(lab, folder, "incident")
    kind, cells = form.get_by_label("Kind *"), lab.notebook.locator(".jp-Cell")
    kind.focus()
    for key in ("x", "a", "d", "d"):
        lab.page.keyboard.press(key)
    kind.press("ArrowDown")
    expect(form.get_by_role("status")).to_contain_text("Saved in draft.yaml")
    assert kind.input_value()
    expect(cells).to_have_count(1)
    expect(kind).to_be_focused()
    lab.command("Save Notebook")  # what has Ctrl in it is still JupyterLab's


@pytest.mark.slow
def test_only_what_has_changed_is_read_out(lab: Lab, folder: Path) -> None:
    form = form_of(lab, fresh(folder), "charter")
    region = form.get_by_role("status")
    kept = region.element_handle()
    assert kept
    form.get_by_label("Title *").fill("Loans")
    lab.page.keyboard.press("Tab")
    expect(region).to_contain_text("Saved in charter.yaml")
    assert kept.evaluate("it => it.isConnected && it.role === 'status'")
    assert "Owner" not in region.inner_text()


@pytest.mark.slow
def test_a_change_by_somebody_else_is_said_before_the_next_answer(lab: Lab, folder: Path) -> None:
    form, file = form_of(lab, folder, "charter"), folder / "charter.yaml"
    mine = file.read_text()
    file.write_text(mine + "# theirs\n")
    expect(form.get_by_role("alert")).to_contain_text("was changed by somebody else")
    lab.shot("changed")
    file.write_text(mine)
    expect(form.get_by_role("alert")).to_have_count(0)
    file.write_text(mine.replace("title: ", "title: Other ", 1))
    expect(form.get_by_role("alert")).to_be_visible()
    form.get_by_role("button", name="Read the file again").press("Enter")
    expect(form.get_by_role("alert")).to_have_count(0)
    expect(form.get_by_label("Title *")).to_have_value(re.compile("^Other "))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["01_reading_privacy_metrics", "02_tuning"])
def test_a_workshop_has_no_serious_fault_in_either_theme(lab: Lab, folder: Path, name: str) -> None:
    workshop_of(lab, folder, name)
    lab.shot("light")
    assert serious(lab.page, OUTPUTS) == []
    with dark(lab):
        lab.shot("dark")
        assert serious(lab.page, OUTPUTS) == []


def workshop_of(lab: Lab, folder: Path, name: str) -> None:
    """Open a workshop of the workspace and run it, and answer nothing right."""
    root = folder.parents[1]
    assert cli_here("notebooks", "--workshops", cwd=root).code == 0
    lab.page.set_viewport_size({"width": 1400, "height": 6000})
    lab.open(root / "workshops" / f"{name}.ipynb")
    lab.run_all(300)
    lab.notebook.get_by_role("button", name="Check my answers").click()
    expect(lab.notebook.get_by_role("status")).to_contain_text("0 of 5 are right.")


@pytest.mark.slow
def test_a_slider_has_a_name_and_says_where_it_stands(lab: Lab, folder: Path) -> None:
    workshop_of(lab, folder, "01_reading_privacy_metrics")
    slider = lab.notebook.get_by_role("slider", name="Records planted word for word")
    expect(slider).to_have_attribute("aria-valuetext", "20")
    slider.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", "30")
    expect(lab.notebook.get_by_text("30 of 985 training records planted")).to_be_visible()
    there = slider.bounding_box()
    assert there
    lab.page.mouse.move(there["x"] + 5, there["y"] + 5)
    lab.page.mouse.down()
    lab.page.mouse.move(there["x"] + 400, there["y"] + 5, steps=5)
    lab.page.mouse.up()
    expect(slider).to_have_attribute("aria-valuetext", "50")


@pytest.mark.slow
def test_a_question_belongs_to_its_answers(lab: Lab, folder: Path) -> None:
    workshop_of(lab, folder, "01_reading_privacy_metrics")
    group = lab.notebook.get_by_role("radiogroup", name=re.compile("^2. And with two columns"))
    yes, no = group.get_by_role("radio", name="yes"), group.get_by_role("radio", name="no")
    yes.press(" ")
    expect(yes).to_be_checked()
    yes.press("ArrowDown")
    expect(no).to_be_checked()
    expect(yes).not_to_be_checked()
    lab.notebook.get_by_role("button", name="Check my answers").press("Enter")
    expect(lab.notebook.get_by_role("status")).to_contain_text("1 of 5 are right.")
