"""The judge: a limit meets an interval, and only a pass is a pass."""

from __future__ import annotations

import itertools
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from papers import between, charter, clause, combined, evidence, plan, policy, properties, rule

from synthnb.errors import RecordError
from synthnb.judge import judge, limits_in_force
from synthnb.records import Estimate, Finding, Policy, Verdict, exact, missing
from synthnb.records.verdict import State, state_of

NONE = missing("test.risk", "too few records", method="by hand")
# From worst to best, for a rule whose clauses must all hold.
ORDER: dict[State, int] = {"fail": 0, "not-measured": 1, "inconclusive": 2, "pass": 3}


def verdict(rules: Policy, *estimates: Estimate) -> Verdict:
    return judge(rules, charter(), plan(), [evidence(*estimates)])


def findings(rules: Policy, *estimates: Estimate) -> list[Finding]:
    """Return what the policy's own rules found, without the checks that are always made."""
    own = {rule.id for rule in rules.rules} | {each.id for each in rules.rejections}
    return [finding for finding in verdict(rules, *estimates).findings if finding.rule in own]


def states(rules: Policy, *estimates: Estimate) -> list[State]:
    return [finding.state for finding in findings(rules, *estimates)]


# --- one estimate, one limit ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("low", "high", "at_most", "at_least"),
    [
        (0.1, 0.4, "pass", "fail"),
        (0.1, 0.5, "pass", "inconclusive"),
        (0.4, 0.6, "inconclusive", "inconclusive"),
        (0.5, 0.5, "pass", "pass"),
        (0.5, 0.9, "inconclusive", "pass"),
        (0.6, 0.9, "fail", "pass"),
        (-math.inf, math.inf, "inconclusive", "inconclusive"),
        (-math.inf, 0.5, "pass", "inconclusive"),
        (0.51, math.inf, "fail", "pass"),
    ],
)
def test_the_whole_interval_is_held_against_the_limit(
    low: float, high: float, at_most: State, at_least: State
) -> None:
    value = min(max(0.5, low), high)
    estimate = Estimate(
        metric="m", kind="interval", value=value, low=low, high=high, method="by hand"
    )
    assert state_of(estimate, "at_most", 0.5) == at_most
    assert state_of(estimate, "at_least", 0.5) == at_least


@pytest.mark.parametrize(
    ("value", "at_most", "at_least"),
    [(0.4, "pass", "fail"), (0.5, "pass", "pass"), (0.6, "fail", "pass")],
)
def test_an_exact_number_passes_or_fails(value: float, at_most: State, at_least: State) -> None:
    estimate = exact("m", value, method="count")
    assert state_of(estimate, "at_most", 0.5) == at_most
    assert state_of(estimate, "at_least", 0.5) == at_least


def test_what_was_not_measured_is_not_measured_whatever_the_limit() -> None:
    for direction, limit in itertools.product(("at_most", "at_least"), (-math.inf, 0, math.inf)):
        assert state_of(None, direction, limit) == "not-measured"
        assert state_of(NONE, direction, limit) == "not-measured"


properties = settings(properties, max_examples=150)
numbers = st.floats(-10, 10)
estimates = st.one_of(
    st.just(NONE),
    st.builds(lambda value: exact("test.risk", value, method="count"), numbers),
    st.builds(lambda a, b: between(min(a, b), max(a, b)), numbers, numbers),
)
directions = st.sampled_from(["at_most", "at_least"])


def stricter(direction: str, limit: float, by: float) -> float:
    return limit - by if direction == "at_most" else limit + by


@properties
@given(estimate=estimates, direction=directions, limit=numbers, by=st.floats(0, 10))
def test_tightening_a_limit_never_makes_a_state_better(
    estimate: Estimate, direction: Any, limit: float, by: float
) -> None:
    before = state_of(estimate, direction, limit)
    after = state_of(estimate, direction, stricter(direction, limit, by))
    if estimate.measured:
        assert ORDER[after] <= ORDER[before]
    else:
        assert before == after == "not-measured"


