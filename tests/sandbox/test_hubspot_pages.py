"""The HubSpot record pages without a browser: lists, records, who may write, and what the signing proxy lets by."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.sandbox.hubspot import HubspotSandbox, HubspotSandboxConfig, create_app
from app.sandbox.record_pages.hubspot import HOW_TO_BUILD, HubspotPagesConfig, hubspot_pages
from app.sandbox.record_pages.hubspot_view import plain
from tests.sandbox.hubspot_backend import SECRET, Backend
from tests.sandbox.hubspot_portal import USERS
from tests.sandbox.serve import serve

PUBLIC = "https://alongside.example"


@pytest.fixture
def backend() -> Iterator[tuple[Backend, str]]:
    """The backend under its public name, and where it is really reached."""
    found = Backend(origin=PUBLIC)
    with serve(found.app()) as reached:
        yield found, reached


@pytest.fixture
def portal(tmp_path: Path, backend: tuple[Backend, str]) -> Iterator[tuple[FlaskClient, HubspotSandbox]]:
    app = create_app(HubspotSandboxConfig(db_path=tmp_path / "x.db", client_id="c", client_secret=SECRET))
    state: HubspotSandbox = app.extensions["sandbox"]
    config = HubspotPagesConfig(
        backend_origin=PUBLIC,
        forward_to=backend[1],
        client_secret=SECRET,
        portal_id=62515,
        app_id=54321,
        users=USERS,
        dist=tmp_path / "dist",
    )
    app.register_blueprint(hubspot_pages(state, config))
    yield app.test_client(), state
    state.close()


@pytest.fixture
def client(portal: tuple[FlaskClient, HubspotSandbox]) -> FlaskClient:
    return portal[0]


@pytest.fixture
def state(portal: tuple[FlaskClient, HubspotSandbox]) -> HubspotSandbox:
    return portal[1]


def fetch(client: FlaskClient, path: str, **more: Any) -> TestResponse:
    """What hubspot.fetch makes of a card's request."""
    request = {
        "requestUri": PUBLIC + path,
        "method": "GET",
        "requestTimeoutMillis": 2000,
        "requestHeaders": {},
    }
    return client.post("/proxy", json=request | more)


def deals(state: HubspotSandbox, count: int) -> None:
    for number in range(count):
        state.create(
            "deals", {"dealname": f"Deal {number:03}", "dealstage": "qualifiedtobuy", "amount": "1500"}
        )


def test_the_first_page_is_the_list_of_deals(client: FlaskClient, state: HubspotSandbox) -> None:
    deals(state, 1)

    answer = client.get("/", follow_redirects=True)

    assert "Deal 000" in answer.text
    assert "1,500" in answer.text


def test_a_long_list_has_pages(client: FlaskClient, state: HubspotSandbox) -> None:
    deals(state, 30)

    last = client.get("/contacts/62515/objects/0-3?page=2").text

    assert "Page 2 of 2" in last
    assert last.count("/record/0-3/") == 5


def test_a_list_can_be_searched(client: FlaskClient, state: HubspotSandbox) -> None:
    deals(state, 3)
    state.create("deals", {"dealname": "Initech rollout", "dealstage": "qualifiedtobuy"})

    found = client.get("/contacts/62515/objects/0-3?q=initech").text

    assert "Initech rollout" in found
    assert "Deal 001" not in found


def test_a_company_shows_its_deals(client: FlaskClient, state: HubspotSandbox) -> None:
    company = state.create("companies", {"name": "Initech", "domain": "initech.example"})
    state.create("deals", {"dealname": "Rollout", "dealstage": "qualifiedtobuy"}, [("companies", company)])

    page = client.get(f"/contacts/62515/record/0-2/{company}").text

    assert "Deals (1)" in page
    assert "Rollout" in page


@pytest.mark.parametrize(
    "path",
    [
        "/contacts/62515/record/0-3/999",
        "/contacts/1/record/0-3/1",
        "/contacts/62515/record/0-46/1",
        "/contacts/62515/objects/deals",
    ],
)
def test_what_is_not_in_this_portal_is_a_page_that_says_so(client: FlaskClient, path: str) -> None:
    answer = client.get(path)

    assert answer.status_code == 404
    assert "This page is not here" in answer.text


def test_without_a_build_the_page_says_how_to_build(client: FlaskClient, state: HubspotSandbox) -> None:
    deal = state.create("deals", {"dealname": "X", "dealstage": "qualifiedtobuy"})

    assert HOW_TO_BUILD in client.get(f"/contacts/62515/record/0-3/{deal}").text
    assert client.get("/record-pages/card/host.js").status_code == 404


def test_only_built_files_are_served(client: FlaskClient, tmp_path: Path) -> None:
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / "host.js").write_text("ok")
    (tmp_path / "dist" / "other.txt").write_text("no")

    assert client.get("/record-pages/card/host.js").text == "ok"
    assert client.get("/record-pages/card/other.txt").status_code == 404


