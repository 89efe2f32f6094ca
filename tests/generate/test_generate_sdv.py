"""Every generator of SDV copes with awkward columns and returns the house's types."""

from __future__ import annotations

import dataclasses
import logging
import random
import sys
import warnings

import numpy as np
import pandas as pd
import pytest
from generation_plans import awkward_tables, plan, tables_of
from loans import loan_tables

from synthnb import generate
from synthnb.errors import GeneratorError
from synthnb.generate.steady import import_sdv, steady
from synthnb.records import Column
from synthnb.tables import content_digest

QUICK = {
    "gaussian-copula": {},
    "ctgan": {"epochs": 1, "batch_size": 60},
    "tvae": {"epochs": 1, "batch_size": 60},
    "copula-gan": {"epochs": 1, "batch_size": 60},
}


@pytest.mark.parametrize("name", QUICK)
def test_awkward_columns_under_hostile_names_come_out_with_the_right_types(name: str) -> None:
    tables = awkward_tables()
    before = tables.train.copy()
    frame, made = generate.synthesise(tables, plan(name, parameters=QUICK[name], rows=90))
    pd.testing.assert_frame_equal(tables.train, before)
    assert list(frame) == [column.name for column in tables.columns]
    assert list(frame.index) == list(range(90))
    for column in tables.columns:
        values, real = frame[column.name], before[column.name]
        assert values.dtype == real.dtype, column
        if column.type in {"category", "boolean"}:
            assert all(value is None or isinstance(value, str) for value in values)
            assert set(values.dropna()) <= set(real.dropna())
        if column.type == "integer":
            assert (values.dropna() == values.dropna().round()).all()
        if column.type == "date":
            assert (values.dropna() == values.dropna().dt.normalize()).all()
    assert set(frame["same"]) == {"one"}
    assert set(frame["same number"]) == {7.0}
    assert set(frame["same day"]) == {pd.Timestamp("2024-05-05")}
    assert frame[["nothing", "no number", "no day"]].isna().all(axis=None)
    assert made.parameters["enforce_min_max_values"] is False
    assert (made.library, made.licence) == ("sdv 2.0.0", "BUSL-1.1")
    assert made.synthetic.content == content_digest(frame, tables.columns)
    assert (made.synthetic.rows, made.synthetic.columns, made.synthetic.file) == (90, 12, None)


@pytest.mark.parametrize("name", QUICK)
def test_rows_under_conditions_are_there_and_lie_among_the_others(name: str) -> None:
    tables = awkward_tables()
    conditions = [
        {"where": {"colour": "red", "same": "one"}, "rows": 20},
        {"where": {'#eval("1")': True}, "rows": 10},
    ]
    made = plan(name, parameters=QUICK[name], rows=40, conditions=conditions)
    frame, _ = generate.synthesise(tables, made)
    assert len(frame) == 40
    assert (frame["colour"] == "red").sum() >= 20
    assert (frame['#eval("1")'] == "true").sum() >= 10
    assert (frame["colour"].iloc[:20] == "red").sum() < 20


def test_numbers_can_be_given() -> None:
    tables = awkward_tables()
    where = {"=cmd()": 3, "<script>alert(1)</script>": 41.5}
    frame, _ = generate.synthesise(tables, plan(rows=8, conditions=[{"where": where, "rows": 8}]))
    assert set(frame["=cmd()"]) == {3.0}
    assert set(frame["<script>alert(1)</script>"]) == {41.5}


def test_a_table_of_constants_is_repeated() -> None:
    tables = awkward_tables()
    names = ["same", "nothing"]
    alone = tables_of(tables.train[names], [c for c in tables.columns if c.name in names])
    frame, _ = generate.synthesise(alone, plan(rows=5))
    assert frame.to_dict("list") == {"same": ["one"] * 5, "nothing": [None] * 5}


def test_numbers_are_brought_within_the_public_bounds_and_it_is_said() -> None:
    values = np.random.default_rng(0).normal(0, 5, 300)
    train = pd.DataFrame({"x": values, "k": values.round()})
    columns = [
        Column(name="x", type="number", minimum=-1, maximum=1),
        Column(name="k", type="integer", minimum=-2.5, maximum=2.5),
    ]
    frame, made = generate.synthesise(tables_of(train, columns), plan(rows=200))
    assert (frame["x"].min(), frame["x"].max()) == (-1, 1)
    assert (frame["k"].min(), frame["k"].max()) == (-2, 2)
    outside = [text for text in made.transformations if "clipped" in text]
    assert [text.split(":")[0] for text in outside] == ["x", "k"]
    assert "k: rounded to whole numbers" in made.transformations


