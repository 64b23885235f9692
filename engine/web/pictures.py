"""The live diagrams of a case: each process as it is drawn, with where the case stands in it."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from markupsafe import Markup

from ..language import Translator
from ..models.work import OPEN_TASK, UserTask
from ..process import picture
from ..process.definitions import Bundle, Process
from ..process.elements import Kind
from . import path
from .standing import Timer
from .words import Words

STATE_WORDS = {"done": "done", "in work": "now", "waiting": "waiting", "late": "late"}


def diagrams(words: Words, tasks: list[UserTask], timers: Sequence[Timer] = ()) -> list[dict[str, Any]]:
    """The spine, and every called process in which something is open or waits for its clock."""
    bundle = words.bundle
    active = [t.process for t in tasks if t.status in OPEN_TASK] + [timer.element.process for timer in timers]
    return [
        _diagram(words, bundle.processes[name], tasks, timers)
        for name in dict.fromkeys([bundle.country.spine, *active])
    ]


def _diagram(words: Words, process: Process, tasks: list[UserTask], timers: Sequence[Timer]) -> dict[str, Any]:
    found = path.states(words.bundle, process, tasks, timers)
    running = [words.element(element) for element, state in found.items() if state != "done"]
    sentence = words.t.plain("case.stands_at", tasks=", ".join(running)) if running else ""
    return {
        "title": words.process(process.id),
        "svg": _svg(words.bundle, process.id, tuple(sorted(found.items())), words.t.language),
        "sentence": sentence or words.t("case.stands_nowhere"),
    }


@lru_cache(maxsize=512)
def _svg(bundle: Bundle, process_id: str, states: tuple[tuple[str, str], ...], language: str) -> Markup:
    """Drawn once for each state and language: a picture says nothing of a person."""
    process = bundle.processes[process_id]
    t = Translator(language)
    names = _names(Words(bundle, t), process)
    drawing = picture.svg(
        bundle.files[process.file],
        title=str(t.drawn(process.name)),
        states=dict(states),
        translate=lambda text: names.get(text) or str(t.drawn(text)),
    )
    return Markup(drawing)


def _names(words: Words, process: Process) -> dict[str, str]:
    """What is written in a picture, in the reader's language, as far as there are words for it."""
    tasks = {e.name: str(words.element(e.id)) for e in process.elements.values() if e.kind is Kind.USER_TASK}
    lanes = {lane: str(words.role(lane)) for lane in process.lanes if lane in words.bundle.country.roles}
    states = {drawn: words.t.plain(f"step_state.{code}") for drawn, code in STATE_WORDS.items()}
    return states | lanes | tasks
