"""From the worklist or the case in at most three clicks: what happens to a person, corrections, handovers, bends."""

import re
from typing import Any

import pytest
from sqlmodel import col, select, update

from engine.database import Store
from engine.demo import answering
from engine.demo.story import WOMAN_IN_OSH
from engine.models.answers import Correction
from engine.models.cases import Case
from engine.models.people import Place
from engine.models.work import OPEN_TASK, PENDING_HANDOFF, Handoff, UserTask
from engine.web import drafting
from tests.factories import case_at, open_offers
from tests.people import COORDINATOR, OFFICER, OUTSIDER, SOCIAL_WORKER, Browser, Crew, actor, links

OTHER_SHELTER = "shelter_bishkek"


@pytest.fixture
def case(store: Store) -> str:
    """A person in the shelter of Osh, a lawyer at work, services offered; her plan is made."""
    return case_at(store, "stay_review", "legal_first_meeting", "service_first_contact")


def newest(store: Store, case: str, element: str) -> UserTask:
    with store.reading() as session:
        query = select(UserTask).join(Case, col(Case.id) == UserTask.case_id)
        found = query.where(Case.reference == case, UserTask.element == element).order_by(
            col(UserTask.opened_at).desc()
        )
        return session.exec(found).first()


def elements(store: Store, case: str) -> set[str]:
    """What is open."""
    with store.reading() as session:
        query = select(UserTask.element).join(Case, col(Case.id) == UserTask.case_id)
        return set(session.exec(query.where(Case.reference == case, col(UserTask.status).in_(OPEN_TASK))).all())


def clicks(browser: Browser, start: str, target: str, most: int = 3) -> int:
    """How many links lead from one page to another; fails beyond the most."""
    seen, here = {start}, [start]
    for number in range(1, most + 1):
        found = {link for page in here for link in links(browser.page(page), "/")}
        if target in found:
            return number
        here = [link for link in found - seen if re.match(r"/(tasks|cases|handoffs|worklist)\b", link)]
        seen |= found
    raise AssertionError(f"{target} is more than {most} clicks from {start}")


def test_everything_is_near(crew: Crew, store: Store, case: str) -> None:
    stay, screening = newest(store, case, "stay_review").id, newest(store, case, "screening").id
    shelter, coordinator = crew[SOCIAL_WORKER], crew[COORDINATOR]
    for target in (f"/tasks/{stay}/handover", f"/tasks/{stay}/extension", f"/cases/{case}/changes"):
        assert clicks(shelter, "/worklist", target) <= 3
    for target in (f"/cases/{case}/changes", f"/cases/{case}/stages", f"/tasks/{stay}/skip", "/takeover"):
        assert clicks(coordinator, "/cases", target) <= 3
    for target in (f"/tasks/{screening}/answers", f"/tasks/{screening}/correction"):
        assert clicks(crew[OFFICER], f"/cases/{case}", target) <= 3


def test_each_thing_says_what_it_starts_and_stops(crew: Crew, case: str) -> None:
    page = crew[COORDINATOR].page(f"/cases/{case}/changes")
    assert "Ends: First contact for a service: psychological help" in re.sub(r"<[^>]+>", "", page)
    assert "Missing person" in page and "Closure" in page and "opened in error" in page
    for_shelter = crew[SOCIAL_WORKER].page(f"/cases/{case}/changes")
    assert "opened in error" not in for_shelter
    assert "First contact" not in for_shelter and "lawyer" not in for_shelter, "others' services are not its business"


def test_a_withdrawal_and_a_report_of_one(crew: Crew, store: Store, case: str) -> None:
    page = f"/cases/{case}/changes"
    where = crew[COORDINATOR].act(page, f"/cases/{case}/withdrawal", {"purpose": "services"})
    assert where == f"/cases/{case}?done=withdrawn"
    assert "ask_about_pressure" in elements(store, case)
    where = crew[SOCIAL_WORKER].act(page, f"/cases/{case}/withdrawal", {"purpose": "shelter"})
    assert where == f"/cases/{case}?done=reported"
    assert "Somebody reports that the person withdrew" in crew[COORDINATOR].page("/alarms")


