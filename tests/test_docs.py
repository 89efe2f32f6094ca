"""Everything that a user can type or read about is documented, or the build fails."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
import typer.main

from synthnb.cli import app
from synthnb.records import CATALOGUE, Datasheet

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted([ROOT / "README.md", *DOCS.glob("*.md")])


def commands(group: click.Command, path: str = "synthnb") -> dict[str, click.Command]:
    found: dict[str, click.Command] = {}
    for name, command in getattr(group, "commands", {}).items():
        inner = commands(command, f"{path} {name}")
        found.update(inner or {f"{path} {name}": command})
    return found


COMMANDS = commands(typer.main.get_command(app))


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_and_option_is_documented_and_explained(name: str) -> None:
    text = (DOCS / "commands.md").read_text()
    assert f"`{name}" in text
    assert COMMANDS[name].help, f"{name} has no help"
    for parameter in COMMANDS[name].params:
        long = [option for option in parameter.opts if option.startswith("--")]
        assert not long or any(f"`{option}" in text for option in long), (name, long)
        assert parameter.name == "name" or getattr(parameter, "help", "x"), (name, parameter.name)


def test_every_metric_is_documented_where_its_room_is() -> None:
    text = "\n".join(page.read_text() for page in PAGES)
    absent = [metric for metric in CATALOGUE if f"`{metric}`" not in text]
    assert absent == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text()):
        if not target.startswith(("http:", "https:", "mailto:")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_in_code_blocks_exist(page: Path) -> None:
    for block in re.findall(r"```sh\n(.*?)```", page.read_text(), re.DOTALL):
        for line in block.splitlines():
            if line.startswith("synthnb ") and not line.startswith("synthnb --"):
                words = [word for word in line.split() if not word.startswith("-")]
                known = {" ".join(words[:2]), " ".join(words[:3])} & set(COMMANDS)
                assert known, f"{page.name}: {line}"


def test_the_numbers_in_the_readme_are_those_of_the_committed_example() -> None:
    sheet = Datasheet.model_validate_json(
        (ROOT / "reports/loanapp/1.0.0/content/datasheet.json").read_bytes()
    )
    found = {estimate.id: estimate for room in sheet.evidence for estimate in room.estimates}
    impact = found["fairness.label.disparate_impact[group=Race = Black,table=real]"]
    lineage = next(room.lineage for room in sheet.evidence if room.lineage)
    rows = {table.name: table.rows for table in lineage.tables}
    text = " ".join((ROOT / "README.md").read_text().split())
    assert impact.value is not None
    assert f"{impact.value:.2f} times as often as White ones ({impact.low:.2f} to" in text
    assert f"to {impact.high:.2f})" in text
    assert f"about {found['utility.task.loss'].value:.1f} of its ROC AUC" in text
    assert f"{rows['train']} records are too few" in text
    detectable = found["privacy.selftest.detectable[leak=two columns swapped]"].value
    assert f"found only from {100 * detectable:.1f} % on" in text
