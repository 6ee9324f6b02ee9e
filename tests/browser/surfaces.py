"""What the browser tests of several surfaces share: a window, and the names of what they walk through.

Each list is the only one of its kind, and tests/browser/test_surfaces.py proves the admin's complete.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

from playwright.sync_api import Browser, Page, expect

from app.domain.certification import Certification, Source
from app.domain.certification_rights import Requirement
from app.doors.admin.ports import Certifying, Proposal
from app.storage.credential_feed import Feed
from tests.doors.admin_fakes import NORTHWIND, NOW, House

CARDS = ("Overview", "Thread", "Plan", "Registration", "Certifications", "Conflicts", "Sharing")

ADMIN_PAGES = (
    "/admin/",
    "/admin/safelist",
    "/admin/safelist?object=room",
    "/admin/safelist/history",
    "/admin/safelist/exceptions",
    "/admin/safelist/proposals",
    "/admin/preview",
    "/admin/preview?record=deal:9001&partner=p1",
    "/admin/partners",
    "/admin/certifications",
    "/admin/programme",
    "/admin/programme/edit",
    "/admin/conflicts",
    "/admin/content",
    "/admin/plans",
    "/admin/plans/w1/2",
    "/admin/links",
    "/admin/exposures",
    "/admin/audit",
    "/admin/no/such/page",
)
"""Every page that an admin who is in can open."""

ADMIN_REST = {
    "/admin/enter": "the door: the tests look at it on their way in",
    "/admin/static/<name>": "style and script",
    "/admin/safelist/export": "a file",
    "/admin/exposures.csv": "a file",
    "/admin/exposures.json": "a file",
    "/admin/programme.<kind>": "a file",
    "/admin/conflicts.csv": "a file",
    "/admin/offboardings/<offboarding_id>.zip": "a file",
}
"""What GET answers beside the pages, and why it is none of them."""


class FullHouse(House):
    """One of everything that an admin page may have to show."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.waiting.append(
            Proposal(
                id="w1",
                base_version=1,
                body=self.policy("t1").to_json() | {"exceptions": []},
                author="bob@contoso.example",
                author_id="u3",
                reason="Wider",
                people=30,
                created_at=NOW - timedelta(hours=1),
            )
        )

    def certifying(self, tenant_id: str) -> Certifying:
        lost = Certification(
            id="c1", partner_id="", name="Implementation", person_name="Kim Roe", expires=date(2027, 3, 1)
        )
        feed = Feed(
            tenant_id=tenant_id,
            id="f1",
            kind=Source.WEBHOOK,
            name="Academy",
            sealed="",
            created_at=NOW,
            trouble="The issuer refused our key.",
        )
        return Certifying(
            partners=[NORTHWIND],
            waiting=[(lost, "Norwind Integr.")],
            requirements=[Requirement(id="r1", right="register", credential="Implementation")],
            feeds=[feed],
        )


@contextmanager
def window(chromium: Browser, width: int, scheme: str = "light") -> Iterator[Page]:
    """A page in which no script breaks and of which the content security policy has nothing to report."""
    context = chromium.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=scheme,  # type: ignore[arg-type]
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.set_default_timeout(10_000)
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.on("console", lambda said: broken.append(said.text) if "Content Security" in said.text else None)
    yield page
    context.close()
    assert broken == []


def go_in(page: Page, origin: str) -> None:
    """Through the door of the admin pages."""
    if not page.url.startswith(f"{origin}/admin/enter"):
        page.goto(f"{origin}/admin/enter?ticket=ticket-1")
    page.get_by_role("button", name="Open the admin pages").press("Enter")
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()


def each_settings_tab(page: Page) -> Iterator[str]:
    """Every tab of HubSpot's settings page by its name, open and with all that it shows."""
    tabs = page.get_by_role("tablist").first.get_by_role("tab")
    expect(tabs.filter(has_text="Templates")).to_be_visible()
    for tab in tabs.all():
        tab.click()
        expect(page.get_by_role("tabpanel")).to_be_visible()
        expect(page.get_by_text("Loading")).to_have_count(0)
        yield tab.inner_text()
