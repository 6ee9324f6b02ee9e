"""Story 6: a second partner registers by a login-free form. Sellers see the conflict, the partner learns nothing."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.stories.crms import StoryCrm
from tests.stories.guests import Guest
from tests.stories.running import until
from tests.stories.seats import Seat

PROTECTED = ("Halden Marine", "halden-marine.example")
OWN_DEAL = ("Meridian Rail", "meridian-rail.example")
NOBODY = ("Fjordglass Optics", "fjordglass.example")

pytestmark = [pytest.mark.browser, pytest.mark.timeout(480)]


def register(phone: Page, link: str, customer: tuple[str, str]) -> None:
    phone.goto(link)
    phone.get_by_label("Customer company").fill(customer[0])
    phone.get_by_label("Customer website").fill(customer[1])
    phone.get_by_label("Expected amount").fill("90,000 EUR")
    phone.get_by_label("Your name").fill("Bruno Keller")
    phone.get_by_label("Your e-mail").fill("bruno.keller@contoso.example")
    phone.get_by_role("button", name="Register the deal").click()
    expect(phone.get_by_role("button", name="Register the deal")).to_have_count(0)


def test_sellers_see_the_flag_with_its_evidence_on_the_record(
    crm: StoryCrm, seat: Seat, guest: Callable[[str], Guest]
) -> None:
    form = crm.demo.addresses["form_links"][crm.name]
    phone = guest("bruno.keller@contoso.example").phone
    companies = {PROTECTED: crm.company("halden"), OWN_DEAL: crm.company("meridian")}
    flagged = "SELECT company_id FROM conflict WHERE tenant_id = ?"

    for customer in (PROTECTED, OWN_DEAL):
        register(phone, form, customer)

    until(
        lambda: {row[0] for row in crm.demo.rows(flagged, crm.tenant)} >= set(companies.values()),
        "both conflicts found",
    )
    seat.open(crm.page(crm.deal("halden")))
    seat.shows("Conflicts", "Contoso Resale")
    card = seat.show("Conflicts")
    expect(card).to_contain_text("Northwind Integrators")
    expect(card).to_contain_text("The names are the same")
    expect(card).to_contain_text("The registration of Contoso Resale stands")
    seat.shows("Overview", "Contoso Resale")
    seat.open(crm.page(companies[OWN_DEAL], company=True))
    seat.shows("Conflicts", "Meridian Rail")


def test_the_partner_gets_the_same_bytes_whoever_it_met(
    crm: StoryCrm, guest: Callable[[str], Guest], subtests: pytest.Subtests
) -> None:
    form = crm.demo.addresses["form_links"][crm.name]
    phone = guest("bruno.keller@contoso.example").phone
    answers = {}

    for customer in (PROTECTED, OWN_DEAL, NOBODY):
        register(phone, form, customer)
        first = phone.content()
        until(
            lambda: not crm.demo.rows("SELECT 1 FROM partner_inbox WHERE state = 'waiting'"),
            "the registration is dealt with",
        )
        phone.reload()
        answers[customer[0]] = [_without(page, customer) for page in (first, phone.content())]

    for name, pages in answers.items():
        with subtests.test(name):
            assert pages == answers[NOBODY[0]]
            assert pages[0] == pages[1]
            assert not re.search(
                "Northwind|protect|conflict|opportunity|already", "".join(pages), re.IGNORECASE
            )


def _without(page: str, customer: tuple[str, str]) -> str:
    """The page without what was typed, the number of this answer and the minute in which it was given."""
    for typed in customer:
        page = page.replace(typed, "…")
    return re.sub(r"[0-9a-f]{32}|\d\d:\d\d UTC", "#", page)