@properties
@given(estimate=estimates, limit=numbers)
def test_at_least_is_at_most_seen_in_a_mirror(estimate: Estimate, limit: float) -> None:
    mirrored = estimate
    if estimate.value is not None:
        low = None if estimate.high is None else -estimate.high
        high = None if estimate.low is None else -estimate.low
        mirrored = estimate.model_copy(update={"value": -estimate.value, "low": low, "high": high})
    assert state_of(estimate, "at_most", limit) == state_of(mirrored, "at_least", -limit)


# --- rules ----------------------------------------------------------------------------------------

ONE = {"pass": (0.1, 0.2), "fail": (0.8, 0.9), "inconclusive": (0.4, 0.6)}


def in_state(state: State, metric: str, **scope: str) -> list[Estimate]:
    """Return what makes a clause `at most 0.5` stand in a state."""
    if state == "not-measured":
        return [missing(metric, "too few records", method="by hand", **scope)]
    return [between(*ONE[state], metric=metric, **scope)]


F, N, I, P = "fail", "not-measured", "inconclusive", "pass"  # noqa: E741
TRUTH = [  # two clauses, and what follows from all_of and any_of
    (P, P, P, P),
    (P, I, I, P),
    (P, N, N, P),
    (P, F, F, P),
    (I, I, I, I),
    (I, N, N, I),
    (I, F, F, I),
    (N, N, N, N),
    (N, F, F, N),
    (F, F, F, F),
]


@pytest.mark.parametrize(("one", "other", "all_of", "any_of"), TRUTH)
def test_combinations_follow_the_truth_table(
    one: State, other: State, all_of: State, any_of: State
) -> None:
    for first, second in ((one, other), (other, one)):
        met = in_state(first, "a") + in_state(second, "b")
        for how, expected in (("all_of", all_of), ("any_of", any_of)):
            both = policy(combined(how, clause("a"), clause("b")))
            assert states(both, *met) == [expected]


@pytest.mark.parametrize("how", ["all_of", "any_of"])
def test_a_combination_of_which_nothing_was_measured_is_not_measured(how: str) -> None:
    assert states(policy(combined(how, clause("a"), clause("b")))) == [N]


def test_a_clause_that_nobody_measured_never_passes_for_one_that_was() -> None:
    both = policy(combined("all_of", clause("a"), clause("b")))
    (finding,) = findings(both, *in_state(P, "a"))
    assert (finding.state, finding.metric, finding.estimate) == (N, "b", None)
    assert "no executed notebook measured it" in finding.because


def test_each_group_gets_a_finding_of_its_own() -> None:
    found = findings(
        policy(), *in_state(P, "test.risk", group="a"), *in_state(F, "test.risk", group="b")
    )
    assert [(finding.id, finding.state) for finding in found] == [
        ("risk[group=a]", P),
        ("risk[group=b]", F),
    ]


def test_a_rule_with_a_scope_looks_at_that_scope_only() -> None:
    scoped = policy(rule(scope={"attack": "x"}))
    found = findings(
        scoped,
        *in_state(P, "test.risk", attack="x", group="a"),
        *in_state(F, "test.risk", attack="y", group="a"),
        *in_state(F, "test.risk"),
    )
    assert [finding.id for finding in found] == ["risk[attack=x,group=a]"]
    assert states(scoped, *in_state(P, "test.risk")) == [N]


def test_what_is_about_everything_goes_with_each_group() -> None:
    both = policy(combined("all_of", clause("a"), clause("b")))
    met = [*in_state(P, "a"), *in_state(P, "b", group="x"), *in_state(F, "b", group="y")]
    assert states(both, *met) == [P, F]
    assert states(both, *in_state(F, "a"), *in_state(P, "b", group="x")) == [F]


def test_a_number_about_everything_is_judged_even_beside_groups_of_its_own() -> None:
    both = policy(combined("all_of", clause("a"), clause("b")))
    groups = [*in_state(P, "a", group="x"), *in_state(P, "b", group="x")]
    assert states(both, *groups) == [P]
    assert F in states(both, *groups, *in_state(F, "a"))


def test_a_group_that_one_clause_did_not_measure_does_not_pass() -> None:
    both = policy(combined("all_of", clause("a"), clause("b")))
    met = [*in_state(P, "a", group="x"), *in_state(P, "a", group="y"), *in_state(P, "b", group="x")]
    assert states(both, *met) == [P, N]


