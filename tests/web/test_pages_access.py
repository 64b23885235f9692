"""What may not be seen does not exist; what may not be done says why; looking changes nothing."""

import re
from typing import Any

import pytest
from sqlmodel import Session, SQLModel, select

from engine.database import Store
from engine.models.people import SignIn
from engine.models.records import Setting
from engine.models.work import Deadline, DeadlineKind, Handoff
from tests.factories import case_at, open_offers, open_task
from tests.people import ATTORNEY, AUDITOR, COORDINATOR, OFFICER, OUTSIDER, SOCIAL_WORKER, Crew

OTHER_COORDINATOR = "coordinator_bishkek"
UNKNOWN = "0" * 32


@pytest.fixture
def scene(store: Store) -> dict[str, str]:
    """A case with an open offer, a task on a desk, a task awaiting an answer, and a running clock."""
    case = case_at(store, "shelter_arrival", "screening", answers={"urgent_needs": []})
    with store.reading() as session:
        awaiting, desk = open_task(session, case, "shelter_arrival"), open_task(session, case, "screening")
        handoff = open_offers(session, case, "shelter_arrival")[0]
        query = select(Deadline.id).where(Deadline.about_id == desk.id, Deadline.kind == DeadlineKind.DUTY)
        clock = session.exec(query).one()
    return {"case": case, "awaiting": awaiting.id, "desk": desk.id, "handoff": handoff.id, "clock": clock}


PAGES = [
    "/cases/{case}",
    "/tasks/{desk}",
    "/tasks/{desk}/form",
    "/tasks/{desk}/form/people",
    "/tasks/{desk}/check",
    "/tasks/{awaiting}/route",
    "/handoffs/{handoff}",
]
ACTS = [
    "/tasks/{desk}/claim",
    "/tasks/{desk}/release",
    "/tasks/{desk}/assignment",
    "/tasks/{desk}/draft",
    "/tasks/{desk}/completion",
    "/tasks/{desk}/form/people",
    "/tasks/{awaiting}/departure",
    "/tasks/{awaiting}/arrival",
    "/tasks/{awaiting}/offers",
    "/tasks/{awaiting}/offers/again",
    "/handoffs/{handoff}/acceptance",
    "/handoffs/{handoff}/refusal",
    "/cases/{case}/consents",
    "/deadlines/{clock}/extension",
]
FIELDS = {
    "revision": "1",
    "section": "people",
    "escort": "giver",
    "condition": "well",
    "reason": "no_capacity",
    "agency": UNKNOWN,
    "answer": "given",
    "purpose": "shelter",
}


@pytest.mark.parametrize("login", [OUTSIDER, ATTORNEY, OTHER_COORDINATOR])
def test_for_an_outsider_nothing_of_a_case_exists(crew: Crew, scene: dict[str, str], login: str) -> None:
    outsider = crew[login]
    fields = FIELDS | {"csrf": outsider.csrf()}
    for path in PAGES:
        assert outsider.get(path.format(**scene)).status_code == 404, path
    for path in ACTS:
        assert outsider.post(path.format(**scene), fields).status_code == 404, path


def test_what_is_not_there_looks_the_same(crew: Crew, scene: dict[str, str]) -> None:
    outsider = crew[OUTSIDER]
    nowhere = dict.fromkeys(scene, UNKNOWN)
    for path in PAGES:
        hidden, missing = outsider.get(path.format(**scene)), outsider.get(path.format(**nowhere))
        assert hidden.status_code == missing.status_code, path
        assert _without_address(hidden.text, scene) == _without_address(missing.text, nowhere), path


def _without_address(text: str, ids: dict[str, str]) -> str:
    for one in ids.values():
        text = text.replace(one, "…")
    return text


def test_the_auditor_opens_no_case(crew: Crew, scene: dict[str, str]) -> None:
    for path in PAGES:
        assert crew[AUDITOR].get(path.format(**scene)).status_code == 404, path


@pytest.mark.parametrize("path", ["/audit", "/audit/cases/A-0123456789"])
def test_only_auditors_see_the_record(crew: Crew, path: str) -> None:
    for login in (OFFICER, COORDINATOR):
        assert crew[login].get(path).status_code == 404
    assert crew[OFFICER].post("/audit/verification", {"csrf": crew[OFFICER].csrf()}).status_code == 404


