import re
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from app.domain.actor import Actor, ActorKind
from app.domain.record import ObjectKind, RecordKey
from app.doors.salesforce import CrmSession
from app.ground.errors import AppError, Reason
from tests.doors.salesforce_client import auth, body, is_problem, open_panel, session_of
from tests.doors.salesforce_fakes import House, app_of, door_of
from tests.identity.envelopes import DEAL, ORG, USER

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
RECORD = RecordKey(ObjectKind.DEAL, DEAL)


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def client(house: House) -> FlaskClient:
    return app_of(door_of(house)).test_client()


def test_a_card_comes_as_markup(client: FlaskClient, house: House) -> None:
    answer = client.get("/salesforce/panel/cards/thread?before=m9", headers=auth(client))

    tenant, actor, record, name, params = house.asked[-1]
    assert (tenant, record, name, params) == ("t1", RECORD, "thread", {"before": "m9"})
    assert (actor.id, actor.kind) == (USER, ActorKind.SELLER)
    assert f"deal:{DEAL} &lt;b&gt;</p>" in answer.text


def test_a_card_comes_as_json_when_asked(client: FlaskClient) -> None:
    answer = client.get("/salesforce/panel/cards/plan", headers=auth(client) | {"Accept": "application/json"})

    assert answer.get_json()["ok"] is True
    assert answer.get_json()["card"]["name"] == "plan"


def test_an_unchanged_card_is_not_sent_again(client: FlaskClient) -> None:
    headers = auth(client)
    tag = client.get("/salesforce/panel/cards/plan", headers=headers).headers["ETag"]

    again = client.get("/salesforce/panel/cards/plan", headers=headers | {"If-None-Match": tag})

    assert again.status_code == 304
    assert again.data == b""


def test_the_record_may_be_repeated_in_the_address(client: FlaskClient, house: House) -> None:
    query = {"objectType": "Opportunity", "objectId": DEAL[:15]}
    deal = DEAL[:15]
    from app.identity.canvas_request import salesforce_id

    headers = auth(
        client, context__environment__parameters={"recordId": deal, "objectApiName": "Opportunity"}
    )
    answer = client.get("/salesforce/panel/cards/plan", query_string=query, headers=headers)

    assert answer.status_code == 200
    assert house.asked[-1][2] == RecordKey(ObjectKind.DEAL, salesforce_id(deal) or "")


PERSON = {"recordId": "0035g00000Maria", "objectApiName": "Contact"}


def test_a_contacts_panel_has_the_card_of_certifications_alone(client: FlaskClient, house: House) -> None:
    page = open_panel(client, context__environment__parameters=PERSON)

    assert re.findall(r'data-tab="(\w+)"', page.text) == ["certifications"]
    headers = {"Authorization": f"Bearer {session_of(page)['token']}"}
    query = {"objectType": "Contact", "objectId": PERSON["recordId"]}
    assert (
        client.get("/salesforce/panel/cards/certifications", query_string=query, headers=headers).status_code
        == 200
    )
    assert house.asked[-1][2].object is ObjectKind.CONTACT


@pytest.mark.parametrize(
    "query",
    [
        {"objectType": "Opportunity", "objectId": "0065g00000Other"},
        {"objectType": "Account", "objectId": DEAL},
        {"objectType": "Planet", "objectId": DEAL},
        {"objectId": DEAL},
        {"objectType": "deal", "objectId": "'; DROP TABLE"},
    ],
)
def test_another_record_than_the_bearers_is_unknown(
    client: FlaskClient, house: House, query: dict[str, str]
) -> None:
    headers = auth(client)
    asked = len(house.asked)

    answer = client.get("/salesforce/panel/cards/plan", query_string=query, headers=headers)
    run = client.post("/salesforce/panel/actions/thread.post", json=body() | query, headers=headers)

    assert is_problem(answer, Reason.UNKNOWN_RECORD)
    assert is_problem(run, Reason.UNKNOWN_RECORD)
    assert len(house.asked) == asked


def test_an_unknown_card_is_a_problem(client: FlaskClient) -> None:
    answer = client.get("/salesforce/panel/cards/unknown", headers=auth(client))

    assert answer.status_code == 404
    assert is_problem(answer, Reason.UNKNOWN_CARD)


@pytest.mark.parametrize(
    "value", ["", "Bearer", "Bearer ", "Basic abc", "Bearer a.b.c", "Bearer x y", "Bearer \xe9"]
)
def test_without_a_bearer_there_is_nothing(client: FlaskClient, value: str) -> None:
    headers = {"Authorization": value} if value else {}

    assert is_problem(client.get("/salesforce/panel/cards/plan", headers=headers), Reason.UNAUTHENTICATED)
    run = client.post("/salesforce/panel/actions/thread.post", json=body(), headers=headers)
    assert is_problem(run, Reason.UNAUTHENTICATED)


