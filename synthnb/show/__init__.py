"""What a notebook shows: estimates beside their limits, verdict cards, and evidence.

    estimates_table(estimates, findings)       # every number with its limit
    closer(subjects, findings)                 # one subject at a time, opened with a click
    Recorded(evidence, findings_card(...))     # the last output of a notebook

Everything is plain HTML that JupyterLab, GitHub and a printed page show alike; text from the data
is escaped; colour never carries meaning alone.
"""

from __future__ import annotations

from synthnb.show.cards import answer_card, findings_card
from synthnb.show.closer import closer
from synthnb.show.drawing import distribution
from synthnb.show.pieces import GRAVITY, MARKS, Limits, Recorded, Shown, number, sentences
from synthnb.show.subjects import Subject, by_attack, by_scope
from synthnb.show.tables import (
    attackers_list,
    changes_table,
    estimates_table,
    guarantee_table,
    limits_table,
    methods_table,
)

__all__ = [
    "GRAVITY",
    "MARKS",
    "Limits",
    "Recorded",
    "Shown",
    "Subject",
    "answer_card",
    "attackers_list",
    "by_attack",
    "by_scope",
    "changes_table",
    "closer",
    "distribution",
    "estimates_table",
    "findings_card",
    "guarantee_table",
    "limits_table",
    "methods_table",
    "number",
    "sentences",
]
