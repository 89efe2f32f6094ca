"""Whether a release is what was attested: one plain line for everything that was looked at."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from synthnb.attest import envelope, layout, proof, statement
from synthnb.attest.bundle import Release
from synthnb.attest.envelope import Parsed, Signer
from synthnb.attest.layout import ATTESTATION, BUNDLE, CONTENT, ENVELOPE_SUFFIX, TIMESTAMP
from synthnb.attest.statement import RELEASE_TYPE, Statement
from synthnb.errors import UsageError, VerificationError
from synthnb.records import sha256

_PLACE = f"{BUNDLE}/{ATTESTATION}"
_COPY = re.compile(r"(.+/)?\.ipynb_checkpoints/([^/]+)-checkpoint(\.[^./]*)?")


@dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    Attributes
    ----------
    name : {"attestation", "signatures", "content", "bundle"}
        What was looked at.
    ok : bool
        Whether it holds.
    message : str
        One plain line; it names the file at fault.
    """

    name: str
    ok: bool
    message: str


def verify(release: Release, trusted: Mapping[str, str], threshold: int = 1) -> tuple[Check, ...]:
    """Check a release against its attestation and the keys that are trusted.

    Parameters
    ----------
    release : Release
        As `bundle.read` returns it.
    trusted : mapping of str to str
        Public keys (32 bytes in base64) and whose they are.
    threshold : int
        How many different people must have signed the attestation.

    Returns
    -------
    tuple of Check
        The release holds when every check is ok. Where the attestation cannot be read, or was
        altered after it was signed, the checks that would rely on it are left out.

    Raises
    ------
    UsageError
        When a trusted key is not spelt as one, or the threshold is below 1.
    """
    if threshold < 1:
        raise UsageError(f"At least one signature is needed, got a threshold of {threshold}.")
    try:
        parsed, attested = _open(release)
    except VerificationError as exc:
        return (Check("attestation", False, _line(_PLACE, exc)),)
    about = Check("attestation", True, f"{_PLACE}: a statement about {_files(attested.digests)}")
    found = envelope.signers(parsed, trusted)
    signed = _signatures(_PLACE, found, threshold)
    if any(each.state == "invalid" for each in found):
        line = f"{_PLACE}: was altered, so its digests were compared with nothing"
        return (about, *signed, Check("content", False, line))
    actual = {f"{CONTENT}/{name}": sha256(data) for name, data in release.content.items()}
    return (
        about,
        *signed,
        *_content(attested.digests, actual),
        *_bundle(release.bundle, actual, trusted),
    )


def attestation(release: Release) -> Statement:
    """Return the statement of a release, whoever signed it.

    Raises
    ------
    VerificationError
        When there is none, or it is not one about a release.
    """
    return _open(release)[1]


def _open(release: Release) -> tuple[Parsed, Statement]:
    if ATTESTATION not in release.bundle:
        raise VerificationError("is missing")
    parsed = envelope.parse(release.bundle[ATTESTATION])
    attested = statement.parse(parsed.payload)
    if attested.predicate_type != RELEASE_TYPE:
        raise VerificationError(f"the statement is not about a release ({RELEASE_TYPE})")
    if not all(name.startswith(f"{CONTENT}/") for name in attested.digests):
        raise VerificationError(f"the statement names files outside {CONTENT}/")
    return parsed, attested


def _signatures(place: str, found: tuple[Signer, ...], threshold: int) -> list[Check]:
    wrong = envelope.faults(found, threshold)
    if wrong:
        return [Check("signatures", False, f"{place}: {line}") for line in wrong]
    names = ", ".join(sorted({envelope.spoken(each) for each in found}))
    return [Check("signatures", True, f"{place}: signed by {names}")]


def _content(expected: Mapping[str, str], actual: Mapping[str, str]) -> list[Check]:
    wrong = [f"{name}: is missing" for name in expected.keys() - actual.keys()]
    wrong += [
        f"{layout.shown(name)}: is not attested"
        for name in actual.keys() - expected.keys()
        if not _is_copy(name, actual[name], expected)
    ]
    wrong += [
        f"{name}: differs from what was attested (expected sha256 {expected[name]}, "
        f"got {actual[name]})"
        for name in expected.keys() & actual.keys()
        if expected[name] != actual[name]
    ]
    if wrong:
        return [Check("content", False, line) for line in sorted(wrong)]
    return [Check("content", True, f"{CONTENT}/: {_files(expected)}, each as it was attested")]


def _bundle(
    bundle: Mapping[str, bytes], content: Mapping[str, str], trusted: Mapping[str, str]
) -> list[Check]:
    """Check that everything else in the bundle proves itself and is about this release.

    A timestamp proves itself only to those who name the authority they trust, so it is looked at
    where they do.
    """
    known = {**content, _PLACE: sha256(bundle[ATTESTATION])}
    checks: list[Check] = []
    for name in sorted(bundle.keys() - {ATTESTATION, TIMESTAMP}):
        place = f"{BUNDLE}/{layout.shown(name)}"
        if _is_copy(name, bundle[name], bundle):
            continue
        try:
            if "/" not in name and name.endswith(ENVELOPE_SUFFIX):
                checks += _envelope(place, bundle[name], known, trusted)
            elif "/" not in name and name.endswith(proof.SUFFIX):
                wrong = proof.verify(proof.parse(bundle[name]), trusted)
                checks += [Check("bundle", False, f"{place}: {line}") for line in wrong]
            else:
                checks.append(Check("bundle", False, f"{place}: does not belong in a bundle"))
        except VerificationError as exc:
            checks.append(Check("bundle", False, _line(place, exc)))
    if all(check.ok for check in checks):
        line = f"{BUNDLE}/: nothing but signed statements and proofs"
        checks.append(Check("bundle", True, line))
    return checks


def _envelope(
    place: str, data: bytes, known: Mapping[str, str], trusted: Mapping[str, str]
) -> list[Check]:
    parsed = envelope.parse(data)
    about = statement.parse(parsed.payload).digests
    checks = _signatures(place, envelope.signers(parsed, trusted), threshold=1)
    if not about.items() <= known.items():
        checks.append(Check("bundle", False, f"{place}: is about another release"))
    return checks


def _is_copy(name: str, value: object, files: Mapping[str, object]) -> bool:
    """Return whether a file is the copy of one beside it that Jupyter keeps once it was opened.

    To open a release must not break it, and a copy of what was attested says nothing new.
    """
    found = _COPY.fullmatch(name)
    return found is not None and files.get("".join(filter(None, found.groups()))) == value


def _files(names: Mapping[str, str]) -> str:
    return "1 file" if len(names) == 1 else f"{len(names)} files"


def _line(place: str, exc: VerificationError) -> str:
    details = "; ".join(map(str, exc.problems))
    message = exc.message.rstrip(".")
    return f"{place}: {message}" + (f" ({details})" if details else "")
