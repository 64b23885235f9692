"""Make the README's pictures: the three workplaces from a running demo, every process as drawn, the life of a handoff.

Maintainers run it with `make screenshots`; it starts a demo of its own on a temporary store and leaves nothing behind.
`--check` only compares the README's picture of a handoff with the table in the code.
"""

import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
from playwright.sync_api import Page, sync_playwright

from engine.demo.agencies import PASSWORD
from engine.process.picture import svg
from engine.transitions import TRANSITIONS

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / ".github" / "screenshots"
CHROMIUM = os.environ.get("NRM_CHROMIUM", "/usr/bin/chromium")
PHONE, DESK, SHEET = (390, 844), (1200, 900), (794, 1123)
BEGIN, END = "stateDiagram-v2\n", "```"

# file: who, on which page, which links to follow from it, on what screen
PICTURES: dict[str, tuple[str, str, tuple[str, ...], tuple[int, int]]] = {
    "board": ("coordinator_osh", "/cases", (), DESK),
    "case": ("coordinator_osh", "/cases", ("main a[href^='/cases/']:not([href$='new'])",), DESK),
    "worklist": ("shelter_osh", "/worklist", (), PHONE),
    "offer": ("shelter_osh", "/worklist", ("main a[href^='/handoffs/']",), PHONE),
    "letter": ("police_osh", "/worklist", ("main a[href^='/handoffs/']", "main a[href$='/letter']"), SHEET),
    "correction": (
        "police_osh",
        "/worklist",
        tuple(
            f"main a[href{at}']"
            for at in ("^='/handoffs/", "^='/cases/", "^='/tasks/", "$='/answers", "$='/correction")
        ),
        PHONE,
    ),
    "audit": ("auditor", "/audit", (), DESK),
    "timeline": ("auditor", "/audit", ("main a[href^='/audit/cases/']",), DESK),
    "intake": ("police_osh", "/worklist", (), PHONE),
}


def main() -> None:
    """Everything anew, or with `--check` only a comparison."""
    text = (ROOT / "README.md").read_text()
    drawn = with_handoff(text)
    if "--check" in sys.argv:
        sys.exit(0 if drawn == text else "The README's picture of a handoff is old. Run: make screenshots")
    (ROOT / "README.md").write_text(drawn)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for path in sorted((ROOT / "workflows" / "kg").glob("*.bpmn")):
        title = path.stem.replace("_", " ").capitalize()
        (FOLDER / f"{path.stem}.svg").write_text(svg(path.read_bytes(), title=title))
    with tempfile.TemporaryDirectory() as folder:
        photograph(Path(folder))


def with_handoff(text: str) -> str:
    """The README with the life of a handoff as the code has it."""
    before, rest = text.split(BEGIN, 1)
    _, after = rest.split(END, 1)
    lines = ["    [*] --> offered", "    [*] --> exhausted"]
    for state, nexts in TRANSITIONS.items():
        lines += [f"    {state} --> {following}" for following in sorted(nexts)]
        lines += [f"    {state} --> [*]"] * (not nexts)
    return before + BEGIN + "\n".join(lines) + "\n" + END + after


def photograph(folder: Path) -> None:
    """Start a demo and take the pictures."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {"NRM_DATABASE_URL": f"sqlite:///{folder}/nrm.db", "NRM_KEY_FILE": f"{folder}/key"}
    command = [sys.executable, "-c", "from engine.cli import main; main()", "serve", "--demo", "--port", str(port)]
    server = subprocess.Popen(command, env=os.environ | settings | {"PYTHONPATH": str(ROOT)}, cwd=ROOT)
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(address)
        take_all(address)
    finally:
        server.terminate()
        server.wait(timeout=30)


def wait_for(address: str) -> None:
    """Until the demo answers."""
    for _ in range(240):
        try:
            httpx.get(f"{address}/sign-in", timeout=1)
            return
        except httpx.HTTPError:
            time.sleep(0.5)
    raise SystemExit("The demo did not start.")


def take_all(address: str) -> None:
    """Every picture, each in a browser of its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for name, (login, path, links, (width, height)) in PICTURES.items():
            page = browser.new_page(viewport={"width": width, "height": height})
            sign_in(page, address, login)
            page.goto(address + path)
            for link in links:
                page.goto(address + (page.get_attribute(link, "href") or path))
            if name == "intake":
                open_form(page)
            if (width, height) == SHEET:
                page.emulate_media(media="print")
                page.locator("body").screenshot(path=FOLDER / f"{name}.png")
            else:
                page.screenshot(path=FOLDER / f"{name}.png")
            page.close()
        browser.close()


def sign_in(page: Page, address: str, login: str) -> None:
    """As a person does."""
    page.goto(f"{address}/sign-in")
    page.fill("[name=login]", login)
    page.fill("[name=password]", PASSWORD)
    page.click("main form button.govuk-button")
    page.wait_for_url(lambda at: "/sign-in" not in at)


def open_form(page: Page) -> None:
    """Open a case where one stands: its intake begins at once."""
    page.click("form[action='/cases'] button")
    page.wait_for_url("**/form/*")


if __name__ == "__main__":
    main()
