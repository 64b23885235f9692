"""Every page renders from its documented context, in every language, and keeps the promises of all pages."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from engine import clock
from engine.language import NAMES
from engine.web import templates
from tests.web import examples

pytestmark = pytest.mark.once

FOLDER = templates.FOLDER / "templates"
NAMES_OF_PAGES = sorted(path.name for path in FOLDER.glob("*.html") if path.name != "base.html")
FIRST_PAGE = 60 * 1024
# What is said of an offer that can no longer be answered.
OFFER_HEAD = (
    *(
        "id",
        "reference",
        "case_url",
        "task_name",
        "owed",
        "state",
        "state_at",
        "outcome",
        "revision",
        "urgent",
        "offered_at",
    ),
    *("answer_by", "giver", "giver_phone", "giver_hours", "reason"),
)


@pytest.fixture(autouse=True)
def stopped_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: examples.NOW)


def rendered(name: str, language: str = "en", context: Any = None, **changes: Any) -> str:
    frame = examples.frame(language, **changes)
    given = examples.context(name, language) if context is None else context
    text = templates.page(name, frame, address="/worklist", **given)
    assert not frame.translator.missing, f"{name}: no text for {frame.translator.missing}"
    return text


def test_there_is_an_example_for_every_page():
    assert sorted(examples.PAGES) == NAMES_OF_PAGES


@pytest.mark.parametrize("language", NAMES)
@pytest.mark.parametrize("name", NAMES_OF_PAGES)
def test_a_page_renders_in_every_language(name: str, language: str):
    page = html.fromstring(rendered(name, language))
    assert page.get("lang") == language
    assert len(page.xpath("//h1")) == 1
    assert page.xpath("//main") and page.xpath("//header") and page.xpath("//a[@href='#main-content']")


@pytest.mark.parametrize("name", NAMES_OF_PAGES)
def test_a_page_takes_objects_as_well_as_mappings(name: str):
    rows = {key: examples.attributes(value) for key, value in examples.context(name).items()}
    for key in ("errors", "why_not", "hidden", "filters"):
        if key in examples.context(name):
            rows[key] = examples.context(name)[key]
    if name == "audit_case.html":
        rows["handoffs"] = examples.context(name)["handoffs"]
    assert rendered(name, context=rows)


@pytest.mark.parametrize("name", NAMES_OF_PAGES)
def test_a_page_warns_of_training_and_carries_nothing_inline(name: str):
    page = html.fromstring(rendered(name))
    assert "Training system: synthetic data only" in page.xpath("string(//aside)")
    assert not page.xpath("//@style") and not page.xpath("//style")
    assert not page.xpath("//script[not(@src)]")
    assert not [a for a in page.xpath("//@*") if getattr(a, "attrname", "").startswith("on")]


@pytest.mark.parametrize("name", NAMES_OF_PAGES)
def test_every_posted_form_carries_its_token(name: str):
    page = html.fromstring(rendered(name))
    forms = page.xpath("//form[@method='post']")
    assert forms
    assert all(form.xpath(".//input[@name='csrf']/@value") == ["a-token"] for form in forms)


@pytest.mark.parametrize("name", NAMES_OF_PAGES)
def test_ids_are_unique(name: str):
    ids = html.fromstring(rendered(name)).xpath("//@id")
    assert len(ids) == len(set(ids)), sorted(i for i in ids if ids.count(i) > 1)


@pytest.mark.parametrize("name", ["task_form.html", "task_show.html", "offer_show.html", "case_show.html"])
def test_a_title_says_nothing_of_a_case(name: str):
    title = html.fromstring(rendered(name)).xpath("string(//title)")
    assert not re.search(r"QK7|shelter|witness|arrival|intake|trafficking", title, re.IGNORECASE)


def test_an_undefined_name_is_an_error():
    with pytest.raises(Exception, match="undefined"):
        templates.page("error.html", examples.frame(), status=404)


def test_what_a_person_typed_is_escaped():
    page = rendered("already_received.html", context=examples.PAGES["already_received.html"] | {"task_name": "<b>&"})
    assert "&lt;b&gt;&amp;" in page


def test_the_demonstration_clock_is_shown_in_demo_mode_only():
    assert "/demo/clock" in rendered("worklist.html")
    assert "/demo/clock" not in rendered("worklist.html", demo=False)


def test_a_missing_text_names_its_language():
    page = html.fromstring(rendered("case_new.html", "ky"))
    assert page.xpath("//*[@class='untranslated']/@lang") and "которула элек" in page.text_content()


def test_the_first_form_page_is_small():
    page = rendered("task_form.html", "ru")
    files = re.findall(r'(?:href|src)="/static/([^"?]+)', page)
    sizes = {name: len((templates.STATIC / name).read_bytes()) for name in files} | {"page": len(page.encode())}
    assert sum(sizes.values()) <= FIRST_PAGE, sizes


def test_static_files_are_named_by_their_content():
    assert re.fullmatch(r"/static/app\.css\?v=[0-9a-f]{12}", templates.static("app.css"))


def test_vendored_files_are_those_of_the_manifest():
    import hashlib

    folder = templates.STATIC / "vendor"
    expected = json.loads((folder / "manifest.json").read_text())
    found = {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }
    assert found == expected


def test_styles_name_no_foreign_font_and_no_other_place():
    for path in (templates.STATIC / "app.css", templates.STATIC / "vendor/govuk/govuk.css"):
        css = path.read_text()
        assert "GDS Transport" not in css and "@import" not in css and "://" not in css
        for name in re.findall(r'url\("([^"]+)"\)', css):
            assert (path.parent / name).is_file(), name


def test_classes_of_the_component_library_exist():
    css = (templates.STATIC / "vendor/govuk/govuk.css").read_text()
    markup = "".join(path.read_text() for path in FOLDER.rglob("*.html"))
    used = set(re.findall(r"govuk-[a-z]+(?:(?:__|--|-)[a-z0-9]+)*", markup))
    # These carry no rule of their own.
    bare = {"govuk-template", "govuk-table__head", "govuk-table__body", "govuk-radios__label", "govuk-body"}
    assert not {name for name in used - bare if f".{name}" not in css}


def test_late_is_a_word_not_only_a_colour():
    page = html.fromstring(rendered("worklist.html"))
    (card,) = page.xpath("//li[contains(@class, 'card--late')]")
    assert "LATE" in card.text_content() and "30 hours late" in card.text_content()


def test_a_step_that_was_done_is_not_called_late():
    given = examples.context("task_show.html", "en")
    late = given["task"] | {"due_at": examples.NOW - timedelta(days=3)}
    assert "LATE" in rendered("task_show.html", context=given | {"task": late})
    assert "LATE" not in rendered("task_show.html", context=given | {"task": late | {"status": "done"}})


def test_accepting_takes_one_click_and_declining_two():
    page = html.fromstring(rendered("offer_show.html"))
    (accept,) = page.xpath("//form[contains(@action, '/acceptance')]")
    (decline,) = page.xpath("//form[contains(@action, '/refusal')]")
    assert not accept.xpath(".//input[not(@type='hidden')]")
    assert len(decline.xpath(".//input[@type='radio']")) == 5
    assert accept.xpath("string(.//input[@name='revision']/@value)") == "2"


def test_an_expired_offer_shows_no_answer_buttons():
    offer = {key: examples.PAGES["offer_show.html"]["handoff"][key] for key in OFFER_HEAD}
    handoff = offer | {"card": False, "shared": [], "state": "expired", "answer_by": None}
    context = examples.PAGES["offer_show.html"] | {
        "handoff": handoff,
        "can_answer": False,
        "can_relay": False,
        "why_not": "This offer has expired.",
    }
    page = html.fromstring(rendered("offer_show.html", context=context))
    assert not page.xpath("//form[contains(@action, '/handoffs/')]")
    assert "This offer has expired." in page.text_content()


def test_an_agency_sees_no_other_agency_but_its_partners():
    text = rendered("agency_case.html")
    assert "Police of Osh" in text and "Coordinator of the south" not in text


def test_every_error_page_says_what_to_do():
    for status in (400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 428, 429, 500, 503):
        context = {"status": status, "detail": "", "back": None, "fields_kept": False}
        assert len(html.fromstring(rendered("error.html", "ru", context)).xpath("//main//p")) >= 2


def test_a_form_id_is_new_every_time():
    found = re.findall(r'name="form_id" value="([0-9a-f]{32})"', rendered("task_form.html") * 1)
    again = re.findall(r'name="form_id" value="([0-9a-f]{32})"', rendered("task_form.html"))
    assert found and again and found != again


def test_durations_are_said_in_their_largest_unit():
    t = examples.frame("ru").translator
    said = [t.duration(timedelta(minutes=m)) for m in (1, 22, 61, 60 * 47, 60 * 24 * 5)]
    assert said == ["1 минута", "22 минуты", "1 час", "47 часов", "5 дней"]


def test_no_template_is_left_out_of_the_package():
    assert all(Path(path).is_relative_to(templates.FOLDER) for path in FOLDER.rglob("*.html"))
