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
