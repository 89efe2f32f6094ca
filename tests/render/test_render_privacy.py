"""The privacy section of the datasheet: from the evidence alone, whoever's attacks ran."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from sheets import THREATS, policy, sheet, threat

from synthnb.records import Evidence, exact, missing
from synthnb.render import resolve
from synthnb.render.attackers import attackers, idle, others

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def text() -> str:
    return resolve(sheet()).qmd


def section(text: str, anchor: str) -> str:
    """Return a section of the text, up to the next heading."""
    start = text.index(f"{{#{anchor}}}")
    return re.split(r"\n#+ ", text[start:], maxsplit=1)[0]


def with_evidence(**changes: object) -> list[Evidence]:
    return [
        each.model_copy(update=changes) if each.room == "privacy" else each
        for each in sheet().evidence
    ]


def test_the_first_thing_said_is_the_answer_of_the_rule(text: str) -> None:
    leak = section(text, "sec-leak")
    assert "**Nobody&#39;s record is in there.** Nobody can tell" in leak
    assert "**Leaked records**" in leak
    assert "**Leak, chance**" in leak


def test_the_test_itself_has_its_curve_and_the_points_stand_in_the_appendix(text: str) -> None:
    assert "(privacy-detection.svg)" in section(text, "sec-self-test")
    assert "Smallest leak that would be found" in section(text, "sec-self-test")
    body, appendix = text.split("# Further numbers {#sec-further}")
    assert "Planted leaks found" not in body.split("# How each number was measured")[0]
    assert "Planted leaks found" in appendix


def test_each_attack_tells_the_story_of_the_evidence(text: str) -> None:
    for told in THREATS:
        if told.id in {"linkability", "singling-out"}:  # measured nothing
            continue
        story = section(text, f"sec-attack-{told.id.replace('.', '-')}")
        assert f"What the attacker called {told.id} knows" in story


def test_what_only_describes_promises_no_success(text: str) -> None:
    assert "Success would be singling out" in section(text, "sec-attack-membership")
    assert "Success would be" not in section(text, "sec-attack-distance")


def test_attacks_of_other_packages_each_have_their_own_numbers(text: str) -> None:
    mirror, echo = (section(text, f"sec-attack-acme-{name}") for name in ("mirror", "echo"))
    assert "1.1 points" in mirror
    assert "3.3 points" not in mirror
    assert "3.3 points" in echo


def test_an_attack_that_was_never_installed_here_renders() -> None:
    strange = threat("zorro.blade", ("privacy.attack.excess", "privacy.attack.p"))
    cut = exact("privacy.attack.p", 0.004, method="of a package", attack="zorro.blade")
    found = with_evidence(estimates=(cut,), threats=(strange,))
    shown = attackers(sheet(evidence=tuple(found)))
    assert [each.title for each in shown] == ["Zorro blade"]
    assert "0.004" in shown[0].numbers.text


def test_attacks_that_measured_nothing_stand_together_with_their_reasons(text: str) -> None:
    apart = section(text, "sec-idle")
    assert "sec-attack-linkability" not in text
    assert "sec-attack-singling-out" not in text
    assert "Fewer than 100 queries" in apart
    assert "Excess of linked records" in apart  # a rule asks for it


def test_an_attack_without_any_estimate_says_so() -> None:
    lone = threat("mute", ("privacy.agreement.p",))
    bare = sheet(evidence=tuple(with_evidence(threats=(lone,))))
    assert "No executed notebook measured it" in idle(bare).text


def test_p_values_that_stand_corrected_are_not_repeated(text: str) -> None:
    assert "0.771" not in section(text, "sec-attack-attribute-inference")
    assert "Attribute inference, Total monthly income" in section(text, "sec-together")
    assert "Alone&#58; 0.771" in section(text, "sec-together")


def test_numbers_without_a_story_are_not_lost() -> None:
    bare = sheet(evidence=tuple(with_evidence(threats=())))
    assert attackers(bare) == []
    for title in ("Excess of exact copies", "Synthetic rows nearest to train"):
        assert title in others(bare).text


def test_without_a_privacy_notebook_there_is_no_attack() -> None:
    rest = tuple(each for each in sheet().evidence if each.room != "privacy")
    bare = sheet(evidence=rest)
    assert attackers(bare) == []
    assert "privacy-detection" not in resolve(bare).figures


def test_the_tolerance_is_drawn_only_where_one_rule_sets_it() -> None:
    stern = policy()
    twice = stern.rule("privacy.leak")
    assert twice is not None
    again = twice.model_copy(update={"id": "privacy.leak-again"})
    rules = stern.model_copy(update={"rules": (*stern.rules, again)})
    alts = {name: resolve(sheet(rules=r)).qmd for name, r in (("one", stern), ("two", rules))}
    assert "Tolerated are 1.0" in alts["one"]
    assert "Tolerated are" not in alts["two"]


def test_a_missing_estimate_of_a_group_is_named_in_its_figure() -> None:
    small = missing("privacy.group.excess", "too few people", method="-", group="Race = Other")
    estimates = next(each for each in sheet().evidence if each.room == "privacy").estimates
    found = tuple(with_evidence(estimates=(*estimates, small)))
    figures = resolve(sheet(evidence=found))
    assert "Race &#61; Other&#58; not measured" in figures.qmd


def test_rendering_needs_no_attack_library() -> None:
    script = (
        "import sys, sheets; from synthnb.render import resolve; resolve(sheets.sheet()); "
        "sys.exit('synthnb.privacy' in sys.modules)"
    )
    command = [sys.executable, "-c", script]
    subprocess.run(command, check=True, cwd=HERE, env={"PYTHONPATH": str(HERE)})
