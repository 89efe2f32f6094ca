"""What docs/generation.md and docs/lineage.md say is so."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path

import pytest
from generation_plans import plan
from loans import loan_charter, loan_tables, write_loans

from synthnb import generate
from synthnb.records import CATALOGUE, Plan, read

DOCS = Path(__file__).parents[2] / "docs"


def blocks(page: str, language: str) -> list[str]:
    text = (DOCS / page).read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


@pytest.mark.parametrize("page", ["generation.md", "lineage.md"])
def test_every_python_block_runs(page: str, tmp_path: Path) -> None:
    tables = loan_tables(parts=3)
    names = {
        "tables": tables,
        "charter": loan_charter(),
        "plan": plan(rows=30),
        "folder": tmp_path,
        "files": {"real": write_loans(tmp_path)},
        "templates": {},
    }
    for block in blocks(page, "python"):
        exec(block, names)  # noqa: S102
    assert names.get("estimates") or names.get("picture")


def example(number: int) -> Plan:
    options = {"conditions", "scenarios", "stratify", "enforce", "blend"}
    fields = plan().model_dump(mode="json", exclude_none=True, exclude=options)
    written = "\n".join(f"{key}: {json.dumps(value)}" for key, value in fields.items())
    return read(Plan, f"{written}\n{blocks('generation.md', 'yaml')[number]}", "plan.yaml")


@pytest.mark.parametrize("number", range(5))
def test_every_example_of_an_option_can_be_carried_out(number: int) -> None:
    rule = {"name": "loan", "title": "Loans are positive", "column": "loanamt"}
    charter = loan_charter(constraints=[{**rule, "operator": ">", "value": 0}])
    tables = dataclasses.replace(loan_tables(), charter=charter)
    frame, made = generate.synthesise(tables, example(number))
    assert len(frame) == made.rows
    assert [each.rationale for each in made.mitigations]


def test_the_example_of_conditions_can_be_carried_out() -> None:
    frame, _ = generate.synthesise(loan_tables(), example(0))
    assert len(frame) == 1000
    assert ((frame["race"] == "Black") & (frame["approve"] == "no")).sum() >= 200


def test_every_generator_and_parameter_is_documented_as_it_is() -> None:
    text = (DOCS / "generation.md").read_text(encoding="utf-8")
    for generator in generate.generators().values():
        library = f" | {generator.library} | {generator.licence} |" if generator.library else ""
        assert re.search(rf"^\| `{generator.id}` \|.*{re.escape(library)}", text, re.MULTILINE)
        for name, each in generator.parameters.items():
            row = f" | {json.dumps(each.default)} | {each.expected} | {each.meaning} |"
            line = re.search(rf"^\| `{name}` \| ([^|]*)({re.escape(row)})", text, re.MULTILINE)
            assert line, name
            assert line[1] == "all" or f"`{generator.id}`" in line[1]


def test_every_metric_of_the_room_is_documented() -> None:
    text = (DOCS / "generation.md").read_text(encoding="utf-8")
    for name in CATALOGUE:
        if name.startswith("generation."):
            assert f"`{name}`" in text
