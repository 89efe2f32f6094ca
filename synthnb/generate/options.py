"""The options of a plan, carried out over whatever a generator has learnt.

Conditions and scenarios take their rows first, each drawn under its own values. The rest is divided
among strata where the plan asks for them, and is a plain sample otherwise. Where rules between
columns are enforced, every drawn row keeps them. Blending replaces rows at the very end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from synthnb.errors import GeneratorError
from synthnb.generate import effects
from synthnb.generate.drawing import Drawing, Keep, derived
from synthnb.generate.finishing import finish
from synthnb.generate.protocol import Fitted
from synthnb.generate.strata import Stratum, apportioned, strata
from synthnb.generate.where import house, spelt
from synthnb.records import Change, Constraint, Mitigation, Plan
from synthnb.tables.constraints import broken

if TYPE_CHECKING:
    import pandas as pd

    from synthnb.tables import Tables

_ORDER, _BLEND = 1_000_001, 1_000_002  # paths of seeds that no piece has


@dataclass(frozen=True)
class _Piece:
    """Rows that are drawn together."""

    rows: int
    where: Mapping[str, Any]
    label: str | None = None


@dataclass(frozen=True)
class Drawn:
    """A finished table and what was done for it.

    Parameters
    ----------
    frame : DataFrame
    said : tuple of str
        What was done to it after sampling, in sentences.
    mitigations : tuple of Mitigation
    real_rows : int
        How many of its rows are real records.
    """

    frame: pd.DataFrame
    said: tuple[str, ...]
    mitigations: tuple[Mitigation, ...] = ()
    real_rows: int = 0


def draw(fitted: Fitted, name: str, tables: Tables, plan: Plan, *, minimum_cell: int) -> Drawn:
    """Draw the rows that a plan asks for, and record what its options changed.

    Parameters
    ----------
    fitted : Fitted
    name : str
        Id of the generator.
    tables : Tables
    plan : Plan
        Already checked.
    minimum_cell : int
        Strata of fewer real records are not told apart.

    Raises
    ------
    GeneratorError
        If an option cannot be carried out.
    """
    columns = tables.columns
    rows = len(tables.train) if plan.rows is None else plan.rows
    plain = fitted.sample(rows, seed=plan.seed, where={})
    if not plan.mitigated:
        frame, said = finish(plain, columns, name)
        return Drawn(frame, (*fitted.said, *said))
    before, _ = finish(plain, columns, name)
    groups = strata(plan.stratify, tables, minimum_cell) if plan.stratify else ()
    pieces = _pieces(plan, tables, rows, groups)
    drawing = Drawing(fitted, name, columns, _keeper(plan, tables))
    after, said = _together(drawing, pieces, plan, rows)
    mitigations = tuple(_mitigations(plan, tables, groups, before, after))
    done = (*fitted.said, *said)
    if plan.blend is None:
        return Drawn(after, done, mitigations)
    after, real = _blended(after, tables, plan)
    done = (*done, f"PUBLISHES {real} real training records in place of as many generated rows")
    return Drawn(after, done, (*mitigations, _blend(plan, real, len(after))), real)


def _pieces(
    plan: Plan, tables: Tables, rows: int, groups: tuple[Stratum, ...]
) -> tuple[_Piece, ...]:
    columns = {column.name: column for column in tables.columns}
    pieces = [
        _Piece(each.rows, house(each.where, columns), spelt(each.where)) for each in plan.conditions
    ]
    pieces += [
        _Piece(round(each.weight * rows), house(each.where, columns), spelt(each.where))
        for each in plan.scenarios
    ]
    free = rows - sum(piece.rows for piece in pieces)
    if free < 0:
        raise GeneratorError(
            f"Conditions and scenarios ask for {rows - free} rows, but the plan makes {rows}.",
            advice="write `rows` in plan.yaml, or ask for fewer",
        )
    if groups and free:
        counts = apportioned(tuple(group.share for group in groups), free)
        pieces += [
            _Piece(count, group.where, group.label)
            for count, group in zip(counts, groups, strict=True)
        ]
    else:
        pieces.append(_Piece(free, {}, ""))
    return tuple(piece for piece in pieces if piece.rows)


def _keeper(plan: Plan, tables: Tables) -> Keep | None:
    """Return which rows keep the rules that the plan enforces."""
    if plan.enforce is None:
        return None
    columns = {column.name: column for column in tables.columns}
    rules = enforced(plan, tables)

    def keep(frame: pd.DataFrame) -> np.ndarray:
        kept = np.ones(len(frame), dtype=bool)
        for rule in rules:
            kept &= ~broken(frame, rule, columns)
        return kept

    return keep


def enforced(plan: Plan, tables: Tables) -> tuple[Constraint, ...]:
    """Return the charter's rules that a plan enforces."""
    named = plan.enforce.constraints if plan.enforce else ()
    return tuple(rule for rule in tables.charter.constraints if not named or rule.name in named)