@pytest.mark.parametrize("state", [F, I, N])
@pytest.mark.parametrize("effect", ["block", "warn"])
def test_the_policy_says_what_a_state_does(state: State, effect: str) -> None:
    field = {F: "severity", I: "inconclusive", N: "not_measured"}[state]
    others = {"severity": "warn", "inconclusive": "warn", "not_measured": "warn"}
    judged = verdict(policy(rule(**{**others, field: effect})), *in_state(state, "test.risk"))
    assert judged.findings[-1].effect == effect
    assert judged.outcome == ("blocked" if effect == "block" else "passed")


@pytest.mark.parametrize("state", [F, I, N])
def test_whatever_is_no_pass_blocks_unless_the_policy_says_otherwise(state: State) -> None:
    judged = verdict(policy(), *in_state(state, "test.risk"))
    assert judged.outcome == "blocked"
    assert [finding.rule for finding in judged.blocking] == ["risk"]
    assert verdict(policy(), *in_state(P, "test.risk")).outcome == "passed"


@pytest.mark.parametrize(
    ("estimate", "because"),
    [
        (between(0.1, 0.3), "Risk is 0.200 (0.100 to 0.300); it must be at most 0.500: "
                            "the whole interval is inside the limit."),
        (between(0.7, 0.9), "Risk is 0.800 (0.700 to 0.900); it must be at most 0.500: "
                            "the whole interval is outside the limit."),
        (between(0.3, 0.7), "Risk is 0.500 (0.300 to 0.700); it must be at most 0.500: "
                            "the interval crosses the limit."),
        (exact("test.risk", 0.2, method="m"), "Risk is 0.200, which is at most 0.500."),
        (exact("test.risk", 0.7, method="m"), "Risk is 0.700, which is not at most 0.500."),
        (NONE, "Risk must be at most 0.500, and it was not measured: too few records"),
    ],
)  # fmt: skip
def test_a_finding_says_why_in_one_sentence(estimate: Estimate, because: str) -> None:
    (finding,) = findings(policy(), estimate)
    assert finding.because == because


bodies = st.lists(
    st.tuples(st.sampled_from(["a", "b"]), directions, numbers), min_size=1, max_size=3
)
kinds = st.sampled_from(["all_of", "any_of"])
groups = st.sampled_from([{}, {"group": "x"}, {"group": "y"}])
measured = st.lists(
    st.builds(
        lambda metric, scope, pair: between(min(pair), max(pair), metric=metric, **scope),
        st.sampled_from(["a", "b"]),
        groups,
        st.tuples(numbers, numbers),
    ),
    max_size=5,
    unique_by=lambda estimate: estimate.id,
)


@properties
@given(body=bodies, how=kinds, met=measured, by=st.floats(0, 10), which=st.integers(0, 2))
def test_tightening_any_clause_never_turns_a_worse_state_into_a_pass(
    body: list[tuple[str, str, float]], how: str, met: list[Estimate], by: float, which: int
) -> None:
    loose = [clause(name, limit, direction=direction) for name, direction, limit in body]
    tight = [dict(each) for each in loose]
    chosen = tight[which % len(tight)]
    chosen["limit"] = stricter(chosen["direction"], chosen["limit"], by)
    before = findings(policy(combined(how, *loose)), *met)
    after = findings(policy(combined(how, *tight)), *met)
    assert len(before) == len(after)
    for one, other in zip(before, after, strict=True):
        assert not (one.state in {F, I, N} and other.state == P)
        assert not (one.state == F and other.state == I)


@properties
@given(body=bodies, met=measured, drop=st.integers(0, 4))
def test_leaving_out_a_number_never_makes_a_rule_pass(
    body: list[tuple[str, str, float]], met: list[Estimate], drop: int
) -> None:
    strict = policy(
        combined("all_of", *(clause(name, limit, direction=way) for name, way, limit in body))
    )
    if not met or {name for name, *_ in body} != {"a", "b"}:
        return
    gone = met[drop % len(met)]
    rest = [each for each in met if each is not gone]
    alone = all(each.metric != gone.metric for each in rest)
    if alone:
        assert P not in states(strict, *rest)


# --- the charter tightens -------------------------------------------------------------------------


def threshold(limit: float, name: str = "risk") -> dict[str, Any]:
    return {"rule": name, "limit": limit, "reason": "This use needs it."}


