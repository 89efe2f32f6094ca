"""The threat library: what is built in, and what other packages add without touching synthnb."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from acme import MIRROR, write_package
from scipy.stats import fisher_exact
from small_tables import leaked, one, thirds

from synthnb import assets, privacy
from synthnb.errors import AttackError
from synthnb.privacy.library import BUILT_IN
from synthnb.records import CATALOGUE, Policy, read

CANARY = "CANARY-7731"
Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    def installed(code: str = MIRROR, **how: str) -> None:
        monkeypatch.syspath_prepend(str(write_package(tmp_path, code, **how)))

    yield installed
    sys.modules.pop("acme_attacks", None)


def policy() -> Policy:
    path = assets.templates() / "policies" / "default.yaml"
    return read(Policy, path.read_text(encoding="utf-8"), path.name)


# --- what is built in ----------------------------------------------------------------------------


def test_every_built_in_attack_has_a_whole_story_and_metrics_that_are_explained() -> None:
    for attack in BUILT_IN:
        threat = attack.threat
        assert threat.package == "synthnb"
        assert set(threat.metrics) <= set(CATALOGUE), threat.id
        for words in (threat.knows, threat.wants, threat.can):
            assert words.endswith("."), threat.id


def test_no_two_built_in_attacks_share_an_id_or_a_metric() -> None:
    ids = [attack.id for attack in BUILT_IN]
    metrics = [metric for attack in BUILT_IN for metric in attack.metrics]
    assert len(set(ids)) == len(ids)
    assert len(set(metrics)) == len(metrics)


def test_the_default_policy_requires_every_attack_that_decides_or_explains() -> None:
    required = {(need.id, need.version) for need in policy().threats.required}
    assert required == {(a.id, a.version) for a in BUILT_IN if a.status != "description"}


def test_all_three_criteria_of_the_working_party_are_attacked() -> None:
    assert {attack.criterion for attack in BUILT_IN} == {
        "singling out",
        "linkability",
        "inference",
    }


# --- what a plug-in adds -------------------------------------------------------------------------


def test_an_attack_of_another_package_runs_like_any_other(install: Install) -> None:
    install()
    mirror = privacy.attacks()[-1]
    assert (mirror.id, mirror.package, mirror.threat.package) == (
        "acme.mirror",
        "acme 2.1",
        "acme 2.1",
    )
    view = privacy.view(leaked(thirds(0), 300), seed=0)
    found = privacy.added(view)
    gap = one(found, "privacy.attack.excess", attack="acme.mirror")
    p = one(found, "privacy.attack.p", attack="acme.mirror")
    # The same by another way: merge, and Fisher's test of scipy.
    names = [column.name for column in view.columns if column.type == "category"]
    rows = view.synthetic[names].drop_duplicates().assign(there=True)
    hit = view.real[names].merge(rows, how="left", on=names)["there"].notna().to_numpy()
    a, b = hit[view.member].sum(), hit[~view.member].sum()
    n, c = view.member.sum(), (~view.member).sum()
    assert gap.value == pytest.approx(a / n - b / c)
    assert gap.low is not None
    assert gap.low <= a / n - b / c
    expected = fisher_exact([[a, n - a], [b, c - b]], alternative="greater").pvalue
    assert p.value == pytest.approx(expected)


def test_its_p_value_is_corrected_with_those_of_the_others(install: Install) -> None:
    install()
    view = privacy.view(leaked(thirds(0), 300), seed=0)
    p = one(privacy.added(view), "privacy.attack.p", attack="acme.mirror")
    corrected = privacy.explanations([p])
    assert one(corrected, "privacy.holm.p", attack="acme.mirror").value == p.value


def test_a_function_that_makes_an_attack_will_do(install: Install) -> None:
    install(MIRROR + "\ndef make():\n    return MIRROR\n", entry="acme_attacks:make")
    assert privacy.attacks()[-1].id == "acme.mirror"


def test_without_control_it_says_so_with_its_own_name(install: Install) -> None:
    install()
    plain = thirds(0)
    alone = dataclasses.replace(plain, control=plain.control.iloc[:0])
    found = privacy.added(privacy.view(alone, seed=0))
    assert [(e.metric, e.scope["attack"], e.measured) for e in found] == [
        ("privacy.attack.excess", "acme.mirror", False),
        ("privacy.attack.p", "acme.mirror", False),
    ]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("from synthnb", "from synthnb.nowhere", "cannot be loaded"),
        ("MIRROR = privacy.Attack(", "MIRROR = dict(", "is no `synthnb.privacy.Attack`"),
        ('id="acme.mirror"', 'id="acme mirror"', "id: "),
        ('id="acme.mirror"', 'id="membership"', "must begin with `acme.`"),
        ('version="1"', 'version="one"', "version: "),
        ('cost="one look"', 'cost=""', "cost: "),
        ('criterion="singling out"', 'criterion="doubt"', "criterion: "),
        ('"privacy.attack.p"', '"privacy.leak.p"', "metrics: must be"),
        ('cost="one look"', 'cost="one look", status="headline"', "status: must be"),
        ("measure=look", "measure=None", "measure: cannot be called"),
    ],
)
def test_a_broken_plug_in_is_an_error_that_names_the_fault(
    install: Install, old: str, new: str, words: str
) -> None:
    assert old in MIRROR
    install(MIRROR.replace(old, new))
    with pytest.raises(AttackError, match="plug-in is broken") as caught:
        privacy.attacks()
    assert words in str(caught.value)
    assert "mirror" in str(caught.value)


def test_every_broken_plug_in_is_named_at_once(install: Install, tmp_path: Path) -> None:
    install(MIRROR.replace('version="1"', 'version="one"'))
    (tmp_path / "acme-2.1.dist-info" / "entry_points.txt").write_text(
        "[synthnb.attacks]\nmirror = acme_attacks:MIRROR\nsmoke = acme_attacks:SMOKE\n"
    )
    with pytest.raises(AttackError) as caught:
        privacy.attacks()
    assert {problem.where for problem in caught.value.problems} == {"mirror", "smoke"}


def test_an_id_that_is_taken_twice_is_refused(install: Install, tmp_path: Path) -> None:
    install()
    (tmp_path / "acme-2.1.dist-info" / "entry_points.txt").write_text(
        "[synthnb.attacks]\nmirror = acme_attacks:MIRROR\nsmoke = acme_attacks:MIRROR\n"
    )
    with pytest.raises(AttackError, match=r"takes the id `acme\.mirror`, which is in use"):
        privacy.attacks()


GOOD = "    return privacy.excess_estimates(MIRROR, view, found)\n"
HEAD = "    from synthnb.records import exact, interval, missing\n"
GAP = 'interval("privacy.attack.excess", 0, 0, 0, n=1, method="-", attack="acme.mirror")'
P = 'exact("privacy.attack.p", 1, method="-", attack="acme.mirror")'


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (f"raise ValueError('{CANARY}')", "broke (ValueError)"),
        (f"return {{}}['{CANARY}']", "broke (KeyError)"),
        ("return 7", "broke (TypeError)"),
        ("return ()", "each `privacy.attack.excess` needs the `privacy.attack.p`"),
        (f"return ({GAP},)", "each `privacy.attack.excess` needs the `privacy.attack.p`"),
        (f"return ({GAP}, '{CANARY}')", "estimate 2: is no"),
        (f"return ({GAP}, {GAP}, {P})", "is there twice"),
        (
            f"return ({GAP}, exact('privacy.leak.p', 0, method='-', who='{CANARY}'))",
            "estimate 2: is about neither",
        ),
        (
            f"return ({GAP}, exact('privacy.attack.p', 1, method='-', attack='{CANARY}'))",
            "estimate 2: must have the scope `attack=acme.mirror`",
        ),
        (
            f"return ({GAP.replace('0, 0, 0', '2, 2, 2')}, {P})",
            "estimate 1: must lie from -1 to 1",
        ),
        (f"return ({GAP}, {P.replace(', 1,', ', 1.5,')})", "estimate 2: must lie from 0 to 1"),
        (
            f"return ({GAP.replace('interval', 'exact').replace('0, 0, 0', '0')}, {P})",
            "estimate 1: must be made by `interval(...)`",
        ),
        (
            "return privacy.excess_estimates(MIRROR, view, found[1:])",
            "must give one bool or float for each scored real record",
        ),
        (
            "return privacy.excess_estimates(MIRROR, view, [2.0 for _ in found])",
            "chance of success outside 0 to 1",
        ),
        (
            "return privacy.excess_estimates(MIRROR, view, [float('nan') for _ in found])",
            "chance of success outside 0 to 1",
        ),
    ],
)
def test_what_an_attack_answers_is_checked_and_no_data_is_told(
    install: Install, answer: str, words: str
) -> None:
    install(MIRROR.replace(GOOD, f"{HEAD}    {answer}\n"))
    view = privacy.view(thirds(0), seed=0)
    with pytest.raises(AttackError, match=r"acme\.mirror") as caught:
        privacy.added(view)
    assert words in str(caught.value)
    assert CANARY not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None or caught.value.__suppress_context__


def test_what_was_not_measured_is_a_whole_answer(install: Install) -> None:
    install(MIRROR.replace(GOOD, '    return MIRROR.missing("why", attack=MIRROR.id)\n'))
    found = privacy.added(privacy.view(thirds(0), seed=0))
    assert [each.note for each in found] == ["why", "why"]


def test_chances_of_success_are_compared_by_their_mean(install: Install) -> None:
    install()
    view = privacy.view(thirds(0), seed=0)
    half = np.where(view.to_synthetic == 0, 0.5, 0.0)
    mirror = privacy.attacks()[-1]
    gap, p = privacy.excess_estimates(mirror, view, half, secret="pay")
    assert gap.scope == p.scope == {"attack": "acme.mirror", "secret": "pay"}
    assert gap.value == pytest.approx(half[view.member].mean() - half[~view.member].mean())
    assert p.seed == 0
