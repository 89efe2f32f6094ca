"""What notebooks show: numbers with their limits, and no text that could become markup."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import Any

import pytest
from papers import between, charter, clause, combined, evidence, plan, policy, rule

from synthnb.judge import judge
from synthnb.records import Estimate, Finding, Threat, exact, missing
from synthnb.records.evidence import MIME, from_payload
from synthnb.show import (
    Recorded,
    Shown,
    answer_card,
    attackers_list,
    estimates_table,
    findings_card,
    limits_table,
    methods_table,
    number,
    sentences,
)

HOSTILE = ["<script>alert(1)</script>", "Hi <img src=x onerror=alert(1)>", '"><b>x', "a&b"]
TAGS = {
    *("table", "thead", "tbody", "tr", "th", "td"),
    *("b", "i", "br", "code", "div", "p", "ul", "li", "span", "details", "summary"),
}


class Page(HTMLParser):
    """Collects what a browser would see."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.attributes: set[str] = set()
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        assert self.open == []
        return " ".join(self.words)


def page(shown: Shown) -> Page:
    """Return a shown piece as a browser sees it, if it is well formed and harmless."""
    found = Page(shown.html)
    assert set(found.tags) <= TAGS
    assert found.attributes <= {"style", "scope"}
    return found


def findings(*estimates: Estimate, **changes: object) -> list[Finding]:
    judged = judge(policy(rule(**changes)), charter(), plan(), [evidence(*estimates)])
    return [finding for finding in judged.findings if finding.rule == "risk"]


SHARE: dict[str, Any] = {"metric": "generation.valid_share", "direction": "at_least", "limit": 0.9}


def test_a_number_is_shown_with_its_interval_in_its_unit() -> None:
    assert number(between(0.1, 0.3)) == "0.200 (0.100 to 0.300)"
    assert number(between(0.8, 1.0, "generation.valid_share")) == "90.0 % (80.0 to 100.0 %)"
    assert number(exact("generation.rows", 12345, method="count")) == "12\u202f345"
    assert number(missing("test.risk", "too few", method="count")) == "not measured"


def test_an_estimate_stands_beside_its_limit_its_state_and_its_meaning() -> None:
    estimate = between(0.92, 0.96, "generation.valid_share", group="Town = A")
    shown = estimates_table([estimate], findings(estimate, **SHARE))
    text = page(shown).text
    for part in (
        "Rows with valid values · Town = A",
        "94.0 % (92.0 to 96.0 %)",
        "at least 90.0 %",
        "✓ pass",
        "within the public bounds",
        "Estimate (95 % interval)",
    ):
        assert part in text
    assert shown.text == (
        "Rows with valid values · Town = A: 94.0 % (92.0 to 96.0 %) at least 90.0 % pass"
    )


def test_an_estimate_without_a_rule_has_no_limit_and_no_state() -> None:
    shown = estimates_table([between(0.1, 0.3)])
    assert shown.text == "Risk: 0.200 (0.100 to 0.300)"
    assert not {"✓", "✗", "?"} & set(page(shown).text)


def test_what_was_not_measured_says_why_instead_of_what_it_means() -> None:
    gone = missing("generation.valid_share", "The table is too small.", method="count")
    text = page(estimates_table([gone])).text
    assert "The table is too small." in text
    assert "public bounds" not in text


def test_a_caveat_follows_the_meaning() -> None:
    noted = exact("generation.rows", 5, method="count", note="Fewer than asked for.")
    assert page(estimates_table([noted])).text.endswith("Fewer than asked for.")


def test_nothing_estimated_is_said() -> None:
    assert estimates_table([]).text == "nothing was estimated"


@pytest.mark.parametrize(
    ("estimate", "mark"),
    [
        (between(0.1, 0.2), "✓ pass"),
        (between(0.8, 0.9), "✗ fail"),
        (between(0.4, 0.6), "? inconclusive"),
        (missing("test.risk", "too few", method="count"), "– not measured"),
    ],
)
def test_a_state_is_a_word_and_a_sign_and_never_colour_alone(estimate: Estimate, mark: str) -> None:
    assert mark in page(estimates_table([estimate], findings(estimate))).text


