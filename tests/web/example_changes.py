"""What the pages are given on which something happens to a person, is corrected, or the path bends."""

from typing import Any

from tests.web.example_daily import QUESTION
from tests.web.example_times import hours

TASK = {
    "id": "t1",
    "name": "Screening: what was seen",
    "reference": "QK7-FM4P",
    "revision": 4,
    "ended_at": hours(-20),
    "agency": "Police of Osh",
}
UNDECIDED = {
    "id": "k1",
    "task_name": "Screening: what was seen",
    "href": "/tasks/t1/answers",
    "reason": "typing_error",
    "fields": ["Are there signs of threat?"],
    "gateways": ["Apply the criteria"],
    "corrected_at": hours(-1),
    "redo": {"can": True, "meaning": "The path goes back to this step.", "ends": ["Agree the case plan"]},
}
SKIP: dict[str, Any] = {
    "about": {"reference": "QK7-FM4P", "name": "Plan agreed with the person"},
    "title": "Skip this step?",
    "meaning": "The path goes on behind this step.",
    "action": "/tasks/t1/skip",
    "revision": 2,
    "family": "bend",
    "codes": ["done_elsewhere", "not_needed"],
    "days": None,
    "button": "Skip it",
    "errors": {"reason": "Choose one."},
}
FILTERS = {
    **dict.fromkeys(["stage", "lane", "agency", "waiting", "language", "assignee", "urgent", "status", "unopened"], ""),
    "clock": "late",
    "region": "osh",
}
CHOICES = {
    "region": [{"code": "osh", "name": "Osh and the south"}],
    "stage": [{"code": "screening", "name": "Screening: what was seen"}],
    "lane": [{"code": "shelter", "name": "Shelter"}],
    "clock": [{"code": "late", "name": "late"}, {"code": "today", "name": "due today"}],
    "agency": [{"code": "police_osh", "name": "Police of Osh"}],
    "waiting": [{"code": "health", "name": "Family medicine centre"}],
    "language": [{"code": "uz", "name": "Uzbek"}],
    "assignee": [{"code": "me", "name": "me"}, {"code": "nobody", "name": "nobody yet"}],
}
FINDING = {
    "filters": FILTERS,
    "choices": CHOICES,
    "views": [{"id": "v1", "name": "Late in Osh", "href": "/cases?clock=late&region=osh"}],
    "query": "clock=late&region=osh",
    "selection": "late, Osh and the south",
    "left_out": ["Region", "something else in the address"],
}

