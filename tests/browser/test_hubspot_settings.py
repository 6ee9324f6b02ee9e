"""The settings page's real bundle in a real browser, against the real app behind signed requests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from app.crm.port import Unavailable
from app.disclosure.policy import Treatment
from app.domain.partner import PartnerType
from app.storage import policy as policies
from app.storage import tenant as tenants
from tests.browser.hubspot_site import Site, hubspot_site
from tests.house import TestHouse

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


@pytest.fixture
def site(house: TestHouse, tmp_path: Path) -> Iterator[Site]:
    with hubspot_site(house, tmp_path) as made:
        yield made


@pytest.fixture
def page(chromium: Browser, site: Site) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(10_000)
    yield page
    assert page.evaluate("window.__host.errors") == []
    context.close()


def open_settings(page: Page, site: Site) -> None:
    page.goto(site.settings)
    expect(page.get_by_role("tab").first).to_be_visible()


def test_the_checklist_finds_what_is_not_done(page: Page, site: Site) -> None:
    open_settings(page, site)

    card = page.get_by_test_id("setup-cards-deal")
    expect(card).to_contain_text("To do")
    expect(card).to_contain_text("Customize record")
    expect(page.get_by_test_id("setup-scopes")).to_contain_text("Done")


def test_an_admin_opens_a_field_and_it_is_in_force(page: Page, site: Site) -> None:
    partner = site.house.attach()
    site.house.link(partner)
    open_settings(page, site)

    page.get_by_role("tab", name="What partners see").click()
    expect(page.get_by_label("Type of partner")).to_contain_text("Reseller (1 partner)")
    page.get_by_label("Deal: Amount").select_option(label="Show")
    expect(
        page.get_by_text("1 partner and 1 open link would newly see Deal · Amount: 1 person, 1 record.")
    ).to_be_visible()
    page.get_by_label("Reason").fill("Agreed in spring")
    page.get_by_role("button", name="Save 1 change").click()

    expect(page.get_by_test_id("toast")).to_contain_text("Saved as version 2.")
    with site.house.house.database.read() as connection:
        saved = policies.current(connection, site.house.tenant.id)
    assert saved.treatment(PartnerType.RESELLER, "deal", "amount") is Treatment.SHOW
    expect(page.get_by_role("button", name="Keep as it is")).to_be_visible()


def test_a_field_that_is_never_shared_has_no_choice(page: Page, site: Site) -> None:
    open_settings(page, site)
    page.get_by_role("tab", name="What partners see").click()

    page.get_by_text("Never shared (").click()

    expect(page.get_by_text("Your margin is never shared with a partner.")).to_be_visible()
    expect(page.get_by_label("Deal: Margin")).to_have_count(0)


def test_a_missing_reason_is_said_and_nothing_is_saved(page: Page, site: Site) -> None:
    open_settings(page, site)
    page.get_by_role("tab", name="What partners see").click()
    page.get_by_role("button", name="Keep as it is").click()

    expect(page.get_by_role("alert")).to_contain_text("Say why")
    with site.house.house.database.read() as connection:
        assert policies.current(connection, site.house.tenant.id).version == 1


def test_a_partner_is_added_and_its_type_changed(page: Page, site: Site) -> None:
    open_settings(page, site)
    page.get_by_role("tab", name="Partners", exact=True).click()

    page.get_by_label("Name").fill("Northwind Integrators")
    page.get_by_role("combobox", name="Type", exact=True).select_option(label="Reseller")
    page.get_by_role("button", name="Add partner").click()
    expect(page.get_by_role("cell", name="Northwind Integrators", exact=True)).to_be_visible()
    page.get_by_role("button", name="Edit Northwind Integrators").click()
    page.get_by_role("combobox", name="Type", exact=True).select_option(label="Managed service provider")
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.get_by_role("cell", name="Managed service provider", exact=True)).to_be_visible()


def test_a_lost_access_is_shown_first_and_leads_to_connecting_again(page: Page, site: Site) -> None:
    with site.house.house.database.write() as connection:
        tenants.set_trouble(connection, site.house.tenant.id, "HubSpot no longer accepts our access.")
    site.house.crm.failures.append(Unavailable("down"))
    open_settings(page, site)

    expect(page.get_by_test_id("setup-connection")).to_contain_text("no longer accepts our access")
    page.get_by_role("tab", name="Connection").click()
    expect(page.get_by_role("link", name="Connect again")).to_have_attribute(
        "href", "https://app.vendor.example/hubspot/oauth/start"
    )


def test_a_seller_is_told_who_can_help(page: Page, site: Site) -> None:
    page.goto(site.settings)
    page.get_by_label("Signed in as").select_option(label="Sam Seller · Seller")

    expect(page.get_by_role("heading", name="Not available to you")).to_be_visible()
    expect(page.get_by_text("ada@vendor.example")).to_be_visible()


def test_the_whole_page_can_be_used_by_keyboard(page: Page, site: Site) -> None:
    open_settings(page, site)
    page.get_by_role("tab").first.focus()

    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="What partners see")).to_be_focused()
    # What a tab holds comes a moment after it: what is not there yet cannot be tabbed to.
    expect(page.get_by_label("Search fields")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_label("Type of partner")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_label("Search fields")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_test_id("cell-deal-name")).to_be_focused()
