"""Drawing rows that meet a condition, whatever the generator can do by itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from synthnb.errors import GeneratorError
from synthnb.generate.finishing import finish
from synthnb.generate.protocol import Fitted, Unconditional
from synthnb.generate.where import Where, direct, having, spelt
from synthnb.records import Column

if TYPE_CHECKING:
    import pandas as pd

ENOUGH = 50_000
"""Rows that are drawn, at least, before a condition is given up; or twenty for each row wanted."""

_LEAST = 500  # rows of a batch: fewer would tell little about how many fit
_MOST = 20_000
Keep = Callable[["pd.DataFrame"], np.ndarray]


@dataclass(frozen=True)
class Drawing:
    """Draws finished rows from what a generator has learnt.

    Parameters
    ----------
    fitted : Fitted
    name : str
        The generator's id, for messages.
    columns : sequence of Column
    keep : callable, optional
        Takes finished rows and returns which of them may stay; all, if absent.
    """

    fitted: Fitted
    name: str
    columns: Sequence[Column]
    keep: Keep | None = None

    def raw(
        self,
        rows: int,
        seed: int,
        where: Where,
        *,
        label: str | None = None,
        also: Keep | None = None,
    ) -> pd.DataFrame:
        """Return rows as the generator made them, all of which meet a condition.

        Parameters
        ----------
        rows : int
        seed : int
        where : mapping
            In the types of the tables.
        label : str, optional
            What to call the condition in an error; the condition itself, if absent.
        also : callable, optional
            A further condition on finished rows.

        Raises
        ------
        GeneratorError
            If too few of the drawn rows meet it; the message says how many did.
        """
        import pandas as pd

        by_name = {column.name: column for column in self.columns}
        native = direct(where, by_name)
        try:
            first = self.fitted.sample(rows, seed=seed, where=native)
        except Unconditional:
            native = {}
            first = self.fitted.sample(max(rows, _LEAST), seed=seed, where={})
        pieces, found, drawn = [self._fitting(first, where, also)], 0, len(first)
        found = len(pieces[0])
        batch = 0
        while found < rows and drawn < max(ENOUGH, 20 * rows):
            batch += 1
            wanted = (rows - found) * drawn / max(found, 1) * 1.2
            size = int(min(max(wanted, _LEAST), _MOST))
            more = self.fitted.sample(size, seed=derived(seed, batch), where=native)
            pieces.append(self._fitting(more, where, also))
            found, drawn = found + len(pieces[-1]), drawn + len(more)
        if found < rows:
            raise self._impossible(rows, found, drawn, spelt(where) if label is None else label)
        return pd.concat(pieces, ignore_index=True).iloc[:rows]

    def _fitting(self, drawn: pd.DataFrame, where: Where, also: Keep | None) -> pd.DataFrame:
        drawn = drawn.reset_index(drop=True)
        if not where and self.keep is None and also is None:
            return drawn
        frame, _ = finish(drawn, self.columns, self.name)
        stays = having(frame, where)
        for test in (self.keep, also):
            if test is not None:
                stays &= test(frame)
        return drawn[stays]

    def _impossible(self, rows: int, found: int, drawn: int, label: str) -> GeneratorError:
        about = f" with {label}" if label else ""
        rules = " that keep the charter's rules" if self.keep is not None else ""
        return GeneratorError(
            f"`{self.name}` cannot draw {rows} rows{about}{rules}: {found} of {drawn} that it drew "
            "were such rows.",
            advice="ask for fewer of them or for more usual values, loosen the rule, or use a "
            "generator that has learnt them",
        )


def derived(seed: int, *path: int) -> int:
    """Return a seed that depends on another one and on a path of numbers, below 2**31.

    >>> derived(0, 1) == derived(0, 1), derived(0, 1) == derived(0, 2)
    (True, False)
    """
    return int(np.random.SeedSequence([seed, *path]).generate_state(1)[0] >> 1)
