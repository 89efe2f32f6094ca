"""A part of each study again, held against theory and against the committed page."""

from __future__ import annotations

import dataclasses
import json
import math
from typing import Any

import pytest
import studies
import studies_page
from small_tables import shuffled

from synthnb import privacy

RESULTS: dict[str, Any] = json.loads(studies.RESULTS.read_text(encoding="utf-8"))


def at_most(share: float, runs: int, limit: float) -> bool:
    """Return whether a share is not above a limit beyond three standard errors."""
    return share <= limit + 3 * math.sqrt(limit * (1 - limit) / runs)


def test_the_page_is_that_of_the_results() -> None:
    assert studies_page.PAGE.read_text(encoding="utf-8") == studies_page.page(RESULTS)


def test_no_test_was_significant_too_often_without_a_leak() -> None:
    for name, row in RESULTS["false_alarms"].items():
        for test in studies.TESTS:
            assert at_most(row[test], row["runs"], studies.ALPHA), (name, test)
        assert name.endswith("of train") or row["runs"] >= 1000
    for name, row in RESULTS["explaining_alarms"].items():
        assert at_most(row["share"], row["runs"], studies.ALPHA), name


def test_every_interval_covers() -> None:
    for name, share in RESULTS["coverage"].items():
        assert share >= 0.93, name


def test_planted_leaks_are_found_as_often_as_was_measured_beforehand() -> None:
    # Measured in 40 runs a cell with other programs, before this room was written.
    before = {
        "verbatim": {"1 %": 1.0, "2 %": 1.0, "5 %": 1.0, "10 %": 1.0},
        "two columns swapped": {"1 %": 0.18, "2 %": 0.83, "5 %": 1.0, "10 %": 1.0},
        "noise of 3 %": {"1 %": 0.12, "2 %": 0.48, "5 %": 1.0, "10 %": 1.0},
    }
    for leak, cells in before.items():
        for planted, expected in cells.items():
            row = RESULTS["power"][leak]
            spread = expected * (1 - expected)
            error = math.sqrt(spread / 40 + spread / row["runs"])
            assert row[planted] >= expected - 3 * error, (leak, planted)


def test_nobody_is_failed_without_a_leak_and_every_copy_is() -> None:
    honest = ("another sample", "independent marginals", "columns of train shuffled")
    for name, row in RESULTS["characteristics"].items():
        if name.endswith(honest):
            assert row["Leak found"] == 0, name
        if name.endswith(("all of train", "· 5 % verbatim")):
            assert row["Leak found"] == 1, name
    large = RESULTS["characteristics"]["10,000 · another sample"]
    assert large["No leak found"] >= 0.8


# --- a part of it again ---------------------------------------------------------------------------


@pytest.mark.slow
def test_false_alarms_again() -> None:
    hits = [
        studies.significant(privacy.view(studies.loans(5000 + seed), seed=seed).headline)
        for seed in range(150)
    ]
    for at in range(4):
        assert at_most(sum(each[at] for each in hits) / 150, 150, studies.ALPHA)


@pytest.mark.slow
def test_power_again() -> None:
    for leak, planted, least in (("verbatim", 0.01, 0.9), ("two columns swapped", 0.05, 0.9)):
        found = [
            privacy.view(
                studies.planted(studies.loans(6000 + seed), leak, planted, seed), seed=seed
            ).headline.p
            <= studies.ALPHA
            for seed in range(25)
        ]
        assert sum(found) / 25 >= least


def test_coverage_again() -> None:
    for name, share in studies.coverage(150).items():
        assert share >= 0.89, name  # 0.93 and two standard errors


# --- under the shipped policy, seeds 0 to 19 ------------------------------------------------------

SEEDS = range(20)
FOUND, UNSURE = "Leak found", "Leak found, size uncertain"


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_leaks_of_the_lending_data(seed: int) -> None:
    tables = studies.loans(seed)
    copied = tables.with_synthetic(tables.train.copy())
    assert studies.answer(privacy.view(copied, seed=seed)) == FOUND
    few = studies.planted(tables, "verbatim", 0.05, seed)
    assert studies.answer(privacy.view(few, seed=seed)) == FOUND
    swapped = studies.planted(tables, "two columns swapped", 0.05, seed)
    assert studies.answer(privacy.view(swapped, seed=seed)) in {FOUND, UNSURE}


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_leaks_among_arrests_that_coincide_by_nature(seed: int) -> None:
    tables = studies.arrests(seed)
    copied = tables.with_synthetic(tables.train.copy())
    assert studies.answer(privacy.view(copied, seed=seed)) == FOUND
    for share in (0.01, 0.02, 0.05, 0.1):
        view = privacy.view(studies.planted(tables, "verbatim", share, seed), seed=seed)
        assert studies.answer(view) in {FOUND, UNSURE, "Nobody can tell"}
        curve = [e for e in privacy.self_test(view) if e.metric == "privacy.selftest.power"]
        assert curve


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_honest_tables_are_never_failed(seed: int) -> None:
    for tables in (studies.loans(seed), studies.arrests(seed)):
        for honest in (tables, studies.marginals(tables, seed), shuffled(tables, seed)):
            assert studies.answer(privacy.view(honest, seed=seed)) != FOUND


@pytest.mark.slow
def test_an_over_trained_autoencoder_is_caught() -> None:
    tables = studies.loans(0)
    train = tables.train.iloc[:600].reset_index(drop=True)
    made = studies.modelled(train, 600, 0, "tvae", epochs=3000)
    caught = dataclasses.replace(tables, train=train, synthetic=made)
    assert studies.answer(privacy.view(caught, seed=0)) in {FOUND, UNSURE}


@pytest.mark.slow
def test_no_leak_is_found_where_a_leak_of_the_tolerated_size_would_have_been() -> None:
    people = studies.population()
    tables = studies.thirds(people, studies.loan_charter(), 10_000, 0)
    assert studies.answer(privacy.view(tables, seed=0)) == "No leak found"
