"""Tokens of a HubSpot account: had for a code, renewed in time and once, and lost only when HubSpot says so."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.crm.hubspot import HubspotCrm
from app.crm.hubspot_tokens import Connection, Tokens, exchange_code
from app.crm.port import AuthExpired, RateLimited, Unavailable
from app.ground.clock import utc_now
from app.sandbox.hubspot.limits import Fault
from tests.contract.hubspot_world import CLIENT_ID, CLIENT_SECRET, HubspotWorld, open_world

BACK = "http://localhost:5080/hubspot/oauth/callback"
TOKEN_CALL = "POST /oauth/2026-09/token"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[HubspotWorld]:
    with open_world(tmp_path) as opened:
        yield opened


def exchange(world: HubspotWorld, **changes: Any) -> Connection:
    wanted = {
        "api_origin": world.origin,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "code": world.portal.grants.code(BACK),
        "redirect_uri": BACK,
        "clock": utc_now,
    }
    return exchange_code(**(wanted | changes))


def renewals(world: HubspotWorld) -> int:
    return world.portal.calls.by_endpoint().get(TOKEN_CALL, 0)


def test_a_code_connects_an_account(world: HubspotWorld) -> None:
    connection = exchange(world)

    assert connection.portal_id == "62515"
    assert "crm.objects.deals.read" in connection.scopes
    assert timedelta(minutes=29) < connection.tokens.expires_at - utc_now() <= timedelta(minutes=30)


def test_tokens_do_not_show_in_a_traceback(world: HubspotWorld) -> None:
    tokens = world.tokens.tokens

    assert tokens.access_token not in repr(tokens)
    assert tokens.refresh_token not in repr(tokens)


@pytest.mark.parametrize("changes", [{"code": "made-up"}, {"redirect_uri": "http://localhost:1/other"}])
def test_a_code_that_is_no_good_asks_to_connect_again(world: HubspotWorld, changes: dict[str, str]) -> None:
    with pytest.raises(AuthExpired):
        exchange(world, **changes)


def test_a_wrong_client_secret_is_our_fault_and_disconnects_nobody(world: HubspotWorld) -> None:
    with pytest.raises(Unavailable, match="client id and secret"):
        exchange(world, client_secret="wrong")


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault(kind="429", match="/oauth/"), RateLimited),
        (Fault(kind="500", match="/oauth/"), Unavailable),
        (Fault(kind="half", match="/oauth/"), Unavailable),
    ],
)
def test_a_bad_day_of_the_token_endpoint_is_no_disconnection(
    world: HubspotWorld, fault: Fault, error: type[Exception]
) -> None:
    world.expire_access_token()
    world.portal.faults.add(fault)

    with pytest.raises(error):
        world.crm.whoami()

    assert world.crm.whoami().id == "62515"


def test_a_token_is_renewed_before_it_ends(world: HubspotWorld) -> None:
    world.tokens.tokens = replace(world.tokens.tokens, expires_at=utc_now() + timedelta(seconds=30))

    world.crm.whoami()
    world.crm.whoami()

    assert renewals(world) == 1
    assert world.tokens.saves == 1
    assert world.portal.calls.total() == 2  # no call was spent on the old token


def test_a_token_that_another_process_renewed_is_used(world: HubspotWorld) -> None:
    world.crm.whoami()
    world.expire_access_token()
    granted = world.portal.grants.refresh(world.tokens.tokens.refresh_token)
    world.tokens.tokens = Tokens(
        access_token=granted.access_token,
        refresh_token=granted.refresh_token,
        expires_at=granted.expires_at,
    )

    world.crm.whoami()

    assert renewals(world) == 0


def test_a_refused_token_is_renewed_once_and_no_more(world: HubspotWorld) -> None:
    world.portal.faults.add(Fault(kind="401", times=5, match="/account-info/"))

    with pytest.raises(AuthExpired):
        world.crm.whoami()

    assert renewals(world) == 1
    assert world.portal.calls.total() == 2


def test_an_app_that_was_removed_is_asked_to_connect_again(world: HubspotWorld) -> None:
    world.disconnect()

    with pytest.raises(AuthExpired, match="Connect it again"):
        world.crm.whoami()


def test_a_wrong_secret_while_renewing_does_not_disconnect(world: HubspotWorld) -> None:
    world.expire_access_token()
    crm = HubspotCrm(world.origin, CLIENT_ID, "wrong", world.tokens)

    with pytest.raises(Unavailable):
        crm.whoami()


def test_threads_renew_a_token_once(world: HubspotWorld) -> None:
    world.tokens.tokens = replace(world.tokens.tokens, expires_at=utc_now())
    threads = [threading.Thread(target=world.crm.whoami) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert renewals(world) == 1
