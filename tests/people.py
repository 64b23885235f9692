"""The people of the tests and their browsers: each signs in, reads pages, fills the forms on them and sends them."""

import re
from collections.abc import Mapping
from html import unescape
from typing import Any
from urllib.parse import urlencode

import httpx2
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from engine.access import signin
from engine.actor import Actor
from engine.database import Store
from engine.models.people import Agency, User
from engine.web.desk import COOKIE

OFFICER, SOCIAL_WORKER, ATTORNEY = "police_osh", "shelter_osh", "attorney"
COORDINATOR, NATIONAL, AUDITOR = "coordinator_osh", "coordinator_national", "auditor"
OUTSIDER = "police_bishkek"  # takes no part in the cases of these tests
HOME = "http://testserver"
Answer = httpx2.Response


class Browser:
    """One person's browser, without JavaScript: it follows nothing by itself."""

    def __init__(self, app: FastAPI, token: str = "", **options: Any) -> None:
        self.client = TestClient(app, base_url=HOME, follow_redirects=False, **options)
        if token:
            self.client.cookies.set(COOKIE, token)

    def get(self, path: str, **headers: str) -> Answer:
        """Ask for a page."""
        return self.client.get(path, headers=_named(headers))

    def page(self, path: str) -> str:
        """The text of a page that must be there; redirects of GET are followed."""
        answer = self.get(path)
        while answer.status_code == 303:
            answer = self.get(answer.headers["location"])
        assert answer.status_code == 200, f"{path}: {answer.status_code} {_heading(answer.text)}"
        return answer.text

    def post(self, path: str, fields: Mapping[str, Any] | None = None, **headers: str) -> Answer:
        """Send a form as it is, whatever page it came from."""
        body = urlencode(list(_pairs(fields or {})))
        sent = {"content-type": "application/x-www-form-urlencoded"} | _named(headers)
        return self.client.post(path, content=body, headers=sent)

    def send(self, page: str, action: str, fields: Mapping[str, Any] | None = None, **headers: str) -> Answer:
        """Open a page, fill the form on it that posts to `action`, and send it."""
        return self.post(action, self.hidden(page, action) | dict(fields or {}), **headers)

    def hidden(self, page: str, action: str) -> dict[str, Any]:
        """The hidden fields of a form on a page."""
        text = self.page(page)
        form = re.search(rf'<form[^>]*action="{re.escape(action)}".*?</form>', text, re.DOTALL)
        assert form is not None, f"no form on {page} posts to {action}: {forms(text)}"
        found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form.group(0))
        return {name: unescape(value) for name, value in found}

    def act(self, page: str, action: str, fields: Mapping[str, Any] | None = None) -> str:
        """Send a form that must be taken; returns where it leads."""
        answer = self.send(page, action, fields)
        assert answer.status_code == 303, f"{action}: {answer.status_code} {_heading(answer.text)}"
        where: str = answer.headers["location"]
        return where

    def csrf(self) -> str:
        """The token that this session's forms carry."""
        found = re.search(r'name="csrf" value="([^"]+)"', self.page("/account"))
        assert found is not None
        return found.group(1)


class Crew:
    """Everybody of the demo's country, signed in when first needed."""

    def __init__(self, app: FastAPI, store: Store) -> None:
        self.app = app
        self.store = store
        self._browsers: dict[str, Browser] = {}

    def __getitem__(self, login: str) -> Browser:
        if login not in self._browsers:
            with self.store.transaction() as session:
                user = session.exec(select(User).where(User.login == login)).one()
                token = signin.begin(session, user)
            self._browsers[login] = Browser(self.app, token)
        return self._browsers[login]

    def stranger(self, **options: Any) -> Browser:
        """A browser in which nobody is signed in."""
        return Browser(self.app, **options)

    def close(self) -> None:
        """Close every browser."""
        for browser in self._browsers.values():
            browser.client.close()


def actor(session: Session, login: str) -> Actor:
    """The person with this login, acting."""
    user = session.exec(select(User).where(User.login == login)).one()
    return signin.actor_of(user, session.get_one(Agency, user.agency_id))


def forms(text: str) -> list[str]:
    """Where the forms of a page post to."""
    return re.findall(r'<form[^>]*action="([^"]*)"', text)


def links(text: str, beginning: str) -> list[str]:
    """The links of a page that begin so, in order, each once."""
    return list(dict.fromkeys(re.findall(rf'href="({re.escape(beginning)}[^"#?]*)"', text)))


def _heading(text: str) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", text, re.DOTALL)
    lead = re.search(r'<p class="lead">(.*?)</p>', text, re.DOTALL)
    wrong = re.findall(r'<a href="(#\w+">[^<]*)</a>', text)
    return " – ".join([*(part.group(1) for part in (found, lead) if part), *wrong])


def _pairs(fields: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = []
    for name, value in fields.items():
        values = value if isinstance(value, list) else [value]
        found += [(name, str(one)) for one in values]
    return found


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
