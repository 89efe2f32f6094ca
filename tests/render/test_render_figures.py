"""The forest plot of findings: legible, complete in words, the same bytes every time."""

from __future__ import annotations

from sheets import HOSTILE

from synthnb.figures.forest import forest
from synthnb.figures.glyphs import drawable
from synthnb.records import Finding, exact, interval, missing


def finding(number: int, state: str, *, scope: str = "", value: float = 0.01) -> Finding:
    estimates = {
        "pass": interval("m.x", 0.005, 0.001, 0.009, n=9, method="-", group=f"g{number}{scope}"),
        "fail": exact("m.x", value, method="-", group=f"g{number}{scope}"),
        "inconclusive": interval("m.x", 0.01, 0.0, 0.03, n=9, method="-", group=f"g{number}"),
        "not-measured": missing("m.x", "too few", method="-", group=f"g{number}"),
    }
    return Finding(
        rule="r",
        title="A rule",
        state=state,
        effect="none",
        metric="m.x",
        estimate=estimates[state],
        direction="at_most",
        limit=0.01,
        because="-",
    )


STATES = ("pass", "fail", "inconclusive", "not-measured")


def test_the_alternative_text_gives_every_row_in_words() -> None:
    figure = forest("f", "Title", [finding(n, state) for n, state in enumerate(STATES)])
    for said in ("X · g0: 0.005, pass", "X · g1: 0.010, fail", "g2: 0.010, inconclusive"):
        assert said in figure.alt
    assert "g3: no number, not measured" in figure.alt
    assert figure.alt.startswith("Intervals against their limits, 4 findings.")


def test_the_same_findings_give_the_same_bytes() -> None:
    rows = [finding(n, state) for n, state in enumerate(STATES)]
    assert forest("f", "T", rows) == forest("f", "T", rows)


def test_of_many_findings_the_worst_are_drawn_and_the_rest_is_counted() -> None:
    rows = [finding(n, "pass") for n in range(40)] + [finding(n, "fail") for n in range(40, 45)]
    figure = forest("f", "T", rows)
    assert "20 of 45 findings, the worst first chosen" in figure.alt
    assert all(f"g{n}" in figure.alt for n in range(40, 45))


def test_an_infinite_number_is_drawn_at_the_edge() -> None:
    figure = forest("f", "T", [finding(0, "fail", value=float("inf"))])
    assert "∞, fail" in figure.alt


def test_findings_without_a_limit_are_left_out() -> None:
    bare = finding(0, "pass").model_copy(update={"limit": None})
    assert "0 findings" in forest("f", "T", [bare]).alt


def test_hostile_labels_are_only_text() -> None:
    rows = [finding(n, "pass", scope=text) for n, text in enumerate(HOSTILE[:15])]
    svg = forest("f", "T", rows).svg
    assert "<script" not in svg
    assert "onerror" not in svg


def test_signs_that_the_font_lacks_are_spelt_out() -> None:
    assert drawable("日本 é ≤ 🦊") == "U+65E5U+672C é ≤ U+1F98A"
    assert drawable("plain <b>") == "plain <b>"
