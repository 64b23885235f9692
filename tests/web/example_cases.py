"""What the pages of a coordinator are given."""

from typing import Any

from markupsafe import Markup

from engine.timelines import Span, Stretch
from tests.web.example_desk import PACKAGE, TASK
from tests.web.example_times import hours

SPANS = [
    Span("Police of Osh", hours(-120), hours(-112), Stretch.WORKING, "Intake"),
    Span("Shelter of Osh", hours(-112), hours(-110), Stretch.WAITING, "Arrival in the shelter"),
    Span("Shelter of Bishkek", hours(-110), hours(-108), Stretch.WAITING, "Arrival in the shelter"),
    Span("Shelter of Bishkek", hours(-108), hours(-96), Stretch.MOVING, "Arrival in the shelter"),
    Span("Shelter of Bishkek", hours(-96), None, Stretch.WORKING, "Stay in the shelter"),
]

ENTRIES = [
    {
        "text": "Police of Osh opened the case",
        "happened_at": hours(-120),
        "entered_at": hours(-120),
        "on_behalf_of": "",
        "entered_by": "",
    },
    {
        "text": "Shelter of Osh declined: No place, no capacity",
        "happened_at": hours(-110),
        "entered_at": hours(-80),
        "on_behalf_of": "Shelter of Osh",
        "entered_by": "Police of Osh",
    },
    {
        "text": "Shelter of Bishkek accepted",
        "happened_at": hours(-108),
        "entered_at": hours(-108),
        "on_behalf_of": "",
        "entered_by": "",
    },
]

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
        "can": {"route": False, "reassign": True, "relay": True},
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
        "can": {"route": True, "reassign": False, "relay": False},
    },
]

NO_STEP: dict[str, Any] = {"level": 0, "holder": "", "due_at": None, "href": None, "until": None, "reason": ""}
PATH: list[dict[str, Any]] = [
    NO_STEP | {"name": "Intake", "state": "done", "holder": "Police of Osh"},
    NO_STEP
    | {"name": "Stay", "state": "late", "level": 1, "holder": "Shelter", "due_at": hours(-30), "href": "/tasks/t1"},
    NO_STEP | {"name": "Time to recover", "state": "now", "until": hours(700)},
    NO_STEP | {"name": "Interpreter", "state": "left_out", "reason": "not_needed"},
]

SVG = Markup(
    '<svg class="diagram" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 900 100" width="900" height="100" role="img"'
    ' aria-label="National referral"><rect x="5" y="5" width="120" height="80" fill="none" stroke="#000"/></svg>'
)

