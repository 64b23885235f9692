"""Check an exported log against itself and against a checkpoint kept outside the system.

Stands alone: one file, standard library, no server, nothing of ours imported. Copy it to any machine with
Python 3.11 or run `python -m engine.audit.verify FILE [--checkpoint C]`. Exit code 0 intact, 1 tampered,
2 cannot decide; 2 is never to be read as 0.

The file is JSON Lines: first `{"format":"nrm-log/1","origin":...,"size":n,"root":hex}`, then one line
`{"index":i,"entry":"<canonical JSON>"}` for each entry, from 0 to n - 1. The tree is that of RFC 6962: a
leaf is SHA-256 over a zero byte and the entry's UTF-8 bytes, exactly as they stand in the file. The
checkpoint is the text of C2SP tlog-checkpoint: origin, size and base64 root, one a line.

Without a checkpoint a file can only be found consistent with itself: who holds the file can rewrite all
of it. The proof lies in a checkpoint that the operator of the system cannot reach.
"""

import argparse
import base64
import binascii
import hashlib
import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FORMAT = "nrm-log/1"
INTACT, TAMPERED, UNDECIDED = 0, 1, 2
SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
ROOT = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found. `code` is the exit code; `first_bad` the first wrong index where it can be known.

    `size` and `root` are what was recomputed, `covered` how many entries the checkpoint vouches for.
    """

    code: int
    message: str
    first_bad: int | None = None
    size: int = 0
    root: str = ""
    covered: int = 0

    @property
    def intact(self) -> bool:
        """Whether nothing speaks against the record."""
        return self.code == INTACT


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A state of a log as somebody outside keeps it."""

    origin: str
    size: int
    root: str


class Finding(Exception):
    """A reason to stop, with the verdict it leads to."""

    def __init__(self, code: int, message: str, first_bad: int | None = None) -> None:
        super().__init__(message)
        self.verdict = Verdict(code, message, first_bad)


def verify_lines(lines: Iterable[str | bytes], checkpoint: str | bytes | None = None) -> Verdict:
    """Recompute the log in `lines` and judge it, against a checkpoint's text where there is one."""
    try:
        known = None if checkpoint is None else parse_checkpoint(checkpoint)
        return _judge(iter(lines), known)
    except Finding as finding:
        return finding.verdict


def parse_checkpoint(text: str | bytes) -> Checkpoint:
    """Read a C2SP checkpoint; signature lines behind the blank line are left to the tool that knows the keys.

    Raises Finding (cannot decide) for anything that is not one.
    """
    lines = _text(text, "the checkpoint").replace("\r\n", "\n").split("\n")
    if len(lines) < 3 or not lines[0] or not SIZE.fullmatch(lines[1]):
        raise Finding(UNDECIDED, "the checkpoint is not three lines of origin, size and base64 root")
    try:
        digest = base64.b64decode(lines[2], validate=True)
    except (binascii.Error, ValueError):
        digest = b""
    if len(digest) != 32:
        raise Finding(UNDECIDED, "the third line of the checkpoint is not the base64 of a 32-byte root")
    return Checkpoint(lines[0], int(lines[1]), digest.hex())


def _judge(lines: Iterator[str | bytes], known: Checkpoint | None) -> Verdict:
    header = _header(next(lines, ""))
    if known and header["origin"] != known.origin:
        reason = f"the checkpoint is of the log {known.origin!r}, the file says {header['origin']!r}"
        raise Finding(UNDECIDED, reason)
    roots, size, root = _recompute(lines, {known.size} if known else set())
    if known:
        _against_checkpoint(known, roots.get(known.size), size)
    if size != header["size"]:
        raise Finding(TAMPERED, f"the file announces {header['size']} entries and holds {size}")
    if root != header["root"]:
        reason = "the entries do not lead to the root that the file announces; which entry was changed "
        raise Finding(TAMPERED, reason + "cannot be known from the root alone")
    return Verdict(INTACT, _praise(size, known), None, size, root, known.size if known else 0)


def _header(line: str | bytes) -> dict[str, Any]:
    """The first line. What is not our format cannot be decided; what is badly announced is tampered with."""
    header = _object(_text(line, "the first line"))
    if header is None or header.get("format") != FORMAT:
        raise Finding(UNDECIDED, f"this is no file of the format {FORMAT}: export the log again")
    sound = (
        set(header) == {"format", "origin", "size", "root"}
        and isinstance(header["origin"], str)
        and type(header["size"]) is int
        and isinstance(header["root"], str)
        and ROOT.fullmatch(header["root"])
    )
    if not sound:
        raise Finding(TAMPERED, "the first line must hold origin, size and root and nothing else")
    return header


