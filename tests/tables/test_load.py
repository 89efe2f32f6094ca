"""From a charter to its tables, and back to a file; what differs is told in one error."""

from __future__ import annotations

import hashlib
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from papers import CHARTER, SOURCE, charter, properties
from small_files import CANARY, COLUMNS, dossier, people, write

from synthnb.errors import TableError
from synthnb.records import Charter
from synthnb.tables import content_digest, load, read_synthetic, read_table, write_table


def refused(described: Charter, folder: Path, synthetic: Path | None = None) -> TableError:
    with pytest.raises(TableError) as caught:
        load(described, folder, synthetic)
    assert "CANARY" not in str(caught.value)
    return caught.value


def test_the_real_table_is_divided_as_the_charter_says(tmp_path: Path) -> None:
    described = dossier(tmp_path, {"split": {"control": 0.25, "tuning": 0.25}}, real=people(100))
    tables = load(described, tmp_path)
    assert (len(tables.train), len(tables.control)) == (50, 25)
    assert tables.tuning is not None
    assert len(tables.tuning) == 25
    whole = pd.concat([tables.train, tables.control, tables.tuning])
    assert sorted(whole["age"]) == sorted(people(100)["age"])
    assert list(tables.train.index) == list(range(50))
    assert tables.synthetic is tables.reference is tables.external is tables.train_units is None
    with pytest.raises(TableError, match="no synthetic table yet"):
        _ = tables.made


def test_the_units_go_with_their_records(tmp_path: Path) -> None:
    frame = people(120).assign(who=[f"p{row // 3}" for row in range(120)])
    columns = [*CHARTER["columns"], {"name": "who", "type": "category", "roles": ["identifier"]}]
    described = dossier(tmp_path, {"columns": columns, "split": {"unit": "who"}}, real=frame)
    tables = load(described, tmp_path)
    assert tables.train_units is not None
    assert tables.control_units is not None
    assert "who" not in tables.train
    assert len(tables.train_units) == len(tables.train) == 60
    assert not set(tables.train_units) & set(tables.control_units)
    ages = dict(zip(frame["who"], frame["age"], strict=True))
    assert ages[tables.train_units[-1]] <= tables.train["age"].iloc[-1]


def test_where_nobody_kept_a_control_it_is_empty_and_everything_is_for_training(
    tmp_path: Path,
) -> None:
    tables = load(dossier(tmp_path, {"split": {"control": 0}}, real=people(60)), tmp_path)
    assert (len(tables.train), len(tables.control)) == (60, 0)
    assert list(tables.control) == list(tables.train)
    assert (tables.control.dtypes == tables.train.dtypes).all()


def test_without_a_control_nobody_is_a_unit_of_it(tmp_path: Path) -> None:
    columns = [*CHARTER["columns"], {"name": "who", "type": "category", "roles": ["identifier"]}]
    frame = people(60).assign(who=[f"p{row // 3}" for row in range(60)])
    changes = {"columns": columns, "split": {"control": 0, "unit": "who"}}
    tables = load(dossier(tmp_path, changes, real=frame), tmp_path)
    assert tables.train_units is not None
    assert tables.control_units is not None
    assert (tables.train_units.shape, tables.control_units.shape) == ((60,), (0,))


def test_a_control_that_was_brought_wins_over_a_split_without_one(tmp_path: Path) -> None:
    changes = {"split": {"control": 0}}
    described = dossier(tmp_path, changes, real=people(60), control=people(40, 60))
    tables = load(described, tmp_path)
    assert (len(tables.train), len(tables.control)) == (60, 40)


def test_a_control_of_less_than_a_tenth_is_taken(tmp_path: Path) -> None:
    described = dossier(tmp_path, {"split": {"control": 0.08}}, real=people(400))
    tables = load(described, tmp_path)
    assert (len(tables.train), len(tables.control)) == (368, 32)


