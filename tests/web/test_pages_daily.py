"""Daily life on the pages: agencies without an account, paper, colleagues, agencies that end, several people."""

import re
from html import unescape

import pytest
from fastapi import FastAPI
from sqlmodel import select

from engine import audit, changes, people
from engine.actor import SYSTEM
from engine.database import Store
from engine.models.answers import Sheet
from engine.models.cases import Case
from engine.models.people import Agency, Reach, User
from engine.models.work import Handoff, HandoffState, TaskStatus, UserTask
from tests.factories import case_at, make_case, open_offers, open_task, valid_answers
from tests.people import COORDINATOR, NATIONAL, OFFICER, OUTSIDER, SOCIAL_WORKER, Crew, actor
from tests.times import Times

HEARD = {"channel": "phone", "said_by": "the duty doctor", "paper": "", "happened_at": "2026-03-02T09:30"}


def without_account(store: Store, code: str) -> None:
    """This agency is reached by phone only."""
    with store.transaction() as session:
        agency = session.exec(select(Agency).where(Agency.code == code)).one()
        agency.reach = Reach.PHONE
        session.add(agency)
        audit.record(session, "agency.changed", agency, by=SYSTEM)
        for user in session.exec(select(User).where(User.agency_id == agency.id)).all():
            user.active = False
            session.add(user)
            audit.record(session, "person.deactivated", user, by=SYSTEM)


@pytest.fixture
def clinic(store: Store, times: Times) -> str:
    """A case in which a clinic without an account is offered the first contact."""
    without_account(store, "health")
    return case_at(store, "service_first_contact", "screening", answers={"shelter_now": "no"})


def offer_of(store: Store, case: str, receiver: str) -> Handoff:
    with store.reading() as session:
        found = open_offers(session, case, "service_first_contact")
        agency = session.exec(select(Agency).where(Agency.code == receiver)).one()
        return next(h for h in found if h.receiver_id == agency.id)


def accepted(crew: Crew, store: Store, case: str) -> str:
    """The clinic has accepted by phone; the address of its duty's form."""
    handoff = offer_of(store, case, "health")
    page = f"/handoffs/{handoff.id}/relay"
    crew[OFFICER].act(page, page, HEARD | {"answer": "acceptance"})
    return f"/tasks/{handoff.task_id}/relay"


def test_who_gave_an_offer_is_told_to_call(crew: Crew, store: Store, clinic: str) -> None:
    handoff = offer_of(store, clinic, "health")
    for login in (OFFICER, COORDINATOR):
        page = crew[login].page("/worklist")
        assert f"/handoffs/{handoff.id}/relay" in page and f"/handoffs/{handoff.id}/letter" in page
    assert f"/handoffs/{handoff.id}" not in crew[OUTSIDER].page("/worklist")


def test_what_an_agency_did_is_entered_for_it_and_shown_as_such(crew: Crew, store: Store, clinic: str) -> None:
    officer = crew[OFFICER]
    form = accepted(crew, store, clinic)
    assert form in officer.page("/worklist")
    with store.reading() as session:
        task_id = form.split("/")[2]
        answers = valid_answers_for(session, task_id)
    assert officer.act(form, form, HEARD | answers) == "/worklist?done=relayed"
    with store.reading() as session:
        task = session.get_one(UserTask, task_id)
        agency = session.get_one(Agency, task.ended_by_agency_id)
        assert (task.status, agency.code) == (TaskStatus.DONE, "health")
    told = unescape(crew[COORDINATOR].page(f"/cases/{clinic}"))
    assert "on behalf of Family medicine centre" in told and "entered by Police of Osh" in told
    assert "the duty doctor" in told and "not confirmed yet" in told


def valid_answers_for(session: object, task_id: str) -> dict[str, object]:
    found = valid_answers(session, task_id, COORDINATOR)  # type: ignore[arg-type]
    return {name: value for name, value in found.items() if value is not None}


def test_a_form_that_is_refused_keeps_what_was_typed(crew: Crew, store: Store, clinic: str) -> None:
    form = accepted(crew, store, clinic)
    answer = crew[OFFICER].send(form, form, HEARD | {"said_by": "Dr. Half"})
    assert answer.status_code == 422 and "Dr. Half" in answer.text
    with store.reading() as session:
        assert session.get_one(UserTask, form.split("/")[2]).status is TaskStatus.OPEN


@pytest.mark.parametrize(
    "wrong",
    [{"channel": ""}, {"said_by": ""}, {"happened_at": ""}, {"channel": "letter"}, {"happened_at": "2026-04-02T09:30"}],
)
def test_who_said_it_how_and_when_must_be_told(crew: Crew, store: Store, clinic: str, wrong: dict[str, str]) -> None:
    form = accepted(crew, store, clinic)
    with store.reading() as session:
        answers = valid_answers_for(session, form.split("/")[2])
    assert crew[OFFICER].send(form, form, HEARD | answers | wrong).status_code == 422


