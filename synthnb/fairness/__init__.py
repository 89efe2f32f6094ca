"""The fairness audit: who is in the synthetic table, and how it treats them.

    from synthnb import fairness

    result = fairness.assess(tables, seed=0, minimum_cell=10)
    fairness.groups(tables, minimum_cell=10).notes      # too small, vanished, made up
    fairness.sentences(result, tables.charter)

The synthetic table is the asset and is taken as it is; uncertainty comes from the real sample and,
for models, from the control records and from training.
"""

from __future__ import annotations

from synthnb.fairness.conditional import conditional
from synthnb.fairness.grouping import Group, Groups, groups
from synthnb.fairness.outcomes import labels
from synthnb.fairness.represent import representation
from synthnb.fairness.telling import (
    conditional_sentences,
    model_sentences,
    representation_sentences,
)
from synthnb.fairness.trained import models
from synthnb.fairness.words import sentences
from synthnb.records import Estimate
from synthnb.tables import Tables

__all__ = [
    "Group",
    "Groups",
    "assess",
    "conditional",
    "conditional_sentences",
    "groups",
    "labels",
    "model_sentences",
    "models",
    "representation",
    "representation_sentences",
    "sentences",
]


def assess(tables: Tables, *, seed: int, minimum_cell: int) -> tuple[Estimate, ...]:
    """Return everything this room measures: representation, labels and models.

    Parameters
    ----------
    tables : Tables
        Real beside synthetic.
    seed : int
        Seed of training and bootstrap.
    minimum_cell : int
        Counts of people below this are not shown; the policy's `minimum_cell`.
    """
    return (
        *representation(tables, seed=seed, minimum_cell=minimum_cell),
        *labels(tables, seed=seed, minimum_cell=minimum_cell),
        *conditional(tables, seed=seed, minimum_cell=minimum_cell),
        *models(tables, seed=seed, minimum_cell=minimum_cell),
    )