def test_an_external_table_has_the_charters_types_and_may_name_people(tmp_path: Path) -> None:
    columns = [
        *CHARTER["columns"],
        {"name": "who", "type": "category", "roles": ["identifier"]},
        {"name": "note", "type": "text", "roles": ["excluded"]},
        {"name": "born", "type": "date", "roles": ["excluded"]},
    ]
    real = people(60).assign(who=[f"p{row}" for row in range(60)], note="x", born="1990-01-02")
    external = "who,born,ill,age,count\n007,1990-01-02,TRUE,30,2\n008,,,,1\n"
    tables = load(dossier(tmp_path, {"columns": columns}, real=real, external=external), tmp_path)
    assert tables.external is not None
    expected = pd.DataFrame(
        {
            "who": pd.Series(["007", "008"], dtype=object),
            "born": pd.to_datetime(pd.Series(["1990-01-02", None])).astype("datetime64[ns]"),
            "ill": pd.Series(["true", None], dtype=object),
            "age": [30.0, math.nan],
            "count": [2.0, 1.0],
        }
    )
    pd.testing.assert_frame_equal(tables.external, expected)
    for shared in ("ill", "age"):
        assert tables.external[shared].dtype == tables.train[shared].dtype
    assert "who" not in tables.train


def test_an_earlier_release_that_the_charter_pins_may_not_change(tmp_path: Path) -> None:
    write(tmp_path / "real.csv", people(60))
    write(tmp_path / "old.csv", people(20))
    old = {**SOURCE, "kind": "earlier", "path": "old.csv", "sha256": "0" * 64}
    described = charter(sources=[{**SOURCE, "path": "real.csv"}, old])
    assert "The earlier 1 table `old.csv` is not the file" in refused(described, tmp_path).message


def test_what_an_earlier_release_has_too_much_or_too_little_is_named(tmp_path: Path) -> None:
    frame = people(20).drop(columns="town").assign(twon="A")
    described = dossier(tmp_path, real=people(60), earlier=frame)
    error = refused(described, tmp_path)
    assert error.message == "The earlier 1 table does not fit the charter."
    assert [problem.where for problem in error.problems] == ["town", "twon"]


def test_earlier_releases_are_read_in_their_order_as_the_synthetic_table_is(
    tmp_path: Path,
) -> None:
    for number in (1, 2):
        write(tmp_path / f"release{number}.csv", people(20 * number))
    sources = [
        *({**SOURCE, "kind": "earlier", "path": f"release{n}.csv"} for n in (2, 1)),
        {**SOURCE, "path": "real.csv"},
    ]
    write(tmp_path / "real.csv", people(60))
    described = charter(sources=sources, columns=CHARTER["columns"])
    tables = load(described, tmp_path)
    assert [len(each) for each in tables.earlier] == [40, 20]
    assert [name for name, _, _ in tables.named()] == ["train", "control", "earlier-1", "earlier-2"]
    (tmp_path / "release1.csv").unlink()
    assert "earlier 2" in str(refused(described, tmp_path))


def test_a_control_that_was_brought_is_not_divided(tmp_path: Path) -> None:
    tables = load(dossier(tmp_path, real=people(60), control=people(40, 60)), tmp_path)
    assert (len(tables.train), len(tables.control), tables.tuning) == (60, 40, None)


def test_a_control_that_the_generator_would_see_is_refused(tmp_path: Path) -> None:
    described = dossier(tmp_path, real=people(60), control=people(60))
    assert "the very records" in refused(described, tmp_path).message


def test_a_person_in_both_real_and_control_is_refused_unnamed(tmp_path: Path) -> None:
    columns = [*CHARTER["columns"], {"name": "who", "type": "category", "roles": ["identifier"]}]
    real = people(60).assign(who=[f"{CANARY}-{row}" for row in range(60)])
    held = people(60, 60).assign(who=[f"{CANARY}-{row}" for row in range(59, 119)])
    described = dossier(
        tmp_path, {"columns": columns, "split": {"unit": "who"}}, real=real, control=held
    )
    assert "Some privacy units (`who`)" in refused(described, tmp_path).message


