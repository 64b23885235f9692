"""What the page of a case says of its way: done, now, ahead, or not on this path."""

import re

import pytest

from engine.database import Store
from engine.demo.story import MAN_IN_KAZAKHSTAN
from tests.factories import case_at, make_case
from tests.people import COORDINATOR, NATIONAL, Browser, Crew


def way(browser: Browser, case: str) -> dict[str, str]:
    """The state of every step, by its name; the last one of that name."""
    text = browser.page(f"/cases/{case}")
    steps = re.findall(r'<li class="step step--(\w+).*?step__name">(.*?)</span>', text, re.DOTALL)
    return {re.sub(r"<[^>]+>", "", name).strip(): state for state, name in steps}


def test_a_case_that_has_just_begun(crew: Crew, store: Store) -> None:
    steps = way(crew[COORDINATOR], make_case(store))
    assert steps.pop("Intake") == "now"
    assert set(steps.values()) == {"ahead"}


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
