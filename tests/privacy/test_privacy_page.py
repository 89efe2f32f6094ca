"""The page on the method names every number of the room, and its code runs."""

from __future__ import annotations

import re
from pathlib import Path

from small_tables import thirds

from synthnb.records import CATALOGUE

PAGE = Path(__file__).parents[2] / "docs" / "privacy.md"


def test_the_page_names_every_metric_of_the_room_and_no_other() -> None:
    named = set(re.findall(r"`(privacy\.[a-z_.]+)`", PAGE.read_text(encoding="utf-8")))
    assert named == {metric for metric in CATALOGUE if metric.startswith("privacy.")}


def test_the_code_on_the_page_runs() -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert blocks
    names: dict[str, object] = {"tables": thirds(0)}
    for block in blocks:
        exec(block, names)  # noqa: S102
    assert names["copies"]
    assert names["everything"]
