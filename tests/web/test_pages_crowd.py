"""Many at once: a crowd of requests waits for its turn, and each is answered."""

import anyio
import httpx2
from fastapi import FastAPI

from engine.access import signin
from engine.database import Store
from engine.web.desk import COOKIE
from tests.people import HOME, OFFICER, Crew, actor

CROWD = 90  # more than there are threads to serve requests


def test_a_crowd_of_writers_is_served(app: FastAPI, crew: Crew, store: Store) -> None:
    officer = crew[OFFICER]
    csrf, cookie = officer.csrf(), officer.client.cookies[COOKIE]
    answers: list[int] = []

    async def write(client: httpx2.AsyncClient, number: int) -> None:
        fields = {"csrf": csrf, "name": f"token {number}", "form_id": f"crowd-{number}"}
        answers.append((await client.post("/account/tokens", data=fields)).status_code)

    async def crowd() -> None:
        transport = httpx2.ASGITransport(app=app)
        async with (
            httpx2.AsyncClient(transport=transport, base_url=HOME, cookies={COOKIE: cookie}) as client,
            anyio.create_task_group() as group,
        ):
            for number in range(CROWD):
                group.start_soon(write, client, number)

    with anyio.from_thread.start_blocking_portal() as portal:
        portal.call(crowd)
    assert answers == [200] * CROWD
    with store.reading() as session:
        assert len(signin.tokens(session, actor(session, OFFICER).user_id or "")) == CROWD
