"""The whole way in JupyterLab: from a card to six verdicts, the charter by the keyboard alone."""

from __future__ import annotations

import itertools
import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from lab_pages import Lab
from loans import loan_frame
from playwright.sync_api import Locator, expect
from ruamel.yaml import YAML

from synthnb import attest
from synthnb.lab.cards import cards
from synthnb.notebooks import STOCK
from synthnb.records import Key, Member, People, write
from synthnb.workflow.demo import PASSPHRASE
from synthnb.workspace import Workspace

TABLE = loan_frame()[["loanamt", "appinc", "atotinc", "married", "dep", "approve", "race", "sex"]]
TELLING = ("loanamt", "appinc", "atotinc")
"""Columns that single people out when they stand together."""
ROLES = {
    "atotinc": ("sensitive",),
    "married": ("quasi-identifier",),
    "dep": ("quasi-identifier",),
    "approve": ("target",),
    "race": ("quasi-identifier", "protected"),
    "sex": ("quasi-identifier", "protected"),
}
TYPES = {"approve": "category"}
LEAST = {"atotinc": "0"}
USE = {
    "Title *": "Teaching credit scoring",
    "Task *": "Predict approval from the applicant's finances",
    "Model type *": "Logistic regression",
    "Decision *": "None about real people: the models are thrown away.",
}
SOURCE = {
    "Path *": "../../data/loans.csv",
    "What one row is *": "One application",
    "Collection *": "Applications of 1990 in Boston, published by the Federal Reserve Bank.",
    "Legal basis *": "Published research data",
    "Retention *": "As long as the dossier, so that anybody can repeat the assessment.",
}
BENEFITS = ("Models can be taught.", "Code can be tested.", "No record leaves.")


@pytest.fixture
def root(lab: Lab, tmp_path: Path) -> Path:
    """Return a workspace with one person and a table, and no dossier yet."""
    workspace = Workspace.create(lab.server.root / tmp_path.name)
    public = attest.keys.create(tmp_path / "ada.pem", PASSPHRASE)
    ada = Member(name="Ada Example", roles=("data owner",), keys=(Key(public=public),))
    (workspace.root / "people.yaml").write_text(write(People(members=(ada,))))
    (workspace.root / "data").mkdir()
    TABLE.to_csv(workspace.root / "data" / "loans.csv", index=False)
    return workspace.root


def test_from_a_card_to_six_verdicts_and_back_with_nothing_lost(lab: Lab, root: Path) -> None:
    folder = new_dossier(lab, root)
    charter, plan = forms(lab)
    fill_the_words(lab, charter)
    fill_the_table(lab, charter)
    refuse_a_loose_limit(lab, charter)
    fill_who_answers(lab, charter)
    expect(charter.get_by_role("status")).to_contain_text("charter.yaml is complete")
    fill_the_plan(lab)
    expect(plan.get_by_role("status")).to_contain_text("plan.yaml is complete")
    lab.shot("complete")
    run_all_notebooks(lab, folder)
    says_what_was_typed(folder)
    outputs = saved(folder)
    assert [output for found in outputs.values() for output in found if is_error(output)] == []
    assert real_records("\n".join(map(words, itertools.chain(*outputs.values())))) == []
    before = {file: (folder / file).read_text() for file in ("charter.yaml", "plan.yaml")}
    close_and_reopen(lab, folder)
    assert {file: (folder / file).read_text() for file in before} == before


def new_dossier(lab: Lab, root: Path) -> Path:
    """Make a dossier by its card; return its folder, with the charter's notebook open."""
    lab.open(root)
    lab.shot("launcher")
    lab.card("New dossier").click()
    expect(lab.dialog.locator("input")).to_be_focused()
    lab.page.keyboard.type("loans")
    lab.shot("name")
    lab.page.keyboard.press("Enter")
    folder = root / "dossiers" / "loans"
    lab.shows(folder / "notebooks" / STOCK[0].file)
    return folder


