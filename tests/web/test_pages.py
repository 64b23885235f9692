"""The way of a case through the pages, by the people whose tasks they are, without JavaScript."""

import re

from engine.database import Store
from tests.factories import case_at, open_offers, open_task
from tests.people import AUDITOR, COORDINATOR, NATIONAL, OFFICER, SOCIAL_WORKER, Crew, actor, links

INTAKE = {
    "age_band": "adult",
    "sex": "female",
    "shelter_now": "yes",
    "urgent_needs": ["medical"],
    "language": "uz",
    "detained": "no",
    "interpreter_needed": "yes",
    "nationality": "foreign",
    "consent_urgent_help": "given",
}


def test_from_detection_to_the_shelter(crew: Crew) -> None:
    officer, worker = crew[OFFICER], crew[SOCIAL_WORKER]
    page = officer.act("/cases/new", "/cases", {"region": "osh"})
    task = page.split("/form/")[0]
    assert officer.act(page, f"{task}/completion", INTAKE) == "/worklist?done=completed"

    offer = links(worker.page("/worklist"), "/handoffs/")[0]
    duty = worker.act(offer, f"{offer}/acceptance").split("?")[0]
    assert worker.act(duty, f"{duty}/claim") == f"{duty}?done=claimed"
    assert "has not arrived yet" in worker.page(duty)

    officer.act(duty, f"{duty}/departure", {"escort": "giver"})
    worker.act(duty, f"{duty}/arrival", {"condition": "well"})
    assert re.search(r"/form/\w+$", worker.get(f"{duty}/form").headers["location"])
    assert worker.get("/worklist").status_code == 200


def test_declined_in_two_clicks_the_next_shelter_is_asked(crew: Crew, store: Store) -> None:
    case = case_at(store, "shelter_arrival", answers={"urgent_help": "given"})
    with store.reading() as session:
        first, second = open_offers(session, case, "shelter_arrival")
    worker = crew[SOCIAL_WORKER]
    offer = links(worker.page("/worklist"), "/handoffs/")[0]
    assert offer.endswith((first.id, second.id))
    assert worker.act(offer, f"{offer}/refusal", {"reason": "no_capacity"}) == "/worklist?done=declined"
    assert offer not in worker.page("/worklist")
    with store.reading() as session:
        left = open_offers(session, case, "shelter_arrival")
    assert [h.receiver_name for h in left] == ["Sezim-Ata shelter, Bishkek"]


def test_declining_asks_for_a_reason(crew: Crew, store: Store) -> None:
    case_at(store, "shelter_arrival")
    worker = crew[SOCIAL_WORKER]
    offer = links(worker.page("/worklist"), "/handoffs/")[0]
    answer = worker.send(offer, f"{offer}/refusal")
    assert answer.status_code == 422
    assert "Choose one." in answer.text


def test_the_coordinator_sees_path_picture_and_story(crew: Crew, store: Store) -> None:
    case = case_at(store, "case_plan", "stay_review")
    text = crew[COORDINATOR].page(f"/cases/{case}")
    for words in (
        "Plan agreed with the person",
        'class="diagram"',
        "stands at",
        "completed “Second opinion on identification”",
        "Ak-Jol",
    ):
        assert words in text, words
    assert "completed “Intake”" in crew[COORDINATOR].page(re.findall(r'href="(/cases/[^"]*before=\d+)', text)[0])
    assert case in crew[COORDINATOR].page("/cases")
    assert case in crew[NATIONAL].page("/cases?region=osh")


def test_the_coordinator_finds_a_place(crew: Crew, store: Store) -> None:
    worker, coordinator = crew[SOCIAL_WORKER], crew[COORDINATOR]
    duty = _taken_by_nobody(crew, store)
    assert duty in coordinator.page("/worklist")
    route = coordinator.page(f"{duty}/route")
    assert "No place, no capacity" in route
    chosen = re.findall(r'name="agency" type="radio" value="(\w+)"', route)[0]
    assert coordinator.send(f"{duty}/route", f"{duty}/offers").status_code == 422
    assert coordinator.act(f"{duty}/route", f"{duty}/offers", {"agency": chosen}) == f"{duty}?done=offered"
    assert links(worker.page("/worklist"), "/handoffs/")


