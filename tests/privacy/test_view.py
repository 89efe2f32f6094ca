"""What all attacks look at: one order, one pool, each search once."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from small_tables import CITY, PAY, charter, leaked, one, tables, thirds

from synthnb import privacy
from synthnb.privacy.canonical import frequency, in_order
from synthnb.tables import Tables


def test_rows_are_ordered_by_numbers_and_by_how_frequent_categories_are() -> None:
    frame = pd.DataFrame({"city": ["a", "b", "a", "c"], "pay": [2.0, 9.0, 1.0, np.nan]})
    columns = charter(CITY, PAY).assessed
    # a twice, b and c once: the once come first, b before the one whose pay is missing (a 0).
    got = frame.iloc[in_order(frame, columns, frame)]
    assert got["city"].tolist() == ["c", "b", "a", "a"]
    assert got["pay"].tolist()[1:] == [9, 1, 2]


def test_a_frequency_counts_missing_values_as_one_and_unknown_ones_as_none() -> None:
    real = pd.Series(["a", "a", None, "b", None, None], dtype=object)
    asked = pd.Series(["a", "z", None], dtype=object)
    assert frequency(asked, real).tolist() == [2, 0, 3]


def test_labels_follow_their_records() -> None:
    plain = thirds(0)
    view = privacy.view(plain, seed=0)
    names = list(view.real)
    mine = view.real[view.member].sort_values(names).reset_index(drop=True)
    pd.testing.assert_frame_equal(
        mine, plain.train[names].sort_values(names).reset_index(drop=True)
    )


def test_a_sample_of_the_records_is_scored_against_all_of_them() -> None:
    plain = leaked(thirds(0), 60)
    whole, part = privacy.view(plain, seed=0), privacy.view(plain, seed=0, scored=1000)
    assert not whole.sampled
    assert part.sampled
    assert len(part.real) == 1000
    # The distances are those that the same records have in the whole assessment.
    rows = part._chosen
    assert (part.to_real == whole.to_real[rows]).all()
    assert (part.to_synthetic == whole.to_synthetic[rows]).all()
    assert (part.agreeing_real == whole.agreeing_real[rows]).all()
    big, small = privacy.leak(whole)[1], privacy.leak(part)[1]
    assert "were scored at random" in small.note
    assert small.high is not None
    assert small.low is not None
    assert big.low is not None
    assert small.low < big.low


def test_a_sample_holds_whole_privacy_units() -> None:
    plain = thirds(0)
    pairs = np.array([str(i // 3) for i in range(len(plain.train))])
    other = np.array([f"c{i // 3}" for i in range(len(plain.control))])
    united = dataclasses.replace(plain, train_units=pairs, control_units=other)
    view = privacy.view(united, seed=0, scored=600)
    assert view.labels.unit is not None
    assert 590 < len(view.real) <= 600
    assert (np.bincount(view.labels.unit) == 3).sum() >= len(view.real) // 3 - 2


def test_another_synthetic_table_beside_the_same_people_is_searched_anew() -> None:
    plain = thirds(0)
    view = privacy.view(plain, seed=0)
    _ = view.headline
    other = view.with_synthetic(plain.train)
    assert other.to_real is view.to_real
    assert (other.to_synthetic[other.member] == 0).all()
    assert one(privacy.exact_copies(other), "privacy.exact_copies.count_share").value == 1
    fresh = privacy.view(plain.with_synthetic(plain.train), seed=0)
    assert privacy.leak(other) == privacy.leak(fresh)


def test_duplicate_synthetic_rows_change_no_score() -> None:
    plain = leaked(thirds(0), 13)
    twice = plain.with_synthetic(pd.concat([plain.made, plain.made], ignore_index=True))
    once, doubled = privacy.view(plain, seed=0), privacy.view(twice, seed=0)
    assert privacy.leak(once) == privacy.leak(doubled)


def test_progress_is_told_what_is_searched() -> None:
    told: list[tuple[str, float]] = []
    view = privacy.view(thirds(0), seed=0, progress=lambda *said: told.append(said))
    privacy.self_test(view)
    assert {what for what, _ in told} >= {"nearest real records", "self-test, verbatim"}
    assert all(0 <= share <= 1 for _, share in told)


@pytest.mark.parametrize("rows", [0, 29])
def test_too_few_records_say_what_to_bring(rows: int) -> None:
    part = {"city": ["a", "b"] * 20, "pay": [float(i) for i in range(40)]}
    short = {name: values[:rows] for name, values in part.items()}
    plain = tables((CITY, PAY), part, part, part)
    frame = pd.DataFrame(short)
    short_control = Tables(plain.charter, plain.train, frame, plain.synthetic)
    assert privacy.view(short_control, seed=0).too_small
    assert not privacy.view(short_control, seed=0).too_few
