"""Several acts at the same instant: in threads of this process, or each in a process of its own.

`python -m tests.batteries.race URL` prepares everything, opens no connection, and for each line of acts it reads
forks one process per act; they begin together, and it answers with one line of results in the order of the acts.
"""

import json
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any

from sqlmodel import Session

from engine import bundles, clock, drafts, handoffs, once, tasks, worker
from engine.actor import Actor
from engine.config import settings
from engine.database import Store
from engine.errors import EngineError
from engine.models.work import DeclineCode
from engine.process import definitions
from tests.batteries import world

Act = dict[str, Any]
LONGEST = 60  # seconds in which every act must have had its answer


def _complete(session: Session, act: Act, by: Actor) -> str:
    about: dict[str, Any] = {"revision": act.get("revision"), "form_id": act.get("form_id", "")}
    done = tasks.complete(session, act["id"], act["raw"], by=by, **about)
    return "repeated" if done.repeated else "done"


def _once(session: Session, act: Act, by: Actor) -> str:
    answer, before = once.act(session, act["key"], b"body", partial(_claimed, session, act, by), by=by)
    return f"{'repeated' if before else 'done'} {answer['id'] == act['id']}"


def _claimed(session: Session, act: Act, by: Actor) -> dict[str, Any]:
    tasks.claim(session, act["id"], by=by)
    return {"id": _complete(session, act, by) and act["id"]}


def _draft(session: Session, act: Act, by: Actor) -> str:
    drafts.save(session, act["id"], act["section"], {"typed": "something"}, by=by)
    return "saved"


def _accept(session: Session, act: Act, by: Actor) -> str:
    return str(handoffs.accept(session, act["id"], by=by).state)


def _decline(session: Session, act: Act, by: Actor) -> str:
    return str(handoffs.decline(session, act["id"], reason=DeclineCode.OTHER, by=by).state)


def _claim(session: Session, act: Act, by: Actor) -> str:
    return str(tasks.claim(session, act["id"], by=by).status)


VERBS: dict[str, Callable[[Session, Act, Actor], str]] = {
    "complete": _complete,
    "once": _once,
    "draft": _draft,
    "accept": _accept,
    "decline": _decline,
    "claim": _claim,
}


def perform(store: Store, staff: world.Staff, act: Act) -> str:
    """Do one act in one transaction; the answer, or the name of the refusal."""
    try:
        if act["verb"] == "fire":
            return "fired" if worker.fire_one_deadline(store) else "nothing due"
        with store.transaction() as session:
            return VERBS[act["verb"]](session, act, staff.by_login[act["login"]])
    except EngineError as refusal:
        return type(refusal).__name__
    except Exception:
        return "CRASH " + traceback.format_exc()[-1_500:]


def in_threads(store: Store, acts: list[Act]) -> list[str]:
    """All at once, in threads."""
    staff = world.staff(store)
    gate = threading.Barrier(len(acts))

    def one(act: Act) -> str:
        gate.wait(timeout=LONGEST)
        return perform(store, staff, act)

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(one, acts, timeout=LONGEST))


def in_processes(url: str, acts: list[Act], ahead: float) -> list[str]:
    """All at once, each in a fork of this process, which has no connection open. `ahead`: the clock's offset."""
    start, pipes = time.time() + 0.15, []
    for act in acts:
        reading, writing = os.pipe()
        if os.fork() == 0:
            store = world.connect(url)
            clock.set_offset(timedelta(seconds=ahead))
            staff = world.staff(store)
            time.sleep(max(0.0, start - time.time()))
            os.write(writing, perform(store, staff, act).encode())
            os._exit(0)
        os.close(writing)
        pipes.append(reading)
    answers = []
    for pipe in pipes:
        with os.fdopen(pipe, "rb") as reader:
            answers.append(reader.read().decode())
        os.wait()
    return answers


def main(url: str) -> None:
    """Serve one line of acts after the other."""
    definitions.compile_bundle(bundles.shipped(settings()))
    for line in sys.stdin:
        asked = json.loads(line)
        print(json.dumps(in_processes(url, asked["acts"], asked["ahead"])), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
