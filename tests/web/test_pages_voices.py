"""What an agency says, entered for it by the coordinator; and what happened earlier than it is entered."""

import json
from typing import Any

import pytest
from sqlmodel import col, select

from engine import bundles
from engine.database import Store
from engine.demo import answering
from engine.demo.story import WOMAN_IN_OSH
from engine.models.cases import Case, Relay
from engine.models.people import Agency
from engine.models.records import AuditEntry
from engine.models.work import Handoff, HandoffState, UserTask
from tests.factories import case_at, open_offers, open_task
from tests.people import COORDINATOR, OFFICER, SOCIAL_WORKER, Crew
from tests.times import Times, today

HEARD = {"channel": "phone", "said_by": "the night guard", "paper": "", "happened_at": "2026-03-02T09:30"}
EARLIER = {"_happened_at": "2026-03-02T09:30"}


@pytest.fixture
def case(store: Store, times: Times) -> str:
    """She is in the shelter of Osh, and her plan is being made."""
    return case_at(store, "stay_review", "case_plan")


def agency(store: Store, code: str) -> str:
    with store.reading() as session:
        return session.exec(select(Agency.id).where(Agency.code == code)).one()


def leaf(store: Store, action: str) -> dict[str, Any]:
    """The newest entry of this kind."""
    with store.reading() as session:
        query = select(AuditEntry.leaf).where(AuditEntry.action == action).order_by(col(AuditEntry.index).desc())
        found: dict[str, Any] = json.loads(session.exec(query).first() or "{}")
        return found


def task_of(store: Store, case: str, element: str) -> str:
    with store.reading() as session:
        return f"/tasks/{open_task(session, case, element).id}"


def test_the_coordinator_enters_what_a_house_says_of_her(crew: Crew, store: Store, case: str) -> None:
    page, shelter = f"/cases/{case}/changes", agency(store, "shelter_osh")
    theirs = f"{page}?agency={shelter}"
    assert theirs in crew[COORDINATOR].page(page).replace("&amp;", "&")
    assert "Enter for Ak-Jol shelter, Osh" in crew[COORDINATOR].page(theirs)
    missing = crew[COORDINATOR].send(theirs, f"{page}/missing", HEARD | {"said_by": ""})
    assert missing.status_code == 422 and 'href="#said_by-missing"' in missing.text
    with store.reading() as session:
        assert session.exec(select(Relay)).all() == [], "what is refused leaves nothing"
    crew[COORDINATOR].act(theirs, f"{page}/missing", HEARD)
    assert task_of(store, case, "missing_search")
    said = leaf(store, "relay.entered")
    assert said["set"]["about"] == "missing" and said["data"]["channel"] == "phone"
    assert leaf(store, "alarm.raised")["data"]["on_behalf_of"] == "Ak-Jol shelter, Osh"
    waiting = crew[SOCIAL_WORKER].page("/worklist")
    assert "Nobody knows where the person is" in waiting and "/relays/" in waiting


def test_a_letter_of_a_house_about_a_consent_and_about_a_service(crew: Crew, store: Store, case: str) -> None:
    page, shelter = f"/cases/{case}/changes", agency(store, "shelter_osh")
    theirs, letter = f"{page}?agency={shelter}", HEARD | {"channel": "letter"}
    given = {"purpose": "legal_aid", "answer": "given", "interpreter": "A. B."}
    where = crew[COORDINATOR].send(theirs, f"/cases/{case}/consents", given | letter)
    assert where.status_code == 422 and 'href="#paper-consent"' in where.text
    crew[COORDINATOR].act(theirs, f"/cases/{case}/consents", given | letter | {"paper": "folder 7"})
    assert leaf(store, "consent.given")["data"]["on_behalf_of"] == "Ak-Jol shelter, Osh"
    stay = task_of(store, case, "stay_review").rsplit("/", 1)[1]
    crew[COORDINATOR].act(theirs, f"/cases/{case}/waiver", {"service": stay} | HEARD)
    assert leaf(store, "service.declined")["data"]["entered_by"] == "Coordinator Osh and south"


@pytest.mark.parametrize("login", [OFFICER, SOCIAL_WORKER])
def test_nobody_but_a_coordinator_is_asked_for_whom(crew: Crew, store: Store, case: str, login: str) -> None:
    page, shelter = f"/cases/{case}/changes", agency(store, "shelter_osh")
    browser = crew[login]
    assert "?agency=" not in browser.page(page)
    assert browser.get(f"{page}?agency={shelter}").status_code == 404
    fields = browser.hidden(page, f"{page}/left") | HEARD | {"_for": shelter}
    assert browser.post(f"{page}/left", fields).status_code == 403
    assert task_of(store, case, "stay_review")


def test_it_happened_earlier(crew: Crew, store: Store, case: str) -> None:
    page = f"/cases/{case}/changes"
    wrong = crew[SOCIAL_WORKER].send(page, f"{page}/danger", {"_happened_at": "2026-12-02T09:30"})
    assert wrong.status_code == 422 and 'href="#_happened_at-danger"' in wrong.text
    crew[SOCIAL_WORKER].act(page, f"{page}/danger", EARLIER)
    told = leaf(store, "alarm.raised")
    assert told["happened_at"].startswith("2026-03-02T03:30") and told["happened_at"] < told["entered_at"]


