"""Models by group: against fairlearn, planted, degenerate, and never silent."""

from dataclasses import replace

import numpy as np
import pytest
from fairness_people import by_id, people, tables
from loans import loan_tables

from synthnb import fairness
from synthnb.fairness.decisions import share

ADDED = "fairness.model.added_gap"


def decided(rng, rows):
    """People whose income decides, with a little noise."""
    race = np.where(rng.random(rows) < 0.4, "B", "W").astype(object)
    frame = people(("W", "F", rows, 0)).assign(race=race, income=rng.normal(50, 10, rows))
    yes = frame["income"] + rng.normal(0, 4, rows) > 47
    return frame.assign(approve=np.where(yes, "yes", "no").astype(object))


def test_shares_of_a_confusion_table_are_counted_by_hand():
    cells = np.zeros((2, 2, 2))  # truth, real model, synthetic model
    cells[1, 1, 0], cells[1, 0, 0], cells[0, 1, 1], cells[0, 0, 0] = 6, 2, 3, 9
    assert share(cells, "accuracy", "real") == pytest.approx(15 / 20)
    assert share(cells, "tpr", "real") == pytest.approx(6 / 8)
    assert share(cells, "fpr", "real") == pytest.approx(3 / 12)
    assert share(cells, "selection_rate", "real") == pytest.approx(9 / 20)
    assert share(cells, "selection_rate", "synthetic") == pytest.approx(3 / 20)
    assert np.isnan(share(np.zeros((2, 2, 2)), "tpr", "real"))


def test_a_planted_bias_reaches_the_model_and_is_found_as_a_wider_gap():
    rng = np.random.default_rng(2)
    real, made = decided(rng, 1200), decided(rng, 600)
    turned = (made["race"] == "B") & (rng.random(600) < 0.8)
    made.loc[turned, "approve"] = "no"
    found = by_id(fairness.models(tables(real, made, intersections=1), seed=0, minimum_cell=10))
    added = found[f"{ADDED}[group=Race = B,model=boosting]"]
    assert added.low > 0.2
    same = by_id(fairness.models(tables(real, decided(rng, 600)), seed=0, minimum_cell=10))
    assert (
        same[f"{ADDED}[group=Race = B,model=boosting]"].low
        <= 0
        <= same[f"{ADDED}[group=Race = B,model=boosting]"].high
    )


def test_models_are_measured_on_the_lending_data_in_the_same_way_every_time():
    truth = loan_tables(parts=3)
    first = fairness.models(truth, seed=1, minimum_cell=10)
    assert first == fairness.models(truth, seed=1, minimum_cell=10)
    found = by_id(first)
    white = found["fairness.model.accuracy[group=Race = White,model=boosting,trained_on=real]"]
    assert 0.8 < white.low < white.value < white.high < 1
    assert white.n % 10 == 0
    few = found["fairness.model.tpr[group=Race = Hispanic, Sex = F,model=boosting,trained_on=real]"]
    assert not few.measured
    assert "fewer than 10" in few.note


def test_models_that_agree_on_everybody_still_have_uncertain_gaps():
    rng = np.random.default_rng(4)
    real = decided(rng, 600)
    train_again = tables(real, real.iloc[0::2].reset_index(drop=True), intersections=1)
    added = by_id(fairness.models(train_again, seed=0, minimum_cell=10))[
        f"{ADDED}[group=Race = B,model=boosting]"
    ]
    assert added.value == 0
    assert added.low < 0 < added.high


@pytest.mark.parametrize("part", ["train", "control", "synthetic"])
def test_one_class_is_never_silent(part):
    rng = np.random.default_rng(0)
    frames = {name: decided(rng, 80) for name in ("train", "control", "synthetic")}
    frames[part]["approve"] = "yes"
    given = tables(frames["train"], frames["synthetic"])
    given = type(given)(charter=given.charter, **frames)
    estimates = fairness.models(given, seed=0, minimum_cell=5)
    assert {estimate.metric for estimate in estimates} >= {ADDED, "fairness.model.accuracy"}
    name = "real training" if part == "train" else part
    assert all(name in e.note and not e.measured for e in estimates)


def test_without_control_no_model_is_tested_and_the_note_says_what_to_hold_out():
    whole = loan_tables(parts=3)
    bare = replace(whole, control=whole.control.iloc[:0])
    estimates = fairness.models(bare, seed=0, minimum_cell=10)
    assert {estimate.metric for estimate in estimates} >= {ADDED, "fairness.model.accuracy"}
    assert not any(estimate.measured for estimate in estimates)
    for told in ("`split.control`", "a source of kind `control`"):
        assert all(told in estimate.note for estimate in estimates)
    seen = fairness.representation(bare, seed=0, minimum_cell=10)
    assert any(estimate.measured for estimate in seen)


