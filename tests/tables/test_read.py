"""Reading: one content whatever the file, and errors that name everything but a value."""

from __future__ import annotations

import datetime
import decimal
import math
import struct
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from papers import properties
from small_files import CANARY, COLUMNS, cells, column, people, refused, stored, write

from synthnb.errors import TableError
from synthnb.records import Column
from synthnb.tables import content_digest, file_digest, read_table
from synthnb.tables.cells import typed
from synthnb.tables.read import check_real, conform

FRAME = pd.DataFrame(
    {
        "n": [1.5, math.nan, -0.1, 1e-300],
        "i": pd.array([1, None, -3, 2**53 - 1], dtype="Int64"),
        "c": ["a", None, "b, \"c\"\nd", "é日"],
        "b": pd.array([True, None, False, True], dtype="boolean"),
        "d": np.array(["2026-11-30", "NaT", "1999-01-01T12:34:56.789", "2020-02-29"], "M8[ns]"),
    }
)  # fmt: skip
SUFFIXES = ("csv", "csv.gz", "csv.zst", "parquet", "parquet.gz", "parquet.zst")


# --- one content, many files ----------------------------------------------------------------------


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_format_gives_the_same_types_and_the_same_digest(suffix: str, tmp_path: Path) -> None:
    frame = read_table(write(tmp_path / f"table.{suffix}", FRAME), COLUMNS)
    assert [str(kind) for kind in frame.dtypes] == [
        *("float64", "float64", "object", "object", "datetime64[ns]"),
    ]
    assert frame["c"].tolist() == ["a", None, 'b, "c"\nd', "é日"]
    assert frame["b"].tolist() == ["true", None, "false", "true"]
    assert frame["i"].tolist()[2:] == [-3.0, 2.0**53 - 1]
    assert frame.isna().sum().tolist() == [1, 1, 1, 1, 1]
    plain = read_table(write(tmp_path / "plain.csv", FRAME), COLUMNS)
    assert content_digest(frame, COLUMNS) == content_digest(plain, COLUMNS)


