"""The scan on data of real people: lending, where columns hang together, and arrests, where people
are alike."""

from __future__ import annotations

import io
import json

import numpy as np
import pandas as pd
import pytest
from leaking import notebook, output
from loans import loan_charter, loan_frame

from synthnb import disclosure
from synthnb.disclosure.derived import derived
from synthnb.records import Charter

ROW = 700


def say(
    text: str | bytes,
    name: str = "notes.txt",
    real: pd.DataFrame | None = None,
    charter: Charter | None = None,
) -> list[str]:
    """Scan one file for people of the lending data, unless others are given."""
    data = text.encode() if isinstance(text, str) else text
    frames = [loan_frame() if real is None else real]
    hits = disclosure.scan({name: data}, frames, charter or loan_charter(), minimum_cell=10)
    return [f"{hit.where}: {hit.message}" for hit in hits]


def forms() -> dict[str, str]:
    """Return one real record in the forms in which Python, pandas and people write it."""
    real = loan_frame()
    one, few = real.iloc[ROW], real.iloc[ROW : ROW + 3]
    record = json.loads(few.to_json(orient="records"))[0]
    cells = "".join(f"<td>{value}</td>" for value in one)
    return {
        "a line of CSV": ",".join(map(str, one)),
        "tabs": few.to_csv(sep="\t", index=False),
        "a frame that is broken into blocks": few.to_string(line_width=80),
        "a series": repr(one),
        "a transposed frame": few.T.to_string(),
        "an HTML table": few.to_html(),
        "a transposed HTML table": few.T.to_html(),
        "an HTML table without a header": f"<table><tr>{cells}</tr></table>",
        "cells, one a line": "\n".join(str(value) for value in one),
        "separate paragraphs": "".join(f"<p>{value}</p>" for value in one),
        "a dict": repr(one.to_dict()),
        "an indented JSON record": json.dumps(record, indent=2),
        "JSON by lists of columns": json.dumps(few.to_dict(orient="list")),
        "JSON values": few.to_json(orient="values"),
        "a sentence": ", ".join(f"{name} is {value}" for name, value in one.items()),
    }


@pytest.mark.parametrize("form", forms())
def test_a_lending_record_is_found_as(form: str) -> None:
    text = forms()[form]
    name = "a.html" if text[0] == "<" else "a.json" if "JSON" in form else "a.txt"
    assert say(text, name)
    assert say("Before it stands a sentence with 3 numbers, 12 and 40.\n\n" + text)


def near(change: str) -> pd.DataFrame:
    """Return a real record that was changed a little."""
    one = loan_frame().iloc[[ROW]].copy()
    numbers = one.select_dtypes("number").columns
    if change == "rounded to three digits":
        one[numbers] = one[numbers].map(lambda value: float(f"{value:.3g}"))
    elif change == "two columns changed":
        one["atotinc"] += 777
        one["race"] = "Hispanic" if one["race"].item() != "Hispanic" else "Black"
    elif change == "columns in another order":
        one = one[one.columns[::-1]]
    elif change == "only its numbers":
        one = one[numbers]
    elif change == "half of its columns":
        one = one[["loanamt", "appinc", "price", "atotinc", "hrat", "obrat", "race", "sex"]]
    return one


@pytest.mark.parametrize(
    "change",
    [
        "rounded to three digits",
        "two columns changed",
        "columns in another order",
        "only its numbers",
        "half of its columns",
    ],
)
def test_a_near_row_of_the_lending_data_is_found(change: str) -> None:
    one = near(change)
    assert say(one.to_csv(index=False)), "CSV"
    assert say(one.to_html(), "a.html"), "HTML"
    assert say(repr(one.iloc[0])), "series"


@pytest.mark.parametrize("seed", range(4))
def test_other_applicants_are_not_taken_for_those_in_the_data(seed: int) -> None:
    """Six hundred people whom the scan does not know, against 1,371 whom it knows."""
    whole = loan_frame()
    order = np.random.default_rng(seed).permutation(len(whole))
    real, others = whole.iloc[order[600:]].reset_index(drop=True), whole.iloc[order[:600]]
    # Some stand there twice with another loan or another applicant: these are the same people.
    twice = np.zeros(len(others), dtype=bool)
    for same in (["atotinc", "hrat", "obrat"], ["appinc", "price", "hrat", "obrat"]):
        keys = set(real[same].itertuples(index=False, name=None))
        twice |= [row in keys for row in others[same].itertuples(index=False, name=None)]
    strangers = others[~twice]
    assert len(strangers) > 580
    assert say(strangers.head(5).to_csv(index=False)) != []
    assert say(strangers.to_csv(index=False), real=real) == []


