"""The state of a dossier in the status bar, what to do next, and what becomes of it then."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from lab_pages import SECOND, Lab, serious
from playwright.sync_api import Route, expect
from released import lenient_policy
from workspaces import cli

from synthnb.notebooks import STOCK
from synthnb.records import Key, Member, People, read, write
from synthnb.workflow.demo import PASSPHRASE

THEMES = "lab/api/settings/@jupyterlab/apputils-extension:themes"
MINUTES = 180 * SECOND


@pytest.fixture
def lenient(folder: Path) -> Path:
    """Return a dossier that will pass, in a workspace where Olivia may release and withdraw."""
    root = folder.parent.parent
    (root / "policy.yaml").write_text(write(lenient_policy()))
    people = read(People, (root / "people.yaml").read_text(), "people.yaml")
    keys: tuple[Key, ...] = people.members[0].keys
    olivia = Member(name="Olivia Owner", roles=("data owner",), keys=keys)
    (root / "people.yaml").write_text(write(People(members=(olivia,))))
    return folder


@pytest.fixture
def dark(lab: Lab) -> Iterator[Callable[[], None]]:
    """Return what changes to the dark theme, until the test ends."""

    def change() -> None:
        lab.command("Theme: JupyterLab Dark")
        expect(lab.page.locator("body")).to_have_attribute("data-jp-theme-light", "false")

    yield change
    lab.server.ask(THEMES, {"raw": "{}"}, method="PUT")


@pytest.mark.slow
def test_a_command_is_typed_into_a_terminal_and_its_run_changes_the_state(
    lab: Lab, folder: Path, dark: Callable[[], None]
) -> None:
    lab.open(folder)
    expect(lab.card("1 Charter")).to_be_visible()
    expect(lab.state).to_be_hidden()
    lab.card("1 Charter").click()
    expect(lab.state).to_have_text("✎ loanapp: draft")
    expect(lab.state).to_have_attribute(
        "title",
        "Nothing was executed yet.\nNext: Execute all six notebooks; it takes some minutes.",
    )
    lab.kernel_is_idle()
    lab.state.focus()
    lab.page.keyboard.press("Enter")
    expect(lab.dialog).to_contain_text("What to do next")
    lab.shot("next")
    lab.tab("Type it in a terminal")
    lab.page.keyboard.press("Enter")
    expect(lab.dialog).to_have_count(0)
    expect(lab.terminal).to_contain_text("run loanapp")
    expect(lab.state).to_have_text("✎ loanapp: draft")
    assert not (folder / "runs").exists(), "nothing runs before somebody presses Enter"
    lab.shot("typed")
    lab.page.keyboard.press("Enter")
    expect(lab.state).to_have_text("✗ loanapp: blocked", timeout=MINUTES)
    lab.shot("ran")
    lab.page.get_by_role("tab", name="01_charter.ipynb").click()
    expect(lab.state).to_have_text("✗ loanapp: blocked")
    why_and_what(lab)
    plan = folder / "plan.yaml"
    kept = plan.read_text()
    plan.write_text(kept.replace("seed: 0", "seed: 1", 1))
    lab.save()
    expect(lab.state).to_have_text("✎ loanapp: draft")
    expect(lab.state).to_have_attribute(
        "title",
        "Charter or plan was changed after run 0001.\n"
        "Next: Execute all six notebooks; it takes some minutes.",
    )
    plan.write_text(kept)
    lab.save()
    expect(lab.state).to_have_text("✗ loanapp: blocked")
    dark()
    why_and_what(lab)
    lab.state.click()
    lab.step("Open: 03_privacy.ipynb").click()
    lab.shows(folder / "notebooks" / "03_privacy.ipynb")
    assert sorted(path.name for path in (folder / "notebooks").glob("*.ipynb")) == [
        stock.file for stock in STOCK
    ]


def why_and_what(lab: Lab) -> None:
    """Read by the keyboard why a run is blocked, and what can be done."""
    lab.state.focus()
    lab.page.keyboard.press("Enter")
    expect(lab.dialog).to_contain_text("loanapp: blocked")
    expect(lab.dialog).to_contain_text("Run 0001 is blocked by 3 findings:")
    expect(lab.dialog.get_by_role("group", name="loanapp: blocked. Run 0001")).to_be_focused()
    expect(lab.step("Type it in a terminal: synthnb check loanapp")).to_be_visible()
    expect(lab.step("Type it in a terminal: synthnb release loanapp --rejected")).to_have_count(1)
    lab.shot("why")
    assert serious(lab.page, ".jp-Dialog-body") == []
    lab.page.keyboard.press("Escape")
    expect(lab.dialog).to_have_count(0)


@pytest.mark.slow
def test_from_passed_to_released_to_withdrawn_by_what_is_on_the_screen(
    lab: Lab, lenient: Path
) -> None:
    root = lenient.parent.parent
    done = cli("run", "loanapp", cwd=root)
    assert done.code == 0, done.text
    lab.open(lenient)
    lab.card("Next step").click()
    expect(lab.dialog).to_contain_text("loanapp: passed")
    expect(lab.state).to_have_text("✓ loanapp: passed")
    lab.shot("passed")
    lab.page.keyboard.press("Escape")
    lab.type_it("synthnb release loanapp --key keys/olivia.pem")
    lab.page.keyboard.press("Enter")
    expect(lab.terminal).to_contain_text("Passphrase of olivia.pem")
    lab.page.keyboard.type(f"{PASSPHRASE}\n")
    expect(lab.state).to_have_text("★ loanapp: released", timeout=MINUTES)
    lab.state.click()
    lab.shot("released")
    lab.step("Open: datasheet.html").click()
    page = lab.page.frame_locator(".jp-HTMLViewer iframe")
    expect(page.locator("h1.title")).to_be_visible()
    expect(lab.state).to_have_text("★ loanapp: released")
    lab.shot("datasheet")
    lab.state.click()
    lab.step("Open: datasheet.pdf").click()
    expect(lab.page.locator(".jp-PDFContainer:visible")).to_be_visible()
    lab.type_it("synthnb verify reports/loanapp/1.0.0 --trust people.yaml")
    lab.page.keyboard.press("Enter")
    expect(lab.terminal).to_contain_text("The release holds.")
    words = ("withdraw", "loanapp", "1.0.0", "--reason", "A test.", "--key", "keys/olivia.pem")
    lab.page.keyboard.type(f"{shlex.join([sys.executable, '-m', 'synthnb', *words])}\n")
    expect(lab.terminal).to_contain_text("Passphrase of olivia.pem")
    lab.page.keyboard.type(f"{PASSPHRASE}\n")
    expect(lab.state).to_have_text("⊘ loanapp: withdrawn", timeout=MINUTES)
    lab.state.click()
    expect(lab.step("Open: 01_charter.ipynb")).to_be_visible()
    lab.shot("withdrawn")


@pytest.mark.slow
def test_where_there_is_no_terminal_the_command_is_copied(lab: Lab, folder: Path) -> None:
    def without(route: Route) -> None:
        answer = route.fetch()
        text = answer.text()
        assert '"terminalsAvailable": true' in text
        changed = text.replace('"terminalsAvailable": true', '"terminalsAvailable": false')
        route.fulfill(response=answer, body=changed)

    lab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    lab.page.route("**/lab/tree/**", without)
    lab.open(folder / "plan.yaml")
    lab.state.click()
    lab.step("Copy: synthnb run loanapp").click()
    expect(lab.dialog.get_by_text("Copied")).to_be_visible()
    lab.shot("copied")
    copied = lab.page.evaluate("navigator.clipboard.readText()")
    assert shlex.split(copied)[-2:] == ["run", "loanapp"]


@pytest.mark.slow
def test_outside_a_dossier_there_is_no_state(lab: Lab, folder: Path) -> None:
    policy = folder.parent.parent / "policy.yaml"
    lab.open(policy)
    lab.command("How does this dossier stand?")
    expect(lab.dialog).to_contain_text("The open document lies in no dossier.")
    expect(lab.state).to_be_hidden()
