"""What is wrong with a record is said all at once, by path and line, with a way out."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from papers import CHARTER, PLAN, POLICY, RULE, SOURCE, rule
from ruamel.yaml import YAML

from synthnb.errors import Problem, RecordError
from synthnb.records import Charter, Evidence, People, Plan, Policy, Record, read

PLAN_TEXT = """\
generator: copula
parameters: {}
guarantee:
  statement: There is none.
rationale: It is the simplest.
"""


def problems(model: type[Record], body: dict[str, Any]) -> dict[str, str]:
    """Return what is wrong with a record, by path."""
    with pytest.raises(RecordError) as caught:
        read(model, json.dumps(body), "file.yaml")
    return {problem.where: problem.message for problem in caught.value.problems}


def syntax(text: str) -> RecordError:
    with pytest.raises(RecordError) as caught:
        read(Plan, text, "plan.yaml")
    return caught.value


def test_every_fault_of_a_charter_is_told_at_once_with_its_line() -> None:
    text = """\
name: ../secret
title: TODO
owner: {name: Ada, contact: ""}
purpse: Teach.
purpose: Teach.
use_cases: []
audiences:
  - who: students
    access: everybody
benefits: [yes it does]
trade_offs: [some]
prohibited_uses:
  - none
  - <what nobody may do>
sources:
  - kind: real
    path: a.csv
    row: one
    collection: c
    legal_basis: l
    retention: r
columns:
  - {name: a, type: number}
  - name: b
    type: categry
