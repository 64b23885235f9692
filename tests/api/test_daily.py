"""Daily life by the API: the same litany for its acts, and agencies without an account spoken for."""

from dataclasses import dataclass
from typing import Any

import pytest
from sqlmodel import col, func, select

from engine import audit, changes, clock
from engine.actor import SYSTEM
from engine.models.people import Agency, Reach, User
from engine.models.records import AuditEntry
from tests.api.client import ROOT, Cast, refused
from tests.api.scene import filled
from tests.api.test_litany import Act, check_bodies, check_once, check_preconditions, check_strangers
from tests.people import actor
from tests.times import Times

HEARD = {"channel": "phone", "said_by": "the duty doctor", "happened_at": "2026-03-02T09:00:00+06:00"}


@dataclass
class Daily:
    """What there is: two open cases and a closed one, colleagues of one desk, agencies, a link, something entered."""

    first: str
    second: str
    third: str
    closed: str
    link: str
    relay: str
    offer: str
    boss: str
    deputy: str
    agencies: dict[str, str]
    gone: str
    home: str


ENTRY: dict[str, Any] = {
    "region": "osh", "roles": ["service_provider"], "services": ["medical"], "reach": "letter", "phone": "112",
}  # fmt: skip
ACTS: dict[str, Act] = {
    "settle": Act(
        lambda s: f"/relays/{s.relay}/answer", "health", lambda s: {"state": "confirmed"},
        outsider="shelter_osh", wrong_role="police_osh", matches=False,
    ),
    "print": Act(lambda s: "/forms/screening/sheets", "police_osh", matches=False, status=201),
    "leave": Act(
        lambda s: f"/colleagues/{s.boss}/leave", "coordinator_osh",
        lambda s: {"start": "2026-03-02T00:00:00Z", "until": "2027-03-05T00:00:00Z", "deputy": s.deputy},
        outsider="police_osh", matches=False,
    ),
    "hand all": Act(
        lambda s: f"/colleagues/{s.boss}/tasks", "coordinator_osh", lambda s: {"to": s.deputy},
        outsider="police_osh", matches=False,
    ),
    "deactivate": Act(
        lambda s: f"/colleagues/{s.deputy}/deactivation", "coordinator_osh", outsider="police_osh", matches=False
    ),
    "reactivate": Act(
        lambda s: f"/colleagues/{s.gone}/reactivation", "coordinator_osh", outsider="police_osh", matches=False
    ),
    "enter places": Act(
        lambda s: f"/directory/{s.home}/places", "coordinator_osh",
        lambda s: {"kind": "women", "total": 3, "behalf": HEARD | {"happened_at": clock.now().isoformat()}},
        outsider="coordinator_bishkek", matches=False,
    ),
    "profile": Act(
        lambda s: "/agency/profile", "shelter_osh", lambda s: {"phone": "112", "hours": "at night"}, matches=False
    ),
    "places": Act(
        lambda s: "/agency/places", "shelter_osh", lambda s: {"kind": "women", "total": 3}, matches=False
    ),
    "rename": Act(
        lambda s: f"/directory/{s.agencies['shelter_osh']}/name", "coordinator_national", lambda s: {"name": "Home"},
        wrong_role="coordinator_osh", matches=False,
    ),
    "add an agency": Act(
        lambda s: "/directory", "coordinator_national", lambda s: {"name": "Court of Osh"} | ENTRY,
        wrong_role="coordinator_osh", matches=False, status=201,
    ),
    "change an agency": Act(
        lambda s: f"/directory/{s.agencies['health']}/entry", "coordinator_national", lambda s: ENTRY,
        wrong_role="coordinator_osh", matches=False,
    ),
    "suspend": Act(
        lambda s: f"/directory/{s.agencies['shelter_osh']}/suspension", "coordinator_national",
        wrong_role="coordinator_osh", matches=False,
    ),
    "resume": Act(
        lambda s: f"/directory/{s.agencies['hotline']}/resumption", "coordinator_national",
        wrong_role="coordinator_osh", matches=False,
    ),
    "close": Act(
        lambda s: f"/directory/{s.agencies['shelter_osh']}/closure", "coordinator_national",
        lambda s: {"successor": s.agencies["shelter_bishkek"]}, wrong_role="coordinator_osh", matches=False,
    ),
    "several": Act(
        lambda s: "/incidents", "police_osh", lambda s: {"count": 2, "region": "osh"}, wrong_role="shelter_osh",
        matches=False, status=201,
    ),
    "link": Act(
        lambda s: f"/cases/{s.first}/links", "coordinator_osh", lambda s: {"other": s.third},
        outsider="coordinator_bishkek", wrong_role="police_osh", matches=False, status=201,
    ),
    "undo": Act(
        lambda s: f"/links/{s.link}/undoing", "coordinator_osh", outsider="coordinator_bishkek",
        wrong_role="police_osh", matches=False,
    ),
    "episode": Act(
        lambda s: f"/cases/{s.closed}/episodes", "coordinator_osh", outsider="coordinator_bishkek", matches=False,
        status=201,
    ),
}  # fmt: skip


