"""Every act through the API for an agency that says it, and at the time at which it happened."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from sqlmodel import col, select

from engine.database import Store
from engine.models.cases import Case
from engine.models.people import Agency
from engine.models.records import AuditEntry
from engine.models.work import UserTask
from tests.api.client import Cast, refused
from tests.factories import case_at

COORDINATOR, SHELTER, OFFICER = "coordinator_osh", "shelter_osh", "police_osh"
EARLIER = "2026-03-02T09:00:00+06:00"
AHEAD = "2099-03-02T09:00:00+06:00"
HELPED = {"interpreter": "A. Interpreter, interpreter service"}
HEARD = {"channel": "phone", "said_by": "the night guard", "happened_at": EARLIER}


@dataclass
class Stay:
    """She is in the shelter of Osh."""

    reference: str
    stay: str
    screening: str
    offered: str
    shelter: str
    other: str
    answers: dict[str, Any]


@pytest.fixture
def stay(cast: Cast, store: Store, training: None) -> Stay:
    reference = case_at(store, "stay_review", "legal_first_meeting")
    with store.reading() as session:
        case = session.exec(select(Case).where(Case.reference == reference)).one()
        tasks = {t.element: t.id for t in session.exec(select(UserTask).where(UserTask.case_id == case.id)).all()}
        agencies = {a.code: a.id for a in session.exec(select(Agency)).all()}
    found = Stay(
        reference, tasks["stay_review"], tasks["screening"], "", agencies[SHELTER], agencies["shelter_bishkek"], {}
    )
    values = cast[OFFICER].read(f"/tasks/{found.screening}/answers")["items"][0]["values"]
    found.answers = {n: v for n, v in values.items() if n != "means_signs"} | {"means_seen": "false"}
    return found


# what is said: the path, the body, whether the agency is named in it, the entry it leaves
SAID: dict[str, Any] = {
    "withdrawal": (
        lambda s: f"/cases/{s.reference}/withdrawal", lambda s: {"purpose": "services"}, True,
        "consent.withdrawal_reported",
    ),
    "consent": (
        lambda s: f"/cases/{s.reference}/consents", lambda s: {"purpose": "legal_aid", "answer": "given"} | HELPED,
        True, "consent.given",
    ),
    "waiver": (lambda s: f"/tasks/{s.stay}/waiver", lambda s: {}, True, "service.declined"),
    "leaving": (lambda s: f"/cases/{s.reference}/leaving", lambda s: {}, True, "person.left"),
    "death": (lambda s: f"/cases/{s.reference}/death", lambda s: {}, True, "person.died"),
    "absence": (lambda s: f"/cases/{s.reference}/absence", lambda s: {}, True, "alarm.raised"),
    "danger": (lambda s: f"/cases/{s.reference}/danger", lambda s: {}, True, "alarm.raised"),
    "handover": (
        lambda s: f"/tasks/{s.stay}/handover", lambda s: {"agency": s.other, "reason": "no_capacity"}, False,
        "handoff.offered",
    ),
    "taking back": (
        lambda s: f"/handoffs/{s.offered}/taking-back", lambda s: {"reason": "by_giver"}, False, "handoff.recalled",
    ),
    "correction": (
        lambda s: f"/tasks/{s.screening}/corrections", lambda s: {"answers": s.answers, "reason": "misunderstood"},
        False, "task.corrected",
    ),
}  # fmt: skip


def _prepare(cast: Cast, stay: Stay, name: str) -> None:
    """What is taken back was offered by the house."""
    if name == "taking back":
        path, body = f"/tasks/{stay.stay}/handover", {"agency": stay.other, "reason": "no_capacity"}
        stay.offered = cast[SHELTER].post(path, body, **_etag(cast, path)).json()["id"]


def _etag(cast: Cast, path: str) -> dict[str, str]:
    seen = {"corrections": "/answers", "handover": "", "taking-back": ""}
    about, _, what = path.rpartition("/")
    return {"if_match": cast[COORDINATOR].get(about + seen[what]).headers["etag"]} if what in seen else {}


def _leaf(cast: Cast, action: str) -> dict[str, Any]:
    with cast.store.reading() as session:
        query = select(AuditEntry.leaf).where(AuditEntry.action == action).order_by(col(AuditEntry.index).desc())
        found: dict[str, Any] = json.loads(session.exec(query).first() or "{}")
        return found


@pytest.mark.parametrize("name", SAID)
def test_it_is_entered_for_the_agency_that_says_it(cast: Cast, stay: Stay, name: str) -> None:
    path, body, named, action = SAID[name]
    _prepare(cast, stay, name)
    heard = HEARD | ({"agency": stay.shelter} if named else {})
    sent = body(stay) | {"behalf": heard}
    match = _etag(cast, path(stay))
    for login in ("coordinator_bishkek", "attorney"):
        assert cast[login].post(path(stay), sent, **match).status_code in (403, 404)
    wrong = body(stay) | {"behalf": heard | {"channel": "letter"}}
    problem = refused(cast[COORDINATOR].post(path(stay), wrong, **match), 422, "invalid")
    assert [error["pointer"] for error in problem["errors"]] == ["/behalf/paper"]
    twice = body(stay) | {"behalf": heard, "happened_at": EARLIER}
    refused(cast[COORDINATOR].post(path(stay), twice, **match), 422, "invalid")
    answer = cast[COORDINATOR].post(path(stay), sent, **match)
    assert answer.status_code < 300, answer.text
    told = _leaf(cast, action)
    assert told["data"]["entered_by"] == "Coordinator Osh and south"
    assert told["happened_at"].startswith("2026-03-02T03:00:00") and told["happened_at"] < told["entered_at"]


@pytest.mark.parametrize("name", [name for name in SAID if name != "waiver"])
def test_it_is_entered_later_than_it_happened(cast: Cast, stay: Stay, name: str) -> None:
    path, body, _, action = SAID[name]
    _prepare(cast, stay, name)
    action = "consent.withdrawn" if name == "withdrawal" else action
    match = _etag(cast, path(stay))
    sent = body(stay) | {"happened_at": EARLIER}
    if name == "correction":  # the coordinator sends what the role may see
        kept = cast[COORDINATOR].read(f"/tasks/{stay.screening}/answers")["items"][0]["values"]
        sent |= {"answers": kept | {"interpreter_name": "Another interpreter"}}
    problem = refused(cast[COORDINATOR].post(path(stay), sent | {"happened_at": AHEAD}, **match), 422, "invalid")
    assert [error["pointer"] for error in problem["errors"]] == ["/happened_at"]
    answer = cast[COORDINATOR].post(path(stay), sent, **match)
    assert answer.status_code < 300, answer.text
    told = _leaf(cast, action)
    assert told["happened_at"].startswith("2026-03-02T03:00:00") and "on_behalf_of" not in told["data"]


@pytest.mark.parametrize("name", ["leaving", "death", "withdrawal", "danger"])
def test_who_handed_her_on_says_nothing_under_the_name_of_the_house(cast: Cast, stay: Stay, name: str) -> None:
    path, body, _, _ = SAID[name]
    sent = body(stay) | {"behalf": HEARD | {"agency": stay.shelter}}
    refused(cast[OFFICER].post(path(stay), sent), 403, "not-allowed")


def test_who_enters_a_correction_does_not_learn_what_was_answered(cast: Cast, stay: Stay) -> None:
    path = f"/tasks/{stay.screening}/corrections"
    sent = {"answers": stay.answers, "reason": "misunderstood", "behalf": HEARD}
    told = cast[COORDINATOR].post(path, sent, **_etag(cast, path)).json()
    assert (told["fields"], told["gateways"]) == ([], [])
