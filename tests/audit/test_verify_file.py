"""The offline verifier: it finds every change, and never says intact when it cannot know."""

import base64
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from engine.audit import tree, verify

pytestmark = pytest.mark.once
SIZE = 300 if os.environ.get("NRM_PROVE") else 30
ORIGIN = "nrm.example/kg"
Row = dict[str, Any]


def canonical(value: Row) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def entry(number: int) -> Row:
    kinds = ["case.opened", "task.completed", "handoff.offered", "handoff.accepted", "consent.given"]
    return {
        "actor": {
            "agency": f"agency-{number % 7}",
            "user": None if number % 5 == 0 else f"user-{number % 11}",
        },
        "at": f"2026-01-{number % 28 + 1:02d}T10:{number % 60:02d}:00Z",
        "case": f"K{number % 9:07d}",
        "fields": ["language", "needs"][: number % 3],
        "kind": kinds[number % 5],
        "revision": number % 4,
        "urgent": number % 2 == 0,
        "word": "приют",
    }


def log(entries: list[str]) -> list[str]:
    """A file as an honest exporter, or an operator who rewrites everything, would write it."""
    root = tree.root([tree.leaf_hash(each.encode()) for each in entries]).hex()
    header = {"format": "nrm-log/1", "origin": ORIGIN, "size": len(entries), "root": root}
    return [json.dumps(header)] + [json.dumps({"index": i, "entry": e}) for i, e in enumerate(entries)]


def checkpoint(entries: list[str], origin: str = ORIGIN) -> str:
    root = tree.root([tree.leaf_hash(each.encode()) for each in entries])
    return f"{origin}\n{len(entries)}\n{base64.b64encode(root).decode()}\n"


ENTRIES = [canonical(entry(number)) for number in range(SIZE)]
LINES = log(ENTRIES)
KNOWN = checkpoint(ENTRIES)


def test_an_untouched_log_is_intact() -> None:
    verdict = verify.verify_lines(LINES, KNOWN)
    assert (verdict.code, verdict.intact, verdict.first_bad) == (0, True, None)
    assert (verdict.size, verdict.covered) == (SIZE, SIZE)
    assert verdict.root == tree.root([tree.leaf_hash(each.encode()) for each in ENTRIES]).hex()


def test_without_a_checkpoint_it_says_what_it_does_not_know() -> None:
    verdict = verify.verify_lines(LINES)
    assert verdict.intact
    assert verdict.covered == 0
    assert "does not exclude" in verdict.message


@pytest.mark.parametrize("size", range(0, SIZE + 1, 7))
def test_an_older_checkpoint_covers_the_beginning(size: int) -> None:
    verdict = verify.verify_lines(LINES, checkpoint(ENTRIES[:size]))
    assert (verdict.code, verdict.covered, verdict.size) == (0, size, SIZE)
    assert f"{SIZE - size} newer entries" in verdict.message


def test_an_empty_log_is_intact() -> None:
    assert verify.verify_lines(log([]), checkpoint([])).intact