@pytest.fixture
def daily(cast: Cast, training: None) -> Daily:
    """Everything the acts are about."""
    opened = [_opened(cast, **changes) for changes in ({"shelter_now": "no"}, {}, {}, {})]
    coordinator = cast["coordinator_osh"]
    first, second, third, closed = opened
    _close(cast, closed)
    link = coordinator.post(f"/cases/{first}/links", {"other": second}).json()["id"]
    offer = _offer(cast, first, "health")
    _speak(cast, offer)
    with cast.store.reading() as session:
        agencies = {a.code: a.id for a in session.exec(select(Agency)).all()}
        people = {u.login: u.id for u in session.exec(select(User)).all()}
    national = cast["coordinator_national"]
    assert national.post(f"/directory/{agencies['hotline']}/suspension").status_code == 200
    return Daily(
        first, second, third, closed, link, cast["health"].read("/relays")["unconfirmed"][0]["id"], offer,
        people["coordinator_osh"], people["coordinator_osh_2"], agencies, _gone(cast), _home(cast),
    )  # fmt: skip


def _gone(cast: Cast) -> str:
    """Somebody of the coordinator's desk who has gone."""
    given = {"login": "gone_one", "name": "Gone Example", "duties": ["caseworker"], "language": "en"}
    added: str = cast["coordinator_osh"].post("/colleagues", given).json()["colleague"]["id"]
    assert cast["coordinator_osh"].post(f"/colleagues/{added}/deactivation").status_code == 200
    return added


def _home(cast: Cast) -> str:
    """A house in Osh without an account."""
    entry = ENTRY | {"name": "Home by letter", "roles": ["shelter"], "services": ["shelter"]}
    made: str = cast["coordinator_national"].post("/directory", entry).json()["id"]
    return made


def _opened(cast: Cast, **changes: Any) -> str:
    answer = cast["police_osh"].post("/cases", {"intake": filled("intake", **changes)})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["reference"])


def _close(cast: Cast, reference: str) -> None:
    with cast.store.transaction() as session:
        changes.opened_in_error(session, reference, reason="duplicate", by=actor(session, "coordinator_osh"))


def _offer(cast: Cast, reference: str, login: str) -> str:
    agency = cast[login].read("/me")["agency"]["id"]
    offers = cast["coordinator_osh"].read(f"/cases/{reference}")["handoffs"]
    return next(str(o["id"]) for o in offers if o["receiver"]["id"] == agency)


def _speak(cast: Cast, offer: str) -> None:
    behalf = HEARD | {"happened_at": cast["police_osh"].read(f"/handoffs/{offer}")["offered_at"]}
    answer = cast["police_osh"].act(f"/handoffs/{offer}/acceptance", {"behalf": behalf})
    assert answer["state"] == "accepted"


@pytest.mark.parametrize("name", ACTS)
def test_an_act_is_done_once_by_whom_it_belongs_to(name: str, cast: Cast, daily: Daily) -> None:
    act = ACTS[name]
    path, body, script = act.path(daily), act.body(daily), cast[act.by]  # type: ignore[arg-type]
    before = _entries(cast)
    check_strangers(cast, act, path, body, {})
    check_preconditions(script, act, path, body)
    check_bodies(script, act, path, body, {})
    assert _entries(cast) == before, "a refused act leaves no trace"
    check_once(script, act, path, body, {})
    assert _entries(cast) > before or name == "hand all"  # nothing was in hand


