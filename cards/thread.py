"""The conversation with one partner: its messages, and two composers whose reader is chosen before writing."""

from collections.abc import Iterator
from datetime import date, datetime

from app.domain.thread import MESSAGE_LIMIT, Delivery, Message
from app.ground.clock import to_iso
from cards import words
from cards.blocks import (
    Action,
    Actions,
    Block,
    Card,
    Empty,
    FieldType,
    Form,
    FormField,
    Style,
    Thread,
    ThreadMessage,
)
from cards.facts import PartnerFacts, RecordFacts
from cards.frame import (
    chosen,
    deal_rows,
    deal_works,
    frame,
    new_count,
    no_partner,
    other_partners,
    partner_heading,
    retry,
)
from cards.overview import last_words

PAGE = 50
"""Messages on one page: what a person scrolls through, and well within a card's size in either CRM."""

_CHANNELS = {
    "panel": "",
    "link": "share page",
    "share": "share page",
    "share_page": "share page",
    "email": "e-mail",
    "crm": "from the CRM",
}


def build(facts: RecordFacts, now: datetime) -> Card:
    """The thread with the chosen partner, newest last; other partners' threads as rows that lead to theirs."""
    known, others = chosen(facts)
    works = deal_works(facts)
    if known is None and not works:
        reason = "Once a partner is here, you can write to them and keep notes for your team."
        return frame("thread", "Messages", no_partner(facts, reason), facts, now)
    return frame(
        "thread",
        "Messages",
        (
            *(_conversation(facts, known, now) if known else ()),
            *other_partners("thread", others, [_latest(facts, other, now) for other in others]),
            *deal_rows(works, [_latest(facts, on_deal, now) for _, on_deal in works], "On deals"),
        ),
        facts,
        now,
    )


def _latest(facts: RecordFacts, known: PartnerFacts, now: datetime) -> str:
    return last_words(facts, known, now) if known.messages else "No messages yet"


def _conversation(facts: RecordFacts, known: PartnerFacts, now: datetime) -> Iterator[Block]:
    yield partner_heading(known, badge=new_count(known))
    if known.messages:
        yield _page(facts, known, now)
    else:
        yield Empty(title="No messages yet", text=f"What you write to {known.partner.name} appears here.")
    if facts.before:
        newest = Action(
            label="Back to the newest",
            card="thread",
            fields={"partner_id": known.partner.id},
            style=Style.LINK,
        )
        yield Actions(items=(newest,))
    if facts.may_write:
        yield from composers(facts, known)


def composers(facts: RecordFacts, known: PartnerFacts) -> tuple[Form, Form]:
    """One form to write to the partner and, folded, one for the team."""
    name = known.partner.name
    fixed = {"partner_id": known.partner.id}
    mentions = tuple((c.email, c.name) for c in facts.colleagues)
    with_contacts = (*mentions, *((c.email, c.name) for c in known.contacts))
    to_partner = Form(
        id=f"write-{known.partner.id}",
        title=f"Write to {name}",
        command="thread.post",
        submit="Send",
        fixed={**fixed, "audience": "partner"},
        audience="partner",
        note=f"{name} will see this",
        fields=(_body("Message", with_contacts),),
    )
    to_team = Form(
        id=f"note-{known.partner.id}",
        title="Write a note for your team",
        command="thread.post",
        submit="Save note",
        fixed={**fixed, "audience": "team"},
        audience="team",
        folded=True,
        note="Only your team sees this",
        fields=(_body("Note", mentions),),
    )
    return to_partner, to_team


def _body(label: str, mentions: tuple[tuple[str, str], ...]) -> FormField:
    return FormField(
        name="body",
        label=label,
        type=FieldType.TEXTAREA,
        required=True,
        max_length=MESSAGE_LIMIT,
        options=mentions,
    )


def _page(facts: RecordFacts, known: PartnerFacts, now: datetime) -> Thread:
    shown = known.messages[-PAGE:]
    older = None
    if known.older or len(known.messages) > len(shown):
        more = known.total_messages - len(shown)
        older = Action(
            label="Older messages" if facts.before or more <= 0 else f"Older messages ({words.number(more)})",
            card="thread",
            fields={"partner_id": known.partner.id, "before": shown[0].id},
            style=Style.LINK,
        )
    return Thread(
        label=f"Messages with {known.partner.name}", messages=tuple(_messages(facts, shown, now)), older=older
    )


def _messages(facts: RecordFacts, shown: tuple[Message, ...], now: datetime) -> Iterator[ThreadMessage]:
    today = facts.today(now)
    previous: date | None = None
    for message in shown:
        day = words.local_day(message.sent_at, facts.zone)
        write = facts.rejection_of(message.id)
        refusal = message.refusal or (write.reason if write else "")
        is_refused = message.delivery is Delivery.REFUSED or write is not None
        yield ThreadMessage(
            id=message.id,
            author=message.author_name,
            side=message.side.value,
            audience=message.audience.value,
            body=message.body,
            at=to_iso(message.sent_at),
            when=words.clock(message.sent_at, facts.zone, facts.locale),
            title=words.absolute(message.sent_at, facts.zone, facts.locale),
            day=words.sentence(words.day_name(day, today, facts.locale)) if day != previous else "",
            channel=_CHANNELS.get(message.channel, message.channel),
            delivery="refused" if is_refused else message.delivery.value,
            refusal=f"{facts.crm_name} refused the note: “{refusal}” Your message is saved here."
            if is_refused
            else "",
            retry=retry(write) if write and facts.may_write else None,
        )
        previous = day