def _recompute(lines: Iterator[str | bytes], wanted: set[int]) -> tuple[dict[int, str], int, str]:
    """All leaves, as a frontier: the roots at the wanted sizes, the size and the root at the end."""
    size, hashes = 0, list[bytes]()
    roots = {0: _fold(hashes)}
    for line in lines:
        text = _text(line, f"entry {size}", size)
        if not text.strip():
            _only_blank_lines(lines, size)
            break
        _append(hashes, size, hashlib.sha256(b"\x00" + _entry(text, size)).digest())
        size += 1
        if size in wanted:
            roots[size] = _fold(hashes)
    return roots, size, _fold(hashes)


def _entry(text: str, index: int) -> bytes:
    """The bytes of one entry; refuses a line that is not the one expected at this index."""
    line = _object(text)
    if line is None or set(line) != {"index", "entry"} or not isinstance(line["entry"], str):
        raise Finding(TAMPERED, f"line {index + 2} is not an index and an entry", index)
    if type(line["index"]) is not int or line["index"] != index:
        raise Finding(TAMPERED, f"index {index} is expected and {line['index']!r} stands there", index)
    entry: str = line["entry"]
    if not _canonical(entry):
        raise Finding(TAMPERED, f"entry {index} is not canonical JSON: no such entry was ever written", index)
    return entry.encode()


def _canonical(entry: str) -> bool:
    """Whether this is one JSON object in the one way of writing it: sorted names, no spaces, no repeats."""
    value = _object(entry)
    if value is None:
        return False
    try:
        again = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        return again.encode() == entry.encode()
    except (ValueError, RecursionError):
        return False


def _against_checkpoint(known: Checkpoint, root: str | None, size: int) -> None:
    if root is None:
        reason = f"the checkpoint knows {known.size} entries and the file holds {size}: the end was cut off"
        raise Finding(TAMPERED, reason, size)
    if root != known.root:
        reason = f"the first {known.size} entries are not those of the checkpoint: at least one was changed, "
        raise Finding(TAMPERED, reason + "removed, added or moved; which one the root alone cannot tell")


def _only_blank_lines(lines: Iterator[str | bytes], size: int) -> None:
    if any(_text(line, f"entry {size}", size).strip() for line in lines):
        raise Finding(TAMPERED, f"there is a gap in the file before entry {size}", size)


def _append(hashes: list[bytes], size: int, leaf: bytes) -> None:
    """Add a leaf to the roots of the complete subtrees, largest first."""
    hashes.append(leaf)
    while size & 1:
        right, left = hashes.pop(), hashes.pop()
        hashes.append(hashlib.sha256(b"\x01" + left + right).digest())
        size >>= 1


def _fold(hashes: Sequence[bytes]) -> str:
    if not hashes:
        return hashlib.sha256(b"").hexdigest()
    result = hashes[-1]
    for left in reversed(hashes[:-1]):
        result = hashlib.sha256(b"\x01" + left + result).digest()
    return result.hex()


def _object(text: str) -> dict[str, Any] | None:
    """The JSON object in `text`, or None; a name that stands twice is refused."""
    try:
        value = json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a name stands twice")
    return result


def _text(data: str | bytes, what: str, index: int | None = None) -> str:
    try:
        return data.decode() if isinstance(data, bytes) else data
    except UnicodeDecodeError:
        code = UNDECIDED if index is None else TAMPERED
        raise Finding(code, f"{what} is not UTF-8 text", index) from None


def _praise(size: int, known: Checkpoint | None) -> str:
    if known is None:
        return (
            f"{size} entries, consistent with themselves. Without a checkpoint kept elsewhere "
            "this does not exclude that the whole file was rewritten."
        )
    newer = size - known.size
    rest = f"; {newer} newer entries stand on this file's word alone" if newer else ""
    return f"{known.size} entries are those of the checkpoint{rest}."


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="verify", description="Check an exported log of the NRM engine.")
    parser.add_argument("file", type=Path, help="the exported log")
    parser.add_argument("--checkpoint", type=Path, help="a checkpoint kept outside the system")
    chosen = parser.parse_args(arguments)
    try:
        checkpoint = chosen.checkpoint.read_bytes() if chosen.checkpoint else None
        with chosen.file.open("rb") as lines:
            verdict = verify_lines(lines, checkpoint)
    except OSError as error:
        verdict = Verdict(UNDECIDED, f"cannot read {error.filename}: {error.strerror}")
    print(("intact", "TAMPERED", "CANNOT DECIDE")[verdict.code], "-", verdict.message)
    if verdict.first_bad is not None:
        print("first bad index:", verdict.first_bad)
    return verdict.code


if __name__ == "__main__":
    sys.exit(main())
