"""Webhooks: signed, stored once, answered at once."""

import json

import pytest

from app.identity.hubspot_signature import SIGNATURE_HEADER, TIMESTAMP_HEADER, sign
from app.storage import record as records
from app.storage import tables
from app.storage.rows import find_all
from app.wsgi import web_app
from tests.house import DEAL, HUBSPOT_SECRET, ORIGIN, TestHouse
from tests.performance.test_counts import questions

EVENT = {
    "eventId": 1,
    "subscriptionId": 2,
    "portalId": 62515,
    "appId": 3,
    "occurredAt": 1_795_000_000_000,
    "subscriptionType": "deal.propertyChange",
    "attemptNumber": 0,
    "objectId": 900,
    "propertyName": "dealstage",
    "propertyValue": "s2",
    "changeSource": "CRM_UI",
    "sourceId": "userId:1",
}


def send(house: TestHouse, body: object, secret: str = HUBSPOT_SECRET):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    stamp = str(int(house.clock().timestamp() * 1000))
    signature = sign(secret, "POST", f"{ORIGIN}/hubspot/webhooks", raw, stamp).decode()
    return (
        web_app(house.house)
        .test_client()
        .post(
            "/hubspot/webhooks",
            data=raw,
            content_type="application/json",
            headers={SIGNATURE_HEADER: signature, TIMESTAMP_HEADER: stamp},
            environ_overrides={"REQUEST_URI": "/hubspot/webhooks"},
        )
    )


def stored(house: TestHouse) -> int:
    with house.house.database.read() as connection:
        return len(find_all(connection, tables.crm_event))


def test_an_event_is_stored_once_however_often_it_is_delivered(house: TestHouse) -> None:
    house.bells.clear()
    answers = [send(house, [EVENT, {**EVENT, "attemptNumber": n}]).status_code for n in range(3)]

    assert answers == [200, 200, 200]
    assert stored(house) == 1
    assert house.bells == ["crm"]


def test_a_hundred_events_are_answered_with_as_many_questions_to_the_database_as_two(
    house: TestHouse,
) -> None:
    send(house, [EVENT])  # what is noted of an account's first webhook is not counted
    asked = []
    for many in (2, 100):
        with questions(house) as told:
            send(house, [{**EVENT, "objectId": many * 1_000 + n} for n in range(many)])
        asked.append(len(told))

    assert asked[0] == asked[1]
    assert stored(house) == 103


def test_events_that_share_an_id_but_differ_are_both_kept(house: TestHouse) -> None:
    send(house, [EVENT, {**EVENT, "objectId": 901}, {**EVENT, "occurredAt": EVENT["occurredAt"] + 1}])

    assert stored(house) == 3


def test_an_unknown_portal_is_answered_like_a_known_one(house: TestHouse) -> None:
    assert send(house, [{**EVENT, "portalId": 1}]).status_code == 200
    assert stored(house) == 0


def test_the_generic_form_of_an_event_is_understood(house: TestHouse) -> None:
    house.attach()
    generic = {**EVENT, "subscriptionType": "object.propertyChange", "objectTypeId": "0-3"}

    send(house, [generic])
    house.work()

    with house.house.database.read() as connection:
        held = records.get(connection, house.tenant.id, DEAL)
    assert held is not None
    assert held.fields["stage"] == "s2"


def test_two_moves_of_one_second_are_two_events(house: TestHouse) -> None:
    moved = {**EVENT, "subscriptionType": "deal.associationChange", "objectId": None, "fromObjectId": 900}

    send(house, [{**moved, "toObjectId": 700}, {**moved, "toObjectId": 701}])

    assert stored(house) == 2


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"{}",
        b"[1]",
        b'[{"eventId": 1}]',
        b"[" * 90_000,
        b"\xff\xfe",
        json.dumps([EVENT] * 501).encode(),
        json.dumps([{**EVENT, "occurredAt": "yesterday"}]).encode(),
        json.dumps([{**EVENT, "subscriptionType": "x" * 999}]).encode(),
    ],
)
def test_a_signed_body_that_is_no_webhook_is_refused_with_a_problem_document(
    house: TestHouse, body: bytes
) -> None:
    answer = send(house, body)

    assert (answer.status_code, answer.json["reason"]) == (400, "malformed")
    assert stored(house) == 0


def test_an_unsigned_webhook_is_refused(house: TestHouse) -> None:
    assert send(house, [EVENT], secret="guess").status_code == 401
    assert stored(house) == 0