def _entries(cast: Cast) -> int:
    with cast.store.reading() as session:
        quiet = ("token.issued",)
        return session.exec(select(func.count()).where(col(AuditEntry.action).not_in(quiet))).one()


def _without_account(cast: Cast, code: str) -> None:
    with cast.store.transaction() as session:
        agency = session.exec(select(Agency).where(Agency.code == code)).one()
        agency.reach = Reach.LETTER
        session.add(agency)
        audit.record(session, "agency.changed", agency, by=SYSTEM)


@pytest.fixture
def spoken(cast: Cast, times: Times) -> tuple[str, str]:
    """A clinic reached by letter has accepted; the case and the task."""
    _without_account(cast, "health")
    reference = _opened(cast, shelter_now="no")
    police = cast["police_osh"]
    offer = police.read("/relays")["to_carry"][0]
    assert police.read(f"/handoffs/{offer['id']}/letter")["reference"] == reference
    police.act(f"/handoffs/{offer['id']}/acceptance", {"behalf": HEARD})
    (task,) = police.read("/relays")["to_enter"]
    return reference, str(task["id"])


def test_an_agency_is_spoken_for_and_confirms_it(cast: Cast, spoken: tuple[str, str]) -> None:
    reference, task = spoken
    behalf = HEARD | {"channel": "letter", "paper": "folder 7"}
    etag = cast["coordinator_osh"].get(f"/tasks/{task}").headers["etag"]
    answers = filled("service_first_contact")
    done = cast["police_osh"].post(f"/tasks/{task}/completion", {"answers": answers, "behalf": behalf}, if_match=etag)
    assert done.status_code == 200, done.text
    told = cast["coordinator_osh"].read(f"/cases/{reference}/timeline")["sentences"]
    entered = [line for line in told if line["action"] == "task.completed" and line["on_behalf_of"]]
    assert [(line["on_behalf_of"], line["entered_by"]) for line in entered] == [
        ("Family medicine centre", "Police of Osh, unit against trafficking")
    ]
    assert entered[0]["happened_at"].startswith("2026-03-02T03:00")
    waiting = cast["health"].read("/relays")["unconfirmed"]
    assert [(one["channel"], one["paper"]) for one in waiting] == [("phone", ""), ("letter", "folder 7")]
    answer = cast["health"].act(f"/relays/{waiting[1]['id']}/answer", {"state": "disputed"})
    assert answer["state"] == "disputed"
    assert "disputed" in {alarm["kind"] for alarm in cast["coordinator_osh"].read("/alarms")["items"]}


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"channel": "letter"}, "/behalf/paper"),
        ({"happened_at": "2026-03-09T09:00:00Z"}, "/behalf/happened_at"),
        ({"happened_at": "2026-03-01T09:00:00"}, "/behalf/happened_at"),
        ({"said_by": " "}, "/behalf/said_by"),
    ],
)
def test_what_is_missing_is_named(cast: Cast, spoken: tuple[str, str], changes: dict[str, str], pointer: str) -> None:
    task = spoken[1]
    etag = cast["coordinator_osh"].get(f"/tasks/{task}").headers["etag"]
    body = {"answers": filled("service_first_contact"), "behalf": HEARD | changes}
    problem = refused(cast["police_osh"].post(f"/tasks/{task}/completion", body, if_match=etag), 422, "invalid")
    assert [error["pointer"] for error in problem["errors"]] == [pointer]


def test_nobody_else_speaks_for_it(cast: Cast, spoken: tuple[str, str]) -> None:
    body = {"answers": filled("service_first_contact"), "behalf": HEARD}
    for login in ("shelter_osh", "coordinator_bishkek", "auditor"):
        refused(cast[login].post(f"/tasks/{spoken[1]}/completion", body, if_match='"2"'), 404, "not-found")