def test_a_handover_and_a_taking_back_of_earlier(crew: Crew, store: Store, case: str) -> None:
    stay, other = task_of(store, case, "stay_review"), agency(store, "shelter_bishkek")
    whom = {"agency": other, "reason": "no_capacity"}
    page = f"{stay}/handover"
    wrong = crew[SOCIAL_WORKER].send(page, page, whom | {"_happened_at": "tomorrow"})
    assert wrong.status_code == 422 and 'href="#_happened_at"' in wrong.text
    crew[SOCIAL_WORKER].act(page, page, whom | EARLIER)
    assert leaf(store, "handoff.offered")["happened_at"].startswith("2026-03-02T03:30")
    with store.reading() as session:
        offer = session.exec(
            select(Handoff).where(Handoff.receiver_id == other, Handoff.element == "stay_review")
        ).one()
    back = f"/handoffs/{offer.id}/taking-back"
    crew[COORDINATOR].act(back, back, {"reason": "by_giver"} | EARLIER)
    assert leaf(store, "handoff.recalled")["happened_at"].startswith("2026-03-02T03:30")


def test_a_house_hands_over_by_telephone(crew: Crew, store: Store, case: str) -> None:
    stay, other = task_of(store, case, "stay_review"), agency(store, "shelter_bishkek")
    page = f"{stay}/handover"
    assert f"{page}?relayed=1" in crew[COORDINATOR].page(f"{stay}/relay")
    for login, status in ((OFFICER, 404), (SOCIAL_WORKER, 404)):
        assert crew[login].get(f"{page}?relayed=1").status_code == status
    whom = {"agency": other, "reason": "no_capacity"}
    wrong = crew[COORDINATOR].send(f"{page}?relayed=1", page, whom | HEARD | {"channel": ""})
    assert wrong.status_code == 422 and 'href="#channel"' in wrong.text
    crew[COORDINATOR].act(f"{page}?relayed=1", page, whom | HEARD)
    told = leaf(store, "handoff.offered")
    assert told["data"]["giver"] == told["data"]["on_behalf_of"] == "Ak-Jol shelter, Osh"


def test_a_form_is_corrected_as_its_author_says_and_shown_to_nobody(crew: Crew, store: Store, case: str) -> None:
    with store.reading() as session:
        task = session.exec(select(UserTask).where(UserTask.element == "screening")).one()
        given = {n: v for n, v in valid_answers_of(session, task).items() if v is not None}
    page = f"/tasks/{task.id}/correction"
    assert f"{page}?relayed=1" in crew[COORDINATOR].page(f"/tasks/{task.id}/answers")
    blank = crew[COORDINATOR].page(f"{page}?relayed=1")
    assert " checked" not in blank, "what was answered is the agency's own"
    body = given | HEARD | {"_reason": "misunderstood", "means_seen": "false"}
    wrong = crew[COORDINATOR].send(f"{page}?relayed=1", page, body | {"said_by": " "})
    assert wrong.status_code == 422 and 'href="#said_by"' in wrong.text
    crew[COORDINATOR].act(f"{page}?relayed=1", page, body)
    assert leaf(store, "task.corrected")["data"]["on_behalf_of"] == "Police of Osh, unit against trafficking"
    assert crew[SOCIAL_WORKER].get(f"{page}?relayed=1").status_code == 404


def valid_answers_of(session: Any, task: UserTask) -> dict[str, Any]:
    bundle = bundles.load(session, session.get_one(Case, task.case_id).bundle_id)
    return answering.fill(bundle.forms[task.form], WOMAN_IN_OSH | {"means_seen": False}, today=today())


def test_a_departure_is_entered_for_who_gave_her(crew: Crew, store: Store, times: Times) -> None:
    case = case_at(store, "shelter_arrival", answers={"urgent_needs": []})
    with store.reading() as session:
        offer = open_offers(session, case, "shelter_arrival")[0]
    crew[SOCIAL_WORKER].act(f"/handoffs/{offer.id}", f"/handoffs/{offer.id}/acceptance")
    page = task_of(store, case, "shelter_arrival")
    shown = crew[COORDINATOR].page(page)
    assert "Entered for Police of Osh" in shown and "Entered for" not in crew[OFFICER].page(page)
    body = {"escort": "giver", "_for": agency(store, "police_osh")} | HEARD
    wrong = crew[COORDINATOR].send(page, f"{page}/departure", body | {"said_by": ""})
    assert wrong.status_code == 422 and 'href="#said_by"' in wrong.text
    crew[COORDINATOR].act(page, f"{page}/departure", body)
    told = leaf(store, "movement.departed")
    assert told["data"]["on_behalf_of"] == "Police of Osh, unit against trafficking"
    assert told["happened_at"].startswith("2026-03-02T03:30")
    with store.reading() as session:
        assert session.get_one(Handoff, offer.id).state is HandoffState.ACCEPTED