@properties
@given(
    numbers=st.lists(st.floats(allow_infinity=False), min_size=1, max_size=20),
    texts=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8),
)
def test_csv_and_parquet_agree_to_the_last_bit(
    numbers: list[float], texts: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("agree")
    columns = (column("number"), column("category", "b"))
    frame = pd.DataFrame({"a": numbers, "b": [texts] * len(numbers)})
    digests = {
        content_digest(read_table(write(folder / f"t.{suffix}", frame), columns), columns)
        for suffix in ("csv", "parquet")
    }
    assert len(digests) == 1


def test_the_digest_is_what_its_description_says() -> None:
    columns = (column("number", "n"), column("category", "c"))
    frame = pd.DataFrame({"n": [1.0, math.nan], "c": ["é", None]}, dtype=object)
    frame["n"] = frame["n"].astype("float64")
    by_hand = struct.pack("<qq", 2, 2)
    for text in ("n", "number"):
        by_hand += struct.pack("<q", len(text)) + text.encode()
    by_hand += struct.pack("<dd", 1.0, math.nan)
    for text in ("c", "category", "é"):
        by_hand += struct.pack("<q", len(text.encode())) + text.encode()
    by_hand += struct.pack("<q", -1)
    assert content_digest(frame, columns) == sha256(by_hand).hexdigest()


def test_the_digest_knows_one_zero_and_one_nan_but_every_name_type_and_order() -> None:
    one = pd.DataFrame({"a": [0.0, math.nan], "b": ["x", "y"]})
    columns = (column("number"), column("category", "b"))
    same = pd.DataFrame({"a": [-0.0, -math.nan], "b": ["x", "y"]})
    assert content_digest(one, columns) == content_digest(same, columns)
    renamed = one.rename(columns={"b": "c"})
    others = [
        content_digest(one, columns[::-1]),
        content_digest(one, (column("integer"), columns[1])),
        content_digest(renamed, (columns[0], column("category", "c"))),
        content_digest(one.iloc[::-1], columns),
        content_digest(one.iloc[:1], columns),
        content_digest(pd.DataFrame({"a": [0.0, math.nan], "b": ["xy", ""]}), columns),
    ]
    assert len({content_digest(one, columns), *others}) == 7


def test_the_digest_of_a_file_is_that_of_its_bytes(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "a\n1\n")
    assert file_digest(path) == sha256(b"a\n1\n").hexdigest()


def test_the_columns_come_in_the_order_of_the_charter(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", " b ,a\nx,1\ny,2\n")
    frame = read_table(path, (column("number"), column("category", "b")))
    assert list(frame) == ["a", "b"]
    assert frame["a"].tolist() == [1, 2]


def test_a_named_index_of_parquet_is_a_column_and_an_unnamed_one_is_none(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": [1.0, 2.0], "b": ["x", "y"]})
    frame.set_index("b").to_parquet(tmp_path / "named.parquet")
    frame.set_axis([7, 9]).to_parquet(tmp_path / "unnamed.parquet")
    columns = (column("number"), column("category", "b"))
    for name in ("named", "unnamed"):
        read = read_table(tmp_path / f"{name}.parquet", columns)
        assert read["b"].tolist() == ["x", "y"]
        assert list(read.index) == [0, 1]


def test_columns_that_may_be_there_are_dropped(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "a,id\n1,x\n2,y\n")
    assert list(read_table(path, (column("number"),), optional=frozenset({"id", "no"}))) == ["a"]


# --- cells ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("type", "texts", "expected"),
    [
        ("number", ["1", " 2.5 ", "+3", "-.5", "5.", "1e3"], [1, 2.5, 3, -0.5, 5, 1000]),
        ("integer", ["1", "2.0", "-3", "1e3"], [1, 2, -3, 1000]),
        ("category", ["a", " b ", "NA", "1.0", "true"], ["a", "b", "NA", "1.0", "true"]),
        ("boolean", ["true", "F", "Yes", "no", "1", "0", " T "], ["true", "false"] * 3 + ["true"]),
        ("date", ["2026-11-30", "2026-11-30T12:00", "2026-11-30T12:00:00+02:00", "2026-11"], [
            pd.Timestamp(2026, 11, 30), pd.Timestamp(2026, 11, 30, 12),
            pd.Timestamp(2026, 11, 30, 10), pd.Timestamp(2026, 11, 1),
        ]),
    ],
)  # fmt: skip
def test_cells_are_read_as_the_charter_types_them(
    type: str, texts: list[str], expected: list[Any], tmp_path: Path
) -> None:
    assert cells(tmp_path, texts, type) == expected


@pytest.mark.parametrize("type", ["number", "integer", "boolean", "date"])
def test_usual_words_for_nothing_are_missing(type: str, tmp_path: Path) -> None:
    words = ["", " ", "NA", "n/a", "NaN", "null", "None"]
    assert pd.isna(pd.Series(cells(tmp_path, words, type), dtype=object)).all()


def test_only_an_empty_category_is_missing(tmp_path: Path) -> None:
    assert cells(tmp_path, ["", "  ", "none"], "category") == [None, None, "none"]


@pytest.mark.parametrize(
    ("type", "text", "message"),
    [
        ("number", CANARY, "holds text where numbers are expected"),
        ("number", "1_7731", "holds text"),
        ("number", "0x7731", "holds text"),
        ("number", "٣", "holds text"),
        ("number", "1 000", "holds text"),
        ("number", "true", "holds text"),
        ("number", "2026-11-30", "holds text"),
        ("number", "inf", "holds infinite values"),
        ("number", "-Infinity", "holds infinite values"),
        ("number", "1e400", "holds infinite values"),
        ("integer", "7731.5", "holds fractions"),
        ("integer", "9007199254740993", "beyond 2^53 or|of 2^53 and more"),
        ("integer", CANARY, "holds text"),
        ("boolean", CANARY, "something else than true/false"),
        ("boolean", "2", "something else than true/false"),
        ("date", CANARY, "something else than ISO 8601 dates"),
        ("date", "30.11.2026", "something else than ISO 8601 dates"),
        ("date", "9999-12-31", "something else than ISO 8601 dates"),
        ("date", "2026-02-30", "something else than ISO 8601 dates"),
    ],
)
def test_a_cell_that_does_not_fit_is_refused_unquoted(
    type: str, text: str, message: str, tmp_path: Path
) -> None:
    path = write(tmp_path / "t.csv", f"a,b\n1,x\n{text},x\n")
    (problem,) = refused(path, (column(type), column("category", "b"))).problems
    assert problem.where == "a"
    assert any(each in problem.message for each in message.split("|"))
    assert repr(text) not in problem.message


NONE = None
MOMENT = datetime.datetime(2026, 11, 30, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("type", "values", "expected"),
    [
        ("number", [1, 2], [1.0, 2.0]),
        ("number", pd.array([1, None], dtype="Int64"), [1.0, NONE]),
        ("number", pd.Categorical(["1", "NA"]), [1.0, NONE]),
        ("number", pd.array(["1", "NA", None], dtype="string"), [1.0, NONE, NONE]),
        ("number", [decimal.Decimal("1.50"), None], [1.5, NONE]),
        ("integer", np.array([1, 255], dtype="uint8"), [1.0, 255.0]),
        ("category", [1, 2], ["1", "2"]),
        ("category", [1.0, 2.5, math.nan], ["1", "2.5", NONE]),
        ("category", pd.Categorical(["a", None]), ["a", NONE]),
        ("category", [True, None], ["True", NONE]),
        ("boolean", [True, None, False], ["true", NONE, "false"]),
        ("boolean", [1, 0], ["true", "false"]),
        ("boolean", [1.0, math.nan], ["true", NONE]),
        ("date", [datetime.date(2026, 11, 30), None], [pd.Timestamp(2026, 11, 30), NONE]),
        ("date", [MOMENT], [pd.Timestamp(2026, 11, 30)]),
        ("date", [2026, 20261130], [pd.Timestamp(2026, 1, 1), pd.Timestamp(2026, 11, 30)]),
        ("number", [None, None], [NONE, NONE]),
        ("category", [None, None], [NONE, NONE]),
        ("boolean", [None, None], [NONE, NONE]),
        ("date", [None, None], [NONE, NONE]),
    ],
)
def test_stored_values_come_to_the_same_types(
    type: str, values: Any, expected: list[Any], tmp_path: Path
) -> None:
    found = [None if pd.isna(value) else value for value in stored(tmp_path, values, type)]
    assert found == expected


@pytest.mark.parametrize(
    ("type", "values", "message"),
    [
        ("number", [True, False], "its type is `boolean`"),
        ("integer", [True, None], "its type is `boolean`"),
        ("number", [MOMENT, None], "stored as datetime, which cannot be read as a number"),
        ("integer", [datetime.date(2026, 1, 1)], "stored as date"),
        ("number", [datetime.timedelta(days=1)], "stored as timedelta"),
        ("number", [7731.0, math.inf], "infinite"),
        ("category", [b"CANARY-7731"], "stored as bytes"),
        ("category", [["CANARY-7731"]], "stored as mixed"),
        ("category", [{"x": 7731}], "stored as mixed"),
        ("category", [datetime.time(7, 31)], "stored as time"),
        ("boolean", [MOMENT], "stored as datetime"),
        ("boolean", [7731.5], "something else than true/false"),
        ("date", [7731.5], "stored as floating"),
        ("date", [True], "stored as boolean"),
        ("date", np.array(["9999-12-31"], dtype="datetime64[us]"), "ISO 8601 dates"),
        ("integer", [2**53 + 1, 1], "2^53"),
    ],
)
def test_what_a_type_could_only_guess_at_is_refused(
    type: str, values: Any, message: str, tmp_path: Path
) -> None:
    path = write(tmp_path / "t.parquet", pd.DataFrame({"a": values}))
    (problem,) = refused(path, (column(type),)).problems
    assert message in problem.message


def test_kinds_that_no_file_holds_are_refused_too() -> None:
    for values in (pd.Series([1 + 2j]), pd.Series(pd.interval_range(0, 2)), pd.Series([1, "x"])):
        for type in ("number", "integer", "boolean", "date", "category"):
            assert typed(values, column(type))[1] is not None


# --- files that cannot be used --------------------------------------------------------------------

AB = (column("number"), column("category", "b"))


def test_a_missing_file_is_named_without_its_folder(tmp_path: Path) -> None:
    error = refused(tmp_path / "secret" / "a.csv", AB, name="control")
    assert error.message == "The control table `a.csv` does not exist."
    assert "secret" not in str(error)


def test_a_folder_is_no_table(tmp_path: Path) -> None:
    (tmp_path / "a.csv").mkdir()
    assert "does not exist" in refused(tmp_path / "a.csv", AB).message


@pytest.mark.parametrize("name", ["a.xlsx", "a", "a.csv.bz2", "a.CSV", "a.csv.gz.bz2"])
def test_an_unknown_format_lists_the_known_ones(name: str, tmp_path: Path) -> None:
    error = refused(write(tmp_path / name, "a,b\n1,x\n"), AB)
    assert "no known format" in error.message
    assert ".csv.zst" in str(error.advice)


@pytest.mark.parametrize("uri", ["https://host/a.csv", "s3://bank/a.csv"])
def test_a_uri_is_recorded_but_never_fetched(uri: str, tmp_path: Path) -> None:
    assert "never fetched" in refused(Path(uri), AB).message
    assert "never fetched" in refused(tmp_path / uri, AB).message


@pytest.mark.parametrize("text", ["", "\n\n", "a,b\n", "\ufeff", " \n"])
def test_an_empty_table_is_refused(text: str, tmp_path: Path) -> None:
    assert "is empty" in refused(write(tmp_path / "a.csv", text), AB).message


def test_an_empty_parquet_table_is_refused(tmp_path: Path) -> None:
    empty = pd.DataFrame({"a": pd.Series([], dtype="float64"), "b": pd.Series([], dtype=object)})
    assert "is empty" in refused(write(tmp_path / "a.parquet", empty), AB).message


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.csv", "a,b\n1,CANARY-7731é\n".encode("latin-1")),
        ("a.csv", b'a,b\n1,"CANARY-7731\n2,y\n'),
        ("a.csv", b'a,b\n1,"CANARY"-7731\n2,y\n'),
        ("a.parquet", b"CANARY-7731"),
        ("a.parquet", b"PAR1CANARY-7731PAR1"),
    ],
)
def test_a_spoilt_file_is_refused_unquoted(name: str, data: bytes, tmp_path: Path) -> None:
    error = refused(write(tmp_path / name, data), AB)
    assert "cannot be read as" in error.message
    assert error.__suppress_context__


