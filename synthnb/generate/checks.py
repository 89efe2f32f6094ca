"""Checking a plan before anything runs: every problem at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath, PureWindowsPath

from synthnb.errors import GeneratorError, Problem
from synthnb.generate.protocol import Generator, settings
from synthnb.generate.registry import generators, unknown
from synthnb.generate.where import faults
from synthnb.records import BRING_YOUR_OWN, Charter, Column, Plan
from synthnb.records.base import did_you_mean

DP = "differential-privacy"


def check(plan: Plan, charter: Charter) -> None:
    """Raise if a plan cannot be carried out under a charter.

    Parameters
    ----------
    plan : Plan
        What is to be done.
    charter : Charter
        Its assessed columns, rules, sources and public domain.

    Raises
    ------
    GeneratorError
        With every problem: an unknown generator or parameter, a parameter out of range, a claim
        that the generator does not support, options that no row can meet, rules that cannot hold.
    """
    generator = generators().get(plan.generator)
    problems = [*_options(plan, charter)]
    if generator is None:
        problems.insert(0, Problem("generator", unknown(plan.generator)))
    else:
        problems = [*_parameters(plan, generator), *_claim(plan, generator), *problems]
        problems += generator.lacks(charter)
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
    hint = did_you_mean(name, known)
    return f"`{generator.id}` has no such parameter{hint}; it has: {', '.join(known)}"


def _claim(plan: Plan, generator: Generator) -> Iterator[Problem]:
    claim = plan.guarantee
    if claim.kind not in generator.guarantees:
        yield Problem(
            "guarantee.kind",
            f"claims {claim.kind}, which `{generator.id}` does not give; "
            f"expected {' or '.join(generator.guarantees)}",
        )
    elif claim.kind == DP and plan.generator != BRING_YOUR_OWN:
        chosen = settings(generator, plan)
        for name, said in (("epsilon", claim.epsilon), ("delta", claim.delta)):
            if name in chosen and chosen[name] != said:
                yield Problem(
                    f"guarantee.{name}",
                    f"claims {said:g}, but the parameter `{name}` is {chosen[name]}; "
                    "write the same number in both places",
                )


def _external(plan: Plan) -> Iterator[Problem]:
    for name in ("conditions", "stratify", "scenarios", "enforce", "blend"):
        if getattr(plan, name):
            yield Problem(name, f"nothing is generated with `{BRING_YOUR_OWN}`; remove it")
    path = plan.external.path if plan.external else ""
    if PurePosixPath(path).is_absolute() or PureWindowsPath(path).is_absolute():
        yield Problem("external.path", "is absolute; write it relative to the dossier's folder")


def _options(plan: Plan, charter: Charter) -> Iterator[Problem]:
    columns = {column.name: column for column in charter.assessed}
    for number, condition in enumerate(plan.conditions):
        yield from faults(condition.where, columns, f"conditions[{number}].where")
    asked = sum(condition.rows for condition in plan.conditions)
    if plan.rows is not None and asked > plan.rows:
        yield Problem("conditions", f"ask for {asked} rows, but the plan makes {plan.rows} in all")
    yield from _scenarios(plan, columns)
    yield from _stratify(plan, charter, columns)
    yield from _enforce(plan, charter)
    if plan.blend is not None and plan.guarantee.kind == DP:
        yield Problem(
            "blend", "publishes real records, which no differential privacy survives; remove it"
        )


def _scenarios(plan: Plan, columns: dict[str, Column]) -> Iterator[Problem]:
    names = [scenario.name for scenario in plan.scenarios]
    for number, scenario in enumerate(plan.scenarios):
        yield from faults(scenario.where, columns, f"scenarios[{number}].where")
        if scenario.name in names[:number]:
            yield Problem(f"scenarios[{number}].name", f"`{scenario.name}` is used twice")
    total = sum(scenario.weight for scenario in plan.scenarios)
    if total > 1 + 1e-9:
        yield Problem("scenarios", f"weights add up to {total:g}; at most 1 can be shared out")


def _stratify(plan: Plan, charter: Charter, columns: dict[str, Column]) -> Iterator[Problem]:
    asked = plan.stratify
    if asked is None:
        return
    for number, name in enumerate(asked.columns):
        column, where = columns.get(name), f"stratify.columns[{number}]"
        if column is None:
            hint = did_you_mean(name, columns)
            yield Problem(where, f"`{name}` is not a column that is synthesised{hint}")
        elif column.type in {"number", "date"}:
            yield Problem(
                where, f"`{name}` is a {column.type}; groups need categories, booleans or integers"
            )
    for number, each in enumerate(asked.shares):
        yield from faults(each.where, columns, f"stratify.shares[{number}].where", ranges=False)
        if each.where in [other.where for other in asked.shares[:number]]:
            yield Problem(f"stratify.shares[{number}].where", "this group is listed already")
    if asked.to == "reference" and charter.source("reference") is None:
        yield Problem(
            "stratify.to", "is `reference`, and charter.yaml has no source of that kind; add one"
        )
    if asked.to == "real" and plan.guarantee.kind == DP:
        yield Problem(
            "stratify.to",
            "counting real groups is not covered by the privacy budget; use `reference` or `given`",
        )


def _enforce(plan: Plan, charter: Charter) -> Iterator[Problem]:
    if plan.enforce is None:
        return
    known = [rule.name for rule in charter.constraints]
    if not known:
        yield Problem("enforce", "charter.yaml has no `constraints` that could be enforced")
        return
    for number, name in enumerate(plan.enforce.constraints):
        if name not in known:
            hint = did_you_mean(name, known)
            yield Problem(f"enforce.constraints[{number}]", f"there is no rule `{name}`{hint}")
