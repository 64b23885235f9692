"""One case of each journey, from detection to its end, by scripts that know nothing but the API."""

from typing import Any

import pytest

from engine import worker
from engine.database import Store
from engine.demo.agencies import AGENCIES, PASSWORD, SECOND
from engine.demo.story import MAN_IN_KAZAKHSTAN, WOMAN_IN_OSH
from tests.api.client import Cast
from tests.api.playing import Play, filled

PENDING = ("offered", "delivered", "opened")
LOGINS = (*(code for code in AGENCIES if code != "auditor"), *(f"{code}_2" for code in SECOND))


@pytest.fixture
def everybody(cast: Cast, training: None) -> Cast:
    """All people; some of each kind come with name and password, as a stranger to the store would."""
    for login in ("police_osh", "consulate", "shelter_osh", "coordinator_osh", "auditor"):
        cast.sign_in(login, PASSWORD)
    return cast


def to_the_end(play: Play, store: Store, reference: str) -> dict[str, Any]:
    """Do what is open, then let the clocks run, until the case is closed; returns the coordinator's view."""
    coordinator = play.cast["coordinator_national"]
    for _ in range(80):
        play.play()
        case: dict[str, Any] = coordinator.read(f"/cases/{reference}")
        if case["status"] == "closed":
            return case
        if not find_places(play, case):
            assert coordinator.post("/clock", {"to_next_deadline": True}).status_code == 200
            worker.drain(store)
            play.silent.clear()
    raise AssertionError(f"The case does not end: {[t for t in case['tasks'] if not t['ended_at']]}")


def find_places(play: Play, case: dict[str, Any]) -> int:
    """The coordinator asks again for every task that nobody is asked about any more."""
    asked = {handoff["task_id"] for handoff in case["handoffs"] if handoff["state"] in PENDING}
    left = [task["id"] for task in case["tasks"] if task["status"] == "awaiting" and task["id"] not in asked]
    for task_id in left:
        play.cast["coordinator_national"].act(f"/tasks/{task_id}/offers/again")
        play.told.append(("coordinator_national", "asked again"))
    return len(left)


def begin(play: Play, login: str) -> str:
    """Open a case and complete its intake in one request."""
    body = {"intake": filled("intake", play.answers)}
    answer = play.cast[login].post("/cases", body, idempotency_key="detected")
    assert answer.status_code == 201, answer.text
    reference: str = answer.json()["reference"]
    assert answer.headers["location"] == f"/api/v1/cases/{reference}"
    return reference


def check(case: dict[str, Any], steps: set[str], ends: set[str]) -> None:
    """These steps were done, handoffs ended in these ways, and none is left open or without a ground."""
    assert {task["element"] for task in case["tasks"] if task["status"] == "done"} >= steps
    states = {handoff["state"] for handoff in case["handoffs"]}
    assert states >= ends and not states & {*PENDING, "accepted", "in_work"}
    for alarm in case["clocks"]:
        assert alarm["state"] != "running" or alarm["kind"] == "alarm"


def check_record(cast: Cast, reference: str) -> None:
    """The record is intact and tells the story to the auditor, without the reference."""
    auditor = cast["auditor"]
    verdict = auditor.post("/audit/verification").json()
    assert verdict["intact"], verdict["wrong"]
    alias = auditor.read("/audit/cases")["items"][0]["alias"]
    timeline = auditor.read(f"/audit/cases/{alias}")
    assert reference not in str(timeline)
    assert {span["kind"] for span in timeline["spans"]} == {"waiting", "working", "moving"}
    assert {"handoff.declined", "handoff.expired"} <= {line["action"] for line in timeline["sentences"]}
    assert set(auditor.read("/audit/exceptions")["kinds"]) >= {"late", "one_agency_alone", "not_arrived"}
    assert auditor.read("/audit/waits")["items"]


def test_a_foreign_woman_found_in_osh_goes_home_safely(everybody: Cast, store: Store) -> None:
    play = Play(everybody, LOGINS, dict(WOMAN_IN_OSH))
    play.silent.add("Second opinion on identification")
    play.declines["Confirmation of formal identification"] = "no_capacity"
    reference = begin(play, "police_osh")
    offers = everybody["police_osh"].read(f"/cases/{reference}")["handoffs"]
    assert {offer["task_name"] for offer in offers} == {"Arrival in the shelter", "First contact for a service"}
    case = to_the_end(play, store, reference)
    steps = {"shelter_arrival", "legal_report", "formal_confirmation", "arrival_confirmation", "closure_approval"}
    check(case, steps, {"done", "declined", "expired", "recalled"})
    check_record(everybody, reference)


def test_a_man_in_kazakhstan_returns_first_and_is_served_then(everybody: Cast, store: Store) -> None:
    play = Play(everybody, LOGINS, dict(MAN_IN_KAZAKHSTAN))
    play.silent.add("Verification at home")
    play.declines["Arrival in the shelter"] = "no_capacity"
    reference = begin(play, "consulate")
    case = to_the_end(play, store, reference)
    steps = {"verify_facts", "reception", "shelter_arrival", "protection_measures", "service_report"}
    check(case, steps, {"done", "declined", "expired", "exhausted"})
    assert ("coordinator_national", "asked again") in play.told
    check_record(everybody, reference)
