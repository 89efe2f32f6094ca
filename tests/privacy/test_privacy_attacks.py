"""Each attack on tables small enough for pencil, or against a plain loop."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pandas as pd
import pytest
from small_tables import CITY, ILL, PAY, leaked, numbers, one, tables, thirds

from synthnb import privacy
from synthnb.privacy.anonymity import ANONYMITY
from synthnb.privacy.bounds import CONFIDENCE, wilson
from synthnb.tables import Tables
from synthnb.tables.roc import delong


def test_copies_are_counted_on_both_sides() -> None:
    # Train 0 to 39, control 40 to 79; the table repeats 4 of train and 1 of control.
    real = np.arange(80.0)[:, None].repeat(2, axis=1)
    made = np.concatenate([real[:4], real[50:51], 1000 + real[:35]])
    found = privacy.exact_copies(privacy.view(numbers(real[:40], real[40:], made), seed=0))
    share = one(found, "privacy.exact_copies.count_share")
    assert (share.value, share.baseline) == (0.1, 0.025)
    gap = one(found, "privacy.exact_copies.excess")
    low, _ = wilson(1 / 40, 40, CONFIDENCE)
    assert gap.value == pytest.approx(0.075)
    assert gap.high == pytest.approx(0.1 - low)
    assert gap.low <= 0  # 4 against 1 is no evidence
    # (C(40,4) C(40,1) + C(40,5)) / C(80,5)
    truth = (math.comb(40, 4) * 40 + math.comb(40, 5)) / math.comb(80, 5)
    assert one(found, "privacy.exact_copies.p").value == pytest.approx(truth)


def test_a_missing_value_is_part_of_a_copy() -> None:
    part = {"city": ["a"] * 30, "pay": [np.nan] * 30}
    other = {"city": ["b"] * 30, "pay": [1.0] * 30}
    found = privacy.exact_copies(
        privacy.view(tables((CITY, PAY), part, other, {**part, "city": ["a"] * 30}), seed=0)
    )
    assert one(found, "privacy.exact_copies.count_share").value == 1


def test_the_nearest_share_is_that_of_a_plain_loop_with_shared_ties() -> None:
    rng = np.random.default_rng(0)
    train, control, made = (rng.integers(0, 6, (n, 2)) * 1.0 for n in (40, 60, 50))
    for part in (train, made):
        part[0] = [0, 0]
    train[1], control[0] = [5, 5], [5, 0]
    real = np.concatenate([train, control])
    total = 0.0
    for row in made:
        away = np.abs(real - row).sum(axis=1)  # both ranges are 5
        near = away == away.min()
        total += near[:40].sum() / near.sum()
    found = privacy.distance_to_closest(privacy.view(numbers(train, control, made), seed=0))
    share = one(found, "privacy.distance.share")
    assert share.value == pytest.approx(total / 50)
    assert share.baseline == pytest.approx(0.4)
    assert share.low < share.value < share.high


def test_the_membership_area_is_the_share_of_pairs_that_are_in_order() -> None:
    view = privacy.view(thirds(3), seed=0)
    score = view.ratio
    ours, theirs = score[view.member][:, None], score[~view.member][None, :]
    truth = np.mean((ours > theirs) + 0.5 * (ours == theirs))
    area = one(privacy.membership(view), "privacy.membership.auc")
    assert area.value == pytest.approx(float(truth), abs=1e-9)


def test_delong_agrees_with_its_definition() -> None:
    rng = np.random.default_rng(2)
    a, b = np.round(rng.normal(0.5, 1, 14), 1), np.round(rng.normal(size=9), 1)
    wins = (a[:, None] > b[None, :]) + 0.5 * (a[:, None] == b[None, :])
    variance = wins.mean(axis=1).var(ddof=1) / 14 + wins.mean(axis=0).var(ddof=1) / 9
    assert delong(a, b) == pytest.approx((wins.mean(), variance))


def test_train_and_control_of_one_kind_cannot_be_told_apart_and_others_can() -> None:
    real = thirds(0)
    alike = one(privacy.exchangeability(privacy.view(real, seed=0)), "privacy.exchangeability.auc")
    assert alike.low <= 0.5 <= alike.high
    later = real.control.assign(loanamt=real.control["loanamt"] * 2)
    other = dataclasses.replace(real, control=later)
    found = one(privacy.exchangeability(privacy.view(other, seed=0)), "privacy.exchangeability.auc")
    assert found.low > 0.6


def test_what_is_not_declared_or_too_small_is_not_measured_and_says_what_to_do() -> None:
    part = {"pay": [float(i) for i in range(40)]}
    found = privacy.assess(
        tables((PAY, {**PAY, "name": "x"}), *[{**part, "x": part["pay"]}] * 3), seed=0
    )
    notes = {e.metric: e.note for e in found if not e.measured}
    assert "`sensitive` or `target`" in notes["privacy.attribute.excess"]
    assert "`quasi-identifier`" in notes["privacy.reidentification.excess"]
    small = thirds(0)
    small = dataclasses.replace(small, control=small.control.iloc[:29])
    every = privacy.assess(small, seed=0)
    about_tables = set(ANONYMITY.metrics)  # k, l and t need no control
    assert {e.metric for e in every if e.measured} <= about_tables
    assert any("control has 29 records; attacks need 30" in e.note for e in every)


def test_a_table_of_one_value_gives_no_number_out_of_nothing() -> None:
    part = {"pay": [1.0] * 40, "city": ["a"] * 40}
    found = privacy.assess(tables((PAY, CITY), part, part, part), seed=0)
    # Everybody coincides with everybody: all are copies, nobody's more than another's.
    gap = one(found, "privacy.leak.excess")
    assert gap.value == gap.low == 0
    assert one(found, "privacy.leak.p").value == 1
    assert one(found, "privacy.exact_copies.excess").value == 0


def test_units_move_together_and_make_intervals_wider() -> None:
    plain = leaked(thirds(0), 33)
    pairs = np.array([str(i // 2) for i in range(len(plain.train))])
    other = np.array([f"c{i // 2}" for i in range(len(plain.control))])
    united = dataclasses.replace(plain, train_units=pairs, control_units=other)
    single = one(privacy.exact_copies(privacy.view(plain, seed=0)), "privacy.exact_copies.excess")
    double = one(privacy.exact_copies(privacy.view(united, seed=0)), "privacy.exact_copies.excess")
    assert double.value == single.value
    assert double.low is not None
    assert single.low is not None
    assert double.low < single.low
    found = privacy.assess(united, seed=0)
    assert one(found, "privacy.exact_copies.p").value == pytest.approx(1 / 10_001, abs=1e-4)


def test_strata_of_the_split_are_kept() -> None:
    real = thirds(0)
    split = {"control": 0.5, "seed": 0, "strata": ["race", "approve"]}
    body = real.charter.model_dump()
    chartered = real.charter.model_validate({**body, "split": split})
    stratified = dataclasses.replace(real, charter=chartered)
    labels = privacy.view(stratified, seed=0).labels
    assert labels.stratum is not None
    assert len(np.unique(labels.stratum)) == 6
    assert all(e.measured for e in privacy.membership(privacy.view(stratified, seed=0)))


def test_same_inputs_and_seed_give_the_same_estimates() -> None:
    once = privacy.assess(thirds(1), seed=7)
    assert once == privacy.assess(thirds(1), seed=7)


def test_hostile_column_names_and_values_are_only_text() -> None:
    name = '<script>alert("1")</script>'
    hostile = {"name": name, "type": "category", "roles": ["sensitive", "quasi-identifier"]}
    values = ["=cmd()", '#eval("1")', "$(id)", None] * 10
    part = {name: values, "ill": ["yes", "no"] * 20}
    found = privacy.assess(tables((hostile, ILL), part, part, part), seed=0)
    assert any(e.scope.get("secret") == name for e in found)


def test_dates_and_booleans_are_assessed_too() -> None:
    rng = np.random.default_rng(1)

    def part(n: int) -> pd.DataFrame:
        days = np.datetime64("2020-01-01", "ns") + rng.integers(0, 900, n) * np.timedelta64(1, "D")
        frame = pd.DataFrame({"born": days, "well": rng.choice(np.array(["yes", "no"], object), n)})
        frame.loc[::9, "born"] = pd.NaT
        frame.loc[::7, "well"] = None
        return frame

    born = {"name": "born", "type": "date", "roles": ["sensitive"]}
    well = {"name": "well", "type": "boolean", "roles": ["quasi-identifier"]}
    from small_tables import charter

    every = privacy.assess(Tables(charter(born, well), part(80), part(70), part(60)), seed=0)
    for metric in ("privacy.leak.p", "privacy.attribute.p", "privacy.reidentification.p"):
        assert all(e.measured for e in every if e.metric == metric)
    assert one(every, "privacy.leak.excess").measured