@pytest.mark.parametrize("suffix", ["csv.gz", "csv.zst", "parquet.gz", "parquet.zst", "parquet"])
def test_a_truncated_file_is_refused(suffix: str, tmp_path: Path) -> None:
    path = write(tmp_path / f"a.{suffix}", people(500))
    path.write_bytes(path.read_bytes()[:-20])
    assert "cannot be read" in refused(path, AB).message


@pytest.mark.parametrize("row", ["1", "1,x,CANARY-7731", "CANARY-7731,7731,7731,7731"])
@pytest.mark.parametrize("place", [0, 1])
def test_rows_of_another_width_are_refused_wherever_they_stand(
    row: str, place: int, tmp_path: Path
) -> None:
    rows = ["1,x", "2,y"]
    rows.insert(place, row)
    error = refused(write(tmp_path / "a.csv", "\n".join(["a,b", *rows])), AB)
    assert "more or fewer cells" in error.message


def test_a_nul_does_not_cut_a_number_short(tmp_path: Path) -> None:
    assert "NUL" in refused(write(tmp_path / "a.csv", "a,b\n1\x002,x\n"), AB).message


def test_two_columns_of_one_name_are_told_by_position(tmp_path: Path) -> None:
    error = refused(write(tmp_path / "a.csv", "7731,b, 7731,\n1,2,3,4\n"), AB)
    assert [str(problem) for problem in error.problems] == [
        "column 3: has the same name as column 1",
        "column 4: has no name",
    ]


