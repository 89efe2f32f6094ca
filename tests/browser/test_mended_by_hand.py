"""From the launcher to a released datasheet: the refused table of the demo, mended by a person."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from jupyter_servers import Server
from lab_pages import SECOND, Lab
from playwright.sync_api import expect
from workspaces import cli

from synthnb import assets, workflow
from synthnb.records import Plan, read
from synthnb.workflow.demo import PASSPHRASE
from synthnb.workspace import Dossier

MINUTES = 300 * SECOND
_PROMPT = re.compile(r"[$#]\s*$")  # of a shell that waits


@pytest.fixture
def root(server: Server) -> Path:
    """Return the workspace of the demo, with the refused table only."""
    folder = server.root / "by-hand"
    done = cli("demo", "--quick", folder, cwd=server.root)
    assert done.code == 0, done.text
    return folder


def mended_plan() -> Plan:
    """Return the plan of the demo's second table."""
    text = (assets.templates() / "demo" / "plan-mended.yaml").read_text(encoding="utf-8")
    return read(Plan, text, "plan-mended.yaml")


@pytest.mark.slow
def test_a_refused_table_is_mended_and_released_by_what_is_on_the_screen(
    lab: Lab, root: Path
) -> None:
    dossier = root / "dossiers" / "loanapp"
    lab.open(root)
    lab.card("Next step").click()
    expect(lab.dialog).to_contain_text("loanapp: blocked")
    lab.shot("blocked")
    lab.step("Open: 01_charter.ipynb").click()
    lab.shows(dossier / "notebooks" / "01_charter.ipynb")
    lab.run_all()
    change_the_plan(lab, mended_plan())
    for words in ("approve plan loanapp", "approve plan loanapp", "run loanapp"):
        carry_out(lab, words)
    expect(lab.state).to_have_text("✗ loanapp: blocked", timeout=MINUTES)
    left = workflow.check(Dossier.at(dossier)).verdict.blocking
    if any(each.state == "fail" for each in left):
        return  # on another kind of processor the network is another one, and may fail
    for each in left:
        for _ in range(2):
            carry_out(lab, f"accept loanapp {each.id}")
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


def change_the_plan(lab: Lab, plan: Plan) -> None:
    """Answer in the form of the plan what the second dossier's plan says."""
    form = lab.notebook.locator(".synthnb-form").last
    generator = form.get_by_label("Generator *")
    generator.scroll_into_view_if_needed()
    lab.shot("plan")
    generator.fill(plan.generator)
    generator.press("Tab")
    parameters = form.get_by_label("Parameters")
    parameters.fill(yaml.safe_dump(dict(plan.parameters)))
    parameters.press("Tab")
    rationale = form.get_by_label("Rationale *").last
    rationale.fill(plan.rationale)
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
