"""Drives one instance by the names of what is open in it."""

from typing import Any

from engine.process import runtime
from engine.process.definitions import Bundle
from engine.process.runtime import Step


class Case:
    """One instance, driven by the names of what is open."""

    def __init__(self, bundle: Bundle, process: str = "main", **facts: Any) -> None:
        self.bundle, self.process = bundle, process
        self.step = runtime.start(bundle, process, "i", bundle.initial_facts() | facts)
        self.steps: list[Step] = [self.step]

    def do(self, element: str, nth: int = 0, **facts: Any) -> Step:
        """Complete, fire or deliver the nth open thing of this element."""
        found = [(kind, thing) for kind, thing in self._open() if thing.element == element]
        kind, thing = found[nth]
        acts = (runtime.complete, runtime.fire, runtime.deliver)
        given = self.step.facts | facts
        self.step = acts[kind](self.bundle, self.process, "i", self.step.state, given, thing.id)
        self.steps.append(self.step)
        return self.step

    def open(self) -> list[str]:
        """The elements that are open now."""
        return sorted(thing.element for _, thing in self._open())

    def _open(self) -> list[tuple[int, Any]]:
        work = runtime.open_work(self.bundle, self.process, "i", self.step.state, self.step.facts)
        return [(kind, thing) for kind, things in enumerate(work) for thing in things]
