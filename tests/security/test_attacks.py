"""Attacks that go round every address at once. What belongs to one door stands in the tests of that door.

docs/asvs.md says which test answers which requirement.
"""

import ast
import gzip
import io
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import structlog
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.test import TestResponse

from app.ground.ids import new_token
from app.identity.tokens import Audience
from app.storage.published.prepared import Prepared
from app.wsgi import web_app
from tests.doors.hubspot_client import Hubspot
from tests.house import DEAL, SELLER, TestHouse, make_house
from tests.share_world import ShareWorld, opened, share_world

ROOT = Path(__file__).parents[2]
TRICKS = [
    "../../../../etc/passwd",
    "..%2f..%2f..%2fetc%2fpasswd",
    "%2e%2e/%2e%2e/pyproject.toml",
    "..\\..\\pyproject.toml",
    "..;/pyproject.toml",
    "/etc/passwd",
    "//etc/passwd",
    "share.css%00.html",
    "%00",
    "%c0%ae%c0%ae/x",
    "....//....//pyproject.toml",
    "C:\\Windows\\win.ini",
    "a" * 5_000,
]
PUBLIC = re.compile(r"/static/|/look/|tile\.css$|^/openapi\.json$")
"""What is the same for everybody: style, script and the description."""

FOR_FRAMES = re.compile(r"/salesforce/")
"""Pages that stand inside Salesforce; tests/doors/test_salesforce*.py say who may frame them."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestHouse]:
    made = make_house(tmp_path_factory.mktemp("attacked"))
    yield made
    made.house.database.close()


@pytest.fixture(scope="module")
def web(house: TestHouse) -> FlaskClient:
    return web_app(house.house).test_client()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShareWorld]:
    made = share_world(tmp_path_factory.mktemp("share"))
    yield made
    made.database.close()


def addresses(client: FlaskClient) -> list[str]:
    """Every address that may be got, with something that nobody has where it takes an id."""
    rules = client.application.url_map.iter_rules()
    known = {re.sub(r"<.*?>", "nobodys", rule.rule) for rule in rules if "GET" in (rule.methods or ())}
    return sorted(known | {"/nothing", "/admin/nothing", "/hubspot/nothing", "/s/nothing"})


def work(world: ShareWorld, address: str) -> list[str]:
    """What the database is asked while the address is answered."""
    asked: list[str] = []
    first = Prepared.first

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    def note_prepared(self: Prepared, *values: object) -> object:
        asked.append("prepared")
        return first(self, *values)

    event.listen(world.database.engine, "before_cursor_execute", note)
    try:
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(Prepared, "first", note_prepared)
            assert world.client().get(address).status_code == 404
    finally:
        event.remove(world.database.engine, "before_cursor_execute", note)
    return asked


def test_a_dead_link_costs_the_same_work_as_one_that_never_was(world: ShareWorld) -> None:
    _, revoked = world.link(revoked_at=world.clock())
    _, expired = world.link(expires_at=world.clock() - timedelta(days=1))
    _, early = world.link(not_before=world.clock() + timedelta(days=1))

    unknown = work(world, f"/s/{new_token()}")

    assert unknown == ["prepared"]
    for token in (revoked, expired, early):
        assert work(world, f"/s/{token}") == unknown


def test_no_answer_may_be_kept_sniffed_or_framed_and_none_says_where_it_was(
    web: FlaskClient, world: ShareWorld
) -> None:
    for client in (web, world.client()):
        for address in addresses(client):
            answer = client.get(address)
            assert answer.status_code < 500, address
            is_harmless(address, answer)


def is_harmless(address: str, answer: TestResponse) -> None:
    headers = answer.headers
    if answer.status_code in (301, 302, 303, 308):
        to_hubspot = headers["Location"].startswith("https://app.hubspot.com/oauth/authorize?")
        assert to_hubspot or headers["Location"].startswith("/"), address
    told = headers["Referrer-Policy"]
    assert told == "no-referrer" or (address.startswith("/admin") and told == "same-origin"), address
    assert headers["X-Content-Type-Options"] == "nosniff", address
    assert PUBLIC.search(address) or "no-store" in headers["Cache-Control"], address
    assert "unsafe-inline" not in headers["Content-Security-Policy"], address
    framed = FOR_FRAMES.match(address) is not None
    assert framed or "frame-ancestors 'none'" in headers["Content-Security-Policy"], address


@pytest.mark.parametrize("trick", TRICKS, ids=range(len(TRICKS)))
def test_no_path_leads_to_a_file_that_is_not_meant(web: FlaskClient, world: ShareWorld, trick: str) -> None:
    for client, starts in (
        (web, ("/admin/static/", "/salesforce/static/", "/preview/", "/")),
        (world.client(), ("/s/static/", "/s/", "/s/room/", "/")),
    ):
        for start in starts:
            answer = client.get(start + trick)
            assert answer.status_code in (301, 308, 400, 401, 404), start
            assert b"root:" not in answer.data
            assert b"[project]" not in answer.data


def bombs() -> dict[str, bytes]:
    """Small bodies that want to be large ones."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", bytes(5_000_000))
    return {
        "gzip": gzip.compress(
            json.dumps({"idempotencyKey": "k" * 8, "fields": {"body": "x" * 5_000_000}}).encode()
        ),
        "zip": packed.getvalue(),
        "depth": b'{"fields":' * 50_000,
        "digits": b'{"fields": {"days": ' + b"9" * 100_000 + b"}}",
        "keys": json.dumps({"fields": {str(n): n for n in range(50_000)}}).encode(),
    }


