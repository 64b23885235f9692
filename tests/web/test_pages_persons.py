"""Persons beyond one case on the pages: a link shows no case of others, and a desk opens what it can read."""

import re

import pytest
from sqlmodel import select

from engine import changes, links
from engine.database import Store
from engine.models.cases import Case
from tests.factories import make_case
from tests.people import COORDINATOR, NATIONAL, OFFICER, Crew, actor

ELSEWHERE, REFUSED = "a case led elsewhere", "Your desk opens cases of its own region only."


@pytest.fixture
def pair(store: Store) -> tuple[str, str]:
    """A case of Bishkek leads one of Osh."""
    leading, follower = make_case(store, "police_bishkek"), make_case(store)
    with store.transaction() as session:
        links.same_person(session, leading, follower, by=actor(session, NATIONAL))
    return leading, follower


def test_a_link_names_only_what_its_reader_may_open(crew: Crew, pair: tuple[str, str]) -> None:
    leading, follower = pair
    page = crew[COORDINATOR].page(f"/cases/{follower}")
    assert leading not in page and page.count(ELSEWHERE) == 2  # what is read, and what its button says to the blind
    page = crew[NATIONAL].page(f"/cases/{follower}")
    assert f'href="/cases/{leading}"' in page and ELSEWHERE not in page


def test_the_desk_of_the_follower_undoes_it_and_stays_on_its_case(crew: Crew, pair: tuple[str, str]) -> None:
    _, follower = pair
    page = f"/cases/{follower}"
    undo = re.findall(r'action="(/links/\w+/undoing)"', crew[COORDINATOR].page(page))[0]
    assert crew[COORDINATOR].act(page, undo) == f"{page}?done=unlinked"
    assert ELSEWHERE not in crew[COORDINATOR].page(page)


def test_every_case_of_the_person_is_on_each_page(crew: Crew, store: Store) -> None:
    old, other = make_case(store), make_case(store)
    with store.transaction() as session:
        by = actor(session, COORDINATOR)
        changes.opened_in_error(session, old, reason="duplicate", by=by)
        new = links.new_episode(session, old, by=by).reference
    crew[COORDINATOR].act(f"/cases/{other}", f"/cases/{other}/links", {"other": new})
    for page, rest in ((old, (new, other)), (new, (old, other)), (other, (old, new))):
        text = crew[COORDINATOR].page(f"/cases/{page}")
        assert [f'href="/cases/{one}"' in text for one in rest] == [True, True]


def test_an_episode_elsewhere_is_not_named(crew: Crew, pair: tuple[str, str], store: Store) -> None:
    leading, follower = pair
    with store.transaction() as session:
        by = actor(session, NATIONAL)
        changes.opened_in_error(session, leading, reason="duplicate", by=by)
        new = links.new_episode(session, leading, by=by).reference
    page = crew[COORDINATOR].page(f"/cases/{follower}")
    assert leading not in page and new not in page and page.count(ELSEWHERE) == 3


@pytest.mark.parametrize(
    ("page", "action", "fields"),
    [
        ("/cases/new", "/cases", {}),
        ("/cases/new", "/cases", {"count": "3"}),
        ("/takeover", "/takeover", {"stage": "screening"}),
    ],
)
def test_a_coordinator_opens_what_it_can_read(
    crew: Crew, store: Store, page: str, action: str, fields: dict[str, str]
) -> None:
    answer = crew[COORDINATOR].send(page, action, fields | {"region": "bishkek"})
    assert answer.status_code == 422 and REFUSED in answer.text
    assert f'action="{action}"' in answer.text, "the same page, to be sent again"
    with store.reading() as session:
        assert session.exec(select(Case)).all() == []
    where = crew[COORDINATOR].act(page, action, fields | {"region": "osh"})
    crew[COORDINATOR].page(where)
    with store.reading() as session:
        assert {case.region for case in session.exec(select(Case)).all()} == {"osh"}


def test_who_detects_opens_anywhere(crew: Crew, store: Store) -> None:
    crew[OFFICER].page(crew[OFFICER].act("/cases/new", "/cases", {"region": "bishkek"}))
    with store.reading() as session:
        assert [case.region for case in session.exec(select(Case)).all()] == ["bishkek"]
