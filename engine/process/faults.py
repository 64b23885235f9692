"""What can go wrong between a drawing and its execution."""

from dataclasses import dataclass

from ..errors import Conflict, Fault, Invalid


class ProcessError(Fault):
    """The process could not go on from here. Nothing was changed; the coordinator must look at it."""


class NullResult(ProcessError):
    """An expression gave no answer because a fact it asks for is not known. Nothing was changed."""


class StateRefused(ProcessError):
    """The stored state is not one that this engine wrote for this instance. It was not interpreted."""


class Stalled(ProcessError):
    """The process would wait for nothing: no open task, no clock, no message. Nothing was changed."""


class NotOpen(Conflict):
    """This is no longer open in the process. Reload and look at the present state."""


class PassedBy(Conflict):
    """The path has gone on too far to come back to this step. Let it stand, and start the stage that is missing."""


class OpenAgain(Conflict):
    """This is under way again, or comes again. Give the right answers there, and let stand what was decided."""


@dataclass(frozen=True)
class Problem:
    """One thing in a bundle that must be mended before it can be deployed.

    `file` and `element` say where ("" where the whole file or bundle is meant), `what` is the fault and
    `remedy` what to draw or write instead.
    """

    file: str
    element: str
    what: str
    remedy: str

    def __str__(self) -> str:
        place = f"{self.file}, {self.element}" if self.element else self.file
        return f"{place}: {self.what} {self.remedy}".strip()


class BundleInvalid(Invalid):
    """These process definitions cannot be used."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        lines = "\n".join(f"- {problem}" for problem in problems)
        super().__init__(f"These process definitions cannot be used:\n{lines}")
