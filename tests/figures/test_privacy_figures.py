"""The figures of the privacy room: what they draw, what they say in words, the same every time."""

from __future__ import annotations

import pytest

from synthnb.figures.detection import detection
from synthnb.figures.ladder import ladder
from synthnb.figures.privacy import forest, groups
from synthnb.records import Estimate, Finding, exact, interval, missing

TRAIN = 1000


def excess(value: float, half: float, metric: str = "leak", **scope: str) -> Estimate:
    name = f"privacy.{metric}.excess"
    return interval(name, value, value - half, value + half, n=TRAIN, method="-", **scope)


def finding(estimate: Estimate, state: str, **changes: object) -> Finding:
    told: dict[str, object] = {
        "rule": "privacy.rule",
        "title": "A rule",
        "state": state,
        "effect": "none" if state == "pass" else "block",
        "metric": estimate.metric,
        "estimate": estimate,
        "direction": "at_most",
        "limit": 0.01,
        "because": "-",
    }
    return Finding.model_validate({**told, **changes})


def curve(kind: str, found: dict[int, float], least: int | None) -> list[Estimate]:
    """Return the self-test of one kind of leak: share found by number of planted records."""
    size = "privacy.selftest.detectable"
    return [
        missing(size, "none was found", method="-", leak=kind)
        if least is None
        else exact(size, least / TRAIN, n=TRAIN, method="-", leak=kind),
        *(
            interval(
                "privacy.selftest.power",
                share,
                max(0, share - 0.1),
                min(1, share + 0.1),
                n=100,
                method="-",
                leak=kind,
                planted=f"{planted:05d}",
            )
            for planted, share in found.items()
        ),
    ]


# --- excess against limits ---------------------------------------------------------------------


def test_an_excess_is_said_with_interval_limit_and_state() -> None:
    row = excess(0.05, 0.02)
    assert forest([row], [finding(row, "fail")]).alt.endswith(
        "Leaked records: +5.0 points, interval +3.0 points to +7.0 points, limit +1.0 points: fail."
    )


def test_the_answer_of_a_rule_is_told_rather_than_where_the_interval_lies() -> None:
    row = excess(0.0, 0.04)
    answered = finding(row, "pass", case="No leak found")
    assert "limit +1.0 points: pass: no leak found." in forest([row], [answered]).alt


def test_an_excess_without_a_rule_has_neither_limit_nor_state() -> None:
    alt = forest([excess(0.0, 0.04)]).alt
    assert alt.endswith("interval −4.0 points to +4.0 points.")


def test_a_rejection_criterion_counts_only_where_it_is_met() -> None:
    row = excess(0.2, 0.01, "exact_copies")
    unmet = finding(row, "pass", rule="reject.copies", limit=0.5)
    met = finding(row, "fail", rule="reject.copies", limit=0.05, rejects=True)
    assert "limit" not in forest([row], [unmet]).alt
    assert "limit +5.0 points: fail" in forest([row], [unmet, met]).alt


def test_what_was_not_measured_is_left_out_of_the_forest() -> None:
    absent = missing("privacy.external.excess", "no external table", method="-")
    assert "linkage" not in forest([excess(0.0, 0.01), absent]).alt


def test_groups_have_a_figure_of_their_own_and_small_ones_are_named() -> None:
    rows = [
        excess(0.02, 0.05, "group", group="Race = Black"),
        missing("privacy.group.excess", "too small", method="-", group="Race = Other"),
    ]
    assert "Race = Black" not in forest(rows).alt
    alt = groups(rows).alt
    assert "Race = Black: +2.0 points" in alt
    assert "Race = Other: not measured." in alt


# --- the ladder --------------------------------------------------------------------------------


def test_a_rung_says_what_was_seen_its_test_and_chance() -> None:
    copied = exact("privacy.exact_copies.count_share", 0.05, method="-", baseline=0.001)
    p = exact("privacy.exact_copies.p", 0.0001, method="-")
    alt = ladder([copied, p]).alt
    assert alt.endswith("Real records copied exactly: 5.0 %, p < 0.001, chance 0.1 %.")


def test_a_rung_about_a_secret_does_not_borrow_the_p_value_of_another_question() -> None:
    risk = interval("privacy.reidentification.risk", 0.1, 0.05, 0.2, n=9, method="-", secret="ill")
    p = exact("privacy.reidentification.p", 0.4, method="-", secret="ill")
    assert ladder([risk, p]).alt.endswith("Re-identification risk, ill: 10.0 %.")


# --- the detection curve -----------------------------------------------------------------------


LEAKS = [
    *curve("verbatim", {4: 0.3, 6: 1.0, 9: 1.0}, 6),
    *curve("two columns swapped", {4: 0.1, 50: 0.8, 200: 0.9}, None),
]


def test_the_curve_says_from_which_size_on_each_leak_is_found_and_what_is_tolerated() -> None:
    alt = detection(LEAKS, {"privacy.leak.excess": ("at_most", 0.01)}).alt
    assert "Rows planted verbatim: found from 0.6 % of train on." in alt
    assert "Rows planted two columns swapped: no size was found often enough." in alt
    assert alt.endswith("Tolerated are 1.0 %.")


def test_the_curve_needs_no_limit() -> None:
    assert "Tolerated" not in detection(LEAKS).alt


def test_a_curve_without_any_detectable_leak_still_shows_what_was_tried() -> None:
    lost = [
        *curve("verbatim", {4: 0.1, 200: 0.5}, None),
        exact("privacy.exact_copies.count_share", 0.0, n=TRAIN, method="-"),
    ]
    picture = detection(lost, {"privacy.leak.excess": ("at_most", 0.01)})
    assert "no size was found often enough" in picture.alt
    labels = ("0.5 %", "20 %")  # ticks around 4 and 200 of 1,000
    assert all(f"<!-- {label} -->" in picture.svg for label in labels)
    assert "<!-- nothing was measured -->" not in picture.svg


@pytest.mark.parametrize("draw", [forest, groups, ladder, detection])
def test_a_figure_of_nothing_is_drawn_and_the_same_each_time(draw: object) -> None:
    assert callable(draw)
    assert draw([]).svg == draw([]).svg


@pytest.mark.parametrize("draw", [forest, ladder, detection])
def test_the_same_estimates_give_the_same_bytes(draw: object) -> None:
    assert callable(draw)
    rows = [*LEAKS, excess(0.01, 0.02), exact("privacy.exact_copies.count_share", 0.1, method="-")]
    assert draw(rows).svg == draw(rows).svg
