"""Saving the safelist with its exceptions: what they do to rooms and links, and what a grid alone leaves as it is."""

from typing import Any

import pytest

from app.disclosure.policy import default_policy
from app.disclosure.policy_body import stored_policy
from app.disclosure.snapshot import narrow
from app.domain.partner import PartnerType
from app.domain.record import ObjectKind
from app.ground.errors import AppError, Reason
from app.storage import policy as policies
from app.storage.published.rooms import latest_snapshot, live_policy_of
from tests.house import ADMIN, DEAL, TestHouse

GRID = default_policy().grid_json()


def saved(house: TestHouse, body: dict[str, Any], **more: object) -> int:
    with house.house.database.read() as connection:
        version = policies.current(connection, house.tenant.id).version
    fields = {"body": body, "version": version, "reason": "Because", **more}
    return int(str(house.run("policy.save", fields, actor=ADMIN, record=None).result["version"]))


def body(*rules: dict[str, str], **more: object) -> dict[str, Any]:
    return {"format": 2, "grid": GRID, "rules": list(rules), **more}


def served(house: TestHouse, partner: str) -> dict[str, str]:
    """What the share page would show now: the newest snapshot under the policy that is live."""
    with house.house.database.read() as connection:
        room = latest_snapshot(connection, house.tenant.id, DEAL, partner)
        live = live_policy_of(connection, house.tenant.id)
    content = narrow(
        room.content, stored_policy(live.body, live.version), PartnerType(room.partner_type), partner
    )
    return {field["name"]: field["value"] for field in content["fields"]}


@pytest.fixture
def partner(house: TestHouse) -> str:
    partner = house.attach()
    house.link(partner)
    house.work()
    return partner


def test_a_partner_gets_its_exception_and_another_of_its_type_the_grid(house: TestHouse, partner: str):
    other = house.attach("Contoso")
    house.link(other, email="lee@contoso.example")

    saved(house, body({"object": "deal", "field": "amount", "treatment": "show", "partner_id": partner}))
    house.work()

    assert served(house, partner)["amount"] == "12000"
    assert served(house, other)["amount"] == "10,000 to 25,000"


def test_taking_away_by_stage_holds_before_anything_is_published_anew(house: TestHouse, partner: str):
    assert "next_step" in served(house, partner)

    saved(house, body({"object": "deal", "field": "next_step", "treatment": "absent", "stage": "s1"}))

    assert "next_step" not in served(house, partner)


def test_a_stage_that_comes_later_opens_and_one_that_is_left_closes(house: TestHouse, partner: str):
    saved(house, body({"object": "deal", "field": "amount", "treatment": "show", "stage": "s2"}))
    house.work()
    assert served(house, partner)["amount"] == "10,000 to 25,000"

    house.crm.records[ObjectKind.DEAL, "900"]["stage"] = "s2"
    house.house.fetch(house.tenant.id, DEAL)
    house.work()

    assert served(house, partner)["amount"] == "12000"


def test_the_motion_is_read_from_the_field_that_the_policy_names(house: TestHouse, partner: str):
    house.crm.records[ObjectKind.DEAL, "900"]["type"] = "Renewal"
    rule = {"object": "deal", "field": "amount", "treatment": "absent", "motion": "renewal"}

    saved(house, body(rule, motion={"field": "type", "values": {"Renewal": "renewal", "New": "sourced"}}))
    assert "amount" not in served(house, partner)  # the motion is not known yet: what shows least
    house.work()

    assert "amount" not in served(house, partner)


def test_a_grid_alone_leaves_the_exceptions_as_they_are(house: TestHouse, partner: str):
    saved(house, body({"object": "deal", "field": "amount", "treatment": "absent", "partner_id": partner}))

    saved(house, GRID)

    assert "amount" not in served(house, partner)


def test_a_whole_policy_without_exceptions_takes_them_away(house: TestHouse, partner: str):
    saved(house, body({"object": "deal", "field": "amount", "treatment": "absent", "partner_id": partner}))

    saved(house, GRID, whole=True)

    assert "amount" in served(house, partner)


def test_nobody_but_the_named_people_of_a_partner_gets_a_link(house: TestHouse, partner: str):
    saved(house, body(people={partner: ["kim@northwind.example"]}))

    with pytest.raises(AppError) as caught:
        house.link(partner, email="lee@northwind.example")

    assert caught.value.reason is Reason.FORBIDDEN
    assert house.link(partner, email="kim@northwind.example")["url"]


def test_a_record_outside_the_territory_is_empty_at_once_and_gets_no_link(house: TestHouse, partner: str):
    country = {"object": "company", "field": "country", "partners": {partner: ["Atlantis"]}}

    saved(house, body(territories=country))

    assert served(house, partner) == {}
    with pytest.raises(AppError, match="territory"):
        house.link(partner)


def test_a_rule_that_opens_a_margin_is_refused(house: TestHouse, partner: str):
    with pytest.raises(AppError) as caught:
        saved(house, body({"object": "deal", "field": "margin", "treatment": "show", "partner_id": partner}))

    assert caught.value.reason is Reason.NEVER_SHARED
