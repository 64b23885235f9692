"""Finding work: every filter of board and worklist, saved views, and pages that do not shift."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from engine import cases, clock, handoffs, selections, tasks, views
from engine.database import Store
from engine.errors import Invalid, NotFound
from engine.finding import BoardFilter, Due, WorklistFilter
from engine.models.cases import Case, CaseStatus
from tests.factories import case_at, make_case, open_offers, open_task
from tests.people import actor
from tests.times import ahead

COORDINATOR, SHELTER, OFFICER = "coordinator_osh", "shelter_osh", "police_osh"


def board(store: Store, **wanted: Any) -> set[str]:
    """The cases that a coordinator finds."""
    with store.reading() as session:
        found = cases.board(session, by=actor(session, COORDINATOR), wanted=BoardFilter(**wanted))
        return {case.reference for case in found.cases}


def worklist(store: Store, login: str, **wanted: Any) -> list[str]:
    """The duties that an agency finds, by element."""
    with store.reading() as session:
        rows = tasks.worklist(session, by=actor(session, login), wanted=WorklistFilter(**wanted))
        return [row.element for row in rows]


@pytest.fixture
def two(store: Store) -> tuple[str, str]:
    """A case at its screening with an offer open, and one in the shelter with its plan being made."""
    early = case_at(store, "screening", "shelter_arrival", answers={"language": "ky", "urgent_needs": []})
    late = case_at(store, "stay_review", "case_plan", answers={"language": "uz"})
    return early, late


def test_each_word_of_the_board_finds_its_cases(store: Store, two: tuple[str, str]) -> None:
    early, late = two
    assert board(store) == {early, late}
    assert board(store, stage="screening") == {early} == board(store, language="ky")
    assert board(store, lane="coordinator") == {late} == board(store, agency=SHELTER)
    assert board(store, agency=OFFICER) == {early} == board(store, waiting=SHELTER)
    assert board(store, urgent=True) == {early}
    assert board(store, unopened=True) == {early}
    assert board(store, region="osh") == {early, late} and board(store, region="bishkek") == set()
    assert board(store, status=CaseStatus.CLOSED) == set()
    for strange in ({"stage": "nonsense"}, {"agency": "nobody"}, {"waiting": "police_osh"}):
        assert board(store, **strange) == set()


def test_all_words_must_fit_the_same_task(store: Store, two: tuple[str, str]) -> None:
    early, late = two
    assert board(store, stage="case_plan", agency=COORDINATOR) == {late}
    assert board(store, stage="case_plan", agency=SHELTER) == set(), "the shelter holds another task of that case"
    assert board(store, stage="screening", language="uz") == set()
    assert board(store, stage="screening", language="ky") == {early}


def test_an_open_offer_must_be_of_the_same_task_too(store: Store, two: tuple[str, str]) -> None:
    early, _ = two
    with store.reading() as session:
        arrival = open_task(session, early, "shelter_arrival")
    assert board(store, stage="shelter_arrival", waiting=SHELTER) == {early}
    assert board(store, stage="shelter_arrival", unopened=True) == {early} == board(store, lane="shelter", urgent=True)
    for word in ({"waiting": SHELTER}, {"unopened": True}):
        assert board(store, stage="screening", **word) == set() == board(store, agency=OFFICER, **word)
        assert board(store, lane=arrival.lane, urgent=True, assignee="nobody", **word) == {early}
    with store.transaction() as session:
        by = actor(session, SHELTER)
        offer = next(o for o in open_offers(session, early, "shelter_arrival") if o.receiver_id == by.agency_id)
        handoffs.open_card(session, offer.id, by=by)
    assert board(store, unopened=True) == {early}, "another shelter was asked as well, and has not looked"
    assert board(store, waiting=SHELTER) == {early} and board(store, waiting=SHELTER, unopened=True) == set()


def test_by_who_has_taken_it(store: Store, two: tuple[str, str]) -> None:
    early, late = two
    with store.transaction() as session:
        tasks.claim(session, open_task(session, late, "case_plan").id, by=actor(session, COORDINATOR))
        user = actor(session, COORDINATOR).user_id
    assert board(store, assignee="me") == {late} == board(store, assignee=user)
    assert board(store, stage="case_plan", assignee="nobody") == set()
    assert board(store, stage="screening", assignee="nobody") == {early}
    assert worklist(store, COORDINATOR, assignee="me") == ["case_plan"]
    assert worklist(store, SHELTER, assignee="nobody") == ["stay_review"]


def test_by_clock(store: Store, two: tuple[str, str]) -> None:
    _, late = two
    assert board(store, clock=Due.LATE) == set()
    assert late in board(store, clock=Due.WEEK, stage="case_plan")
    with ahead(timedelta(days=4)):
        assert late in board(store, clock=Due.LATE) and worklist(store, COORDINATOR, clock=Due.LATE) == ["case_plan"]
        assert board(store, clock=Due.WEEK, stage="case_plan") == set(), "what is late is not due within a week"


def test_today_ends_at_midnight_where_the_country_is(store: Store, two: tuple[str, str], monkeypatch) -> None:
    _, late = two
    with store.reading() as session:
        due = open_task(session, late, "case_plan").due_at
    assert due is not None
    for before, found in ((timedelta(minutes=1), True), (timedelta(days=1, minutes=1), False)):
        monkeypatch.setattr(clock, "now", lambda before=before: due - before)
        assert (late in board(store, clock=Due.TODAY, stage="case_plan")) is found
        assert late in board(store, clock=Due.WEEK, stage="case_plan")


def test_each_word_of_the_worklist_finds_its_duties(store: Store, two: tuple[str, str]) -> None:
    assert worklist(store, OFFICER, stage="screening") == ["screening"]
    assert worklist(store, OFFICER, lane="first_responder", language="ky", region="osh")[0] == "screening"
    assert worklist(store, OFFICER, language="kk") == worklist(store, OFFICER, region="bishkek") == []
    assert worklist(store, SHELTER, stage="stay_review") == ["stay_review"] == worklist(store, SHELTER, language="uz")
    assert worklist(store, SHELTER, urgent=True) == worklist(store, SHELTER, stage="stay_review", urgent=True)


def test_a_page_does_not_shift_when_something_new_comes(store: Store) -> None:
    old = [make_case(store) for _ in range(5)]
    with store.reading() as session:
        by = actor(session, COORDINATOR)
        first = cases.board(session, by=by, limit=2)
    new = make_case(store)
    with store.reading() as session:
        rest = cases.board(session, by=by, after=first.after, limit=10)
        again = {case.reference for case in [*first.cases, *rest.cases]}
    assert again == set(old) and new not in again


def test_rows_of_one_moment_are_each_shown_once(store: Store, times) -> None:
    made = {make_case(store) for _ in range(5)}
    found: list[str] = []
    after = None
    with store.reading() as session:
        moments = {case.opened_at for case in session.exec(select(Case).where(col(Case.reference).in_(made))).all()}
        assert len(moments) == 1, "all were opened in the same moment"
        while True:
            page = cases.board(session, by=actor(session, COORDINATOR), after=after, limit=2)
            found += [case.reference for case in page.cases]
            after = page.after
            if after is None:
                break
    assert sorted(found) == sorted(made)


def test_a_view_keeps_codes_and_nothing_else(store: Store) -> None:
    with store.transaction() as session:
        by = actor(session, COORDINATOR)
        query = "region=osh&stage=screening&name=Aida&after=2026~x&text=secret&language=aigul_996555&lane=Aigul"
        view = views.save(session, "board", query, by=by)
        assert view.query == "stage=screening&region=osh"
        session.flush()
        assert views.save(session, "board", "stage=screening&region=osh", by=by).id == view.id, "it is kept once"
        assert [v.query for v in views.of_person(session, "board", by=by)] == ["stage=screening&region=osh"]
        assert views.of_person(session, "worklist", by=by) == []
        for page, words in (("nowhere", "region=osh"), ("board", ""), ("board", "stage=Aigul&name=Aida")):
            with pytest.raises(Invalid):
                views.save(session, page, words, by=by)
        steps = sorted(selections.known(session, by=by).codes()["stage"])
        for element in steps[:19]:
            views.save(session, "board", f"stage={element}", by=by)
            session.flush()
        with pytest.raises(Invalid):
            views.save(session, "board", f"stage={steps[20]}", by=by)


def test_a_view_is_its_owners(store: Store) -> None:
    with store.transaction() as session:
        view = views.save(session, "board", "assignee=me", by=actor(session, COORDINATOR))
        session.flush()
        with pytest.raises(NotFound):
            views.remove(session, view.id, by=actor(session, f"{COORDINATOR}_2"))
        views.remove(session, view.id, by=actor(session, COORDINATOR))
        session.flush()
        assert views.of_person(session, "board", by=actor(session, COORDINATOR)) == []
