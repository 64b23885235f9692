"""A real browser, the application on a real port, and pages opened as somebody."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from engine.cli import KEPT_OPEN
from tests.people import Crew
from tests.web.hand import PHONE, Open

CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = str(CHROMIUM) if CHROMIUM.exists() else None
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield opened
        opened.close()


@pytest.fixture
def site(app: FastAPI) -> Iterator[str]:
    """The application on a port of this machine."""
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", timeout_keep_alive=KEPT_OPEN)
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        threading.Event().wait(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


@pytest.fixture
def opened(browser: Browser, site: str, crew: Crew) -> Iterator[Open]:
    """Open a page on a phone, as somebody or (with no login) as nobody; a complaint of the browser fails the test."""
    complaints: list[str] = []
    contexts: list[BrowserContext] = []

    def open_page(login: str, path: str, *, script: bool = True, language: str = "en", at: str = site) -> Page:
        context = browser.new_context(viewport=PHONE, java_script_enabled=script, locale=language)  # type: ignore[arg-type]
        contexts.append(context)
        for name, value in crew[login].client.cookies.items() if login else ():
            context.add_cookies([{"name": name, "value": value, "url": at}])
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(at + path, timeout=60_000)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints
