"""What can be seen of a table before anybody has described it, without telling a value."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pandas as pd
import pytest

from synthnb.errors import TableError
from synthnb.tables import Surveyed, survey

ROWS = [(a, b) for a, b in product("xy", "pqrs")] * 10


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Return a table of 80 rows: each kind of x/y with p/q/r/s ten times."""
    frame = pd.DataFrame(ROWS, columns=["letter", "sign"])
    frame["customer"] = [f"C{number:04}" for number in range(80)]
    frame["number"] = [str(number) for number in range(1000, 1080)]
    frame["amount"] = [number + 0.5 for number in range(40)] * 2
    frame["age"] = [20 + number % 7 for number in range(80)]
    frame["flag"] = ["yes", "no"] * 40
    frame["coded"] = [0, 1] * 40
    frame["born"] = ["1980-01-01", "1990-02-03"] * 40
    frame["note"] = [f"a long remark about nothing in particular, number {n}" for n in range(80)]
    frame["same"] = "always"
    frame.loc[:7, "letter"] = None
    frame["secret"] = [f"hidden{number % 3}" for number in range(80)]
    path = tmp_path / "table.csv"
    frame.to_csv(path, index=False)
    return path


def seen(path: Path) -> dict[str, Surveyed]:
    return {each.name: each for each in survey(path)}


def test_types_are_those_in_which_the_cells_can_be_read(table: Path) -> None:
    assert {name: each.type for name, each in seen(table).items()} == {
        "letter": "category",
        "sign": "category",
        "customer": "category",
        "number": "integer",
        "amount": "number",
        "age": "integer",
        "flag": "boolean",
        "coded": "boolean",
        "born": "date",
        "note": "text",
        "same": "category",
        "secret": "category",
    }


def test_the_share_of_missing_cells_is_counted(table: Path) -> None:
    found = seen(table)
    assert found["letter"].missing == 0.1
    assert found["letter"].about == "category, 10.0% missing"
    assert found["sign"].about == "category, 0% missing"


def test_what_names_its_rows_is_an_identifier_and_what_says_nothing_is_left_out(
    table: Path,
) -> None:
    found = seen(table)
    assert found["customer"].roles == found["number"].roles == ("identifier",)
    assert found["note"].roles == found["same"].roles == ("excluded",)
    assert found["amount"].roles == ()


def test_a_column_that_singles_people_out_is_a_quasi_identifier(tmp_path: Path) -> None:
    rows = [(a, c) for a, c in product("pqrs", "1234")] * 4
    frame = pd.DataFrame(rows, columns=["a", "telling"])
    frame["level"] = ["u", "v"] * 32
    path = tmp_path / "t.csv"
    # Each kind is there four times, but for one row, which only `telling` sets apart.
    frame.loc[len(frame)] = ["p", "9", "u"]
    frame.to_csv(path, index=False)
    found = seen(path)
    assert found["telling"].roles == ("quasi-identifier",)
    assert "1.5% of the records" in found["telling"].because  # 1 of 65
    assert found["a"].roles == found["level"].roles == ()


def test_no_word_of_a_survey_quotes_a_cell(table: Path) -> None:
    words = repr(survey(table))
    assert all(each not in words for each in ("hidden", "C0001", "1980", "always", "1000"))


def test_a_file_that_is_no_table_is_an_error_in_words(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="does not exist"):
        survey(tmp_path / "none.csv")
