"""The pages in a real browser: no accessibility violation, nothing wider than a phone, no rule of the policy broken."""

import mimetypes
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route

from engine import clock
from engine.web import templates
from tests.web import examples
from tests.web.hand import PHONE

pytestmark = [pytest.mark.once, pytest.mark.browser]

POLICY = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
SITE = "http://nrm.example"
DESK = {"width": 1280, "height": 800}
Show = Callable[..., Page]


@pytest.fixture
def show(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> Iterator[Show]:
    """Show an example page at a width; complaints of the browser fail the test."""
    monkeypatch.setattr(clock, "now", lambda: examples.NOW)
    complaints: list[str] = []
    context = browser.new_context()

    def open_page(name: str, language: str = "en", size: dict[str, int] = PHONE, **given: object) -> Page:
        page = context.new_page()
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        text = templates.page(
            name, examples.frame(language), address="/worklist", **(given or examples.context(name, language))
        )
        page.route("**/*", lambda route: _answer(route, text))
        page.goto(f"{SITE}/")
        return page

    yield open_page
    context.close()
    assert not complaints


def _answer(route: Route, text: str) -> None:
    path = urlsplit(route.request.url).path
    if path == "/":
        route.fulfill(body=text, content_type="text/html", headers={"Content-Security-Policy": POLICY})
    elif path.startswith("/static/"):
        file = templates.STATIC / path.removeprefix("/static/")
        route.fulfill(path=file, content_type=mimetypes.guess_type(file.name)[0] or "font/woff2")
    else:
        route.fulfill(status=200, json={"message": "Saved at 14:02"})


@pytest.mark.parametrize("name", sorted(examples.PAGES))
def test_a_page_has_no_accessibility_violation_and_fits_a_phone(show: Show, name: str):
    language = "ky" if name in ("worklist.html", "case_new.html") else "ru"
    page = show(name, language)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.parametrize("name", ["case_board.html", "case_show.html", "audit_index.html"])
def test_a_wide_page_has_no_accessibility_violation(show: Show, name: str):
    found = Axe().run(show(name, "en", DESK))
    assert found.violations_count == 0, found.generate_report()


def test_an_error_is_told_at_the_top_and_at_its_field(show: Show):
    errors = {"age_band": "Choose an answer.", "safe_contact": "Choose an answer."}
    page = show("task_form.html", **examples.form_page("intake", errors=errors))
    page.wait_for_function("document.activeElement.className === 'govuk-error-summary'")
    page.click(".govuk-error-summary a >> nth=0")
    page.wait_for_function("['age_band', '#age_band'].includes(document.activeElement.name || location.hash)")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_a_draft_is_saved_by_itself(show: Show):
    page = show("task_form.html")
    page.check("#age_band")
    assert "Not saved yet" in page.inner_text("[data-saved]")
    with page.expect_request(lambda request: request.url.endswith("/draft")) as sent:
        page.focus("#sex")
        page.focus("#age_band")
    body = sent.value.post_data or ""
    assert "age_band=adult" in body and "csrf=a-token" in body and "action=autosave" in body
    page.wait_for_function("document.querySelector('[data-saved]').textContent.includes('14:02')")


def test_a_question_that_does_not_apply_is_hidden(show: Show):
    page = show("task_form.html", **examples.form_page("rights_and_consent", section=0))
    hidden = page.eval_on_selector_all("[data-condition]", "all => all.filter(one => one.hidden).length")
    assert hidden == page.locator("[data-condition]").count()


def test_every_target_is_large_enough_for_a_thumb(show: Show):
    """WCAG 2.2, 2.5.8: at least 24 by 24 pixels, links inside sentences aside."""
    page = show("worklist.html")
    sizes = page.eval_on_selector_all(
        "button, .card__title a, .nav a, .filters a",
        "all => all.filter(one => one.offsetParent).map(one => [one.textContent, one.getBoundingClientRect().height])",
    )
    assert not [one for one in sizes if one[1] < 24]


BROKEN = """labels => labels.filter(label => {
    const words = document.createRange(); words.selectNodeContents(label);
    const lines = new Set(Array.from(words.getClientRects(), line => Math.round(line.top)));
    return lines.size > label.textContent.trim().split(/\\s+/).length || label.scrollWidth > label.clientWidth;
}).map(label => label.textContent.trim())"""


@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("language", ["en", "ru"])
def test_no_answer_is_broken_inside_a_word(show: Show, language: str, width: int):
    given = examples.form_page("intake", language=language)
    page = show("task_form.html", language, {"width": width, "height": 740}, **given)
    labels = page.locator(".chips label")
    assert labels.count() > 5
    assert labels.evaluate_all(BROKEN) == []