def forms(lab: Lab) -> tuple[Locator, Locator]:
    """Run the notebook of a dossier that nobody has filled; return both forms, at the first."""
    lab.run_all()
    found = lab.notebook.locator(".synthnb-form")
    charter = found.first
    expect(charter.get_by_role("status")).to_contain_text("charter.yaml is not complete")
    charter.get_by_label("Name *", exact=True).focus()
    lab.shot("empty")
    return charter, found.last


def fill_the_words(lab: Lab, form: Locator) -> None:
    """Say what the table is for, and for whom."""
    keys = lab.page.keyboard
    answer(lab, "Title *", "Synthetic loans")
    lab.unfold("Owner")
    answer(lab, "Name *", "Ada Example")
    answer(lab, "Contact *", "ada@example.org")
    answer(lab, "Author", "Sam Scientist")
    answer(lab, "Purpose *", "To teach credit scoring without real applications.")
    lab.unfold("Use cases *")
    lab.unfold("<short name of the use>", "New entry")
    for name, text in USE.items():
        answer(lab, name, text)
    lab.shot("use-case")
    lab.unfold("Audiences *")
    lab.unfold("<who may have the data>", "New entry")
    answer(lab, "Who *", "Students of statistics")
    lab.tab("Access *")
    keys.type("open")
    lab.unfold("Benefits *")
    lab.tab("Benefits *")
    keys.type(BENEFITS[1])
    three_benefits(lab, form)
    one_entry(lab, "Trade-offs *", "Rare applicants are blurred.")
    one_entry(lab, "Prohibited uses *", "Deciding about any real person.")


def three_benefits(lab: Lab, form: Locator) -> None:
    """Add entries, move one to the top and take one away."""
    keys, here = lab.page.keyboard, lab.page.locator(":focus")
    entries = form.get_by_label("Benefits *", exact=True)
    for text in (BENEFITS[2], BENEFITS[0], "To be taken away again."):
        count = entries.count()
        lab.tab("Add")
        keys.press("Enter")
        expect(entries.nth(count)).to_be_focused()
        keys.type(text)
    lab.tab("Move up: entry 3 of Benefits", back=True)
    for place, word in ((2, "up"), (1, "down")):
        keys.press("Enter")
        expect(entries.nth(place - 1)).to_have_value(BENEFITS[0])
        expect(here).to_have_attribute("title", f"Move {word}: entry {place} of Benefits")
    lab.shot("moved")
    lab.tab("Remove: entry 4 of Benefits")
    keys.press("Enter")
    expect(entries).to_have_count(3)
    expect(here).to_have_attribute("title", "Remove: entry 3 of Benefits")
    for number, text in enumerate(BENEFITS):
        expect(entries.nth(number)).to_have_value(text)


def fill_the_table(lab: Lab, form: Locator) -> None:
    """Name the file, and pick what each of its columns is."""
    lab.unfold("Sources *")
    lab.unfold("real")
    for name, text in SOURCE.items():
        answer(lab, name, text)
    lab.unfold("Columns *")
    expect(form.get_by_text("The table has 8 columns.")).to_be_visible()
    lab.tab("Add the 8 that are not listed")
    lab.page.keyboard.press("Enter")
    expect(form.get_by_role("button", name="All listed")).to_be_disabled()
    cards = form.locator(".synthnb-card")
    expect(cards.first.get_by_label("Type *")).to_be_focused()
    for place, name in enumerate(TABLE.columns):
        expect(cards.nth(place)).to_contain_text(name)
        if place:
            lab.tab("Type *")
        expect(cards.nth(place).get_by_label("Type *")).to_be_focused()
        pick(lab, name)
    lab.shot("columns")
    lab.unfold("Task")
    lab.tab("Give this part: Task")
    lab.page.keyboard.press("Space")
    answer(lab, "Target *", "approve")
    answer(lab, "Favourable value", "yes")
    answer(lab, "Acceptable loss", "0.05")


