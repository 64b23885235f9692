"""Plain figures: how fast a whole journey is acted, what the interpreter takes of it, how large a state is."""

from collections.abc import Callable
from statistics import median
from typing import Any
from unittest.mock import patch

from sqlalchemy import func
from sqlmodel import select

from engine.demo.story import MAN_IN_KAZAKHSTAN, WOMAN_IN_OSH, Story
from engine.models.work import ProcessInstance
from engine.process import runtime

from . import world
from .measuring import Report, timed
from .world import Databases

JOURNEYS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("police_osh", WOMAN_IN_OSH),
    ("consulate", MAN_IN_KAZAKHSTAN),
)


def measure(databases: Databases, report: Report, progress: Callable[[str], None]) -> None:
    """Play both journeys as far as they go without waiting, through the verbs."""
    store = world.open_store(databases.prepared(), databases.key)
    steps: list[float] = []

    def complete(*given: Any) -> Any:
        step, taken = timed(lambda: original(*given))
        steps.append(taken)
        return step

    original = runtime.complete
    acts, milliseconds = 0, 0.0
    with patch.object(runtime, "complete", complete):
        for login, answers in JOURNEYS:
            story = Story(store, answers)
            reference = story.open(login)
            done, taken = timed(lambda story=story, reference=reference: story.play(reference))  # type: ignore[misc]
            acts, milliseconds = acts + done, milliseconds + taken
            progress("Journeys")
    with store.reading() as session:
        sizes = select(func.max(func.length(ProcessInstance.state)))
        largest = session.exec(sizes).one()
    store.close()
    report.figures += [
        ("acts of both journeys, each claim and completion in one transaction", f"{acts / milliseconds * 1000:.0f} /s"),
        ("one step of the interpreter, loading and storing its state", f"{median(steps):.2f} ms"),
        ("largest sealed state of a process", f"{largest:,} bytes"),
    ]
