"""`synthnb run`: execute the notebooks of dossiers, side by side where they do not depend.

A run directory appears only complete, or marked failed.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import synthnb
from synthnb import clock, notebooks
from synthnb.errors import (
    NotebookError,
    ParameterError,
    Problem,
    SynthnbError,
    UsageError,
)
from synthnb.files import write_atomically
from synthnb.judge import left_out, limits_in_force
from synthnb.ledger import Ledger
from synthnb.records import Template, digest, sha256
from synthnb.records.run import Run
from synthnb.workflow.decide import note_papers, require
from synthnb.workflow.rejections import refuse
from synthnb.workspace import SYNTHETIC, Dossier, Papers

Phase = Literal["waiting", "running", "done", "failed", "kept"]
OnProgress = Callable[[str, str, Phase, int, int], None]
"""Called with dossier, room, phase, cells done, cells in all."""


@dataclass
class Outcome:
    """What became of one dossier's run."""

    dossier: str
    run: str | None = None
    error: SynthnbError | None = None

    @property
    def complete(self) -> bool:
        """Return whether there is a complete run."""
        return self.error is None


@dataclass
class _Job:
    """One dossier being run."""

    dossier: Dossier
    papers: Papers
    run: str
    folder: Path
    rooms: tuple[str, ...]
    parameters: Mapping[str, Any]
    state: dict[str, Phase] = field(default_factory=dict)
    error: SynthnbError | None = None
    kept: dict[str, Template] = field(default_factory=dict)

    def template(self, stock: notebooks.Stock) -> Path:
        return self.dossier.template(stock.path)

    def ready(self, stock: notebooks.Stock) -> bool:
        before = [room for room in stock.after if room in self.rooms]
        return self.state[stock.room] == "waiting" and all(
            self.state[room] == "done" for room in before
        )


def run(
    dossiers: Sequence[Dossier],
    *,
    jobs: int = 2,
    only: Sequence[str] = (),
    parameters: Mapping[str, Any] | None = None,
    again: str = "",
    on: OnProgress | None = None,
) -> list[Outcome]:
    """Execute the notebooks of dossiers.

    Parameters
    ----------
    dossiers : sequence of Dossier
        Each is run to its end, whatever becomes of the others.
    jobs : int
        Notebooks at a time.
    only : sequence of str
        Rooms to execute; the others are kept from the latest complete run of the same charter and
        plan. ``generation`` brings everything that depends on it.
    parameters : mapping, optional
        Further notebook parameters, such as ``seed``.
    again : str
        Why a configuration that was rejected before runs again; without it, it does not.
    on : callable, optional
        Told of each step.

    Returns
    -------
    list of Outcome
        In the order of the dossiers; errors are in it, not raised.
    """
    tell = on or (lambda *_: None)
    outcomes = [Outcome(dossier.name) for dossier in dossiers]
    with ExitStack() as stack:
        started: list[tuple[Outcome, _Job]] = []
        for outcome, dossier in zip(outcomes, dossiers, strict=True):
            try:
                stack.enter_context(dossier.lock())
                job = _prepare(dossier, _rooms(only), dict(parameters or {}), again)
                started.append((outcome, job))
            except SynthnbError as exc:
                outcome.error = exc
        _execute([job for _, job in started], jobs, tell)
        for outcome, job in started:
            _finish(job)
            outcome.run, outcome.error = job.run, job.error
    return outcomes


def foreseen(dossier: Dossier) -> tuple[Problem, ...]:
    """Return what will block a run, whatever it finds: what the charter leaves out.

    Nothing where charter, plan or policy cannot be read, which `run` refuses.
    """
    try:
        papers = dossier.read()
    except SynthnbError:
        return ()
    return left_out(papers.policy, papers.charter)


def _rooms(only: Sequence[str]) -> tuple[str, ...]:
    unknown = sorted(set(only) - set(notebooks.ROOMS))
    if unknown:
        raise UsageError(
            f"There is no notebook called {', '.join(unknown)}.",
            advice=f"one or more of: {', '.join(notebooks.ROOMS)}",
        )
    chosen = set(only or notebooks.ROOMS)
    return tuple(
        stock.room for stock in notebooks.STOCK if stock.room in chosen or chosen & set(stock.after)
    )


def _prepare(
    dossier: Dossier, rooms: tuple[str, ...], parameters: dict[str, Any], again: str
) -> _Job:
    """Find everything that is wrong before anything is executed, then make the folder."""
    papers = dossier.read()
    limits_in_force(papers.policy, papers.charter)
    reserved = sorted({"dossier", "run"} & set(parameters))
    if reserved:
        raise ParameterError(f"`{'`, `'.join(reserved)}` is set by synthnb itself.")
    for stock in notebooks.STOCK:
        if stock.room in rooms:
            notebooks.check(dossier.template(stock.path), parameters)
    _check_data(dossier, papers)
    require(dossier, ("charter", "plan"))
    refuse(dossier, papers.plan, again)
    note_papers(dossier, papers)
    number = dossier.next_run()
    for stale in dossier.runs.glob("*.partial"):  # left by a killed process; the lock is ours
        shutil.rmtree(stale, ignore_errors=True)
    folder = dossier.runs / f"{number}.partial"
    kept = [room for room in notebooks.ROOMS if room not in rooms]
    earlier = _latest_like(dossier, papers) if kept else None
    folder.mkdir(parents=True)
    job = _Job(dossier, papers, number, folder, rooms, parameters)
    job.state = {room: "waiting" if room in rooms else "kept" for room in notebooks.ROOMS}
    if earlier is not None:
        job.kept = _keep(*earlier, folder, kept)
    return job


