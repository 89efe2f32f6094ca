"""The part of synthnb inside JupyterLab: cards in the launcher, and the state of a dossier.

`labextensions/synthnb` is what the browser loads, `handlers` is what it asks; both come with the
wheel and need no configuration. `docs/lab.md` shows them.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp

LABEXTENSIONS = Path(__file__).parent / "labextensions"
"""For `--LabApp.extra_labextensions_path`, where the files of a checkout are to be used."""


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "synthnb.lab"}]


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    return [{"src": "labextensions/synthnb", "dest": "synthnb"}]


def _load_jupyter_server_extension(server: ServerApp) -> None:
    from synthnb.lab.handlers import add_to

    add_to(server)
