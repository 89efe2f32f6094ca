"""Classes, groups, tails and epsilon: by pencil, by closed form, and by simulation."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from scipy.stats import binom
from small_tables import CITY, ILL, charter, leaked, one, tables, thirds

from synthnb import privacy
from synthnb.privacy.anonymity import closeness, diversity
from synthnb.privacy.epsilon import audited, guess, lower_bound
from synthnb.privacy.population import fit, unique_in_population
from synthnb.privacy.tails import bounds, order_statistics
from synthnb.records import Estimate

# --- k, l, t --------------------------------------------------------------------------------------


def test_l_counts_the_different_secrets_of_the_poorest_class() -> None:
    assert diversity(np.array([0, 0, 0, 1, 1]), np.array([0, 1, 2, 3, 3])) == 1
    assert diversity(np.array([0, 0, 0, 1, 1]), np.array([0, 1, 2, 3, 4])) == 2


def test_t_is_that_of_the_paper() -> None:
    # Li et al. 2007, section 5.1: salaries 3k to 11k, nine values once each. The class {3k, 4k, 5k}
    # is at distance 0.375 and {6k, 8k, 11k} at 0.167.
    codes = np.arange(9)
    first = np.array([0, 0, 0, 1, 1, 1, 1, 1, 1])
    whole = np.bincount(codes) / 9
    apart = np.bincount(codes[:3], minlength=9) / 3 - whole
    assert np.abs(np.cumsum(apart)).sum() / 8 == pytest.approx(0.375)
    assert closeness(first, codes, 9, ordered=True) == pytest.approx(0.375)
    second = np.array([1, 1, 1, 0, 1, 0, 1, 1, 0])
    alone = closeness(second, codes, 9, ordered=True)
    # The other class of six is at half that distance on the other side: the larger one counts.
    assert alone == pytest.approx(0.167, abs=1e-3)


def test_t_of_categories_is_total_variation() -> None:
    # The whole is half a, half b; the class of two is all a.
    classes, codes = np.array([0, 0, 1, 1, 1, 1]), np.array([0, 0, 0, 1, 1, 1])
    assert closeness(classes, codes, 2, ordered=False) == pytest.approx(0.5)
    assert closeness(np.zeros(4, int), np.array([0, 1, 1, 0]), 2, ordered=False) == 0
    assert closeness(np.zeros(4, int), np.zeros(4, int), 1, ordered=True) == 0


def anonymity(city: list[str], cell: int = 10, **changes: object) -> dict[str, Estimate]:
    part = {"city": city, "ill": ["no", "yes"] * (len(city) // 2)}
    base = tables((CITY, ILL), part, part, part, **changes)
    found = privacy.anonymity(privacy.view(base, seed=0, minimum_cell=cell))
    return {e.id: e for e in found}


def test_small_classes_of_real_people_are_not_shown() -> None:
    found = anonymity(["a"] * 30 + ["b"] * 8 + ["c"] * 2)
    smallest = found["privacy.k_anonymity[table=train]"]
    assert not smallest.measured
    assert "below the minimum cell of 10" in smallest.note
    assert found["privacy.k_anonymity[table=synthetic]"].value == 2
    # Of train only the class of 30 is spoken about; of the synthetic table all.
    shown = found["privacy.l_diversity[secret=ill,table=train]"]
    assert (shown.n, shown.value) == (30, 2)
    enough = anonymity(["a"] * 30 + ["b"] * 10)
    assert enough["privacy.k_anonymity[table=train]"].value == 10
    nothing = anonymity([f"c{i}" for i in range(40)])
    assert not nothing["privacy.t_closeness[secret=ill,table=train]"].measured


@pytest.mark.parametrize(("unique", "shown"), [(0, 0), (1, 10), (9, 10), (10, 10), (12, 12)])
def test_a_count_of_unique_people_below_the_minimum_cell_is_not_shown(
    unique: int, shown: int
) -> None:
    found = anonymity([f"own {i}" for i in range(unique)] + ["many"] * (40 - unique))
    assert found["privacy.unique_share[table=train]"].value == shown / 40


def test_the_tables_are_described_even_without_a_control() -> None:
    bare = thirds(0)
    bare = dataclasses.replace(bare, control=bare.control.iloc[:0])
    found = privacy.anonymity(privacy.view(bare, seed=0))
    assert one(found, "privacy.k_anonymity", table="synthetic").measured


# --- unique in the population ---------------------------------------------------------------------


def pitman(rng: np.random.Generator, n: int, alpha: float, theta: float) -> np.ndarray:
    """Draw the class of each of n people from Pitman's model, one after the other."""
    sizes, member = np.zeros(n), np.zeros(n, dtype=int)
    count = 0
    for i in range(n):
        weight = np.append(sizes[:count] - alpha, theta + count * alpha)
        chosen = int(np.searchsorted(np.cumsum(weight), rng.random() * (theta + i), side="right"))
        member[i] = min(chosen, count)
        sizes[member[i]] += 1
        count += member[i] == count
    return member


