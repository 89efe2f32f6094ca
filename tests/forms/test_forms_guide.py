"""A form that knows its workspace offers names, suggests answers, and refuses what is looser."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from ruamel.yaml import YAML

from synthnb import Session, assets, forms
from synthnb.errors import UsageError
from synthnb.forms.cards import Card
from synthnb.forms.controls import MISSING
from synthnb.forms.guide import Guide
from synthnb.forms.house import HouseGuide
from synthnb.forms.leaves import Leaf
from synthnb.forms.page import tally
from synthnb.forms.plain import parse
from synthnb.forms.widget import Form
from synthnb.records import Charter, Feedback, People, Plan, Policy, read
from synthnb.workspace import Dossier, Workspace


@pytest.fixture(autouse=True)
def _a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795132800")  # 2026-11-20


@pytest.fixture
def dossier(tmp_path: Path) -> Dossier:
    """Return a fresh dossier that names a table of four columns and sixty rows."""
    made = Workspace.create(tmp_path / "ws").new("loans")
    frame = pd.DataFrame(
        {
            "income": [1000.5 + number for number in range(60)],
            "sex": ["F", "M"] * 30,
            "approved": ["yes", "no", "no"] * 20,
            "person": [f"P{number:03}" for number in range(60)],
        }
    )
    frame.loc[:5, "income"] = None
    frame.to_csv(made.folder / "data" / "loans.csv", index=False)
    path = made.folder / "charter.yaml"
    text = path.read_text().replace(
        "<data/FILE.csv or .parquet, from this folder>", "data/loans.csv"
    )
    path.write_text(text)
    return made


def form_of(dossier: Dossier, name: str = "charter") -> Form:
    made = Session(str(dossier.folder)).form(name)
    assert isinstance(made, Form)
    return made


def opened(form: Form, *names: str) -> Any:
    """Return the node of a field, opened."""
    here: Any = form._root
    for name in names:
        here = here._fields[name]
        if hasattr(here, "toggle"):
            if here._node is None:
                here.toggle()
            here = here._node
        here = getattr(here, "_node", here) or here
    return here


def text_of(leaf: Leaf) -> str:
    return " ".join(child.value for child in leaf._hint.box.children[:1])


def test_columns_are_taken_from_the_table_and_roles_are_picked(dossier: Dossier) -> None:
    form = form_of(dossier)
    columns = opened(form, "columns")
    assert columns._fill.description == "Add the 4 that are not listed"
    columns._fill.click()
    assert [each["name"] for each in form.data["columns"]] == [
        *("income", "sex", "approved", "person")
    ]
    cards = [node for node, _ in columns._entries]
    assert all(isinstance(card, Card) for card in cards)
    assert "number, 10.0% missing" in cards[0]._head.value
    roles = cards[1]._picks._fields["roles"]
    roles._boxes["protected"].value = True
    saved = parse((dossier.folder / "charter.yaml").read_text())["columns"]
    assert saved[1] == {"name": "sex", "type": "category", "roles": ["protected"]}
    assert columns._fill.disabled


def test_roles_are_suggested_and_not_filled_in(dossier: Dossier) -> None:
    form = form_of(dossier)
    columns = opened(form, "columns")
    columns.fill()
    roles = columns._entries[3][0]._picks._fields["roles"]
    assert form.data["columns"][3]["roles"] == []
    assert "Suggestion: <b>identifier</b>" in text_of(roles)
    roles._hint.box.children[1].click()
    assert form.data["columns"][3]["roles"] == ["identifier"]
    assert roles._hint.box.children == ()


def test_no_form_shows_a_value_of_the_table(dossier: Dossier) -> None:
    form = form_of(dossier)
    opened(form, "columns").fill()
    from ipywidgets import Widget

    def values(widget: Any) -> str:
        inner = getattr(widget, "children", ())
        own = [getattr(widget, name, "") for name in ("value", "description", "options", "tooltip")]
        return " ".join([*map(str, own), *map(values, inner)]) if isinstance(widget, Widget) else ""

    shown = values(form)
    assert "income" in shown
    assert all(each not in shown for each in ("P001", "1000.5", "1059"))


def test_a_table_that_cannot_be_read_is_said_where_columns_are_asked_for(
    dossier: Dossier,
) -> None:
    (dossier.folder / "data" / "loans.csv").unlink()
    assert "does not exist" in opened(form_of(dossier), "columns")._note.value


def test_what_names_a_column_is_chosen_from_the_table(dossier: Dossier) -> None:
    unit = opened(form_of(dossier), "split")._fields["unit"]
    labels = [label for label, _ in unit._control.widget.options]
    assert labels[:2] == ["—", "income (number, 10.0% missing)"]
    unit._control.widget.value = "person"
    assert unit.get() == "person"


def test_a_plan_offers_generators_and_the_rules_of_the_charter(dossier: Dossier) -> None:
    form = form_of(dossier, "plan")
    generator = opened(form, "generator")._control.widget
    assert "gaussian-copula" in generator.options
    generator.value = "a-plug-in"  # anything else may be typed
    assert form.data["generator"] == "a-plug-in"


def test_a_limit_looser_than_the_policy_is_refused_with_number_and_reason(
    dossier: Dossier,
) -> None:
    form = form_of(dossier)
    opened(form, "fairness").add()
    rule, limit = (form._root._fields["fairness"]._node._entries[0][0]._node._fields[n]
                   for n in ("rule", "limit"))  # fmt: skip
    labels = [label for label, _ in rule._control.widget.options]
    floor = dossier.workspace.policy.rule("fairness.representation-low")
    assert floor is not None
    assert floor.limit is not None
    assert any(label.startswith("fairness.representation-low (") for label in labels)
    rule._control.widget.value = "fairness.representation-low"
    limit._control.widget.value = "0.1"
    said = [p for p in form.problems if p.where == "fairness[0].limit"]
    assert len(said) == 1
    assert f"looser than the policy's {floor.limit:g}" in said[0].message
    assert floor.reason in said[0].message
    assert "looser than" in limit._note.value
    limit._control.widget.value = str(floor.limit)
    assert "fairness[0].limit" not in [p.where for p in form.problems]


def test_an_acceptable_loss_above_the_policy_is_refused_too() -> None:
    policy = read(
        Policy, (assets.templates() / "policies" / "default.yaml").read_text(), "policy.yaml"
    )
    guide = HouseGuide(policy=policy)
    (found,) = guide.problems({"task": {"target": "x", "acceptable_loss": 0.9}})
    assert found.where == "task.acceptable_loss"
    assert "the policy's reason: " in found.message
    assert list(guide.problems({"task": {"acceptable_loss": "much"}, "privacy": [{}, 3]})) == []


def test_what_a_charter_leaves_out_though_the_policy_blocks_on_it_is_open_at_its_field(
    dossier: Dossier,
) -> None:
    path = dossier.folder / "charter.yaml"
    text = (assets.templates() / "demo" / "charter.yaml").read_text()
    text = re.sub(r"\n    (minimum|maximum|categories): .*", "", text)
    text = re.sub(r"\ntask:\n(  .*\n)+", "\n", text).replace("roles: [target]", "roles: []")
    path.write_text(text)
    assert read(Charter, text, "charter.yaml").task is None  # it holds as a record
    form = form_of(dossier)
    bounds, task = form.problems
    assert (bounds.where, task.where) == ("columns[0].minimum", "task")
    assert "not complete: 2 parts are open" in form._status.value
    more = opened(form, "columns")._entries[0][0]._more
    more.toggle()
    minimum = more._node._fields["minimum"]
    assert "the policy will block by its rule `generation.valid-share`" in bounds.message
    assert "no column states bounds or categories" in minimum._note.value
    minimum._control.widget.value = "0"
    assert [problem.where for problem in form.problems] == ["task"]


def test_of_an_unfinished_charter_only_what_is_finished_is_held_against_the_policy() -> None:
    text = (assets.templates() / "policies" / "default.yaml").read_text()
    guide = HouseGuide(policy=read(Policy, text, "policy.yaml"))
    columns = [{"name": "a", "type": "number"}, {"name": "b", "type": "<number or category>"}]
    charter = {"columns": columns, "split": {"control": 0}, "sources": [{"kind": "real"}]}
    assert [found.where for found in guide.problems(charter)] == ["task"]
    columns[1]["type"] = "category"
    found = [each.where for each in guide.problems({**charter, "task": {"target": ""}})]
    assert found[0] == "columns[0].minimum"
    assert {*found} == {"columns[0].minimum", "columns"}
    assert list(guide.problems({"generator": "gaussian-copula"})) == []


def test_a_rule_that_is_none_is_named_at_its_field() -> None:
    policy = read(
        Policy, (assets.templates() / "policies" / "default.yaml").read_text(), "policy.yaml"
    )
    said = list(HouseGuide(policy=policy).problems({"privacy": [{"rule": "no.such", "limit": 1}]}))
    assert [(p.where, "is not a rule" in p.message) for p in said] == [("privacy[0].rule", True)]


def test_the_cadence_is_suggested_from_the_policy_with_its_date(dossier: Dossier) -> None:
    path = dossier.folder / "charter.yaml"
    path.write_text(re.sub(r"  cadence: P6M.*", '  cadence: ""', path.read_text()))
    form = form_of(dossier)
    cadence = opened(form, "review")._fields["cadence"]
    policy = dossier.workspace.policy
    assert f"<b>{policy.cadence}</b>" in text_of(cadence)
    assert "it is due on 2027-" in text_of(cadence)
    cadence._hint.box.children[1].click()
    assert form.data["review"]["cadence"] == policy.cadence
    cadence._control.widget.value = "3 months"
    assert form.data["review"]["cadence"] == "P3M"
    assert "That is 3 months." in cadence._note.value


def test_approvers_are_suggested_where_nobody_named_any(dossier: Dossier) -> None:
    path = dossier.folder / "charter.yaml"
    path.write_text(re.sub(r"\napprovers: .*", "\napprovers: []", path.read_text()))
    form = form_of(dossier)
    approvers = opened(form, "approvers")
    approvers._hint.box.children[1].click()
    wanted = dossier.workspace.policy.approval("release")
    assert wanted is not None
    assert form.data["approvers"] == list(wanted.roles)


def test_entries_move_up_and_down_with_their_comments_kept(tmp_path: Path) -> None:
    path = tmp_path / "charter.yaml"
    text = (assets.templates() / "demo" / "charter.yaml").read_text()
    path.write_text(text)
    form = forms.form(Charter, path)
    benefits = opened(form, "benefits")
    before = list(form.data["benefits"])
    benefits._places[0].down.click()
    assert form.data["benefits"] == [before[1], before[0], before[2]]
    assert list(read(Charter, path.read_text(), "c").benefits) == form.data["benefits"]
    benefits._places[2].up.click()
    benefits._places[1].up.click()
    assert form.data["benefits"] == [before[2], before[1], before[0]]
    first, last = benefits._places[0], benefits._places[2]
    assert first.up.disabled
    assert last.down.disabled
    benefits.move(0, -1)
    assert form.data["benefits"] == [before[2], before[1], before[0]]
    comments = [line for line in text.splitlines() if line.lstrip().startswith("#")]
    assert [ln for ln in path.read_text().splitlines() if ln.lstrip().startswith("#")] == comments


def test_buttons_stay_at_their_place_when_entries_move_or_go(tmp_path: Path) -> None:
    path = tmp_path / "charter.yaml"
    path.write_text((assets.templates() / "demo" / "charter.yaml").read_text())
    benefits = opened(forms.form(Charter, path), "benefits")
    rows = list(benefits._places)
    benefits.move(0, 1)
    rows[1].drop.click()
    assert benefits._places == rows[:2]
    assert [row.drop.tooltip for row in rows[:2]] == [
        "Remove: entry 1 of Benefits",
        "Remove: entry 2 of Benefits",
    ]


def test_a_placeholder_is_an_empty_box_and_stays_in_the_file_until_answered(
    dossier: Dossier,
) -> None:
    form = form_of(dossier)
    title = opened(form, "title")
    assert title._control.widget.value == ""
    assert title.get().startswith("<title of the datasheet")
    assert "is not answered yet: title of the datasheet" in title._note.value


def test_what_nobody_chose_or_named_is_said_in_plain_words(dossier: Dossier) -> None:
    said = {problem.where: problem.message for problem in form_of(dossier).problems}
    assert said["columns[0].name"] == "is empty"
    assert said["audiences[0].access"].startswith("is not chosen yet; expected 'open', ")


def test_every_answer_has_a_label_even_where_none_is_seen(dossier: Dossier) -> None:
    from ipywidgets import Button, Checkbox, Dropdown, Text, Textarea

    form = form_of(dossier)
    for name in list(form._root._fields):
        if hasattr(form._root._fields[name], "toggle"):
            opened(form, name)
    opened(form, "columns").fill()

    def every(widget: Any) -> list[Any]:
        return [widget, *(w for each in getattr(widget, "children", ()) for w in every(each))]

    asked = [w for w in every(form) if isinstance(w, Text | Textarea | Dropdown | Checkbox)]
    assert len(asked) > 50
    assert all(widget.description.strip() for widget in asked)
    pressed = [widget for widget in every(form) if isinstance(widget, Button)]
    assert all(widget.description.strip() or widget.tooltip for widget in pressed)


def test_what_is_left_is_counted_and_shown_as_a_bar(dossier: Dossier) -> None:
    form = form_of(dossier)
    done, total = tally(form._part, form.data, form.problems)
    assert 0 < done < total
    assert f'value="{done}" max="{total}"' in form._bar.value
    assert f"{done} of {total} questions are answered." in form._status.value
    opened(form, "title")._control.widget.value = "A title"
    assert tally(form._part, form.data, form.problems) == (done + 1, total)


def test_a_part_that_is_given_is_counted_and_an_absent_one_is_not(tmp_path: Path) -> None:
    part = forms.form(Plan, tmp_path / "plan.yaml")._part
    # generator, guarantee.statement and rationale must be answered
    assert tally(part, {}, ()) == (3, 3)
    # and of a part that is given, its three
    assert tally(part, {"external": {}}, ()) == (6, 6)


def test_two_forms_on_one_file_do_not_overwrite_each_other(dossier: Dossier) -> None:
    one, two = form_of(dossier), form_of(dossier)
    opened(one, "title")._control.widget.value = "From one"
    opened(two, "purpose")._control.widget.value = "From two, which does not know it."
    text = (dossier.folder / "charter.yaml").read_text()
    assert "From one" in text
    assert "From two" not in text
    assert "changed by somebody else" in two._alarm.value
    two.reload()
    opened(two, "purpose")._control.widget.value = "From two, which now knows it."
    text = (dossier.folder / "charter.yaml").read_text()
    assert "From one" in text
    assert "From two" in text


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("charter", "dossiers/loans/charter.yaml"),
        ("plan", "dossiers/loans/plan.yaml"),
        ("people", "people.yaml"),
        ("feedback", "feedback.yaml"),
        ("incident", "incidents/draft.yaml"),
    ],
)
def test_a_session_has_a_form_for_every_record_that_people_fill(
    dossier: Dossier, name: str, file: str
) -> None:
    form = form_of(dossier, name)
    assert form._document.path == dossier.workspace.root / file
    static = Session(str(dossier.folder), run="0001").form(name)._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" not in static
    assert name.capitalize() in static["text/html"]


def test_there_is_no_form_for_other_names(dossier: Dossier) -> None:
    with pytest.raises(UsageError, match="no form for 'policy'"):
        form_of(dossier, "policy")


def test_people_are_added_by_form(dossier: Dossier) -> None:
    form = form_of(dossier, "people")
    members = opened(form, "members")
    members.add()
    person = members._entries[0][0]._node
    person._fields["name"]._control.widget.value = "Pat Privacy"
    roles = person._fields["roles"]
    roles.add()
    box = roles._entries[0][0]._control.widget
    assert "privacy officer" in box.options
    box.value = "privacy officer"
    assert form.problems == ()
    found = dossier.workspace.people
    assert isinstance(found, People)
    assert found.member("Pat Privacy") is not None


def test_feedback_is_written_down_and_answered(dossier: Dossier) -> None:
    form = form_of(dossier, "feedback")
    entries = opened(form, "entries")
    entries.add()
    entry = entries._entries[0][0]._node
    for name, value in (
        *(("who", "A teacher"), ("on", date(2026, 11, 12)), ("about", "loans/1.0.0")),
        *(("kind", "error"), ("text", "A group is rarer than in the real data.")),
    ):
        entry._fields[name]._control.widget.value = value
    assert form.problems == ()
    text = (dossier.workspace.root / "feedback.yaml").read_text()
    assert len(read(Feedback, text, "feedback.yaml").open) == 1


def test_an_incident_takes_times_with_their_zone(dossier: Dossier) -> None:
    from datetime import datetime, timedelta, timezone

    form = form_of(dossier, "incident")
    known = opened(form, "known")
    zone = timezone(timedelta(hours=1))
    known._control.widget.value = datetime(2026, 11, 2, 10, 30, tzinfo=zone)
    assert form.data["known"] == "2026-11-02T09:30:00Z"
    assert "known" not in [problem.where for problem in form.problems]
    again = opened(form_of(dossier, "incident"), "known")
    assert again._control.widget.value == datetime(2026, 11, 2, 10, 30, tzinfo=zone)


def test_now_is_suggested_for_when_an_incident_became_known(dossier: Dossier) -> None:
    form = form_of(dossier, "incident")
    opened(form, "known")._hint.box.children[1].click()
    assert form.data["known"] == "2026-11-20T00:00:00Z"


def test_a_form_without_a_guide_asks_everything_by_itself(tmp_path: Path) -> None:
    form = forms.form(Charter, tmp_path / "charter.yaml", guide=Guide())
    columns = opened(form, "columns")
    columns.add()
    name = columns._entries[0][0]._picks._fields["name"]
    assert name.get() is MISSING
    name._control.widget.value = "income"
    assert form.data["columns"] == [{"name": "income"}]


def test_forms_load_no_table_library_before_a_table_is_asked_for() -> None:
    code = "import sys, json, synthnb.forms.house; print(json.dumps('pandas' in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) is False


@pytest.mark.parametrize(
    ("changed", "where", "words"),
    [
        ({"generator": "gaussia"}, "generator", "gaussian-copula"),
        ({"parameters": {"epoch": 3}}, "parameters.epoch", "no such parameter"),
        ({"parameters": {"enforce_rounding": 2}}, "parameters.enforce_rounding", "true or false"),
    ],
)
def test_a_plan_that_cannot_be_carried_out_is_open_at_the_field_that_is_wrong(
    dossier: Dossier, changed: dict[str, object], where: str, words: str
) -> None:
    for name in ("charter.yaml", "plan.yaml"):
        text = (assets.templates() / "demo" / name).read_text()
        (dossier.folder / name).write_text(text)
    guide = HouseGuide(folder=dossier.folder)
    plan = YAML(typ="safe").load((dossier.folder / "plan.yaml").read_text())
    assert list(guide.problems(plan)) == []
    found = [each for each in guide.problems({**plan, **changed}) if each.where.startswith(where)]
    assert found
    assert words in found[0].message
