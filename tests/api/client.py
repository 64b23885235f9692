"""People who use the API: each has a token and sends what a careful script would send."""

from typing import Any

import httpx2
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import select

from engine.access import signin
from engine.database import Store
from engine.models.people import User

ROOT = "http://testserver/api/v1"
PROBLEM = "application/problem+json"
Answer = httpx2.Response


class Script:
    """One person's script."""

    def __init__(self, client: TestClient, login: str, token: str) -> None:
        self.client = client
        self.login = login
        self.headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str, **headers: str) -> Answer:
        """Read."""
        return self.client.get(ROOT + path, headers=self.headers | _named(headers))

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Send JSON, or nothing where there is no body."""
        content = {} if body is None else {"json": body}
        return self.client.request(method, ROOT + path, headers=self.headers | _named(headers), **content)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        """Do."""
        return self.send("POST", path, body, **headers)

    def read(self, path: str) -> Any:
        """What is there; a refusal fails the test."""
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def act(self, path: str, body: Any = None, *, on: str | None = None, **headers: str) -> Any:
        """Do it with the ETag of `on`, by default of the thing the path names; a refusal fails the test."""
        answer = self.act_on(path, body, on=on, **headers)
        assert answer.status_code in (200, 201, 202), answer.text
        return answer.json()

    def act_on(self, path: str, body: Any = None, *, on: str | None = None, **headers: str) -> Answer:
        """Try the same, and give the answer, whatever it is."""
        owner = on or "/".join(path.split("/")[:3])
        return self.post(path, body, if_match=self.get(owner).headers.get("etag", '"0"'), **headers)


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


class Cast:
    """The people of the demo country, made when they are first needed."""

    def __init__(self, app: FastAPI, store: Store) -> None:
        self.store = store
        self.client = TestClient(app, raise_server_exceptions=False)
        self.client.__enter__()
        self._scripts: dict[str, Script] = {}

    def __getitem__(self, login: str) -> Script:
        if login not in self._scripts:
            with self.store.transaction() as session:
                user = session.exec(select(User).where(User.login == login)).one()
                token = signin.issue_token(session, user, "test")
            self._scripts[login] = Script(self.client, login, token)
        return self._scripts[login]

    def sign_in(self, login: str, password: str) -> Script:
        """Somebody with a token made from the password, as a stranger to the store would."""
        answer = self.client.post(f"{ROOT}/tokens", json={"login": login, "password": password})
        assert answer.status_code == 201, answer.text
        self._scripts[login] = Script(self.client, login, answer.json()["token"])
        return self._scripts[login]

    def close(self) -> None:
        """Let the connections go."""
        self.client.__exit__()


def refused(answer: Answer, status: int, kind: str) -> dict[str, Any]:
    """Check that an answer is a problem of this kind; returns it."""
    assert answer.status_code == status, f"{answer.status_code}: {answer.text}"
    assert answer.headers["content-type"] == PROBLEM
    problem: dict[str, Any] = answer.json()
    assert problem["type"] == f"urn:nrm:problem:{kind}"
    assert problem["status"] == status
    assert problem["title"] and problem["detail"].endswith((".", "!"))
    return problem
