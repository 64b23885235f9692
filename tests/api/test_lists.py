"""Lists through the API: what may be asked for, what is refused with its choices, and pages that do not shift."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from engine import timelines
from engine.database import Store
from engine.models.cases import Case
from engine.models.people import Agency
from engine.models.work import Alarm
from tests.api.client import Cast, Script, refused
from tests.api.scene import filled
from tests.factories import case_at, make_case
from tests.times import ahead

COORDINATOR, SHELTER, OFFICER = "coordinator_osh", "shelter_osh", "police_osh"


@pytest.fixture
def two(store: Store, training: None) -> tuple[str, str]:
    """A case at its screening with an offer open, and one in the shelter."""
    early = case_at(store, "screening", "shelter_arrival", answers={"language": "ky", "urgent_needs": []})
    return early, case_at(store, "stay_review", "case_plan", answers={"language": "uz"})


def pages(script: Script, path: str, items: str = "items") -> list[Any]:
    """Everything in a list, page by page, along its links."""
    found: list[Any] = []
    while True:
        answer = script.get(path)
        assert answer.status_code == 200, answer.text
        found += answer.json()[items]
        if answer.json()["next"] is None:
            assert "link" not in answer.headers
            return found
        path = answer.headers["link"].split(">")[0].removeprefix("</api/v1")


def test_an_unknown_choice_is_refused_with_the_choices(cast: Cast, two: tuple[str, str]) -> None:
    for path, word, value, known in (
        ("/tasks", "region", "zz", "osh"),
        ("/tasks", "stage", "zzz", "stay_review"),
        ("/tasks", "lane", "zzz", "shelter"),
        ("/tasks", "language", "zz", "uz"),
        ("/tasks", "agency", "zz", "police_osh"),
        ("/tasks", "waiting", "zz", "police_osh"),
        ("/tasks", "assignee", "0" * 32, "nobody"),
        ("/handoffs", "agency", "zz", "police_osh"),
        ("/handoffs", "waiting", "zz", "police_osh"),
        ("/cases", "waiting", "zz", "shelter_osh"),
        ("/cases", "stage", "zzz", "screening"),
    ):
        problem = refused(cast[COORDINATOR].get(f"{path}?{word}={value}"), 422, "invalid")
        assert [line["parameter"] for line in problem["errors"]] == [word], path
        assert known in problem["errors"][0]["detail"] and value not in problem["errors"][0]["detail"]


def test_an_unknown_parameter_is_refused_everywhere(cast: Cast) -> None:
    everywhere = "/cases", "/tasks", "/handoffs", "/alarms", "/directory", "/me", "/views?page=board"
    for path in everywhere:
        problem = refused(cast[COORDINATOR].get(f"{path}{'&' if '?' in path else '?'}stagge=x"), 422, "invalid")
        assert [line["parameter"] for line in problem["errors"]] == ["stagge"], path
    problem = refused(cast[COORDINATOR].get("/cases?stagge=x"), 422, "invalid")
    assert "assignee, clock" not in problem["detail"] and " clock, " in problem["errors"][0]["detail"]
    assert cast[COORDINATOR].get("/cases?stage=screening&limit=1").status_code == 200


def test_the_worklist_by_agency_and_by_whom_one_waits(cast: Cast, two: tuple[str, str]) -> None:
    def found(login: str, query: str) -> list[str]:
        return [row["element"] for row in cast[login].read(f"/tasks?{query}")["items"]]

    assert found(SHELTER, "agency=police_osh") == ["stay_review"]
    assert found(SHELTER, "agency=border_guard") == found(SHELTER, "agency=coordinator_osh") == []
    assert "screening" in found(OFFICER, "waiting=shelter_osh") and found(OFFICER, "waiting=legal_aid_centre") == []
    assert found(OFFICER, "agency=police_osh") == [], "its own intake was handed over by nobody"


def test_handoffs_by_agency_and_by_whom_one_waits(cast: Cast, two: tuple[str, str]) -> None:
    offers = cast[SHELTER].read("/handoffs")["offered"]
    again = cast[SHELTER].read("/handoffs?agency=police_osh")["offered"]
    assert offers and [row["id"] for row in again] == [row["id"] for row in offers]
    assert cast[SHELTER].read("/handoffs?agency=border_guard")["offered"] == []
    given = cast[OFFICER].read("/handoffs")["awaiting_outcome"]
    asked = cast[OFFICER].read("/handoffs?waiting=shelter_osh")["awaiting_outcome"]
    assert asked and {row["receiver"]["name"] for row in asked} == {asked[0]["receiver"]["name"]}
    arrived = [row for row in given if row["state"] in ("accepted", "in_work") and row["receiver"] is None]
    assert arrived, "the other woman is there"
    assert not {row["id"] for row in arrived} & {row["id"] for row in asked}, "no search tells which shelter holds her"


def test_what_is_awaited_comes_in_pages_that_do_not_shift(cast: Cast, store: Store, two: tuple[str, str]) -> None:
    officer = cast[OFFICER]
    whole = [row["id"] for row in officer.read("/handoffs")["awaiting_outcome"]]
    assert len(whole) > 3
    first = officer.read("/handoffs?limit=2")
    assert [row["id"] for row in first["awaiting_outcome"]] == whole[:2] and first["next"]
    new = case_at(store, "screening", "shelter_arrival")
    second = officer.read(f"/handoffs?limit=2&cursor={first['next']}")
    assert [row["id"] for row in second["awaiting_outcome"]] == whole[2:4] and second["offered"] == []
    everything = [row["id"] for row in pages(officer, "/handoffs?limit=2", "awaiting_outcome")]
    assert len(everything) == len(set(everything)) and everything[-len(whole) :] == whole and new
    refused(officer.get("/handoffs?cursor=zzz"), 422, "invalid")


def test_an_outcome_is_told_for_a_week(cast: Cast, store: Store, training: None) -> None:
    case_at(store, "stay_review", "case_plan", answers={"urgent_needs": ["medical"], "shelter_now": "no"})
    ended = [row for row in cast[OFFICER].read("/handoffs")["awaiting_outcome"] if row["ended_at"]]
    assert ended and {row["state"] for row in ended} <= {"done", "partly_done", "failed", "withdrawn"}
    with ahead(timedelta(days=6, hours=23)):
        assert len([r for r in cast[OFFICER].read("/handoffs")["awaiting_outcome"] if r["ended_at"]]) == len(ended)
    with ahead(timedelta(days=7, hours=1)):
        assert not [row for row in cast[OFFICER].read("/handoffs")["awaiting_outcome"] if row["ended_at"]]


def test_a_timeline_comes_in_pages(cast: Cast, store: Store, two: tuple[str, str]) -> None:
    path = f"/cases/{two[1]}/timeline"
    for login in (COORDINATOR, OFFICER):
        whole = cast[login].read(path)["sentences"]
        assert len(whole) > 3 and pages(cast[login], f"{path}?limit=2", "sentences") == whole
    first = cast[COORDINATOR].read(f"{path}?limit=4")
    assert first["sentences"][0]["action"] == "case.opened" and len(first["spans"]) > 4
    refused(cast[COORDINATOR].get(f"{path}?cursor=zzz"), 422, "invalid")
    with store.reading() as session:
        case = session.exec(select(Case).where(Case.reference == two[1])).one()
        told = [leaf["action"] for leaf in timelines.leaves(session, case.id) if leaf["action"] in timelines.TOLD]
    assert [line["action"] for line in pages(cast[COORDINATOR], f"{path}?limit=100", "sentences")] == told
    alias = cast["auditor"].read("/audit/cases")["items"][0]["alias"]
    read = pages(cast["auditor"], f"/audit/cases/{alias}?limit=5", "sentences")
    assert read == cast["auditor"].read(f"/audit/cases/{alias}")["sentences"]


def test_a_complaint_points_to_the_word_it_is_about(cast: Cast, store: Store, two: tuple[str, str]) -> None:
    coordinator = cast[COORDINATOR]
    for path, body, wanted in (
        (f"/cases/{two[1]}/stages", {"stage": "nowhere", "reason": "urgent"}, ["/stage"]),
        (f"/cases/{two[1]}/stages", {"stage": "recovery", "reason": "nothing"}, ["/reason"]),
        ("/takeovers", {"stage": "shelter", "region": "nowhere"}, ["/region"]),
        ("/takeovers", {"stage": "nowhere"}, ["/stage"]),
        (f"/cases/{two[1]}/messages", {"name": "nothing", "payload": {}}, ["/name"]),
        ("/cases", {"region": "nowhere", "intake": filled("intake")}, ["/region"]),
    ):
        problem = refused(coordinator.post(path, body), 422, "invalid")
        assert [line["pointer"] for line in problem["errors"]] == wanted, (path, problem)


def test_a_refused_word_is_told_in_words(cast: Cast, training: None) -> None:
    for path, body in (
        (f"/corrections/{'0' * 32}/verdict", {"verdict": "open"}),
        (f"/relays/{'0' * 32}/answer", {"state": "unconfirmed"}),
    ):
        answer = cast[COORDINATOR].post(path, body)
        problem = refused(answer, 422, "invalid")
        assert "<" not in answer.text and "'" in problem["errors"][0]["detail"], answer.text


def test_days_are_a_number(cast: Cast, two: tuple[str, str]) -> None:
    clocks = cast[COORDINATOR].read(f"/cases/{two[1]}")["clocks"]
    running = next(row["id"] for row in clocks if row["clock"] == "shelter_stay" and row["state"] == "running")
    problem = refused(
        cast[COORDINATOR].post(f"/deadlines/{running}/extension", {"days": "5", "reason": "health"}), 422, "invalid"
    )
    assert [line["pointer"] for line in problem["errors"]] == ["/days"]
    assert cast[COORDINATOR].read(f"/cases/{two[1]}")["clocks"] == clocks, "nothing was extended"


def test_an_alarm_of_another_region_is_not_there(cast: Cast, store: Store, training: None) -> None:
    reference = make_case(store)
    assert cast[COORDINATOR].post(f"/cases/{reference}/danger").status_code in (200, 201)
    with store.reading() as session:
        query = select(Alarm.id).join(Case, Case.id == Alarm.case_id).join(Agency, Agency.id == Alarm.to_id)
        [national] = session.exec(
            query.where(Case.reference == reference, Agency.code == "coordinator_national").distinct()
        ).all()
    path = f"/alarms/{national}/acknowledgement"
    for login in ("coordinator_bishkek", OFFICER, SHELTER):
        refused(cast[login].post(path), 404, "not-found")
    refused(cast[COORDINATOR].post(path), 403, "not-allowed")
    with store.reading() as session:
        assert session.get_one(Alarm, national).acknowledged_at is None
    assert cast["coordinator_national"].post(path).status_code == 200
