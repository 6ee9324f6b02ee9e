"""The page about certifications, over a real house."""

import io

import pytest
from flask.testing import FlaskClient

from app.reading.stores import Tickets
from app.wsgi import web_app
from tests.house import ADMIN, ORIGIN, TestHouse

OWN = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def admin(house: TestHouse) -> FlaskClient:
    client = web_app(house.house).test_client()
    ticket = Tickets(house.house.database, house.clock).issue(house.tenant.id, ADMIN)
    client.post("/admin/enter", data={"ticket": ticket}, headers=OWN, base_url=ORIGIN)
    return client


def send(admin: FlaskClient, path: str, **data: object) -> str:
    return admin.post(f"/admin/certifications/{path}", data=data, headers=OWN, base_url=ORIGIN).text


def test_a_file_is_imported_placed_and_asked_for(house: TestHouse, admin: FlaskClient) -> None:
    partner = house.attach("Northwind")
    file = (io.BytesIO("Certification,E-mail\nGold,kim@n.example\nGold,bad\n".encode("utf-8-sig")), "a.csv")

    page = send(admin, "import", file=file)

    assert "1 waiting. 1 refused." in page
    assert "Line 3: Person email" in page
    assert "kim@n.example" in page
    waiting = page.partition('name="certification_id" value="')[2].partition('"')[0]
    assert "counts for Northwind now" in send(admin, "place", certification_id=waiting, partner_id=partner)
    assert "register needs the firm certified in Gold now." in send(
        admin, "require", right="register", credential="Gold", people="0"
    )
    assert "Registering deals" in admin.get("/admin/certifications", base_url=ORIGIN).text


@pytest.mark.parametrize("raw", [b"\xff\xfe\x00", b"colour\nred\n", b""])
def test_a_file_that_cannot_be_read_says_so(house: TestHouse, admin: FlaskClient, raw: bytes) -> None:
    answer = admin.post(
        "/admin/certifications/import",
        data={"file": (io.BytesIO(raw), "a.csv")},
        headers=OWN,
        base_url=ORIGIN,
    )

    assert answer.status_code in (400, 422)


def test_a_form_of_another_site_changes_nothing(admin: FlaskClient) -> None:
    answer = admin.post(
        "/admin/certifications/require",
        data={"right": "register", "credential": "Gold", "people": "1"},
        headers={"Sec-Fetch-Site": "cross-site"},
        base_url=ORIGIN,
    )

    assert answer.status_code == 403


def test_a_badge_that_nobody_stands_to_is_refused_with_its_reason(admin: FlaskClient) -> None:
    assert "neither an image, nor an address" in send(admin, "badge", badge="hello")
    assert "no public https address" in send(admin, "badge", badge="https://127.0.0.1/badge")


def test_a_feed_shows_its_secret_once_and_its_address(admin: FlaskClient) -> None:
    page = send(admin, "feeds", kind="webhook", name="Academy")

    assert "whsec_" in page
    assert f"{ORIGIN}/credentials/" in page
    assert "whsec_" not in admin.get("/admin/certifications", base_url=ORIGIN).text
    assert "Enter the id of your organisation" in send(admin, "feeds", kind="credly", token="x")
    assert "Choose what the feed comes from" in send(admin, "feeds", kind="nothing")
