"""The words of the pages: catalogues that agree, dates and plurals, entries as sentences."""

import ast
import re
from datetime import UTC, date, datetime, timedelta, timezone
from string import Formatter
from typing import Any

import pytest
from lxml import etree
from markupsafe import Markup

from engine import errors, sentences
from engine.config import settings
from engine.language import NAMES, Translator, catalogue, drawn_words, negotiate, plural_form, refusals
from engine.models.cases import CaseStatus, ConsentAnswer
from engine.models.people import Duty, PlaceKind
from engine.models.work import AlarmKind, DeadlineState, DeclineCode, HandoffState, TaskStatus
from engine.movements import Condition, Escort
from engine.web import templates

pytestmark = pytest.mark.once

FAMILIES = {
    "handoff.state": HandoffState,
    "task.status": TaskStatus,
    "deadline.state": DeadlineState,
    "case.status": CaseStatus,
    "consent": ConsentAnswer,
    "decline": DeclineCode,
    "alarm": AlarmKind,
    "alarm.todo": AlarmKind,
    "place": PlaceKind,
    "duty": Duty,
    "escort": Escort,
    "condition": Condition,
}
MOMENT = datetime(2026, 11, 22, 20, 2, tzinfo=UTC)


def texts(language: str) -> dict[str, list[str]]:
    """Every text of a catalogue, each plural form apart."""
    return {
        key: list(value.values()) if isinstance(value, dict) else [value] for key, value in catalogue(language).items()
    }


def test_english_and_russian_are_complete_and_kyrgyz_adds_nothing():
    assert set(catalogue("en")) == set(catalogue("ru"))
    assert set(catalogue("ky")) <= set(catalogue("en"))
    assert len(catalogue("ky")) > 0.8 * len(catalogue("en"))


@pytest.mark.parametrize("language", ["ru", "ky"])
def test_every_language_fills_in_the_same_places(language: str):
    for key, forms in texts(language).items():
        asked = {name for text in texts("en")[key] for _, name, _, _ in Formatter().parse(text) if name}
        for text in forms:
            given = {name for _, name, _, _ in Formatter().parse(text) if name}
            assert given <= asked | {"number"}, (key, text)


@pytest.mark.parametrize("language", NAMES)
def test_plurals_have_every_form_of_their_language(language: str):
    needed = {"ru": {"one", "few", "many", "other"}, "en": {"one", "other"}, "ky": {"other"}}[language]
    for key, value in catalogue(language).items():
        assert not isinstance(value, dict) or set(value) == needed, key


def test_every_text_a_template_asks_for_exists():
    folder = templates.FOLDER / "templates"
    markup = "\n".join(path.read_text() for path in folder.rglob("*.html"))
    keys = set(re.findall(r"\bt(?:\.plain|\.rich|\.plural)?\('([a-z_.0-9]+)'", markup))
    assert len(keys) > 150
    missing = {key for key in keys if not key.endswith(".") and key not in catalogue("en")}
    assert not missing


@pytest.mark.parametrize("family", FAMILIES)
def test_every_code_is_a_word(family: str):
    assert not [code for code in FAMILIES[family] if f"{family}.{code}" not in catalogue("en")]


def test_a_missing_text_falls_back_and_says_its_language():
    t = Translator("ky", "Asia/Bishkek")
    key = next(key for key in catalogue("ru") if key not in catalogue("ky") and "{" not in str(catalogue("ru")[key]))
    text = t(key)
    assert text == catalogue("ru")[key] and text.language == "ru" and t.fell_back
    assert 'lang="ru"' in text.__html__()


def test_an_unknown_key_shows_itself_and_is_remembered():
    t = Translator("en")
    assert t("no.such.{key}") == "no.such.{key}" and t.missing == {"no.such.{key}"}


def test_values_are_escaped_in_rich_texts():
    said = Translator("en").rich("form.saved_at", time=Markup("<b>14:02</b>"))
    assert said == "Saved at <b>14:02</b>"
    assert "&lt;b&gt;" in Translator("en").rich("form.saved_at", time="<b>")


def test_labels_of_a_form_are_chosen_by_language():
    t = Translator("ky")
    assert t.choose({"en": "one", "ru": "два"}) == "два"
    assert t.choose({"en": "one", "ky": ""}).language == "en"
    assert t.choose({}) == ""


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "23 November 2026, 02:02"), ("ru", "23 ноября 2026, 02:02"), ("ky", "2026-ж., 23-ноябрь, 02:02")],
)
def test_an_instant_is_told_in_the_zone_of_the_country(language: str, said: str):
    t = Translator(language, "Asia/Bishkek")
    assert t.date_time(MOMENT) == said
    elsewhere = MOMENT.astimezone(timezone(timedelta(hours=-3)))
    assert t.date_time(elsewhere) == said
    assert t.date(date(2026, 1, 2)).count("2026") == 1


