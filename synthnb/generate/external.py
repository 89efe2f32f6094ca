"""Bring your own: a synthetic table that was made elsewhere, taken as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import JsonValue

from synthnb.errors import GeneratorError, Problem
from synthnb.generate.protocol import Context, Parameter
from synthnb.records import BRING_YOUR_OWN, Charter, Column, Plan

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Brought:
    """A table that was made elsewhere: there is nothing to draw."""

    frame: pd.DataFrame
    said: ClassVar[tuple[str, ...]] = ()
    privacy_loss: ClassVar[None] = None

    def sample(self, rows: int, *, seed: int, where: Mapping[str, Any]) -> pd.DataFrame:
        """Return the table; a plan with options is refused before it comes here."""
        del rows, seed, where
        return self.frame


@dataclass(frozen=True)
class BringYourOwn:
    """Reads the table that a plan's `external` names.

    Parameters
    ----------
    folder : Path
        The dossier; the plan's path starts there.
    optional : frozenset of str
        Columns that the file may hold and that are dropped: those the charter does not assess.
    """

    folder: Path = Path()
    optional: frozenset[str] = frozenset()

    id: ClassVar[str] = BRING_YOUR_OWN
    title: ClassVar[str] = "Bring your own synthetic table"
    library: ClassVar[str] = ""
    licence: ClassVar[str] = ""
    guarantees: ClassVar[tuple[str, ...]] = ("none", "differential-privacy")
    parameters: ClassVar[Mapping[str, Parameter]] = MappingProxyType({})

    def conflicts(self, settings: Mapping[str, JsonValue]) -> Mapping[str, str]:
        """Return nothing: there are no settings."""
        return {}

    def lacks(self, charter: Charter) -> tuple[Problem, ...]:
        """Return nothing: any charter will do."""
        del charter
        return ()

    def fit(
        self, train: pd.DataFrame, columns: Sequence[Column], plan: Plan, context: Context
    ) -> Brought:
        """Read the table as it stands in the file.

        Raises
        ------
        TableError
            With every difference between the file and the charter.
        GeneratorError
            If the plan expects another number of rows.
        """
        from synthnb.tables import read_table

        if plan.external is None:
            raise GeneratorError(
                "The plan brings its own table but does not say where it is.",
                advice="write `external` with `path`, `tool` and `description` in plan.yaml",
            )
        path = self.folder / plan.external.path
        frame = read_table(path, columns, name="synthetic", optional=self.optional)
        if plan.rows is not None and plan.rows != len(frame):
            raise GeneratorError(
                "The table that was brought is not the one of the plan.",
                [Problem("rows", f"the plan says {plan.rows}, the file holds {len(frame)}")],
                advice="correct or remove `rows` in plan.yaml, or bring the right file",
            )
        return Brought(frame)
