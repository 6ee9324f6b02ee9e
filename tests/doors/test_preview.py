"""A seller's preview of a room: composed by the publishing code, inert, and gone after a quarter of an hour."""

import re
from datetime import timedelta

import pytest

from app.wsgi import web_app
from tests.house import ORIGIN, SELLER, TestHouse


def preview_path(house: TestHouse, partner: str) -> str:
    from tests.house import DEAL

    url = house.house.preview_url(house.tenant, SELLER, DEAL, partner)
    return url.removeprefix(ORIGIN)


def test_a_seller_sees_what_the_partner_sees_and_nothing_more(house: TestHouse) -> None:
    partner = house.attach()
    house.run("thread.post", {"partner_id": partner, "body": "Shown to you"})
    house.run("thread.post", {"partner_id": partner, "audience": "team", "body": "Kept from you"})

    page = web_app(house.house).test_client().get(preview_path(house, partner)).text

    assert "Shown to you" in page
    assert "10,000 to 25,000" in page
    assert "Kept from you" not in page
    assert not re.search(r"\b12000\b", page)
    assert "<fieldset" in page
    assert "disabled" in page


def test_a_preview_ends_after_a_quarter_of_an_hour(house: TestHouse) -> None:
    partner = house.attach()
    path = preview_path(house, partner)
    house.clock.advance(timedelta(minutes=15, seconds=1))

    assert web_app(house.house).test_client().get(path).status_code == 401


@pytest.mark.parametrize(
    "path", ["/preview/x", "/preview/" + "a" * 5000, "/preview/a.b.c", "/preview/%00", "/preview/é"]
)
def test_a_token_that_is_none_is_refused_with_a_page(house: TestHouse, path: str) -> None:
    answer = web_app(house.house).test_client().get(path)

    assert answer.status_code == 401
    assert "Reason: unauthenticated" in answer.text


def test_a_partner_that_is_not_on_the_record_has_no_preview(house: TestHouse) -> None:
    partner = house.attach()
    path = preview_path(house, partner).replace(f"partner={partner}", "partner=" + "0" * 32)

    answer = web_app(house.house).test_client().get(path)

    assert answer.status_code == 422
    assert "does not work on this record" in answer.text


def test_a_panel_bearer_opens_no_preview(house: TestHouse) -> None:
    from app.identity.tokens import Audience
    from tests.house import DEAL

    token = house.house.tokens.mint(
        Audience.SALESFORCE_PANEL, tenant_id=house.tenant.id, record=DEAL, actor=SELLER
    )

    assert web_app(house.house).test_client().get(f"/preview/{token}").status_code == 401
