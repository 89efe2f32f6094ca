"""The self-test: what was planted, how often it was found, and what that proves."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from small_tables import leaked, numbers, one, thirds

from synthnb import privacy
from synthnb.privacy.planting import change
from synthnb.privacy.selftest import LEAKS, TRIALS, Curve, least_detectable, power_bounds
from synthnb.tables.gower import nearest


def test_least_detectable_is_that_of_the_method() -> None:
    # ceil(ln(.05 / 3) / ln(n / N)): 6 at equal sizes, 43 when control is a tenth of train.
    assert least_detectable(1000, 1000) == 6
    assert least_detectable(1000, 100) == 43


def test_the_interval_of_a_power_is_that_of_clopper_and_pearson() -> None:
    low, high = power_bounds(100, 100)
    assert (low, high) == pytest.approx((0.025 ** (1 / 100), 1))
    low, high = power_bounds(0, 40)
    assert (low, high) == pytest.approx((0, 1 - 0.025 ** (1 / 40)))
    # The textbook case of 5 in 10.
    assert power_bounds(5, 10) == pytest.approx((0.1871, 0.8129), abs=5e-5)


@pytest.mark.parametrize(
    ("found", "detectable"),
    [
        ({3: 10, 5: 95, 8: 100}, 5),
        ({3: 96, 5: 94, 8: 100}, 8),  # a lucky smaller size does not count
        ({3: 0, 5: 50}, None),
        ({}, None),
        ({3: 100, 5: 90}, None),
    ],
)
def test_a_size_is_detectable_from_which_on_every_size_is(
    found: dict[int, int], detectable: int | None
) -> None:
    assert Curve("verbatim", found).detectable == detectable


def test_a_verbatim_row_is_at_its_source_and_agrees_in_everything() -> None:
    view = privacy.view(thirds(0), seed=0)
    source = np.array([3, 5, 8])
    planted = change(view, source, 0, np.random.default_rng(0))
    assert planted.distance.tolist() == [0, 0, 0]
    whole = view.exact.weight[:, source].sum(axis=0)
    assert (planted.agreement == whole).all()


def test_a_row_with_all_columns_swapped_is_the_donor() -> None:
    view = privacy.view(thirds(0), seed=0)
    source = np.arange(0, 500, 7)
    donor = np.random.default_rng(4).integers(0, len(view.member), len(source))
    planted = change(view, source, len(view.columns), np.random.default_rng(4))
    for at, (mine, theirs) in enumerate(zip(source, donor, strict=True)):
        one_row = view.encoder.encode(view.real.iloc[[mine]])
        other = view.encoder.encode(view.real.iloc[[theirs]])
        assert planted.distance[at] == nearest(one_row, other)[0][0, 0]
        same = view.valued.codes[:, mine] == view.valued.codes[:, theirs]
        assert planted.agreement[at] == view.valued.weight[same, mine].sum()


def test_fewer_swapped_columns_leave_a_row_nearer() -> None:
    view = privacy.view(thirds(0), seed=0)
    source = np.arange(600)
    means = [
        float(change(view, source, swapped, np.random.default_rng(1)).distance.mean())
        for swapped in (0, 1, 2, 3)
    ]
    assert means[0] == 0
    assert means == sorted(means)
    # Columns are drawn alike, so the mean distance grows in proportion.
    assert means[3] == pytest.approx(3 * means[1], rel=0.1)


def test_a_leak_of_the_detectable_size_is_found_when_it_is_really_there() -> None:
    tables = thirds(0)
    found = privacy.self_test(privacy.view(tables, seed=0))
    size = one(found, "privacy.selftest.detectable", leak="verbatim").value
    assert size is not None
    rows = round(size * len(tables.train))
    seen = 0
    for seed in range(20):
        made = leaked(thirds(seed), rows)
        p = one(privacy.leak(privacy.view(made, seed=0)), "privacy.leak.p").value
        seen += p is not None and p <= 0.05
    assert seen >= 17  # at a power of 95 %, fewer than 17 of 20 happen in 2 % of the cases


def test_the_power_of_a_size_that_no_test_can_notice_is_that_of_chance() -> None:
    found = privacy.self_test(privacy.view(thirds(0), seed=0))
    first = one(found, "privacy.selftest.power", leak="verbatim", planted="00003")
    assert first.value is not None
    assert first.value <= 0.15  # alpha is 5 %: 15 of 100 have a probability below 0.0001
    assert first.n == TRIALS


def test_sizes_come_as_shares_of_train_and_the_tolerance_is_the_larger_of_the_two() -> None:
    found = privacy.self_test(privacy.view(thirds(0), seed=0))
    sizes = {
        leak: one(found, "privacy.selftest.detectable", leak=leak).value or 0.0 for leak in LEAKS
    }
    assert all(round(657 * size, 6) % 1 == 0 for size in sizes.values())
    assert sizes["verbatim"] <= sizes["two columns swapped"]
    supported = one(found, "privacy.tolerance.supported")
    assert supported.value == sizes["two columns swapped"]
    assert "657 control records no test could notice fewer than 6 leaked records" in supported.note


def test_a_small_control_says_how_much_more_it_takes() -> None:
    tables = thirds(0)
    small = dataclasses.replace(tables, control=tables.control.iloc[:40])
    found = privacy.self_test(privacy.view(small, seed=0))
    verbatim = one(found, "privacy.selftest.detectable", leak="verbatim")
    # k = ceil(ln(.05 / 3) / ln(657 / 697)) = 70 of 657 at the very least.
    assert least_detectable(657, 40) == 70
    assert verbatim.value is None or verbatim.value >= 70 / 657


def test_without_control_nothing_is_measured_and_it_says_what_would_be_needed() -> None:
    tables = thirds(0)
    none = dataclasses.replace(tables, control=tables.control.iloc[:0])
    view = privacy.view(none, seed=0)
    for estimate in (*privacy.self_test(view), *privacy.leak(view)):
        assert not estimate.measured
        assert "`split.control`" in estimate.note


def test_a_table_of_two_columns_cannot_have_two_swapped_and_leave_a_record() -> None:
    rng = np.random.default_rng(0)
    train, control, made = (rng.normal(size=(200, 2)) for _ in range(3))
    found = privacy.self_test(privacy.view(numbers(train, control, made), seed=0))
    assert not one(found, "privacy.selftest.detectable", leak="two columns swapped").measured
    assert not one(found, "privacy.tolerance.supported").measured
    assert one(found, "privacy.selftest.detectable", leak="verbatim").measured


def test_units_and_strata_are_exchanged_as_the_split_made_them() -> None:
    tables = thirds(0)
    pairs = np.array([str(i // 2) for i in range(len(tables.train))])
    other = np.array([f"c{i // 2}" for i in range(len(tables.control))])
    united = dataclasses.replace(tables, train_units=pairs, control_units=other)
    labels = privacy.view(united, seed=0).labels
    drawn = labels.exchange(np.random.default_rng(0))
    assert labels.unit is not None
    together = pd.Series(drawn).groupby(labels.unit).nunique()
    assert (together == 1).all()
    assert not (drawn == labels.member).all()
    found = privacy.self_test(privacy.view(united, seed=0))
    assert one(found, "privacy.selftest.detectable", leak="verbatim").measured
