"""Everything that can be wrong with a request, apart from who sends it; and the description of the API."""

import logging
import re
import threading
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.exceptions import HTTPException

from engine import cases, errors, instances, tasks
from engine.access import signin
from engine.api import problems
from engine.database import Store
from engine.demo.agencies import PASSWORD
from engine.errors import EngineError, Unavailable
from engine.process.faults import NullResult
from tests.api.client import ROOT, Cast, refused
from tests.api.scene import filled

ROUTES = {
    "GET": "me tasks tasks/{task_id} tasks/{task_id}/choices handoffs handoffs/{handoff_id} cases cases/{reference} "
    "cases/{reference}/timeline alarms directory forms/{key} audit/cases audit/cases/{alias} audit/exceptions "
    "audit/waits clock relays handoffs/{handoff_id}/letter sheets/{code} colleagues agency directory/{agency_id} "
    "cases/{reference}/links cases/{reference}/corrections cases/{reference}/services cases/{reference}/stages "
    "tasks/{task_id}/answers tasks/{task_id}/handover views",
    "POST": "tokens cases cases/{reference}/consents cases/{reference}/messages tasks/{task_id}/claim "
    "tasks/{task_id}/release tasks/{task_id}/completion tasks/{task_id}/departure tasks/{task_id}/arrival "
    "tasks/{task_id}/assignment tasks/{task_id}/offers tasks/{task_id}/offers/again handoffs/{handoff_id}/acceptance "
    "handoffs/{handoff_id}/refusal alarms/{alarm_id}/acknowledgement audit/verification clock relays/{relay_id}/answer "
    "forms/{form}/sheets colleagues colleagues/{user_id}/deactivation colleagues/{user_id}/leave "
    "colleagues/{user_id}/return colleagues/{user_id}/tasks agency/profile agency/places directory/{agency_id}/name "
    "directory/{agency_id}/suspension directory/{agency_id}/resumption directory/{agency_id}/closure directory "
    "directory/{agency_id}/entry directory/{agency_id}/manager directory/{agency_id}/places incidents "
    "colleagues/{user_id}/reactivation "
    "cases/{reference}/links links/{link_id}/undoing cases/{reference}/episodes cases/{reference}/absence "
    "cases/{reference}/danger cases/{reference}/death cases/{reference}/leaving cases/{reference}/mistake "
    "cases/{reference}/stages cases/{reference}/withdrawal corrections/{correction_id}/verdict "
    "deadlines/{deadline_id}/extension handoffs/{handoff_id}/taking-back takeovers tasks/{task_id}/corrections "
    "tasks/{task_id}/handover tasks/{task_id}/skip tasks/{task_id}/waiver views views/{view_id}/removal",
    "PUT": "tasks/{task_id}/draft",
}
NEVER_REPEATED = (
    *("/audit/verification", "/colleagues", "/directory/{agency_id}/manager"),
)  # the one looks, the others tell a password


@pytest.fixture
def described(cast: Cast) -> dict[str, Any]:
    """The OpenAPI description; no token is needed for it."""
    found: dict[str, Any] = cast.client.get(f"{ROOT}/openapi.json").json()
    return found


def test_the_description_is_complete(described: dict[str, Any]) -> None:
    assert described["openapi"].startswith("3.1")
    found = {(m.upper(), p[1:]) for p, operations in described["paths"].items() for m in operations}
    assert found == {(method, path) for method, paths in ROUTES.items() for path in paths.split()}
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            check_operation(path, method, operation)
    assert described["servers"] == [{"url": "/api/v1"}]
    text = str(described)
    for used in set(re.findall(r"#/components/schemas/(\w+)", text)):
        assert used in described["components"]["schemas"]


