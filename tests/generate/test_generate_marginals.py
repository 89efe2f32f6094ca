"""Distributions beside each other: edges from public or synthetic values, and no small cell."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from generation_plans import awkward_tables, tables_of
from hypothesis import given, settings
from hypothesis import strategies as st

from synthnb import generate
from synthnb.figures.marginals import marginal_pictures
from synthnb.generate.marginals import _shown
from synthnb.records import Column
from synthnb.records.marginal import Marginal


def one(train: list[object], made: list[object], **column: object) -> Marginal:
    frames = [pd.DataFrame({"x": values, "y": 0.0}) for values in (train, made)]
    columns = [Column(name="x", **column), Column(name="y", type="number")]
    tables = tables_of(frames[0], columns).with_synthetic(frames[1])
    return generate.marginals(tables, 10)[0]


def test_categories_are_shares_of_all_records() -> None:
    train = ["a"] * 30 + ["b"] * 50 + [None] * 20
    marginal = one(train, ["a"] * 3 + ["b"] * 1, type="category")
    assert marginal.bins == ("a", "b", "missing")
    assert marginal.real == (0.3, 0.5, 0.2)
    assert marginal.synthetic == (0.75, 0.25, 0)


def test_a_small_category_is_hidden_and_so_is_what_would_give_it_away() -> None:
    train = ["a"] * 60 + ["b"] * 31 + ["c"] * 9
    marginal = one(train, ["a", "b", "c"], type="category")
    # 9 is too few; with only that hidden, 100 - 60 - 31 would tell it.
    assert marginal.real == (0.6, None, None)


def test_train_and_control_are_counted_together() -> None:
    frame = pd.DataFrame({"x": ["a"] * 12 + ["b"] * 12, "y": 0.0})
    columns = [Column(name="x", type="category"), Column(name="y", type="number")]
    tables = dataclasses.replace(tables_of(frame, columns), control=frame.iloc[:3])
    marginal = generate.marginals(tables.with_synthetic(frame), 10)[0]
    # 12 in train and 15 in all: shown apart, they would tell of 3 people in control.
    assert marginal.real == (pytest.approx(15 / 27), pytest.approx(12 / 27))


def test_two_small_categories_hide_each_other_if_they_are_enough_together() -> None:
    train = ["a"] * 82 + ["b"] * 9 + ["c"] * 9
    assert one(train, ["a", "b", "c"], type="category").real == (0.82, None, None)


def test_a_category_that_only_few_real_records_have_is_not_even_named() -> None:
    train = ["a"] * 60 + ["b"] * 35 + ["secret"] * 5
    marginal = one(train, ["a", "b"] * 10, type="category")
    assert marginal.bins == ("a", "b")
    assert marginal.real == (0.6, None)


def test_categories_beyond_a_dozen_are_put_together() -> None:
    train = [f"k{i}" for i in range(20) for _ in range(12)]
    made = [f"k{i}" for i in range(20) for _ in range(i + 1)]
    marginal = one(train, made, type="category")
    assert marginal.bins == (*(f"k{i}" for i in range(19, 8, -1)), "all others")
    assert marginal.real == (*[0.05] * 11, pytest.approx(9 * 12 / 240))


def test_small_whole_numbers_have_a_bin_each() -> None:
    train = [0.0] * 20 + [1.0] * 30 + [2.0] * 50
    marginal = one(train, [0.0] * 5 + [1.0] * 5, type="integer")
    assert marginal.bins == ("0 or less", "1 or more")
    assert marginal.real == (0.2, 0.8)


def test_no_edge_comes_from_real_records() -> None:
    made = list(np.random.default_rng(0).normal(0, 1, 400))
    few, many = list(np.linspace(0, 1, 50)), list(np.linspace(-900, 900, 5000))
    assert one(few, made, type="number").bins == one(many, made, type="number").bins


def test_dates_are_binned_by_day() -> None:
    days = list(pd.date_range("2024-01-01", periods=120).astype("datetime64[ns]"))
    marginal = one(days, days, type="date")
    assert marginal.bins[0].startswith("below 2024-01-1")
    assert marginal.synthetic == marginal.real
    assert sum(marginal.synthetic) == pytest.approx(1)


@given(st.lists(st.integers(0, 40), min_size=1, max_size=8), st.integers(0, 15))
@settings(max_examples=300, deadline=None)
def test_nothing_small_is_shown_or_left_over(counts: list[int], unlisted: int) -> None:
    total = sum(counts) + unlisted
    shown = _shown(counts, total, 10)
    visible = [count for count, show in zip(counts, shown, strict=True) if show]
    assert all(count >= 10 for count in visible)
    left = total - sum(visible)
    assert left == 0 or left >= 10 or not visible


def test_every_kind_of_column_can_be_drawn_whatever_it_is_called() -> None:
    tables = awkward_tables()
    made = tables.with_synthetic(tables.train.iloc[:100].reset_index(drop=True))
    marginals = generate.marginals(made, 10)
    figures = marginal_pictures([*marginals, marginals[0]])
    assert [figure.name for figure in figures] == ["marginals-1", "marginals-2"]
    for figure in figures:
        assert "<script>" not in figure.svg
        assert "<script>alert" not in figure._repr_mimebundle_()["text/html"]
        assert figure.title.startswith("Distribution of each column")
    assert "=cmd()" in figures[0].alt


def test_the_words_of_the_picture_tell_the_largest_difference() -> None:
    marginal = one(["a"] * 70 + ["b"] * 30, ["a"] * 4 + ["b"] * 6, type="category")
    figure = marginal_pictures([marginal])[0]
    assert figure.alt == (
        "Shares of real and of synthetic records. x: largest difference at “b”, "
        "30.0 % of real and 60.0 % of synthetic records."
    )


def test_the_picture_is_the_same_every_time() -> None:
    marginal = one(["a"] * 70 + ["b"] * 3, ["a"] * 4 + ["b"] * 6, type="category")
    assert marginal_pictures([marginal])[0].svg == marginal_pictures([marginal])[0].svg
