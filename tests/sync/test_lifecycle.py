"""Records that are merged, deleted and restored in HubSpot, people who are erased there: told in its own events."""

from typing import Any

import pytest
from sqlalchemy import select

from app.audit_verifier import Broken, check
from app.domain.record import ObjectKind, RecordKey
from app.sharing.gate import Gate
from app.sharing.rules import Failure
from app.storage import audit, audit_export, tables
from app.storage import partner as partners
from app.storage import record as records
from app.storage import thread as messages
from app.storage.published.links import links_of
from app.storage.published.rooms import latest_snapshot
from app.storage.schema import metadata
from sync import webhook_events
from sync.rebuild import discard, rebuild
from tests.sync.connected import Connected

KIM = "kim@northwind.example"


@pytest.fixture
def told(on_hubspot: Connected) -> Connected:
    """HubSpot keeps what it has to tell until `hear` hands it over."""
    on_hubspot.world.portal.webhooks.pause()
    on_hubspot.world.portal.webhooks.set_target("http://127.0.0.1:9/nobody")
    on_hubspot.sync()
    return on_hubspot


def hear(made: Connected) -> None:
    """What HubSpot sent arrives, and the agent works it off without a poll."""
    db = made.world.portal.db
    body = made.world.portal.webhooks.waiting()
    with db.transaction() as rows:
        rows.execute("DELETE FROM events")
    made.hear(body)
    made.work()


def room(made: Connected, name: str = "Rollout") -> tuple[RecordKey, str, str]:
    """A deal at a customer with a partner, a message of Kim's, and a link that Kim can open."""
    company = made.world.make_company("Initech", domain="initech.example")
    deal = made.deal(made.world.make_deal(name, company_ids=[company]))
    hear(made)
    partner = made.attach(deal, "Northwind", domain="northwind.example")
    fields = {"partner_id": partner, "contact_email": KIM, "contact_name": "Kim Partner", "days": 7}
    url = str(made.run("sharing.create_link", deal, **fields).result["url"])
    made.run("thread.post", deal, actor=made.viewer(partner), partner_id=partner, body=f"Ask {KIM} again")
    made.work()
    return deal, partner, url.rsplit("/", 1)[-1]


def opens(made: Connected, token: str) -> bool:
    return not isinstance(Gate(made.house.database).at_the_door(token, made.house.clock()), Failure)


def log_of(made: Connected) -> list[str]:
    with made.house.database.read() as connection:
        return [row["command"] for row in audit.newest(connection, made.tenant.id)]


def test_a_deleted_deal_ends_its_links_and_a_restored_one_brings_them_back(told: Connected) -> None:
    deal, _, token = room(told)

    told.world.delete(deal.object, deal.crm_id)
    hear(told)

    assert not opens(told, token)
    assert log_of(told)[0] == "record.withdraw"

    told.world.portal.restore("deals", deal.crm_id)
    hear(told)

    with told.house.database.read() as connection:
        held = records.get(connection, told.tenant.id, deal)
    assert opens(told, token)
    assert held is not None
    assert held.company_id
    assert log_of(told)[0] == "record.bring_back"


def test_a_deletion_that_arrives_after_the_restore_changes_nothing(told: Connected) -> None:
    deal, _, token = room(told)
    told.world.delete(deal.object, deal.crm_id)
    told.world.portal.restore("deals", deal.crm_id)

    hear(told)

    assert opens(told, token)


def test_the_work_of_a_merged_deal_follows_the_survivor_and_its_link_keeps_working(told: Connected) -> None:
    deal, partner, token = room(told)
    other = told.deal(told.world.make_deal("Rollout, again"))
    hear(told)
    told.run("partner.attach", other, partner_id=partner)
    told.run("thread.post", other, partner_id=partner, body="Written on the survivor")
    told.work()

    told.world.portal.merge("deals", other.crm_id, deal.crm_id)
    hear(told)

    with told.house.database.read() as connection:
        page, _ = messages.page(connection, told.tenant.id, other, partner)
        shown = latest_snapshot(connection, told.tenant.id, other, partner)
        (link,) = links_of(connection, told.tenant.id)
    assert {one.body for one in page} == {f"Ask {KIM} again", "Written on the survivor"}
    assert opens(told, token)
    assert link.record == other
    assert shown is not None
    assert len(shown.content["messages"]) == 2


def test_what_is_told_late_of_a_merged_deal_is_the_survivors(told: Connected) -> None:
    deal, _, _ = room(told)
    other = told.deal(told.world.make_deal("The survivor"))
    hear(told)
    told.run("partner.attach", other, name="Contoso", type="reseller")
    told.world.change_field(ObjectKind.DEAL, deal.crm_id, "name", "Of the one that is gone")
    late = told.world.portal.webhooks.waiting()
    told.world.portal.merge("deals", other.crm_id, deal.crm_id)
    hear(told)

    told.hear(late)
    told.work()

    with told.house.database.read() as connection:
        held = records.get(connection, told.tenant.id, other)
        gone = records.get(connection, told.tenant.id, deal)
    assert gone is None
    assert held is not None
    assert held.name == "The survivor"


