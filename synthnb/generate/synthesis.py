"""From tables and a plan to a synthetic table and the record of how it was made."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

from synthnb.errors import GeneratorError
from synthnb.generate.checks import check
from synthnb.generate.external import BringYourOwn
from synthnb.generate.protocol import Context, Generator, settings
from synthnb.generate.registry import generators
from synthnb.records import Generation, Plan, PrivacyLoss, TableFact

if TYPE_CHECKING:
    import pandas as pd

    from synthnb.tables import Tables


def synthesise(
    tables: Tables,
    plan: Plan,
    *,
    folder: Path = Path(),
    context: Context | None = None,
    minimum_cell: int = 10,
) -> tuple[pd.DataFrame, Generation]:
    """Carry out a plan.

    The generator sees `tables.train` and nothing else. Whole numbers are then rounded and numbers
    brought within the public bounds of the charter; a table that was made elsewhere is left alone.

    Parameters
    ----------
    tables : Tables
        The real records, already divided.
    plan : Plan
        What is to be done; its seed is the only source of chance, but for the noise of a
        differentially private generator.
    folder : Path
        The dossier; the path of a table that was made elsewhere starts there.
    context : Context, optional
        What a differentially private generator needs; without one it refuses.
    minimum_cell : int
        The policy's smallest group that may be told apart.

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
    BudgetError
        If the privacy budget of the data set does not allow it.
    MissingExtraError
        If the generator's library is not installed.
    TableError
        If a table that was made elsewhere does not fit the charter.
    """
    from synthnb.generate.options import Drawn, draw
    from synthnb.tables import content_digest

    columns = tables.columns
    check(plan, tables.charter)
    _check_rows(tables, plan)
    generator = generators()[plan.generator]
    context = context or Context(tables.charter, tables.train_units)
    loss: PrivacyLoss | None = None
    if isinstance(generator, BringYourOwn):
        hidden = {c.name for c in tables.charter.columns} - {c.name for c in columns}
        reader = dataclasses.replace(generator, folder=folder, optional=frozenset(hidden))
        drawn = Drawn(reader.fit(tables.train, columns, plan, context).frame, ())
    else:
        fitted = generator.fit(tables.train, columns, plan, context)
        loss = fitted.privacy_loss
        drawn = draw(fitted, generator.id, tables, plan, minimum_cell=minimum_cell)
    fact = TableFact(
        name="synthetic",
        rows=len(drawn.frame),
        columns=len(columns),
        content=content_digest(drawn.frame, columns),
    )
    return drawn.frame, Generation(
        generator=generator.id,
        library=_library(generator, plan),
        licence=generator.licence,
        parameters=settings(generator, plan),
        seed=plan.seed,
        rows=len(drawn.frame),
        transformations=drawn.said,
        mitigations=drawn.mitigations,
        real_rows=drawn.real_rows,
        privacy_loss=loss,
        synthetic=fact,
    )


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
