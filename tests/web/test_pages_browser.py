"""The real pages in a real browser: a phone, no script, no barrier; and drafts that save themselves."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from engine.database import Store
from tests.factories import case_at, make_case, open_offers, open_task
from tests.people import AUDITOR, COORDINATOR, OFFICER, SOCIAL_WORKER
from tests.web.hand import PHONE, Open
from tests.web.test_pages import INTAKE

pytestmark = [pytest.mark.once, pytest.mark.browser]


def test_pages_fit_a_phone_and_bar_nobody(opened: Open, store: Store) -> None:
    case = case_at(store, "shelter_arrival", "screening", answers={"urgent_needs": []})
    with store.reading() as session:
        screening, arrival = (open_task(session, case, name).id for name in ("screening", "shelter_arrival"))
        offer = open_offers(session, case, "shelter_arrival")[0].id
    looks = [
        (OFFICER, "/worklist", "ru"),
        (OFFICER, "/cases/new", "ky"),
        (OFFICER, f"/cases/{case}", "en"),
        (OFFICER, f"/tasks/{screening}", "ru"),
        (OFFICER, f"/tasks/{arrival}", "en"),
        (OFFICER, f"/handoffs/{offer}/relay", "ru"),
        (OFFICER, "/account", "en"),
        (SOCIAL_WORKER, f"/handoffs/{offer}", "ky"),
        (COORDINATOR, "/cases", "ru"),
        (COORDINATOR, f"/cases/{case}", "ru"),
        (COORDINATOR, f"/tasks/{arrival}/route", "en"),
        (COORDINATOR, "/alarms", "en"),
        (COORDINATOR, "/directory", "ru"),
        (AUDITOR, "/audit", "ru"),
        (COORDINATOR, "/nothing", "ky"),
    ]
    for login, path, language in looks:
        page = opened(login, path, language=language)
        found = Axe().run(page)
        assert found.violations_count == 0, f"{path}: {found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path


def test_an_intake_without_a_script(opened: Open) -> None:
    page = opened(OFFICER, "/cases/new", script=False)
    page.check("input[name=region][value=osh]")
    page.click("main button")
    page.wait_for_url("**/form/*")
    _fill(page)
    page.click("button[value=continue]")
    page.wait_for_url("**/worklist?done=completed")
    expect(page.locator(".govuk-notification-banner")).to_have_count(1)


def test_a_form_saves_itself(opened: Open, store: Store) -> None:
    case = make_case(store)
    with store.reading() as session:
        task = f"/tasks/{open_task(session, case, 'intake').id}"
    page = opened(OFFICER, task)
    page.click(f'form[action="{task}/claim"] button')
    page.wait_for_url("**/form/*")
    page.fill("[name=alias]", "Айгүл")
    with page.expect_response("**/draft") as answer:
        page.focus("[name=note]")
    assert answer.value.status == 200
    page.wait_for_function("document.querySelector('[data-saved]').textContent.startsWith('Saved at')")
    again = opened(OFFICER, f"{task}/form")
    expect(again.locator("[name=alias]")).to_have_value("Айгүл")


def _fill(page: Page) -> None:
    """Answer the questions of a page that has come: counting waits for nothing."""
    for name, value in INTAKE.items():
        for one in value if isinstance(value, list) else [value]:
            control = page.locator(f'[name="{name}"][value="{one}"]')
            if control.count():
                control.check()
            else:
                page.locator(f'[name="{name}"]').select_option(one)
