"""People and rows who share some attributes, and what the rows of a class say about a secret."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from synthnb.privacy.guesses import Secret, numbers


@dataclass(frozen=True)
class Classes:
    """Records of several tables by equal values in some columns, missing ones alike.

    Parameters
    ----------
    numbers : tuple of ndarray of int
        Class of each record of each table, in one numbering.
    """

    numbers: tuple[np.ndarray, ...]

    @classmethod
    def of(cls, names: Sequence[str], *frames: pd.DataFrame) -> Classes:
        """Divide the records of some tables by their values in some columns."""
        both = pd.concat([frame[list(names)] for frame in frames], ignore_index=True)
        number = both.groupby(list(names), dropna=False, sort=False).ngroup().to_numpy()
        ends = np.cumsum([len(frame) for frame in frames])[:-1]
        return cls(tuple(np.split(number, ends)))


def sizes(classes: np.ndarray) -> np.ndarray:
    """Return how many members of the array share the class of each."""
    _, at, count = np.unique(classes, return_inverse=True, return_counts=True)
    return np.asarray(count[at])


def held(classes: np.ndarray, among: np.ndarray) -> np.ndarray:
    """Return how many members of another table are in the class of each; 0 for none."""
    last = int(max(classes.max(initial=-1), among.max(initial=-1))) + 1
    return np.asarray(np.bincount(among, minlength=last)[classes])


def believed(people: np.ndarray, rows: np.ndarray, secret: Secret) -> np.ndarray:
    """Return how often somebody is right who believes what most rows of a person's class say.

    The most frequent category, or one of them at random where several are; the median of numbers
    and dates. Nobody is right where no row is in the class.

    Parameters
    ----------
    people, rows : ndarray of int, shapes (N,), (M,)
        Classes of people and of synthetic rows.
    secret : Secret

    Returns
    -------
    ndarray of float in [0, 1], shape (N,)
    """
    if secret.numeric:
        told = pd.Series(numbers(secret.told)).groupby(rows).median()
        return secret.near(np.arange(len(people)), told.reindex(people).to_numpy()).astype(float)
    truth, said = secret.codes
    table = pd.DataFrame({"class": rows, "said": said})
    count = table[table["said"] >= 0].groupby(["class", "said"]).size().rename("n").reset_index()
    top = count[count["n"] == count.groupby("class")["n"].transform("max")]
    among = top.groupby("class").size().reindex(people).to_numpy()
    right = pd.MultiIndex.from_arrays([people, truth]).isin(
        pd.MultiIndex.from_frame(top[["class", "said"]])
    )
    return np.where(right, 1 / np.where(right, among, 1.0), 0.0)
