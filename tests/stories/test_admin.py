"""Story 5: an admin decides what partners see, and it holds on the partner's next request."""

import re
from collections.abc import Callable, Iterator

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from tests.stories.crms import StoryHubspot
from tests.stories.guests import Guest
from tests.stories.running import Demo

AMARA = ("amara.diallo@fabrikam.example", "Amara Diallo")

pytestmark = [pytest.mark.browser, pytest.mark.timeout(480)]


@pytest.fixture(scope="module")
def session(demo: Demo, chromium: Browser) -> list:
    """The admin's way in works once: the cookies of the session that it opened."""
    context = chromium.new_context()
    page = context.new_page()
    entrance = _entrance(demo)
    page.goto(entrance)
    page.get_by_role("button", name="Open the admin pages").click()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    cookies = context.cookies()
    context.close()
    return cookies


def _entrance(demo: Demo) -> str:
    """As the admin gets it in HubSpot: the settings page of the card asks for a ticket, signed."""
    crm = StoryHubspot(demo)
    page = crm.http.get(crm.page(crm.deal("halden")), timeout=30).text
    user = re.search(r'<option value="(\d+)"[^>]*>\s*Helene Brandt', page)[1]
    crm.http.post(f"{crm.origin}/sandbox-user", data={"user": user, "next": "/"}, timeout=30)
    return crm.run(crm.deal("halden"), "admin.enter")["url"]


@pytest.fixture
def admin(demo: Demo, chromium: Browser, session: list) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, base_url=demo.addresses["web"])
    context.add_cookies(session)
    page = context.new_page()
    page.set_default_timeout(20_000)
    yield page
    context.close()


def save(admin: Page, field: str, treatment: str, reason: str) -> None:
    admin.goto("/admin/safelist")
    admin.get_by_label(f"{field} for System integrator").select_option(treatment)
    admin.get_by_label("Reason").fill(reason)
    admin.get_by_role("button", name="Save").click()
    expect(admin.get_by_role("status").filter(has_text="Saved as version")).to_be_visible()


def test_the_grid_shows_every_partner_type_for_every_field_with_a_sample(admin: Page) -> None:
    admin.goto("/admin/safelist")

    expect(admin.get_by_role("columnheader")).to_have_text(
        [
            "Field",
            "Reseller",
            "Referral partner",
            "System integrator",
            "Technology alliance",
            "Distributor",
            "Managed service provider",
            "Agency",
        ]
    )
    expect(admin.get_by_role("rowheader", name=re.compile("^Next step"))).to_contain_text("hs_next_step")
    expect(admin.get_by_label("Amount for Reseller")).to_have_value("band")
    for part in ("Customer", "Room"):
        admin.get_by_role("navigation", name="Object").get_by_role("link", name=part).click()
        expect(admin.get_by_role("region", name=f"Safelist of {part}")).to_be_visible()


def test_a_removed_field_is_gone_on_the_partners_next_request(
    demo: Demo, hubspot: StoryHubspot, admin: Page, guest: Callable[[str], Guest]
) -> None:
    amara = guest(AMARA[0])
    amara.enter(hubspot.link(hubspot.deal("halden"), "Fabrikam", *AMARA))
    expect(amara.phone.locator("#card-deal")).to_contain_text("Expected close")
    with demo.asleep("app.cli agent"):  # nobody is left who could publish
        save(admin, "Expected close", "absent", "Dates are told by people")
        amara.phone.reload()

        expect(amara.phone.locator("#card-deal")).to_contain_text("Halden Marine")
        expect(amara.phone.locator("#card-deal")).not_to_contain_text("Expected close")
        save(admin, "Expected close", "show", "Put back")


def test_the_preview_is_the_partners_own_page(hubspot: StoryHubspot, admin: Page) -> None:
    admin.goto("/admin/preview")
    admin.get_by_role("listitem").filter(has_text="Halden Marine").get_by_role(
        "link", name="Fabrikam"
    ).click()

    expect(admin.get_by_role("heading", name="What Fabrikam Services sees")).to_be_visible()
    expect(admin.locator("main")).to_contain_text("Map the ERP interfaces")
    expect(admin.locator("main")).not_to_contain_text("Hold the price floor review")
    expect(admin.locator("main")).not_to_contain_text("Floor is 225,000")


@pytest.mark.parametrize("field", ["margin", "discount", "internal_notes", "competitor"])
def test_a_forged_form_cannot_open_what_is_locked(
    demo: Demo, hubspot: StoryHubspot, admin: Page, field: str
) -> None:
    admin.goto("/admin/safelist")
    assert admin.locator(f"select[name='cell.deal.{field}.reseller']").count() == 0
    form = admin.locator("form", has=admin.get_by_label("Amount for Reseller"))
    sent = form.evaluate("form => Object.fromEntries(new FormData(form))")
    target = form.evaluate("form => form.action")
    name = next(name for name in sent if "amount" in name and "reseller" in name)
    forged = sent | {name.replace("amount", field): "show", "reason": "Forged"}
    policies = "SELECT max(version) FROM policy WHERE tenant_id = ?"
    before = demo.rows(policies, hubspot.tenant)

    answer = requests.post(
        target,
        data=forged,
        headers={"Origin": demo.addresses["web"]},
        cookies={cookie["name"]: cookie["value"] for cookie in admin.context.cookies()},
        timeout=30,
    )

    assert 400 <= answer.status_code < 500
    assert demo.rows(policies, hubspot.tenant) == before


def test_what_is_locked_is_shown_with_its_reason(admin: Page) -> None:
    admin.goto("/admin/safelist")

    for words in ("Margin", "Discount", "Internal notes", "Competitor"):
        expect(admin.locator("main")).to_contain_text(words)