def test_two_parquet_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    table = pa.table([pa.array([1.0]), pa.array([2.0])], names=["a", "a"])
    pq.write_table(table, tmp_path / "a.parquet")
    with pytest.raises(TableError, match=r"cannot be (told apart|read)"):
        read_table(tmp_path / "a.parquet", AB)


def test_a_file_without_a_header_does_not_give_away_its_first_record(tmp_path: Path) -> None:
    error = refused(write(tmp_path / "a.csv", "7731,CANARY-7731\n1,x\n"), AB)
    (problem,) = error.problems
    assert "is there a line of names?" in problem.message


def test_every_difference_is_told_at_once(tmp_path: Path) -> None:
    text = "age,twon,ill,extra\nCANARY-7731,A,7731,x\n1,B,0,y\n"
    columns = (
        column("integer", "age"), column("category", "town"), column("boolean", "ill"),
        column("date", "born"),
    )  # fmt: skip
    error = refused(write(tmp_path / "a.csv", text), columns, name="synthetic")
    assert error.message == "The synthetic table does not fit the charter."
    assert {problem.where: problem.message for problem in error.problems} == {
        "town": "is in the charter but not in the file; is it the file's `twon`?",
        "born": "is in the charter but not in the file",
        "twon": "is in the file but not in the charter; list it, if only as `excluded`",
        "extra": "is in the file but not in the charter; list it, if only as `excluded`",
        "age": "holds text where numbers are expected",
        "ill": "holds something else than true/false, yes/no or 1/0; its type is `category`",
    }


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>", "{{< include secret.txt >}}", "=cmd()", '#eval("1")', "$(id)",
        "a,b", 'a"b', "naïve 日本", "a" * 300,
    ],
)  # fmt: skip
@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_awkward_names_and_values_come_through_unchanged(
    name: str, suffix: str, tmp_path: Path
) -> None:
    frame = pd.DataFrame({name: [name, "x"], "b": ["y", name]})
    columns = (column("category", name), column("category", "b"))
    read = read_table(write(tmp_path / f"a.{suffix}", frame), columns)
    assert read[name].tolist() == [name, "x"]
    assert read["b"].tolist() == ["y", name]


