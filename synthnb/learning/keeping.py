"""Which workshops there are, and who completed them: entries of the ledger."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from synthnb import assets, clock, notebooks
from synthnb.errors import Problem, UsageError
from synthnb.ledger import Entry, Ledger
from synthnb.records.base import did_you_mean
from synthnb.workspace import Workspace

KIND = "training"


@dataclass(frozen=True)
class Taught:
    """A workshop that ships with synthnb.

    Parameters
    ----------
    id, title, file : str
    """

    id: str
    title: str
    file: str

    @property
    def path(self) -> Path:
        """Return where its notebook lies."""
        return assets.notebooks() / "workshops" / self.file

    @property
    def digest(self) -> str:
        """Return the digest of its notebook, which tells one version from another."""
        return notebooks.template_digest(self.path)


WORKSHOPS: tuple[Taught, ...] = (
    Taught(
        "reading-privacy-metrics", "Reading privacy metrics", "01_reading_privacy_metrics.ipynb"
    ),
    Taught("tuning", "Tuning for privacy, utility and fairness", "02_tuning.ipynb"),
)


def taught(workshop: str) -> Taught:
    """Return a workshop by its id.

    Raises
    ------
    UsageError
        If there is none.
    """
    found = next((each for each in WORKSHOPS if each.id == workshop), None)
    if found is None:
        known = [each.id for each in WORKSHOPS]
        raise UsageError(
            f"There is no workshop {workshop!r}{did_you_mean(workshop, known)}",
            advice=f"there are: {', '.join(known)}",
        )
    return found


@dataclass(frozen=True)
class Standing:
    """How one person stands to one workshop.

    Parameters
    ----------
    person : str
    roles : tuple of str
    workshop : Taught
    completed : date, optional
        When it was last completed; None if it never was.
    right, of : int
        Questions that were right at the first try, and all of them.
    current : bool
        Whether that was the workshop as it is now.
    """

    person: str
    roles: tuple[str, ...]
    workshop: Taught
    completed: date | None = None
    right: int = 0
    of: int = 0
    current: bool = False


def check_person(workspace: Workspace, person: str) -> None:
    """Refuse somebody who is not listed in the workspace.

    Raises
    ------
    UsageError
        Naming who is.
    """
    members = [member.name for member in workspace.people.members]
    if person not in members:
        raise UsageError(
            f"{person!r} is not in {workspace.settings.people}{did_you_mean(person, members)}",
            [Problem("members", ", ".join(members) or "nobody is listed yet")],
            advice="give the name as it is spelt there, or have the person listed first",
        )


def record(workspace: Workspace, *, person: str, workshop: str, right: int, of: int) -> Entry:
    """Record in the ledger that somebody completed a workshop.

    Parameters
    ----------
    workspace : Workspace
    person : str
        Who, as in people.yaml.
    workshop : str
        Id of the workshop.
    right, of : int
        Questions that were right at the first try, and all of them.

    Raises
    ------
    UsageError
        If the person is not listed, there is no such workshop, or the score is none.
    """
    known = taught(workshop)
    check_person(workspace, person)
    if not 0 <= right <= of or of < 1:
        raise UsageError(
            f"{right} of {of} is no score.", advice="count what was right at the first try"
        )
    now = clock.now()
    body = {
        "person": person,
        "workshop": known.id,
        "template": known.digest,
        "right": right,
        "of": of,
        "date": now.date().isoformat(),
    }
    return Ledger(workspace.ledger).append(KIND, None, body, now)


def standings(workspace: Workspace) -> tuple[Standing, ...]:
    """Return how every member stands to every workshop; the latest completion counts."""
    done = {
        (str(entry.body["person"]), str(entry.body["workshop"])): entry.body
        for entry in Ledger(workspace.ledger).entries()
        if entry.kind == KIND
    }
    digests = {each.id: each.digest for each in WORKSHOPS}
    found = []
    for member in workspace.people.members:
        for each in WORKSHOPS:
            body = done.get((member.name, each.id))
            if body is None:
                found.append(Standing(member.name, member.roles, each))
                continue
            found.append(
                Standing(
                    member.name,
                    member.roles,
                    each,
                    completed=date.fromisoformat(str(body["date"])),
                    right=int(str(body["right"])),
                    of=int(str(body["of"])),
                    current=body["template"] == digests[each.id],
                )
            )
    return tuple(found)


def copy_workshops(workspace: Workspace) -> list[Path]:
    """Copy the workshops into a workspace; one that is there already stays as it is."""
    folder = workspace.root / "workshops"
    folder.mkdir(exist_ok=True)
    copied = []
    for each in WORKSHOPS:
        if not (folder / each.file).exists():
            shutil.copyfile(each.path, folder / each.file)
        copied.append(folder / each.file)
    return copied
