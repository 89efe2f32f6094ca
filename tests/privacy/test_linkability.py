"""Linkability: two files about the same people, joined through the synthetic table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from small_tables import leaked, numbers, one, tables, thirds

from synthnb import privacy
from synthnb.privacy.linkability import files, linked
from synthnb.privacy.views import View
from synthnb.tables import Tables

METRICS = ["privacy.linkability.excess", "privacy.linkability.p"]


def category(name: str, *roles: str) -> dict[str, object]:
    return {"name": name, "type": "category", "roles": list(roles)}


def view_of(columns: tuple[dict[str, object], ...], **values: list[object]) -> View:
    part = {name: each * (40 // len(each)) for name, each in values.items()}
    return privacy.view(tables(columns, part, part, part), seed=0)


def names(view: View) -> list[list[str]]:
    chosen = files(view)
    assert chosen is not None
    return [[column.name for column in part] for part in chosen]


def test_the_files_are_the_quasi_identifiers_and_the_rest() -> None:
    quasi = category("z", "quasi-identifier"), category("b", "quasi-identifier")
    view = view_of((*quasi, category("y"), category("a")), z=["1"], b=["1"], y=["1"], a=["1"])
    assert names(view) == [["b", "z"], ["a", "y"]]


@pytest.mark.parametrize("quasi", [["c"], ["a", "b", "c", "d"], []])
def test_the_files_are_every_other_name_where_one_would_be_too_small(quasi: list[str]) -> None:
    columns = tuple(
        category(name, *["quasi-identifier"] * (name in quasi))
        for name in ("d", "b", "a", "e", "c")
    )
    view = view_of(columns, a=["1"], b=["1"], c=["1"], d=["1"], e=["1"])
    assert names(view) == [["a", "c", "e"], ["b", "d"]]


def test_three_columns_are_too_few_for_two_files() -> None:
    view = view_of((category("a"), category("b"), category("c")), a=["1"], b=["1"], c=["1"])
    found = privacy.linkability(view)
    assert [e.metric for e in found] == METRICS
    assert all("Assess at least 4 columns." in e.note for e in found)


def test_ties_share_the_link_by_pencil() -> None:
    # File 1 of everybody fits rows 1, 2 and 3, file 2 rows 3 and 4: one of 3 x 2 pairs is a row.
    # Two columns of each file say nothing.
    real = np.array([[0.0, 0.0, 1.0, 0.0]] * 39 + [[9.0, 9.0, 9.0, 9.0]])
    made = np.array([[0, 4, 1, 0], [0, 5, 1, 0], [0, 0, 1, 0], [5, 0, 5, 0], [7, 7, 7, 7]]) * 1.0
    view = privacy.view(numbers(real, real, made.repeat(8, axis=0)), seed=0)
    assert names(view) == [["x0", "x2"], ["x1", "x3"]]
    got = linked(view, *(files(view) or ([], [])))
    assert sorted(set(got.tolist())) == [round(1 / 6, 3), 1.0]  # the last person's row is 7, 7
    assert (got == 1).sum() == 2


def few_values(n: tuple[int, int, int], seed: int = 0) -> Tables:
    rng = np.random.default_rng(seed)
    parts = [rng.integers(0, 6, (size, 4)) * 1.0 for size in n]
    for part in parts[:2]:
        part[0], part[1] = 0, 5  # the ranges
    return numbers(*parts)


def plainly(person: np.ndarray, rows: np.ndarray) -> float:
    """Return the chance that both files lead to one row; all ranges are 5."""
    away = np.abs(rows - person)
    one, other = away[:, ::2].sum(axis=1), away[:, 1::2].sum(axis=1)
    first, second = one == one.min(), other == other.min()
    return float((first & second).sum() / (first.sum() * second.sum()))


def test_links_are_those_of_a_plain_loop_also_beyond_one_chunk_of_people() -> None:
    plain = few_values((2500, 2500, 60))
    view = privacy.view(plain, seed=0)
    got = linked(view, *(files(view) or ([], [])))
    rows = plain.made.drop_duplicates().to_numpy()
    for at in [*range(0, 5000, 50), 4095, 4096, 4999]:
        truth = plainly(view.real.iloc[at].to_numpy(dtype=np.float64), rows)
        assert got[at] == pytest.approx(truth, abs=5.1e-4)
    assert len(np.unique(got)) > 5


def test_progress_is_told_to_the_end() -> None:
    told: list[tuple[str, float]] = []
    plain = few_values((40, 40, 40))
    view = privacy.view(plain, seed=0, progress=lambda what, share: told.append((what, share)))
    privacy.linkability(view)
    assert ("neighbours in half of the columns", 1.0) in told


def test_a_copied_table_links_and_another_sample_does_not() -> None:
    plain = thirds(0)
    gap, p = privacy.linkability(privacy.view(leaked(plain, 131), seed=0))
    assert [gap.metric, p.metric] == METRICS
    assert gap.low is not None
    assert gap.low > 0
    assert p.value is not None
    assert p.value < 0.001
    assert "One file holds dep, married, race, sex; the other appinc" in gap.note
    gap, p = privacy.linkability(privacy.view(plain, seed=0))
    assert gap.low is not None
    assert gap.low <= 0


def test_the_excess_is_the_mean_link_of_train_minus_that_of_control() -> None:
    view = privacy.view(leaked(thirds(3), 60), seed=0)
    link = linked(view, *(files(view) or ([], [])))
    gap = one(privacy.linkability(view), METRICS[0])
    assert gap.value == pytest.approx(link[view.member].mean() - link[~view.member].mean())
    assert pd.Series(link).between(0, 1).all()
