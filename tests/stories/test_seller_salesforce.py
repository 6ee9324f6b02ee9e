"""Story 2: the same from Salesforce's opportunity and account pages, with the cookies of other sites switched off."""

import re
from datetime import timedelta

import pytest
import requests
from playwright.sync_api import expect

from app.ground.clock import utc_now
from tests.browser.axe import faults
from tests.qr import said_by
from tests.stories.crms import StorySalesforce
from tests.stories.running import until
from tests.stories.seats import PATIENCE, SalesforceSeat, put

CARDS = {
    "Overview": "Northwind Integrators",
    "Thread": "Northwind Integrators will see this",
    "Plan": "Rollout calendar agreed with the clinics",
    "Registration": "Protected",
    "Certifications": "Security Fundamentals",
    "Conflicts": "No conflict",
    "Sharing": "priya.raman@northwind.example",
}

NO_STORAGE = """
  if (location.origin === ORIGIN) {
    window.__stored = [];
    const note = (what) => () => { window.__stored.push(what); throw new Error("storage was used"); };
    Storage.prototype.setItem = note("storage");
    indexedDB.open = note("indexedDB");
    Object.defineProperty(Document.prototype, "cookie", { get: note("cookie"), set: note("cookie") });
  }
"""

pytestmark = [pytest.mark.browser, pytest.mark.timeout(480)]


def test_the_org_posts_a_signed_request_and_every_card_loads(
    salesforce: StorySalesforce, salesforce_seat: SalesforceSeat
) -> None:
    posted: list[str] = []
    salesforce_seat.page.on(
        "request",
        lambda sent: posted.append(sent.post_data or "") if sent.url.endswith("/salesforce/canvas") else None,
    )
    salesforce_seat.open(salesforce.page(salesforce.deal("orchard")))

    said = {name: salesforce_seat.show(name).inner_text() for name in CARDS}

    for name, words in CARDS.items():
        assert words in said[name], name
    assert [bool(re.match(r"signed_request=[\w%+/=-]+\.[\w%+/=-]+$", body)) for body in posted] == [True]


def test_a_signed_request_opens_the_panel_once_and_a_forged_one_never(salesforce: StorySalesforce) -> None:
    deal = salesforce.deal("halden")
    canvas = salesforce.http.get(
        f"{salesforce.origin}/lightning/_canvas/Opportunity/{deal}", timeout=30
    ).json()
    signature, envelope = canvas["signed_request"].split(".")

    def post(signed: str) -> int:
        return requests.post(canvas["url"], data={"signed_request": signed}, timeout=30).status_code

    assert post(f"{signature[::-1]}.{envelope}") == 401
    assert post(canvas["signed_request"]) == 200
    assert post(canvas["signed_request"]) in (401, 409)


def test_a_seller_posts_plans_shares_and_copies(
    salesforce: StorySalesforce, salesforce_seat: SalesforceSeat
) -> None:
    deal, seat = salesforce.deal("orchard"), salesforce_seat
    due = utc_now().date() + timedelta(days=12)
    seat.page.add_init_script(NO_STORAGE.replace("ORIGIN", repr(salesforce.web)))
    seat.open(salesforce.page(deal))

    thread = seat.show("Thread")
    composer = seat.frame.locator("form[data-command='thread.post'][data-audience=partner]")
    composer.locator("textarea").fill("Can the crews start in Bend?")
    composer.get_by_role("button", name="Send").click()
    expect(thread).to_contain_text("Can the crews start in Bend?")

    plan = seat.show("Plan")
    form = seat.unfold("plan.add_step")
    form.get_by_role("textbox", name="Step", exact=True).fill("Name the site leads")
    form.get_by_label("Due").fill(str(due))
    form.get_by_role("button", name="Add step").click()
    step = plan.get_by_role("listitem").filter(has_text="Name the site leads").last
    # The seller's day may be another than ours.
    expect(step).to_contain_text(re.compile("Northwind Integrators · in 1[123] days"))

    sharing = seat.show("Sharing")
    form = seat.unfold("sharing.create_link")
    form.get_by_label("For").select_option(label="Lukas Hoffmann (lukas.hoffmann@northwind.example)")
    expect(form.get_by_label("7 days")).to_be_checked()
    form.get_by_role("button", name="Create link").click()
    link = seat.frame.get_by_label("Share link").input_value()
    seat.frame.get_by_text("Show QR code").click()
    assert said_by(seat.frame.get_by_alt_text("QR code that opens this link").get_attribute("src")) == [link]
    seat.frame.get_by_role("button", name="Copy link").click()
    expect(seat.frame.locator("#notices")).to_contain_text(re.compile(r"Copied\.|Press Ctrl\+C"))

    assert re.fullmatch(re.escape(salesforce.demo.addresses["share"]) + r"/s/[\w-]{43}", link)
    assert "A page is shared with you" in requests.get(link, timeout=30).text
    expect(
        sharing.get_by_role("listitem").filter(has_text="Lukas Hoffmann").filter(has_text="Active")
    ).to_be_visible()
    until(
        lambda: [m for m in salesforce.messages(deal) if "start in Bend?" in m], "the message in Salesforce"
    )
    assert seat.frame.locator("body").evaluate("() => window.__stored") == []
    assert seat.page.context.cookies(salesforce.web) == []


def test_the_accounts_page_gathers_the_partner_work_and_leads_to_the_opportunity(
    salesforce: StorySalesforce, salesforce_seat: SalesforceSeat
) -> None:
    salesforce_seat.open(salesforce.page(salesforce.company("halden"), company=True))

    overview = salesforce_seat.show("Overview")
    expect(overview).to_contain_text("Northwind Integrators")
    expect(overview).to_contain_text("Fabrikam Services")
    with salesforce_seat.page.context.expect_page() as opened:
        overview.get_by_role("link", name="Open").first.click()

    expect(opened.value.get_by_role("heading", level=1)).to_have_text("Halden Marine – Fleet Insight rollout")


def test_a_partners_person_has_a_page_with_certificates_and_rooms(
    salesforce: StorySalesforce, salesforce_seat: SalesforceSeat
) -> None:
    seat = salesforce_seat
    seat.open(salesforce.person("priya"))
    card = seat.frame.locator("#card[data-card=certifications]")

    expect(card).to_contain_text("Security Fundamentals", timeout=PATIENCE)
    expect(card).to_contain_text("Northwind Integrators")
    expect(seat.frame.get_by_role("tab")).to_have_count(0)
    frame = seat.page.frames[-1]
    assert faults(frame, "a contact") == []
    form = seat.unfold("certification.record")
    form.get_by_label("Certification").first.fill("Pipeline Builder")
    form.get_by_role("button", name="Record", exact=True).click()

    expect(card.get_by_role("listitem").filter(has_text="Pipeline Builder").first).to_contain_text("Valid")


def test_a_customers_person_is_added_to_a_partner_from_its_page(
    salesforce: StorySalesforce, salesforce_seat: SalesforceSeat
) -> None:
    seat = salesforce_seat
    seat.open(salesforce.person("halden"))
    card = seat.frame.locator("#card[data-card=certifications]")

    expect(card).to_contain_text("Works for none of your partners", timeout=PATIENCE)
    form = seat.unfold("partner.add_contact")
    put(form.get_by_label("Partner"), "Fabrikam")
    form.get_by_role("button", name="Add contact").click()

    expect(card).to_contain_text("No certificate recorded", timeout=PATIENCE)
    expect(card).to_contain_text("Fabrikam Services")
