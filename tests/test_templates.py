"""What ships with synthnb holds: the default policy, the scaffolds, and the demonstration."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from loans import loan_frame
from ruamel.yaml import YAML

from synthnb import assets
from synthnb.errors import RecordError
from synthnb.forms.fields import Many, Part, part
from synthnb.generate import check, generators
from synthnb.judge import judge, limits_in_force
from synthnb.records import (
    CATALOGUE,
    Charter,
    Constraint,
    Evidence,
    People,
    Plan,
    Policy,
    Rule,
    Threshold,
    exact,
    interval,
    missing,
    read,
)
from synthnb.records.policy import Action
from synthnb.workspace import Settings, Workspace

TEMPLATES = assets.templates()


def _text(*parts: str) -> str:
    return TEMPLATES.joinpath(*parts).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def policy() -> Policy:
    return read(Policy, _text("policies", "default.yaml"), "default.yaml")


@pytest.fixture(scope="module")
def charter() -> Charter:
    return read(Charter, _text("demo", "charter.yaml"), "charter.yaml")


@pytest.fixture(scope="module")
def plan() -> Plan:
    return read(Plan, _text("demo", "plan.yaml"), "plan.yaml")


def _effects(policy: Policy, charter: Charter, plan: Plan, *estimates: Any) -> dict[str, str]:
    """Return what follows under each rule from a few estimates."""
    evidence = Evidence(room="privacy", seed=0, estimates=estimates)
    found = judge(policy, charter, plan, [evidence]).findings
    return {finding.rule: finding.effect for finding in found}


# --- the policy ----------------------------------------------------------------------------------


def test_every_limit_is_about_a_metric_that_there_is(policy: Policy) -> None:
    named = [clause.metric for rule in policy.rules for clause in rule.clauses]
    named += [rejection.metric for rejection in policy.rejections]
    assert [name for name in named if name not in CATALOGUE] == []


def test_every_limit_points_the_way_that_its_metric_is_good(policy: Policy) -> None:
    good = {"lower": "at_most", "higher": "at_least"}
    for rule in policy.rules:
        for clause in rule.clauses:
            better = CATALOGUE[clause.metric].better
            assert good.get(better, clause.direction) == clause.direction, rule.id


def test_every_rule_has_a_reason_and_says_whose_number_it_is(policy: Policy) -> None:
    for rule in policy.rules:
        assert len(rule.reason) > 60, rule.id
        public = re.search(r"\d{4}|CFR|EMA|PoPETs|SDMetrics", rule.reference)
        assert public or "udgement" in rule.reference, rule.id


def test_a_rule_that_lets_uncertainty_pass_with_a_warning_says_why(policy: Policy) -> None:
    for rule in policy.rules:
        if rule.severity == "block" and rule.inconclusive == "warn":
            assert re.search(r"small|interval", f"{rule.reason}"), rule.id


def test_a_leak_blocks_whether_it_is_found_open_or_never_looked_for(
    policy: Policy, charter: Charter, plan: Plan
) -> None:
    explained = ("attribute", "linkability", "reidentification", "external", "series")
    for leak in explained:
        name = f"privacy.{leak}.excess"
        rule = next(rule for rule in policy.rules if rule.metric == name)
        for low, high, effect in ((0.02, 0.05, "block"), (0, 0.02, "warn"), (0, 0.01, "none")):
            value = (low + high) / 2
            estimate = interval(name, value, low, high, n=9, method="-")
            assert _effects(policy, charter, plan, estimate)[rule.id] == effect
        gone = missing(name, "no control", method="-")
        assert _effects(policy, charter, plan, gone)[rule.id] == rule.not_measured
    # The question itself is never left open: see the cases of the rule on leaks.
    for estimates in ([], [missing("privacy.leak.excess", "no control", method="-")]):
        assert _effects(policy, charter, plan, *estimates)["privacy.leak"] == "block"


def test_the_published_thresholds_are_the_published_ones(policy: Policy) -> None:
    def limit(rule: str) -> float | None:
        found = policy.rule(rule)
        assert found is not None
        return found.limit

    assert limit("privacy.reidentification-risk") == 0.09
    assert limit("fairness.disparate-impact-real") == 0.8
    assert limit("privacy.k-anonymity") == round(1 / 0.09)


def test_a_real_disparity_warns_and_does_not_block(
    policy: Policy, charter: Charter, plan: Plan
) -> None:
    scope = {"table": "real", "group": "Race = Black"}
    estimate = interval(
        "fairness.label.disparate_impact", 0.74, 0.7, 0.78, n=9, method="-", **scope
    )
    assert _effects(policy, charter, plan, estimate)["fairness.disparate-impact-real"] == "warn"


def test_an_honest_sample_with_a_few_new_extremes_is_well_formed(
    policy: Policy, charter: Charter, plan: Plan
) -> None:
    estimate = exact("utility.diagnostic", 0.999, method="-")
    assert _effects(policy, charter, plan, estimate)["utility.diagnostic"] == "none"


def test_approved_configurations_name_generators_and_parameters_that_there_are(
    policy: Policy,
) -> None:
    there = generators()
    for configuration in policy.generators.approved:
        known = there[configuration.generator].parameters
        assert set(configuration.parameters) <= set(known), configuration.id
        for name, values in configuration.parameters.items():
            given = [each for each in (values.minimum, values.maximum) if each is not None]
            bounds = [int(each) if each == int(each) else each for each in given]
            assert all(known[name].allows(each) for each in (*bounds, *values.one_of)), name


def test_no_approved_configuration_publishes_the_extremes_of_the_data(policy: Policy) -> None:
    for configuration in policy.generators.approved:
        allowed = configuration.parameters.get("enforce_min_max_values")
        assert allowed is None or not allowed.allows(True)


def test_every_action_has_approvers_and_taking_back_needs_only_one(policy: Policy) -> None:
    quorum = {approval.action: approval.quorum for approval in policy.approvals}
    assert quorum.keys() == set(get_args(Action))
    assert quorum["withdrawal"] == 1
    assert quorum["release"] >= 2
    assert all(approval.quorum <= len(approval.roles) for approval in policy.approvals)


# --- the demonstration ---------------------------------------------------------------------------


def test_the_demonstration_holds_under_the_default_policy(
    policy: Policy, charter: Charter, plan: Plan
) -> None:
    in_force = limits_in_force(policy, charter)
    assert {rule for rule, limit in in_force.items() if limit.set_by == "charter"} == {
        "fairness.representation-low",
        "utility.pairs",
        "utility.task-loss",
    }
    check(plan, charter)
    assert _effects(policy, charter, plan)["plan.approved-configuration"] == "none"


def test_the_demonstration_describes_its_data(charter: Charter) -> None:
    frame = loan_frame()
    assert sorted(column.name for column in charter.columns) == sorted(frame.columns)
    for column in charter.columns:
        values = frame[column.name]
        if column.type == "category":
            assert set(values) == set(column.categories), column.name
        else:
            assert column.minimum is not None
            assert values.min() >= column.minimum, column.name
            assert column.maximum is None or values.max() <= column.maximum, column.name


def test_no_bound_of_the_demonstration_was_read_off_the_data(charter: Charter) -> None:
    bounds = {b for c in charter.columns for b in (c.minimum, c.maximum) if b is not None}
    assert bounds == {0, 100}


def test_the_demonstration_names_those_who_must_approve(policy: Policy, charter: Charter) -> None:
    release = next(approval for approval in policy.approvals if approval.action == "release")
    held = {assignment.role for assignment in charter.roles}
    assert len(held & set(release.roles)) >= release.quorum
    assert set(charter.approvers) <= held


# --- the scaffolds -------------------------------------------------------------------------------


def _placeholders(data: Any, path: str = "") -> list[str]:
    """Return where a template still waits for an answer."""
    if isinstance(data, dict):
        return [
            place
            for key, item in data.items()
            for place in _placeholders(item, f"{path}.{key}" if path else key)
        ]
    if isinstance(data, list):
        return [p for n, item in enumerate(data) for p in _placeholders(item, f"{path}[{n}]")]
    return [path] if isinstance(data, str) and re.match(r"<.*>$", data) else []


@pytest.mark.parametrize(("name", "model"), [("charter", Charter), ("plan", Plan)])
def test_a_fresh_dossier_reports_every_part_that_is_open(
    name: str, model: type[Charter | Plan]
) -> None:
    text = _text("dossier", f"{name}.yaml").replace("{name}", "fresh")
    with pytest.raises(RecordError) as caught:
        read(model, text, f"{name}.yaml")
    named = {problem.where for problem in caught.value.problems}
    waiting = set(_placeholders(YAML(typ="safe").load(text)))
    assert waiting
    assert waiting <= named
    assert named - waiting <= {"columns[0].name", "columns[1].name"}
    assert all(problem.line for problem in caught.value.problems)


def test_a_dossier_whose_placeholders_are_written_out_is_complete() -> None:
    text = _text("dossier", "charter.yaml").replace("{name}", "fresh")
    text = text.replace("type: <number", "type: number #").replace("access: <", "access: open #")
    text = text.replace('name: "" # exactly', "name: one #").replace('name: "" #', "name: two #")
    charter = read(Charter, re.sub(r"(?m)<([^<>]*)>$", r"'Written: \1'", text), "charter.yaml")
    policy = read(Policy, _text("policies", "default.yaml"), "default.yaml")
    limits_in_force(policy, charter)
    plan = _text("dossier", "plan.yaml")
    assert (
        read(Plan, re.sub(r"(?m)<([^<>]*)>$", r"'Written: \1'", plan), "plan.yaml").parameters == {}
    )


def test_a_new_workspace_reads_what_it_was_given(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path)
    assert workspace.settings == Settings()
    assert workspace.people == People()
    assert workspace.policy.id == "default"
    assert workspace.new("fresh").name == "fresh"


# --- what is written about them ------------------------------------------------------------------


def _docs(name: str) -> str:
    return (Path(__file__).parent.parent / "docs" / name).read_text(encoding="utf-8")


def _fields(part: Part) -> Iterator[str]:
    for field in part.fields:
        yield field.name
        kind = field.kind.item if isinstance(field.kind, Many) else field.kind
        if isinstance(kind, Part):
            yield from _fields(kind)


@pytest.mark.parametrize(
    ("page", "model"), [("charter.md", Charter), ("charter.md", Plan), ("policy.md", Policy)]
)
def test_every_field_is_documented(page: str, model: type[Charter | Plan | Policy]) -> None:
    prose = re.sub(r"```.*?```", "", _docs(page), flags=re.DOTALL)
    words = set(re.findall(r"\w+", " ".join(re.findall(r"`([^`\n]+)`", prose))))
    assert [name for name in _fields(part(model)) if name not in words] == []


def test_the_documented_limits_are_those_of_the_default_policy(policy: Policy) -> None:
    rows = {
        cells[1].strip(" `"): [cell.strip() for cell in cells[3:7]]
        for line in _docs("policy.md").splitlines()
        if len(cells := line.split("|")) == 8 and cells[1].startswith(" `")
    }
    assert rows == {
        rule.id: [
            f"{str(rule.direction).replace('_', ' ')} {rule.limit:g}",
            rule.severity,
            rule.inconclusive,
            rule.not_measured,
        ]
        for rule in policy.rules
    }


def test_the_documented_approvals_are_those_of_the_default_policy(policy: Policy) -> None:
    section = _docs("policy.md").partition("## Who must agree")[2].partition("\n## ")[0]
    rows = [[cell.strip(" `") for cell in row.split("|")[1:4]] for row in section.splitlines()]
    assert [row for row in rows if len(row) == 3][2:] == [
        [each.action, ", ".join(each.roles), str(each.quorum)] for each in policy.approvals
    ]


@pytest.mark.parametrize("page", ["charter.md", "policy.md"])
def test_examples_in_yaml_hold(page: str, policy: Policy) -> None:
    for block in re.findall(r"```yaml\n(.*?)```", _docs(page), re.DOTALL):
        found = YAML(typ="safe").load(block)
        if "constraints" in found:
            for entry in found["constraints"]:
                Constraint.model_validate(entry)
            continue
        for entry in found if isinstance(found, list) else next(iter(found.values())):
            (Rule if "metric" in entry else Threshold).model_validate(entry)
            assert policy.rule(entry.get("rule", entry.get("id"))) is not None
