"""Does the synthetic table look like the real one, column by column and pair by pair?"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from synthnb.records import Estimate, exact, interval, missing
from synthnb.tables import Tables
from synthnb.tables.features import titles
from synthnb.tables.metadata import sdmetrics_metadata
from synthnb.utility.jackknife import blocks, bounds

DIAGNOSTIC = "utility.diagnostic"
SHAPES = "utility.quality.shapes"
PAIRS = "utility.quality.pairs"
OVERALL = "utility.quality.overall"
COLUMN = "utility.column.shape"
PAIR = "utility.pair.trend"
WORST = 10
K = TypeVar("K", str, tuple[str, str])

_DIAGNOSTIC_METHOD = (
    "SDMetrics DiagnosticReport of the synthetic table against the training records"
)
_METHOD = (
    "SDMetrics QualityReport against the training records, every pair counted; delete-a-group "
    "jackknife of the real records in ten groups (Kott 2001); the synthetic table is fixed"
)


@dataclass(frozen=True)
class Likeness:
    """The scores of one SDMetrics quality report.

    Parameters
    ----------
    columns : dict of str to float
        Score of each column; NaN where SDMetrics had none.
    pairs : dict of (str, str) to float
        Score of each pair of columns.
    """

    columns: dict[str, float] = field(default_factory=dict)
    pairs: dict[tuple[str, str], float] = field(default_factory=dict)

    @property
    def shapes(self) -> float:
        """Return the mean column score, over the columns that have one."""
        return _mean(self.columns.values())

    @property
    def trends(self) -> float:
        """Return the mean pair score, over the pairs that have one."""
        return _mean(self.pairs.values())

    @property
    def overall(self) -> float:
        """Return the mean of both, as SDMetrics does."""
        return (self.shapes + self.trends) / 2


def _mean(scores: Any) -> float:
    known = [score for score in scores if not math.isnan(score)]
    return float(np.mean(known)) if known else float("nan")


def likeness(tables: Tables, real: pd.DataFrame, other: pd.DataFrame) -> Likeness:
    """Return SDMetrics' scores of one table against another, every pair of columns counted.

    Source: SDMetrics, Quality Report; Kolmogorov-Smirnov and total variation complements for
    columns, correlation and contingency similarity for pairs.
    """
    from sdmetrics.reports import QualityReport

    report = QualityReport()
    # Otherwise weakly associated pairs, protected columns among them, are left out as NaN, and
    # large tables are subsampled without a seed.
    report.real_association_threshold = report.real_correlation_threshold = 0
    report.num_rows_subsample = None
    _generate(report, tables, real, other)
    shapes = report.get_details("Column Shapes")
    trends = report.get_details("Column Pair Trends")
    pairs = zip(trends["Column 1"], trends["Column 2"], trends["Score"], strict=True)
    return Likeness(
        columns={
            str(name): float(score)
            for name, score in zip(shapes["Column"], shapes["Score"], strict=True)
        },
        pairs={(str(one), str(two)): float(score) for one, two, score in pairs},
    )


def _generate(report: Any, tables: Tables, real: pd.DataFrame, other: pd.DataFrame) -> None:
    metadata = sdmetrics_metadata(tables.columns)
    with warnings.catch_warnings():
        # What it warns of (constant columns, no overlap) comes back as NaN, and NaN is reported.
        warnings.simplefilter("ignore")
        report.generate({"table": real}, {"table": other}, metadata, verbose=False)


def fidelity(tables: Tables, *, seed: int, level: float = 0.95) -> tuple[Estimate, ...]:
    """Return how much the synthetic table looks like the training records.

    Parameters
    ----------
    tables : Tables
        Synthetic against train; control against train is the baseline: what another real sample
        scores.
    seed : int
        Seed of the jackknife's groups.
    level : float
        Confidence of each interval.

    Returns
    -------
    tuple of Estimate
        `utility.diagnostic`, `utility.quality.overall`, `.shapes`, `.pairs`, and ten each of
        `utility.column.shape` and `utility.pair.trend`, those furthest below the control's score,
        and all that have no score.
    """
    whole = likeness(tables, tables.train, tables.made)
    block = blocks(len(tables.train), tables.train_units, seed=seed)
    parts = [
        likeness(tables, tables.train[block != each].reset_index(drop=True), tables.made)
        for each in np.unique(block)
    ]
    other = likeness(tables, tables.train, tables.control) if len(tables.control) else Likeness()
    build = _Builder(whole, parts, other, len(tables.train), seed, level)
    called = titles(tables.columns)
    return (
        _diagnostic(tables),
        build.estimate(OVERALL, lambda each: each.overall, build.unscored),
        build.estimate(SHAPES, lambda each: each.shapes, build.unscored),
        build.estimate(PAIRS, lambda each: each.trends, build.unscored),
        *build.columns(called),
        *build.pairs(called),
    )


def _diagnostic(tables: Tables) -> Estimate:
    from sdmetrics.reports import DiagnosticReport

    report = DiagnosticReport()
    _generate(report, tables, tables.train, tables.made)
    return exact(
        DIAGNOSTIC,
        float(report.get_score()),
        method=_DIAGNOSTIC_METHOD,
        n=len(tables.made),
        baseline=1.0,
    )


@dataclass(frozen=True)
class _Builder:
    """Estimates from the report on all rows, on the jackknife's parts, and on the control."""

    whole: Likeness
    parts: list[Likeness]
    other: Likeness
    n: int
    seed: int
    level: float

    @property
    def unscored(self) -> str:
        columns = sum(math.isnan(score) for score in self.whole.columns.values())
        pairs = sum(math.isnan(score) for score in self.whole.pairs.values())
        if not columns + pairs:
            return ""
        return f"without {columns} columns and {pairs} pairs that SDMetrics could not score"

    def estimate(
        self, metric: str, read: Callable[[Likeness], float], note: str = "", **scope: Any
    ) -> Estimate:
        value, baseline = read(self.whole), read(self.other)
        without = np.asarray([read(part) for part in self.parts])
        if math.isnan(value):
            why = note or "SDMetrics could not score it: a column without values, or constant"
            return missing(metric, why, method=_METHOD, **scope)
        if np.isnan(without).any():
            why = "SDMetrics could not score it on every part of the real records"
            return missing(metric, why, method=_METHOD, **scope)
        return interval(
            metric,
            value,
            *bounds(value, without, level=self.level),
            n=self.n,
            method=_METHOD,
            seed=self.seed,
            baseline=None if math.isnan(baseline) else baseline,
            level=self.level,
            note=note,
            **scope,
        )

    def columns(self, called: dict[str, str]) -> list[Estimate]:
        """Return the columns that fall furthest short of the control's score."""
        return [
            self.estimate(COLUMN, _column(name), column=called[name])
            for name in _worst(self.whole.columns, self.other.columns)
        ]

    def pairs(self, called: dict[str, str]) -> list[Estimate]:
        """Return the pairs that fall furthest short of the control's score."""
        return [
            self.estimate(PAIR, _pair(key), pair=f"{called[key[0]]} × {called[key[1]]}")
            for key in _worst(self.whole.pairs, self.other.pairs)
        ]


def _column(name: str) -> Callable[[Likeness], float]:
    return lambda each: each.columns.get(name, math.nan)


def _pair(key: tuple[str, str]) -> Callable[[Likeness], float]:
    return lambda each: each.pairs.get(key, math.nan)


def _worst(scores: dict[K, float], control: dict[K, float]) -> list[K]:
    """Return what has no score, then the ten that fall furthest below what the control scores.

    The control's score is the measure because SDMetrics bins the two tables apart: where a column
    has outliers, even another real sample scores low.
    """
    unscored = [key for key, score in scores.items() if math.isnan(score)]
    short = {}
    for key, score in scores.items():
        usual = control.get(key, math.nan)
        short[key] = (1.0 if math.isnan(usual) else usual) - score
    ranked = sorted(
        (key for key in scores if key not in set(unscored)), key=lambda key: (-short[key], key)
    )
    return unscored + ranked[:WORST]