def test_declining_leaving_and_mistakes(crew: Crew, store: Store, case: str) -> None:
    page = f"/cases/{case}/changes"
    for action, fields in (("withdrawal", {}), ("waiver", {}), ("mistake", {"reason": "x"})):
        answer = crew[COORDINATOR].send(page, f"/cases/{case}/{action}", fields)
        assert answer.status_code == 422 and "Choose one" in answer.text
    stay = newest(store, case, "stay_review").id
    assert "independent" in crew[SOCIAL_WORKER].page(page)
    crew[SOCIAL_WORKER].act(page, f"/cases/{case}/waiver", {"service": stay})
    assert "stay_review" not in elements(store, case)
    where = crew[OFFICER].act(page, f"/cases/{case}/changes/left")
    assert where == f"/cases/{case}?done=reported" and "legal_first_meeting" in elements(store, case)
    assert "You report this" in crew[OFFICER].page(page)
    crew[COORDINATOR].act(page, f"/cases/{case}/changes/left")
    assert elements(store, case) == {"closure_proposal", "ask_about_pressure"}
    refused = crew[COORDINATOR].send(page, f"/cases/{case}/mistake", {"reason": "duplicate"})
    assert refused.status_code == 409 and "safety of the person" in refused.text, "somebody still asks her"


def test_a_case_that_should_not_exist(crew: Crew, store: Store, case: str) -> None:
    page = f"/cases/{case}/changes"
    crew[COORDINATOR].act(page, f"/cases/{case}/mistake", {"reason": "duplicate"})
    assert elements(store, case) == set()
    assert crew[COORDINATOR].get(page).status_code == 409


@pytest.mark.parametrize(("what", "begins"), [("missing", "missing_search"), ("danger", "safety_plan")])
def test_missing_and_danger(crew: Crew, store: Store, case: str, what: str, begins: str) -> None:
    page = f"/cases/{case}/changes"
    crew[SOCIAL_WORKER].act(page, f"/cases/{case}/changes/{what}")
    assert begins in elements(store, case)
    assert "already known and under way" in crew[COORDINATOR].page(page)
    again = [crew[login].act(page, f"/cases/{case}/changes/{what}") for login in (SOCIAL_WORKER, COORDINATOR)]
    assert again == [f"/cases/{case}?done=changed"] * 2, "it may be said again, and nobody learns who said it before"


def test_who_leaves_sees_the_case_no_more(crew: Crew, store: Store, case: str) -> None:
    where = crew[SOCIAL_WORKER].act(f"/cases/{case}/changes", f"/cases/{case}/changes/died")
    assert where == "/worklist?done=changed"
    assert crew[SOCIAL_WORKER].get(f"/cases/{case}").status_code == 404


def corrected(crew: Crew, store: Store, case: str, **answers: Any) -> str:
    task = newest(store, case, "screening").id
    with store.reading() as session:
        by = actor(session, OFFICER)
        form = drafting.begun(session, task, by=by)[1].forms["screening"]
        given = answering.fill(form, WOMAN_IN_OSH | answers, today=newest(store, case, "screening").opened_at.date())
    page = f"/tasks/{task}/correction"
    where = crew[OFFICER].act(page, page, given | {"_reason": "typing_error"})
    assert where == f"/tasks/{task}/answers?done=corrected"
    return task


def test_a_form_is_corrected_and_both_versions_are_shown(crew: Crew, store: Store, case: str) -> None:
    task = corrected(crew, store, case, means_seen=False)
    shown = re.sub(r"<[^>]+>", " ", crew[OFFICER].page(f"/tasks/{task}/answers"))
    assert "As it stands now" in shown and "Version 1" in shown and "changed" in shown
    assert "Threats of violence" in shown and "no longer asked" in shown
    coordinators = crew[COORDINATOR].page(f"/tasks/{task}/answers")
    assert "Threats of violence" not in coordinators, "testimony is not the coordinator's to read"
    for stranger in (OUTSIDER, SOCIAL_WORKER, "attorney"):
        assert crew[stranger].get(f"/tasks/{task}/answers").status_code == 404
        assert crew[stranger].get(f"/tasks/{task}/correction").status_code == 404


def test_the_coordinator_lets_it_stand_or_has_it_done_again(crew: Crew, store: Store, case: str) -> None:
    corrected(crew, store, case, means_seen=False)
    with store.reading() as session:
        correction = session.exec(select(Correction.id)).one()
    assert "Decided on an answer that has changed" in crew[COORDINATOR].page(f"/cases/{case}")
    page, action = f"/cases/{case}/stages", f"/corrections/{correction}/verdict"
    shown = crew[COORDINATOR].page(page)
    assert "Apply the criteria" in shown and "it is done beside the path" in shown, "a lawyer has begun"
    assert crew[COORDINATOR].act(page, action, {"verdict": "redo"}) == f"/cases/{case}?done=redone"
    assert "screening" in elements(store, case)
    assert action not in crew[COORDINATOR].page(page)


def test_the_page_says_what_would_end(crew: Crew, store: Store) -> None:
    case = case_at(store, "case_plan", "stay_review")
    corrected(crew, store, case, means_seen=False)
    with store.reading() as session:
        correction = session.exec(select(Correction.id)).one()
    page, action = f"/cases/{case}/stages", f"/corrections/{correction}/verdict"
    shown = crew[COORDINATOR].page(page)
    assert "the path goes back to this step" in shown and "This would end: Plan agreed with the person." in shown
    crew[COORDINATOR].act(page, action, {"verdict": "redo"})
    assert elements(store, case) == {"screening", "stay_review"}


