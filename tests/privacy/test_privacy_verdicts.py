"""What a rule "excess at most 1 %" makes of tables whose leak is known."""

from __future__ import annotations

import pytest
from small_tables import leaked, one, shuffled, thirds

from synthnb import privacy
from synthnb.privacy.bounds import BLOCKING
from synthnb.records import Estimate
from synthnb.tables import Tables

TOLERANCE = 0.01


def excesses(tables: Tables) -> list[Estimate]:
    view = privacy.view(tables, seed=0)
    found = [
        *privacy.exact_copies(view),
        *privacy.membership(view),
        *privacy.attribute_inference(view),
        *privacy.reidentification(view),
    ]
    return [e for e in found if e.metric in {f"privacy.{name}.excess" for name in BLOCKING}]


def failed(found: list[Estimate]) -> list[str]:
    return [e.id for e in found if e.low is not None and e.low > TOLERANCE]


@pytest.mark.parametrize("seed", range(10))
def test_a_verbatim_copy_of_train_fails(seed: int) -> None:
    tables = thirds(seed)
    beyond = failed(excesses(tables.with_synthetic(tables.train.copy())))
    assert {"privacy.exact_copies.excess", "privacy.membership.excess"} <= set(beyond)
    assert "privacy.attribute.excess[secret=loanamt]" in beyond
    assert "privacy.attribute.excess[secret=approve]" in beyond


@pytest.mark.parametrize("seed", range(10))
def test_another_sample_of_the_population_is_never_failed(seed: int) -> None:
    found = excesses(thirds(seed))
    assert failed(found) == []
    copies = next(e for e in found if e.metric == "privacy.exact_copies.excess")
    assert copies.high is not None
    assert copies.high <= TOLERANCE


@pytest.mark.parametrize("seed", range(10))
def test_columns_shuffled_each_by_itself_are_never_failed(seed: int) -> None:
    assert failed(excesses(shuffled(thirds(seed), seed))) == []


@pytest.mark.parametrize("seed", range(5))
def test_five_per_cent_of_train_planted_verbatim_is_found(seed: int) -> None:
    view = privacy.view(leaked(thirds(seed), 33), seed=0)
    found = [*privacy.exact_copies(view), *privacy.membership(view)]
    found += privacy.attribute_inference(view)
    every = tuple(found)
    for metric in ("privacy.exact_copies.p", "privacy.membership.p"):
        p = one(every, metric).value
        assert p is not None
        assert p < 0.05
    learnt = one(every, "privacy.attribute.p", secret="loanamt").value
    assert learnt is not None
    assert learnt < 0.05