def test_a_synthetic_table_may_keep_or_lack_what_is_not_assessed(tmp_path: Path) -> None:
    columns = [*CHARTER["columns"], {"name": "id", "type": "text", "roles": ["excluded"]}]
    described = charter(columns=columns)
    for name, frame in (("with", people().assign(id="x")), ("without", people())):
        read = read_synthetic(write(tmp_path / f"{name}.csv", frame), described)
        assert list(read) == ["age", "town", "ill"]


def test_the_differences_of_all_tables_are_one_error(tmp_path: Path) -> None:
    spoilt = people().astype({"age": object})
    spoilt.loc[3, "age"] = CANARY
    described = dossier(
        tmp_path, real=spoilt, control=people().rename(columns={"town": "twon"}),
        reference=pd.DataFrame({"town": ["A"], "shar": [1]}),
    )  # fmt: skip
    error = refused(described, tmp_path, tmp_path / "synthetic.csv")
    assert error.message == "Several tables cannot be used: real, control, synthetic, reference."
    assert {problem.where: problem.message for problem in error.problems} == {
        "real: age": "holds text where numbers are expected",
        "control: town": "is in the charter but not in the file; is it the file's `twon`?",
        "control: twon": "is in the file but not in the charter; list it, if only as `excluded`",
        "synthetic": "The synthetic table `synthetic.csv` does not exist.",
        "reference: shar": "is not a column of the charter",
    }
    assert "mend the file" in str(error.advice)


def test_a_table_that_the_charter_pins_may_not_change(tmp_path: Path) -> None:
    path = write(tmp_path / "people.csv", people())
    pinned = {**SOURCE, "path": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
    described = charter(sources=[pinned])
    assert len(load(described, tmp_path).train) == 30
    path.write_bytes(path.read_bytes() + b"\n")
    assert "not the file that the charter pins" in refused(described, tmp_path).message


def test_a_reference_that_the_charter_pins_may_not_change(tmp_path: Path) -> None:
    described = dossier(tmp_path, real=people(), reference="town,share\nA,1\n")
    sources = [source.model_dump() for source in described.sources]
    sources[1]["sha256"] = "0" * 64
    pinned = charter(sources=sources)
    assert (
        "The reference table `reference.csv` is not the file" in refused(pinned, tmp_path).message
    )


def test_a_source_named_by_a_uri_is_not_fetched(tmp_path: Path) -> None:
    described = charter(sources=[{**SOURCE, "path": "https://host/people.csv"}])
    assert "never fetched" in refused(described, tmp_path).message


def test_a_target_that_never_takes_the_favourable_value_is_refused(tmp_path: Path) -> None:
    described = dossier(tmp_path, {"task": {"target": "ill", "positive": "yes"}}, real=people())
    error = refused(described, tmp_path)
    assert "never takes the favourable value 'yes'" in error.message
    assert "`true` and `false`" in str(error.advice)


def test_a_whole_number_is_a_favourable_value_without_a_fraction(tmp_path: Path) -> None:
    columns = [*CHARTER["columns"][:2], {"name": "ill", "type": "integer", "roles": ["target"]}]
    frame = people().assign(ill=[0, 1] * 30)
    changes: dict[str, Any] = {"columns": columns, "task": {"target": "ill", "positive": "1"}}
    assert len(load(dossier(tmp_path, changes, real=frame), tmp_path).train) == 30


def test_a_regression_needs_no_favourable_value(tmp_path: Path) -> None:
    columns = [
        {"name": "age", "type": "number", "roles": ["target"]},
        {"name": "town", "type": "category"},
    ]
    changes: dict[str, Any] = {"columns": columns, "task": {"target": "age", "kind": "regression"}}
    described = dossier(tmp_path, changes, real=people()[["age", "town"]])
    assert len(load(described, tmp_path).train) == 30


def test_a_reference_holds_columns_of_the_charter_and_counts_or_shares(tmp_path: Path) -> None:
    reference = "town,share\nA,0.5\nB,0.5\n"
    external = "age,town,count\n30,A,2\n"
    tables = load(
        dossier(tmp_path, real=people(), reference=reference, external=external), tmp_path
    )
    assert tables.reference is not None
    assert tables.reference["share"].tolist() == [0.5, 0.5]
    assert tables.external is not None
    assert list(tables.external) == ["age", "town", "count"]


@pytest.mark.parametrize("text", [f"{CANARY},7731\nx,1\n", "share\n1\n", "count,share\n1,1\n"])
def test_a_reference_without_a_column_of_the_charter_is_refused_unquoted(
    text: str, tmp_path: Path
) -> None:
    error = refused(dossier(tmp_path, real=people(), reference=text), tmp_path)
    assert error.message == "The reference table has no column of the charter."


# --- writing --------------------------------------------------------------------------------------

cells = {
    "n": st.floats(allow_infinity=False),
    "i": st.integers(-(2**53) + 1, 2**53 - 1).map(float) | st.just(math.nan),
    "c": st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=5)
    .map(str.strip).filter(bool) | st.none(),
    "b": st.sampled_from(["true", "false", None]),
    "d": st.datetimes(
        pd.Timestamp(1700, 1, 1).to_pydatetime(), pd.Timestamp(2200, 1, 1).to_pydatetime()
    ) | st.none(),
}  # fmt: skip


