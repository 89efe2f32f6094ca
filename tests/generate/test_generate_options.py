"""Options of a plan: conditions, strata, scenarios, rules, blending; with every generator."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from typing import Any

import pandas as pd
import pytest
from generation_plans import plan
from loans import loan_charter, loan_tables

from synthnb import generate
from synthnb.errors import GeneratorError, RecordError
from synthnb.generate.strata import apportioned
from synthnb.records import Plan, read
from synthnb.tables import Tables

WHY = {"rationale": "Small groups are needed."}
RULES = [
    {
        **{"name": "loan", "title": "The loan is at most one and a half times the price"},
        **{"column": "loanprc", "operator": "<=", "value": 1.5},
    },
    {
        **{"name": "price", "title": "Approved loans do not exceed the price much"},
        **{"column": "loanamt", "operator": "<=", "other": "price", "when": {"approve": "yes"}},
    },
]
REFERENCE = pd.DataFrame({"race": ["Black", "Hispanic", "White"], "count": [30.0, 20.0, 50.0]})
FEW = {"epochs": 2, "batch_size": 100}
EVERY = [
    ("gaussian-copula", {}),
    *((name, {**FEW, "pac": 1}) for name in ("ctgan", "copula-gan")),
    ("tvae", FEW),
]


def tables(rows: int = 300, **charter: Any) -> Tables:
    found = loan_tables()
    sources = json.loads(found.charter.model_dump_json())["sources"]
    sources.append({**sources[0], "kind": "reference", "path": "data/census.csv"})
    made = loan_charter(constraints=RULES, sources=sources, **charter)
    return dataclasses.replace(
        found, charter=made, reference=REFERENCE, train=found.train.iloc[:rows]
    )


def made(asked: Plan, **charter: Any) -> tuple[pd.DataFrame, Any]:
    return generate.synthesise(tables(**charter), asked)


@pytest.mark.parametrize(("name", "parameters"), EVERY)
def test_every_generator_carries_out_every_option(name: str, parameters: dict[str, Any]) -> None:
    asked = plan(
        name,
        parameters=parameters,
        rows=200,
        conditions=[{"where": {"race": "White", "sex": "M"}, "rows": 20}],
        scenarios=[{"name": "rich", "where": {"appinc": {"minimum": 60}}, "weight": 0.1, **WHY}],
        stratify={"columns": ["sex"], "to": "real", **WHY},
        enforce={"constraints": ["loan"], **WHY},
        blend={"share": 0.05, **WHY},
    )
    frame, generation = made(asked)
    assert len(frame) == 200
    assert generation.real_rows == 10
    kinds = [each.kind for each in generation.mitigations]
    assert kinds == ["condition", "scenario", "stratify", "enforce", "blend"]
    assert (frame["appinc"] >= 60).sum() >= 15  # 20 were drawn, of which blending may take some
    assert "PUBLISHES 10 real training records" in generation.transformations[-1]
    again, _ = made(asked)
    pd.testing.assert_frame_equal(frame, again)


def test_conditions_take_values_and_ranges() -> None:
    where = {"race": "Black", "dep": {"minimum": 1, "maximum": 2}}
    frame, generation = made(plan(rows=120, conditions=[{"where": where, "rows": 40}]))
    met = (frame["race"] == "Black") & frame["dep"].between(1, 2)
    assert met.sum() >= 40
    (mitigation,) = generation.mitigations
    change = mitigation.changes[0]
    assert change.what == "share of rows with Race = Black, dep from 1 to 2"
    assert change.after == pytest.approx(met.mean())
    assert change.target == pytest.approx(40 / 120)
    assert change.before is not None
    assert change.before < change.after


def test_strata_have_the_real_shares_to_within_one_row() -> None:
    frame, generation = made(plan(stratify={"columns": ["race", "sex"], **WHY}), rows=657)
    real = tables(657).train.groupby(["race", "sex"]).size()
    mine = frame.groupby(["race", "sex"]).size()
    for group, count in real[real >= 10].items():
        assert abs(mine[group] - count) <= 1 + (real[real < 10].sum() > 0) * real[real < 10].sum()
    (mitigation,) = generation.mitigations
    targets = [change for change in mitigation.changes if change.target is not None]
    assert targets
    for change in targets:
        assert change.after == pytest.approx(change.target, abs=0.02)


@pytest.mark.parametrize(
    ("asked", "shares"),
    [
        ({"to": "reference"}, {"Black": 0.3, "Hispanic": 0.2, "White": 0.5}),
        (
            {
                "to": "given",
                "shares": [
                    {"where": {"race": "Black"}, "share": 0.25},
                    {"where": {"race": "White"}, "share": 0.75},
                ],
            },
            {"Black": 0.25, "White": 0.75},
        ),
    ],
)
def test_strata_follow_a_reference_or_the_plan(
    asked: dict[str, Any], shares: dict[str, float]
) -> None:
    frame, _ = made(plan(rows=200, stratify={"columns": ["race"], **asked, **WHY}))
    assert frame["race"].value_counts(normalize=True).to_dict() == shares


def test_largest_remainders_decide_who_gets_the_last_rows() -> None:
    # Wikipedia's textbook case of Hamilton's method: quotas 4.7, 1.6, 1.58, 1.2, .61, .31.
    shares = (47000, 16000, 15800, 12000, 6100, 3100)
    assert apportioned(shares, 10) == (5, 2, 1, 1, 1, 0)


def test_a_rule_that_is_enforced_is_kept_by_every_row() -> None:
    frame, generation = made(plan(rows=300, enforce=WHY))
    assert (frame["loanprc"] <= 1.5).all()
    approved = frame[frame["approve"] == "yes"]
    assert (approved["loanamt"] <= approved["price"]).all()
    (mitigation,) = generation.mitigations
    assert [change.after for change in mitigation.changes] == [0, 0]
    assert any(change.before for change in mitigation.changes)


def test_blended_rows_are_real_records_and_the_others_are_not() -> None:
    data = tables()
    frame, generation = generate.synthesise(data, plan(blend={"share": 0.2, **WHY}))
    rows = pd.MultiIndex.from_frame(data.train)
    assert pd.MultiIndex.from_frame(frame).isin(rows).sum() == generation.real_rows == 60
    estimates = generate.assess(data.with_synthetic(frame), plan(), real_rows=generation.real_rows)
    shares = {e.metric: e.value for e in estimates}
    assert shares["generation.real_share"] == pytest.approx(0.2)


def test_a_plan_without_options_is_a_plain_sample_whose_seed_decides() -> None:
    frame, generation = made(plan(rows=50))
    assert generation.mitigations == ()
    other, _ = made(plan(rows=50, seed=1))
    assert not frame.equals(other)


def test_options_give_the_same_table_in_another_process() -> None:
    program = (
        "from generation_plans import plan\n"
        "from synthnb import generate\n"
        "from synthnb.tables import content_digest\n"
        "from test_generate_options import WHY, tables\n"
        "asked = plan(rows=90, stratify={'columns': ['race'], **WHY}, enforce=WHY)\n"
        "frame, made = generate.synthesise(tables(), asked)\n"
        "print(made.synthetic.content)\n"
    )
    folder = str(__import__("pathlib").Path(__file__).parent)
    found = {
        subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONPATH": f"{folder}:{folder}/..", "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(found) == 1


# --- what cannot be carried out -------------------------------------------------------------------


def problems(asked: Plan, **charter: Any) -> dict[str, str]:
    with pytest.raises(GeneratorError) as caught:
        generate.check(asked, tables(**charter).charter)
    return {problem.where: problem.message for problem in caught.value.problems}


def test_a_category_that_was_never_seen_is_an_error_that_says_what_to_change() -> None:
    asked = plan(rows=50, conditions=[{"where": {"race": "Martian"}, "rows": 5}])
    with pytest.raises(GeneratorError, match="could not draw rows with given `race`") as caught:
        made(asked)
    assert "drop the condition" in str(caught.value)


def test_an_impossible_range_is_given_up_with_the_share_that_fitted() -> None:
    asked = plan(rows=50, conditions=[{"where": {"dep": {"minimum": 400}}, "rows": 5}])
    with pytest.raises(GeneratorError, match="cannot draw 5 rows with dep at least 400") as caught:
        made(asked)
    assert "0 of " in str(caught.value)
    assert "ask for fewer" in str(caught.value)


def test_a_rule_that_no_row_keeps_is_unsatisfiable() -> None:
    never = {**RULES[0], "name": "never", "operator": ">", "value": 1e6}
    data = tables()
    data = dataclasses.replace(data, charter=loan_charter(constraints=[never]))
    with pytest.raises(GeneratorError, match="rules"):
        generate.synthesise(data, plan(rows=20, enforce=WHY))


def test_all_problems_of_the_options_are_named_at_once() -> None:
    half = {"weight": 0.6, **WHY}
    found = problems(
        plan(
            scenarios=[
                {"name": "a", "where": {"rase": "Black"}, **half},
                {"name": "a", "where": {"appinc": "much"}, **half},
            ],
            stratify={"columns": ["price", "nothing"], **WHY},
            enforce={"constraints": ["laon"], **WHY},
        )
    )
    assert set(found) == {
        "scenarios[0].where.rase",
        "scenarios[1].name",
        "scenarios[1].where.appinc",
        "scenarios",
        "stratify.columns[0]",
        "stratify.columns[1]",
        "enforce.constraints[0]",
    }
    assert "did you mean `loan`?" in found["enforce.constraints[0]"]
    assert "weights add up to 1.2" in found["scenarios"]


def test_without_a_reference_table_or_rules_there_is_nothing_to_follow() -> None:
    asked = plan(stratify={"columns": ["race"], "to": "reference", **WHY}, enforce=WHY)
    with pytest.raises(GeneratorError) as caught:
        generate.check(asked, loan_charter())
    assert {each.where for each in caught.value.problems} == {"stratify.to", "enforce"}


def test_a_reference_table_without_the_columns_is_refused() -> None:
    asked = plan(stratify={"columns": ["sex"], "to": "reference", **WHY})
    with pytest.raises(GeneratorError, match="does not hold `sex`"):
        made(asked)


def test_more_rows_than_the_plan_makes_cannot_be_taken() -> None:
    asked = plan(
        rows=100,
        conditions=[{"where": {"race": "Black"}, "rows": 60}],
        scenarios=[{"name": "half", "where": {"sex": "F"}, "weight": 0.5, **WHY}],
    )
    with pytest.raises(GeneratorError, match="ask for 110 rows, but the plan makes 100"):
        made(asked)


@pytest.mark.parametrize(
    "option",
    [
        {"conditions": [{"where": {"race": "Black"}, "rows": 3}]},
        {"stratify": {"columns": ["race"]}},
        {"scenarios": [{"name": "a", "where": {"race": "Black"}, "weight": 0.1}]},
        {"enforce": {}},
        {"blend": {"share": 0.1}},
    ],
)
def test_an_option_without_a_rationale_is_no_plan(option: dict[str, Any]) -> None:
    fields = plan().model_dump(mode="json", exclude_none=True)
    with pytest.raises(RecordError) as caught:
        read(Plan, json.dumps({**fields, **option}), "plan.yaml")
    assert all("rationale" in problem.where for problem in caught.value.problems)


def test_shares_that_do_not_add_up_are_no_plan() -> None:
    shares = [{"where": {"race": "Black"}, "share": 0.4}]
    fields = plan().model_dump(mode="json", exclude_none=True)
    fields["stratify"] = {"columns": ["race"], "to": "given", "shares": shares, **WHY}
    with pytest.raises(RecordError, match="1 problem") as caught:
        read(Plan, json.dumps(fields), "plan.yaml")
    assert "do not add up to 1" in str(caught.value)


def test_errors_about_real_groups_name_no_value() -> None:
    class Stubborn:
        id, title, library, licence = "stubborn", "Stubborn", "", ""
        said: tuple[str, ...] = ()
        privacy_loss = None

        def sample(self, rows: int, *, seed: int, where: dict[str, Any]) -> pd.DataFrame:
            if where:
                raise generate.Unconditional
            one = tables().train[lambda frame: frame["race"] == "White"].iloc[:1]
            return pd.concat([one] * rows, ignore_index=True)

    from synthnb.generate.options import draw

    with pytest.raises(GeneratorError) as caught:
        draw(
            Stubborn(),
            "stubborn",
            tables(),
            plan(stratify={"columns": ["race"], **WHY}),
            minimum_cell=10,
        )
    assert "one of the groups of race" in str(caught.value)
    assert "Black" not in str(caught.value)
