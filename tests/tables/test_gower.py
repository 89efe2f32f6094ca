"""Gower neighbours against a plain loop, SciPy, and hand-made cases."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import cdist

from synthnb.errors import TableError
from synthnb.records import Column
from synthnb.tables import gower
from synthnb.tables.gower import Encoder, credit, nearest

AGE = Column(name="age", type="number")
JOB = Column(name="job", type="category")
BORN = Column(name="born", type="date")


def mixed(rng: np.random.Generator, n: int) -> pd.DataFrame:
    """Return random records with ties and missing values in every column."""
    age = rng.integers(0, 6, n) * 7.3
    job = rng.choice(np.array(["a", "b", "c"], dtype=object), n)
    born = np.datetime64("1970-01-05", "ns") + rng.integers(0, 5, n) * np.timedelta64(1, "D")
    frame = pd.DataFrame({"age": age, "job": job, "born": born})
    frame.loc[rng.random(n) < 0.2, "age"] = np.nan
    frame.loc[rng.random(n) < 0.2, "job"] = None
    frame.loc[rng.random(n) < 0.2, "born"] = pd.NaT
    return frame


def by_hand(
    columns: tuple[Column, ...], one: pd.Series, other: pd.Series, ranges: dict[str, float]
) -> float:
    """Return the Gower distance of two records, straight from its definition."""
    total = 0.0
    for column in columns:
        a, b = one[column.name], other[column.name]
        if pd.isna(a) or pd.isna(b):
            part = 0.0 if pd.isna(a) and pd.isna(b) else 1.0
        elif column.name in ranges:
            gap = (a - b).days if column.type == "date" else a - b
            part = abs(gap) / ranges[column.name]
        else:
            part = float(a != b)
        total += column.weight * part
    return total / sum(column.weight for column in columns)


@pytest.mark.parametrize("seed", range(4))
def test_distances_and_neighbours_are_those_of_a_plain_loop(seed: int) -> None:
    rng = np.random.default_rng(seed)
    columns = (
        AGE.model_copy(update={"weight": 2.0}),
        JOB,
        BORN.model_copy(update={"weight": 0.5}),
    )
    real, made = mixed(rng, 25), mixed(rng, 15)
    days = (real["born"].max() - real["born"].min()).days
    ranges = {"age": real["age"].max() - real["age"].min(), "born": float(days)}
    encoder = Encoder(columns, [real])
    distances, indices = nearest(encoder.encode(made), encoder.encode(real), 3)
    for at in range(len(made)):
        truth = [by_hand(columns, made.iloc[at], real.iloc[i], ranges) for i in range(len(real))]
        order = sorted(range(len(real)), key=lambda i: (round(truth[i], 6), i))[:3]
        assert indices[at].tolist() == order
        assert distances[at] == pytest.approx([truth[i] for i in order], abs=1e-6)


def test_numbers_alone_agree_with_scipy() -> None:
    rng = np.random.default_rng(5)
    columns = tuple(Column(name=f"x{i}", type="number") for i in range(7))
    names = [column.name for column in columns]
    real = pd.DataFrame(rng.normal(size=(400, 7)), columns=names)
    made = pd.DataFrame(rng.normal(size=(300, 7)) * 0.8, columns=names)
    span = (real.max() - real.min()).to_numpy()
    table = cdist(made / span, real / span, "cityblock") / 7
    encoder = Encoder(columns, [real.iloc[:150], real.iloc[150:]])
    distances, indices = nearest(encoder.encode(made), encoder.encode(real), 2)
    assert np.array_equal(indices, np.argsort(table, axis=1)[:, :2])
    assert np.allclose(distances, np.sort(table, axis=1)[:, :2], atol=1e-7)


def test_categories_alone_agree_with_scipy() -> None:
    rng = np.random.default_rng(6)
    columns = tuple(Column(name=f"c{i}", type="category") for i in range(9))
    names = [column.name for column in columns]
    codes = rng.integers(0, 3, (500, 9))
    frame = pd.DataFrame(codes.astype(str).astype(object), columns=names)
    table = cdist(codes, codes, "hamming")
    np.fill_diagonal(table, np.inf)
    encoded = Encoder(columns, [frame]).encode(frame)
    distances, indices = nearest(encoded, encoded, own=np.arange(len(encoded)))
    assert np.allclose(distances[:, 0], table.min(axis=1))
    lowest = (np.isclose(table, table.min(axis=1, keepdims=True))).argmax(axis=1)
    assert np.array_equal(indices[:, 0], lowest)


def test_equal_rows_are_at_zero_and_different_rows_never_are() -> None:
    # 1e-9 of the range is far less than a step, and one bit less still.
    values = [0.0, 1.0, 1.0 - 1e-9, np.nextafter(1.0, 0.0), 0.5]
    real = pd.DataFrame({"age": values})
    encoded = Encoder((AGE,), [real]).encode(real)
    distances, indices = nearest(encoded, encoded)
    assert distances[:, 0].tolist() == [0.0] * 5
    assert indices[:, 0].tolist() == [0, 1, 2, 3, 4]
    others, _ = nearest(encoded, encoded, own=np.arange(len(encoded)))
    assert (others > 0).all()


def test_minus_zero_is_zero() -> None:
    encoder = Encoder((AGE,), [pd.DataFrame({"age": [0.0, 1.0]})])
    queries = encoder.encode(pd.DataFrame({"age": [-0.0]}))
    assert nearest(queries, encoder.encode(pd.DataFrame({"age": [0.0]})))[0][0, 0] == 0


def test_a_nanosecond_sets_two_dates_apart() -> None:
    days = ["1900-01-01", "2100-01-01", "2100-01-01T00:00:00.000000001"]
    real = pd.DataFrame({"born": np.array(days, dtype="datetime64[ns]")})
    encoded = Encoder((BORN,), [real]).encode(real)
    distances, _ = nearest(encoded, encoded, own=np.arange(len(encoded)))
    assert (distances > 0).all()


def test_a_constant_column_adds_nothing_between_real_records() -> None:
    real = pd.DataFrame({"age": [4.0, 4.0], "job": ["a", "b"]})
    encoded = Encoder((AGE, JOB), [real]).encode(real)
    assert nearest(encoded, encoded, own=np.arange(len(encoded)))[0].tolist() == [[0.5], [0.5]]


def test_another_value_in_a_constant_column_is_one_range_away() -> None:
    encoder = Encoder((AGE, JOB), [pd.DataFrame({"age": [4.0, 4.0], "job": ["a", "a"]})])
    made = encoder.encode(pd.DataFrame({"age": [5.0], "job": ["a"]}))
    real = encoder.encode(pd.DataFrame({"age": [4.0], "job": ["a"]}))
    assert nearest(made, real)[0][0, 0] == 0.5


def test_a_column_that_is_all_missing_adds_nothing() -> None:
    real = pd.DataFrame({"age": [np.nan, np.nan], "job": ["a", "b"]})
    encoded = Encoder((AGE, JOB), [real]).encode(real)
    assert nearest(encoded, encoded, own=np.arange(len(encoded)))[0].tolist() == [[0.5], [0.5]]


def test_unseen_categories_match_only_themselves_even_across_frames() -> None:
    encoder = Encoder((JOB,), [pd.DataFrame({"job": ["a", "b"]})])
    one = encoder.encode(pd.DataFrame({"job": ["x", "y", None]}, dtype=object))
    two = encoder.encode(pd.DataFrame({"job": ["y", "a", None]}, dtype=object))
    distances, indices = nearest(one, two)
    assert distances[:, 0].tolist() == [1.0, 0.0, 0.0]
    assert indices[:, 0].tolist() == [0, 0, 2]


@pytest.mark.parametrize("many", [255, 256, 70_000])
def test_any_number_of_categories_can_be_told_apart(many: int) -> None:
    names = pd.DataFrame({"job": [f"j{i}" for i in range(many)]})
    encoder = Encoder((JOB,), [names])
    queries = encoder.encode(names.iloc[[0, 254, many - 1]])
    distances, indices = nearest(queries, encoder.encode(names))
    assert distances[:, 0].tolist() == [0.0] * 3
    assert indices[:, 0].tolist() == [0, 254, many - 1]


def test_three_hundred_columns_are_all_counted() -> None:
    columns = tuple(Column(name=f"c{i}", type="category") for i in range(300))
    real = pd.DataFrame({column.name: ["a", "b"] for column in columns})
    encoded = Encoder(columns, [real]).encode(real)
    assert nearest(encoded, encoded, own=np.arange(len(encoded)))[0][:, 0].tolist() == [1.0, 1.0]


def test_a_value_beyond_the_real_range_keeps_its_distance_up_to_one_range() -> None:
    encoder = Encoder((AGE,), [pd.DataFrame({"age": [0.0, 10.0]})])
    real = encoder.encode(pd.DataFrame({"age": [10.0]}))
    made = encoder.encode(pd.DataFrame({"age": [15.0, 20.0, 1e300, math.inf]}))
    assert nearest(made, real)[0][:, 0] == pytest.approx([0.5, 1.0, 1.0, 1.0], abs=1e-7)


def test_ties_go_to_the_lowest_index_and_threads_change_nothing() -> None:
    rng = np.random.default_rng(9)
    columns = (AGE, JOB, BORN)
    real, made = mixed(rng, 9_000), mixed(rng, 500)
    encoder = Encoder(columns, [real])
    queries, references = encoder.encode(made), encoder.encode(real)
    once = nearest(queries, references, 4, threads=1)
    again = nearest(queries, references, 4, threads=3)
    assert all(np.array_equal(a, b) for a, b in zip(once, again, strict=True))
    assert np.array_equal(
        credit(queries, references, threads=1), credit(queries, references, threads=3)
    )
    rising = np.diff(once[1], axis=1) > 0
    assert rising[np.diff(once[0], axis=1) == 0].all()


def test_tiles_and_blocks_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    real = mixed(rng, 90)
    encoded = Encoder((AGE, JOB, BORN), [real]).encode(real)
    whole = nearest(encoded, encoded, 5, own=np.arange(len(encoded)))
    monkeypatch.setattr(gower, "_TILE", 7)
    monkeypatch.setattr(gower, "_CELLS", 21)
    parts = nearest(encoded, encoded, 5, own=np.arange(len(encoded)))
    assert all(np.array_equal(a, b) for a, b in zip(whole, parts, strict=True))


def test_records_that_are_equally_near_share_one_vote() -> None:
    real = pd.DataFrame({"job": ["a", "a", "b", "c"]})
    encoder = Encoder((JOB,), [real])
    made = encoder.encode(pd.DataFrame({"job": ["a", "b", "new"]}))
    # "a" gives half each to two, "b" one to one, "new" a quarter to each.
    assert credit(made, encoder.encode(real)) == pytest.approx([0.75, 0.75, 1.25, 0.25])


def test_too_few_references_are_an_error_that_says_so() -> None:
    real = pd.DataFrame({"job": ["a", "b"]})
    encoded = Encoder((JOB,), [real]).encode(real)
    assert nearest(encoded, encoded, 2)[1].shape == (2, 2)
    with pytest.raises(TableError, match="Asked for the 2 nearest of 1 records"):
        nearest(encoded, encoded, 2, own=np.arange(len(encoded)))
    with pytest.raises(TableError, match="no column"):
        Encoder((), [real])


def test_no_query_gives_no_neighbour() -> None:
    encoder = Encoder((AGE,), [pd.DataFrame({"age": [0.0, 1.0]})])
    none = encoder.encode(pd.DataFrame({"age": np.array([], dtype=float)}))
    assert nearest(none, encoder.encode(pd.DataFrame({"age": [0.0]})))[0].shape == (0, 1)
