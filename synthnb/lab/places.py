"""Which dossier a path of JupyterLab means, and what a card does there.

places = Places(Path("/srv/jupyter"))
places.around("governance/dossiers/loanapp/runs")      # (Spot("loanapp", …), every spot)
places.notebook("governance/dossiers/loanapp", "03_privacy.ipynb")

Paths come and go as JupyterLab writes them: relative to the folder that it serves, with slashes.
Nothing outside that folder is read or written.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

from synthnb import workflow
from synthnb.errors import UsageError
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
        here = self._inside(path)
        for each in self._dossiers(self._workspace(here)):
            if here.is_relative_to(each.folder.resolve()):
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
        spots = tuple(map(self._spot, self._dossiers(self._workspace(self._inside(path)))))
        if own is not None:
            return self._spot(own), spots
        return (spots[0] if len(spots) == 1 else None), spots

    def notebook(self, dossier: str, file: str) -> str:
        """Return the path of a dossier's own copy of a stock notebook, made if it is not there.

        Raises
        ------
        UsageError
            If there is no such dossier or stock notebook.
        """
        found = self.dossier(dossier)
        if found is None:
            raise UsageError(f"{dossier!r} is not a dossier.", advice="choose one in the dialog")
        if file not in {stock.file for stock in STOCK}:
            known = ", ".join(stock.file for stock in STOCK)
            raise UsageError(f"There is no stock notebook {file!r}; there is: {known}.")
        with _COPYING:
            copies = workflow.copy_notebooks(found)
        return self._path(next(copy for copy in copies if copy.name == file))

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
        if not here.is_relative_to(self._root):
            raise UsageError("This path leads out of the folder that JupyterLab serves.")
        return here

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

    def _spot(self, dossier: Dossier) -> Spot:
        return Spot(dossier.name, self._path(dossier.folder))

    def _path(self, path: Path) -> str:
        return path.resolve().relative_to(self._root).as_posix()
