"""One trial: make a table from the fit half, measure it on the test half."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from synthnb.errors import SynthnbError, UsageError
from synthnb.records import Estimate, Plan, Policy, Score, Trial
from synthnb.tables import Tables

OBJECTIVES = (
    "privacy.membership.auc",
    "utility.task.loss",
    "fairness.label.amplification_size",
)


@dataclass(frozen=True)
class Bench:
    """Everything that a trial needs; it can be sent to another process.

    Parameters
    ----------
    tables : Tables
        Fit half as train, test half as control; nothing of the real train and control.
    plan : Plan
        The dossier's plan, whose options hold in every trial.
    policy : Policy
    ledger : Path or str
        Where privacy losses are charged.
    dossier : str
    source : str or None
        sha256 of the real file.
    seed : int
    """

    tables: Tables
    plan: Plan
    policy: Policy
    ledger: Path | str
    dossier: str
    source: str | None
    seed: int

    def planned(self, generator: str, parameters: dict[str, Any], full: int) -> Plan:
        """Return the plan of a trial; rows of conditions shrink with the table.

        Parameters
        ----------
        generator, parameters
            What is tried.
        full : int
            Rows that the real plan would make.
        """
        scale = len(self.tables.train) / max(full, 1)
        conditions = [
            each.model_copy(update={"rows": max(1, round(each.rows * scale))})
            for each in self.plan.conditions
        ]
        body = self.plan.model_dump(mode="json")
        body |= {
            "generator": generator,
            "parameters": parameters,
            "rows": None,
            "external": None,
            "conditions": [each.model_dump(mode="json") for each in conditions],
            "guarantee": guarantee(generator, parameters, self.plan),
        }
        return Plan.model_validate(body)


def guarantee(generator: str, parameters: dict[str, Any], plan: Plan) -> dict[str, Any]:
    """Return what a plan with this generator may claim."""
    from synthnb import generate

    known = generate.generators()[generator]
    if "none" in known.guarantees:
        kept = plan.generator == generator and plan.guarantee.kind == "none"
        plain = f"There is no formal guarantee: {known.title} adds no calibrated noise."
        statement = plan.guarantee.statement if kept else plain
        return {"kind": "none", "statement": statement}
    chosen = {name: parameters.get(name, known.parameters[name].default) for name in _CLAIM}
    statement = (
        f"Differential privacy with epsilon {chosen['epsilon']} and delta {chosen['delta']}."
    )
    return {"kind": "differential-privacy", "statement": statement, **chosen}


_CLAIM = ("epsilon", "delta")


def halves(tables: Tables, seed: int) -> Tables:
    """Return the tuning part as train and control halves, divided by privacy unit.

    Raises
    ------
    UsageError
        If the charter sets no tuning part apart.
    """
    tuning = tables.tuning
    if tuning is None or len(tuning) < 40:
        raise UsageError(
            "A sweep needs records of its own, and the charter sets too few apart.",
            advice="write `split: {tuning: 0.3}` into charter.yaml; the control part must not be "
            "looked at before the assessment, or its numbers would flatter the chosen plan",
        )
    units = tables.tuning_units
    keys = np.arange(len(tuning)) if units is None else np.unique(units, return_inverse=True)[1]
    order = np.random.default_rng([seed, 77]).permutation(int(keys.max()) + 1)
    first = np.isin(keys, order[: len(order) // 2])
    return replace(
        tables,
        train=tuning[first].reset_index(drop=True),
        control=tuning[~first].reset_index(drop=True),
        tuning=None,
        synthetic=None,
        external=None,
        earlier=(),
        train_units=None if units is None else units[first],
        control_units=None if units is None else units[~first],
        tuning_units=None,
    )


def attempt(
    bench: Bench, number: int, configuration: str, plan: Plan, objectives: Sequence[str]
) -> Trial:
    """Carry out a trial; what goes wrong is part of its record."""
    from synthnb import generate
    from synthnb.ledger import Ledger, charging

    tried: dict[str, Any] = {
        "number": number,
        "configuration": configuration,
        "generator": plan.generator,
        "parameters": plan.parameters,
    }
    charge = charging(
        Ledger(bench.ledger),
        bench.policy,
        dossier=bench.dossier,
        source=bench.source,
        purpose="tuning",
    )
    context = generate.Context(bench.tables.charter, bench.tables.train_units, charge)
    try:
        frame, _ = generate.synthesise(
            bench.tables, plan, context=context, minimum_cell=bench.policy.minimum_cell
        )
        made = bench.tables.with_synthetic(frame)
        cell = bench.policy.minimum_cell
        scores, error = measured(made, objectives, seed=bench.seed, minimum_cell=cell)
    except SynthnbError as exc:
        more = "; ".join(str(each) for each in exc.problems)
        return Trial(**tried, error=f"{exc.message} {more}".strip())
    return Trial(**tried, error=error) if error else Trial(**tried, scores=scores)


def measured(
    tables: Tables, objectives: Sequence[str], *, seed: int, minimum_cell: int
) -> tuple[tuple[Score, ...], str]:
    """Return the scores of a table, or why an objective has none.

    Where an objective has several groups, the worst one's score counts, and every group must have
    been measured: a lost group would otherwise make a table look fair.
    """
    from synthnb import fairness, privacy, utility

    found: list[Estimate] = []
    if OBJECTIVES[0] in objectives:
        found += privacy.membership(privacy.view(tables, seed=seed, minimum_cell=minimum_cell))
    if OBJECTIVES[1] in objectives:
        found += utility.task(tables, seed=seed, minimum_cell=minimum_cell)
    if OBJECTIVES[2] in objectives:
        found += fairness.labels(tables, seed=seed, minimum_cell=minimum_cell)
    scores = []
    for name in objectives:
        asked = [each for each in found if each.metric == name]
        gone = [each for each in asked if not each.measured]
        if gone or not asked:
            about = ", ".join(gone[0].scope.values()) if gone else ""
            why = gone[0].note if gone else "nothing measured it"
            return (), f"{name} was not measured{f' for {about}' if about else ''}: {why}"
        scores.append(_score(max(asked, key=lambda each: (each.value or 0.0, each.id))))
    return tuple(scores), ""


def _score(estimate: Estimate) -> Score:
    return Score(
        metric=estimate.metric,
        about=", ".join(estimate.scope.values()),
        value=estimate.value,
        low=estimate.low,
        high=estimate.high,
    )