def _together(
    drawing: Drawing, pieces: tuple[_Piece, ...], plan: Plan, rows: int
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return all pieces in one table, at random among each other."""
    import pandas as pd

    drawn = [
        drawing.raw(piece.rows, derived(plan.seed, number), piece.where, label=piece.label)
        for number, piece in enumerate(pieces)
    ]
    together = pd.concat(drawn, ignore_index=True)
    order = np.random.default_rng(derived(plan.seed, _ORDER)).permutation(rows)
    return finish(together.iloc[order].reset_index(drop=True), drawing.columns, drawing.name)


def _mitigations(
    plan: Plan,
    tables: Tables,
    groups: tuple[Stratum, ...],
    before: pd.DataFrame,
    after: pd.DataFrame,
) -> Iterator[Mitigation]:
    columns, rows = tables.columns, len(after)
    by_name = {column.name: column for column in columns}
    common = effects.groups(tables.charter, columns, before, after)
    taken = sum(each.rows for each in plan.conditions)
    taken += sum(round(each.weight * rows) for each in plan.scenarios)
    for condition in plan.conditions:
        where = house(condition.where, by_name)
        yield Mitigation(
            kind="condition",
            title=f"{condition.rows} rows were drawn with {spelt(condition.where, by_name)}.",
            rationale=condition.rationale,
            changes=(
                effects.share_of(where, by_name, before, after, condition.rows / rows),
                *common,
            ),
        )
    for scenario in plan.scenarios:
        where = house(scenario.where, by_name)
        yield Mitigation(
            kind="scenario",
            title=f"The scenario {scenario.name} makes up {scenario.weight:.1%} of the rows: "
            f"{spelt(scenario.where, by_name)}.",
            rationale=scenario.rationale,
            changes=(effects.share_of(where, by_name, before, after, scenario.weight), *common),
        )
    if plan.stratify is not None:
        yield Mitigation(
            kind="stratify",
            title=f"Rows were divided by "
            f"{', '.join(by_name[name].title for name in plan.stratify.columns)} "
            f"{_TO[plan.stratify.to]}.",
            rationale=plan.stratify.rationale,
            changes=(*effects.shares(groups, by_name, before, after, 1 - taken / rows), *common),
        )
    if plan.enforce is not None:
        rules = enforced(plan, tables)
        yield Mitigation(
            kind="enforce",
            title="Rows that broke a rule of the charter were drawn anew.",
            rationale=plan.enforce.rationale,
            changes=tuple(
                Change(
                    what=f"share of rows that break: {rule.title}",
                    before=float(broken(before, rule, by_name).mean()),
                    after=float(broken(after, rule, by_name).mean()),
                    target=0,
                )
                for rule in rules
            ),
        )


_TO = {
    "real": "in the shares of the training records",
    "reference": "in the shares of the reference population",
    "given": "in the shares that the plan gives",
}


def _blended(made: pd.DataFrame, tables: Tables, plan: Plan) -> tuple[pd.DataFrame, int]:
    assert plan.blend is not None  # noqa: S101 -- asked for only then
    real = round(plan.blend.share * len(made))
    if not 1 <= real <= len(tables.train):
        raise GeneratorError(
            f"Blending asks for {real} real records, and there are {len(tables.train)} to take "
            "them from.",
            advice="change `blend.share` or `rows` in plan.yaml",
        )
    rng = np.random.default_rng(derived(plan.seed, _BLEND))
    taken = np.sort(rng.choice(len(tables.train), real, replace=False))
    places = rng.choice(len(made), real, replace=False)
    mixed = made.copy()
    mixed.iloc[places] = tables.train.iloc[taken][list(made.columns)].to_numpy(dtype=object)
    return mixed.astype(dict(made.dtypes)), real


def _blend(plan: Plan, real: int, rows: int) -> Mitigation:
    assert plan.blend is not None  # noqa: S101 -- asked for only then
    return Mitigation(
        kind="blend",
        title=f"{real} of {rows} rows are real training records and are published as they are.",
        rationale=plan.blend.rationale,
        changes=(Change(what="rows that are real records", before=0, after=real, target=real),),
    )
