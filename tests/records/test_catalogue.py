"""The metric catalogue: every number has a meaning, and one way to be written."""

from __future__ import annotations

import math
import string

import pytest

from synthnb.errors import UsageError
from synthnb.records import CATALOGUE, Metric, metric
from synthnb.records.catalogue import find

ROOMS = {"generation", "privacy", "fairness", "utility"}


@pytest.mark.parametrize("entry", CATALOGUE.values(), ids=lambda entry: entry.id)
def test_a_metric_is_explained_to_somebody_who_has_never_seen_it(entry: Metric) -> None:
    assert entry.id.partition(".")[0] in ROOMS
    assert set(entry.id) <= set(string.ascii_lowercase + string.digits + "._")
    for text in (entry.meaning, entry.remedy):
        assert text.endswith(".")
        assert text[0].isupper()
    assert not entry.title.endswith(".")
    assert "http" not in entry.source
    if entry.minimum is not None and entry.maximum is not None:
        assert entry.minimum < entry.maximum
    if entry.better == "target":
        assert entry.chance is not None
    if entry.chance is not None:
        assert (entry.minimum or -math.inf) <= entry.chance
        assert entry.chance <= (math.inf if entry.maximum is None else entry.maximum)


def test_no_two_metrics_have_one_title() -> None:
    titles = [entry.title for entry in CATALOGUE.values()]
    assert len(set(titles)) == len(titles)


def test_a_metric_of_a_plug_in_describes_itself() -> None:
    entry = metric("attack.new_kind")
    assert entry.title == "New kind"
    assert entry.source == "plug-in"


def test_metrics_are_found_by_name_by_room_and_all_together() -> None:
    assert find(None) == tuple(CATALOGUE.values())
    assert [entry.id for entry in find("generation.rows")] == ["generation.rows"]
    below = {entry.id for entry in find("generation")}
    assert below == {each for each in CATALOGUE if each.startswith("generation.")}


def test_an_unknown_metric_suggests_the_nearest_ones() -> None:
    with pytest.raises(UsageError, match=r"did you mean .*generation\.rows"):
        find("generation.row")
    with pytest.raises(UsageError, match="`synthnb metrics` lists them"):
        find("zzzzzz")
    with pytest.raises(UsageError):
        find("gener")


@pytest.mark.parametrize(
    ("unit", "value", "shown"),
    [
        ("share", 0.1234, "12.3 %"),
        ("share", -0.5, "−50.0 %"),
        ("difference", 0.1, "+10.0 points"),
        ("difference", -0.1, "−10.0 points"),
        ("records", 1234567, "1\u202f234\u202f567"),
        ("rows", 12, "12"),
        ("p-value", 0.0004, "< 0.001"),
        ("p-value", 0.04, "0.040"),
        ("ratio", 0.81234, "0.812"),
        ("score", -1, "−1.000"),
        ("number", math.inf, "∞"),
        ("share", -math.inf, "−∞"),
    ],
)
def test_a_value_is_written_in_its_unit(unit: str, value: float, shown: str) -> None:
    entry = Metric.model_validate(
        {
            "id": "m",
            "title": "M",
            "unit": unit,
            "better": "lower",
            "meaning": "x",
            "remedy": "x",
            "source": "x",
        }
    )
    assert entry.show(value) == shown


@pytest.mark.parametrize(
    ("name", "bounds", "shown"),
    [
        ("generation.valid_share", (0.9, 0.8, 1.0), "90.0 % (80.0 to 100.0 %)"),
        ("generation.valid_share", (0.9, None, None), "90.0 %"),
        ("plug.in", (0.5, -math.inf, math.inf), "0.500 (−∞ to ∞)"),
    ],
)
def test_an_interval_names_its_unit_once(
    name: str, bounds: tuple[float, float | None, float | None], shown: str
) -> None:
    assert metric(name).show_with_interval(*bounds) == shown
