"""A bias is planted in the synthetic table: is it found, named, and its size covered?

The real sample is drawn from the lending data as a population; the synthetic table is another
sample in which approvals of one group are turned round. The released table is fixed, so the size to
be covered is its own gap minus the gap of the population.
"""

import numpy as np
import pytest
from loans import loan_charter, loan_frame
from scipy.stats import binom

from synthnb import fairness
from synthnb.assets import templates
from synthnb.records import Policy, read
from synthnb.records.verdict import state_of
from synthnb.tables import Tables

SIZE = "fairness.label.amplification_size"
CHANGE = "fairness.label.amplification"
ROWS = 1400


def sample(population, rng, rows=ROWS):
    return population.iloc[rng.integers(0, len(population), rows)].reset_index(drop=True)


def planted(population, rng, share=0.4):
    made = sample(population, rng, ROWS // 2)
    turned = (
        (made["race"] == "Black") & (made["approve"] == "yes") & (rng.random(len(made)) < share)
    )
    made.loc[turned, "approve"] = "no"
    return made


def gap(frame):
    approved = frame["approve"] == "yes"
    return approved[frame["race"] == "Black"].mean() - approved[frame["race"] == "White"].mean()


def tables(population, made, rng):
    real = sample(population, rng)
    half = len(real) // 2
    charter = loan_charter(intersections=1)
    return Tables(charter, real.iloc[:half], real.iloc[half:].reset_index(drop=True), made)


def covered(runs):
    population, hits = loan_frame(), 0
    for run in range(runs):
        rng = np.random.default_rng(run)
        made = planted(population, rng)
        found = fairness.labels(tables(population, made, rng), seed=run, minimum_cell=10)
        black = {e.metric: e for e in found if e.scope == {"group": "Race = Black"}}
        truth = gap(made) - gap(population)
        hits += black[CHANGE].low <= truth <= black[CHANGE].high
    return hits


def blocked(runs):
    policy = read(Policy, (templates() / "policies" / "default.yaml").read_text(), "policy.yaml")
    rule = policy.rule("fairness.label-amplification")
    population, hits = loan_frame(), 0
    for run in range(runs):
        rng = np.random.default_rng(run)
        whole = tables(population, None, rng)
        honest = sample(whole.train, rng, len(whole.train))
        given = whole.with_synthetic(honest)
        found = fairness.labels(given, seed=run, minimum_cell=10)
        hits += any(
            state_of(e, rule.direction, rule.limit) == "fail" for e in found if e.metric == SIZE
        )
    return hits


def test_the_group_the_direction_and_the_size_of_a_planted_bias_are_named():
    population, rng = loan_frame(), np.random.default_rng(0)
    made = planted(population, rng, share=0.5)
    given = tables(population, made, rng)
    found = fairness.labels(given, seed=0, minimum_cell=10)
    said = fairness.sentences(found, given.charter)
    (black,) = [each for each in said if "Race = Black" in each]
    assert black.endswith("the generator enlarges a disparity.")
    change = next(e for e in found if e.metric == CHANGE and e.scope["group"] == "Race = Black")
    assert change.high < -0.1
    assert change.value == pytest.approx(-0.5 * 0.7, abs=0.15)
    others = [e for e in found if e.metric == CHANGE and e.scope["group"] == "Sex = F"]
    assert all(e.low < 0 < e.high or abs(e.value) < 0.1 for e in others)


def test_the_interval_covers_the_planted_size_within_binomial_error():
    assert covered(100) >= binom.ppf(0.01, 100, 0.95)


def test_an_unbiased_resample_of_the_real_data_hardly_ever_blocks():
    assert blocked(100) <= binom.ppf(0.99, 100, 0.05)


@pytest.mark.slow
def test_the_interval_covers_the_planted_size_in_a_thousand_samples():
    assert covered(1000) >= 930


@pytest.mark.slow
def test_an_unbiased_resample_blocks_in_at_most_a_twentieth_of_a_thousand_samples():
    assert blocked(1000) <= binom.ppf(0.99, 1000, 0.05)