def test_pages_forbid_foreign_and_inline_scripts(client: FlaskClient) -> None:
    policy = client.get("/contacts/62515/objects/0-3").headers["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_names_in_the_portal_cannot_break_out_of_the_page(client: FlaskClient, state: HubspotSandbox) -> None:
    deal = state.create("deals", {"dealname": "<script>alert(1)</script>\"'", "dealstage": "qualifiedtobuy"})

    page = client.get(f"/contacts/62515/record/0-3/{deal}").text

    assert "<script>alert(1)" not in page


def test_an_edit_from_another_site_is_refused(client: FlaskClient, state: HubspotSandbox) -> None:
    deal = state.create("deals", {"dealname": "X", "dealstage": "qualifiedtobuy"})
    headers = {"Sec-Fetch-Site": "cross-site"}

    answer = client.patch(
        f"/contacts/62515/record/0-3/{deal}", json={"properties": {"dealname": "Y"}}, headers=headers
    )

    assert answer.status_code == 403
    assert state.get("deals", deal)["properties"]["dealname"] == "X"


def test_an_unknown_user_cannot_be_chosen(client: FlaskClient) -> None:
    assert client.post("/sandbox-user", data={"user": "99"}).status_code == 400


def test_choosing_a_user_never_leads_to_another_site(client: FlaskClient) -> None:
    answer = client.post("/sandbox-user", data={"user": "12", "next": "//evil.example/"})

    assert answer.headers["Location"] == "/"


def test_a_ticked_task_is_completed_in_the_portal(client: FlaskClient, state: HubspotSandbox) -> None:
    task = state.create("tasks", {"hs_timestamp": "2026-11-25T00:00:00Z", "hs_task_subject": "Call"})

    client.patch(f"/contacts/62515/tasks/{task}", json={"done": True})

    assert state.get("tasks", task)["properties"]["hs_task_status"] == "COMPLETED"


def test_a_request_is_signed_over_the_public_address(
    client: FlaskClient, backend: tuple[Backend, str]
) -> None:
    client.post("/sandbox-user", data={"user": "12"})

    answer = fetch(client, "/hubspot/cards/overview?objectType=0-3&objectId=1&q=a%20b%2Bc%40d+e")

    assert answer.json is not None
    assert answer.json["ok"] is True
    assert backend[0].callers == ["ben@alongside.example"]


def test_a_body_is_signed_as_it_is_sent(client: FlaskClient, backend: tuple[Backend, str]) -> None:
    body = {"objectType": "0-3", "fields": {"body": "Grüße 👋"}}

    answer = fetch(client, "/hubspot/actions/thread.post", method="POST", requestBody=body)

    assert answer.json == {"ok": True, "result": {}, "message": "Sent."}
    assert backend[0].commands[0]["fields"] == {"body": "Grüße 👋"}


@pytest.mark.parametrize(
    ("wanted", "status"),
    [
        ({"requestHeaders": {"X-User": "1"}}, 400),
        ({"requestHeaders": "none"}, 400),
        ({"method": "TRACE"}, 400),
        ({"requestUri": "https://evil.example/hubspot/cards/x"}, 403),
        ({"requestUri": PUBLIC + ".evil.example/"}, 403),
        ({"requestUri": "http://alongside.example/"}, 403),
        ({"requestUri": ""}, 403),
        ({"method": "POST", "requestBody": {"body": "x" * 1_000_001}}, 413),
    ],
)
def test_what_hubspot_would_not_forward_is_refused(
    client: FlaskClient, backend: tuple[Backend, str], wanted: dict[str, Any], status: int
) -> None:
    answer = fetch(client, "/hubspot/cards/overview", **wanted)

    assert answer.status_code == status
    assert answer.json is not None
    assert answer.json["status"] == "error"
    assert backend[0].callers == []


def test_an_authorization_header_is_passed_on(client: FlaskClient) -> None:
    answer = fetch(client, "/hubspot/cards/overview", requestHeaders={"Authorization": "Bearer x"})

    assert answer.json is not None
    assert answer.json["ok"] is True


def test_a_lasting_fault_is_tried_twice_and_hidden(client: FlaskClient, backend: tuple[Backend, str]) -> None:
    backend[0].fail = 5

    answer = fetch(client, "/hubspot/actions/thread.post", method="POST", requestBody={})

    assert answer.status_code == 200
    assert json.loads(answer.text)["context"] == {"appServerStatusCode": ["500"]}
    assert len(backend[0].commands) == 2


def test_any_answer_but_success_is_a_bad_gateway(client: FlaskClient, backend: tuple[Backend, str]) -> None:
    answer = fetch(client, "/nowhere")

    assert answer.json is not None
    assert answer.json["category"] == "BAD_GATEWAY"


def test_the_words_of_a_note_keep_their_lines() -> None:
    assert plain("<p>One &amp; two</p><p>Three<br>four<!-- mark --></p>") == "One & two\nThree\nfour"
