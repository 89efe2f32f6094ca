"""Weighted scores and the jackknife against other implementations."""

import numpy as np
import pytest
from scipy.stats import t
from sklearn.metrics import r2_score, roc_auc_score

from synthnb.utility.jackknife import BLOCKS, blocks, bounds
from synthnb.utility.scores import auc, chance, r_squared, score


def data(seed, rows=60):
    rng = np.random.default_rng(seed)
    said = rng.integers(0, 8, rows) / 8  # with ties
    truth = (rng.random(rows) < said * 0.6 + 0.2).astype(float)
    return truth, said, rng.integers(0, 4, rows).astype(float)


@pytest.mark.parametrize("seed", range(5))
def test_the_weighted_area_is_sklearns(seed):
    truth, said, weights = data(seed)
    assert auc(truth, said, weights) == pytest.approx(
        roc_auc_score(truth, said, sample_weight=weights)
    )


@pytest.mark.parametrize("seed", range(5))
def test_the_weighted_r_squared_is_sklearns(seed):
    truth, said, weights = data(seed)
    assert r_squared(truth, said, weights) == pytest.approx(
        r2_score(truth, said, sample_weight=weights)
    )


def test_an_area_counted_by_hand():
    truth, said = np.array([1.0, 1.0, 0.0, 0.0]), np.array([0.9, 0.4, 0.4, 0.1])
    assert auc(truth, said, np.ones(4)) == pytest.approx(3.5 / 4)


def test_without_both_classes_there_is_no_area():
    assert np.isnan(auc(np.ones(3), np.arange(3.0), np.ones(3)))
    assert np.isnan(r_squared(np.ones(3), np.ones(3), np.ones(3)))
    assert np.isnan(r_squared(np.ones(3), np.ones(3), np.zeros(3)))


def test_more_classes_are_averaged_one_against_rest():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 3, 90)
    said = rng.dirichlet(np.ones(3), 90)
    theirs = roc_auc_score(truth, said, multi_class="ovr", average="macro")
    assert score(np.eye(3)[truth], said, np.ones(90), classes=True) == pytest.approx(theirs)
    assert (chance(True), chance(False)) == (0.5, 0.0)


def test_the_jackknife_of_a_mean_is_the_interval_of_block_means():
    rng = np.random.default_rng(1)
    rows = rng.normal(0.5, 0.05, 200)
    block = blocks(200, None, seed=3)
    without = np.array([rows[block != each].mean() for each in range(BLOCKS)])
    means = np.array([rows[block == each].mean() for each in range(BLOCKS)])
    half = t.ppf(0.975, 9) * means.std(ddof=1) / np.sqrt(10)
    found = bounds(rows.mean(), without)
    assert found == pytest.approx((rows.mean() - half, rows.mean() + half))


def test_blocks_are_even_and_keep_privacy_units_together():
    assert np.bincount(blocks(103, None, seed=0)).max() == 11
    units = np.repeat([f"u{k}" for k in range(30)], 3)
    block = blocks(90, units, seed=0)
    assert all(len(set(block[units == unit])) == 1 for unit in set(units))


def test_a_replicate_without_a_number_leaves_no_interval():
    assert np.isnan(bounds(0.5, np.array([0.5, np.nan]))).all()


def test_bounds_stay_within_the_range_of_the_score():
    assert bounds(0.99, np.array([0.9, 1.0] * 5))[1] == 1.0
