"""A rule with several answers: the first case that holds, and never a pass by default."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from papers import charter, evidence, plan, policy, rule

from synthnb.errors import RecordError
from synthnb.judge import judge
from synthnb.records import Estimate, Finding, Policy, exact, interval, missing, read

SHIPPED = read(
    Policy,
    (Path(__file__).parents[1] / "templates" / "policies" / "default.yaml").read_text(),
    "policy.yaml",
)
LEAK = next(each for each in SHIPPED.rules if each.id == "privacy.leak")
CLOSED = {"id": "rest", "title": "Nobody can tell", "state": "inconclusive", "effect": "block"}


def seen(
    p: float = 0.5,
    low: float = 0.0,
    high: float = 0.03,
    verbatim: float | None = 0.005,
    swapped: float | None = 0.008,
    auc: tuple[float, float] = (0.47, 0.53),
) -> list[Estimate]:
    """Return what the room might have measured; None is a size that was never found."""
    sizes = {"verbatim": verbatim, "two columns swapped": swapped}
    return [
        interval("privacy.exchangeability.auc", sum(auc) / 2, *auc, n=9, method="by hand"),
        exact("privacy.leak.p", p, method="by hand"),
        interval("privacy.leak.excess", (low + high) / 2, low, high, n=9, method="by hand"),
        *(
            missing("privacy.selftest.detectable", "too few", method="by hand", leak=leak)
            if size is None
            else exact("privacy.selftest.detectable", size, method="by hand", leak=leak)
            for leak, size in sizes.items()
        ),
    ]


def answer(estimates: list[Estimate], **thresholds: Any) -> Finding:
    found = judge(SHIPPED, charter(**thresholds), plan(), [evidence(*estimates)])
    return next(each for each in found.findings if each.rule == "privacy.leak")


@pytest.mark.parametrize(
    ("estimates", "case", "state", "effect"),
    [
        (seen(p=0.001, low=0.02, high=0.05), "Leak found", "fail", "block"),
        (seen(p=0.05, low=0.01, high=0.05), "Leak found", "fail", "block"),
        (seen(p=0.001, low=0.002), "Leak found, size uncertain", "inconclusive", "block"),
        (seen(p=0.001, low=0.002, high=0.01), "Leak below tolerance", "pass", "warn"),
        (seen(), "No leak found", "pass", "none"),
        (seen(verbatim=0.01, swapped=0.01), "No leak found", "pass", "none"),
        (seen(swapped=0.011), "Nobody can tell", "inconclusive", "block"),
        (seen(verbatim=0.011), "Nobody can tell", "inconclusive", "block"),
        (seen(swapped=None), "Nobody can tell", "inconclusive", "block"),
        # Not significant, whatever the interval: an excess alone is no evidence.
        (seen(p=0.2, low=0.02, high=0.05, swapped=0.5), "Nobody can tell", "inconclusive", "block"),
        (
            seen(p=0.001, low=0.02, high=0.05, auc=(0.6, 0.7)),
            "Train and control differ, so nothing can be compared",
            "inconclusive",
            "block",
        ),
    ],
)
def test_the_answer_about_leaks(
    estimates: list[Estimate], case: str, state: str, effect: str
) -> None:
    found = answer(estimates)
    assert (found.case, found.state, found.effect) == (case, state, effect)
    assert found.because.startswith(f"{case}. ")


def test_only_the_answer_that_nobody_can_tell_may_be_accepted_as_a_risk() -> None:
    assert [case.id for case in LEAK.cases if case.acceptable] == ["cannot-tell"]
    assert answer(seen(swapped=None)).acceptable
    assert not answer(seen(p=0.001, low=0.02, high=0.05)).acceptable


def test_a_leak_that_was_not_measured_is_not_measured_and_blocks() -> None:
    found = answer([missing("privacy.leak.excess", "no control", method="by hand")])
    assert (found.state, found.effect, found.case) == ("not-measured", "block", "")


@given(left_out=st.sets(st.sampled_from(range(1, 5))))
def test_leaving_a_number_out_never_gives_a_pass(left_out: set[int]) -> None:
    whole = seen()
    found = answer([each for at, each in enumerate(whole) if at not in left_out])
    assert (found.state == "pass") == (not left_out)


def test_a_charter_tightens_the_tolerance_in_every_condition() -> None:
    threshold = {"rule": "privacy.leak", "limit": 0.006, "reason": "children"}
    found = answer(seen(), privacy=[threshold])
    assert (found.case, found.limit, found.limit_from) == ("Nobody can tell", 0.006, "charter")
    assert "(two columns swapped): 0.8 %, and would have to be at most 0.6 %" in found.because
    assert "(verbatim): 0.5 %." in found.because  # that would have done
    below = answer(seen(p=0.001, low=0.001, high=0.008), privacy=[threshold])
    assert below.case == "Leak found, size uncertain"


def test_every_answer_names_the_smallest_leak_that_would_be_found() -> None:
    for estimates in (seen(), seen(p=0.001), seen(p=0.001, low=0.02), seen(swapped=None)):
        because = answer(estimates).because
        assert "(verbatim): 0.5 %" in because
        assert "(two columns swapped): " in because


def test_every_case_can_be_reached() -> None:
    grid = itertools.product(
        (0.001, 0.5), ((0.0, 0.005), (0.0, 0.03), (0.02, 0.05)), (0.005, None), (0.5, 0.7)
    )
    reached = {
        answer(seen(p, *bounds, swapped=size, auc=(auc - 0.01, auc + 0.01))).case
        for p, bounds, size, auc in grid
    }
    assert reached == {case.title for case in LEAK.cases}


@pytest.mark.parametrize(
    ("cases", "message"),
    [
        ([{**CLOSED, "state": "pass", "effect": "none"}], "a pass needs a condition"),
        ([{**CLOSED, "effect": "none"}], "only a pass may be without effect"),
        ([{**CLOSED, "state": "fail", "acceptable": True}], "a fail cannot be accepted"),
        ([CLOSED, {**CLOSED, "id": "more"}], "the last case, and no other, has no condition"),
        (
            [{**CLOSED, "when": [{"metric": "test.risk", "direction": "at_most"}]}],
            "the last case, and no other, has no condition",
        ),
    ],
)
def test_cases_that_could_pass_by_default_are_refused(
    cases: list[dict[str, Any]], message: str
) -> None:
    with pytest.raises(RecordError) as caught:
        policy(rule(cases=cases))
    assert message in str(caught.value)


def threat(name: str, version: str) -> dict[str, Any]:
    story = {"knows": "all.", "wants": "more.", "can": "look.", "cost": "little"}
    return {
        **{"id": name, "version": version, "title": name, "criterion": "inference", **story},
        **{"status": "explanation", "metrics": ["privacy.attack.p"]},
    }


@pytest.mark.parametrize(
    ("ran", "state", "said"),
    [
        ([("mirror", "2"), ("echo", "1.9")], "fail", "echo (version 1.10 or newer; version 1.9"),
        ([("echo", "1.10")], "fail", "mirror (version 2 or newer; did not run)"),
        ([("mirror", "2"), ("echo", "1.10"), ("other", "1")], "pass", "All 2 required attacks ran"),
        ([("mirror", "3"), ("echo", "2")], "pass", "All 2 required attacks ran"),
    ],
)
def test_c18_an_attack_that_the_policy_requires_must_have_run(
    ran: list[tuple[str, str]], state: str, said: str
) -> None:
    required = [{"id": "mirror", "version": "2"}, {"id": "echo", "version": "1.10"}]
    rules = policy(threats={"required": required})
    papers = [evidence(threats=[threat(*each) for each in ran])]
    found = judge(rules, charter(), plan(), papers).findings
    finding = next(each for each in found if each.rule == "privacy.required-attacks")
    assert finding.state == state
    assert finding.effect == ("block" if state == "fail" else "none")
    assert said in finding.because
