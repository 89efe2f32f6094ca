"""What a notebook holds in its hand: limits, answers, attackers, a bar that leaves no trace."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from papers import RULE
from workspaces import make_workspace

from synthnb import Session
from synthnb.privacy import attacks
from synthnb.privacy.stories import stories
from synthnb.records import Estimate, exact, interval, missing

LEAK = "privacy.leak.excess"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_workspace(tmp_path_factory.mktemp("session") / "ws")


def leaked() -> list[Estimate]:
    return [
        interval(LEAK, 0.05, 0.03, 0.07, n=900, method="by hand"),
        exact("privacy.leak.p", 0.001, n=900, method="by hand"),
        exact("privacy.agreement.p", 0.5, n=900, method="by hand"),
    ]


def test_nothing_is_foreseen_of_a_charter_that_says_all_that_the_policy_needs(folder: Path) -> None:
    study = Session(str(folder))
    assert (study.problems(), study.foreseen()) == ((), ())


def test_limits_hold_only_what_one_rule_limits_whatever_it_is_about(folder: Path) -> None:
    study = Session(str(folder))
    rules = [rule for rule in study.policy.rules if rule.metric]
    assert study.limits[LEAK] == ("at_most", 0.01)
    assert "fairness.representation.ratio" not in study.limits  # a rule below, a rule above
    assert "privacy.k_anonymity" not in study.limits  # of the synthetic table only
    assert "privacy.membership.auc" not in study.limits  # a rejection criterion is no rule
    assert set(study.limits) <= {rule.metric for rule in rules}


def test_a_metric_that_two_rules_limit_has_no_limit_of_its_own(folder: Path) -> None:
    path = next(folder.parents[1].glob("policy.yaml"))
    text = path.read_text(encoding="utf-8")
    again = {**RULE, "id": "privacy.leak-again", "metric": LEAK}
    added = f"rules:\n  - {json.dumps(again)}\n"
    path.write_text(text.replace("rules:\n", added, 1), encoding="utf-8")
    try:
        assert LEAK not in Session(str(folder)).limits
    finally:
        path.write_text(text, encoding="utf-8")


def test_the_card_says_what_to_state_in_a_charter_that_left_nothing_to_measure(
    tmp_path: Path,
) -> None:
    folder = make_workspace(tmp_path / "ws")
    path = folder / "charter.yaml"
    bounds = r"\n    (minimum|maximum|categories): .*"
    path.write_text(re.sub(bounds, "", path.read_text(encoding="utf-8")), encoding="utf-8")
    study = Session(str(folder))
    gone = missing("generation.valid_share", "there is nothing to hold it against", method="-")
    assert study.problems() == ()  # it can be run all the same
    assert any(each.startswith("will be blocked: charter.yaml: ") for each in study.foreseen())
    assert "Declare the minimum and maximum (or the categories)" in study.answer([gone]).text


def test_some_estimates_are_shown_by_the_beginning_of_their_ids(folder: Path) -> None:
    shown = Session(str(folder)).show(leaked(), "privacy.leak")
    assert len(shown.text.splitlines()) == 2
    assert "Agreement" not in shown.text


def test_the_answer_names_the_case_and_what_to_change_in_this_plan(folder: Path) -> None:
    shown = Session(str(folder)).answer(leaked())
    assert shown.text.startswith("Nobody's record is in there? Leak found.")
    assert "A copula seldom repeats people" in shown.text


def test_attackers_are_evidence(folder: Path) -> None:
    study = Session(str(folder))
    threats = stories(study.charter, attacks())
    assert "“Total monthly income”" in study.attackers(threats).text
    recorded = study.record("charter", threats=threats)
    assert recorded.evidence.threats == threats


def test_methods_are_shown_for_each_number(folder: Path) -> None:
    assert len(Session(str(folder)).methods(leaked()).text.splitlines()) == 3


def test_there_is_no_progress_bar_in_a_run_and_none_outside_a_notebook(folder: Path) -> None:
    for study in (Session(str(folder), run="0001"), Session(str(folder))):
        with study.progress() as progress:
            assert progress is None


def test_a_progress_bar_in_a_notebook_leaves_no_output_behind(folder: Path, tmp_path: Path) -> None:
    code = (
        "from synthnb import Session\n"
        f"with Session({str(folder)!r}).progress() as tell:\n"
        "    for step in range(11):\n"
        "        tell('searching', step / 10)\n"
    )
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    path = tmp_path / "bar.ipynb"
    nbformat.write(notebook, path)
    command = [sys.executable, "-m", "jupyter", "execute", "--inplace", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    (cell,) = nbformat.read(path, as_version=4).cells
    assert cell.execution_count == 1
    assert cell.outputs == []


def test_subjects_are_looked_at_one_by_one_and_what_is_bad_gets_the_advice_of_the_room(
    folder: Path,
) -> None:
    study = Session(str(folder))
    shown = study.closer(leaked(), stories(study.charter, attacks()))
    assert shown.text.splitlines()[0].startswith("Agreement on rare values")
    by_group = interval("privacy.group.excess", 0.1, 0.0, 0.2, n=9, method="-", group="A")
    assert study.closer([by_group], "group").text.startswith("A Leaked records of a group")


def test_a_notebook_that_blocks_says_to_mend_first_and_what_else_can_be_done(folder: Path) -> None:
    study = Session(str(folder))
    last = study.record("charter", leaked()).card.text.splitlines()[-1]
    assert last.startswith("Next: 1 finding blocks. Mend it as said above")
    assert last.endswith("02_generation makes the synthetic table.")
    good = exact("generation.valid_share", 1.0, n=900, method="by hand")
    last = study.record("charter", [good]).card.text.splitlines()[-1]
    assert last == "Next: 02_generation makes the synthetic table."


def test_the_last_notebook_says_how_work_by_hand_becomes_a_run(folder: Path) -> None:
    by_hand = Session(str(folder)).record("lineage").card.text.splitlines()
    assert by_hand[0] == "Lineage: findings so far. No rule judges this."
    assert f"`synthnb run {folder.name}` executes all six notebooks" in by_hand[-1]
    kept = Session(str(folder), run="0001").record("lineage").card.text.splitlines()[-1]
    assert kept == f"Next: `synthnb check {folder.name}` gives the verdict on all of it."
