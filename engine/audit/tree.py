"""The Merkle tree of RFC 6962 (the same in RFC 9162): leaves, roots, and the two kinds of proof.

Pure: SHA-256 and tuples, no session, no table. A hash is always 32 bytes. An index counts from zero.
The recursive definitions follow section 2.1 of RFC 6962; the verifying walks follow section 2.1.3 and
2.1.4 of RFC 9162, which accept exactly one proof per question.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest

HASH_SIZE = 32
EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """The hash of one entry. The leading zero byte keeps a leaf from passing as a node."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees side by side."""
    return sha256(b"\x01" + left + right).digest()


def root(leaf_hashes: Sequence[bytes]) -> bytes:
    """The root over all leaf hashes; of no leaves the hash of nothing."""
    frontier = Frontier()
    for leaf in leaf_hashes:
        frontier = frontier.append(leaf)
    return frontier.root()


@dataclass(frozen=True, slots=True)
class Frontier:
    """All of a tree that appending needs: the roots of its complete subtrees, largest first.

    `size` is the number of leaves; there is one hash per set bit of it. Appending gives a new value.
    """

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if self.size < 0 or self.size >= 1 << 64:
            raise ValueError("the size of a frontier is a number from 0 to 2**64 - 1")
        if len(self.hashes) != self.size.bit_count() or any(len(h) != HASH_SIZE for h in self.hashes):
            raise ValueError("a frontier has one 32-byte hash for each set bit of its size")

    def append(self, leaf: bytes) -> "Frontier":
        """The frontier with one more leaf hash."""
        hashes = [*self.hashes, leaf]
        complete = self.size
        while complete & 1:
            right, left = hashes.pop(), hashes.pop()
            hashes.append(node_hash(left, right))
            complete >>= 1
        return Frontier(self.size + 1, tuple(hashes))

    def root(self) -> bytes:
        """The root of the tree this frontier stands for."""
        if not self.hashes:
            return EMPTY_ROOT
        result = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            result = node_hash(left, result)
        return result

    def to_bytes(self) -> bytes:
        """Eight bytes of size, big-endian, then the hashes."""
        return self.size.to_bytes(8, "big") + b"".join(self.hashes)

    @classmethod
    def from_bytes(cls, data: bytes) -> "Frontier":
        """The inverse of `to_bytes`; raises ValueError for anything else."""
        if len(data) < 8 or (len(data) - 8) % HASH_SIZE:
            raise ValueError("these bytes are no frontier: eight bytes of size, then hashes of 32 bytes")
        hashes = tuple(data[at : at + HASH_SIZE] for at in range(8, len(data), HASH_SIZE))
        return cls(int.from_bytes(data[:8], "big"), hashes)


def inclusion_proof(leaf_hashes: Sequence[bytes], index: int) -> list[bytes]:
    """The hashes that lead from the leaf at `index` to the root, nearest first."""
    size = len(leaf_hashes)
    if not 0 <= index < size:
        raise ValueError(f"there is no leaf {index} in a tree of {size}")
    if size == 1:
        return []
    split = _split(size)
    left, right = leaf_hashes[:split], leaf_hashes[split:]
    if index < split:
        return [*inclusion_proof(left, index), root(right)]
    return [*inclusion_proof(right, index - split), root(left)]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], expected_root: bytes) -> bool:
    """Whether the leaf hash stands at `index` in the tree of `size` leaves with that root."""
    if not 0 <= index < size or not _hashes([leaf, expected_root, *proof]):
        return False
    position, last, result = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if position & 1 or position == last:
            result = node_hash(sibling, result)
            position, last = _past_right_edge(position, last)
        else:
            result = node_hash(result, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and compare_digest(result, expected_root)


def consistency_proof(leaf_hashes: Sequence[bytes], old_size: int) -> list[bytes]:
    """The hashes that show that the tree's first `old_size` leaves are the older tree, unchanged.

    For an old size of nothing or of everything the proof is empty.
    """
    size = len(leaf_hashes)
    if not 0 <= old_size <= size:
        raise ValueError(f"a tree of {size} leaves never had {old_size}")
    if old_size in (0, size):
        return []
    return _subproof(leaf_hashes, old_size, whole=True)


def verify_consistency(old_size: int, size: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> bool:
    """Whether the tree of `size` leaves begins with the older tree: nothing changed, nothing removed."""
    if not 0 <= old_size <= size or not _hashes([old_root, new_root, *proof]):
        return False
    if old_size in (0, size):
        expected = EMPTY_ROOT if old_size == 0 else new_root
        return not proof and compare_digest(old_root, expected) and (size > 0 or new_root == EMPTY_ROOT)
    path = [old_root, *proof] if old_size.bit_count() == 1 else list(proof)
    return _walk_consistency(old_size, size, path, old_root, new_root)


def _walk_consistency(old_size: int, size: int, path: Sequence[bytes], old_root: bytes, new_root: bytes) -> bool:
    """Rebuild both roots from one path (RFC 9162, 2.1.4.2)."""
    if not path:
        return False
    position, last = old_size - 1, size - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if position & 1 or position == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            position, last = _past_right_edge(position, last)
        else:
            new = node_hash(new, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and compare_digest(old, old_root) and compare_digest(new, new_root)


def _past_right_edge(position: int, last: int) -> tuple[int, int]:
    """Skip the levels at which the last node has no sibling and rises as it is."""
    while position and not position & 1:
        position, last = position >> 1, last >> 1
    return position, last


def _subproof(leaf_hashes: Sequence[bytes], old_size: int, *, whole: bool) -> list[bytes]:
    """SUBPROOF of RFC 6962, 2.1.2; `whole` while the older tree's root is known to the asker."""
    size = len(leaf_hashes)
    if old_size == size:
        return [] if whole else [root(leaf_hashes)]
    split = _split(size)
    left, right = leaf_hashes[:split], leaf_hashes[split:]
    if old_size <= split:
        return [*_subproof(left, old_size, whole=whole), root(right)]
    return [*_subproof(right, old_size - split, whole=False), root(left)]


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)


def _hashes(values: Sequence[bytes]) -> bool:
    return all(len(value) == HASH_SIZE for value in values)
