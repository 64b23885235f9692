"""A case played through the pages alone: everybody looks at the worklist and does what is found there."""

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from sqlmodel import col, select

from engine import bundles
from engine.config import settings
from engine.demo import answering
from engine.forms import FormDefinition
from engine.models.people import User
from engine.models.work import OPEN_TASK, PENDING_HANDOFF, Handoff, UserTask
from engine.process.definitions import compile_bundle
from tests.people import Browser, Crew, forms, links
from tests.times import today

FORMS: dict[str, FormDefinition] = compile_bundle(bundles.shipped(settings())).forms
BY_TITLE = {form.title.get("en"): form for form in FORMS.values()}


@dataclass
class Play:
    """Plays everybody. `declines` and `silent` name the tasks whose first offer is refused or left unanswered."""

    crew: Crew
    logins: tuple[str, ...]
    answers: dict[str, Any]
    declines: dict[str, str] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    left: set[str] = field(default_factory=set)  # of the silent ones, those already met
    told: list[tuple[str, str]] = field(default_factory=list)  # (login, what)

    def round(self) -> int:
        """Let everybody at whose desk something waits do it once; returns how many acts."""
        return self.look(self._awaited())

    def look(self, logins: tuple[str, ...]) -> int:
        """Let these people look at their worklists and do what they find there; returns how many acts."""
        before = len(self.told)
        for login in logins:
            worklist = self.crew[login].page("/worklist")
            offers = links(worklist, "/handoffs/")
            for offer in offers:
                self._answer(login, offer)
            for duty in links(self.crew[login].page("/worklist") if offers else worklist, "/tasks/"):
                self._do(login, duty)
        return len(self.told) - before

    def _awaited(self) -> tuple[str, ...]:
        """Nobody else would find anything; that is tried once, at the end."""
        with self.crew.store.reading() as session:
            owed = select(UserTask).where(col(UserTask.status).in_(OPEN_TASK))
            asked = select(Handoff.receiver_id).where(col(Handoff.state).in_(PENDING_HANDOFF))
            desks = {desk for task in session.exec(owed).all() for desk in (task.holder_id, task.accountable_id)}
            people = select(User.login).where(col(User.agency_id).in_(desks | set(session.exec(asked).all())))
            there = set(session.exec(people).all())
        return tuple(login for login in self.logins if login in there)

    def _answer(self, login: str, offer: str) -> None:
        browser = self.crew[login]
        card = browser.page(offer)
        name = heading(card)
        self._send_off(login, card)
        if f"{offer}/acceptance" not in forms(card):
            return
        if name in self.silent:
            self.left.add(name)
            return
        reason = self.declines.pop(name, None)
        if reason:
            browser.act(offer, f"{offer}/refusal", {"reason": reason})
        else:
            browser.act(offer, f"{offer}/acceptance")
        self.told.append((login, f"{'declined' if reason else 'accepted'} {name}"))

    def _send_off(self, login: str, page: str) -> None:
        """The person leaves: who has handed the case on says so on the page of the duty."""
        for action in forms(page):
            if action.endswith("/departure"):
                self.crew[login].act(action.removesuffix("/departure"), action, {"escort": "giver"})
                self.told.append((login, "sent off"))

    def _do(self, login: str, duty: str) -> None:
        browser = self.crew[login]
        page = browser.page(duty)
        if f'href="{duty}/route"' in page and f"{duty}/claim" not in forms(page):
            self._find_place(login, duty)
            return
        if f"{duty}/claim" in forms(page):
            browser.act(duty, f"{duty}/claim")
            page = browser.page(duty)
        if f"{duty}/arrival" in forms(page):
            browser.act(duty, f"{duty}/arrival", {"condition": "well"})
            page = browser.page(duty)
        if f'href="{duty}/form"' in page:
            self._fill(browser, duty)
            self.told.append((login, f"did {heading(page)}"))

    def _find_place(self, login: str, duty: str) -> None:
        route = self.crew[login].page(f"{duty}/route")
        if f"{duty}/offers/again" in forms(route):
            self.crew[login].act(f"{duty}/route", f"{duty}/offers/again")
            self.told.append((login, "asked again"))

    def _fill(self, browser: Browser, duty: str) -> None:
        """Page after page, as far as the form leads."""
        page = browser.get(f"{duty}/form").headers["location"]
        text = browser.page(page)
        given = answering.fill(_form(heading(text)), self.answers, today=today())
        while True:
            text = browser.page(page)
            action = next(where for where in forms(text) if where.startswith(duty))
            here = {name: value for name, value in given.items() if f'name="{name}"' in text}
            where = browser.act(page, action, here)
            if where.startswith("/worklist"):
                return
            page = where

    def play(self, rounds: int = 60) -> None:
        """Until nobody has anything left to do."""
        for _ in range(rounds):
            if not self.round():
                return
        raise AssertionError("The play does not end.")


def _form(title: str) -> FormDefinition:
    """The form of a task by its name; a service may stand behind the name."""
    return BY_TITLE.get(title) or BY_TITLE[title.rpartition(":")[0]]


def heading(text: str) -> str:
    """The heading of a page."""
    found = re.search(r"<h1[^>]*>(.*?)</h1>", text, re.DOTALL)
    assert found is not None
    return unescape(re.sub(r"<[^>]+>", "", found.group(1))).strip()