def test_nobody_else_speaks_for_an_agency(crew: Crew, store: Store, clinic: str) -> None:
    form = accepted(crew, store, clinic)
    for login in (OUTSIDER, SOCIAL_WORKER):
        browser = crew[login]
        assert browser.get(form).status_code == 404
        assert browser.post(form, HEARD | {"csrf": browser.csrf(), "revision": "1"}).status_code == 404


def test_an_agency_with_an_account_is_not_spoken_for_by_the_giver(crew: Crew, store: Store, times: Times) -> None:
    case = case_at(store, "stay_care_plan", "screening", answers={"urgent_needs": []})
    with store.reading() as session:
        task = open_task(session, case, "stay_care_plan").id
    assert crew[OFFICER].get(f"/tasks/{task}/relay").status_code == 404
    assert f"/tasks/{task}/relay" in crew[COORDINATOR].page(f"/cases/{case}")
    assert crew[COORDINATOR].get(f"/tasks/{task}/relay").status_code == 200


def test_an_acceptance_that_happened_earlier(crew: Crew, store: Store, times: Times) -> None:
    case = case_at(store, "service_first_contact", "screening", answers={"shelter_now": "no"})
    times.go_on(hours=2)
    page = f"/handoffs/{offer_of(store, case, 'health').id}"
    worker = crew["health"]
    wrong = worker.send(page, f"{page}/acceptance", {"_happened_at": "2026-03-09T10:30"})
    assert wrong.status_code == 422 and "Give a time that has passed" in wrong.text
    worker.act(page, f"{page}/acceptance", {"_happened_at": "2026-03-02T10:30"})
    with store.reading() as session:
        row = session.get_one(Handoff, page.rsplit("/", 1)[1])
        assert row.answered_at is not None and f"{row.answered_at:%H:%M}" == "04:30"
    assert "(entered" in crew[COORDINATOR].page(f"/cases/{case}")


def test_a_handoff_is_a_letter_without_a_name(crew: Crew, store: Store, clinic: str) -> None:
    handoff = offer_of(store, clinic, "health")
    letter = unescape(crew[OFFICER].page(f"/handoffs/{handoff.id}/letter"))
    with store.reading() as session:
        giver = session.get_one(Agency, handoff.giver_id)
    for told in (clinic, "Family medicine centre", giver.phone, giver.hours, "Signature", "Stamp"):
        assert told in letter, told
    assert crew["iom"].get(f"/handoffs/{handoff.id}/letter").status_code == 404
    assert crew[OUTSIDER].get(f"/handoffs/{handoff.id}/letter").status_code == 404


@pytest.mark.parametrize(
    ("language", "word"), [("en", "Code of this sheet"), ("ru", "Код листа"), ("ky", "Барактын коду")]
)
def test_a_form_prints_blank_in_three_languages(crew: Crew, store: Store, language: str, word: str) -> None:
    consul = crew["consulate"]
    where = consul.act("/sheets", "/forms/request_verification/sheets", {"language": language})
    page = consul.page(where)
    assert word in page and f'lang="{language}"' in page
    with store.reading() as session:
        sheet = session.exec(select(Sheet)).one()
    assert sheet.code in page and sheet.bundle_id[:8] in page


def test_a_sheet_is_entered_once(crew: Crew, store: Store, times: Times) -> None:
    cases = [case_at(store, "screening", answers={"shelter_now": "no", "urgent_needs": []}) for _ in range(2)]
    officer = crew[OFFICER]
    officer.act("/sheets", "/forms/screening/sheets", {"language": "ru"})
    with store.reading() as session:
        code = session.exec(select(Sheet.code)).one()
        tasks = [f"/tasks/{open_task(session, case, 'screening').id}" for case in cases]
        answers = valid_answers(session, tasks[0], OFFICER)
    answered = [_complete(crew, task, answers, code) for task in tasks]
    assert answered == ["/worklist?done=completed", f"/sheets/{code}"]
    assert "already entered" in officer.page(f"/sheets/{code}")
    assert officer.get(f"/sheets?code={code.lower().replace('-', '')}").headers["location"] == f"/sheets/{code}"
    assert officer.get("/sheets?code=XXXX").status_code == 422
    with store.reading() as session:
        assert open_task(session, cases[1], "screening").status is TaskStatus.CLAIMED


