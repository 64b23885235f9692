"""Every act, by the same litany: works once and only once; refused for whom, for what and how."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from sqlmodel import col, func, select

from engine.models.records import AuditEntry
from tests.api.client import Cast, Script, refused
from tests.api.scene import Scene, filled, set_up


@dataclass(frozen=True)
class Act:
    """One act: who may, who sees it and may not, and who must not even know of it."""

    path: Callable[[Scene], str]
    by: str
    body: Callable[[Scene], Any] = lambda scene: None
    outsider: str = ""
    wrong_role: str = ""
    matches: bool = True
    status: int = 200
    needed: bool = True  # whether a body is needed at all


ACTS = {
    "claim": Act(
        lambda s: f"/tasks/{s.free_task}/claim", "police_osh", outsider="attorney", wrong_role="coordinator_osh"
    ),
    "release": Act(
        lambda s: f"/tasks/{s.rights}/release", "police_osh", outsider="health", wrong_role="coordinator_osh"
    ),
    "assign": Act(
        lambda s: f"/tasks/{s.free_task}/assignment", "police_osh", lambda s: {"person": s.person},
        outsider="shelter_osh",
    ),
    "complete": Act(
        lambda s: f"/tasks/{s.rights}/completion", "police_osh",
        lambda s: {"answers": filled("rights_and_consent")}, outsider="iom", wrong_role="coordinator_national",
    ),
    "depart": Act(
        lambda s: f"/tasks/{s.arrival_task}/departure", "police_osh", lambda s: {"escort": "police"},
        outsider="shelter_osh", matches=False,
    ),
    "arrive": Act(
        lambda s: f"/tasks/{s.arrival_task}/arrival", "shelter_bishkek", lambda s: {"condition": "well"},
        outsider="shelter_osh", wrong_role="police_osh",
    ),
    "offer": Act(
        lambda s: f"/tasks/{s.service_task}/offers", "coordinator_osh", lambda s: {"agency": s.agency},
        outsider="coordinator_bishkek", wrong_role="police_osh", status=201,
    ),
    "offer_again": Act(lambda s: f"/tasks/{s.lost_task}/offers/again", "coordinator_osh", outsider="attorney"),
    "accept": Act(
        lambda s: f"/handoffs/{s.shelter_offer}/acceptance", "shelter_osh", lambda s: {"over_capacity": None},
        outsider="ngo_osh", wrong_role="police_osh", needed=False,
    ),
    "decline": Act(
        lambda s: f"/handoffs/{s.service_offer}/refusal", "health", lambda s: {"reason": "no_capacity"},
        outsider="hotline", wrong_role="coordinator_osh",
    ),
    "acknowledge": Act(
        lambda s: f"/alarms/{s.alarm}/acknowledgement", "coordinator_national",
        lambda s: {"behalf": None}, outsider="police_osh", wrong_role="coordinator_osh", matches=False, needed=False,
    ),
    "consent": Act(
        lambda s: f"/cases/{s.reference}/consents", "police_osh",
        lambda s: {"purpose": "services", "answer": "given", "interpreter": "A. Interpreter"},
        outsider="attorney", matches=False, status=201,
    ),
    "message": Act(
        lambda s: f"/cases/{s.reference}/messages", "coordinator_osh",
        lambda s: {"name": "case_opened", "payload": {"whereabouts": "abroad"}},
        outsider="coordinator_bishkek", wrong_role="police_osh", matches=False, status=202,
    ),
    "open": Act(
        lambda s: "/cases", "ngo_osh", lambda s: {"region": "osh"}, wrong_role="shelter_osh", matches=False, status=201,
        needed=False,
    ),
    "clock": Act(lambda s: "/clock", "attorney", lambda s: {"hours": 1}, matches=False),
}  # fmt: skip


@pytest.fixture
def scene(cast: Cast, training: None) -> Scene:
    """A case in the middle of things."""
    return set_up(cast)


@pytest.mark.parametrize("name", ACTS)
def test_an_act_is_done_once_by_whom_it_belongs_to(name: str, cast: Cast, scene: Scene) -> None:
    act = ACTS[name]
    path, body, script = act.path(scene), act.body(scene), cast[act.by]
    match = _match(cast, act, path)
    before = entries(cast)
    check_strangers(cast, act, path, body, match)
    check_preconditions(script, act, path, body)
    check_bodies(script, act, path, body, match)
    assert entries(cast) == before, "a refused act leaves no trace"
    check_once(script, act, path, body, match)
    assert entries(cast) > before or name == "clock"


def entries(cast: Cast) -> int:
    """How much has been done to cases."""
    with cast.store.reading() as session:
        return session.exec(select(func.count()).where(col(AuditEntry.case_id).is_not(None))).one()


def _match(cast: Cast, act: Act, path: str) -> dict[str, str]:
    """The precondition that the act needs; reading an offer opens it, so it is read twice."""
    if not act.matches:
        return {}
    owner = "/".join(path.split("/")[:3])
    return {"if_match": cast[act.by].get(owner).headers["etag"]}


def check_strangers(cast: Cast, act: Act, path: str, body: Any, match: dict[str, str]) -> None:
    """Who has no token, who must not know, and who may not."""
    nobody = Script(cast.client, "", "nrm_unknown")
    refused(nobody.post(path, body, **match), 401, "signed-out")
    nobody.headers.clear()
    answer = nobody.post(path, body, **match)
    refused(answer, 401, "signed-out")
    assert answer.headers["www-authenticate"].startswith("Bearer")
    if act.outsider:
        refused(cast[act.outsider].post(path, body, **match), 404, "not-found")
    if act.wrong_role:
        refused(cast[act.wrong_role].post(path, body, **match), 403, "not-allowed")


def check_preconditions(script: Script, act: Act, path: str, body: Any) -> None:
    """The revision that was read must be sent, and must be the present one."""
    if not act.matches:
        return
    refused(script.post(path, body), 428, "revision-required")
    refused(script.post(path, body, if_match='"9999"'), 412, "stale")
    for broken in ("3", "*", 'W/"3"', '"a"', '"1", "2"', '""'):
        refused(script.post(path, body, if_match=broken), 400, "malformed")


def check_bodies(script: Script, act: Act, path: str, body: Any, match: dict[str, str]) -> None:
    """What is not one JSON document of the right shape."""
    send = script.client.post
    address = f"http://testserver/api/v1{path}"
    headers = script.headers | {"If-Match": match.get("if_match", '"1"')}
    json = headers | {"Content-Type": "application/json"}
    refused(send(address, headers=headers | {"Content-Type": "text/plain"}, content=b"{}"), 415, "not-json")
    refused(send(address, headers=json, content=b"{" + b" " * 300_000 + b"}"), 413, "too-large")
    unknown = (body or {}) | {"surprise": 1}
    if body is None:
        refused(script.post(path, unknown, **match), 400, "malformed")
        return
    problem = refused(script.post(path, unknown, **match), 422, "invalid")
    assert {error["pointer"] for error in problem["errors"]} == {"/surprise"}
    for broken in (b"{", b'{"a": NaN}', b'"\\ud800"', b"\xff", b"[" * 2000 + b"]" * 2000):
        refused(send(address, headers=json, content=broken), 400, "malformed")
    for wrong in ([], "text", 7, {k: {"deep": [1]} for k in body}, dict.fromkeys(body, "\x00")):
        refused(script.post(path, wrong, **match), 422, "invalid")
    if act.needed:
        refused(script.post(path, **match), 422, "invalid")


def check_once(script: Script, act: Act, path: str, body: Any, match: dict[str, str]) -> None:
    """The same key gives the same answer and does nothing again; for another request it is refused."""
    for broken in ("a b", "x" * 81, "\x7f"):
        refused(script.post(path, body, idempotency_key=broken, **match), 422, "invalid")
    first = script.post(path, body, idempotency_key="once", **match)
    assert first.status_code == act.status, first.text
    again = script.post(path, body, idempotency_key="once", **match)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["idempotency-replayed"] == "true" and "idempotency-replayed" not in first.headers
    assert [first.headers.get(n) for n in ("etag", "location")] == [again.headers.get(n) for n in ("etag", "location")]
    other = "/cases" if path != "/cases" else "/clock"
    problem = refused(
        script.post(other, {"region": "osh"} if other == "/cases" else {"hours": 1}, idempotency_key="once"),
        422,
        "key-reused",
    )
    assert "new key" in problem["detail"]
    if act.matches:
        late = script.post(path, body, idempotency_key="later", **match)
        assert late.json()["type"] in ("urn:nrm:problem:stale", "urn:nrm:problem:conflict"), late.text
