"""Checkpoints that continue an older one: exactly one spelling, and nothing in it may change."""

from __future__ import annotations

from pathlib import Path

import pytest

from synthnb import merkle
from synthnb.attest import consistency, keys, note
from synthnb.attest.consistency import Continued
from synthnb.attest.note import Checkpoint, Note
from synthnb.errors import VerificationError

ENTRIES = [b"one", b"two", b"three", b"four", b"five"]
# The example of C2SP tlog-witness, `add-checkpoint`.
PUBLISHED = """old 20852014
PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=
"""  # noqa: E501


@pytest.fixture
def key(tmp_path: Path) -> keys.PrivateKey:
    keys.create(tmp_path / "k.pem", "secret")
    return keys.load(tmp_path / "k.pem", "secret")


def seen(size: int, entries: list[bytes] = ENTRIES) -> Checkpoint:
    return Checkpoint("o", size, merkle.Tree(entries[:size]).root)


def continued(key: keys.PrivateKey, old: int, size: int) -> Continued:
    tree = merkle.Tree(ENTRIES[:size])
    hashes = tuple(tree.consistency(old)) if old else ()
    return Continued(old, hashes, note.sign(Note(seen(size).text()), key, "o"))


def test_the_example_of_the_specification_is_read_and_written_as_it_stands() -> None:
    found = consistency.parse(PUBLISHED.encode())
    assert (found.old, len(found.hashes), found.checkpoint.size) == (20852014, 4, 20852163)
    assert found.encode() == PUBLISHED.encode()


@pytest.mark.parametrize("size", range(6))
def test_every_beginning_is_continued_and_nothing_else_is(key: keys.PrivateKey, size: int) -> None:
    trusted = {key.public: "Ada"}
    for old in range(size + 1):
        made = continued(key, old, size)
        assert consistency.parse(made.encode()) == made
        assert consistency.verify(made, seen(old), trusted) == ()
        other = Checkpoint("o", old, merkle.Tree([b"x"] * old).root if old else bytes(32))
        assert "written anew" in consistency.verify(made, other, trusted)[0]
        assert "continues" in consistency.verify(made, Checkpoint("o", old + 1, b""), trusted)[0]
        renamed = Checkpoint("p", old, seen(old).root)
        assert "another history: o, not p" in consistency.verify(made, renamed, trusted)[0]
        assert "nobody who is trusted" in consistency.verify(made, seen(old), {})[0]


def test_a_history_that_was_cut_off_does_not_continue_the_longer_one(key: keys.PrivateKey) -> None:
    cut = Continued(5, (), note.sign(Note(seen(3).text()), key, "o"))
    problems = consistency.verify(cut, seen(5), {key.public: "Ada"})
    assert problems == ("it counts 3 entries; 5 were seen before",)


def test_no_bit_of_it_may_change(key: keys.PrivateKey) -> None:
    data = continued(key, 3, 5).encode()
    trusted = {key.public: "Ada"}
    for at in range(len(data)):
        for bit in (1, 32):
            forged = bytes([*data[:at], data[at] ^ bit, *data[at + 1 :]])
            try:
                found = consistency.parse(forged)
                assert consistency.verify(found, seen(3), trusted) != (), (at, bit)
            except VerificationError:
                continue


def test_other_spellings_are_refused(key: keys.PrivateKey) -> None:
    data = continued(key, 3, 5).encode()
    head, _, rest = data.partition(b"\n\n")
    hashes = head.split(b"\n")[1:]
    for forged in (
        *(b"", b"old 3\n\n", b"\n" + data, data + b"\n", data[:-1], rest),
        *(data.replace(b"old 3", other, 1) for other in (b"old 03", b"old  3", b"Old 3", b"3")),
        *(data.replace(b"old 3", other, 1) for other in (b"old -3", b"old 3\r", "old ٣".encode())),
        data.replace(hashes[0], hashes[0][:-1], 1),
        data.replace(hashes[0], hashes[0][4:], 1),
        data.replace(hashes[0], b"\n".join([hashes[0]] * 64), 1),
    ):
        with pytest.raises(VerificationError):
            consistency.parse(forged)
