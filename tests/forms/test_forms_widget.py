"""A form shows a record, saves each answer, and never loses what somebody wrote."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from synthnb import assets, forms
from synthnb.forms.cards import Card
from synthnb.forms.groups import Fold, OptionalNode, PartNode
from synthnb.forms.leaves import Leaf, SeveralNode
from synthnb.forms.many import ManyNode
from synthnb.forms.widget import Form
from synthnb.records import Charter, Plan, read

VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.fixture
def charter(tmp_path: Path) -> Path:
    path = tmp_path / "charter.yaml"
    shutil.copyfile(assets.templates() / "demo" / "charter.yaml", path)
    return path


def node(form: Form, *path: str | int) -> Any:
    """Return the node at a path, opening what is folded on the way."""
    here: Any = form._root
    for part in path:
        here = _opened(here)
        if isinstance(here, Card):
            here = here._picks if part in here._picks._fields else _opened(here._more)
        here = here._fields[part] if isinstance(part, str) else here._entries[part][0]
    return _opened(here)


def _opened(here: Any) -> Any:
    if isinstance(here, Fold):
        if here._node is None:
            here.toggle()
        return here._node
    return here._node if isinstance(here, OptionalNode) else here


def answer(form: Form, value: Any, *path: str | int) -> None:
    """Answer as a user does: the widget gets another value."""
    leaf = node(form, *path)
    assert isinstance(leaf, Leaf)
    leaf._control.widget.value = value


def where(form: Form) -> list[str]:
    return [problem.where for problem in form.problems]


def test_a_complete_record_is_complete_and_stays_untouched(charter: Path) -> None:
    before = charter.read_bytes()
    form = forms.form(Charter, charter)
    for name in Charter.model_fields:
        if name != "schema_version":
            node(form, name)
    assert form.problems == ()
    assert charter.read_bytes() == before
    assert form.data == form._document.data


def test_an_answer_is_saved_at_once_and_changes_its_line_only(charter: Path) -> None:
    before = charter.read_text().splitlines()
    form = forms.form(Charter, charter)
    answer(form, "Lending, 1990", "title")
    after = charter.read_text().splitlines()
    assert [line for line in after if line not in before] == ["title: Lending, 1990"]
    assert len(after) == len(before)
    assert "Saved in charter.yaml" in form._status.value


def test_an_inner_answer_reaches_the_file(charter: Path) -> None:
    form = forms.form(Charter, charter)
    answer(form, "kUSD", "columns", 0, "unit")
    answer(form, "0.4", "split", "control")
    answer(form, "internal", "audiences", 1, "access")
    found = read(Charter, charter.read_text(), "charter.yaml")
    assert found.columns[0].unit == "kUSD"
    assert found.split.control == 0.4
    assert found.audiences[1].access == "internal"
    assert found.audiences[0].access == "open"


def test_roles_are_boxes_to_tick(charter: Path) -> None:
    form = forms.form(Charter, charter)
    roles = node(form, "columns", 15, "roles")
    assert isinstance(roles, SeveralNode)
    roles._boxes["sensitive"].value = True
    roles._boxes["protected"].value = False
    assert form.data["columns"][15]["roles"] == ["quasi-identifier", "sensitive"]


def test_entries_are_added_and_taken_away(charter: Path) -> None:
    form = forms.form(Charter, charter)
    benefits = node(form, "benefits")
    assert isinstance(benefits, ManyNode)
    benefits.add()
    assert where(form) == ["benefits[3]"]
    answer(form, "A fourth.", "benefits", 3)
    assert form.problems == ()
    for entry in benefits._entries[:3]:
        benefits.remove(entry)
    assert read(Charter, charter.read_text(), "charter.yaml").benefits == ("A fourth.",)
    benefits.remove(benefits._entries[0])
    assert where(form) == ["benefits"]


def test_a_record_that_is_added_says_what_it_needs(charter: Path) -> None:
    form = forms.form(Charter, charter)
    node(form, "privacy").add()
    assert where(form) == ["privacy[0].rule", "privacy[0].limit", "privacy[0].reason"]
    fold = form._root._fields["privacy"]
    assert fold.button.description.endswith("3 open")


def test_an_optional_part_can_be_given_and_taken_back(charter: Path) -> None:
    form = forms.form(Charter, charter)
    fold = form._root._fields["task"]
    fold.toggle()
    assert isinstance(fold._node, OptionalNode)
    fold._node._tick.value = False
    assert "task" not in form.data
    fold._node._tick.value = True
    assert form.data["task"]["positive"] == "yes"
    assert form.problems == ()


def test_numbers_out_of_bounds_and_words_for_numbers_are_reported_not_changed(
    charter: Path,
) -> None:
    form = forms.form(Charter, charter)
    answer(form, "1.5", "split", "control")
    assert form.data["split"]["control"] == 1.5
    assert where(form) == ["split.control"]
    answer(form, "half", "split", "control")
    assert form.data["split"]["control"] == "half"
    assert where(form) == ["split.control"]
    assert "number" in node(form, "split", "control")._note.value
    answer(form, "0.5", "split", "control")
    assert form.problems == ()


def test_an_answer_that_is_emptied_is_open_again_or_left_out(charter: Path) -> None:
    form = forms.form(Charter, charter)
    answer(form, "", "purpose")
    assert where(form) == ["purpose"]
    answer(form, "", "columns", 0, "minimum")
    assert "minimum" not in form.data["columns"][0]
    assert where(form) == ["purpose"]


def test_dates_are_dates(charter: Path) -> None:
    from datetime import date

    form = forms.form(Charter, charter)
    answer(form, date(2026, 12, 24), "written")
    assert "\nwritten: 2026-12-24\n" in charter.read_text()
    answer(form, None, "written")
    assert "written" not in form.data


def test_parameters_are_yaml_and_bad_yaml_leaves_the_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "plan.yaml"
    shutil.copyfile(assets.templates() / "demo" / "plan.yaml", path)
    form = forms.form(Plan, path)
    answer(form, "epochs: 300\npac: 5", "parameters")
    assert read(Plan, path.read_text(), "plan.yaml").parameters == {"epochs": 300, "pac": 5}
    before = path.read_bytes()
    answer(form, "epochs: [", "parameters")
    assert path.read_bytes() == before
    assert where(form) == ["parameters"]


def test_a_fresh_dossier_names_everything_that_is_open(tmp_path: Path) -> None:
    text = (assets.templates() / "dossier" / "charter.yaml").read_text().replace("{name}", "new")
    path = tmp_path / "charter.yaml"
    path.write_text(text)
    form = forms.form(Charter, path)
    open_ = where(form)
    assert {"title", "purpose", "owner.name", "columns[0].type", "ethics"} <= set(open_)
    answer(form, "A title", "title")
    answer(form, "number", "columns", 0, "type")
    assert set(open_) - set(where(form)) == {"title", "columns[0].type"}
    assert all(f"# {words}" in path.read_text() for words in ("the same as the folder", "Why this"))


def test_a_file_that_is_not_there_is_made_by_the_first_answer(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "charter.yaml"
    form = forms.form(Charter, path)
    assert "purpose" in where(form)
    assert not path.exists()
    answer(form, "new", "name")
    assert path.read_text() == "name: new\n"


def test_somebody_elses_change_is_not_overwritten(charter: Path) -> None:
    form = forms.form(Charter, charter)
    theirs = charter.read_text() + "# theirs\n"
    charter.write_text(theirs)
    answer(form, "Mine", "title")
    assert charter.read_text() == theirs
    assert "changed by somebody else" in form._alarm.value
    form.reload()
    answer(form, "Mine", "title")
    assert charter.read_text() == theirs.replace("Synthetic Boston mortgage applications", "Mine")


def test_a_file_that_is_no_yaml_is_left_alone_until_it_is_mended(charter: Path) -> None:
    good = charter.read_text()
    charter.write_text("title: [\n")
    form = forms.form(Charter, charter)
    assert form._root is None
    assert len(form.problems) == 1
    charter.write_text(good)
    form.reload()
    assert form.problems == ()


def test_a_file_that_refers_to_itself_is_not_unfolded(tmp_path: Path) -> None:
    path = tmp_path / "charter.yaml"
    levels = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    path.write_text("a0: &a0 [x]\n" + "\n".join(levels) + "\n")
    form = forms.form(Charter, path)
    assert form._root is None
    assert form.problems


def test_unknown_fields_and_values_that_do_not_fit_are_kept_and_named(charter: Path) -> None:
    text = charter.read_text()
    text = text.replace("intersections: 2", "intersections: 2\nmood: good")
    text = text.replace("benefits:\n", "benefits_: []\nbenefits:\n")
    text = text.replace("written: 2026-11-01", "written: soon")
    charter.write_text(text.replace("access: open", "access: opne"))
    form = forms.form(Charter, charter)
    for name in ("audiences", "written", "benefits"):
        node(form, name)
    answer(form, "Changed", "title")
    kept = charter.read_text()
    assert all(each in kept for each in ("mood: good", "benefits_: []", "soon", "access: opne"))
    assert {"mood", "benefits_", "written", "audiences[0].access"} <= set(where(form))
    choice = node(form, "audiences", 0, "access")._control.widget
    assert choice.label == "opne (not allowed)"


def test_a_part_of_the_wrong_shape_is_shown_as_yaml(charter: Path) -> None:
    charter.write_text(charter.read_text().replace("privacy: []", "privacy: {a: 1}"))
    form = forms.form(Charter, charter)
    leaf = node(form, "privacy")
    assert isinstance(leaf, Leaf)
    assert leaf._control.widget.value == "a: 1"
    leaf._control.widget.value = "[]"
    assert form.problems == ()


def test_line_ends_permissions_and_links_are_kept(charter: Path, tmp_path: Path) -> None:
    charter.write_bytes(charter.read_bytes().replace(b"\n", b"\r\n"))
    charter.chmod(0o640)
    link = tmp_path / "link.yaml"
    link.symlink_to(charter)
    answer(forms.form(Charter, link), "Other", "title")
    assert link.is_symlink()
    assert charter.stat().st_mode & 0o777 == 0o640
    lines = charter.read_bytes().split(b"\n")[:-1]
    assert all(line.endswith(b"\r") for line in lines)
    assert b"title: Other\r" in lines


def test_a_file_that_cannot_be_written_stays_and_the_form_says_so(charter: Path) -> None:
    before = charter.read_bytes()
    form = forms.form(Charter, charter)
    (charter.parent / ".charter.yaml.partial").mkdir()  # in the way of the new file
    answer(form, "Other", "title")
    assert charter.read_bytes() == before
    assert "could not be saved" in form._alarm.value


def test_what_the_file_says_is_never_markup(charter: Path) -> None:
    evil = "<script>alert(1)</script>"
    text = charter.read_text().replace("Synthetic Boston mortgage applications", evil)
    charter.write_text(text.replace("name: loanamt", f"name: {evil}").replace("open", evil))
    form = forms.form(Charter, charter, title=evil)
    for name in ("columns", "audiences"):
        node(form, name)
    node(form, "audiences", 0)
    bundle = form._repr_mimebundle_()
    shown = [bundle["text/html"], form._head.value, form._status.value, form._left.value]
    shown.append(node(form, "audiences", 0, "access")._note.value)
    assert all(evil not in each for each in shown)
    assert "&lt;script&gt;" in bundle["text/html"]


def test_where_nothing_runs_there_is_a_page_beside_the_widget(charter: Path) -> None:
    bundle = forms.form(Charter, charter, title="Charter")._repr_mimebundle_()
    assert VIEW in bundle
    assert "charter.yaml is complete" in bundle["text/html"]
    assert "Total monthly income" in bundle["text/html"]
    assert bundle["text/plain"] == "Charter (charter.yaml)\ncomplete"


def test_a_static_form_is_the_same_page_every_time_and_no_widget(charter: Path) -> None:
    one, two = (forms.form(Charter, charter, static=True)._repr_mimebundle_() for _ in range(2))
    assert one == two
    assert VIEW not in one


def test_a_page_names_files_and_hides_where_they_lie(charter: Path) -> None:
    text = charter.read_text().replace("data/loanapp.csv", "s3://bank/secret/loanapp.csv?key=1")
    charter.write_text(text)
    shown = forms.form(Charter, charter)._repr_mimebundle_()["text/html"]
    assert "loanapp.csv" in shown
    assert "secret" not in shown
    assert "key=1" not in shown


def test_nothing_is_built_before_it_is_opened(charter: Path) -> None:
    form = forms.form(Charter, charter)
    assert isinstance(form._root, PartNode)
    folds = [each for each in form._root._fields.values() if isinstance(each, Fold)]
    assert len(folds) > 10
    assert all(fold._node is None for fold in folds)
