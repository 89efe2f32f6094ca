"""The self-check: what is wrong is explained, the first try counts, and only then is one kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from synthnb import learning
from synthnb.errors import UsageError
from synthnb.learning import Question, Quiz
from synthnb.ledger import Ledger
from synthnb.records import Member, People, write
from synthnb.show import Shown
from synthnb.workspace import Workspace

ONE = Question("How many?", ("1", "2", "3"), "2", "There are two.")
TWO = Question("Is it <b>?", ("yes", "no"), "no", "It is not.")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = Workspace.create(tmp_path / "ws")
    members = (Member(name="Ada", roles=("author",)),)
    (made.root / "people.yaml").write_text(write(People(members=members)))
    return made


def test_a_wrong_answer_is_explained_and_a_right_one_confirmed() -> None:
    wrong, right = Quiz([ONE, TWO]).answer(["3", "no"])
    assert (wrong.right, wrong.said) == (False, "Not “3”. There are two.")
    assert (right.right, right.said) == (True, "Right. It is not.")


def test_the_first_try_counts_and_later_ones_complete() -> None:
    quiz = Quiz([ONE, TWO])
    assert quiz.answer([None, "no"])[0].said == "Not answered yet."
    assert quiz.first is None
    quiz.answer(["1", "no"])
    assert (quiz.first, quiz.complete) == (1, False)
    quiz.answer(["2", "no"])
    assert (quiz.first, quiz.complete) == (1, True)


@pytest.mark.parametrize(
    ("choices", "right"), [(("1", "1"), "1"), (("1",), "1"), (("1", "2"), "3")]
)
def test_answers_that_do_not_fit_together_are_refused(choices: tuple[str, ...], right: str) -> None:
    with pytest.raises(UsageError, match="do not fit together"):
        Question("How many?", choices, right, "")


def test_a_quiz_without_questions_is_refused() -> None:
    with pytest.raises(UsageError, match="needs questions"):
        Quiz([])


def test_a_page_asks_and_does_not_tell(workspace: Workspace) -> None:
    check = learning.Workshop("tuning", folder=str(workspace.root)).check([ONE, TWO])
    bundle = check._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert "<li>1</li><li>2</li><li>3</li>" in bundle["text/html"]
    assert "Is it &lt;b&gt;?" in bundle["text/html"]
    assert "There are two." not in bundle["text/html"] + bundle["text/plain"]
    assert Ledger(workspace.ledger).entries() == ()


def test_whoever_answers_everything_right_can_be_recorded(workspace: Workspace) -> None:
    check = learning.Workshop("tuning", folder=str(workspace.root)).check([ONE, TWO])
    assert check.keep.disabled
    check.choices[0].value, check.choices[1].value = "3", "no"
    check.button.click()
    assert "✗ Not “3”. There are two." in check.said[0].value
    assert "1 of 2 are right" in check.status.value
    assert check.keep.disabled
    check.choices[0].value = "2"
    check.button.click()
    check.keep.click()
    assert "Say first who you are" in check.status.value
    check.person.value = "Ada"
    check.keep.click()
    assert "Recorded for Ada" in check.status.value
    assert check.keep.disabled
    (entry,) = Ledger(workspace.ledger).entries()
    assert (entry.body["person"], entry.body["right"], entry.body["of"]) == ("Ada", 1, 2)


def test_a_completion_is_recorded_once_and_for_one_person(workspace: Workspace) -> None:
    check = learning.Workshop("tuning", folder=str(workspace.root), person="Ada").check([ONE])
    check.choices[0].value = "2"
    check.button.click()
    check.keep.click()
    check.choices[0].value = "1"
    check.choices[0].value = "2"
    check.button.click()
    assert "1 of 1 are right" in check.status.value
    assert check.keep.disabled
    assert len(Ledger(workspace.ledger).entries()) == 1


def test_an_answer_that_arrives_after_the_click_is_judged_too(workspace: Workspace) -> None:
    check = learning.Workshop("tuning", folder=str(workspace.root), person="Ada").check([ONE])
    check.choices[0].value = "3"
    assert check.said[0].value == check.status.value == ""
    check.button.click()
    assert "0 of 1 are right" in check.status.value
    check.choices[0].value = "2"
    assert "✓ Right. There are two." in check.said[0].value
    assert "1 of 1 are right" in check.status.value
    assert not check.keep.disabled
    check.choices[0].value = "1"
    assert "✗ Not “1”. There are two." in check.said[0].value
    assert check.keep.disabled
    check.keep.click()
    assert Ledger(workspace.ledger).entries() == ()


def test_somebody_who_left_meanwhile_is_not_recorded(workspace: Workspace) -> None:
    check = learning.Workshop("tuning", folder=str(workspace.root), person="Ada").check([ONE])
    check.choices[0].value = "2"
    check.button.click()
    (workspace.root / "people.yaml").write_text(write(People()))
    check.keep.click()
    assert "is not in people.yaml" in check.status.value
    assert Ledger(workspace.ledger).entries() == ()


def test_outside_a_workspace_everything_works_and_nothing_is_recorded(tmp_path: Path) -> None:
    check = learning.Workshop("tuning", folder=str(tmp_path)).check([ONE])
    check.choices[0].value = "2"
    check.button.click()
    assert "nothing is recorded" in check.status.value
    assert check.person not in check.children


def test_a_person_outside_a_workspace_or_unknown_to_it_is_refused(
    workspace: Workspace, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="not inside a synthnb workspace"):
        learning.Workshop("tuning", folder=str(tmp_path), person="Ada")
    with pytest.raises(UsageError, match="'Bea' is not in people"):
        learning.Workshop("tuning", folder=str(workspace.root), person="Bea")


def test_a_slider_shows_its_place_and_a_page_the_first_one(tmp_path: Path) -> None:
    workshop = learning.Workshop("tuning", folder=str(tmp_path))
    slider = workshop.slider("Rows", [1, 2], 2, lambda n: Shown(f"<b>{n}</b>", f"{n} rows"))
    slider.slider.value = 1
    assert "<b>1</b>" in slider.shown.value
    bundle = slider._repr_mimebundle_()
    assert bundle["text/plain"] == "Rows: 2\n2 rows"
    assert bundle["text/html"].endswith("<b>2</b>")


def test_a_slider_cannot_stand_where_it_has_no_place(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="3 is no place of the slider"):
        learning.Workshop("tuning", folder=str(tmp_path)).slider("Rows", [1, 2], 3, str)
