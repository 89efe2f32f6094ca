"""Gaps among people who are alike: by hand, against another implementation, and by simulation."""

import json
from dataclasses import replace

import numpy as np
import pytest
from fairness_people import TASK, by_id, people, tables
from loans import loan_charter, loan_tables

from synthnb import fairness
from synthnb.errors import RecordError
from synthnb.fairness.conditional import common_difference

GAP = "fairness.conditional.gap"


def given(real, made, explanatory=("sex",), **changes):
    task = {**TASK, "explanatory": list(explanatory)}
    return tables(real, made, task=task, intersections=1, **changes)


def test_the_common_difference_is_computed_by_hand():
    # Stratum 0: 6 of 10 against 2 of 10; stratum 1: 8 of 20 against 3 of 10.
    yes, group, stratum = [], [], []
    for number, one, all_one, other, all_other in ((0, 6, 10, 2, 10), (1, 8, 20, 3, 10)):
        yes += [1] * one + [0] * (all_one - one) + [1] * other + [0] * (all_other - other)
        group += [1] * all_one + [0] * all_other
        stratum += [number] * (all_one + all_other)
    found = common_difference(np.asarray(yes) == 1, np.asarray(group) == 1, np.asarray(stratum))
    # Weights 10 * 10 / 20 = 5 and 20 * 10 / 30 = 20 / 3; differences .4 and .1.
    assert found.value == pytest.approx((5 * 0.4 + 20 / 3 * 0.1) / (5 + 20 / 3))


def test_one_large_stratum_has_the_usual_standard_error():
    rng = np.random.default_rng(0)
    group = rng.random(20_000) < 0.3
    yes = rng.random(20_000) < np.where(group, 0.6, 0.7)
    found = common_difference(yes, group, np.zeros(20_000, dtype=int))
    p, q = yes[group].mean(), yes[~group].mean()
    usual = np.sqrt(p * (1 - p) / group.sum() + q * (1 - q) / (~group).sum())
    assert found.value == pytest.approx(p - q)
    assert found.error == pytest.approx(usual, rel=0.01)


@pytest.mark.parametrize("size", [4, 60])
def test_the_interval_covers_whether_strata_are_many_or_large(size):
    rng, covered, runs = np.random.default_rng(size), 0, 1000
    strata = 480 // size
    base = rng.uniform(0.2, 0.6, strata)
    for _ in range(runs):
        stratum = np.repeat(np.arange(strata), size)
        group = rng.random(480) < 0.4
        yes = rng.random(480) < base[stratum] + 0.2 * group
        found = common_difference(yes, group, stratum)
        covered += abs(found.value - 0.2) <= 1.959964 * found.error
    assert covered >= 0.93 * runs


def test_a_gap_that_an_explanatory_column_explains_is_gone_among_people_who_are_alike():
    # Within each sex both races are approved alike; the races differ in sex.
    real = people(("W", "F", 80, 20), ("W", "M", 10, 40), ("B", "F", 16, 4), ("B", "M", 20, 80))
    plain = by_id(fairness.labels(given(real, real), seed=0, minimum_cell=5))
    alike = by_id(fairness.conditional(given(real, real), seed=0, minimum_cell=5))
    assert plain["fairness.label.gap[group=Race = B,table=real]"].value == pytest.approx(-0.3)
    gap = alike[f"{GAP}[group=Race = B,table=real]"]
    assert gap.value == pytest.approx(0, abs=1e-12)
    assert gap.low < 0 < gap.high
    change = alike["fairness.conditional.amplification[group=Race = B]"]
    assert change.value == pytest.approx(0, abs=1e-12)


def test_a_disparity_beyond_what_explains_it_is_found_with_its_size():
    real = people(("W", "F", 88, 22), ("W", "M", 22, 88), ("B", "F", 80, 20), ("B", "M", 20, 80))
    made = people(("W", "F", 88, 22), ("W", "M", 22, 88), ("B", "F", 50, 50), ("B", "M", 5, 95))
    found = by_id(fairness.conditional(given(real, made), seed=0, minimum_cell=5))
    change = found["fairness.conditional.amplification[group=Race = B]"]
    assert change.value == pytest.approx((-0.3 - 0.15) / 2)
    assert change.high < 0
    assert "simultaneous" in change.method


def test_numbers_are_cut_into_bands_and_missing_ones_are_alike():
    real = loan_tables(parts=3)
    body = json.loads(loan_charter().model_dump_json())
    body["task"]["explanatory"] = ["obrat", "chist"]
    found = by_id(
        fairness.conditional(
            replace(real, charter=type(real.charter).model_validate(body)), seed=0, minimum_cell=10
        )
    )
    gap = found[f"{GAP}[group=Race = Black,table=real]"]
    assert gap.high < 0  # the published finding on these data
    assert gap.n % 10 == 0


def test_without_explanatory_columns_nothing_is_asked():
    real = people(("W", "F", 20, 20), ("B", "F", 20, 20))
    assert fairness.conditional(tables(real, real), seed=0, minimum_cell=5) == ()


def test_groups_that_share_no_stratum_cannot_be_compared():
    real = people(("W", "F", 30, 20), ("B", "M", 20, 20))
    found = fairness.conditional(given(real, real), seed=0, minimum_cell=5)
    black = [e for e in found if e.scope.get("group") == "Race = B"]
    assert black
    assert not any(e.measured for e in black)


def test_an_explanatory_column_that_is_not_there_is_refused_with_the_charter():
    with pytest.raises(RecordError, match="1 problem") as caught:
        given(people(("W", "F", 2, 2)), people(("W", "F", 2, 2)), explanatory=("sexx",))
    assert "did you mean `sex`?" in str(caught.value)
