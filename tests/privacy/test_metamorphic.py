"""What must not matter: order, names, units, threads, processes, and rows that stand twice."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from loans import loan_charter
from small_tables import leaked, thirds

from synthnb import privacy
from synthnb.records import Charter, Estimate
from synthnb.tables import Tables
from synthnb.tables import gower as gower_module

HERE = Path(__file__).parent
Told = dict[str, tuple[object, object, object]]


def base() -> Tables:
    """Return the lending data with 13 planted rows."""
    return leaked(thirds(0), 13)


def told(estimates: tuple[Estimate, ...]) -> Told:
    return {e.id: (e.value, e.low, e.high) for e in estimates}


@pytest.fixture(scope="module")
def plain() -> Told:
    return told(privacy.assess(base(), seed=0))


def near(got: Told, plain: Told, *without: str) -> None:
    """Hold two assessments against each other to nine digits, but for some estimates."""
    assert got.keys() == plain.keys()
    for name, numbers in plain.items():
        if name not in without:
            assert [x is None for x in got[name]] == [x is None for x in numbers], name
            for mine, theirs in zip(got[name], numbers, strict=True):
                assert theirs is None or mine == pytest.approx(theirs, rel=1e-7, abs=1e-9), name


def each(tables: Tables, change: Callable[[pd.DataFrame], pd.DataFrame]) -> Tables:
    return dataclasses.replace(
        tables,
        train=change(tables.train),
        control=change(tables.control),
        synthetic=change(tables.made),
    )


def test_the_order_of_rows(plain: Told) -> None:
    rng = np.random.default_rng(5)

    def mixed(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.iloc[rng.permutation(len(frame))].reset_index(drop=True)

    assert told(privacy.assess(each(base(), mixed), seed=0)) == plain


def test_the_order_of_columns(plain: Told) -> None:
    names = list(np.random.default_rng(6).permutation(list(base().train)))
    charter = base().charter
    columns = tuple(charter.column(name) for name in names)
    other = dataclasses.replace(
        each(base(), lambda frame: frame[names]),
        charter=charter.model_copy(update={"columns": columns}),
    )
    assert told(privacy.assess(other, seed=0)) == plain


def test_the_names_of_categories(plain: Told) -> None:
    # A secret's and a group's names stay: they name estimates. All others are called otherwise.
    rename = {"married": {"yes": "a", "no": "z"}, "chist": {"yes": "no", "no": "yes"}}
    rename |= {"self": {"no": "ja", "yes": "nein"}, "mortno": {"yes": "0", "no": "1"}}

    def called_otherwise(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.apply(lambda s: s.map(rename[s.name]) if s.name in rename else s)

    other = each(base(), called_otherwise)
    assert told(privacy.assess(other, seed=0)) == plain


def test_the_units_of_numbers(plain: Told) -> None:
    numeric = [name for name in base().train if base().train[name].dtype.kind == "f"]
    other = each(base(), lambda f: f.assign(**{n: f[n] * 1.609 + 32 for n in numeric}))
    # Sums in a changed unit are rounded otherwise in the sixteenth digit.
    near(told(privacy.assess(other, seed=0)), plain)


def test_the_number_of_threads(plain: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    for threads in (1, 2, 5):
        monkeypatch.setattr(gower_module, "_cores", lambda threads=threads: threads)
        assert told(privacy.assess(base(), seed=0)) == plain


def test_how_the_work_is_split(plain: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gower_module, "_ROW_CELLS", 9_000)
    monkeypatch.setattr(gower_module, "_TILE", 100)
    assert told(privacy.assess(base(), seed=0)) == plain


def test_rows_that_stand_there_twice(plain: Told) -> None:
    made = base().made
    twice = base().with_synthetic(pd.concat([made, made], ignore_index=True))
    about_classes = (
        "privacy.k_anonymity[table=synthetic]",
        "privacy.unique_share[table=synthetic]",
    )
    near(told(privacy.assess(twice, seed=0)), plain, *about_classes)


PROGRAM = """
import json, sys
sys.path[:0] = [{tests!r}, {here!r}]
from test_metamorphic import base, told
from synthnb import privacy
print(json.dumps(told(privacy.assess(base(), seed=0))))
"""


def test_two_processes_with_other_hash_seeds_and_thread_counts() -> None:
    code = PROGRAM.format(tests=str(HERE.parent), here=str(HERE))
    outs = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "OMP_NUM_THREADS": threads},
            capture_output=True,
            check=True,
        ).stdout
        for seed, threads in (("1", "1"), ("2", "2"))
    ]
    assert outs[0] == outs[1]
    assert len(outs[0]) > 1000


def coded(frame: pd.DataFrame) -> pd.DataFrame:
    """Return categories as numbers, as a careless export would."""
    return frame.apply(
        lambda series: (
            series.astype("category").cat.codes.astype("float64")
            if series.dtype == object
            else series
        )
    )


def test_a_verbatim_copy_with_categories_coded_as_numbers_is_a_copy() -> None:
    charter: Charter = loan_charter()
    columns = tuple(
        column.model_copy(update={"type": "integer", "categories": ()})
        if column.type == "category"
        else column
        for column in charter.columns
    )
    whole = pd.concat([thirds(0).train, thirds(0).control], ignore_index=True)
    numbers = coded(whole)
    train, control = numbers.iloc[:657], numbers.iloc[657:].reset_index(drop=True)
    tables = Tables(charter.model_copy(update={"columns": columns, "task": None}), train, control)
    view = privacy.view(tables.with_synthetic(train.copy()), seed=0)
    got = told((*privacy.exact_copies(view), *privacy.leak(view)))
    assert got["privacy.exact_copies.count_share"][0] == 1
    low = got["privacy.leak.excess"][1]
    assert isinstance(low, float)
    assert low > 0.9


def test_missing_constant_and_empty_columns_do_not_hide_a_copy() -> None:
    rng = np.random.default_rng(0)

    def holed(frame: pd.DataFrame) -> pd.DataFrame:
        loud = frame.assign(chist="same", unem=np.nan)
        return loud.mask(rng.random(loud.shape) < 0.1).assign(approve=frame["approve"])

    tables = each(thirds(0), holed)
    view = privacy.view(tables.with_synthetic(tables.train.copy()), seed=0)
    found = privacy.assess(tables.with_synthetic(tables.train.copy()), seed=0)
    assert all(e.value is None or e.value == e.value for e in found)
    got = told((*privacy.exact_copies(view), *privacy.leak(view)))
    assert got["privacy.exact_copies.count_share"][0] == 1
    assert got["privacy.leak.p"][0] == 0
