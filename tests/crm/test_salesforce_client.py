"""Sessions, retries and limits of the Salesforce adapter, against an org and against answers no org gives."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from flask import Flask, Response, request

from app.crm.port import AuthExpired, CrmError, NotFound, RateLimited, Rejected, Unavailable
from app.crm.salesforce import SalesforceCrm, session_owner
from app.crm.salesforce_client import PAUSES, audience
from app.crm.salesforce_errors import error_of
from app.crm.salesforce_http import SalesforceSession, is_org_url, is_stand_in, retry_after
from app.domain.record import ObjectKind
from app.ground.clock import utc_now
from tests.contract.salesforce_world import SalesforceWorld, open_world
from tests.sandbox.salesforce_org import CONSUMER_KEY, INSTANCE_URL, ORG_ID, PRIVATE_KEY, USERNAME
from tests.sandbox.serve import serve

DEAL = ObjectKind.DEAL


@pytest.fixture
def world(tmp_path: Path) -> Iterator[SalesforceWorld]:
    with open_world(tmp_path) as world:
        yield world


def crm_at(origin: str, *, key: str = PRIVATE_KEY, username: str = USERNAME) -> SalesforceCrm:
    return SalesforceCrm(
        origin, CONSUMER_KEY, key, username, INSTANCE_URL, utc_now, timeout=(20, 20), sleep=lambda _: None
    )


def log_of(world: SalesforceWorld) -> list[list[str]]:
    return world.control("GET", "calls")["log"]


def test_a_session_is_asked_for_once(world: SalesforceWorld) -> None:
    for _ in range(3):
        world.crm.owners()

    assert [path for _, path in log_of(world)].count("/services/oauth2/token") == 1


def test_a_session_that_is_never_accepted_ends_after_two_calls(world: SalesforceWorld) -> None:
    world.fault("session", times=1_000, on="/services/data")

    with pytest.raises(AuthExpired):
        world.crm.owners()

    assert world.calls() == 2


def test_a_user_who_is_not_approved_has_to_connect_again(world: SalesforceWorld) -> None:
    with pytest.raises(AuthExpired, match="hasn't approved this consumer"):
        crm_at(world.origin, username="nobody@sample.example").owners()


def test_a_key_that_is_none_is_named(world: SalesforceWorld) -> None:
    with pytest.raises(AuthExpired, match="SALESFORCE_PRIVATE_KEY"):
        crm_at(world.origin, key="not a key").owners()


def test_a_busy_org_is_asked_again_within_bounds(world: SalesforceWorld) -> None:
    world.crm.owners()
    world.reset_calls()
    world.fault("503", times=len(PAUSES))
    assert world.crm.owners()
    assert world.calls() == len(PAUSES) + 1

    world.fault("503", times=1_000)
    with pytest.raises(Unavailable):
        world.crm.owners()
    assert world.calls() == 2 * (len(PAUSES) + 1)


def test_a_spent_daily_limit_waits_for_long(world: SalesforceWorld) -> None:
    world.crm.owners()
    world.control("POST", "limits", {"daily": 1, "used": 1})

    with pytest.raises(RateLimited) as caught:
        world.crm.owners()

    assert caught.value.retry_after == 900


def test_an_org_without_the_package_is_told_what_is_missing(world: SalesforceWorld) -> None:
    world.crm.prepare()
    world.control("POST", "app", {"packaged": False})

    with pytest.raises(Rejected, match=r"package is not installed.*Channel_Conflict__c.*Share_Link__c"):
        world.crm.prepare()


def test_every_call_names_its_client_and_version() -> None:
    seen: list[tuple[str, str]] = []
    app = Flask("stub")

    @app.post("/services/oauth2/token")
    def token() -> dict[str, str]:
        return {"access_token": "t", "instance_url": INSTANCE_URL}

    @app.get("/services/data/v68.0/query/")
    def query() -> dict[str, object]:
        seen.append((request.headers["Sforce-Call-Options"], request.headers["Authorization"]))
        return {"totalSize": 0, "done": True, "records": []}

    with serve(app) as origin:
        assert crm_at(origin).owners() == []

    assert seen == [("client=AlongsideSync", "Bearer t")]


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (302, "", Unavailable),
        (200, "<html>maintenance</html>", Unavailable),
        (200, '{"records": ', Unavailable),
        (200, '{"unexpected": true}', Unavailable),
        (500, "oops", Unavailable),
        (400, "plain text", Rejected),
        (400, '[{"errorCode": "MALFORMED_QUERY", "message": "unexpected token"}]', Rejected),
        (404, '[{"errorCode": "NOT_FOUND", "message": "gone"}]', NotFound),
        (403, '[{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "x"}]', RateLimited),
        (401, "not json", AuthExpired),
    ],
)
def test_an_answer_that_is_none_is_a_typed_error(status: int, body: str, expected: type[CrmError]) -> None:
    app = Flask("stub")

    @app.post("/services/oauth2/token")
    def token() -> dict[str, str]:
        return {"access_token": "t", "instance_url": INSTANCE_URL}

    @app.get("/services/data/v68.0/query/")
    def query() -> Response:
        headers = {"Location": "http://127.0.0.1:9/"} if status == 302 else {}
        return Response(body, status=status, headers=headers, content_type="application/json")

    with serve(app) as origin, pytest.raises(expected):
        crm_at(origin).owners()


def test_a_refused_connection_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        crm_at("http://127.0.0.1:9").owners()


@pytest.mark.parametrize(
    ("code", "expected", "retry"),
    [
        ("UNABLE_TO_LOCK_ROW", Unavailable, True),
        ("REQUEST_LIMIT_EXCEEDED", RateLimited, True),
        ("INVALID_SESSION_ID", AuthExpired, False),
        ("ENTITY_IS_DELETED", NotFound, False),
        ("FIELD_CUSTOM_VALIDATION_EXCEPTION", Rejected, False),
        ("SOMETHING_NEW", Rejected, False),
    ],
)
def test_each_code_knows_whether_to_retry(code: str, expected: type[CrmError], retry: bool) -> None:
    error = error_of(400, [{"errorCode": code, "message": "Because."}])

    assert isinstance(error, expected)
    assert (error.retry, error.message) == (retry, "Because.")


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": "0"}, 1),
        ({}, 30),
        ({"Retry-After": "soon"}, 30),
        (
            {"Retry-After": "Sun, 22 Nov 2026 10:00:20 GMT", "Date": "Sun, 22 Nov 2026 10:00:00 GMT"},
            20,
        ),
    ],
)
def test_a_retry_after_is_read_in_every_form(headers: dict[str, str], seconds: float) -> None:
    assert retry_after(headers) == seconds


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://acme.my.salesforce.com", True),
        ("https://acme--uat.sandbox.my.salesforce.com/x", True),
        ("https://acme.my.salesforce.mil", True),
        ("http://acme.my.salesforce.com", False),
        ("https://acme.my.salesforce.com.evil.example", False),
        ("https://evilmy.salesforce.com", False),
        ("https://acme.my.salesforce.com@evil.example", False),
        ("https://acme.my.salesforce.com:8443", False),
        ("https://127.0.0.1", False),
        ("https://[::1]/", False),
        ("https://[x.my.salesforce.com", False),
        ("https://x.my.salesforce.com:port", False),
        ("", False),
    ],
)
def test_only_an_orgs_own_domain_may_get_a_token(url: str, good: bool) -> None:
    assert is_org_url(url) is good


@pytest.mark.parametrize(
    ("origin", "stand_in", "aud"),
    [
        ("https://login.salesforce.com", False, "https://login.salesforce.com"),
        ("https://test.salesforce.com", False, "https://test.salesforce.com"),
        ("https://acme--uat.sandbox.my.salesforce.com", False, "https://test.salesforce.com"),
        ("http://127.0.0.1:5083", True, "https://login.salesforce.com"),
        ("https://salesforce.com.evil.example", True, "https://login.salesforce.com"),
    ],
)
def test_the_login_origin_decides_who_is_asked(origin: str, stand_in: bool, aud: str) -> None:
    assert is_stand_in(origin) is stand_in
    assert audience(origin) == aud


def test_a_real_login_origin_keeps_every_other_host_out() -> None:
    with SalesforceSession("https://login.salesforce.com") as session, pytest.raises(Rejected):
        session.send(requests.Request("GET", "https://127.0.0.1/services/oauth2/userinfo").prepare())


def test_a_session_token_names_its_owner(world: SalesforceWorld) -> None:
    dana = world.make_owner("Dana Reed", "dana@seller.example")
    token = world.control("POST", "sessions", {"username": "dana@seller.example"})["token"]

    assert session_owner(world.origin, INSTANCE_URL, token) == (
        dana,
        ORG_ID,
        "dana@seller.example",
        "Dana Reed",
    )


def test_a_dead_session_token_has_no_owner(world: SalesforceWorld) -> None:
    with pytest.raises(AuthExpired):
        session_owner(world.origin, INSTANCE_URL, "00D!dead")


@pytest.mark.parametrize(
    "url", ["https://evil.example", "http://acme.my.salesforce.com", "file:///etc", "//x"]
)
def test_a_token_never_travels_to_another_host(url: str) -> None:
    with pytest.raises(Rejected):
        session_owner("https://login.salesforce.com", url, "00D!secret")
