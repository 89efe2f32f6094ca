"""Whether something of the real data would leave with a release; a hit stops it."""

from __future__ import annotations

import getpass
import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from synthnb.errors import Problem, ReleaseError
from synthnb.records import Charter
from synthnb.workspace import Dossier, Papers

if TYPE_CHECKING:
    import pandas as pd

_SECRETS = ("SYNTHNB_PASSPHRASE", "SYNTHNB_PDF_PASSPHRASE")
_PLAIN = {"root", "user", "home", "localhost", "admin", "test"}


def refuse(dossier: Dossier, papers: Papers, content: Mapping[str, bytes]) -> None:
    """Read everything that would be released, and raise where it holds what must not leave.

    Raises
    ------
    ReleaseError
        With every place; no value is printed.
    """
    from synthnb import disclosure

    found = disclosure.scan(
        content,
        real(dossier, papers.charter),
        papers.charter,
        minimum_cell=papers.policy.minimum_cell,
        secrets=[value for name in _SECRETS if (value := os.environ.get(name))],
        private=private(dossier),
    )
    if found:
        raise ReleaseError(
            f"Something of the real data or of this machine would leave with `{dossier.name}`.",
            [Problem(hit.where, hit.message) for hit in found],
            advice="change the notebook, charter or plan so that it is not shown, and run again; "
            "nothing was released",
        )


def real(dossier: Dossier, charter: Charter) -> list[pd.DataFrame]:
    """Return the tables about real people: whole, with identifiers and free text, and in parts.

    A population reference holds counts and shares that are public, and nobody's record.
    """
    from synthnb.tables import load, read_table

    sources = [charter.source(kind) for kind in ("real", "control")]
    whole = [
        read_table(dossier.folder / source.path, charter.columns, name=source.kind)
        for source in sources
        if source is not None
    ]
    tables = load(charter, dossier.folder)
    parts = (tables.train, tables.control, tables.tuning, tables.external)
    return [*whole, *(part for part in parts if part is not None and len(part))]


def private(dossier: Dossier) -> list[str]:
    """Return names of this machine and its user that no release may hold."""
    names = [str(dossier.workspace.root), str(Path.home()), socket.gethostname()]
    names.append(getpass.getuser())
    return [name for name in dict.fromkeys(names) if len(name) > 3 and name not in _PLAIN]
