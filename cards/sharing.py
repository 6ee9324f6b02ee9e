"""Who outside may look in: links with their end and their visits, people, and the files in the room."""

from collections.abc import Iterator
from datetime import datetime

from app.domain.link import LinkState
from cards import words
from cards.blocks import (
    Action,
    Actions,
    Block,
    Card,
    FieldType,
    Form,
    FormField,
    ListItem,
    Status,
    Style,
)
from cards.blocks import List as Rows
from cards.facts import PartnerFacts, RecordFacts
from cards.files import files
from cards.frame import (
    NAME_LIMIT,
    deal_rows,
    deal_works,
    frame,
    no_partner,
    partner_heading,
    refused,
)
from cards.links import active_row, create_form, ended_row, requests, rules_form, who_opened


def build(facts: RecordFacts, now: datetime) -> Card:
    """Each partner's links, people and files, with what changes them."""
    works = deal_works(facts)
    if not facts.partners and not works:
        reason = "Once a partner is here, you can send them a link that ends by itself."
        blocks: tuple[Block, ...] = no_partner(facts, reason)
    else:
        blocks = (
            *(block for known in facts.partners for block in _partner(facts, known, now)),
            *deal_rows(works, [_summary(facts, known, now) for _, known in works], "On deals"),
        )
    return frame("sharing", "Sharing", blocks, facts, now)


def _summary(facts: RecordFacts, known: PartnerFacts, now: datetime) -> str:
    active = [link for link in known.links if link.state(now) is LinkState.ACTIVE]
    links = f"{words.count(len(active), 'link')} active" if active else "No active link"
    return f"{links} · {_visited(facts, known.last_viewed_at, now)}"


def _visited(facts: RecordFacts, last: datetime | None, now: datetime) -> str:
    return f"last opened {words.ago(last, now, facts.locale)}" if last else "not opened yet"


def _partner(facts: RecordFacts, known: PartnerFacts, now: datetime) -> Iterator[Block]:
    yield partner_heading(known)
    yield from requests(facts, known, now)
    active = [link for link in known.links if link.state(now) is LinkState.ACTIVE]
    ended = [link for link in known.links if link.state(now) is not LinkState.ACTIVE]
    if active:
        rows = tuple(active_row(facts, link, now) for link in sorted(active, key=lambda x: x.expires_at))
        yield Rows(label="Active links", items=rows)
    else:
        yield Status(text=f"No active link. {known.partner.name} cannot look in now.")
    for write in (facts.rejection_of(link.id) for link in known.links):
        if write:
            yield refused(facts, write)
    if facts.may_write:
        yield create_form(known)
        yield rules_form(known)
    if known.preview_url:
        preview = Action(label="See what they see", href=known.preview_url, hint=known.partner.name)
        yield Actions(items=(preview,))
    yield from who_opened(facts, known, now)
    if ended:
        newest = sorted(ended, key=lambda x: x.revoked_at or x.expires_at, reverse=True)
        yield Rows(
            label=f"Ended links ({words.number(len(ended), facts.locale)})",
            folded=True,
            items=tuple(ended_row(facts, link, now) for link in newest),
        )
    yield from _people(facts, known)
    yield from files(facts, known, now)
    if facts.may_write:
        yield Actions(items=(_detach(facts, known),))


def _people(facts: RecordFacts, known: PartnerFacts) -> Iterator[Block]:
    if known.contacts:
        rows = tuple(
            ListItem(text=c.name, detail=" · ".join(filter(None, (c.title, c.email)))) for c in known.contacts
        )
        yield Rows(label=f"People at {known.partner.name}", items=rows)
    if facts.may_write:
        yield Form(
            id=f"contact-{known.partner.id}",
            title="Add a person",
            command="partner.add_contact",
            submit="Add person",
            folded=True,
            fixed={"partner_id": known.partner.id},
            fields=(
                FormField(name="name", label="Name", required=True, max_length=NAME_LIMIT),
                FormField(name="email", label="E-mail", type=FieldType.EMAIL, required=True, max_length=254),
                FormField(name="title", label="Job title", max_length=NAME_LIMIT),
            ),
        )


def _detach(facts: RecordFacts, known: PartnerFacts) -> Action:
    name = known.partner.name
    return Action(
        label=f"Remove {name} from this {facts.noun}",
        command="partner.detach",
        fields={"partner_id": known.partner.id},
        style=Style.DANGER,
        confirm=f"Remove {name}? Their links stop working at once. Messages and plan stay in {facts.crm_name}.",
    )