def check_operation(path: str, method: str, operation: dict[str, Any]) -> None:
    """It says what it does, who may, and how it refuses."""
    assert operation["description"].endswith((".", "is made with."))
    answers = operation["responses"]
    refusals = {status for status, answer in answers.items() if problems.MEDIA_TYPE in answer.get("content", {})}
    assert refusals >= {"401", "500", "503"} and all(int(status) >= 400 for status in refusals)
    assert all(status in refusals for status in answers if int(status) >= 400)
    headers = {p["name"] for p in operation.get("parameters", ()) if p["in"] == "header"}
    if "If-Match" in headers:
        assert refusals >= {"409", "412", "428"}
    if path != "/tokens":
        assert operation["security"] == [{"HTTPBearer": []}]
        assert ("Idempotency-Key" in headers) is (method == "post" and path not in NEVER_REPEATED)


def test_every_problem_has_a_type_of_its_own() -> None:
    names = [kind.name for kind in problems.KINDS]
    assert len(set(names)) == len(names)
    for error in vars(errors).values():
        if isinstance(error, type) and issubclass(error, EngineError) and error not in (EngineError, Unavailable):
            assert 400 <= problems.problem(error()).status_code < 500
    assert problems.problem(HTTPException(413)).status_code == 413


def test_unknown_addresses_methods_and_media(cast: Cast) -> None:
    police = cast["police_osh"]
    for path in ("/nothing", "/cases/", "/tasks/0/claim/more", "/", ""):
        refused(police.get(path), 404, "not-found")
    for path in ("/tasks/none", "/tasks/" + "0" * 32, "/handoffs/NONE", "/cases/K7TX-9CDQ-4", "/cases/' or 1=1"):
        refused(police.get(path), 404, "not-found")
    for path in ("/cases/%00", "/tasks?cursor=%00"):
        refused(police.get(path), 400, "malformed")
    answer = police.send("DELETE", "/me")
    refused(answer, 405, "method-not-allowed")
    assert answer.headers["allow"] == "GET"


def test_a_wrong_password_is_refused_and_slows_down(cast: Cast) -> None:
    post = cast.client.post
    for body in ({"login": "nobody", "password": "x"}, {"login": "police_osh", "password": "x"}):
        answer = post(f"{ROOT}/tokens", json=body)
        refused(answer, 401, "signed-out")
    for _ in range(signin.MOST_FAILURES):
        answer = post(f"{ROOT}/tokens", json={"login": "police_osh", "password": "wrong"})
    answer = post(f"{ROOT}/tokens", json={"login": "police_osh", "password": PASSWORD})
    refused(answer, 429, "too-many-attempts")
    assert int(answer.headers["retry-after"]) > 0
    for body in ({}, {"login": "", "password": ""}, {"login": "a\x00b", "password": "x"}, {"login": 1, "password": []}):
        refused(post(f"{ROOT}/tokens", json=body), 422, "invalid")


