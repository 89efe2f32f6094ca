"""Stories about the charter's own columns, and what to change for each bad finding."""

from __future__ import annotations

import pytest
from loans import loan_charter
from small_tables import CITY, ILL, PAY, charter

from synthnb import privacy
from synthnb.privacy.advice import advice
from synthnb.privacy.stories import stories
from synthnb.records import CATALOGUE, Charter, Finding, Plan, Threat

TOWN = {"name": "town", "type": "category", "roles": ["quasi-identifier", "protected"]}
AGE = {"name": "age", "type": "integer"}


def told(paper: Charter, name: str) -> Threat:
    return next(each for each in stories(paper, privacy.attacks()) if each.id == name)


def general(name: str) -> Threat:
    return next(attack.threat for attack in privacy.attacks() if attack.id == name)


# --- stories -----------------------------------------------------------------------------------


def test_the_one_unknown_thing_is_named_by_its_label() -> None:
    paper = charter(PAY, CITY, {**ILL, "label": "Illness"})
    story = told(paper, "attribute-inference")
    assert story.knows == "everything about a person but “Illness”."


def test_several_secrets_are_each_the_one_unknown_thing() -> None:
    paper = charter({**PAY, "roles": ["sensitive"]}, CITY, ILL)
    assert told(paper, "attribute-inference").knows == (
        "everything about a person but one thing: “pay” or “ill”."
    )


def test_who_knows_only_the_quasi_identifiers_wants_the_secrets() -> None:
    story = told(charter(PAY, CITY, TOWN, ILL), "reidentification")
    assert story.knows == "of a person only what many may know: “city” and “town”."
    assert story.wants == "to learn “ill”."


def test_of_many_columns_five_are_named_and_the_rest_is_counted() -> None:
    many = [{**CITY, "name": f"c{n}"} for n in range(8)]
    story = told(charter(*many, ILL), "reidentification")
    assert "“c0”, “c1”, “c2”, “c3”, “c4” and 3 more" in story.knows


def test_two_files_hold_what_the_charter_gives_them() -> None:
    story = told(charter(PAY, ILL, CITY, TOWN), "linkability")
    assert "one with “city” and “town”, the other with everything else" in story.knows
    halves = charter(PAY, ILL, CITY)
    assert told(halves, "linkability") == general("linkability")


def test_groups_are_those_of_the_protected_columns() -> None:
    assert "one group by “town”" in told(charter(PAY, TOWN), "groups").wants


@pytest.mark.parametrize("name", ["attribute-inference", "reidentification", "groups"])
def test_without_a_role_the_general_words_stay(name: str) -> None:
    assert told(charter(PAY, AGE), name) == general(name)


def test_a_story_changes_words_only() -> None:
    kept = {"id", "version", "title", "criterion", "status", "metrics", "package", "cost"}
    for story, attack in zip(
        stories(loan_charter(), privacy.attacks()), privacy.attacks(), strict=True
    ):
        assert story.model_dump(include=kept) == attack.threat.model_dump(include=kept)


# --- advice ------------------------------------------------------------------------------------


def plan(generator: str, epsilon: float | None = None, **parameters: object) -> Plan:
    guarantee: dict[str, object] = {"kind": "none", "statement": "None."}
    if epsilon is not None:
        claim = {"kind": "differential-privacy", "epsilon": epsilon, "delta": 1e-6}
        guarantee = {**claim, "statement": "Claimed."}
    made: dict[str, object] = {"generator": generator, "parameters": parameters}
    if generator == "bring-your-own":
        made["external"] = {"path": "x.csv", "tool": "FakerMaker 2", "description": "With it."}
    return Plan.model_validate({**made, "guarantee": guarantee, "rationale": "A test."})


def bad(metric: str, state: str = "fail", **changes: object) -> Finding:
    told: dict[str, object] = {
        **{"rule": "r", "title": "A rule", "state": state, "effect": "block"},
        **{"metric": metric, "because": "-"},
    }
    return Finding.model_validate({**told, **changes})


LEAK = "privacy.leak.excess"


@pytest.mark.parametrize("generator", ["ctgan", "tvae", "copula-gan"])
def test_a_network_that_leaks_is_trained_for_fewer_epochs(generator: str) -> None:
    said = advice(bad(LEAK), plan(generator, epochs=400))
    assert CATALOGUE[LEAK].remedy in said
    assert f"for `{generator}`: fewer `epochs` (now 400)" in said


def test_epochs_that_the_plan_leaves_out_have_their_default() -> None:
    assert "fewer `epochs` (now the default)" in advice(bad(LEAK), plan("tvae"))


def test_a_copula_is_not_asked_for_epochs() -> None:
    said = advice(bad(LEAK), plan("gaussian-copula"))
    assert "`default_distribution` off kernel densities" in said
    assert "`epochs`" not in said


def test_a_table_from_elsewhere_is_changed_elsewhere() -> None:
    assert "where the table was made (FakerMaker 2)" in advice(bad(LEAK), plan("bring-your-own"))


def test_a_claimed_budget_that_leaks_is_checked_before_it_is_lowered() -> None:
    said = advice(bad(LEAK), plan("acme-dp", epsilon=8.0))
    assert "claims ε = 8: check the generator's accounting" in said


def test_a_contradicted_epsilon_is_about_the_claim_alone() -> None:
    said = advice(bad("privacy.epsilon.lower"), plan("tvae", epsilon=1.0))
    assert "claims ε = 1" in said
    assert "epochs" not in said


def test_where_nobody_can_tell_another_generator_is_not_the_answer() -> None:
    said = advice(bad(LEAK, "inconclusive", case="Nobody can tell", acceptable=True), plan("tvae"))
    assert "more control records" in said
    assert "epochs" not in said


def test_a_merely_wide_interval_is_said_to_be_wide() -> None:
    said = advice(bad("privacy.attribute.excess", "inconclusive"), plan("tvae", epochs=9))
    assert said.endswith("more control records narrow it.")
    assert "`epochs`" not in said


def test_what_describes_a_table_needs_no_other_generator() -> None:
    metric = "privacy.k_anonymity"
    assert advice(bad(metric), plan("tvae")) == CATALOGUE[metric].remedy


def test_a_finding_about_no_metric_says_why_the_rule_is_there() -> None:
    finding = bad(LEAK).model_copy(
        update={"metric": None, "reason": "Skipped attacks find nothing."}
    )
    assert advice(finding, plan("tvae")) == "Skipped attacks find nothing."