def test_a_loan_a_price_and_their_ratio_are_two_facts() -> None:
    frame = loan_frame()
    numbers = list(frame.select_dtypes("number"))
    groups = derived({at: frame[name].to_numpy() for at, name in enumerate(numbers)})
    assert [{numbers[at] for at in group} for group in groups] == [{"loanamt", "price", "loanprc"}]


def test_sums_and_multiples_are_known_as_such_and_mere_correlation_is_not() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.gamma(3, 100, 400), rng.gamma(2, 50, 400)
    noisy = a * rng.uniform(0.9, 1.1, 400)
    mostly = np.where(rng.random(400) < 0.7, 0.0, a)
    assert derived({0: a, 1: b, 2: noisy, 3: mostly}) == ()
    assert derived({0: a, 1: b, 2: a + b}) == (frozenset({0, 1, 2}),)
    assert derived({0: a, 1: b, 2: 12 * a}) == (frozenset({0, 2}),)
    assert derived({0: a, 1: b, 2: 100 * b / a}) == (frozenset({0, 1, 2}),)
    assert derived({0: a[:10], 1: a[:10]}) == ()
    assert derived({}) == ()


def test_aggregates_of_the_lending_data_are_no_records() -> None:
    real = loan_frame()
    shares = real.groupby(["race", "sex"])["approve"].value_counts(normalize=True)
    for table in (
        real.describe(),
        real.select_dtypes("number").corr(),
        real.groupby("race").mean(numeric_only=True),
        real.groupby(["race", "sex"])[["loanamt", "price"]].median(),
        real.select_dtypes("number").quantile([0.1, 0.25, 0.5, 0.75, 0.9]),
        shares.rename("share").reset_index(),
    ):
        assert say(table.to_string()) == []
        assert say(table.to_html(), "a.html") == []
        assert say(table.to_json(), "a.json") == []


def test_arrests_of_people_who_are_alike_are_nobodys_and_five_in_turn_are_somebodys() -> None:
    from sklego.datasets import load_arrests

    real = load_arrests(as_frame=True).drop(columns="year").astype({"age": float, "checks": float})
    for name in real.select_dtypes(exclude="number"):
        real[name] = real[name].astype(object)
    assert real.duplicated(keep=False).mean() > 0.4
    columns = [
        {"name": name, "type": "integer" if real[name].dtype == float else "category"}
        for name in real
    ]
    charter = loan_charter(columns=columns, task=None)
    apart = real[real.duplicated(keep=False)].sample(30, random_state=1)
    assert say(apart.to_html(), "a.html", real, charter) == []
    assert say(real.iloc[1000:1010].to_html(), "a.html", real, charter)


def test_pictures_are_no_leak_but_their_notes_can_be() -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    frame = loan_frame()
    figure, axes = plt.subplots()
    axes.scatter(frame["appinc"], frame["loanamt"])
    axes.set_xlabel("Income")
    for kind in ("png", "svg", "pdf"):
        out = io.BytesIO()
        figure.savefig(out, format=kind)
        assert say(out.getvalue(), f"a.{kind}") == []
    out = io.BytesIO()
    note = ", ".join(map(str, frame.iloc[ROW]))
    figure.savefig(out, format="png", metadata={"Description": note})
    plt.close(figure)
    assert say(out.getvalue(), "a.png")


def test_small_counts_of_groups_whose_names_are_common_words_are_found() -> None:
    frame = loan_frame()
    counted = frame.loc[frame["race"] == "Hispanic", ["sex", "approve"]].value_counts()
    assert 0 < counted.min() < 10
    (hit,) = say(repr(counted))
    assert "counts fewer people" in hit
    assert say(repr(counted[counted >= 10])) == []


@pytest.mark.parametrize("key", ["range_min", "range_max", "range_values"])
def test_a_range_that_is_a_list_is_found(key: str) -> None:
    (hit,) = say(notebook(sdv={key: [1, 2]}), "a.ipynb")
    assert "range that a generator learnt" in hit


def test_a_password_is_found_whatever_stands_before_its_name() -> None:
    (hit,) = say("PGPASSWORD=hunter2hunter2")
    assert "hunter2" not in hit


def test_html_within_markdown_is_read_as_html() -> None:
    table = loan_frame().iloc[ROW : ROW + 2].T.to_html()
    book = notebook(output("text/markdown", f"# A heading\n\nand then\n\n{table}\n"))
    (hit,) = say(book, "a.ipynb")
    assert "text/markdown" in hit