def test_what_nobody_foresaw_tells_an_id_and_nothing_else(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def break_down(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("a secret of the house")

    monkeypatch.setattr(tasks, "worklist", break_down)
    with caplog.at_level(logging.ERROR, "engine.api"):
        problem = refused(cast["police_osh"].get("/tasks"), 500, "unexpected")
    assert "secret" not in str(problem) and problem["log_id"] in caplog.text


def test_a_busy_store_asks_to_come_back(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*args: Any, **kwargs: Any) -> None:
        raise Unavailable

    monkeypatch.setattr(cases, "open_case", busy)
    answer = cast["police_osh"].post("/cases", {})
    refused(answer, 503, "unavailable")
    assert int(answer.headers["retry-after"]) > 0


def test_a_step_that_fails_changes_nothing_and_is_told_to_the_coordinator(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    police = cast["police_osh"]
    case = police.post("/cases", {}).json()
    task = case["tasks"][0]["id"]
    police.act(f"/tasks/{task}/claim")

    def fail(*args: Any) -> None:
        raise NullResult("A condition gave no answer.")

    monkeypatch.setattr(instances.runtime, "complete", fail)
    match = police.get(f"/tasks/{task}").headers["etag"]
    answer = police.post(f"/tasks/{task}/completion", {"answers": filled("intake")}, if_match=match)
    refused(answer, 409, "fault")
    assert police.get(f"/tasks/{task}").headers["etag"] == match
    alarms = cast["coordinator_osh"].read("/alarms")["items"]
    assert [(alarm["kind"], alarm["reference"]) for alarm in alarms] == [("fault", case["reference"])]


def test_a_case_that_cannot_begin_is_not_there(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any) -> None:
        raise NullResult("A condition gave no answer.")

    monkeypatch.setattr(instances.runtime, "start", fail)
    refused(cast["police_osh"].post("/cases", {}), 409, "fault")
    assert cast["coordinator_national"].read("/cases")["items"] == []


def test_messages_set_declared_facts_only(cast: Cast) -> None:
    reference = cast["police_osh"].post("/cases", {}).json()["reference"]
    post = cast["coordinator_osh"].post
    path = f"/cases/{reference}/messages"
    for body, pointer in (
        ({"name": "unheard_of"}, "/name"),
        ({"name": "case_opened", "payload": {"sex": "female"}}, "/payload/sex"),
        ({"name": "case_opened", "payload": {"whereabouts": "nowhere"}}, "/payload/whereabouts"),
        ({"name": "case_opened", "payload": {"whereabouts": ["abroad"]}}, "/payload/whereabouts"),
    ):
        problem = refused(post(path, body), 422, "invalid")
        assert [error["pointer"] for error in problem["errors"]] == [pointer]


def test_consents_name_what_there_is(cast: Cast) -> None:
    reference = cast["police_osh"].post("/cases", {}).json()["reference"]
    path = f"/cases/{reference}/consents"
    prosecutor = next(a["id"] for a in cast["auditor"].read("/directory")["items"] if a["code"] == "prosecutor")
    for changes in ({"purpose": "none"}, {"recipient": "0" * 32}, {"recipient": prosecutor}, {"domains": ["all"]}):
        body = {"purpose": "shelter", "answer": "given"} | changes
        refused(cast["police_osh"].post(path, body), 422, "invalid")
    for purpose, answer, status in (
        ("return", "refused", 201),
        ("protection", "given", 201),
        ("protection", "refused", 409),
        ("protection", "withdrawn", 422),
    ):
        body = {"purpose": purpose, "answer": answer, "domains": ["identity"]}
        body |= {"recipient": prosecutor} if purpose == "protection" else {}
        answered = cast["police_osh"].post(path, body)
        assert answered.status_code == status, (purpose, answer)
    assert "What happened" in cast["police_osh"].post(path, body | {"answer": "refused"}).json()["detail"]


def test_the_same_key_at_the_same_time_is_one_act(app: FastAPI, cast: Cast, store: Store) -> None:
    police = cast["police_osh"]
    answers: list[Any] = []

    def send() -> None:
        with TestClient(app, raise_server_exceptions=False) as client:
            headers = police.headers | {"Idempotency-Key": "at-once"}
            answers.append(client.post(f"{ROOT}/cases", json={}, headers=headers))

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert len(cast["coordinator_national"].read("/cases")["items"]) == 1


def test_who_comes_second_is_told_so(app: FastAPI, cast: Cast) -> None:
    police = cast["police_osh"]
    task = police.post("/cases", {}).json()["tasks"][0]["id"]
    match = police.get(f"/tasks/{task}").headers["etag"]
    found: list[int] = []

    def send() -> None:
        with TestClient(app, raise_server_exceptions=False) as client:
            headers = police.headers | {"If-Match": match}
            found.append(client.post(f"{ROOT}/tasks/{task}/claim", headers=headers).status_code)

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [200, *[412] * 5]


def test_a_crowd_waits_for_its_turn_and_nobody_is_sent_away(cast: Cast) -> None:
    police = cast["police_osh"]
    found: list[int] = []
    crowd = 60  # more than there are threads
    threads = [
        threading.Thread(target=lambda: found.append(police.post("/cases", {}).status_code)) for _ in range(crowd)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [201] * crowd
