"""`synthnb check`: the verdict on a dossier's latest run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from synthnb import clock, notebooks
from synthnb.errors import Problem, ReleaseError
from synthnb.judge import judge
from synthnb.ledger import Ledger
from synthnb.records import Evidence, Finding, Policy, Template, Verdict, digest, sha256
from synthnb.records.run import Run
from synthnb.workflow.rejections import record
from synthnb.workflow.threats import Stale, installed, stale
from synthnb.workspace import SYNTHETIC, Dossier, Papers


@dataclass(frozen=True)
class Checked:
    """A verdict, everything that it rests on, and what the threat library knows since."""

    papers: Papers
    folder: Path
    run: Run
    evidence: tuple[Evidence, ...]
    verdict: Verdict
    stale: tuple[Stale, ...] = ()

    @property
    def stale_blocks(self) -> bool:
        """Return whether attacks that differ from the installed ones stand against a release."""
        return bool(self.stale) and self.papers.policy.threats.stale == "block"

    @property
    def subject(self) -> str:
        """Return the digest of what a release of this run would be about.

        See `subject_of`.
        """
        papers = Papers(
            self.papers.charter.published(), self.papers.plan.published(), self.papers.policy
        )
        return subject_of(papers, self.evidence, self.run.templates)

    def unacceptable(self, finding: Finding) -> str:
        """Return why nobody can accept the risk of a finding; nothing when somebody can."""
        return unacceptable(finding, self.papers.policy)

    @property
    def outcome(self) -> Literal["passed", "blocked"]:
        """Return what the verdict and the threat library come to."""
        return "blocked" if self.stale_blocks else self.verdict.outcome


def subject_of(papers: Papers, evidence: Sequence[Evidence], templates: Sequence[Template]) -> str:
    """Return one digest of published charter and plan, of policy, evidence and templates."""
    parts = [digest(record) for record in (papers.charter, papers.plan, papers.policy)]
    parts += [each.digest for each in evidence]
    return digest([*parts, *(digest(each) for each in templates)])


def unacceptable(finding: Finding, policy: Policy) -> str:
    """Return why nobody can accept the risk of a finding; nothing when somebody can.

    Only what could not be decided can be accepted, never what was decided against.
    """
    if finding.state not in {"inconclusive", "not-measured"}:
        return f"is a {finding.state}; only what is inconclusive or not measured can be accepted"
    if policy.rule(finding.rule) is None:
        return "is about how the evidence was made; run the notebooks again"
    if finding.case and not finding.acceptable:
        return f"the policy lets nobody accept the answer `{finding.case}`"
    return ""


def check(dossier: Dossier, run_id: str | None = None) -> Checked:
    """Judge a complete run of a dossier, the latest unless told otherwise.

    The verdict is written into the ledger, once for a run and a policy, and so is a result that
    rejects the configuration for good.

    Raises
    ------
    RecordError
        If charter, plan or policy do not hold.
    UsageError
        If there is no complete run, or an attack of another package cannot be used.
    ReleaseError
        If the run is not what was executed: a notebook changed afterwards, or charter or plan did.
    """
    papers = dossier.read()
    folder, run = dossier.run(run_id)
    problems = [*_manifest_problems(dossier, folder, run), *_stale_problems(papers, run)]
    if problems:
        raise ReleaseError(
            f"Run {run.id} of `{dossier.name}` is not what was executed.",
            problems,
            advice=f"`synthnb run {dossier.name}` executes the notebooks again",
        )
    evidence = tuple(notebooks.collect(folder / stock.file) for stock in notebooks.STOCK)
    verdict = judge(papers.policy, papers.charter, papers.plan, evidence)
    record(dossier, papers.plan, run.id, verdict.findings)
    _note(dossier, run, verdict)
    return Checked(papers, folder, run, evidence, verdict, stale(evidence, installed()))


def _note(dossier: Dossier, run: Run, verdict: Verdict) -> None:
    body = {
        "run": run.id,
        "outcome": verdict.outcome,
        "policy": verdict.policy_digest,
        "blocking": [each.id for each in verdict.blocking],
    }
    ledger = Ledger(dossier.workspace.ledger)
    known = [e.body for e in ledger.entries(dossier.name) if e.kind == "verdict"]
    if body not in known:
        ledger.append("verdict", dossier.name, body, clock.now())


def _manifest_problems(dossier: Dossier, folder: Path, run: Run) -> list[Problem]:
    """Hold the run against its manifest, and the manifest against the ledger."""
    text = (folder / "run.json").read_bytes()
    ledger = Ledger(dossier.workspace.ledger)
    problems = [Problem("ledger", problem.message, problem.line) for problem in ledger.verify()]
    recorded = [
        entry.body.get("manifest")
        for entry in ledger.entries(dossier.name)
        if entry.kind == "run" and entry.body.get("run") == run.id
    ]
    if sha256(text) not in recorded:
        problems.append(Problem("run.json", "is not the one that the ledger recorded"))
    expected = {stock.file for stock in notebooks.STOCK}
    problems += [
        Problem(name, "is missing from the run") for name in sorted(expected - set(run.notebooks))
    ]
    for name, wanted in sorted(run.notebooks.items()):
        path = folder / name
        if not path.is_file():
            problems.append(Problem(name, "is missing from the run"))
        elif sha256(path.read_bytes()) != wanted:
            problems.append(Problem(name, "was changed after it was executed"))
    made = folder / SYNTHETIC
    if run.synthetic and (not made.is_file() or sha256(made.read_bytes()) != run.synthetic):
        problems.append(Problem(made.name, "is missing or was changed after it was made"))
    return problems


def _stale_problems(papers: Papers, run: Run) -> list[Problem]:
    return [
        Problem(f"{name}.yaml", "was changed after the run")
        for name, was, now in (
            ("charter", run.charter, digest(papers.charter)),
            ("plan", run.plan, digest(papers.plan)),
        )
        if was != now
    ]