def paths(value: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place in an entry, containers included."""
    if at:
        yield at
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield from paths(child, (*at, key))


def put(value: Any, at: tuple[str | int, ...], new: Any) -> Any:
    copy = json.loads(json.dumps(value))
    inner = copy
    for key in at[:-1]:
        inner = inner[key]
    inner[at[-1]] = new
    return copy


def get(value: Any, at: tuple[str | int, ...]) -> Any:
    for key in at:
        value = value[key]
    return value


def forgeries(old: Any, elsewhere: Any) -> list[Any]:
    """A flipped bit, null, another row's value, another type."""
    flipped = old[:-1] + chr(ord(old[-1]) ^ 1) if isinstance(old, str) and old else not old if old in (0, 1) else "x"
    return [flipped, None, elsewhere, [old], str(old), 17]


def changed_fields() -> Iterator[tuple[int, str]]:
    for index in range(SIZE):
        old = entry(index)
        for at in paths(old):
            neighbour = entry((index + 1) % SIZE)
            elsewhere = get(neighbour, at) if at[0] != "fields" or len(at) == 1 else "copied"
            for new in forgeries(get(old, at), elsewhere):
                forged = canonical(put(old, at, new))
                if forged != ENTRIES[index]:
                    yield index, forged
        for name in old:
            yield index, canonical({key: value for key, value in old.items() if key != name})
        yield index, canonical({**old, "added": 1})


def test_every_changed_field_is_found_even_if_the_whole_file_is_rewritten() -> None:
    """Each forged entry is written as the operator would: every hash recomputed, the new root announced."""
    hashes = [tree.leaf_hash(each.encode()) for each in ENTRIES]
    tried = 0
    for index, forged in changed_fields():
        leaf = tree.leaf_hash(forged.encode())
        proof = tree.inclusion_proof(hashes, index) if tried % 40 == 0 else None
        lines = list(LINES)
        lines[index + 1] = json.dumps({"index": index, "entry": forged})
        if proof is not None:
            rewritten = tree.root([*hashes[:index], leaf, *hashes[index + 1 :]]).hex()
            lines[0] = json.dumps({**json.loads(LINES[0]), "root": rewritten})
            assert verify.verify_lines(lines).intact, "the forgery itself must be perfect"
        verdict = verify.verify_lines(lines, KNOWN)
        assert verdict.code == verify.TAMPERED, (index, forged)
        assert verdict.first_bad in (None, index)
        tried += 1
    assert tried >= SIZE * 50


def moved_rows() -> Iterator[list[str]]:
    for index in range(SIZE):
        here, rest = ENTRIES[index], [*ENTRIES[:index], *ENTRIES[index + 1 :]]
        yield rest
        yield [*ENTRIES[: index + 1], here, *ENTRIES[index + 1 :]]
        yield [*ENTRIES[:index], canonical({**entry(index), "kind": "forged"}), *ENTRIES[index:]]
        yield [*rest, here] if index < SIZE - 1 else [here, *rest]
        yield ENTRIES[:index]
        yield [*ENTRIES[:index], ENTRIES[(index + 1) % SIZE], *ENTRIES[index + 1 :]]


def test_every_removed_added_or_moved_row_is_found() -> None:
    for forged in moved_rows():
        rewritten = log(forged)
        verdict = verify.verify_lines(rewritten, KNOWN)
        if forged[:SIZE] == ENTRIES:  # added behind the checkpoint: no lie yet, and said to be newer
            assert (verdict.code, verdict.covered, verdict.size) == (verify.INTACT, SIZE, SIZE + 1)
            continue
        assert verdict.code == verify.TAMPERED
        assert verdict.first_bad in (None, len(forged))


def test_rows_touched_in_the_file_alone_are_found_without_a_checkpoint() -> None:
    for at in range(1, SIZE + 1):
        cut = [*LINES[:at], *LINES[at + 1 :]]
        twice = [*LINES[: at + 1], LINES[at], *LINES[at + 1 :]]
        assert verify.verify_lines(cut).code == verify.TAMPERED
        doubled = verify.verify_lines(twice)
        assert doubled.code == verify.TAMPERED
        assert doubled.first_bad == at
        if at < SIZE:
            assert verify.verify_lines(cut).first_bad == at - 1


def test_every_single_changed_character_is_found() -> None:
    picked = random.Random(7)
    for at in range(SIZE + 1):
        line = LINES[at]
        for _ in range(20):
            place = picked.randrange(len(line))
            forged = line[:place] + chr(ord(line[place]) ^ 1) + line[place + 1 :]
            verdict = verify.verify_lines([*LINES[:at], forged, *LINES[at + 1 :]], KNOWN)
            assert verdict.code != verify.INTACT, forged
            assert verdict.first_bad in (None, at - 1)


Change = Callable[[Row], Row]
HEADERS: dict[str, tuple[Change, int]] = {
    "another size": (lambda header: {**header, "size": SIZE - 1}, 1),
    "a size that is no number": (lambda header: {**header, "size": str(SIZE)}, 1),
    "a boolean as size": (lambda header: {**header, "size": True}, 1),
    "another root": (lambda header: {**header, "root": "0" * 64}, 1),
    "a short root": (lambda header: {**header, "root": "00"}, 1),
    "no root": (lambda header: {key: header[key] for key in ("format", "origin", "size")}, 1),
    "a null root": (lambda header: {**header, "root": None}, 1),
    "a null origin": (lambda header: {**header, "origin": None}, 1),
    "something more": (lambda header: {**header, "note": "trust me"}, 1),
    "another origin": (lambda header: {**header, "origin": "nrm.example/xx"}, 2),
    "another format": (lambda header: {**header, "format": "nrm-log/2"}, 2),
}


@pytest.mark.parametrize("name", HEADERS)
def test_a_changed_first_line_is_never_intact(name: str) -> None:
    change, code = HEADERS[name]
    lines = [json.dumps(change(json.loads(LINES[0]))), *LINES[1:]]
    assert verify.verify_lines(lines, KNOWN).code == code


ROWS: dict[str, str | bytes] = {
    "no JSON": "{",
    "another index": json.dumps({"index": 4, "entry": ENTRIES[3]}),
    "an index as text": json.dumps({"index": "3", "entry": ENTRIES[3]}),
    "an index as a fraction": json.dumps({"index": 3.0, "entry": ENTRIES[3]}),
    "an entry that is not text": json.dumps({"index": 3, "entry": entry(3)}),
    "a name twice": '{"index":3,"index":3,"entry":' + json.dumps(ENTRIES[3]) + "}",
    "something more": json.dumps({"index": 3, "entry": ENTRIES[3], "note": ""}),
    "spaces in the entry": json.dumps({"index": 3, "entry": json.dumps(entry(3), sort_keys=True)}),
    "a name twice in the entry": json.dumps({"index": 3, "entry": '{"a":1,"a":1}'}),
    "an entry that is a list": json.dumps({"index": 3, "entry": "[]"}),
    "not a number": json.dumps({"index": 3, "entry": '{"a":NaN}'}),
    "half a character": json.dumps({"index": 3, "entry": '{"a":"\ud800"}'}),
    "a deep nest": json.dumps({"index": 3, "entry": "[" * 200_000}),
    "an endless number": json.dumps({"index": 3, "entry": '{"a":' + "9" * 5000 + "}"}),
    "a blank line": "\n",
    "no text": b"\xff\xfe",
}


@pytest.mark.parametrize("name", ROWS)
def test_a_broken_row_is_named(name: str) -> None:
    lines: list[str | bytes] = [*LINES[:4], ROWS[name], *LINES[5:]]
    verdict = verify.verify_lines(lines, KNOWN)
    assert (verdict.code, verdict.first_bad) == (verify.TAMPERED, 3)


def test_blank_lines_at_the_end_do_no_harm() -> None:
    assert verify.verify_lines([*LINES, "\n", "  \n"], KNOWN).intact


@pytest.mark.parametrize("lines", [[], [""], ["no json"], ["[]"], ["null"], [b"\xff"], ['{"format":1}']])
def test_another_file_cannot_be_decided(lines: list[str | bytes]) -> None:
    assert verify.verify_lines(lines, KNOWN).code == verify.UNDECIDED


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "a\n1\n",
        "a\n-1\nAA==\n",
        "a\n01\nAA==\n",
        f"{ORIGIN}\n1\nAA==\n",
        "a\n1\nno base64\n",
        "\n1\nAA==\n",
        b"\xff",
    ],
)
def test_a_broken_checkpoint_cannot_be_decided(text: str | bytes) -> None:
    assert verify.verify_lines(LINES, text).code == verify.UNDECIDED