HEARD = dict.fromkeys(("channel", "said_by", "paper", "happened_at", "_happened_at"), "")
CHANNELS = ["phone", "letter", "in_person", "email"]
PAGES: dict[str, dict[str, Any]] = {
    "case_changes.html": {
        "case": {"reference": "QK7-FM4P"},
        "withdrawals": [
            {"code": "legal_aid", "name": "legal aid", "enters": True, "stops": ["Appointment of a lawyer"]},
            {"code": "shelter", "name": "shelter", "enters": False, "stops": []},
            {"code": "everything", "name": "everything", "enters": True, "stops": []},
        ],
        "services": [{"id": "t1", "name": "Review of the stay"}],
        "events": [
            {"code": "left", "reports": False, "stops": ["Review of the stay"], "starts": ["Closure"], "known": False},
            {"code": "missing", "reports": False, "stops": [], "starts": ["Missing person"], "known": True},
            {"code": "danger", "reports": False, "stops": [], "starts": ["Person in danger"], "known": False},
            {"code": "died", "reports": True, "stops": [], "starts": [], "known": False},
        ],
        "mistakes": ["opened_in_error", "duplicate"],
        "consents": {"purposes": [{"code": "shelter", "name": "shelter"}], "answers": ["given", "refused"]},
        "speaker": {"id": "g2", "name": "Shelter of Bishkek"},
        "others": [{"id": "g2", "name": "Shelter of Bishkek"}],
        "said": "left",
        "interpreter": "",
        "values": HEARD | {"said_by": "the night guard"},
        "blank": HEARD,
        "channels": CHANNELS,
        "errors": {"purpose": "Choose one.", "said_by-left": "Say who said it."},
    },
    "task_answers.html": {
        "task": TASK,
        "can_relay": True,
        "versions": [
            {
                "number": 2,
                "since": hours(-1),
                "reason": "typing_error",
                "rows": [
                    {"label": "Are there signs of threat?", "value": "No", "changed": True},
                    {"label": "Which signs?", "value": "", "changed": True},
                ],
            },
            {
                "number": 1,
                "since": hours(-20),
                "reason": "",
                "rows": [{"label": "Are there signs of threat?", "value": "Yes", "changed": False}],
            },
        ],
    },
    "task_correct.html": {
        "task": TASK,
        "sections": [{"title": "Signs", "questions": [QUESTION]}],
        "questions": [QUESTION],
        "reasons": ["typing_error", "misunderstood"],
        "reason": "typing_error",
        "speaker": None,
        "channels": CHANNELS,
        "values": HEARD,
        "errors": {"_reason": "Choose one."},
    },
    "act_reason.html": SKIP,
    "task_handover.html": {
        "task": {k: TASK[k] for k in ("id", "name", "reference", "revision", "agency")},
        "candidates": [
            {
                "id": "g2",
                "name": "Shelter of Bishkek",
                "region": "Bishkek and the north",
                "phone": "+996 312 00000",
                "hours": "",
                "free": 3,
                "unknown": False,
            },
            {
                "id": "g3",
                "name": "Shelter of Jalal-Abad",
                "region": "Osh and the south",
                "phone": "",
                "hours": "day and night",
                "free": None,
                "unknown": True,
            },
        ],
        "moves": True,
        "reasons": ["moved_region", "better_suited"],
        "speaker": {"id": "g1", "name": "Shelter of Osh"},
        "channels": CHANNELS,
        "values": HEARD | {"agency": "g2", "reason": ""},
        "errors": {"reason": "Choose one."},
    },
    "case_stages.html": {
        "case": {"reference": "QK7-FM4P"},
        "undecided": [
            UNDECIDED,
            UNDECIDED | {"id": "k2", "redo": {"can": False, "meaning": "Shelter has begun.", "ends": []}},
        ],
        "stages": [
            {"code": "legal_aid", "name": "Legal aid", "inputs": []},
            {
                "code": "shelter",
                "name": "Shelter",
                "inputs": [{"name": "urgent", "label": "Urgent?", "codes": ["yes", "no"], "family": "yes_no"}],
            },
        ],
        "reasons": ["urgent", "not_needed"],
        "values": {"stage": "shelter", "reason": ""},
        "errors": {"reason": "Choose one.", "shelter.urgent": "Choose one."},
    },
    "case_take_over.html": {
        "stages": [{"code": "recovery", "name": "Recovery and reflection"}],
        "regions": [{"code": "osh", "name": "Osh and the south"}],
        "facts": [
            {
                "name": "sex",
                "label": "What is the person's sex?",
                "choices": [{"code": "female", "name": "Female"}],
                "number": False,
                "several": False,
            },
            {
                "name": "dependants",
                "label": "How many stay with the person?",
                "choices": [],
                "number": True,
                "several": False,
            },
            {
                "name": "services_planned",
                "label": "Which services does the person agree to?",
                "choices": [{"code": "medical", "name": "Medical help"}, {"code": "social", "name": "Social help"}],
                "number": False,
                "several": True,
            },
        ],
        "values": {
            "stage": "",
            "region": "osh",
            "sex": "female",
            "dependants": "2",
            "services_planned": ["social"],
        },
        "errors": {"stage": "Choose one."},
    },
}
# What the pages of others are given besides, since a case may change and work must be found.
MORE: dict[str, dict[str, Any]] = {
    "case_board.html": FINDING,
    "worklist.html": FINDING,
    "case_show.html": {
        "bends": [{"text": "What happened?", "href": "/cases/QK7-FM4P/changes"}],
        "undecided": [UNDECIDED],
    },
    "agency_case.html": {"bends": [{"text": "What happened?", "href": "/cases/QK7-FM4P/changes"}]},
    "offer_show.html": {"handover": "moved_region", "beyond": []},
    "task_show.html": {"bends": [{"text": "Hand this over", "href": "/tasks/4f2a/handover"}]},
}
