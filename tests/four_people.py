"""Four people, an auditor and an honest table: what the whole story needs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from workspaces import EPOCH, PASSPHRASE, Cli, cli, cli_here, make_workspace

from synthnb.attest import keys
from synthnb.records import Key, Member, People, write

TODAY = date(2026, 9, 21)  # of EPOCH
DAY = 86_400
ROLES = {
    "olivia": ("Olivia Owner (invented)", "data owner"),
    "pat": ("Pat Privacy (invented)", "privacy officer"),
    "farah": ("Farah Fair (invented)", "fairness reviewer"),
    "sam": ("Sam Scientist (invented)", "data scientist"),
    "aud": ("Audrey Auditor (invented)", "external auditor"),
}
PLAN = """\
schema_version: "1"
generator: bring-your-own
seed: 0
guarantee:
  kind: none
  statement: No guarantee is claimed.
author: Sam Scientist (invented)
rationale: >-
  A third of the applications, set apart within each group of race, sex and outcome, stands for a
  table by a generator that leaks nothing and keeps everything.
external:
  path: data/brought.csv
  tool: set apart by hand
  description: No record of it is among those that the assessment holds.
"""


@dataclass
class Office:
    """A workspace in which decisions are asked for, and how its people speak to it."""

    root: Path
    public: dict[str, str] = field(default_factory=dict)

    def as_(self, who: str, *words: object, at: int = 0, cwd: Path | None = None) -> Cli:
        """Run a command with somebody's key, some days after the beginning."""
        env = {
            "SYNTHNB_KEY": str(self.root / "keys" / f"{who}.pem"),
            "SYNTHNB_PASSPHRASE": PASSPHRASE,
            "SOURCE_DATE_EPOCH": str(int(EPOCH) + at * DAY),
        }
        kernels = words[0] == "run" or "--replay" in words  # leave event loops behind
        return (cli if kernels else cli_here)(*words, cwd=cwd or self.root, env=env)

    def ok(self, who: str, *words: object, at: int = 0) -> str:
        """Run a command that must succeed, and return what it said."""
        done = self.as_(who, *words, at=at)
        assert done.code == 0, done.text
        return done.text

    def no(self, who: str, *words: object, at: int = 0, code: int = 1) -> str:
        """Run a command that must be refused, and return why."""
        done = self.as_(who, *words, at=at)
        assert done.code == code, done.text
        assert "Traceback" not in done.text
        return " ".join(done.text.split())

    def key(self, who: str) -> Path:
        """Return the file of a private key."""
        return self.root / "keys" / f"{who}.pem"

    def set_people(self, **changes: dict[str, object]) -> None:
        """Write people.yaml, with something else about some keys."""
        members = tuple(
            Member(
                name=name,
                roles=(role,),
                keys=(Key.model_validate({"public": self.public[who], **changes.get(who, {})}),),
            )
            for who, (name, role) in ROLES.items()
        )
        (self.root / "people.yaml").write_text(write(People(members=members)))

    def edit(self, file: str, old: str, new: str) -> None:
        """Change a file of the dossier."""
        path = self.root / "dossiers" / "loanapp" / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))


def office(root: Path) -> Office:
    """Return a workspace with four people and the lending data, before anything was decided."""
    folder = make_workspace(root)
    (root / "synthnb.yaml").write_text(
        (root / "synthnb.yaml").read_text().replace("mode: draft", "mode: binding")
    )
    made = Office(root)
    for who in (*ROLES, "stranger"):
        path = made.key(who)
        path.unlink(missing_ok=True)
        made.public[who] = keys.create(path, PASSPHRASE)
    made.set_people()
    set_apart(folder)
    (folder / "plan.yaml").write_text(PLAN)
    return made


def set_apart(folder: Path) -> None:
    """Take a third of each group of race, sex and outcome out of the data, as the table."""
    whole = pd.read_csv(folder / "data" / "loanapp.csv")
    generator = np.random.default_rng(0)
    groups = whole.groupby(["race", "sex", "approve"]).indices
    third = np.concatenate(
        [generator.permutation(rows)[: len(rows) // 3] for _, rows in sorted(groups.items())]
    )
    whole.iloc[np.sort(third)].to_csv(folder / "data" / "brought.csv", index=False)
    whole.drop(index=third).to_csv(folder / "data" / "loanapp.csv", index=False)