def test_the_interval_of_population_uniqueness_covers_what_is_so() -> None:
    rng = np.random.default_rng(0)
    covered = 0
    for _ in range(40):
        people = pitman(rng, 4000, alpha=0.5, theta=30.0)
        size = np.bincount(people)[people]
        chosen = rng.choice(4000, 400, replace=False)
        sample = people[chosen]
        truth = float(np.mean(size[chosen] == 1))
        estimate = unique_in_population(np.bincount(sample)[sample], 4000, "by hand")
        assert estimate.low is not None
        assert estimate.high is not None
        # The truth of the sample itself varies about the model's probability.
        slack = 2 * math.sqrt(max(truth, 1e-3) * (1 - truth) / 400)
        covered += estimate.low - slack <= truth <= estimate.high + slack
    assert covered >= 36


def test_the_model_finds_its_own_parameters_again() -> None:
    people = pitman(np.random.default_rng(1), 6000, alpha=0.4, theta=50.0)
    counts = np.bincount(np.bincount(people))[1:]
    fitted = fit(counts)
    assert fitted is not None
    alpha = 1 / (1 + math.exp(-fitted[0][0]))
    assert alpha == pytest.approx(0.4, abs=0.06)
    assert math.exp(fitted[0][1]) - alpha == pytest.approx(50, rel=0.35)


def test_population_uniqueness_needs_a_population_and_a_fit() -> None:
    size = np.array([1, 1, 2, 2])
    assert "`population`" in unique_in_population(size, None, "-").note
    assert "smaller than train" in unique_in_population(size, 3, "-").note
    assert "do not fit" in unique_in_population(np.ones(9, int), 100, "-").note
    found = anonymity(["a", "b"] * 10 + ["c", "d", "e", "f"] * 5, population=1000)
    assert found["privacy.population_unique"].note


# --- members at 1 % false alarms ------------------------------------------------------------------


def test_order_statistics_are_binomial_quantiles() -> None:
    assert order_statistics(1000, 0.01, 0.95) == (4, 17)
    assert order_statistics(300, 0.01, 0.95)[0] == 0  # 0.99^300 = 4.9 % > 2.5 %
    assert order_statistics(370, 0.01, 0.95)[0] == 1


@pytest.mark.parametrize("n", [200, 1000])
def test_the_interval_of_the_members_found_covers_the_true_share(n: int) -> None:
    rng = np.random.default_rng(n)
    train = np.concatenate([rng.normal(size=900), rng.normal(3, 1, size=100)])
    truth = float(np.mean(train > 2.3263))  # the 99 % point of the normal distribution
    covered = 0
    for _ in range(1000):
        _, low, high = bounds(train, rng.normal(size=n), n)
        covered += low <= truth <= high
    assert covered >= 930


# --- groups ---------------------------------------------------------------------------------------


def test_the_group_whose_members_are_copied_bears_the_risk() -> None:
    plain = thirds(0)
    women = plain.train[plain.train["sex"] == "F"]
    made = plain.made.copy()
    made.iloc[: len(women)] = women.to_numpy()
    view = privacy.view(plain.with_synthetic(made), seed=0)
    found = privacy.groups(view)
    hers = one(found, "privacy.group.excess", group="Sex = F")
    his = one(found, "privacy.group.excess", group="Sex = M")
    assert hers.low is not None
    assert hers.low > 0
    assert his.low is not None
    assert his.low <= 0


def test_a_group_below_the_minimum_cell_is_not_shown() -> None:
    view = privacy.view(thirds(0), seed=0, minimum_cell=60)
    hidden = one(privacy.groups(view), "privacy.group.excess", group="Race = Hispanic")
    assert not hidden.measured
    assert "Fewer than 60 people" in hidden.note


