"""Facts with defaults, and the states that every card is shown in."""
# ruff: noqa: A002 - ids and types are what the domain calls them

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from app.crm.port import CrmFile
from app.domain.actor import Actor, ActorKind, Side
from app.domain.certification import Certification
from app.domain.conflict import ConflictFlag, ConflictKind, ConflictState
from app.domain.content import ContentItem
from app.domain.link import FileCopy, FileState, SharedFile, ShareLink
from app.domain.partner import Partner, PartnerContact, PartnerType
from app.domain.plan import Step, StepStatus
from app.domain.record import CrmKind, ObjectKind, Record, RecordKey
from app.domain.registration import Registration, RegistrationState
from app.domain.thread import Audience, Delivery, Message
from cards.facts import Colleague, DealWork, PartnerFacts, RecordFacts, RejectedWrite

NOW = datetime(2026, 11, 22, 10, 15, tzinfo=UTC)
"""A Sunday."""
TODAY = NOW.date()


def days(count: float) -> timedelta:
    return timedelta(days=count)


def partner(id="p1", name="Northwind Integrators", type=PartnerType.SYSTEM_INTEGRATOR, tier="Gold"):
    return Partner(id=id, name=name, type=type, tier=tier, domain="northwind.example")


def contact(id="c1", name="Maria Quint", partner_id="p1"):
    return PartnerContact(
        id=id, partner_id=partner_id, name=name, email=f"{id}@northwind.example", title="Alliance lead"
    )


def message(id="m1", body="Can you send the security questionnaire?", ago=0.1, side=Side.PARTNER, **more):
    values = {
        "partner_id": "p1",
        "author_name": "Maria Quint" if side is Side.PARTNER else "Ada Seller",
        "author_email": "c1@northwind.example",
        "audience": Audience.PARTNER,
        "sent_at": NOW - days(ago),
        "channel": "share" if side is Side.PARTNER else "panel",
        "delivery": Delivery.IN_CRM,
    }
    return Message(id=id, body=body, side=side, **{**values, **more})


def step(id="s1", title="Security questionnaire", milestone="Validate", due=2, side=Side.PARTNER, **more):
    return Step(
        id=id,
        partner_id="p1",
        milestone=milestone,
        title=title,
        owner_side=side,
        due=None if due is None else TODAY + timedelta(days=due),
        **more,
    )


def registration(id="r1", state=RegistrationState.APPROVED, until=40, **more):
    values = {
        "partner_id": "p1",
        "customer_name": "Initech",
        "customer_domain": "initech.example",
        "received_at": NOW - days(50),
        "contact_name": "Bill Lumbergh",
        "contact_email": "bill@initech.example",
        "amount": "85000",
    }
    if state is RegistrationState.APPROVED:
        values |= {
            "decided_at": NOW - days(49),
            "decided_by": "Ada Seller",
            "decision_reason": "First to bring this customer.",
            "protected_from": NOW - days(49),
            "protected_until": NOW + days(until),
        }
    return Registration(id=id, state=state, **{**values, **more})


def certification(id="x1", name="Implementation", expires=120, **more):
    return Certification(
        id=id,
        partner_id="p1",
        name=name,
        level=more.pop("level", "Gold"),
        expires=None if expires is None else TODAY + timedelta(days=expires),
        **more,
    )


def link(id="l1", expires=6, **more):
    values = {
        "code": "ACEF4679",
        "partner_id": "p1",
        "contact_name": "Maria Quint",
        "contact_email": "c1@northwind.example",
        "created_at": NOW - days(1),
        "created_by": "Ada Seller",
        "expires_at": NOW + days(expires),
        "views": 3,
        "last_viewed_at": NOW - timedelta(hours=2),
    }
    return ShareLink(id=id, **{**values, **more})


def shared_file(id="f1", name="Architecture.pdf", size=3_400_000, **more):
    return SharedFile(
        id=id,
        partner_id="p1",
        name=name,
        type="application/pdf",
        size=size,
        added_at=NOW - days(3),
        crm_id="cf1",
        **{
            "state": FileState.READY,
            "copy": FileCopy(version=2, digest="0" * 64, kind="pdf", size=size),
            **more,
        },
    )