def test_a_card_tells_what_blocks_first_what_warns_and_what_to_do() -> None:
    rules = policy(
        rule(severity="warn"),
        rule(**SHARE, id="valid", title="Valid"),
        rule(id="other", metric="m"),
    )
    papers = evidence(
        between(0.8, 0.9), between(0.1, 0.2, SHARE["metric"], town="A"), between(0, 0.1, "m")
    )
    judged = judge(rules, charter(), plan(), [papers])
    own = [each for each in judged.findings if each.rule in {"risk", "valid", "other"}]
    shown = findings_card("Findings.", own, "Do the next thing.")
    text = page(shown).text
    assert text.index("Valid · A") < text.index("Risk")
    assert "(blocks)" in text
    assert "(warns)" in text
    assert "1 of 3 findings pass, 1 blocks, 1 warns." in text
    assert "Correct the bounds and categories in the charter" in text
    first, *lines, last = shown.text.splitlines()
    assert first == "Findings. 1 of 3 findings pass, 1 blocks, 1 warns."
    assert [line.partition(":")[0] for line in lines] == [
        "[fail, blocks] Valid · A",
        "[fail, warns] Risk",
    ]
    assert last == "Next: Do the next thing."


def test_many_warnings_of_one_rule_are_folded_but_none_is_left_out() -> None:
    towns = ("A", "B", "C", "D", "E")
    rules = policy(rule(severity="warn"), rule(**SHARE, id="valid", title="Valid"))
    found = [between(0.8, 0.9, town=town) for town in towns]
    found += [between(0.1, 0.2, SHARE["metric"], town=town) for town in towns]
    judged = judge(rules, charter(), plan(), [evidence(*found)]).findings
    shown = findings_card("Findings.", [f for f in judged if f.metric], "Go on.")
    tree = page(shown)
    assert "0 of 10 findings pass, 5 block, 5 warn." in tree.text
    assert "(5 warnings)" in tree.text
    assert shown.html.count("<details>") == 1
    before, _, folded = shown.html.partition("<details>")
    assert all(f"Valid · {town}" in before for town in towns), "what blocks is always in sight"
    assert all(f"Risk · {town}" in folded for town in towns)
    assert all(f"Risk · {town}:" in shown.text for town in towns)


def test_folded_warnings_count_their_states_and_show_the_worst() -> None:
    rules = policy(rule(severity="warn", inconclusive="warn"))
    found = [between(0.4, 0.6, town=town) for town in ("A", "B", "C")]
    judged = judge(rules, charter(), plan(), [evidence(*found, between(0.8, 0.9, town="D"))])
    shown = findings_card("Findings.", [f for f in judged.findings if f.metric], "Go on.")
    assert "(4 warnings: 3 inconclusive, 1 fail)" in page(shown).text
    assert "✗ fail" in shown.html.partition("<summary")[2].partition("</summary>")[0]


def test_a_card_counts_what_the_policy_lets_stand() -> None:
    rules = policy(rule(not_measured="none"))
    gone = missing("test.risk", "The table is too small.", method="count")
    judged = judge(rules, charter(), plan(), [evidence(gone)]).findings
    shown = findings_card("Findings.", [f for f in judged if f.metric], "Go on.")
    assert shown.text.splitlines()[0] == (
        "Findings. 0 of 1 findings pass, 1 the policy lets stand."
    )


def test_sentences_are_lines_with_code_where_backticks_stand() -> None:
    shown = sentences(["See `a < b`.", "And so on."])
    assert shown.text == "See `a < b`.\nAnd so on."
    assert "<code>a &lt; b</code>" in shown.html
    assert shown.html.count("<li") == 2
    assert sentences([]).text == "Nothing can be said for certain."


def test_a_finding_about_no_metric_says_the_reason_of_its_rule() -> None:
    (first, *_) = judge(policy(), charter(), plan(generator="other"), []).findings
    text = page(findings_card("Findings.", [first], "Go on.")).text
    assert "Only generators and settings that the organisation knows" in text


def test_what_to_do_is_said_once_for_findings_with_the_same_remedy() -> None:
    both = findings(between(0.8, 0.9, town="A"), between(0.8, 0.9, town="B"))
    advised = {both[0].id: "Use fewer towns.", both[1].id: "Use fewer towns."}
    text = page(findings_card("Findings.", both, "Go on.", advised)).text
    assert text.count("Use fewer towns.") == 1


CASES = [
    {
        "id": "fine",
        "title": "All is well",
        "when": [{"metric": "test.risk", "direction": "at_most"}],
        "state": "pass",
        "effect": "none",
    },
    {"id": "open", "title": "Nobody can tell", "state": "inconclusive", "effect": "block"},
]


