"""Correcting a completed form, for the tests of what a correction and doing again come to."""

from typing import Any

from engine import corrections
from engine.models.answers import Correction
from tests.verbs.scene import Scene


def correct(
    scene: Scene, element: str, login: str = "police_osh", reason: str = "typing_error", **changes: Any
) -> Correction:
    """Correct some answers of a completed form; None takes an answer out."""
    raw = {name: value for name, value in (scene.answers(element) | changes).items() if value is not None}
    task = scene.task(element)
    return scene.act(login, lambda s, by: corrections.correct(s, task.id, raw, reason=reason, by=by))