def test_a_group_that_control_lacks_is_not_measured():
    rng = np.random.default_rng(0)
    train, control, made = (decided(rng, 200) for _ in range(3))
    control["race"] = "W"
    given = tables(train, made, intersections=1)
    given = type(given)(charter=given.charter, train=train, control=control, synthetic=made)
    found = by_id(fairness.models(given, seed=0, minimum_cell=5))
    assert not found[f"{ADDED}[group=Race = B,model=boosting]"].measured
    assert not found[
        "fairness.model.accuracy[group=Race = B,model=boosting,trained_on=real]"
    ].measured
    assert found["fairness.model.accuracy[group=Race = W,model=boosting,trained_on=real]"].measured


def test_pairs_and_shares_are_fairlearns_and_differences_have_a_sign():
    from fairlearn.metrics import MetricFrame, true_positive_rate

    from synthnb.fairness.decisions import tested

    rng = np.random.default_rng(7)
    given = tables(decided(rng, 900), decided(rng, 450), intersections=1)
    found = by_id(fairness.models(given, seed=0, minimum_cell=10))
    for family in ("linear", "boosting"):
        decisions = tested(given, family, 0)
        for table in ("real", "synthetic"):
            about = f"measure=tpr,model={family},pair=Race = B − Race = W,trained_on={table}"
            pair = found[f"fairness.model.pair[{about}]"]
            races = given.control["race"][decisions.known].to_numpy()
            frames = [
                MetricFrame(
                    metrics=true_positive_rate,
                    y_true=decisions.truth,
                    y_pred=said,
                    sensitive_features=races,
                ).by_group
                for said in decisions.decisions(table)
            ]
            expected = np.mean([frame["B"] - frame["W"] for frame in frames])
            assert pair.value == pytest.approx(expected, abs=0.0006)  # three digits are kept
            assert pair.low < pair.value < pair.high


def test_calibration_is_the_mean_promise_minus_the_share_that_has_the_outcome():
    from synthnb.fairness.decisions import tested

    rng = np.random.default_rng(8)
    real, made = decided(rng, 800), decided(rng, 400)
    made["approve"] = np.where(rng.random(400) < 0.9, "yes", made["approve"]).astype(object)
    given = tables(real, made, intersections=1)
    found = by_id(fairness.models(given, seed=0, minimum_cell=10))
    decisions = tested(given, "linear", 0)
    black = (given.control["race"] == "B").to_numpy()[decisions.known]
    promised = decisions.synthetic_chance[:, black].mean() - decisions.truth[black].mean()
    ours = found["fairness.model.calibration[group=Race = B,model=linear,trained_on=synthetic]"]
    assert ours.value == pytest.approx(promised, abs=0.0006)
    assert ours.low > 0.1  # a table of yeses promises too much
    fair = found["fairness.model.calibration[group=Race = B,model=linear,trained_on=real]"]
    assert fair.low < 0.05
    assert fair.high > -0.05


def test_the_linear_family_copes_with_missing_numbers_and_categories():
    rng = np.random.default_rng(9)
    real, made = decided(rng, 400), decided(rng, 200)
    for frame in (real, made):
        frame.loc[rng.random(len(frame)) < 0.2, "income"] = np.nan
        frame.loc[rng.random(len(frame)) < 0.1, "sex"] = None
    made["income"] = np.nan
    estimates = fairness.models(tables(real, made, intersections=1), seed=0, minimum_cell=10)
    assert any(e.measured and e.scope.get("model") == "linear" for e in estimates)


@pytest.mark.slow
def test_intervals_of_a_pair_cover_the_difference_in_the_population():
    """The model is fixed; control records are drawn anew from 200,000 people."""
    rng = np.random.default_rng(0)
    people_, made = decided(rng, 60_000), decided(rng, 500)
    train = decided(rng, 500)
    covered = 0
    runs = 100
    big = tables(people_, made, intersections=1)
    whole = type(big)(charter=big.charter, train=train, control=people_, synthetic=made)
    truth = by_id(fairness.models(whole, seed=0, minimum_cell=10))
    name = (
        "fairness.model.pair"
        "[measure=fpr,model=linear,pair=Race = B − Race = W,trained_on=synthetic]"
    )
    for run in range(runs):
        rows = np.random.default_rng(run).choice(len(people_), 500, replace=False)
        control = people_.iloc[rows].reset_index(drop=True)
        given = type(big)(charter=big.charter, train=train, control=control, synthetic=made)
        found = by_id(fairness.models(given, seed=0, minimum_cell=10))[name]
        covered += found.low <= truth[name].value <= found.high
    assert covered >= 89  # the 1 % quantile of a binomial with 100 runs at .95
