"""The sweep: same trials for any number of jobs, resumed as if never stopped, control untouched."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from loans import loan_charter, loan_frame
from workspaces import cli, cli_here, make_workspace

from synthnb import generate
from synthnb.errors import MissingExtraError, UsageError
from synthnb.figures.tune import pareto
from synthnb.ledger import Ledger
from synthnb.records import Plan, Score, Trial, Tuning, read, sha256
from synthnb.tables import Tables
from synthnb.workflow.tune import tune
from synthnb.workflow.tune.choosing import front, recommended
from synthnb.workflow.tune.trying import halves
from synthnb.workspace import Dossier

ONLY = ("--generator", "gaussian-copula", "--seed", "3")


def workspace(root: Path) -> Path:
    folder = make_workspace(root)
    path = folder / "charter.yaml"
    text = path.read_text()
    assert "  control: 0.5\n" in text
    path.write_text(text.replace("  control: 0.5\n", "  control: 0.4\n  tuning: 0.3\n"))
    return folder


def trials(folder: Path) -> list[str]:
    (path,) = (folder / "tuning").glob("*/trials.jsonl")
    return path.read_text().splitlines()


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = workspace(tmp_path_factory.mktemp("swept") / "ws")
    done = cli("tune", "loanapp", *ONLY, "--trials", 6, "--jobs", 2, cwd=folder)
    assert done.code == 0, done.text
    assert "recommended" in done.out
    return folder


def test_a_sweep_that_was_stopped_and_runs_one_at_a_time_finds_the_same(
    swept: Path, tmp_path: Path
) -> None:
    folder = workspace(tmp_path / "ws")
    for count in (2, 5, 6):
        done = cli("tune", "loanapp", *ONLY, "--trials", count, "--jobs", 1, cwd=folder)
        assert done.code == 0, done.text
    assert trials(folder) == trials(swept)
    names = ("result.json", "front.svg", "plan.recommended.yaml")
    for name in names:
        (mine,) = (folder / "tuning").glob(f"*/{name}")
        (theirs,) = (swept / "tuning").glob(f"*/{name}")
        assert mine.read_bytes() == theirs.read_bytes()


def test_the_recommended_plan_can_be_carried_out_and_says_why(swept: Path) -> None:
    (path,) = (swept / "tuning").glob("*/plan.recommended.yaml")
    plan = read(Plan, path.read_text(), path.name)
    charter = Dossier.at(swept).read().charter
    generate.check(plan, charter)
    assert "A sweep tried 6 approved configurations (0 failed) on 295 records" in plan.rationale
    assert "control records that the sweep never touched" in plan.rationale
    entries = Ledger(swept.parents[1] / "ledger.sqlite").entries("loanapp")
    (told,) = [entry.body for entry in entries if entry.kind == "tuning"]
    assert (told["trials"], told["failed"]) == (6, 0)


def test_the_result_is_shown_again_without_new_trials(swept: Path) -> None:
    before = trials(swept)
    done = cli_here("tune", "loanapp", *ONLY, "--trials", 6, "--json", cwd=swept)
    assert json.loads(done.out)["asked"] == 6
    assert trials(swept) == before


def test_trials_see_the_tuning_part_and_nothing_else() -> None:
    frame = loan_frame().assign(appinc=np.arange(len(loan_frame()), dtype=float))
    parts = [frame.iloc[rows].reset_index(drop=True) for rows in np.array_split(range(900), 3)]
    whole = Tables(loan_charter(), parts[0], parts[1], tuning=parts[2])
    seen = halves(whole, seed=1)
    ids = set(seen.train["appinc"]) | set(seen.control["appinc"])
    assert ids == set(parts[2]["appinc"])
    assert not set(seen.train["appinc"]) & set(seen.control["appinc"])
    assert (seen.tuning, seen.external, seen.earlier) == (None, None, ())


def test_all_records_of_a_unit_stay_in_one_half() -> None:
    frame = loan_frame().iloc[:300].reset_index(drop=True)
    units = np.asarray([str(i // 3) for i in range(300)])
    whole = Tables(loan_charter(), frame, frame, tuning=frame, tuning_units=units)
    seen = halves(whole, seed=0)
    assert seen.train_units is not None
    assert seen.control_units is not None
    assert not set(seen.train_units) & set(seen.control_units)
    assert len(seen.train) == len(seen.train_units)


def test_generators_that_nobody_approved_or_that_cannot_work_are_named(tmp_path: Path) -> None:
    dossier = Dossier.at(workspace(tmp_path / "ws"))
    with pytest.raises(UsageError, match="No approved configuration of magic"):
        tune(dossier, only=["magic"])
    with pytest.raises(UsageError, match="can be tried") as caught:
        tune(dossier, only=["dp-mst"])
    assert "the charter lacks" in str(caught.value)


def test_without_optuna_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(MissingExtraError, match="Optuna") as caught:
        tune(Dossier.at(workspace(tmp_path / "ws")))
    assert "pip install 'synthnb[tune]'" in str(caught.value)


# --- choosing -------------------------------------------------------------------------------------


def trial(number: int, *values: float, error: str = "") -> Trial:
    names = ("privacy.membership.auc", "utility.task.loss")
    scores = [
        Score(metric=name, value=value, low=value - 0.1, high=value + 0.1)
        for name, value in zip(names, values, strict=False)
    ]
    return Trial(number=number, configuration="a", generator="g", scores=tuple(scores), error=error)


LISTED = [
    trial(0, 0.5, 0.4),
    trial(1, 0.6, 0.1),
    trial(2, 0.52, 0.15),
    trial(3, 0.61, 0.12),  # beaten by 1
    trial(4, error="it broke"),
]


def test_the_front_is_what_nobody_beats() -> None:
    assert front(LISTED) == (0, 1, 2)
    assert front([trial(0, 0.5, 0.2), trial(1, 0.5, 0.2)]) == (0, 1)
    assert front([trial(0, error="no")]) == ()


def test_the_front_agrees_with_its_definition_on_random_values() -> None:
    rng = np.random.default_rng(0)
    listed = [trial(n, *rng.integers(0, 6, 2) / 10) for n in range(40)]

    def beats(one: Trial, other: Trial) -> bool:
        a, b = ([score.value for score in each.scores] for each in (one, other))
        return all(x <= y for x, y in zip(a, b, strict=True)) and a != b

    assert front(listed) == tuple(
        each.number for each in listed if not any(beats(other, each) for other in listed)
    )


def test_the_recommended_trial_is_nearest_to_the_best_of_everything() -> None:
    # Scaled over the front: 0 is (0, 1), 1 is (1, 0), 2 is (.2, 1 / 6).
    assert recommended(LISTED, (0, 1, 2)) == 2
    assert recommended([], ()) is None


def test_the_picture_says_the_numbers_in_words() -> None:
    tuning = Tuning(
        key=sha256("key"),
        seed=0,
        asked=5,
        fit_rows=9,
        test_rows=9,
        objectives=("privacy.membership.auc", "utility.task.loss"),
        trials=tuple(LISTED),
        front=(0, 1, 2),
        recommended=2,
    )
    drawn = pareto(tuning)
    assert "5 trials, 3 on the front." in drawn.alt
    assert "Trial 2, a (recommended)" in drawn.alt
    assert drawn == pareto(tuning)


@pytest.mark.slow
def test_the_default_sweep_on_the_lending_data_gives_a_front_of_three(tmp_path: Path) -> None:
    folder = workspace(tmp_path / "ws")
    done = cli("tune", "loanapp", "--json", cwd=folder)  # ten minutes are the limit of `cli`
    assert done.code == 0, done.text
    assert len(json.loads(done.out)["front"]) >= 3
