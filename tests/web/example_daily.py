"""What the pages of daily life are given: acts entered for others, paper, colleagues, agencies."""

from typing import Any

from engine.web.questions import ChoiceView, QuestionView
from tests.web.example_times import hours

AGENCY = {"id": "g1", "name": "City hospital", "phone": "+996 3222 00000", "hours": "day and night"}
SAID = {
    "channel": "letter",
    "said_by": "the duty doctor",
    "paper": "",
    "happened_at": "2026-11-22T13:00",
    "condition": "",
    "_sheet": "K7TX-9CDQ-4",
}
QUESTION = QuestionView(
    name="seen",
    control="radios",
    label="Was the person seen?",  # type: ignore[arg-type]
    hint="",  # type: ignore[arg-type]
    required=True,
    value="",
    choices=(ChoiceView("yes", "Yes", True), ChoiceView("no", "No", False)),  # type: ignore[arg-type]
    error=None,
    condition="",
)
SHEET = {
    "code": "K7TX-9CDQ-4",
    "title": "Request to verify",
    "version": "1 (0a1b2c3d)",
    "printed_at": hours(-30),
    "printed_by": "Consulate",
    "entered_at": hours(-2),
}
PEOPLE = [
    {
        "id": "p1",
        "name": "Aida Example",
        "login": "aida",
        "duties": ["caseworker", "manager"],
        "active": True,
        "in_hand": 2,
        "away_from": None,
        "away_until": None,
        "away": False,
        "deputy": None,
        "others": [{"id": "p2", "name": "Bakyt Example"}],
        "deputies": [{"id": "p2", "name": "Bakyt Example"}],
        "needs_deputy": True,
        "can": {"keep": True, "deactivate": True, "reactivate": False},
    },
    {
        "id": "p2",
        "name": "Bakyt Example",
        "login": "bakyt",
        "duties": ["caseworker"],
        "active": True,
        "in_hand": 1,
        "away_from": hours(-5),
        "away_until": hours(40),
        "away": True,
        "deputy": "Aida Example",
        "others": [{"id": "p1", "name": "Aida Example"}],
        "deputies": [{"id": "p1", "name": "Aida Example"}],
        "needs_deputy": True,
        "can": {"keep": True, "deactivate": False, "reactivate": False},
    },
    {
        "id": "p3",
        "name": "Gone Example",
        "login": "gone",
        "duties": ["caseworker"],
        "active": False,
        "in_hand": 0,
        "away_from": None,
        "away_until": None,
        "away": False,
        "deputy": None,
        "others": [],
        "deputies": [],
        "needs_deputy": False,
        "can": {"keep": False, "deactivate": False, "reactivate": True},
    },
]

ENTRY = {
    "region": "osh",
    "roles": ["shelter"],
    "services": ["shelter"],
    "sexes": ["female"],
    "ages": [],
    "families": False,
    "reach": "letter",
    "phone": "+996 3222 00000",
    "hours": "",
}
CHOICES = {
    "regions": [{"code": "osh", "name": "Osh and the south"}],
    "roles": [{"code": "shelter", "name": "Shelter"}, {"code": "attorney", "name": "Attorney"}],
    "services": ["shelter", "medical"],
    "sexes": ["female", "male"],
    "ages": ["adult", "child"],
    "reach": ["system", "phone", "letter"],
}

