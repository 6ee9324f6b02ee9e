"""Feeds over HTTP: signed webhooks, learning records and hints, from the admin's page to the partner's record."""

import base64
import json
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from app.ground.clock import to_iso
from app.identity.standard_webhooks import sign
from app.storage import certification as certifications
from app.storage import credential_feed as feeds
from app.wsgi import web_app
from sync import hints
from tests.credentials.stand_in import standing_in
from tests.credentials.test_issuers import ACCREDIBLE
from tests.house import ADMIN, ORIGIN, TestHouse

PASSED = "http://adlnet.gov/expapi/verbs/passed"
AWARD = {"source_id": "a1", "name": "Gold", "person_email": "kim@northwind.example"}


@pytest.fixture
def web(house: TestHouse) -> FlaskClient:
    return web_app(house.house).test_client()


def opened(house: TestHouse, kind: str, **typed: str) -> tuple[str, str]:
    """A feed as the admin page opens it: its id and its secret."""
    from app.domain.certification import Source

    secret, sealed = house.house.feeds().seal(Source(kind), typed)
    fields = {"kind": kind, "sealed": sealed}
    return str(house.run("credential.open_feed", fields, actor=ADMIN, record=None).result["feed_id"]), secret


def send(
    web: FlaskClient, house: TestHouse, feed: str, secret: str, body: object, id_: str = "m1", **headers: str
):
    raw = json.dumps(body).encode()
    made = {
        "webhook-id": id_,
        "webhook-timestamp": str(int(house.clock().timestamp())),
        "webhook-signature": sign(secret, id_, house.clock(), raw),
    }
    return web.post(f"/credentials/{feed}/webhook", data=raw, headers={**made, **headers}, base_url=ORIGIN)


def held(house: TestHouse, partner: str) -> list[tuple[str, bool]]:
    with house.house.database.read() as connection:
        found = certifications.of_partners(connection, house.tenant.id, [partner])
    return [(one.name, one.is_revoked) for one in found]


def message(house: TestHouse, type_: str = "certification.awarded", **data: str) -> dict[str, object]:
    return {"type": type_, "timestamp": to_iso(house.clock()), "data": {**AWARD, **data}}


def test_a_signed_webhook_awards_and_revokes_and_a_repeat_does_nothing(
    house: TestHouse, web: FlaskClient
) -> None:
    partner = house.attach(domain="northwind.example")
    feed, secret = opened(house, "webhook")

    for _ in range(2):
        assert send(web, house, feed, secret, message(house)).status_code == 204
    assert held(house, partner) == [("Gold", False)]

    house.clock.advance(timedelta(minutes=1))
    gone = {"type": "certification.revoked", "timestamp": to_iso(house.clock()), "data": {"source_id": "a1"}}
    assert send(web, house, feed, secret, gone, "m2").status_code == 204
    assert held(house, partner) == [("Gold", True)]


def test_the_old_secret_works_beside_the_new_one_and_not_beside_the_next(
    house: TestHouse, web: FlaskClient
) -> None:
    feed, first = opened(house, "webhook")
    secrets = [first]
    for _ in range(2):
        with house.house.database.read() as connection:
            known = feeds.by_id(connection, feed)
        secret, sealed = house.house.feeds().seal(known.kind, {}, known)
        house.run("credential.rotate_feed", {"feed_id": feed, "sealed": sealed}, actor=ADMIN, record=None)
        secrets.append(secret)

    answers = [
        send(web, house, feed, secret, message(house), f"m{n}").status_code
        for n, secret in enumerate(secrets)
    ]

    assert answers == [401, 204, 204]


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (None, {"webhook-signature": "v1,AAAA"}, 401),
        (None, {"webhook-timestamp": "1"}, 401),
        ([], {}, 422),
        ({"type": "other", "data": {}}, {}, 422),
        ({"type": ["x"], "data": {}}, {}, 422),
        ({"type": "certification.awarded", "data": {"source_id": "a"}}, {}, 422),
        ({"type": "certification.awarded", "data": {"source_id": {"a": 1}, "said_at": 3}}, {}, 422),
    ],
    ids=str,
)
def test_a_webhook_that_proves_or_says_nothing_is_refused(house, web, body, headers, status) -> None:
    feed, secret = opened(house, "webhook")

    answer = send(web, house, feed, secret, message(house) if body is None else body, **headers)

    assert answer.status_code == status
    assert answer.json["ok"] is False