def test_a_sheet_is_entered_once(cast: Cast, training: None) -> None:
    police = cast["police_osh"]
    code = police.post("/forms/rights_and_consent/sheets").json()["code"]
    answers = {"answers": filled("rights_and_consent"), "sheet": code.lower()}
    tasks = []
    for _ in range(2):
        _opened(cast, shelter_now="no", urgent_needs=[])
        owed = [task for task in police.read("/tasks")["items"] if task["form"] == "rights_and_consent"]
        tasks.append(owed[0]["id"])
        police.act(f"/tasks/{tasks[-1]}/claim")
    wrong = police.post(
        f"/tasks/{tasks[0]}/completion", answers | {"sheet": "K7TX"},
        if_match=police.get(f"/tasks/{tasks[0]}").headers["etag"],
    )  # fmt: skip
    assert [error["pointer"] for error in refused(wrong, 422, "invalid")["errors"]] == ["/sheet"]
    police.act(f"/tasks/{tasks[0]}/completion", answers)
    second = police.post(
        f"/tasks/{tasks[1]}/completion", answers, if_match=police.get(f"/tasks/{tasks[1]}").headers["etag"]
    )
    assert "already entered" in refused(second, 409, "conflict")["detail"]
    assert police.read(f"/sheets/{code}")["task_id"] == tasks[0]
    assert cast["coordinator_osh"].read(f"/sheets/{code}")["task_id"] == tasks[0], "who steers the case"
    for stranger in ("shelter_osh", "border_guard", "coordinator_bishkek", "auditor"):
        refused(cast[stranger].get(f"/sheets/{code}"), 404, "not-found")
    refused(police.get("/sheets/K7TX-9CDQ-9"), 404, "not-found")


def test_a_password_is_told_once(cast: Cast, training: None) -> None:
    shelter = cast["shelter_osh"]
    body = {"login": "newcomer", "name": "New Example", "duties": ["caseworker"]}
    joined = shelter.post("/colleagues", body).json()
    assert cast.sign_in("newcomer", joined["password"]).read("/me")["agency"]["name"] == "Ak-Jol shelter, Osh"
    refused(shelter.post("/colleagues", body), 422, "invalid")
    refused(cast["newcomer"].post("/colleagues", body | {"login": "another"}), 403, "not-allowed")
    refused(cast["auditor"].get("/colleagues"), 404, "not-found")


def test_a_late_entry_keeps_both_times(cast: Cast, times: Times) -> None:
    reference = _opened(cast, shelter_now="no")
    times.go_on(hours=3)
    offer = _offer(cast, reference, "health")
    health = cast["health"]
    etag = [health.get(f"/handoffs/{offer}").headers["etag"] for _ in range(2)][1]
    future = health.post(f"/handoffs/{offer}/acceptance", {"happened_at": "2026-03-03T00:00:00Z"}, if_match=etag)
    assert [e["pointer"] for e in refused(future, 422, "invalid")["errors"]] == ["/happened_at"]
    both = health.post(
        f"/handoffs/{offer}/acceptance", {"happened_at": "2026-03-02T04:30:00Z", "behalf": HEARD}, if_match=etag
    )
    refused(both, 422, "invalid")
    accepted = health.act(f"/handoffs/{offer}/acceptance", {"happened_at": "2026-03-02T04:30:00Z"})
    assert accepted["answered_at"].startswith("2026-03-02T04:30")


def test_an_agency_is_added_and_gets_its_first_manager(cast: Cast, training: None) -> None:
    national = cast["coordinator_national"]
    made = national.post("/directory", {"name": "Court of Osh"} | ENTRY).json()
    assert (made["reach"], made["roles"], made["active"]) == ("letter", ["service_provider"], True)
    body = {"login": "court_1", "name": "C. Example"}
    path = f"/directory/{made['id']}/manager"
    refused(cast["coordinator_osh"].post(path, body), 403, "not-allowed")
    told = national.post(path, body).json()
    assert told["login"] == "court_1" and len(told["password"]) > 12
    assert (
        cast.client.post(f"{ROOT}/tokens", json={"login": "court_1", "password": told["password"]}).status_code == 201
    )
    refused(national.post(path, body | {"login": "court_2"}), 409, "conflict")
    wrong = national.post("/directory", {"name": "Court"} | ENTRY | {"region": "mars"})
    assert refused(wrong, 422, "invalid")["errors"][0]["pointer"] == "/region"
