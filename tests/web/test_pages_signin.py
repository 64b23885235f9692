"""Signing in and out, the session's end, and the language of the pages."""

import pytest
from sqlmodel import select

from engine.config import settings
from engine.database import Store
from engine.demo.agencies import PASSWORD
from engine.models.people import SignIn
from engine.web.desk import COOKIE
from tests.people import AUDITOR, COORDINATOR, OFFICER, Browser, Crew
from tests.times import Times


def sign_in(browser: Browser, login: str = OFFICER, password: str = PASSWORD, **more: str) -> int:
    """Sign in through the page; returns the status."""
    answer = browser.send("/sign-in", "/sign-in", {"login": login, "password": password, **more})
    return answer.status_code


def test_through_the_page(crew: Crew) -> None:
    browser = crew.stranger()
    answer = browser.send("/sign-in?next=/directory", "/sign-in", {"login": OFFICER, "password": PASSWORD})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/directory"
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "path=/" in cookie
    assert browser.get("/worklist").status_code == 200


@pytest.mark.parametrize(("login", "home"), [(OFFICER, "/worklist"), (COORDINATOR, "/cases"), (AUDITOR, "/audit")])
def test_each_begins_at_the_own_desk(crew: Crew, login: str, home: str) -> None:
    assert crew[login].get("/").headers["location"] == home
    crew[login].page(home)


def test_wrong_names_and_passwords_look_the_same(crew: Crew) -> None:
    browser = crew.stranger()
    wrong = browser.send("/sign-in", "/sign-in", {"login": OFFICER, "password": "not the password"})
    unknown = browser.send("/sign-in", "/sign-in", {"login": "nobody", "password": "not the password"})
    assert wrong.status_code == unknown.status_code == 422
    assert wrong.text.replace(OFFICER, "nobody") == unknown.text
    assert "not the password" not in wrong.text


def test_guessing_is_slowed_down(crew: Crew, times: Times) -> None:
    browser = crew.stranger()
    assert [sign_in(browser, password=f"guess number {n}") for n in range(5)] == [422] * 5
    assert sign_in(browser) == 429
    times.go_on(minutes=16)
    assert sign_in(browser) == 303


@pytest.mark.parametrize("address", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:1", ""])
def test_no_link_leads_elsewhere(crew: Crew, address: str) -> None:
    answer = crew.stranger().send("/sign-in", "/sign-in", {"login": OFFICER, "password": PASSWORD, "next": address})
    assert answer.headers["location"] == "/"


def test_signing_out_ends_the_session(crew: Crew, store: Store) -> None:
    officer = crew[OFFICER]
    token = officer.client.cookies[COOKIE]
    assert officer.act("/account", "/sign-out") == "/sign-in"
    officer.client.cookies.set(COOKIE, token)
    assert officer.get("/worklist").status_code == 303
    with store.reading() as session:
        assert session.exec(select(SignIn)).all() == []


def test_an_idle_session_ends_and_a_used_one_does_not(crew: Crew, times: Times) -> None:
    officer = crew[OFFICER]
    for _ in range(4):
        times.go_on(minutes=settings().idle_minutes - 1)
        assert officer.get("/worklist").status_code == 200
    times.go_on(minutes=settings().idle_minutes + 1)
    assert officer.get("/worklist").status_code == 303


def test_no_session_lasts_longer_than_a_working_day(crew: Crew, times: Times) -> None:
    officer = crew[OFFICER]
    for _ in range(settings().session_hours * 6):
        times.go_on(minutes=10)
        officer.get("/worklist")
    times.go_on(minutes=1)
    assert officer.get("/worklist").status_code == 303


def test_the_training_clock_signs_nobody_out(crew: Crew, training: None) -> None:
    officer = crew[OFFICER]
    assert officer.act("/account", "/demo/clock", {"step": "day", "next": "/account"}) == "/account"
    assert officer.get("/worklist").status_code == 200


def test_the_clock_moves_in_training_only(crew: Crew) -> None:
    officer = crew[OFFICER]
    assert officer.post("/demo/clock", {"csrf": officer.csrf(), "step": "day"}).status_code == 404


def test_an_offer_expires_when_the_training_clock_passes(crew: Crew, training: None, store: Store) -> None:
    from tests.factories import case_at, open_offers

    case = case_at(store, "shelter_arrival", answers={"urgent_needs": []})
    coordinator = crew[COORDINATOR]
    coordinator.act("/cases", "/demo/clock", {"step": "day"})
    with store.reading() as session:
        asked = open_offers(session, case, "shelter_arrival")
        assert [offer.service for offer in asked] == ["hospital_bed"], "the shelters' time is over"
    assert "did not answer in time" in coordinator.page(f"/cases/{case}")


def test_people_are_listed_in_training_only(crew: Crew, training: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert OFFICER in crew.stranger().page("/sign-in")
    monkeypatch.setattr(settings(), "demo", False)
    assert OFFICER not in crew.stranger().page("/sign-in")


def test_the_language_is_chosen_and_remembered(crew: Crew) -> None:
    browser = crew.stranger()
    assert '<html lang="ky"' in browser.get("/sign-in", accept_language="ky,ru;q=0.8").text
    answer = browser.send("/sign-in", "/language", {"language": "ru", "next": "/sign-in"})
    assert answer.headers["location"] == "/sign-in"
    assert '<html lang="ru"' in browser.page("/sign-in")
    browser.send("/sign-in", "/language", {"language": "xx"})
    assert '<html lang="ru"' in browser.page("/sign-in")
