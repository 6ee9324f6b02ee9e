"""Every surface by keyboard alone: Tab reaches all that can be used, in its order, and one sees where one is."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.hubspot_site import hubspot_site
from tests.browser.keyboard import faults
from tests.browser.surfaces import ADMIN_PAGES, CARDS, FullHouse, each_settings_tab, go_in, window
from tests.doors.admin_fakes import app_of
from tests.doors.salesforce_room import Room
from tests.doors.test_salesforce_panel_browser import World, open_card, open_record, running
from tests.house import TestHouse
from tests.sandbox.serve import serve
from tests.share_world import ShareWorld

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    with window(chromium, 1280) as page:
        yield page


def test_every_card_in_hubspot_is_used_by_keyboard(page: Page, record: str) -> None:
    page.goto(record)
    tab = page.get_by_test_id("card-tab")
    found = []
    for name in CARDS:
        tab.get_by_role("tab", name=name).click()
        expect(tab.get_by_role("tabpanel", name=name).get_by_role("button", name="Refresh")).to_be_visible()
        found += faults(page, what=name, within="[data-testid=card-tab]")

    assert found == []


def test_every_settings_tab_in_hubspot_is_used_by_keyboard(
    page: Page, house: TestHouse, tmp_path: Path
) -> None:
    house.attach()
    with hubspot_site(house, tmp_path) as site:
        page.goto(site.settings)
        found = []
        for name in each_settings_tab(page):
            found += faults(page, what=name)

        assert found == []


def test_every_card_in_salesforce_is_used_by_keyboard(page: Page) -> None:
    with running(Room()) as world:
        frame = open_record(page, world)
        found = []
        for name in CARDS:
            open_card(frame, name.lower())
            found += faults(page, panel_of(page, world), name)

        assert found == []


def panel_of(page: Page, world: World):
    return next(frame for frame in page.frames if frame.url.startswith(world.panel_origin))


def test_every_admin_page_is_used_by_keyboard(page: Page) -> None:
    with serve(app_of(FullHouse(), "http://127.0.0.1")) as origin:
        page.goto(f"{origin}/admin/enter?ticket=ticket-1")
        found = faults(page, what="enter")
        go_in(page, origin)
        for path in ADMIN_PAGES:
            page.goto(origin + path)
            found += faults(page, what=path)

        assert found == []


def test_the_share_page_is_used_by_keyboard(page: Page, world: ShareWorld) -> None:
    _, token = world.link()
    with serve(world.app) as origin:
        page.goto(f"{origin}/s/{token}")
        found = faults(page, what="front")
        page.get_by_role("button", name="Send me a code").click()
        expect(page.get_by_label("Six-digit code")).to_be_visible()
        found += faults(page, what="code")
        page.get_by_label("Six-digit code").fill(world.mailer.code)
        page.get_by_role("button", name="Open the page").click()
        expect(page.get_by_role("heading", name="Messages")).to_be_visible()
        found += faults(page, what="room")

        assert found == []
