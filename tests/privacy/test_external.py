"""Linkage with an external table: who can be named, and what is learnt about them."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom
from small_tables import CITY, ILL, PAY, leaked, one, tables, thirds

from synthnb import privacy
from synthnb.privacy.bounds import wilson
from synthnb.privacy.external import EXTERNAL, names
from synthnb.records import Estimate
from synthnb.tables import Tables

KNOWN = ["race", "sex", "married", "dep", "price"]
AGE = {"name": "age", "type": "integer", "roles": []}


def run(plain: Tables, external: pd.DataFrame | None, **how: int) -> tuple[Estimate, ...]:
    named = dataclasses.replace(plain, external=external)
    return EXTERNAL.run(privacy.view(named, seed=0, **how))


def small() -> Tables:
    """Return 40 and 40 people in city a, b or c; every row of a is ill, half of b's are."""
    part = {"city": ["a"] * 20 + ["b"] * 12 + ["c"] * 8, "ill": ["yes"] * 40}
    made = {"city": ["a"] * 20 + ["b"] * 20, "ill": ["yes"] * 30 + ["no"] * 10}
    return tables((CITY, ILL), part, part, made)


def test_names_that_fit_are_counted_with_their_weight_by_pencil() -> None:
    people = np.array([0, 0, 1, 2, 3])
    named = np.array([0, 1, 1, 3, 4])
    assert names(people, named, np.array([1, 1, 2, 0, 5.0])).tolist() == [1, 1, 3, 0, 0]
    assert names(people, named, np.array([0.25, 1, 1, 1, 1])).tolist() == [1, 1, 2, 0, 1]


def test_what_is_gained_is_the_chance_of_name_and_secret_by_pencil() -> None:
    # Of 40 in train: 20 in a (4 names, the rows say yes: right), 12 in b (2 names, the rows say
    # yes and no alike: right half of the time), 8 in c (no name).
    plain = small()
    healthy = plain.control.assign(ill="no")  # so that nothing is right about control in a
    external = pd.DataFrame({"city": ["a"] * 4 + ["b"] * 2})
    found = run(dataclasses.replace(plain, control=healthy), external, minimum_cell=2)
    assert one(found, "privacy.external.matched").value == pytest.approx(32 / 40)
    gap = one(found, "privacy.external.excess", secret="ill")
    train = (20 * (1 / 4) + 12 * (1 / 2) * (1 / 2)) / 40
    control = 12 * (1 / 2) * (1 / 2) / 40
    assert gap.value == pytest.approx(train - control)
    assert one(found, "privacy.external.p", secret="ill").value is not None


def test_a_count_is_as_good_as_so_many_rows() -> None:
    plain = leaked(thirds(0), 33)
    rows = pd.concat([plain.train, plain.control])[KNOWN].iloc[::2].reset_index(drop=True)
    each = rows.loc[rows.index.repeat(3)].reset_index(drop=True)
    counted = rows.assign(count=3.0)
    assert run(plain, each) == run(plain, counted)


def test_shares_are_ignored_and_an_unknown_count_is_one_person() -> None:
    plain = thirds(0)
    rows = plain.train[KNOWN].head(300)
    bare = run(plain, rows)
    assert run(plain, rows.assign(share=0.1)) == bare
    assert run(plain, rows.assign(count=np.nan)) == bare


def test_the_order_of_external_rows_and_columns_does_not_matter() -> None:
    plain = leaked(thirds(0), 33)
    external = pd.concat([plain.train, plain.control])[KNOWN].iloc[::3]
    other = external.sample(frac=1, random_state=1)[KNOWN[::-1]].reset_index(drop=True)
    assert run(plain, external.reset_index(drop=True)) == run(plain, other)


def test_copies_of_people_who_are_on_the_list_give_secrets_away() -> None:
    plain = leaked(thirds(0), 330)
    people = pd.concat([plain.train, plain.control], ignore_index=True)
    found = run(plain, people[KNOWN].sample(frac=0.8, random_state=0).reset_index(drop=True))
    gap = one(found, "privacy.external.excess", secret="loanamt")
    p = one(found, "privacy.external.p", secret="loanamt")
    assert gap.low is not None
    assert gap.low > 0.01
    assert p.value is not None
    assert p.value < 0.001


def test_an_honest_table_gives_no_false_alarms_beyond_chance() -> None:
    runs, low = 40, []
    for seed in range(runs):
        plain = thirds(seed)
        people = pd.concat([plain.train, plain.control], ignore_index=True)
        half = people[KNOWN].sample(frac=0.5, random_state=seed).reset_index(drop=True)
        found = run(plain, half)
        low.append(one(found, "privacy.external.p", secret="approve").value)
    small_ones = sum(p <= 0.05 for p in low if p is not None)
    assert len(low) == runs
    assert small_ones <= binom.ppf(0.999, runs, 0.05)


def test_a_list_made_from_train_itself_proves_nothing() -> None:
    plain = leaked(thirds(0), 330)
    found = run(plain, plain.train[KNOWN])
    gap = one(found, "privacy.external.excess", secret="approve")
    assert gap.low is not None
    assert gap.low <= 0
    assert gap.high is not None
    assert gap.high > 0.1
    assert "made from the real data" in gap.note
    p = one(found, "privacy.external.p", secret="approve")
    assert not p.measured
    assert "made from the real data" in p.note


@pytest.mark.parametrize("there", [1, 9])
def test_few_matched_people_are_shown_as_the_minimum_cell(there: int) -> None:
    part = {"city": ["a"] * there + ["b"] * (40 - there), "pay": [float(i) for i in range(40)]}
    plain = tables((CITY, PAY), part, part, part)
    few = one(run(plain, pd.DataFrame({"city": ["a"]})), "privacy.external.matched")
    assert (few.value, few.low, few.high) == (0.25, 0, pytest.approx(wilson(0.25, 40, 0.95)[1]))
    rest = one(run(plain, pd.DataFrame({"city": ["b"]})), "privacy.external.matched")
    assert (rest.value, rest.low) == (0.75, pytest.approx(wilson(0.75, 40, 0.95)[0]))
    assert rest.high == 1


def test_nobody_matched_is_nobody_and_gains_nothing() -> None:
    found = run(small(), pd.DataFrame({"city": ["z"]}))
    assert one(found, "privacy.external.matched").value == 0
    assert one(found, "privacy.external.excess", secret="ill").value == 0
    assert one(found, "privacy.external.p", secret="ill").value == 1


def test_missing_values_match_missing_values() -> None:
    part = {"city": ["a"] * 20 + [None] * 20, "ill": ["yes"] * 40}
    plain = tables((CITY, ILL), part, part, part)
    external = pd.DataFrame({"city": pd.Series([None], dtype=object)})
    assert one(run(plain, external), "privacy.external.matched").value == 0.5


@pytest.mark.parametrize(
    ("external", "metrics", "words"),
    [
        (None, ["matched", "excess", "p"], "add a source of kind `external` to charter.yaml"),
        (pd.DataFrame({"id": ["1"]}), ["matched", "excess", "p"], "has no assessed column"),
        (pd.DataFrame({"ill": ["yes"]}), ["excess", "p"], "No secret is left to learn"),
    ],
)
def test_what_cannot_be_asked_says_what_to_bring(
    external: pd.DataFrame | None, metrics: list[str], words: str
) -> None:
    missing = [each for each in run(small(), external) if not each.measured]
    assert [each.metric for each in missing] == [f"privacy.external.{m}" for m in metrics]
    assert all(words in each.note for each in missing)
