"""The tables of one dossier, side by side, in one set of types."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from synthnb.errors import TableError
from synthnb.records import Charter, Column

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


@dataclass(frozen=True)
class Tables:
    """What an assessment looks at.

    Every frame holds exactly the assessed columns of the charter, in its order, as: ``number`` and
    ``integer`` float64 (missing NaN); ``category`` and ``boolean`` object of str (missing None);
    ``date`` datetime64[ns] (missing NaT). The index is 0 to n - 1.

    Parameters
    ----------
    charter : Charter
        Names the columns and their roles.
    train : DataFrame
        Real records that the generator saw.
    control : DataFrame
        Real records that nobody saw before the assessment; without rows where none were kept.
    synthetic : DataFrame, optional
        The synthetic table; absent before generation.
    tuning, reference, external : DataFrame, optional
        Records for a parameter sweep; population reference; what an attacker may hold.
    earlier : tuple of DataFrame
        Synthetic tables about the same people that were released before, in order.
    train_units, control_units, tuning_units : ndarray of str, optional
        Privacy unit of each record, where the charter names one.
    """

    charter: Charter
    train: pd.DataFrame
    control: pd.DataFrame
    synthetic: pd.DataFrame | None = None
    tuning: pd.DataFrame | None = None
    reference: pd.DataFrame | None = None
    external: pd.DataFrame | None = None
    earlier: tuple[pd.DataFrame, ...] = ()
    train_units: np.ndarray | None = None
    control_units: np.ndarray | None = None
    tuning_units: np.ndarray | None = None

    @property
    def columns(self) -> tuple[Column, ...]:
        """Return the assessed columns."""
        return self.charter.assessed

    @property
    def made(self) -> pd.DataFrame:
        """Return the synthetic table, which must be there.

        Raises
        ------
        TableError
            If nothing was generated yet.
        """
        if self.synthetic is None:
            raise TableError(
                "There is no synthetic table yet.",
                advice="run the notebook 02_generation first, or `synthnb run`",
            )
        return self.synthetic

    def named(self) -> Iterator[tuple[str, pd.DataFrame, tuple[Column, ...]]]:
        """Yield every table that there is, with its name and its columns."""
        frames = {
            "train": self.train,
            "control": self.control,
            "tuning": self.tuning,
            "synthetic": self.synthetic,
            **{f"earlier-{number}": each for number, each in enumerate(self.earlier, 1)},
        }
        for name, frame in frames.items():
            if frame is not None:
                yield name, frame, self.columns
        known = {column.name: column for column in self.charter.columns}
        for name, side in (("reference", self.reference), ("external", self.external)):
            if side is not None:  # some of the charter's columns, and counts
                yield (
                    name,
                    side,
                    tuple(
                        known.get(str(each)) or Column(name=str(each), type="number")
                        for each in side
                    ),
                )

    def with_synthetic(self, synthetic: pd.DataFrame) -> Tables:
        """Return the same tables beside a synthetic one."""
        return replace(self, synthetic=synthetic)
