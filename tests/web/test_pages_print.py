"""Letters and blank forms on paper: a letter is one A4 page, the training warning is printed, the screen is not."""

import mimetypes
import re
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Route, sync_playwright

from engine.database import Store
from engine.language import NAMES
from engine.web import templates
from tests.factories import case_at, open_offers
from tests.people import OFFICER, Browser, Crew

pytestmark = [pytest.mark.once, pytest.mark.browser]

CHROMIUM = Path("/usr/bin/chromium")
SITE = "http://nrm.example/"
A4 = b"/MediaBox [0 0 594.95996 841.91998]"


def printed(pages: dict[str, str]) -> dict[str, bytes]:
    """Each page as a browser prints it."""
    found = {}
    path = str(CHROMIUM) if CHROMIUM.exists() else None
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        for name, text in pages.items():
            page = browser.new_page()
            page.route("**/*", partial(_answer, text))
            page.goto(SITE)
            found[name] = page.pdf(prefer_css_page_size=True)
            page.emulate_media(media="print")
            assert not page.locator(".top, .nav, .foot, .demo").locator("visible=true").count(), name
            assert page.locator(".training").is_visible(), name
            page.close()
        browser.close()
    return found


def _answer(text: str, route: Route) -> None:
    path = urlsplit(route.request.url).path
    file = templates.STATIC / path.removeprefix("/static/")
    if path == "/":
        route.fulfill(body=text, content_type="text/html; charset=utf-8")
    elif path.startswith("/static/") and file.is_file():
        route.fulfill(body=file.read_bytes(), content_type=mimetypes.guess_type(file.name)[0])
    else:
        route.fulfill(status=404)


def sheets(pdf: bytes) -> int:
    """How many pages a document has."""
    return len(re.findall(rb"/Type /Page\b", pdf))


def speak(browser: Browser, language: str) -> None:
    """Choose the language of the pages."""
    answer = browser.post("/language", {"language": language, "next": "/"}, origin="http://testserver")
    assert answer.status_code == 303


def test_a_letter_and_the_consular_sheet_are_one_page(crew: Crew, store: Store, training: None) -> None:
    case = case_at(store, "shelter_arrival", "service_first_contact", "screening")
    with store.reading() as session:
        elements = ("shelter_arrival", "service_first_contact")
        offers = {e: open_offers(session, case, e)[0].id for e in elements}
    officer, pages = crew[OFFICER], {}
    for language in NAMES:
        speak(officer, language)
        for element, offer in offers.items():
            pages[f"{element} {language}"] = officer.page(f"/handoffs/{offer}/letter")
        where = officer.act("/sheets", "/forms/request_verification/sheets", {"language": language})
        pages[f"sheet {language}"] = officer.page(where)
    for name, pdf in printed(pages).items():
        assert (sheets(pdf), pdf.count(A4)) == (1, 1), name


def test_a_long_form_warns_on_paper_too(crew: Crew, training: None) -> None:
    officer = crew[OFFICER]
    where = officer.act("/sheets", "/forms/screening/sheets", {"language": "ru"})
    pdf = printed({"screening": officer.page(where)})["screening"]
    assert 2 <= sheets(pdf) <= 3
