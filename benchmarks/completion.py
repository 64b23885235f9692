"""What a completion over HTTP costs, beside the floor."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from statistics import median
from typing import Any

from engine.database import Store

from . import floor, serving, world
from .measuring import Count, Pair, Report
from .world import Databases, Ready

MOST = 2.5
MOST_STATEMENTS = 15
WARM = 1  # completions of each step that are done before any is measured
QUIET = ("rights_and_consent", "needs_and_risk")  # the next task is the same agency's
STEPS = ("intake", "screening", "service_report", *QUIET)
ANSWERS: dict[str, Any] = {"shelter_now": "no"}


def measure(
    databases: Databases, report: Report, times: int, steps: Sequence[str], progress: Callable[[str], None]
) -> None:
    """Complete the same tasks on two equal databases, by the engine and by the floor, in turns."""
    base = databases.prepared()
    store = world.open_store(base, databases.key)
    ready = _cases(store, [element for _ in range(times + WARM) for element in steps], progress)
    tokens = world.bearer(store)
    world.rest(store)
    ours, bare, recorded = (databases.new(like=base) for _ in range(3))
    progress("Completions over HTTP")
    with (
        serving.server(serving.engine, ours, databases.key) as engine,
        serving.server(floor.build, bare, recorded, databases.key, ready) as ground,
    ):
        _compare(report, ready, tokens, engine, ground, WARM * len(steps))


def _cases(store: Store, elements: Iterable[str], progress: Callable[[str], None]) -> list[Ready]:
    ready = []
    for element in elements:
        ready.append(world.claim(store, world.play_to(store, element, **ANSWERS), element, **ANSWERS))
        progress(f"Cases before {element}")
    return ready


def _compare(
    report: Report,
    ready: list[Ready],
    tokens: dict[str, dict[str, str]],
    engine: serving.Client,
    ground: serving.Client,
    warm: int,
) -> None:
    pair = Pair()
    steps: dict[str, list[serving.Answer]] = defaultdict(list)
    for number, one in enumerate(ready):
        path = f"/api/v1/tasks/{one.task_id}/completion"
        headers = tokens[one.user_id] | {"If-Match": f'"{one.revision}"'}
        answer = engine.send("POST", path, {"answers": one.answers}, headers)
        beside = ground.send("POST", path, {"answers": one.answers}, headers)
        if (answer.status, beside.status) != (200, 200):
            raise RuntimeError(f"{one.element}: {answer.status} {answer.body!r}, floor {beside.status}")
        if number >= warm:
            pair.measured.append(answer.milliseconds)
            pair.base.append(beside.milliseconds)
            steps[one.element].append(answer)
    quiet = max(count for element, count in _statements(steps).items() if element in QUIET)
    report.promises += [
        pair.ratio("completion over HTTP : the same rows written by a bare route", MOST),
        Count("SQL statements of a completion that offers nothing to another agency", quiet, MOST_STATEMENTS),
        Count("write transactions of a completion", max(a.writes for row in steps.values() for a in row), 1),
    ]
    for element, count in _statements(steps).items():
        taken = median(answer.milliseconds for answer in steps[element])
        report.figures.append((f"completion of {element}", f"{taken:.1f} ms, {count} statements"))


def _statements(steps: dict[str, list[serving.Answer]]) -> dict[str, int]:
    return {element: max(answer.statements for answer in answers) for element, answers in steps.items()}
