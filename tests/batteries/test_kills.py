"""kill -9 of real processes at any moment loses nothing that was acknowledged, and does nothing twice."""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session

from engine.audit import reconcile
from engine.database import Store
from tests.batteries.busy import Office

SLOTS = 3
PATIENCE = 20  # seconds
ENTRIES = {
    "open": "case.opened",
    "accept": "handoff.accepted",
    "decline": "handoff.declined",
    "complete": "task.completed",
}
LEAVES = text(
    "SELECT action, leaf FROM audit_entry WHERE action IN ('case.opened', 'handoff.accepted',"
    " 'handoff.declined', 'task.completed')"
)
STUCK = text(
    "SELECT id FROM episode WHERE status = 'open'"
    " AND NOT EXISTS (SELECT 1 FROM user_task t WHERE t.case_id = episode.id"
    " AND t.status IN ('awaiting', 'open', 'claimed'))"
    " AND NOT EXISTS (SELECT 1 FROM deadline d WHERE d.case_id = episode.id"
    " AND d.state = 'running' AND d.kind = 'timer')"
    " AND NOT EXISTS (SELECT 1 FROM catch c WHERE c.case_id = episode.id)"
)


class Zygote:
    """The process that forks workers, and the workers that live now."""

    def __init__(self, url: str, folder: Path, seed: int) -> None:
        self.folder, self.rng, self.began = folder, random.Random(seed), time.time()
        self.living: dict[int, int] = {}
        command = [sys.executable, "-m", "tests.batteries.busy", url, str(folder)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"

    def start(self, slot: int) -> None:
        """A new worker in this slot."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{slot} {self.rng.getrandbits(32)} {self.began}\n")
        self.process.stdin.flush()
        self.living[slot] = int(self.process.stdout.readline())

    def kill(self, slot: int) -> None:
        """End the worker of this slot at once, whatever it is doing; one that failed has said why and ended."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.living.pop(slot), signal.SIGKILL)

    def lines(self) -> Iterator[dict[str, Any]]:
        """Everything the workers said."""
        for log in sorted(self.folder.iterdir()):
            yield from (json.loads(line) for line in log.read_text().splitlines())

    def kill_at_work(self, kills: int) -> None:
        """Let everybody work, kill one after the other at any moment and start another, then kill them all."""
        for slot in range(SLOTS):
            self.start(slot)
        for killed in range(kills):
            self.wait_for(killed)
            time.sleep(self.rng.uniform(0.05, 0.6))
            slot = self.rng.randrange(SLOTS)
            self.kill(slot)
            self.start(slot)
        self.wait_for(kills)
        time.sleep(0.5)
        for slot in list(self.living):
            self.kill(slot)

    def wait_for(self, acts: int) -> None:
        """Until the workers have said that so many acts are done: a slow machine does less between two kills."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if sum(log.read_text().count('{"done"') for log in self.folder.iterdir()) >= acts:
                return
            time.sleep(0.05)

    def close(self) -> None:
        """End everybody."""
        for slot in list(self.living):
            self.kill(slot)
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def office(country: Store, database_url: str, tmp_path: Path) -> Iterator[Zygote]:
    """A process that can fork workers on the database of `country`."""
    folder = tmp_path / "said"
    folder.mkdir()
    country.close()
    zygote = Zygote(database_url, folder, seed=int(os.environ.get("NRM_SEED", "1")))
    yield zygote
    zygote.close()


@pytest.mark.battery
def test_killing_processes_loses_nothing_acknowledged(
    office: Zygote,
    country: Store,
    database_url: str,
    size: Callable[[int, int], int],
    proof: Callable[..., None],
) -> None:
    """Workers are killed while they work, and started again; what they sent and did not hear of is sent again."""
    kills = size(12, 400)
    office.kill_at_work(kills)
    lines = list(office.lines())
    errors = [line["error"] for line in lines if "error" in line]
    assert not errors, errors[0]
    with country.reading() as session:
        acknowledged, lost, twice = _acknowledged(session, lines)
        verdict = reconcile.verify(session)
        stuck = session.connection().execute(STUCK).all()
    assert (lost, twice, verdict.wrong[:5], stuck) == ([], [], [], [])
    _goes_on(country, database_url, office)
    said = Counter(next(iter(line)) for line in lines)
    assert acknowledged >= kills
    proof(
        "Processes killed at work",
        kills=kills,
        acknowledged=acknowledged,
        lost=0,
        done_twice=0,
        refused_because_late=said["lost"],
        unavailable=said["unavailable"],
    )


def _acknowledged(session: Session, lines: list[dict[str, Any]]) -> tuple[int, list[Any], list[Any]]:
    """How many acts were acknowledged; those the ledger does not hold; those it holds more than once."""
    held: Counter[tuple[str, str]] = Counter()
    for action, leaf in session.connection().execute(LEAVES):
        held[action, json.loads(leaf)["subject"][1]] += 1
    done = [(ENTRIES[line["done"]["verb"]], line["done"]["subject"]) for line in lines if "done" in line]
    return len(done), [act for act in done if held[act] == 0], [act for act in held if held[act] > 1]


def _goes_on(country: Store, url: str, office: Zygote) -> None:
    """Nothing is stuck: the next worker finds work and does it."""
    log = office.folder / "after"
    after = Office(url, log, 7, office.began)
    after.cases += 3  # the others may all be waiting: for a clock, or for an answer the person has taken back
    done = 0
    for _ in range(60):  # some are refused: a last place is gone, a consent was taken back
        after.act()
        done = sum('"done"' in line for line in log.read_text().splitlines()) if log.exists() else 0
        if done >= 5:
            break
    after.store.close()
    assert done >= 5
