"""The sweep: propose in batches, try side by side, keep every trial, choose.

Optuna only proposes. Batch after batch a fresh sampler, seeded by the sweep's seed and the number
of the batch, is told all trials before it, so what is proposed depends neither on how many run at
a time nor on whether the sweep was interrupted.
"""

from __future__ import annotations

import multiprocessing
import time
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import synthnb
from synthnb import clock
from synthnb.errors import MissingExtraError, RecordError, UsageError
from synthnb.files import write_atomically
from synthnb.ledger import Ledger
from synthnb.records import Plan, Trial, Tuning, canonical, digest, write
from synthnb.workflow.tune.choosing import front, reasons, recommended
from synthnb.workflow.tune.space import Choice, choices
from synthnb.workflow.tune.trying import OBJECTIVES, Bench, attempt, guarantee, halves
from synthnb.workspace import Dossier, Papers

BATCH = 4
_FOLDER = "tuning"
OnTrial = Callable[[int, int, str], None]
"""Called with trials done, trials asked for, and what was tried last."""


@dataclass(frozen=True)
class Sweep:
    """A finished sweep and where it lies."""

    folder: Path
    tuning: Tuning


def tune(
    dossier: Dossier,
    *,
    trials: int = 20,
    jobs: int = 2,
    seed: int = 0,
    only: Sequence[str] = (),
    minutes: float | None = None,
    again: bool = False,
    on: OnTrial | None = None,
) -> Sweep:
    """Try approved configurations on the tuning part, and recommend one.

    The default settings of each configuration come first. A sweep that was interrupted goes on
    where it stopped; one that is finished is shown again.

    Parameters
    ----------
    dossier : Dossier
    trials : int
        How many configurations to try.
    jobs : int
        How many at a time; the result does not depend on it.
    seed : int
    only : sequence of str
        Generators to try; all that are approved, if empty.
    minutes : float, optional
        No further batch is begun after so long.
    again : bool
        Forget an earlier sweep of the same kind.
    on : callable, optional
        Told of each trial.

    Raises
    ------
    UsageError
        If there is no tuning part, or nothing that could be tried.
    MissingExtraError
        If Optuna is not installed.
    """
    _optuna()
    with dossier.lock():
        papers = dossier.read()
        bench, full = _bench(dossier, papers, seed)
        usable, left_out = choices(papers.policy, papers.charter, only)
        objectives, unmeasured = _objectives(bench)
        key = _key(papers, bench, seed, usable)
        folder = dossier.folder / _FOLDER / key[:16]
        path = folder / "trials.jsonl"
        if again and path.exists():
            path.rename(path.with_name(f"trials.{clock.now():%Y%m%dT%H%M%S}.jsonl"))
        known = _read(path)
        started = time.monotonic()
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(max(1, jobs), mp_context=context) as pool:
            while len(known) < trials:
                if minutes is not None and time.monotonic() - started > 60 * minutes:
                    break
                batch = _batch(known, usable, trials, seed, objectives)
                waiting = [
                    pool.submit(
                        attempt,
                        bench,
                        number,
                        choice.configuration.id,
                        bench.planned(choice.generator.id, parameters, full),
                        objectives,
                    )
                    for number, choice, parameters in batch
                ]
                for each in waiting:
                    known.append(each.result())
                    _keep(path, known)
                    if on is not None:
                        on(len(known), trials, known[-1].configuration)
        tuning = _result(bench, key, seed, trials, objectives, (*left_out, *unmeasured), known)
        return Sweep(folder, _written(dossier, papers, folder, tuning))


def _optuna() -> Any:
    try:
        import optuna
    except ModuleNotFoundError:
        raise MissingExtraError("Optuna", "tune") from None
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return optuna


def _bench(dossier: Dossier, papers: Papers, seed: int) -> tuple[Bench, int]:
    from synthnb.tables import file_digest, load

    tables = load(papers.charter, dossier.folder)
    full = papers.plan.rows or len(tables.train)
    real = dossier.folder / papers.charter.real.path
    bench = Bench(
        tables=halves(tables, seed),
        plan=papers.plan,
        policy=papers.policy,
        ledger=dossier.workspace.ledger,
        dossier=dossier.name,
        source=file_digest(real),
        seed=seed,
    )
    return bench, full


