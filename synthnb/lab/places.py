"""Which dossier a path of JupyterLab means, and what a card does there.

places = Places(Path("/srv/jupyter"))
places.around("governance/dossiers/loanapp/runs")      # (Spot("loanapp", …), every spot)
places.notebook("governance/dossiers/loanapp", "03_privacy.ipynb")

Paths come and go as JupyterLab writes them: relative to the folder that it serves, with slashes.
Nothing outside that folder is read or written.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from synthnb import workflow
from synthnb.errors import UsageError
from synthnb.lab.cards import desk
from synthnb.learning import WORKSHOPS, copy_workshops
from synthnb.notebooks import STOCK
from synthnb.workspace import Dossier, Workspace

_COPYING = threading.Lock()


@dataclass(frozen=True)
class Spot:
    """A dossier and where JupyterLab finds it."""

    name: str
    path: str


class Places:
    """The dossiers below the folder that JupyterLab serves.

    Parameters
    ----------
    root : Path
        That folder.
    """

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    def dossier(self, path: str) -> Dossier | None:
        """Return the dossier that a file or folder lies in, if it lies in one.

        Raises
        ------
        UsageError
            If the path leads out, or lies in no workspace.
        """
        return self._holding(path, lambda each: (each.folder,))

    def concerned(self, path: str) -> Dossier | None:
        """Return the dossier that a file is about: that it lies in, or that was released as it.

        Raises
        ------
        UsageError
            If the path leads out, or lies in no workspace.
        """
        return self._holding(path, lambda each: (each.folder, each.workspace.reports / each.name))

    def _holding(self, path: str, folders: Callable[[Dossier], tuple[Path, ...]]) -> Dossier | None:
        """Return the dossier that has a path in one of its folders."""
        here = self._inside(path)
        for each in self._dossiers(self._workspace(here)):
            if any(here.is_relative_to(folder.resolve()) for folder in folders(each)):
                return each
        return None

    def around(self, path: str) -> tuple[Spot | None, tuple[Spot, ...]]:
        """Return the dossier that a path means, and every dossier of the workspace.

        A path means the dossier that it lies in; anywhere else in the workspace, the only one.

        Raises
        ------
        UsageError
            If the path leads out, or lies in no workspace.
        """
        own = self.dossier(path)
        spots = tuple(map(self.spot, self._dossiers(self._workspace(self._inside(path)))))
        if own is not None:
            return self.spot(own), spots
        return (spots[0] if len(spots) == 1 else None), spots

    def notebook(self, path: str, file: str) -> str:
        """Return the path of a copy of a stock notebook, made if it is not there.

        Notebooks of a dossier lie in its folder ``notebooks``; forms and workshops belong to the
        workspace, and lie in its folders ``desk`` and ``workshops``.

        Raises
        ------
        UsageError
            If there is no such dossier, workspace or stock notebook.
        """
        with _COPYING:
            copies = self._copies(path, file)
        return self._path(next(copy for copy in copies if copy.name == file))

    def _copies(self, path: str, file: str) -> list[Path]:
        own, forms = {stock.file for stock in STOCK}, {each.name: each for each in desk().values()}
        taught = {each.file for each in WORKSHOPS}
        if file in own:
            found = self.dossier(path)
            if found is None:
                raise UsageError(f"{path!r} is not a dossier.", advice="choose one in the dialog")
            self._stays_inside(found.folder / "notebooks")
            return workflow.copy_notebooks(found)
        workspace = self._workspace(self._inside(path))
        if file in taught:
            self._stays_inside(workspace.root / "workshops")
            return copy_workshops(workspace)
        if file not in forms:
            known = ", ".join(sorted({*own, *forms, *taught}))
            raise UsageError(f"There is no stock notebook {file!r}; there is: {known}.")
        copy = workspace.root / "desk" / file
        self._stays_inside(copy.parent)
        copy.parent.mkdir(exist_ok=True)
        if not copy.exists():
            shutil.copyfile(forms[file], copy)
        return [copy]

    def served(self, workspace: Workspace, path: str) -> str:
        """Return how JupyterLab calls a file of a workspace; nothing where it does not serve it."""
        found = (workspace.root / path).resolve()
        return self._path(found) if path and found.is_relative_to(self._root) else ""

    def new(self, path: str, name: str) -> str:
        """Make a dossier in the workspace around a path; return the path of its first notebook.

        Raises
        ------
        UsageError
            If the name is not a plain one or is taken, or there is no workspace.
        """
        made = self._workspace(self._inside(path)).new(name)
        return self.notebook(self._path(made.folder), STOCK[0].file)

    def _inside(self, path: str) -> Path:
        try:
            here = (self._root / path.strip("/")).resolve()
        except (OSError, ValueError):
            here = Path("/")
        self._stays_inside(here)
        return here

    def _stays_inside(self, path: Path) -> None:
        if not path.resolve().is_relative_to(self._root):
            raise UsageError("This path leads out of the folder that JupyterLab serves.")

    def _workspace(self, here: Path) -> Workspace:
        found = Workspace.find(here)
        if not found.root.is_relative_to(self._root):
            raise UsageError(
                "The workspace lies above the folder that JupyterLab serves.",
                advice="start `jupyter lab` in the folder that holds synthnb.yaml",
            )
        return found

    def _dossiers(self, workspace: Workspace) -> list[Dossier]:
        """Return the dossiers of a workspace, but for links that lead out."""
        return [
            each for each in workspace.dossiers if each.folder.resolve().is_relative_to(self._root)
        ]

    def spot(self, dossier: Dossier) -> Spot:
        """Return where JupyterLab finds a dossier."""
        return Spot(dossier.name, self._path(dossier.folder))

    def _path(self, path: Path) -> str:
        return path.resolve().relative_to(self._root).as_posix()
