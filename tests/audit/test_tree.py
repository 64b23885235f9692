"""The tree against the published vectors, against another implementation, and against liars."""

import os
import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymerkle import InmemoryTree  # type: ignore[import-untyped]

from engine.audit import tree

pytestmark = pytest.mark.once
PROVE = bool(os.environ.get("NRM_PROVE"))
SIZES = 258 if PROVE else 65
LIES = 2_000 if PROVE else 200
BULK_LIES = 1_000_000 if PROVE else 5_000

# The inputs and roots of the Certificate Transparency test suite (RFC 6962, sizes 0 to 8).
VECTOR_INPUTS = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
VECTOR_ROOTS = [
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
# The same suite: (older size, size) and the proof.
VECTOR_PROOFS = {
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}


def leaves(size: int) -> list[bytes]:
    return [tree.leaf_hash(f"entry {number}".encode()) for number in range(size)]


@pytest.mark.parametrize("size", range(9))
def test_the_published_roots(size: int) -> None:
    assert tree.root([tree.leaf_hash(entry) for entry in VECTOR_INPUTS[:size]]).hex() == VECTOR_ROOTS[size]


@pytest.mark.parametrize(("sizes", "proof"), VECTOR_PROOFS.items())
def test_the_published_consistency_proofs(sizes: tuple[int, int], proof: list[str]) -> None:
    old, size = sizes
    hashes = [tree.leaf_hash(entry) for entry in VECTOR_INPUTS[:size]]
    assert [each.hex() for each in tree.consistency_proof(hashes, old)] == proof


def test_another_implementation_agrees_on_every_root_and_proof() -> None:
    other = InmemoryTree(algorithm="sha256")
    ours: list[bytes] = []
    roots = [tree.EMPTY_ROOT]
    for size in range(1, SIZES):
        entry = f"entry {size - 1}".encode()
        other.append_entry(entry)
        ours.append(tree.leaf_hash(entry))
        roots.append(tree.root(ours))
        assert roots[size] == other.get_root()
        for index in range(size):
            proof = tree.inclusion_proof(ours, index)
            assert other.prove_inclusion(index + 1, size).path == [ours[index], *proof]
            assert tree.verify_inclusion(ours[index], index, size, proof, roots[size])
        for old in range(1, size):
            proof = tree.consistency_proof(ours, old)
            assert tree.verify_consistency(old, size, proof, roots[old], roots[size])
            theirs = other.prove_consistency(old, size)  # in another form than the RFC's
            theirs.verify(roots[old], roots[size])  # raises if it does not hold


def test_a_frontier_appends_without_the_tree() -> None:
    frontier = tree.Frontier()
    for size, leaf in enumerate(leaves(130), start=1):
        before = frontier
        frontier = tree.Frontier.from_bytes(frontier.append(leaf).to_bytes())
        assert (before.size, frontier.size) == (size - 1, size)
        assert frontier.root() == tree.root(leaves(130)[:size]) if size % 13 == 0 else frontier.hashes
    assert frontier.root() == tree.root(leaves(130))


@pytest.mark.parametrize("data", [b"", b"1234567", bytes(8) + b"x", b"\0" * 7 + b"\3" + bytes(32), bytes(8 + 32)])
def test_a_broken_frontier_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="frontier"):
        tree.Frontier.from_bytes(data)


@pytest.mark.parametrize("size", [-1, 1 << 64])
def test_a_frontier_of_no_possible_size_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="size of a frontier"):
        tree.Frontier(size, ())


def test_questions_outside_the_tree_are_refused() -> None:
    for index in (-1, 3):
        with pytest.raises(ValueError, match="no leaf"):
            tree.inclusion_proof(leaves(3), index)
    for old_size in (-1, 4):
        with pytest.raises(ValueError, match="never had"):
            tree.consistency_proof(leaves(3), old_size)


def test_the_edges_of_consistency() -> None:
    three = tree.root(leaves(3))
    assert tree.consistency_proof(leaves(3), 0) == tree.consistency_proof(leaves(3), 3) == []
    assert tree.verify_consistency(0, 0, [], tree.EMPTY_ROOT, tree.EMPTY_ROOT)
    assert tree.verify_consistency(0, 3, [], tree.EMPTY_ROOT, three)
    assert tree.verify_consistency(3, 3, [], three, three)
    assert not tree.verify_consistency(0, 0, [], three, three)
    assert not tree.verify_consistency(0, 3, [], three, three)
    assert not tree.verify_consistency(0, 0, [], tree.EMPTY_ROOT, three)
    assert not tree.verify_consistency(3, 3, [three], three, three)
    assert not tree.verify_consistency(3, 3, [], three, tree.root(leaves(2)))
    assert not tree.verify_consistency(3, 2, [], three, tree.root(leaves(2)))


def test_a_leaf_never_passes_as_a_node() -> None:
    left, right = leaves(2)
    assert tree.leaf_hash(left + right) != tree.node_hash(left, right)
    assert not tree.verify_inclusion(tree.node_hash(left, right), 0, 1, [], tree.root(leaves(3)))


def test_hashes_of_another_length_are_refused() -> None:
    proof = tree.inclusion_proof(leaves(2), 0)
    top = tree.root(leaves(2))
    assert not tree.verify_inclusion(leaves(2)[0], 0, 2, [proof[0] + b"x"], top)
    assert not tree.verify_inclusion(leaves(2)[0][:31], 0, 2, proof, top)
    assert not tree.verify_consistency(1, 2, [proof[0][:31]], leaves(1)[0], top)
    assert not tree.verify_consistency(1, 2, proof, leaves(1)[0], top + b"x")


