"""Singling out: descriptions of synthetic rows that fit exactly one real person."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from small_tables import CITY, PAY, charter, leaked, numbers, one, tables, thirds

from synthnb import privacy
from synthnb.privacy.singling import Facts, column_sets, facts, fitting, singled_out
from synthnb.tables import Tables
from synthnb.tables.gower import Encoder

METRICS = ["privacy.singling_out.excess", "privacy.singling_out.p"]


def table(n: int, seed: int, groups: int = 3, wide: int = 40, columns: int = 2) -> Facts:
    rng = np.random.default_rng(seed)
    drawn = rng.integers(0, wide, (columns, n)).astype(np.int32)
    return Facts(rng.integers(0, groups, n), drawn)


def fits(asked: Facts, among: Facts, reach: np.ndarray) -> np.ndarray:
    """Return which of all pairs fit, shape (m, n)."""
    near = np.abs(asked.numbers[:, :, None] - among.numbers[:, None, :]) <= reach[:, None, None]
    return np.asarray((asked.group[:, None] == among.group[None]) & near.all(axis=0))


@pytest.mark.parametrize("columns", [0, 1, 2, 3])
def test_fits_are_counted_as_by_comparing_all_pairs(columns: int) -> None:
    asked = table(70, 1, groups=20 if columns == 0 else 3, columns=columns)
    among = table(50, 2, groups=60 if columns == 0 else 3, columns=columns)
    reach = np.array([2, 3, 5])[:columns]
    every = fits(asked, among, reach)
    count, who = fitting(asked, among, reach)
    assert {0, 1, 2} <= set(every.sum(axis=1).clip(max=2).tolist())
    assert count.clip(max=2).tolist() == every.sum(axis=1).clip(max=2).tolist()
    assert (who[count == 1] == every[count == 1].argmax(axis=1)).all()
    assert (who[count == 0] == -1).all()


def test_fits_are_counted_over_many_rounds_of_candidates() -> None:
    # Every row is a candidate of every other by the first number and by the second: 9 million.
    rng = np.random.default_rng(0)
    line = rng.permutation(3000).astype(np.int32)
    asked = Facts(np.zeros(3000, dtype=np.int64), np.stack([line, 3000 - line]))
    among = Facts(asked.group, np.stack([line, line]))
    every = fits(asked, among, np.array([2990, 2]))
    count, who = fitting(asked, among, np.array([2990, 2]))
    assert count.clip(max=2).tolist() == every.sum(axis=1).clip(max=2).tolist()
    assert (who[count == 1] == every[count == 1].argmax(axis=1)).all()


def test_facts_are_of_one_group_where_categories_and_gaps_are_alike() -> None:
    frame = pd.DataFrame(
        {"city": ["a", "a", None, None, "b", "a"], "pay": [1.0, np.nan, 1.0, 1.0, 1.0, 9.0]}
    )
    encoder = Encoder(charter(CITY, PAY).assessed, [frame])
    (alone,) = facts(np.arange(2), encoder.encode(frame))
    same = alone.group[:, None] == alone.group[None]
    expected = np.eye(6, dtype=bool)
    expected[2, 3] = expected[3, 2] = expected[0, 5] = expected[5, 0] = True
    assert (same == expected).all()
    assert len(alone.numbers) == 1
    one, other = facts(np.array([1]), encoder.encode(frame), encoder.encode(frame[:1]))
    assert (one.group[0], len(other.group)) == (other.group[0], 1)


def test_sets_of_columns_are_different_and_use_all_columns_alike() -> None:
    sets = column_sets(17, np.random.default_rng(0))
    assert len(sets) == 30
    assert {len(chosen) for chosen in sets} == {7}
    assert len({tuple(chosen) for chosen in sets}) == 30
    used = np.bincount(np.concatenate(sets), minlength=17)
    assert used.min() >= 6  # 30 x 7 / 17 is 12 on average
    assert used.max() <= 15  # once in each of the 15 orders


def test_few_columns_make_few_sets() -> None:
    rng = np.random.default_rng(0)
    assert [chosen.tolist() for chosen in column_sets(3, rng)] == [[0, 1, 2]]
    assert [chosen.tolist() for chosen in column_sets(7, rng)] == [list(range(7))]
    assert len(column_sets(8, rng)) == 8


def scattered(n: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).permutation(1000)[: 2 * n].reshape(n, 2) * 1.0


def test_whom_a_description_fits_alone_by_pencil() -> None:
    # Ranges 1000 and 1000, so facts may be off by 10. One set of both columns.
    real = np.array([[0.0, 0], [1000, 1000], [500, 500], [600, 600], [600, 605], [700, 700]])
    filler = np.full((54, 2), 300.0)
    people = np.concatenate([real, filler])
    rows = [[500, 510], [600, 600], [700, 711], [900, 100]]
    made = np.concatenate([np.array(rows), [[0, 1000], [0, 1005]], np.full((24, 2), 300.0)])
    view = privacy.view(numbers(people[::2], people[1::2], made), seed=0)
    success, tried, kept = singled_out(view)
    # Six different rows and 300, 300; the two at 0, 1000 fit each other.
    assert (tried, kept) == (7, 5)
    # 600, 600 fits two people, 300, 300 many, and 711 is too far.
    assert view.real[success > 0].to_numpy().tolist() == [[500, 500]]


@pytest.mark.parametrize("unit", [1.0, 0.3048, 1e6, 7.77e-9])
def test_a_fact_just_one_per_cent_off_fits_in_every_unit(unit: float) -> None:
    ages = np.arange(101.0)[:, None].repeat(2, axis=1) * unit
    made = np.concatenate([ages[:1] + unit, ages[50:51], np.full((30, 2), 1e3) * unit])
    view = privacy.view(numbers(ages[:60], ages[60:], made), seed=0)
    people, rows = view.encoded_real, view.encoder.encode(view.distinct)
    all_people, described = facts(np.arange(2), people, rows)
    reach = people.full // 100 + 2
    near = fits(described, all_people, reach)
    assert near.sum(axis=1).tolist() == [3, 3, 0]  # a year younger, as old, a year older


def test_the_label_plays_no_part() -> None:
    # Twins, one on each side, are nobody's alone; neither side's people are preferred.
    people = scattered(200)
    twins = np.concatenate([people[:100], people[:100]])
    view = privacy.view(numbers(twins[:100], twins[100:], people[:100]), seed=0)
    assert not singled_out(view)[0].any()
    mine = numbers(people[:100], people[100:], people)
    yours = numbers(people[100:], people[:100], people)
    one_way, other_way = (privacy.view(plain, seed=0) for plain in (mine, yours))
    assert singled_out(one_way)[0].tolist() == singled_out(other_way)[0].tolist()


def test_copied_people_are_singled_out_unless_somebody_is_like_them() -> None:
    people = scattered(200)
    gap, p = privacy.singling_out(
        privacy.view(numbers(people[:100], people[100:], people[:100]), seed=0)
    )
    away = np.abs(people[:, None] - people[None])
    near = (away <= 0.01 * (people.max(axis=0) - people.min(axis=0))).all(axis=2)
    alone = near[:100].sum(axis=1) == 1  # a description of a copy always fits the copied person
    nobody = near[:100, :100].sum(axis=1) == 1  # no other row is like the description
    assert [gap.metric, p.metric] == METRICS
    assert 90 < alone.sum() < 100
    assert gap.value == pytest.approx(alone.sum() / 100)
    assert gap.low is not None
    assert gap.low > 0.5
    assert p.value == pytest.approx(1 / 10_001)
    assert f"{nobody.sum()} of 100 descriptions fitted exactly one synthetic row" in gap.note


def test_a_leak_of_five_per_cent_is_found_and_another_sample_is_not() -> None:
    gap, p = privacy.singling_out(privacy.view(leaked(thirds(0), 33), seed=0))
    assert gap.low is not None
    assert gap.low > 0.01
    assert p.value is not None
    assert p.value < 0.001
    gap, p = privacy.singling_out(privacy.view(thirds(0), seed=0))
    assert gap.low is not None
    assert gap.low <= 0


def test_too_few_descriptions_are_insufficient() -> None:
    part = {"city": ["a", "b"] * 30, "pay": [float(i) for i in range(60)]}
    made = {"city": ["a"] * 40, "pay": [float(i % 7) for i in range(40)]}
    found = privacy.singling_out(privacy.view(tables((CITY, PAY), part, part, made), seed=0))
    assert [e.metric for e in found] == METRICS
    # Seven rows, each more than 1 % of 59 from the others.
    assert all("Insufficient: 7 of 7 descriptions" in e.note for e in found)
    assert not any(e.measured for e in found)


def test_what_is_missing_fits_what_is_missing_only() -> None:
    pay = [float(10 * i) for i in range(60)]
    train = {"city": [None, "a"] * 15, "pay": [np.nan, *pay[:29]]}
    control = {"city": ["b"] * 30, "pay": pay[30:]}
    made = {"city": [None, *["z"] * 29], "pay": [np.nan, *pay[:29]]}
    view = privacy.view(tables((CITY, PAY), train, control, made), seed=0)
    success, _, _ = singled_out(view)
    found = view.real[success > 0]
    assert len(found) == 1
    assert found.isna().all(axis=None)


def test_progress_is_told_to_the_end() -> None:
    told: list[tuple[str, float]] = []
    view = privacy.view(thirds(0), seed=0, progress=lambda what, share: told.append((what, share)))
    privacy.singling_out(view)
    assert told[-1] == ("descriptions of synthetic rows", 1.0)


def test_people_of_one_unit_move_together() -> None:
    plain = leaked(thirds(0), 33)
    pairs = np.array([str(i // 2) for i in range(len(plain.train))])
    other = np.array([f"c{i // 2}" for i in range(len(plain.control))])
    united = dataclasses.replace(plain, train_units=pairs, control_units=other)
    single = one(privacy.singling_out(privacy.view(plain, seed=0)), METRICS[0])
    double = one(privacy.singling_out(privacy.view(united, seed=0)), METRICS[0])
    assert double.value == single.value
    assert None not in (single.low, double.low)
    assert (double.low or 0.0) < (single.low or 0.0)


def test_a_sample_of_the_people_is_scored() -> None:
    plain: Tables = leaked(thirds(0), 60)
    gap = one(privacy.singling_out(privacy.view(plain, seed=0, scored=1000)), METRICS[0])
    assert gap.n == 1000
