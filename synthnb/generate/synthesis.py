"""From tables and a plan to a synthetic table and the record of how it was made."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from synthnb.errors import GeneratorError, Problem
from synthnb.generate.checks import check
from synthnb.generate.external import BringYourOwn
from synthnb.generate.protocol import Generator, settings
from synthnb.generate.registry import generators
from synthnb.records import Column, Generation, Plan, TableFact

if TYPE_CHECKING:
    import pandas as pd

    from synthnb.tables import Tables


def synthesise(
    tables: Tables, plan: Plan, *, folder: Path = Path()
) -> tuple[pd.DataFrame, Generation]:
    """Carry out a plan.

    The generator sees `tables.train` and nothing else. Whole numbers are then rounded and numbers
    brought within the public bounds of the charter; a table that was made elsewhere is left alone.

    Parameters
    ----------
    tables : Tables
        The real records, already divided.
    plan : Plan
        What is to be done; its seed is the only source of chance.
    folder : Path
        The dossier; the path of a table that was made elsewhere starts there.

    Returns
    -------
    frame : DataFrame, shape (plan.rows or as many as train, assessed columns)
        The synthetic table, in the types of `Tables`.
    generation : Generation
        How it was made; `generation.synthetic.file` is empty until the table is saved.

    Raises
    ------
    GeneratorError
        With every problem of the plan, or because the generator failed.
    MissingExtraError
        If the generator's library is not installed.
    TableError
        If a table that was made elsewhere does not fit the charter.
    """
    from synthnb.tables import content_digest

    columns = tables.columns
    check(plan, columns)
    _check_rows(tables, plan)
    generator = generators()[plan.generator]
    if isinstance(generator, BringYourOwn):
        hidden = {c.name for c in tables.charter.columns} - {c.name for c in columns}
        generator = dataclasses.replace(generator, folder=folder, optional=frozenset(hidden))
        frame, done = generator.generate(tables.train, columns, plan)
    else:
        made, said = generator.generate(tables.train, columns, plan)
        frame, more = finish(made, columns, generator)
        done = (*said, *more)
    fact = TableFact(
        name="synthetic",
        rows=len(frame),
        columns=len(columns),
        content=content_digest(frame, columns),
    )
    return frame, Generation(
        generator=generator.id,
        library=_library(generator, plan),
        licence=generator.licence,
        parameters=settings(generator, plan),
        seed=plan.seed,
        rows=len(frame),
        transformations=done,
        synthetic=fact,
    )


def finish(
    made: pd.DataFrame, columns: Sequence[Column], generator: Generator
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return a generated table in the house's types and within what the charter makes public.

    Raises
    ------
    GeneratorError
        If the generator left out columns or returned something else than their types.
    """
    import pandas as pd

    absent = [column.name for column in columns if column.name not in made]
    if absent:
        raise GeneratorError(
            f"`{generator.id}` left out columns.",
            [Problem(name, "is not in the table that it made") for name in absent],
            advice="this is a fault of the generator; report it to who maintains it",
        )
    done: list[str] = []
    finished: dict[str, pd.Series] = {}
    wrong: list[Problem] = []
    for column in columns:
        try:
            values, said = _finish_column(made[column.name].reset_index(drop=True), column)
        except (ValueError, TypeError):
            wrong.append(Problem(column.name, f"holds something else than type `{column.type}`"))
            continue
        finished[column.name] = values
        done += said
    if wrong:
        raise GeneratorError(
            f"`{generator.id}` returned columns of the wrong type.",
            wrong,
            advice="this is a fault of the generator; report it to who maintains it",
        )
    return pd.DataFrame(finished, columns=[column.name for column in columns]), tuple(done)


def _finish_column(values: pd.Series, column: Column) -> tuple[pd.Series, list[str]]:
    import numpy as np
    import pandas as pd

    if column.type in {"category", "boolean"}:
        texts = [None if pd.isna(value) else str(value) for value in values]
        if column.type == "boolean" and not set(texts) <= {"true", "false", None}:
            raise ValueError(column.name)
        return pd.Series(texts, dtype=object), []
    if column.type == "date":
        return pd.to_datetime(values).astype("datetime64[ns]"), []
    numbers = values.astype("float64")
    if np.isinf(numbers).any():
        raise ValueError(column.name)
    said: list[str] = []
    if column.type == "integer":
        numbers = numbers.round()
        said.append(f"{column.title}: rounded to whole numbers")
    low, high = _bounds(column)
    outside = int(((numbers < low) | (numbers > high)).sum())
    if outside:
        numbers = numbers.clip(low, high)
        share = f"{outside} of {len(numbers)} values"
        said.append(f"{column.title}: {share} clipped to the public bounds of the charter")
    return numbers, said


def _bounds(column: Column) -> tuple[float, float]:
    """Return the public bounds, or infinities where there are none; whole for integers."""
    import math

    low = -math.inf if column.minimum is None else column.minimum
    high = math.inf if column.maximum is None else column.maximum
    if column.type == "integer":
        low = math.ceil(low) if math.isfinite(low) else low
        high = math.floor(high) if math.isfinite(high) else high
    return low, high


def _check_rows(tables: Tables, plan: Plan) -> None:
    asked = sum(condition.rows for condition in plan.conditions)
    if plan.rows is None and asked > len(tables.train):
        raise GeneratorError(
            f"The conditions ask for {asked} rows, but the plan makes as many as there are to "
            f"learn from, {len(tables.train)}.",
            advice="write `rows` in plan.yaml, or ask for fewer",
        )


def _library(generator: Generator, plan: Plan) -> str:
    from importlib.metadata import PackageNotFoundError, version

    if plan.external is not None:
        return plan.external.tool
    name = generator.library or "synthnb"
    try:
        return f"{name} {version(name)}"
    except PackageNotFoundError:
        return name
