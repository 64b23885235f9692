"""What the pages are given about agencies without an account: alarms brought to them, and what they say."""

from typing import Any

from tests.web.example_times import hours

PAGES: dict[str, dict[str, Any]] = {
    "heard.html": {
        "about": {
            "reference": "QK7-FM4P",
            "agency": "Legal aid centre",
            "phone": "+996 3222 00000, 09:00-18:00",
            "what": "First meeting with the lawyer",
        },
        "title": "Extend this clock",
        "action": "/tasks/t1/relay/extension",
        "button": "Extend",
        "choice": {"name": "reason", "family": "extend", "codes": ["health", "other"]},
        "days": "10",
        "channels": ["phone", "letter", "in_person"],
        "values": {"channel": "phone", "said_by": "", "paper": "", "happened_at": "", "reason": ""},
        "errors": {},
    },
}
MORE: dict[str, dict[str, Any]] = {
    "alarms.html": {
        "carried": [
            {
                "id": "a2",
                "kind": "consent_withdrawn",
                "reference": "QK7-FM4P",
                "agency": "Legal aid centre",
                "phone": "+996 3222 00000",
                "what": "",
                "raised_at": hours(-2),
            }
        ],
        "unsettled": [
            {
                "id": "r2",
                "what": "Review of the stay",
                "reference": "QK7-FM4P",
                "agency": "Ak-Jol shelter, Osh",
                "phone": "",
                "happened_at": hours(-3),
            }
        ],
    },
}
