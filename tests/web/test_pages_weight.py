"""What a page weighs: each comes in a few seconds over a bad line, and what all of them share comes once."""

import re

import pytest

from engine.language import NAMES
from engine.web import templates
from tests.people import OFFICER, Crew
from tests.web import examples
from tests.web.bad_line import PACKET, SEGMENT, Carried

pytestmark = pytest.mark.once

FORMS = sorted(path.stem for path in examples.FORMS.glob("*.csv"))
FORM_PAGE = 25 * 1024
STYLES = 12 * 1024  # all that a form page shares with others, as it is sent
SECONDS = 6


def over_a_bad_line(size: int) -> float:
    """How long it takes to ask for a page of this size and to have it."""
    parts = size // SEGMENT + 2
    return Carried(bytes=size + parts * PACKET + 700, segments=parts, requests=("GET /",)).seconds()


@pytest.mark.parametrize("form", FORMS)
def test_every_page_of_a_form_is_light(form: str) -> None:
    for language in NAMES:
        sections = examples.form_page(form)["section"]["count"]
        for number in range(sections):
            context = examples.form_page(form, language=language, section=number)
            page = templates.page("task_form.html", examples.frame(language), address="/tasks/4f2a/form", **context)
            size = len(page.encode())
            assert size <= FORM_PAGE, f"{form}, section {number + 1} in {language}: {size}"
            assert over_a_bad_line(size) < SECONDS


def test_what_pages_share_is_sent_small_and_kept_for_ever(crew: Crew) -> None:
    officer = crew[OFFICER]
    page = officer.get("/worklist", accept_encoding="gzip")
    assert "content-encoding" not in page.headers, "a page that carries a token is never compressed"
    assert page.headers["cache-control"] == "no-store"
    shared = re.findall(r'<(?:link|script)[^>]* (?:href|src)="(/static/[^"]+\.(?:css|js)\?v=\w+)"', page.text)
    assert len(shared) >= 3
    sent = 0
    for address in shared:
        file = officer.get(address, accept_encoding="gzip")
        assert file.headers["content-encoding"] == "gzip"
        assert "immutable" in file.headers["cache-control"]
        sent += int(file.headers["content-length"])
        assert "content-encoding" not in officer.get(address, accept_encoding="identity").headers
    assert sent <= STYLES


def test_no_page_waits_for_a_font() -> None:
    for sheet in templates.STATIC.rglob("*.css"):
        for face in re.findall(r"@font-face *{[^}]*}", sheet.read_text()):
            assert re.search(r"font-display: *(swap|optional)", face), f"{sheet.name}: {face}"
    assert "preload" not in (templates.FOLDER / "templates" / "base.html").read_text()
