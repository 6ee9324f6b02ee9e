"""The sample pipeline: always the same firms and deals, with dates around the day it is made. Pure."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from app.demo import sample_words as words
from app.demo.pipeline import (
    Pipeline,
    SampleAccount,
    SampleContact,
    SampleDeal,
    SampleOwner,
    SamplePartner,
    Stage,
    make_key,
    slug,
)

PREFIX = "sample"

PartnerRow = tuple[str, str, str, str, str, tuple[tuple[str, str, str], ...]]
"""Key, name, type, level, domain, and its people: first name, last name and title."""

DEALS = 40

STAGES = (
    *(Stage.PROSPECTING, Stage.ENGAGING, Stage.WON, Stage.EVALUATION, Stage.LOST),
    *(Stage.PROPOSAL, Stage.WON, Stage.NEGOTIATION, Stage.ENGAGING, Stage.LOST),
)
"""Taken in turn: half of a pipeline is open, and of the rest a little more is won than lost."""


def make_sample(today: date) -> Pipeline:
    """Twelve customers and three partner firms with their people, six sellers and their manager, forty deals."""
    owners = (*(_owner(name, team) for name, team in words.OWNERS), _owner(words.MANAGER, "Management"))
    customers = tuple(_company(number) for number in range(len(words.COMPANIES)))
    partners = tuple(partner_of(PREFIX, _company_key(row[1]), row) for row in words.PARTNERS)
    firms = tuple(_partner_firm(partner) for partner in partners)
    contacts = (
        *(contact for number in range(len(customers)) for contact in _people(number)),
        *(person for partner in partners for person in partner.people),
    )
    told = tuple(_told(story, today) for story in words.STORIES)
    rest = tuple(_deal(number, today) for number in range(len(told), DEALS))
    return Pipeline(
        owners=owners,
        accounts=(*customers, *firms),
        contacts=contacts,
        deals=(*told, *rest),
        partners=partners,
    )


def _owner(name: str, team: str) -> SampleOwner:
    manager = words.MANAGER if name != words.MANAGER else ""
    return SampleOwner(key=owner_key(name), name=name, email=owner_email(name), manager=manager, team=team)


def owner_email(name: str) -> str:
    """The address of someone of the vendor."""
    return f"{slug(name).replace('-', '.')}@alongside.example"


def owner_key(name: str) -> str:
    return make_key(PREFIX, "seller", name)


def _company_key(name: str) -> str:
    return make_key(PREFIX, "company", name)


def _domain(name: str) -> str:
    return f"{slug(name)}.example"


def _company(number: int) -> SampleAccount:
    name, industry, city, country, employees, revenue = words.COMPANIES[number]
    return SampleAccount(
        key=_company_key(name),
        name=name,
        domain=_domain(name),
        industry=industry,
        city=city,
        country=country,
        employees=employees,
        revenue=Decimal(revenue) * 1_000_000,
        phone=f"+1 555 01{number:02d}",
        owner_key=owner_key(words.OWNERS[number % len(words.OWNERS)][0]),
        internal_notes=words.NOTES[number % len(words.NOTES)],
    )


def _people(number: int) -> tuple[SampleContact, ...]:
    """Two people of a customer; the firm's own list starts at its number, so that no two firms share both."""
    company = words.COMPANIES[number][0]
    return tuple(
        person_of(
            PREFIX, _company_key(company), _domain(company), words.PEOPLE[(number + step) % len(words.PEOPLE)]
        )
        for step in (0, 5)
    )


def person_of(prefix: str, account_key: str, domain: str, row: tuple[str, str, str]) -> SampleContact:
    """`row` is first name, last name and title; `prefix` says which sample the person belongs to."""
    first, last, title = row
    email = f"{slug(first)}.{slug(last)}@{domain}"
    return SampleContact(
        key=make_key(prefix, "contact", email),
        account_key=account_key,
        first_name=first,
        last_name=last,
        email=email,
        title=title,
    )


def partner_of(prefix: str, account_key: str, row: PartnerRow) -> SamplePartner:
    key, name, kind, level, domain, people = row
    return SamplePartner(
        key=make_key(prefix, "partner", key),
        name=name,
        type=kind,
        level=level,
        domain=domain,
        account_key=account_key,
        people=tuple(person_of(prefix, account_key, domain, one) for one in people),
    )


def _partner_firm(partner: SamplePartner) -> SampleAccount:
    return SampleAccount(
        key=partner.account_key or partner.key,
        name=partner.name,
        domain=partner.domain,
        industry="IT services",
        country="Germany",
        owner_key=owner_key(words.OWNERS[0][0]),
        internal_notes=f"{partner.level} partner. Renewal of the agreement is tied to two new certificates.",
    )


def _told(story: dict[str, Any], today: date) -> SampleDeal:
    number = [company[0] for company in words.COMPANIES].index(story["company"])
    return SampleDeal(
        key=make_key(PREFIX, "deal", story["name"]),
        name=story["name"],
        stage=Stage(story["stage"]),
        account_key=_company_key(story["company"]),
        owner_key=owner_key(words.OWNERS[number % len(words.OWNERS)][0]),
        amount=Decimal(story["amount"]),
        opened=today + timedelta(days=story["opened"]),
        closes=today + timedelta(days=story["closes"]),
        product=story["product"],
        next_step=story["next_step"],
        description=story["description"],
        contact_keys=tuple(contact.key for contact in _people(number)),
        partner_keys=tuple(make_key(PREFIX, "partner", key) for key in story["partners"]),
        margin=Decimal(str(story["margin"])),
        discount=Decimal(str(story["discount"])),
        internal_notes=story["internal_notes"],
        competitor=story["competitor"],
    )


def _deal(number: int, today: date) -> SampleDeal:
    company = words.COMPANIES[(number * 5) % len(words.COMPANIES)][0]
    product, price = words.PRODUCTS[(number * 3) % len(words.PRODUCTS)]
    # The steps are coprime with the lengths, so that no name comes twice.
    occasion = words.OCCASIONS[(number + number // 5) % len(words.OCCASIONS)]
    stage = STAGES[number % len(STAGES)]
    opened = today - timedelta(days=14 + (number * 37) % 200)
    closes = today + timedelta(days=8 + (number * 23) % 110)
    if not stage.open:
        closes = max(opened + timedelta(days=7), today - timedelta(days=(number * 11) % 90))
    name = f"{company} – {product} {occasion}"
    return SampleDeal(
        key=make_key(PREFIX, "deal", f"{number:02d}", company),
        name=name,
        stage=stage,
        account_key=_company_key(company),
        owner_key=owner_key(words.OWNERS[number % len(words.OWNERS)][0]),
        amount=Decimal(price) * (1 + number % 4),
        opened=opened,
        closes=min(closes, today) if not stage.open else closes,
        product=product,
        next_step=f"Agree the scope of the {occasion}" if stage.open else "",
        contact_keys=(_people((number * 5) % len(words.COMPANIES))[0].key,),
        margin=Decimal(18 + (number * 7) % 23),
        discount=Decimal((number * 3) % 16),
        internal_notes=words.NOTES[number % len(words.NOTES)],
        competitor=words.COMPETITORS[number % len(words.COMPETITORS)],
    )


def told_deals(pipeline: Pipeline) -> tuple[SampleDeal, ...]:
    """The deals of the sample that have partners, in the order in which the demo tells them."""
    return tuple(deal for deal in pipeline.deals if deal.partner_keys)
