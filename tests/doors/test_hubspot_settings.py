"""The settings page's side of HubSpot's door: admins alone, the checklist, and the safelist in both directions."""

from datetime import timedelta
from typing import Any

import pytest

from app.crm.hubspot_scopes import SCOPES
from app.crm.port import AuthExpired, Unavailable
from app.domain.record import ObjectKind
from app.storage import tables
from app.storage import tenant as tenants
from app.storage.rows import find_all
from app.tenancy import add_tenant
from tests.doors.hubspot_client import ADMIN_EMAIL, Hubspot
from tests.house import ADMIN, ORIGIN, TestHouse


@pytest.fixture
def hubspot(house: TestHouse) -> Hubspot:
    return Hubspot(house)


def ask(hubspot: Hubspot, path: str = "", **query: str) -> Any:
    answer = hubspot.send("GET", f"/hubspot/settings{path}", query, userEmail=ADMIN_EMAIL)
    assert answer.json["ok"], answer.json
    return answer.json


def overview(hubspot: Hubspot, origin: str = ORIGIN) -> Any:
    return ask(hubspot, origin=origin)["settings"]


def item(hubspot: Hubspot, name: str, **more: str) -> Any:
    return next(one for one in overview(hubspot, **more)["checklist"] if one["id"] == name)


def as_admin(hubspot: Hubspot, command: str, fields: dict[str, object], key: str = "key-00000009") -> Any:
    return hubspot.send(
        "POST",
        f"/hubspot/actions/{command}",
        body={"idempotencyKey": key, "fields": fields},
        userEmail=ADMIN_EMAIL,
    ).json


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", ""), ("GET", "/safelist"), ("POST", "/reach")],
)
def test_a_seller_is_told_who_may_open_the_settings(hubspot: Hubspot, method: str, path: str) -> None:
    answer = hubspot.send(method, f"/hubspot/settings{path}", body={} if method == "POST" else None)

    assert (answer.status_code, answer.json["reason"]) == (200, "forbidden")
    assert ADMIN_EMAIL in answer.json["message"]


@pytest.mark.parametrize("path", ["", "/safelist?type=reseller"])
def test_an_unsigned_request_for_the_settings_is_refused(hubspot: Hubspot, path: str) -> None:
    assert hubspot.client.get(f"/hubspot/settings{path}").status_code == 401


def test_a_fresh_account_is_told_what_is_left_to_do(hubspot: Hubspot) -> None:
    states = {one["id"]: one["state"] for one in overview(hubspot)["checklist"]}

    assert states == {
        "connection": "unknown",
        "scopes": "done",
        "origin": "done",
        "cards-deal": "todo",
        "cards-company": "todo",
        "cards-contact": "todo",
        "webhooks": "unknown",
        "admins": "done",
        "safelist": "todo",
        "partners": "todo",
    }


def test_everything_to_do_comes_with_advice(hubspot: Hubspot) -> None:
    for one in overview(hubspot)["checklist"]:
        assert one["sentence"].endswith(".")
        assert one["state"] != "todo" or one["advice"]


def test_a_card_that_was_opened_counts_as_placed(hubspot: Hubspot) -> None:
    hubspot.card("overview", place="sidebar")
    hubspot.house.clock.advance(timedelta(minutes=30))

    assert item(hubspot, "cards-deal")["sentence"] == "Last opened in the sidebar 30 minutes ago."
    assert item(hubspot, "cards-company")["state"] == "todo"


def test_a_card_in_a_place_we_do_not_know_is_answered_and_not_counted(hubspot: Hubspot) -> None:
    assert hubspot.card("overview", place="x" * 90).json["ok"]

    assert item(hubspot, "cards-deal")["state"] == "todo"


def test_a_scope_that_was_not_granted_is_named(hubspot: Hubspot) -> None:
    hubspot.house.crm.granted = [scope for scope in SCOPES if scope != "crm.objects.owners.read"]

    found = item(hubspot, "scopes")

    assert found["state"] == "todo"
    assert "crm.objects.owners.read" in found["sentence"]
    assert f"{ORIGIN}/hubspot/oauth/start" in found["advice"]


def test_scopes_are_unknown_while_hubspot_does_not_answer(hubspot: Hubspot) -> None:
    hubspot.house.crm.failures.append(Unavailable("down"))

    assert item(hubspot, "scopes")["state"] == "unknown"


