"""The Merkle tree of RFC 6962 and 9162, against published roots and by its definition."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthnb.errors import VerificationError
from synthnb.merkle import EMPTY, Tree, consistent, leaf_hash, root_from_inclusion

# Test vectors of the Certificate Transparency reference implementation (merkletree tests).
LEAVES = [
    bytes.fromhex(text)
    for text in (
        *("", "00", "10", "2021", "3031", "40414243", "5051525354555657"),
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


NODES = {
    "leaf 0": "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "leaf 1": "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "leaf 4": "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    "leaves 0 to 1": "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "leaves 2 to 3": "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "leaves 4 to 5": "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
    "leaves 6 to 7": "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    "leaves 0 to 3": "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "leaves 4 to 7": "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
}
# kSHA256Paths and kSHA256Proofs of the same tests (leaves counted from 0 here).
INCLUSION = [
    (0, 1, []),
    (0, 8, ["leaf 1", "leaves 2 to 3", "leaves 4 to 7"]),
    (5, 8, ["leaf 4", "leaves 6 to 7", "leaves 0 to 3"]),
    (2, 3, ["leaves 0 to 1"]),
    (1, 5, ["leaf 0", "leaves 2 to 3", "leaf 4"]),
]
CONSISTENCY = [
    (1, 1, []),
    (1, 8, ["leaf 1", "leaves 2 to 3", "leaves 4 to 7"]),
    (6, 8, ["leaves 4 to 5", "leaves 6 to 7", "leaves 0 to 3"]),
    (2, 5, ["leaves 2 to 3", "leaf 4"]),
]


@pytest.mark.parametrize(("index", "size", "path"), INCLUSION)
def test_inclusion_proofs_are_the_published_ones(index: int, size: int, path: list[str]) -> None:
    published = [bytes.fromhex(NODES[name]) for name in path]
    assert Tree(LEAVES).inclusion(index, size) == published
    assert root_from_inclusion(LEAVES[index], index, size, published).hex() == ROOTS[size]


@pytest.mark.parametrize(("old", "size", "path"), CONSISTENCY)
def test_consistency_proofs_are_the_published_ones(old: int, size: int, path: list[str]) -> None:
    published = [bytes.fromhex(NODES[name]) for name in path]
    assert Tree(LEAVES).consistency(old, size) == published
    before, after = bytes.fromhex(ROOTS[old]), bytes.fromhex(ROOTS[size])
    assert consistent(old, size, before, after, published)


@pytest.mark.parametrize("size", range(9))
def test_roots_are_the_published_ones(size: int) -> None:
    assert Tree(LEAVES[:size]).root.hex() == ROOTS[size]
    assert Tree(LEAVES).head(size).hex() == ROOTS[size]


def test_an_inclusion_proof_is_as_the_rfc_draws_it() -> None:
    # RFC 9162, section 2.1.5: seven leaves; the audit path of d0 is [b, h, l], of d6 is [i, k].
    def node(left: bytes, right: bytes) -> bytes:
        return hashlib.sha256(b"\1" + left + right).digest()

    a, b, c, d, e, f, j = (leaf_hash(each) for each in LEAVES[:7])
    g, h, i = node(a, b), node(c, d), node(e, f)
    k, last = node(g, h), node(i, j)
    tree = Tree(LEAVES[:7])
    assert tree.inclusion(0) == [b, h, last]
    assert tree.inclusion(3) == [c, g, last]
    assert tree.inclusion(4) == [f, j, k]
    assert tree.inclusion(6) == [i, k]
    assert tree.consistency(3) == [c, d, g, last]
    assert tree.consistency(4) == [last]
    assert tree.consistency(6) == [i, j, k]


def test_every_proof_holds_and_every_other_does_not() -> None:
    for size in range(1, 9):
        tree = Tree(LEAVES[:size])
        for index in range(size):
            proof = tree.inclusion(index)
            assert root_from_inclusion(LEAVES[index], index, size, proof) == tree.root
            assert root_from_inclusion(b"other", index, size, proof) != tree.root
            for wrong in (proof[:-1], [*proof, EMPTY]):
                if wrong != proof:
                    with pytest.raises(VerificationError):
                        root_from_inclusion(LEAVES[index], index, size, wrong)
        for old in range(1, size + 1):
            proof = tree.consistency(old)
            before = Tree(LEAVES[:old]).root
            assert consistent(old, size, before, tree.root, proof)
            assert not consistent(old, size, EMPTY, tree.root, proof)
            assert not consistent(old, size, before, EMPTY, proof)
            assert not consistent(old, size, before, tree.root, [*proof, EMPTY])


@given(entries=st.lists(st.binary(max_size=4), min_size=2, max_size=40), data=st.data())
def test_a_changed_entry_changes_the_root_and_breaks_consistency(
    entries: list[bytes], data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(entries) - 1))
    old = data.draw(st.integers(at + 1, len(entries)))
    forged = [*entries[:at], entries[at] + b"!", *entries[at + 1 :]]
    true, false = Tree(entries), Tree(forged)
    assert true.root != false.root
    assert not consistent(old, len(entries), true.head(old), false.root, false.consistency(old))


def test_what_is_not_there_has_no_proof() -> None:
    tree = Tree(LEAVES)
    for call in (lambda: tree.inclusion(8), lambda: tree.consistency(0), lambda: tree.head(9)):
        with pytest.raises(ValueError, match="no "):
            call()
    assert not consistent(0, 4, EMPTY, EMPTY, [])
    with pytest.raises(VerificationError):
        root_from_inclusion(b"", 1, 1, [])