def test_a_wrong_role_is_told_why(crew: Crew, scene: dict[str, str]) -> None:
    officer, worker = crew[OFFICER], crew[SOCIAL_WORKER]
    assert worker.get("/cases/new").status_code == 403
    assert worker.get("/cases").status_code == 404
    coordinator = crew[COORDINATOR]
    fields = FIELDS | {"csrf": coordinator.csrf()}
    answer = coordinator.post(f"/handoffs/{scene['handoff']}/acceptance", fields)
    assert answer.status_code in (403, 412)
    answer = officer.post(f"/tasks/{scene['awaiting']}/offers", FIELDS | {"csrf": officer.csrf()})
    assert answer.status_code in (403, 412)


def test_nobody_signed_in_is_sent_to_sign_in_and_back(crew: Crew, scene: dict[str, str]) -> None:
    stranger = crew.stranger()
    for path in PAGES:
        address = path.format(**scene)
        answer = stranger.get(address)
        assert answer.status_code == 303
        assert answer.headers["location"] == f"/sign-in?next={address.replace('/', '%2F')}"
    for path in ACTS:
        answer = stranger.post(path.format(**scene), FIELDS)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/sign-in")


def test_a_form_from_elsewhere_is_refused(crew: Crew, scene: dict[str, str], store: Store) -> None:
    officer = crew[OFFICER]
    before = _everything(store)
    for path in ["/cases", "/sign-out", "/account/tokens", "/demo/clock", *ACTS]:
        address = path.format(**scene)
        assert officer.post(address, FIELDS).status_code == 403, path
        assert officer.post(address, FIELDS | {"csrf": "x" * 32}).status_code == 403, path
        fields = FIELDS | {"csrf": officer.csrf()}
        assert officer.post(address, fields, sec_fetch_site="cross-site").status_code == 403, path
    assert _everything(store) == before


def test_looking_changes_nothing(crew: Crew, scene: dict[str, str], store: Store) -> None:
    worker = crew[SOCIAL_WORKER]
    worker.page("/worklist")
    worker.page(f"/handoffs/{scene['handoff']}")
    crew["shelter_bishkek"].page("/worklist")
    logins = (OFFICER, SOCIAL_WORKER, "shelter_bishkek", COORDINATOR, AUDITOR)
    browsers = [crew[login] for login in logins]
    before = _everything(store)
    addresses = ["/", "/worklist", "/cases", "/cases/new", "/alarms", "/directory", "/account", "/audit"]
    for browser in browsers:
        for path in addresses + PAGES:
            assert browser.get(path.format(**scene)).status_code in (200, 303, 403, 404, 409), path
    assert _everything(store) == before


def test_showing_an_offer_delivers_it_and_opening_it_is_told(crew: Crew, scene: dict[str, str], store: Store) -> None:
    worker = crew[SOCIAL_WORKER]
    states = []
    for path in ("/account", "/worklist", "/worklist", "/handoffs/{handoff}"):
        worker.page(path.format(**scene))
        with store.reading() as session:
            states.append(str(session.get_one(Handoff, scene["handoff"]).state))
    assert states == ["offered", "delivered", "delivered", "opened"]


def test_the_card_shows_no_identity_and_is_gone_afterwards(crew: Crew, scene: dict[str, str]) -> None:
    worker, card = crew[SOCIAL_WORKER], f"/handoffs/{scene['handoff']}"
    assert "Uzbek" in worker.page(card)
    worker.act(card, f"{card}/refusal", {"reason": "safety"})
    closed = worker.page(card)
    assert "Uzbek" not in closed
    assert "no longer shown" in closed


def test_an_old_page_is_stale(crew: Crew, scene: dict[str, str]) -> None:
    officer, task = crew[OFFICER], f"/tasks/{scene['desk']}"
    old = officer.hidden(task, f"{task}/claim")
    officer.act(task, f"{task}/claim")
    officer.act(task, f"{task}/release")
    answer = officer.post(f"{task}/claim", old | {"form_id": "another"})
    assert answer.status_code == 412
    assert "Open the page again" in answer.text
    assert officer.post(f"{task}/claim", {k: v for k, v in old.items() if k != "revision"}).status_code == 428


