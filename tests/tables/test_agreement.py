"""Agreement against a plain loop, and on what tables may hold."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from synthnb.records import Column
from synthnb.tables.agreement import Finer, Rarity, Values, best_agreement

JOB = Column(name="job", type="category")
AGE = Column(name="age", type="integer", weight=2.5)
BORN = Column(name="born", type="date")


def plain(queries: pd.DataFrame, references: pd.DataFrame, real: pd.DataFrame) -> list[float]:
    """Return the best agreement of each query in nats, pair by pair."""
    columns, found = {"job": 1.0, "age": 2.5}, []
    for _, mine in queries.iterrows():
        sums = [0.0]
        for _, theirs in references.iterrows():
            total = 0.0
            for name, weight in columns.items():
                a, b = mine[name], theirs[name]
                if a == b or (pd.isna(a) and pd.isna(b)):
                    held = (real[name].isna() if pd.isna(a) else real[name] == a).mean()
                    total += weight * -math.log(held) if held > 0 else 0.0
            sums.append(total)
        found.append(max(sums))
    return found


def frame(rng: np.random.Generator, n: int) -> pd.DataFrame:
    job = rng.choice(np.array(["a", "b", "c", None], dtype=object), n, p=[0.6, 0.25, 0.05, 0.1])
    age = rng.choice([1.0, 2.0, -0.0, 0.0, np.nan, 7.5], n)
    return pd.DataFrame({"job": job, "age": age})


def nats(rarity: Rarity, steps: np.ndarray) -> np.ndarray:
    return np.asarray(steps / rarity.steps)


@pytest.mark.parametrize("seed", range(4))
def test_the_best_agreement_is_that_of_a_plain_loop(seed: int) -> None:
    rng = np.random.default_rng(seed)
    real, made = frame(rng, 60), frame(rng, 40)
    made.loc[0, "job"], made.loc[1, "age"] = "unheard of", 99.0
    rarity = Rarity((JOB, AGE), [real])
    found = best_agreement(rarity.encode(real), rarity.encode(made))
    assert nats(rarity, found) == pytest.approx(plain(real, made, real), abs=1e-5)


def test_a_record_does_not_agree_with_itself() -> None:
    real = pd.DataFrame({"job": ["a", "a", "b"], "age": [1.0, 2.0, 3.0]})
    rarity = Rarity((JOB, AGE), [real])
    valued = rarity.encode(real)
    found = best_agreement(valued, valued, own=np.arange(3))
    assert nats(rarity, found) == pytest.approx([math.log(1.5), math.log(1.5), 0], abs=1e-5)


def test_the_order_of_columns_and_rows_changes_nothing() -> None:
    rng = np.random.default_rng(9)
    real, made = frame(rng, 300), frame(rng, 200)
    one, other = Rarity((JOB, AGE), [real]), Rarity((AGE, JOB), [real])
    first = best_agreement(one.encode(real), one.encode(made))
    second = best_agreement(other.encode(real), other.encode(made.iloc[::-1]))
    assert (first == second).all()


@pytest.mark.parametrize("levels", [300, 70_000])
def test_many_different_values(levels: int) -> None:
    real = pd.DataFrame({"age": np.arange(float(levels))})
    rarity = Rarity((AGE,), [real])
    some = rarity.encode(real.iloc[-3:])
    found = best_agreement(some, rarity.encode(real.iloc[[0, -1]]))
    assert nats(rarity, found) == pytest.approx([0, 0, 2.5 * math.log(levels)], rel=1e-5)


def test_constant_and_wholly_missing_columns_weigh_nothing() -> None:
    real = pd.DataFrame({"job": pd.Series([None] * 5, dtype=object), "age": [4.0] * 5})
    rarity = Rarity((JOB, AGE), [real])
    assert best_agreement(rarity.encode(real), rarity.encode(real)).tolist() == [0] * 5


def test_dates_agree_when_they_are_the_same_moment() -> None:
    real = pd.DataFrame({"born": pd.to_datetime(["2020-01-01", "2020-01-02", None, None])})
    rarity = Rarity((BORN,), [real])
    found = best_agreement(rarity.encode(real), rarity.encode(real.iloc[[1, 2]]))
    assert nats(rarity, found) == pytest.approx([0, math.log(4), *[math.log(2)] * 2], abs=1e-5)


def test_nobody_to_agree_with() -> None:
    none = Values(np.empty((1, 0), np.int32), np.empty((1, 0), np.int32), (1,))
    one = Values(np.zeros((1, 1), np.int32), np.ones((1, 1), np.int32), (1,))
    assert best_agreement(one, none).tolist() == [0]
    assert best_agreement(one, one, own=np.array([0])).tolist() == [0]


def test_progress_is_told() -> None:
    told: list[float] = []
    real = pd.DataFrame({"age": np.arange(3000.0)})
    valued = Rarity((AGE,), [real]).encode(real)
    best_agreement(valued, valued, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1


def test_finer_values_count_only_for_references_that_agree_well_at_all() -> None:
    # By coarse value 10, by fine value 15. Query 0 must agree on more than 8, query 1 on 10.
    one = (2,)
    queries = Values(np.array([[0, 0]]), np.array([[10, 10]]), one)
    references = Values(np.array([[0, 1]]), np.array([[0, 0]]), one)
    mine = Values(np.array([[7, 7]]), np.array([[15, 15]]), (8,))
    theirs = Values(np.array([[7, 7]]), np.array([[0, 0]]), (8,))
    finer = Finer(np.array([8, 10]), mine, theirs)
    # Reference 1 has the finer value too, but not the coarse one: it never gets that far.
    assert best_agreement(queries, references, finer=finer).tolist() == [15, 10]


def test_a_finer_value_that_nobody_holds_takes_nothing_away() -> None:
    one = Values(np.array([[0]]), np.array([[10]]), (1,))
    unknown = Values(np.array([[-1]]), np.array([[5]]), (1,))
    finer = Finer(np.array([0]), unknown, unknown)
    assert best_agreement(one, one, finer=finer).tolist() == [10]
