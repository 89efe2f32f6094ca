"""A text changes where its data changed, and nowhere else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synthnb import assets
from synthnb.forms.plain import dump, parse
from synthnb.forms.splice import rewrite

TEXT = """\
# what this is
title: Old   # shown on top

# why
purpose: >-
  Because it
  must be.
# who
people:
  - name: Ada # the first
    age: 36

  # a pause
  - name: Grace
    age: 85
# after the people
tags: [one, two] # few
none: []
#  - a hint
quoted: "no"
day: 2026-11-01
"""


def changed(**changes: Any) -> list[str]:
    """Return the lines that a change of top-level keys adds, and those that it takes away."""
    new = rewrite(TEXT, {**parse(TEXT), **changes})
    assert parse(new) == {**parse(TEXT), **changes}
    before, after = TEXT.splitlines(), new.splitlines()
    return [f"-{line}" for line in before if line not in after] + [
        f"+{line}" for line in after if line not in before
    ]


def test_nothing_changes_where_the_data_is_the_same() -> None:
    assert rewrite(TEXT, parse(TEXT)) == TEXT


def test_a_value_changes_and_its_comment_stays() -> None:
    assert changed(title="New") == ["-title: Old   # shown on top", "+title: New # shown on top"]
    assert changed(tags=["one"]) == ["-tags: [one, two] # few", "+tags: [one] # few"]


def test_a_text_that_looks_like_a_comment_is_not_cut() -> None:
    assert changed(title="a # b") == [
        "-title: Old   # shown on top",
        "+title: 'a # b' # shown on top",
    ]


def test_folded_text_is_folded_again_and_the_comment_after_it_stays() -> None:
    long = "word " * 30 + "end"
    lines = changed(purpose=long)
    assert "-  Because it" in lines
    assert all(len(line) <= 96 for line in lines)
    new = rewrite(TEXT, {**parse(TEXT), "purpose": long})
    assert new.index("# why") < new.index("purpose") < new.index("# who") < new.index("people")


def test_an_inner_value_changes_alone() -> None:
    people = parse(TEXT)["people"]
    people[1]["age"] = 84
    assert changed(people=people) == ["-    age: 85", "+    age: 84"]


def test_an_entry_is_added_before_the_comment_of_what_follows() -> None:
    people = [*parse(TEXT)["people"], {"name": "Edsger", "age": 72}]
    new = rewrite(TEXT, {**parse(TEXT), "people": people})
    assert "    age: 85\n  - name: Edsger\n    age: 72\n# after the people\n" in new


def test_an_entry_is_taken_away_with_its_own_lines_only() -> None:
    new = rewrite(TEXT, {**parse(TEXT), "people": parse(TEXT)["people"][:1]})
    assert "  # a pause\n# after the people\n" in new
    assert "Grace" not in new


def test_the_first_key_of_an_entry_may_go() -> None:
    people = [{"age": 36}, *parse(TEXT)["people"][1:]]
    new = rewrite(TEXT, {**parse(TEXT), "people": people})
    assert parse(new)["people"] == people
    assert "# a pause" in new


def test_a_list_that_was_empty_opens_above_its_hint() -> None:
    new = rewrite(TEXT, {**parse(TEXT), "none": [{"a": 1}]})
    assert "none:\n  - a: 1\n#  - a hint\n" in new


def test_a_new_key_comes_after_the_one_before_it() -> None:
    data = parse(TEXT)
    new = rewrite(TEXT, {"title": data.pop("title"), "subtitle": "Sub", **data})
    assert "# shown on top\nsubtitle: Sub\n\n# why\n" in new


def test_a_key_goes_and_the_comments_around_it_stay() -> None:
    data = parse(TEXT)
    del data["people"]
    new = rewrite(TEXT, data)
    assert "# who\n# after the people\n" in new


def test_dates_stay_dates_and_words_that_are_no_booleans_stay_words() -> None:
    assert changed(day="2026-12-24") == ["-day: 2026-11-01", "+day: 2026-12-24"]
    assert parse("a: no\nb: 2026-11-01\n") == {"a": "no", "b": "2026-11-01"}


def test_an_empty_text_is_filled_and_its_comments_stay() -> None:
    assert rewrite("# mine\n", {"a": 1}) == "# mine\na: 1\n"
    assert rewrite("", {"a": 1}) == "a: 1\n"


def test_a_text_with_anchors_is_written_afresh_and_says_the_same() -> None:
    text = "a: &x\n  b: 1\nc: *x\n"
    assert parse(rewrite(text, {"a": {"b": 2}, "c": {"b": 1}})) == {"a": {"b": 2}, "c": {"b": 1}}


@pytest.mark.parametrize("name", ["dossier", "demo"])
def test_every_comment_of_a_charter_survives_an_answer_to_every_question(name: str) -> None:
    text = (assets.templates() / name / "charter.yaml").read_text(encoding="utf-8")

    def answered(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: answered(item) for key, item in value.items()}
        if isinstance(value, list):
            return [answered(item) for item in value]
        return f"{value}!" if isinstance(value, str) else value

    new = rewrite(text, answered(parse(text)))
    assert parse(new) == answered(parse(text))
    comments = [line.partition("# ")[2] for line in text.splitlines() if "# " in line]
    assert [line.partition("# ")[2] for line in new.splitlines() if "# " in line] == comments


KEYS = st.text("ab -:#é", min_size=1, max_size=4)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.text("ab #:-'\"\n>|[]{},&*!%@`\t\x85\u2028", max_size=30),
    st.text("ab ", min_size=60, max_size=90),
    st.sampled_from(["2026-01-02", "2026-99-99", "no", "1", "null", "~", "0x1", "1e3"]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=8,
)
RECORDS = st.dictionaries(KEYS, VALUES, max_size=4)


@settings(max_examples=150, deadline=None)
@given(RECORDS, RECORDS)
def test_what_is_written_says_what_was_meant(before: dict[str, Any], after: dict[str, Any]) -> None:
    text = rewrite("", before)
    both = {**before, **after}
    for data, found in (
        (before, parse(text) or {}),
        (both, parse(rewrite(text, both)) or {}),
        (after, parse(rewrite(text, after)) or {}),
        (both, parse(dump(both)) if both else {}),
    ):
        assert json.dumps(found, sort_keys=True) == json.dumps(data, sort_keys=True)
