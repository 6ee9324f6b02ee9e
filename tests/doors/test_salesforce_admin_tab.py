"""The admin tab, and a frame that was reloaded."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.doors.salesforce import CrmSession
from app.ground.errors import Reason
from tests.doors.salesforce_client import HTML, auth, fresh, open_panel, session_of
from tests.doors.salesforce_fakes import House, app_of, door_of
from tests.identity.envelopes import ORG, USER


@pytest.fixture
def house() -> House:
    return House(session=CrmSession(organization_id=ORG, user_id=USER, manages=True))


@pytest.fixture
def client(house: House) -> FlaskClient:
    door = replace(door_of(house), origin="https://app.example.com")
    return app_of(door).test_client()


def open_tab(client: FlaskClient) -> TestResponse:
    signed = fresh(context__environment__parameters={"page": "admin"})
    return client.post("/salesforce/canvas", data={"signed_request": signed}, headers=HTML)


def token_of(page: TestResponse) -> str:
    found = re.search(r'name="token" value="([^"]+)"', page.text)
    assert found, page.text
    return found[1]


def test_an_admin_goes_from_the_tab_to_the_settings(client: FlaskClient) -> None:
    page = open_tab(client)
    answer = client.post("/salesforce/admin", data={"token": token_of(page)})

    assert "Alongside for Sample" in page.text
    assert answer.status_code == 303
    assert answer.headers["Location"] == "https://app.example.com/admin/enter?ticket=ticket-of-Anna"


def test_only_the_origins_of_the_request_may_frame_the_tab(client: FlaskClient) -> None:
    policy = open_tab(client).headers["Content-Security-Policy"]

    assert policy.endswith(
        "frame-ancestors https://sample.lightning.force.com https://sample.my.salesforce.com"
    )


def test_a_seller_is_told_whom_to_ask(client: FlaskClient, house: House) -> None:
    house.session = CrmSession(organization_id=ORG, user_id=USER)

    page = open_tab(client)

    assert page.status_code == 403
    assert "permission set “Alongside Admin”" in page.text


def test_the_tabs_token_ends_after_a_quarter_of_an_hour(client: FlaskClient, house: House) -> None:
    token = token_of(open_tab(client))
    house.clock.advance(timedelta(minutes=15))

    answer = client.post("/salesforce/admin", data={"token": token}, headers=HTML)

    assert answer.status_code == 401
    assert "Reason: expired" in answer.text


def test_a_panels_bearer_does_not_open_the_settings(client: FlaskClient) -> None:
    bearer = auth(client)["Authorization"].removeprefix("Bearer ")

    answer = client.post("/salesforce/admin", data={"token": bearer})

    assert answer.get_json()["reason"] == str(Reason.UNAUTHENTICATED)


def test_the_tabs_token_shows_no_card(client: FlaskClient) -> None:
    headers = {"Authorization": f"Bearer {token_of(open_tab(client))}"}

    assert client.get("/salesforce/panel/cards/plan", headers=headers).status_code == 401


def test_the_panel_of_who_manages_alongside_leads_to_the_settings(client: FlaskClient) -> None:
    assert session_of(open_panel(client))["admin"] is True


def test_a_reloaded_frame_learns_whom_to_ask_for_a_new_request(client: FlaskClient) -> None:
    signed = {"signed_request": fresh()}
    client.post("/salesforce/canvas", data=signed, headers=HTML)

    again = client.post("/salesforce/canvas", data=signed, headers=HTML)

    assert again.status_code == 401
    assert session_of(again) == {
        "instanceId": "06P5g000000CanvAAA",
        "targetOrigin": "https://sample.lightning.force.com",
    }
    assert again.headers["Content-Security-Policy"].endswith(
        "frame-ancestors https://sample.lightning.force.com https://sample.my.salesforce.com"
    )