def _objectives(bench: Bench) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what can be measured for this charter, and in sentences what cannot."""
    charter, kept, left = bench.tables.charter, [OBJECTIVES[0]], []
    task = charter.task
    if task is None:
        left.append("the loss on the task: the charter names none")
    else:
        kept.append(OBJECTIVES[1])
    if task is None or task.kind == "regression" or not charter.with_role("protected"):
        left.append("gaps between groups: the charter names no favourable outcome or no group")
    else:
        kept.append(OBJECTIVES[2])
    return tuple(kept), tuple(left)


def _key(papers: Papers, bench: Bench, seed: int, usable: Sequence[Choice]) -> str:
    from synthnb.tables import content_digest

    columns = bench.tables.columns
    parts = [content_digest(frame, columns) for frame in (bench.tables.train, bench.tables.control)]
    options = papers.plan.model_copy(
        update={"parameters": {}, "generator": "any", "external": None}
    )
    configurations = [each.configuration.model_dump(mode="json") for each in usable]
    body = [parts, options.configuration(), configurations, seed, synthnb.__version__]
    return digest([*body, digest(papers.charter)])


def _read(path: Path) -> list[Trial]:
    if not path.is_file():
        return []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        return [Trial.model_validate_json(line) for line in lines if line]
    except ValueError:
        raise RecordError(
            f"{path.name} of an earlier sweep cannot be read.",
            advice="`synthnb tune --again` starts anew",
        ) from None


def _keep(path: Path, trials: Sequence[Trial]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, "".join(canonical(trial) + "\n" for trial in trials))


def _batch(
    known: Sequence[Trial],
    usable: Sequence[Choice],
    trials: int,
    seed: int,
    objectives: Sequence[str],
) -> list[tuple[int, Choice, dict[str, Any]]]:
    """Return what to try next: first every default, then what Optuna proposes."""
    first = len(known)
    last = min(trials, first + BATCH - first % BATCH)
    found: list[tuple[int, Choice, dict[str, Any]]] = []
    # Proposals of a batch depend on whole batches before it alone, so that an interrupted one is
    # proposed again as it was.
    whole = known[: first - first % BATCH]
    study = _study(whole, usable, [seed, first // BATCH], objectives)
    for number in range(first - first % BATCH, last):
        if number < len(usable):
            proposal = (number, usable[number], dict[str, Any]())
        else:
            asked = study.ask()
            names = [choice.configuration.id for choice in usable]
            chosen = usable[names.index(asked.suggest_categorical("configuration", names))]
            proposal = (number, chosen, chosen.suggest(asked))
        if number >= first:
            found.append(proposal)
    return found


def _study(
    known: Sequence[Trial], usable: Sequence[Choice], path: list[int], objectives: Sequence[str]
) -> Any:
    """Return a study that has seen some trials, with a sampler of its own."""
    import numpy as np

    optuna = _optuna()
    number = int(np.random.SeedSequence(path).generate_state(1)[0])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        study = optuna.create_study(
            directions=["minimize"] * len(objectives),
            sampler=optuna.samplers.TPESampler(seed=number, n_startup_trials=8),
        )
    by_id = {choice.configuration.id: choice for choice in usable}
    for trial in known:
        if trial.scores and trial.configuration in by_id:
            study.add_trial(_told(optuna, trial, by_id, list(by_id)))
    return study


def _told(optuna: Any, trial: Trial, usable: dict[str, Choice], names: list[str]) -> Any:
    """Return a finished trial as Optuna knows it."""

    class Given:
        """Gives back the parameters that were tried, and notes where they came from."""

        def __init__(self) -> None:
            self.params: dict[str, Any] = {}
            self.distributions: dict[str, Any] = {}

        def _put(self, name: str, distribution: Any) -> Any:
            value = trial.parameters.get(name.split(".", 1)[1])
            if value is not None:
                self.params[name], self.distributions[name] = value, distribution
            return value

        def suggest_categorical(self, name: str, options: list[Any]) -> Any:
            return self._put(name, optuna.distributions.CategoricalDistribution(options))

        def suggest_int(self, name: str, low: int, high: int, *, log: bool) -> Any:
            return self._put(name, optuna.distributions.IntDistribution(low, high, log=log))

        def suggest_float(self, name: str, low: float, high: float, *, log: bool) -> Any:
            return self._put(name, optuna.distributions.FloatDistribution(low, high, log=log))

    given = Given()
    usable[trial.configuration].suggest(given)
    return optuna.trial.create_trial(
        params={"configuration": trial.configuration, **given.params},
        distributions={
            "configuration": optuna.distributions.CategoricalDistribution(names),
            **given.distributions,
        },
        values=[score.value for score in trial.scores],
    )


def _result(
    bench: Bench,
    key: str,
    seed: int,
    asked: int,
    objectives: Sequence[str],
    left_out: Sequence[str],
    trials: Sequence[Trial],
) -> Tuning:
    listed = tuple(trials[:asked])
    best = front(listed)
    tuning = Tuning(
        key=key,
        seed=seed,
        asked=asked,
        fit_rows=len(bench.tables.train),
        test_rows=len(bench.tables.control),
        objectives=tuple(objectives),
        left_out=tuple(left_out),
        trials=listed,
        front=best,
        recommended=recommended(listed, best),
    )
    return tuning.model_copy(update={"reasons": reasons(tuning)})


def _written(dossier: Dossier, papers: Papers, folder: Path, tuning: Tuning) -> Tuning:
    """Write result, picture and plan draft, and tell the ledger."""
    from synthnb.figures.tune import pareto

    folder.mkdir(parents=True, exist_ok=True)
    text = tuning.model_dump_json(indent=1) + "\n"
    same = folder / "result.json"
    fresh = not same.is_file() or same.read_text(encoding="utf-8") != text
    write_atomically(same, text)
    write_atomically(folder / "front.svg", pareto(tuning).svg)
    if tuning.recommended is not None:
        draft = drafted(papers.plan, tuning)
        write_atomically(folder / "plan.recommended.yaml", write(draft))
    if fresh:
        chosen = None if tuning.recommended is None else tuning.trial(tuning.recommended)
        body = {
            "key": tuning.key,
            "trials": len(tuning.trials),
            "failed": tuning.failed,
            "recommended": chosen.configuration if chosen else None,
            "fit_rows": tuning.fit_rows,
            "test_rows": tuning.test_rows,
        }
        Ledger(dossier.workspace.ledger).append("tuning", dossier.name, body, clock.now())
    return tuning


def drafted(plan: Plan, tuning: Tuning) -> Plan:
    """Return the dossier's plan with the recommended generator, and why."""
    if tuning.recommended is None:
        raise UsageError("The sweep recommends nothing.")
    trial = tuning.trial(tuning.recommended)
    body = plan.model_dump(mode="json")
    body |= {
        "generator": trial.generator,
        "parameters": trial.parameters,
        "external": None,
        "guarantee": guarantee(trial.generator, dict(trial.parameters), plan),
        "rationale": " ".join(tuning.reasons),
    }
    return Plan.model_validate(body)
