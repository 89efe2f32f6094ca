"""What readers say about released data: noted in the ledger, and open until it is answered.

The words stay in the workspace's ``feedback.yaml``, which its guided form fills; the ledger holds
their sha256, so that nobody can take back later what was said, or that it was never answered.
"""

from __future__ import annotations

from typing import Any

from synthnb import clock
from synthnb.ledger import Ledger
from synthnb.records import Feedback, digest
from synthnb.workspace import Workspace, read_record

FILE = "feedback.yaml"
KIND = "feedback"


def feedback(workspace: Workspace) -> Feedback:
    """Return what was said, and write into the ledger what it does not hold yet.

    Raises
    ------
    RecordError
        If the file does not hold.
    """
    path = workspace.root / FILE
    if not path.is_file():
        return Feedback()
    found = read_record(Feedback, path)
    ledger = Ledger(workspace.ledger)
    known = [entry.body for entry in ledger.entries() if entry.kind == KIND]
    for said in found.entries:
        body: dict[str, Any] = {
            "about": said.about,
            "kind": said.kind,
            "said": digest(said.model_copy(update={"answer": None})),
        }
        if said.answer is not None:
            body |= {"answer": digest(said.answer), "outcome": said.answer.outcome}
            body |= {"policy": said.answer.change.version} if said.answer.change else {}
        if body not in known:
            ledger.append(KIND, said.about.partition("/")[0], body, clock.now())
    return found