def test_sent_twice_is_one_act(crew: Crew, scene: dict[str, str], store: Store) -> None:
    worker, card = crew[SOCIAL_WORKER], f"/handoffs/{scene['handoff']}"
    fields = worker.hidden(card, f"{card}/acceptance")
    first = worker.post(f"{card}/acceptance", fields)
    between = _everything(store)
    second = worker.post(f"{card}/acceptance", fields)
    assert first.status_code == second.status_code == 303
    assert first.headers["location"] == second.headers["location"]
    assert _everything(store) == between


def test_who_comes_second_is_told(crew: Crew, scene: dict[str, str], store: Store) -> None:
    with store.reading() as session:
        offers = {h.receiver_name: f"/handoffs/{h.id}" for h in open_offers(session, scene["case"], "shelter_arrival")}
    worker, other = crew[SOCIAL_WORKER], crew["shelter_bishkek"]
    mine, theirs = offers["Ak-Jol shelter, Osh"], offers["Sezim-Ata shelter, Bishkek"]
    late = other.hidden(theirs, f"{theirs}/acceptance")
    worker.act(mine, f"{mine}/acceptance")
    answer = other.post(f"{theirs}/acceptance", late)
    assert answer.status_code in (409, 412)
    assert re.search("Open the page again|Look at the present state", answer.text)


def test_after_the_arrival_the_referrer_is_not_told_which_shelter_it_is(crew: Crew, scene: dict[str, str]) -> None:
    officer, worker = crew[OFFICER], crew[SOCIAL_WORKER]
    pages = ["/worklist", f"/cases/{scene['case']}"]
    assert all("Ak-Jol" in officer.page(page) for page in pages), "who asks must be able to call"
    worker.act(f"/handoffs/{scene['handoff']}", f"/handoffs/{scene['handoff']}/acceptance")
    assert all("Ak-Jol" in officer.page(page) for page in pages), "who brings the person must know where to"
    task = f"/tasks/{scene['awaiting']}"
    officer.act(task, f"{task}/departure", {"escort": "giver"})
    worker.act(task, f"{task}/arrival", {"condition": "well"})
    for page in [*pages, f"/handoffs/{scene['handoff']}", "/alarms", "/sheets"]:
        told = re.sub("<option.*?</option>", "", officer.page(page))  # a choice of agencies names all of them
        assert not re.search("Ak-Jol|Sezim-Ata", told), page
    for page, status in (("letter", 404), ("taking-back", 403)):
        answer = officer.get(f"/handoffs/{scene['handoff']}/{page}")
        assert answer.status_code == status and "Ak-Jol" not in answer.text, page
        assert "Ak-Jol" in crew[COORDINATOR].page(f"/handoffs/{scene['handoff']}/{page}")


def test_the_numbers_of_the_directory_do_not_tell_where_she_is(crew: Crew, scene: dict[str, str]) -> None:
    """What a referrer reads is the same before and after its own case was taken in."""

    def directory(login: str) -> str:
        return re.sub(r'\b[0-9a-f]{32}\b|(?:csrf|form_id)" value="[^"]*"', "", crew[login].page("/directory"))

    before, known = directory(OFFICER), directory(COORDINATOR)
    crew[SOCIAL_WORKER].act(f"/handoffs/{scene['handoff']}", f"/handoffs/{scene['handoff']}/acceptance")
    assert directory(OFFICER) == before and "/ 15" not in before
    assert directory(COORDINATOR) != known
    own, other = crew[SOCIAL_WORKER].page("/directory"), "Sezim-Ata"
    assert own.count('class="places"') == 1 and other in own, "a house reads its own numbers only"


def _everything(store: Store) -> dict[str, list[Any]]:
    """Every row of every table, but for sessions, which note that somebody is there."""
    with store.reading() as session:
        return {
            name: _rows(session, table)
            for name, table in SQLModel.metadata.tables.items()
            if name not in (SignIn.__tablename__, Setting.__tablename__)
        }


def _rows(session: Session, table: Any) -> list[Any]:
    return sorted((repr(tuple(row)) for row in session.connection().execute(table.select())), key=str)
