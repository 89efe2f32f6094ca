"""`synthnb access`: encrypted tables, and who may read them; `synthnb key age`."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from synthnb import printing
from synthnb.commands.options import (
    AsOption,
    JsonFlag,
    KeyOption,
    KeysOption,
    here,
    load_key,
    load_keys,
    passphrase,
)
from synthnb.errors import Problem, UsageError

if TYPE_CHECKING:
    from synthnb.attest import PrivateKey
    from synthnb.attest.sealing import Identity
    from synthnb.workspace import Workspace

access_app = typer.Typer(
    help="Encrypt tables, and grant, use and watch access to them.", no_args_is_help=True
)
Asset = Annotated[str, typer.Argument(metavar="DOSSIER", help="Name of the dossier.")]
Version = Annotated[str, typer.Argument(metavar="VERSION", help="Of the release, e.g. 1.0.0.")]
AgeOption = Annotated[
    Path | None, typer.Option("--age", help="Your age identity; or set SYNTHNB_AGE.")
]


@access_app.command("seal")
def seal(
    dossier: Asset,
    version: Version,
    table: Annotated[
        Path | None, typer.Option(help="The table; found in the workspace if absent.")
    ] = None,
) -> None:
    """Encrypt the table of a release, with a key of its own that the custodians keep.

    Custodians are the people whose roles the policy names for `access` and who have an age
    recipient in people.yaml. Plain copies stay where they are, and are listed.
    """
    from synthnb.workflow import access

    printing.sealed(access.seal(here(), dossier, version, table=table))


@access_app.command("grant")
def grant(
    dossier: Asset,
    version: Version,
    to: Annotated[str, typer.Option(metavar="NAME", help="Who may read, as in people.yaml.")],
    purpose: Annotated[str, typer.Option(help="What for; the reader must say the same.")],
    until: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The last day (UTC).")],
    hours: Annotated[
        str, typer.Option(help="Hours of the day (UTC), e.g. 08-18; the policy's if absent.")
    ] = "",
    rows: Annotated[int | None, typer.Option(min=1, help="Most rows in a day.")] = None,
    key: KeysOption = None,
    age: AgeOption = None,
    name: AsOption = "",
) -> None:
    """Let one person read the table of a release for one purpose, until a day.

    It is signed by as many different people as the policy asks for (`access`), none of them the
    reader, and needs the age identity of a custodian. What is refused is written down, too.
    """
    from synthnb.workflow import access

    workspace = here()
    made = access.grant(
        workspace,
        dossier,
        version,
        keys=_signers(key, name, workspace),
        identity=_identity(age),
        to=to,
        purpose=purpose,
        until=until.date(),
        hours=hours,
        rows=rows,
    )
    printing.done(
        f"Granted {made.id}: {made.to} may read {made.dossier} {made.version} until {made.until}, "
        f"{made.hours} UTC, for: {made.purpose}",
        f'`synthnb access open {dossier} {version} --purpose "{made.purpose}" --out FILE`, by '
        f"{made.to}",
    )


@access_app.command("revoke")
def revoke(
    dossier: Asset,
    version: Version,
    grant_id: Annotated[str, typer.Argument(metavar="GRANT", help="Its id, as `list` shows.")],
    reason: Annotated[str, typer.Option(help="Why.")],
    key: KeyOption = None,
    name: AsOption = "",
) -> None:
    """Take a grant back and destroy the key that was wrapped for it.

    One person with the role is enough. What the reader has copied until then they still have.
    """
    from synthnb.workflow import access

    workspace = here()
    signer = load_key(key, name, workspace)
    made = access.revoke(workspace, dossier, version, grant_id, key=signer, reason=reason)
    printing.done(
        f"Revoked {made.id}: {made.to} can no longer open {made.dossier} {made.version} here.",
        "ask for the copies that were made under it; `synthnb log --kind access` lists them",
    )


@access_app.command("open")
def open_table(
    dossier: Asset,
    version: Version,
    purpose: Annotated[str, typer.Option(help="What for, as it was granted.")],
    out: Annotated[Path, typer.Option(help="A new file, for you alone.")],
    rows: Annotated[int | None, typer.Option(min=1, help="Only the first so many.")] = None,
    age: AgeOption = None,
) -> None:
    """Open an encrypted table that you were granted; the access is recorded first.

    It is refused without a grant in force for this very purpose, beyond its hours and rows, and
    with anybody else's key. Refusals are recorded and flagged.
    """
    from synthnb.workflow import access

    opened = access.read(
        here(), dossier, version, identity=_identity(age), purpose=purpose, out=out, rows=rows
    )
    printing.opened(opened)


@access_app.command("list")
def list_access(
    dossier: Annotated[
        str | None, typer.Argument(metavar="[DOSSIER]", help="Only this one's.")
    ] = None,
    only_flags: Annotated[
        bool, typer.Option("--flags", help="Only what stands out, and the rule that says so.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """List grants, whether they are in force, how often each was used, and what stands out."""
    from synthnb.workflow import access

    printing.accesses(access.listed(here(), dossier), only_flags=only_flags, as_json=as_json)


def key_age(
    path: Annotated[Path, typer.Argument(help="Where it goes; keep it out of git.")],
) -> None:
    """Make an age identity, encrypted with a passphrase, to read encrypted tables with."""
    from synthnb.attest import sealing

    recipient = sealing.create(path, passphrase(path, confirm=True))
    printing.done(
        f"An age identity is ready in {path}.\n  age: {recipient}",
        "put that line below your name in people.yaml",
    )


def _identity(path: Path | None) -> Identity:
    from synthnb.attest import sealing

    given = path or (Path(os.environ["SYNTHNB_AGE"]) if os.environ.get("SYNTHNB_AGE") else None)
    if given is None:
        raise UsageError(
            "No age identity to decrypt with.",
            advice="give `--age FILE` or set SYNTHNB_AGE; `synthnb key age FILE` makes one",
        )
    return sealing.load(given, passphrase(given))


def _signers(paths: list[Path] | None, name: str, workspace: Workspace) -> list[PrivateKey]:
    """Return the keys that sign; where a name is given, one of them is that person's."""
    if name and len(paths or []) < 2:
        return [load_key(paths[0] if paths else None, name, workspace)]
    found = load_keys(paths)
    holders = [workspace.people.holder(key.public) for key in found]
    if name and name not in {holder.name for holder in holders if holder}:
        raise UsageError(f"None of these keys is {name}'s.", [Problem("--key", "give theirs, too")])
    return found
