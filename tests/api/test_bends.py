"""What happens to a person, corrections, handovers, bends of the path, finding work: through the API, by the litany."""

from dataclasses import dataclass
from typing import Any

import pytest
from sqlmodel import col, select

from engine.database import Store
from engine.models.answers import Correction
from engine.models.cases import Case
from engine.models.people import Agency
from engine.models.work import HELD_HANDOFF, Deadline, DeadlineState, Handoff, UserTask
from tests.api.client import Cast, refused
from tests.api.test_litany import (
    Act,
    _match,
    check_bodies,
    check_once,
    check_preconditions,
    check_strangers,
    entries,
)
from tests.factories import case_at

COORDINATOR, SHELTER, OFFICER = "coordinator_osh", "shelter_osh", "police_osh"


@dataclass
class Bend:
    """A case with a shelter and a lawyer at work and services offered, and what can be acted on in it."""

    reference: str
    stay: str
    service: str
    screening: str
    stay_clock: str
    held: str  # the handoff under which the shelter holds
    other_shelter: str
    answers: dict[str, Any]
    correction: str = ""


@pytest.fixture
def bend(store: Store, training: None) -> Bend:
    reference = case_at(store, "stay_review", "legal_first_meeting", "service_first_contact")
    with store.reading() as session:
        case = session.exec(select(Case).where(Case.reference == reference)).one()
        rows = session.exec(select(UserTask).where(UserTask.case_id == case.id).order_by(col(UserTask.opened_at))).all()
        tasks = {row.element: row for row in rows}
        clocks = select(Deadline).where(Deadline.clock == "shelter_stay", Deadline.state == DeadlineState.RUNNING)
        held = select(Handoff).where(Handoff.element == "shelter_arrival", col(Handoff.state).in_(HELD_HANDOFF))
        return Bend(
            reference=reference,
            stay=tasks["stay_review"].id,
            service=tasks["service_first_contact"].id,
            screening=tasks["screening"].id,
            stay_clock=session.exec(clocks).one().id,
            held=session.exec(held).one().id,
            other_shelter=session.exec(select(Agency.id).where(Agency.code == "shelter_bishkek")).one(),
            answers={},
        )


def _changed(cast: Cast, bend: Bend) -> dict[str, Any]:
    values = cast[OFFICER].read(f"/tasks/{bend.screening}/answers")["items"][0]["values"]
    return {name: value for name, value in values.items() if name != "means_signs"} | {"means_seen": "false"}


def _later(bend: Bend) -> dict[str, Any]:
    """A body nobody needs to send: when it happened, where that was earlier."""
    return {"happened_at": None}


