import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from app.domain.record import ObjectKind, RecordKey
from app.identity.canvas_request import verify
from app.sandbox.record_pages.salesforce import LightningConfig, create_blueprint
from app.sandbox.salesforce import Org, SalesforceSandboxConfig, create_app

SECRET = "consumer-secret"
CANVAS = "https://app.example.com/salesforce/canvas"


@pytest.fixture
def client(tmp_path: Path) -> Iterator[FlaskClient]:
    app = create_app(
        SalesforceSandboxConfig(
            db_path=str(tmp_path / "org.db"),
            consumer_key="key",
            consumer_secret=SECRET,
            public_key_pem="",
            org_id="00D5g00000SamplEAA",
            username="sync@sample.example",
        )
    )
    app.register_blueprint(create_blueprint(LightningConfig(canvas_url=CANVAS)))
    yield app.test_client()
    app.extensions["salesforce"].close()


@pytest.fixture
def org(client: FlaskClient) -> Org:
    found: Org = client.application.extensions["salesforce"]
    for name in ("Anna Sorensen", "Ben Okafor"):
        first, last = name.split()
        email = f"{first.lower()}@sample.example"
        found.add_user(username=email, first_name=first, last_name=last, email=email)
    return found


def make(org: Org, name: str = "Initech rollout") -> tuple[str, str]:
    by = org.user_id
    account = org.records.create("Account", {"Name": "Initech"}, by)
    values = {"Name": name, "AccountId": account, "StageName": "Prospecting", "CloseDate": "2026-12-12"}
    return org.records.create("Opportunity", values, by), account


def signed(page: str) -> str:
    found = re.search(r'name="signed_request" value="([^"]+)"', page)
    assert found
    return found[1]


def test_a_record_page_posts_a_request_that_the_product_accepts(client: FlaskClient, org: Org) -> None:
    deal, _ = make(org)

    page = client.get(f"/lightning/r/Opportunity/{deal}/view").text

    request = verify(signed(page), [SECRET])
    assert request.record == RecordKey(ObjectKind.DEAL, deal)
    assert request.full_name == "Anna Sorensen"
    assert request.target_origin == "http://localhost"
    assert org.session_user(request.oauth_token) == request.user_id
    assert f'action="{CANVAS}" target="canvas-frame-{request.instance_id}"' in page


def test_each_request_is_signed_anew(client: FlaskClient, org: Org) -> None:
    deal, _ = make(org)

    first, second = (client.get(f"/lightning/_canvas/Opportunity/{deal}").get_json() for _ in range(2))

    assert (
        verify(first["signed_request"], [SECRET]).digest != verify(second["signed_request"], [SECRET]).digest
    )


def test_another_user_logs_in(client: FlaskClient, org: Org) -> None:
    deal, _ = make(org)
    path = f"/lightning/r/Opportunity/{deal}/view"

    moved = client.post("/lightning/_user", data={"user": org.user_named("ben@sample.example"), "next": path})

    assert moved.headers["Location"] == path
    assert verify(signed(client.get(path).text), [SECRET]).full_name == "Ben Okafor"


@pytest.mark.parametrize(
    "target", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:x"]
)
def test_a_login_leads_nowhere_else(client: FlaskClient, org: Org, target: str) -> None:
    assert client.post("/lightning/_user", data={"next": target}).headers["Location"] == "/"


def test_an_account_lists_its_opportunities(client: FlaskClient, org: Org) -> None:
    _, account = make(org)

    page = client.get(f"/lightning/r/Account/{account}/view").text

    assert "Opportunities (1)" in page
    assert "Initech rollout" in page


def test_rows_of_the_package_show_as_native_lists(client: FlaskClient, org: Org) -> None:
    deal, _ = make(org)
    values = {
        "External_Id__c": "m1",
        "Opportunity__c": deal,
        "Body__c": "<b>Hello</b> partner",
        "Sent_At__c": "2026-11-22T10:15:00.000Z",
    }
    org.records.create("Partner_Message__c", values, org.user_id)

    page = client.get(f"/lightning/r/Opportunity/{deal}/native").text

    assert "Partner Messages (1)" in page
    assert "&lt;b&gt;Hello&lt;/b&gt; partner" in page
    assert "11/22/2026, 10:15 AM" in page


def test_the_list_is_searched_and_paged(client: FlaskClient, org: Org) -> None:
    for number in range(30):
        make(org, f"Deal {number:02}")

    first = client.get("/lightning/o/Opportunity/list").text
    second = client.get("/lightning/o/Opportunity/list?page=2").text
    found = client.get("/lightning/o/Opportunity/list?q=deal 07").text

    assert first.count("<tr>") == 26
    assert second.count("<tr>") == 6
    assert "Deal 07" in found
    assert "Deal 08" not in found


@pytest.mark.parametrize(
    "path",
    [
        "/lightning/r/Opportunity/006000000000000AAA/view",
        "/lightning/r/User/005000000000000AAA/view",
        "/lightning/o/Organization/list",
        "/lightning/_canvas/Opportunity/nothing",
    ],
)
def test_what_is_not_there_is_not_found(client: FlaskClient, org: Org, path: str) -> None:
    assert client.get(path).status_code == 404
