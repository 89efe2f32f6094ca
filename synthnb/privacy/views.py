"""What the attacks look at: the tables once encoded, and the searches that several share."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from synthnb.privacy.labels import Labels
from synthnb.records import Column
from synthnb.tables import Tables
from synthnb.tables.gower import Encoded, Encoder, nearest

MINIMUM = 30  # records: below, no interval of this room says anything


@dataclass(frozen=True)
class View:
    """Train and control pooled, beside the synthetic table; each search runs once.

    Scores of real records may use everything here except `member`.

    Parameters
    ----------
    tables : Tables
        With a synthetic table.
    seed : int
        Of every draw.
    minimum_cell : int
        Counts of people below this are not shown (the policy's `minimum_cell`).
    """

    tables: Tables
    seed: int
    minimum_cell: int = 10

    @cached_property
    def synthetic(self) -> pd.DataFrame:
        """Return the synthetic table."""
        return self.tables.made

    @cached_property
    def real(self) -> pd.DataFrame:
        """Return train, then control."""
        return pd.concat([self.tables.train, self.tables.control], ignore_index=True)

    @cached_property
    def member(self) -> np.ndarray:
        """Return whether each real record is in train; bool, shape (N,)."""
        return np.arange(len(self.real)) < len(self.tables.train)

    @cached_property
    def labels(self) -> Labels:
        """Return the labels, the units they belong to and the strata they stay in."""
        ours, theirs = self.tables.train_units, self.tables.control_units
        unit = None
        if ours is not None and theirs is not None:
            unit, _ = pd.factorize(np.concatenate([ours, theirs]))
        return Labels(self.member, unit, self._strata())

    def _strata(self) -> np.ndarray | None:
        names = [name for name in self.tables.charter.split.strata if name in self.real]
        if not names:
            return None
        stratum: np.ndarray = self.real.groupby(names, dropna=False, sort=True).ngroup().to_numpy()
        return stratum

    @cached_property
    def control_size(self) -> float:
        """Return how many independent records control is worth."""
        return self.labels.effective(~self.member)

    @cached_property
    def too_small(self) -> str:
        """Return why nothing can be measured, or an empty text."""
        sizes = {
            "train": len(self.tables.train),
            "control": len(self.tables.control),
            "the synthetic table": len(self.synthetic),
        }
        short = [f"{name} has {size}" for name, size in sizes.items() if size < MINIMUM]
        if not short:
            return ""
        return (
            f"{' and '.join(short)} records; attacks need {MINIMUM}. Bring more records, or change "
            "`split` in charter.yaml or `rows` in plan.yaml."
        )

    @cached_property
    def secrets(self) -> tuple[Column, ...]:
        """Return the columns that an attacker would learn: sensitive ones and the target."""
        return tuple(c for c in self.tables.columns if {"sensitive", "target"} & set(c.roles))

    @cached_property
    def quasi_identifiers(self) -> tuple[Column, ...]:
        """Return the columns that an attacker may know of a person."""
        return tuple(c for c in self.tables.columns if "quasi-identifier" in c.roles)

    def rng(self, purpose: str) -> np.random.Generator:
        """Return a generator that depends on seed and purpose, never on what ran before."""
        return np.random.default_rng([self.seed, zlib.crc32(purpose.encode())])

    @cached_property
    def _encoder(self) -> Encoder:
        return Encoder(self.tables.columns, [self.real])

    @cached_property
    def encoded_real(self) -> Encoded:
        """Return the real records, encoded."""
        return self._encoder.encode(self.real)

    @cached_property
    def encoded_synthetic(self) -> Encoded:
        """Return the synthetic rows, encoded."""
        return self._encoder.encode(self.synthetic)

    @cached_property
    def to_synthetic(self) -> np.ndarray:
        """Return each real record's distance to the nearest synthetic row, shape (N,)."""
        return nearest(self.encoded_real, self.encoded_synthetic)[0][:, 0]

    @cached_property
    def to_real(self) -> np.ndarray:
        """Return each real record's distance to the nearest other real record, shape (N,)."""
        return nearest(self.encoded_real, self.encoded_real, leave_self_out=True)[0][:, 0]

    def neighbours_without(self, column: Column) -> tuple[np.ndarray, np.ndarray]:
        """Return distance and row of the nearest synthetic row on all other columns, (N,) each."""
        others = [other for other in self.tables.columns if other.name != column.name]
        encoder = Encoder(others, [self.real])
        real, made = encoder.encode(self.real), encoder.encode(self.synthetic)
        distances, rows = nearest(real, made)
        return distances[:, 0], rows[:, 0]


def view(tables: Tables, *, seed: int, minimum_cell: int = 10) -> View:
    """Return what the attacks look at.

    Parameters
    ----------
    tables : Tables
        Train, control and the synthetic table.
    seed : int
        Seed of the assessment.
    minimum_cell : int
        Counts of people below this are not shown.

    Raises
    ------
    TableError
        If there is no synthetic table yet.
    """
    _ = tables.made
    return View(tables, seed, minimum_cell)
