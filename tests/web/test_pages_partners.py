"""Whom one calls about a person: said to who gives and who receives, and to the giver no longer than it travels."""

import pytest
from sqlmodel import select

from engine.database import Store
from engine.models.people import Agency
from tests.factories import case_at, open_offers, open_task
from tests.people import OFFICER, OUTSIDER, SOCIAL_WORKER, Crew


@pytest.fixture
def case(store: Store) -> str:
    """A case in which a shelter is asked."""
    return case_at(store, "screening", "shelter_arrival", answers={"urgent_needs": []})


def phone(store: Store, name: str) -> str:
    """The duty phone of an agency."""
    with store.reading() as session:
        return session.exec(select(Agency.phone).where(Agency.name == name)).one()


def test_both_know_whom_to_call_until_the_person_is_there(crew: Crew, store: Store, case: str) -> None:
    with store.reading() as session:
        offer = open_offers(session, case, "shelter_arrival")[0]
        task = open_task(session, case, "shelter_arrival").id
    shelter, police = phone(store, offer.receiver_name), phone(store, offer.giver_name)
    worker = crew[SOCIAL_WORKER]
    where = worker.act(f"/handoffs/{offer.id}", f"/handoffs/{offer.id}/acceptance")
    received, given = worker.page(where), crew[OFFICER].page(f"/tasks/{task}")
    assert "Until the person arrives, the agency that hands over answers" in received
    assert f"Until the person arrives, {offer.giver_name} answers" in received
    assert police in received
    assert shelter in given
    assert f"Bring the person to {offer.receiver_name}" in given
    assert shelter not in received
    worker.act(f"/tasks/{task}", f"/tasks/{task}/claim")
    worker.act(f"/tasks/{task}", f"/tasks/{task}/arrival", {"condition": "well"})
    assert police in worker.page(f"/tasks/{task}")
    assert police in worker.page(f"/tasks/{task}/form")
    after = crew[OFFICER].page(f"/handoffs/{offer.id}")
    assert offer.receiver_name not in after
    assert shelter not in after
    assert crew[OUTSIDER].get(f"/tasks/{task}").status_code == 404


def test_the_giver_reads_why_not_and_the_receiver_whom_the_travel_is_with(crew: Crew, store: Store, case: str) -> None:
    with store.reading() as session:
        offer = open_offers(session, case, "shelter_arrival")[0]
    officer = crew[OFFICER]
    assert "urgent offer" in officer.page("/worklist")
    assert "&lt;time" not in officer.page("/worklist")
    crew[SOCIAL_WORKER].act(f"/handoffs/{offer.id}", f"/handoffs/{offer.id}/refusal", {"reason": "no_language"})
    assert "Nobody speaks the language" in officer.page(f"/handoffs/{offer.id}")


def test_what_has_ended_stands_apart_from_what_is_awaited(crew: Crew, store: Store) -> None:
    case_at(store, "screening", "shelter_arrival")
    text = crew[OFFICER].page("/worklist")
    awaited, known = text.index('id="awaiting"'), text.index("Outcome known, last 7 days")
    assert awaited < known
    assert "Done" not in text[awaited:known]
    assert "Done" in text[known:]