def typed_frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return rows in the house's types."""
    return pd.DataFrame(
        {
            "n": np.array([row["n"] for row in rows], dtype="float64"),
            "i": np.array([row["i"] for row in rows], dtype="float64"),
            "c": pd.Series([row["c"] for row in rows], dtype=object),
            "b": pd.Series([row["b"] for row in rows], dtype=object),
            "d": np.array([row["d"] for row in rows], dtype="datetime64[ns]"),
        }
    )


@properties
@given(rows=st.lists(st.fixed_dictionaries(cells), min_size=1, max_size=12))
def test_a_table_that_was_written_is_read_unchanged(
    rows: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    frame = typed_frame(rows)
    path = tmp_path_factory.mktemp("written") / "synthetic.parquet"
    write_table(frame, path, COLUMNS)
    again = read_table(path, COLUMNS)
    pd.testing.assert_frame_equal(frame, again)
    assert content_digest(frame, COLUMNS) == content_digest(again, COLUMNS)
    once = path.read_bytes()
    write_table(again, path, COLUMNS)
    assert path.read_bytes() == once


def test_a_reader_who_knows_nothing_of_synthnb_gets_plain_types(tmp_path: Path) -> None:
    row = {"n": 1.5, "i": 2.0, "c": "a", "b": "true", "d": pd.Timestamp(2026, 11, 30)}
    gone = {"n": math.nan, "i": math.nan, "c": None, "b": None, "d": None}
    write_table(typed_frame([row, gone]), tmp_path / "new" / "t.parquet", COLUMNS)
    table = pq.read_table(tmp_path / "new" / "t.parquet")
    kinds = [str(kind) for kind in table.schema.types]
    assert kinds == ["double", "int64", "string", "bool", "timestamp[ns]"]
    assert table.to_pylist()[0]["i"] == 2
    assert set(table.to_pylist()[1].values()) == {None}
    assert b"pandas" not in (tmp_path / "new" / "t.parquet").read_bytes()


def test_a_table_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    path = write(tmp_path / "t.parquet", people())
    before = path.read_bytes()
    broken = people().assign(age=[math.inf] * 60)  # no whole number
    columns = tuple(
        column.model_copy(update={"type": "integer"}) if column.name == "age" else column
        for column in charter().columns
    )
    with pytest.raises(OverflowError):
        write_table(broken, path, columns)
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["t.parquet"]
