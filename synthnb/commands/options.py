"""What several commands ask for: a dossier, a key, and under which name."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from synthnb.errors import Problem, UsageError

if TYPE_CHECKING:
    from synthnb.attest import PrivateKey
    from synthnb.workspace import Dossier, Workspace

JsonFlag = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
DossierArgument = Annotated[str, typer.Argument(metavar="DOSSIER", help="Name or folder.")]
RunOption = Annotated[str | None, typer.Option("--run", help="Run id; the latest if absent.")]
KeyOption = Annotated[
    Path | None, typer.Option("--key", help="Your private key; or set SYNTHNB_KEY.")
]
KeysOption = Annotated[
    list[Path] | None,
    typer.Option("--key", help="Private key that signs (repeatable); or set SYNTHNB_KEY."),
]
AsOption = Annotated[
    str,
    typer.Option("--as", metavar="NAME", help="Who you are in people.yaml; the key must be yours."),
]


def here() -> Workspace:
    """Return the workspace around the current folder."""
    from synthnb.workspace import Workspace

    return Workspace.find(Path.cwd())


def dossier_of(name: str) -> Dossier:
    """Return a dossier by its name or folder."""
    from synthnb.workspace import find_dossier

    return find_dossier(name, Path.cwd())


def load_keys(paths: list[Path] | None) -> list[PrivateKey]:
    """Return the keys in files, or the one that SYNTHNB_KEY names.

    Raises
    ------
    UsageError
        When there is none.
    """
    from synthnb.attest import keys

    found = paths or ([Path(os.environ["SYNTHNB_KEY"])] if os.environ.get("SYNTHNB_KEY") else [])
    if not found:
        raise UsageError(
            "No key to sign with.",
            advice="give `--key FILE` or set SYNTHNB_KEY; `synthnb key new FILE` makes one",
        )
    return [keys.load(path, passphrase(path)) for path in found]


def load_key(path: Path | None, name: str = "", workspace: Workspace | None = None) -> PrivateKey:
    """Return one key, which must be that person's where a name is given.

    Raises
    ------
    UsageError
        When there is no key, or it is somebody else's in the people of the workspace.
    """
    (key,) = load_keys([path] if path else None)
    if name:
        people = (workspace or here()).people
        holder = people.holder(key.public)
        if holder is None or holder.name != name:
            whose = f"is {holder.name}'s" if holder else "belongs to nobody in people.yaml"
            known = ", ".join(member.name for member in people.members) or "nobody"
            raise UsageError(
                f"This key is not {name}'s.",
                [Problem("key", whose)],
                advice=f"give the key of {name}; people.yaml lists: {known}",
            )
    return key


def passphrase(path: Path, *, confirm: bool = False) -> str:
    """Return the passphrase of a key from SYNTHNB_PASSPHRASE, or ask for it.

    Raises
    ------
    UsageError
        When there is nobody to ask.
    """
    given = os.environ.get("SYNTHNB_PASSPHRASE")
    if given is not None:
        return given
    if not sys.stdin.isatty():
        raise UsageError(
            "There is no terminal to ask for the passphrase on.",
            advice="set SYNTHNB_PASSPHRASE for this one command",
        )
    return str(
        typer.prompt(f"Passphrase of {path.name}", hide_input=True, confirmation_prompt=confirm)
    )