def test_the_training_extremes_are_kept_only_if_asked() -> None:
    train = pd.DataFrame({"x": np.random.default_rng(0).normal(0, 1, 200)})
    tables = tables_of(
        train.assign(y=-train["x"]), [{"name": n, "type": "number"} for n in ("x", "y")]
    )
    settings = {"default_distribution": "norm"}
    free, _ = generate.synthesise(tables, plan(rows=2000, parameters=settings))
    assert free["x"].max() > train["x"].max()
    settings["enforce_min_max_values"] = True
    kept, _ = generate.synthesise(tables, plan(rows=2000, parameters=settings))
    assert kept["x"].max() <= train["x"].max()


def test_a_given_value_that_was_never_seen_is_an_error_without_values_of_the_data() -> None:
    conditions = [{"where": {"race": "Martian"}, "rows": 3}]
    with pytest.raises(GeneratorError) as caught:
        generate.synthesise(loan_tables(), plan(conditions=conditions))
    message = str(caught.value)
    assert "`race`" in message
    assert "What to do" in message
    for value in ("White", "Black", "Hispanic"):
        assert value not in message
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_a_given_value_against_a_constant_column_is_an_error() -> None:
    conditions = [{"where": {"same": "two"}, "rows": 3}]
    with pytest.raises(GeneratorError, match="no training record has"):
        generate.synthesise(awkward_tables(), plan(conditions=conditions))


def test_conditions_may_not_outnumber_the_training_records() -> None:
    conditions = [{"where": {"colour": "red"}, "rows": 31}]
    tables = awkward_tables()
    few = dataclasses.replace(tables, train=tables.train.iloc[:30])
    with pytest.raises(GeneratorError, match="31 rows"):
        generate.synthesise(few, plan(conditions=conditions))


def test_what_the_generator_is_given_is_the_training_part_alone() -> None:
    tables = loan_tables()
    other = dataclasses.replace(tables, control=tables.control.iloc[:50])
    one, _ = generate.synthesise(tables, plan(rows=50))
    two, _ = generate.synthesise(other, plan(rows=50))
    pd.testing.assert_frame_equal(one, two)


def test_metadata_holds_no_value_of_the_data(monkeypatch: pytest.MonkeyPatch) -> None:
    sdv = import_sdv()
    seen = []
    true = sdv.metadata.Metadata.load_from_dict
    monkeypatch.setattr(
        sdv.metadata.Metadata, "load_from_dict", lambda body: seen.append(body) or true(body)
    )
    generate.synthesise(awkward_tables(), plan(rows=5))
    columns = seen[0]["tables"]["table"]["columns"]
    assert list(columns) == ["c0", "c1", "c2", "c3", "c4", "c5"]
    assert {tuple(entry) for entry in columns.values()} == {("sdtype",)}


def test_generation_leaves_no_trace_in_the_process(capfd: pytest.CaptureFixture[str]) -> None:
    torch = pytest.importorskip("torch")
    import_sdv()
    logger = logging.getLogger("SingleTableSynthesizer")
    random.seed(4)
    np.random.seed(4)
    torch.manual_seed(4)

    def surroundings() -> tuple[object, ...]:
        generator, keys, *rest = np.random.get_state()
        return (
            random.getstate(),
            (generator, tuple(keys), *rest),
            torch.get_rng_state().tolist(),
            torch.get_num_threads(),
            torch.get_default_dtype(),
            logger.disabled,
            list(warnings.filters),
            sys.stdout,
            sys.stderr,
        )

    before = surroundings()
    settings = {"epochs": 1, "batch_size": 60}
    conditions = [{"where": {"colour": "red"}, "rows": 5}]
    generate.synthesise(
        awkward_tables(), plan("ctgan", parameters=settings, rows=20, conditions=conditions)
    )
    assert surroundings() == before
    assert capfd.readouterr() == ("", "")


def test_surroundings_are_put_back_after_an_error_too() -> None:
    np.random.seed(4)
    before = np.random.get_state()[1].tolist()
    with pytest.raises(ZeroDivisionError), steady(seed=1):
        np.random.rand() / 0
    assert np.random.get_state()[1].tolist() == before
