"""An example of what each template is given: the contract between routes and pages, written as data."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from markupsafe import Markup

from engine.forms import compile_form
from engine.language import Translator
from engine.web.questions import question_views, to_show
from engine.web.templates import Frame, Link
from engine.web.timeline import Span, SpanKind

NOW = datetime(2026, 11, 22, 8, 2, tzinfo=UTC)
FORMS = Path(__file__).parents[2] / "forms" / "kg"


def hours(number: float) -> datetime:
    """An instant so many hours from now."""
    return NOW + timedelta(hours=number)


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


SPANS = [
    Span("Police of Osh", hours(-120), hours(-112), SpanKind.WORKING, "Intake"),
    Span("Shelter of Osh", hours(-112), hours(-110), SpanKind.WAITING, "Arrival in the shelter"),
    Span("Shelter of Bishkek", hours(-110), hours(-108), SpanKind.WAITING, "Arrival in the shelter"),
    Span("Shelter of Bishkek", hours(-108), hours(-96), SpanKind.MOVING, "Arrival in the shelter"),
    Span("Shelter of Bishkek", hours(-96), None, SpanKind.WORKING, "Stay in the shelter"),
]
ENTRIES = [
    {"text": "Police of Osh opened the case", "happened_at": hours(-120), "entered_at": hours(-120), "on_behalf_of": ""},
    {
        "text": "Shelter of Osh declined: No place, no capacity",
        "happened_at": hours(-110),
        "entered_at": hours(-80),
        "on_behalf_of": "Shelter of Osh",
    },
    {"text": "Shelter of Bishkek accepted", "happened_at": hours(-108), "entered_at": hours(-108), "on_behalf_of": ""},
]
PACKAGE = [
    {"label": "Language the person understands best", "value": "Uzbek"},
    {"label": "Safe way to reach the person", "value": "Through the hotline only,\nnever by telephone"},
]
TASK: dict[str, Any] = {
    "id": "4f2a",
    "name": "Arrival in the shelter",
    "owed": "The person gets a bed, food and somebody to talk to on the first evening.",
    "reference": "QK7-FM4P",
    "case_url": "/cases/QK7-FM4P",
    "status": "claimed",
    "revision": 3,
    "due_at": hours(5),
    "clock_source": "unconfirmed",
    "agency": "Shelter of Osh",
    "holder": "Aida Example",
    "purpose": "shelter",
    "saved_at": hours(-1),
}
NOTHING_MORE = {"claim": False, "release": False, "complete": False, "depart": False, "arrive": False}
CAN = NOTHING_MORE | {"reassign": False, "route": False}


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
        "task": TASK | {"name": translator.choose(form.title.words), "due_at": hours(20)},
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
        "errors": errors or {},
    }


OFFER = {
    "id": "77aa",
    "reference": "QK7-FM4P",
    "task_name": "Arrival in the shelter",
    "owed": "The person gets a bed, food and somebody to talk to on the first evening.",
    "state": "opened",
    "revision": 2,
    "urgent": True,
    "offered_at": hours(-0.2),
    "answer_by": hours(0.8),
    "giver": "Police of Osh, unit 2",
    "giver_phone": "+996 3222 00000",
    "service": "shelter",
    "sex": "male",
    "age_band": "adult",
    "dependants": 2,
    "language": "uz",
    "interpreter": "yes",
    "place_kind": "families",
    "ground": "consent of the person: urgent help now",
    "shared": ["Language the person understands best", "Safe way to reach the person"],
}


def _duty(number: int, **changes: Any) -> dict[str, Any]:
    duty = {
        "id": f"d{number}",
        "task_name": "First contact of a service",
        "owed": "Somebody speaks with the person within three hours and says what will happen.",
        "reference": "QK7-FM4P",
        "status": "open",
        "holder": None,
        "mine": False,
        "due_at": hours(2),
        "opened_at": hours(-1),
        "returned": False,
    }
    return duty | changes


WORKLIST: dict[str, Any] = {
    "offers": [
        {k: OFFER[k] for k in ("id", "reference", "task_name", "giver", "urgent", "service", "offered_at", "answer_by")}
    ],
    "duties": [
        _duty(1),
        _duty(2, status="claimed", holder="Bakyt Example", due_at=hours(-30), reference="RD3-9TWX"),
        _duty(3, status="claimed", mine=True, holder="Aida Example", due_at=None, returned=True),
    ],
    "awaiting": [
        {
            "id": "h9",
            "task_name": "Appointment of an attorney",
            "reference": "RD3-9TWX",
            "receiver": "Centre of legal aid",
            "state": "delivered",
            "since": hours(-3),
            "outcome": "",
            "undelivered": True,
            "phone": "+996 312 00000",
        }
    ],
    "filters": {"mine": False},
    "more": "/worklist?after=x",
    "can_open_case": True,
}
CASE = {
    "reference": "QK7-FM4P",
    "status": "open",
    "region": "Osh and the south",
    "opened_at": hours(-120),
    "opened_by": "Police of Osh",
    "lead": "Coordinator of the south",
    "closed_at": None,
    "close_reason": "",
}
OPEN_TASKS: list[dict[str, Any]] = [
    {
        "id": "t1",
        "name": "Stay in the shelter",
        "status": "claimed",
        "agency": "Shelter of Bishkek",
        "holder": "Cholpon Example",
        "due_at": hours(-30),
        "handoff": None,
        "can": {"route": False, "reassign": True},
    },
    {
        "id": "t2",
        "name": "Appointment of an attorney",
        "status": "awaiting",
        "agency": "Coordinator of the south",
        "holder": None,
        "due_at": hours(40),
        "handoff": {
            "id": "h1",
            "state": "offered",
            "receiver": "Centre of legal aid",
            "answer_by": hours(20),
            "undelivered": True,
            "phone": "+996 312 00000",
        },
        "can": {"route": True, "reassign": False},
    },
]
PATH = [
    {"name": "Intake", "state": "done", "level": 0, "holder": "Police of Osh", "due_at": hours(-100), "href": None},
    {"name": "Shelter", "state": "now", "level": 0, "holder": "", "due_at": None, "href": None},
    {"name": "Stay", "state": "late", "level": 1, "holder": "Shelter", "due_at": hours(-30), "href": "/tasks/t1"},
    {"name": "Legal aid", "state": "waiting", "level": 0, "holder": "", "due_at": hours(40), "href": None},
    {"name": "Witness protection", "state": "skipped", "level": 0, "holder": "", "due_at": None, "href": None},
    {"name": "Return", "state": "ahead", "level": 0, "holder": "", "due_at": None, "href": None},
]
SVG = Markup(
    '<svg class="diagram" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 900 100" width="900" height="100" role="img"'
    ' aria-label="National referral"><rect x="5" y="5" width="120" height="80" fill="none" stroke="#000"/></svg>'
)
CASE_SHOW: dict[str, Any] = {
    "case": CASE,
    "open_tasks": OPEN_TASKS,
    "path": PATH,
    "diagrams": [{"title": "National referral", "svg": SVG, "sentence": "The case stands at: Stay in the shelter."}],
    "spans": SPANS,
    "entries": ENTRIES,
    "agencies": [
        {"name": "Police of Osh", "roles": "First responder", "phone": "102", "since": hours(-120), "until": hours(-96)},
        {"name": "Shelter of Bishkek", "roles": "Shelter", "phone": "", "since": hours(-108), "until": None},
    ],
    "clocks": [
        {"id": "c1", "name": "Stay in the shelter", "due_at": hours(-30), "source": "Law No 55", "state": "running",
         "about": "Shelter", "can_extend": True},
        {"id": "c2", "name": "Intake", "due_at": hours(-100), "source": "unconfirmed", "state": "met", "about": "",
         "can_extend": False},
    ],
    "extend_reasons": ["health", "trauma", "other"],
    "consents": [
        {"purpose": "shelter", "recipient": "", "answer": "given", "happened_at": hours(-118)},
        {"purpose": "witness protection", "recipient": "Prosecutor", "answer": "refused", "happened_at": hours(-90)},
    ],
    "decisions": [
        {"name": "Identification criteria", "result": "presumed", "rules": ["Act, means and purpose"],
         "made_at": hours(-100)},
    ],
    "alarms": [{"id": "a1", "kind": "overdue", "raised_at": hours(-18), "mine": True}],
    "faults": [{"what": "The gateway “presumed?” had no answer", "raised_at": hours(-99)}],
}  # fmt: skip

PAGES: dict[str, dict[str, Any]] = {
    "sign_in.html": {
        "login": "aida",
        "next": "/worklist",
        "expired": True,
        "training_people": [
            {"login": "police.osh", "name": "Bakyt Example", "agency": "Police of Osh", "what": "opens cases"},
            {"login": "shelter.osh", "name": "Aida Example", "agency": "Shelter of Osh", "what": "accepts or declines"},
        ],
        "training_password": "training",
        "errors": {"login": "The user name or the password is not right. Check both and try again."},
    },
    "worklist.html": WORKLIST,
    "offer_show.html": {
        "handoff": OFFER,
        "can_answer": True,
        "why_not": "",
        "decline_codes": ["no_capacity", "not_eligible", "not_our_mandate", "conflict_of_interest", "other"],
        "can_recall": False,
    },
    "task_show.html": {
        "task": TASK,
        "package": PACKAGE,
        "can": CAN | {"release": True, "complete": True, "arrive": True, "reassign": True, "route": True},
        "why_not": {"complete": "The person has not arrived yet. Record the arrival first, then complete this task."},
        "form_url": "/tasks/4f2a/form",
        "movement": {"departed_at": hours(-3), "escort": "police", "arrived_at": None, "condition": ""},
        "escorts": ["giver", "receiver", "police", "none"],
        "conditions": ["well", "needs_care", "injured"],
        "colleagues": [{"id": "u2", "name": "Cholpon Example"}],
    },
    "task_form.html": {},
    "task_check.html": {
        "task": TASK,
        "sections": [{"title": "Needs", "href": "/tasks/4f2a/form/1", "rows": [*PACKAGE, {"label": "Why", "value": ""}]}],
        "action": "/tasks/4f2a/completion",
        "back": "/tasks/4f2a/form/2",
    },
    "case_board.html": {
        "cases": [
            {
                "reference": "QK7-FM4P",
                "opened_at": hours(-120),
                "status": "open",
                "late": True,
                "risk": "high",
                "stages": [
                    {"name": "Stay in the shelter", "holder": "Shelter of Bishkek", "status": "claimed",
                     "family": "task.status", "due_at": hours(-30)},
                    {"name": "Appointment of an attorney", "holder": "Centre of legal aid", "status": "offered",
                     "family": "handoff.state", "due_at": hours(20)},
                ],
                "next_step": "Review of the stay",
            },
            {"reference": "RD3-9TWX", "opened_at": hours(-20), "status": "open", "late": False, "risk": "",
             "stages": [{"name": "Intake", "holder": "Border guard", "status": "open", "family": "task.status",
                         "due_at": None}], "next_step": "Urgent help and rights"},
        ],
        "filters": {"region": "osh", "late": True, "status": "open"},
        "regions": [{"code": "osh", "name": "Osh and the south"}, {"code": "bishkek", "name": "Bishkek"}],
        "counts": {"open": 12, "late": 1, "unopened": 2},
        "more": None,
    },  # fmt: skip
    "case_show.html": CASE_SHOW,
    "agency_case.html": {
        "case": {"reference": "QK7-FM4P"},
        "tasks": [
            {"id": "t1", "name": "Stay in the shelter", "status": "claimed", "due_at": hours(-3), "href": "/tasks/t1"},
            {"id": "t0", "name": "Arrival", "status": "done", "due_at": hours(-40), "href": None},
        ],
        "package": PACKAGE,
        "handoffs": [
            {"id": "h1", "task_name": "Arrival", "other": "Police of Osh", "given": False, "state": "in_work",
             "since": hours(-108), "outcome": ""},
        ],
        "spans": SPANS[2:],
        "entries": ENTRIES[2:],
    },  # fmt: skip
    "route_show.html": {
        "task": TASK | {"agency": "Coordinator of the south"},
        "candidates": [
            {"id": "g1", "name": "Shelter of Osh", "region": "Osh and the south", "phone": "+996 3222 00000",
             "hours": "day and night", "free": 0, "tried": "no_capacity", "allowed": True, "ground": "consent: shelter"},
            {"id": "g2", "name": "Shelter of Bishkek", "region": "Bishkek", "phone": "", "hours": "", "free": 3,
             "tried": "expired", "allowed": True, "ground": "consent: shelter"},
            {"id": "g3", "name": "Shelter for women", "region": "Bishkek", "phone": "", "hours": "", "free": None,
             "tried": "", "allowed": False, "ground": "the person did not agree to this agency"},
        ],
        "places": True,
        "can_ask_all": True,
        "errors": {"agency": "Choose an agency."},
    },  # fmt: skip
    "audit_index.html": {
        "verification": {
            "ok": True,
            "size": 1204,
            "root": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "checked_at": hours(-1),
            "problems": [],
        },
        "cases": [
            {"alias": "A-1", "opened_at": hours(-120), "status": "open", "handoffs": 4, "late": 1, "spans": SPANS},
            {"alias": "A-2", "opened_at": hours(-20), "status": "closed", "handoffs": 1, "late": 0, "spans": []},
        ],
        "waits": [
            {"agency": "Shelter of Osh", "stage": "Arrival", "count": 4, "median": timedelta(minutes=40),
             "longest": timedelta(days=3)},
        ],
        "exceptions": [
            {"kind": "late", "count": 2, "rows": [{"alias": "A-1", "at": hours(-30), "text": "Stay in the shelter"}]},
            {"kind": "skipped", "count": 0, "rows": []},
        ],
        "more": None,
    },  # fmt: skip
    "audit_case.html": {
        "case": {"alias": "A-1", "opened_at": hours(-120), "status": "open"},
        "spans": SPANS,
        "entries": ENTRIES,
        "handoffs": [
            {"task_name": "Arrival", "giver": "Police of Osh", "receiver": "Shelter of Osh", "offered_at": hours(-112),
             "delivered_at": hours(-111.9), "opened_at": None, "answered_at": hours(-110), "in_work_at": None,
             "ended_at": hours(-110), "state": "declined", "ground": "consent: urgent help", "shared": ["language"],
             "reason": "no_capacity", "urgent": True},
        ],
        "exceptions": [{"kind": "entered_late", "at": hours(-80), "text": "Shelter of Osh declined"}],
    },  # fmt: skip
    "alarms.html": {
        "alarms": [
            {"id": "a1", "kind": "not_arrived", "reference": "QK7-FM4P", "case_href": "/cases/QK7-FM4P",
             "task_name": "Arrival in the shelter", "raised_at": hours(-13), "repeats": 1, "to": "National desk",
             "phone": "+996 312 00000", "mine": True},
        ],
        "settled": [{"kind": "overdue", "reference": "RD3-9TWX", "raised_at": hours(-30), "acknowledged_at": hours(-29),
                     "by": "National desk"}],
    },  # fmt: skip
    "error.html": {"status": 409, "detail": "This offer has been recalled.", "back": "/worklist", "fields_kept": True},
    "already_received.html": {"received_at": hours(-1), "task_name": "Intake", "next": "/worklist"},
    "case_new.html": {
        "regions": [{"code": "osh", "name": "Osh and the south"}, {"code": "abroad_kz", "name": "Kazakhstan"}],
        "whereabouts": ["in_country", "abroad"],
        "values": {"region": "osh", "whereabouts": ""},
        "show_whereabouts": True,
        "errors": {"whereabouts": "Say where the person is."},
    },
    "directory.html": {
        "agencies": [
            {"name": "Shelter of Osh", "region": "Osh", "roles": ["Shelter"], "services": ["shelter", "medical"],
             "sexes": ["female"], "ages": ["adult", "child"], "families": False, "phone": "+996 3222 00000",
             "hours": "day and night", "active": True,
             "places": [{"kind": "women", "free": 2, "total": 8, "confirmed_at": hours(-40)},
                        {"kind": "children", "free": 0, "total": 2, "confirmed_at": hours(-40)}]},
            {"name": "Prosecutor", "region": "Bishkek", "roles": ["Prosecutor"], "services": [], "sexes": [], "ages": [],
             "families": True, "phone": "", "hours": "", "active": False, "places": []},
        ],
        "filters": {"region": "", "service": "shelter"},
        "regions": [{"code": "osh", "name": "Osh and the south"}],
        "services": ["shelter", "medical"],
    },  # fmt: skip
    "account.html": {
        "user": {"name": "Aida Example", "login": "shelter.osh", "agency": "Shelter of Osh", "duties": ["caseworker"],
                 "language": "ru"},
        "tokens": [{"id": "k1", "name": "our own list", "created_at": hours(-400)}],
        "new_token": "nrm_0123456789",
        "sessions": [{"id": "s1", "created_at": hours(-2), "seen_at": hours(0), "current": True}],
    },  # fmt: skip
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
