"""`synthnb access`: encrypted tables, and who may read them, for what, until when.

seal(workspace, "loanapp", "1.0.0")                           # once: table and key into the vault
made = grant(workspace, "loanapp", "1.0.0", to="Rosa", ...)   # a key wrapped for Rosa alone
opened = read(workspace, "loanapp", "1.0.0", identity=..., purpose=..., out=...)
revoke(workspace, "loanapp", "1.0.0", made.id, ...)           # the wrapped key is destroyed

The key of a table exists only wrapped: for its custodians, and for each person with a grant. What
is granted, read, refused and revoked stands in the ledger before it has any effect.
"""

from __future__ import annotations

from synthnb.workflow.access.granting import grant, revoke
from synthnb.workflow.access.keeping import Sealed, Shredded, destroy, plain_copies, seal
from synthnb.workflow.access.reading import Listed, Opened, listed, read

__all__ = [
    "Listed",
    "Opened",
    "Sealed",
    "Shredded",
    "destroy",
    "grant",
    "listed",
    "plain_copies",
    "read",
    "revoke",
    "seal",
]
