"""A case played through the API alone: every agency looks at its own lists and does what it finds there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine import bundles
from engine.config import settings
from engine.demo import answering
from engine.forms import FormDefinition
from engine.process.definitions import compile_bundle
from tests.api.client import Cast, Script
from tests.times import today

FORMS: dict[str, FormDefinition] = compile_bundle(bundles.shipped(settings())).forms
COLLEAGUE = "closure_approval"  # a second person must do this
INTERPRETED = {"interpreter_how": "present", "interpreter_name": "A. Interpreter, interpreter service"}


def filled(form: str, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Valid answers to a form, given through an interpreter."""
    return answering.fill(FORMS[form], INTERPRETED | wanted, today=today())


@dataclass
class Play:
    """Plays everybody. `declines` and `silent` name the tasks whose first offer is refused or left unanswered."""

    cast: Cast
    logins: tuple[str, ...]
    answers: dict[str, Any]
    declines: dict[str, str] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    told: list[tuple[str, str]] = field(default_factory=list)  # (login, what)

    def people(self) -> Iterator[Script]:
        """Everybody, in one order."""
        return (self.cast[login] for login in self.logins)

    def round(self) -> int:
        """Let everybody do once what waits for them; returns how many acts."""
        before = len(self.told)
        for script in self.people():
            self._answer_offers(script)
            self._do_tasks(script)
        return len(self.told) - before

    def play(self, rounds: int = 60) -> None:
        """Until nobody has anything left to do."""
        for _ in range(rounds):
            if not self.round():
                return
        raise AssertionError("The play does not end.")

    def _answer_offers(self, script: Script) -> None:
        for offer in script.read("/handoffs")["offered"]:
            path = f"/handoffs/{offer['id']}"
            name = offer["task_name"]
            card = script.read(path)
            assert offer["reference"] is None and (card["card"] is not None or card["state"] == "recalled")
            if name in self.silent:
                continue
            if name in self.declines:
                script.act(f"{path}/refusal", {"reason": self.declines.pop(name)})
                self.told.append((script.login, f"declined {name}"))
            elif script.read(path)["state"] in ("offered", "delivered", "opened"):
                script.act(f"{path}/acceptance")
                self.told.append((script.login, f"accepted {name}"))

    def _do_tasks(self, script: Script) -> None:
        for task in script.read("/tasks")["items"]:
            path = f"/tasks/{task['id']}"
            second = task["element"] == COLLEAGUE and not script.login.endswith("_2")
            if second or task["claimed_by_id"] not in (None, script.read("/me")["id"]):
                continue
            script.act(f"{path}/claim")
            detail = script.read(path)
            if detail["movement"] and not detail["movement"]["arrived_at"]:
                self._travel(script, task["id"])
            given = filled(detail["form"], self.answers)
            assert set(given) <= set(detail["form_schema"]["properties"])
            script.act(f"{path}/completion", {"answers": given})
            self.told.append((script.login, f"did {task['element']}"))

    def _travel(self, receiver: Script, task_id: str) -> None:
        for giver in self.people():
            for given in giver.read("/handoffs")["awaiting_outcome"]:
                journey = given["movement"] if given["task_id"] == task_id else None
                if journey and journey["departed_at"] is None:
                    answer = giver.post(f"/tasks/{task_id}/departure", {"escort": "giver"})
                    assert answer.status_code == 200, answer.text
        receiver.act(f"/tasks/{task_id}/arrival", {"condition": "well"})
