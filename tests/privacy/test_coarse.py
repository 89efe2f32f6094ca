"""Coarse values: at most fifty classes a column, whatever the names and the units."""

from __future__ import annotations

import numpy as np
import pandas as pd
from small_tables import CITY, PAY, charter

from synthnb.privacy.coarse import CLASSES, Coarse

COLUMNS = charter(CITY, PAY).assessed


def classes(frame: pd.DataFrame, real: pd.DataFrame) -> pd.DataFrame:
    return Coarse(COLUMNS, real).of(frame)


def table(city: list[object], pay: list[float]) -> pd.DataFrame:
    return pd.DataFrame({"city": pd.Series(city, dtype=object), "pay": pay})


def test_few_values_are_classes_of_their_own() -> None:
    real = table(["a"] * 30, [float(i % 3) for i in range(30)])
    got = classes(real, real)["pay"].to_numpy()
    assert len(np.unique(got)) == 3
    assert (got[:3] == got[3:6]).all()


def test_many_numbers_fall_into_fifty_classes_of_two_per_cent() -> None:
    real = table(["a"] * 5000, np.random.default_rng(0).normal(size=5000).tolist())
    got = classes(real, real)["pay"].to_numpy().astype(int)
    assert np.bincount(got).tolist() == [100] * CLASSES


def test_equal_numbers_are_never_divided() -> None:
    pay = [0.0] * 400 + np.arange(1.0, 601.0).tolist()
    real = table(["a"] * 1000, pay)
    got = classes(real, real)["pay"].to_numpy()
    assert len(np.unique(got[:400])) == 1
    assert got[399] < got[400]


def test_rare_categories_are_gathered_and_frequent_ones_are_not() -> None:
    city: list[object] = ["big"] * 500 + [f"c{i}" for i in range(500)]
    real = table(city, [0.0] * 1000)
    got = classes(real, real)["city"]
    sizes = got.value_counts()
    assert sizes.max() == 500
    assert (sizes.drop(sizes.idxmax()) == 20).all()  # 2 % of 1,000


def test_missing_stays_missing_and_the_unheard_of_agrees_with_nobody() -> None:
    real = table(["a", "b", None] * 20, [1.0, 2.0, np.nan] * 20)
    got = classes(table(["z", None], [9.0, np.nan]), real)
    assert got["city"].tolist()[0] == -1
    assert got.isna().to_numpy().tolist() == [[False, False], [True, True]]


def test_names_and_units_do_not_matter() -> None:
    rng = np.random.default_rng(1)
    real = table([f"c{i}" for i in rng.integers(0, 300, 2000)], rng.normal(size=2000).tolist())
    other = real.assign(city="town " + real["city"].str[::-1], pay=real["pay"] * 1.609 + 32)
    pd.testing.assert_frame_equal(classes(real, real), classes(other, other))
