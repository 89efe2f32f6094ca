"""Looking closer: the worst first, numbers beside what they are compared with, no small cell."""

from __future__ import annotations

import re
from typing import Any

import pytest
from papers import between, charter, evidence, plan, policy, rule
from test_show import HOSTILE, TAGS, Page

from synthnb.judge import judge
from synthnb.records import Estimate, Finding, Threat, exact, interval, missing
from synthnb.records.marginal import Marginal
from synthnb.show import Shown, Subject, by_attack, by_scope, closer, distribution

SHARE: dict[str, Any] = {"metric": "generation.valid_share", "direction": "at_least", "limit": 0.9}
DRAWN = {"details", "summary", "svg", "line", "circle", "rect"}


def findings(*estimates: Estimate) -> list[Finding]:
    judged = judge(policy(rule(**SHARE)), charter(), plan(), [evidence(*estimates)])
    return [finding for finding in judged.findings if finding.rule == "risk"]


def page(shown: Shown) -> Page:
    found = Page(re.sub(r"<(line|circle|rect)([^>]*)/>", r"<\1\2></\1>", shown.html))
    assert set(found.tags) <= TAGS | DRAWN
    assert not any(name.startswith("on") or name in {"href", "src"} for name in found.attributes)
    return found


def shape(column: str, value: float, **scope: str) -> Estimate:
    return interval(
        "utility.column.shape",
        value,
        value - 0.05,
        min(value + 0.05, 1.0),
        n=100,
        method="by hand",
        baseline=0.97,
        **({"column": column} if column else scope),
    )


def marginal(column: str, **changes: Any) -> Marginal:
    body: dict[str, Any] = {
        **{"column": column, "ordered": False, "bins": ("yes", "no", "maybe")},
        **{"real": (0.6, 0.4, None), "synthetic": (0.5, 0.3, 0.2), "minimum_cell": 10},
    }
    return Marginal(**{**body, **changes})


def test_the_worst_subject_stands_first_and_each_opens_by_itself() -> None:
    good = between(0.95, 0.99, SHARE["metric"], group="A")
    bad = between(0.2, 0.4, SHARE["metric"], group="B")
    unsure = between(0.85, 0.95, SHARE["metric"], group="C")
    listed = (good, bad, unsure)
    shown = closer(by_scope(listed, "group"), findings(*listed))
    found = page(shown)
    assert found.tags.count("details") == 3
    assert [line.split(" ")[0] for line in shown.text.splitlines() if line[0] != " "] == [
        *("B", "C", "A")
    ]
    assert "✗ fail" in found.text
    assert "? inconclusive" in found.text
    assert "✓ pass" in found.text


def test_what_is_bad_says_why_and_what_to_do_and_what_is_good_what_it_means() -> None:
    bad = between(0.2, 0.4, SHARE["metric"])
    (finding,) = findings(bad)
    shown = closer([Subject("it", (bad,))], [finding], {finding.id: "Use fewer towns."})
    assert f"  Why: {finding.because}" in shown.text.splitlines()
    assert "  What to do: Use fewer towns." in shown.text.splitlines()
    good = between(0.95, 0.99, SHARE["metric"])
    text = closer([Subject("it", (good,))], findings(good)).text
    assert "What it means:" in text
    assert "What to do" not in text


def test_a_number_stands_beside_what_it_is_compared_with_in_words_too() -> None:
    shown = closer(by_scope([shape("income", 0.8)], "column"))
    assert shown.text.splitlines()[:2] == [
        "income Shape of a column: 0.800 (0.750 to 0.850)",
        "  Shape of a column: 0.800 (0.750 to 0.850), compared with 0.970",
    ]
    assert "0.970" in page(shown).text


def test_a_line_has_the_same_scale_for_every_subject() -> None:
    """0.15 and 0.97 are the ends that were seen: they lie 8 pixels inside of 170."""
    html = closer(by_scope([shape("a", 0.2), shape("b", 0.97)], "column")).html
    dots = [float(x) for x in re.findall(r'<circle cx="([\d.]+)"[^>]*r="3.2"', html)]
    width = 170 - 16
    assert dots == pytest.approx(
        [8 + width * (0.2 - 0.15) / (1.0 - 0.15), 8 + width * (0.97 - 0.15) / (1.0 - 0.15)],
        abs=0.06,
    )


def test_what_was_not_measured_says_why() -> None:
    gone = missing("generation.valid_share", "Too few records.", method="count", group="A")
    shown = closer(by_scope([gone], "group"), findings(gone))
    assert "not measured" in shown.text
    assert "Too few records." in page(shown).text


def test_a_p_value_has_no_line_beside_it() -> None:
    p = exact("privacy.leak.p", 0.4, method="by hand")
    assert "<svg" not in closer([Subject("leak", (p,))]).html


def test_a_column_brings_its_distribution_and_the_pairs_that_it_is_in() -> None:
    pair = interval(
        *("utility.pair.trend", 0.7, 0.6, 0.8), n=9, method="by hand", pair="income × town"
    )
    subjects = by_scope(
        [shape("income", 0.8), pair], "column", [marginal("income"), marginal("town")]
    )
    income, town = subjects
    assert [each.metric for each in income.estimates] == [
        *("utility.column.shape", "utility.pair.trend")
    ]
    assert town.estimates == (pair,)
    assert "Trend of a pair · income × town" in closer(subjects).text


def test_a_hidden_cell_is_not_drawn_and_not_named() -> None:
    shown = distribution(marginal("vote"))
    text = page(shown).text
    assert "hidden" in text
    assert "fewer than 10 real people" in text
    assert shown.text.splitlines()[2] == "  maybe: real hidden, synthetic 20.0 %"
    bars = re.findall(r'width="([\d.]+)" height="6"', shown.html)
    assert [float(bar) for bar in bars] == pytest.approx([166, 166 * 0.4 / 0.6, 0], abs=0.06)


def test_an_attack_tells_its_story_and_a_description_tells_none() -> None:
    told: dict[str, Any] = {
        **{"version": "1", "criterion": "inference", "knows": "a name", "wants": "a secret"},
        **{"can": "look", "cost": "nothing", "metrics": ("privacy.leak.p",)},
    }
    threats = [
        Threat(id="a", title="Mirror", status="headline", **told),
        Threat(id="b", title="Yardstick", status="description", **told),
    ]
    mirror, yardstick = by_attack([exact("privacy.leak.p", 0.4, method="by hand")], threats)
    assert mirror.said == "Someone who knows a name wants a secret, and can look."
    assert yardstick.said == ""


def test_nothing_measured_is_said() -> None:
    assert closer([Subject("empty", ())]).text == "nothing was measured"


@pytest.mark.parametrize("text", HOSTILE)
def test_names_from_the_data_stay_text(text: str) -> None:
    bad = between(0.2, 0.4, SHARE["metric"], group=text)
    column = marginal(text, bins=(text, "b", "c"), unit=text)
    shown = closer(
        [Subject(text, (bad,), text, distribution(column))], findings(bad), {"risk": text}
    )
    assert text in page(shown).text.replace(" ", "") or text in page(shown).text
