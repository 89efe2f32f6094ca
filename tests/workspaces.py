"""Workspaces for tests: the demo, made once for everybody, and small ones made by hand."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from synthnb import attest
from synthnb.records import Key, Member, People, write
from synthnb.workflow.demo import PASSPHRASE
from synthnb.workspace import Workspace

EPOCH = "1790000000"


@dataclass(frozen=True)
class Cli:
    """What a command said."""

    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        """Return everything that was printed."""
        return self.out + self.err


def cli(*words: object, cwd: Path, env: dict[str, str] | None = None) -> Cli:
    """Run `synthnb` as a user would, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "synthnb", *map(str, words)],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "SOURCE_DATE_EPOCH": EPOCH, "COLUMNS": "160", **(env or {})},
        stdin=subprocess.DEVNULL,
        timeout=600,
    )
    return Cli(done.returncode, done.stdout, done.stderr)


def copy_workspace(source: Path, target: Path) -> Path:
    """Copy a workspace so that a test may spoil it."""
    shutil.copytree(source, target, symlinks=True)
    return target


def make_workspace(root: Path, name: str = "loanapp") -> Path:
    """Make a workspace with the demo's dossier and key, and nothing run yet."""
    from synthnb import assets
    from synthnb.workflow.demo import loans

    workspace = Workspace.create(root)
    public = attest.keys.create(root / "keys" / "olivia.pem", PASSPHRASE)
    people = People(members=(Member(name="Tester", roles=("demo",), keys=(Key(public=public),)),))
    (root / "people.yaml").write_text(write(people))
    draft(root)
    folder = workspace.root / "dossiers" / name
    (folder / "data").mkdir(parents=True)
    loans().to_csv(folder / "data" / "loanapp.csv", index=False)
    for file in ("charter.yaml", "plan.yaml"):
        text = (assets.templates() / "demo" / file).read_text(encoding="utf-8")
        (folder / file).write_text(text.replace("name: loanapp", f"name: {name}", 1))
    return folder


def draft(root: Path) -> None:
    """Let nothing in a workspace wait for approval."""
    path = root / "synthnb.yaml"
    path.write_text(path.read_text().replace("mode: binding", "mode: draft"))


def signing(root: Path, who: str = "olivia") -> dict[str, str]:
    """Return the environment that signs with somebody's key."""
    return {"SYNTHNB_KEY": str(root / "keys" / f"{who}.pem"), "SYNTHNB_PASSPHRASE": PASSPHRASE}


def both(root: Path) -> list[str]:
    """Return the options with which Olivia and Pat of the demo sign together."""
    return [word for who in ("olivia", "pat") for word in ("--key", f"{root}/keys/{who}.pem")]


def approve_all(root: Path, dossier: str = "loanapp") -> None:
    """Have Olivia and Pat of the demo approve charter and plan as they are now."""
    for what in ("charter", "plan"):
        for who in ("olivia", "pat"):
            done = cli_here("approve", what, dossier, cwd=root, env=signing(root, who))
            assert done.code == 0, done.text


def cli_here(*words: object, cwd: Path, env: dict[str, str] | None = None) -> Cli:
    """Run `synthnb` in this process: the same command line and error handling, but quicker."""
    import contextlib
    import io
    from unittest import mock

    from synthnb.cli import main

    out, err = io.StringIO(), io.StringIO()
    code = 0
    changed = {"SOURCE_DATE_EPOCH": EPOCH, "COLUMNS": "160", **(env or {})}
    with (
        contextlib.chdir(cwd),
        mock.patch.dict(os.environ, changed),
        mock.patch.object(sys, "argv", ["synthnb", *map(str, words)]),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as exc:
            code = int(exc.code or 0)
    return Cli(code, out.getvalue(), err.getvalue())
