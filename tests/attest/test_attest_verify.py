"""A release holds as it was signed, and in no other way."""

from __future__ import annotations

import subprocess
import sys

import a_release as a
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synthnb import attest
from synthnb.attest import statement
from synthnb.errors import UsageError, VerificationError
from synthnb.records import sha256

PLACE = "bundle/attestation.dsse.json"
SIGNED = a.release(a.ADA)
FILES = a.files(SIGNED)


def approval(signers: tuple[attest.PrivateKey, ...], **digests: str) -> bytes:
    """Return an envelope of somebody who says something about files of a release."""
    subject = [
        {"name": name, "digest": {"sha256": digest}} for name, digest in sorted(digests.items())
    ]
    return attest.sign(statement.about(subject, {"approved": True}, "urn:test:approval"), signers)


def of_attestation() -> dict[str, str]:
    return {PLACE: sha256(SIGNED.bundle[attest.ATTESTATION])}


def flipped(data: bytes, at: int, bits: int) -> bytes:
    return data[:at] + bytes([data[at] ^ bits]) + data[at + 1 :]


def test_a_signed_release_holds_and_says_who_signed() -> None:
    checks = attest.verify(SIGNED, a.TRUSTED)
    assert [check.name for check in checks] == ["attestation", "signatures", "content", "bundle"]
    assert a.failures(checks) == []
    assert checks[1].message == f"{PLACE}: signed by Ada Lovelace"
    assert attest.attestation(SIGNED).predicate == a.PREDICATE


@pytest.mark.parametrize("signers", [(a.ADA,), (a.ADA, a.GRACE)])
def test_no_byte_of_the_envelope_may_change(signers: tuple[attest.PrivateKey, ...]) -> None:
    release = a.release(*signers)
    data = release.bundle[attest.ATTESTATION]
    for at in range(len(data)):
        for bits in (0x01, 0x20, 0x80):
            bundle = {attest.ATTESTATION: flipped(data, at, bits)}
            wrong = a.failures(attest.verify(attest.Release(a.CONTENT, bundle), a.TRUSTED))
            assert wrong, (at, bits)
            assert all(line.startswith(PLACE) for line in wrong), (at, bits, wrong)


@settings(max_examples=200, deadline=None)
@given(data=st.data(), bits=st.integers(1, 255))
def test_no_byte_of_any_file_may_change(data: st.DataObject, bits: int) -> None:
    name = data.draw(st.sampled_from(sorted(FILES)))
    at = data.draw(st.integers(0, len(FILES[name]) - 1))
    tampered = a.from_files(FILES | {name: flipped(FILES[name], at, bits)})
    wrong = a.failures(attest.verify(tampered, a.TRUSTED))
    assert wrong
    assert all(line.startswith(name) for line in wrong)


def test_every_byte_of_an_approval_counts_too() -> None:
    name = "approval-ada.dsse.json"
    data = approval((a.GRACE,), **of_attestation())
    assert a.failures(attest.verify(a.release(a.ADA, **{name: data}), a.TRUSTED)) == []
    for at in range(len(data)):
        release = a.release(a.ADA, **{name: flipped(data, at, 0x01)})
        wrong = a.failures(attest.verify(release, a.TRUSTED))
        assert wrong, at
        assert all(line.startswith(f"bundle/{name}") for line in wrong)


def test_every_changed_missing_and_extra_file_is_named() -> None:
    content = dict(a.CONTENT) | {"datasheet.html": b"", "charter.yaml": b"", "extra.txt": b"x"}
    del content["datasheet.pdf"]
    release = attest.Release(content, SIGNED.bundle)
    wrong = a.failures(attest.verify(release, a.TRUSTED))
    assert [line.partition(" (")[0] for line in wrong] == [
        "content/charter.yaml: differs from what was attested",
        "content/datasheet.html: differs from what was attested",
        "content/datasheet.pdf: is missing",
        "content/extra.txt: is not attested",
    ]


def test_a_name_in_the_terminal_is_never_obeyed() -> None:
    content = {**a.CONTENT, "\x1b[2Jgone": b""}
    wrong = a.failures(attest.verify(attest.Release(content, SIGNED.bundle), a.TRUSTED))
    assert wrong == ["'content/\\x1b[2Jgone': is not attested"]


def test_an_unsigned_release_is_called_not_signed() -> None:
    wrong = a.failures(attest.verify(a.release(), a.TRUSTED))
    assert wrong == [f"{PLACE}: not signed"]


def test_an_unknown_key_is_called_unknown_and_named_by_its_fingerprint() -> None:
    wrong = a.failures(attest.verify(a.release(a.STRANGER), a.TRUSTED))
    fingerprint = attest.keys.fingerprint(a.STRANGER.public)
    assert wrong == [f"{PLACE}: signed with key {fingerprint}, which is not among the trusted keys"]


def test_a_missing_attestation_is_named() -> None:
    release = attest.Release(a.CONTENT, {})
    assert a.failures(attest.verify(release, a.TRUSTED)) == [f"{PLACE}: is missing"]
    with pytest.raises(VerificationError, match="is missing"):
        attest.attestation(release)


def test_an_attestation_of_something_else_is_refused() -> None:
    other = attest.sign(attest.build(a.CONTENT, {}, "urn:test:other"), [a.ADA])
    outside = approval((a.ADA,), **{"elsewhere/x": "0" * 64})
    for envelope, reason in [(other, "not about a release"), (outside, "not about a release")]:
        release = attest.Release(a.CONTENT, {attest.ATTESTATION: envelope})
        assert reason in a.failures(attest.verify(release, a.TRUSTED))[0]


