"""Attribute inference: what the most similar synthetic rows give away about a secret."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from small_tables import CITY, ILL, PAY, charter, leaked, one, tables, thirds

from synthnb import privacy
from synthnb.privacy.attributes import learnt
from synthnb.privacy.bounds import LEVEL
from synthnb.privacy.guesses import Secret
from synthnb.privacy.views import View
from synthnb.tables import Tables

EARNED = {**PAY, "roles": ["sensitive"]}
AGE = {"name": "age", "type": "integer", "roles": []}


def secret(view: View, name: str) -> np.ndarray:
    return learnt(view, next(column for column in view.columns if column.name == name))


def test_secrets_are_learnt_from_the_nearest_row_only_when_right() -> None:
    # One of 60 may be spoken about; the two at distance 0 are, and one of them is guessed rightly.
    pay = [float(x) for x in range(60)]
    ill = ["yes" if x % 2 else "no" for x in range(60)]
    made = {"pay": [3.0, 40.0] + [200.0] * 28, "ill": ["yes", "yes"] + ["no"] * 28}
    train, control = ({"pay": pay[half], "ill": ill[half]} for half in (slice(30), slice(30, None)))
    found = privacy.attribute_inference(
        privacy.view(tables((PAY, ILL), train, control, made), seed=0)
    )
    gap = one(found, "privacy.attribute.excess", secret="ill")
    assert gap.value == pytest.approx(1 / 30)
    assert one(found, "privacy.attribute.p", secret="ill").value == pytest.approx(0.5)


def test_equally_near_rows_are_believed_by_majority() -> None:
    # Pay ranges from 0 to 100, so a guess may be off by 1. Everybody's city has rows of its own.
    city = ["two of three", "one of two", "all silent", "one of three"] + ["else"] * 56
    pay = [50.0, 50.0, 50.0, 50.0, 0.0, 100.0] + [20.0] * 54
    made = {
        "city": ["two of three"] * 3 + ["one of two"] * 2 + ["all silent"] + ["one of three"] * 3,
        "pay": [49.0, 51.0, 70.0, 50.0, 70.0, np.nan, 50.0, np.nan, 60.0],
    }
    made = {name: values + values[-1:] * 21 for name, values in made.items()}
    train = {"city": city[:30], "pay": pay[:30]}
    control = {"city": city[30:], "pay": pay[30:]}
    view = privacy.view(tables((CITY, EARNED), train, control, made), seed=0)
    assert view.real["city"][secret(view, "pay")].tolist() == ["two of three"]


def test_repeating_a_row_does_not_give_it_more_votes() -> None:
    city = [f"c{i}" for i in range(60)]
    ill = ["yes"] * 60
    made = {"city": ["c0"] * 29 + ["c0"], "ill": ["yes"] * 29 + ["no"]}
    parts = [{"city": city[:30], "ill": ill[:30]}, {"city": city[30:], "ill": ill[30:]}]
    view = privacy.view(tables((CITY, ILL), *parts, made), seed=0)
    assert not secret(view, "ill").any()


def test_what_is_missing_is_neither_learnt_nor_a_guess() -> None:
    truth = pd.Series(["a", None, "a", None], dtype=object)
    told = pd.Series(["a", "a", None, None], dtype=object)
    column = charter(ILL, CITY).columns[0]
    about = Secret(column, truth, told, truth)
    each = np.arange(4)
    assert about.right(each, each).tolist() == [True, False, False, False]
    number = charter(EARNED, CITY).columns[0]
    real = pd.Series([0.0, np.nan, 200.0, np.nan])
    about = Secret(number, real, pd.Series([2.0, 0.0, np.nan, np.nan]), real)
    assert about.right(each, each).tolist() == [True, False, False, False]


@pytest.mark.parametrize("unit", [1.0, 0.3048, 1e6, 7.77e-9])
def test_a_number_just_one_per_cent_off_is_right_in_every_unit(unit: float) -> None:
    real = pd.Series([1990.0, 2000.0]) * unit
    told = pd.Series([1990.1, 1999.9]) * unit
    about = Secret(charter(EARNED, CITY).columns[0], real, told, real)
    assert about.right(np.arange(2), np.arange(2)).all()
    off = Secret(about.column, real, pd.Series([1990.101, 1999.899]) * unit, real)
    assert not off.right(np.arange(2), np.arange(2)).any()


def mixed(seed: int, people: int = 120) -> Tables:
    """Return few values in many rows, so that most neighbours tie, with gaps."""
    rng = np.random.default_rng(seed)

    def part(n: int) -> pd.DataFrame:
        frame = pd.DataFrame(
            {
                "city": rng.choice(np.array(["a", "b", "c"], object), n),
                "age": rng.integers(0, 5, n) * 1.0,
                "pay": rng.integers(0, 4, n) * 1.0,
                "ill": rng.choice(np.array(["yes", "no"], object), n),
            }
        )
        return frame.mask(rng.random(frame.shape) < 0.1)

    return Tables(charter(CITY, AGE, EARNED, ILL), part(people), part(people), part(80))


def plainly(view: View, name: str) -> np.ndarray:
    """Return whose secret is learnt, by a loop over all pairs of a record and a row."""
    rows = view.synthetic.drop_duplicates()
    ranges = {"age": 4.0, "pay": 3.0}

    def apart(a: object, b: object, column: str) -> float:
        if pd.isna(a) or pd.isna(b):
            return float(pd.isna(a) != pd.isna(b))
        return abs(a - b) / ranges[column] if column in ranges else float(a != b)

    others = [column.name for column in view.columns if column.name != name]
    distance, right = [], []
    for _, person in view.real.iterrows():
        away = np.array(
            [sum(apart(person[c], r[c], c) for c in others) for _, r in rows.iterrows()]
        )
        near = rows[np.isclose(away, away.min())]
        distance.append(round(away.min(), 9))
        right.append((near[name] == person[name]).mean() > 0.5)
    return np.array(right) & (np.array(distance) <= np.sort(distance)[len(distance) // 100])


@pytest.mark.parametrize("name", ["pay", "ill"])
def test_secrets_learnt_are_those_of_a_plain_loop(name: str) -> None:
    view = privacy.view(mixed(0), seed=0)
    truth = plainly(view, name)
    assert 0 < truth.sum() < len(truth)
    assert secret(view, name).tolist() == truth.tolist()


def test_copied_people_lose_their_secrets_and_others_do_not() -> None:
    found = privacy.attribute_inference(privacy.view(leaked(thirds(0), 33), seed=0))
    for name in ("approve", "loanamt"):
        gap = one(found, "privacy.attribute.excess", secret=name)
        assert gap.low is not None
        assert gap.low > 0.01
        assert gap.value == pytest.approx(33 / 657, abs=0.005)
        assert gap.level == pytest.approx(1 - (1 - LEVEL) / 2)  # two secrets share it
    honest = privacy.attribute_inference(privacy.view(thirds(0), seed=0))
    for name in ("approve", "loanamt"):
        gap = one(honest, "privacy.attribute.excess", secret=name)
        assert gap.low is not None
        assert gap.low <= 0


def test_without_a_secret_nothing_is_measured() -> None:
    part = {"pay": [float(i) for i in range(40)], "city": ["a"] * 40}
    found = privacy.attribute_inference(privacy.view(tables((PAY, CITY), part, part, part), seed=0))
    assert {e.metric for e in found} == {"privacy.attribute.excess", "privacy.attribute.p"}
    assert all("`sensitive` or `target`" in e.note for e in found)
