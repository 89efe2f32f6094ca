"""Rejected configurations: recorded by `synthnb check`, refused by `synthnb run`."""

from __future__ import annotations

from collections.abc import Sequence

from synthnb import clock
from synthnb.errors import Problem, RejectedError
from synthnb.ledger import Ledger, reject, rejected
from synthnb.records import Finding, Plan, digest, sha256
from synthnb.workspace import Dossier


def configuration(dossier: Dossier, plan: Plan) -> str:
    """Return the digest of a plan's configuration; a table that was brought counts by its bytes."""
    if plan.external is None:
        return plan.configuration()
    path = dossier.folder / plan.external.path
    return plan.configuration(sha256(path.read_bytes()) if path.is_file() else "")


def record(dossier: Dossier, plan: Plan, run: str, findings: Sequence[Finding]) -> None:
    """Write down every criterion of the policy that rejects a run's configuration."""
    ledger = Ledger(dossier.workspace.ledger)
    for finding in findings:
        if finding.rejects:
            reject(
                ledger,
                dossier.name,
                configuration=configuration(dossier, plan),
                plan=digest(plan),
                run=run,
                rule=finding.rule,
                because=finding.because,
            )


def refuse(dossier: Dossier, plan: Plan, again: str) -> None:
    """Raise if a configuration was rejected before, unless somebody says why it runs again.

    Raises
    ------
    RejectedError
        With every rejection of it.
    """
    ledger = Ledger(dossier.workspace.ledger)
    chosen = configuration(dossier, plan)
    found = rejected(ledger, dossier.name, chosen)
    if found and again.strip():
        body = {"configuration": chosen, "plan": digest(plan), "reason": again.strip()}
        ledger.append("retry", dossier.name, body, clock.now())
    elif found:
        raise RejectedError(
            f"The configuration of `{dossier.name}` was rejected before.",
            [
                Problem(f"{each.rule} (run {each.run}, {each.time:%Y-%m-%d})", each.because)
                for each in found
            ],
            advice="change generator, parameters or options in plan.yaml; another seed is no other "
            "configuration. `--again REASON` runs it all the same and records the reason",
        )
