"""What requests cost in statements: few for an act, and for a list no more when it is longer."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from engine.database import Store
from tests.api.client import Cast, Script
from tests.api.scene import Scene, filled, set_up

MOST = 15
READS = (
    ("police_osh", "/tasks"), ("police_osh", "/handoffs"), ("shelter_osh", "/handoffs"), ("coordinator_osh", "/cases"),
    ("coordinator_national", "/alarms"), ("coordinator_osh", "/directory"), ("auditor", "/audit/cases"),
    ("auditor", "/audit/exceptions"),
)  # fmt: skip


@contextmanager
def counted(store: Store) -> Iterator[list[str]]:
    """The statements sent inside; BEGIN is not one, COMMIT is told for each transaction that writes."""
    said: list[str] = []

    def statement(link: Any, cursor: Any, text: str, parameters: Any, context: Any, many: bool) -> None:
        if not text.startswith(("BEGIN", "PRAGMA")):
            said.append(text)

    def commit(link: Any) -> None:
        said.append("COMMIT")

    event.listen(store.database, "before_cursor_execute", statement)
    event.listen(store.database, "commit", commit)
    try:
        yield said
    finally:
        event.remove(store.database, "before_cursor_execute", statement)
        event.remove(store.database, "commit", commit)


@pytest.fixture
def scene(cast: Cast, training: None) -> Scene:
    """A case in the middle of things."""
    return set_up(cast)


def complete(script: Script, task_id: str, form: str, store: Store, **headers: str) -> list[str]:
    """The statements of one completion."""
    path = f"/tasks/{task_id}"
    if script.read(path)["status"] == "open":
        script.act(f"{path}/claim")
    match = script.get(path).headers["etag"]
    with counted(store) as said:
        answer = script.post(f"{path}/completion", {"answers": filled(form)}, if_match=match, **headers)
    assert answer.status_code == 200, answer.text
    return said


def test_a_completion_is_one_transaction_of_few_statements(cast: Cast, scene: Scene, store: Store) -> None:
    shelter = cast["shelter_bishkek"]
    shelter.act(f"/tasks/{scene.arrival_task}/arrival", {"condition": "well"})
    for key in ({}, {"idempotency_key": "a"}):
        task = shelter.read("/tasks")["items"][0]
        said = complete(shelter, task["id"], task["form"], store, **key)
        assert said.count("COMMIT") == 1 and said[-1] == "COMMIT"
        extra = (2 if store.embedded else 3) * len(key)  # look for the key, keep the answer; elsewhere also wait
        assert len(said) - 1 <= MOST + extra, said


def test_a_longer_list_costs_no_more_statements(cast: Cast, scene: Scene, store: Store) -> None:
    def costs() -> dict[tuple[str, str], int]:
        found = {}
        for login, path in READS:
            cast[login].read(path)  # what is offered is delivered by the first look
            with counted(store) as said:
                cast[login].read(path)
            found[login, path] = len([line for line in said if line != "COMMIT"])
        return found

    before = costs()
    for _ in range(3):
        assert cast["police_osh"].post("/cases", {"intake": filled("intake")}).status_code == 201
    assert costs() == before
    assert max(before.values()) <= MOST, before
