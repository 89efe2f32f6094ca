"""The state of a dossier in the status bar: one word, its reasons, and when it changes."""

from __future__ import annotations

from pathlib import Path

from lab_pages import Lab
from playwright.sync_api import expect
from workspaces import cli


def test_the_state_goes_from_draft_to_blocked_after_a_run_and_back_after_an_edit(
    lab: Lab, folder: Path
) -> None:
    lab.open(folder)
    expect(lab.card("1 Charter")).to_be_visible()
    expect(lab.state).to_be_hidden()
    lab.card("1 Charter").click()
    expect(lab.state).to_have_text("✎ loanapp: draft")
    expect(lab.state).to_have_attribute(
        "title", "Nothing was executed yet.\nNext: `synthnb run loanapp`."
    )
    done = cli("run", "loanapp", cwd=folder)
    assert done.code == 0, done.text
    lab.page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(lab.state).to_have_text("✗ loanapp: blocked")
    lab.shot("blocked")
    lab.state.focus()
    lab.page.keyboard.press("Enter")
    expect(lab.dialog).to_contain_text("loanapp: blocked")
    expect(lab.dialog).to_contain_text("Run 0001 is blocked by 3 findings:")
    lab.shot("why")
    lab.page.keyboard.press("Escape")
    plan = folder / "plan.yaml"
    plan.write_text(plan.read_text().replace("seed: 0", "seed: 1", 1))
    lab.save()
    expect(lab.state).to_have_text("✎ loanapp: draft")
    expect(lab.state).to_have_attribute(
        "title", "Charter or plan was changed after run 0001.\nNext: `synthnb run loanapp`."
    )


def test_outside_a_dossier_there_is_no_state(lab: Lab, folder: Path) -> None:
    policy = folder.parent.parent / "policy.yaml"
    lab.open(policy)
    lab.command("How does this dossier stand?")
    expect(lab.dialog).to_contain_text("The open document lies in no dossier.")
    expect(lab.state).to_be_hidden()