def _check_data(dossier: Dossier, papers: Papers) -> None:
    from synthnb import generate
    from synthnb.tables import load

    generate.check(papers.plan, papers.charter)
    external = papers.plan.external
    load(papers.charter, dossier.folder, dossier.folder / external.path if external else None)


def _latest_like(dossier: Dossier, papers: Papers) -> tuple[Path, Run]:
    for path in reversed(dossier.complete_runs):
        _, found = dossier.run(path.name)
        if (found.charter, found.plan) == (digest(papers.charter), digest(papers.plan)):
            return path, found
    raise UsageError(
        f"The dossier `{dossier.name}` has no complete run of this charter and plan to add to.",
        advice=f"`synthnb run {dossier.name}` executes all notebooks",
    )


def _keep(source: Path, run: Run, folder: Path, rooms: Sequence[str]) -> dict[str, Template]:
    """Copy the notebooks of some rooms from an earlier run; return the templates they are of."""
    names = [stock.file for stock in notebooks.STOCK if stock.room in rooms]
    if "generation" in rooms and (source / SYNTHETIC).is_file():
        names.append(SYNTHETIC)
    for name in names:
        shutil.copyfile(source / name, folder / name)
    return {each.name: each for each in run.templates if each.name in names}


def _execute(jobs: Sequence[_Job], workers: int, tell: OnProgress) -> None:
    for job in jobs:
        for room in notebooks.ROOMS:
            tell(job.dossier.name, room, job.state[room], 0, 0)
    with ThreadPoolExecutor(max(1, workers)) as pool:
        active: dict[Future[None], tuple[_Job, notebooks.Stock]] = {}
        try:
            while True:
                for job, stock in _ready(jobs):
                    job.state[stock.room] = "running"
                    tell(job.dossier.name, stock.room, "running", 0, 0)
                    active[pool.submit(_one, job, stock, tell)] = (job, stock)
                if not active:
                    return
                finished, _ = wait(active, return_when=FIRST_COMPLETED)
                for future in finished:
                    _settle(future, *active.pop(future), tell)
        except BaseException:
            for job in jobs:
                shutil.rmtree(job.folder, ignore_errors=True)
            raise


def _ready(jobs: Sequence[_Job]) -> Iterator[tuple[_Job, notebooks.Stock]]:
    for job in jobs:
        for stock in notebooks.STOCK:
            if job.error is None and job.ready(stock):
                yield job, stock


def _one(job: _Job, stock: notebooks.Stock, tell: OnProgress) -> None:
    out = job.folder / stock.file

    def on_cell(done: int, total: int) -> None:
        tell(job.dossier.name, stock.room, "running", done, total)

    given = {"dossier": ".", "run": job.folder.name, **job.parameters}
    notebooks.execute(job.template(stock), out, given, job.dossier.folder, on_cell)
    found = notebooks.collect(out)
    if found.room != stock.room:
        raise NotebookError(f"{stock.file} recorded evidence of another room, `{found.room}`.")


def _settle(future: Future[None], job: _Job, stock: notebooks.Stock, tell: OnProgress) -> None:
    error = future.exception()
    phase: Phase = "done" if error is None else "failed"
    if error is not None and job.error is None:
        job.error = (
            error
            if isinstance(error, SynthnbError)
            else NotebookError(
                f"{stock.file} could not be executed ({type(error).__name__}).",
                [Problem("message", str(error)[:300])],
            )
        )
    job.state[stock.room] = phase
    tell(job.dossier.name, stock.room, phase, 0, 0)


def _finish(job: _Job) -> None:
    """Give the run its name, once, with everything in it."""
    failed = job.error is not None
    synthetic = job.folder / SYNTHETIC
    record = Run(
        id=job.run,
        dossier=job.dossier.name,
        status="failed" if failed else "complete",
        finished=clock.now(),
        synthnb=synthnb.__version__,
        charter=digest(job.papers.charter),
        plan=digest(job.papers.plan),
        notebooks={
            stock.file: sha256((job.folder / stock.file).read_bytes())
            for stock in notebooks.STOCK
            if (job.folder / stock.file).is_file()
        },
        templates=tuple(_template(job, stock) for stock in notebooks.STOCK),
        synthetic=sha256(synthetic.read_bytes()) if synthetic.is_file() else None,
        error=job.error.message if job.error else "",
    )
    text = record.model_dump_json(indent=1) + "\n"
    write_atomically(job.folder / "run.json", text)
    target = job.dossier.runs / (f"{job.run}.failed" if failed else job.run)
    job.folder.rename(target)
    body = {"run": job.run, "status": record.status, "manifest": sha256(text)}
    Ledger(job.dossier.workspace.ledger).append("run", job.dossier.name, body, record.finished)


def _template(job: _Job, stock: notebooks.Stock) -> Template:
    if stock.file in job.kept:
        return job.kept[stock.file]
    used = notebooks.template_digest(job.template(stock))
    return Template(
        name=stock.file, digest=used, stock=used == notebooks.template_digest(stock.path)
    )


def copy_notebooks(dossier: Dossier) -> list[Path]:
    """Copy the stock notebooks into a dossier; one that is there already stays as it is."""
    folder = dossier.folder / "notebooks"
    folder.mkdir(exist_ok=True)
    copied = []
    for stock in notebooks.STOCK:
        if not (folder / stock.file).exists():
            shutil.copyfile(stock.path, folder / stock.file)
        copied.append(folder / stock.file)
    return copied
