"""How often the room is wrong, over many divisions of the lending data."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from small_tables import leaked, one, shuffled, thirds

from synthnb import privacy
from synthnb.records import CATALOGUE, Estimate
from synthnb.tables import Tables

DIVISIONS = 60
PAGE = Path(__file__).parents[2] / "docs" / "privacy.md"


def attacked(tables: Tables) -> tuple[Estimate, ...]:
    view = privacy.view(tables, seed=0)
    return tuple(estimate for attack in privacy.attacks() for estimate in attack.run(view))


def beyond(found: tuple[Estimate, ...]) -> set[str]:
    """Return the attacks whose whole interval lies above 1 %."""
    return {
        e.metric.split(".")[1]
        for e in found
        if e.metric.endswith(".excess") and e.low is not None and e.low > 0.01
    }


@pytest.mark.slow
def test_the_room_is_wrong_no_more_often_than_it_says() -> None:
    honest = [attacked(thirds(seed)) for seed in range(DIVISIONS)]
    mixed = [attacked(shuffled(thirds(seed), seed)) for seed in range(DIVISIONS)]
    # 5 % of 60 divisions is 3; more than 7 has a probability below 1 %.
    assert sum(bool(beyond(found)) for found in honest) <= 7
    assert sum(bool(beyond(found)) for found in mixed) <= 7
    p = [one(found, "privacy.membership.p").value or 0.0 for found in honest]
    assert sum(value <= 0.05 for value in p) <= 7


@pytest.mark.slow
def test_copies_are_found_as_often_as_the_page_says() -> None:
    few = [attacked(leaked(thirds(seed), 13)) for seed in range(DIVISIONS)]
    many = [attacked(leaked(thirds(seed), 33)) for seed in range(DIVISIONS)]
    assert all("exact_copies" in beyond(found) for found in few)
    assert all({"exact_copies", "membership", "attribute"} <= beyond(found) for found in many)
    for found in (*few, *many):
        assert (one(found, "privacy.membership.p").value or 0.0) <= 0.05


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
