"""What a notebook holds in its hand: one dossier, its tables, and a place to record evidence.

study = Session(dossier, run=run, seed=seed)
tables = study.tables()
study.show(estimates)
study.record("privacy", estimates)
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synthnb import notebooks
from synthnb.desk import form_of
from synthnb.errors import RecordError
from synthnb.judge import completion, judge, left_out, limits_in_force
from synthnb.records import (
    Charter,
    Estimate,
    Evidence,
    Finding,
    Generation,
    Lineage,
    Plan,
    Policy,
    Record,
    Source,
    Threat,
    metric,
)
from synthnb.records.marginal import Marginal
from synthnb.records.policy import Direction
from synthnb.show import (
    Recorded,
    Shown,
    answer_card,
    attackers_list,
    by_attack,
    by_scope,
    changes_table,
    closer,
    estimates_table,
    findings_card,
    guarantee_table,
    limits_table,
    methods_table,
    sentences,
)
from synthnb.workspace import DRAFT, SYNTHETIC, Dossier, Papers

if TYPE_CHECKING:
    import pandas as pd

    from synthnb.generate import Context
    from synthnb.tables import Tables

_NEXT = {
    "charter": "02_generation makes the synthetic table.",
    "generation": "03_privacy asks what it gives away about the people behind it.",
    "privacy": "04_fairness asks who is represented, and how.",
    "fairness": "05_utility asks whether the data serves its task.",
    "utility": "06_lineage writes down where everything came from.",
}
_BY_HAND = (
    "This was work by hand, which nobody can release. `synthnb run {name}` executes all six "
    "notebooks afresh and keeps them. In JupyterLab the card “Next step” types it for you."
)
_KEPT = "`synthnb check {name}` gives the verdict on all of it."


class Session:
    """One dossier at work in a notebook.

    Parameters
    ----------
    dossier : str
        The dossier's folder, or any folder inside it.
    run : str
        Set by ``synthnb run``; empty for work by hand, which goes to the folder ``work``.
    seed : int
        Seed of every assessment.

    Raises
    ------
    UsageError
        If this is not inside a dossier.
    """

    def __init__(self, dossier: str = ".", *, run: str = "", seed: int = 0) -> None:
        self._dossier = Dossier.at(Path(dossier))
        self._run = run
        self.seed = seed
        self._tables: Tables | None = None

    def __repr__(self) -> str:
        return f"Session({self._dossier.name!r}, seed={self.seed})"

    @functools.cached_property
    def _papers(self) -> Papers:
        return self._dossier.read()

    @property
    def charter(self) -> Charter:
        """Return the charter, which must be complete."""
        return self._papers.charter

    @property
    def plan(self) -> Plan:
        """Return the plan, which must be complete."""
        return self._papers.plan

    @property
    def policy(self) -> Policy:
        """Return the policy of the workspace."""
        return self._papers.policy

    @property
    def folder(self) -> Path:
        """Return the dossier's folder."""
        return self._dossier.folder

    @property
    def out(self) -> Path:
        """Return where this work writes its tables."""
        return self._dossier.runs / self._run if self._run else self.folder / DRAFT

    @property
    def files(self) -> dict[str, Path]:
        """Return the data files of this work by name; ``synthetic`` once it is there."""
        named: list[tuple[str, Source]] = [
            (source.kind, source) for source in self.charter.sources if source.kind != "earlier"
        ]
        named += [(f"earlier-{n}", source) for n, source in enumerate(self.charter.earlier, 1)]
        files: dict[str, Path] = {
            name: self.folder / source.path for name, source in named if "://" not in source.path
        }
        if (self.out / SYNTHETIC).is_file():
            files["synthetic"] = self.out / SYNTHETIC
        return files

    @property
    def templates(self) -> dict[str, str]:
        """Return the digest of each notebook template in use, by file name."""
        return {
            stock.file: notebooks.template_digest(self._dossier.template(stock.path))
            for stock in notebooks.STOCK
        }

    @property
    def limits(self) -> dict[str, tuple[Direction, float]]:
        """Return the limit in force on each metric that one rule limits, whatever it is about."""
        in_force = limits_in_force(self.policy, self.charter)
        clauses = [clause.metric for rule in self.policy.rules for clause in rule.clauses]
        return {
            rule.metric: (in_force[rule.id].direction, in_force[rule.id].value)
            for rule in self.policy.rules
            if rule.metric is not None and not rule.scope and clauses.count(rule.metric) == 1
        }

    def tables(self, *, synthetic: bool = True) -> Tables:
        """Return the tables of this dossier, read and divided as the charter says.

        Parameters
        ----------
        synthetic : bool
            Whether to read the synthetic table too; not before it is made anew.
        """
        from synthnb.tables import load

        if not synthetic:
            return load(self.charter, self.folder)
        if self._tables is None:
            self._tables = load(self.charter, self.folder, self.files.get("synthetic"))
        return self._tables

    def context(self, tables: Tables, *, purpose: str = "generation") -> Context:
        """Return what a differentially private generator needs: budget, archive, privacy units."""
        from synthnb.generate import Context
        from synthnb.ledger import Ledger, charging
        from synthnb.tables import file_digest

        return Context(
            charter=self.charter,
            units=tables.train_units,
            charge=charging(
                Ledger(self._dossier.workspace.ledger),
                self.policy,
                dossier=self._dossier.name,
                source=file_digest(self.files["real"]),
                purpose=purpose,
            ),
            archive=self._dossier.measurements,
        )

    def budget(self) -> dict[str, Any] | None:
        """Return what all releases have charged to this data set; None without a budget."""
        from synthnb.ledger import Ledger, account
        from synthnb.tables import file_digest

        name, cap = self.charter.real.dataset, self.policy.privacy_budget
        if not name or cap is None:
            return None
        spent = account(
            Ledger(self._dossier.workspace.ledger), name, file_digest(self.files["real"])
        )
        return {
            "dataset": name,
            "charges": len(spent.charges),
            "spent_epsilon": spent.epsilon(cap.delta),
            "cap_epsilon": cap.epsilon,
            "delta": cap.delta,
        }

    def history(self) -> dict[str, Any]:
        """Return what the workspace knows that belongs beside the table: budget, and sweeps."""
        from synthnb.ledger import Ledger

        ledger = Ledger(self._dossier.workspace.ledger)
        sweeps = [e for e in ledger.entries(self._dossier.name) if e.kind == "tuning"]
        found = {"budget": self.budget(), "tuning": sweeps[-1].body if sweeps else None}
        return {name: each for name, each in found.items() if each}

    def save_synthetic(self, frame: pd.DataFrame, generation: Generation) -> Generation:
        """Write the synthetic table, and return its description with the file's digest."""
        from synthnb.tables import file_digest, write_table

        path = self.out / SYNTHETIC
        write_table(frame, path, self.charter.assessed)
        self._tables = None
        fact = generation.synthetic.model_copy(update={"file": file_digest(path)})
        return generation.model_copy(update={"synthetic": fact})

    def progress(self) -> contextlib.AbstractContextManager[Callable[[str, float], None] | None]:
        """Return a progress bar for work by hand, which is gone when the work is done.

        Under ``synthnb run`` there is none, so that nothing of it is kept.
        """
        if self._run:
            return contextlib.nullcontext()
        from synthnb.forms.progress import progress

        return progress()

    def show(self, estimates: Iterable[Estimate], *about: str) -> Shown:
        """Show estimates beside the limits in force.

        Parameters
        ----------
        estimates : iterable of Estimate
        *about : str
            Only metrics whose ids begin with one of these, e.g. ``"privacy.leak"``.
        """
        listed = tuple(e for e in estimates if not about or e.metric.startswith(about))
        return estimates_table(listed, self.findings(listed))

    def say(self, said: Iterable[str]) -> Shown:
        """Show what was found in words, one line for each sentence."""
        return sentences(tuple(said))

    def answer(self, estimates: Iterable[Estimate]) -> Shown:
        """Show on one page what the rules say about estimates, and what to change."""
        findings = self.findings(estimates)
        return answer_card(findings, self._advice(findings))

    def closer(
        self,
        estimates: Iterable[Estimate],
        by: str | Iterable[Threat],
        *,
        columns: Iterable[Marginal] = (),
    ) -> Shown:
        """Show subjects one by one, the worst first, each opened with a click.

        Parameters
        ----------
        estimates : iterable of Estimate
        by : str or iterable of Threat
            What a subject is: a key of the estimates' scope, such as ``"group"`` or ``"column"``,
            or the attacks that measured them.
        columns : iterable of Marginal
            How each column is distributed, to be seen beside what was measured about it and about
            the pairs that it is in.
        """
        listed = tuple(estimates)
        findings = self.findings(listed)
        subjects = by_scope(listed, by, columns) if isinstance(by, str) else by_attack(listed, by)
        return closer(subjects, findings, self._advice(findings))

    def attackers(self, threats: Iterable[Threat]) -> Shown:
        """Show who attacks, as stories."""
        return attackers_list(tuple(threats))

    def methods(self, estimates: Iterable[Estimate]) -> Shown:
        """Show how each number was made, and its source."""
        return methods_table(tuple(estimates))

    def changes(self, generation: Generation) -> Shown:
        """Show what the options of the plan changed."""
        return changes_table(generation.mitigations)

    def guarantee(self, generation: Generation) -> Shown:
        """Show what the generator guarantees, and what is charged to the data set by now."""
        return guarantee_table(generation.privacy_loss, self.budget())

    def limits_table(self) -> Shown:
        """Show every limit in force, who set it and why."""
        in_force = limits_in_force(self.policy, self.charter)
        rows = []
        for rule in self.policy.rules:
            bounds = []
            for clause in rule.clauses:
                value = in_force[rule.id].value if rule.id in in_force else clause.limit
                bounds.append(metric(clause.metric).show_bound(clause.direction, value))
            joined = (" or " if rule.any_of else " and ").join(bounds)
            set_by = in_force[rule.id].set_by if rule.id in in_force else "policy"
            rows.append((rule.id, rule.title, joined, set_by, rule.reason))
        return limits_table(rows)

    def form(self, name: str) -> Any:
        """Return a guided form.

        Parameters
        ----------
        name : str
            ``charter`` or ``plan`` of the dossier; ``people``, ``feedback`` or ``incident`` (a
            draft, to be signed by ``synthnb incident open``) of the workspace.

        Raises
        ------
        UsageError
            For any other name.
        """
        own: dict[str, tuple[type[Record], Path]] = {
            "charter": (Charter, self.folder / "charter.yaml"),
            "plan": (Plan, self.folder / "plan.yaml"),
        }
        return form_of(self._dossier.workspace, name, own, self.folder, static=bool(self._run))

    def problems(self) -> tuple[str, ...]:
        """Return what charter, plan and policy still lack, in plain words."""
        try:
            papers = self._dossier.read()
            limits_in_force(papers.policy, papers.charter)
        except RecordError as exc:
            return tuple(str(problem) for problem in exc.problems) or (exc.message,)
        return ()

    def foreseen(self) -> tuple[str, ...]:
        """Return what will block, whatever is found: what the charter leaves out, in plain words.

        Nothing as long as charter, plan and policy do not hold together.
        """
        if self.problems():
            return ()
        papers = self._dossier.read()
        found = left_out(papers.policy, papers.charter)
        return tuple(f"will be blocked: charter.yaml: {problem}" for problem in found)

    def record(
        self,
        room: str,
        estimates: Iterable[Estimate] = (),
        *,
        facts: Mapping[str, Any] | None = None,
        generation: Generation | None = None,
        lineage: Lineage | None = None,
        threats: Iterable[Threat] = (),
        notes: Iterable[str] = (),
    ) -> Recorded:
        """Record what this notebook established; the last call of every notebook.

        Parameters
        ----------
        room : str
            Which of the six notebooks this is.
        estimates : iterable of Estimate
            What was measured.
        facts : mapping, optional
            What else the datasheet should know; JSON values only.
        generation, lineage : optional
            The records of notebooks 02 and 06.
        threats : iterable of Threat
            The attacks that ran, for notebook 03.
        notes : iterable of str
            What a reader must know to read the numbers rightly.
        """
        evidence = Evidence.model_validate(
            {
                "room": room,
                "inputs": self._inputs(room),
                "seed": self.seed,
                "estimates": tuple(estimates),
                "facts": dict(facts or {}),
                "generation": generation,
                "lineage": lineage,
                "threats": tuple(threats),
                "notes": tuple(notes),
            }
        )
        found = self.findings(evidence.estimates)
        title = f"{room.capitalize()}: findings so far."
        kept = _KEPT if self._run else _BY_HAND
        onward = _NEXT.get(room) or kept.format(name=self._dossier.name)
        card = findings_card(title, found, _next(onward, found), self._advice(found))
        return Recorded(evidence, card)

    def _inputs(self, room: str) -> dict[str, str]:
        if room == "charter":
            return {}
        from synthnb.tables import content_digest

        return {
            name: content_digest(frame, columns) for name, frame, columns in self.tables().named()
        }

    def findings(self, estimates: Iterable[Estimate]) -> list[Finding]:
        """Judge these estimates alone: only the findings that are about them."""
        listed = tuple(estimates)
        seen = {estimate.metric for estimate in listed}
        probe = Evidence(room="privacy", seed=self.seed, estimates=listed)
        verdict = judge(self.policy, self.charter, self.plan, [probe])
        return [finding for finding in verdict.findings if finding.metric in seen]

    def _advice(self, findings: Iterable[Finding]) -> dict[str, str]:
        """Return what to do about findings that were not measured or are about privacy, by id."""
        bad = [f for f in findings if f.effect != "none" and f.metric]
        found = {f.id: said for f in bad if (said := completion(f, self.charter))}
        private = [f for f in bad if f.id not in found and (f.metric or "").startswith("privacy.")]
        if not private:
            return found
        from synthnb.privacy.advice import advice

        return found | {finding.id: advice(finding, self.plan) for finding in private}


def _next(onward: str, findings: Sequence[Finding]) -> str:
    """Return what to do after a notebook: mend what blocks, or go on."""
    blocks = sum(finding.effect == "block" for finding in findings)
    if not blocks:
        return onward
    what = "1 finding blocks" if blocks == 1 else f"{blocks} findings block"
    return (
        f"{what}. Mend it as said above, in charter or plan, and begin again with 02_generation; "
        f"or go on first, to know everything that stands against a release. {onward}"
    )