def test_a_name_cannot_forge_a_line_of_an_error(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": [1.0], "b": ["x"], "c\x1b[2J\rfine": [1]})
    assert "\x1b" not in str(refused(write(tmp_path / "a.parquet", frame), AB))


# --- what cannot be learnt from -------------------------------------------------------------------


def unusable(frame: pd.DataFrame, *columns: Column) -> dict[str, str]:
    """Return what is wrong with a real table, by column."""
    read = conform(frame, columns, name="real")
    with pytest.raises(TableError) as caught:
        check_real(read, columns)
    assert "CANARY" not in str(caught.value)
    return {problem.where: problem.message for problem in caught.value.problems}


@pytest.mark.parametrize("rows", [1, 2, 19])
def test_a_table_of_a_few_rows_is_refused(rows: int) -> None:
    frame = conform(pd.DataFrame({"a": range(rows)}), (column("number"),), name="real")
    noun = "1 row;" if rows == 1 else f"{rows} rows;"
    with pytest.raises(TableError, match=f"has {noun} at least 20 are needed"):
        check_real(frame, (column("number"),))


def test_every_column_that_teaches_nothing_is_told_at_once() -> None:
    rows = 120
    frame = pd.DataFrame(
        {
            "empty": [None] * rows,
            "constant": [CANARY] * rows,
            "name": [f"{CANARY}-{row}" for row in range(rows)],
            "town": ["A", CANARY] * (rows // 2),
            "age": [*range(rows - 1), 7731],
            "fine": [1.0, 2.0] * (rows // 2),
        }
    )
    found = unusable(
        frame,
        column("number", "empty"),
        column("category", "constant"),
        column("category", "name"),
        column("category", "town", categories=["A", "B"]),
        column("number", "age", minimum=1, maximum=130),
        column("number", "fine", minimum=1, maximum=2),
    )
    assert found.pop("empty") == "is empty in every row; give it the role `excluded`"
    assert "the same value in every row" in found.pop("constant")
    assert "a different category in most rows" in found.pop("name")
    assert found.pop("town") == "holds categories that the charter does not list"
    assert found.pop("age") in {
        "goes below the public minimum 1 of the charter",
        "goes above the public maximum 130 of the charter",
    }
    assert not found


def test_a_constant_with_gaps_still_says_something() -> None:
    frame = pd.DataFrame({"a": ["x", None] * 20})
    check_real(conform(frame, (column("category"),), name="real"), (column("category"),))


@pytest.mark.parametrize(("categories", "allowed"), [(50, True), (51, False)])
def test_a_small_table_may_have_fifty_categories(categories: int, allowed: bool) -> None:
    values = [f"c{row % categories}" for row in range(60)]
    columns = (column("category"),)
    frame = conform(pd.DataFrame({"a": values}), columns, name="real")
    if allowed:
        check_real(frame, columns)
    else:
        assert "identifier" in unusable(pd.DataFrame({"a": values}), *columns)["a"]


@pytest.mark.parametrize("role", ["identifier", "excluded", "weight"])
def test_columns_that_are_not_assessed_may_hold_anything(role: str) -> None:
    columns = (column("category", "id", roles=[role]), column("number"))
    frame = pd.DataFrame({"id": [f"p{row}" for row in range(200)], "a": [1.0, 2.0] * 100})
    check_real(conform(frame, columns, name="real"), columns)
