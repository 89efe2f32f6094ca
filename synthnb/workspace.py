"""Where things live. The only room that knows paths.

workspace = Workspace.find(Path("."))
dossier = workspace.dossier("loanapp")
papers = dossier.read()          # charter, plan and policy, every problem at once
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import Field

from synthnb import assets
from synthnb.errors import BusyError, Problem, RecordError, UsageError
from synthnb.files import write_atomically
from synthnb.records import Charter, People, Plan, Policy, Record, read
from synthnb.records.base import SCHEMA_VERSION
from synthnb.records.run import Run

MARKER = "synthnb.yaml"
DRAFT = "work"
SYNTHETIC = "synthetic.parquet"
_RUN = re.compile(r"\d{4,}")
_VERSION = re.compile(r"\d{1,9}\.\d{1,9}\.\d{1,9}")
_VERSION = re.compile(r"\d+\.\d+\.\d+")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
R = TypeVar("R", bound=Record)


class Settings(Record):
    """What `synthnb.yaml` says: where the parts of a workspace lie."""

    schema_version: Literal["1"] = SCHEMA_VERSION
    policy: str = "policy.yaml"
    people: str = "people.yaml"
    reports: str = "reports"
    ledger: str = Field(
        "ledger.sqlite", description="A file, or postgresql+psycopg://host/name for a team"
    )
    mode: Literal["draft", "binding"] = Field(
        "binding", description="`draft`: nothing waits for approval, and every page says so"
    )


@dataclass(frozen=True)
class Papers:
    """The records that govern a dossier."""

    charter: Charter
    plan: Plan
    policy: Policy


@dataclass(frozen=True)
class Workspace:
    """A folder that holds an organisation's policy, people, dossiers and reports."""

    root: Path
    settings: Settings

    @classmethod
    def find(cls, start: Path) -> Workspace:
        """Return the workspace that a path lies in.

        Raises
        ------
        UsageError
            If no folder from there upwards holds a `synthnb.yaml`.
        """
        here = start.resolve()
        for folder in (here, *here.parents):
            if (folder / MARKER).is_file():
                return cls(folder, read_record(Settings, folder / MARKER))
        raise UsageError(
            "This is not inside a synthnb workspace: no synthnb.yaml here or above.",
            advice="`synthnb init` makes one, `synthnb demo` makes one with data in it",
        )

    @classmethod
    def create(cls, root: Path) -> Workspace:
        """Make a workspace: policy, people and settings from the templates.

        Raises
        ------
        UsageError
            If there is one already.
        """
        if (root / MARKER).exists():
            raise UsageError(
                f"`{root}` is a workspace already.", advice="`synthnb new NAME` adds a dossier"
            )
        root.mkdir(parents=True, exist_ok=True)
        for source in sorted((assets.templates() / "workspace").iterdir()):
            if not (root / source.name).exists():
                shutil.copyfile(source, root / source.name)
        if not (root / "policy.yaml").exists():
            shutil.copyfile(assets.templates() / "policies" / "default.yaml", root / "policy.yaml")
        (root / "dossiers").mkdir(exist_ok=True)
        return cls.find(root)

    @property
    def dossiers(self) -> tuple[Dossier, ...]:
        """Return every dossier, by name."""
        folder = self.root / "dossiers"
        if not folder.is_dir():
            return ()
        found = sorted(path for path in folder.iterdir() if (path / "charter.yaml").is_file())
        return tuple(Dossier(self, path) for path in found)

    def dossier(self, name: str) -> Dossier:
        """Return a dossier by its name or its folder.

        Raises
        ------
        UsageError
            If the name is not one, or there is no such dossier.
        """
        if not _NAME.fullmatch(name):
            return Dossier.at(Path(name))
        found = Dossier(self, self.root / "dossiers" / name)
        if not (found.folder / "charter.yaml").is_file():
            known = ", ".join(each.name for each in self.dossiers) or "none yet"
            raise UsageError(
                f"There is no dossier {name!r} in this workspace; there is: {known}.",
                advice=f"`synthnb new {name}` makes it",
            )
        return found

    def new(self, name: str) -> Dossier:
        """Make a dossier from the templates.

        Raises
        ------
        UsageError
            If the name is not a plain one, or it is taken.
        """
        if not _NAME.fullmatch(name):
            raise UsageError(
                f"{name!r} cannot name a dossier.",
                advice="use letters, digits, '-' and '_', at most 64, no '-' or '_' in front",
            )
        folder = self.root / "dossiers" / name
        if folder.exists():
            raise UsageError(f"There is a dossier {name!r} already.", advice="choose another name")
        partial = folder.with_name(f".{name}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        (partial / "data").mkdir()
        for source in sorted((assets.templates() / "dossier").iterdir()):
            text = source.read_text(encoding="utf-8").replace("{name}", name)
            (partial / source.name).write_text(text, encoding="utf-8")
        partial.rename(folder)
        return Dossier(self, folder)

    @property
    def policy(self) -> Policy:
        """Return the policy in force."""
        return read_record(Policy, self.root / self.settings.policy)

    @property
    def people(self) -> People:
        """Return the people of this workspace."""
        path = self.root / self.settings.people
        return read_record(People, path) if path.is_file() else People()

    @property
    def reports(self) -> Path:
        """Return the folder of releases."""
        return self.root / self.settings.reports

    @property
    def ledger(self) -> Path | str:
        """Return the file of the history, or the URL of its database."""
        place = self.settings.ledger
        return place if "://" in place else self.root / place

    @property
    def incidents(self) -> Path:
        """Return the folder of signed statements about incidents."""
        return self.root / "incidents"

    @property
    def vaults(self) -> Path:
        """Return the folder of encrypted tables."""
        return self.root / "vault"

    def vault(self, dossier: str, version: str) -> Vault:
        """Return where the encrypted table of a release lies, made or not.

        Raises
        ------
        UsageError
            If these are no name and no version.
        """
        if not _NAME.fullmatch(dossier) or not _VERSION.fullmatch(version):
            raise UsageError(
                f"{dossier!r} {version!r} is no release.", advice="e.g. `loanapp 1.0.0`"
            )
        return Vault(self.vaults / dossier / version)

    @property
    def draft(self) -> bool:
        """Return whether decisions are not asked for here, which every page then says."""
        return self.settings.mode == "draft"


@dataclass(frozen=True)
class Vault:
    """The encrypted table of one release, its wrapped keys, and the statements that grant them."""

    folder: Path

    @property
    def key(self) -> Path:
        """Return where the table's key lies, wrapped for its custodians."""
        return self.folder / "key.age"

    @property
    def sealed(self) -> Path | None:
        """Return the encrypted table, if there is one."""
        return next(iter(sorted(self.folder.glob("synthetic*.age"))), None)

    @property
    def keys(self) -> tuple[Path, ...]:
        """Return every wrapped key: the custodians' and those of grants."""
        found = sorted((self.folder / "grants").glob("*.age"))
        return (self.key, *found) if self.key.exists() else tuple(found)

    def place(self, suffix: str) -> Path:
        """Return where an encrypted table goes."""
        return self.folder / f"synthetic{suffix}.age"

    def wrapped(self, grant: str) -> Path:
        """Return where the wrapped key of a grant lies."""
        return self.folder / "grants" / f"{grant}.age"

    def statement(self, grant: str, kind: Literal["", ".revoked"] = "") -> Path:
        """Return where the signed statement about a grant lies, or about its end."""
        return self.folder / "grants" / f"{grant}{kind}.dsse.json"

    def prepare(self) -> None:
        """Make the folder and keep it out of git, whose history no key would ever leave."""
        (self.folder / "grants").mkdir(parents=True, exist_ok=True)
        write_atomically(self.folder / ".gitignore", "*\n")

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Keep everybody else from changing this vault meanwhile.

        Raises
        ------
        BusyError
            If somebody is at it.
        """
        with _locked(self.folder / ".lock", f"The vault of {self.folder.parent.name}"):
            yield


@dataclass(frozen=True)
class Measurements:
    """Noisy measurements in files, so that they are paid for once; never overwritten."""

    folder: Path

    def load(self, key: str) -> str | None:
        """Return the text that was saved under a key, if there is one."""
        path = self.folder / f"{key}.json"
        return path.read_text(encoding="utf-8") if path.is_file() else None

    def save(self, key: str, text: str) -> None:
        """Keep a text under a key, on disk when this returns.

        Raises
        ------
        UsageError
            If there is one already.
        """
        path = self.folder / f"{key}.json"
        if path.exists():
            raise UsageError(f"There are measurements {key[:12]} already.")
        self.folder.mkdir(exist_ok=True)
        write_atomically(path, text)


@dataclass(frozen=True)
class Dossier:
    """Everything about one synthetic data asset."""

    workspace: Workspace
    folder: Path

    @classmethod
    def at(cls, start: Path) -> Dossier:
        """Return the dossier that a path lies in.

        Raises
        ------
        UsageError
            If no folder from there upwards is a dossier of a workspace.
        """
        here = start.resolve()
        for folder in (here, *here.parents) if here.exists() else ():
            if (folder / "charter.yaml").is_file():
                return cls(Workspace.find(folder), folder)
            if (folder / MARKER).is_file():
                break
        raise UsageError(
            f"{str(start)!r} is not a dossier: no charter.yaml there or above.",
            advice="give the name of a dossier, or its folder; `synthnb new NAME` makes one",
        )

    @property
    def name(self) -> str:
        """Return the name, which is the folder's."""
        return self.folder.name

    def read(self) -> Papers:
        """Return charter, plan and policy.

        Raises
        ------
        RecordError
            With every problem of all three files.
        """
        problems: list[Problem] = []
        advice: list[str] = []
        found: dict[str, Record] = {}
        for key, model, path in (
            ("charter", Charter, self.folder / "charter.yaml"),
            ("plan", Plan, self.folder / "plan.yaml"),
            ("policy", Policy, self.workspace.root / self.workspace.settings.policy),
        ):
            try:
                found[key] = read_record(model, path)
            except RecordError as exc:
                problems += [
                    Problem(f"{path.name}: {p.where}" if p.where else path.name, p.message, p.line)
                    for p in exc.problems or (Problem("", exc.message),)
                ]
                advice += [exc.advice] if exc.advice else []
        charter, plan, policy = found.get("charter"), found.get("plan"), found.get("policy")
        if isinstance(charter, Charter) and charter.name != self.name:
            problems.append(
                Problem(
                    "charter.yaml: name", f"is `{charter.name}`, but the folder is `{self.name}`"
                )
            )
        if problems:
            count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
            raise RecordError(
                f"The dossier `{self.name}` has {count}.",
                problems,
                "; ".join(dict.fromkeys(advice)),
            )
        assert isinstance(charter, Charter)  # noqa: S101 -- for the type checker
        assert isinstance(plan, Plan)  # noqa: S101
        assert isinstance(policy, Policy)  # noqa: S101
        return Papers(charter, plan, policy)

    @property
    def runs(self) -> Path:
        """Return the folder of runs."""
        return self.folder / "runs"

    @property
    def decisions(self) -> Path:
        """Return the folder of signed decisions."""
        return self.folder / "decisions"

    def release(self, version: str) -> Path:
        """Return the folder of a released version.

        Raises
        ------
        UsageError
            If there is no such release.
        """
        folder = self.workspace.reports / self.name
        if not _VERSION.fullmatch(version) or not (folder / version / "content").is_dir():
            found = folder.iterdir() if folder.is_dir() else ()
            known = sorted(path.name for path in found if _VERSION.fullmatch(path.name))
            raise UsageError(
                f"There is no release {version!r} of `{self.name}`; "
                f"there is: {', '.join(known) or 'none yet'}.",
                advice="give the version, e.g. 1.0.0",
            )
        return folder / version

    @property
    def complete_runs(self) -> tuple[Path, ...]:
        """Return the complete runs, oldest first."""
        if not self.runs.is_dir():
            return ()
        found = [
            p for p in self.runs.iterdir() if _RUN.fullmatch(p.name) and (p / "run.json").is_file()
        ]
        return tuple(sorted(found, key=lambda path: int(path.name)))

    def run(self, run_id: str | None = None) -> tuple[Path, Run]:
        """Return a complete run, the latest unless told otherwise.

        Raises
        ------
        UsageError
            If there is none, or it is marked as failed.
        """
        runs = self.complete_runs
        chosen = [p for p in runs if run_id is None or p.name == run_id][-1:]
        if not chosen:
            which = "complete run" if run_id is None else f"complete run {run_id!r}"
            raise UsageError(
                f"The dossier `{self.name}` has no {which}.", advice=f"`synthnb run {self.name}`"
            )
        run = read_record(Run, chosen[0] / "run.json")
        if run.status != "complete":
            raise UsageError(
                f"The run {chosen[0].name} of `{self.name}` is marked {run.status}.",
                advice=f"`synthnb run {self.name}` makes another one",
            )
        return chosen[0], run

    def next_run(self) -> str:
        """Return the id of the next run: one above every run, failed ones included."""
        taken = [0]
        if self.runs.is_dir():
            taken += [int(m[0]) for p in self.runs.iterdir() if (m := _RUN.match(p.name))]
        return f"{max(taken) + 1:04d}"

    def template(self, notebook: Path) -> Path:
        """Return the dossier's own version of a stock notebook where it has one."""
        own = self.folder / "notebooks" / notebook.name
        return own if own.is_file() else notebook

    @property
    def measurements(self) -> Measurements:
        """Return the archive of noisy measurements."""
        return Measurements(self.folder / "measurements")

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Keep everybody else from running or releasing this dossier.

        Raises
        ------
        BusyError
            If somebody is at it.
        """
        with _locked(self.folder / ".lock", f"The dossier `{self.name}`"):
            yield


@contextmanager
def _locked(path: Path, what: str) -> Iterator[None]:
    from filelock import FileLock, Timeout

    try:
        with FileLock(path, timeout=0):
            yield
    except Timeout:
        raise BusyError(
            f"{what} is being worked on by another process.",
            advice="wait until it ends, then try again",
        ) from None


def find_dossier(name: str, here: Path) -> Dossier:
    """Return a dossier by its folder, or by its name in the workspace around a path.

    Raises
    ------
    UsageError
        If there is no such dossier, or no workspace.
    """
    if (here / name / "charter.yaml").is_file():
        return Dossier.at(here / name)
    return Workspace.find(here).dossier(name)


def read_record(model: type[R], path: Path) -> R:
    """Return the record in a YAML or JSON file; RecordError names everything that is wrong."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise RecordError(f"{path.name} does not exist.") from None
    except UnicodeDecodeError:
        raise RecordError(f"{path.name} is not UTF-8 text.") from None
    except OSError as exc:
        raise RecordError(f"{path.name} cannot be read: {exc.strerror}.") from None
    return read(model, text, path.name)
