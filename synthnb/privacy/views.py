"""What the attacks look at: the tables once encoded, and the searches that several share."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from synthnb.privacy.canonical import in_order, units_in_order
from synthnb.privacy.coarse import Coarse
from synthnb.privacy.headline import Headline, local_ratio, softener
from synthnb.privacy.labels import Labels
from synthnb.privacy.scan import Scan
from synthnb.records import Column
from synthnb.tables import Tables
from synthnb.tables.agreement import Finer, Rarity, Values, best_agreement
from synthnb.tables.gower import Encoded, Encoder, nearest

MINIMUM = 30  # records: below, no interval of this room says anything
SCORED = 100_000  # real records that are scored at most, unless the policy says otherwise

Progress = Callable[[str, float], None]
"""Told what is being searched, and which share of it is done."""


@dataclass(frozen=True)
class View:
    """Train and control pooled, beside the synthetic table; each search runs once.

    All tables are in canonical order: no number may depend on the order of rows or columns in a
    file. Scores of real records may use everything here except `member`. Make one with `view`.

    Parameters
    ----------
    tables : Tables
        With a synthetic table.
    seed : int
        Of every draw.
    minimum_cell : int
        Counts of people below this are not shown (the policy's `minimum_cell`).
    scored : int
        Real records that are scored at most (the policy's `scored_records`).
    progress : callable, optional
        Told what is searched and how far.
    """

    tables: Tables
    seed: int
    minimum_cell: int = 10
    scored: int = SCORED
    progress: Progress | None = None

    # --- the records ---------------------------------------------------------------------------

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """Return the assessed columns, by name."""
        return tuple(sorted(self.tables.columns, key=lambda column: column.name))

    @cached_property
    def _pool(self) -> tuple[pd.DataFrame, np.ndarray, np.ndarray | None]:
        """Return every real record in canonical order, its label, and its privacy unit."""
        names = [column.name for column in self.columns]
        real = pd.concat([self.tables.train, self.tables.control], ignore_index=True)[names]
        member = np.arange(len(real)) < len(self.tables.train)
        ours, theirs = self.tables.train_units, self.tables.control_units
        unit = None
        if ours is not None and theirs is not None:
            unit = np.concatenate([ours, theirs])
        order = in_order(real, self.columns, real)
        if unit is not None:
            unit = units_in_order(unit[order])
        return real.iloc[order].reset_index(drop=True), member[order], unit

    @cached_property
    def synthetic(self) -> pd.DataFrame:
        """Return the synthetic table, in canonical order."""
        names = [column.name for column in self.columns]
        made = self.tables.made[names]
        return made.iloc[in_order(made, self.columns, self._pool[0])].reset_index(drop=True)

    @cached_property
    def distinct(self) -> pd.DataFrame:
        """Return the different rows of the synthetic table, in canonical order."""
        return self.synthetic.drop_duplicates().reset_index(drop=True)

    @cached_property
    def _chosen(self) -> np.ndarray:
        """Return which real records are scored: all, or a random sample of privacy units."""
        _, _, unit = self._pool
        pool = len(self._pool[1])
        if pool <= self.scored:
            return np.arange(pool)
        rng = self.rng("scored records")
        if unit is None:
            return np.sort(rng.choice(pool, self.scored, replace=False))
        order = rng.permutation(int(unit.max()) + 1)
        sizes = np.bincount(unit)[order]
        kept = order[: np.searchsorted(sizes.cumsum(), self.scored, side="right")]
        return np.flatnonzero(np.isin(unit, kept))

    @property
    def sampled(self) -> bool:
        """Return whether only a sample of the real records is scored."""
        return len(self._chosen) < len(self._pool[1])

    @cached_property
    def real(self) -> pd.DataFrame:
        """Return the scored real records of train and control, in canonical order; N rows."""
        return self._pool[0].iloc[self._chosen].reset_index(drop=True)

    @cached_property
    def member(self) -> np.ndarray:
        """Return whether each scored record is in train; bool, shape (N,)."""
        member: np.ndarray = self._pool[1][self._chosen]
        return member

    @cached_property
    def labels(self) -> Labels:
        """Return the labels, the units they belong to and the strata they stay in."""
        _, _, unit = self._pool
        if unit is not None:
            _, unit = np.unique(unit[self._chosen], return_inverse=True)
        return Labels(self.member, unit, self._strata())

    def _strata(self) -> np.ndarray | None:
        names = [name for name in self.tables.charter.split.strata if name in self.real]
        if not names or self.tables.charter.source("control") is not None:
            return None
        keys = [_rank(self.real[name]) for name in names]
        _, stratum = np.unique(np.stack(keys), axis=1, return_inverse=True)
        return np.asarray(stratum).ravel()

    @cached_property
    def train_size(self) -> float | None:
        """Return how many independent records the scored part of train is worth.

        None where all of train is scored: it is then the finite set that is asked about.
        """
        return self.labels.effective(self.member) if self.sampled else None

    @cached_property
    def control_size(self) -> float:
        """Return how many independent records control is worth."""
        return self.labels.effective(~self.member)

    @cached_property
    def too_small(self) -> str:
        """Return why nothing can be compared with control, or an empty text."""
        control = len(self.tables.control)
        if control == 0:
            return (
                "There are no control records, so a leak cannot be told from knowledge about the "
                "population. Hold out records at random by privacy unit (`split.control` in "
                "charter.yaml), or add a source of kind `control` that no generator saw."
            )
        return self._too_few({"control": control})

    @cached_property
    def too_few(self) -> str:
        """Return why not even train and the synthetic table can be looked at, or nothing."""
        return self._too_few({})

    def _too_few(self, more: dict[str, int]) -> str:
        sizes = {
            "train": len(self.tables.train),
            **more,
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
        return tuple(c for c in self.columns if {"sensitive", "target"} & set(c.roles))

    @cached_property
    def quasi_identifiers(self) -> tuple[Column, ...]:
        """Return the columns that an attacker may know of a person."""
        return tuple(c for c in self.columns if "quasi-identifier" in c.roles)

    def rng(self, purpose: str) -> np.random.Generator:
        """Return a generator that depends on seed and purpose, never on what ran before."""
        return np.random.default_rng([self.seed, zlib.crc32(purpose.encode())])

    def tell(self, what: str) -> Callable[[float], None] | None:
        """Return what a search tells its progress to, if anybody listens."""
        listener = self.progress
        return None if listener is None else lambda share: listener(what, share)

    # --- searches that several attacks share ---------------------------------------------------

    @cached_property
    def encoder(self) -> Encoder:
        """Return the encoder of all columns; ranges come from every real record."""
        return Encoder(self.columns, [self._pool[0]])

    @cached_property
    def encoded_pool(self) -> Encoded:
        """Return every real record, encoded, scored or not."""
        return self.encoder.encode(self._pool[0])

    @cached_property
    def encoded_real(self) -> Encoded:
        """Return the scored records, encoded."""
        return self.encoder.encode(self.real) if self.sampled else self.encoded_pool

    @cached_property
    def encoded_synthetic(self) -> Encoded:
        """Return the synthetic rows, encoded; duplicates are there."""
        return self.encoder.encode(self.synthetic)

    @cached_property
    def to_synthetic(self) -> np.ndarray:
        """Return each scored record's distance to the nearest synthetic row, shape (N,)."""
        made = self.encoder.encode(self.distinct)
        tell = self.tell("nearest synthetic rows")
        return nearest(self.encoded_real, made, progress=tell)[0][:, 0]

    @cached_property
    def to_real(self) -> np.ndarray:
        """Return each scored record's distance to the nearest other real record, shape (N,)."""
        tell = self.tell("nearest real records")
        return nearest(self.encoded_real, self.encoded_pool, own=self._chosen, progress=tell)[0][
            :, 0
        ]

    @cached_property
    def _coarse(self) -> Coarse:
        return Coarse(self.columns, self._pool[0])

    @cached_property
    def _rarity(self) -> Rarity:
        return Rarity(self._coarse.columns, [self._coarse.of(self._pool[0])])

    def _value(self, frame: pd.DataFrame) -> Values:
        """Return the coarse values of a frame, and what agreeing on them weighs."""
        return self._rarity.encode(self._coarse.of(frame))

    @cached_property
    def valued(self) -> Values:
        """Return the coarse values of the scored records, and what agreeing on them weighs."""
        return self._value(self.real)

    @cached_property
    def _exactly(self) -> Rarity:
        return Rarity(self.columns, [self._pool[0]], self._rarity.steps)

    @cached_property
    def exact(self) -> Values:
        """Return the exact values of the scored records, and what agreeing on them weighs."""
        return self._exactly.encode(self.real)

    @cached_property
    def agreeing_synthetic(self) -> np.ndarray:
        """Return each scored record's best agreement with a synthetic row; int64, shape (N,).

        A row that agrees better than the best other real record may count by exact values instead.
        """
        finer = Finer(self.agreeing_real, self.exact, self._exactly.encode(self.distinct))
        tell = self.tell("agreeing synthetic rows")
        return best_agreement(self.valued, self._value(self.distinct), finer=finer, progress=tell)

    @cached_property
    def agreeing_real(self) -> np.ndarray:
        """Return each scored record's best agreement with another real one; int64, shape (N,)."""
        pool = self._value(self._pool[0]) if self.sampled else self.valued
        tell = self.tell("agreeing real records")
        return best_agreement(self.valued, pool, own=self._chosen, progress=tell)

    @cached_property
    def ratio(self) -> np.ndarray:
        """Return the local distance ratio of each scored record; float, shape (N,)."""
        return local_ratio(self.to_real, self.to_synthetic, softener(self.to_real))

    @cached_property
    def headline(self) -> Headline:
        """Return the three scores that ask whether anyone's record is in there."""
        copied, agreement = self.to_synthetic == 0, self.agreeing_synthetic - self.agreeing_real
        return Headline(
            copied=copied,
            ratio=Scan.of(self.ratio, self.labels, self.rng("local ratio")),
            agreement=Scan.of(agreement, self.labels, self.rng("agreement")),
            copied_p=self.labels.hits_p(copied, self.rng("exact copies")),
            labels=self.labels,
        )

    @cached_property
    def remembered(self) -> dict[str, np.ndarray]:
        """Return what attacks found about this synthetic table and leave for one another."""
        return {}

    def with_synthetic(self, synthetic: pd.DataFrame) -> View:
        """Return a view of the same real records beside another synthetic table.

        Searches among real records are not run again.
        """
        other = replace(self, tables=self.tables.with_synthetic(synthetic))
        kept = {"columns", "_pool", "_chosen", "real", "member", "labels", "encoder"}
        kept |= {
            "encoded_pool",
            "encoded_real",
            "to_real",
            "_coarse",
            "_rarity",
            "valued",
            "_exactly",
            "exact",
            "agreeing_real",
        }
        vars(other).update({name: vars(self)[name] for name in kept if name in vars(self)})
        return other


def _rank(series: pd.Series[Any]) -> np.ndarray:
    """Return a number for each value; missing values are alike."""
    return pd.factorize(series, use_na_sentinel=False)[0]


def view(
    tables: Tables,
    *,
    seed: int,
    minimum_cell: int = 10,
    scored: int = SCORED,
    progress: Progress | None = None,
) -> View:
    """Return what the attacks look at.

    Parameters
    ----------
    tables : Tables
        Train, control and the synthetic table.
    seed : int
        Seed of the assessment.
    minimum_cell : int
        Counts of people below this are not shown.
    scored : int
        Real records that are scored at most; above, a random sample of privacy units.
    progress : callable, optional
        Called with what is searched and the share that is done.

    Raises
    ------
    TableError
        If there is no synthetic table yet.
    """
    _ = tables.made
    return View(tables, seed, minimum_cell, scored, progress)
