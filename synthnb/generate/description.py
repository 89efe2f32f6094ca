"""A plan in sentences, for the notebook and whoever approves the plan."""

from __future__ import annotations

from synthnb.errors import GeneratorError, Problem
from synthnb.generate.protocol import settings
from synthnb.generate.registry import generators, unknown
from synthnb.records import Plan


def describe(plan: Plan) -> tuple[str, ...]:
    """Return what a plan will do, one sentence a line, defaults spelt out.

    Raises
    ------
    GeneratorError
        If there is no such generator.
    """
    generator = generators().get(plan.generator)
    if generator is None:
        raise GeneratorError(
            "The plan cannot be carried out.", [Problem("generator", unknown(plan.generator))]
        )
    lines = [f"Generator: {generator.title} (`{generator.id}`)."]
    if plan.external is not None:
        lines.append(f"Made with: {plan.external.tool}. {plan.external.description}")
    if generator.library:
        lines.append(f"Library: {generator.library}, licence {generator.licence}.")
    lines.append(f"Why: {plan.rationale}")
    lines.append(f"Guarantee claimed: {plan.guarantee.kind}. {plan.guarantee.statement}")
    if plan.external is None:
        rows = plan.rows if plan.rows is not None else "as many as there are to learn from"
        lines.append(f"Rows: {rows}. Seed: {plan.seed}.")
    for condition in plan.conditions:
        given = ", ".join(f"{name} = {value}" for name, value in condition.where.items())
        lines.append(f"Of these, {condition.rows} with {given}.")
    for name, value in settings(generator, plan).items():
        origin = "set in the plan" if name in plan.parameters else "default"
        lines.append(f"{name} = {value} ({origin}). {generator.parameters[name].meaning}")
    return tuple(lines)