def test_a_wrong_correction_loses_nothing_typed(crew: Crew, store: Store, case: str) -> None:
    task = newest(store, case, "screening").id
    page = f"/tasks/{task}/correction"
    fields = {"act_seen": "true", "act_signs": "recruitment", "interpreter_name": "N. N.", "screening_complete": "true"}
    answer = crew[OFFICER].send(page, page, fields)
    assert answer.status_code == 422 and "N. N." in answer.text and "Choose one" in answer.text
    answer = crew[OFFICER].send(page, page, fields | {"_reason": "typing_error"})
    assert answer.status_code == 422 and "N. N." in answer.text


def test_a_handover_is_an_offer_that_says_what_it_is(crew: Crew, store: Store, case: str) -> None:
    task = newest(store, case, "stay_review").id
    page = f"/tasks/{task}/handover"
    answer = crew[SOCIAL_WORKER].send(page, page, {})
    assert answer.status_code == 422 and "Choose an agency" in answer.text
    other = re.search(r'name="agency" type="radio" value="(\w+)"', crew[SOCIAL_WORKER].page(page))
    assert other is not None
    crew[SOCIAL_WORKER].act(page, page, {"agency": other.group(1), "reason": "moved_region"})
    with store.reading() as session:
        query = select(Handoff.id).where(Handoff.task_id == task, col(Handoff.state).in_(PENDING_HANDOFF))
        offer = f"/handoffs/{session.exec(query).one()}"
    assert "This is a handover" in crew[OTHER_SHELTER].page(offer)
    where = crew[OTHER_SHELTER].act(offer, f"{offer}/acceptance")
    assert where == f"/tasks/{task}?done=awaited"
    crew[SOCIAL_WORKER].act(f"/tasks/{task}", f"/tasks/{task}/departure", {"escort": "giver"})
    crew[OTHER_SHELTER].act(f"/tasks/{task}", f"/tasks/{task}/arrival", {"condition": "well"})


def test_the_wrong_agency(crew: Crew, store: Store, case: str) -> None:
    task = newest(store, case, "stay_review").id
    back = next(link for link in links(crew[COORDINATOR].page(f"/tasks/{task}"), "/handoffs/") if "taking" in link)
    assert crew[COORDINATOR].send(back, back, {}).status_code == 422
    crew[COORDINATOR].act(back, back, {"reason": "wrong_agency"})
    assert newest(store, case, "stay_review").holder_id is None


def test_skipping_extending_and_beginning(crew: Crew, store: Store, case: str) -> None:
    coordinator, shelter = crew[COORDINATOR], crew[SOCIAL_WORKER]
    stay = f"/tasks/{newest(store, case, 'stay_review').id}"
    before = newest(store, case, "stay_review").due_at
    assert shelter.send(f"{stay}/extension", f"{stay}/extension", {"days": "0"}).status_code == 422
    shelter.act(f"{stay}/extension", f"{stay}/extension", {"days": "10", "reason": "trauma"})
    assert (newest(store, case, "stay_review").due_at - before).days == 10
    assert shelter.get(f"{stay}/skip").status_code == 403
    assert coordinator.send(f"{stay}/skip", f"{stay}/skip", {}).status_code == 422
    coordinator.act(f"{stay}/skip", f"{stay}/skip", {"reason": "not_needed"})
    assert "stay_review" not in elements(store, case)
    page = f"/cases/{case}/stages"
    assert coordinator.send(page, page, {"reason": "urgent"}).status_code == 422
    coordinator.act(page, page, {"stage": "repatriation", "reason": "urgent"})
    assert "return_decision" in elements(store, case)
    assert crew[OFFICER].get(page).status_code == 403


def test_a_case_is_taken_over_from_paper(crew: Crew, store: Store) -> None:
    coordinator = crew[COORDINATOR]
    assert crew[OFFICER].get("/takeover").status_code == 404
    assert coordinator.send("/takeover", "/takeover", {"stage": "case_plan"}).status_code == 422
    fields = {"stage": "case_plan", "region": "osh", "preliminary_result": "presumed", "dependants": "1"}
    where = coordinator.act("/takeover", "/takeover", fields)
    case = where.split("/")[-1].split("?")[0]
    assert elements(store, case) == {"case_plan", "paper_follow_up", "child_notice"}, "an age in doubt is a child's"
    fields = {"stage": "service_referral", "region": "osh", "preliminary_result": "presumed", "age_band": "adult"}
    where = coordinator.act("/takeover", "/takeover", fields | {"services_planned": ["medical", "social"]})
    case = where.split("/")[-1].split("?")[0]
    assert elements(store, case) == {"service_first_contact", "paper_follow_up"}
    answer = coordinator.send("/takeover", "/takeover", fields)
    assert answer.status_code == 409 and "does not lead to this stage" in answer.text


