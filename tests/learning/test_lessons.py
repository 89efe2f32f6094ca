"""What the workshops compute is true: leaks as large as planted, coverage, trials."""

from __future__ import annotations

import math
import sys
from pathlib import Path

import pytest
from loans import loan_tables
from scipy.stats import binom

from synthnb import learning
from synthnb.errors import MissingExtraError, UsageError
from synthnb.learning.leaks import ALPHA, TESTS


@pytest.fixture(scope="module")
def bench() -> learning.Bench:
    return learning.Bench(learning.practice("loanapp", seed=0), seed=0)


def test_nothing_is_seen_where_nothing_is_planted(bench: learning.Bench) -> None:
    seen = bench.look(0)
    assert seen.finders == ()
    assert not seen.found


def test_planted_records_are_there_word_for_word_and_all_attacks_see_them(
    bench: learning.Bench,
) -> None:
    made, train = bench.plant(20), bench.view.tables.train
    assert len(made) == len(train)
    assert len(made.merge(train.drop_duplicates(), on=list(made.columns))) == 20
    seen = bench.look(20)
    assert seen.finders == TESTS
    assert seen.excess.low is not None
    assert 0 < seen.excess.low <= 20 / len(train) <= (seen.excess.high or 0)
    assert seen.auc.low is not None
    assert seen.auc.low < 0.5, "an average over everybody does not see it"


def test_a_larger_leak_holds_the_smaller_one(bench: learning.Bench) -> None:
    small, large = bench.plant(5), bench.plant(20)
    columns = list(small.columns)
    assert len(small.tail(5).merge(large.tail(20), on=columns)) == 5


def test_records_with_swapped_columns_are_no_copies_and_are_seen_all_the_same(
    bench: learning.Bench,
) -> None:
    seen = bench.look(20, 2)
    assert "exact copies" not in seen.finders
    assert "agreement" in seen.finders
    assert seen.p["exact copies"] > ALPHA / len(TESTS)
    assert seen.found


def test_a_card_says_who_sees_the_leak(bench: learning.Bench) -> None:
    lines = bench.card(20, 2).text.splitlines()
    assert lines[0].endswith("training records planted, 2 columns of each swapped.")
    assert lines[1].startswith("exact copies | misses it | ")
    assert lines[3].startswith("agreement | sees it | ")


@pytest.mark.parametrize("level", [0.8, 0.95])
def test_intervals_hold_the_truth_as_often_as_the_sum_over_all_samples_says(level: float) -> None:
    """The exact coverage of the interval at this size and truth, and 4 standard errors of 4000."""
    size, times = 50, 4000
    found = learning.repeat(loan_tables(), size=size, times=times, level=level, seed=1)
    truth = found.truth
    z = {0.8: 1.2815515655446004, 0.95: 1.959963984540054}[level]
    exact = sum(
        binom.pmf(hits, size, truth)
        for hits in range(size + 1)
        if abs(hits / size - truth) <= z * math.sqrt(truth * (1 - truth) / size)
    )
    error = math.sqrt(exact * (1 - exact) / times)
    assert 1 - found.missed / times == pytest.approx(exact, abs=4 * error)


def test_larger_samples_give_narrower_intervals_and_a_picture_that_says_so() -> None:
    tables = loan_tables()
    few, many = (learning.repeat(tables, size=n, seed=0) for n in (100, 400))
    assert many.width == pytest.approx(few.width / 2, rel=0.05)
    assert f"{many.missed} of 200 miss the true share" in many.figure().alt


def test_a_sweep_measures_each_trial_and_finds_those_that_nothing_beats() -> None:
    tables = learning.practice("loanapp", seed=0, rows=700)
    crude = {"parameters": {"default_distribution": "norm"}}
    half = {"share": 0.5, "rationale": "An exercise."}
    tuning = learning.sweep(tables, {"plain": crude, "leak": {**crude, "blend": half}}, seed=0)
    plain, leak = tuning.trials
    assert leak.scores[0].low > 0.6, "half of the rows are members' records"
    assert plain.scores[0].low <= 0.5
    assert leak.scores[1].value < plain.scores[1].value, "and they teach a model"
    assert tuning.front == (0, 1)
    assert tuning.recommended is None
    assert learning.trials_table(tuning).text.splitlines()[1].endswith("on the front")
    card = learning.trial_card(tuning, "leak").text
    assert card.splitlines()[0].endswith(", clearly")
    assert card.endswith("leak: on the front.")


def test_a_trial_that_cannot_be_made_is_refused_by_name() -> None:
    tables = learning.practice("loanapp", seed=0, rows=200)
    with pytest.raises(UsageError, match="The trial 'odd' cannot be made"):
        learning.sweep(tables, {"odd": {"parameters": {"epochs": 3}}}, seed=0)


def test_the_arrests_are_there_to_practise_on_too() -> None:
    tables = learning.practice("arrests", seed=0)
    assert len(tables.train) + len(tables.control) == 5226
    assert [c.name for c in tables.charter.with_role("protected")] == ["colour", "sex"]


def test_an_unknown_data_set_is_refused() -> None:
    with pytest.raises(UsageError, match="no data set 'iris'"):
        learning.practice("iris", seed=0)


def test_without_the_package_of_the_arrests_one_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "sklego.datasets", None)
    with pytest.raises(MissingExtraError) as caught:
        learning.practice("arrests", seed=0)
    assert "synthnb[workshops]" in str(caught.value)


def test_practising_leaves_no_file_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    learning.practice("loanapp", seed=0, rows=100)
    assert list(tmp_path.iterdir()) == []
