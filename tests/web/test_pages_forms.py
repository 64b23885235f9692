"""A form on the pages: section by section, refused in place, sent twice, and nothing typed is ever lost."""

import re
from typing import Any

import pytest

from engine.database import Store
from engine.models.work import TaskStatus, UserTask
from engine.process.faults import NullResult
from tests.factories import case_at, make_case, open_task, valid_answers
from tests.people import OFFICER, Browser, Crew
from tests.times import Times
from tests.web.test_pages import INTAKE


@pytest.fixture
def intake(crew: Crew, store: Store) -> str:
    """The page of a claimed intake."""
    case = make_case(store)
    with store.reading() as session:
        task = f"/tasks/{open_task(session, case, 'intake').id}"
    crew[OFFICER].act(task, f"{task}/claim")
    return task


@pytest.fixture
def screening(crew: Crew, store: Store) -> str:
    """The page of a claimed task whose form has several sections."""
    case = case_at(store, "screening", "shelter_arrival", answers={"urgent_needs": []})
    with store.reading() as session:
        task = f"/tasks/{open_task(session, case, 'screening').id}"
    crew[OFFICER].act(task, f"{task}/claim")
    return task


def section(browser: Browser, task: str) -> str:
    """The first page of the form."""
    where: str = browser.get(f"{task}/form").headers["location"]
    return where


def test_a_missing_answer_is_named_in_place_and_the_others_are_kept(crew: Crew, intake: str) -> None:
    officer, page = crew[OFFICER], section(crew[OFFICER], intake)
    answer = officer.send(page, f"{intake}/completion", {"sex": "male", "alias": "Адам “А” <b>"})
    assert answer.status_code == 422
    assert 'href="#age_band"' in answer.text
    assert "Адам “А” &lt;b&gt;" in answer.text
    assert re.search(r'value="male"\s+checked', answer.text)
    again = officer.page(page)
    assert "Адам “А” &lt;b&gt;" in again


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"age_band": "ancient"}, "Choose an answer from the list"),
        ({"dependants": "many"}, "Write a whole number"),
        ({"dependants": "-3"}, "0 to 30"),
        ({"alias": "x" * 101}, "at most 100"),
        ({"status": "closed"}, "no such question"),
        ({"sex": ["female", "male"]}, "Choose one answer"),
        ({"urgent_needs": ["medical", "gold"]}, "Choose an answer from the list"),
    ],
)
def test_what_cannot_be_accepted_is_said(crew: Crew, intake: str, wrong: dict[str, Any], said: str) -> None:
    officer, page = crew[OFFICER], section(crew[OFFICER], intake)
    answer = officer.send(page, f"{intake}/completion", INTAKE | wrong)
    assert answer.status_code == 422
    assert said in answer.text
    assert officer.act(page, f"{intake}/completion", INTAKE) == "/worklist?done=completed"


def test_a_resend_is_the_same_act(crew: Crew, times: Times, intake: str) -> None:
    officer = crew[OFFICER]
    page = section(officer, intake)
    fields = officer.hidden(page, f"{intake}/completion") | INTAKE
    assert officer.post(f"{intake}/completion", fields).status_code == 303
    times.go_on(minutes=1)
    again = officer.post(f"{intake}/completion", fields)
    assert again.status_code == 200
    assert "Already received at 10:00" in again.text
    other = officer.post(f"{intake}/completion", fields | {"form_id": "another"})
    assert other.status_code == 409


def test_a_form_is_filled_page_by_page(crew: Crew, screening: str, store: Store) -> None:
    officer = crew[OFFICER]
    with store.reading() as session:
        answers = valid_answers(session, screening, OFFICER)
    page = section(officer, screening)
    seen = []
    while "/form/" in page:
        seen.append(page.rsplit("/", 1)[1])
        text = officer.page(page)
        here = {name: value for name, value in answers.items() if f'name="{name}"' in text}
        page = officer.act(page, page, here)
    assert page == f"{screening}/check"
    assert len(seen) > 1
    check = officer.page(page)
    assert f"{screening}/form/{seen[0]}" in check
    assert officer.act(page, f"{screening}/completion") == "/worklist?done=completed"


def test_a_section_with_a_mistake_is_shown_again_and_kept(crew: Crew, screening: str) -> None:
    officer = crew[OFFICER]
    page = section(officer, screening)
    answer = officer.send(page, page, {})
    assert answer.status_code == 422
    assert "govuk-error-summary" in answer.text
    assert officer.send(f"{screening}/check", f"{screening}/completion").status_code == 422


def test_a_draft_waits_for_its_writer_alone(crew: Crew, intake: str) -> None:
    officer = crew[OFFICER]
    page = section(officer, intake)
    fields = officer.hidden(page, f"{intake}/completion") | {"note": "cannot climb stairs"}
    answer = officer.post(f"{intake}/draft", fields)
    assert answer.headers["location"].startswith(page)
    assert "cannot climb stairs" in officer.page(page)
    assert "Continue the form" in officer.page(intake)
    officer.act(intake, f"{intake}/release")
    assert officer.send(intake, f"{intake}/claim").status_code == 303
    assert "cannot climb stairs" in officer.page(page)


def test_the_page_saves_by_itself(crew: Crew, intake: str) -> None:
    officer = crew[OFFICER]
    page = section(officer, intake)
    fields = officer.hidden(page, f"{intake}/completion") | {"note": "by itself", "action": "autosave"}
    answer = officer.post(f"{intake}/draft", fields, accept="application/json")
    assert answer.status_code == 200
    assert re.fullmatch(r"Saved at \d\d:\d\d", answer.json()["message"])
    assert "by itself" in officer.page(page)
    gone = crew.stranger().post(f"{intake}/draft", fields, accept="application/json")
    assert gone.status_code == 401


