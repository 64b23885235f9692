"""What the pages of an agency are given."""

from typing import Any

from tests.web.example_times import hours

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
    "giver": {"name": "Police of Osh", "phone": "+996 3222 00000", "hours": "day and night"},
}

NOTHING_MORE = {"claim": False, "release": False, "complete": False, "depart": False, "arrive": False}

CAN = NOTHING_MORE | {"reassign": False, "route": False, "relay": False}

OFFER = {
    "id": "77aa",
    "card": True,
    "state_at": None,
    "outcome": "",
    "reason": "",
    "reference": "QK7-FM4P",
    "case_url": "/cases/QK7-FM4P",
    "task_name": "Arrival in the shelter",
    "owed": "The person gets a bed, food and somebody to talk to on the first evening.",
    "state": "opened",
    "revision": 2,
    "urgent": True,
    "offered_at": hours(-0.2),
    "answer_by": hours(0.8),
    "giver": "Police of Osh, unit 2",
    "giver_phone": "+996 3222 00000",
    "giver_hours": "day and night",
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
            "ended": False,
            "outcome": "",
            "undelivered": True,
            "phone": "+996 312 00000",
        }
    ],
    "urgent": {"number": 2, "first": hours(1)},
    "relays": [
        {
            "id": "r1",
            "reference": "QK7-FM4P",
            "text": "Shelter of Osh accepted",
            "happened_at": hours(-5),
            "by": "Coordinator of the south",
            "channel": "phone",
        }
    ],
    "filters": {"mine": False},
    "more": "/worklist?after=x",
    "older": "/worklist?given=x",
    "part": "",
    "can_open_case": True,
    "here": {"code": "osh", "name": "Osh and the south"},
}
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
        "bends": [{"text": "What happened?", "href": "/cases/QK7-FM4P/changes"}],
        "can_answer": True,
        "why_not": "",
        "decline_codes": ["no_capacity", "not_eligible", "not_our_mandate", "conflict_of_interest", "other"],
        "receiver": None,
        "looks": None,
        "can_recall": False,
        "can_relay": True,
    },
    "task_show.html": {
        "task": TASK,
        "package": PACKAGE,
        "can": CAN
        | {"release": True, "complete": True, "arrive": True, "reassign": True, "route": True, "relay": True},
        "why_not": {"complete": "The person has not arrived yet. Record the arrival first, then complete this task."},
        "form_url": "/tasks/4f2a/form",
        "engaged": True,
        "movement": {"departed_at": hours(-3), "escort": "police", "arrived_at": None, "condition": ""},
        "escorts": ["giver", "receiver", "police", "none"],
        "conditions": ["well", "needs_care", "injured"],
        "channels": ["phone", "letter"],
        "values": dict.fromkeys(("channel", "said_by", "paper", "happened_at", "_happened_at", "_for"), ""),
        "partners": {"giver": TASK["giver"], "receiver": TASK["giver"]},
        "giver": {"id": "g1", "name": "City hospital"},
        "colleagues": [{"id": "u2", "name": "Cholpon Example"}],
    },
    "task_form.html": {},
    "task_check.html": {
        "task": TASK,
        "sections": [
            {"title": "Needs", "href": "/tasks/4f2a/form/1", "rows": [*PACKAGE, {"label": "Why", "value": ""}]}
        ],
        "action": "/tasks/4f2a/completion",
        "back": "/tasks/4f2a/form/2",
        "later": {"_happened_at": "", "_sheet": ""},
    },
    "error.html": {"status": 409, "detail": "This offer has been recalled.", "back": "/worklist", "fields_kept": True},
    "already_received.html": {"received_at": hours(-1), "task_name": "Intake", "next": "/worklist"},
    "case_new.html": {
        "regions": [{"code": "osh", "name": "Osh and the south"}, {"code": "abroad_kz", "name": "Kazakhstan"}],
        "whereabouts": ["in_country", "abroad"],
        "values": {"region": "osh", "whereabouts": "", "count": "1"},
        "show_whereabouts": True,
        "errors": {"whereabouts": "Say where the person is."},
    },
}