@pytest.mark.parametrize("name", ["gzip", "zip", "depth", "digits", "keys"])
def test_a_body_that_wants_to_be_larger_than_it_is_is_refused(house: TestHouse, name: str) -> None:
    hubspot = Hubspot(house)
    body = bombs()[name]
    hubspot.client.environ_base["HTTP_CONTENT_ENCODING"] = "gzip"

    answer = hubspot.send("POST", "/hubspot/actions/thread.post", body=body)

    assert answer.json["ok"] is False
    assert answer.json["reason"] in ("malformed", "invalid", "too_large")


def test_a_bearer_is_good_at_no_other_door(house: TestHouse, web: FlaskClient) -> None:
    tokens = house.house.tokens
    made = {one: tokens.mint(one, tenant_id=house.tenant.id, record=DEAL, actor=SELLER) for one in Audience}
    doors = {
        Audience.SALESFORCE_PANEL: lambda token: web.get(
            "/salesforce/panel/cards/overview", headers={"Authorization": f"Bearer {token}"}
        ),
        Audience.PREVIEW: lambda token: web.get(f"/preview/{token}?partner=x"),
        Audience.FILE: lambda token: web.get(f"/file/{token}/x/1"),
        Audience.CALENDAR: lambda token: web.get(f"/calendar/{token}/plan.ics?partner=x"),
        Audience.SALESFORCE_EMBED: lambda token: web.post("/salesforce/embed/exchange", json={"code": token}),
    }

    for audience, door in doors.items():
        statuses = {other: door(token).status_code for other, token in made.items()}
        assert statuses.pop(audience) != 401
        assert set(statuses.values()) == {401}, audience


def test_a_session_of_one_link_is_nothing_on_another_and_no_cookie_leaves_its_host(world: ShareWorld) -> None:
    link, client, room = opened(world)
    other, _ = world.link()
    cookie = client.get_cookie(f"alongside-{link.code}")
    thief = world.client()
    thief.set_cookie(f"alongside-{other.code}", cookie.value)

    assert client.get(room).status_code == 200
    assert thief.get(f"/s/room/{other.code}").status_code == 404
    assert (cookie.http_only, cookie.path, cookie.domain) == (True, "/", "localhost")
    assert cookie.same_site in ("Lax", "Strict")


def test_nothing_is_read_in_a_format_that_can_run_code() -> None:
    banned = {"pickle", "marshal", "shelve", "dill", "jsonpickle"}
    found = [
        f"{path}: {name}"
        for folder in ("app", "cards", "sync")
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in imported(node)
        if name.partition(".")[0] in banned or name in ("eval", "exec")
    ]

    assert found == []


def imported(node: ast.AST) -> list[str]:
    match node:
        case ast.Import(names=names):
            return [alias.name for alias in names]
        case ast.ImportFrom(module=str(module)):
            return [module]
        case ast.Call(func=ast.Name(id=name)):
            return [name] if name in ("eval", "exec") else []
        case _:
            return []


def test_whoever_is_turned_away_stands_in_the_log_whichever_door_it_was(house: TestHouse) -> None:
    hubspot = Hubspot(house)
    asked = {
        "hubspot.show_card": lambda: hubspot.client.get("/hubspot/cards/overview?userEmail=eve@else.example"),
        "hubspot.run_command": lambda: hubspot.act("policy.save", {"body": {}, "version": 1, "reason": "x"}),
        "webhooks.receive": lambda: hubspot.client.post("/hubspot/webhooks", json=[]),
        "salesforce.open_panel": lambda: hubspot.client.post(
            "/salesforce/canvas", data={"signed_request": "a.b"}
        ),
        "salesforce.show_card": lambda: hubspot.client.get(
            "/salesforce/panel/cards/overview", headers={"Authorization": "Bearer s3cret"}
        ),
        "admin.show_grid": lambda: hubspot.client.get("/admin/safelist"),
        "preview.preview": lambda: hubspot.client.get("/preview/s3cret"),
    }

    with structlog.testing.capture_logs() as lines:
        for ask in asked.values():
            ask()

    refused = [line for line in lines if line["event"] == "door.refused"]
    assert [line["endpoint"] for line in refused] == list(asked)
    assert {line["reason"] for line in refused} <= {"bad_signature", "unauthenticated", "forbidden"}
    assert not re.search(r"s3cret|eve@", str(lines))
