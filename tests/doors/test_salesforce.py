import json
import re
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from app.domain.actor import Actor, ActorKind
from app.domain.record import ObjectKind, RecordKey
from app.doors.salesforce import CrmSession
from app.ground.errors import AppError, Reason
from tests.doors.salesforce_fakes import House, app_of, door_of
from tests.identity.envelopes import DEAL, ORG, USER, envelope, sign

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
RECORD = RecordKey(ObjectKind.DEAL, DEAL)


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def client(house: House) -> FlaskClient:
    return app_of(door_of(house)).test_client()


_count = iter(range(10_000))


def fresh(**changes: object) -> str:
    """A signed request that no test has sent before."""
    return sign(envelope(**changes) | {"issuedAt": next(_count)})


def open_panel(client: FlaskClient, **changes: object) -> TestResponse:
    return client.post("/salesforce/canvas", data={"signed_request": fresh(**changes)})


def session_of(page: TestResponse) -> dict[str, str]:
    found = re.search(r'<script type="application/json" id="session">(.*?)</script>', page.text, re.DOTALL)
    assert found, page.text
    return json.loads(found[1])


def auth(client: FlaskClient, **changes: object) -> dict[str, str]:
    return {"Authorization": f"Bearer {session_of(open_panel(client, **changes))['token']}"}


def body(**changes: object) -> dict[str, object]:
    return {"idempotencyKey": str(uuid4()), "fields": {"body": "Hello"}} | changes


def is_problem(answer: TestResponse, reason: Reason) -> bool:
    assert answer.mimetype == "application/problem+json", answer.text
    problem = answer.get_json()
    assert problem["status"] == answer.status_code
    assert problem["message"].endswith((".", "?"))
    return problem["reason"] == str(reason)


def test_a_signed_request_opens_the_panel_of_its_record(client: FlaskClient, house: House) -> None:
    page = open_panel(client)

    assert page.status_code == 200
    assert session_of(page)["record"] == f"deal:{DEAL}"
    assert house.asked == [("https://sample.my.salesforce.com", "00D5g!AQ.secret-access-token")]


def test_the_page_holds_no_token_of_salesforce(client: FlaskClient) -> None:
    assert "secret-access-token" not in open_panel(client).text


def test_only_the_origins_of_the_request_may_frame_the_panel(client: FlaskClient) -> None:
    headers = open_panel(client).headers

    policy = headers["Content-Security-Policy"]
    assert policy.endswith(
        "frame-ancestors https://sample.lightning.force.com https://sample.my.salesforce.com"
    )
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "X-Frame-Options" not in headers
    assert "Set-Cookie" not in headers


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example; script-src *", "javascript:alert(1)", "https://a b", "http://far.example", "*"],
)
def test_an_origin_cannot_write_into_the_policy(client: FlaskClient, origin: str) -> None:
    policy = open_panel(client, client__targetOrigin=origin).headers["Content-Security-Policy"]

    assert policy.endswith(
        "frame-ancestors https://sample.lightning.force.com https://sample.my.salesforce.com"
    )


def test_hostile_text_in_the_request_stays_text(client: FlaskClient) -> None:
    page = open_panel(client, client__instanceId="</script><script>alert(1)</script>")

    assert "<script>alert" not in page.text
    assert session_of(page)["instanceId"] == "</script><script>alert(1)</script>"


def test_a_signed_request_opens_one_panel_only(client: FlaskClient) -> None:
    signed = fresh()
    client.post("/salesforce/canvas", data={"signed_request": signed})

    again = client.post("/salesforce/canvas", data={"signed_request": signed})

    assert again.status_code == 401
    assert is_problem(again, Reason.REPLAYED)


def test_a_respelt_signed_request_is_a_replay(client: FlaskClient) -> None:
    mac, text = fresh().split(".")
    client.post("/salesforce/canvas", data={"signed_request": f"{mac}.{text}"})

    again = client.post("/salesforce/canvas", data={"signed_request": f"{mac.rstrip('=')}.{text}"})

    assert is_problem(again, Reason.REPLAYED)


@pytest.mark.parametrize(
    "session",
    [
        None,
        CrmSession(organization_id=ORG, user_id="0055g0000OtherAAAQ"),
        CrmSession(organization_id="x", user_id=USER),
    ],
)
def test_a_token_that_is_dead_or_anothers_is_refused(
    client: FlaskClient, house: House, session: CrmSession | None
) -> None:
    house.session = session

    assert is_problem(open_panel(client), Reason.UNAUTHENTICATED)


@pytest.mark.parametrize(
    "instance",
    [
        "https://evil.example",
        "http://sample.my.salesforce.com",
        "https://sample.my.salesforce.com.evil.example",
        "https://sample.my.salesforce.com:8443",
        "https://user@sample.my.salesforce.com",
        "https://127.0.0.1",
        "https://my.salesforce.com@evil.example",
        "http://127.0.0.1:5083",
        "https://[::1",
        "",
    ],
)
def test_a_users_token_is_sent_to_nobody_but_salesforce(
    client: FlaskClient, house: House, instance: str
) -> None:
    answer = open_panel(client, client__instanceUrl=instance)

    assert is_problem(answer, Reason.BAD_SIGNATURE)
    assert house.asked == []