def test_a_charter_tightens_a_limit_and_the_finding_says_so() -> None:
    tight = charter(privacy=[threshold(0.3)])
    found = judge(policy(), tight, plan(), [evidence(between(0.35, 0.45))]).findings[-1]
    assert (found.state, found.limit, found.limit_from) == (F, 0.3, "charter")
    loose = judge(policy(), charter(), plan(), [evidence(between(0.35, 0.45))]).findings[-1]
    assert (loose.state, loose.limit, loose.limit_from) == (P, 0.5, "policy")


def test_every_loosening_is_refused_at_once_with_both_numbers() -> None:
    rules = policy(rule(), rule(id="gain", metric="m", direction="at_least", limit=0.8))
    loose = charter(privacy=[threshold(0.75)], fairness=[threshold(0.25, "gain")])
    with pytest.raises(RecordError) as caught:
        judge(rules, loose, plan(), [])
    assert [str(problem) for problem in caught.value.problems] == [
        "privacy[0]: the charter's 0.75 is looser than the policy's 0.5 (at most) for `risk`",
        "fairness[0]: the charter's 0.25 is looser than the policy's 0.8 (at least) for `gain`",
    ]


def test_numbers_that_differ_little_are_shown_in_full() -> None:
    with pytest.raises(RecordError, match=r"0\.500000001 is looser than the policy's 0\.5 "):
        limits_in_force(policy(), charter(privacy=[threshold(0.500000001)]))


def test_a_limit_that_is_set_twice_holds_at_its_tightest() -> None:
    for first, second in ((0.3, 0.4), (0.4, 0.3)):
        both = charter(privacy=[threshold(first)], fidelity=[threshold(second)])
        assert limits_in_force(policy(), both)["risk"].value == 0.3


def test_a_threshold_needs_a_rule_with_one_number() -> None:
    rules = policy(rule(id="privacy.risk"), combined("any_of", clause("a"), id="many"))
    with pytest.raises(RecordError) as caught:
        limits_in_force(rules, charter(privacy=[threshold(1, "many"), threshold(1, "privacy.rsk")]))
    assert [problem.message for problem in caught.value.problems] == [
        "`many` combines several metrics and cannot be tightened by one number",
        "`privacy.rsk` is not a rule of the policy; did you mean `privacy.risk`?",
    ]


TASK = {"target": "ill", "positive": "true"}


def test_the_acceptable_loss_tightens_the_rule_on_the_loss() -> None:
    rules = policy(rule(id="loss", metric="utility.task.loss", limit=0.05))
    tight = charter(task={**TASK, "acceptable_loss": 0.02})
    assert limits_in_force(rules, tight)["loss"].value == 0.02
    with pytest.raises(RecordError, match=r"task\.acceptable_loss: .* 0\.1 is looser .* 0\.05 "):
        limits_in_force(rules, charter(task={**TASK, "acceptable_loss": 0.1}))


def test_an_acceptable_loss_that_no_rule_would_hold_is_refused() -> None:
    with pytest.raises(RecordError, match=r"no rule of the policy limits `utility\.task\.loss`"):
        limits_in_force(policy(), charter(task={**TASK, "acceptable_loss": 0.1}))


@properties
@given(limit=numbers, direction=directions, floor=numbers)
def test_a_charter_never_loosens(limit: float, direction: Any, floor: float) -> None:
    rules = policy(rule(direction=direction, limit=floor))
    try:
        held = limits_in_force(rules, charter(privacy=[threshold(limit)]))["risk"].value
    except RecordError:
        assert limit > floor if direction == "at_most" else limit < floor
        return
    assert held <= rules.rules[0].limit if direction == "at_most" else held >= rules.rules[0].limit


# --- rejections, plan, tables ---------------------------------------------------------------------

REJECTION = {
    "id": "reject.risk", "metric": "test.risk", "direction": "at_most", "limit": 0.7,
    "reason": "Nobody may do this.",
}  # fmt: skip