def pick(lab: Lab, column: str) -> None:
    """Say what a column is, from its type on."""
    here = lab.page.locator(":focus")
    if column in TYPES:
        lab.page.keyboard.type(TYPES[column])
        expect(here).to_have_value(TYPES[column])
    for role in ROLES.get(column, ()):
        lab.tab(f"Roles: {role}")
        lab.page.keyboard.press("Space")
        expect(here).to_be_checked()
    if column in LEAST:
        lab.unfold("Label, unit and more")
        answer(lab, "Minimum", LEAST[column])


def refuse_a_loose_limit(lab: Lab, form: Locator) -> None:
    """Ask for less than the policy does, read why that cannot be, and ask for more."""
    keys = lab.page.keyboard
    lab.unfold("Limits on fairness")
    lab.tab("Add")
    keys.press("Enter")
    rule = form.get_by_label("Rule *")
    expect(rule).to_be_focused()
    keys.type("fairness.representation-low")
    expect(rule).to_have_value(re.compile("^fairness.representation-low "))
    answer(lab, "Limit *", "0.5")
    answer(lab, "Reason *", "The exercise compares small groups.")
    below = form.get_by_label("Limit *").locator("xpath=ancestor::*[contains(@class,'vbox')][1]")
    expect(below).to_contain_text(re.compile("✗ .*0.5 is looser.*0.8.*the policy's reason: "))
    lab.shot("refused")
    lab.tab("Limit *", back=True)
    keys.type("0.9")
    lab.tab("Reason *")
    expect(below).not_to_contain_text("✗")
    lab.shot("mended")


def fill_who_answers(lab: Lab, form: Locator) -> None:
    """Say who answers for what, and when it is looked at again."""
    lab.unfold("Roles *")
    lab.unfold("data owner")
    answer(lab, "Name *", "Ada Example")
    lab.unfold("privacy officer")
    answer(lab, "Name *", "Pat Privacy")
    lab.unfold("Review *")
    answer(lab, "Triggers *", "A new extract")
    one_entry(lab, "Limitations *", "One city and one year.")
    answer(lab, "Ethics *", "Nobody agreed to this use; only aggregates are shown.")
    lab.tab("Take the suggestion")
    lab.page.keyboard.press("Enter")
    expect(form.get_by_label("Written on")).to_be_focused()


def fill_the_plan(lab: Lab) -> None:
    """Say how the table is made, and why so."""
    lab.tab("Read the file again")
    answer(lab, "Generator *", "gaussian-copula")
    answer(lab, "Seed", "7")
    lab.unfold("Guarantee *")
    answer(lab, "Statement *", "There is no formal guarantee.")
    answer(lab, "Author", "Sam Scientist")
    answer(lab, "Rationale *", "The plainest of the approved generators.")
    lab.page.keyboard.press("Tab")


def answer(lab: Lab, name: str, text: str) -> None:
    """Go to a field by the keyboard and type."""
    lab.tab(name)
    lab.page.keyboard.type(text)


def one_entry(lab: Lab, name: str, text: str) -> None:
    """Open a list of one entry, and answer it."""
    lab.unfold(name)
    answer(lab, name, text)


def run_all_notebooks(lab: Lab, folder: Path) -> None:
    """Run the six in their order, each to its verdict, and save each."""
    for card, stock in zip(cards(), STOCK, strict=True):
        if stock.room != "charter":
            lab.command(card["title"])
        lab.shows(folder / "notebooks" / stock.file)
        lab.run_all(120)
        lab.verdict(stock.room.capitalize())
        lab.shot(stock.room)
        lab.save()