def test_an_organization_that_is_not_connected_is_told_so(client: FlaskClient, house: House) -> None:
    answer = open_panel(client, context__organization__organizationId="00D000000000001AAA")

    assert is_problem(answer, Reason.UNKNOWN_TENANT)
    assert house.asked == []


def test_a_record_that_salesforce_does_not_show_the_user_is_unknown(
    client: FlaskClient, house: House
) -> None:
    house.readable = False

    assert is_problem(open_panel(client), Reason.UNKNOWN_RECORD)


def test_a_page_without_a_record_is_unknown_too(client: FlaskClient) -> None:
    assert is_problem(open_panel(client, context__environment__parameters={}), Reason.UNKNOWN_RECORD)


def test_a_person_gets_the_refusal_as_a_page(client: FlaskClient) -> None:
    page = client.post("/salesforce/canvas", data={"signed_request": "a.b"}, headers=HTML)

    assert page.status_code == 401
    assert page.mimetype == "text/html"
    assert "could not open" in page.text
    assert "https://*.lightning.force.com" in page.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "data", [{}, {"signed_request": ""}, {"signed_request": ["a.b", "a.b"]}, {"other": "x"}]
)
def test_a_form_without_exactly_one_signed_request_is_refused(
    client: FlaskClient, data: dict[str, object]
) -> None:
    answer = client.post("/salesforce/canvas", data=data)

    assert answer.status_code == 400
    assert is_problem(answer, Reason.MALFORMED)


def test_a_signed_request_in_the_address_is_not_read(client: FlaskClient) -> None:
    answer = client.post("/salesforce/canvas", query_string={"signed_request": fresh()})

    assert is_problem(answer, Reason.MALFORMED)


@pytest.mark.parametrize("size", [70_000, 300_000])
def test_an_oversized_signed_request_is_refused(client: FlaskClient, size: int) -> None:
    answer = client.post("/salesforce/canvas", data={"signed_request": "A" * size})

    assert answer.status_code == 413
    assert is_problem(answer, Reason.TOO_LARGE)


@given(st.text(max_size=300))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_signed_request_breaks_the_door(client: FlaskClient, text: str) -> None:
    text = text.encode("utf-8", "replace").decode()

    assert client.post("/salesforce/canvas", data={"signed_request": text}).status_code in (400, 401)


def test_a_get_explains_where_the_panel_lives(client: FlaskClient) -> None:
    assert "Open an opportunity" in client.get("/salesforce/canvas").text
    assert (
        "Ask your Salesforce admin"
        in client.get("/salesforce/canvas?_sfdc_canvas_authvalue=user_approval_required").text
    )


def test_an_admin_of_the_tenant_is_an_admin_here(client: FlaskClient, house: House) -> None:
    client.get(
        "/salesforce/panel/cards/plan", headers=auth(client, context__user__email="boss@sample.example")
    )

    assert house.asked[-1][1].kind is ActorKind.ADMIN


def test_the_custom_permission_makes_an_admin(client: FlaskClient, house: House) -> None:
    house.session = CrmSession(organization_id=ORG, user_id=USER, manages=True)

    client.get("/salesforce/panel/cards/plan", headers=auth(client))

    assert house.asked[-1][1].kind is ActorKind.ADMIN


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


def test_an_ended_bearer_is_renewed_by_a_new_signed_request(client: FlaskClient, house: House) -> None:
    headers = auth(client)
    house.clock.advance(timedelta(minutes=16))
    assert is_problem(client.get("/salesforce/panel/cards/plan", headers=headers), Reason.EXPIRED)

    answer = client.post("/salesforce/canvas/renew", data={"signed_request": fresh()}, headers=headers)

    renewed = {"Authorization": f"Bearer {answer.get_json()['token']}"}
    assert client.get("/salesforce/panel/cards/plan", headers=renewed).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {
            "context__environment__parameters": {
                "recordId": "0065g00000OtherAAC",
                "objectApiName": "Opportunity",
            }
        },
        {"context__user__userId": "0055g0000OtherAAAQ"},
    ],
)
def test_a_panel_does_not_become_anothers_by_renewal(
    client: FlaskClient, house: House, changes: dict[str, object]
) -> None:
    headers = auth(client)
    user = str(changes.get("context__user__userId", USER))
    house.session = CrmSession(organization_id=ORG, user_id=user)

    answer = client.post(
        "/salesforce/canvas/renew", data={"signed_request": fresh(**changes)}, headers=headers
    )

    assert is_problem(answer, Reason.FORBIDDEN)


def test_a_renewal_needs_the_bearer_it_renews(client: FlaskClient, house: House) -> None:
    headers = auth(client)
    assert is_problem(
        client.post("/salesforce/canvas/renew", data={"signed_request": fresh()}), Reason.UNAUTHENTICATED
    )
    house.clock.advance(timedelta(hours=13))

    answer = client.post("/salesforce/canvas/renew", data={"signed_request": fresh()}, headers=headers)

    assert is_problem(answer, Reason.EXPIRED)


def test_a_replayed_request_renews_nothing(client: FlaskClient) -> None:
    signed, headers = fresh(), auth(client)
    client.post("/salesforce/canvas/renew", data={"signed_request": signed}, headers=headers)

    again = client.post("/salesforce/canvas/renew", data={"signed_request": signed}, headers=headers)

    assert is_problem(again, Reason.REPLAYED)


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
