"""Merkle trees as RFC 9162, section 2.1, defines them, over SHA-256.

tree = Tree(entries)                        # bytes, in order
proof = tree.inclusion(3)
root = root_from_inclusion(entries[3], 3, tree.size, proof)      # equals tree.root

Sources: RFC 9162 (Certificate Transparency 2.0), sections 2.1.1 to 2.1.5.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from synthnb.errors import VerificationError

EMPTY = hashlib.sha256(b"").digest()
"""The root of a tree without entries."""


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of an entry; its prefix keeps leaves and nodes apart."""
    return hashlib.sha256(b"\0" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return hashlib.sha256(b"\1" + left + right).digest()


class Tree:
    """A tree over entries; proofs are about the tree over the first `size` of them.

    Parameters
    ----------
    entries : iterable of bytes
        In order.
    """

    def __init__(self, entries: Iterable[bytes]) -> None:
        self._leaves = [leaf_hash(entry) for entry in entries]
        self._known: dict[tuple[int, int], bytes] = {}

    @property
    def size(self) -> int:
        """Return the number of entries."""
        return len(self._leaves)

    @property
    def root(self) -> bytes:
        """Return the hash of the whole tree, 32 bytes."""
        return self.head(self.size)

    def head(self, size: int) -> bytes:
        """Return the hash of the tree over the first `size` entries."""
        self._within(size)
        return self._hash(0, size)

    def inclusion(self, index: int, size: int | None = None) -> list[bytes]:
        """Return the proof that entry `index`, from 0, is in the tree over `size` entries.

        Raises
        ------
        ValueError
            When there is no such entry or tree.
        """
        size = self._within(self.size if size is None else size)
        if not 0 <= index < size:
            raise ValueError(f"no entry {index} in a tree of {size}")
        return self._path(index, 0, size)

    def consistency(self, old: int, size: int | None = None) -> list[bytes]:
        """Return the proof that the tree over `old` entries is the beginning of a later one.

        Raises
        ------
        ValueError
            When there is no such tree, or `old` is 0.
        """
        size = self._within(self.size if size is None else size)
        if not 0 < old <= size:
            raise ValueError(f"no consistency of {old} entries with {size}")
        return self._subproof(old, 0, size, whole=True)

    def _within(self, size: int) -> int:
        if not 0 <= size <= self.size:
            raise ValueError(f"no tree of {size} entries; there are {self.size}")
        return size

    def _hash(self, start: int, end: int) -> bytes:
        if end == start:
            return EMPTY
        if end - start == 1:
            return self._leaves[start]
        if (start, end) not in self._known:
            split = start + _split(end - start)
            self._known[start, end] = node_hash(self._hash(start, split), self._hash(split, end))
        return self._known[start, end]

    def _path(self, index: int, start: int, end: int) -> list[bytes]:
        if end - start == 1:
            return []
        split = start + _split(end - start)
        if index < split:
            return [*self._path(index, start, split), self._hash(split, end)]
        return [*self._path(index, split, end), self._hash(start, split)]

    def _subproof(self, old: int, start: int, end: int, *, whole: bool) -> list[bytes]:
        if old == end:
            return [] if whole else [self._hash(start, end)]
        split = start + _split(end - start)
        if old <= split:
            return [*self._subproof(old, start, split, whole=whole), self._hash(split, end)]
        return [*self._subproof(old, split, end, whole=False), self._hash(start, split)]


def _split(size: int) -> int:
    """Return the largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1


def root_from_inclusion(entry: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes:
    """Return the root that an inclusion proof leads to (RFC 9162, section 2.1.3.2).

    Raises
    ------
    VerificationError
        When a proof of this length cannot belong to such an entry.
    """
    wrong = VerificationError("the inclusion proof does not fit its entry and tree.")
    if not 0 <= index < size:
        raise wrong
    node, last, found = index, size - 1, leaf_hash(entry)
    for sibling in proof:
        if last == 0:
            raise wrong
        if node & 1 or node == last:
            found = node_hash(sibling, found)
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        node, last = node >> 1, last >> 1
    if last:
        raise wrong
    return found


def consistent(
    old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Return whether a tree is the beginning of a later one (RFC 9162, section 2.1.4.2)."""
    if old == new:
        return not proof and old_root == new_root
    if not 0 < old < new or not proof:
        return False
    path = list(proof)
    if old & (old - 1) == 0:
        path.insert(0, old_root)
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    first = second = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            second = node_hash(second, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and first == old_root and second == new_root
