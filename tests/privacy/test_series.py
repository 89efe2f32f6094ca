"""Successive releases: what the earlier tables and this one say together."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from small_tables import one, thirds

from synthnb import privacy
from synthnb.privacy.series import SERIES
from synthnb.records import Estimate
from synthnb.tables import Tables


def releases(seed: int, *leaks: int) -> list[pd.DataFrame]:
    """Return honest tables, each with some other train rows in it."""
    plain = thirds(seed)
    rng = np.random.default_rng(seed)
    made, start = [], 0
    for rows in leaks:
        part = plain.made.iloc[rng.permutation(len(plain.made))[: len(plain.made) - rows]]
        made.append(pd.concat([plain.train.iloc[start : start + rows], part], ignore_index=True))
        start += rows
    return made


def series(seed: int, *leaks: int) -> tuple[Tables, tuple[Estimate, ...]]:
    *earlier, present = releases(seed, *leaks)
    plain = thirds(seed)
    known = dataclasses.replace(plain, earlier=tuple(earlier), synthetic=present)
    return known, SERIES.run(privacy.view(known, seed=0))


def test_without_earlier_releases_there_is_no_series() -> None:
    found = SERIES.run(privacy.view(thirds(0), seed=0))
    assert [(e.metric, e.scope, e.measured) for e in found] == [
        ("privacy.series.excess", {}, False),
        ("privacy.series.p", {}, False),
    ]
    assert "add sources of kind `earlier`" in found[0].note


def test_each_point_of_the_series_is_the_headline_of_the_union_so_far() -> None:
    tables, found = series(1, 3, 4, 5)
    held = [*tables.earlier, tables.made]
    for last, scope in enumerate(("1", "1 to 2", "1 to 3"), 1):
        union = tables.with_synthetic(pd.concat(held[:last], ignore_index=True))
        fresh = one(privacy.leak(privacy.view(union, seed=0)), "privacy.leak.p")
        assert one(found, "privacy.series.p", releases=scope).value == fresh.value
    assert len(found) == 6


def test_its_bounds_are_those_of_the_headline_widened_for_the_number_of_points() -> None:
    tables, found = series(1, 20, 20)
    union = pd.concat([*tables.earlier, tables.made], ignore_index=True)
    view = privacy.view(tables.with_synthetic(union), seed=0)
    last = one(found, "privacy.series.excess", releases="1 to 2")
    size = view.headline.size(view.control_size, view.train_size, 1 - 0.05 / 2)
    assert size is not None
    assert last.level == pytest.approx(0.975)
    assert (last.value, last.low, last.high) == pytest.approx(
        (size.excess.value, size.excess.low, size.excess.high)
    )
    alone = one(privacy.leak(view), "privacy.leak.excess")
    assert last.low is not None
    assert alone.low is not None
    assert 0 < last.low < alone.low


@pytest.mark.parametrize("seed", range(3))
def test_leaks_that_are_too_small_to_find_alone_are_found_together(seed: int) -> None:
    # With parts of equal size it takes at least 6 records for any test to notice.
    tables, found = series(seed, 4, 4, 4)
    for each in (*tables.earlier, tables.made):
        alone = privacy.leak(privacy.view(tables.with_synthetic(each), seed=0))
        assert (one(alone, "privacy.leak.p").value or 0) > 0.05
    assert (one(found, "privacy.series.p", releases="1").value or 0) > 0.05
    assert (one(found, "privacy.series.p", releases="1 to 3").value or 1) <= 0.05


def test_the_same_release_again_adds_nothing() -> None:
    plain = thirds(2)
    again = dataclasses.replace(plain, earlier=(plain.made, plain.made))
    found = SERIES.run(privacy.view(again, seed=0))
    values = {e.value for e in found if e.metric == "privacy.series.p"}
    assert len(values) == 1


def test_rows_of_a_release_may_come_in_any_order() -> None:
    tables, found = series(3, 10, 10)
    turned = dataclasses.replace(
        tables, earlier=tuple(each.iloc[::-1].reset_index(drop=True) for each in tables.earlier)
    )
    assert SERIES.run(privacy.view(turned, seed=0)) == found


def test_people_are_searched_among_each_other_once() -> None:
    *earlier, present = releases(0, 5, 5)
    known = dataclasses.replace(thirds(0), earlier=tuple(earlier), synthetic=present)
    told: list[str] = []
    view = privacy.view(known, seed=0, progress=lambda what, _: told.append(what))
    _ = view.headline
    told.clear()
    SERIES.run(view)
    assert "nearest synthetic rows" in told
    assert "nearest real records" not in told


def test_a_release_of_a_few_rows_says_what_is_lacking() -> None:
    plain = thirds(0)
    known = dataclasses.replace(plain, earlier=(plain.made.head(9),))
    first, *rest = SERIES.run(privacy.view(known, seed=0))
    assert "the synthetic table has 9 records" in first.note
    assert [each.measured for each in rest] == [False, True, True]


def test_the_series_is_no_part_of_the_family_that_is_corrected() -> None:
    _, found = series(0, 4, 4)
    assert privacy.explanations(found) == ()
