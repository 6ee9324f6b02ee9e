"""What the card of a contact is built from, and the states that it is shown in."""

from dataclasses import replace

from app.domain.certification_rights import Requirement
from app.domain.partner import PartnerType
from app.domain.record import CrmKind, ObjectKind, Record, RecordKey
from cards.facts import DealWork, Person, RecordFacts
from tests.cards import make

MARIA = Person(
    name="Maria Quint",
    email="c1@northwind.example",
    emails=frozenset({"c1@northwind.example"}),
    title="Alliance lead",
)
RIGHTS = (
    Requirement(id="q1", right="register", credential="Data engineer"),
    Requirement(id="q2", right="Gold pricing", credential="Implementation", people=2),
)


def hers(id="x2", name="Data engineer", expires=20, **more):  # noqa: A002 - what the domain calls it
    values = {
        "person_name": "Maria Quint",
        "person_email": "c1@northwind.example",
        "issuer": "Vandelay Academy",
        "issued": make.TODAY - make.days(345),
        "evidence": "https://badges.example/1",
        "level": "Professional",
    }
    return make.certification(id, name, expires, **{**values, **more})


def work(**more) -> DealWork:
    """Her part of one deal: a step due before her certificate lapses, one after, and a room."""
    mine = {
        "partner": make.partner(),
        "steps": (
            make.step("s1", owner_name="Maria Quint", owner_email="c1@northwind.example"),
            make.step("s2", "Data migration", "Close", 30, owner_email="c1@northwind.example"),
        ),
        "links": (make.link(),),
    }
    known = make.PartnerFacts(**{**mine, **more})
    return DealWork(record=make.record(), partners=(known,), href="https://crm.example/deal/d1")


def facts(person: Person = MARIA, **more) -> RecordFacts:
    firm = make.PartnerFacts(
        partner=make.partner(),
        contacts=(make.contact(),),
        certifications=(
            hers(),
            hers("x3", "Implementation", 200, level="Gold"),
            make.certification("x4", person_name="Jon Ek", person_email="jon@northwind.example"),
            hers("x5", "Pipelines", -30, level=""),
            make.certification("x6", "Firm audit", 90),
        ),
        content=make.CONTENT,
    )
    values = {
        "record": Record(key=RecordKey(ObjectKind.CONTACT, "c9"), fields={"name": person.name}),
        "company": None,
        "person": person,
        "partners": (firm,),
        "deals": (work(),),
        "requirements": RIGHTS,
        "as_of": make.NOW,
    }
    return make.facts(**{**values, **more})


def nobody(**more) -> RecordFacts:
    bill = Person(
        name="Bill Lumbergh", email="bill@initech.example", emails=frozenset({"bill@initech.example"})
    )
    return facts(replace(bill, **more), partners=(), deals=())


def two_firms() -> RecordFacts:
    one = facts()
    (firm,) = one.partners
    contoso = make.partner("p2", "Contoso Resale", PartnerType.RESELLER, "")
    other = replace(firm, partner=contoso, certifications=(replace(hers("x8"), partner_id="p2"),), content=())
    return facts(partners=(firm, other), available_partners=())


STATES = {
    "person": facts,
    "person_nobody": nobody,
    "person_suggested": lambda: nobody(firm_id="p2"),
    "person_unaddressed": lambda: nobody(email="", emails=frozenset()),
    "person_no_partners": lambda: facts(partners=(), deals=(), available_partners=()),
    "person_bare": lambda: facts(
        partners=(make.PartnerFacts(partner=make.partner()),), deals=(), requirements=()
    ),
    "person_two_firms": two_firms,
    "person_refused": lambda: facts(rejected=(make.rejected(subject_id="x2", what="the certification"),)),
    "person_read_only": lambda: facts(may_write=False),
    "person_salesforce": lambda: facts(crm=CrmKind.SALESFORCE),
    "person_long": lambda: facts(
        replace(MARIA, name=make.LONG.strip()),
        deals=(work(steps=(make.step(title=make.LONG, owner_email="c1@northwind.example"),)),),
    ),
}
"""State name → facts. The names share no word with those of records, whose golden files stand beside theirs."""
