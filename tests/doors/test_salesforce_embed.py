"""The way in beside canvas: Apex asks for a code, the frame exchanges it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.domain.actor import ActorKind
from app.ground.errors import Reason
from app.identity.canvas_request import salesforce_id
from app.identity.embed_key import EmbedKeys
from tests.doors.salesforce_client import RECORD, auth, is_problem
from tests.doors.salesforce_fakes import KEY, House, app_of, door_of
from tests.identity.envelopes import DEAL, ORG, USER

KEYS = EmbedKeys([KEY])
ASKED = {
    "orgId": ORG,
    "userId": USER,
    "userName": "Anna Sørensen",
    "email": "anna@sample.example",
    "recordId": DEAL,
    "objectApiName": "Opportunity",
    "manages": False,
}


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def client(house: House) -> FlaskClient:
    return app_of(replace(door_of(house), is_embed_key=KEYS.matches)).test_client()


def mint(client: FlaskClient, key: str = "", **changes: object) -> TestResponse:
    headers = {"Authorization": f"Bearer {key or KEYS.key_of(ORG)}"}
    return client.post("/salesforce/embed/mint", json=ASKED | changes, headers=headers)


def code_of(client: FlaskClient, **changes: object) -> str:
    return str(mint(client, **changes).get_json()["code"])


def exchange(client: FlaskClient, code: object, **headers: str) -> TestResponse:
    return client.post("/salesforce/embed/exchange", json={"code": code}, headers=headers)


def test_a_code_opens_the_panel_of_its_user_and_record(client: FlaskClient, house: House) -> None:
    minted = mint(client).get_json()
    session = exchange(client, minted["code"]).get_json()
    card = client.get("/salesforce/panel/cards/plan", headers={"Authorization": f"Bearer {session['token']}"})

    assert minted["expiresIn"] == 60
    assert session["record"] == str(RECORD)
    assert session["admin"] is False
    assert card.status_code == 200
    tenant_id, actor, record, *_ = house.asked[-1]
    assert (tenant_id, record, actor.id, actor.kind) == ("t1", RECORD, USER, ActorKind.SELLER)  # type: ignore[attr-defined]


def test_a_short_id_names_the_same_record(client: FlaskClient) -> None:
    code = code_of(client, recordId=DEAL[:15])

    assert exchange(client, code).get_json()["record"] == f"deal:{salesforce_id(DEAL[:15])}"


@pytest.mark.parametrize("key", ["wrong", KEYS.key_of("00D5g00000Other1AA"), KEY])
def test_only_the_orgs_own_key_mints(client: FlaskClient, key: str) -> None:
    assert is_problem(mint(client, key), Reason.UNAUTHENTICATED)


def test_a_key_of_another_org_answers_like_a_wrong_one(client: FlaskClient) -> None:
    answers = {
        mint(client, orgId=org).get_json()["message"] for org in ("00D5g00000Other1AA", "", "nonsense")
    }

    assert len(answers) == 1


def test_an_org_that_is_not_connected_gets_no_code(client: FlaskClient) -> None:
    other = "00D5g00000Other1AA"

    assert is_problem(mint(client, KEYS.key_of(other), orgId=other), Reason.UNKNOWN_TENANT)


def test_without_a_key_in_the_door_nobody_mints(house: House) -> None:
    assert is_problem(mint(app_of(door_of(house)).test_client()), Reason.UNAUTHENTICATED)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"objectApiName": "Case"}, Reason.UNKNOWN_RECORD),
        ({"objectApiName": None}, Reason.UNKNOWN_RECORD),
        ({"recordId": "1; DROP"}, Reason.MALFORMED),
        ({"userId": 7}, Reason.MALFORMED),
    ],
)
def test_what_apex_would_not_send_is_refused(
    client: FlaskClient, changes: dict[str, object], reason: Reason
) -> None:
    assert is_problem(mint(client, **changes), reason)


@pytest.mark.parametrize("body", [b"[]", b"{", b'"x"'])
def test_a_body_that_is_no_object_is_refused(client: FlaskClient, body: bytes) -> None:
    answer = client.post("/salesforce/embed/exchange", data=body, content_type="application/json")

    assert is_problem(answer, Reason.MALFORMED)


def test_a_form_is_no_request(client: FlaskClient) -> None:
    assert is_problem(client.post("/salesforce/embed/exchange", data={"code": "x"}), Reason.UNSUPPORTED)


def test_a_huge_body_is_refused(client: FlaskClient) -> None:
    assert is_problem(exchange(client, "x" * 9_000), Reason.TOO_LARGE)


def test_a_code_is_exchanged_once(client: FlaskClient) -> None:
    code = code_of(client)
    exchange(client, code)

    assert is_problem(exchange(client, code), Reason.REPLAYED)


def test_a_code_is_exchanged_within_a_minute(client: FlaskClient, house: House) -> None:
    code = code_of(client)
    house.clock.advance(timedelta(seconds=60))

    assert is_problem(exchange(client, code), Reason.EXPIRED)


@pytest.mark.parametrize("code", ["", "nonsense", None, 7])
def test_a_text_that_is_no_code_opens_nothing(client: FlaskClient, code: object) -> None:
    assert is_problem(exchange(client, code), Reason.UNAUTHENTICATED)


def test_a_bearer_is_no_code_and_a_code_no_bearer(client: FlaskClient) -> None:
    bearer = auth(client)["Authorization"].removeprefix("Bearer ")
    card = client.get("/salesforce/panel/cards/plan", headers={"Authorization": f"Bearer {code_of(client)}"})

    assert is_problem(exchange(client, bearer), Reason.UNAUTHENTICATED)
    assert is_problem(card, Reason.UNAUTHENTICATED)


def test_a_panel_is_renewed_with_a_code_of_its_own(client: FlaskClient, house: House) -> None:
    old = exchange(client, code_of(client)).get_json()["token"]
    house.clock.advance(timedelta(minutes=20))

    renewed = exchange(client, code_of(client), Authorization=f"Bearer {old}")

    assert renewed.status_code == 200


@pytest.mark.parametrize("changes", [{"recordId": "0065g00000Deal2AAC"}, {"userId": "0055g00000BobbAAAQ"}])
def test_a_code_of_another_panel_cannot_be_pushed_into_this_one(
    client: FlaskClient, changes: dict[str, object]
) -> None:
    old = exchange(client, code_of(client)).get_json()["token"]

    pushed = exchange(client, code_of(client, **changes), Authorization=f"Bearer {old}")

    assert is_problem(pushed, Reason.FORBIDDEN)


@pytest.mark.parametrize(
    ("changes", "admin"),
    [({"manages": True}, True), ({"email": "boss@sample.example"}, True), ({"manages": "yes"}, False)],
)
def test_an_admin_is_whom_the_org_or_the_connection_names(
    client: FlaskClient, changes: dict[str, object], admin: bool
) -> None:
    assert exchange(client, code_of(client, **changes)).get_json()["admin"] is admin


def test_the_empty_panel_says_nothing_and_lets_salesforce_alone_frame_it(client: FlaskClient) -> None:
    page = client.get("/salesforce/embed")

    assert 'data-host="embedding"' in page.text
    assert 'id="session"' not in page.text
    assert "frame-ancestors https://*.lightning.force.com" in page.headers["Content-Security-Policy"]
    assert page.headers["Cache-Control"] == "no-store"


def test_a_frame_without_an_origin_may_ask_with_its_bearer(client: FlaskClient) -> None:
    asked = client.options(
        "/salesforce/panel/actions/thread.post",
        headers={"Origin": "null", "Access-Control-Request-Method": "POST"},
    )

    assert asked.headers["Access-Control-Allow-Origin"] == "*"
    assert "Authorization" in asked.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in asked.headers


@pytest.mark.parametrize("path", ["canvas", "canvas/renew", "embed/mint", "admin"])
def test_no_other_page_may_read_what_proves_a_session(client: FlaskClient, path: str) -> None:
    answer = client.options(f"/salesforce/{path}", headers={"Origin": "https://evil.example"})

    assert "Access-Control-Allow-Origin" not in answer.headers