def _taken_by_nobody(crew: Crew, store: Store) -> str:
    """A woman for whom no shelter has a bed, nor anybody what could stand in for one."""
    case = case_at(store, "shelter_arrival", answers={"urgent_needs": []})
    for login in (SOCIAL_WORKER, "shelter_bishkek", "health", "ngo_osh"):
        with store.reading() as session:
            asked = actor(session, login).agency_id
            offers = open_offers(session, case, "shelter_arrival")
            offer = next(f"/handoffs/{one.id}" for one in offers if one.receiver_id == asked)
        assert offer in links(crew[login].page("/worklist"), "/handoffs/")
        crew[login].act(offer, f"{offer}/refusal", {"reason": "no_capacity"})
    with store.reading() as session:
        return f"/tasks/{open_task(session, case, 'shelter_arrival').id}"


def test_all_are_asked_again(crew: Crew, store: Store) -> None:
    duty = _taken_by_nobody(crew, store)
    assert crew[COORDINATOR].act(f"{duty}/route", f"{duty}/offers/again") == f"{duty}?done=asked"
    assert links(crew[SOCIAL_WORKER].page("/worklist"), "/handoffs/")


def test_an_agency_sees_its_own_stretch_only(crew: Crew, store: Store) -> None:
    case = case_at(store, "stay_review", "legal_report", "case_plan", answers={"lawyer_wanted": "yes"})
    text = crew[SOCIAL_WORKER].page(f"/cases/{case}")
    assert "Review of the stay" in text
    for words in ("Screening", "Ak-Niyet", "diagram", "witness"):
        assert words not in text, words


def test_a_consent_is_recorded_and_a_clock_extended(crew: Crew, store: Store) -> None:
    case = case_at(store, "case_plan", "stay_review")
    coordinator = crew[COORDINATOR]
    page = f"/cases/{case}"
    said = {"purpose": "protection", "answer": "refused"}
    refused = coordinator.send(page, f"{page}/consents", said)
    assert refused.status_code == 422 and "needs an interpreter" in refused.text
    coordinator.act(page, f"{page}/consents", said | {"interpreter": "N. N., interpreter service"})
    shown = coordinator.page(page)
    assert "The person refused: witness protection" in shown and "Interpreted by N. N., interpreter service" in shown
    extension = next(re.finditer(r'action="(/deadlines/\w+/extension)"', coordinator.page(page))).group(1)
    coordinator.act(page, extension, {"days": "7", "reason": "health"})
    assert "extended a clock" in coordinator.page(page)
    assert coordinator.send(page, extension, {"days": "0", "reason": "health"}).status_code == 422


def test_the_auditor_verifies_and_sees_no_reference(crew: Crew, store: Store) -> None:
    case = case_at(store, "case_plan", "stay_review")
    auditor = crew[AUDITOR]
    auditor.act("/audit", "/audit/verification")
    text = auditor.page("/audit")
    assert "Intact" in text
    one = auditor.page(links(text, "/audit/cases/")[0])
    assert "Ak-Jol" in one
    assert case not in text + one


def test_a_token_is_shown_once_and_revoked(crew: Crew) -> None:
    officer = crew[OFFICER]
    made = officer.send("/account", "/account/tokens", {"name": "our list"})
    assert re.search(r"nrm_[\w-]{30,}", made.text)
    page = officer.page("/account")
    assert "nrm_" not in page
    revocation = re.findall(r'action="(/account/tokens/\w+/revocation)"', page)[0]
    officer.act("/account", revocation)
    assert "/revocation" not in officer.page("/account")


def test_the_directory_is_filtered(crew: Crew) -> None:
    officer = crew[OFFICER]
    assert "Ak-Jol" in officer.page("/directory")
    assert "Ak-Jol" not in officer.page("/directory?service=psychological")
