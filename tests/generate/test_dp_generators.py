"""The differentially private generators: what they spend, refuse and never say."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from dp_people import COLUMNS, PUBLIC, Purse, Shelf, charter, people, plan
from hypothesis import given, settings
from hypothesis import strategies as st

from synthnb import generate
from synthnb.errors import BudgetError, GeneratorError, MissingExtraError
from synthnb.generate import Context
from synthnb.generate.dp.domain import axes
from synthnb.generate.dp.measuring import GRAIN
from synthnb.generate.dp.tables import fitted, merged, simplex
from synthnb.tables import Tables
from synthnb.zcdp import epsilon_of, rho_of

BOTH = ("dp-mst", "dp-tree")


def fit(name: str, frame: pd.DataFrame, *, purse: Purse | None = None, **more: Any) -> Any:
    described = more.pop("described", None) or charter()
    context = Context(
        described,
        units=more.pop("units", None),
        charge=purse or Purse(),
        archive=more.pop("archive", None),
    )
    generator = generate.generators()[name]
    return generator.fit(frame, described.assessed, plan(name, **more), context)


# --- the budget -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", BOTH)
@given(
    epsilon=st.floats(0.05, 10),
    delta=st.sampled_from([1e-9, 1e-6, 1e-4]),
    rows=st.integers(1, 3),
)
@settings(max_examples=12, deadline=None)
def test_the_scales_add_up_to_the_budget_by_an_independent_count(
    name: str, epsilon: float, delta: float, rows: int
) -> None:
    units = np.asarray([str(i) for i in range(60)])
    made = fit(name, people(60), epsilon=epsilon, delta=delta, contributions=rows, units=units)
    loss = made.privacy_loss
    # Gaussian noise of standard deviation s on counts that move by k costs k^2 / 2 s^2, and a
    # noisy maximum over scores that move by 16 k with noise b costs (16 k)^2 / 2 b^2.
    columns, others = 4, 4 if name == "dp-mst" else 3
    measured = {"one column": columns, "with target": 3, "choice": others - 1}
    measured |= {"pairs": others - 1, "triples": others - 1}
    mine = 0.0
    for step in loss.steps:
        change = rows * (GRAIN if step.step == "choice" else 1)
        mine += measured[step.step] * change**2 / (2 * step.scale**2)
    assert mine == pytest.approx(loss.rho, rel=1e-9)
    assert loss.rho <= rho_of(epsilon, delta)
    assert loss.rho > 0.999 * rho_of(epsilon, delta)
    assert epsilon_of(loss.rho, delta) <= epsilon + 1e-9


@pytest.mark.parametrize("name", BOTH)
def test_the_whole_loss_is_charged_once_and_drawing_again_is_free(name: str) -> None:
    purse, shelf = Purse(), Shelf()
    first = fit(name, people(), purse=purse, archive=shelf)
    second = fit(name, people(), purse=purse, archive=shelf)
    (charge,) = purse.charged
    assert charge.dataset == "toy"
    assert float(Fraction(charge.rho)) == pytest.approx(rho_of(1.0, 1e-5))
    drawn = [made.sample(300, seed=5, where={}) for made in (first, first, second)]
    pd.testing.assert_frame_equal(drawn[0], drawn[1])
    pd.testing.assert_frame_equal(drawn[0], drawn[2])
    assert first.privacy_loss == second.privacy_loss
    assert not first.sample(300, seed=6, where={}).equals(drawn[0])


def test_a_second_measurement_is_a_second_charge_and_other_noise() -> None:
    purse = Purse()
    first, second = (fit("dp-mst", people(), purse=purse) for _ in range(2))
    assert len(purse.charged) == 2
    assert first.privacy_loss.measurements != second.privacy_loss.measurements


@pytest.mark.parametrize(
    "change", [{"epsilon": 2.0}, {"max_bins": 4}, {"delta": 1e-6}], ids=lambda c: next(iter(c))
)
def test_measurements_of_another_plan_are_not_used(change: dict[str, Any]) -> None:
    purse, shelf = Purse(), Shelf()
    fit("dp-mst", people(), purse=purse, archive=shelf)
    fit("dp-mst", people(), purse=purse, archive=shelf, **change)
    assert len(purse.charged) == len(shelf) == 2


def test_where_the_budget_is_spent_nothing_is_measured() -> None:
    shelf = Shelf()
    with pytest.raises(BudgetError):
        fit("dp-tree", people(), purse=Purse(cap=0), archive=shelf)
    assert not shelf


def test_without_a_budget_it_refuses() -> None:
    described = charter()
    generator = generate.generators()["dp-mst"]
    with pytest.raises(GeneratorError, match="cannot start") as caught:
        generator.fit(people(), described.assessed, plan(), Context(described))
    assert "budget" in str(caught.value)


def test_without_opendp_nothing_is_charged_and_the_extra_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("opendp", "opendp.prelude"):
        monkeypatch.setitem(sys.modules, name, None)
    purse = Purse()
    with pytest.raises(MissingExtraError, match="OpenDP") as caught:
        fit("dp-mst", people(), purse=purse)
    assert "pip install 'synthnb[dp]'" in str(caught.value)
    assert not purse.charged


def test_archived_measurements_that_were_tampered_with_are_refused() -> None:
    shelf = Shelf()
    fit("dp-mst", people(), archive=shelf)
    for key, text in list(shelf.items()):
        body = json.loads(text)
        body["key"] = "0" * 64
        dict.__setitem__(shelf, key, json.dumps(body))
    with pytest.raises(GeneratorError, match="not what this plan saved"):
        fit("dp-mst", people(), archive=shelf)


# --- only what is public -------------------------------------------------------------------------


def test_a_domain_that_is_not_public_is_refused_column_by_column() -> None:
    bare = [{key: value for key, value in c.items() if key in {"name", "type"}} for c in COLUMNS]
    described = charter(columns=[*bare, {"name": "d", "type": "date"}], public=None, task=None)
    lacking = {each.where for each in generate.generators()["dp-mst"].lacks(described)}
    assert lacking == {
        "charter.yaml: public",
        "charter.yaml: columns (a)",
        "charter.yaml: columns (b)",
        "charter.yaml: columns (n)",
        "charter.yaml: columns (d)",
    }
    with pytest.raises(GeneratorError) as caught:
        generate.check(plan(), described)
    assert lacking <= {each.where for each in caught.value.problems}


def test_a_data_set_without_a_name_cannot_be_charged() -> None:
    source = charter().sources[0].model_dump(mode="json", exclude={"dataset"})
    found = generate.generators()["dp-mst"].lacks(charter(sources=[source]))
    assert "dataset" in found[0].where


@pytest.mark.parametrize(
    ("name", "edges", "words"),
    [
        ("dp-mst", [["a", "b"], ["b", "n"], ["a", "n"]], "closes a circle"),
        ("dp-tree", [["a", "b"]], "use `dp-mst`"),
    ],
)
def test_public_edges_must_fit_the_mechanism(name: str, edges: list[Any], words: str) -> None:
    described = charter(public={**PUBLIC, "edges": edges})
    assert words in str(generate.generators()[name].lacks(described)[0])


def test_public_edges_are_always_measured() -> None:
    described = charter(public={**PUBLIC, "edges": [["a", "n"], ["n", "y"]]})
    for _ in range(3):
        edges = fit("dp-mst", people(), described=described).privacy_loss.edges
        assert {("a", "n"), ("n", "y")} <= set(edges)


def test_the_digest_of_the_domain_changes_with_it() -> None:
    wider = [dict(column) for column in COLUMNS]
    wider[1]["maximum"] = 12
    found = {
        fit("dp-mst", people(), described=described).privacy_loss.public_digest
        for described in (charter(), charter(columns=wider), charter(public={**PUBLIC, "cells": 9}))
    }
    assert len(found) == 3


def junk() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "a": pd.Series(["x", None, "SECRET", "y"], dtype=object),
            "b": [1e300, -np.inf, np.nan, np.inf],
            "n": [2.5, -7.0, np.nan, 1e9],
            "y": pd.Series(["true", "2", None, "false"], dtype=object),
        }
    )


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize(
    "frame",
    [junk(), junk().iloc[:1], junk().iloc[:0], people(1)],
    ids=["junk", "one odd row", "nobody", "one person"],
)
def test_odd_records_never_raise_and_never_leave_the_public_domain(
    name: str, frame: pd.DataFrame
) -> None:
    for seed in range(3):
        made = fit(name, frame.reset_index(drop=True)).sample(80, seed=seed, where={})
        assert set(made["a"].dropna()) <= {"x", "y", "z"}
        assert set(made["y"].dropna()) <= {"true", "false"}
        assert made["b"].dropna().between(0, 10).all()
        assert set(made["n"].dropna()) <= {0, 1, 2, 3, 4}


def test_only_so_many_rows_of_a_unit_count() -> None:
    frame = pd.concat([people(50), junk().iloc[[2]].reset_index(drop=True)] * 4, ignore_index=True)
    units = np.asarray(["many"] * len(frame))
    made = fit("dp-mst", frame, contributions=1, epsilon=20, units=units)
    assert made.model.measured.total < 30  # one row counts, and the noise


def test_more_rows_of_a_unit_need_a_unit() -> None:
    with pytest.raises(GeneratorError, match="cannot start") as caught:
        fit("dp-mst", people(), contributions=2)
    assert "each row is a unit" in str(caught.value)


# --- the mechanisms -------------------------------------------------------------------------------


def test_one_record_moves_a_score_by_at_most_sixteen() -> None:
    rng = np.random.default_rng(1)
    for _ in range(2000):
        exact = rng.integers(0, 50, (4, 6))
        expected = np.rint(GRAIN * rng.uniform(0, 30, (4, 6))).astype(int)
        more = exact.copy()
        more[tuple(rng.integers(0, (4, 6)))] += 1
        scores = [int(np.abs(GRAIN * each - expected).sum()) for each in (exact, more)]
        assert abs(scores[0] - scores[1]) <= GRAIN


def test_the_projection_is_the_nearest_point_of_the_simplex() -> None:
    # By hand: (3, 1, -2) onto sum 2: threshold 1 gives (2, 0, 0).
    assert simplex(np.array([3.0, 1.0, -2.0]), 2).tolist() == [2, 0, 0]
    assert simplex(np.array([0.5, 0.5]), 3).tolist() == [1.5, 1.5]


def test_a_fitted_table_has_its_margins_and_noise_becomes_independence() -> None:
    rows, columns = np.array([30.0, 70.0]), np.array([50.0, 25.0, 25.0])
    table = np.array([[28.0, 1, 1], [22, 24, 24]])
    near = fitted(table, rows, columns, 1.0, 100.0)
    assert near.sum(1) == pytest.approx(rows)
    assert near.sum(0) == pytest.approx(columns)
    assert near[0, 0] > 24
    noise = fitted(table, rows, columns, 1e9, 100.0)
    assert noise == pytest.approx(np.outer(rows, columns) / 100)


def test_rare_levels_share_a_group_and_numbers_are_joined() -> None:
    assert merged(np.array([50.0, 2, 40, 1]), 5, numeric=False, most=9).tolist() == [0, 2, 1, 2]
    groups = merged(np.array([10.0] * 8 + [0.0]), 0.1, numeric=True, most=4)
    assert groups[:-1].tolist() == [0, 0, 1, 1, 2, 2, 3, 3]


def test_cells_are_public_and_every_value_has_one() -> None:
    axis = axes(charter().assessed, charter())
    assert list(axis) == ["a", "b", "n", "y"]
    assert axis["b"].edges == tuple(10 * i / 8 for i in range(9))
    assert axis["n"].edges == (0, 1, 2, 3, 4, 5)
    values = pd.Series([0.0, 4.9, 10, -3, 99, np.nan])
    assert axis["b"].encode(values).tolist() == [0, 3, 7, 0, 7, 8]
    assert axis["a"].encode(pd.Series(["z", "SECRET", None])).tolist() == [2, 3, 3]


@pytest.mark.parametrize("name", BOTH)
def test_with_little_noise_shares_and_the_gap_come_out_as_they_are(name: str) -> None:
    real = people(4000)
    made = fit(name, real, epsilon=20).sample(4000, seed=0, where={})
    for column in ("a", "y"):
        shares = [frame[column].value_counts(normalize=True) for frame in (real, made)]
        assert float((shares[0] - shares[1]).abs().max()) < 0.03
    if name == "dp-tree":
        gap = [
            (frame.loc[frame["a"] == "x", "y"] == "true").mean()
            - (frame.loc[frame["a"] == "y", "y"] == "true").mean()
            for frame in (real, made)
        ]
        assert gap[1] == pytest.approx(gap[0], abs=0.06)


def test_the_house_carries_out_options_over_noisy_tables() -> None:
    described = charter()
    tables = Tables(described, people(400), people(50, 1))
    asked = plan("dp-tree").model_copy(
        update={
            "rows": 100,
            "conditions": (generate_condition({"a": "x", "b": {"minimum": 2}}, 20),),
        }
    )
    frame, made = generate.synthesise(tables, asked, context=Context(described, charge=Purse()))
    assert ((frame["a"] == "x") & (frame["b"] >= 2)).sum() >= 20
    assert made.privacy_loss is not None
    assert made.privacy_loss.attested_by == "P. Officer"
    assert made.mitigations[0].kind == "condition"


def generate_condition(where: dict[str, Any], rows: int) -> Any:
    from synthnb.records import Condition

    return Condition(where=where, rows=rows, rationale="Needed.")


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"stratify": {"columns": ["a"], "rationale": "Shares."}}, "stratify.to"),
        ({"blend": {"share": 0.1, "rationale": "Real ones."}}, "blend"),
        ({"parameters": {"epsilon": 2.0, "delta": 1e-5}}, "guarantee.epsilon"),
        ({"guarantee": {"statement": "None."}}, "guarantee.kind"),
    ],
)
def test_what_would_break_the_guarantee_is_refused(change: dict[str, Any], where: str) -> None:
    asked = type(plan()).model_validate({**plan().model_dump(mode="json"), **change})
    with pytest.raises(GeneratorError) as caught:
        generate.check(asked, charter())
    assert where in {each.where for each in caught.value.problems}


def test_drawing_is_the_same_in_another_process() -> None:
    shelf = Shelf()
    here = fit("dp-tree", people(), archive=shelf).sample(50, seed=3, where={})
    program = (
        "import json, sys\n"
        "from dp_people import Shelf, people\n"
        "from test_dp_generators import fit\n"
        "shelf = Shelf(json.load(sys.stdin))\n"
        "print(fit('dp-tree', people(), archive=shelf).sample(50, seed=3, where={}).to_csv())\n"
    )
    folder = str(Path(__file__).parent)
    done = subprocess.run(
        [sys.executable, "-c", program],
        input=json.dumps(shelf),
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": f"{folder}:{folder}/..", "PYTHONHASHSEED": "7"},
    )
    assert done.stdout.strip() == here.to_csv().strip()


# --- the audit ------------------------------------------------------------------------------------


def _evidence(made: Any, canary: dict[str, int], base: dict[str, np.ndarray]) -> float:
    """Return what all measurements together say about one record's presence.

    The log-likelihood ratio up to constants, to somebody who knows every other record.
    """
    measured, target = made.model.measured, made.model.target
    scales, group = measured.scales, measured.group
    at = {name: group[name][cell] for name, cell in canary.items()}

    def known(names: tuple[str, ...]) -> int:
        inside = [group[name][base[name]] == at[name] for name in names]
        return int(np.logical_and.reduce(inside).sum())

    total = sum(
        counts[canary[name]] - int((base[name] == canary[name]).sum())
        for name, counts in measured.one.items()
    )
    found = total / scales["one column"] ** 2
    for name, table in measured.target.items():
        seen = table[at[name], at[target]] - known((name, target))
        found += seen / scales["with target"] ** 2
    kind = "pairs" if target is None else "triples"
    for edge, table in measured.tables.items():
        names = edge if target is None else (*edge, target)
        seen = table[tuple(at[name] for name in names)] - known(names)
        found += seen / scales[kind] ** 2
    return float(found)


def _lower_bound(without: np.ndarray, beside: np.ndarray, delta: float) -> float:
    """Return the epsilon that tests contradict with 95 % confidence (Jagielski et al. 2020)."""
    from scipy.stats import beta

    half = len(without) // 2

    def bound(cut: float, zero: np.ndarray, one: np.ndarray) -> float:
        best, n = 0.0, len(zero)
        for hits, errors in (
            ((one > cut).sum(), (zero > cut).sum()),
            ((zero <= cut).sum(), (one <= cut).sum()),
        ):
            low = beta.ppf(0.025, hits, n - hits + 1) if hits else 0.0
            high = beta.ppf(0.975, errors + 1, n - errors) if errors < n else 1.0
            if low > delta:
                best = max(best, math.log((low - delta) / high))
        return best

    cuts = np.quantile(without[:half], np.linspace(0.02, 0.98, 97))
    cut = max(cuts, key=lambda each: bound(each, without[:half], beside[:half]))
    return bound(float(cut), without[half:], beside[half:])


def audited(generator: str, epsilon: float, runs: int) -> float:
    base = people(200)
    canary = pd.DataFrame({"a": ["z"], "b": [9.5], "n": [4.0], "y": ["true"]})
    beside = pd.concat([base, canary], ignore_index=True)
    found_axes = axes(charter().assessed, charter())
    cells = {name: int(axis.encode(canary[name])[0]) for name, axis in found_axes.items()}
    known = {name: axis.encode(base[name]) for name, axis in found_axes.items()}
    found = [
        [
            _evidence(fit(generator, frame, epsilon=epsilon), cells, known)
            for frame in (base, beside)
        ]
        for _ in range(runs)
    ]
    without, along = np.asarray(found).T
    return _lower_bound(without, along, 1e-5)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "epsilon"), [("dp-mst", 1.0), ("dp-tree", 4.0)])
def test_the_audit_does_not_contradict_the_guarantee(name: str, epsilon: float) -> None:
    assert audited(name, epsilon, 2500) <= epsilon


@pytest.mark.slow
def test_the_audit_catches_a_generator_with_a_quarter_of_the_noise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from synthnb.generate.dp import accounting

    within = accounting._within

    def careless(rho: float, change: int, make: Any) -> Any:
        measure, scale = within(16 * rho, change, make)
        return measure, scale

    monkeypatch.setattr(accounting, "_within", careless)
    monkeypatch.setattr(accounting.Accountant, "_charge", record_only)
    monkeypatch.setattr("synthnb.generate.dp.generator.epsilon_of", lambda rho, delta: 0.0)
    assert audited("dp-mst", 1.0, 2500) > 1.0


def record_only(self: Any, name: str, rho: float, scale: float) -> None:
    from synthnb.generate.dp.accounting import Step

    if name not in {step.name for step in self.steps}:
        self.steps.append(Step(name, Fraction(rho), scale))
