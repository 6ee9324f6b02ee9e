"""Who outside may look in: links with their end and their visits, people, and the files in the room."""

from collections.abc import Iterator
from datetime import datetime

from app.domain.link import LinkState, ShareLink
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
    Tone,
)
from cards.blocks import List as Rows
from cards.facts import PartnerFacts, RecordFacts
from cards.frame import (
    NAME_LIMIT,
    deal_rows,
    deal_works,
    frame,
    no_partner,
    partner_heading,
    refused,
)

PRESETS = (7, 14, 30)
"""Days a link may live: a sprint, a round of answers, a quarter's last month. More is asked for by extending."""

EXTEND_DAYS = 7


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
    active = [link for link in known.links if link.state(now) is LinkState.ACTIVE]
    ended = [link for link in known.links if link.state(now) is not LinkState.ACTIVE]
    if active:
        rows = tuple(_active(facts, link, now) for link in sorted(active, key=lambda x: x.expires_at))
        yield Rows(label="Active links", items=rows)
    else:
        yield Status(text=f"No active link. {known.partner.name} cannot look in now.")
    for write in (facts.rejection_of(link.id) for link in known.links):
        if write:
            yield refused(facts, write)
    if facts.may_write:
        yield create_form(known)
    if known.preview_url:
        preview = Action(label="See what they see", href=known.preview_url, hint=known.partner.name)
        yield Actions(items=(preview,))
    if ended:
        newest = sorted(ended, key=lambda x: x.revoked_at or x.expires_at, reverse=True)
        yield Rows(
            label=f"Ended links ({words.number(len(ended), facts.locale)})",
            folded=True,
            items=tuple(_ended(facts, link, now) for link in newest),
        )
    yield from _people(facts, known)
    yield from _files(facts, known, now)
    if facts.may_write:
        yield Actions(items=(_detach(facts, known),))


def _active(facts: RecordFacts, link: ShareLink, now: datetime) -> ListItem:
    end = words.day(words.local_day(link.expires_at, facts.zone), facts.today(now), facts.locale)
    actions = (_extend(link), _revoke(link)) if facts.may_write else ()
    return ListItem(
        text=link.contact_name or link.contact_email,
        detail=" · ".join(
            (link.contact_email, f"until {end}", _opened(facts, link, now), f"code {link.code}")
        ),
        badge="Active",
        tone=Tone.SUCCESS,
        title=words.absolute(link.expires_at, facts.zone, facts.locale),
        actions=actions,
    )


def _ended(facts: RecordFacts, link: ShareLink, now: datetime) -> ListItem:
    revoked = link.state(now) is LinkState.REVOKED
    moment = link.revoked_at if revoked and link.revoked_at else link.expires_at
    return ListItem(
        text=link.contact_name or link.contact_email,
        detail=" · ".join(
            (
                link.contact_email,
                words.ago(moment, now, facts.locale),
                _opened(facts, link, now),
                f"code {link.code}",
            )
        ),
        badge="Revoked" if revoked else "Expired",
        title=words.absolute(moment, facts.zone, facts.locale),
    )


def _opened(facts: RecordFacts, link: ShareLink, now: datetime) -> str:
    if not link.views:
        return "not opened yet"
    last = f", last {words.ago(link.last_viewed_at, now, facts.locale)}" if link.last_viewed_at else ""
    return f"opened {words.count(link.views, 'time')}{last}"


def _extend(link: ShareLink) -> Action:
    return Action(
        label=f"Extend by {EXTEND_DAYS} days",
        command="sharing.extend_link",
        fields={"link_id": link.id, "days": str(EXTEND_DAYS)},
        style=Style.LINK,
        hint=f"the link of {link.contact_name or link.contact_email}",
    )


def _revoke(link: ShareLink) -> Action:
    who = link.contact_name or link.contact_email
    return Action(
        label="Revoke",
        command="sharing.revoke_link",
        fields={"link_id": link.id},
        style=Style.DANGER,
        hint=f"the link of {who}",
        confirm=f"Revoke this link? {who} can no longer look in. This cannot be undone.",
    )


def create_form(known: PartnerFacts) -> Form:
    """One step: who and for how long. Without a known contact it asks for name and address."""
    who = (
        (
            FormField(
                name="contact_id",
                label="For",
                type=FieldType.SELECT,
                required=True,
                options=tuple((c.id, f"{c.name} ({c.email})") for c in known.contacts),
            ),
        )
        if known.contacts
        else (
            FormField(name="contact_name", label="Name", required=True, max_length=NAME_LIMIT),
            FormField(
                name="contact_email", label="E-mail", type=FieldType.EMAIL, required=True, max_length=254
            ),
        )
    )
    days = FormField(
        name="days",
        label="Ends after",
        type=FieldType.CHOICE,
        value=str(PRESETS[0]),
        required=True,
        options=tuple((str(n), f"{n} days") for n in PRESETS),
    )
    return Form(
        id=f"link-{known.partner.id}",
        title=f"Create a link for {known.partner.name}",
        command="sharing.create_link",
        submit="Create link",
        fixed={"partner_id": known.partner.id},
        note="Only this person can open it, by a code sent to their mailbox. You see the link once: copy it then.",
        fields=(*who, days),
    )


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


def _files(facts: RecordFacts, known: PartnerFacts, now: datetime) -> Iterator[Block]:
    if known.files:
        today = facts.today(now)
        rows = tuple(
            ListItem(
                text=file.name,
                detail=f"{words.size(file.size, facts.locale)} · shared "
                + words.day(words.local_day(file.added_at, facts.zone), today, facts.locale),
                title=words.absolute(file.added_at, facts.zone, facts.locale),
            )
            for file in known.files
        )
        yield Rows(label=f"Files {known.partner.name} can see", items=rows)
    shared = {file.crm_id for file in known.files}
    offers = tuple(
        (file.id, f"{file.name} ({words.size(file.size, facts.locale)})")
        for file in facts.crm_files
        if file.id not in shared
    )
    if offers and facts.may_write:
        yield Form(
            id=f"file-{known.partner.id}",
            title="Share a file",
            command="sharing.share_file",
            submit="Share file",
            folded=True,
            fixed={"partner_id": known.partner.id},
            note=f"{known.partner.name} will see this",
            audience="partner",
            fields=(
                FormField(
                    name="crm_file_id",
                    label=f"File on this {facts.noun}",
                    type=FieldType.SELECT,
                    required=True,
                    options=offers,
                ),
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
