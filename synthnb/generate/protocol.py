"""What a generator is: one protocol for those that ship with synthnb and for plug-ins."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

from pydantic import JsonValue

from synthnb.errors import Problem
from synthnb.records import Charge, Charter, Column, Plan, PrivacyLoss

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


@dataclass(frozen=True)
class Parameter:
    """One setting of a generator.

    Parameters
    ----------
    type : str
        ``integer``, ``number``, ``boolean``, ``choice`` (one of `one_of`) or ``integers`` (a list
        of one to five whole numbers, each within the bounds).
    default : JSON value
        What holds where a plan says nothing.
    minimum, maximum : float, optional
        Both are allowed values.
    meaning : str
        One sentence for the person who writes the plan.
    one_of : tuple of str
        The allowed words of a ``choice``.
    """

    type: Literal["integer", "number", "boolean", "choice", "integers"]
    default: JsonValue
    minimum: float | None
    maximum: float | None
    meaning: str
    one_of: tuple[str, ...] = ()

    @property
    def expected(self) -> str:
        """Return what a value must be, in words."""
        if self.type == "choice":
            return f"one of {', '.join(self.one_of)}"
        if self.type == "boolean":
            return "true or false"
        kind = {
            "integer": "a whole number",
            "number": "a number",
            "integers": "a list of one to five whole numbers",
        }[self.type]
        if self.minimum is None or self.maximum is None:
            return kind
        return f"{kind} from {self.minimum:g} to {self.maximum:g}"

    def allows(self, value: JsonValue) -> bool:
        """Return whether a plan may set this value."""
        if self.type == "boolean":
            return isinstance(value, bool)
        if self.type == "choice":
            return isinstance(value, str) and value in self.one_of
        if self.type == "integers":
            return (
                isinstance(value, list)
                and 1 <= len(value) <= 5
                and all(self._within(each, whole=True) for each in value)
            )
        return self._within(value, whole=self.type == "integer")

    def _within(self, value: JsonValue, *, whole: bool) -> bool:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        if not math.isfinite(value):
            return False
        if whole and not isinstance(value, int):
            return False
        low = self.minimum is None or value >= self.minimum
        return low and (self.maximum is None or value <= self.maximum)


class Archive(Protocol):
    """Where noisy measurements are kept, so that they are paid for once."""

    def load(self, key: str) -> str | None:
        """Return the text that was saved under a key (a sha256), if there is one."""
        ...

    def save(self, key: str, text: str) -> None:
        """Keep a text under a key, on disk when this returns."""
        ...


@dataclass(frozen=True)
class Context:
    """What surrounds a generator besides its records and its plan.

    Parameters
    ----------
    charter : Charter
        Public domain, task, name of the data set.
    units : ndarray of str, shape (n,), optional
        Privacy unit of each training record, where the charter names one.
    charge : callable, optional
        Books a privacy loss before any noise is drawn. Raises BudgetError where the budget does not
        allow it. Without one, a differentially private generator refuses to work.
    archive : Archive, optional
        Where noisy measurements are kept.
    """

    charter: Charter
    units: np.ndarray | None = None
    charge: Callable[[Charge], None] | None = None
    archive: Archive | None = None


class Fitted(Protocol):
    """What a generator has learnt.

    Attributes
    ----------
    said : tuple of str
        What is done to every drawn row, in sentences.
    privacy_loss : PrivacyLoss or None
        What a differentially private generator spent.
    """

    @property
    def said(self) -> tuple[str, ...]: ...

    @property
    def privacy_loss(self) -> PrivacyLoss | None: ...

    def sample(self, rows: int, *, seed: int, where: Mapping[str, Any]) -> pd.DataFrame:
        """Return rows, the same for the same seed whatever was drawn before.

        Parameters
        ----------
        rows : int
            How many, 1 or more.
        seed : int
            The only source of chance.
        where : mapping of str to value
            Values that columns have in every row, in the types of `Tables`; empty for none. A
            generator may leave all of it to the house by raising `Unconditional`.

        Raises
        ------
        GeneratorError
            If rows with these values cannot be drawn; the message names columns, no value.
        """
        ...


class Unconditional(Exception):  # noqa: N818 -- an answer, not an error
    """This generator cannot draw under conditions itself; rows are drawn until enough fit."""


@runtime_checkable
class Generator(Protocol):
    """Makes a synthetic table from real records.

    A plug-in offers one as an entry point in the group ``synthnb.generators``: an object with these
    attributes, or a class that makes one without arguments.

    Attributes
    ----------
    id : str
        Name in a plan.
    title : str
        Name for people.
    library : str
        The package that does the work, as ``pip`` calls it; empty if synthnb itself does.
    licence : str
        SPDX identifier of that package's licence.
    guarantees : tuple of str
        Which kinds of `synthnb.records.Guarantee` it may be claimed to give.
    parameters : mapping of str to Parameter
        Its settings.
    """

    @property
    def id(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def library(self) -> str: ...

    @property
    def licence(self) -> str: ...

    @property
    def guarantees(self) -> tuple[str, ...]: ...

    @property
    def parameters(self) -> Mapping[str, Parameter]: ...

    def conflicts(self, settings: Mapping[str, JsonValue]) -> Mapping[str, str]:
        """Return what is wrong between settings that are each allowed: parameter to reason."""
        ...

    def lacks(self, charter: Charter) -> Sequence[Problem]:
        """Return what a charter must say before this generator can work on its columns."""
        ...

    def fit(
        self, train: pd.DataFrame, columns: Sequence[Column], plan: Plan, context: Context
    ) -> Fitted:
        """Learn from real records, and return what rows are drawn from.

        Parameters
        ----------
        train : DataFrame, shape (n, columns)
            The records to learn from, in the types of `synthnb.tables.Tables`.
        columns : sequence of Column
            What they are; drawn rows have the same columns, types and order.
        plan : Plan
            Seed and parameters; already checked. Rows, conditions and the other options are
            carried out by the house, by calls of `Fitted.sample`.
        context : Context
            The charter, and what a differentially private generator needs.

        Raises
        ------
        GeneratorError
            If it cannot; the message quotes no value of the real data.
        """
        ...


def settings(generator: Generator, plan: Plan) -> dict[str, JsonValue]:
    """Return every parameter of a generator as a plan sets it, defaults included."""
    defaults = {name: each.default for name, each in generator.parameters.items()}
    return {**defaults, **plan.parameters}