ACTS: dict[str, Any] = {
    "withdrawal": Act(
        lambda b: f"/cases/{b.reference}/withdrawal", COORDINATOR, lambda b: {"purpose": "services"},
        outsider="police_bishkek", matches=False,
    ),
    "report": Act(
        lambda b: f"/cases/{b.reference}/withdrawal", SHELTER, lambda b: {"purpose": "shelter"},
        outsider="hotline", matches=False,
    ),
    "waiver": Act(
        lambda b: f"/tasks/{b.service}/waiver", COORDINATOR, _later, outsider="attorney", matches=False, needed=False
    ),
    "leaving": Act(
        lambda b: f"/cases/{b.reference}/leaving", COORDINATOR, _later, outsider="coordinator_bishkek", matches=False,
        needed=False,
    ),
    "absence": Act(
        lambda b: f"/cases/{b.reference}/absence", SHELTER, _later, outsider="iom", matches=False, needed=False
    ),
    "danger": Act(
        lambda b: f"/cases/{b.reference}/danger", SHELTER, _later, outsider="prosecutor", matches=False, needed=False
    ),
    "death": Act(
        lambda b: f"/cases/{b.reference}/death", COORDINATOR, _later, outsider="consulate", matches=False, needed=False
    ),
    "mistake": Act(
        lambda b: f"/cases/{b.reference}/mistake", COORDINATOR, lambda b: {"reason": "duplicate"},
        outsider="hotline", wrong_role=SHELTER, matches=False,
    ),
    "correction": Act(
        lambda b: f"/tasks/{b.screening}/corrections", OFFICER,
        lambda b: {"answers": b.answers, "reason": "typing_error"}, outsider=SHELTER, status=201,
    ),
    "skip": Act(
        lambda b: f"/tasks/{b.stay}/skip", COORDINATOR, lambda b: {"reason": "not_needed"},
        outsider="police_bishkek", wrong_role=SHELTER,
    ),
    "stage": Act(
        lambda b: f"/cases/{b.reference}/stages", COORDINATOR, lambda b: {"stage": "repatriation", "reason": "urgent"},
        outsider="coordinator_bishkek", wrong_role=SHELTER, matches=False, status=201,
    ),
    "takeover": Act(
        lambda b: "/takeovers", COORDINATOR,
        lambda b: {"stage": "case_plan", "facts": {"preliminary_result": "presumed"}},
        wrong_role="shelter_osh", matches=False, status=201,
    ),
    "extension": Act(
        lambda b: f"/deadlines/{b.stay_clock}/extension", SHELTER, lambda b: {"days": 10, "reason": "trauma"},
        outsider="police_bishkek", wrong_role=OFFICER, matches=False,
    ),
    "handover": Act(
        lambda b: f"/tasks/{b.stay}/handover", SHELTER,
        lambda b: {"agency": b.other_shelter, "reason": "moved_region"}, outsider="attorney", status=201,
    ),
    "taking_back": Act(
        lambda b: f"/handoffs/{b.held}/taking-back", COORDINATOR, lambda b: {"reason": "wrong_agency"},
        outsider="attorney", wrong_role=OFFICER,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ACTS)
def test_an_act_is_done_once_by_whom_it_belongs_to(name: str, cast: Cast, bend: Bend) -> None:
    act = ACTS[name]
    bend.answers = _changed(cast, bend)
    path, body, script = act.path(bend), act.body(bend), cast[act.by]
    match = _match(cast, act, path)
    before = entries(cast)
    check_strangers(cast, act, path, body, match)
    check_preconditions(script, act, path, body)
    check_bodies(script, act, path, body, match)
    assert entries(cast) == before, "a refused act leaves no trace"
    check_once(script, act, path, body, match)
    assert entries(cast) > before


def test_a_report_says_that_it_is_one(cast: Cast, bend: Bend) -> None:
    told = cast[SHELTER].post(f"/cases/{bend.reference}/withdrawal", {"purpose": "shelter"}).json()
    assert told["reported"] and told["purposes"] == []
    told = cast[COORDINATOR].post(f"/cases/{bend.reference}/withdrawal", {"purpose": "services"}).json()
    assert not told["reported"] and told["purposes"] == ["services"]


def test_versions_and_the_verdict(cast: Cast, bend: Bend, store: Store) -> None:
    officer, coordinator = cast[OFFICER], cast[COORDINATOR]
    made = officer.act(
        f"/tasks/{bend.screening}/corrections", {"answers": _changed(cast, bend), "reason": "typing_error"}
    )
    assert made["gateways"] == ["apply_criteria"] and made["verdict"] == "open"
    new, old = officer.read(f"/tasks/{bend.screening}/answers")["items"]
    assert (new["values"]["means_seen"], old["values"]["means_seen"]) == ("false", "true")
    assert "means_signs" not in coordinator.read(f"/tasks/{bend.screening}/answers")["items"][1]["values"]
    waiting = coordinator.read(f"/cases/{bend.reference}/corrections")["items"]
    assert [(row["id"], row["redo"]) for row in waiting] == [(made["id"], "beside")]
    refused(officer.get(f"/cases/{bend.reference}/corrections"), 403, "not-allowed")
    path = f"/corrections/{made['id']}/verdict"
    refused(cast["coordinator_bishkek"].post(path, {"verdict": "stand"}), 404, "not-found")
    refused(officer.post(path, {"verdict": "stand"}), 403, "not-allowed")
    refused(coordinator.post(path, {"verdict": "open"}), 422, "invalid")
    assert coordinator.post(path, {"verdict": "redo"}).json()["verdict"] == "redo"
    refused(coordinator.post(path, {"verdict": "stand"}), 409, "conflict")
    with store.reading() as session:
        assert session.exec(select(Correction.verdict)).one() == "redo"


def test_a_stage_says_what_it_must_be_told(cast: Cast, bend: Bend) -> None:
    stages = cast[COORDINATOR].read(f"/cases/{bend.reference}/stages")["items"]
    assert stages["shelter"] == {"urgent": [True, False]} and "medical" in stages["service_referral"]["service"]
    problem = refused(
        cast[COORDINATOR].post(
            f"/cases/{bend.reference}/stages",
            {"stage": "service_referral", "reason": "urgent", "inputs": {"service": "gold", "urgent": True}},
        ),
        422,
        "invalid",
    )
    assert [error["pointer"] for error in problem["errors"]] == ["/inputs/service"]


def test_what_may_be_declined_is_what_one_may_see(cast: Cast, bend: Bend) -> None:
    every = {row["element"] for row in cast[COORDINATOR].read(f"/cases/{bend.reference}/services")["items"]}
    assert every == {"stay_review", "service_first_contact", "legal_first_meeting"}
    own = cast[SHELTER].read(f"/cases/{bend.reference}/services")["items"]
    assert [row["element"] for row in own] == ["stay_review"]


def test_a_handover_offers_only_what_is_suitable(cast: Cast, bend: Bend) -> None:
    found = cast[SHELTER].read(f"/tasks/{bend.stay}/handover")["items"]
    assert [row["agency"]["id"] for row in found] == [bend.other_shelter]
    refused(cast["attorney"].get(f"/tasks/{bend.stay}/handover"), 404, "not-found")


def test_lists_are_found_by_strict_words(cast: Cast, bend: Bend) -> None:
    def found(query: str) -> list[str]:
        return [row["reference"] for row in cast[COORDINATOR].read(f"/cases?{query}")["items"]]

    for query in ("stage=stay_review", "agency=shelter_osh", "waiting=health", "language=uz&lane=shelter", "limit=1"):
        assert found(query) == [bend.reference], query
    for query in ("stage=intake", "clock=late", "language=ky", "region=bishkek", "assignee=me", "status=closed"):
        assert found(query) == [], query
    assert [row["element"] for row in cast[SHELTER].read("/tasks?stage=stay_review&clock=week")["items"]] == []
    assert [row["element"] for row in cast[SHELTER].read("/tasks?assignee=nobody")["items"]] == ["stay_review"]
    for query in ("clock=never", "stage=A%20b", "assignee=Aida", "status=half", "limit=0"):
        refused(cast[COORDINATOR].get(f"/cases?{query}"), 422, "invalid")


def test_views_are_kept_and_forgotten(cast: Cast) -> None:
    script = cast[COORDINATOR]
    made = script.post("/views", {"page": "board", "query": "clock=late&name=Aida&lane=Aida"})
    assert made.status_code == 201 and made.json()["query"] == "clock=late"
    assert [view["query"] for view in script.read("/views?page=board")["items"]] == ["clock=late"]
    refused(script.post("/views", {"page": "board", "query": "clock=late", "name": "Aigul K. +996555"}), 422, "invalid")
    refused(script.post("/views", {"page": "board", "query": "name=Aida"}), 422, "invalid")
    refused(cast["coordinator_osh_2"].post(f"/views/{made.json()['id']}/removal"), 404, "not-found")
    assert script.post(f"/views/{made.json()['id']}/removal").status_code == 200
    assert script.read("/views?page=board")["items"] == []
