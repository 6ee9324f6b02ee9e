"""Installing the app in the stand-in, its tokens and its scopes."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from app.ground.clock import SteppingClock
from tests.sandbox.hubspot_over_http import Portal, V, open_portal

BACK = "http://localhost:5080/hubspot/oauth/callback"


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock(datetime(2026, 11, 20, 12, tzinfo=UTC))


@pytest.fixture
def portal(tmp_path: Path, clock: SteppingClock) -> Iterator[Portal]:
    with open_portal(tmp_path, clock=clock, redirect_uris=(BACK,)) as opened:
        yield opened


def authorize(portal: Portal, method: str = "POST", **changes: str) -> requests.Response:
    query = {"client_id": "client-1", "redirect_uri": BACK, "scope": "oauth crm.objects.deals.read"} | changes
    return requests.request(
        method, f"{portal.origin}/oauth/authorize", params=query, allow_redirects=False, timeout=30
    )


def token(portal: Portal, path: str = "token", **form: str) -> requests.Response:
    form = {"client_id": "client-1", "client_secret": "secret-1"} | form
    return requests.post(f"{portal.origin}/oauth/{V}/{path}", data=form, timeout=30)


def code(portal: Portal) -> str:
    return parse_qs(urlsplit(authorize(portal).headers["Location"]).query)["code"][0]


def redeem(portal: Portal, **changes: str) -> requests.Response:
    form = {"grant_type": "authorization_code", "code": code(portal), "redirect_uri": BACK} | changes
    return token(portal, **form)


def test_the_page_asks_and_sends_back_a_code_with_the_state(portal: Portal) -> None:
    assert "Connect app" in authorize(portal, "GET", state="s&1").text

    answer = authorize(portal, state="s&1")

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(BACK + "?code=")
    assert parse_qs(urlsplit(answer.headers["Location"]).query)["state"] == ["s&1"]


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "other"},
        {"redirect_uri": "https://evil.example/cb"},
        {"scope": "crm.objects.deals.read"},
    ],
)
def test_a_wrong_installation_address_is_refused(portal: Portal, changes: dict[str, str]) -> None:
    assert authorize(portal, **changes).status_code == 400


def test_a_code_gives_tokens_once(portal: Portal) -> None:
    form = {"grant_type": "authorization_code", "code": code(portal), "redirect_uri": BACK}

    first, second = token(portal, **form), token(portal, **form)

    assert first.json() | {"access_token": "", "refresh_token": ""} == {
        "token_type": "bearer",
        "access_token": "",
        "refresh_token": "",
        "expires_in": 1800,
        "hub_id": 62515,
        "user_id": 1,
        "scopes": list(portal.state.config.scopes),
    }
    assert second.status_code == 400
    assert second.json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"redirect_uri": "http://localhost:1/other"}, 400, "invalid_grant"),
        ({"code": "made-up"}, 400, "invalid_grant"),
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_id": "wrong"}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
    ],
)
def test_a_bad_exchange_is_refused(portal: Portal, changes: dict[str, Any], status: int, error: str) -> None:
    answer = redeem(portal, **changes)

    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_an_access_token_lives_half_an_hour(portal: Portal, clock: SteppingClock) -> None:
    path = f"/account-info/{V}/details"
    assert portal.call("GET", path).json()["portalId"] == 62515

    clock.advance(timedelta(seconds=1801))

    answer = portal.call("GET", path)
    assert answer.status_code == 401
    assert answer.json()["category"] == "EXPIRED_AUTHENTICATION"


@pytest.mark.parametrize("header", ["", "Bearer ", "Bearer made-up", "Basic abc"])
def test_a_call_without_a_token_is_refused(portal: Portal, header: str) -> None:
    answer = portal.call("GET", f"/account-info/{V}/details", headers={"Authorization": header})

    assert answer.status_code == 401


def test_a_refresh_token_gives_new_access_until_it_is_revoked(portal: Portal) -> None:
    granted = redeem(portal).json()
    refresh = {"grant_type": "refresh_token", "refresh_token": granted["refresh_token"]}
    renewed = token(portal, **refresh).json()
    assert renewed["access_token"] != granted["access_token"]
    assert token(portal, "token/introspect", token=renewed["access_token"]).json()["hub_id"] == 62515

    assert token(portal, "token/revoke", token=granted["refresh_token"]).status_code == 204

    refused = token(portal, **refresh)
    assert (refused.status_code, refused.json()["status"]) == (400, "BAD_REFRESH_TOKEN")
    assert token(portal, "token/introspect", token=renewed["access_token"]).json() == {"active": False}


def test_uninstalling_ends_every_token(portal: Portal) -> None:
    assert portal.call("DELETE", f"/appinstalls/{V}/external-install").status_code == 204

    assert portal.call("GET", f"/account-info/{V}/details").status_code == 401


def test_a_missing_scope_is_named(tmp_path: Path) -> None:
    with open_portal(tmp_path, scopes=("oauth", "crm.objects.deals.read")) as portal:
        assert portal.search("deals").status_code == 200
        answer = portal.objects("deals", {"properties": {}})

    assert answer.status_code == 403
    assert answer.json()["category"] == "MISSING_SCOPES"
    assert answer.json()["errors"][0]["context"]["requiredGranularScopes"] == ["crm.objects.deals.write"]
