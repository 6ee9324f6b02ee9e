"""What every card shares: its version, how fresh it is, what the CRM refused, and how a partner comes onto it."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from app.domain.partner import Partner, PartnerType
from app.domain.tier import NO_TIER
from app.ground.clock import to_iso
from cards import words
from cards.blocks import (
    Action,
    Alert,
    Block,
    Card,
    Empty,
    FieldType,
    Form,
    FormField,
    Heading,
    ListItem,
    Status,
    Style,
    Text,
    Tone,
)
from cards.blocks import List as Rows
from cards.facts import DealWork, PartnerFacts, RecordFacts, RejectedWrite
from cards.version import finish

NAME_LIMIT = 200
NOTE_LIMIT = 2_000


def frame(name: str, title: str, blocks: Iterable[Block], facts: RecordFacts, now: datetime) -> Card:
    """A seller's card: freshness and rights first, then what the card is about."""
    as_of = to_iso(facts.as_of) if facts.as_of else ""
    return finish(Card(name=name, title=title, as_of=as_of, blocks=(*_notices(name, facts, now), *blocks)))


def _notices(name: str, facts: RecordFacts, now: datetime) -> Iterable[Block]:
    if facts.stale:
        age = words.ago(facts.as_of, now, facts.locale) if facts.as_of else ""
        yield Status(
            text=f"{facts.crm_name} was last read {age}." if age else f"{facts.crm_name} was not read yet.",
            detail="What you see may have changed since.",
            title=words.absolute(facts.as_of, facts.zone, facts.locale) if facts.as_of else "",
            actions=(Action(label="Refresh", card=name, fields={"refresh": "1"}, style=Style.LINK),),
        )
    if not facts.may_write:
        yield Text(
            text=f"You may read this {facts.noun} but not change it in {facts.crm_name}, "
            "so nothing can be sent from here.",
            muted=True,
        )


def partner_heading(known: PartnerFacts, badge: str = "") -> Heading:
    tier, standing = known.partner.tier, known.tier
    if standing is not None and standing.is_lowered:
        tier = f"{standing.tier or NO_TIER} ({standing.granted} does not count)"
    detail = " · ".join(filter(None, (known.partner.type.label, tier)))
    return Heading(
        text=known.partner.name, detail=detail, badge=badge, tone=Tone.INFO if badge else Tone.NEUTRAL
    )


def no_partner(facts: RecordFacts, sentence: str) -> tuple[Block, ...]:
    """What a card says while no partner is on the record; the overview is where one is added."""
    action = Action(label="Add a partner", card="overview", style=Style.PRIMARY) if facts.may_write else None
    return (Empty(title=f"No partner on this {facts.noun} yet", text=sentence, action=action),)


def attach_forms(facts: RecordFacts) -> tuple[Form, ...]:
    """Forms that bring a partner onto the record: one of those we know, or a new one."""
    if not facts.may_write:
        return ()
    new = Form(
        id="attach-new",
        title="Add one that is not listed" if facts.available_partners else "Add a partner",
        command="partner.attach",
        submit="Add partner",
        folded=True,
        fields=(
            FormField(name="name", label="Partner's name", required=True, max_length=NAME_LIMIT),
            FormField(
                name="type",
                label="Type",
                type=FieldType.SELECT,
                required=True,
                options=tuple((kind.value, kind.label) for kind in PartnerType),
                help="Decides what the partner may see.",
            ),
            FormField(name="domain", label="Web domain", placeholder="northwind.example", max_length=253),
        ),
    )
    return (_attach_known(facts.available_partners), new) if facts.available_partners else (new,)


def _attach_known(partners: Sequence[Partner]) -> Form:
    return Form(
        id="attach",
        title="Add a partner",
        command="partner.attach",
        submit="Add partner",
        folded=True,
        fields=(
            FormField(
                name="partner_id",
                label="Partner",
                type=FieldType.SELECT,
                required=True,
                options=tuple((p.id, f"{p.name} ({p.type.label})") for p in partners),
            ),
        ),
    )


def refused(facts: RecordFacts, write: RejectedWrite) -> Alert:
    """What the CRM refused, in its own words, what is safe, and the way out."""
    return Alert(
        title=refusal_line(facts, write),
        text=f"Your entry is saved here. Mend what {facts.crm_name} asks for, then retry.",
        tone=Tone.DANGER,
        actions=(retry(write),) if facts.may_write else (),
    )


def refusal_line(facts: RecordFacts, write: RejectedWrite) -> str:
    return f"{facts.crm_name} refused {write.what}: “{write.reason}”"


def retry(write: RejectedWrite) -> Action:
    return Action(
        label="Retry",
        command="outbox.retry",
        fields={"outbox_id": write.outbox_id},
        hint=f"write {write.what}",
    )


def chosen(facts: RecordFacts) -> tuple[PartnerFacts | None, tuple[PartnerFacts, ...]]:
    """The partner a card opens with, and the rest: the one asked for, or the one that wrote last."""
    if not facts.partners:
        return None, ()
    asked = next((known for known in facts.partners if known.partner.id == facts.focus), None)
    first = asked or max(facts.partners, key=_urgency)
    return first, tuple(known for known in facts.partners if known is not first)


def _urgency(known: PartnerFacts) -> tuple[bool, float]:
    return bool(known.unread), known.messages[-1].sent_at.timestamp() if known.messages else 0.0


def other_partners(card: str, others: Sequence[PartnerFacts], details: Sequence[str]) -> tuple[Block, ...]:
    """Rows that lead to the same card for the record's other partners."""
    rows = tuple(
        ListItem(
            text=known.partner.name,
            detail=detail,
            badge=new_count(known),
            tone=Tone.INFO if known.unread else Tone.NEUTRAL,
            actions=(open_card(card, known),),
        )
        for known, detail in zip(others, details, strict=True)
    )
    return (Rows(label="Other partners here", items=rows),) if rows else ()


def deal_rows(
    works: Sequence[tuple[DealWork, PartnerFacts]], details: Sequence[str], label: str
) -> tuple[Block, ...]:
    """Rows of a company card: one for each partner on each deal, leading to the deal, where one can act."""
    rows = tuple(
        ListItem(
            text=f"{known.partner.name} on {deal.record.name}",
            detail=detail,
            badge=new_count(known),
            tone=Tone.INFO if known.unread else Tone.NEUTRAL,
            actions=open_deal(deal),
        )
        for (deal, known), detail in zip(works, details, strict=True)
    )
    return (Rows(label=label, items=rows),) if rows else ()


def deal_works(facts: RecordFacts) -> tuple[tuple[DealWork, PartnerFacts], ...]:
    return tuple((deal, known) for deal in facts.deals for known in deal.partners)


def open_deal(deal: DealWork) -> tuple[Action, ...]:
    if not deal.href:
        return ()
    return (Action(label="Open", href=deal.href, style=Style.LINK, hint=deal.record.name),)


def open_card(card: str, known: PartnerFacts, label: str = "Open") -> Action:
    return Action(
        label=label,
        card=card,
        fields={"partner_id": known.partner.id},
        style=Style.LINK,
        hint=known.partner.name,
    )


def new_count(known: PartnerFacts) -> str:
    return f"{known.unread} new" if known.unread else ""
