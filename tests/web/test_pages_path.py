"""What the page of a case says of its way: done, now, ahead, or not on this path."""

import re

import pytest

from engine import handoffs
from engine.database import Store
from engine.demo.story import MAN_IN_KAZAKHSTAN
from tests.factories import case_at, make_case, open_offers, open_task
from tests.people import AUDITOR, COORDINATOR, NATIONAL, OFFICER, Browser, Crew, actor


def way(browser: Browser, case: str) -> dict[str, str]:
    """The state of every step, by its name; the last one of that name."""
    text = browser.page(f"/cases/{case}")
    steps = re.findall(r'<li class="step step--(\w+).*?step__name">(.*?)</span>', text, re.DOTALL)
    return {re.sub(r"<[^>]+>", "", name).strip(): state for state, name in steps}


def test_a_case_that_has_just_begun(crew: Crew, store: Store) -> None:
    steps = way(crew[COORDINATOR], make_case(store))
    assert steps.pop("Intake") == "now"
    assert set(steps.values()) == {"ahead"}


def test_the_path_reads_as_the_drawing_does(crew: Crew, store: Store) -> None:
    names = list(way(crew[COORDINATOR], make_case(store)))
    assert names[0] == "Intake"
    assert names[-1] == "Close the case"
    after = ["Identify the person", "Bring the person home", "Needs and risk", "Time to recover"]
    assert [name for name in names if name in after] == after


@pytest.fixture
def identified(store: Store) -> str:
    """A case in which identification goes on and a shelter is asked."""
    return case_at(store, "screening", "shelter_arrival", answers={"urgent_needs": []})


def test_what_was_not_chosen_is_not_on_this_path(crew: Crew, identified: str) -> None:
    steps = way(crew[COORDINATOR], identified)
    assert steps["Find a safe place now"] == "waiting"
    assert steps["Arrival in the shelter"] == "waiting"
    assert steps["Give each urgent help"] == steps["Protect the child"] == "skipped"
    assert steps["Identify the person"] == "now"
    assert steps["Rights and consent"] == "done"
    assert steps["Needs and risk"] == "ahead"


def test_each_call_of_a_process_has_its_own_tasks(crew: Crew, store: Store) -> None:
    case = case_at(store, "stay_review", answers=MAN_IN_KAZAKHSTAN, login="consulate")
    steps = way(crew[NATIONAL], case)
    assert steps["Find a safe place now"] == "skipped"
    assert steps["Stay in a shelter"] == "now"
    assert steps["Bring the person home"] == "done"


def test_after_the_end_nothing_lies_ahead(crew: Crew, store: Store) -> None:
    answers = {"preliminary_result": "not_presumed", "shelter_now": "no", "urgent_needs": []}
    case = case_at(store, answers=answers)
    steps = way(crew[COORDINATOR], case)
    assert not {"ahead", "now", "waiting"} & set(steps.values()), steps


def test_a_period_that_runs_is_where_the_case_stands(crew: Crew, store: Store) -> None:
    case = case_at(store, "stay_review", "service_report", "legal_report", answers={"return_wanted": "no"})
    text = crew[COORDINATOR].page(f"/cases/{case}")
    assert way(crew[COORDINATOR], case)["Time to recover"] == "now"
    until = re.search(r"now, until ([^<]+)<", text)
    assert until is not None
    assert f"runs until {until[1]}" in text
    assert re.search(r"The case stands at: [^.]*Time to recover", text)
    assert "The case stands at: Reflection period ends." in text


def test_a_step_that_has_ended_has_no_clock_that_runs(crew: Crew, store: Store) -> None:
    case = make_case(store)
    coordinator = crew[COORDINATOR]
    coordinator.act(f"/cases/{case}/changes", f"/cases/{case}/mistake", {"reason": "duplicate"})
    text = coordinator.page(f"/cases/{case}")
    step = re.search(r'<li class="step step--cancelled.*?</li>', text, re.DOTALL)
    assert step is not None
    assert " left" not in step[0]


def test_what_was_skipped_says_why(crew: Crew, store: Store) -> None:
    case = case_at(store, "screening", "shelter_arrival", answers={"urgent_needs": []})
    coordinator = crew[COORDINATOR]
    with store.reading() as session:
        task = open_task(session, case, "shelter_arrival").id
    coordinator.act(f"/tasks/{task}/skip", f"/tasks/{task}/skip", {"reason": "not_needed"})
    assert way(coordinator, case)["Find a safe place now"] == "left_out"
    assert "skipped: It is not needed" in coordinator.page(f"/cases/{case}")


def test_a_duty_of_which_nobody_is_asked_says_so(crew: Crew, store: Store) -> None:
    case = case_at(store, "screening", "shelter_arrival", answers={"urgent_needs": []})
    with store.reading() as session:
        offers = [offer.id for offer in open_offers(session, case, "shelter_arrival")]
    with store.transaction() as session:
        for offer in offers:
            act, handoff = handoffs.open_card(session, offer, by=actor(session, COORDINATOR))
            handoffs.expire(act, handoff)
    for _ in range(10):  # each time the next agency is asked, until none is left
        with store.transaction() as session:
            for offer in open_offers(session, case, "shelter_arrival"):
                act, handoff = handoffs.open_card(session, offer.id, by=actor(session, COORDINATOR))
                handoffs.expire(act, handoff)
    for page in ("/cases", f"/cases/{case}"):
        assert "Nobody is asked: find a place" in crew[COORDINATOR].page(page)


def test_a_service_is_named_wherever_its_step_is(crew: Crew, store: Store) -> None:
    case = case_at(store, "service_first_contact", "screening", "shelter_arrival")
    text = crew[OFFICER].page(f"/cases/{case}")
    assert "First contact for a service: medical help</a>" in text
    assert "First contact for a service</a>" not in text


def test_the_auditor_reads_the_words_of_the_other_pages(crew: Crew, store: Store) -> None:
    case_at(store, "screening", "shelter_arrival")
    text = crew[AUDITOR].page("/audit")
    assert "First contact for a service" in text
    assert "Meet the person" not in text


def test_a_stage_is_not_begun_because_it_is_not_needed(crew: Crew, store: Store) -> None:
    case = make_case(store)
    assert "It is not needed" not in crew[COORDINATOR].page(f"/cases/{case}/stages")
