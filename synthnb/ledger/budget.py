"""Privacy losses: one account for each data set, for the whole workspace.

Losses add up in rho (see `synthnb.zcdp`); the cap is the policy's, in epsilon at its delta. A
charge is written in the same transaction that adds up, so two processes cannot both take the last
of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from synthnb import clock
from synthnb.errors import BudgetError, Problem
from synthnb.ledger.history import Entry, Ledger
from synthnb.records import Budget, Charge, Policy
from synthnb.zcdp import epsilon_of

KIND = "privacy-loss"


@dataclass(frozen=True)
class Account:
    """What was charged to one data set.

    Parameters
    ----------
    dataset : str
    charges : tuple of Entry
        In order.
    """

    dataset: str
    charges: tuple[Entry, ...]

    @property
    def rho(self) -> Fraction:
        """Return the sum of all charges."""
        return sum((Fraction(str(each.body["rho"])) for each in self.charges), Fraction(0))

    def epsilon(self, delta: float) -> float:
        """Return the epsilon that all charges come to at a delta."""
        return epsilon_of(self.rho, delta)


def account(ledger: Ledger, dataset: str, source: str | None = None) -> Account:
    """Return the account of a data set.

    Parameters
    ----------
    ledger : Ledger
    dataset : str
        Name; case and outer spaces do not matter.
    source : str, optional
        sha256 of the real file: what was charged to the same file under another name counts too.
    """
    return _account(ledger.entries(), dataset, source)


def _account(entries: tuple[Entry, ...], dataset: str, source: str | None) -> Account:
    wanted = _plain(dataset)
    charges = tuple(
        entry
        for entry in entries
        if entry.kind == KIND
        and (
            _plain(str(entry.body["dataset"])) == wanted
            or (source is not None and entry.body.get("source") == source)
        )
    )
    return Account(dataset, charges)


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def charging(
    ledger: Ledger,
    policy: Policy,
    *,
    dossier: str,
    source: str | None = None,
    purpose: str = "generation",
) -> Callable[[Charge], None]:
    """Return what books a loss, or raises BudgetError where the cap would be passed.

    Parameters
    ----------
    ledger : Ledger
    policy : Policy
        Its `privacy_budget` is the cap; without one nothing can be charged.
    dossier : str
    source : str, optional
        sha256 of the real file.
    purpose : str
        ``generation`` or ``tuning``.
    """

    def charge(asked: Charge) -> None:
        cap = policy.privacy_budget
        if cap is None:
            raise BudgetError(
                "The policy sets no privacy budget, so no loss can be charged.",
                advice="write `privacy_budget` with epsilon, delta and reason into policy.yaml",
            )
        ledger.append(
            KIND,
            dossier,
            {
                "dataset": asked.dataset,
                "source": source,
                "rho": asked.rho,
                "epsilon": asked.epsilon,
                "delta": asked.delta,
                "mechanism": asked.mechanism,
                "what": asked.what,
                "purpose": purpose,
            },
            clock.now(),
            unless=lambda entries: _refuse(_account(entries, asked.dataset, source), asked, cap),
        )

    return charge


def _refuse(have: Account, asked: Charge, cap: Budget) -> None:
    total = have.rho + Fraction(asked.rho)
    after = epsilon_of(total, cap.delta)
    if after <= cap.epsilon:
        return
    raise BudgetError(
        f"The privacy budget of the data set `{asked.dataset}` does not allow it.",
        [
            Problem("spent", f"epsilon {have.epsilon(cap.delta):.3g} in {_times(have)}"),
            Problem("asked", f"epsilon {asked.epsilon:g} with delta {asked.delta:g}"),
            Problem("together", f"epsilon {after:.3g} at delta {cap.delta:g}"),
            Problem("cap", f"epsilon {cap.epsilon:g} (policy.yaml: privacy_budget)"),
        ],
        advice="use a smaller epsilon, draw again from measurements that are archived already "
        "(which is free), or decide about a higher cap in policy.yaml",
    )


def _times(have: Account) -> str:
    count = len(have.charges)
    return "1 charge" if count == 1 else f"{count} charges"
