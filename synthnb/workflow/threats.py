"""`synthnb threats`: the attacks that are installed, required, and newer than those that ran."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from synthnb.errors import RecordError, UsageError
from synthnb.records import Evidence, Threat
from synthnb.records.base import did_you_mean
from synthnb.records.policy import Required
from synthnb.records.threat import newer
from synthnb.workspace import Workspace


@dataclass(frozen=True)
class Library:
    """The attacks that are installed here, beside what a policy asks for.

    Parameters
    ----------
    attacks : tuple of Threat
        In the order of the notebook.
    required : tuple of Required
        Of the workspace's policy; empty outside a workspace.
    """

    attacks: tuple[Threat, ...]
    required: tuple[Required, ...] = ()

    def need(self, attack: str) -> str | None:
        """Return the version that the policy requires of an attack at least, or None."""
        return next((each.version for each in self.required if each.id == attack), None)

    @property
    def lacking(self) -> tuple[Required, ...]:
        """Return what the policy requires and is not installed, or only in an older version."""
        installed = {threat.id: threat.version for threat in self.attacks}
        return tuple(
            need
            for need in self.required
            if need.id not in installed or newer(need.version, than=installed[need.id])
        )

    def find(self, attack: str) -> Threat:
        """Return an attack by its id.

        Raises
        ------
        UsageError
            If none is called so.
        """
        for threat in self.attacks:
            if threat.id == attack:
                return threat
        hint = did_you_mean(attack, [threat.id for threat in self.attacks])
        raise UsageError(
            f"There is no attack called {attack!r}{hint}",
            advice="`synthnb threats` lists them; a package that offers more must be installed",
        )


@dataclass(frozen=True)
class Stale:
    """An attack of which a run used another version than the installed one, or none."""

    attack: str
    ran: str | None
    installed: str | None

    def __str__(self) -> str:
        if self.ran is None:
            return f"{self.attack}: version {self.installed} is installed and did not run"
        if self.installed is None:
            return f"{self.attack}: version {self.ran} ran and is not installed here"
        only = "only " if newer(self.ran, than=self.installed) else ""
        return f"{self.attack}: version {self.ran} ran, {only}{self.installed} is installed"


def library(start: Path) -> Library:
    """Return the installed attacks, and what the policy of the workspace here requires.

    Raises
    ------
    AttackError
        If an attack of another package cannot be used.
    RecordError
        If the policy of the workspace does not hold.
    """
    try:
        required = Workspace.find(start).policy.threats.required
    except RecordError:
        raise
    except UsageError:  # outside a workspace there is no policy
        required = ()
    return Library(installed(), required)


def installed() -> tuple[Threat, ...]:
    """Return the installed attacks."""
    from synthnb import privacy

    return tuple(attack.threat for attack in privacy.attacks())


def stale(evidence: Iterable[Evidence], attacks: Sequence[Threat]) -> tuple[Stale, ...]:
    """Hold the attacks that a run used against those that are installed.

    Returns
    -------
    tuple of Stale
        Installed attacks that did not run or ran in another version, then those that ran and are
        not installed any more.
    """
    ran = {threat.id: threat.version for each in evidence for threat in each.threats}
    here = {threat.id: threat.version for threat in attacks}
    names = [*here, *sorted(set(ran) - set(here))]
    pairs = [Stale(name, ran.get(name), here.get(name)) for name in names]
    return tuple(pair for pair in pairs if _differ(pair.ran, pair.installed))


def _differ(ran: str | None, here: str | None) -> bool:
    return ran is None or here is None or newer(ran, than=here) or newer(here, than=ran)
