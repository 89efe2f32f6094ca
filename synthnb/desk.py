"""A workspace in a notebook, and the guided forms of its papers and of a dossier's own.

desk = Desk(".")
desk.form("people")
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from synthnb.errors import RecordError, UsageError
from synthnb.records import Feedback, IncidentDraft, People, Record
from synthnb.workspace import Workspace


class Desk:
    """A workspace in a notebook that lies in no dossier: its people, and what was said and seen.

    Parameters
    ----------
    workspace : str
        The workspace's folder, or any folder inside it.

    Raises
    ------
    UsageError
        If this is not inside a workspace.
    """

    def __init__(self, workspace: str = ".") -> None:
        self._workspace = Workspace.find(Path(workspace))

    def form(self, name: str) -> Any:
        """Return a guided form: ``people``, ``feedback`` or ``incident``; see `Session.form`."""
        return form_of(self._workspace, name)


def form_of(
    workspace: Workspace,
    name: str,
    own: Mapping[str, tuple[type[Record], Path]] | None = None,
    folder: Path | None = None,
    *,
    static: bool = False,
) -> Any:
    """Return the form of a workspace's paper, or of one of a dossier's own.

    Parameters
    ----------
    workspace : Workspace
    name : str
        Which paper.
    own : mapping, optional
        Papers of a dossier by name: the record, and the file.
    folder : Path, optional
        The dossier, from which paths in its papers are counted.
    static : bool
        Whether to draw a table of answers instead of fields.

    Raises
    ------
    UsageError
        For a name that is no paper's.
    """
    from synthnb import forms
    from synthnb.forms.house import HouseGuide

    places: dict[str, tuple[type[Record], Path]] = {
        **(own or {}),
        "people": (People, workspace.root / workspace.settings.people),
        "feedback": (Feedback, workspace.root / "feedback.yaml"),
        "incident": (IncidentDraft, workspace.incidents / "draft.yaml"),
    }
    if name not in places:
        known = ", ".join(f"`{each}`" for each in places)
        raise UsageError(f"There is no form for {name!r}.", advice=f"one of {known}")
    model, path = places[name]
    policy, people = None, None
    with contextlib.suppress(RecordError):  # a form helps to mend what it cannot use yet
        policy = workspace.policy
    with contextlib.suppress(RecordError):
        people = workspace.people
    released = sorted(p for p in workspace.reports.glob("*/*") if (p / "content").is_dir())
    names = [f"{p.parent.name}/{p.name}" for p in released]
    guide = HouseGuide(
        policy=policy,
        people=people,
        releases=(*dict.fromkeys(p.parent.name for p in released), *names),
        folder=folder,
    )
    return forms.form(model, path, title=name.capitalize(), static=static, guide=guide)
