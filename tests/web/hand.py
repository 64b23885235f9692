"""A person at a phone: one door for every act, so that none of them goes uncounted."""

from collections.abc import Callable

from playwright.sync_api import Frame, Page, expect

PHONE = {"width": 360, "height": 740}
Open = Callable[..., Page]


class Hand:
    """What a person does on a page, counted: each field typed, choice made, button or link pressed is one act.

    `pages` are the pages that came since, the first one included; a page that only sends on is none.
    """

    def __init__(self, page: Page) -> None:
        self._page = page
        self.acts: list[str] = []
        self.pages = [page.url]
        page.on("framenavigated", self._came)

    def types(self, name: str, words: str) -> None:
        """Type into one field."""
        self.acts.append(f"type {name}")
        self._page.locator(f'[name="{name}"]').fill(words)

    def chooses(self, name: str, value: str) -> None:
        """Touch one of the choices that are shown."""
        self.acts.append(f"choose {name}")
        self._page.locator(f'input[name="{name}"][value="{value}"]').check()

    def presses(self, words: str, then: str) -> None:
        """Press the button or link that says so, and wait for the page that comes."""
        self.acts.append(f"press {words}")
        self._page.get_by_role("button", name=words, exact=True).or_(
            self._page.get_by_role("link", name=words, exact=True)
        ).click()
        self._page.wait_for_url(then)

    def reads(self, selector: str) -> None:
        """See something on the page. Looking is no act."""
        expect(self._page.locator(selector)).to_be_visible()

    def _came(self, frame: Frame) -> None:
        if frame == self._page.main_frame:
            self.pages.append(frame.url)
