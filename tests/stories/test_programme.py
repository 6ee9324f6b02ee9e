"""Story 8: a partner programme from end to end: a certificate, a registration with its steps, a dispute; a plan from
a template, and what is worth reading."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, Request, expect

from app.disclosure.policy import default_policy
from app.ground.clock import utc_now
from tests.stories.crms import StoryCrm
from tests.stories.guests import Guest
from tests.stories.running import until
from tests.stories.seats import Seat

ADMIN = "Helene Brandt"
COURSE = "Field Delivery"
IDA = ("ida.holm@tallgrass.example", "Ida Holm")
TESSEL = {"Customer company": "Tessel Robotics", "Customer website": "tessel-robotics.example"}
REGION = "Occitanie"
RULE = {
    "name": f"Agencies in {REGION}",
    "partner_types": ["agency"],
    "regions": [REGION],
    "required": ["amount"],
    "certifications": [COURSE],
    "steps": [{"name": "Channel desk"}, {"name": "Finance", "min_amount": 50_000}],
}
LIBRARY = "https://learn.localhost:9"
"""Nobody answers there: that somebody is led to it is what the story asks."""

SHOWN, HIDDEN = "A start with us", "Managed Rollout: how we deliver"

pytestmark = [pytest.mark.browser, pytest.mark.timeout(480)]


@dataclass(frozen=True)
class Agency:
    """A partner that no other story meets."""

    crm: StoryCrm
    id: str

    def room(self, deal: str) -> str:
        to = {"contact_email": IDA[0], "contact_name": IDA[1], "days": "7"}
        return self.crm.run(deal, "sharing.create_link", partner_id=self.id, **to)["url"]


@pytest.fixture
def agency(crm: StoryCrm) -> Agency:
    """Taken in by the admin, who says what holds for agencies of one region, and for nobody else."""
    crm.become(ADMIN)
    held = crm.demo.rows("SELECT id FROM partner WHERE tenant_id = ? AND name = 'Tallgrass'", crm.tenant)
    return Agency(crm, held[0][0] if held else _taken_in(crm, crm.deal("23:tessel")))


def _taken_in(crm: StoryCrm, deal: str) -> str:
    firm = {"name": "Tallgrass", "type": "agency", "domain": "tallgrass.example"}
    partner_id = crm.run(deal, "partner.create", **firm)["partner_id"]
    crm.run(deal, "partner.add_contact", partner_id=partner_id, name=IDA[1], email=IDA[0])
    programme, version = _newest(crm, "programme")
    rules = [*programme.get("rules", [{"name": "Everyone"}]), RULE]
    body = {**programme, "rules": rules}
    crm.run(deal, "programme.save", body=body, version=version, reason="Agencies")
    policy, version = _newest(crm, "policy")
    policy = policy or default_policy().to_json()
    policy.get("grid", policy)["agency"]["room"]["content"] = "show"
    crm.run(deal, "policy.save", body=policy, version=version or 1, reason="Agencies read on")
    for title, product in ((SHOWN, ""), (HIDDEN, "Managed Rollout")):
        page = f"{LIBRARY}/{len(title)}"
        item = {"title": title, "url": page, "product": product, "partner_types": ["agency"]}
        crm.run(deal, "content.save", **item)
    return partner_id


def _newest(crm: StoryCrm, kind: str) -> tuple[dict[str, Any], int]:
    question = f"SELECT body, version FROM {kind} WHERE tenant_id = ? ORDER BY version DESC LIMIT 1"
    found = crm.demo.rows(question, crm.tenant)
    return (json.loads(found[0][0]), found[0][1]) if found else ({}, 0)


def register(phone: Page, form: str, amount: str, region: str = "") -> None:
    phone.goto(form)
    if region:
        phone.get_by_label("Region").fill(region)
    about = {"Expected amount": amount, "Your name": IDA[1], "Your e-mail": IDA[0]}
    for label, value in (TESSEL | about).items():
        phone.get_by_label(label).fill(value)
    phone.get_by_role("button", name="Register the deal").click()
    expect(phone.get_by_role("button", name="Register the deal")).to_have_count(0)


def test_a_certificate_opens_the_way_to_a_registration_that_is_asked_about_and_approved_in_steps(
    crm: StoryCrm, agency: Agency, seat: Seat, guest: Callable[[str], Guest]
) -> None:
    deal = crm.deal("23:tessel")
    crm.run(deal, "partner.attach", partner_id=agency.id)
    form = crm.run(deal, "sharing.create_form_link", partner_id=agency.id, days="7")["url"]
    ida = guest(IDA[0])

    register(ida.phone, form, "80,000 EUR", REGION)
    refused = ida.phone.get_by_text(f"needs a valid certification to register deals: {COURSE}")
    until(lambda: refused.count() or not ida.phone.reload(), "what is missing, on the form")

    valid_to = utc_now().date() + timedelta(days=400)
    row = f"certification,person,email,partner,expires\n{COURSE},{IDA[1]},{IDA[0]},Tallgrass,{valid_to}\n"
    crm.run(deal, "certification.import", text=row)
    seat.open(crm.page(deal))
    seat.shows("Certifications", COURSE)
    register(ida.phone, form, "80,000 EUR", REGION)

    seat.shows("Registration", "Waits for your decision")
    seat.give("Registration", "Ask the partner", "Ask", What_do_you_need="Which sites are meant?")
    ida.enter(agency.room(deal))
    asked = ida.phone.get_by_text("Which sites are meant?")
    until(lambda: asked.count() or not ida.phone.reload(), "the question, in the room")
    ida.phone.get_by_label("Your answer").fill("Lyon and Nantes.")
    ida.phone.get_by_role("button", name="Send the answer").click()
    ida.phone.get_by_text("Change your registration").click()
    amount = ida.phone.get_by_label("Expected amount")
    expect(amount).to_have_value("80,000 EUR")
    amount.fill("90,000 EUR")
    ida.phone.get_by_role("button", name="Change", exact=True).click()

    seat.shows("Registration", "90,000 EUR")
    seat.give("Registration", "Approve: Channel desk", "Approve", Reason="A customer we want")
    seat.give("Registration", "Approve: Finance", "Approve", Reason="The margin holds")
    seat.shows("Registration", "Protected until")
    until(lambda: crm.value(deal, "protected_until"), "the protection in the CRM")
    protected = ida.phone.get_by_text("You are protected")
    until(lambda: protected.count() or not ida.phone.reload(), "the protection, in the room")
    _disputed(crm, seat, ida.phone)


def _disputed(crm: StoryCrm, seat: Seat, phone: Page) -> None:
    """Another partner registers the same customer: from the flag over both positions to the decision."""
    register(phone, crm.demo.addresses["form_links"][crm.name], "70,000 EUR")

    seat.shows("Conflicts", "Contoso Resale")
    said = "We brought the plant manager in."
    seat.give("Conflicts", "Open a dispute", "Put on record", Whose_position="Tallgrass", Position=said)
    seat.shows("Conflicts", "In dispute, to be settled in")
    seat.give("Conflicts", "The earlier claim stands", "Decide", Reason="Tallgrass came first")
    seat.shows("Conflicts", "Settled (1)")
    until(lambda: "Tallgrass came first" in crm.settled(crm.deal("23:tessel")), "the decision in the CRM")


def test_a_plan_from_a_template_is_worked_on_by_both_sides_and_what_to_read_is_offered_and_counted(
    crm: StoryCrm, agency: Agency, seat: Seat, guest: Callable[[str], Guest]
) -> None:
    deal = crm.deal("33:alder")
    crm.run(deal, "partner.attach", partner_id=agency.id)
    seat.open(crm.page(deal))

    seat.give("Plan", "Start from a template", "Add its steps", Template="Co-sell")
    seat.shows("Plan", "Price floor review")
    ida = guest(IDA[0])
    ida.enter(agency.room(deal))
    room = ida.phone.locator("main")
    step = room.locator("#card-asked [data-step]", has_text="Map who knows whom at the customer")
    until(lambda: step.count() or not ida.phone.reload(), "the plan, in the room")
    expect(room).not_to_contain_text("Price floor review")
    step.get_by_role("button").first.click()

    seat.shows("Plan", "1 of ")
    expect(seat.show("Plan")).to_contain_text("Done by Ida Holm")
    expect(seat.show("Plan")).to_contain_text("12 ")
    until(lambda: crm.value(deal, "plan_health"), "the plan's health in the CRM")
    until(lambda: crm.done_steps(deal) == ["Map who knows whom at the customer"], "the done step in the CRM")
    _read_on(crm, seat, deal, ida.phone)


def _read_on(crm: StoryCrm, seat: Seat, deal: str, phone: Page) -> None:
    """What fits the product is for the seller alone, for agencies are not told the product."""
    card = seat.show("Certifications")
    expect(card).to_contain_text(HIDDEN)
    expect(phone.locator("main")).not_to_contain_text(HIDDEN)
    with seat.page.context.expect_event("request", _of_the_library):
        card.get_by_role("listitem").filter(has_text=SHOWN).get_by_role("link").click()
    with phone.context.expect_event("request", _of_the_library):
        phone.get_by_role("listitem").filter(has_text=SHOWN).get_by_role("link").click()

    uses = (
        "SELECT side, opened FROM content_use JOIN content_item ON content_item.id = item_id"
        " WHERE content_use.tenant_id = ? AND title = ? ORDER BY side"
    )
    until(lambda: crm.demo.rows(uses, crm.tenant, SHOWN) == [("partner", 1), ("us", 1)], "both counted")


def _of_the_library(asked: Request) -> bool:
    return asked.url.startswith(LIBRARY)