def conflict(id="k1", **more):
    values = {
        "kind": ConflictKind.PARTNER_DIRECT,
        "registration_id": "r1",
        "partner_id": "p1",
        "other_partner_id": None,
        "deal_id": "d1",
        "company_id": "a1",
        "sentence": "Northwind Integrators registered Initech on 3 Nov; you opened a deal on 9 Nov.",
        "evidence": ("Same web domain: initech.example.", "Names agree but for the legal form."),
        "rule": "The earlier registration wins while its protection runs.",
        "probability": 0.97,
        "found_at": NOW - timedelta(hours=5),
    }
    return ConflictFlag(id=id, **{**values, **more})


def rejected(id="o1", subject_id="s1", what="the task", reason="Due date is required on Enterprise deals"):
    return RejectedWrite(outbox_id=id, what=what, reason=reason, partner_id="p1", subject_id=subject_id)


def known(**more):
    values = {
        "partner": partner(),
        "contacts": (contact(),),
        "messages": (
            message("m0", "Hello Maria, welcome to the room.", ago=2, side=Side.US),
            message("m1"),
            message("m2", "They want a discount. Hold.", 0.01, Side.US, audience=Audience.TEAM),
        ),
        "total_messages": 3,
        "unread": 1,
        "steps": (
            step("s0", "Kick-off call", "Start", -6, Side.US, status=StepStatus.DONE, done_by="Ada Seller"),
            step("s1"),
            step("s2", "Reference call", "Validate", 12, Side.US, owner_name="Ada Seller"),
            step("s3", "Sign the order", "Close", 20, Side.PARTNER),
        ),
        "registrations": (registration(),),
        "certifications": (
            certification(),
            certification("x2", "Data engineer", 45, person_name="Maria Quint", level=""),
        ),
        "links": (link(), link("l2", expires=-4, code="VWXY4679")),
        "files": (shared_file(),),
        "last_viewed_at": NOW - timedelta(hours=2),
        "preview_url": "https://share.example/preview/p1",
    }
    return PartnerFacts(**{**values, **more})


def record(name="Initech rollout", **fields):
    return Record(
        key=RecordKey(ObjectKind.DEAL, "d1"),
        company_id="a1",
        fields={"name": name, "close_date": "2026-12-12", "amount": "85000", **fields},
    )


def company(name="Initech"):
    return Record(key=RecordKey(ObjectKind.COMPANY, "a1"), fields={"name": name, "domain": "initech.example"})


def facts(**more):
    values = {
        "record": record(),
        "company": company(),
        "viewer": Actor(kind=ActorKind.SELLER, id="u1", name="Ada Seller", email="ada@us.example"),
        "crm": CrmKind.HUBSPOT,
        "partners": (known(),),
        "available_partners": (partner("p2", "Contoso Resale", PartnerType.RESELLER),),
        "colleagues": (Colleague(name="Ada Seller", email="ada@us.example"),),
        "crm_files": (
            CrmFile(id="cf2", name="Offer.pdf", type="application/pdf", size=120_000, modified_at=NOW),
        ),
        "stages": ("Discovery", "Proposal", "Contract", "Won"),
        "stage": "Proposal",
        "as_of": NOW - timedelta(minutes=2),
    }
    return RecordFacts(**{**values, **more})


