"""Real records are found however they are shown, and what is nobody's record is not."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from leaking import ASSESSED, CHARTER, REAL, found, kinds, notebook, output, people
from papers import charter

from synthnb.disclosure import scan, scoring, sequences, values

ROW = REAL.iloc[123][ASSESSED]
HEAD = REAL[ASSESSED].iloc[[123, 7, 300]]
SHOWN = {
    "html": HEAD.to_html(),
    "html, turned": HEAD.T.to_html(),
    "html, one person": ROW.to_frame().to_html(),
    "repr": repr(HEAD),
    "wide": HEAD.to_string(),
    "csv": HEAD.to_csv(index=False),
    "csv without names": HEAD.to_csv(index=False, header=False),
    "markdown": "\n".join(
        ["| " + " | ".join(ASSESSED) + " |", "|---" * 7 + "|"]
        + ["| " + " | ".join(map(str, row)) + " |" for row in HEAD.itertuples(index=False)]
    ),
    "series": repr(ROW),
    "list": str(ROW.tolist()),
    "dict": str(ROW.to_dict()),
    "tuple": str(next(HEAD.itertuples(index=False))),
    "array": str(HEAD.to_numpy()),
    "yaml": "\n".join(f"- {name}: {value}" for name, value in ROW.items()),
    "json records": HEAD.to_json(orient="records"),
    "json columns": HEAD.to_json(date_format="iso"),
    "json split": HEAD.to_json(orient="split", date_format="iso"),
    "json lines": HEAD.to_json(orient="records", lines=True),
    "turned round": HEAD[ASSESSED[::-1]].to_string(),
    "four columns": HEAD[["income", "price", "age", "since"]].to_string(),
    "index kept": REAL[ASSESSED].head(2).to_csv(),
}


@pytest.mark.parametrize("how", SHOWN)
def test_a_record_is_found_however_it_is_shown(how: str) -> None:
    name = "page.html" if how.startswith("html") else "page.json" if how[:4] == "json" else "p.txt"
    name = "page.jsonl" if how == "json lines" else name
    assert "record" in kinds(SHOWN[how], name)


@pytest.mark.parametrize("how", SHOWN)
def test_a_record_of_somebody_else_is_not_found_however_it_is_shown(how: str) -> None:
    name = "page.html" if how.startswith("html") else "page.json" if how[:4] == "json" else "p.txt"
    name = "page.jsonl" if how == "json lines" else name
    assert kinds(SHOWN[how], name, real=[people(seed=1)]) == set()


def test_a_record_is_found_whose_numbers_are_rounded_to_three_digits() -> None:
    rounded = ROW.copy()
    for name in ("income", "loan", "price"):
        rounded[name] = float(f"{ROW[name]:.3g}")
    assert "record" in kinds(rounded.to_frame().to_html(), "page.html")


@pytest.mark.parametrize("name", ASSESSED)
def test_a_record_is_found_in_which_one_value_was_changed(name: str) -> None:
    changed = ROW.copy()
    changed[name] = people(seed=5).iloc[0][name]
    assert "record" in kinds(str(changed.to_dict()))


def test_a_record_is_found_of_which_two_columns_are_missing() -> None:
    assert "record" in kinds(repr(ROW.drop(["loan", "town"])))


def test_values_of_one_record_in_a_sentence_are_found() -> None:
    told = (
        f"Somebody from {ROW.town} aged {ROW.age:g} earns {ROW.income:,.2f} and borrowed "
        f"{ROW.loan} for a house of {ROW.price}, a customer since {ROW.since:%Y-%m-%d}."
    )
    assert "record" in kinds(told)


def test_names_in_front_of_values_may_be_titles() -> None:
    told = f"Monthly income: {ROW.income}, loan = {ROW.loan}, price = {ROW.price}"
    assert "record" in kinds(told)


def test_the_place_names_cell_output_type_and_row() -> None:
    (hit,) = found(notebook(output("text/html", HEAD.iloc[:1].to_html())), "03_privacy.ipynb")
    assert hit.place == "cell 2, output 1, text/html, table 1, row 2"
    assert str(hit) == (
        "03_privacy.ipynb, cell 2, output 1, text/html, table 1, row 2: shows values that only "
        "a record of the real data has together (record)"
    )


def test_several_records_in_one_output_are_one_hit_that_counts_them() -> None:
    (hit,) = found(notebook(output("text/html", HEAD.to_html())), "a.ipynb")
    assert hit.place == "cell 2, output 1, text/html, table 1, row 2 and 2 more"


def test_rows_of_shuffled_columns_raise_no_alarm() -> None:
    """The promise is 0.01 false alarms per release and way of showing; here are 40 releases."""
    alarms = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        mixed = pd.DataFrame({name: rng.permutation(REAL[name]) for name in ASSESSED}).head(25)
        files = {
            "a.html": mixed.to_html().encode(),
            "b.txt": mixed.to_string().encode(),
            "c.csv": mixed.to_csv(index=False, header=False).encode(),
            "d.json": mixed.to_json(orient="records").encode(),
        }
        alarms += len(scan(files, [REAL], CHARTER, minimum_cell=10))
    # Three ways of showing and two of order: at most 40 * 5 * 0.01 = 2 in expectation.
    assert alarms <= 2


def test_averages_shares_and_intervals_are_nobodys_record() -> None:
    groups = REAL.groupby("town")[["income", "loan", "price", "age"]].agg(["mean", "std"]).round(2)
    shares = REAL["town"].value_counts(normalize=True).round(3)
    assert kinds(groups.to_html(), "a.html") == set()
    assert kinds(repr(REAL[ASSESSED].describe())) == set()
    assert kinds(repr(shares)) == set()
    assert kinds("Loss is 0.209 (0.143 to 0.280), income 2,980.1 (95 %: 2,870 to 3,090).") == set()


def test_common_words_and_single_values_are_nobodys_record() -> None:
    assert (
        kinds(f"West End and Riverside; the age of {ROW.age:g}; {ROW.income} is a number") == set()
    )
    assert kinds("age: 40, town: West End, ill: false") == set()


BITS = [{"name": name, "type": "category"} for name in "abcde"]


def test_rows_of_five_binary_columns_are_everybodys_rows() -> None:
    rng = np.random.default_rng(0)
    real = pd.DataFrame(
        {n: rng.choice(np.array(["yes", "no"], dtype=object), 500) for n in "abcde"}
    )
    page = real.sample(20, random_state=1).to_html().encode()
    binary = charter(columns=BITS, task=None)
    assert scan({"a.html": page}, [real], binary, minimum_cell=10) == ()


def few() -> pd.DataFrame:
    """Return a table in which most rows stand more than once."""
    rng = np.random.default_rng(3)
    return pd.DataFrame(
        {
            "age": rng.integers(15, 60, 4000).astype(float),
            "town": rng.choice(np.array(["north", "south"], dtype=object), 4000),
            "ill": rng.choice(np.array(["true", "false"], dtype=object), 4000),
        }
    )


def test_a_row_that_many_people_share_tells_nothing_but_five_in_turn_do() -> None:
    real, small = few(), charter()
    apart = real.sample(5, random_state=2).to_html().encode()
    assert scan({"a.html": apart}, [real], small, minimum_cell=10) == ()
    in_turn = real.iloc[1000:1008].to_html().encode()
    (hit,) = scan({"a.html": in_turn}, [real], small, minimum_cell=10)
    assert hit.kind == "record"


def test_numbers_in_the_order_of_a_column_are_found_and_sorted_ones_are_not() -> None:
    column = REAL["income"].iloc[40:60]
    assert "record" in kinds(json.dumps({"x": column.tolist()}), "a.json")
    assert "record" in kinds(repr(column))
    assert kinds(json.dumps({"x": sorted(REAL["age"])[:40]}), "a.json") == set()


def test_a_part_of_a_table_is_the_same_people() -> None:
    """The train part repeats rows of the whole table; nobody becomes commoner by that."""
    train, control = REAL[ASSESSED].iloc[::2], REAL[ASSESSED].iloc[1::2]
    both = [REAL, train.reset_index(drop=True), control.reset_index(drop=True)]
    assert kinds(SHOWN["four columns"], real=both) == {"record"}


def test_a_hundred_thousand_records_take_seconds() -> None:
    from time import process_time

    many = people(100_000, seed=2)
    page = many[ASSESSED].sample(5, random_state=0).to_html() + people(300)[ASSESSED].to_html()
    begun = process_time()
    hits = found(page, "a.html", real=[many])
    assert process_time() - begun < 20
    assert [(hit.kind, hit.place.split(",")[0]) for hit in hits] == [("record", "table 1")]


def test_without_records_there_is_nothing_to_find() -> None:
    assert kinds(SHOWN["csv"], real=[]) == set()
    assert kinds(SHOWN["csv"], real=[REAL.iloc[:0]]) == set()


def test_the_documentation_names_the_numbers_in_use() -> None:
    text = (Path(__file__).parents[2] / "docs" / "disclosure.md").read_text(encoding="utf-8")
    assert f"probability {1 - scoring.ALTERED:g}" in text
    assert f"*N* *W* / {scoring.RATE:g})" in text
    assert (sequences.ROWS, sequences.VALUES, values.WORDS, values.OFTEN) == (5, 6, 6, 10)
    for phrase in ("five rows that follow", "six values of one", "six words", "ten people"):
        assert phrase in text
