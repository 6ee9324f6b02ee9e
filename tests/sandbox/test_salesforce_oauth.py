"""Tokens by JWT bearer, and what a session may do."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from app.ground.clock import SteppingClock, utc_now
from tests.sandbox.salesforce_org import ORG_ID, PUBLIC_KEY, USERNAME, Caller, assertion, serve_org


@pytest.fixture
def caller(tmp_path: Path) -> Any:
    with serve_org(tmp_path) as (origin, _):
        yield Caller(origin)


def test_a_signed_assertion_becomes_a_session(caller: Caller) -> None:
    body = caller.log_in()

    assert body["token_type"] == "Bearer"
    assert body["instance_url"] == "https://sample.my.salesforce.com"
    assert caller.query("SELECT Id FROM Organization")["records"][0]["Id"] == ORG_ID


@pytest.mark.parametrize(
    ("changes", "error", "description"),
    [
        ({"iss": "another"}, "invalid_client_id", "client identifier invalid"),
        ({"sub": "nobody@sample.example"}, "invalid_grant", "user hasn't approved this consumer"),
        ({"aud": "https://evil.example"}, "invalid_grant", "audience is invalid"),
        ({"exp": 1}, "invalid_grant", "expired authorization code"),
        ({"exp": None}, "invalid_grant", "invalid assertion"),
    ],
)
def test_a_wrong_claim_is_named(caller: Caller, changes: Any, error: str, description: str) -> None:
    body = caller.log_in(assertion(**changes))

    assert caller.last.status_code == 400
    assert body == {"error": error, "error_description": description}


def test_an_assertion_of_another_key_is_refused(caller: Caller) -> None:
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    assert caller.log_in(assertion(key=stranger))["error"] == "invalid_grant"


def test_the_public_key_is_no_shared_secret(caller: Caller) -> None:
    unsigned = jwt.encode({"iss": "3MVG9.alongside", "sub": USERNAME}, None, algorithm="none")

    assert caller.log_in(unsigned)["error"] == "invalid_grant"
    assert caller.log_in(PUBLIC_KEY)["error"] == "invalid_grant"


def test_another_grant_is_not_supported(caller: Caller) -> None:
    assert caller.log_in(grant_type="password")["error"] == "unsupported_grant_type"


def test_userinfo_names_the_owner_of_a_session(caller: Caller) -> None:
    caller.log_in()

    said = caller.send("GET", "/services/oauth2/userinfo")

    assert (said["organization_id"], said["preferred_username"]) == (ORG_ID, USERNAME)
    assert said["user_id"].startswith("005")


def test_userinfo_knows_no_dead_session(caller: Caller) -> None:
    caller.log_in()
    caller.control("DELETE", "sessions")

    answer = caller.http.get(f"{caller.origin}/services/oauth2/userinfo", timeout=30)

    assert (answer.status_code, answer.text) == (403, "Bad_OAuth_Token")


def test_a_session_ends_after_its_life(tmp_path: Path) -> None:
    clock = SteppingClock(utc_now())
    with serve_org(tmp_path, clock=clock) as (origin, _):
        caller = Caller(origin)
        caller.log_in(assertion(clock))
        clock.advance(timedelta(hours=2, seconds=1))

        body = caller.query("SELECT Id FROM Organization")

    assert caller.last.status_code == 401
    assert body == [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]


def test_without_a_session_nothing_is_answered(caller: Caller) -> None:
    caller.send("GET", "sobjects")

    assert caller.last.status_code == 401


def test_every_answer_says_how_much_of_the_limit_is_used(caller: Caller) -> None:
    caller.log_in()
    caller.control("POST", "limits", {"daily": 10, "used": 7})

    caller.send("GET", "limits")

    assert caller.last.headers["Sforce-Limit-Info"] == "api-usage=8/10"


def test_a_spent_limit_refuses(caller: Caller) -> None:
    caller.log_in()
    caller.control("POST", "limits", {"daily": 1, "used": 1})

    body = caller.query("SELECT Id FROM Organization")

    assert caller.last.status_code == 403
    assert body[0]["errorCode"] == "REQUEST_LIMIT_EXCEEDED"
