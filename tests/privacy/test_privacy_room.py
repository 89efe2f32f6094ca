"""The room as others see it: names, catalogue, figures."""

from __future__ import annotations

import pytest
from small_tables import leaked, thirds

from synthnb import privacy
from synthnb.errors import TableError
from synthnb.figures.privacy import forest, ladder, state
from synthnb.records import CATALOGUE, interval, missing
from synthnb.records.policy import Direction

LIMITS: dict[str, tuple[Direction, float]] = {
    "privacy.exact_copies.excess": ("at_most", 0.01),
    "privacy.membership.excess": ("at_most", 0.01),
}


def test_the_public_names_are_these() -> None:
    assert privacy.__all__ == sorted(privacy.__all__)
    assert set(privacy.__all__) == {
        *("Attack", "View", "assess", "attacks", "attribute_inference", "distance_to_closest"),
        *("exact_copies", "exchangeability", "membership", "reidentification", "tolerance"),
        "view",
    }


def test_every_attack_tells_its_story_and_its_metrics_are_explained() -> None:
    ids = [attack.id for attack in privacy.attacks()]
    assert len(set(ids)) == len(ids)
    for attack in privacy.attacks():
        assert all((attack.knows, attack.wants, attack.can, attack.title, attack.version))
        assert set(attack.metrics) <= set(CATALOGUE)


def test_an_assessment_emits_exactly_the_catalogue() -> None:
    found = privacy.assess(thirds(0), seed=0)
    assert {e.metric for e in found} == {m for m in CATALOGUE if m.startswith("privacy.")}
    assert len({e.id for e in found}) == len(found)


def test_a_view_needs_a_synthetic_table() -> None:
    import dataclasses

    with pytest.raises(TableError, match="no synthetic table"):
        privacy.view(dataclasses.replace(thirds(0), synthetic=None), seed=0)


def test_a_state_is_that_of_the_whole_interval() -> None:
    def made(low: float, high: float) -> str:
        bar = interval("privacy.membership.excess", low, low, high, n=1, method="made up")
        return state(bar, LIMITS)

    assert made(0.0, 0.01) == "within"
    assert made(0.0, 0.02) == "across"
    assert made(0.02, 0.03) == "beyond"


def test_figures_say_in_words_what_they_show_and_never_change() -> None:
    found = privacy.assess(leaked(thirds(0), 33), seed=0)
    picture = forest(found, LIMITS)
    assert "Excess of exact copies: +5.0 points" in picture.alt
    assert "beyond the limit" in picture.alt
    assert picture.svg == forest(found, LIMITS).svg
    rungs = ladder(found)
    assert "Real records copied exactly: 5.0 %, p < 0.001, chance 0.0 %." in rungs.alt
    assert rungs.svg == ladder(found).svg


def test_figures_show_what_is_missing_as_missing() -> None:
    absent = [
        missing("privacy.membership.excess", "because", method="none"),
        missing("privacy.membership.auc", "because", method="none"),
    ]
    assert "not measured" in forest(absent, LIMITS).alt
    assert "not measured" in ladder(absent).alt
    assert forest([], LIMITS).svg
    assert ladder([]).svg
