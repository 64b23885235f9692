"""Batteries: property tests small enough for every run, at full size under `make prove`. A pytest plugin.

    @pytest.mark.battery
    def test_walks(size, proof):
        walks = size(small=200, full=10_000)
        ...
        proof("Random walks, saved and loaded in a fresh process", walks=walks, differences=0)

What a battery hands to `proof` is written, with the commit and the machine, into PROOF.md.
"""

import os
import platform
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.stores import STORE

FULL = os.environ.get("NRM_PROVE") == "1"
FILE = Path(__file__).parent.parent / "PROOF.md"
TITLES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
_lines: list[str] = []
_failed: list[str] = []


@pytest.fixture
def size() -> Callable[[int, int], int]:
    """How many: `size(small, full)`."""
    return _full if FULL else _small


@pytest.fixture
def proof(record_property: Callable[[str, object], None]) -> Callable[..., None]:
    """Hand over what a battery found: `proof("what was tried", walks=10_000, differences=0)`."""

    def record(what: str, **figures: object) -> None:
        told = ", ".join(f"{name.replace('_', ' ')} {_figure(value)}" for name, value in figures.items())
        record_property("proof", f"{what}: {told}")

    return record


def _figure(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Gather the figures; with several workers this runs where their reports arrive."""
    if report.failed:
        _failed.append(report.nodeid)
    if report.when == "call":
        minutes = f"{report.duration:,.0f} s"
        told = [str(value) for name, value in report.user_properties if name == "proof"]
        _lines.extend(f"- {line} ({minutes})" for line in told)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write this store's part of PROOF.md; the other store's part stays if it is of the same commit."""
    if not FULL or not _lines or hasattr(session.config, "workerinput"):
        return
    head = _head()
    old = FILE.read_text(encoding="utf-8") if FILE.exists() else ""
    parts = _parts(old) if old.startswith(head.split("\n\nMachine")[0]) else {}
    verdict = [f"- **FAILED**: {nodeid}" for nodeid in sorted(set(_failed))]
    parts[TITLES[STORE]] = "\n".join([*sorted(_lines), *verdict])
    text = "\n\n".join(
        [head, *(f"## On {title}\n\n{parts[title]}" for title in TITLES.values() if title in parts)]
    )
    FILE.write_text(text + "\n", encoding="utf-8")


def _head() -> str:
    commit = _git("rev-parse", "--short=12", "HEAD") + (
        " with local changes" if _git("status", "--porcelain", "-uno") else ""
    )
    system = f"{platform.system()} {platform.machine()}"
    machine = f"{os.cpu_count()} cores, {system}, Python {platform.python_version()}"
    return (
        f"# What was proved\n\nBy `make prove` on commit {commit}."
        f"\n\nMachine: {machine}. Written {datetime.now(UTC):%Y-%m-%d %H:%M} UTC."
    )


def _parts(text: str) -> dict[str, str]:
    sections = text.split("\n## On ")[1:]
    return {title: body.strip() for title, _, body in (section.partition("\n") for section in sections)}


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=FILE.parent, capture_output=True, text=True, check=False)
    return done.stdout.strip()


def _small(small: int, full: int) -> int:
    return small


def _full(small: int, full: int) -> int:
    return full
