"""Story 4: what changes in the CRM reaches the partner; what no partner may see moves nothing."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.stories.crms import StoryCrm, StorySalesforce
from tests.stories.guests import Guest
from tests.stories.running import until
from tests.stories.seats import Seat

RUNE = ("rune.berg@northwind.example", "Rune Berg")

SECRETS = {
    "hubspot": ("margin", "discount", "internal_notes", "competitor"),
    "salesforce": ("Margin__c", "Discount__c", "Internal_Notes__c", "Competitor__c"),
}
NEXT_STEP = {"hubspot": "hs_next_step", "salesforce": "NextStep"}

pytestmark = [pytest.mark.browser, pytest.mark.timeout(480)]


def snapshots(crm: StoryCrm, deal: str) -> list[tuple]:
    return crm.demo.rows(
        "SELECT id, partner_id, version, content_hash FROM snapshot WHERE tenant_id = ? AND crm_id = ? ORDER BY id",
        crm.tenant,
        deal,
    )


def test_a_stage_changed_in_the_crm_is_news_for_the_partner(
    crm: StoryCrm, seat: Seat, guest: Callable[[str], Guest]
) -> None:
    deal, (value, label) = crm.deal("brightwater-utilities-edge"), crm.stage_edited
    link = crm.link(deal, "Contoso", "bruno.keller@contoso.example", "Bruno Keller")
    bruno = guest("bruno.keller@contoso.example")
    bruno.enter(link)
    expect(bruno.phone.locator("#card-deal .al-track__now")).not_to_have_text(label)
    bruno.leave()
    before = len(snapshots(crm, deal))

    seat.open(crm.page(deal))
    seat.change_stage(value)

    until(lambda: len(snapshots(crm, deal)) > before, "a new snapshot")
    bruno.enter(link)
    expect(bruno.phone.locator("#card-deal .al-track__now")).to_have_text(label)
    news = bruno.phone.locator("article", has_text="Since your last visit")
    expect(news).to_contain_text(label)


def test_salesforce_tells_of_a_change_before_any_poll_asks(salesforce: StorySalesforce) -> None:
    deal = salesforce.deal("brightwater-utilities-edge")
    heard = _events_heard(salesforce)

    salesforce.edit(deal, NextStep="Walk through the offer")

    until(lambda: _events_heard(salesforce) > heard, "the change event")


def _events_heard(crm: StoryCrm) -> str:
    return crm.demo.rows("SELECT event_at FROM event_feed WHERE tenant_id = ?", crm.tenant)[0][0]


def test_fields_that_no_partner_may_see_write_no_snapshot(crm: StoryCrm) -> None:
    deal = crm.deal("orchard")
    crm.link(deal, "Northwind", *RUNE)  # a room that nobody can open is not published
    crm.edit(deal, **{NEXT_STEP[crm.name]: "Settle the redlines"})
    until(lambda: "Settle the redlines" in _latest(crm, deal), "the room as it is now")
    before = snapshots(crm, deal)

    crm.edit(deal, **dict(zip(SECRETS[crm.name], (12.5, 3, "Hold the line.", "Orbis Controls"), strict=True)))
    # What is sent later arrives later: once this is published, the agent has dealt with the four before it.
    crm.edit(deal, **{NEXT_STEP[crm.name]: "Sign the redlines"})
    until(lambda: "Sign the redlines" in _latest(crm, deal), "the change that partners may see")

    new = snapshots(crm, deal)[len(before) :]
    assert {row[1] for row in new} == {crm.partner("Northwind")}
    assert len(new) == 1


def test_a_change_to_margin_alone_is_read_and_publishes_nothing(crm: StoryCrm) -> None:
    deal = crm.deal("orchard")
    crm.link(deal, "Northwind", *RUNE)
    _later_change_has_arrived(crm)
    before = snapshots(crm, deal)
    room = crm.demo.rows("SELECT content FROM snapshot WHERE tenant_id = ?", crm.tenant)

    crm.edit(deal, **{SECRETS[crm.name][0]: 77.25})
    _later_change_has_arrived(crm)

    assert snapshots(crm, deal) == before
    assert "77.25" not in str(room)


def _later_change_has_arrived(crm: StoryCrm) -> None:
    """Changes another record that the product watches, and waits until that has been read and published."""
    other = crm.deal("halden")
    crm.link(other, "Northwind", *RUNE)
    known = len(snapshots(crm, other))
    text = f"Survey moved, {known}"
    crm.edit(other, **{NEXT_STEP[crm.name]: text})
    until(lambda: text in _latest(crm, other), "a later change of another deal")
    until(lambda: not crm.demo.rows("SELECT 1 FROM dirty WHERE tenant_id = ?", crm.tenant), "no record waits")


def _latest(crm: StoryCrm, deal: str) -> str:
    found = crm.demo.rows(
        "SELECT content FROM snapshot WHERE tenant_id = ? AND crm_id = ? ORDER BY version DESC, id DESC LIMIT 2",
        crm.tenant,
        deal,
    )
    return str(found)