def test_a_command_runs_as_the_bearers_user_on_its_record(client: FlaskClient, house: House) -> None:
    sent = body(objectType="Opportunity", objectId=DEAL)

    answer = client.post("/salesforce/panel/actions/thread.post", json=sent, headers=auth(client))

    assert answer.get_json() == {"ok": True, "result": {"id": "m1"}, "message": "Sent."}
    tenant, actor, name, record, fields, key = house.asked[-1]
    assert (tenant, name, record, fields) == ("t1", "thread.post", RECORD, {"body": "Hello"})
    assert (actor.id, key) == (USER, sent["idempotencyKey"])


def test_a_refused_command_is_a_problem_with_its_sentence(client: FlaskClient, house: House) -> None:
    headers = auth(client)
    house.refuse = AppError(Reason.EDIT_CONFLICT, "Someone else changed this step.", field="version")

    answer = client.post("/salesforce/panel/actions/plan.edit_step", json=body(), headers=headers)

    assert answer.status_code == 409
    assert is_problem(answer, Reason.EDIT_CONFLICT)
    assert answer.get_json()["field"] == "version"


def test_a_surprise_says_nothing_of_itself(client: FlaskClient, house: House) -> None:
    headers = auth(client)
    house.refuse = RuntimeError("password is hunter2")

    answer = client.get("/salesforce/panel/cards/plan", headers=headers)

    assert answer.status_code == 500
    assert "hunter2" not in answer.text


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", Reason.MALFORMED),
        (b"not json", Reason.MALFORMED),
        (b"[1]", Reason.MALFORMED),
        (b'{"a": NaN}', Reason.MALFORMED),
        (b"\xff\xfe{", Reason.MALFORMED),
        (b"[" * 100_000, Reason.MALFORMED),
        (b'{"idempotencyKey": "12345678", "fields": {"body": "\\ud800"}}', Reason.MALFORMED),
        (b"{}", Reason.INVALID),
        (b'{"idempotencyKey": "short"}', Reason.INVALID),
        (b'{"idempotencyKey": "12345678\\n"}', Reason.INVALID),
        (b'{"idempotencyKey": 12345678}', Reason.INVALID),
        (b'{"idempotencyKey": "12345678", "fields": []}', Reason.INVALID),
        (b'{"idempotencyKey": "12345678", "fields": "x"}', Reason.INVALID),
        (b'{"idempotencyKey": "12345678", "objectId": 7}', Reason.INVALID),
        (b'"' + b"a" * 1_600_000 + b'"', Reason.TOO_LARGE),
    ],
)
def test_a_body_that_is_no_command_is_refused(client: FlaskClient, raw: bytes, reason: Reason) -> None:
    answer = client.post(
        "/salesforce/panel/actions/thread.post",
        data=raw,
        content_type="application/json",
        headers=auth(client),
    )

    assert is_problem(answer, reason)


def test_a_form_is_not_a_command(client: FlaskClient) -> None:
    answer = client.post("/salesforce/panel/actions/thread.post", data={"body": "x"}, headers=auth(client))

    assert is_problem(answer, Reason.UNSUPPORTED)


def test_an_address_that_does_not_exist_within_the_door_takes_no_other_method(client: FlaskClient) -> None:
    assert client.put("/salesforce/canvas").status_code == 405


class Tickets:
    def issue(self, tenant_id: str, actor: Actor) -> str:
        return f"{tenant_id}-{actor.id}"


def test_an_admin_finds_the_way_to_the_admin_pages(house: House) -> None:
    house.session = CrmSession(organization_id=ORG, user_id=USER, manages=True)
    door = replace(door_of(house), tickets=Tickets(), origin="https://app.example.com")
    client = app_of(door).test_client()
    page = open_panel(client)
    headers = {"Authorization": f"Bearer {session_of(page)['token']}"}

    answer = client.post("/salesforce/panel/actions/admin.enter", headers=headers)

    assert 'id="admin"' in page.text
    assert answer.get_json()["result"]["url"] == f"https://app.example.com/admin/enter?ticket=t1-{USER}"


def test_a_seller_finds_no_way_to_the_admin_pages(house: House) -> None:
    client = app_of(replace(door_of(house), tickets=Tickets())).test_client()
    page = open_panel(client)
    headers = {"Authorization": f"Bearer {session_of(page)['token']}"}

    assert 'id="admin"' not in page.text
    assert is_problem(client.post("/salesforce/panel/actions/admin.enter", headers=headers), Reason.FORBIDDEN)