def test_an_address_that_is_not_ours_is_shown_beside_ours(hubspot: Hubspot) -> None:
    found = item(hubspot, "origin", origin="https://old.vendor.example")

    assert found["state"] == "todo"
    assert "https://old.vendor.example" in found["sentence"]
    assert ORIGIN in found["sentence"]


def test_webhooks_are_silent_when_records_changed_and_nothing_came(hubspot: Hubspot) -> None:
    hubspot.house.clock.advance(timedelta(days=1))
    hubspot.house.crm.modified = hubspot.house.clock()
    hubspot.card("overview")
    hubspot.house.clock.advance(timedelta(hours=2))

    assert item(hubspot, "webhooks")["state"] == "todo"


def test_a_webhook_that_arrived_is_said(hubspot: Hubspot) -> None:
    event = {
        "eventId": 1,
        "portalId": 62515,
        "subscriptionType": "deal.propertyChange",
        "occurredAt": 1,
        "objectId": 900,
        "propertyName": "dealstage",
    }
    assert hubspot.signed("POST", "/hubspot/webhooks", [event]).status_code == 200
    hubspot.house.clock.advance(timedelta(hours=5))

    found = item(hubspot, "webhooks")

    assert found["state"] == "done"
    assert "5 hours ago" in found["sentence"]


def test_a_removed_app_is_noticed_and_told_to_sellers_until_it_is_connected_again(hubspot: Hubspot) -> None:
    hubspot.card("overview")
    hubspot.house.crm.failures.append(AuthExpired("gone"))

    lost = overview(hubspot)
    told = str(hubspot.card("overview").json)
    add_tenant(hubspot.house.house, crm=hubspot.house.tenant.crm, account_id="62515", name="Vendor Inc.")

    assert "no longer accepts" in lost["health"]["trouble"]
    assert lost["checklist"][0]["state"] == "todo"
    assert "Alongside has lost its access to HubSpot." in told
    assert "lost its access" not in str(hubspot.card("overview").json)
    assert overview(hubspot)["health"]["trouble"] == ""


def test_a_card_that_meets_a_removed_app_leaves_a_note_for_the_admin(hubspot: Hubspot) -> None:
    hubspot.house.crm.failures.append(AuthExpired("gone"))

    assert hubspot.card("overview").json["reason"] == "crm_disconnected"
    with hubspot.house.house.database.read() as connection:
        assert tenants.trouble_of(connection, hubspot.house.tenant.id)


def test_partners_are_added_and_changed_from_the_settings(hubspot: Hubspot) -> None:
    made = as_admin(hubspot, "partner.create", {"name": "Northwind", "type": "reseller"})
    fields = {"partner_id": made["result"]["partner_id"], "name": "Northwind", "type": "msp", "tier": "Gold"}
    as_admin(hubspot, "partner.update", fields, key="key-00000010")

    (partner,) = overview(hubspot)["partners"]

    assert (partner["name"], partner["type"], partner["tier"]) == ("Northwind", "msp", "Gold")
    assert item(hubspot, "partners")["state"] == "done"


def test_a_refused_write_is_left_out_by_an_admin_with_a_reason_that_the_log_keeps(hubspot: Hubspot) -> None:
    house = hubspot.house
    partner = house.attach()
    house.work()
    house.crm.refusals["*"] = "Close the compliance task first."
    house.run("thread.post", {"partner_id": partner, "body": "hello"})
    house.work()
    (refused,) = overview(hubspot)["health"]["refused"]
    fields = {"outbox_id": refused["id"], "reason": "Not for HubSpot"}

    by_a_seller = hubspot.act("outbox.drop", fields).json
    without_reason = as_admin(hubspot, "outbox.drop", fields | {"reason": ""}, key="key-00000011")
    done = as_admin(hubspot, "outbox.drop", fields, key="key-00000012")

    assert by_a_seller["reason"] == "forbidden"
    assert without_reason["message"] == "Reason: Say why it is left out."
    assert done["ok"]
    assert overview(hubspot)["health"]["refused"] == []
    with house.house.database.read() as connection:
        (entry,) = find_all(connection, tables.audit, tables.audit.c.command == "outbox.drop")
    assert entry["detail"]["reason"] == "Not for HubSpot"
    assert entry["detail"]["crm_said"] == "Close the compliance task first."


