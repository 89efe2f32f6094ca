"""Checking a plan before anything runs: every problem at once."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath, PureWindowsPath

from pydantic import JsonValue

from synthnb.errors import GeneratorError, Problem
from synthnb.generate.protocol import Generator, settings
from synthnb.generate.registry import generators, unknown
from synthnb.records import BRING_YOUR_OWN, Column, Plan


def check(plan: Plan, columns: Sequence[Column]) -> None:
    """Raise if a plan cannot be carried out on these columns.

    Parameters
    ----------
    plan : Plan
        What is to be done.
    columns : sequence of Column
        The assessed columns of the charter.

    Raises
    ------
    GeneratorError
        With every problem: an unknown generator or parameter, a parameter out of range, a claim
        that the generator does not support, conditions that no row can meet.
    """
    generator = generators().get(plan.generator)
    problems = [*_conditions(plan, columns)]
    if generator is None:
        problems.insert(0, Problem("generator", unknown(plan.generator)))
    else:
        problems = [*_parameters(plan, generator), *_claim(plan, generator), *problems]
    if plan.generator == BRING_YOUR_OWN:
        problems += _external(plan)
    if problems:
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        raise GeneratorError(
            f"The plan cannot be carried out: {count}.",
            problems,
            advice="change plan.yaml; `synthnb generators` lists generators and their parameters",
        )


def _parameters(plan: Plan, generator: Generator) -> Iterator[Problem]:
    known = generator.parameters
    wrong = False
    for name, value in plan.parameters.items():
        where = f"parameters.{name}"
        if name not in known:
            wrong = True
            yield Problem(where, _no_such(generator, name))
        elif not known[name].allows(value):
            wrong = True
            yield Problem(where, f"expected {known[name].expected}, got {value!r}")
    if not wrong:
        for name, reason in generator.conflicts(settings(generator, plan)).items():
            yield Problem(f"parameters.{name}", reason)


def _no_such(generator: Generator, name: str) -> str:
    known = list(generator.parameters)
    if not known:
        return f"`{generator.id}` has no parameters"
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean `{near[0]}`? " if near else ""
    return f"`{generator.id}` has no such parameter; {hint}it has: {', '.join(known)}"


def _claim(plan: Plan, generator: Generator) -> Iterator[Problem]:
    if plan.guarantee.kind not in generator.guarantees:
        yield Problem(
            "guarantee.kind",
            f"claims {plan.guarantee.kind}, which `{generator.id}` does not give; "
            f"expected {' or '.join(generator.guarantees)}",
        )


def _external(plan: Plan) -> Iterator[Problem]:
    if plan.conditions:
        yield Problem("conditions", f"nothing is generated with `{BRING_YOUR_OWN}`; remove them")
    path = plan.external.path if plan.external else ""
    if PurePosixPath(path).is_absolute() or PureWindowsPath(path).is_absolute():
        yield Problem("external.path", "is absolute; write it relative to the dossier's folder")


def _conditions(plan: Plan, columns: Sequence[Column]) -> Iterator[Problem]:
    by_name = {column.name: column for column in columns}
    for number, condition in enumerate(plan.conditions):
        for name, value in condition.where.items():
            where = f"conditions[{number}].where.{name}"
            column = by_name.get(name)
            if column is None:
                near = difflib.get_close_matches(name, by_name, n=1)
                hint = f"; did you mean `{near[0]}`?" if near else ""
                yield Problem(where, f"is not a column that is synthesised{hint}")
            elif problem := _value(column, value):
                yield Problem(where, problem)
    asked = sum(condition.rows for condition in plan.conditions)
    if plan.rows is not None and asked > plan.rows:
        yield Problem("conditions", f"ask for {asked} rows, but the plan makes {plan.rows} in all")


def _value(column: Column, value: JsonValue) -> str | None:
    """Return what is wrong with a condition's value, which the plan's author wrote."""
    if column.type in {"number", "integer"}:
        return _number(column, value)
    if column.type == "boolean":
        return None if isinstance(value, bool) else f"expected true or false, got {value!r}"
    if column.type == "date":
        return "is a date; only numbers, categories and booleans can be given in a condition"
    if not isinstance(value, str):
        hint = "; put it between quotes" if isinstance(value, int | float) else ""
        return f"expected text, got {value!r}{hint}"
    if column.categories and value not in column.categories:
        near = difflib.get_close_matches(value, column.categories, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        return f"{value!r} is not one of the column's categories in the charter{hint}"
    return None


def _number(column: Column, value: JsonValue) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return f"expected a number, got {value!r}"
    if column.type == "integer" and value != int(value):
        return f"expected a whole number, got {value!r}"
    if column.minimum is not None and value < column.minimum:
        return f"{value!r} is below the public minimum {column.minimum:g} of the charter"
    if column.maximum is not None and value > column.maximum:
        return f"{value!r} is above the public maximum {column.maximum:g} of the charter"
    return None