def test_what_leaks_in_a_group_is_counted_within_it() -> None:
    plain = thirds(0)
    women = plain.train[plain.train["sex"] == "F"]
    made = plain.made.copy()
    made.iloc[: len(women)] = women.to_numpy()
    view = privacy.view(plain.with_synthetic(made), seed=0)
    found = privacy.groups(view)
    copied = one(found, "privacy.group.copies", group="Sex = F")
    assert copied.value == 1  # all of hers, and nobody's of control
    assert one(found, "privacy.group.copies", group="Sex = M").value == 0
    ranked = one(found, "privacy.group.auc", group="Sex = F")
    assert ranked.low is not None
    assert ranked.low > 0.9
    learnt = one(found, "privacy.group.attribute", group="Sex = F", secret="loanamt")
    assert learnt.value is not None
    assert learnt.value > 0


def test_crossed_groups_are_measured_and_empty_ones_named() -> None:
    view = privacy.view(thirds(0), seed=0)
    named = {e.scope["group"] for e in privacy.groups(view)}
    assert {"Race = White, Sex = F", "Race = Black, Sex = M", "Most isolated records"} <= named
    assert len(named) == 3 + 2 + 6 + 1


def test_sizes_of_groups_do_not_give_small_ones_away() -> None:
    view = privacy.view(thirds(0), seed=0)
    assert all(e.n is None or e.n % 10 == 0 for e in privacy.groups(view))


# --- epsilon --------------------------------------------------------------------------------------


def test_the_bound_of_epsilon_has_a_closed_form_when_all_guesses_are_right() -> None:
    # P(all r right) = q^r = 0.05, so q = 0.05^(1 / r).
    q = 0.05 ** (1 / 40)
    assert lower_bound(40, 40) == pytest.approx(math.log(q / (1 - q)))
    assert lower_bound(0, 40) == 0
    assert lower_bound(20, 40) == 0


def test_the_bound_is_where_the_binomial_tail_is_five_per_cent() -> None:
    epsilon = lower_bound(70, 80)
    q = math.exp(epsilon) / (1 + math.exp(epsilon))
    assert binom.sf(69, 80, q) == pytest.approx(0.05)


def test_randomised_response_is_rarely_accused_of_more_than_it_spends() -> None:
    # Each of 1,000 labels is told truly with probability e / (1 + e): exactly epsilon 1.
    rng = np.random.default_rng(0)
    above, seen = 0, []
    for _ in range(1000):
        member = rng.random(1000) < 0.5
        truly = rng.random(1000) < math.e / (1 + math.e)
        right, guesses = guess(np.where(truly, member, ~member) + rng.random(1000) / 10, member)
        low = lower_bound(right, guesses)
        above += low > 1
        seen.append(low)
    assert above <= 68  # 5 % of 1,000 and two and a half standard errors
    assert np.mean(seen) > 0.5  # and it has power


def test_audited_labels_are_fair_coins() -> None:
    rng = np.random.default_rng(0)
    member = np.arange(1000) < 600
    share = [float(member[audited(member, rng)].mean()) for _ in range(2000)]
    m = len(audited(member, rng))
    assert np.mean(share) == pytest.approx(0.5, abs=0.003)
    # The share of members varies as that of m coins does.
    assert np.std(share) == pytest.approx(0.5 / math.sqrt(m), rel=0.06)


def test_a_copy_contradicts_every_small_epsilon_and_an_honest_sample_none() -> None:
    plain = thirds(0)
    copied = privacy.empirical_epsilon(privacy.view(plain.with_synthetic(plain.train), seed=0))
    assert (copied[0].low or 0.0) > 2
    honest = privacy.empirical_epsilon(privacy.view(plain, seed=0))
    assert honest[0].low == 0
    assert honest[0].high == math.inf


def test_labels_that_are_no_independent_coins_are_not_audited() -> None:
    body = thirds(0).charter.model_dump()
    stratified = charter(CITY, ILL).model_validate(
        {**body, "split": {"control": 0.5, "seed": 0, "strata": ["race"]}}
    )
    view = privacy.view(dataclasses.replace(leaked(thirds(0), 30), charter=stratified), seed=0)
    (found,) = privacy.empirical_epsilon(view)
    assert "independent coins" in found.note
