"""How often groups occur, counted by hand."""

import dataclasses
import math

import pandas as pd
import pytest
from fairness_people import by_id, people, tables
from scipy.stats import binomtest

from synthnb import fairness

RATIO = "fairness.representation.ratio"
REFERENCE = "fairness.representation.reference_ratio"
REAL = people(("A", "F", 10, 10), ("B", "F", 10, 10))  # half A
MADE = people(("A", "F", 5, 3), ("B", "F", 1, 1))  # eight tenths A


def test_the_ratio_is_share_over_share_with_the_real_shares_interval():
    found = by_id(fairness.representation(tables(REAL, MADE), seed=0, minimum_cell=2))
    share = found[f"{RATIO}[group=Race = A]"]
    assert share.value == pytest.approx(0.8 / 0.5)
    # Race = A, Race = B, Sex = F and two crossings: five groups share 5 % of error.
    real = binomtest(20, 40).proportion_ci(0.99, method="wilson")
    assert share.low == pytest.approx(0.8 / real.high)
    assert share.high == pytest.approx(0.8 / real.low)
    assert (share.baseline, share.n, share.level) == (1, 20, 0.95)
    assert found[f"{RATIO}[group=Race = B]"].value == pytest.approx(0.2 / 0.5)


def test_a_table_of_the_same_shares_has_ratio_one():
    for estimate in fairness.representation(tables(REAL, REAL), seed=0, minimum_cell=2):
        assert estimate.value == pytest.approx(1)
        assert estimate.low <= 1 <= estimate.high


def test_a_blurred_count_gives_the_ratio_over_its_whole_block():
    real = people(("A", "F", 30, 30), ("B", "F", 12, 11), ("C", "F", 2, 0))
    estimate = by_id(fairness.representation(tables(real, MADE), seed=0, minimum_cell=5))[
        f"{RATIO}[group=Race = B]"
    ]
    groups = 5  # A, B, F and the crossings of A and B
    ends = [binomtest(k, 85).proportion_ci(1 - 0.05 / groups, method="wilson") for k in (20, 24)]
    assert estimate.value == pytest.approx(0.2 / (22 / 85))
    assert estimate.low == pytest.approx(0.2 / ends[1].high)
    assert estimate.high == pytest.approx(0.2 / ends[0].low)
    assert estimate.n == 20
    assert "blurred" in estimate.method


def with_reference(frame):
    return dataclasses.replace(tables(REAL, MADE), reference=frame)


def test_a_reference_table_is_held_against_the_synthetic_shares():
    reference = pd.DataFrame({"race": ["A", "B", "C"], "count": [30.0, 10.0, 60.0]})
    found = by_id(fairness.representation(with_reference(reference), seed=0, minimum_cell=2))
    assert found[f"{REFERENCE}[group=Race = A]"].value == pytest.approx(0.8 / 0.3)
    assert found[f"{REFERENCE}[group=Race = C]"].value == 0
    assert "lost" in found[f"{REFERENCE}[group=Race = C]"].note
    # Races A, B and C: three groups share 5 % of error; the reference counts 100 people.
    known = binomtest(30, 100).proportion_ci(1 - 0.05 / 3, method="wilson")
    assert found[f"{REFERENCE}[group=Race = A]"].low == pytest.approx(0.8 / known.high)
    assert found[f"{REFERENCE}[group=Race = A]"].high == pytest.approx(0.8 / known.low)
    source = found["fairness.representation.real_reference_ratio[group=Race = A]"]
    real = binomtest(20, 40).proportion_ci(1 - 0.05 / 2, method="wilson")
    assert source.value == pytest.approx(0.5 / 0.3)
    assert source.low == pytest.approx(real.low / 0.3)


def test_shares_of_a_reference_are_taken_as_they_are():
    reference = pd.DataFrame({"race": ["A", "B", "C"], "share": [0.3, 0.1, 0.6]})
    found = by_id(fairness.representation(with_reference(reference), seed=0, minimum_cell=2))
    assert found[f"{REFERENCE}[group=Race = A]"].value == pytest.approx(0.8 / 0.3)
    assert found[f"{REFERENCE}[group=Race = A]"].kind == "exact"


def test_reference_rows_without_a_count_count_one_each():
    reference = pd.DataFrame({"race": ["A", "A", "B", "B", "B"]})
    found = by_id(fairness.representation(with_reference(reference), seed=0, minimum_cell=2))
    assert found[f"{REFERENCE}[group=Race = B]"].value == pytest.approx(0.2 / 0.6)


@pytest.mark.parametrize(
    "reference",
    [
        pd.DataFrame({"race": ["A", "B"], "share": [0.5, math.nan]}),
        pd.DataFrame({"race": ["A", "B"], "count": [0.0, 0.0]}),
        pd.DataFrame({"race": ["A", "B"], "count": [-1.0, 3.0]}),
        pd.DataFrame({"income": [1.0, 2.0]}),
    ],
)
def test_a_reference_that_says_nothing_is_never_silent(reference):
    found = fairness.representation(with_reference(reference), seed=0, minimum_cell=2)
    ours = [estimate for estimate in found if estimate.metric == REFERENCE]
    assert [estimate.measured for estimate in ours] == [False]
