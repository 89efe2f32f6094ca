"""The tables of one dossier, side by side, in one set of types."""

from __future__ import annotations

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
        Real records that nobody saw before the assessment.
    synthetic : DataFrame, optional
        The synthetic table; absent before generation.
    tuning, reference, external : DataFrame, optional
        Records for a parameter sweep; population reference; what an attacker may hold.
    train_units, control_units : ndarray of str, optional
        Privacy unit of each record, where the charter names one.
    """

    charter: Charter
    train: pd.DataFrame
    control: pd.DataFrame
    synthetic: pd.DataFrame | None = None
    tuning: pd.DataFrame | None = None
    reference: pd.DataFrame | None = None
    external: pd.DataFrame | None = None
    train_units: np.ndarray | None = None
    control_units: np.ndarray | None = None

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

    def with_synthetic(self, synthetic: pd.DataFrame) -> Tables:
        """Return the same tables beside a synthetic one."""
        return replace(self, synthetic=synthetic)
