"""An example of what each template is given: the contract between routes and pages, written as data."""

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from engine.forms import compile_form
from engine.language import Translator
from engine.web.questions import question_views, to_show
from engine.web.templates import Frame, Link
from tests.web import example_carried, example_cases, example_changes, example_daily, example_desk, example_record
from tests.web.example_desk import TASK
from tests.web.example_times import NOW, hours

__all__ = ["NOW", "PAGES", "attributes", "context", "form_page", "frame", "hours"]

FORMS = Path(__file__).parents[2] / "forms" / "kg"
PAGES: dict[str, dict[str, Any]] = example_desk.PAGES | example_cases.PAGES | example_record.PAGES | example_daily.PAGES
PAGES |= example_changes.PAGES
PAGES |= example_carried.PAGES
PAGES |= {name: PAGES[name] | more for name, more in (example_changes.MORE | example_carried.MORE).items()}


def frame(language: str = "en", **changes: Any) -> Frame:
    """The frame of a signed-in person of the demonstration."""
    given: dict[str, Any] = {
        "translator": Translator(language, "Asia/Bishkek"),
        "csrf": "a-token",
        "user": "Aida Example",
        "agency": "Shelter of Osh",
        "navigation": [
            Link("nav.worklist", "/worklist", 3),
            Link("nav.board", "/cases"),
            Link("nav.alarms", "/alarms", 1),
            Link("nav.directory", "/directory"),
            Link("nav.audit", "/audit"),
        ],
        "demo": True,
        "next_deadline": hours(2),
    }
    return Frame(**(given | changes))


def form_page(
    key: str, *, language: str = "en", errors: dict[str, str] | None = None, section: int = 0, **answers: Any
) -> dict[str, Any]:
    """The context of a form's page, made from the real form of that key."""
    form = compile_form(key, (FORMS / f"{key}.csv").read_bytes())
    translator = Translator(language, "Asia/Bishkek")
    part = form.sections[section]
    shown = {q.name: "An earlier answer" for q in part.questions if q.from_}
    known = form.defaults(date(2026, 11, 22)) | answers
    return {
        "task": TASK | {"name": translator.choose(form.title.words), "due_at": hours(20), "giver": None},
        "section": {
            "title": translator.choose(part.label.words),
            "number": section + 1,
            "count": len(form.sections),
        },
        "questions": question_views(
            to_show(part, {q.name for q in part.questions if q.relevant is None}),
            known,
            translator,
            errors=errors,
            shown=shown,
        ),
        "package": [],
        "action": "/tasks/4f2a/completion",
        "draft_action": "/tasks/4f2a/draft",
        "back": "/tasks/4f2a/form/1" if section else None,
        "saved_at": hours(-0.1),
        "last": section + 1 == len(form.sections),
        "hidden": {"section": part.name},
        "later": {"_happened_at": "", "_sheet": ""},
        "errors": errors or {},
    }


def context(name: str, language: str = "en") -> dict[str, Any]:
    """What a template is given in the example."""
    if name == "task_form.html":
        return form_page("intake", language=language)
    return PAGES[name]


def attributes(values: Any) -> Any:
    """The same example as objects instead of mappings: routes may hand over either."""
    if isinstance(values, dict):
        return SimpleNamespace(**{key: attributes(value) for key, value in values.items()})
    return [attributes(value) for value in values] if isinstance(values, list) else values
