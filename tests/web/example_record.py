"""What the pages of an auditor are given, and the pages anybody has."""

from datetime import timedelta
from typing import Any

from tests.web.example_cases import ENTRIES, SPANS
from tests.web.example_times import hours

PAGES: dict[str, dict[str, Any]] = {
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
            {
                "agency": "Shelter of Osh",
                "stage": "Arrival",
                "count": 4,
                "median": timedelta(minutes=40),
                "longest": timedelta(days=3),
            },
        ],
        "exceptions": [
            {"kind": "late", "count": 2, "rows": [{"alias": "A-1", "at": hours(-30), "text": "Stay in the shelter"}]},
            {"kind": "skipped", "count": 0, "rows": []},
        ],
        "more": None,
    },
    "audit_case.html": {
        "case": {"alias": "A-1", "opened_at": hours(-120), "status": "open"},
        "spans": SPANS,
        "entries": ENTRIES,
        "earlier": "/audit/cases/A-1?before=40#story",
        "newest": "/audit/cases/A-1#story",
        "handoffs": [
            {
                "task_name": "Arrival",
                "giver": "Police of Osh",
                "receiver": "Shelter of Osh",
                "offered_at": hours(-112),
                "delivered_at": hours(-111.9),
                "opened_at": None,
                "answered_at": hours(-110),
                "in_work_at": None,
                "ended_at": hours(-110),
                "state": "declined",
                "ground": "consent: urgent help",
                "shared": ["language"],
                "reason": "no_capacity",
                "urgent": True,
            },
        ],
        "exceptions": [{"kind": "entered_late", "at": hours(-80), "text": "Shelter of Osh declined"}],
    },
    "directory.html": {
        "can_add": True,
        "agencies": [
            {
                "id": "g1",
                "name": "Shelter of Osh",
                "region": "Osh",
                "roles": ["Shelter"],
                "services": ["shelter", "medical"],
                "sexes": ["female"],
                "ages": ["adult", "child"],
                "families": False,
                "phone": "+996 3222 00000",
                "hours": "day and night",
                "active": True,
                "places": [
                    {"kind": "women", "free": None, "total": 8, "confirmed_at": hours(-40)},
                    {"kind": "children", "free": 0, "total": 2, "confirmed_at": hours(-40)},
                ],
            },
            {
                "id": "g2",
                "name": "Prosecutor",
                "region": "Bishkek",
                "roles": ["Prosecutor"],
                "services": [],
                "sexes": [],
                "ages": [],
                "families": True,
                "phone": "",
                "hours": "",
                "active": False,
                "places": [],
            },
        ],
        "filters": {"region": "", "service": "shelter"},
        "regions": [{"code": "osh", "name": "Osh and the south"}],
        "services": ["shelter", "medical"],
    },
    "account.html": {
        "user": {
            "name": "Aida Example",
            "login": "shelter.osh",
            "agency": "Shelter of Osh",
            "duties": ["caseworker"],
            "language": "ru",
        },
        "tokens": [{"id": "k1", "name": "our own list", "created_at": hours(-400)}],
        "new_token": "nrm_0123456789",
        "sessions": [{"id": "s1", "created_at": hours(-2), "seen_at": hours(0), "current": True}],
    },
}
