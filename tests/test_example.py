"""The committed example holds, and making it anew gives the same evidence."""

from __future__ import annotations

from pathlib import Path

import pytest
from workspaces import cli_here

from synthnb import notebooks
from synthnb.records import Evidence

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "reports" / "loanapp" / "1.0.0"


def test_the_committed_example_verifies(tmp_path: Path) -> None:
    people = ROOT / "reports" / "people.yaml"
    done = cli_here("verify", EXAMPLE, "--trust", people, cwd=tmp_path)
    assert done.code == 0, done.text
    assert "The release holds." in done.out


@pytest.mark.parametrize("stock", notebooks.STOCK, ids=lambda stock: stock.room)
def test_making_it_anew_gives_the_same_evidence(stock: notebooks.Stock, demo: Path) -> None:
    committed = notebooks.collect(EXAMPLE / "content" / "notebooks" / stock.file)
    again = notebooks.collect(demo / "dossiers" / "loanapp" / "runs" / "0001" / stock.file)
    assert comparable(again) == comparable(committed)


def comparable(evidence: Evidence) -> dict[str, object]:
    """Return evidence without what differs between machines and versions of synthnb."""
    body = evidence.model_dump(mode="json")
    if body["lineage"]:
        for key in ("packages", "python", "platform", "templates"):
            body["lineage"].pop(key)
    return body