def test_who_has_handed_everything_on_still_reaches_the_case(crew: Crew, store: Store) -> None:
    case = case_at(store, "screening", "shelter_arrival")
    officer = crew[OFFICER]
    with store.reading() as session:
        asked = {handoff.receiver_name: handoff.id for handoff in open_offers(session, case, "shelter_arrival")}
        offer = f"/handoffs/{asked['Ak-Jol shelter, Osh']}"
    assert offer in links(officer.page("/worklist"), "/handoffs")
    for target in (f"/cases/{case}", f"/cases/{case}/changes"):
        assert target in links(officer.page(offer), "/cases"), "from the handoff it is one click"
    seen = crew[SOCIAL_WORKER].page(offer)
    assert case not in seen and not links(seen, "/cases/"), "who is only asked learns nothing"


def test_a_full_house_asks_for_a_reason(crew: Crew, store: Store) -> None:
    case = case_at(store, "shelter_arrival", answers={"urgent_needs": []})
    task = newest(store, case, "shelter_arrival").id
    with store.transaction() as session:
        session.exec(update(Place).values(taken=Place.total))
        query = select(Handoff.id).where(Handoff.task_id == task).order_by(Handoff.receiver_name)
        offers = [f"/handoffs/{one}" for one in session.exec(query).all()]
    offer = next(one for one in offers if crew[SOCIAL_WORKER].get(one).status_code == 200)
    assert "Every place is taken" in crew[SOCIAL_WORKER].page(offer)
    assert crew[SOCIAL_WORKER].send(offer, f"{offer}/acceptance").status_code == 409
    crew[SOCIAL_WORKER].act(offer, f"{offer}/acceptance", {"over_capacity": "emergency"})


def test_finding_work_by_address(crew: Crew, store: Store, case: str) -> None:
    other = case_at(store, "screening", "shelter_arrival")
    board = crew[COORDINATOR]
    assert case not in board.page("/cases?stage=screening") and other in board.page("/cases?stage=screening")
    for strange in ("?stage=%27%3B", "?clock=never", "?assignee=Aida", "?after=x", "?agency=" + "x" * 500):
        assert other in board.page(f"/cases{strange}"), strange
    board.act("/cases?stage=screening&region=osh", "/views")
    shown = board.page("/cases")
    view = re.search(r'href="/cases\?stage=screening&amp;region=osh">([^<]+)<', shown)
    assert view is not None and view.group(1) == "Screening: what was seen, Osh and the south", (
        "it is called by what it shows"
    )
    removal = re.search(r"/views/\w+/removal", shown)
    assert removal is not None
    board.act("/cases", removal.group(0))
    assert view.group(1) not in board.page("/cases")
    assert case in crew[SOCIAL_WORKER].page("/worklist?stage=stay_review&language=uz")
    assert case not in crew[SOCIAL_WORKER].page("/worklist?language=ky")


PAGES = ["/cases/{case}/changes", "/cases/{case}/stages", "/tasks/{task}/handover", "/tasks/{task}/skip"]
PAGES += ["/tasks/{task}/extension", "/tasks/{task}/answers", "/tasks/{task}/correction"]
ACTS = ["/cases/{case}/withdrawal", "/cases/{case}/waiver", "/cases/{case}/mistake", "/cases/{case}/stages"]
ACTS += [f"/cases/{{case}}/changes/{what}" for what in ("left", "missing", "danger", "died", "other")]
ACTS += ["/tasks/{task}/handover", "/tasks/{task}/skip", "/tasks/{task}/extension", "/tasks/{task}/correction"]
FIELDS = {"purpose": "services", "reason": "duplicate", "revision": "1", "stage": "recovery", "_reason": "typing_error"}


@pytest.mark.parametrize("login", [OUTSIDER, "coordinator_bishkek", "prosecutor"])
def test_for_an_outsider_nothing_of_it_exists(crew: Crew, store: Store, case: str, login: str) -> None:
    task = newest(store, case, "stay_review").id
    fields = FIELDS | {"csrf": crew[login].csrf(), "service": task, "agency": "0" * 32}
    for path in PAGES:
        assert crew[login].get(path.format(case=case, task=task)).status_code == 404, path
    for path in ACTS:
        for reason in ("duplicate", "not_needed", "moved_region", "trauma"):
            sent = fields | {"reason": reason, "days": "3"}
            assert crew[login].post(path.format(case=case, task=task), sent).status_code == 404, (path, reason)
