"""The partner's side: a phone, a link, a mailbox."""

import re

from playwright.sync_api import Page, expect

from tests.stories.running import Demo, until

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


class Guest:
    """One person with one link on one phone."""

    def __init__(self, demo: Demo, phone: Page, email: str) -> None:
        self.demo = demo
        self.phone = phone
        self.email = email

    def knock(self, link: str) -> None:
        """Opens the link and asks for the code."""
        self.phone.goto(link)
        self.phone.get_by_role("button", name="Send me a code").click()
        expect(self.phone.get_by_role("heading", name="Enter your code")).to_be_visible()

    def enter(self, link: str) -> None:
        """From the link into the room, with the code that the mailbox page shows."""
        known = self._codes()
        self.knock(link)
        code = until(lambda: [c for c in self._codes() if c not in known], f"a mail to {self.email}")[0]
        self.phone.get_by_label("Six-digit code").fill(code)
        self.phone.get_by_role("button", name="Open the page").click()
        expect(self.phone.locator("svg.mark")).to_be_attached()

    def leave(self) -> None:
        self.phone.get_by_role("button", name="Leave").click()

    def _codes(self) -> list[str]:
        """Newest first, read from the mailbox's page in another tab."""
        tab = self.phone.context.new_page()
        try:
            tab.goto(f"{self.demo.addresses['mailbox']}/?to={self.email}")
            return re.findall(r"\b\d{6}\b", tab.locator("body").inner_text())
        finally:
            tab.close()

    def mark(self) -> str:
        return self.phone.locator("svg.mark").text_content() or ""
