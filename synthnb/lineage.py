"""Lineage: which bytes, records, seeds and programs a synthetic table and its numbers came from.

lineage = collect(charter, plan, tables, files=files, templates=templates, folder=folder, seed=0)

Nothing here names a machine, a person or an absolute path.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from synthnb.records import BRING_YOUR_OWN, Charter, Lineage, Plan, Step, TableFact, digest

if TYPE_CHECKING:
    from synthnb.tables import Tables

PACKAGES = (
    "synthnb",
    "numpy",
    "pandas",
    "scikit-learn",
    "scipy",
    "pyarrow",
    "sdmetrics",
    "fairlearn",
    "sdv",
    "torch",
)
"""The packages whose versions can change a number."""

_PAPERS = (".", ":(exclude)runs", ":(exclude)work", ":(exclude).lock")


def collect(
    charter: Charter,
    plan: Plan,
    tables: Tables,
    *,
    files: Mapping[str, Path],
    templates: Mapping[str, str],
    folder: Path,
    seed: int,
) -> Lineage:
    """Return where everything came from.

    Parameters
    ----------
    charter, plan : Charter, Plan
        What was to be done.
    tables : Tables
        What was assessed.
    files : mapping of str to Path
        Data files by name: ``real``, ``synthetic``, ``control``, ``reference``, ``external``,
        ``earlier-1``, ...
    templates : mapping of str to str
        Digest of each notebook template by name.
    folder : Path
        The dossier; its git commit is recorded if it is in a git repository.
    seed : int
        Seed of the assessments.

    Raises
    ------
    TableError
        If the real table can no longer be read.
    """
    commit, uncommitted = _git(folder)
    return Lineage(
        tables=_facts(charter, tables, files),
        steps=_steps(charter, plan, tables, seed),
        schema_digest=digest(
            [
                {"name": column.name, "type": column.type, "roles": list(column.roles)}
                for column in charter.columns
            ]
        ),
        seeds={"split": charter.split.seed, "generation": plan.seed, "assessment": seed},
        packages=_packages(),
        python=platform.python_version(),
        platform=f"{platform.system()} {platform.machine()}",
        templates=dict(sorted(templates.items())),
        commit=commit,
        uncommitted=uncommitted,
    )


def _facts(charter: Charter, tables: Tables, files: Mapping[str, Path]) -> tuple[TableFact, ...]:
    from synthnb.tables import content_digest, file_digest, read_table

    facts = []
    if "real" in files:
        real = read_table(files["real"], charter.columns)
        facts.append(
            TableFact(
                name="real",
                rows=len(real),
                columns=len(charter.columns),
                content=content_digest(real, charter.columns),
                file=file_digest(files["real"]),
            )
        )
    for name, frame, columns in tables.named():
        facts.append(
            TableFact(
                name=name,
                rows=len(frame),
                columns=len(columns),
                content=content_digest(frame, columns),
                file=file_digest(files[name]) if name in files else None,
            )
        )
    return tuple(facts)


def _steps(charter: Charter, plan: Plan, tables: Tables, seed: int) -> tuple[Step, ...]:
    side = tuple(n for n in ("reference", "external") if getattr(tables, n) is not None)
    judged = ("train", "control", *(("synthetic",) if tables.synthetic is not None else ()))
    steps = [_division(charter, tables)]
    if tables.synthetic is not None:
        steps.append(_generation(plan, tables))
    asked = {
        "privacy": [
            *(name for name in side if name == "external"),
            *(f"earlier-{number + 1}" for number in range(len(tables.earlier))),
        ],
        "fairness": [name for name in side if name == "reference"],
        "utility": [],
    }
    steps += [
        Step(name=room, inputs=(*judged, *more), outputs=(), detail=f"seed {seed}")
        for room, more in asked.items()
    ]
    return tuple(steps)


def _division(charter: Charter, tables: Tables) -> Step:
    if charter.source("control") is not None:
        return Step(
            name="division",
            inputs=("real",),
            outputs=("train",),
            detail="control is a table of its own; all real records are for training",
        )
    how = charter.split
    parts = [f"control {100 * how.control:g} %"]
    parts += [f"tuning {100 * how.tuning:g} %"] if how.tuning else []
    parts += [f"by privacy unit `{how.unit}`"] if how.unit else ["by row"]
    parts += [f"within strata of {', '.join(f'`{n}`' for n in how.strata)}"] if how.strata else []
    return Step(
        name="division",
        inputs=("real",),
        outputs=("train", "control", *(("tuning",) if tables.tuning is not None else ())),
        detail=", ".join([*parts, f"seed {how.seed}"]),
    )


def _generation(plan: Plan, tables: Tables) -> Step:
    if plan.generator == BRING_YOUR_OWN:
        tool = plan.external.tool if plan.external else "an unnamed tool"
        return Step(
            name="generation",
            outputs=("synthetic",),
            detail=f"made elsewhere with {tool}; what it was made from cannot be checked here",
        )
    detail = [f"`{plan.generator}`", f"{len(tables.made)} rows", f"seed {plan.seed}"]
    detail += [f"{name} = {value}" for name, value in sorted(plan.parameters.items())]
    if plan.conditions:
        count = len(plan.conditions)
        detail.append("1 condition" if count == 1 else f"{count} conditions")
    return Step(
        name="generation",
        inputs=("train",),
        outputs=("synthetic",),
        detail=", ".join(detail),
    )


def _packages() -> dict[str, str]:
    found = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _git(folder: Path) -> tuple[str | None, bool | None]:
    """Return the commit that holds a dossier, and whether the dossier differs from it.

    A dossier whose charter git does not track has none, though a repository be around it.

    Runs and drafts inside the folder do not count. Both are None without git or a repository.
    """
    program = shutil.which("git")
    if program is None:
        return None, None
    commit = _ask(program, folder, "rev-parse", "--verify", "HEAD")
    tracked = _ask(program, folder, "ls-files", "--error-unmatch", "charter.yaml")
    if commit is None or tracked is None:
        return None, None
    changes = _ask(
        program, folder, "status", "--porcelain", "--untracked-files=all", "--", *_PAPERS
    )
    return commit.strip(), None if changes is None else bool(changes.strip())


def _ask(program: str, folder: Path, *arguments: str) -> str | None:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    try:
        done = subprocess.run(
            # A repository may name a program as its file monitor; it is not ours to run.
            [program, "-c", "core.fsmonitor=false", *arguments],
            cwd=folder,
            env={**kept, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=20,
            check=False,
            text=True,
        )
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
        return None
    return done.stdout if done.returncode == 0 else None
