"""HubSpot's door: only signed requests, only this portal's records, refusals as 200 that say why."""

import json

import pytest

from app.domain.record import ObjectKind
from app.storage import person
from app.wsgi import web_app
from cards.registry import NAMES
from tests.doors.hubspot_client import Hubspot
from tests.house import ORIGIN, TestHouse


@pytest.fixture
def hubspot(house: TestHouse) -> Hubspot:
    return Hubspot(house)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("object_type", "object_id"), [("0-3", "900"), ("companies", "700")])
def test_every_card_of_a_deal_and_of_a_company_is_answered(
    hubspot: Hubspot, name: str, object_type: str, object_id: str
) -> None:
    answer = hubspot.card(name, object_id, object_type)

    assert answer.status_code == 200
    assert answer.json["ok"] is True
    assert answer.json["card"]["name"] == name
    assert answer.json["card"]["blocks"]
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("object_type", ["0-1", "CONTACT", "contacts"])
def test_a_contact_has_the_card_of_certifications_and_no_other(hubspot: Hubspot, object_type: str) -> None:
    person = {"first_name": "Bill", "last_name": "Lumbergh", "email": "bill@initech.example"}
    hubspot.house.crm.records[ObjectKind.CONTACT, "501"] = dict(person)

    answer = hubspot.card("certifications", "501", object_type)

    assert answer.json["card"]["blocks"][0]["title"] == "Works for none of your partners"
    assert hubspot.card("thread", "501", object_type).json["reason"] == "unknown_card"


def test_a_contacts_card_is_made_anew_when_a_step_on_some_deal_becomes_the_persons(hubspot: Hubspot) -> None:
    house, email = hubspot.house, "kim@northwind.example"
    partner = house.attach()
    house.run("partner.add_contact", {"partner_id": partner, "name": "Kim", "email": email})
    with house.house.database.write() as connection:
        person.learn(connection, house.tenant.id, {email: "501"}, house.clock())
    before = hubspot.card("certifications", "501", "0-1").json["card"]["version"]

    fields = {"partner_id": partner, "title": "Sign", "owner_side": "partner", "owner_email": email}
    hubspot.act("plan.add_step", fields)

    assert hubspot.card("certifications", "501", "0-1").json["card"]["version"] != before


def test_a_seller_posts_a_message_and_sees_it_in_the_thread(hubspot: Hubspot) -> None:
    partner = hubspot.house.attach()

    done = hubspot.act("thread.post", {"partner_id": partner, "body": "Hello Kim"})

    assert done.json["ok"] is True
    assert "Hello Kim" in json.dumps(hubspot.card("thread").json)


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (lambda h: h.card("gossip"), "unknown_card"),
        (lambda h: h.card("overview", "31337"), "unknown_record"),
        (lambda h: h.card("overview", "../etc"), "unknown_record"),
        (lambda h: h.card("overview", "900", "tickets"), "unknown_record"),
        (lambda h: h.card("overview", portalId="1"), "unknown_tenant"),
        (lambda h: h.act("thread.erase", {}), "unknown_command"),
        (lambda h: h.act("thread.post", {"partner_id": "x", "body": "hi"}), "partner_not_on_record"),
        (lambda h: h.act("partner.attach", {"name": "N", "type": "friend"}), "unknown_partner_type"),
        (lambda h: h.act("thread.post", {}, key=""), "invalid"),
        (lambda h: h.send("POST", "/hubspot/actions/thread.post", body=b"{not json"), "malformed"),
        (lambda h: h.send("POST", "/hubspot/actions/thread.post", body=b"[]"), "malformed"),
        (lambda h: h.send("POST", "/hubspot/actions/thread.post", body=b"[" * 100_000), "malformed"),
        (
            lambda h: h.send("POST", "/hubspot/actions/thread.post", body=b"{" + b" " * 1_900_000 + b"}"),
            "too_large",
        ),
        (lambda h: h.act("policy.save", {"body": {}, "version": 1, "reason": "x"}), "forbidden"),
        (lambda h: h.act("admin.enter", {}), "forbidden"),
    ],
)
def test_a_refusal_is_a_200_with_a_sentence_and_a_reason(hubspot: Hubspot, call, reason: str) -> None:
    answer = call(hubspot)

    assert (answer.status_code, answer.json["ok"], answer.json["reason"]) == (200, False, reason)
    assert answer.json["message"].endswith(".")


def test_an_unsigned_request_is_refused_before_anything_is_read(hubspot: Hubspot) -> None:
    hubspot.house.crm.calls.clear()

    answer = hubspot.client.get(
        "/hubspot/cards/overview?objectType=0-3&objectId=900&portalId=62515&userId=1&userEmail=a&appId=1"
    )

    assert (answer.status_code, answer.json["reason"]) == (401, "bad_signature")
    assert hubspot.house.crm.calls == []


@pytest.mark.parametrize("twice", ["portalId=1", "userId=9", "userEmail=boss%40vendor.example", "appId=2"])
def test_a_parameter_that_card_code_appended_itself_is_refused(hubspot: Hubspot, twice: str) -> None:
    answer = hubspot.send(
        "GET", "/hubspot/cards/overview", {"objectType": "0-3", "objectId": "900"}, extra=f"{twice}&"
    )

    assert answer.status_code == 401


def test_an_admin_gets_an_entrance_that_works_once(hubspot: Hubspot) -> None:
    url = hubspot.act("admin.enter", {}, userEmail="ada@vendor.example").json["result"]["url"]
    path = url.removeprefix(ORIGIN)
    client = hubspot.client

    shown = client.get(path)
    first = client.post(
        "/admin/enter", data={"ticket": path.partition("ticket=")[2]}, headers={"Origin": ORIGIN}
    )
    again = (
        web_app(hubspot.house.house)
        .test_client()
        .post("/admin/enter", data={"ticket": path.partition("ticket=")[2]}, headers={"Origin": ORIGIN})
    )

    assert (shown.status_code, first.status_code) == (200, 303)
    assert again.status_code in (401, 403)


def test_what_the_crm_cannot_answer_is_said_and_nothing_is_lost(hubspot: Hubspot) -> None:
    from app.crm.port import Unavailable

    hubspot.house.crm.failures.append(Unavailable("down"))

    answer = hubspot.card("overview")

    assert answer.json["reason"] == "crm_unavailable"
    assert hubspot.card("overview").json["ok"] is True


def test_the_sharing_card_survives_a_crm_that_cannot_list_files(hubspot: Hubspot) -> None:
    from app.crm.port import Unavailable

    hubspot.house.attach()
    hubspot.house.crm.failures.append(Unavailable("down"))

    assert hubspot.card("sharing").json["ok"] is True