def test_signing_in_again_after_an_idle_hour_loses_nothing(crew: Crew, times: Times, intake: str) -> None:
    officer = crew[OFFICER]
    page = section(officer, intake)
    fields = officer.hidden(page, f"{intake}/completion") | {"note": "typed for an hour"}
    times.go_on(hours=1)
    answer = officer.post(f"{intake}/completion", fields)
    assert answer.status_code == 303
    assert "kept=1" in answer.headers["location"]
    assert "kept as a draft" in crew.stranger().page(answer.headers["location"])
    again = Crew(crew.app, crew.store)[OFFICER]
    assert "typed for an hour" in again.page(page)


def test_somebody_elses_cookie_keeps_nothing(crew: Crew, times: Times, intake: str) -> None:
    officer = crew[OFFICER]
    page = section(officer, intake)
    fields = officer.hidden(page, f"{intake}/completion") | {"note": "forged", "csrf": "x" * 32}
    times.go_on(hours=1)
    answer = officer.post(f"{intake}/completion", fields)
    assert "kept" not in answer.headers["location"]
    assert "forged" not in Crew(crew.app, crew.store)[OFFICER].page(page)


def test_a_stale_form_is_kept_as_a_draft(crew: Crew, intake: str) -> None:
    officer = crew[OFFICER]
    page = section(officer, intake)
    fields = officer.hidden(page, f"{intake}/completion") | INTAKE | {"note": "kept all the same"}
    officer.act(intake, f"{intake}/release")
    officer.act(intake, f"{intake}/claim")
    answer = officer.post(f"{intake}/completion", fields)
    assert answer.status_code == 412
    assert "kept as a draft" in answer.text
    assert "kept all the same" in officer.page(page)


def test_a_task_nobody_has_taken_is_not_filled(crew: Crew, store: Store) -> None:
    case = make_case(store)
    with store.reading() as session:
        task = f"/tasks/{open_task(session, case, 'intake').id}"
    officer = crew[OFFICER]
    assert officer.get(f"{task}/form").status_code == 409
    fields = {"csrf": officer.csrf(), "revision": "1", "form_id": "a"} | INTAKE
    answer = officer.post(f"{task}/completion", fields)
    assert answer.status_code in (409, 412)


def test_a_section_that_is_not_there(crew: Crew, intake: str) -> None:
    officer = crew[OFFICER]
    assert officer.get(f"{intake}/form/nothing").status_code == 404
    fields = {"csrf": officer.csrf(), "section": "nothing"}
    assert officer.post(f"{intake}/draft", fields).status_code == 404


def test_a_process_that_cannot_go_on_loses_nothing(
    crew: Crew, intake: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine.process import runtime

    def fail(*about: Any) -> Any:
        raise NullResult()

    monkeypatch.setattr(runtime, "complete", fail)
    officer = crew[OFFICER]
    page = section(officer, intake)
    answer = officer.send(page, f"{intake}/completion", INTAKE | {"note": "still here"})
    assert answer.status_code == 409
    assert "could not go on" in answer.text
    assert "still here" in officer.page(page)
    with store.reading() as session:
        assert session.get_one(UserTask, intake.rsplit("/", 1)[1]).status is TaskStatus.CLAIMED
    assert "The process could not go on" in crew["coordinator_osh"].page("/alarms")


def test_who_interpreted_is_asked_for_in_its_own_section(crew: Crew, screening: str) -> None:
    officer, page = crew[OFFICER], f"{screening}/form/finish"
    assert "Who interpreted? (optional)" not in officer.page(page)
    fields = {"screening_complete": "true", "screening_note": "seen at the door", "preliminary_result": "presumed"}
    answer = officer.send(page, page, fields)
    assert answer.status_code == 422
    assert 'href="#interpreter_name"' in answer.text
    assert "seen at the door" in answer.text


def test_an_impossible_number_is_refused_in_words(crew: Crew, screening: str, intake: str) -> None:
    officer, page = crew[OFFICER], section(crew[OFFICER], intake)
    answer = officer.send(page, f"{intake}/completion", {"dependants": "9" * 20})
    assert "Write a number in digits" in answer.text
    assert "1000000000000" not in answer.text


def test_a_form_nobody_has_taken_offers_to_take_it(crew: Crew, store: Store) -> None:
    case = make_case(store)
    with store.reading() as session:
        task = f"/tasks/{open_task(session, case, 'intake').id}"
    answer = crew[OFFICER].get(f"{task}/form")
    assert answer.status_code == 409
    assert "Take this duty first" in answer.text
    assert f'action="{task}/claim"' in answer.text


def test_an_old_page_leads_back_to_the_form(crew: Crew, intake: str) -> None:
    officer, page = crew[OFFICER], section(crew[OFFICER], intake)
    answer = officer.send(page, f"{intake}/completion", INTAKE | {"revision": "1"})
    assert answer.status_code == 412
    assert f'href="{intake}/form' in answer.text


def test_a_sign_that_no_text_has_is_refused_in_place_and_the_words_are_kept(crew: Crew, intake: str) -> None:
    officer, page = crew[OFFICER], section(crew[OFFICER], intake)
    answer = officer.send(page, f"{intake}/completion", INTAKE | {"alias": "Adam\x00 of the valley"})
    assert answer.status_code == 422
    assert 'href="#alias"' in answer.text
    assert "of the valley" in answer.text
