"""Policies and sources of any shape, every value in a source unlike any other, so that a leak can be named."""

from datetime import UTC, date, datetime

from hypothesis import strategies as st

from app.disclosure.policy import NEVER, ROOM_SECTIONS, Policy, Treatment
from app.disclosure.rules import Exceptions, Motion, MotionField, Rule, Scope, Territories
from app.disclosure.snapshot import Source
from app.domain.actor import Side
from app.domain.link import SharedFile
from app.domain.partner import PartnerType
from app.domain.plan import Step
from app.domain.record import ObjectKind, Record, RecordKey
from app.domain.registration import Registration
from app.domain.thread import Audience, Message

LOOKALIKES = (
    "crm:Gross_Margin__c",
    "crm:hs_discount_pct",
    "crm:Internal_Sales_Notes__c",
    "crm:Notes_Internal__c",
    "crm:Main_Competitors__c",
    "crm:competitive_situation",
    "crm:alongside_partners",
    "crm:Markup__c",
    "crm:Other_Partner__c",
    "crm:num_notes",
    "crm:notes_last_updated",
    "crm:hs_lastmodifieddate",
    "crm:LastActivityDate",
)
DEAL_FIELDS = ("name", "stage", "amount", "close_date", "next_step", "crm:Region__c", *NEVER, *LOOKALIKES)
COMPANY_FIELDS = ("name", "domain", "industry", "internal_notes")
AT = datetime(2026, 11, 22, tzinfo=UTC)
MASKS = (Treatment.BAND, Treatment.INITIALS, Treatment.DOMAIN, Treatment.MONTH)

VALUES = {
    "amount": "48123.45",
    "close_date": "2026-12-24",
    "next_step": "ask ada@canary-next.example",
    "domain": "canary-domain.example",
}


def value_of(obj: str, name: str) -> str:
    return VALUES.get(name, f"Canary {obj} {name} value")


def record(obj: str, names: tuple[str, ...]) -> Record:
    key = RecordKey(ObjectKind(obj), "1")
    return Record(key=key, fields={name: value_of(obj, name) for name in names})


def _step(index: int, audience: Audience) -> Step:
    return Step(
        id=f"step-{index}",
        partner_id="p1",
        milestone="Proof",
        title=f"Canary {audience} step {index}",
        owner_side=Side.US,
        due=date(2026, 12, 1),
        audience=audience,
        position=index,
    )


def _message(index: int, audience: Audience) -> Message:
    return Message(
        id=f"message-{index}",
        partner_id="p1",
        author_name="Ada",
        author_email="canary-author@example.com",
        side=Side.US,
        audience=audience,
        body=f"Canary {audience} message {index}",
        sent_at=AT,
    )


audiences = st.lists(st.sampled_from(Audience), max_size=6)


@st.composite
def sources(draw: st.DrawFn) -> Source:
    deal = draw(st.lists(st.sampled_from(DEAL_FIELDS), unique=True).map(tuple))
    company = draw(st.lists(st.sampled_from(COMPANY_FIELDS), unique=True).map(tuple))
    return Source(
        deal=record("deal", deal),
        company=draw(st.sampled_from([None, record("company", company)])),
        partner_type=draw(st.sampled_from(PartnerType)),
        stages=[("Canary stage", "current")],
        steps=[_step(i, a) for i, a in enumerate(draw(audiences))],
        messages=[_message(i, a) for i, a in enumerate(draw(audiences))],
        registration=draw(st.sampled_from([None, _registration()])),
        files=[
            SharedFile(id="f1", partner_id="p1", name="Canary file", type="text/csv", size=9, added_at=AT)
        ],
        vendor_name="Contoso",
        vendor_color="#3b5bdb",
        labels={},
    )


def _registration() -> Registration:
    return Registration(
        id="r1",
        partner_id="p1",
        customer_name="Canary customer",
        customer_domain="",
        received_at=AT,
        note="Canary note",
        decision_reason="Canary reason",
    )


def policies(version: int = 1) -> st.SearchStrategy[Policy]:
    """Any cells at all, the never-list's among them: as if a row in the database had been tampered with."""
    cell = st.one_of(
        st.tuples(st.sampled_from(PartnerType), st.just("deal"), st.sampled_from(DEAL_FIELDS)),
        st.tuples(st.sampled_from(PartnerType), st.just("company"), st.sampled_from(COMPANY_FIELDS)),
        st.tuples(st.sampled_from(PartnerType), st.just("room"), st.sampled_from(ROOM_SECTIONS)),
    )
    treatments = st.sampled_from(Treatment)
    return st.dictionaries(cell, treatments, max_size=60).map(
        lambda cells: Policy(version=version, cells=cells)
    )


PARTNERS = ("p1", "p2")
STAGES = ("s1", "s2")
PLACES = ("DE", "AT")

_fields = st.one_of(
    st.tuples(st.just("deal"), st.sampled_from(DEAL_FIELDS)),
    st.tuples(st.just("company"), st.sampled_from(COMPANY_FIELDS)),
    st.tuples(st.just("room"), st.sampled_from(ROOM_SECTIONS)),
)


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    """One rule about anything, the never-list too, as if the database had been tampered with."""
    obj, field = draw(_fields)
    return Rule(
        object=obj,
        field=field,
        treatment=draw(st.sampled_from(Treatment)),
        partner_type=draw(st.none() | st.sampled_from(PartnerType)),
        partner_id=draw(st.sampled_from(("", *PARTNERS))),
        motion=draw(st.none() | st.sampled_from(Motion)),
        stage=draw(st.sampled_from(("", *STAGES))),
    )


def exceptions() -> st.SearchStrategy[Exceptions]:
    return st.builds(
        Exceptions,
        rules=st.lists(rules(), max_size=8).map(tuple),
        motion=st.just(MotionField(field="type", values={m.value: m for m in Motion})),
        territories=st.none()
        | st.dictionaries(st.sampled_from(PARTNERS), st.lists(st.sampled_from(PLACES), max_size=2)).map(
            lambda partners: Territories(object="company", field="country", partners=partners)
        ),
        people=st.dictionaries(
            st.sampled_from(PARTNERS), st.lists(st.sampled_from(["kim@a.example", "@b.example"]))
        ),
        approval=st.none() | st.integers(1, 99),
    )


def ruled_policies(version: int = 1) -> st.SearchStrategy[Policy]:
    """A grid with exceptions of any kind."""
    return st.builds(
        lambda grid, said: Policy(version=version, cells=grid.cells, exceptions=said),
        policies(version),
        exceptions(),
    )


def scopes() -> st.SearchStrategy[Scope]:
    return st.builds(
        Scope,
        partner_id=st.none() | st.sampled_from(PARTNERS),
        motion=st.none() | st.sampled_from(Motion),
        stage=st.none() | st.sampled_from(STAGES),
        territory=st.none() | st.sampled_from(PLACES),
    )


@st.composite
def narrowings(draw: st.DrawFn) -> tuple[Policy, Policy]:
    """A policy, and one that shows less: some of its shown cells masked or absent."""
    wide = draw(policies())
    cells = dict(wide.cells)
    for key, treatment in wide.cells.items():
        if treatment is Treatment.SHOW and draw(st.booleans()):
            cells[key] = draw(st.sampled_from([Treatment.ABSENT, *MASKS]))
        elif draw(st.booleans()):
            cells[key] = draw(st.sampled_from([treatment, Treatment.ABSENT]))
    return wide, Policy(version=2, cells=cells)
