"""Planting leaks of a known size, and looking at what the headline attacks see of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from synthnb.records import Estimate, metric
from synthnb.show import Shown
from synthnb.show.pieces import table

if TYPE_CHECKING:
    import pandas as pd

    from synthnb.privacy import View
    from synthnb.tables import Tables

ALPHA = 0.05
"""Of the three tests together; each must reach a third of it."""

TESTS = ("exact copies", "membership", "agreement")
"""The headline attacks, by the names under which the privacy notebook shows them."""

_PLAN = {
    "schema_version": "1",
    "generator": "gaussian-copula",
    "parameters": {"default_distribution": "norm"},
    "guarantee": {"kind": "none", "statement": "No guarantee; this is an exercise."},
    "rationale": "The quickest of the generators, for a table to plant leaks in.",
}


@dataclass(frozen=True)
class Seen:
    """What the headline attacks say about a table with planted records.

    Parameters
    ----------
    planted, swapped : int
        How many records were planted, and how many columns of each were swapped.
    p : dict of str to float
        p-value of each attack in `TESTS`.
    together : float
        p-value of all three (Bonferroni).
    excess, auc : Estimate
        Share of people recognised beyond chance, and the score of membership over everybody.
    """

    planted: int
    swapped: int
    p: dict[str, float]
    together: float
    excess: Estimate
    auc: Estimate

    @property
    def finders(self) -> tuple[str, ...]:
        """Return the attacks that see the leak."""
        return tuple(name for name in TESTS if self.p[name] <= ALPHA / len(TESTS))

    @property
    def found(self) -> bool:
        """Return whether the attacks together see it."""
        return self.together <= ALPHA


class Bench:
    """A synthetic table that leaks nothing on purpose, and the means to make it leak.

    Parameters
    ----------
    tables : Tables
        With train and control; the synthetic table is made here.
    seed : int
        Of the table, of which records are planted, and of the attacks.
    """

    def __init__(self, tables: Tables, seed: int) -> None:
        self._tables, self._seed = tables, seed
        self._seen: dict[tuple[int, int], Seen] = {}

    @cached_property
    def view(self) -> View:
        """Return what the attacks see of the table in which nothing is planted."""
        from synthnb import generate, privacy
        from synthnb.records import Plan

        plan = Plan.model_validate({**_PLAN, "seed": self._seed})
        frame, _ = generate.synthesise(self._tables, plan)
        return privacy.view(self._tables.with_synthetic(frame), seed=self._seed)

    @property
    def train(self) -> int:
        """Return how many records could be planted."""
        return len(self._tables.train)

    def plant(self, count: int, swapped: int = 0) -> pd.DataFrame:
        """Return the synthetic table with training records in place of its last rows.

        More records hold all of fewer: a larger leak contains the smaller one.

        Parameters
        ----------
        count : int
        swapped : int
            Columns of each that get the value of another training record.
        """
        import numpy as np
        import pandas as pd

        made, train = self.view.tables.made, self._tables.train
        rng = np.random.default_rng([self._seed, 5])
        chosen = rng.permutation(len(train))[:count]
        donors = rng.integers(0, len(train), len(train))[:count]
        columns = [rng.permutation(len(made.columns))[:swapped] for _ in range(len(train))][:count]
        rows = train[list(made.columns)].iloc[chosen].reset_index(drop=True)
        for row, (donor, places) in enumerate(zip(donors, columns, strict=True)):
            for place in places:
                name = made.columns[place]
                rows.loc[row, name] = train[name].iloc[donor]
        kept = made.iloc[: max(0, len(made) - count)]
        parts = [part for part in (kept, rows) if len(part)]
        return pd.concat(parts, ignore_index=True)

    def look(self, count: int, swapped: int = 0) -> Seen:
        """Return what the headline attacks say when so many records are planted."""
        if (count, swapped) not in self._seen:
            self._seen[count, swapped] = self._look(count, swapped)
        return self._seen[count, swapped]

    def _look(self, count: int, swapped: int) -> Seen:
        from synthnb import privacy

        view = self.view.with_synthetic(self.plant(count, swapped))
        by_metric = {
            each.metric: each
            for found in (
                privacy.leak(view),
                privacy.exact_copies(view),
                privacy.membership(view),
                privacy.agreement(view),
            )
            for each in found
        }

        def p(name: str) -> float:
            value = by_metric[f"privacy.{name}.p"].value
            return 1.0 if value is None else value

        names = ("exact_copies", "membership", "agreement")
        return Seen(
            planted=count,
            swapped=swapped,
            p={test: p(name) for test, name in zip(TESTS, names, strict=True)},
            together=p("leak"),
            excess=by_metric["privacy.leak.excess"],
            auc=by_metric["privacy.membership.auc"],
        )

    def card(self, count: int, swapped: int = 0) -> Shown:
        """Show what each headline attack sees of so many planted records."""
        seen = self.look(count, swapped)
        share = f"{count} of {self.train} training records planted"
        how = f", {swapped} columns of each swapped" if swapped else ", word for word"
        rows = [
            (
                name,
                "sees it" if name in seen.finders else "misses it",
                metric("privacy.leak.p").show(seen.p[name]),
            )
            for name in TESTS
        ]
        rows.append(
            (
                "all three together",
                "see it" if seen.found else "miss it",
                metric("privacy.leak.p").show(seen.together),
            )
        )
        drawn = table(("Attack", "Does it see the leak?", "p-value"), rows)
        sizes = table(
            ("Number", "Estimate (95 % interval)", "Truth"),
            [
                (
                    "People recognised beyond chance",
                    _said(seen.excess),
                    f"{100 * count / self.train:.1f} %",
                ),
                ("Score over everybody (ROC AUC)", _said(seen.auc), "0.5 is chance"),
            ],
        )
        head = f"{share}{how}."
        return Shown(
            f"<p><b>{head}</b></p>{drawn.html}{sizes.html}", f"{head}\n{drawn.text}\n{sizes.text}"
        )


def _said(estimate: Estimate) -> str:
    if estimate.value is None:
        return "not measured"
    return metric(estimate.metric).show_with_interval(estimate.value, estimate.low, estimate.high)
