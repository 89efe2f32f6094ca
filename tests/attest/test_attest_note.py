"""Signed notes, checkpoints and proofs in the C2SP formats."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from pathlib import Path

import pytest

from synthnb import merkle
from synthnb.attest import keys, note, proof
from synthnb.attest.note import Checkpoint, Note
from synthnb.errors import VerificationError

# The example of the Go package golang.org/x/mod/sumdb/note, from which the C2SP format comes.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqd"
    "ngotpRZb6KE6RyyBwJnAM=\n"
)
WHEN = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.fixture
def key(tmp_path: Path) -> keys.PrivateKey:
    keys.create(tmp_path / "k.pem", "secret")
    return keys.load(tmp_path / "k.pem", "secret")


def test_the_published_note_verifies_under_its_published_key() -> None:
    name, number, value = GO_KEY.split("+", 2)
    raw = base64.b64decode(value)
    public = base64.b64encode(raw[1:]).decode()
    assert raw[0] == 1
    assert note.key_hash(name, public).hex() == number
    parsed = note.parse(GO_NOTE.encode())
    assert parsed.encode() == GO_NOTE.encode()
    assert [each.state for each in note.signers(parsed, {public: "Peter"})] == ["valid"]
    forged = note.parse(GO_NOTE.replace("answer", "reason").encode())
    assert [each.state for each in note.signers(forged, {public: "Peter"})] == ["invalid"]
    assert [each.state for each in note.signers(parsed, {})] == ["unknown"]


# The examples of C2SP signed-note and tlog-cosignature; their keys were not published.
POEM = (
    "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\n"
    "ed è subito sera.\n\n"
    "\u2014 quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKON"
    "rMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n"
)
COSIGNED = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "\u2014 example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zh"
    "cyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "\u2014 witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJs"
    "X3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
)


def test_the_examples_of_the_specifications_are_read_as_they_say() -> None:
    poem = note.parse(POEM.encode())
    assert poem.text.endswith("sole:\n\ned è subito sera.\n")
    assert [line.name for line in poem.lines] == ["quasimodo.example/salvatore"]
    assert poem.encode() == POEM.encode()
    cosigned = note.parse(COSIGNED.encode())
    mark = note.checkpoint(cosigned)
    assert (mark.origin, mark.size) == ("example.com/behind-the-sofa", 20852163)
    witness = cosigned.lines[1]
    assert int.from_bytes(witness.value[:8], "big") == 1679315147  # as the specification says
    assert len(witness.value) == 72
    assert cosigned.encode() == COSIGNED.encode()


def test_a_stranger_s_signature_is_passed_over_and_a_wrong_one_spoils_the_checkpoint(
    key: keys.PrivateKey, tmp_path: Path
) -> None:
    keys.create(tmp_path / "other.pem", "secret")
    other = keys.load(tmp_path / "other.pem", "secret")
    plain = Note(Checkpoint("o", 1, merkle.EMPTY).text())
    trusted = {key.public: "Ada"}
    nobody = "nobody who is trusted signed the checkpoint for the ledger"
    signed = note.sign(plain, key, "o")
    assert note.objections(signed, trusted) == ()
    assert note.objections(note.sign(signed, other, "o"), trusted) == ()
    assert note.objections(note.sign(plain, other, "o"), trusted) == (nobody,)
    assert note.objections(note.sign(plain, key, "another"), trusted) == (nobody,)
    assert note.objections(note.cosign(plain, key, WHEN), trusted) == (nobody,)
    line = signed.lines[0]
    forged = Note(signed.text, (line, line._replace(value=bytes(64))))
    assert note.objections(forged, trusted) == ("a signature of the checkpoint is wrong",)


def test_a_plain_signature_is_not_taken_for_a_witness_s(key: keys.PrivateKey) -> None:
    text = Checkpoint("o", 1, merkle.EMPTY).text()
    plain = note.sign(Note(text), key, "o").lines[0]
    timed = note.cosign(Note(text), key, WHEN).lines[0]
    for line in (
        plain._replace(key_hash=timed.key_hash, name=timed.name),
        timed._replace(name="o"),
    ):
        states = [each.state for each in note.signers(Note(text, (line,)), {key.public: "Ada"})]
        assert "valid" not in states


def test_a_checkpoint_is_three_lines_and_comes_back(key: keys.PrivateKey) -> None:
    tree = merkle.Tree([b"a", b"b"])
    made = Checkpoint("example.org/log", 2, tree.root)
    signed = note.sign(Note(made.text()), key, "example.org/log")
    lines = signed.encode().decode().split("\n")
    assert lines[:2] == ["example.org/log", "2"]
    assert base64.b64decode(lines[2]) == tree.root
    assert lines[3] == ""
    assert note.checkpoint(note.parse(signed.encode())) == made
    cosigned = note.cosign(signed, key, WHEN)
    found = note.signers(note.parse(cosigned.encode()), {key.public: "Ada"})
    assert [(each.name, each.state, each.when) for each in found] == [
        ("Ada", "valid", None),
        ("Ada", "valid", WHEN),
    ]


def test_a_witness_s_time_cannot_be_changed(key: keys.PrivateKey) -> None:
    signed = note.cosign(Note(Checkpoint("o", 0, merkle.EMPTY).text()), key, WHEN)
    line = signed.lines[0]
    earlier = (int(WHEN.timestamp()) - 1).to_bytes(8, "big")
    forged = Note(signed.text, (line._replace(value=earlier + line.value[8:]),))
    assert note.signers(forged, {key.public: "Ada"})[0].state == "invalid"


@pytest.mark.parametrize(
    "text",
    [
        *("", "a\n", "a\n\nb\n", "a\n\n\u2014 name AAAA\n", "a\n\n- name AAAAAAAA\n"),
        *("a\n\n", "a\n\n\u2014 n AA=", "a\tb\n\n\u2014 name AAAAAAAA\n"),
    ],
)
def test_what_is_no_note_is_refused(text: str) -> None:
    with pytest.raises(VerificationError):
        note.parse(text.encode())


@pytest.mark.parametrize(
    "text", ["o\n1\n", "o\n01\n" + "A" * 43 + "=\n", "o\n1\nAAAA\n", "\n1\n" + "A" * 43 + "=\n"]
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(VerificationError):
        note.checkpoint(Note(text))


def test_a_proof_holds_and_nothing_in_it_may_change(key: keys.PrivateKey) -> None:
    entries = [b"one", b"two", b"three"]
    tree = merkle.Tree(entries)
    signed = note.sign(Note(Checkpoint("o", 3, tree.root).text()), key, "o")
    made = proof.Proof(b"two", 1, tuple(tree.inclusion(1)), signed)
    trusted = {key.public: "Ada"}
    data = made.encode()
    assert proof.parse(data) == made
    assert proof.verify(made, trusted) == ()
    assert proof.verify(made, {}) != ()
    for at in range(len(data)):
        for bit in (1, 32):
            forged = bytes([*data[:at], data[at] ^ bit, *data[at + 1 :]])
            try:
                assert proof.verify(proof.parse(forged), trusted) != (), at
            except VerificationError:
                continue
