"""Secrets stay where they belong: after a busy run none of them stands in a log line, in the database's files, in
Redis or on an error page. And keys can be changed while everything goes on."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import structlog
from cryptography.fernet import Fernet
from redis import Redis
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer

from app.bootstrap import build
from app.crm.hubspot_tokens import Tokens
from app.domain.record import CrmKind, ObjectKind, RecordKey
from app.ground import valkey
from app.ground.bell import QUEUES, RedisBell
from app.ground.clock import utc_now
from app.ground.config import read_config
from app.ground.errors import AppError, Reason
from app.ground.ids import new_id
from app.ground.log import set_up_logging
from app.identity.hubspot_signature import SIGNATURE_HEADER, TIMESTAMP_HEADER
from app.identity.hubspot_signature import sign as sign_for_hubspot
from app.identity.tokens import Audience
from app.identity.vault import Vault
from app.reading.stores import Tickets
from app.storage import tables
from app.storage.credentials import StoredTokens
from app.storage.rows import find_all
from app.wsgi import web_app
from sync.runtime import Runtime, install
from tests.house import ADMIN, SELLER, TestHouse
from tests.identity.envelopes import envelope
from tests.identity.envelopes import sign as sign_canvas
from tests.sandbox.salesforce_org import PRIVATE_KEY
from tests.security.published_world import SHARE, PublishedWorld, published_world

ORIGIN = "https://app.vendor.example"


@dataclass
class Busy:
    """A run in which every kind of secret was used. `said` is what each place holds afterwards."""

    secrets: dict[str, str] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)
    pages: list[str] = field(default_factory=list)

    def leaks(self, place: str) -> set[str]:
        return {name for name, secret in self.secrets.items() if secret in self.said[place]}


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    url = valkey.redis_url(read_config({}), tmp_path / "valkey")
    client = Redis.from_url(url)
    yield client
    client.shutdown(nosave=True)
    client.close()
    valkey.forget_socket(tmp_path / "valkey")


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    yield
    structlog.reset_defaults()


@pytest.fixture(params=list(CrmKind))
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[PublishedWorld]:
    with published_world(request.param, tmp_path) as made:
        yield made


def test_no_secret_is_left_anywhere_after_a_busy_run(
    world: PublishedWorld, redis: Redis, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    set_up_logging("json", level=0)
    busy = Busy(secrets=_given(world))
    world.house.bell = RedisBell(redis)

    _share_pages(world, busy)
    _doors(world, busy)
    _jobs(world, redis)

    captured = capfd.readouterr()
    busy.said["logs"] = captured.out + captured.err
    busy.said["pages"] = "\n".join(busy.pages)
    busy.said["redis"] = _dump(redis)
    busy.said["database"] = "".join(
        path.read_bytes().decode("latin-1") for path in tmp_path.glob("alongside.db*")
    )
    assert set(re.findall(r'"event": "([a-z.]+)"', busy.said["logs"])) >= {
        "share.answered",
        "command.done",
        "crm.called",
    }
    assert "sync.jobs.answer" in busy.said["redis"]
    assert len(busy.secrets) > 15
    assert {place: busy.leaks(place) for place in ("logs", "redis", "database")} == {
        "logs": set(),
        "redis": set(),
        "database": set(),
    }
    assert busy.leaks("pages") == set()
    codes = {code for _, code, _ in world.mailer.sent}
    assert codes.isdisjoint(re.findall(r"(?<![.\d])\d{6}(?!\d)", busy.said["logs"]))


def _given(world: PublishedWorld) -> dict[str, str]:
    """What the settings and the partners' links hold."""
    config = world.house.config
    given = {
        "fernet key": config.secret_keys[0],
        "hubspot client secret": config.hubspot_client_secret,
        "salesforce consumer secret": config.salesforce_consumer_secret,
        "a line of the private key": PRIVATE_KEY.splitlines()[3],
    }
    given |= {
        place: mark
        for mark, place in world.canaries.places.items()
        if place in ("secret.access token", "secret.refresh token")
    }
    for guest in list(world.guests.values())[:3]:
        given |= {f"{guest.type} link": guest.token, f"{guest.type} form": guest.form_token}
    return given


def _share_pages(world: PublishedWorld, busy: Busy) -> None:
    world.clock.advance(timedelta(minutes=61))
    guest = next(iter(world.guests.values()))
    client = world.enter(guest)
    cookie = client.get_cookie(f"__Host-alongside-{guest.code}", domain="share.vendor.example")
    assert cookie is not None
    busy.secrets["viewer session"] = cookie.value
    room = f"/s/room/{guest.code}"
    client.post(f"{room}/reply", data={"key": new_id(), "body": "Fine"}, base_url=SHARE)
    for path in (room, "/s/unknown-token-of-somebody", f"/s/{guest.token}x"):
        client.get(path, base_url=SHARE)
    client.post(f"{room}/reply", data=b"x" * 300_000, base_url=SHARE)


