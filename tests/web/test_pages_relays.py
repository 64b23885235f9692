"""Answers entered for an agency that cannot enter them itself, and offers taken back."""

import re

import pytest
from sqlmodel import select, update

from engine.database import Store
from engine.models.people import Place
from engine.models.records import AuditEntry
from engine.models.work import Handoff, HandoffState
from tests.factories import case_at, open_offers, open_task
from tests.people import ATTORNEY, COORDINATOR, OFFICER, OUTSIDER, SOCIAL_WORKER, Crew
from tests.times import Times

SAID = {
    "answer": "acceptance",
    "reason": "",
    "channel": "phone",
    "said_by": "the duty worker",
    "paper": "",
    "happened_at": "2026-03-02T09:30",
}


@pytest.fixture
def offer(store: Store, times: Times) -> str:
    """The page of an urgent offer to the shelter of Osh, in a case of the police."""
    case = case_at(store, "shelter_arrival", answers={"urgent_needs": []})
    with store.reading() as session:
        return f"/handoffs/{open_offers(session, case, 'shelter_arrival')[0].id}"


def test_an_answer_by_phone_is_entered_and_confirmed(crew: Crew, times: Times, offer: str) -> None:
    officer, worker = crew[OFFICER], crew[SOCIAL_WORKER]
    assert f"{offer}/relay" in officer.page(offer)
    officer.act(f"{offer}/relay", f"{offer}/relay", SAID)
    page = worker.page("/worklist")
    settle = re.findall(r'action="(/relays/\w+/answer)"', page)[0]
    worker.act("/worklist", settle, {"state": "disputed"})
    assert settle not in worker.page("/worklist")


def test_a_full_house_says_by_phone_why_it_takes_her_all_the_same(
    crew: Crew, store: Store, times: Times, offer: str
) -> None:
    with store.transaction() as session:
        session.exec(update(Place).values(taken=Place.total))
    page = f"{offer}/relay"
    assert 'name="over_capacity"' in crew[OFFICER].page(page)
    missing = crew[OFFICER].send(page, page, SAID)
    assert missing.status_code == 422 and 'href="#over_capacity"' in missing.text
    crew[OFFICER].act(page, page, SAID | {"over_capacity": "emergency"})
    with store.reading() as session:
        row = session.get_one(Handoff, offer.rsplit("/", 1)[1])
        assert row.state is HandoffState.ACCEPTED
        (taken,) = session.exec(select(AuditEntry.leaf).where(AuditEntry.action == "place.taken")).all()
    assert '"reason":"emergency"' in taken and '"on_behalf_of":"Ak-Jol shelter, Osh"' in taken


@pytest.mark.parametrize(
    "wrong",
    [
        {"answer": ""},
        {"answer": "refusal"},
        {"channel": "pigeon"},
        {"said_by": " "},
        {"happened_at": "yesterday"},
        {"happened_at": "2026-03-09T09:30"},
        {"channel": "letter"},
    ],
)
def test_what_is_missing_is_asked(crew: Crew, times: Times, offer: str, wrong: dict[str, str]) -> None:
    answer = crew[OFFICER].send(f"{offer}/relay", f"{offer}/relay", SAID | wrong)
    assert answer.status_code == 422


def test_only_who_gave_it_or_steers_the_case_may(crew: Crew, times: Times, offer: str) -> None:
    for login in (OUTSIDER, ATTORNEY, SOCIAL_WORKER):
        browser = crew[login]
        assert browser.get(f"{offer}/relay").status_code == 404
        assert browser.post(f"{offer}/relay", SAID | {"csrf": browser.csrf()}).status_code == 404
    assert crew[COORDINATOR].get(f"{offer}/relay").status_code == 200


def test_an_offer_is_taken_back(crew: Crew, times: Times, offer: str, store: Store) -> None:
    officer = crew[OFFICER]
    officer.act(offer, f"{offer}/recall")
    assert "closed" in crew[SOCIAL_WORKER].page(offer)
    assert f"{offer}/recall" not in officer.page(offer)


def test_nobody_else_takes_it_back(crew: Crew, times: Times, offer: str) -> None:
    for login, status in ((OUTSIDER, 404), (SOCIAL_WORKER, 403)):
        browser = crew[login]
        fields = {"csrf": browser.csrf(), "revision": "1"}
        assert browser.post(f"{offer}/recall", fields).status_code in (status, 412)


def test_a_task_is_given_to_a_colleague(crew: Crew, times: Times, store: Store) -> None:
    case = case_at(store, "needs_and_risk", "stay_review")
    with store.reading() as session:
        task = f"/tasks/{open_task(session, case, 'needs_and_risk').id}"
    coordinator = crew[COORDINATOR]
    people = dict(re.findall(r'<option value="(\w+)">Training person ([^<]*)</option>', coordinator.page(task)))
    second = next(key for key, name in people.items() if name.endswith("2"))
    coordinator.act(task, f"{task}/assignment", {"user": second})
    assert "A colleague has already taken this" in coordinator.page(task)
    answer = coordinator.send(task, f"{task}/assignment", {"user": "0" * 32})
    assert answer.status_code == 403
