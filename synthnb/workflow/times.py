"""When a release was signed, as far as somebody else proves it.

A key says nothing about time: whoever stole it can sign with any date. What proves time is an
RFC 3161 timestamp, or the signature of another person on a checkpoint of the ledger that holds the
release. Without either, a key must be valid now.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from synthnb import attest, clock
from synthnb.attest import Check, Release
from synthnb.attest import note as notes
from synthnb.attest.note import Note
from synthnb.errors import MissingExtraError, VerificationError
from synthnb.records import People

_TOKEN = f"bundle/{attest.TIMESTAMP}"


@dataclass(frozen=True)
class Proven:
    """A time before which a release was signed.

    Attributes
    ----------
    when : datetime
    by : str
        Who proves it; the name of a witness, or empty for a timestamp authority.
    """

    when: datetime
    by: str = ""


def trusted_keys(people: People) -> dict[str, str]:
    """Return the keys of people that may be trusted today, and whose they are."""
    today = clock.now().date()
    return {
        key.public: member.name
        for member in people.members
        for key in member.keys
        if key.trusted_on(today)
    }


def day_of(people: People, proven: Sequence[Proven]) -> Callable[[str], date]:
    """Return what gives, for a public key, the day on which it must be valid.

    Nobody proves the time of their own signature.
    """
    today = clock.now().date()

    def day(public: str) -> date:
        holder = people.holder(public)
        name = holder.name if holder else ""
        days = [each.when.date() for each in proven if each.by != name or not name]
        return min([*days, today])

    return day


def stamped(release: Release, roots: Sequence[bytes]) -> tuple[tuple[Proven, ...], list[Check]]:
    """Return what the timestamp of a release proves, and the line about it.

    Parameters
    ----------
    release : Release
    roots : sequence of bytes
        PEM certificates of the timestamp authorities that are trusted; with none, a timestamp
        proves nothing.
    """
    token = release.bundle.get(attest.TIMESTAMP)
    if token is None:
        missing = Check("timestamp", False, f"{_TOKEN}: is missing, but an authority was named")
        return (), [missing] if roots else []
    from synthnb.attest import timestamp

    envelope = release.bundle.get(attest.ATTESTATION, b"")
    try:
        if not roots:
            timestamp.claimed(token, envelope)
            line = f"{_TOKEN}: is about this release; `--tsa FILE` checks who says so"
            return (), [Check("timestamp", True, line)]
        when = timestamp.check(token, envelope, roots)
    except VerificationError as exc:
        return (), [Check("timestamp", False, f"{_TOKEN}: {exc.message.rstrip('.')}")]
    except MissingExtraError as exc:
        line = f"{_TOKEN}: was not checked: {exc.message} {exc.advice}"
        return (), [Check("timestamp", False, line)]
    line = f"{_TOKEN}: signed before {when:%Y-%m-%d %H:%M} UTC, says the authority"
    return (Proven(when),), [Check("timestamp", True, line)]


def witnessed(note: Note, people: People) -> tuple[Proven, ...]:
    """Return what the witnesses of a checkpoint prove about everything in it.

    A witness counts whose key is valid today: the date in the signature is the witness's own word.
    """
    trusted: Mapping[str, str] = people.publics
    today = clock.now().date()
    return tuple(
        Proven(each.when, each.name)
        for each in notes.signers(note, trusted)
        if each.state == "valid" and each.when is not None and each.name
        if (key := people.key(each.public)) is not None and key.trusted_on(today)
    )
