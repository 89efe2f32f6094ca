"""The split: every record once, no person torn, the same cut for the same seed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from papers import properties

from synthnb.errors import TableError
from synthnb.records import Split
from synthnb.tables import Parts, split

TOWNS = st.sampled_from(["A", "B", "C", None])


def frame_of(units: list[int], towns: list[str | None]) -> pd.DataFrame:
    return pd.DataFrame({"who": [f"p{unit}" for unit in units], "town": towns}, dtype=object)


frames = st.integers(200, 400).flatmap(
    lambda rows: st.builds(
        frame_of,
        st.lists(st.integers(0, rows // 3), min_size=rows, max_size=rows),
        st.lists(TOWNS, min_size=rows, max_size=rows),
    )
)
hows = st.builds(
    Split,
    control=st.floats(0.25, 0.45),
    tuning=st.one_of(st.just(0.0), st.floats(0.25, 0.3)),
    unit=st.sampled_from([None, "who"]),
    strata=st.sampled_from([(), ("town",)]),
    seed=st.integers(0, 2**32),
)


def parts(done: Parts) -> tuple[np.ndarray, ...]:
    return done.train, done.control, done.tuning


def plain(rows: int, **columns: object) -> pd.DataFrame:
    return pd.DataFrame({"number": range(rows), **columns})


@properties
@given(frame=frames, how=hows)
def test_every_record_is_in_one_part_and_no_unit_in_two(frame: pd.DataFrame, how: Split) -> None:
    done = split(frame, how)
    together = np.concatenate(parts(done))
    assert np.array_equal(np.sort(together), np.arange(len(frame)))
    for part in parts(done):
        assert np.array_equal(part, np.sort(part))
    if how.unit:
        people = [set(frame["who"].iloc[part]) for part in parts(done)]
        assert sum(map(len, people)) == len(set.union(*people)) == frame["who"].nunique()


@properties
@given(frame=frames, how=hows)
def test_every_part_keeps_its_share_of_every_stratum_to_within_one_unit(
    frame: pd.DataFrame, how: Split
) -> None:
    done = split(frame, how)
    unit = frame["who"] if how.unit else pd.Series(range(len(frame)))
    first = frame.assign(unit=unit, row=range(len(frame))).drop_duplicates("unit")
    stratum = first["town"].fillna("-") if how.strata else pd.Series("all", index=first.index)
    shares = (1 - how.control - how.tuning, how.control, how.tuning)
    for _, members in first.groupby(stratum):
        for part, share in zip(parts(done), shares, strict=True):
            found = members["row"].isin(part).sum()
            assert abs(found - share * len(members)) < 1 + 1e-6


@properties
@given(frame=frames, how=hows)
def test_the_same_seed_gives_the_same_split_and_another_one_another(
    frame: pd.DataFrame, how: Split
) -> None:
    once, again = split(frame, how), split(frame.copy(), how)
    assert all(map(np.array_equal, parts(once), parts(again)))
    other = split(frame, how.model_copy(update={"seed": how.seed + 1}))
    assert not np.array_equal(once.train, other.train)


def test_whole_shares_are_cut_exactly() -> None:
    done = split(plain(1000), Split(control=0.3, tuning=0.1, seed=3))
    assert [len(part) for part in parts(done)] == [600, 300, 100]


def test_without_control_and_tuning_everybody_is_for_training() -> None:
    frame = plain(100, who=[row // 2 for row in range(100)], town=["A", "B", "B", "C"] * 25)
    for how in (Split(control=0), Split(control=0, unit="who", strata=("town",), seed=5)):
        done = split(frame, how)
        assert np.array_equal(done.train, np.arange(100))
        assert [len(part) for part in parts(done)] == [100, 0, 0]
        assert done.control.dtype == done.train.dtype


def test_tuning_is_cut_off_where_there_is_no_control() -> None:
    done = split(plain(1000), Split(control=0, tuning=0.1, seed=3))
    assert [len(part) for part in parts(done)] == [900, 0, 100]


def test_a_share_between_two_numbers_of_units_is_met_on_average() -> None:
    sizes = [len(split(plain(101), Split(control=0.5, seed=seed)).control) for seed in range(400)]
    assert set(sizes) == {50, 51}
    assert abs(np.mean(sizes) - 50.5) < 4 * 0.5 / np.sqrt(400)  # four standard errors


def test_many_small_strata_do_not_all_lose_to_the_same_part() -> None:
    frame = plain(900, town=[row // 3 for row in range(900)])
    done = split(frame, Split(control=0.5, strata=("town",)))
    assert abs(len(done.control) - 450) < 4 * np.sqrt(300 * 0.25)


def test_every_record_is_as_likely_to_be_held_back() -> None:
    held = np.zeros(60)
    for seed in range(500):
        held[split(plain(60), Split(control=0.5, seed=seed)).control] += 1
    assert abs(held / 500 - 0.5).max() < 5 * 0.5 / np.sqrt(500)


def test_a_unit_counts_in_the_stratum_of_its_first_row() -> None:
    who = [f"p{row // 2}" for row in range(400)]
    town = ["A" if row % 2 == 0 else "B" for row in range(400)]  # nobody begins in B
    done = split(plain(400, who=who, town=town), Split(unit="who", strata=("town",)))
    assert [len(part) for part in parts(done)] == [200, 200, 0]


def test_a_missing_stratum_is_not_the_word_none() -> None:
    frame = plain(80, town=["None", None] * 40)
    done = split(frame, Split(strata=("town",)))
    assert frame["town"].iloc[done.control].isna().sum() == 20


def test_strata_of_several_columns_are_crossed() -> None:
    frame = plain(160, a=[row % 2 for row in range(160)], b=[row // 2 % 2 for row in range(160)])
    done = split(frame, Split(strata=("a", "b")))
    assert frame.iloc[done.control].groupby(["a", "b"]).size().tolist() == [20] * 4


def test_a_row_of_nobody_is_refused() -> None:
    frame = plain(100, who=["p1", None] * 50)
    with pytest.raises(TableError, match="`who` is missing in some rows"):
        split(frame, Split(unit="who"))


def test_every_part_that_is_too_small_is_named() -> None:
    with pytest.raises(TableError) as caught:
        split(plain(50), Split(control=0.2, tuning=0.1))
    assert "control would have 10 rows; tuning would have 5 rows" in str(caught.value)
    with pytest.raises(TableError, match="train would have 1 row;"):
        split(plain(100), Split(control=0.99))
    with pytest.raises(TableError, match=r"(train|control) would have 0 rows"):
        split(plain(100, who=["one person"] * 100), Split(unit="who"))
