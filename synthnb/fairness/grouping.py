"""Which groups of people there are, which are too small to show, and which came or went."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from synthnb.fairness.proportions import Count
from synthnb.records import Column
from synthnb.tables import Tables
from synthnb.tables.features import titles

MISSING = "(missing)"
MOST_NUMBERS = 12
"""A number of more distinct values than this must become a category before it makes groups."""

Values = tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """The people who share values of one or more protected columns.

    Parameters
    ----------
    columns, values : tuple of str
        Column names, and the value of each.
    label : str
        ``Race = Black`` or ``Race = Black, Sex = F``.
    real : Count
        Real records, train and control together; blurred where it would betray a small cell.
    synthetic : int
        Synthetic records.
    """

    columns: tuple[str, ...]
    values: Values
    label: str
    real: Count
    synthetic: int


@dataclass(frozen=True)
class Groups:
    """Every group of the protected columns and of their crossings.

    Parameters
    ----------
    counted : tuple of Group
        With at least `minimum_cell` real records.
    appeared : tuple of Group
        In the synthetic table, and nowhere in the real data.
    refused : dict of str to str
        Protected columns that make no groups, and why.
    notes : tuple of str
        What a reader must know: too small, vanished, appeared, refused.
    real, control, synthetic : DataFrame
        The protected columns of each table as text; for the sections of this room.
    minimum_cell : int
        Counts of people below this are not shown.
    rows : int
        Real records, all together.
    """

    counted: tuple[Group, ...]
    appeared: tuple[Group, ...]
    refused: Mapping[str, str]
    notes: tuple[str, ...]
    real: pd.DataFrame
    control: pd.DataFrame
    synthetic: pd.DataFrame
    minimum_cell: int
    rows: int

    @property
    def vanished(self) -> tuple[Group, ...]:
        """Return the groups that have real records and no synthetic one."""
        return tuple(group for group in self.counted if group.synthetic == 0)

    @property
    def crossings(self) -> tuple[tuple[str, ...], ...]:
        """Return the sets of columns that have a counted group, in order."""
        return tuple(dict.fromkeys(group.columns for group in self.counted))

    def of(self, columns: tuple[str, ...]) -> tuple[Group, ...]:
        """Return the counted groups of these columns."""
        return tuple(group for group in self.counted if group.columns == columns)

    def reference(self, columns: tuple[str, ...]) -> Group:
        """Return the largest counted group of these columns: the one others are held against."""
        return min(self.of(columns), key=lambda group: (-group.real.low, group.label))


def members(group: Group, spelt: pd.DataFrame) -> np.ndarray:
    """Return which rows belong to a group, as booleans of shape (rows,)."""
    inside = np.ones(len(spelt), dtype=bool)
    for column, value in zip(group.columns, group.values, strict=True):
        inside &= (spelt[column] == value).to_numpy()
    return inside


def groups(tables: Tables, *, minimum_cell: int) -> Groups:
    """Return the groups of every protected column, and their crossings to the charter's depth.

    Parameters
    ----------
    tables : Tables
        Real (train and control together) beside synthetic.
    minimum_cell : int
        A group of fewer real records is named in a note and not counted.

    Raises
    ------
    TableError
        If there is no synthetic table yet.
    """
    protected = tables.charter.with_role("protected")
    protected = tuple(column for column in protected if column in tables.columns)
    pooled = pd.concat([tables.train, tables.control], ignore_index=True)
    refused = _refused(protected, pooled, tables.made)
    usable = [column for column in protected if column.name not in refused]
    called = titles(tables.columns)
    real, control, synthetic = (
        spell(frame, usable) for frame in (pooled, tables.control, tables.made)
    )
    counted: list[Group] = []
    appeared: list[Group] = []
    notes = [f"{called[name]} makes no groups: {why}" for name, why in refused.items()]
    for depth in range(1, min(tables.charter.intersections, len(usable)) + 1):
        for chosen in itertools.combinations(usable, depth):
            here, there = tally(real, chosen), tally(synthetic, chosen)
            found, came, small = _sorted_out(chosen, here, there, called, minimum_cell)
            notes += _notes(chosen, found, came, small, synthetic, counted, called, minimum_cell)
            counted += found
            appeared += came
    return Groups(
        counted=tuple(counted),
        appeared=tuple(appeared),
        refused={called[name]: why for name, why in refused.items()},
        notes=tuple(notes),
        real=real,
        control=control,
        synthetic=synthetic,
        minimum_cell=minimum_cell,
        rows=len(pooled),
    )


def _refused(
    columns: Sequence[Column], real: pd.DataFrame, synthetic: pd.DataFrame
) -> dict[str, str]:
    refused = {}
    for column in columns:
        distinct = max(frame[column.name].nunique() for frame in (real, synthetic))
        if column.type == "date" or (
            column.type in {"number", "integer"} and distinct > MOST_NUMBERS
        ):
            refused[column.name] = (
                f"it is a {column.type} of many values; add a category of bands that people "
                "would recognise, and give that the role `protected`"
            )
    return refused


def spell(frame: pd.DataFrame, columns: Iterable[Column]) -> pd.DataFrame:
    """Return columns as text, with a missing cell as a value of its own."""
    done = {}
    for column in columns:
        values = frame[column.name]
        if column.type in {"number", "integer"}:
            values = values.map(lambda value: None if pd.isna(value) else f"{value:g}")
        done[column.name] = values.astype(object).where(values.notna(), MISSING)
    return pd.DataFrame(done, index=frame.index)


def tally(spelt: pd.DataFrame, columns: Sequence[Column]) -> Counter[Values]:
    """Return how many rows have each combination of values that occurs."""
    names = [column.name for column in columns]
    return Counter(spelt[names].itertuples(index=False, name=None))


def label_of(columns: Sequence[str], values: Values, called: Mapping[str, str]) -> str:
    """Return ``Race = Black, Sex = F``."""
    return ", ".join(f"{called[c]} = {v}" for c, v in zip(columns, values, strict=True))


def _sorted_out(
    chosen: Sequence[Column],
    here: Counter[Values],
    there: Counter[Values],
    called: Mapping[str, str],
    minimum_cell: int,
) -> tuple[list[Group], list[Group], list[Values]]:
    names = tuple(column.name for column in chosen)
    small = {values for values, count in here.items() if count < minimum_cell}
    hidden = complemented(here, small, minimum_cell)
    counted: list[Group] = []
    appeared: list[Group] = []
    for values in sorted({*here, *there}):
        if values in small:
            continue
        count = here[values]
        shown = Count.blurred(count, minimum_cell) if values in hidden else Count.exactly(count)
        group = Group(names, values, label_of(names, values, called), shown, there[values])
        (counted if count else appeared).append(group)
    return counted, appeared, sorted(small)


def complemented(
    counts: Mapping[Values, int], hidden: set[Values], minimum_cell: int
) -> set[Values]:
    """Return the cells to hide so that none of `hidden` follows from the others by subtraction.

    Along every line of the crossing (all values of one column, the other columns fixed) either
    nothing is hidden, or at least two cells that hold `minimum_cell` people together.

    Source: complementary suppression; Hundepool et al. (2012), Statistical Disclosure Control, 4.
    """
    hidden, done = set(hidden), False
    while not done:
        done = True
        for line in _lines(counts):
            out = [values for values in line if values in hidden]
            rest = [values for values in line if values not in hidden]
            enough = len(out) > 1 and sum(counts[values] for values in out) >= minimum_cell
            if out and rest and not enough:
                hidden.add(min(rest, key=lambda values: (counts[values], values)))
                done = False
    return hidden


def _lines(counts: Mapping[Values, int]) -> list[list[Values]]:
    lines: dict[tuple[int, Values], list[Values]] = defaultdict(list)
    for values in sorted(counts):
        for axis in range(len(values)):
            lines[axis, values[:axis] + values[axis + 1 :]].append(values)
    return list(lines.values())


def _notes(
    chosen: Sequence[Column],
    counted: Sequence[Group],
    appeared: Sequence[Group],
    small: Sequence[Values],
    synthetic: pd.DataFrame,
    known: Sequence[Group],
    called: Mapping[str, str],
    minimum_cell: int,
) -> list[str]:
    names = tuple(column.name for column in chosen)
    notes = [
        f"{group.label} has real records and no synthetic one: the generator lost this group."
        for group in counted
        if group.synthetic == 0
    ]
    notes += [
        f"{group.label} has synthetic records and no real one: the generator made it up."
        for group in appeared
    ]
    # The name of a rare category can itself give somebody away; say it only where it is public.
    public = [
        {*column.categories, *synthetic[column.name], MISSING}
        | {group.values[0] for group in known if group.columns == (column.name,)}
        for column in chosen
    ]
    named = [v for v in small if all(x in p for x, p in zip(v, public, strict=True))]
    listed = "; ".join(label_of(names, values, called) for values in named)
    if named:
        notes.append(f"Fewer than {minimum_cell} real records, so not assessed: {listed}.")
    if len(named) < len(small):
        crossed = " × ".join(called[name] for name in names)
        notes.append(
            f"Further groups of {crossed} have fewer than {minimum_cell} real records; they are "
            "not assessed, and not named because their names are not public."
        )
    return notes