def busy() -> PartnerFacts:
    milestones = ("Start", "Validate", "Pilot", "Decide", "Close")
    return known(
        messages=tuple(message(f"m{i:03}", f"Message {i}", ago=(500 - i) / 20) for i in range(500)),
        total_messages=500,
        unread=12,
        content=CONTENT,
        steps=tuple(
            step(
                f"s{i:02}",
                f"Step number {i}",
                milestones[i // 8],
                due=i - 12,
                position=i,
                status=StepStatus.DONE if i < 8 else StepStatus.OPEN,
            )
            for i in range(40)
        ),
        links=tuple(link(f"l{i}", expires=i - 2, code=f"CODE{i:04}") for i in range(8)),
        registrations=(
            registration(until=5),
            registration("r2", RegistrationState.SUBMITTED, received_at=NOW - days(3)),
            registration("r3", RegistrationState.REFUSED, decision_reason="Known customer."),
        ),
        certifications=tuple(certification(f"x{i}", f"Skill {i}", expires=i * 30 - 30) for i in range(6)),
    )


def second() -> PartnerFacts:
    return known(
        partner=partner("p2", "Contoso Resale", PartnerType.RESELLER, ""),
        messages=(),
        total_messages=0,
        unread=0,
        steps=(),
        registrations=(registration("r9", RegistrationState.SUBMITTED, received_at=NOW - days(1)),),
        certifications=(),
        links=(),
        files=(),
        contacts=(),
        last_viewed_at=None,
        preview_url="",
    )


def refused() -> RecordFacts:
    mine = known()
    said = replace(mine.messages[0], delivery=Delivery.REFUSED, refusal="")
    return facts(
        partners=(
            replace(
                mine,
                messages=(said, *mine.messages[1:]),
                files=(shared_file(state=FileState.REFUSED, reason="The PDF is locked with a password."),),
            ),
        ),
        rejected=(rejected(), rejected("o2", "m0", "the note", "You lack the right to write notes")),
        conflicts=(conflict(),),
    )


LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft " * 2


def long_names() -> RecordFacts:
    name = LONG.strip()
    mine = known(
        partner=partner(name=name),
        contacts=(contact(name=name),),
        messages=(message(body="w" * 900, author_name=name),),
        steps=(step(title=name, milestone=name), step("s2", name, name + " again", 9)),
        certifications=(certification(name=name, person_name=name),),
        links=(link(contact_name=name),),
        files=(shared_file(name=name + ".pdf"),),
    )
    return facts(partners=(mine,), record=record(name=name), conflicts=(conflict(sentence=name),))


def right_to_left() -> RecordFacts:
    mine = known(
        partner=partner(name="شركة الشمال"),
        contacts=(contact(name="مريم"),),
        messages=(message(body="هل يمكنكم إرسال الاستبيان؟", author_name="مريم"),),
        steps=(step(title="استبيان الأمان", milestone="التحقق"), step("s2", "توقيع العقد", "الإغلاق", 9)),
    )
    return facts(partners=(mine,), record=record(name="مشروع"), zone="Asia/Riyadh")


def on_company() -> RecordFacts:
    other = replace(record("Initech support"), key=RecordKey(ObjectKind.DEAL, "d2"))
    return facts(
        record=company(),
        company=None,
        partners=(second(),),
        deals=(
            DealWork(
                record=record(), partners=(known(),), stage="Proposal", href="https://crm.example/deal/d1"
            ),
            DealWork(
                record=other,
                partners=(known(unread=0, steps=(step("s9", "Renewal offer", due=-2),)), second()),
                href="https://crm.example/deal/d2",
            ),
        ),
        conflicts=(conflict(), conflict("k2", state=ConflictState.RESOLVED, resolution="Ours stands")),
    )


CONTENT = tuple(
    (ContentItem(id=id_, version=1, title=title, url="https://learn.example"), f"https://a.example/{id_}")
    for id_, title in (("i1", "Battle card"), ("i2", "How we write offers"))
)
"""What there is to read, with where it is opened."""

STATES = {
    "empty": lambda: facts(partners=()),
    "bare": lambda: facts(partners=(second(),), available_partners=(), crm_files=()),
    "normal": facts,
    "busy": lambda: facts(partners=(busy(), second()), focus="p1"),
    "refused": refused,
    "stale": lambda: facts(as_of=NOW - timedelta(hours=7), stale=True),
    "read_only": lambda: facts(may_write=False),
    "salesforce": lambda: facts(crm=CrmKind.SALESFORCE, conflicts=(conflict(),)),
    "long": long_names,
    "rtl": right_to_left,
    "company": on_company,
}
"""State name → facts. Golden files are named by it."""
