"""A plan is checked before anything runs, and every problem is named at once."""

from __future__ import annotations

import pytest
from generation_plans import plan
from loans import loan_charter

from synthnb import generate
from synthnb.errors import GeneratorError

CHARTER = loan_charter(
    columns=[
        {"name": "race", "type": "category", "categories": ["Black", "White"]},
        {"name": "income", "type": "number", "minimum": 0, "maximum": 900},
        {"name": "children", "type": "integer"},
        {"name": "married", "type": "boolean"},
        {"name": "day", "type": "date"},
    ],
    task=None,
)


def problems(made: object) -> dict[str, str]:
    with pytest.raises(GeneratorError) as caught:
        generate.check(made, CHARTER)
    return {problem.where: problem.message for problem in caught.value.problems}


def test_a_plan_without_faults_passes() -> None:
    where = {
        "race": "Black",
        "income": 12.5,
        "children": 2,
        "married": True,
    }
    generate.check(plan(conditions=[{"where": where, "rows": 3}]), CHARTER)
    for name in ("ctgan", "tvae", "copula-gan"):
        generate.check(plan(name, parameters={"epochs": 5, "batch_size": 100}), CHARTER)


def test_an_unknown_generator_gets_the_nearest_name_and_the_whole_list() -> None:
    message = problems(plan("gausian-copula"))["generator"]
    assert "did you mean `gaussian-copula`?" in message
    for name in ("ctgan", "tvae", "copula-gan", "bring-your-own"):
        assert name in message


def test_an_unknown_parameter_gets_the_nearest_name() -> None:
    message = problems(plan("ctgan", parameters={"epoch": 5}))["parameters.epoch"]
    assert "did you mean `epochs`?" in message


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("epochs", 0),
        ("epochs", 2.5),
        ("epochs", 300.0),
        ("epochs", True),
        ("epochs", "300"),
        ("generator_dim", []),
        ("generator_dim", [64, 0]),
        ("generator_dim", [1, 2, 3, 4, 5, 6]),
        ("log_frequency", 1),
        ("generator_lr", 2),
    ],
)
def test_a_parameter_of_the_wrong_kind_or_size_is_refused(name: str, value: object) -> None:
    message = problems(plan("ctgan", parameters={name: value}))[f"parameters.{name}"]
    assert message.startswith("expected")


def test_a_choice_names_what_may_be_chosen() -> None:
    made = plan(parameters={"default_distribution": "normal"})
    message = problems(made)["parameters.default_distribution"]
    assert message == (
        "expected one of beta, norm, truncnorm, uniform, gamma, gaussian_kde, got 'normal'"
    )


def test_a_batch_that_cannot_be_packed_is_refused_before_minutes_of_training() -> None:
    made = plan("ctgan", parameters={"batch_size": 105, "pac": 7})
    # The next even multiple of 7 after 105 is 112.
    assert problems(made)["parameters.batch_size"].endswith("the next one is 112")


def test_a_guarantee_that_the_generator_does_not_give_is_refused() -> None:
    claim = {
        "kind": "differential-privacy",
        "statement": "One person hardly matters.",
        **{"epsilon": 1.0, "delta": 1e-6},
    }
    assert "does not give" in problems(plan("ctgan", guarantee=claim))["guarantee.kind"]
    external = {"path": "made.csv", "tool": "another 1.0", "description": "With noise."}
    generate.check(plan("bring-your-own", guarantee=claim, external=external), CHARTER)


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("rase", "Black", "did you mean `race`?"),
        ("race", "Blak", "did you mean `Black`?"),
        ("race", 1, "put it between quotes"),
        ("income", "much", "expected a number"),
        ("income", True, "expected a number"),
        ("income", -1, "below the public minimum 0"),
        ("income", 901, "above the public maximum 900"),
        ("children", 1.5, "expected a whole number"),
        ("married", "yes", "expected true or false"),
        ("race", None, "expected a value"),
        ("day", "soon", "expected a date such as"),
        ("race", {"minimum": "A"}, "only numbers and dates have ranges"),
        ("income", {"least": 3}, "a range has `minimum`"),
        ("income", {"minimum": 9, "maximum": 3}, "minimum is above its maximum"),
        ("day", {"minimum": "2026-02-30"}, "expected a date"),
    ],
)
def test_a_condition_that_no_row_can_meet_is_refused(
    column: str, value: object, words: str
) -> None:
    made = plan(conditions=[{"where": {column: value}, "rows": 1}])
    found = problems(made)
    assert next(iter(found)).startswith(f"conditions[0].where.{column}")
    assert words in next(iter(found.values()))


def test_conditions_may_not_ask_for_more_rows_than_the_plan_makes() -> None:
    conditions = [{"where": {"race": "Black"}, "rows": 6}, {"where": {"race": "White"}, "rows": 5}]
    assert problems(plan(rows=10, conditions=conditions))["conditions"] == (
        "ask for 11 rows, but the plan makes 10 in all"
    )


def test_a_table_from_elsewhere_takes_no_parameters_conditions_or_absolute_path() -> None:
    made = plan(
        "bring-your-own",
        parameters={"epochs": 1},
        conditions=[{"where": {"race": "Black"}, "rows": 1}],
        external={"path": "/data/made.csv", "tool": "another 1.0", "description": "A model."},
    )
    assert set(problems(made)) == {"parameters.epochs", "conditions", "external.path"}


def test_every_problem_is_reported_at_once_with_advice() -> None:
    made = plan(
        "ctgan",
        parameters={"epoch": 1, "pac": 0},
        conditions=[{"where": {"rase": "x", "income": -4}, "rows": 1}],
    )
    with pytest.raises(GeneratorError, match="4 problems") as caught:
        generate.check(made, CHARTER)
    assert caught.value.exit_code == 2
    assert "synthnb generators" in str(caught.value)


def test_every_generator_describes_itself_and_its_defaults_hold() -> None:
    for name, generator in generate.generators().items():
        assert isinstance(generator, generate.Generator)
        assert (generator.id, bool(generator.title)) == (name, True)
        for each in generator.parameters.values():
            assert each.allows(each.default)
            assert each.meaning.endswith(".")
        defaults = {key: each.default for key, each in generator.parameters.items()}
        assert generator.conflicts(defaults) == {}


def test_a_plan_for_the_lending_data_passes() -> None:
    generate.check(plan(conditions=[{"where": {"race": "Black"}, "rows": 9}]), loan_charter())
