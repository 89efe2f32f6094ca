"""Commands about keys: make one, show its public half."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from synthnb import printing
from synthnb.commands.access import key_age
from synthnb.commands.options import passphrase

key_app = typer.Typer(help="Make and show signing keys.", no_args_is_help=True)
key_app.command("age")(key_age)


@key_app.command("new")
def key_new(
    path: Annotated[Path, typer.Argument(help="Where the private key goes; keep it out of git.")],
) -> None:
    """Make an Ed25519 key, encrypted with a passphrase (asked for, or SYNTHNB_PASSPHRASE)."""
    from synthnb.attest import keys

    public = keys.create(path, passphrase(path, confirm=True))
    printing.key(path, public, keys.fingerprint(public))


@key_app.command("show")
def key_show(path: Annotated[Path, typer.Argument(help="The private key's file.")]) -> None:
    """Print the public half of a key, as people.yaml wants it."""
    from synthnb.attest import keys

    public = keys.public(path, passphrase(path))
    printing.key(path, public, keys.fingerprint(public))
