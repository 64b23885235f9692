"""Paper: a handoff as a letter, a form printed blank, and what became of a sheet."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from .. import cases, clock, papers
from ..access import visibility
from ..config import settings
from ..errors import NotFound
from ..forms import FormDefinition, Kind, Question
from ..language import NAMES, Text, Translator
from ..models.answers import Sheet
from ..models.people import Agency
from ..models.work import DeclineCode, UserTask
from ..papers import Letter
from .desk import Desk, Reader, Writer, see_other
from .questions import condition, control
from .words import Words

router = APIRouter()
FIRST = "request_verification"  # what consulates fill in on paper: who the person is, and what is to be verified
LINES = {"area": 5, "text": 1, "whole": 1, "decimal": 1, "date": 1}


@router.get("/handoffs/{handoff_id}/letter")
def letter(handoff_id: str, desk: Reader) -> Response:
    """A handoff as a letter of one page, for an agency that is reached on paper."""
    return desk.render("letter_show.html", letter=_letter(desk, papers.letter(desk.session, handoff_id, by=desk.by)))


@router.get("/sheets")
def index(desk: Reader, code: str = "") -> Response:
    """Every form, to print blank; and what became of a printed sheet."""
    if code:
        try:
            return see_other(f"/sheets/{papers.read(desk.session, code, by=desk.by)[0].code}")
        except NotFound:
            pass  # said on the page, beside what was typed
    wrong = {"code": desk.t("sheet.unknown")} if code else {}
    return desk.render("sheet_index.html", **_index(desk), code=code, errors=wrong, status=422 if wrong else 200)


@router.post("/forms/{key}/sheets")
def print_blank(key: str, desk: Writer) -> Response:
    """A new sheet of a form, with a code of its own."""

    def do() -> str:
        sheet = papers.print_blank(desk.session, key, cases.current_bundle(desk.session), by=desk.by)
        spoken = desk.text("language")
        return f"/sheets/{sheet.code}" + (f"?language={spoken}" if spoken in NAMES else "")

    return desk.once(do)


@router.get("/sheets/{code}")
def show(code: str, desk: Reader, language: str = "") -> Response:
    """A sheet to print and write on; once it has been entered, when that was."""
    sheet, form = papers.read(desk.session, code, by=desk.by)
    if language in NAMES:
        desk.request.state.translator = Translator(language, settings().time_zone)
    if sheet.entered_at is not None:
        return desk.render("sheet_entered.html", sheet=_head(desk, sheet, form), task_url=_task_url(desk, sheet))
    return desk.render("sheet_show.html", sheet=_head(desk, sheet, form), sections=_sections(desk.t, form))


def _letter(desk: Desk, found: Letter) -> dict[str, Any]:
    words = Words(found.bundle, desk.t)
    agreed = desk.t("offer.by_consent", purpose=words.purpose(found.consent)) if found.consent else None
    service = desk.t.plain(f"service.{found.service}") if found.service else ""
    return {
        "reference": found.reference,
        "printed_at": clock.now(),
        "giver": {"name": found.giver_name, "phone": found.giver.phone, "hours": found.giver.hours},
        "receiver": found.receiver_name,
        "task_name": f"{words.element(found.element)}: {service}" if service else words.element(found.element),
        "owed": words.owed(found.element),
        "urgent": found.urgent,
        "answer_by": found.answer_by,
        "due_at": found.due_at,
        "ground": agreed or words.ground(None, found.ground),
        "decline_codes": list(DeclineCode),
    }


def _index(desk: Desk) -> dict[str, Any]:
    bundle = cases.current_bundle(desk.session)
    lanes = {e.form: e.lane for e in bundle.elements.values() if e.form}
    rows = [
        {"key": form.key, "title": desk.t.choose(form.title.words), "own": lanes.get(form.key) in desk.by.roles}
        for form in bundle.forms.values()
    ]
    rows.sort(key=lambda row: (not row["own"], str(row["title"])))
    first = next((row for row in rows if row["key"] == FIRST), None)
    return {"first": first, "forms": rows}


def _head(desk: Desk, sheet: Sheet, form: FormDefinition) -> dict[str, Any]:
    return {
        "code": sheet.code,
        "title": desk.t.choose(form.title.words),
        "version": f"{form.version} ({sheet.bundle_id[:8]})",
        "printed_at": sheet.printed_at,
        "printed_by": desk.session.get_one(Agency, sheet.printed_by_id).name,
        "entered_at": sheet.entered_at,
    }


def _task_url(desk: Desk, sheet: Sheet) -> str | None:
    """Where the answers went, for whoever may see it."""
    task = desk.session.get(UserTask, sheet.task_id) if sheet.task_id else None
    seen = task is not None and visibility.may_see_task(desk.session, task, desk.by)
    return f"/tasks/{sheet.task_id}" if seen else None


def _sections(t: Translator, form: FormDefinition) -> list[dict[str, Any]]:
    shown = [
        {"title": t.choose(s.label.words), "questions": [_question(t, form, q) for q in s.questions if q.from_ is None]}
        for s in form.sections
    ]
    return [section for section in shown if section["questions"]]


def _question(t: Translator, form: FormDefinition, question: Question) -> dict[str, Any]:
    kind = control(question)
    return {
        "label": t.choose(question.label.words),
        "hint": t.choose(question.hint.words),
        "note": question.kind is Kind.NOTE,
        "only_if": _only_if(t, form, question),
        "choices": [t.choose(choice.label.words) for choice in question.choices],
        "several": question.kind is Kind.SELECT_MULTIPLE,
        "date": question.kind is Kind.DATE,
        "lines": LINES.get(kind, 0),
    }


def _only_if(t: Translator, form: FormDefinition, question: Question) -> str:
    """When a question applies, in words; a condition that is not simple says only that there is one."""
    if question.relevant is None:
        return ""
    simple = condition(question.relevant.source)
    terms = [_term(t, form, part) for part in simple.replace(" or ", " and ").split(" and ")] if simple else []
    return "; ".join(terms) if terms and all(terms) else t.plain("sheet.if_applies")


def _term(t: Translator, form: FormDefinition, term: str) -> str:
    name, _, code = term.replace("!=", "=").partition("=")
    if name not in form or (choice := form[name].choice(code)) is None:
        return ""
    asked: Text = t.choose(form[name].label.words)
    key = "sheet.unless" if "!=" in term else "sheet.only_if"
    return t.plain(key, question=asked, answer=t.choose(choice.label.words))