CASE_SHOW: dict[str, Any] = {
    "case": CASE,
    "open_tasks": OPEN_TASKS,
    "links": [{"id": "l1", "reference": "RD3-9TWX", "leads": True, "since": hours(-3)}],
    "episodes": [{"reference": "TT4-9TWX", "status": "closed", "opened_at": hours(-9000)}],
    "relayed": [
        {
            "agency": "City hospital",
            "by": "Police of Osh",
            "channel": "letter",
            "said_by": "the duty doctor",
            "paper": "folder 7",
            "happened_at": hours(-3),
            "state": "unconfirmed",
        }
    ],
    "can_link": True,
    "can_reopen": True,
    "waits": [{"name": "Recovery and reflection", "until": hours(700)}],
    "path": PATH,
    "diagrams": [{"title": "National referral", "svg": SVG, "sentence": "The case stands at: Stay in the shelter."}],
    "spans": SPANS,
    "entries": ENTRIES,
    "earlier": "/cases/QK7-FM4P?before=40#story",
    "newest": "/cases/QK7-FM4P#story",
    "agencies": [
        {
            "name": "Police of Osh",
            "roles": "First responder",
            "phone": "102",
            "since": hours(-120),
            "until": hours(-96),
        },
        {"name": "Shelter of Bishkek", "roles": "Shelter", "phone": "", "since": hours(-108), "until": None},
    ],
    "clocks": [
        {
            "id": "c1",
            "name": "Stay in the shelter",
            "due_at": hours(-30),
            "source": "Law No 55",
            "state": "running",
            "about": "Shelter",
            "can_extend": True,
        },
        {
            "id": "c2",
            "name": "Intake",
            "due_at": hours(-100),
            "source": "unconfirmed",
            "state": "met",
            "about": "",
            "can_extend": False,
        },
    ],
    "consent_purposes": [{"code": "services", "name": "services"}],
    "consent_answers": ["given", "refused"],
    "extend_reasons": ["health", "trauma", "other"],
    "consents": [
        {"purpose": "shelter", "recipient": "", "answer": "given", "interpreter": "", "happened_at": hours(-118)},
        {
            "purpose": "witness protection",
            "recipient": "Prosecutor",
            "answer": "refused",
            "interpreter": "A. Interpreter",
            "happened_at": hours(-90),
        },
    ],
    "decisions": [
        {
            "name": "Identification criteria",
            "result": "presumed",
            "rules": ["Act, means and purpose"],
            "made_at": hours(-100),
        },
    ],
    "alarms": [{"id": "a1", "kind": "overdue", "task_name": "Stay", "raised_at": hours(-18), "mine": True}],
    "faults": [{"what": "The gateway “presumed?” had no answer", "raised_at": hours(-99)}],
}
PAGES: dict[str, dict[str, Any]] = {
    "case_board.html": {
        "cases": [
            {
                "reference": "QK7-FM4P",
                "opened_at": hours(-120),
                "status": "open",
                "late": True,
                "risk": "high",
                "stages": [
                    {
                        "name": "Stay in the shelter",
                        "holder": "Shelter of Bishkek",
                        "status": "claimed",
                        "family": "task.status",
                        "due_at": hours(-30),
                    },
                    {
                        "name": "Appointment of an attorney",
                        "holder": "Centre of legal aid",
                        "status": "offered",
                        "family": "handoff.state",
                        "due_at": hours(20),
                    },
                ],
                "next_step": "Review of the stay",
            },
            {
                "reference": "RD3-9TWX",
                "opened_at": hours(-20),
                "status": "open",
                "late": False,
                "risk": "",
                "stages": [
                    {
                        "name": "Intake",
                        "holder": "Border guard",
                        "status": "open",
                        "family": "task.status",
                        "due_at": None,
                    }
                ],
                "next_step": "Urgent help and rights",
            },
        ],
        "filters": {"region": "osh", "late": True, "status": "open"},
        "regions": [{"code": "osh", "name": "Osh and the south"}, {"code": "bishkek", "name": "Bishkek"}],
        "counts": {"open": 12, "late": 1, "unopened": 2},
        "more": None,
    },
    "case_show.html": CASE_SHOW,
    "agency_case.html": {
        "case": {"reference": "QK7-FM4P"},
        "tasks": [
            {"id": "t1", "name": "Stay in the shelter", "status": "claimed", "due_at": hours(-3), "href": "/tasks/t1"},
            {"id": "t0", "name": "Arrival", "status": "done", "due_at": hours(-40), "href": None},
        ],
        "package": PACKAGE,
        "handoffs": [
            {
                "id": "h1",
                "task_name": "Arrival",
                "other": "Police of Osh",
                "given": False,
                "state": "in_work",
                "since": hours(-108),
                "outcome": "",
            },
        ],
        "spans": SPANS[2:],
        "entries": ENTRIES[2:],
        "earlier": "/cases/QK7-FM4P?before=40#story",
        "newest": "/cases/QK7-FM4P#story",
    },
    "route_show.html": {
        "task": TASK | {"agency": "Coordinator of the south"},
        "candidates": [
            {
                "id": "g1",
                "name": "Shelter of Osh",
                "region": "Osh and the south",
                "phone": "+996 3222 00000",
                "hours": "day and night",
                "free": 0,
                "unknown": False,
                "full": True,
                "instead": "",
                "tried": "no_capacity",
                "allowed": True,
                "ground": "consent: shelter",
            },
            {
                "id": "g2",
                "name": "Shelter of Bishkek",
                "region": "Bishkek",
                "phone": "",
                "hours": "",
                "free": 3,
                "unknown": False,
                "full": False,
                "instead": "",
                "tried": "expired",
                "allowed": True,
                "ground": "consent: shelter",
            },
            {
                "id": "g3",
                "name": "Shelter for women",
                "region": "Bishkek",
                "phone": "",
                "hours": "",
                "free": None,
                "unknown": True,
                "full": False,
                "instead": "hospital_bed",
                "tried": "",
                "allowed": False,
                "ground": "the person did not agree to this agency",
            },
        ],
        "places": True,
        "can_ask_all": True,
        "errors": {"agency": "Choose an agency."},
    },
    "relay_show.html": {
        "handoff": {
            "id": "h1",
            "reference": "QK7-FM4P",
            "task_name": "Arrival",
            "revision": 1,
            "receiver": "Shelter of Osh",
            "phone": "+996 3222 00000",
        },
        "channels": ["phone", "letter", "in_person", "email"],
        "beyond": ["emergency"],
        "decline_codes": ["no_capacity", "other"],
        "values": {
            "answer": "refusal",
            "reason": "",
            "over_capacity": "",
            "channel": "phone",
            "said_by": "the night guard",
            "paper": "",
            "happened_at": "2026-11-22T13:00",
        },
        "errors": {"reason": "Choose a reason."},
    },
    "alarms.html": {
        "alarms": [
            {
                "id": "a1",
                "kind": "not_arrived",
                "reference": "QK7-FM4P",
                "case_href": "/cases/QK7-FM4P",
                "task_name": "Arrival in the shelter",
                "raised_at": hours(-13),
                "repeats": 1,
                "task_href": "/tasks/t1",
                "own": False,
                "calls": [{"name": "Shelter of Osh", "phone": "+996 312 00000", "hours": ""}],
                "mine": True,
            },
        ],
        "settled": [
            {
                "kind": "overdue",
                "reference": "RD3-9TWX",
                "raised_at": hours(-30),
                "acknowledged_at": hours(-29),
                "by": "National desk",
            }
        ],
    },
}
