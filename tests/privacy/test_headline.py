"""Three scores, one p, and how large the leak is."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from small_tables import CITY, charter, leaked, numbers, one, shuffled, thirds

from synthnb import privacy
from synthnb.privacy.bounds import CONFIDENCE, excess, wilson
from synthnb.privacy.headline import local_ratio, softener
from synthnb.privacy.labels import Labels, upper_tail
from synthnb.privacy.scan import Scan, calibrated, thresholds
from synthnb.tables import Tables

PLACE = {"name": "place", "type": "category", "roles": []}


def test_the_local_ratio_by_pencil() -> None:
    to_real = np.array([0.1, 0.5, 0.9])
    e = softener(to_real)
    assert e == pytest.approx(0.01)  # 2 % of the median 0.5
    got = local_ratio(to_real, np.array([0.0, 0.5, 0.99]), e)
    assert got == pytest.approx([math.log(11), 0.0, math.log(0.91)])


def test_the_local_ratio_survives_a_table_of_twins() -> None:
    twins = np.zeros(3)
    assert local_ratio(twins, twins, softener(twins)).tolist() == [0, 0, 0]
    some = np.array([0, 0, 0.3])
    assert softener(some) == pytest.approx(0.006)
    assert np.isfinite(local_ratio(some, np.array([0, 0.2, 0.0]), softener(some))).all()


def test_agreement_weighs_values_by_their_rarity() -> None:
    # City a is held by 3 of 4 real people, b by 1; each place by 1. The only synthetic row is b, e.
    train = pd.DataFrame({"city": ["a", "a"], "place": ["p", "q"]})
    control = pd.DataFrame({"city": ["a", "b"], "place": ["r", "s"]})
    made = pd.DataFrame({"city": ["b"], "place": ["e"]})
    view = privacy.view(Tables(charter(CITY, PLACE), train, control, made), seed=0)
    score = view.agreeing_synthetic - view.agreeing_real
    bs, others = view.real["city"] == "b", view.real["city"] == "a"
    # b agrees on ln 4 with the row and with nobody else; the others only agree with each other.
    assert score[bs][0] > 0
    ratio = score[bs][0] / -score[others]
    assert ratio == pytest.approx(math.log(4) / math.log(4 / 3), rel=1e-2)


def test_thresholds_double_and_keep_equal_scores_together() -> None:
    assert thresholds(np.arange(100.0)).tolist() == [8, 16, 32]
    tied = np.repeat([0.0, 1.0, 2.0], [5, 20, 75])
    assert thresholds(tied).tolist() == [25]  # 8 and 16 lie in the second group; 32 in the last
    assert thresholds(np.zeros(100)).tolist() == []


def test_a_scan_finds_a_tail_and_its_p_is_that_of_exchanging_labels() -> None:
    member = np.arange(40) % 2 == 0
    score = np.where(member & (np.arange(40) < 16), 1.0, 0.0) + np.arange(40) / 1000
    scan = Scan.of(score, Labels(member), np.random.default_rng(0))
    # The 8 highest are all of train: C(20, 8) / C(40, 8). The scan looks at 8 and 16 records.
    alone = math.comb(20, 8) / math.comb(40, 8)
    assert upper_tail(np.array([8]), member, np.array([8]))[0] == pytest.approx(alone)
    assert alone <= scan.p + 3e-4
    assert scan.p <= 2 * alone + 3e-3


def test_a_p_counts_the_data_among_the_exchanges() -> None:
    null = np.array([0.1, 0.2, 0.3, 0.4])
    assert calibrated(0.05, null) == pytest.approx(1 / 5)
    assert calibrated(0.2, null) == pytest.approx(3 / 5)
    assert calibrated(1.0, null) == 1


def test_the_p_of_the_leak_is_three_times_the_smallest() -> None:
    for tables in (thirds(1), leaked(thirds(1), 7)):
        view = privacy.view(tables, seed=0)
        three = [
            one(privacy.exact_copies(view), "privacy.exact_copies.p").value,
            one(privacy.membership(view), "privacy.membership.p").value,
            one(privacy.agreement(view), "privacy.agreement.p").value,
        ]
        assert None not in three
        smallest = min(each for each in three if each is not None)
        p = one(privacy.leak(view), "privacy.leak.p").value
        assert p == pytest.approx(min(1.0, 3 * smallest), rel=1e-6)


def test_the_size_is_that_of_a_plain_loop_over_scores_and_thresholds() -> None:
    view = privacy.view(leaked(thirds(2), 20), seed=0)
    member, n, c = view.member, int(view.member.sum()), int((~view.member).sum())
    tops = [view.to_synthetic == 0]
    for score in (view.ratio, view.agreeing_synthetic - view.agreeing_real):
        for m in (8, 16, 32, 64, 128, 256, 512):
            worst = np.sort(score)[::-1][m - 1]
            tops.append(score >= worst)
    each = 1 - 0.05 / len(tops)
    best, highs = (-1.0, 0.0), []
    for number, top in enumerate(tops):
        rate, control = (top & member).sum() / n, (top & ~member).sum() / c
        low, high = wilson(control, c, each)
        highs.append(rate - low)
        if number == 0 or control <= 0.01:  # exact copies, and confident thresholds
            best = max(best, (rate - high, rate - control))
    size = one(privacy.leak(view), "privacy.leak.excess")
    assert (size.low, size.value) == pytest.approx(best)
    assert size.high == pytest.approx(max(highs))


def test_a_copy_of_everybody_is_sized_by_its_copies_even_among_many_twins() -> None:
    # 512 possible rows, 300 of them train's: control coincides with many of those.
    rng = np.random.default_rng(0)
    train, control = (rng.integers(0, 2, (300, 9)) * 1.0 for _ in range(2))
    view = privacy.view(numbers(train, control, train), seed=0)
    size = one(privacy.leak(view), "privacy.leak.excess")
    coincide = float(np.mean([(train == row).all(axis=1).any() for row in control]))
    assert 0.3 < coincide < 0.6
    assert size.value == pytest.approx(1 - coincide)
    assert "by exact copies" in size.note
    assert size.low is not None
    assert size.low > 0.3


def test_an_excess_is_not_claimed_where_the_tests_find_nothing() -> None:
    view = privacy.view(thirds(0), seed=0)
    p, size = privacy.leak(view)
    assert p.value is not None
    assert p.value > 0.05
    assert size.low is not None
    assert size.low <= 0


def test_newcombe_s_own_example_where_only_a_sample_of_train_was_scored() -> None:
    # Newcombe 1998, table II (a): 56/70 against 48/80, method 10: 0.0524 to 0.3339.
    success = np.repeat([True, False, True, False], [56, 14, 48, 32])
    member = np.arange(150) < 70
    found = excess(success, member, 80, CONFIDENCE, 70)
    assert found.value == pytest.approx(0.2)
    assert (found.low, found.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)


@pytest.mark.parametrize("seed", range(5))
def test_train_copied_and_five_per_cent_of_it_are_found(seed: int) -> None:
    tables = thirds(seed)
    for made in (tables.with_synthetic(tables.train.copy()), leaked(tables, 33)):
        p, size = privacy.leak(privacy.view(made, seed=0))
        assert p.value is not None
        assert p.value <= 0.05
        assert size.low is not None
        assert size.low > 0.01


@pytest.mark.parametrize("seed", range(5))
def test_another_sample_and_shuffled_columns_have_no_certain_leak(seed: int) -> None:
    tables = thirds(seed)
    for made in (tables, shuffled(tables, seed)):
        _, size = privacy.leak(privacy.view(made, seed=0))
        assert size.low is not None
        assert size.low <= 0.01


def test_a_planted_leak_does_not_lower_the_size_on_average() -> None:
    def size(rows: int, seed: int) -> float:
        made = leaked(thirds(seed), rows)
        return one(privacy.leak(privacy.view(made, seed=0)), "privacy.leak.excess").value or 0.0

    means = [np.mean([size(rows, seed) for seed in range(10)]) for rows in (0, 7, 20, 66)]
    assert means == sorted(means)


def test_records_that_all_score_the_same_give_no_number() -> None:
    part = np.ones((40, 2))
    found = privacy.leak(privacy.view(numbers(part, part, part + 5), seed=0))
    assert one(found, "privacy.leak.p").value == 1
    assert not one(found, "privacy.leak.excess").measured
