"""What a charter must say for rules to be measured, held against the rooms themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from loans import loan_charter, loan_tables
from papers import clause, combined, plan, policy, rule

from synthnb import assets, fairness, generate, privacy, utility
from synthnb.judge import judge, left_out, remedy
from synthnb.privacy.linkability import LINKABILITY
from synthnb.records import (
    Charter,
    Estimate,
    Evidence,
    Finding,
    Policy,
    interval,
    metric,
    missing,
    read,
)
from synthnb.tables import Tables

COLUMNS: dict[str, dict[str, Any]] = {
    "loanamt": {"type": "number", "roles": ["sensitive"], "minimum": 0},
    "dep": {"type": "integer", "roles": ["quasi-identifier"]},
    "married": {"type": "category", "roles": ["quasi-identifier"]},
    "chist": {"type": "category"},
    "race": {"type": "category", "roles": ["protected", "quasi-identifier"]},
    "sex": {"type": "category", "roles": ["protected"]},
    "approve": {"type": "category", "roles": ["target"]},
}
TASK = {"target": "approve", "positive": "yes", "explanatory": ["chist"]}
REGRESSION = {"target": "loanamt", "kind": "regression", "explanatory": ["chist"]}
RULE = {"name": "few", "title": "Few dependants", "column": "dep", "operator": "<=", "value": 99}
KINDS = ("real", "external", "earlier", "reference")
ROWS = 300


def whole(**changes: Any) -> Charter:
    """Return a charter that leaves nothing out, with fields replaced."""
    columns = changes.pop("columns", COLUMNS)
    source = loan_charter().sources[0].model_dump()
    sources = [{**source, "kind": kind} for kind in changes.pop("kinds", KINDS)]
    body = {
        "columns": [{"name": name, **column} for name, column in columns.items()],
        "sources": sources,
        "task": TASK,
        "population": 100_000,
        "constraints": [RULE],
        **changes,
    }
    return loan_charter(**body)


def without(*roles: str, **columns: Any) -> dict[str, dict[str, Any]]:
    """Return the columns without some roles, and with some of them replaced."""
    return {
        name: {**column, "roles": [r for r in column.get("roles", []) if r not in roles]}
        for name, column in {**COLUMNS, **columns}.items()
    }


SECRET = {"type": "category", "roles": ["sensitive"]}
UNBOUNDED = {"type": "number", "roles": ["sensitive"]}
KNOWN_SECRET = {"type": "integer", "roles": ["quasi-identifier", "sensitive"], "minimum": 0}
AMOUNT = {"type": "number", "roles": ["target"], "minimum": 0}
# what is left out, and the fields at which that is said
STRIPPED: dict[str, tuple[set[str], dict[str, Any]]] = {
    "bounds, population and rules": (
        {"columns[0].minimum", "population", "constraints"},
        {"columns": {**COLUMNS, "loanamt": UNBOUNDED}, "population": None, "constraints": []},
    ),
    "other tables": ({"sources"}, {"kinds": ("real",)}),
    "control": ({"split.control"}, {"split": {"control": 0}}),
    "secrets": (
        {"columns", "task"},
        {"columns": without("sensitive", "target"), "task": None},
    ),
    "secrets that nobody knows": (
        {"columns", "task"},
        {"columns": without("target", loanamt=AMOUNT, dep=KNOWN_SECRET), "task": None},
    ),
    "quasi-identifiers": ({"columns"}, {"columns": without("quasi-identifier")}),
    "protected columns": ({"columns"}, {"columns": without("protected")}),
    "task": ({"task"}, {"task": None, "columns": without("target")}),
    "classes": (
        {"task.kind"},
        {"task": REGRESSION, "columns": {**COLUMNS, "approve": SECRET, "loanamt": AMOUNT}},
    ),
    "what may explain": ({"task.explanatory"}, {"task": {**TASK, "explanatory": []}}),
}


def tables(charter: Charter) -> Tables:
    """Return three hundred records each, with the further tables that a charter names."""
    drawn = loan_tables(0, 3)
    names = [column.name for column in charter.columns]
    train, control, made = (
        part[names].iloc[:ROWS].reset_index(drop=True)
        for part in (drawn.train, drawn.control, drawn.made)
    )
    if charter.split.control == 0:
        control = control.iloc[:0]
    held = drawn.control[["race", "married"]].iloc[ROWS:].reset_index(drop=True)
    named = {kind: charter.source(kind) is not None for kind in KINDS}
    return Tables(
        charter=charter,
        train=train,
        control=control,
        synthetic=made,
        external=held if named["external"] else None,
        reference=held[["race"]].assign(count=1.0) if named["reference"] else None,
        earlier=(made.iloc[::-1].reset_index(drop=True),) if named["earlier"] else (),
    )


def estimates(charter: Charter) -> Iterator[Estimate]:
    found = tables(charter)
    yield from generate.assess(found, plan())
    yield from privacy.assess(found, seed=0)
    for room in (fairness.representation, fairness.labels, fairness.conditional, fairness.models):
        yield from room(found, seed=0, minimum_cell=10)
    yield from utility.rules(found, minimum_cell=10)
    yield from utility.task(found, seed=0, minimum_cell=10)
    yield from utility.by_group(found, seed=0, minimum_cell=10)


def measured(charter: Charter) -> set[str]:
    return {estimate.metric for estimate in estimates(charter) if estimate.measured}


@pytest.fixture(scope="module")
def everything() -> set[str]:
    return measured(whole())


def asks(name: str, charter: Charter) -> bool:
    """Return whether a policy that blocks on one metric finds something left out for it."""
    return bool(left_out(policy(rule(metric=name)), charter))


def test_a_charter_that_leaves_nothing_out_has_everything_measured(everything: set[str]) -> None:
    assert len(everything) > 40
    assert [name for name in sorted(everything) if asks(name, whole())] == []


@pytest.mark.parametrize("missing", STRIPPED)
def test_what_is_asked_for_is_what_the_rooms_cannot_measure_without_it(
    everything: set[str], missing: str
) -> None:
    where, changes = STRIPPED[missing]
    charter = whole(**changes)
    gone = everything - measured(charter)
    assert gone
    assert gone == {name for name in everything if asks(name, charter)}
    rules = [rule(id=name.replace("_", "-"), metric=name) for name in gone]
    assert {problem.where for problem in left_out(policy(*rules), charter)} == where


def test_two_files_of_two_columns_cannot_be_made_of_three() -> None:
    task = {**TASK, "explanatory": []}
    three = {name: COLUMNS[name] for name in ("dep", "married", "race")}
    three["married"] = {"type": "category", "roles": ["target"]}
    charter = whole(columns=three, task={**task, "target": "married"})
    found = LINKABILITY.run(privacy.view(tables(charter), seed=0))
    assert not any(estimate.measured for estimate in found)
    assert asks("privacy.linkability.excess", charter)


# --- the policy decides what is asked for -------------------------------------------------------

BOUNDS, LOSS = "generation.valid_share", "utility.task.loss"
BARE = {"columns": without("target", loanamt=UNBOUNDED), "task": None}


def default() -> Policy:
    text = (assets.templates() / "policies" / "default.yaml").read_text()
    return read(Policy, text, "policy.yaml")


def test_the_default_policy_finds_nothing_left_out_in_the_demonstration() -> None:
    text = (assets.templates() / "demo" / "charter.yaml").read_text()
    assert left_out(default(), read(Charter, text, "charter.yaml")) == ()


def test_what_is_missing_is_said_at_its_field_with_the_rule_that_blocks_and_what_to_put_in() -> (
    None
):
    bounds, task = left_out(default(), whole(**BARE))
    assert (bounds.where, task.where) == ("columns[0].minimum", "task")
    assert (
        "`generation.valid-share` (Every synthetic value is one that could exist)" in bounds.message
    )
    assert "declare the minimum and maximum (or the categories)" in bounds.message
    assert "`utility.task-loss`" in task.message
    assert "state the task in the charter" in task.message


@pytest.mark.parametrize("effect", ["warn", "none"])
def test_a_policy_that_does_not_block_on_it_asks_for_nothing(effect: str) -> None:
    rules = policy(rule(metric=BOUNDS, not_measured=effect))
    assert left_out(rules, whole(**BARE)) == ()


def test_one_thing_that_several_rules_need_is_said_once() -> None:
    names = ("privacy.leak.excess", "privacy.membership.auc", LOSS)
    rules = policy(*(rule(id=f"r{n}", metric=name) for n, name in enumerate(names)))
    (found,) = left_out(rules, whole(split={"control": 0}))
    assert found.where == "split.control"
    assert "`r0`, `r1`, `r2`" in found.message


def test_a_control_table_of_its_own_is_as_good_as_a_share() -> None:
    rules = policy(rule(metric="privacy.leak.excess"))
    charter = whole(split={"control": 0}, kinds=(*KINDS, "control"))
    assert left_out(rules, charter) == ()


def test_of_clauses_that_must_all_hold_each_is_asked_for_and_of_any_only_when_all_lack() -> None:
    both = (clause(BOUNDS), clause(LOSS))
    charter = whole(**BARE)
    assert len(left_out(policy(combined("all_of", *both)), charter)) == 2
    assert len(left_out(policy(combined("any_of", *both)), charter)) == 2
    stated = whole(**{**BARE, "columns": without("target")})
    assert len(left_out(policy(combined("all_of", *both)), stated)) == 1
    assert left_out(policy(combined("any_of", *both)), stated) == ()


def test_bounds_are_asked_for_where_a_column_can_have_them() -> None:
    rules = policy(rule(metric=BOUNDS))
    plain = {"a": {"type": "category", "roles": ["identifier"]}, "b": {"type": "boolean"}}
    for kind, where in (("category", "columns[2].categories"), ("integer", "columns[2].minimum"),
                        ("date", "columns")):  # fmt: skip
        columns = {**plain, "c": {"type": kind}}
        (found,) = left_out(rules, whole(columns=columns, task=None, constraints=[]))
        assert found.where == where


def test_parts_that_are_not_finished_are_not_looked_at() -> None:
    found = left_out(default(), whole(**BARE), stated={"columns", "split"})
    assert [problem.where for problem in found] == ["columns[0].minimum"]


# --- what follows after a run -------------------------------------------------------------------


def not_measured(name: str) -> Finding:
    return Finding(
        rule="r", title="R", state="not-measured", effect="block", metric=name, because="-"
    )


def test_the_remedy_for_what_was_not_measured_is_to_complete_the_charter() -> None:
    bare = whole(**BARE)
    assert remedy(not_measured(BOUNDS), bare).startswith(
        "Declare the minimum and maximum (or the categories) of a column under Columns"
    )
    assert remedy(not_measured(LOSS), bare).startswith("State the task in the charter")
    nothing = remedy(not_measured("privacy.leak.excess"), whole(split={"control": 0}))
    assert nothing.startswith("Give the control a share under Split")


def test_the_remedy_for_a_number_is_the_one_of_the_catalogue() -> None:
    failed = not_measured(LOSS).model_copy(update={"state": "fail"})
    assert remedy(failed, whole(**BARE)) == metric(LOSS).remedy
    # nor is the charter to blame where it says everything
    assert remedy(not_measured(LOSS), whole()) == metric(LOSS).remedy
    assert remedy(failed.model_copy(update={"metric": None, "reason": "Why."}), whole()) == "Why."


def test_a_verdict_blocks_by_the_rules_that_were_named_before_the_run() -> None:
    charter = whole(**BARE)
    found = tuple(estimates(charter))
    body = {"room": "privacy", "seed": 0, "inputs": {"synthetic": "a" * 64}, "estimates": found}
    verdict = judge(default(), charter, plan(), [Evidence.model_validate(body)])
    unrun = ("utility.diagnostic", "utility.shapes", "utility.pairs")  # not asked for above
    blocks = [f.rule for f in verdict.blocking if f.state == "not-measured" and f.metric]
    assert [each for each in blocks if each not in unrun] == [
        "generation.valid-share",
        "utility.task-loss",
    ]


def test_a_rule_that_could_fail_and_only_warn_is_not_said_to_block() -> None:
    both = (clause(BOUNDS, direction="at_least"), clause(LOSS))
    stated = whole(**{**BARE, "columns": without("target")})
    few = interval(BOUNDS, 0.2, 0.1, 0.3, n=300, method="by hand")
    gone = missing(LOSS, "no task is stated", method="by hand")
    papers = Evidence(room="privacy", seed=0, estimates=(few, gone))
    for severity, said in (("warn", 0), ("block", 1)):
        rules = policy(combined("all_of", *both, severity=severity))
        verdict = judge(rules, stated, plan(), [papers])
        assert [f.effect for f in verdict.findings if f.rule == "risk"] == [severity]
        assert len(left_out(rules, stated)) == said
