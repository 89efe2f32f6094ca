"""The room as others see it: names and catalogue."""

from __future__ import annotations

import pytest
from small_tables import thirds

from synthnb import privacy
from synthnb.errors import TableError
from synthnb.records import CATALOGUE


def test_the_public_names_are_these() -> None:
    assert privacy.__all__ == sorted(privacy.__all__)
    assert set(privacy.__all__) == {
        *("Attack", "View", "view", "assess", "attacks", "added", "stories", "excess_estimates"),
        *("exchangeability", "leak", "self_test", "exact_copies", "membership", "agreement"),
        *("attribute_inference", "linkability", "singling_out", "reidentification"),
        *("external_linkage", "successive_releases", "explanations", "groups", "anonymity"),
        *("distance_to_closest", "empirical_epsilon"),
    }


def test_every_attack_tells_its_story_and_its_metrics_are_explained() -> None:
    ids = [attack.id for attack in privacy.attacks()]
    assert len(set(ids)) == len(ids)
    for attack in privacy.attacks():
        assert all((attack.knows, attack.wants, attack.can, attack.title, attack.version))
        assert set(attack.metrics) <= set(CATALOGUE)


def test_an_assessment_emits_exactly_the_catalogue() -> None:
    found = privacy.assess(thirds(0), seed=0)
    ours = {m for m in CATALOGUE if m.startswith("privacy.")}
    added = {"privacy.attack.excess", "privacy.attack.p"}  # for attacks of other packages
    assert {e.metric for e in found} == ours - added
    assert len({e.id for e in found}) == len(found)


def test_a_view_needs_a_synthetic_table() -> None:
    import dataclasses

    with pytest.raises(TableError, match="no synthetic table"):
        privacy.view(dataclasses.replace(thirds(0), synthetic=None), seed=0)