def test_a_naive_instant_is_refused():
    with pytest.raises(ValueError, match="naive"):
        Translator("en").time(datetime(2026, 1, 1))


@pytest.mark.parametrize(
    ("number", "form"), [(1, "one"), (2, "few"), (5, "many"), (11, "many"), (12, "many"), (21, "one"), (104, "few")]
)
def test_russian_plurals(number: int, form: str):
    assert plural_form("ru", number) == form


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("ru-RU,ru;q=0.9,en;q=0.8", "ru"),
        ("de, en;q=0.1, ky;q=0.7", "ky"),
        ("fr;q=x,*", "en"),
        ("," * 3000, "en"),
    ],
)
def test_the_browsers_language_is_asked(header: str | None, language: str):
    assert negotiate(header) == language


def leaf(action: str, **data: Any) -> dict[str, Any]:
    return {"action": action, "actor": {"agency_name": "Shelter of Osh"}, "data": data}


def test_an_entry_is_told_as_a_sentence():
    t = Translator("en")
    declined = leaf("handoff.declined", giver="Police", receiver="Shelter of Osh", reason="no_capacity")
    assert sentences.sentence(declined, t) == "Shelter of Osh declined: No place, no capacity"
    told = sentences.sentence(declined, t, about={"task": "Arrival"})
    assert told == "Shelter of Osh declined: No place, no capacity (Arrival)"


def test_drawn_names_are_said_by_the_caller():
    told = sentences.sentence(
        leaf("task.completed", element="shelter_arrival"), Translator("ru"), name=lambda kind, key: "Прибытие"
    )
    assert told == "Shelter of Osh: выполнено «Прибытие»"


def test_an_entry_nobody_foresaw_is_still_told():
    assert sentences.sentence(leaf("bundle.moved_away"), Translator("en")) == "bundle: moved away"


def test_everything_told_has_a_sentence():
    assert not [action for action in sentences.TOLD if f"sentence.{action}" not in catalogue("en")]


def drawn_texts() -> set[str]:
    """Every name and sentence of the shipped diagrams that a page may show."""
    model = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
    texts = set()
    for path in settings().folder("workflows").glob("*.bpmn"):
        for element in etree.parse(path).iter(f"{model}*"):
            if element.tag == f"{model}documentation":
                texts.add((element.text or "").strip())
            elif element.get("name") and element.tag not in (f"{model}lane", f"{model}message"):
                texts.add(str(element.get("name")))
    return texts


def test_what_is_drawn_is_told_in_russian():
    known = drawn_words(settings().folder("workflows"))
    missing = {text for text in drawn_texts() if not known.get(text, {}).get("ru")}
    assert len(missing) <= 0.1 * len(drawn_texts()), f"Translate these in translations.toml: {sorted(missing)}"


def test_a_drawn_text_without_a_translation_is_shown_as_drawn():
    t = Translator("ru")
    assert t.drawn("Shelter") == "Приют" and not t.drawn("Shelter").foreign
    assert t.drawn("Never drawn") == "Never drawn" and t.drawn("Never drawn").language == "en"
    assert t.drawn("") == ""


def raised() -> set[str]:
    """Every sentence with which the engine and its pages refuse, {} standing for what is filled in."""
    found = {str(kind.__doc__) for kind in vars(errors).values() if isinstance(kind, type)}
    folder = templates.FOLDER.parent
    for path in [*folder.glob("*.py"), *folder.glob("access/*.py"), *folder.glob("web/*.py")]:
        if path.name == "cli.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            named = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in vars(errors)
            if named and node.args:
                found.add(sentence_of(node.args[0]))
    return found - {""}


def sentence_of(node: ast.expr) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return str(node.value) if isinstance(node, ast.Constant) else ""


def test_a_refusal_is_said_in_russian():
    known = {pattern.pattern for pattern, others in refusals() if "ru" in others}
    missing = {one for one in raised() if "(.+)".join(map(re.escape, one.split("{}"))) not in known}
    assert len(missing) <= 0.1 * len(raised()), f"Translate these in locale/refusals.toml: {sorted(missing)}"


def test_a_refusal_keeps_what_it_names():
    t = Translator("ru")
    assert t.said("Choose a stage: shelter, court.") == "Выберите этап: shelter, court."
    assert t.said("Nobody foresaw this.").language == "en"


def test_a_refusal_names_a_step_as_it_is_drawn_in_that_language():
    said = Translator("ru").said("You did “Propose closure” in this case; this step needs a second person.")
    assert said.startswith("«Предложить закрытие»")
