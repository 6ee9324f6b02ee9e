"""A busy month at one vendor, told by the commands that people give: everything a rebuild has to bring back."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from app.commands.publishing import compose_room
from app.domain.record import ObjectKind, RecordKey
from app.ground.clock import utc_now
from app.storage import partner as partners
from app.storage import policy as policies
from app.storage import tables
from cards import registry
from cards.blocks import to_json
from tests.sync.connected import ADMIN, SELLER, Connected

DEALS = 6
READ_AT = utc_now()
"""When every record was read, as far as a comparison of cards goes."""


@dataclass(frozen=True)
class Month:
    records: Sequence[RecordKey]
    partners: Sequence[str]


def work_a_month(connected: Connected, lines: int = 60) -> Month:
    """Six deals at three customers, three partners, and every kind of partner work in every state it can have.

    The longest thread gets this many messages first: sixty are more than one page of a card.
    """
    world = connected.world
    world.make_owner("Sam Seller", SELLER.email)
    companies = [
        world.make_company(name, domain=f"{name.lower()}.example", city="Ulm")
        for name in ("Initech", "Hooli", "Globex")
    ]
    deals = [
        connected.deal(
            world.make_deal(f"Rollout {number}", company_ids=[companies[number % 3]], amount="12000")
        )
        for number in range(DEALS)
    ]
    file = world.attach_file(deals[0].crm_id, "Offer.pdf", 12345)
    connected.sync()
    partners = [
        connected.attach(deals[0], "Northwind Traders", tier="Gold", domain="northwind.example"),
        connected.attach(deals[1], "Contoso & Söhne", "system_integrator"),
        connected.attach(deals[0], "Fabrikam", "technology"),
    ]
    for deal in deals[2:5]:
        connected.run("partner.attach", deal, partner_id=partners[0])
    connected.run("partner.attach", RecordKey(ObjectKind.COMPANY, companies[0]), partner_id=partners[1])
    connected.run("partner.create", None, actor=ADMIN, name="Unused Inc.", type="referral")
    connected.run("partner.detach", deals[4], partner_id=partners[0])
    _people(connected, deals, partners)
    _threads(connected, deals, partners, lines)
    _plans(connected, deals, partners)
    _claims(connected, deals, companies, partners)
    connected.run("sharing.share_file", deals[0], partner_id=partners[0], crm_file_id=file)
    records = [*deals, *(RecordKey(ObjectKind.COMPANY, one) for one in companies)]
    return Month(records=records, partners=partners)


def _people(connected: Connected, deals: Sequence[RecordKey], partners: Sequence[str]) -> None:
    connected.run(
        "partner.add_contact",
        deals[0],
        partner_id=partners[0],
        name="Kim Partner",
        email="kim@northwind.example",
        title="Channel manager",
    )
    connected.run(
        "sharing.create_link",
        deals[0],
        partner_id=partners[0],
        contact_email="lee@northwind.example",
        contact_name="Lee Kang",
        days=7,
    )
    in_a_month = (utc_now() + timedelta(days=30)).date().isoformat()
    for name, level, person in (
        ("Implementation Expert", "Gold", "Kim Partner"),
        ("Sales Specialist", "", ""),
    ):
        connected.run(
            "certification.record",
            None,
            partner_id=partners[0],
            name=name,
            level=level,
            person_name=person,
            person_email="kim@northwind.example" if person else "",
            issued="2026-01-15",
            expires=in_a_month,
        )


def _threads(connected: Connected, deals: Sequence[RecordKey], partners: Sequence[str], lines: int) -> None:
    kim = connected.viewer(partners[0])
    for number in range(lines):
        actor = kim if number % 3 == 0 else SELLER
        connected.run(
            "thread.post", deals[0], actor=actor, partner_id=partners[0], body=f'Line {number}\n"quoted" <b>&'
        )
    connected.run("thread.post", deals[0], partner_id=partners[0], audience="team", body="Only us")
    connected.run("thread.post", deals[0], partner_id=partners[2], body="Another thread")
    look(connected, deals[0], "thread", partners[0])  # a seller has read it
    connected.run("thread.post", deals[0], actor=kim, partner_id=partners[0], body="And one more")
    company = RecordKey(ObjectKind.COMPANY, _company(connected, deals[0]))
    connected.run("thread.post", company, partner_id=partners[1], body="About the whole account")


def _plans(connected: Connected, deals: Sequence[RecordKey], partners: Sequence[str]) -> None:
    due = (utc_now() + timedelta(days=5)).date().isoformat()
    made = [
        connected.run("plan.add_step", deals[0], partner_id=partners[0], **fields).result["step_id"]
        for fields in (
            {"title": "Send papers", "milestone": "Evaluation", "due": due},
            {"title": "Sign off", "milestone": "Evaluation", "owner_side": "us", "owner_email": SELLER.email},
            {"title": "Price floor", "milestone": "Closing", "audience": "team", "owner_side": "us"},
            {"title": "Go live", "milestone": "Closing", "owner_email": "kim@northwind.example"},
        )
    ]
    connected.run("plan.edit_step", deals[0], step_id=made[0], version=1, title="Send the papers")
    connected.run("plan.complete_step", deals[0], actor=connected.viewer(partners[0]), step_id=made[0])
    connected.run(
        "plan.propose_date",
        deals[0],
        actor=connected.viewer(partners[0]),
        step_id=made[3],
        due=due,
        reason="Our site opens then",
    )
    connected.run("plan.complete_step", deals[0], step_id=made[1])
    connected.run("plan.reopen_step", deals[0], step_id=made[1])


def _claims(
    connected: Connected, deals: Sequence[RecordKey], companies: Sequence[str], partners: Sequence[str]
) -> None:
    claims = [
        connected.run(
            "registration.submit",
            record,
            partner_id=partner,
            customer_name=customer,
            customer_domain=f"{customer.lower()}.example",
            contact_name="Lee",
            contact_email=f"lee@{customer.lower()}.example",
            amount="12,000.50 EUR",
            note="Met at the fair.\nTwice.",
        ).result["registration_id"]
        for record, partner, customer in (
            (deals[0], partners[0], "Initech"),
            (deals[1], partners[1], "Hooli"),
            (RecordKey(ObjectKind.COMPANY, companies[0]), partners[1], "Initech"),
            (deals[2], partners[0], "Globex"),
        )
    ]
    connected.run("registration.approve", deals[0], registration_id=claims[0], reason="First in")
    connected.run("registration.extend", deals[0], registration_id=claims[0])
    connected.run(
        "registration.ask_amendment",
        deals[0],
        actor=connected.viewer(partners[0]),
        amount="9,000 EUR",
        reason="Fewer seats",
    )
    connected.run("registration.refuse", deals[1], registration_id=claims[1], reason="Not theirs")
    connected.run(
        "registration.amend", deals[2], actor=connected.viewer(partners[0]), product="GTX", note="Two sites"
    )
    with connected.house.database.read() as connection:
        flags = connection.execute(tables.conflict.select().order_by(tables.conflict.c.id)).mappings().all()
    assert flags, "the month has to hold a conflict"
    flag = flags[0]
    record = (
        RecordKey(ObjectKind.DEAL, flag["deal_id"])
        if flag["deal_id"]
        else RecordKey(ObjectKind.COMPANY, flag["company_id"])
    )
    connected.run(
        "conflict.resolve", record, conflict_id=flag["id"], decision="Uphold", reason="They came first"
    )


def _company(connected: Connected, deal: RecordKey) -> str:
    return connected.world.crm.related(ObjectKind.DEAL, [deal.crm_id], ObjectKind.COMPANY)[deal.crm_id][0]


def look(
    connected: Connected, record: RecordKey, card: str, partner_id: str = "", *, leave_trace: bool = True
) -> dict[str, Any]:
    """The card's document as an admin among the sellers gets it; without a trace, nothing counts as read."""
    cards = connected.house.cards()
    if not leave_trace:
        cards._mark_seen = lambda *_: None
    asked = {"partner_id": partner_id} if partner_id else {}
    return to_json(cards.card(connected.tenant.id, ADMIN, record, card, asked))


