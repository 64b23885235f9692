"""What accompanies the path is begun by the right word, goes every way it is drawn, and never blocks the path."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from engine.process import runtime
from engine.process.definitions import Bundle, compile_bundle, read_folders

pytestmark = pytest.mark.once
ROOT = Path(__file__).parents[2]
INSTANCE = "1" * 32


@dataclass
class Walk:
    """An instance of one shipped process: what is open in it, what it has sent, where it ended."""

    process: str
    facts: dict[str, Any] = field(default_factory=dict)
    inputs: dict[str, Any] = field(default_factory=dict)
    sent: list[str] = field(default_factory=list)
    tasks: dict[str, runtime.OpenTask] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.bundle = bundle()
        initial = {name: fact.initial for name, fact in self.bundle.facts.items()}
        self._take(runtime.start(self.bundle, self.process, INSTANCE, initial | self.facts, self.inputs))

    def do(self, element: str, **facts: Any) -> "Walk":
        """Complete this task, its form setting these facts."""
        task = self.tasks.pop(element)
        facts = self.facts | facts
        self._take(runtime.complete(self.bundle, self.process, INSTANCE, self.state, facts, task.id))
        return self

    def _take(self, step: runtime.Step) -> None:
        self.state, self.facts, self.end = step.state, step.facts, step.end_event
        self.tasks |= {task.element: task for task in step.opened}
        self.sent += [message.name for message in step.sent]


def bundle() -> Bundle:
    return compile_bundle(read_folders(ROOT / "workflows" / "kg", ROOT / "forms" / "kg"))


@pytest.mark.parametrize("word", ["person_missing", "person_in_danger", "consent_withdrawn"])
def test_each_word_a_person_may_say_begins_one_process(word: str) -> None:
    assert len(bundle().started_by(word)) == 1


def test_paper_follows_the_intake_and_holds_nothing_up() -> None:
    walk = Walk("national_referral").do("intake", age_band="adult")
    assert walk.sent == ["intake_done"] and "rights_and_consent" in walk.tasks
    assert Walk("paper_record").tasks["paper_follow_up"].due == "paper"


@pytest.mark.parametrize("at_intake", ["adult", "child", "unknown"])
@pytest.mark.parametrize("later", ["adult", "child", "unknown"])
def test_child_protection_is_called_once_whenever_a_child_is_found(at_intake: str, later: str) -> None:
    walk = Walk("national_referral").do("intake", age_band=at_intake)
    called_at_once = "child_notice" in walk.tasks
    walk.do("rights_and_consent", age_band=later, consent_identification="given")
    assert called_at_once == (at_intake != "adult")
    assert ("child_found" in walk.sent) == (at_intake == "adult" and later != "adult")
    assert "screening" in walk.tasks
    assert list(Walk("child_found").tasks) == ["child_notice"]


def test_a_child_found_later_is_never_turned_away_for_want_of_consent() -> None:
    walk = Walk("identification", inputs={"child_path_open": False})
    walk.do("rights_and_consent", age_band="child", consent_identification="refused")
    assert walk.sent == ["child_found"] and walk.end is None


@pytest.mark.parametrize(
    ("state", "sent", "end"),
    [
        ("found_safe", [], "found"),
        ("found_in_danger", ["person_in_danger"], "found"),
        ("stopped", [], "search_stopped"),
    ],
)
def test_a_search_goes_on_until_it_is_over(state: str, sent: list[str], end: str) -> None:
    walk = Walk("missing").do("missing_search")
    walk.do("missing_review", missing_state="still_missing").do("missing_review", missing_state=state)
    assert (walk.sent, walk.end) == (sent, end)


@pytest.mark.parametrize(("asked", "sent"), [("yes", ["protection_asked"]), ("no", [])])
def test_safety_is_reviewed_while_protection_is_decided(asked: str, sent: list[str]) -> None:
    walk = Walk("danger").do("safety_plan", protection_now=asked)
    assert walk.sent == sent and list(walk.tasks) == ["safety_review"]
    walk.do("safety_review", danger_over="no").do("safety_review", danger_over="yes")
    assert walk.end == "danger_ended"
    assert list(Walk("protection_asked").tasks) == ["threat_assessment"]


@pytest.mark.parametrize(("answer", "sent"), [("yes", ["person_in_danger"]), ("no", []), ("unknown", [])])
def test_pressure_behind_a_withdrawal_is_a_danger(answer: str, sent: list[str]) -> None:
    walk = Walk("withdrawal")
    assert walk.tasks["ask_about_pressure"].lane == "independent_advocate"
    assert walk.do("ask_about_pressure", pressure_reported=answer).sent == sent


@pytest.mark.parametrize("interests", ["return_excluded", "return_possible", "unknown"])
def test_nobody_is_returned_against_the_best_interests_of_a_child(interests: str) -> None:
    settled = {"return_safe": "yes", "return_cleared": "yes", "return_wanted": "yes", "best_interests": interests}
    abroad, home = Walk("return_from_abroad", settled), Walk("repatriation", settled)
    for task in ("request_verification", "verify_facts", "travel_document", "pre_return_risk"):
        abroad.do(task)
    for task in ("return_decision", "foreign_travel_document", "foreign_return_risk", "return_clearance"):
        home.do(task)
    stopped = interests == "return_excluded"
    assert (abroad.end, home.end) == (("return_not_safe", "repatriation_stopped") if stopped else (None, None))
