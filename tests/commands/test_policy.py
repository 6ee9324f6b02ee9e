"""Saving the safelist with its exceptions: what they do to rooms and links, and what a grid alone leaves as it is."""

from typing import Any

import pytest

from app.commands.context import CommandResult
from app.disclosure.policy import default_policy
from app.disclosure.policy_body import stored_policy
from app.disclosure.snapshot import narrow
from app.domain.actor import Actor, ActorKind
from app.domain.partner import PartnerType
from app.domain.record import CrmKind, ObjectKind
from app.ground.errors import AppError, Reason
from app.storage import policy as policies
from app.storage.published.rooms import latest_snapshot, live_policy_of
from app.tenancy import add_tenant
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


BOB = Actor(kind=ActorKind.ADMIN, id="u3", name="Bob Admin", email="bob@vendor.example")


@pytest.fixture
def watched(house: TestHouse, partner: str) -> str:
    """A partner with two people reading, and consent needed from two people on."""
    add_tenant(
        house.house,
        crm=CrmKind.HUBSPOT,
        account_id="62515",
        name="Vendor Inc.",
        admin_emails=("ada@vendor.example", "bob@vendor.example"),
    )
    house.link(partner, email="lee@northwind.example")
    saved(house, body(approval=2))
    return partner


def propose(house: TestHouse, partner: str, **more: object) -> CommandResult:
    rule = {"object": "deal", "field": "amount", "treatment": "show", "partner_id": partner}
    fields = {"body": body(rule, approval=2) | more, "version": 2, "reason": "Wider"}
    return house.run("policy.save", fields, actor=ADMIN, record=None)


def decide(house: TestHouse, command: str, done: CommandResult, actor: Actor) -> CommandResult:
    return house.run(command, {"proposal_id": done.result["proposal_id"]}, actor=actor, record=None)


def test_a_change_that_reaches_enough_people_waits_for_a_second_admin(house: TestHouse, watched: str):
    done = propose(house, watched)
    house.work()

    assert done.result["people"] == 2
    assert served(house, watched)["amount"] == "10,000 to 25,000"

    assert decide(house, "policy.approve", done, BOB).result["version"] == 3
    house.work()

    assert served(house, watched)["amount"] == "12000"


@pytest.mark.parametrize(
    "same",
    [ADMIN, Actor(kind=ActorKind.ADMIN, id="ADA@vendor.example", name="Ada", email="Ada@Vendor.example")],
    ids=["the same session", "the admin pages, where the id is the address"],
)
def test_nobody_agrees_to_their_own_change(house: TestHouse, watched: str, same: Actor):
    done = propose(house, watched)

    with pytest.raises(AppError, match="your own change"):
        decide(house, "policy.approve", done, same)


def test_a_declined_change_is_gone_and_the_author_may_take_it_back(house: TestHouse, watched: str):
    for actor in (BOB, ADMIN):
        done = propose(house, watched)
        decide(house, "policy.decline", done, actor)
        with pytest.raises(AppError):
            decide(house, "policy.approve", done, BOB)

    assert served(house, watched)["amount"] == "10,000 to 25,000"


def test_what_was_overtaken_by_another_version_cannot_be_agreed_to(house: TestHouse, watched: str):
    done = propose(house, watched)
    saved(
        house,
        body({"object": "deal", "field": "next_step", "treatment": "absent", "stage": "s1"}, approval=2),
    )

    with pytest.raises(AppError) as caught:
        decide(house, "policy.approve", done, BOB)

    assert caught.value.reason is Reason.EDIT_CONFLICT


def test_a_change_that_takes_away_needs_nobody_else(house: TestHouse, watched: str):
    rule = {"object": "deal", "field": "amount", "treatment": "absent", "partner_id": watched}

    assert saved(house, body(rule, approval=2)) == 3


@pytest.mark.parametrize("more", [{"approval": None}, {"approval": 999}], ids=["off", "higher"])
def test_the_number_itself_is_changed_by_two(house: TestHouse, watched: str, more):
    done = house.run(
        "policy.save",
        {"body": body(**more), "version": 2, "reason": "x", "whole": True},
        actor=ADMIN,
        record=None,
    )

    assert "proposal_id" in done.result


def test_one_admin_alone_cannot_ask_for_a_second(house: TestHouse):
    with pytest.raises(AppError, match="no second admin"):
        saved(house, body(approval=1))