def everything(connected: Connected, month: Month) -> dict[str, Any]:
    """Every card of every record, for each partner in focus, without the ages that every look makes anew."""
    for record in month.records:  # a record that no partner is on is read when it is opened
        look(connected, record, "overview", leave_trace=False)
    with connected.house.database.write() as connection:
        connection.execute(tables.record.update().values(read_at=READ_AT))
    return {
        f"{record} {name} {partner}": _ageless(look(connected, record, name, partner, leave_trace=False))
        for record in month.records
        for name in registry.NAMES
        for partner in ("", *month.partners)
    }


def rooms(connected: Connected, month: Month) -> dict[str, Any]:
    """What each partner's page of each record is made of, whether or not a link is open."""
    with connected.house.database.read() as connection:
        policy = policies.current(connection, connected.tenant.id)
        return {
            f"{record} {partner.name}": compose_room(
                connection, connected.tenant, record, partner, policy, READ_AT
            )
            for record in month.records
            for partner, _ in partners.on_record(connection, connected.tenant.id, record)
        }


def _ageless(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _ageless(held) for key, held in value.items() if key != "version"}  # a hash of the rest
    if isinstance(value, list):
        return [_ageless(one) for one in value]
    if isinstance(value, str):
        return re.sub(
            r"/(preview|calendar)/[^?]+",
            r"/\1/…",
            re.sub(r"\b\d+ (second|minute)s? ago|just now", "…", value),
        )
    return value
