"""A person before the browser: reads the pages in their language, presses what a hand or the keyboard reaches."""

import re
from functools import cached_property

from django.utils import translation
from django.utils.translation import gettext, pgettext
from playwright.sync_api import Browser, Locator, Page, expect

from requests_app.models import HelpRequest
from tests.test_browser import opened

FURTHEST = 120
"""So many presses of Tab at most lead to anything on a page."""


class Person:
    """Somebody who is logged in. Words are given as the code has them and looked for as the page shows them."""

    def __init__(
        self, browser: Browser, server: str, username: str, language: str, width: int = 390, **more: bool
    ) -> None:
        self.server, self.language = server, language
        self.page: Page = opened(browser, server, username, language, width, **more)

    @cached_property
    def complaints(self) -> list[str]:
        """What the browser complained about since the log-in; it grows while the person works."""
        return self.page.complaints  # type: ignore[attr-defined, no-any-return]

    def words(self, text: str, context: str = "") -> str:
        with translation.override(self.language):
            return pgettext(context, text) if context else gettext(text)

    # --- The hand ---------------------------------------------------------------------------------------------

    def goes_to(self, path: str) -> None:
        self.page.goto(self.server + path)

    def card(self, request: HelpRequest) -> Locator:
        return self.page.locator(f"#card-{request.code}")

    def button(self, text: str, inside: Locator | None = None) -> Locator:
        """The button with these words. The name is that of the words alone: icons have none."""
        return (inside or self.page.locator("body")).get_by_role("button", name=self.words(text), exact=True)

    def presses(self, text: str, inside: Locator | None = None) -> None:
        self.button(text, inside).click()

    def chooses(self, value: str, inside: str) -> None:
        """Press the chip of a choice: its box itself is not to be seen."""
        self.page.locator(f"{inside} label", has=self.page.locator(f'input[value="{value}"]')).click()

    def unfolds(self, text: str) -> Locator:
        """Open a fold by its words and return it."""
        named = re.compile(rf"^\s*{re.escape(self.words(text))}\s*\d*\s*$")
        fold = self.page.locator("details", has=self.page.locator("summary", has_text=named)).last
        fold.locator("summary").first.click()
        expect(fold).to_have_attribute("open", "")
        return fold

    def is_told(self, text: str) -> None:
        """Something was said, with these words in it, and put away again."""
        expect(self.page.locator("#said")).to_contain_text(text)

    # --- The keyboard alone ------------------------------------------------------------------------------------

    def strikes(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def tabs_to(self, target: Locator) -> None:
        """Press Tab until the target has the focus."""
        expect(target).to_be_visible()
        for _step in range(FURTHEST):
            if target.evaluate("one => one === document.activeElement"):
                return
            self.strikes("Tab")
        raise AssertionError(f"{target} is not reached with the Tab key")

    def enters(self, target: Locator) -> None:
        """Press something with the keyboard."""
        self.tabs_to(target)
        self.strikes("Enter")