def test_a_refused_write_is_listed_with_its_record_and_tried_again(hubspot: Hubspot) -> None:
    house = hubspot.house
    partner = house.attach()
    house.crm.refusals["*"] = "Due date is required."
    house.run(
        "plan.add_step", {"partner_id": partner, "milestone": "Proof", "title": "Demo", "owner_side": "us"}
    )
    house.work()

    everything = overview(hubspot)["health"]["refused"]  # the step, and how the plan is doing
    refused = everything[0]
    house.crm.refusals.clear()
    done = [
        as_admin(hubspot, "outbox.retry", {"outbox_id": one["id"]}, key=f"retry-{number:06}")
        for number, one in enumerate(everything)
    ]
    house.work()

    assert (refused["reason"], refused["record"]) == ("Due date is required.", "Initech rollout")
    assert refused["url"].endswith("/contacts/62515/record/0-3/900")
    assert all(one["ok"] for one in done)
    assert overview(hubspot)["health"]["refused"] == []


def test_a_room_can_be_previewed_from_the_settings(hubspot: Hubspot) -> None:
    hubspot.house.attach()

    (preview,) = overview(hubspot)["previews"]

    assert preview["label"] == "Initech rollout – Northwind"
    assert hubspot.client.get(preview["url"].removeprefix(ORIGIN)).status_code == 200


def test_the_safelist_of_a_type_names_every_field_and_why_some_stay_closed(hubspot: Hubspot) -> None:
    hubspot.card("overview")

    found = ask(hubspot, "/safelist", type="reseller")["safelist"]

    deal = {field["name"]: field for field in found["objects"][0]["fields"]}
    assert deal["amount"]["treatment"] == "band"
    assert ["absent", "Absent"] in deal["amount"]["options"]
    assert deal["amount"]["sample"] == "12000"
    assert deal["margin"]["options"] == []
    assert "margin" in deal["margin"]["never"]
    assert [one["name"] for one in found["objects"]] == ["deal", "company", "room"]


def test_an_unknown_type_of_partner_has_no_safelist(hubspot: Hubspot) -> None:
    answer = hubspot.send("GET", "/hubspot/settings/safelist", {"type": "friend"}, userEmail=ADMIN_EMAIL)

    assert answer.json["reason"] == "unknown_partner_type"


def test_a_change_says_its_reach_before_it_is_saved_and_holds_afterwards(hubspot: Hubspot) -> None:
    partner = hubspot.house.attach()
    hubspot.house.link(partner)
    found = ask(hubspot, "/safelist", type="reseller")["safelist"]
    body = found["body"]
    body["reseller"]["deal"]["amount"] = "show"

    reach = hubspot.send("POST", "/hubspot/settings/reach", body={"body": body}, userEmail=ADMIN_EMAIL).json[
        "reach"
    ]
    saved = as_admin(
        hubspot, "policy.save", {"body": body, "version": found["version"], "reason": "Agreed in spring"}
    )

    assert reach["sentences"] == [
        (
            "1 partner and 1 open link would newly see Deal · Amount: 1 person, 1 record. "
            "For example 10,000 to 25,000 → 12000 (Initech rollout, Northwind)."
        )
    ]
    assert saved["ok"], saved
    after = ask(hubspot, "/safelist", type="reseller")["safelist"]
    deal = {field["name"]: field["treatment"] for field in after["objects"][0]["fields"]}
    assert (after["version"], deal["amount"]) == (2, "show")
    assert item(hubspot, "safelist")["state"] == "done"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"{", "malformed"),
        ([], "malformed"),
        ({"body": 7}, "malformed"),
        ({"body": {"reseller": {"deal": {"margin": "show"}}}}, "never_shared"),
    ],
)
def test_the_reach_of_what_cannot_be_a_policy_is_refused(hubspot: Hubspot, body: object, reason: str) -> None:
    answer = hubspot.send("POST", "/hubspot/settings/reach", body=body, userEmail=ADMIN_EMAIL)

    assert answer.json["reason"] == reason


def test_what_is_never_shared_shows_no_sample(hubspot: Hubspot) -> None:
    house = hubspot.house
    house.crm.records[ObjectKind.DEAL, "900"]["margin"] = "canary-38"
    hubspot.card("overview")

    assert "canary-38" not in str(ask(hubspot, "/safelist", type="reseller"))
    assert ADMIN.email == ADMIN_EMAIL
