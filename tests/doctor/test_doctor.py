"""The doctor goes through a whole set-up over both vendors' stand-ins, breaks one thing at a time, and says what."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from app.bootstrap import House, build
from app.crm.hubspot_scopes import OPTIONAL_SCOPES, SCOPES
from app.doctor import Finding, examine, machine
from app.domain.record import CrmKind, ObjectKind, RecordKey
from app.ground.clock import utc_now
from app.ground.config import read_config
from app.reading.stores import Sightings
from app.storage import record as records
from app.storage import tenant as tenants
from app.tenancy import add_tenant
from app.wsgi import web_app
from tests.contract.hubspot_world import CLIENT_ID, CLIENT_SECRET, HubspotWorld
from tests.contract.hubspot_world import open_world as open_hubspot
from tests.contract.salesforce_world import SalesforceWorld
from tests.contract.salesforce_world import open_world as open_salesforce
from tests.database import empty_database_url, migrated_database_url
from tests.sandbox.salesforce_org import CONSUMER_KEY, CONSUMER_SECRET, INSTANCE_URL, PRIVATE_KEY, USERNAME
from tests.sandbox.serve import serve

SECRETS = (CLIENT_SECRET, CONSUMER_SECRET, "mail-password")


class Takes:
    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - aiosmtpd's name
        return "250 OK"


@dataclass
class SetUp:
    """A set-up where everything is right, to break one thing of."""

    settings: dict[str, str]
    monkeypatch: pytest.MonkeyPatch
    house: House
    hubspot: HubspotWorld
    salesforce: SalesforceWorld
    late: timedelta = field(default_factory=timedelta)

    def look(self, **changes: str) -> dict[str, Finding]:
        """The findings by name, of an account by its CRM and name."""
        for name, value in (self.settings | changes).items():
            self.monkeypatch.setenv(name, value)
        found = examine(lambda: utc_now() + self.late)
        return {f"{one.account.partition(' ')[0]}:{one.name}".lstrip(":"): one for one in found}


@pytest.fixture
def smtp() -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(Takes(), hostname="127.0.0.1", port=port)
    controller.start()
    yield f"smtp://127.0.0.1:{port}?from=no-reply@vendor.example"
    controller.stop()


@pytest.fixture
def setup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, smtp: str) -> Iterator[SetUp]:
    (tmp_path / "hs").mkdir()
    (tmp_path / "sf").mkdir()
    with (
        open_hubspot(tmp_path / "hs", scopes=(*SCOPES, *OPTIONAL_SCOPES)) as hubspot,
        open_salesforce(tmp_path / "sf") as salesforce,
    ):
        settings = {
            "DATABASE_URL": migrated_database_url(tmp_path),
            "PUBLIC_ORIGIN": "http://127.0.0.1:9",
            "SHARE_ORIGIN": "https://share.vendor.example",
            "SECRET_KEYS": Fernet.generate_key().decode(),
            "HUBSPOT_CLIENT_ID": CLIENT_ID,
            "HUBSPOT_CLIENT_SECRET": CLIENT_SECRET,
            "HUBSPOT_API_ORIGIN": hubspot.origin,
            "SALESFORCE_CONSUMER_KEY": CONSUMER_KEY,
            "SALESFORCE_CONSUMER_SECRET": CONSUMER_SECRET,
            "SALESFORCE_PRIVATE_KEY": PRIVATE_KEY,
            "SALESFORCE_LOGIN_ORIGIN": salesforce.origin,
            "SMTP_URL": smtp,
        }
        house = build(read_config(settings), utc_now)
        add_tenant(
            house,
            crm=CrmKind.HUBSPOT,
            account_id="62515",
            name="Vendor Inc.",
            admin_emails=("ada@vendor.example",),
            tokens=hubspot.tokens.tokens,
        )
        add_tenant(
            house,
            crm=CrmKind.SALESFORCE,
            account_id=salesforce.account_id,
            name="Vendor Inc.",
            instance_url=INSTANCE_URL,
            username=USERNAME,
        )
        hubspot.crm.prepare()
        yield SetUp(settings, monkeypatch, house, hubspot, salesforce)
        house.database.close()


def broken(found: dict[str, Finding]) -> set[str]:
    return {name for name, one in found.items() if not one.ok}


def test_nothing_is_broken_where_everything_is_right(setup: SetUp) -> None:
    found = setup.look()

    assert broken(found) == set()
    assert found["hubspot:access"].sentence == "The account lets us in."
    assert found["salesforce:package"].ok
    assert found["salesforce_key"].sentence.endswith("2048 bits.")


def test_what_is_not_done_yet_is_advised_on_and_not_broken(setup: SetUp) -> None:
    found = setup.look()

    for name in ("hubspot:cards-deal", "hubspot:safelist", "hubspot:partners"):
        assert found[name].ok
        assert found[name].advice
        assert found[name].line().startswith("todo")


def revoked(setup: SetUp) -> None:
    setup.hubspot.disconnect()


def another_secret(setup: SetUp) -> None:
    setup.settings["HUBSPOT_CLIENT_SECRET"] = "canary"


def another_key(setup: SetUp) -> None:
    setup.settings["SECRET_KEYS"] = Fernet.generate_key().decode()


def no_package(setup: SetUp) -> None:
    setup.salesforce.control("POST", "app", {"packaged": False})


def no_approval(setup: SetUp) -> None:
    setup.salesforce.control("POST", "app", {"approved": False})


def weak_key(setup: SetUp) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    setup.settings["SALESFORCE_PRIVATE_KEY"] = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def late_clock(setup: SetUp) -> None:
    setup.late = timedelta(minutes=4)


def no_mail(setup: SetUp) -> None:
    setup.settings["SMTP_URL"] = "smtp://user:mail-password@127.0.0.1:1?from=a@b.example"


def no_redis(setup: SetUp) -> None:
    setup.settings["REDIS_URL"] = "redis://user:mail-password@127.0.0.1:1/0"


def work_left_lying(setup: SetUp) -> None:
    with setup.house.database.write() as connection:
        (tenant, *_) = tenants.all_of(connection)
        key = RecordKey(ObjectKind.DEAL, "1")
        records.mark(connection, tenant.id, "read", [key], utc_now() - timedelta(hours=1))


@pytest.mark.parametrize(
    ("harm", "name", "word"),
    [
        (revoked, "hubspot:access", "no longer"),
        (another_secret, "hubspot:access", "client id and secret"),
        (another_key, "hubspot:access", "SECRET_KEYS"),
        (no_package, "salesforce:package", "not installed"),
        (no_approval, "salesforce:access", ""),
        (weak_key, "salesforce_key", "RSA"),
        (late_clock, "clock", "ahead of"),
        (no_mail, "mail", "does not take us"),
        (no_redis, "redis", "does not answer"),
        (work_left_lying, "queue", "60 minutes"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_one_broken_thing_is_named_and_no_secret_told(setup: SetUp, harm: Any, name: str, word: str) -> None:
    harm(setup)

    found = setup.look()

    assert name in broken(found)
    assert word in found[name].sentence
    told = "\n".join(one.line() for one in found.values())
    assert not [secret for secret in (*SECRETS, "canary") if secret in told]
    assert setup.settings["SECRET_KEYS"] not in told


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"HUBSPOT_CLIENT_ID": "id"}, "public_origin"),
        ({"SALESFORCE_CONSUMER_KEY": "key"}, "public_origin"),
        (
            {"PUBLIC_ORIGIN": "https://app.vendor.example", "SHARE_ORIGIN": "http://localhost:5081"},
            "share_origin",
        ),
    ],
)
def test_an_address_that_the_other_side_cannot_reach_is_broken(changes: dict[str, str], name: str) -> None:
    config = read_config(changes)

    found = {one.name: one for one in (machine.public(config), machine.share(config))}

    assert not found[name].ok


def test_properties_that_are_missing_are_named(setup: SetUp, tmp_path: Path) -> None:
    (tmp_path / "fresh").mkdir()
    with open_hubspot(tmp_path / "fresh") as other:
        with setup.house.database.write() as connection:
            tenant = next(t for t in tenants.all_of(connection) if t.crm is CrmKind.HUBSPOT)
        from app.storage.credentials import StoredTokens

        StoredTokens(setup.house.database, setup.house.vault, tenant.id).save(other.tokens.tokens)
        found = setup.look(HUBSPOT_API_ORIGIN=other.origin)

    assert "deals.alongside_registration_state" in found["hubspot:properties"].sentence
    assert "crm.schemas.deals.read" in found["hubspot:scopes"].sentence


def test_webhooks_that_were_heard_are_told(setup: SetUp) -> None:
    with setup.house.database.read() as connection:
        tenant = next(t for t in tenants.all_of(connection) if t.crm is CrmKind.HUBSPOT)
    Sightings(setup.house.database, utc_now).webhook(tenant.id)

    assert "told of a change" in setup.look()["hubspot:webhooks"].sentence


def test_an_org_that_nobody_listens_to_is_told_and_not_broken(setup: SetUp) -> None:
    found = setup.look(SALESFORCE_PUBSUB_ORIGIN="http://127.0.0.1:9")

    assert found["salesforce:change_events"].ok
    assert found["salesforce:change_events"].advice == "Start alongside agent."


def test_a_database_without_tables_wants_to_be_migrated(setup: SetUp, tmp_path: Path) -> None:
    found = setup.look(DATABASE_URL=empty_database_url(tmp_path))

    assert found["database"].ok
    assert not found["schema"].ok
    assert "alongside migrate" in found["schema"].advice


def test_the_public_address_is_asked_whether_alongside_is_there(setup: SetUp) -> None:
    with serve(web_app(setup.house)) as origin:
        found = setup.look(PUBLIC_ORIGIN=origin)

    assert found["public_answer"].sentence == f"Alongside answers at {origin}."


def test_a_stranger_at_the_public_address_is_found_out(setup: SetUp) -> None:
    found = setup.look(PUBLIC_ORIGIN=setup.hubspot.origin)

    assert not found["public_answer"].ok
