"""What the numbers say, in sentences and figures."""

import pytest
from fairness_people import charter, people, tables

from synthnb import fairness
from synthnb.figures import fairness as figures
from synthnb.records import CATALOGUE

REAL = people(("W", "F", 900, 100), ("B", "F", 350, 150))


def said(black, white=(900, 100), real=REAL):
    made = people(("W", "F", *white), ("B", "F", *black))
    given = tables(real, made, intersections=1)
    return fairness.sentences(fairness.labels(given, seed=0, minimum_cell=10), given.charter)


@pytest.mark.parametrize(
    ("black", "white", "ending"),
    [
        ((450, 50), (900, 100), "the generator hides a disparity."),
        ((200, 300), (900, 100), "the generator enlarges a disparity."),
        ((500, 0), (800, 200), "the generator turns a disparity round."),
        ((352, 148), (900, 100), "no change by the generator can be told from sampling error."),
    ],
)
def test_each_sentence_says_what_the_generator_did(black, white, ending):
    (sentence,) = said(black, white)
    assert sentence.startswith(
        "Approved = yes is 0.78 times as frequent for Race = B as for Race = W in the real data "
        "(95 % interval 0.73 to 0.83) and "
    )
    assert sentence.endswith(ending)


def test_a_disparity_that_reality_does_not_show_is_called_added():
    (sentence,) = said((200, 300), real=people(("W", "F", 900, 100), ("B", "F", 450, 50)))
    assert sentence.endswith("adds a disparity that the real data does not show.")


def test_a_group_that_was_lost_gets_a_sentence_too():
    given = tables(REAL, people(("W", "F", 9, 1)), intersections=1)
    estimates = fairness.labels(given, seed=0, minimum_cell=10)
    (sentence,) = fairness.sentences(estimates, given.charter)
    assert "not measured" in sentence


def test_without_an_outcome_there_is_nothing_to_say():
    estimates = fairness.labels(tables(REAL, REAL), seed=0, minimum_cell=10)
    columns = [{"name": "a", "type": "number"}, {"name": "b", "type": "number"}]
    assert fairness.sentences(estimates, charter(columns=columns, task=None)) == []


def test_every_metric_of_the_room_is_in_the_catalogue():
    estimates = fairness.assess(tables(REAL, REAL), seed=0, minimum_cell=10)
    used = {estimate.metric for estimate in estimates}
    known = {name for name in CATALOGUE if name.startswith("fairness.")}
    asked = {"representation.reference_ratio", "representation.real_reference_ratio"}
    asked |= {f"conditional.{name}" for name in ("gap", "amplification", "amplification_size")}
    assert known - used == {f"fairness.{name}" for name in asked}  # only where the charter asks
    assert used <= known


def test_figures_come_from_records_and_say_the_numbers_in_words():
    estimates = fairness.labels(tables(REAL, REAL), seed=0, minimum_cell=10)
    limits = {"fairness.label.amplification_size": ("at_most", 0.1)}
    drawn = figures.amplification(estimates, limits)
    assert "Race = B: +0.0 points" in drawn.alt
    assert "limit is 0.1" in drawn.alt
    assert drawn == figures.amplification(estimates, limits)
    assert "Race = B, real: 70.0 %" in figures.label_rates(estimates).alt
    ratios = fairness.representation(tables(REAL, REAL), seed=0, minimum_cell=10)
    assert "Race = B: 1.000" in figures.representation(ratios).alt


def test_a_figure_of_nothing_says_so():
    for drawn in (figures.representation([]), figures.amplification([]), figures.label_rates([])):
        assert "<svg" in drawn.svg
