"""What a leak gives away, on tables small enough for pencil."""

from __future__ import annotations

import math

import numpy as np
import pytest
from small_tables import CITY, ILL, PAY, charter, leaked, numbers, one, tables, thirds

from synthnb import privacy
from synthnb.privacy.attributes import learnt
from synthnb.privacy.classes import Classes, believed, held, sizes
from synthnb.privacy.family import explanations
from synthnb.privacy.guesses import Secret
from synthnb.privacy.linkability import linked
from synthnb.records import exact

CATEGORY = charter(CITY, ILL).column("ill")


def secret(truth: list[object], told: list[object], kind: str = "category") -> Secret:
    import pandas as pd

    column = CATEGORY.model_copy(update={"type": kind})
    dtype = object if kind == "category" else float
    return Secret(
        column,
        pd.Series(truth, dtype=dtype),
        pd.Series(told, dtype=dtype),
        pd.Series(truth, dtype=dtype),
    )


# --- secrets and classes --------------------------------------------------------------------------


def test_a_category_is_right_when_equal_and_known() -> None:
    about = secret(["a", "b", None], ["a", "a", None])
    assert about.right(np.array([0, 1, 2]), np.array([0, 1, 2])).tolist() == [True, False, False]


def test_a_number_is_right_within_one_per_cent_of_the_real_range() -> None:
    about = secret([0.0, 100.0, 50.0, math.nan], [1.0, 98.9, math.nan, 3.0], "number")
    got = about.right(np.arange(4), np.arange(4))
    assert got.tolist() == [True, False, False, False]  # range 100: within 1


def test_most_rows_of_a_class_are_believed_and_equals_share() -> None:
    people, rows = np.array([0, 0, 1, 2]), np.array([0, 0, 0, 1, 1])
    about = secret(["x", "y", "x", "x"], ["x", "x", "y", "x", "y"])
    # Class 0 says x; class 1 says x or y, at random; class 2 has no rows.
    assert believed(people, rows, about).tolist() == [1, 0, 0.5, 0]


def test_the_median_of_a_class_is_believed() -> None:
    people, rows = np.array([0, 1]), np.array([0, 0, 0, 1])
    about = secret([10.0, 0.0], [10.05, 3.0, 90.0, 0.2], "number")  # range 10: within 0.1
    assert believed(people, rows, about).tolist() == [1, 0]


def test_classes_count_missing_values_as_alike_across_tables() -> None:
    part = tables(
        (CITY, ILL), {"city": ["a", None], "ill": ["n", "n"]}, *[{"city": [None], "ill": ["n"]}] * 2
    )
    one_table, other = Classes.of(["city"], part.train, part.control).numbers
    assert one_table[1] == other[0]
    assert sizes(np.array([5, 5, 2])).tolist() == [2, 2, 1]
    assert held(np.array([0, 1, 7]), np.array([1, 1, 3])).tolist() == [0, 2, 0]


# --- attribute inference --------------------------------------------------------------------------


def test_secrets_are_learnt_from_the_nearest_row_only_when_right() -> None:
    # One of 60 may be spoken about; the two at distance 0 are, and one of them is guessed rightly.
    pay = [float(x) for x in range(60)]
    ill = ["yes" if x % 2 else "no" for x in range(60)]
    made = {"pay": [3.0, 40.0] + [200.0] * 28, "ill": ["yes", "yes"] + ["no"] * 28}
    parts = ({"pay": pay[:30], "ill": ill[:30]}, {"pay": pay[30:], "ill": ill[30:]})
    found = privacy.attribute_inference(privacy.view(tables((PAY, ILL), *parts, made), seed=0))
    gap = one(found, "privacy.attribute.excess", secret="ill")
    assert gap.value == pytest.approx(1 / 30)
    assert one(found, "privacy.attribute.p", secret="ill").value == pytest.approx(0.5)


def test_rows_that_are_equally_near_decide_by_majority() -> None:
    pay = [0.0] * 40 + [100.0] * 40
    ill = ["yes"] * 80
    # At pay 0 the distinct rows say yes and no: no majority. At pay 100 only yes.
    made = {"pay": [0.0, 0.0, 100.0] * 10, "ill": ["yes", "no", "yes"] * 10}
    parts = ({"pay": pay[::2], "ill": ill[::2]}, {"pay": pay[1::2], "ill": ill[1::2]})
    view = privacy.view(tables((PAY, ILL), *parts, made), seed=0)
    hits = learnt(view, view.secrets[0])
    assert hits[(view.real["pay"] == 100).to_numpy()].all()
    assert not hits[(view.real["pay"] == 0).to_numpy()].any()


