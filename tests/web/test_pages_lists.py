"""Lists on pages: what an address asks for and does not exist is said, and pages go on where they ended."""

import re
from datetime import timedelta

import pytest
from sqlmodel import col, select

from engine import handoffs, timelines
from engine.database import Store
from engine.models.work import PENDING_HANDOFF, Handoff
from engine.web import worklist
from tests.factories import case_at, make_case
from tests.people import AUDITOR, COORDINATOR, OFFICER, SOCIAL_WORKER, Browser, Crew, links
from tests.times import ahead

LEFT_OUT = "Left out, because it does not exist"


@pytest.fixture
def two(store: Store) -> tuple[str, str]:
    """A case at its screening with an offer open, and one in the shelter."""
    early = case_at(store, "screening", "shelter_arrival", answers={"language": "ky", "urgent_needs": []})
    return early, case_at(store, "stay_review", "case_plan", answers={"language": "uz"})


def note(browser: Browser, path: str) -> str:
    """What a page says of words it left out."""
    found = re.search(rf"{LEFT_OUT}: ([^<]*)\. The list", browser.page(path))
    return found.group(1) if found else ""


def along(browser: Browser, path: str, link: str, inside: str) -> list[str]:
    """The links that a list shows, page by page along its own link."""
    found: list[str] = []
    while path:
        text = browser.page(path)
        found += links(
            text.partition(f'aria-labelledby="{inside}"')[2], f"/{'handoffs' if inside == 'awaiting' else 'tasks'}/"
        )
        further = re.search(rf'href="([^"]*[?&;]{link}=[^"]*)"', text)
        path = further.group(1).replace("&amp;", "&") if further else ""
    return found


def test_what_does_not_exist_is_left_out_and_said(crew: Crew, two: tuple[str, str]) -> None:
    officer, board = crew[OFFICER], crew[COORDINATOR]
    owed = links(officer.page("/worklist"), "/tasks/")
    assert owed and not note(officer, "/worklist") and not note(officer, "/worklist?language=ky&done=saved")
    for query, said in (
        ("region=zz", "Region"),
        ("stage=zzz&region=osh", "Step"),
        ("agency=zz&waiting=zz", "Handed over by, Waiting for the answer of"),
        ("assignee=" + "0" * 32, "Taken by"),
        ("stagge=x", "something else in the address"),
        ("status=closed", "something else in the address"),
    ):
        assert note(officer, f"/worklist?{query}") == said
        assert links(officer.page(f"/worklist?{query}"), "/tasks/") == owed, "everything else is shown"
    assert note(board, "/cases?agency=zz&status=half&unopened=yes") == (
        "Held by, Open or closed, offered, nobody looked"
    )
    assert two[0] in board.page("/cases?agency=zz") and "zz" not in board.page("/cases?agency=zz&stagge=zz")


def test_the_worklist_by_agency_and_by_whom_one_waits(crew: Crew, two: tuple[str, str]) -> None:
    shelter, officer = crew[SOCIAL_WORKER], crew[OFFICER]
    duties = links(shelter.page("/worklist"), "/tasks/")
    assert len(duties) == 1 and links(shelter.page("/worklist?agency=police_osh"), "/tasks/") == duties
    other = shelter.page("/worklist?agency=border_guard")
    assert not links(other, "/tasks/") and not links(other, "/handoffs/"), "neither duties nor offers came from there"
    whole = links(officer.page("/worklist").partition('aria-labelledby="awaiting"')[2], "/handoffs/")
    asked = officer.page("/worklist?waiting=shelter_osh")
    found = links(asked.partition('aria-labelledby="awaiting"')[2], "/handoffs/")
    assert 0 < len(found) < len(whole) and two[0] in asked
    assert two[1] not in asked, "no search tells the giver which shelter holds her"
    assert not links(officer.page("/worklist?waiting=legal_aid_centre"), "/tasks/")


def test_what_was_handed_on_goes_on_where_it_ended(crew: Crew, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        case_at(store, "screening", "shelter_arrival")
    officer = crew[OFFICER]
    whole = links(officer.page("/worklist").partition('aria-labelledby="awaiting"')[2], "/handoffs/")
    assert len(whole) > 4
    monkeypatch.setattr(worklist.handoffs, "PAGE", 2)
    assert sorted(along(officer, "/worklist", "given", "awaiting")) == sorted(whole)
    older = re.search(r'href="(/worklist\?given=[^"]*)"', officer.page("/worklist"))
    assert older is not None
    before = links(officer.page(older.group(1)), "/handoffs/")
    case_at(store, "screening", "shelter_arrival")
    assert links(officer.page(older.group(1)), "/handoffs/") == before, "what came meanwhile shifts nothing"
    assert not links(officer.page(older.group(1)), "/tasks/"), "only this list goes on"
    assert officer.get("/worklist?given=x&stage=screening").status_code == 200


def test_duties_go_on_where_they_ended(crew: Crew, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(5):
        make_case(store)
    officer = crew[OFFICER]
    whole = links(officer.page("/worklist?stage=intake"), "/tasks/")
    monkeypatch.setattr(worklist.tasks, "PAGE", 2)
    assert along(officer, "/worklist?stage=intake", "after", "duties") == whole and len(whole) == 5


def test_done_is_no_wall(crew: Crew, store: Store, two: tuple[str, str]) -> None:
    with store.reading() as session:
        open_ones = session.exec(select(Handoff.id).where(col(Handoff.state).in_(PENDING_HANDOFF))).all()
    with ahead(handoffs.TOLD_FOR + timedelta(hours=1)):
        shown = links(crew[OFFICER].page("/worklist").partition('aria-labelledby="awaiting"')[2], "/handoffs/")
    assert {f"/handoffs/{one}" for one in open_ones} & set(shown)
    with store.reading() as session:
        states = {session.get_one(Handoff, one.rsplit("/", 1)[1]).state for one in shown}
    assert not states & set(handoffs.RETURNED)


@pytest.mark.parametrize("login", [COORDINATOR, OFFICER, AUDITOR])
def test_the_story_is_shown_from_the_newest_back(
    crew: Crew, store: Store, two: tuple[str, str], monkeypatch: pytest.MonkeyPatch, login: str
) -> None:
    def told(text: str) -> list[str]:
        return re.findall(r'<span class="story__when">.*?</li>', text, re.DOTALL)

    browser = crew[login]
    page = links(browser.page("/audit"), "/audit/cases/")[0] if login == AUDITOR else f"/cases/{two[1]}"

    def of(size: int) -> None:
        monkeypatch.setattr(timelines.page, "__kwdefaults__", timelines.page.__kwdefaults__ | {"limit": size})

    of(200)
    whole = told(browser.page(page))
    assert len(whole) > 3 and "Show what happened earlier" not in browser.page(page)
    size = max(2, len(whole) // 8)
    of(size)
    found: list[str] = []
    path = page
    while path:
        text = browser.page(path)
        assert ("Back to the newest" in text) is (path != page)
        found = told(text) + found
        earlier = re.search(r'href="([^"]*\?before=\d+)#story"', text)
        path = earlier.group(1) if earlier else ""
    assert found == whole
    assert told(browser.page(f"{page}?before=x")) == whole[-size:]
