"""A world for share tests: a real database with one tenant, one room with a snapshot, and links into it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.bootstrap_share import build_share_app
from app.disclosure.policy import Policy, default_policy
from app.disclosure.snapshot import Content
from app.domain.partner import PartnerType
from app.domain.record import ObjectKind, RecordKey
from app.ground.clock import SteppingClock, to_iso
from app.ground.ids import hash_token, new_id, new_link_code, new_token
from app.storage.engine import Database
from app.storage.published.links import ROOM, PublishedLink, save_link, set_face, set_live_policy
from app.storage.published.rooms import publish_snapshot
from app.storage.published_tables import partner_inbox
from tests.database import migrated_database_url

NOW = datetime(2026, 11, 22, 10, 15, tzinfo=UTC)
DEAL = RecordKey(ObjectKind.DEAL, "9001")
TENANT, PARTNER = "tenant-1", "partner-1"
EMAIL = "mira@northwind.example"
ORIGIN = "http://127.0.0.1:5081"


@dataclass
class Outgoing:
    """A mailer that keeps what it was asked to send."""

    sent: list[tuple[str, str, str]] = field(default_factory=list)

    def send_code(self, to: str, code: str, vendor: str) -> bool:
        if to:
            self.sent.append((to, code, vendor))
        return True

    @property
    def code(self) -> str:
        return self.sent[-1][1]


@dataclass
class Rings:
    rung: list[str] = field(default_factory=list)

    def ring(self, queue: str) -> None:
        self.rung.append(queue)


def content(**changes: object) -> Content:
    base: Content = {
        "deal": {"name": "Initech rollout"},
        "fields": [
            _field("deal", "name", "Deal", "Initech rollout"),
            _field("deal", "stage", "Stage", "Proposal"),
            _field("deal", "amount", "Amount", "50,000 to 100,000", "band"),
            _field("deal", "close_date", "Expected close", "2026-12-12"),
            _field("deal", "next_step", "Next step", "Agree on the pilot"),
            _field("company", "name", "Customer", "Initech"),
        ],
        "stages": [
            {"label": "Discovery", "state": "done"},
            {"label": "Proposal", "state": "current"},
            {"label": "Closing", "state": "ahead"},
        ],
        "registration": {
            "state": "approved",
            "protected_from": to_iso(NOW - timedelta(days=30)),
            "protected_until": to_iso(NOW + timedelta(days=60)),
            "values": {"region": "DACH"},
        },
        "steps": [
            _step("s1", "Security questionnaire", "partner", "2026-11-24", 1),
            _step("s2", "Pilot contract", "us", "2026-12-01", 2),
        ],
        "messages": [
            {
                "id": "m1",
                "author": "Sam Seller",
                "side": "us",
                "body": "Can you fill in the questionnaire?",
                "at": to_iso(NOW - timedelta(hours=2)),
            }
        ],
        "files": [
            {
                "id": "f1",
                "name": "Statement of work.pdf",
                "type": "application/pdf",
                "size": 120_000,
                "at": to_iso(NOW - timedelta(days=1)),
            }
        ],
        "vendor": {"name": "Acme Cloud", "color": "#0b5cab"},
    }
    return {**base, **changes}


def _field(obj: str, name: str, label: str, value: str, treatment: str = "show") -> dict[str, str]:
    return {"name": name, "label": label, "value": value, "object": obj, "treatment": treatment}


def _step(key: str, title: str, side: str, due: str, position: int) -> dict[str, object]:
    return {
        "id": key,
        "milestone": "Evaluation",
        "title": title,
        "side": side,
        "owner": "",
        "due": due,
        "status": "open",
        "position": position,
    }


@dataclass
class ShareWorld:
    database: Database
    clock: SteppingClock
    mailer: Outgoing
    bell: Rings
    app: Flask

    def link(self, **changes: object) -> tuple[PublishedLink, str]:
        """A new link into the room, and its token."""
        now = self.clock()
        token = new_token()
        link = PublishedLink(
            id=new_id(),
            tenant_id=TENANT,
            code=new_link_code(),
            purpose=ROOM,
            record=DEAL,
            partner_id=PARTNER,
            contact_name="Mira Chen",
            contact_email=EMAIL,
            rules=(("mailbox", EMAIL),),
            created_at=now,
            created_by="sam@acme.example",
            not_before=now,
            expires_at=now + timedelta(days=7),
        )
        link = replace(link, **changes)
        if "contact_email" in changes and "rules" not in changes:
            link = replace(link, rules=(("mailbox", link.contact_email),))
        with self.database.write() as connection:
            save_link(connection, link, hash_token(token))
        return link, token

    def publish(self, body: Content) -> None:
        with self.database.write() as connection:
            publish_snapshot(connection, TENANT, DEAL, PARTNER, PartnerType.RESELLER, body, 1, self.clock())

    def set_policy(self, policy: Policy, version: int = 2) -> None:
        with self.database.write() as connection:
            set_live_policy(connection, TENANT, version, policy.to_json())

    def client(self) -> FlaskClient:
        return self.app.test_client()

    def enter(self, link: PublishedLink, token: str) -> FlaskClient:
        """A browser that has opened the link."""
        client = self.client()
        client.post(f"/s/{token}/code")
        answer = client.post(f"/s/{token}/enter", data={"code": self.mailer.code})
        assert answer.status_code == 303, answer.get_data(as_text=True)
        assert answer.headers["Location"] == f"/s/room/{link.code}"
        return client


def share_world(path: Path, origin: str = ORIGIN) -> ShareWorld:
    """The world over a fresh database of the kind that the tests run on."""
    database = Database(migrated_database_url(path).replace("postgresql://", "postgresql+psycopg://", 1))
    clock, mailer, bell = SteppingClock(NOW), Outgoing(), Rings()
    app = build_share_app(database=database, origin=origin, bell=bell, mailer=mailer, clock=clock)
    world = ShareWorld(database=database, clock=clock, mailer=mailer, bell=bell, app=app)
    with database.write() as connection:
        set_face(connection, TENANT, "Acme Cloud", "#0b5cab")
    world.set_policy(default_policy(), 1)
    world.publish(content())
    return world


def hidden_fields(page: TestResponse, action: str) -> Mapping[str, str]:
    """The hidden fields of the first form of a page that posts to a path with this end."""
    html = page.get_data(as_text=True)
    form = re.search(rf'<form[^>]*action="[^"]*/{action}"[^>]*>(.*?)</form>', html, re.DOTALL)
    assert form, html
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form.group(1)))


HOSTILE = [
    "<script>alert(1)</script>",
    '"><svg onload=alert(1)>',
    "javascript:alert(1)",
    "abc\u202egnp.exe",
    "nul\x00byte",
    "a\r\nSet-Cookie: x=1",
    "👩‍👩‍👧‍👦 مرحبا",
    "{{ 7*7 }} {% raw %}",
]
"""Texts that try to be more than text."""


def opened(world: ShareWorld, **changes):
    link, token = world.link(**changes)
    return link, world.enter(link, token), f"/s/room/{link.code}"


def inbox(world: ShareWorld):
    with world.database.read() as connection:
        return connection.execute(select(partner_inbox).order_by(partner_inbox.c.created_at)).mappings().all()


def count(world: ShareWorld, table) -> int:
    with world.database.read() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def whole(answer):
    return answer.status_code, sorted(answer.headers), answer.get_data()


def same(answers) -> bool:
    first, *rest = [(*whole(a)[::2], dict(a.headers)) for a in answers]
    return all(other == first for other in rest)