PAGES: dict[str, dict[str, Any]] = {
    "task_relay.html": {
        "task": {
            "id": "t1",
            "reference": "QK7-FM4P",
            "name": "First contact: medical help",
            "owed": "Somebody talks to the person.",
            "revision": 3,
            "due_at": hours(3),
        },
        "agency": AGENCY,
        "more": [{"href": "/tasks/t1/handover?relayed=1", "text": "Enter that City hospital hands this over"}],
        "arrival": False,
        "conditions": ["well", "injured"],
        "channels": ["phone", "letter", "in_person", "email"],
        "values": SAID,
        "sections": [{"title": "What was done", "questions": [QUESTION]}],
        "questions": [QUESTION],
        "errors": {"paper": "Say where the letter is kept."},
    },
    "letter_show.html": {
        "letter": {
            "reference": "QK7-FM4P",
            "printed_at": hours(0),
            "giver": AGENCY,
            "receiver": "City hospital",
            "task_name": "First contact: medical help",
            "owed": "Somebody talks to the person.",
            "urgent": True,
            "answer_by": hours(1),
            "due_at": hours(20),
            "ground": "agreed by the person: urgent help",
            "decline_codes": ["no_capacity", "not_eligible", "other"],
        }
    },
    "sheet_show.html": {
        "sheet": SHEET,
        "sections": [
            {
                "title": "What the home authority needs",
                "questions": [
                    {
                        "label": "Ask only for what is needed.",
                        "hint": "",
                        "note": True,
                        "only_if": "",
                        "choices": [],
                        "several": False,
                        "date": False,
                        "lines": 0,
                    },
                    {
                        "label": "What is to be verified?",
                        "hint": "Each that applies.",
                        "note": False,
                        "only_if": "Only if it applies",
                        "choices": ["Identity", "Citizenship"],
                        "several": True,
                        "date": False,
                        "lines": 0,
                    },
                ],
            }
        ],
    },
    "sheet_entered.html": {"sheet": SHEET, "task_url": "/tasks/t1"},
    "sheet_index.html": {
        "first": {"key": "request_verification", "title": "Request to verify", "own": True},
        "forms": [{"key": "screening", "title": "Screening", "own": False}],
        "code": "K7TX",
        "errors": {"code": "No sheet with this code was printed here."},
    },
    "colleagues.html": {
        "people": PEOPLE,
        "keeps": True,
        "duties": ["caseworker", "manager"],
        "spoken": [{"code": "ky", "name": "Кыргызча"}, {"code": "en", "name": "English"}],
        "values": {"login": "a", "name": "A. B.", "language": "ky"},
        "added": {"login": "new", "name": "New Example", "password": "abcd-efgh"},
        "errors": {"login": "Use 3 to 64 letters, digits or underscores."},
    },
    "agency_show.html": {
        "agency": AGENCY,
        "keeps": True,
        "values": {"phone": "", "hours": "09:00-18:00", "email": ""},
        "places": [
            {"kind": "women", "total": 8, "taken": 3, "free": None, "confirmed_at": hours(-40)},
            {"kind": "men", "total": 0, "taken": 0, "free": 0, "confirmed_at": None},
        ],
        "errors": {"phone": "Give the number under which somebody on duty answers."},
    },
    "agency_keep.html": {
        "agency": AGENCY
        | {
            "region": "Osh",
            "roles": ["Shelter"],
            "services": ["shelter"],
            "reach": "letter",
            "state": "suspended",
            "closed_at": hours(-3),
            "successor": {"id": "g2", "name": "Shelter of Bishkek"},
        },
        "others": [{"id": "g2", "name": "Shelter of Bishkek"}],
        "entry": ENTRY,
        "choices": CHOICES,
        "spoken": [{"code": "ky", "name": "Кыргызча"}],
        "values": dict.fromkeys(
            ("login", "person", "language", "kind", "total", "channel", "said_by", "paper", "happened_at"), ""
        ),
        "channels": ["phone", "letter", "in_person"],
        "kinds": ["women", "men", "families", "children"],
        "added": {"login": "aida", "name": "Aida Example", "password": "shown once"},
        "can": dict.fromkeys(("rename", "change", "staff", "places", "suspend", "resume", "close"), True),
        "errors": {"name": "Give the new name.", "login": "This name is taken. Choose another."},
        "opened": "manager",
    },
    "agency_new.html": {
        "typed": "District court",
        "entry": ENTRY | {"roles": []},
        "choices": CHOICES,
        "errors": {"roles": "Choose at least one of the roles of this country."},
    },
}
