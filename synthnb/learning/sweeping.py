"""A small sweep over settings that one can follow: a few trials, each measured three ways."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from synthnb.errors import GeneratorError, UsageError
from synthnb.records import Plan, Score, Trial, Tuning, digest, metric
from synthnb.show import Shown
from synthnb.show.pieces import table

if TYPE_CHECKING:
    from synthnb.tables import Tables

_CELL = 10  # of the smallest group that is told apart
_PLAN = {
    "schema_version": "1",
    "generator": "gaussian-copula",
    "guarantee": {"kind": "none", "statement": "No guarantee; this is an exercise."},
    "rationale": "A trial of a workshop.",
}


def sweep(tables: Tables, trials: Mapping[str, Mapping[str, Any]], *, seed: int) -> Tuning:
    """Make a table for each trial and measure privacy, utility and fairness of it.

    Parameters
    ----------
    tables : Tables
        Train is what each trial learns from; control is what it is measured on.
    trials : mapping of str to mapping
        Name of a trial -> what its plan says besides the generator.
    seed : int
        Of every generator and measurement.

    Returns
    -------
    Tuning
        As `synthnb tune` would record it, but nothing is recommended: choosing is the exercise.

    Raises
    ------
    UsageError
        If a trial could not be made or measured.
    """
    from synthnb import generate
    from synthnb.workflow.tune.choosing import front
    from synthnb.workflow.tune.trying import OBJECTIVES, measured

    found = []
    for number, (name, changes) in enumerate(trials.items()):
        plan = Plan.model_validate({**_PLAN, "seed": seed, **changes})
        try:
            frame, _ = generate.synthesise(tables, plan)
        except GeneratorError as exc:
            raise UsageError(f"The trial {name!r} cannot be made.", exc.problems) from exc
        scores, why = measured(
            tables.with_synthetic(frame), OBJECTIVES, seed=seed, minimum_cell=_CELL
        )
        if why:
            raise UsageError(f"The trial {name!r} cannot be measured: {why}")
        found.append(
            Trial(
                number=number,
                configuration=name,
                generator=plan.generator,
                parameters=plan.parameters,
                scores=scores,
            )
        )
    return Tuning(
        key=digest([dict(trials), seed]),
        seed=seed,
        asked=len(found),
        fit_rows=len(tables.train),
        test_rows=len(tables.control),
        objectives=OBJECTIVES,
        trials=tuple(found),
        front=front(found),
    )


def trials_table(tuning: Tuning) -> Shown:
    """Show every trial with its three numbers, and which of them no other beats in everything."""
    heads = ("Trial", *(metric(name).title for name in tuning.objectives), "")
    rows = [
        (trial.configuration, *(_said(score) for score in trial.scores), _place(tuning, trial))
        for trial in tuning.trials
    ]
    return table(heads, rows)


def trial_card(tuning: Tuning, name: str) -> Shown:
    """Show what one trial changes against the first one."""
    trial = next(each for each in tuning.trials if each.configuration == name)
    first = tuning.trials[0]
    rows = [
        (
            metric(score.metric).title + (f" · {score.about}" if score.about else ""),
            _said(score),
            "" if trial is first else _moved(score, before),
        )
        for score, before in zip(trial.scores, first.scores, strict=True)
    ]
    drawn = table(("Number (smaller is better)", name, f"against “{first.configuration}”"), rows)
    place = _place(tuning, trial)
    said = f"{name}: {place}." if place else f"{name}: another trial beats it in everything."
    return Shown(f"{drawn.html}<p>{said}</p>", f"{drawn.text}\n{said}")


def _said(score: Score) -> str:
    return metric(score.metric).show_with_interval(score.value, score.low, score.high)


def _moved(score: Score, before: Score) -> str:
    apart = score.value - before.value
    clear = score.low > before.high or score.high < before.low
    word = "clearly" if clear else "within the noise"
    return f"{'+' if apart >= 0 else '−'}{abs(apart):.3f}, {word}"


def _place(tuning: Tuning, trial: Trial) -> str:
    return "on the front" if trial.number in tuning.front else ""