roles: [{role: r, name: n}]
approvers: [r]
review: {cadence: six months, triggers: [x y]}
limitations: [few]
"""
    with pytest.raises(RecordError) as caught:
        read(Charter, text, "charter.yaml")
    found = {problem.where: problem.line for problem in caught.value.problems}
    assert found == {
        "name": 1,
        "title": 2,
        "owner.contact": 3,
        "purpse": 4,
        "use_cases": 6,
        "audiences[0].access": 9,
        "prohibited_uses[1]": 14,
        "columns[1].type": 25,
        "review.cadence": 28,
        "ethics": None,
    }
    message = str(caught.value)
    assert message.startswith("charter.yaml has 10 problems.")
    assert "purpse (line 4): is not a known field; did you mean `purpose`?" in message
    assert "use_cases (line 6): needs at least 1 entry" in message
    assert "ethics: is required and is missing" in message
    assert "`synthnb schema charter` describes every field" in message


@pytest.mark.parametrize(
    "text",
    [
        *("TODO", "to do", "tbd", "TBA.", "fixme", "xxx", "XXXX", "n/a", "NA", "...", "…", "??"),
        *("-", "--", "Lorem ipsum dolor sit amet", "<why?>", "[more information needed]", "[fill]"),
    ],
)
def test_a_placeholder_is_no_text(text: str) -> None:
    assert "placeholder" in problems(Charter, {**CHARTER, "purpose": text})["purpose"]


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_nothing_is_no_text(text: str) -> None:
    assert "is empty" in problems(Charter, {**CHARTER, "ethics": text})["ethics"]


@pytest.mark.parametrize(
    "text", ["To do good.", "xx", "[2] shows it", "Use <b> with care", "a", "N.A. Miller"]
)
def test_a_text_that_only_looks_like_a_placeholder_is_kept(text: str) -> None:
    assert read(Charter, json.dumps({**CHARTER, "purpose": text}), "c").purpose == text


def test_faulty_entries_are_not_also_counted_as_absent_ones() -> None:
    assert set(problems(Charter, {**CHARTER, "benefits": ["TODO"]})) == {"benefits[0]"}


@pytest.mark.parametrize(
    ("model", "body", "where", "hint"),
    [
        (Charter, {**CHARTER, "split": {"contrl": 0.5}}, "split.contrl", "`control`"),
        (
            Charter,
            {**CHARTER, "sources": [{**SOURCE, "retension": "x"}]},
            "sources[0].retension",
            "`retention`",
        ),
        (Charter, {**CHARTER, "task": {"targt": "ill"}}, "task.targt", "`target`"),
        (Plan, {**PLAN, "guarantee": {"statment": "x"}}, "guarantee.statment", "`statement`"),
        (Policy, {**POLICY, "rules": [rule(refrence="x")]}, "rules[0].refrence", "`reference`"),
        (
            Policy,
            {
                **POLICY,
                "generators": {
                    "approved": [
                        {
                            "id": "a",
                            "generator": "g",
                            "reason": "known",
                            "parameters": {"epochs": {"minimun": 1}},
                        }
                    ]
                },
            },
            "generators.approved[0].parameters.epochs.minimun",
            "`minimum`",
        ),
    ],
)
def test_an_unknown_field_suggests_the_nearest_one_wherever_it_is(
    model: type[Record], body: dict[str, Any], where: str, hint: str
) -> None:
    assert f"did you mean {hint}?" in problems(model, body)[where]


def test_an_unknown_field_like_no_other_suggests_nothing() -> None:
    assert problems(Plan, {**PLAN, "zzzz": 1})["zzzz"] == "is not a known field"


def test_a_long_value_is_not_quoted_in_full() -> None:
    message = problems(Charter, {**CHARTER, "sources": "z" * 5000})["sources"]
    assert len(message) < 200
    assert message.endswith("…")


def test_a_name_with_an_escape_sequence_cannot_move_the_cursor() -> None:
    with pytest.raises(RecordError) as caught:
        read(Plan, PLAN_TEXT + '"\\e[2Jfine": 1\n', "plan.yaml")
    assert "\x1b" not in str(caught.value)
    assert "\\x1b[2Jfine (line 6)" in str(caught.value)


# --- syntax ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            PLAN_TEXT + "rows: [1\n",
            Problem("syntax", "expected ',' or ']', but got '<stream end>'"),
        ),
        ("generator: copula\n\tseed: 1\n", None),
        ("generator: 'copula\n", None),
        ("a: b: c\n", Problem("syntax", "mapping values are not allowed here", 1)),
        (PLAN_TEXT + "---\na: 1\n", None),
    ],
)
def test_a_syntax_error_names_its_line(text: str, problem: Problem | None) -> None:
    error = syntax(text)
    assert error.message == "plan.yaml is not valid YAML."
    (found,) = error.problems
    assert found.line is not None
    if problem is not None:
        assert found.message == problem.message


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (PLAN_TEXT + "rationale: Another.\n", 6),
        ("generator: a\nguarantee:\n  statement: x\n  statement: y\nrationale: z\n", 4),
        ('{generator: a, "generator": b}', 1),
    ],
)
def test_a_key_that_stands_there_twice_is_named(text: str, line: int) -> None:
    error = syntax(text)
    assert error.message == "plan.yaml is ambiguous."
    (found,) = error.problems
    assert (found.message, found.line) == ("this key stands there twice", line)
    assert found.where in {"rationale", "statement", "generator"}


def test_a_key_that_stands_twice_in_json_is_named() -> None:
    error = syntax('{"generator": "a", "guarantee": {"x": 1, "x": 2}, "generator": "b"}')
    assert error.message == "plan.yaml is ambiguous."
    assert {problem.where for problem in error.problems} == {"x", "generator"}


def test_keys_that_differ_only_in_type_are_ambiguous() -> None:
    error = syntax(PLAN_TEXT.replace("{}", "{1: a, '1': b}"))
    assert error.message == "plan.yaml is ambiguous."


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a: &x 1\nb: *x\n", "anchors and aliases"),
        ("parameters: &x {y: *x}\n", "anchors and aliases"),
        ("a: &x {b: 1}\nc: {<<: *x}\n", "anchors and aliases"),
        ("a: !!python/object/apply:os.system [id]\n", "tags"),
        ("a: !!binary aGVsbG8=\n", "tags"),
        ("a: ! 1\n", "tags"),
        ("[" * 5000, "nested deeper"),
        ("a: " + "[" * 100 + "]" * 100, "nested deeper"),
    ],
)
def test_what_a_reader_could_not_see_in_place_is_refused(text: str, why: str) -> None:
    error = syntax(text)
    (found,) = error.problems
    assert why in found.message
    assert found.line is not None


def test_a_bomb_of_aliases_is_refused_before_it_grows() -> None:
    layers = "".join(f"a{n + 1}: &a{n + 1} [{', '.join([f'*a{n}'] * 9)}]\n" for n in range(30))
    assert "anchors" in syntax("a0: &a0 [x]\n" + layers).problems[0].message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is not a mapping"),
        ("- a\n- b\n", "is not a mapping"),
        ("just text", "is not a mapping"),
        ("[1, 2]", "is not a mapping"),
        ("a: \x01", "not valid YAML"),
        (PLAN_TEXT + f"seed: {'9' * 5000}\n", "not valid YAML"),
        ("a" * 4_000_001, "larger than 4 MB"),
        ('{"a": ' * 100_000, "nested too deeply"),
    ],
)
def test_text_that_holds_no_record_is_refused(text: str, message: str) -> None:
    assert message in str(syntax(text))


def test_half_of_a_surrogate_pair_is_refused() -> None:
    assert "no Unicode" in str(syntax('{"generator": "\\ud83d", "rationale": "x"}'))


def test_braces_may_hold_yaml_too() -> None:
    text = "{generator: copula, guarantee: {statement: There is none.}, rationale: Simple.}"
    assert read(Plan, text, "plan.yaml").generator == "copula"


def test_a_byte_order_mark_does_no_harm() -> None:
    assert read(Plan, "\ufeff" + PLAN_TEXT, "plan.yaml").generator == "copula"


@pytest.mark.parametrize("number", [".inf", "-.inf", ".nan"])
@pytest.mark.parametrize("where", ["parameters: {x: %s}", "parameters: {x: [{y: %s}]}"])
def test_a_parameter_that_json_cannot_say_is_refused(number: str, where: str) -> None:
    error = syntax(PLAN_TEXT.replace("parameters: {}", where % number))
    assert "infinite number or NaN" in str(error)
    assert error.problems[0].line == 2


@pytest.mark.parametrize("number", [".inf", "-.inf", ".nan"])
def test_a_share_or_weight_is_finite(number: str) -> None:
    claim = f"kind: differential-privacy\n  epsilon: {number}\n  delta: 0\n  statement:"
    error = syntax(PLAN_TEXT.replace("statement:", claim))
    assert [problem.where for problem in error.problems] == ["guarantee.epsilon"]


def test_records_that_people_do_not_write_point_to_no_schema() -> None:
    from synthnb.records.run import Run

    with pytest.raises(RecordError) as caught:
        read(Run, "{}", "run.json")
    assert caught.value.advice is None
    with pytest.raises(RecordError) as caught:
        read(Run, "[]", "run.json")
    assert "key: value" in str(caught.value.advice)


# --- what does not hold together ------------------------------------------------------------------


def test_every_contradiction_of_a_charter_is_told_at_once_with_its_line() -> None:
    body = {
        **CHARTER,
        "sources": [{**SOURCE, "kind": "control"}, {**SOURCE, "kind": "control"}],
        "columns": [*CHARTER["columns"], CHARTER["columns"][0]],
        "split": {"unit": "persn", "strata": ["town", "Town"]},
        "task": {"target": "il", "positive": "true"},
    }
    stream = io.StringIO()
    YAML().dump(json.loads(json.dumps(body)), stream)
    with pytest.raises(RecordError) as caught:
        read(Charter, stream.getvalue(), "charter.yaml")
    found = {problem.where: problem.message for problem in caught.value.problems}
    assert found == {
        "sources": "expected exactly one of kind `real`, got none",
        "sources[1].kind": "there is one of kind `control` already",
        "columns[3].name": "`age` is listed twice",
        "split.strata[1]": "no column is called `Town`; did you mean `town`?",
        "split.unit": "no column is called `persn`",
        "task.target": "no column is called `il`; did you mean `ill`?",
    }
    assert all(problem.line for problem in caught.value.problems)
    assert [p.line for p in caught.value.problems] == sorted(
        p.line or 0 for p in caught.value.problems
    )


def columns(*changed: dict[str, Any]) -> dict[str, Any]:
    """Return the charter with columns replaced by name or added."""
    known = {column["name"]: column for column in CHARTER["columns"]}
    known.update({column["name"]: column for column in changed})
    return {**CHARTER, "columns": list(known.values())}


@pytest.mark.parametrize(
    ("body", "where", "message"),
    [
        (
            columns({"name": "age", "type": "number", "minimum": 9, "maximum": 1}),
            "columns[0]",
            "minimum 9 is above maximum 1",
        ),
        (columns({"name": "town", "type": "category", "minimum": 1}), "columns[1]", "no minimum"),
        (
            columns({"name": "age", "type": "number", "roles": ["sensitive", "sensitive"]}),
            "columns[0]",
            "given twice",
        ),
        (columns({"name": "note", "type": "text"}), "columns[3]", "give it the role `excluded`"),
        (
            columns({"name": "town", "type": "category", "roles": ["excluded", "protected"]}),
            "columns[1]",
            "cannot be `protected` too",
        ),
        (
            columns({"name": "age", "type": "number", "roles": ["target"]}),
            "columns[2].roles",
            "already",
        ),
        (
            {**CHARTER, "columns": [
                {"name": "a", "type": "text", "roles": ["identifier"]},
                {"name": "ill", "type": "boolean", "roles": ["target"]},
            ]},
            "columns",
            "fewer than two",
        ),
        ({**CHARTER, "task": None}, "task", "say what is predicted"),
        ({**CHARTER, "task": {"target": "town", "positive": "x"}}, "task.target", "on `ill`"),
        ({**CHARTER, "task": {"target": "ill"}}, "task.positive", "favourable"),
        ({**CHARTER, "task": {"target": "ill", "kind": "regression"}}, "task.kind", "is a boolean"),
        (columns({"name": "ill", "type": "boolean"}), "task.target", "lacks the role"),
        ({**CHARTER, "split": {"control": 0.6, "tuning": 0.4}}, "split", "leave nothing"),
        ({**CHARTER, "split": {"control": -0.1}}, "split.control", "greater than or equal to 0"),
        ({**CHARTER, "population": 0}, "population", "greater than 0"),
        (
            {**CHARTER, "sources": [{**SOURCE, "kind": k} for k in ("real", "external") * 2]},
            "sources[3].kind",
            "one of kind `external` already",
        ),
        ({**CHARTER, "intersections": 4}, "intersections", "less than or equal to 3"),
    ],
)  # fmt: skip
def test_a_charter_that_contradicts_itself_is_refused(
    body: dict[str, Any], where: str, message: str
) -> None:
    assert message in problems(Charter, body)[where]


@pytest.mark.parametrize(
    ("guarantee", "message"),
    [
        (
            {"kind": "differential-privacy", "statement": "x", "epsilon": 1},
            "needs epsilon and delta",
        ),
        ({"statement": "x", "epsilon": 1}, "kind is `none`"),
    ],
)
def test_a_guarantee_says_its_budget_or_has_none(guarantee: dict[str, Any], message: str) -> None:
    assert message in problems(Plan, {**PLAN, "guarantee": guarantee})["guarantee"]


def test_a_table_that_was_brought_says_where_it_is_and_no_other_plan_does() -> None:
    external = {"path": "a.csv", "tool": "t 1", "description": "made elsewhere"}
    assert "say where" in problems(Plan, {**PLAN, "generator": "bring-your-own"})["external"]
    assert "not `copula`" in problems(Plan, {**PLAN, "external": external})["external"]


@pytest.mark.parametrize(
    ("rules", "where", "message"),
    [
        ([rule(metric=None)], "rules[0]", "go together"),
        ([rule(metric=None, direction=None, limit=None)], "rules[0]", "give either"),
        (
            [rule(all_of=[{"metric": "m", "direction": "at_most", "limit": 1}])],
            "rules[0]",
            "give either",
        ),
        ([RULE, RULE], "rules[1].id", "used twice"),
        ([rule(id="Bad Id")], "rules[0].id", "pattern"),
        ([rule(limit="nan")], "rules[0].limit", "is not a number"),
        ([rule(limit=True)], "rules[0].limit", "got true or false"),
    ],
)
def test_a_rule_is_about_one_thing_and_has_one_name(
    rules: list[dict[str, Any]], where: str, message: str
) -> None:
    assert message in problems(Policy, {**POLICY, "rules": rules})[where]


def test_a_rejection_may_not_take_the_name_of_a_rule() -> None:
    rejection = {key: RULE[key] for key in ("id", "metric", "direction", "limit", "reason")}
    found = problems(Policy, {**POLICY, "rejections": [rejection]})
    assert found == {"rejections[0].id": "`risk` is used twice"}


def test_a_person_or_key_counts_once() -> None:
    key = {"public": "A" * 43 + "="}
    members = [
        {"name": "Ada", "roles": ["owner"], "keys": [key]},
        {"name": "Ada", "roles": ["owner"], "keys": [key]},
    ]
    assert set(problems(People, {"members": members})) == {
        "members[1].name",
        "members[1].keys[0].public",
    }
    short = [{"name": "Ada", "roles": ["owner"], "keys": [{"public": "AAAA"}]}]
    assert "32 bytes" in problems(People, {"members": short})["members[0].keys[0].public"]
    loose = [{"name": "Ada", "roles": ["owner"], "keys": [{"public": "A" * 42 + "B="}]}]
    assert "32 bytes" in problems(People, {"members": loose})["members[0].keys[0].public"]


def test_an_estimate_is_recorded_once() -> None:
    estimate = {"metric": "m", "kind": "exact", "value": 1, "method": "count"}
    body = {"room": "privacy", "seed": 0, "estimates": [estimate, estimate]}
    assert "recorded twice: m" in str(problems(Evidence, body))
