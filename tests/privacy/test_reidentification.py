"""Re-identification: what a class of equal quasi-identifiers gives away about a secret."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from small_tables import CITY, ILL, PAY, leaked, one, tables, thirds

from synthnb import privacy
from synthnb.privacy.bounds import LEVEL
from synthnb.privacy.classes import Classes, believed, held, sizes
from synthnb.privacy.guesses import Secret
from synthnb.records import Column

RISK, EXCESS, P = (f"privacy.reidentification.{name}" for name in ("risk", "excess", "p"))
EARNED = {**PAY, "roles": ["sensitive"]}


def test_re_identification_by_pencil() -> None:
    # Train: a class of 2 and one of 28 in city a and b; control: all of 30 in city c.
    train = {"city": ["a"] * 2 + ["b"] * 28, "ill": ["yes"] * 2 + ["no"] * 28}
    control = {"city": ["c"] * 30, "ill": ["no"] * 30}
    made = {"city": ["a"] * 30, "ill": ["yes"] * 20 + ["no"] * 10}
    found = privacy.reidentification(
        privacy.view(tables((CITY, ILL), train, control, made), seed=0)
    )
    # Only the two in a are matched, and what most rows there say is right: (1/2 + 1/2) / 30.
    assert one(found, RISK, secret="ill").value == pytest.approx(1 / 30)
    assert one(found, EXCESS, secret="ill").value == pytest.approx(1 / 30)
    # Both of two marked records in train: C(30, 2) / C(60, 2), by 10,000 exchanges.
    assert one(found, P, secret="ill").value == pytest.approx(435 / 1770, abs=0.02)


def test_control_makes_classes_larger_for_the_excess_and_not_for_the_risk() -> None:
    # City a: one of train and three of control, all matched and right.
    train = {"city": ["a"] + ["b"] * 29, "ill": ["yes"] + ["no"] * 29}
    control = {"city": ["a"] * 3 + ["b"] * 27, "ill": ["yes"] * 3 + ["no"] * 27}
    made = {"city": ["a"] * 30, "ill": ["yes"] * 30}
    found = privacy.reidentification(
        privacy.view(tables((CITY, ILL), train, control, made), seed=0)
    )
    assert one(found, RISK, secret="ill").value == pytest.approx(1 / 30)
    assert one(found, EXCESS, secret="ill").value == pytest.approx((1 / 4 - 3 / 4) / 30)


def about(type_: str, truth: list[object], told: list[object], real: list[object]) -> Secret:
    column = Column.model_validate({"name": "s", "type": type_, "roles": ["sensitive"]})
    kind = object if type_ == "category" else np.float64
    each = [pd.Series(values, dtype=kind) for values in (truth, told, real)]
    return Secret(column, *each)


def test_equally_frequent_answers_share_the_guess() -> None:
    people, rows = np.array([0, 0, 0, 1, 2, 0]), np.array([0] * 6 + [1] * 3)
    told = ["x", "y", "x", "y", "z", None, "x", None, None]
    secret = about("category", ["x", "y", "z", "x", "x", None], told, ["x"])
    # Class 0: x and y twice, z once; class 1: x once, silence twice; class 2: no row.
    assert believed(people, rows, secret).tolist() == [0.5, 0.5, 0, 1, 0, 0]


def test_numbers_are_guessed_by_their_median() -> None:
    people, rows = np.array([0, 0, 0, 1, 2]), np.array([0, 0, 0, 0, 0, 1])
    told = [10.0, 20.0, 30.0, 90.0, np.nan, np.nan]
    secret = about("number", [25.0, 26.0, 26.1, 25.0, 25.0], told, [0.0, 100.0])
    assert believed(people, rows, secret).tolist() == [1, 1, 0, 0, 0]


def test_classes_are_numbered_over_all_tables_with_gaps_alike() -> None:
    first = pd.DataFrame({"a": ["x", None, "x"], "b": [1.0, np.nan, 2.0]})
    second = pd.DataFrame({"b": [np.nan, 1.0], "a": [None, "y"], "c": [0, 0]})
    mine, theirs = Classes.of(["a", "b"], first, second).numbers
    assert mine[1] == theirs[0]
    assert len({*mine, *theirs}) == 4
    assert held(mine, theirs).tolist() == [0, 1, 0]
    assert sizes(np.array([4, 7, 4, 4])).tolist() == [3, 1, 3, 3]


def test_a_numeric_secret_is_learnt_when_within_one_per_cent_of_its_range() -> None:
    city = [f"c{i}" for i in range(60)]
    value = [float(i) for i in range(59)] + [100.0]  # range 100
    pay = [v + (0.9 if i % 2 else 1.1) for i, v in enumerate(value[:30])]
    parts = [{"city": city[half], "pay": value[half]} for half in (slice(30), slice(30, None))]
    plain = tables((CITY, EARNED), *parts, {"city": city[:30], "pay": pay})
    found = privacy.reidentification(privacy.view(plain, seed=0))
    assert one(found, RISK, secret="pay").value == pytest.approx(0.5)


def test_a_date_is_learnt_when_within_one_per_cent_of_its_range() -> None:
    born = {"name": "born", "type": "date", "roles": ["sensitive"]}
    city = [f"c{i}" for i in range(60)]
    day = pd.date_range("1990-01-01", periods=60, freq="10D")  # range 590 days
    made = pd.DataFrame({"city": city[:30], "born": day[:30] + pd.Timedelta(days=5)})
    made.loc[::2, "born"] += pd.Timedelta(days=1)
    real = pd.DataFrame({"city": city, "born": day})
    plain = tables((CITY, born), *(part.to_dict("list") for part in (real[:30], real[30:], made)))
    found = privacy.reidentification(privacy.view(plain, seed=0))
    assert one(found, RISK, secret="born").value == pytest.approx(0.5)


def plainly(tables_: tuple[pd.DataFrame, pd.DataFrame], made: pd.DataFrame) -> tuple[float, float]:
    """Return risk and excess of the secret `approve` by a loop over people."""
    known = ["race", "sex", "married", "dep"]
    train, control = tables_
    sums = []
    for part, others in ((train, [train]), (train, [train, control]), (control, [train, control])):
        total = 0.0
        for _, person in part.iterrows():
            rows = made[(made[known] == person[known]).all(axis=1)]
            alike = sum(int((other[known] == person[known]).all(axis=1).sum()) for other in others)
            counts = rows["approve"].value_counts()
            best = counts[counts == counts.max()].index if len(counts) else []
            total += (person["approve"] in best) / max(1, len(best)) / alike
        sums.append(total / len(part))
    return sums[0], sums[1] - sums[2]


def test_risk_and_excess_are_those_of_a_plain_loop() -> None:
    plain = thirds(0)
    small = [frame.iloc[:150] for frame in (plain.train, plain.control, plain.made)]
    cut = type(plain)(plain.charter, *small)
    found = privacy.reidentification(privacy.view(cut, seed=0))
    risk, excess = plainly((small[0], small[1]), small[2])
    assert one(found, RISK, secret="approve").value == pytest.approx(risk)
    assert one(found, EXCESS, secret="approve").value == pytest.approx(excess)


def test_a_scored_sample_keeps_the_classes_of_everybody() -> None:
    plain = leaked(thirds(0), 200)
    whole = privacy.reidentification(privacy.view(plain, seed=0))
    risks = [
        one(
            privacy.reidentification(privacy.view(plain, seed=seed, scored=600)),
            RISK,
            secret="approve",
        )
        for seed in range(20)
    ]
    truth = one(whole, RISK, secret="approve").value
    assert truth is not None
    # Classes of the sample alone would be half as large, and the risk twice as high.
    assert np.mean([risk.value for risk in risks]) == pytest.approx(truth, rel=0.1)
    assert all(risk.n is not None and risk.n < 600 for risk in risks)


def test_each_secret_has_its_excess_its_p_and_its_risk() -> None:
    found = privacy.reidentification(privacy.view(thirds(0), seed=0))
    for name in ("approve", "loanamt"):
        gap = one(found, EXCESS, secret=name)
        assert gap.level == pytest.approx(1 - (1 - LEVEL) / 2)
        assert gap.low is not None
        assert gap.low <= 0
        assert one(found, P, secret=name).seed == 0
        assert one(found, RISK, secret=name).measured
    assert len(found) == 6


def test_a_copy_of_train_is_found_where_its_classes_are_small() -> None:
    rng = np.random.default_rng(0)

    def part() -> dict[str, list[object]]:
        city = [f"c{i}" for i in rng.integers(0, 300, 200)]
        return {"city": city, "ill": list(rng.choice(["yes", "no"], 200))}

    train = part()
    found = privacy.reidentification(
        privacy.view(tables((CITY, ILL), train, part(), train), seed=0)
    )
    gap = one(found, EXCESS, secret="ill")
    assert gap.low is not None
    assert gap.low > 0.1
    p = one(found, P, secret="ill").value
    assert p is not None
    assert p < 0.001


def test_without_quasi_identifiers_or_secrets_beside_them_nothing_is_measured() -> None:
    part = {"pay": [float(i) for i in range(40)], "ill": ["yes"] * 40}
    found = privacy.reidentification(privacy.view(tables((PAY, ILL), part, part, part), seed=0))
    assert {e.metric for e in found} == {RISK, EXCESS, P}
    assert all("`quasi-identifier` in charter.yaml" in e.note for e in found)
    both = {**ILL, "roles": ["sensitive", "quasi-identifier"]}
    found = privacy.reidentification(privacy.view(tables((PAY, both), part, part, part), seed=0))
    assert all("No secret is left to learn." in e.note for e in found)