def test_a_release_statement_names_files_of_content_only() -> None:
    subject = [{"name": "bundle/x", "digest": {"sha256": "0" * 64}}]
    envelope = attest.sign(statement.about(subject, {}, attest.RELEASE_TYPE), [a.ADA])
    release = attest.Release(a.CONTENT, {attest.ATTESTATION: envelope})
    assert "outside content/" in a.failures(attest.verify(release, a.TRUSTED))[0]


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("notes.txt", b"hello", "does not belong in a bundle"),
        ("deep/x.dsse.json", b"hello", "does not belong in a bundle"),
        ("x.dsse.json", b"{}", "is not in canonical form"),
        ("x.dsse.json", b"{}\n", "does not have exactly the fields"),
        ("x.dsse.json", approval((), **of_attestation()), "not signed"),
        ("x.dsse.json", approval((a.STRANGER,), **of_attestation()), "not among the trusted"),
        ("x.dsse.json", approval((a.ADA,), **{PLACE: "0" * 64}), "is about another release"),
        (
            "x.dsse.json",
            approval((a.ADA,), **of_attestation(), **{"content/other": "0" * 64}),
            "is about another release",
        ),
    ],
)
def test_a_bundle_holds_nothing_that_does_not_prove_itself(
    name: str, data: bytes, reason: str
) -> None:
    wrong = a.failures(attest.verify(a.release(a.ADA, **{name: data}), a.TRUSTED))
    assert len(wrong) == 1
    assert wrong[0].startswith(f"bundle/{name}: ")
    assert reason in wrong[0]


def test_an_approval_may_be_about_a_file_of_the_content() -> None:
    digest = sha256(a.CONTENT["datasheet.pdf"])
    data = approval((a.GRACE,), **{"content/datasheet.pdf": digest})
    assert a.failures(attest.verify(a.release(a.ADA, **{"x.dsse.json": data}), a.TRUSTED)) == []


def test_the_threshold_counts_people_and_is_at_least_one() -> None:
    wrong = a.failures(attest.verify(SIGNED, a.TRUSTED, threshold=2))
    assert wrong == [f"{PLACE}: signed by 1 of the 2 trusted people it needs"]
    both = a.release(a.ADA, a.GRACE)
    assert a.failures(attest.verify(both, a.TRUSTED, threshold=2)) == []
    one_person = dict.fromkeys(a.TRUSTED, "Ada Lovelace")
    assert a.failures(attest.verify(both, one_person, threshold=2)) == wrong
    with pytest.raises(UsageError, match="threshold of 0"):
        attest.verify(SIGNED, a.TRUSTED, threshold=0)


PROGRAM = """
import sys, time
import synthnb.records
before = time.process_time()
import synthnb.attest
print(time.process_time() - before)
import a_release as a
assert not a.failures(synthnb.attest.verify(a.release(a.ADA), a.TRUSTED))
heavy = {"pandas", "numpy", "sklearn", "papermill", "torch", "matplotlib", "scipy"}
print(sorted(heavy & set(sys.modules)))
"""


def test_importing_is_cheap_and_verifying_loads_nothing_heavy() -> None:
    def run() -> list[str]:
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONPATH": ":".join(sys.path)},
        )
        return done.stdout.splitlines()

    results = [run() for _ in range(3)]
    assert all(heavy == "[]" for _, heavy in results)
    assert min(float(seconds) for seconds, _ in results) < 0.15


COPIES = {
    "datasheet.html": ".ipynb_checkpoints/datasheet-checkpoint.html",
    "notebooks/03.tar.gz": "notebooks/.ipynb_checkpoints/03.tar-checkpoint.gz",
    "LICENSE": ".ipynb_checkpoints/LICENSE-checkpoint",
}


@pytest.mark.parametrize("name", COPIES)
def test_to_open_a_release_in_jupyter_does_not_break_it(name: str) -> None:
    content = {**a.CONTENT, name: b"read me"}
    bundle = {attest.ATTESTATION: attest.sign(attest.build(content, a.PREDICATE), [a.ADA])}
    copied = {**content, COPIES[name]: b"read me"}
    beside = {**bundle, ".ipynb_checkpoints/attestation.dsse-checkpoint.json": bundle[PLACE[7:]]}
    checks = attest.verify(attest.Release(copied, beside), a.TRUSTED)
    assert a.failures(checks) == []
    assert f"content/: {len(content)} files, each as it was attested" in [c.message for c in checks]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        (".ipynb_checkpoints/datasheet-checkpoint.html", b"something else"),
        (".ipynb_checkpoints/other-checkpoint.html", b"read me"),
        (".ipynb_checkpoints/datasheet.html", b"read me"),
        ("elsewhere/.ipynb_checkpoints/datasheet-checkpoint.html", b"read me"),
        ("copies/datasheet-checkpoint.html", b"read me"),
    ],
)
def test_what_is_not_such_a_copy_is_not_attested(name: str, data: bytes) -> None:
    content = {**a.CONTENT, "datasheet.html": b"read me"}
    bundle = {attest.ATTESTATION: attest.sign(attest.build(content, a.PREDICATE), [a.ADA])}
    checks = attest.verify(attest.Release({**content, name: data}, bundle), a.TRUSTED)
    assert a.failures(checks) == [f"content/{name}: is not attested"]
    beside = {**bundle, ".ipynb_checkpoints/attestation.dsse-checkpoint.json": data}
    assert a.failures(attest.verify(attest.Release(content, beside), a.TRUSTED))
