"""One case of each journey, from detection to its end, by people who know nothing but the pages."""

import re

from engine.database import Store
from engine.demo.agencies import AGENCIES, SECOND
from engine.demo.story import MAN_IN_KAZAKHSTAN, WOMAN_IN_OSH
from tests.people import AUDITOR, NATIONAL, Browser, Crew, links
from tests.web.playing import Play

INTERPRETED = {"interpreter_how": "present", "interpreter_name": "A. Interpreter, interpreter service"}
STEPS = (
    "Arrival in the shelter",
    "Report of the lawyer",
    "Protection begins",
    "Decision on going home",
    "Confirmation of the arrival",
)
LOGINS = (*(code for code in AGENCIES if code != "auditor"), *(f"{code}_2" for code in SECOND))


def to_the_end(play: Play, case: str) -> str:
    """Do what is open, then let the clocks run, until the case is closed; returns the coordinator's page."""
    coordinator = play.crew[NATIONAL]
    for _ in range(60):
        play.play()
        page = coordinator.page(f"/cases/{case}")
        if "Closed on" in page:
            assert play.look(LOGINS) == 0, "nobody has anything left to do"
            return page
        coordinator.act(f"/cases/{case}", "/demo/clock", {"step": "deadline"})
        play.silent -= play.left
    raise AssertionError("The case does not end.")


def begin(play: Play, login: str, region: str) -> str:
    """Open a case and fill its intake; returns the reference."""
    browser = play.crew[login]
    duty = browser.act("/cases/new", "/cases", {"region": region}).split("/form/")[0]
    case = links(browser.page(duty), "/cases/")[-1]
    play._fill(browser, duty)
    return case.split("/")[2]


def whole_story(browser: Browser, path: str) -> str:
    """A timeline with everything that happened earlier, page by page."""
    text = browser.page(path)
    earlier = re.search(r'href="([^"]*\?before=\d+)#story"', text)
    return (whole_story(browser, earlier.group(1)) if earlier else "") + text


def check_record(crew: Crew, case: str) -> None:
    """The record is intact and tells the story to the auditor, without the reference."""
    auditor = crew[AUDITOR]
    auditor.act("/audit", "/audit/verification")
    page = auditor.page("/audit")
    assert "Intact" in page
    timeline = whole_story(auditor, links(page, "/audit/cases/")[0])
    assert case not in timeline
    for words in ("declined", "did not answer in time", "The person arrived at", "The case was closed"):
        assert words in timeline, words


def test_a_foreign_woman_found_in_osh(crew: Crew, store: Store, training: None) -> None:
    answers = WOMAN_IN_OSH | {"protection_wanted": "yes", "protection_continues": "no"} | INTERPRETED
    play = Play(crew, LOGINS, answers, {"Arrival in the shelter": "no_capacity"}, {"Appointment of a lawyer"})
    case = begin(play, "police_osh", "osh")
    page = to_the_end(play, case)
    for words in STEPS:
        assert words in page, words
    check_record(crew, case)


def test_a_kyrgyz_man_found_abroad(crew: Crew, store: Store, training: None) -> None:
    play = Play(crew, LOGINS, MAN_IN_KAZAKHSTAN, {"Arrival in the shelter": "no_capacity"}, {"Verification at home"})
    case = begin(play, "consulate", "abroad_kz")
    to_the_end(play, case)
    check_record(crew, case)