def flipped(value: bytes) -> bytes:
    return bytes([value[0] ^ 1]) + value[1:]


def not_a_sibling(all_leaves: list[bytes]) -> st.SearchStrategy[bytes]:
    """Hashes a liar has at hand, and bytes of any length."""
    return st.sampled_from([*all_leaves, tree.EMPTY_ROOT, tree.root(all_leaves)]) | st.binary(max_size=33)


Mutation = Callable[[list[bytes], int, bytes], list[bytes]]
MUTATIONS: list[Mutation] = [
    lambda proof, at, junk: [*proof[:at], junk, *proof[at + 1 :]],
    lambda proof, at, junk: [*proof[:at], *proof[at + 1 :]],
    lambda proof, at, junk: [*proof[:at], junk, *proof[at:]],
    lambda proof, at, junk: [*proof, junk],
    lambda proof, at, junk: list(reversed(proof)),
    lambda proof, at, junk: [*proof[:at], proof[at] if proof else junk, *proof[at:]],
    lambda proof, at, junk: [
        *proof[:at],
        bytes(b ^ 1 for b in proof[at]) if proof else junk,
        *proof[at + 1 :],
    ],
    lambda proof, at, junk: [*proof, *[junk] * 64],
    lambda proof, at, junk: [],
]


@settings(max_examples=LIES, deadline=None)
@given(st.data())
def test_no_changed_inclusion_proof_is_believed(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 40))
    index = data.draw(st.integers(0, size - 1))
    all_leaves = leaves(size)
    proof = tree.inclusion_proof(all_leaves, index)
    at = data.draw(st.integers(0, max(len(proof) - 1, 0)))
    junk = data.draw(st.sampled_from([*all_leaves, tree.EMPTY_ROOT, tree.root(all_leaves)]) | st.binary(max_size=33))
    lie = data.draw(st.sampled_from(MUTATIONS))(proof, at, junk)
    top = tree.root(all_leaves)
    assert tree.verify_inclusion(all_leaves[index], index, size, lie, top) is (lie == proof)


@settings(max_examples=LIES, deadline=None)
@given(st.integers(1, 40), st.data())
def test_no_other_place_size_leaf_or_root_is_believed(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    all_leaves = leaves(size)
    proof, top = tree.inclusion_proof(all_leaves, index), tree.root(all_leaves)
    elsewhere = data.draw(st.integers(-2, 45).filter(lambda other: other != index))
    assert not tree.verify_inclusion(all_leaves[index], elsewhere, size, proof, top)
    assert not tree.verify_inclusion(tree.leaf_hash(b"forged"), index, size, proof, top)
    other_top = data.draw(st.integers(0, 45).filter(lambda other: other != size))
    assert not tree.verify_inclusion(all_leaves[index], index, size, proof, tree.root(leaves(other_top)))


@settings(max_examples=LIES, deadline=None)
@given(st.data())
def test_no_changed_consistency_proof_is_believed(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 40))
    old = data.draw(st.integers(1, size - 1))
    all_leaves = leaves(size)
    proof = tree.consistency_proof(all_leaves, old)
    at = data.draw(st.integers(0, len(proof) - 1))
    junk = data.draw(st.sampled_from([*all_leaves, tree.EMPTY_ROOT, tree.root(all_leaves)]) | st.binary(max_size=33))
    lie = data.draw(st.sampled_from(MUTATIONS))(proof, at, junk)
    old_root, new_root = tree.root(all_leaves[:old]), tree.root(all_leaves)
    assert tree.verify_consistency(old, size, lie, old_root, new_root) is (lie == proof)


@settings(max_examples=LIES, deadline=None)
@given(st.integers(2, 40), st.data())
def test_no_rewritten_past_is_consistent(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size - 1))
    changed = data.draw(st.integers(0, old - 1))
    before, after = leaves(size), leaves(size)
    after[changed] = tree.leaf_hash(b"forged")
    old_root, new_root = tree.root(before[:old]), tree.root(after)
    proof = tree.consistency_proof(after, old)
    assert not tree.verify_consistency(old, size, proof, old_root, new_root)
    honest = tree.consistency_proof(before, old)
    assert not tree.verify_consistency(old, size, honest, old_root, new_root)


def test_no_lie_of_very_many_is_believed() -> None:
    """Blunt and fast, beside the clever ones above: any mutation of any proof of any tree up to 40 leaves."""
    picked = random.Random(11)
    hashes = leaves(40)
    tops = [tree.root(hashes[:size]) for size in range(41)]
    inclusions = {(i, n): tree.inclusion_proof(hashes[:n], i) for n in range(1, 41) for i in range(n)}
    consistencies = {(m, n): tree.consistency_proof(hashes[:n], m) for n in range(2, 41) for m in range(1, n)}
    for (at, size), proof in picked.choices([*inclusions.items()], k=BULK_LIES // 2):
        lie = picked.choice(MUTATIONS)(proof, picked.randrange(len(proof) or 1), picked.choice(hashes))
        assert tree.verify_inclusion(hashes[at], at, size, lie, tops[size]) is (lie == proof)
    for (old, size), proof in picked.choices([*consistencies.items()], k=BULK_LIES // 2):
        lie = picked.choice(MUTATIONS)(proof, picked.randrange(len(proof)), picked.choice(hashes))
        assert tree.verify_consistency(old, size, lie, tops[old], tops[size]) is (lie == proof)
