"""A house of few lines behind the Salesforce door: it remembers what it was asked."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

from flask import Flask

from app.domain.actor import Actor
from app.domain.record import CrmKind, RecordKey
from app.domain.tenant import Tenant
from app.doors.ports import CommandResult
from app.doors.salesforce import CrmSession, SalesforceDoor, create_blueprint
from app.ground.clock import SteppingClock
from app.ground.errors import AppError, Reason
from app.identity.tokens import Tokens
from cards.blocks import Card, Text
from cards.html import PANEL, render
from tests.identity.envelopes import ORG, SECRET, USER

KEY = base64.urlsafe_b64encode(b"k" * 32).decode()
START = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
TENANT = Tenant(
    id="t1",
    crm=CrmKind.SALESFORCE,
    account_id=ORG,
    name="Sample",
    instance_url="https://sample.my.salesforce.com",
    admin_emails=("Boss@Sample.example",),
)


@dataclass
class House:
    clock: SteppingClock = field(default_factory=lambda: SteppingClock(START))
    session: CrmSession | None = field(default_factory=lambda: CrmSession(organization_id=ORG, user_id=USER))
    readable: bool = True
    asked: list[tuple[object, ...]] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    refuse: AppError | Exception | None = None

    def card(
        self, tenant_id: str, actor: Actor, record: RecordKey, name: str, params: Mapping[str, str]
    ) -> Card:
        self.asked.append((tenant_id, actor, record, name, dict(params)))
        if self.refuse:
            raise self.refuse
        if name == "unknown":
            raise AppError(Reason.UNKNOWN_CARD, "There is no such card.")
        return Card(name=name, title=name.title(), version="v7", blocks=(Text(text=f"{record} <b>"),))

    def run(
        self,
        tenant_id: str,
        actor: Actor,
        name: str,
        record: RecordKey | None,
        fields: Mapping[str, object],
        key: str,
    ) -> CommandResult:
        self.asked.append((tenant_id, actor, name, record, dict(fields), key))
        if self.refuse:
            raise self.refuse
        return CommandResult(result={"id": "m1"}, message="Sent.")

    def by_account(self, crm: CrmKind, account_id: str) -> Tenant | None:
        return TENANT if (crm, account_id) == (TENANT.crm, TENANT.account_id) else None

    def take(self, value: str, until: datetime) -> bool:
        new = value not in self.seen
        self.seen.add(value)
        return new

    def owner(self, instance_url: str, oauth_token: str) -> CrmSession | None:
        self.asked.append((instance_url, oauth_token))
        return self.session

    def issue(self, tenant_id: str, actor: Actor) -> str:
        return f"ticket-of-{actor.name.split()[0]}"

    def can_read(self, instance_url: str, oauth_token: str, record: RecordKey) -> bool:
        return self.readable


def door_of(house: House) -> SalesforceDoor:
    return SalesforceDoor(
        secrets=(SECRET,),
        cards=house,
        commands=house,
        tenants=house,
        nonces=house,
        session_owner=house.owner,
        can_read=house.can_read,
        tokens=Tokens([KEY], house.clock),
        render=partial(render, host=PANEL),
        tickets=house,
        clock=house.clock,
    )


def app_of(door: SalesforceDoor) -> Flask:
    app = Flask(__name__)
    app.register_blueprint(create_blueprint(door))
    return app