def test_one_page_gives_the_answer_first_then_each_rule_once_then_what_to_change() -> None:
    rules = policy(
        rule(**SHARE, id="valid", title="Valid"), rule(cases=CASES, title="Nobody is in there")
    )
    found = [
        between(0.4, 0.6),
        between(0.1, 0.2, SHARE["metric"], town="A"),
        between(0.95, 1.0, SHARE["metric"], town="B"),
    ]
    judged = judge(rules, charter(), plan(), [evidence(*found)]).findings
    own = [each for each in judged if each.rule in {"risk", "valid"}]
    risk = next(each for each in own if each.case)
    shown = answer_card(own, {risk.id: "Bring more control records."})
    text = page(shown).text
    assert text.index("? Nobody can tell") < text.index("Valid (worst: A)")
    assert "worst: B" not in text
    assert text.index("What to change") < text.index("Bring more control records.")
    assert "Correct the bounds and categories in the charter" in text
    assert shown.text.startswith("Nobody is in there? Nobody can tell.")


def test_one_page_without_bad_findings_tells_nothing_to_change() -> None:
    shown = answer_card(findings(between(0.1, 0.2)))
    assert "What to change" not in page(shown).text
    assert shown.text == "Risk? pass. " + findings(between(0.1, 0.2))[0].because


def test_a_rejection_criterion_is_on_the_page_only_where_it_is_met() -> None:
    rejection = {
        **{"id": "reject.risk", "metric": "test.risk", "direction": "at_most", "limit": 0.7},
        "reason": "Beyond repair.",
    }
    rules = policy(rejections=[rejection])
    for low, high, told in ((0.1, 0.2, False), (0.8, 0.9, True)):
        judged = judge(rules, charter(), plan(), [evidence(between(low, high))]).findings
        own = [each for each in judged if each.metric]
        assert ("Rejection criterion" in answer_card(own).text) is told


def test_no_rule_says_so() -> None:
    assert answer_card([]).text == "no rule asks anything here"


def attacker(**changes: object) -> Threat:
    told: dict[str, object] = {
        **{"id": "mirror", "version": "1", "title": "Mirror", "criterion": "inference"},
        **{"knows": "everything but one: “A”.", "wants": "to learn it.", "can": "look."},
        **{"cost": "nothing", "status": "explanation", "metrics": ("privacy.attack.p",)},
    }
    return Threat.model_validate({**told, **changes})


def test_an_attacker_is_one_sentence_and_what_describes_stands_last() -> None:
    shown = attackers_list([attacker(title="Yardstick", status="description"), attacker()])
    assert page(shown).text
    assert shown.text.splitlines() == [
        "Mirror. Someone who knows everything but one: “A”, wants to learn it, and can look.",
        "Described besides: Yardstick.",
    ]


def test_each_number_is_traced_to_its_method_and_source_once() -> None:
    shown = methods_table([between(0.1, 0.2, SHARE["metric"], town=t) for t in ("A", "B")])
    (line,) = shown.text.splitlines()
    assert line.startswith("generation.valid_share | Rows with valid values | by hand | ")
    assert all(part in page(shown).text for part in line.split(" | "))


def test_limits_are_shown_with_who_set_them_and_why() -> None:
    row = ("risk", "Risk", "at most 50 %", "charter", "This use needs it.")
    shown = limits_table([row])
    assert shown.text == " | ".join(row)
    assert all(cell in page(shown).text for cell in row)


@pytest.mark.parametrize("text", HOSTILE)
def test_text_from_data_and_records_stays_text(text: str) -> None:
    estimates = [
        between(0.8, 0.9, group=text),
        exact(text, 1, method="count", note=text),
        missing("m", text, method="count"),
    ]
    both = combined("any_of", clause(text), clause("m"), id="two", title=text)
    rules = policy(rule(title=text, reason=text), both)
    judged = judge(rules, charter(), plan(), [evidence(*estimates)]).findings
    for shown in (
        estimates_table(estimates, judged),
        findings_card(text, judged, text),
        limits_table([(text, text, text, text, text)]),
        answer_card(judged, {finding.id: text for finding in judged}),
        attackers_list([attacker(title=text, knows=text)]),
        methods_table([exact("generation.rows", 1, method=text)]),
    ):
        assert text in page(shown).text.replace(" ", "") or text in page(shown).text


def test_a_notebook_gets_html_and_plain_text_and_the_evidence() -> None:
    shown = Shown("<b>x</b>", "x")
    assert shown._repr_mimebundle_(include=None, exclude=None) == {
        "text/html": "<b>x</b>",
        "text/plain": "x",
    }
    record = evidence(between(0.1, 0.2))
    bundle = Recorded(record, shown)._repr_mimebundle_()
    assert set(bundle) == {MIME, "text/html", "text/plain"}
    assert from_payload(json.loads(json.dumps(bundle[MIME])), "nb") == record