def _complete(crew: Crew, task: str, answers: dict[str, object], sheet: str) -> str:
    officer = crew[OFFICER]
    officer.act(task, f"{task}/claim")
    page = officer.get(f"{task}/form").headers["location"]
    while not page.endswith("/check"):
        section = set(re.findall(r'name="(\w+)"', officer.page(page)))
        page = officer.act(page, page, {name: value for name, value in answers.items() if name in section})
    wrong = officer.send(page, f"{task}/completion", {"_sheet": "K7TX-9CDQ-9"})
    assert wrong.status_code == 422 and "K7TX-9CDQ-9" in wrong.text
    return officer.act(page, f"{task}/completion", {"_sheet": sheet})


def test_a_colleague_comes_and_goes(crew: Crew, store: Store) -> None:
    worker = crew[SOCIAL_WORKER]
    new = {"login": "new_one", "name": "New Example", "duties": "caseworker", "language": "ky"}
    page = worker.send("/colleagues", "/colleagues", new).text
    password = re.findall(r'<dd class="hash">([^<]+)</dd>', page)[0]
    assert password not in worker.page("/colleagues")
    assert worker.send("/colleagues", "/colleagues", new).status_code == 422
    stranger = crew.stranger()
    fields = stranger.hidden("/sign-in", "/sign-in") | {"login": "new_one", "password": password}
    assert stranger.post("/sign-in", fields).status_code == 303
    with store.reading() as session:
        user_id = session.exec(select(User.id).where(User.login == "new_one")).one()
    worker.act("/colleagues", f"/colleagues/{user_id}/deactivation")
    assert stranger.get("/worklist").headers["location"].startswith("/sign-in")


def test_a_leave_and_a_deputy(crew: Crew, store: Store, times: Times) -> None:
    case = case_at(store, "needs_and_risk", "stay_review")
    coordinator = crew[COORDINATOR]
    with store.reading() as session:
        task = f"/tasks/{open_task(session, case, 'needs_and_risk').id}"
        found = session.exec(select(User).where(User.login.startswith(COORDINATOR))).all()  # type: ignore[attr-defined]
        ids = {user.login: user.id for user in found}
    coordinator.act(task, f"{task}/claim")
    mine, other = ids[COORDINATOR], ids[f"{COORDINATOR}_2"]
    leave = {"start": "2026-03-02T09:00", "until": "2026-03-05T09:00", "deputy": other}
    wrong = coordinator.send("/colleagues", f"/colleagues/{mine}/leave", leave | {"until": "2026-03-01T09:00"})
    assert wrong.status_code == 422 and "past" in wrong.text
    coordinator.act("/colleagues", f"/colleagues/{mine}/leave", leave)
    with store.reading() as session:
        assert session.get_one(UserTask, task.rsplit("/", 1)[1]).claimed_by_id == other
    coordinator.act("/colleagues", f"/colleagues/{mine}/return")
    coordinator.act("/colleagues", f"/colleagues/{other}/tasks", {"to": mine})
    with store.reading() as session:
        assert session.get_one(UserTask, task.rsplit("/", 1)[1]).claimed_by_id == mine


def test_a_caseworker_keeps_nobody(crew: Crew, store: Store) -> None:
    with store.transaction() as session:
        user = session.exec(select(User).where(User.login == OFFICER)).one()
        user.duties = ["caseworker"]
        session.add(user)
        audit.record(session, "person.changed", user, by=SYSTEM)
    officer = crew[OFFICER]
    page = officer.page("/colleagues")
    assert 'action="/colleagues"' not in page
    assert officer.post("/colleagues", {"csrf": officer.csrf(), "login": "abc"}).status_code == 403
    assert officer.post("/agency/profile", {"csrf": officer.csrf(), "phone": "1"}).status_code == 403
    assert officer.post("/colleagues/" + "0" * 32 + "/deactivation", {"csrf": officer.csrf()}).status_code == 404


def test_the_duty_phone_stands_on_the_offer(crew: Crew, store: Store, times: Times) -> None:
    officer = crew[OFFICER]
    wrong = officer.send("/agency", "/agency/profile", {"phone": "", "hours": "at night"})
    assert wrong.status_code == 422 and "at night" in wrong.text
    officer.act("/agency", "/agency/profile", {"phone": "+996 555 1", "hours": "at night", "email": ""})
    case = case_at(store, "shelter_arrival", answers={"urgent_needs": []})
    with store.reading() as session:
        offer = open_offers(session, case, "shelter_arrival")[0]
    card = crew[SOCIAL_WORKER].page(f"/handoffs/{offer.id}")
    assert "+996 555 1" in card and "at night" in card