def _doors(world: PublishedWorld, busy: Busy) -> None:
    """Signed cards and commands, a panel, the admin pages, OAuth, and each of them refused."""
    client = web_app(world.house).test_client()
    seller, admin = replace(SELLER, email=world.seller.email), replace(ADMIN, email=world.admin.email)
    ticket = Tickets(world.house.database, world.clock).issue(world.tenant.id, admin)
    bearer, preview = (
        world.house.tokens.mint(audience, tenant_id=world.tenant.id, record=world.deal, actor=seller)
        for audience in (Audience.SALESFORCE_PANEL, Audience.PREVIEW)
    )
    canvas = sign_canvas(envelope(), world.house.config.salesforce_consumer_secret)
    busy.secrets |= {
        "admin ticket": ticket,
        "panel bearer": bearer,
        "signed request": canvas,
        "salesforce token in it": "00D5g!AQ.secret-access-token",
    }
    say = lambda answer: busy.pages.append(f"{answer.status} {answer.headers}\n{answer.text}")  # noqa: E731
    say(client.post("/salesforce/canvas", data={"signed_request": canvas}, base_url=ORIGIN))
    say(client.post("/salesforce/canvas", data={"signed_request": canvas + "x"}, base_url=ORIGIN))
    for token in (bearer, bearer[:-6] + "AAAAAA"):
        headers = {"Authorization": f"Bearer {token}"}
        say(client.get("/salesforce/panel/cards/unknown", headers=headers, base_url=ORIGIN))
        say(client.get(f"/preview/{token}", base_url=ORIGIN))
    client.get(f"/preview/{preview}?partner=nobody", base_url=ORIGIN)
    for _ in range(2):
        answer = client.post(
            "/admin/enter", data={"ticket": ticket}, headers={"Origin": ORIGIN}, base_url=ORIGIN
        )
    say(answer)
    started = client.get("/hubspot/oauth/start", base_url=ORIGIN)
    state = parse_qs(urlsplit(started.headers["Location"]).query)["state"][0]
    busy.secrets["oauth code"] = "code-that-hubspot-gave-once-4711"
    query = {"state": state, "code": busy.secrets["oauth code"]}
    say(client.get("/hubspot/oauth/callback", query_string=query, base_url=ORIGIN))
    say(client.get("/hubspot/oauth/callback", query_string=query, base_url=ORIGIN))
    _hubspot(world, busy, client, say)


def _hubspot(world: PublishedWorld, busy: Busy, client, say: Callable[..., None]) -> None:
    target = f"/hubspot/cards/overview?objectType=0-3&objectId={world.crm.deal_id}&userId=1&portalId=1&userEmail=a%40b.example&appId=1"
    stamp = str(int(world.clock().timestamp() * 1000))
    signature = sign_for_hubspot(
        world.house.config.hubspot_client_secret, "GET", ORIGIN + target, b"", stamp
    ).decode()
    busy.secrets["hubspot signature"] = signature
    for sent in (signature, "x" + signature):
        headers = {SIGNATURE_HEADER: sent, TIMESTAMP_HEADER: stamp}
        say(client.get(target, headers=headers, environ_overrides={"REQUEST_URI": target}, base_url=ORIGIN))


def _jobs(world: PublishedWorld, redis: Redis) -> None:
    """Work for every queue, done by RQ's own worker; one job fails and stays, with what RQ keeps of it."""
    partner = next(iter(world.guests.values())).partner_id
    world.run("thread.post", {"partner_id": partner, "body": "Hello"})
    install(Runtime(agent=world.house.agent(), redis=redis))
    queues = [Queue(name, connection=redis, serializer=JSONSerializer) for name in QUEUES]
    queues[0].enqueue("sync.jobs.answer", "no such queue", result_ttl=0, failure_ttl=3600)
    SimpleWorker(queues, connection=redis, serializer=JSONSerializer).work(burst=True, logging_level="ERROR")


def _dump(redis: Redis) -> str:
    """Every key with its value, as text; failed jobs with their tracebacks among them."""
    found = []
    for key in redis.keys("*"):
        kind = redis.type(key).decode()
        read = {
            "string": redis.get,
            "hash": redis.hgetall,
            "list": lambda k: redis.lrange(k, 0, -1),
            "set": redis.smembers,
            "zset": lambda k: redis.zrange(k, 0, -1),
            "stream": redis.xrange,
        }[kind]
        found.append(f"{key!r} {_unpacked(read(key))}")
    return "\n".join(found)


