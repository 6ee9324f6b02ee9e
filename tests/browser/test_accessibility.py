"""Every surface in every width, light and dark where there is dark: axe-core finds nothing serious and
nothing against WCAG, and nothing has to be scrolled sideways."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.axe import in_every_size
from tests.browser.hubspot_site import hubspot_site
from tests.browser.surfaces import ADMIN_PAGES, CARDS, FullHouse, each_settings_tab, go_in, window
from tests.doors.admin_fakes import app_of
from tests.house import TestHouse
from tests.sandbox.serve import serve
from tests.share_world import ShareWorld

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


def test_the_hubspot_record_page_can_be_used_by_everyone(chromium: Browser, record: str) -> None:
    with window(chromium, 320) as page:
        page.goto(record)
        tab = page.get_by_test_id("card-tab")
        found = []
        for name in CARDS:
            tab.get_by_role("tab", name=name).click()
            expect(
                tab.get_by_role("tabpanel", name=name).get_by_role("button", name="Refresh")
            ).to_be_visible()
            found += in_every_size(page, name, schemes=("light",))

        assert found == []


def test_a_message_is_written_and_sent_by_keyboard_alone(chromium: Browser, record: str) -> None:
    with window(chromium, 1280) as page:
        page.goto(record)
        tab = page.get_by_test_id("card-tab")
        tab.get_by_role("tab", name="Overview").focus()

        page.keyboard.press("ArrowRight")
        expect(tab.get_by_role("tab", name="Thread")).to_be_focused()
        expect(tab.get_by_label("Message")).to_be_visible()
        walk_to(page, "Message")
        page.keyboard.type("By keyboard.")
        walk_to(page, "Send")
        page.keyboard.press("Enter")

        expect(page.get_by_test_id("toast")).to_contain_text("Sent.")


def walk_to(page: Page, name: str) -> None:
    """Tab by Tab to what bears this name."""
    for _ in range(30):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        label = focused.evaluate("node => node.labels?.[0]?.textContent ?? node.textContent")
        if str(label).removesuffix(" *") == name:
            return
    raise AssertionError(f"no Tab leads to {name}")


def test_the_settings_page_can_be_used_by_everyone(
    chromium: Browser, house: TestHouse, tmp_path: Path
) -> None:
    partner = house.attach()
    house.crm.refusals["*"] = "Due date is required."
    house.run("plan.add_step", {"partner_id": partner, "milestone": "M", "title": "Demo", "owner_side": "us"})
    house.work()
    with hubspot_site(house, tmp_path) as site, window(chromium, 320) as page:
        page.goto(site.settings)
        found = []
        for name in each_settings_tab(page):
            found += in_every_size(page, name, schemes=("light",))

        assert found == []


def test_the_admin_pages_can_be_used_by_everyone(chromium: Browser) -> None:
    with serve(app_of(FullHouse(), "http://127.0.0.1")) as origin, window(chromium, 320) as page:
        page.goto(f"{origin}/admin/enter?ticket=ticket-1")
        found = in_every_size(page, "enter")
        go_in(page, origin)
        for path in ADMIN_PAGES:
            page.goto(origin + path)
            found += in_every_size(page, path)

        assert found == []


def test_the_share_page_can_be_used_by_everyone(chromium: Browser, world: ShareWorld) -> None:
    _, token = world.link()
    with serve(world.app) as origin, window(chromium, 320) as page:
        page.goto(f"{origin}/s/nothing-is-here")
        found = in_every_size(page, "gone")
        page.goto(f"{origin}/s/{token}")
        found += in_every_size(page, "front")
        page.get_by_role("button", name="Send me a code").click()
        found += in_every_size(page, "code")
        page.get_by_label("Six-digit code").fill(world.mailer.code)
        page.get_by_role("button", name="Open the page").click()
        expect(page.get_by_role("heading", name="Messages")).to_be_visible()
        found += in_every_size(page, "room")

        assert found == []
