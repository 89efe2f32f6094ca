"""A table that was made elsewhere is taken as it is, or refused with every difference."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pandas as pd
import pytest
from generation_plans import plan
from loans import loan_charter, loan_frame, loan_tables

from synthnb import generate
from synthnb.errors import GeneratorError, TableError
from synthnb.records import Generation
from synthnb.tables import content_digest

EXTERNAL = {"path": "made/table.csv", "tool": "another-tool 4.2", "description": "A tree model."}


def brought(folder: Path, frame: pd.DataFrame, **fields: object) -> tuple[pd.DataFrame, Generation]:
    (folder / "made").mkdir()
    frame.to_csv(folder / "made" / "table.csv", index=False)
    made = plan("bring-your-own", external=EXTERNAL, **fields)
    return generate.synthesise(loan_tables(), made, folder=folder)


def test_it_is_taken_row_by_row_and_its_maker_is_named(tmp_path: Path) -> None:
    original = loan_frame().iloc[:200].reset_index(drop=True)
    frame, made = brought(tmp_path, original)
    pd.testing.assert_frame_equal(frame, original)
    assert made.library == "another-tool 4.2"
    assert (made.licence, made.transformations, made.parameters) == ("", (), {})
    assert made.synthetic.content == content_digest(frame, loan_charter().assessed)


def test_columns_may_stand_in_another_order(tmp_path: Path) -> None:
    original = loan_frame().iloc[:60]
    frame, _ = brought(tmp_path, original[sorted(original)])
    assert list(frame) == list(original)


def test_every_difference_from_the_charter_is_named(tmp_path: Path) -> None:
    strange = loan_frame().iloc[:60].rename(columns={"race": "Race"}).assign(price="dear")
    with pytest.raises(TableError) as caught:
        brought(tmp_path, strange)
    assert {problem.where for problem in caught.value.problems} == {"race", "Race", "price"}


def test_columns_that_the_charter_does_not_assess_are_dropped(tmp_path: Path) -> None:
    frame = loan_frame().iloc[:60].assign(applicant=range(60))
    described = [c.model_dump(mode="json") for c in loan_charter().columns]
    described.append({"name": "applicant", "type": "integer", "roles": ["identifier"]})
    charter = loan_charter(columns=described)
    tables = loan_tables()
    (tmp_path / "made").mkdir()
    frame.to_csv(tmp_path / "made" / "table.csv", index=False)
    made = plan("bring-your-own", external=EXTERNAL)
    table, _ = generate.synthesise(
        dataclasses.replace(tables, charter=charter), made, folder=tmp_path
    )
    assert list(table) == list(loan_frame())


def test_another_number_of_rows_than_planned_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GeneratorError, match="the plan says 61, the file holds 60"):
        brought(tmp_path, loan_frame().iloc[:60], rows=61)


def test_a_missing_file_is_named_without_its_folder(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"table\.csv") as caught:
        generate.synthesise(
            loan_tables(), plan("bring-your-own", external=EXTERNAL), folder=tmp_path
        )
    assert str(tmp_path) not in str(caught.value)
