"""Story 1: a seller works with partners from HubSpot's deal and company pages."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import requests
from playwright.sync_api import expect

from app.ground.clock import utc_now
from tests.browser.axe import faults
from tests.qr import said_by
from tests.stories.crms import StoryHubspot
from tests.stories.running import until
from tests.stories.seats import PATIENCE, HubspotSeat, put

CARDS = {
    "Overview": "Northwind Integrators",
    "Thread": "Northwind Integrators will see this",
    "Plan": "Rollout calendar agreed with the clinics",
    "Registration": "Protected",
    "Certifications": "Security Fundamentals",
    "Conflicts": "No conflict",
    "Sharing": "priya.raman@northwind.example",
}

pytestmark = [pytest.mark.browser, pytest.mark.timeout(480)]


def test_every_card_loads_on_the_deals_page(hubspot: StoryHubspot, hubspot_seat: HubspotSeat) -> None:
    hubspot_seat.open(hubspot.page(hubspot.deal("orchard")))

    said = {name: hubspot_seat.show(name).inner_text() for name in CARDS}

    for name, words in CARDS.items():
        assert words in said[name], name


def test_a_card_that_hubspot_did_not_sign_is_refused(hubspot: StoryHubspot) -> None:
    deal = hubspot.deal("halden")
    address = f"{hubspot.web}/hubspot/cards/overview?objectType=0-3&objectId={deal}"

    bare = requests.get(address, timeout=30)
    forged = requests.get(
        address + "&userId=1&userEmail=x@y.example&portalId=62515&appId=1",
        headers={"X-HubSpot-Signature-v3": "AAAA", "X-HubSpot-Request-Timestamp": "1"},
        timeout=30,
    )

    assert (bare.status_code, forged.status_code) == (401, 401)
    assert "Northwind" not in bare.text + forged.text


def test_a_seller_posts_plans_shares_and_copies(hubspot: StoryHubspot, hubspot_seat: HubspotSeat) -> None:
    deal, seat = hubspot.deal("orchard"), hubspot_seat
    due = utc_now().date() + timedelta(days=12)
    seat.open(hubspot.page(deal))

    thread = seat.show("Thread")
    thread.get_by_label("Message").fill("Can the crews start in Bend?")
    thread.get_by_role("button", name="Send").click()
    expect(thread).to_contain_text("Can the crews start in Bend?")

    plan = seat.show("Plan")
    plan.get_by_role("button", name="Add a step").click()
    plan.get_by_role("textbox", name="Step", exact=True).fill("Name the site leads")
    plan.get_by_label("Due").fill(str(due))
    plan.get_by_role("button", name="Add step").click()
    step = plan.get_by_role("listitem").filter(has_text="Name the site leads")
    # The seller's day may be another than ours.
    expect(step).to_contain_text(re.compile("Northwind Integrators · in 1[123] days"))

    sharing = seat.show("Sharing")
    sharing.get_by_label("For").first.select_option(label="Lukas Hoffmann (lukas.hoffmann@northwind.example)")
    expect(sharing.get_by_label("7 days").first).to_be_checked()
    sharing.get_by_role("button", name="Create link").first.click()
    expect(sharing).to_contain_text("Your link is ready")
    seat.page.evaluate("navigator.clipboard.writeText('')")  # what another page copied may still be there
    sharing.get_by_role("button", name="Copy link").click()
    ours = re.compile(re.escape(hubspot.demo.addresses["share"]) + r"/s/[\w-]{43}")
    found = until(
        lambda: ours.fullmatch(seat.page.evaluate("navigator.clipboard.readText()")), "a copied link"
    )
    link = found.group()
    sharing.get_by_role("button", name="Show QR code").click()
    assert said_by(sharing.get_by_alt_text("QR code that opens this link").get_attribute("src")) == [link]
    assert "A page is shared with you" in requests.get(link, timeout=30).text
    expect(
        sharing.get_by_role("listitem").filter(has_text="Lukas Hoffmann").filter(has_text="Active")
    ).to_be_visible()
    ((ends,),) = hubspot.demo.rows(
        "SELECT expires_at FROM share_link WHERE tenant_id = ? AND crm_id = ? AND contact_email LIKE 'lukas%'",
        hubspot.tenant,
        deal,
    )
    ends_at = datetime.fromisoformat(ends).replace(tzinfo=UTC)
    assert abs(ends_at - utc_now() - timedelta(days=7)) < timedelta(minutes=3)
    until(lambda: [m for m in hubspot.messages(deal) if "start in Bend?" in m], "the note in HubSpot")


def test_the_companys_page_gathers_the_partner_work_and_leads_to_the_deal(
    hubspot: StoryHubspot, hubspot_seat: HubspotSeat
) -> None:
    hubspot_seat.open(hubspot.page(hubspot.company("halden"), company=True))

    overview = hubspot_seat.show("Overview")
    expect(overview).to_contain_text("Northwind Integrators")
    expect(overview).to_contain_text("Fabrikam Services")
    with hubspot_seat.page.context.expect_page() as opened:
        overview.get_by_role("link", name="Open").first.click()

    expect(opened.value.get_by_role("heading", level=1)).to_have_text("Halden Marine – Fleet Insight rollout")


def test_a_partners_person_has_a_page_with_certificates_and_rooms(
    hubspot: StoryHubspot, hubspot_seat: HubspotSeat
) -> None:
    page = hubspot_seat.page
    hubspot_seat.open(hubspot.person("priya"))
    tab, sidebar = page.get_by_test_id("card-tab"), page.get_by_test_id("card-sidebar")

    expect(tab).to_contain_text("Security Fundamentals", timeout=PATIENCE)
    expect(sidebar).to_contain_text("Northwind Integrators", timeout=PATIENCE)
    expect(tab.get_by_role("tab")).to_have_count(0)
    assert faults(page, "a contact") == []
    tab.get_by_role("button", name="Record a certification").click()
    tab.get_by_label("Certification", exact=False).first.fill("Pipeline Builder")
    tab.get_by_role("button", name="Record", exact=True).click()

    expect(tab.get_by_role("listitem").filter(has_text="Pipeline Builder")).to_contain_text("Valid")
    expect(sidebar).to_contain_text("Pipeline Builder", timeout=PATIENCE)


def test_a_customers_person_is_added_to_a_partner_from_its_page(
    hubspot: StoryHubspot, hubspot_seat: HubspotSeat
) -> None:
    hubspot_seat.open(hubspot.person("halden"))
    tab = hubspot_seat.page.get_by_test_id("card-tab")

    expect(tab).to_contain_text("Works for none of your partners", timeout=PATIENCE)
    tab.get_by_role("button", name="Add to a partner").click()
    put(tab.get_by_label("Partner"), "Fabrikam")
    tab.get_by_role("button", name="Add contact").click()

    expect(tab).to_contain_text("No certificate recorded", timeout=PATIENCE)
    expect(tab).to_contain_text("Fabrikam Services")