def _unpacked(value: object) -> str:
    """RQ compresses what a job carries."""
    import zlib

    def plain(part: object) -> object:
        if isinstance(part, bytes):
            try:
                return zlib.decompress(part).decode("latin-1")
            except zlib.error:
                return part.decode("latin-1")
        if isinstance(part, dict):
            return {plain(k): plain(v) for k, v in part.items()}
        return [plain(one) for one in part] if isinstance(part, list | tuple | set) else part

    return json.dumps(plain(value), default=str)


def test_a_failure_that_nobody_foresaw_is_told_without_what_it_held(
    house: TestHouse, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up_logging("json")
    key = house.house.config.secret_keys[0]

    def fail(*_: object) -> None:
        raise RuntimeError("the database is on fire")

    monkeypatch.setattr("app.reading.cards.Cards.card", fail)
    token = house.house.tokens.mint(
        Audience.SALESFORCE_PANEL,
        tenant_id=house.tenant.id,
        record=RecordKey(ObjectKind.DEAL, "900"),
        actor=SELLER,
    )
    answer = (
        web_app(house.house)
        .test_client()
        .get("/salesforce/panel/cards/overview", headers={"Authorization": f"Bearer {token}"})
    )

    logged = capfd.readouterr().err
    assert (answer.status_code, answer.get_json()["reason"]) == (500, "internal")
    assert "fire" not in answer.text
    assert "the database is on fire" in logged
    assert token not in logged + answer.text
    assert key not in logged + answer.text


# Changing keys.

TOKENS = Tokens(access_token="access-1", refresh_token="refresh-1", expires_at=utc_now())


def keys(count: int) -> list[str]:
    return [Fernet.generate_key().decode() for _ in range(count)]


def sealed_row(house: TestHouse) -> str:
    with house.house.database.read() as connection:
        return str(find_all(connection, tables.credential)[0]["sealed"])


def test_the_old_key_opens_the_new_one_seals_and_after_one_use_the_old_one_can_go(house: TestHouse) -> None:
    old, new = keys(2)
    stored = lambda *held: StoredTokens(house.house.database, Vault(held), house.tenant.id)  # noqa: E731
    stored(old).save(TOKENS)

    assert stored(new, old).load().refresh_token == "refresh-1"

    assert stored(new).load().access_token == "access-1"
    with pytest.raises(AppError):
        stored(old).load()


def test_loading_under_the_newest_key_writes_nothing(house: TestHouse) -> None:
    old, new = keys(2)
    stored = StoredTokens(house.house.database, Vault((new, old)), house.tenant.id)
    stored.save(TOKENS)
    before = sealed_row(house)

    stored.load()

    assert sealed_row(house) == before


def test_tokens_that_were_renewed_meanwhile_are_not_put_back(
    house: TestHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = keys(2)
    StoredTokens(house.house.database, Vault((old,)), house.tenant.id).save(TOKENS)
    other = StoredTokens(house.house.database, Vault((new, old)), house.tenant.id)
    reseal = Vault.reseal

    def while_another_refreshes(vault: Vault, sealed: str) -> str | None:
        other.save(replace(TOKENS, access_token="access-2"))
        return reseal(vault, sealed)

    monkeypatch.setattr(Vault, "reseal", while_another_refreshes)
    StoredTokens(house.house.database, Vault((new, old)), house.tenant.id).load()
    monkeypatch.undo()

    assert other.load().access_token == "access-2"


def test_a_repeated_link_command_whose_key_is_gone_says_so_and_makes_no_second_link(house: TestHouse) -> None:
    partner = house.attach()
    fields = {"partner_id": partner, "contact_email": "kim@northwind.example", "contact_name": "Kim"}
    house.run("sharing.create_link", fields, key="link-key")
    house.house.vault = Vault(keys(1))

    with pytest.raises(AppError) as caught:
        house.run("sharing.create_link", fields, key="link-key")

    assert caught.value.reason is Reason.STATE_CONFLICT
    with house.house.database.read() as connection:
        from app.storage.published.links import links_of

        assert len(links_of(connection, house.tenant.id)) == 1


def test_a_panel_that_is_open_while_the_key_changes_stays_open(house: TestHouse) -> None:
    old, new = keys(2)
    record = RecordKey(ObjectKind.DEAL, "900")
    config = replace(house.house.config, secret_keys=(old,))
    bearer = build(config, house.clock).tokens.mint(
        Audience.SALESFORCE_PANEL, tenant_id=house.tenant.id, record=record, actor=SELLER
    )

    after = build(replace(config, secret_keys=(new, old)), house.clock).tokens

    assert after.verify(Audience.SALESFORCE_PANEL, bearer) is not None