def saved(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Return the outputs of each notebook as it was saved."""
    return {
        stock.room: [
            output
            for cell in json.loads((folder / "notebooks" / stock.file).read_text())["cells"]
            for output in cell.get("outputs", [])
        ]
        for stock in STOCK
    }


def is_error(output: dict[str, Any]) -> bool:
    """Return whether a cell broke."""
    return bool(output["output_type"] == "error")


def words(output: dict[str, Any]) -> str:
    """Return what can be read in an output."""
    data = output.get("data", {})
    found = [output.get("text", ""), *(data.get(kind, "") for kind in ("text/html", "text/plain"))]
    return "\n".join("".join(each) for each in found)


def says_what_was_typed(folder: Path) -> None:
    """Compare what stands in the files with what was typed."""
    yaml = YAML(typ="safe")
    charter, plan = (yaml.load(folder / file) for file in ("charter.yaml", "plan.yaml"))
    assert charter["title"] == "Synthetic loans"
    assert charter["owner"]["name"] == "Ada Example"
    assert list(charter["use_cases"][0].values()) == list(USE.values())
    assert charter["audiences"] == [{"who": "Students of statistics", "access": "open"}]
    assert charter["benefits"] == list(BENEFITS)
    assert list(charter["sources"][0].values()) == ["real", *SOURCE.values()]
    assert {each["name"]: tuple(each["roles"]) for each in charter["columns"]} == {
        name: ROLES.get(name, ()) for name in TABLE.columns
    }
    assert {each["name"]: each["type"] for each in charter["columns"]}["approve"] == "category"
    assert charter["task"] == {"target": "approve", "positive": "yes", "acceptable_loss": 0.05}
    assert [(each["rule"], each["limit"]) for each in charter["fairness"]] == [
        ("fairness.representation-low", 0.9)
    ]
    assert [each["name"] for each in charter["roles"]] == ["Ada Example", "Pat Privacy"]
    assert charter["review"]["triggers"] == ["A new extract"]
    assert isinstance(charter["written"], date)
    assert (plan["generator"], plan["seed"]) == ("gaussian-copula", 7)
    assert plan["guarantee"] == {"kind": "none", "statement": "There is no formal guarantee."}


def real_records(text: str) -> list[tuple[str, ...]]:
    """Return the real people whose telling numbers stand together in a line of a text or table."""
    lines = (set(re.findall(r"\d+", line)) for line in re.split(r"\n|<tr", text))
    people = {tuple(str(int(x)) for x in row) for row in TABLE[list(TELLING)].to_numpy()}
    return [person for line in lines if len(line) >= 3 for person in people if line >= {*person}]


def close_and_reopen(lab: Lab, folder: Path) -> None:
    """Come back another day: verdicts are there before anything runs, answers after it."""
    lab.close()
    for stock in (STOCK[2], STOCK[0]):
        lab.open(folder / "notebooks" / stock.file)
        lab.shows(folder / "notebooks" / stock.file)
        lab.verdict(stock.room.capitalize())
        lab.shot(f"{stock.room}-reopened")
    forms = lab.notebook.locator(".jp-OutputArea-output", has_text="As it was saved.")
    for title, answer in (("Charter", "Synthetic loans"), ("Plan", "gaussian-copula")):
        form = forms.filter(has=lab.page.get_by_role("heading", name=title))
        form.scroll_into_view_if_needed()
        expect(form.locator("table").first).to_contain_text(answer)
    lab.shot("to-be-read")
    assert "model not found" not in lab.notebook.inner_text()
    lab.run_all()
    forms = lab.notebook.locator(".synthnb-form")
    form, plan = forms.first, forms.last
    expect(plan.get_by_role("status")).to_contain_text("plan.yaml is complete")
    expect(plan.get_by_label("Seed")).to_have_value("7")
    expect(form.get_by_role("status")).to_contain_text("charter.yaml is complete")
    title = form.get_by_label("Title *", exact=True)
    expect(title).to_have_value("Synthetic loans")
    title.focus()
    lab.unfold("Benefits *")
    for number, text in enumerate(BENEFITS):
        expect(form.get_by_label("Benefits *").nth(number)).to_have_value(text)
    lab.shot("again")
    lab.save()


def test_a_real_record_would_be_seen() -> None:
    first = TABLE[list(TELLING)].iloc[0].astype(int).to_list()
    assert real_records(f"<tr><td>{'</td><td>'.join(map(str, first))}</td></tr>")
    assert real_records(f"0.5 {first}\n")
    assert not real_records("\n".join(map(str, first)))
