"""Batteries: property tests small enough for every run, at full size under `make prove`. A pytest plugin.

    @pytest.mark.battery
    def test_walks(size, proof):
        walks = size(small=200, full=10_000)
        ...
        proof("Random walks, saved and loaded in a fresh process", walks=walks, differences=0)

What a battery hands to `proof` is written, with the commit and the machine, into PROOF.md. Where several tests hand
over the same words (one for each seed, say), they are one line, and their numbers are added.
"""

import os
import platform
import subprocess
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

from tests.stores import STORE

FAILED = "**FAILED**"
FULL = os.environ.get("NRM_PROVE") == "1"
FILE = Path(__file__).parent.parent / "PROOF.md"
TITLES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
_found: dict[str, "Line"] = {}
_failed: list[str] = []
_ran: set[str] = set()


@pytest.fixture
def size() -> Callable[[int, int], int]:
    """How many: `size(small, full)`."""
    return _full if FULL else _small


@pytest.fixture
def proof(record_property: Callable[[str, object], None]) -> Callable[..., None]:
    """Hand over what a battery found: `proof("what was tried", walks=10_000, differences=0)`."""

    def record(what: str, **figures: int) -> None:
        record_property("proof", [what, figures])

    return record


@dataclass
class Line:
    """What was found under the same words."""

    figures: Counter[str] = field(default_factory=Counter)
    seconds: float = 0

    def __str__(self) -> str:
        told = ", ".join(f"{name.replace('_', ' ')} {value:,}" for name, value in self.figures.items())
        return f"{told} ({self.seconds:,.0f} s, {_commit()})"


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Gather the figures; with several workers this runs where their reports arrive."""
    _ran.add(report.nodeid)
    if report.failed:
        _failed.append(report.nodeid)
    if report.when != "call":
        return
    for what, figures in (value for name, value in report.user_properties if name == "proof"):
        line = _found.setdefault(what, Line())
        line.figures.update(figures)
        line.seconds += report.duration


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Renew this store's lines of PROOF.md; each line says at which commit it was proved.

    What failed stands there until the same has run again and passed.
    """
    if not FULL or not _found or hasattr(session.config, "workerinput"):
        return
    parts = _parts(FILE.read_text(encoding="utf-8") if FILE.exists() else "")
    again = {f"{FAILED} {nodeid}" for nodeid in _ran}
    before = {what: told for what, told in parts.get(TITLES[STORE], {}).items() if what not in again}
    lines = before | {what: str(line) for what, line in _found.items()}
    lines |= {f"{FAILED} {nodeid}": _commit() for nodeid in _failed}
    parts[TITLES[STORE]] = lines
    told = [_section(title, parts[title]) for title in TITLES.values() if title in parts]
    FILE.write_text("\n\n".join([_head(), *told]) + "\n", encoding="utf-8")


def _head() -> str:
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
    return f"# What was proved\n\nBy `make prove`, each line at the commit it names. Machine: {machine}."


def _section(title: str, lines: dict[str, str]) -> str:
    return f"## On {title}\n\n" + "\n".join(f"- {what}: {figures}" for what, figures in sorted(lines.items()))


def _parts(text: str) -> dict[str, dict[str, str]]:
    """The lines that stand there, by store and by what was tried."""
    sections = (section.partition("\n") for section in text.split("\n## On ")[1:])
    return {
        title: {what: figures for what, _, figures in (line[2:].rpartition(": ") for line in body.strip().splitlines())}
        for title, _, body in sections
    }


@cache
def _commit() -> str:
    changed = _git("status", "--porcelain", "-uno", "--", ".", f":!{FILE.name}")
    return _git("rev-parse", "--short=10", "HEAD") + ("+" if changed else "")


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=FILE.parent, capture_output=True, text=True, check=False)
    return done.stdout.strip()


def _small(small: int, full: int) -> int:
    return small


def _full(small: int, full: int) -> int:
    return full
