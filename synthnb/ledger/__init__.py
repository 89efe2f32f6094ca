"""What a workspace remembers: its append-only history, and what follows from it.

ledger = Ledger(root / "ledger.sqlite")
charge = charging(ledger, policy, dossier="loanapp")     # books privacy losses, or refuses
rejected(ledger, "loanapp", configuration)               # whether it was rejected before
models(ledger)                                           # trained on releases
anomalies(entries, policy.access)                        # access that was not as granted
"""

from __future__ import annotations

from synthnb.ledger.access import Accesses, Attempt, Flag, Granted, anomalies
from synthnb.ledger.budget import Account, account, charging
from synthnb.ledger.history import FIRST, Entry, Examined, Ledger
from synthnb.ledger.incidents import Course, courses, incidents_about
from synthnb.ledger.models import models, register
from synthnb.ledger.rejections import Rejected, reject, rejected

__all__ = [
    "FIRST",
    "Accesses",
    "Account",
    "Attempt",
    "Course",
    "Entry",
    "Examined",
    "Flag",
    "Granted",
    "Ledger",
    "Rejected",
    "account",
    "anomalies",
    "charging",
    "courses",
    "incidents_about",
    "models",
    "register",
    "reject",
    "rejected",
]