def test_a_checkpoint_may_be_signed_and_may_come_from_windows() -> None:
    signed = KNOWN + "\n\u2014 nrm.example/kg AAAAAA==\n"
    assert verify.verify_lines(LINES, signed).intact
    assert verify.verify_lines(LINES, signed.replace("\n", "\r\n").encode()).intact


def test_a_cut_off_end_names_where_it_was_cut() -> None:
    verdict = verify.verify_lines(log(ENTRIES[:20]), KNOWN)
    assert (verdict.code, verdict.first_bad) == (verify.TAMPERED, 20)


def test_the_copied_file_works_alone(tmp_path: Path) -> None:
    """As an auditor would: one file, another folder, no package of ours, exit codes."""
    tool = shutil.copy(verify.__file__, tmp_path / "check_log.py")
    (tmp_path / "log.jsonl").write_text("\n".join(LINES) + "\n", encoding="utf-8")
    (tmp_path / "forged.jsonl").write_text("\n".join(log(ENTRIES[:-1])) + "\n", encoding="utf-8")
    (tmp_path / "checkpoint.txt").write_text(KNOWN, encoding="utf-8")
    for name, code, words in (
        ("log.jsonl", 0, "intact"),
        ("forged.jsonl", 1, f"first bad index: {SIZE - 1}"),
        ("absent.jsonl", 2, "CANNOT DECIDE"),
    ):
        command = [sys.executable, "-I", tool, name, "--checkpoint", "checkpoint.txt"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (code, "")
        assert words in done.stdout


def test_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "log.jsonl"
    file.write_text("\n".join(LINES) + "\n", encoding="utf-8")
    assert verify.main([str(file)]) == 0
    assert verify.main([str(file), "--checkpoint", str(tmp_path / "none")]) == 2
    assert verify.main([str(tmp_path)]) == 2
    assert capsys.readouterr().out.count("CANNOT DECIDE") == 2


names = st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"]), max_size=8)
numbers = st.integers(-(2**53) + 1, 2**53 - 1) | st.decimals(-(10**6), 10**6, places=3).map(float)
values = st.recursive(
    st.none() | st.booleans() | numbers | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(names, values, max_size=4))
def test_what_the_ledger_writes_is_canonical(value: Row) -> None:
    """The verifier has no library for RFC 8785; for whatever an entry may hold it agrees with one."""
    written = rfc8785.dumps(value).decode()
    assert verify.verify_lines(log([written]), checkpoint([written])).intact
