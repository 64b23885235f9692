"""A process that works like a busy office until it is killed: `python -m tests.batteries.busy URL FOLDER`.

It prepares everything, opens no connection, and then forks one worker for each line `SLOT SEED DAY0` it reads; it
answers with the worker's process id. A worker does random acts through the verbs and, after each commit, writes one
line into `FOLDER/SLOT`; before each act it writes what it is about to do, so that its successor can send it again.
"""

import contextlib
import json
import os
import random
import signal
import sys
import time
import traceback
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from engine import bundles, cases, clock, handoffs, movements, tasks, worker
from engine.actor import Actor
from engine.config import settings
from engine.database import Store
from engine.demo import answering
from engine.errors import Conflict, NotAllowed, NotFound, Stale, Unavailable
from engine.models.cases import Case, CaseStatus
from engine.models.columns import new_id
from engine.models.work import PENDING_HANDOFF, DeclineCode, Handoff, TaskStatus, UserTask
from engine.process import definitions
from tests.batteries import world
from tests.times import today

FIRST = (Conflict, Stale, NotFound, NotAllowed)  # somebody else was first: an ordinary answer
DAYS_PER_SECOND = 0.5
CASES = 12
Act = dict[str, Any]


class Office:
    """One worker process: its slot's log, its store, its dice."""

    def __init__(self, url: str, log: Path, seed: int, began: float) -> None:
        self.store: Store = world.connect(url)
        self.staff = world.staff(self.store)
        self.rng = random.Random(seed)
        self.began = began
        self.cases = CASES  # so many people at once; then nobody new is found while there is something to try
        self.log = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def say(self, **line: Any) -> None:
        """Write one line; it outlives this process."""
        os.write(self.log, json.dumps(line).encode() + b"\n")

    def act(self) -> None:
        """Choose what is open somewhere and do it."""
        days = (time.time() - self.began) * DAYS_PER_SECOND
        clock.set_offset(timedelta(days=days))
        if self.rng.random() < 0.15:
            with contextlib.suppress(Unavailable):
                worker.tick(self.store)
            return
        chosen = self._choose()
        self.say(trying=chosen)
        self.send(chosen)

    def send(self, chosen: Act, again: bool = False) -> None:
        """Do an act; say so after the commit. `again`: a predecessor may have done it already."""
        try:
            with self.store.transaction() as session:
                done = getattr(self, f"_{chosen['verb']}")(session, chosen)
        except FIRST as refusal:
            self.say(lost=chosen, why=type(refusal).__name__)
        except Unavailable:
            self.say(unavailable=chosen)
        else:
            self.say(done=chosen | {"subject": done}, again=again)

    # choosing
    def _choose(self) -> Act:
        with self.store.reading() as session:
            live = session.exec(select(Case.id).where(Case.status == CaseStatus.OPEN)).all()
            found = [*self._offers(session), *self._tasks(session)]
        found = [one for one in found if one["agency"] in self.staff.by_agency]  # others are reached by phone or letter
        if len(live) < self.cases or not found:  # where all wait for a clock, somebody new is found
            return {"verb": "open", "login": self.rng.choice(world.FIRST_RESPONDERS)}
        return self.rng.choice(found)

    def _offers(self, session: Session) -> Iterator[Act]:
        for handoff in session.exec(select(Handoff).where(col(Handoff.state).in_(PENDING_HANDOFF))).all():
            verb = self.rng.choice(("accept", "accept", "accept", "decline"))
            yield {"verb": verb, "id": handoff.id, "agency": handoff.receiver_id}

    def _tasks(self, session: Session) -> Iterator[Act]:
        query = select(UserTask).where(col(UserTask.status).in_((TaskStatus.OPEN, TaskStatus.CLAIMED)))
        for task in session.exec(query).all():
            yield {"verb": "complete", "id": task.id, "agency": task.holder_id, "form_id": new_id()}

    # doing: each says what the ledger must hold once
    def _open(self, session: Session, chosen: Act) -> str:
        return cases.open_case(session, by=self.staff.by_login[chosen["login"]]).id

    def _accept(self, session: Session, chosen: Act) -> str:
        return handoffs.accept(session, chosen["id"], by=self._by(chosen)).id

    def _decline(self, session: Session, chosen: Act) -> str:
        return handoffs.decline(session, chosen["id"], reason=DeclineCode.OTHER, by=self._by(chosen)).id

    def _complete(self, session: Session, chosen: Act) -> str:
        task = session.get_one(UserTask, chosen["id"])
        by = self._by(chosen, second=task.element == "closure_approval")
        if task.status in (TaskStatus.OPEN, TaskStatus.CLAIMED):
            tasks.claim(session, task.id, by=by)
            self._travel(session, task, by)
        case = session.get_one(Case, task.case_id)
        form = bundles.load(session, case.bundle_id).forms[task.form]
        dice = random.Random(chosen["form_id"])
        said = world.person(dice, False) | world.mood(dice) | {"consent_identification": "given"}
        raw = answering.fill(form, said, today=today())
        return tasks.complete(session, task.id, raw, by=by, form_id=chosen["form_id"]).task.id

    def _travel(self, session: Session, task: UserTask, by: Actor) -> None:
        journey = movements.expected(session, task)
        if journey is not None and journey.arrived_at is None:
            movements.arrive(session, task.id, condition=movements.Condition.WELL, by=by)

    def _by(self, chosen: Act, *, second: bool = False) -> Actor:
        return self.staff.of(chosen["agency"])[1 if second else 0]


def unfinished(log: Path) -> Act | None:
    """What the last worker of this slot was about to do and did not acknowledge."""
    lines = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
    return lines[-1].get("trying") if lines else None


def work(url: str, log: Path, seed: int, began: float) -> None:
    """The life of one worker."""
    office = Office(url, log, seed, began)
    try:
        left = unfinished(log)
        if left is not None:
            office.send(left, again=True)
        while True:
            office.act()
    except Exception:
        office.say(error=traceback.format_exc()[-2_000:])
        raise


def main(url: str, folder: str) -> None:
    """Fork one worker per line of standard input; end with it."""
    definitions.compile_bundle(bundles.shipped(settings()))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    print("ready", flush=True)
    for line in sys.stdin:
        slot, seed, began = line.split()
        child = os.fork()
        if child == 0:
            try:
                work(url, Path(folder, slot), int(seed), float(began))
            finally:
                os._exit(1)
        print(child, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
