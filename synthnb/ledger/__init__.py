"""What a workspace remembers: its append-only history, and what follows from it.

ledger = Ledger(root / "ledger.sqlite")
charge = charging(ledger, policy, dossier="loanapp")     # books privacy losses, or refuses
rejected(ledger, "loanapp", configuration)               # whether it was rejected before
models(ledger)                                           # trained on releases
"""

from __future__ import annotations

from synthnb.ledger.budget import Account, account, charging
from synthnb.ledger.history import FIRST, Entry, Ledger
from synthnb.ledger.models import models, register
from synthnb.ledger.rejections import Rejected, reject, rejected

__all__ = [
    "FIRST",
    "Account",
    "Entry",
    "Ledger",
    "Rejected",
    "account",
    "charging",
    "models",
    "register",
    "reject",
    "rejected",
]