def test_places_nobody_confirmed_read_unknown(app: FastAPI, crew: Crew, store: Store, times: Times) -> None:
    worker = crew[SOCIAL_WORKER]
    assert worker.send("/agency", "/agency/places", {"total": "many"}).status_code == 422
    worker.act("/agency", "/agency/places", {"total": "9"})
    assert "unknown<" not in worker.page("/agency") + worker.page("/directory")
    times.go_on(hours=25)
    later = Crew(app, store)
    worker = later[SOCIAL_WORKER]
    assert "unknown<" in worker.page("/agency") and "unknown<" in later[COORDINATOR].page("/directory")
    worker.act("/agency", "/agency/places", {"total": "8"})
    assert "unknown<" not in worker.page("/agency")
    later.close()


def test_the_national_coordinator_keeps_the_directory(crew: Crew, store: Store, times: Times) -> None:
    case = case_at(store, "stay_review", "case_plan")
    with store.reading() as session:
        ids = {a.code: a.id for a in session.exec(select(Agency)).all()}
    national, page = crew[NATIONAL], f"/directory/{ids['shelter_osh']}"
    national.act(page, f"{page}/name", {"name": "Ak-Jol house"})
    assert national.send(page, f"{page}/name", {"name": ""}).status_code == 422
    national.act(page, f"{page}/suspension")
    with store.reading() as session:
        assert open_task(session, case, "stay_review").status is TaskStatus.AWAITING
        old = session.exec(select(Handoff).where(Handoff.receiver_name == "Ak-Jol shelter, Osh")).first()
        assert old is not None and old.state is HandoffState.RECALLED
    national.act(page, f"{page}/resumption")
    national.act(page, f"{page}/closure", {"successor": ids["shelter_bishkek"]})
    shown = national.page(page)
    assert "closed" in shown and "Sezim-Ata" in shown
    for login in (COORDINATOR, SOCIAL_WORKER):
        browser = crew[login]
        assert f'action="{page}' not in browser.page(page)
        assert browser.post(f"{page}/suspension", {"csrf": browser.csrf()}).status_code == 403


def test_several_people_of_one_event(crew: Crew, store: Store) -> None:
    officer = crew[OFFICER]
    for wrong in ("0", "51", "x"):
        assert officer.send("/cases/new", "/cases", {"region": "osh", "count": wrong}).status_code == 422
    assert officer.act("/cases/new", "/cases", {"region": "osh", "count": "3"}) == "/worklist?done=several"
    with store.reading() as session:
        found = session.exec(select(Case)).all()
        assert len(found) == 3
        assert len({c.incident_id for c in found}) == 1 and len({c.person_id for c in found}) == 3
        references = [c.reference for c in found]
    assert not [one for one in references[1:] if one in officer.page(f"/cases/{references[0]}")]


def test_two_cases_of_one_person(crew: Crew, store: Store) -> None:
    first, second = make_case(store), make_case(store, "border_guard")
    coordinator, page = crew[COORDINATOR], f"/cases/{first}"
    wrong = coordinator.send(page, f"{page}/links", {"other": "nothing"})
    assert wrong.status_code == 422 and "You see no case" in wrong.text
    coordinator.act(page, f"{page}/links", {"other": second.lower()})
    assert second in coordinator.page(page) and first in coordinator.page(f"/cases/{second}")
    assert second not in crew[OFFICER].page(page)
    undo = re.findall(r'action="(/links/\w+/undoing)"', coordinator.page(page))[0]
    for login in (OUTSIDER, OFFICER, "coordinator_bishkek"):
        assert crew[login].post(undo, {"csrf": crew[login].csrf()}).status_code in (403, 404)
    coordinator.act(page, undo)
    assert second not in coordinator.page(page)


def test_a_new_episode(crew: Crew, store: Store) -> None:
    case = make_case(store)
    coordinator = crew[COORDINATOR]
    with store.transaction() as session:
        changes.opened_in_error(session, case, reason="duplicate", by=actor(session, COORDINATOR))
    where = coordinator.act(f"/cases/{case}", f"/cases/{case}/episodes")
    with store.reading() as session:
        assert len(session.exec(select(Case)).all()) == 2
        assert len({c.person_id for c in session.exec(select(Case)).all()}) == 1
    assert case in coordinator.page(where)


def test_everything_is_three_steps_from_the_worklist(crew: Crew) -> None:
    officer = crew[OFFICER]
    assert "/agency" in officer.page("/worklist")
    page = officer.page("/agency")
    assert "/colleagues" in page and "/sheets" in page


def test_managers_may_give_only_duties_of_their_agency(store: Store) -> None:
    with store.reading() as session:
        assert people.may_give(actor(session, OFFICER)) == {"caseworker", "manager"}
