"""What a page costs the store does not grow with what is in it."""

from collections.abc import Callable

from sqlalchemy import event

from engine.database import Store
from engine.demo.story import WOMAN_IN_OSH
from tests.factories import case_at, make_case, open_task, valid_answers
from tests.people import COORDINATOR, OFFICER, SOCIAL_WORKER, Browser, Crew

COMPLETION = 15  # the most statements a completion may take


def counted(store: Store, do: Callable[[], object]) -> int:
    """How many statements something takes."""
    found: list[str] = []

    def note(connection: object, cursor: object, statement: str, *more: object) -> None:
        if statement.split()[0] in ("SELECT", "INSERT", "UPDATE", "DELETE"):
            found.append(statement)

    event.listen(store.database, "before_cursor_execute", note)
    try:
        do()
    finally:
        event.remove(store.database, "before_cursor_execute", note)
    return len(found)


def page(store: Store, browser: Browser, path: str) -> int:
    """How many statements a page takes, once it has been shown."""
    browser.page(path)
    return counted(store, lambda: browser.page(path))


def test_the_worklist(crew: Crew, store: Store) -> None:
    case_at(store, "stay_review", "shelter_arrival", "screening")
    few = {login: page(store, crew[login], "/worklist") for login in (OFFICER, SOCIAL_WORKER, COORDINATOR)}
    for _ in range(4):
        case_at(store, "stay_review", "shelter_arrival", "screening")
    many = {login: page(store, crew[login], "/worklist") for login in few}
    assert many == few
    assert max(many.values()) <= 14


def test_the_case_page(crew: Crew, store: Store) -> None:
    early, late = make_case(store), case_at(store, "closure_proposal", answers=WOMAN_IN_OSH)
    coordinator = crew[COORDINATOR]
    assert page(store, coordinator, f"/cases/{late}") <= page(store, coordinator, f"/cases/{early}") + 4
    assert page(store, coordinator, f"/cases/{late}") <= 22


def test_the_board(crew: Crew, store: Store) -> None:
    make_case(store)
    few = page(store, crew[COORDINATOR], "/cases")
    for _ in range(5):
        case_at(store, "screening", "shelter_arrival")
    assert page(store, crew[COORDINATOR], "/cases") == few <= 12


def test_a_selection_costs_no_more_than_the_whole(crew: Crew, store: Store) -> None:
    case_at(store, "stay_review", "shelter_arrival", "screening")
    for login in (OFFICER, SOCIAL_WORKER):
        whole = page(store, crew[login], "/worklist")
        for word in ("agency=police_osh", "waiting=shelter_osh", "region=osh&language=uz&lane=shelter", "region=zz"):
            assert page(store, crew[login], f"/worklist?{word}") <= whole, word
        assert page(store, crew[login], "/worklist?given=x") <= whole


def test_a_story_costs_no_more_when_it_goes_on(crew: Crew, store: Store) -> None:
    case = case_at(store, "closure_proposal", answers=WOMAN_IN_OSH)
    newest = page(store, crew[COORDINATOR], f"/cases/{case}")
    assert page(store, crew[COORDINATOR], f"/cases/{case}?before=40") <= newest


def test_a_completion(crew: Crew, store: Store) -> None:
    worker = crew[SOCIAL_WORKER]
    case = case_at(store, "stay_care_plan", "rights_and_consent")
    with store.reading() as session:
        task = f"/tasks/{open_task(session, case, 'stay_care_plan').id}"
        answers = valid_answers(session, task, SOCIAL_WORKER)
    worker.act(task, f"{task}/claim")
    form = worker.get(f"{task}/form").headers["location"]
    fields = worker.hidden(form, f"{task}/completion") | answers
    before = counted(store, lambda: worker.post(f"{task}/completion", fields))
    assert worker.get(f"{task}/form").status_code == 409
    assert before <= COMPLETION
