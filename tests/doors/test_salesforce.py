from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.actor import ActorKind
from app.domain.record import ObjectKind, RecordKey
from app.doors.salesforce import CrmSession
from app.ground.errors import Reason
from tests.doors.salesforce_client import auth, fresh, is_problem, open_panel, session_of
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
