"""Whether a case that goes round in a loop stays as quick as it began."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from engine.database import Store

from . import serving, world
from .measuring import Pair, Report
from .world import Databases, Ready

MOST = 1.2
LOOP = "stay_review"
AGAIN = {"stay_decision": "extend"}
EARLY = (2, 3, 4)  # the 3rd completion and its neighbours
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Loop:
    """A case that goes round, and how often it has."""

    store: Store
    reference: str

    def claim(self) -> Ready:
        """The next round, taken."""
        return world.claim(self.store, self.reference, LOOP, **AGAIN)

    def turn(self, times: int) -> None:
        """Go round, unmeasured."""
        for _ in range(times):
            world.complete(self.store, self.claim())


def measure(databases: Databases, report: Report, rounds: int, samples: int, progress: Progress) -> None:
    """Completions around the given round of an old case, and around the 3rd of young ones, in turns."""
    url = databases.prepared()
    store = world.open_store(url, databases.key)
    tokens = world.bearer(store)
    old = Loop(store, world.play_to(store, LOOP))
    for _ in range(rounds - samples // 2 - 1):
        old.turn(1)
        progress("Rounds of one case")
    pair = Pair()
    with serving.server(serving.engine, url, databases.key) as client:
        _send(client, tokens, Loop(store, world.play_to(store, LOOP)).claim())  # wakes the server
        for young in _young(store, samples):
            pair.measured.append(_send(client, tokens, old.claim()))
            pair.base.append(_send(client, tokens, young))
            progress("Completions of an old case and of young ones")
    store.close()
    report.promises.append(pair.ratio(f"completion {rounds} of a case : completion 3", MOST))


def _young(store: Store, samples: int) -> Iterator[Ready]:
    """The 2nd, 3rd and 4th rounds of new cases."""
    while samples > 0:
        loop = Loop(store, world.play_to(store, LOOP))
        loop.turn(EARLY[0] - 1)
        for _ in EARLY[:samples]:
            yield loop.claim()
        samples -= len(EARLY)


def _send(client: serving.Client, tokens: dict[str, dict[str, str]], ready: Ready) -> float:
    headers = tokens[ready.user_id] | {"If-Match": f'"{ready.revision}"'}
    path = f"/api/v1/tasks/{ready.task_id}/completion"
    answer = client.send("POST", path, {"answers": ready.answers}, headers)
    if answer.status != 200:
        raise RuntimeError(f"{ready.element}: {answer.status} {answer.body!r}")
    return answer.milliseconds
