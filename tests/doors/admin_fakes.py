"""A house of two tenants for the admin pages, in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from flask import Flask

from app.commands.link_qr import qr_code
from app.commands.plan_template import samples
from app.crm.port import Stage
from app.disclosure.blast import Place, blast
from app.disclosure.policy import NEVER, ROOM_SECTIONS, Policy, default_policy
from app.disclosure.policy_body import read_policy
from app.disclosure.rules import Scope
from app.disclosure.snapshot import LABELS, Source, compose
from app.domain.actor import Actor, Side
from app.domain.link import LinkPreset
from app.domain.partner import Partner, PartnerContact, PartnerType
from app.domain.plan import Step
from app.domain.plan_template import Template, TemplateState
from app.domain.record import CrmKind, ObjectKind, Record, RecordKey
from app.domain.tenant import Tenant
from app.domain.thread import Audience, Message
from app.doors.admin.ports import (
    AdminDoor,
    AdminSession,
    AuditRow,
    Certifying,
    FieldRow,
    Health,
    PartnerRow,
    PolicyVersion,
    Proposal,
    RecordRow,
    RefusedWrite,
)
from app.doors.admin.routes import create_blueprint
from app.doors.ports import CommandResult
from app.ground.clock import SteppingClock
from app.ground.errors import AppError, Reason
from app.reading.exposures import Ledger, Shown
from app.reading.past_rooms import PastRoom
from app.storage.offboarding import Offboarding
from app.storage.published.exposures import Wanted
from tests.doors.programme_fakes import NOW, FakeProgramme

ORIGIN = "https://app.example.com"
DEAL = RecordKey(ObjectKind.DEAL, "9001")
NORTHWIND = Partner(
    id="p1",
    name="Northwind Integrators",
    type=PartnerType.SYSTEM_INTEGRATOR,
    tier="Gold",
    domain="northwind.example",
)
CONTOSO = Partner(id="p2", name="Contoso Resale", type=PartnerType.RESELLER)
STRANGER = Partner(id="p9", name="Of another tenant", type=PartnerType.MSP)

VALUES = {
    "name": "Initech rollout",
    "stage": "Negotiation",
    "amount": "48123.00",
    "close_date": "2026-12-18",
    "next_step": "Security questionnaire",
    "description": "Replaces three systems in two plants",
    "owner": "Ada Byron",
    "product": "GTX Pro",
    "margin": "0.41",
    "discount": "12",
    "competitor": "Globex",
    "crm:region__c": "EMEA <b>north</b>",
}


def row(name: str) -> FieldRow:
    return FieldRow(
        name=name,
        label=LABELS.get(("deal", name), name.removeprefix("crm:").replace("_", " ").strip().capitalize()),
        api_name=name.removeprefix("crm:").title().replace("_", ""),
        sample="" if name in NEVER else VALUES[name],
        never_reason=NEVER.get(name),
    )


FIELDS = {
    "deal": [row(name) for name in VALUES],
    "company": [
        FieldRow(name="name", label="Customer", api_name="Name", sample="Initech"),
        FieldRow(name="phone", label="Phone", api_name="Phone", sample="+1 555 0100"),
    ],
    "room": [FieldRow(name=name, label=LABELS["room", name], api_name="") for name in ROOM_SECTIONS],
}


def place(partner: Partner, record: str, links: int) -> Place:
    scope = Scope(partner_id=partner.id)
    return Place(
        partner_id=partner.id,
        partner_name=partner.name,
        partner_type=partner.type,
        record=record,
        record_name="Initech rollout",
        values={"deal": VALUES, "room": {}},
        scopes=(scope, scope),
        links=[frozenset({f"kim{n}@{partner.id}.example"}) for n in range(links)],
    )


PLACES = [
    place(NORTHWIND, "deal:9001", 30),
    place(CONTOSO, "deal:9001", 10),
    place(replace(CONTOSO, id="p3"), "deal:9001", 1),
]


@dataclass(slots=True)
class House:
    """The desk and the command door in one: saves policies, and remembers what it was asked to run."""

    versions: list[PolicyVersion] = field(default_factory=list)
    ran: list[tuple[str, str, Mapping[str, object]]] = field(default_factory=list)
    sessions: dict[str, AdminSession] = field(default_factory=dict)
    wanted: tuple[str, Wanted, str, object] | None = None
    waiting: list[Proposal] = field(default_factory=list)
    tickets: set[str] = field(default_factory=lambda: {"ticket-1"})
    health_now: Health = field(
        default_factory=lambda: Health(
            connected=True,
            last_read_at=NOW - timedelta(minutes=3),
            partners=2,
            links=41,
            waiting=4,
            refused=[
                RefusedWrite(
                    outbox_id="o1",
                    what="the task",
                    reason="Due date is required on Enterprise deals",
                    record=DEAL,
                    record_name="Initech rollout",
                )
            ],
        )
    )

    def __post_init__(self) -> None:
        self._keep(default_policy(), "Alongside", "The cautious start")

    def enter(self, ticket: str) -> AdminSession | None:
        if ticket not in self.tickets:
            return None
        self.tickets.discard(ticket)
        return self.sign_in()

    def sign_in(self, token: str = "session-1", tenant_id: str = "t1") -> AdminSession:
        self.sessions[token] = AdminSession(
            token=token,
            tenant_id=tenant_id,
            email="ada@contoso.example",
            name="Ada Byron",
            expires_at=NOW + timedelta(hours=8),
        )
        return self.sessions[token]

    def session(self, token: str) -> AdminSession | None:
        return self.sessions.get(token)

    def leave(self, token: str) -> None:
        self.sessions.pop(token, None)

    def tenant(self, tenant_id: str) -> Tenant:
        return Tenant(
            id=tenant_id, crm=CrmKind.HUBSPOT, account_id="62515", name="Contoso Software and Services"
        )

    def health(self, tenant_id: str) -> Health:
        return self.health_now

    def fields(self, tenant_id: str, obj: str) -> list[FieldRow]:
        return FIELDS[obj]

    def policy(self, tenant_id: str) -> Policy:
        return self.versions[0].policy

    def history(self, tenant_id: str) -> list[PolicyVersion]:
        return self.versions

    def blast(self, tenant_id: str, edited: Policy):
        return blast(PLACES, self.policy(tenant_id), edited, self.labels(tenant_id))

    def labels(self, tenant_id: str):
        return {(obj, row.name): row.label for obj, rows in FIELDS.items() for row in rows}

    def pipeline(self, tenant_id: str) -> list[Stage]:
        return [
            Stage(value="s1", label="Discovery", closed=False),
            Stage(value="s2", label="Negotiation", closed=False),
        ]

    def proposals(self, tenant_id: str) -> list[Proposal]:
        return self.waiting if tenant_id == "t1" else []

    def records(self, tenant_id: str, query: str) -> list[RecordRow]:
        row = RecordRow(key=DEAL, name="Initech rollout", partners=[NORTHWIND, CONTOSO])
        return [row] if query.casefold() in row.name.casefold() and tenant_id == "t1" else []

    def preview(self, tenant_id, record, partner_id, policy):
        if (tenant_id, record) != ("t1", DEAL):
            return None
        partner = {"p1": NORTHWIND, "p2": CONTOSO}[partner_id]
        return compose(_source(partner.type), policy or self.policy(tenant_id)) | {"changes": []}

    def past(self, tenant_id, record, partner_id, email, day):
        then = self.preview(tenant_id, record, partner_id, None) if day.year == NOW.year else None
        return PastRoom(until=NOW, policy_version=7, content=then, published_at=NOW)

    def partners(self, tenant_id: str) -> list[PartnerRow]:
        if tenant_id != "t1":
            return [PartnerRow(partner=STRANGER)]
        lin = PartnerContact(id="k1", partner_id="p1", name="Lin Chen", email="lin@northwind.example")
        return [
            PartnerRow(partner=CONTOSO),
            PartnerRow(partner=NORTHWIND, contacts=[lin], links=30, records=12),
        ]

    def link_presets(self, tenant_id: str) -> dict[PartnerType, LinkPreset]:
        return {PartnerType.RESELLER: LinkPreset(days=3, longest=10, views=5)} if tenant_id == "t1" else {}

    def badge(self, raw: bytes, name: str, email: str) -> dict[str, object]:
        raise AppError(Reason.INVALID, "This is no Open Badge.")

    def seal_feed(self, *_) -> tuple[str, str]:
        return "", "sealed"

    def certifying(self, tenant_id: str) -> Certifying:
        return Certifying(partners=[NORTHWIND] if tenant_id == "t1" else [STRANGER])

    def link_terms(self, tenant_id: str) -> str:
        return "Keep it <b>secret</b>." if tenant_id == "t1" else ""

    def exposures(self, tenant_id: str, wanted: Wanted, field: str, after: object) -> Ledger:
        self.wanted = (tenant_id, wanted, field, after)
        row = Shown(
            email="lin@northwind.example",
            partner_id="p1",
            record="deal:9001",
            field="deal/name",
            label="Deal",
            value="=cmd <b>",
            first_at=NOW,
            last_at=NOW,
            policy_version=1,
            code="ACEF4679",
        )
        return Ledger(rows=(row,), next=("2026-11-22T10:00:00Z", "l", "e", "s", 1))

    def all_exposures(self, tenant_id: str, wanted: Wanted, field: str) -> tuple[Shown, ...]:
        return self.exposures(tenant_id, wanted, field, None).rows

    def offboardings(self, tenant_id: str) -> list[Offboarding]:
        who = {"partner_id": "", "email": "lin@x.example", "body": {"who": "Lin <b>Chen</b>"}}
        return [Offboarding(id="o1", at=NOW, by="ada", reason="Left", **who)] if tenant_id == "t1" else []

    def evidence(self, tenant_id: str, offboarding_id: str) -> bytes:
        if (tenant_id, offboarding_id) != ("t1", "o1"):
            raise AppError(Reason.NOT_FOUND, "There is no such offboarding.")
        return b"PK"

    def templates(self, tenant_id: str) -> list[Template]:
        content = samples()["co_sell"]
        made = {"id": "w1", "author": "ada@vendor.example", "changed_at": NOW, "content": content}
        newer = Template(version=2, revision=1, state=TemplateState.DRAFT, **made)
        return [newer, Template(version=1, revision=2, state=TemplateState.PUBLISHED, **made)]

    def stages(self, tenant_id: str) -> list[tuple[str, str]]:
        return [("s1", "Qualified"), ("s2", "Contract")]

    def audit(self, tenant_id: str, before: int | None) -> list[AuditRow]:
        return [
            AuditRow(
                sequence=n,
                at=NOW - timedelta(hours=9 - n),
                actor="Ada Byron",
                command="sharing.create_link",
                record=DEAL,
                detail="<b>Northwind</b>, 7 days",
            )
            for n in range(min(before or 9, 9) - 1, 0, -1)
        ]

    def run(self, tenant_id: str, actor: Actor, name: str, record, fields, key: str) -> CommandResult:
        self.ran.append((tenant_id, name, fields))
        if name == "policy.save":
            if fields["version"] != self.policy(tenant_id).version:
                raise AppError(
                    Reason.EDIT_CONFLICT, "Somebody else saved the safelist meanwhile. Look again."
                )
            self._keep(read_policy(fields["body"], 0), actor.email, str(fields["reason"]))
            return CommandResult(result={"version": self.policy(tenant_id).version}, message="Saved.")
        if name == "partner.create" and fields["name"] == "Contoso Resale":
            raise AppError(
                Reason.STATE_CONFLICT, "There is a partner called Contoso Resale already.", field="name"
            )
        if name == "sharing.create_form_link":
            url = "https://share.example.com/s/T0KEN"
            return CommandResult(result={"url": url, "qr": qr_code(url)}, message="Anyone may register.")
        return CommandResult(message=f"{fields.get('name', 'It')} was done.")

    def _keep(self, policy: Policy, author: str, reason: str) -> None:
        version = replace(policy, version=len(self.versions) + 1)
        self.versions.insert(0, PolicyVersion(policy=version, author=author, reason=reason, created_at=NOW))


def _source(partner_type: PartnerType) -> Source:
    steps = [
        Step(
            id="s1",
            partner_id="p1",
            milestone="Proof",
            title="Answer the questionnaire",
            owner_side=Side.PARTNER,
            due=(NOW + timedelta(days=3)).date(),
        )
    ]
    messages = [
        Message(
            id="m1",
            partner_id="p1",
            author_name="Ada Byron",
            author_email="ada@contoso.example",
            side=Side.US,
            audience=Audience.PARTNER,
            body="Shall we meet on Tuesday?",
            sent_at=NOW - timedelta(hours=4),
        )
    ]
    return Source(
        deal=Record(key=DEAL, fields=VALUES),
        company=Record(
            key=RecordKey(ObjectKind.COMPANY, "7"), fields={"name": "Initech", "phone": "+1 555 0100"}
        ),
        partner_type=partner_type,
        stages=[("Discovery", "done"), ("Negotiation", "current"), ("Won", "ahead")],
        steps=steps,
        messages=messages,
        registration=None,
        files=[],
        vendor_name="Contoso Software and Services",
        vendor_color="#3b5bdb",
        labels={},
    )


def app_of(house: House, origin: str = ORIGIN) -> Flask:
    app = Flask(__name__)
    door = AdminDoor(
        desk=house,
        programme=FakeProgramme(),
        evidence=house.evidence,
        commands=house,
        clock=SteppingClock(NOW),
        origin=origin,
    )
    app.register_blueprint(create_blueprint(door))
    return app