# --- linkability ----------------------------------------------------------------------------------


def test_a_bridge_is_there_when_both_files_lead_to_one_row() -> None:
    # Columns x0, x1 are one file and x2, x3 the other. Real record 0 is synthetic row 0 in both;
    # record 1 leads to row 0 in the one file and to row 1 in the other.
    real = np.array([[0.0, 0, 0, 0], [0, 0, 9, 9]])
    made = np.array([[0.0, 0, 0, 0], [9, 9, 9, 9]])
    view = privacy.view(numbers(real[:1], real[1:], made), seed=0)
    columns = view.columns
    assert sorted(linked(view, columns[:2], columns[2:]).tolist()) == [0, 1]


def test_two_files_need_two_columns_each() -> None:
    rng = np.random.default_rng(0)
    view = privacy.view(numbers(*(rng.normal(size=(40, 3)) for _ in range(3))), seed=0)
    assert all("4 columns" in e.note for e in privacy.linkability(view))


# --- re-identification ----------------------------------------------------------------------------


def test_re_identification_by_pencil() -> None:
    # Train: a class of 2 and one of 28 in city a and b; control: all of 30 in city c.
    train = {"city": ["a"] * 2 + ["b"] * 28, "ill": ["yes"] * 2 + ["no"] * 28}
    control = {"city": ["c"] * 30, "ill": ["no"] * 30}
    made = {"city": ["a"] * 30, "ill": ["yes"] * 20 + ["no"] * 10}
    found = privacy.reidentification(
        privacy.view(tables((CITY, ILL), train, control, made), seed=0)
    )
    # Only the two in a are matched, and what most rows there say is right: (1/2 + 1/2) / 30.
    risk = one(found, "privacy.reidentification.risk", secret="ill")
    gap = one(found, "privacy.reidentification.excess", secret="ill")
    assert risk.value == pytest.approx(1 / 30)
    assert gap.value == pytest.approx(1 / 30)
    # Both in train of 30 + 30: (30 / 60) (29 / 59), by exchanges.
    p = one(found, "privacy.reidentification.p", secret="ill").value
    assert p == pytest.approx(30 / 60 * 29 / 59, abs=0.02)


# --- the family -----------------------------------------------------------------------------------


def test_holm_corrects_the_explanations_and_nothing_else() -> None:
    raw = (
        exact("privacy.membership.p", 0.001, method="-"),
        exact("privacy.attribute.p", 0.01, method="-", secret="pay"),
        exact("privacy.linkability.p", 0.03, method="-"),
        exact("privacy.singling_out.p", 0.04, method="-"),
        exact("privacy.series.p", 0.001, method="-", releases="1"),
    )
    found = explanations(raw, privacy.attacks())
    # Holm: 3 x 0.01, 2 x 0.03, and not below the one before: 0.06.
    assert [e.value for e in found] == pytest.approx([0.03, 0.06, 0.06])
    assert found[0].scope == {"attack": "Attribute inference", "secret": "pay"}


@pytest.mark.parametrize("seed", range(3))
def test_five_per_cent_of_train_planted_is_explained(seed: int) -> None:
    view = privacy.view(leaked(thirds(seed), 33), seed=0)
    found = privacy.explanations(privacy.attribute_inference(view))
    assert all((e.value or 0.0) < 0.05 for e in found)
    assert len(found) == 2


def test_what_is_not_declared_says_what_to_do() -> None:
    part = {"pay": [float(i) for i in range(40)]}
    frames = [{**part, "x": part["pay"]}] * 3
    view = privacy.view(tables((PAY, {**PAY, "name": "x"}), *frames), seed=0)
    assert "`sensitive` or `target`" in privacy.attribute_inference(view)[0].note
    assert "`quasi-identifier`" in privacy.reidentification(view)[0].note
    assert "`quasi-identifier`" in privacy.anonymity(view)[0].note