@pytest.mark.parametrize(
    ("estimate", "state", "effect", "rejects"),
    [
        (between(0.8, 0.9), F, "block", True),
        (between(0.6, 0.8), I, "warn", False),
        (NONE, N, "warn", False),
        (None, N, "warn", False),
        (between(0.1, 0.2), P, "none", False),
    ],
)
def test_a_rejection_needs_certainty_and_doubt_is_never_silent(
    estimate: Estimate | None, state: State, effect: str, rejects: bool
) -> None:
    lenient = rule(id="other", metric="other", not_measured="warn")
    rules = policy(lenient, rejections=[REJECTION])
    found = findings(rules, *([estimate] if estimate else []))[-1]
    assert (found.rule, found.state, found.effect, found.rejects) == (
        "reject.risk", state, effect, rejects,
    )  # fmt: skip


def plan_finding(generators: dict[str, Any], **changes: object) -> Finding:
    rules = policy(generators=generators)
    return judge(rules, charter(), plan(**changes), []).findings[0]


CONFIGURATION = {
    "id": "short", "generator": "copula", "reason": "It is known.",
    "parameters": {"epochs": {"minimum": 1, "maximum": 300}},
}  # fmt: skip


def test_a_plan_within_an_approved_configuration_passes() -> None:
    for parameters in ({}, {"epochs": 1}, {"epochs": 300}):
        found = plan_finding({"approved": [CONFIGURATION]}, parameters=parameters)
        assert (found.state, found.effect) == (P, "none")
        assert "`short`" in found.because


@pytest.mark.parametrize(
    ("parameters", "named"),
    [({"epochs": 301}, "epochs"), ({"epochs": True}, "epochs"), ({"depth": 3}, "depth")],
)
def test_a_plan_outside_every_approved_configuration_says_what_lies_outside(
    parameters: dict[str, Any], named: str
) -> None:
    found = plan_finding({"approved": [CONFIGURATION]}, parameters=parameters)
    assert (found.state, found.effect) == (F, "block")
    assert f"short: {named}" in found.because
    soft = plan_finding({"unapproved": "warn", "approved": [CONFIGURATION]}, parameters=parameters)
    assert soft.effect == "warn"


def test_a_generator_that_nobody_approved_fails() -> None:
    found = plan_finding({"approved": [CONFIGURATION]}, generator="other")
    assert found.because == "No configuration of `other` is approved."


def integrity(*papers: Any) -> dict[str, Finding]:
    judged = judge(policy(), charter(), plan(), papers)
    return {each.rule: each for each in judged.findings if each.rule.startswith("evidence.")}


def test_a_notebook_that_hides_its_tables_blocks() -> None:
    one = evidence(inputs={"synthetic": "a" * 64})
    hidden = evidence(inputs={})
    found = integrity(one, hidden)["evidence.same-tables"]
    assert (found.state, found.effect) == ("fail", "block")


def test_all_notebooks_must_have_assessed_the_same_tables() -> None:
    one = evidence()
    other = evidence(room="fairness", inputs={"synthetic": "b" * 64})
    assert integrity(one, one)["evidence.same-tables"].state == P
    found = integrity(one, other)["evidence.same-tables"]
    assert (found.state, found.effect) == (F, "block")
    assert "synthetic" in found.because
    none = integrity(evidence(inputs={"train": "a" * 64}))["evidence.same-tables"]
    assert (none.state, none.effect) == (N, "block")


def test_a_number_that_two_notebooks_recorded_blocks() -> None:
    good, bad = evidence(between(0.1, 0.2)), evidence(between(0.8, 0.9), room="fairness")
    for papers in ((good, bad), (bad, good)):
        judged = judge(policy(), charter(), plan(), papers)
        assert judged.outcome == "blocked"
        assert integrity(*papers)["evidence.measured-once"].effect == "block"
        assert "test.risk" in integrity(*papers)["evidence.measured-once"].because
    assert "evidence.measured-once" not in integrity(good)


def test_the_same_papers_give_the_same_verdict() -> None:
    papers = (policy(), charter(), plan(), [evidence(between(0.1, 0.9))])
    assert judge(*papers) == judge(*papers)
    assert judge(*papers).policy == "house 1.0.0"


def test_nothing_measured_is_never_a_pass() -> None:
    judged = judge(policy(), charter(), plan(), [])
    assert judged.outcome == "blocked"
    assert {finding.rule: finding.state for finding in judged.blocking} == {
        "evidence.same-tables": N,
        "risk": N,
    }