def test_a_rebuild_finds_merged_work_on_the_survivor(told: Connected) -> None:
    deal, partner, _ = room(told)
    other = told.deal(told.world.make_deal("The survivor"))
    told.sync()
    told.world.portal.merge("deals", other.crm_id, deal.crm_id)
    hear(told)
    told.sync()

    discard(told.agent, told.tenant, force=True)
    rebuild(told.agent, told.tenant, sleep=lambda _: None)

    with told.house.database.read() as connection:
        page, _ = messages.page(connection, told.tenant.id, other, partner)
        places = partners.records_of(connection, told.tenant.id, partner)
    assert [one.body for one in page] == [f"Ask {KIM} again"]
    assert places == [other]


def test_a_merged_customer_takes_its_deals_along(told: Connected) -> None:
    deal, _, _ = room(told)
    with told.house.database.read() as connection:
        held = records.get(connection, told.tenant.id, deal)
    survivor = told.world.make_company("Initech Group", domain="group.example")
    hear(told)
    assert held is not None
    assert held.company_id

    told.world.portal.merge("companies", survivor, held.company_id)
    hear(told)

    with told.house.database.read() as connection:
        now = records.get(connection, told.tenant.id, deal)
    assert now is not None
    assert now.company_id == survivor


def test_a_deal_that_moves_to_another_customer_is_read_with_its_company(told: Connected) -> None:
    deal, _, _ = room(told)
    other = told.world.make_company("Globex", domain="globex.example")
    hear(told)
    held = told.world.portal.records
    kinds = [told_type("deals"), told_type("companies")]
    (old,) = told.world.portal.linked("deals", deal.crm_id, "companies")
    held.dissociate(kinds[0], int(deal.crm_id), kinds[1], int(old["id"]), source="CRM_UI")
    held.associate(kinds[0], int(deal.crm_id), kinds[1], int(other), source="CRM_UI")

    hear(told)

    with told.house.database.read() as connection:
        moved = records.get(connection, told.tenant.id, deal)
    assert moved is not None
    assert moved.company_id == other


def told_type(name: str) -> Any:
    from app.sandbox.hubspot.schema import object_type

    return object_type(name)


def test_a_partners_person_is_called_here_as_in_hubspot(told: Connected) -> None:
    _, partner, _ = room(told)
    kim = told.world.make_contact(KIM, first_name="Kim", last_name="Partner")
    hear(told)
    told.sync()

    told.world.change_field(ObjectKind.CONTACT, kim, "last_name", "Northwind-Partner")
    hear(told)

    with told.house.database.read() as connection:
        names = [one.name for one in partners.contacts(connection, told.tenant.id, [partner])]
    assert names == ["Kim Northwind-Partner"]


def test_an_erased_person_is_nowhere_and_the_log_still_holds(told: Connected) -> None:
    deal, partner, token = room(told)
    told.run("plan.add_step", deal, partner_id=partner, title="Sign", owner_side="partner")
    kim = told.world.make_contact(KIM, first_name="Kim", last_name="Partner")
    hear(told)
    told.sync()
    before = everything(told)
    assert KIM in before
    assert "Kim Partner" in before

    told.world.portal.erase_contact(kim)
    hear(told)

    after = everything(told)
    assert KIM not in after.lower()
    assert "Kim Partner" not in after
    assert not opens(told, token)
    with told.house.database.read() as connection:
        assert audit.first_break(connection, told.tenant.id) is None
        check(audit_export.lines(connection, told.tenant.id, "Vendor Inc.", told.house.clock()), set())
        page, _ = messages.page(connection, told.tenant.id, deal, partner)
    assert [one.author_name for one in page] == ["Erased person"]


def test_a_rebuild_does_not_bring_an_erased_person_back(told: Connected) -> None:
    room(told)
    kim = told.world.make_contact(KIM, first_name="Kim", last_name="Partner")
    hear(told)
    told.sync()
    told.world.portal.erase_contact(kim)
    hear(told)
    told.sync()

    discard(told.agent, told.tenant, force=True)
    rebuild(told.agent, told.tenant, sleep=lambda _: None)

    assert KIM not in everything(told).lower()
    assert "Kim Partner" not in everything(told)


def test_whoever_uses_an_erasure_to_change_the_log_is_found(told: Connected) -> None:
    room(told)
    kim = told.world.make_contact(KIM)
    hear(told)
    told.sync()
    told.world.portal.erase_contact(kim)
    hear(told)
    t = tables.audit.c

    with told.house.database.write() as connection:
        by = connection.scalar(select(t.sequence).where(t.command == "person.erase"))
        forged = {"actor_name": "somebody else", "erased_by": by}
        connection.execute(tables.audit.update().where(t.sequence == 1).values(**forged))
        found = audit.first_break(connection, told.tenant.id)
        exported = list(audit_export.lines(connection, told.tenant.id, "Vendor Inc.", told.house.clock()))

    assert found == 1
    with pytest.raises(Broken, match="row 1 "):
        check(exported, set())


def everything(made: Connected) -> str:
    """All that the database holds of this tenant, but for who signs in."""
    found = []
    with made.house.database.read() as connection:
        for table in metadata.sorted_tables:
            found += [str(tuple(row)) for row in connection.execute(select(table))]
    return "\n".join(found)


def test_what_an_event_said_is_not_kept_once_it_is_dealt_with(told: Connected) -> None:
    told.world.make_contact("stranger@customer.example", first_name="Stranger")

    hear(told)

    assert "stranger" not in everything(told).lower()
    assert webhook_events.take_events(told.agent) == 0
