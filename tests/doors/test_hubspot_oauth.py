"""Connecting HubSpot: a state of ours, a code of theirs, tokens sealed; against the sandbox over HTTP."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from app.domain.record import CrmKind
from app.sandbox.hubspot import HubspotSandboxConfig, create_app
from app.storage import tables
from app.storage import tenant as tenants
from app.storage.credentials import StoredTokens
from app.storage.rows import find_all
from app.wsgi import web_app
from tests.house import TestHouse
from tests.sandbox.serve import serve


@pytest.fixture
def connected(house: TestHouse, tmp_path: Path):
    """A house whose HubSpot is a sandbox portal that is not connected yet, and a browser at its door."""
    config = HubspotSandboxConfig(
        db_path=str(tmp_path / "portal.db"), client_id="id", client_secret="secret", portal_id=4711
    )
    portal = create_app(config)
    portal.extensions["sandbox"].add_owner("Ada", "Admin", "Ada@Vendor.example")
    with serve(portal) as origin:
        house.house.config = replace(
            house.house.config, hubspot_api_origin=origin, hubspot_client_secret="secret"
        )
        yield house, web_app(house.house).test_client()


def consent(location: str) -> str:
    """The admin's click at HubSpot; the callback it leads to."""
    answer = requests.post(location, allow_redirects=False, timeout=30)
    return answer.headers["Location"]


def path_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


def test_an_admin_connects_an_account_and_its_tokens_are_sealed(connected) -> None:
    house, client = connected

    back = consent(client.get("/hubspot/oauth/start").headers["Location"])
    page = client.get(path_of(back))

    with house.house.database.read() as connection:
        tenant = tenants.by_account(connection, CrmKind.HUBSPOT, "4711")
        stored = str([dict(row) for row in find_all(connection, tables.credential)])
    tokens = StoredTokens(house.house.database, house.house.vault, tenant.id).load()
    assert page.status_code == 200
    assert tokens.refresh_token
    assert tokens.refresh_token not in stored
    assert tokens.access_token not in stored


def test_whoever_agreed_is_the_first_admin_and_the_pipeline_is_known(connected) -> None:
    house, client = connected

    client.get(path_of(consent(client.get("/hubspot/oauth/start").headers["Location"])))

    with house.house.database.read() as connection:
        tenant = tenants.by_account(connection, CrmKind.HUBSPOT, "4711")
        assert tenants.stages(connection, tenant.id)
    assert tenant.admin_emails == ("ada@vendor.example",)


def test_a_callback_works_once(connected) -> None:
    _, client = connected
    back = path_of(consent(client.get("/hubspot/oauth/start").headers["Location"]))

    assert client.get(back).status_code == 200
    assert client.get(back).status_code == 401


def test_a_state_that_was_started_too_long_ago_is_refused(connected) -> None:
    house, client = connected
    back = path_of(consent(client.get("/hubspot/oauth/start").headers["Location"]))
    house.clock.advance(timedelta(minutes=16))

    assert client.get(back).status_code == 401


@pytest.mark.parametrize(
    "query", ["", "state=x&code=y", "code=y", "state=" + "a" * 9000, "state=%00&code=%ff"]
)
def test_a_callback_that_was_not_started_here_is_refused(connected, query: str) -> None:
    _, client = connected

    answer = client.get(f"/hubspot/oauth/callback?{query}")

    assert answer.status_code == 401
    assert "Reason: bad_signature" in answer.text


def test_a_code_that_hubspot_does_not_know_is_refused_with_a_sentence(connected) -> None:
    _, client = connected
    state = parse_qs(urlsplit(client.get("/hubspot/oauth/start").headers["Location"]).query)["state"][0]

    answer = client.get("/hubspot/oauth/callback", query_string={"state": state, "code": "guess"})

    assert answer.status_code in (422, 503)
    assert "Not connected" in answer.text