def test_learning_records_award_by_pass_and_need_the_feeds_secret(house: TestHouse, web: FlaskClient) -> None:
    partner = house.attach(domain="northwind.example")
    feed, secret = opened(house, "xapi")
    statement = {
        "id": "s-1",
        "actor": {"mbox": "mailto:kim@northwind.example", "name": "Kim"},
        "verb": {"id": PASSED},
        "object": {"id": "https://lms.example/1", "definition": {"name": {"en": "Course"}}},
        "timestamp": "2026-11-20T09:00:00Z",
    }
    address = f"/credentials/{feed}/xapi/statements"
    headers = {"X-Experience-API-Version": "1.0.3", "Authorization": _basic(feed, secret)}

    answer = web.post(address, json=[statement, {**statement, "verb": {"id": "urn:other"}}], headers=headers)

    assert (answer.status_code, answer.json) == (200, ["s-1", "s-1"])
    assert held(house, partner) == [("Course", False)]
    assert web.put(address, json=statement, headers=headers).status_code == 204
    wrong = {**headers, "Authorization": _basic(feed, "x")}
    assert web.post(address, json=statement, headers=wrong).status_code == 401
    assert (
        web.post(address, json=statement, headers={**headers, "Authorization": "Basic é"}).status_code == 401
    )
    assert (
        web.post(address, json=statement, headers={"Authorization": headers["Authorization"]}).status_code
        == 400
    )
    assert web.post(address, json={}, headers=headers).status_code == 400
    assert web.post(address, json=[statement] * 201, headers=headers).status_code == 413
    assert web.get(f"/credentials/{feed}/xapi/about").json == {"version": ["1.0.3"]}


def test_a_hint_is_asked_about_and_what_it_said_itself_counts_for_nothing(
    house: TestHouse, web: FlaskClient
) -> None:
    partner = house.attach(domain="n.example")
    with standing_in() as issuer:
        house.house.web = issuer.web
        feed, _ = opened(house, "accredible", token="key")
        _point_at(house, feed, issuer.origin)
        issuer.answers["/v1/credentials/4711"] = (503, {})
        lie = {"data": {"credential": {"id": 4711, "recipient": {"email": "boss@n.example"}}}}
        for _ in range(3):
            assert web.post(f"/credentials/{feed}/hint", json=lie, base_url=ORIGIN).status_code == 200

        assert hints.ask_issuers(house.agent) == 0
        issuer.answers["/v1/credentials/4711"] = (200, {"credential": ACCREDIBLE})
        house.clock.advance(timedelta(hours=1))
        assert hints.ask_issuers(house.agent) == 1
        assert hints.ask_issuers(house.agent) == 0

    assert held(house, partner) == [("Security", False)]
    assert len(issuer.asked) == 2


def test_an_issuer_that_refuses_the_token_is_not_asked_again_and_the_feed_says_why(
    house: TestHouse, web
) -> None:
    with standing_in() as issuer:
        house.house.web = issuer.web
        feed, _ = opened(house, "accredible", token="key")
        _point_at(house, feed, issuer.origin)
        issuer.answers["/v1/credentials/1"] = (401, {})
        web.post(f"/credentials/{feed}/hint", json={"credential": {"id": 1}}, base_url=ORIGIN)

        assert hints.ask_issuers(house.agent) == 1

    with house.house.database.read() as connection:
        assert "Enter a new one" in feeds.by_id(connection, feed).trouble
        assert not feeds.hints_due(connection, house.clock() + timedelta(days=9))


def test_who_floods_a_feed_is_told_to_wait(house: TestHouse, web: FlaskClient, monkeypatch) -> None:
    monkeypatch.setattr(feeds, "HINTS_KEPT", 2)
    feed, _ = opened(house, "accredible", token="key")

    answers = [
        web.post(f"/credentials/{feed}/hint", json={"credential_id": n}, base_url=ORIGIN).status_code
        for n in (1, 2, 3)
    ]

    assert answers == [200, 200, 429]


@pytest.mark.parametrize("path", ["webhook", "hint", "xapi/statements"])
def test_an_address_of_another_kind_or_of_nothing_is_no_address(house, web, path) -> None:
    other, _ = opened(house, "xapi" if path != "xapi/statements" else "webhook")

    for feed in (other, "0" * 32):
        assert web.post(f"/credentials/{feed}/{path}", json={}, base_url=ORIGIN).status_code == 404


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("docebo", {"token": "a:b", "origin": "http://127.0.0.1"}),
        ("docebo", {"token": "a:b", "origin": "https://learn.acme.com/path"}),
        ("credly", {"token": "a", "organisation": "../x"}),
        ("skilljar", {"token": "a", "months": "-1"}),
        ("skilljar", {}),
    ],
)
def test_an_access_that_cannot_be_is_refused(house, kind, typed) -> None:
    from app.ground.errors import AppError

    with pytest.raises(AppError):
        opened(house, kind, **typed)


def test_a_closed_feed_is_no_address_any_more(house: TestHouse, web: FlaskClient) -> None:
    feed, secret = opened(house, "webhook")

    house.run("credential.close_feed", {"feed_id": feed}, actor=ADMIN, record=None)

    assert send(web, house, feed, secret, message(house)).status_code == 404


def _basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def _point_at(house: TestHouse, feed: str, origin: str) -> None:
    """The stand-in in the vendor's place."""
    sealed = house.house.vault.seal(json.dumps({"origin": origin, "token": "key"}))
    with house.house.database.write() as connection:
        feeds.set_sealed(connection, house.tenant.id, feed, sealed)
