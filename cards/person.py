"""What a contact of the CRM says when the person works for a partner: its certificates, what lapses next and what
that puts at risk, the firm's rights, its steps and the rooms that open for it."""

from collections.abc import Iterator
from datetime import date, datetime

from app.domain.certification import Certification, Source, current, ends_before
from app.domain.certification_rights import REGISTER, Eligibility, eligible, rights, same
from app.domain.link import ShareLink
from app.domain.plan import Step
from app.domain.record import CrmKind
from cards import tier, words
from cards.blocks import Block, Card, Empty, FieldType, Form, FormField, ListItem, Status, Text, Tone
from cards.blocks import List as Rows
from cards.certifications import (
    award_form,
    change_forms,
    evidence,
    last_day,
    next_lapse,
    next_to_lapse,
    right_row,
    validity,
    worth_reading,
)
from cards.facts import DealWork, PartnerFacts, Person, RecordFacts
from cards.frame import NAME_LIMIT, frame, open_deal, partner_heading, refused


def build(facts: RecordFacts, now: datetime) -> Card:
    """The certifications card of a contact."""
    person = facts.person or Person(name=facts.record.name)
    blocks = _at_work(facts, person, now) if facts.partners else _nobodys(facts, person)
    return frame("certifications", "Certifications", blocks, facts, now)


def _nobodys(facts: RecordFacts, person: Person) -> Iterator[Block]:
    """For most contacts of a CRM: calm, and how one changes it."""
    title = "Works for none of your partners"
    if not facts.available_partners:
        where = "a deal" if facts.crm is CrmKind.HUBSPOT else "an opportunity"
        yield Empty(title=title, text=f"You have no partner yet. The first one is added on {where}.")
    elif not person.email:
        yield Empty(
            title=title,
            text=f"Partners’ people are known by their address, and this contact has none in {facts.crm_name}. "
            "Fill it in there to add the contact to a partner here.",
        )
    else:
        yield Empty(
            title=title,
            text="Add this contact to the partner it works for, and its certificates, steps and rooms stand here.",
        )
        if facts.may_write:
            yield _add_form(facts, person)


def _add_form(facts: RecordFacts, person: Person) -> Form:
    first = sorted(facts.available_partners, key=lambda p: p.id != person.firm_id)
    return Form(
        id="add-contact",
        title="Add to a partner",
        command="partner.add_contact",
        submit="Add contact",
        folded=True,
        fixed={"email": person.email, "title": person.title[:NAME_LIMIT]},
        note=f"{facts.crm_name} names the contact's company as this partner." if person.firm_id else "",
        fields=(
            FormField(
                name="partner_id",
                label="Partner",
                type=FieldType.SELECT,
                required=True,
                value=person.firm_id,
                options=tuple((p.id, f"{p.name} ({p.type.label})") for p in first),
            ),
            FormField(
                name="name",
                label="Name",
                value=person.name[:NAME_LIMIT],
                required=True,
                max_length=NAME_LIMIT,
            ),
        ),
    )


def _at_work(facts: RecordFacts, person: Person, now: datetime) -> Iterator[Block]:
    today = facts.today(now)
    everything = [c for known in facts.partners for c in known.certifications]
    mine = [c for c in current(everything) if person.holds(c)]
    yield from _next(facts, mine, today)
    for write in (facts.rejection_of(c.id) for c in mine):
        if write:
            yield refused(facts, write)
    if mine:
        yield _certificates(facts, mine, today)
    else:
        yield Empty(title="No certificate recorded", text=f"What {person.name} is certified for stands here.")
    yield from _steps(facts, mine, today)
    yield from _rooms(facts, now)
    for known in facts.partners:
        yield from _firm(facts, known, person, today)
    if facts.may_write:
        for known in facts.partners:
            yield from _forms(facts, known, person)


def _next(facts: RecordFacts, mine: list[Certification], today: date) -> Iterator[Block]:
    """What lapses next, and what then falls with it."""
    yield from next_lapse(facts, mine, today)
    first = next_to_lapse(mine, today)
    for known in facts.partners:
        lost = _leaning(facts, known, [first] if first else [], today)
        if lost:
            named = ["registering deals" if same(one, REGISTER) else one for one in lost]
            yield Text(
                text=f"Without it {known.partner.name} loses {words.listing(named, facts.locale)}.",
                muted=True,
            )


def _leaning(facts: RecordFacts, known: PartnerFacts, gone: list[Certification], today: date) -> list[str]:
    """The rights that the firm has today and would not have without these."""
    held = current(known.certifications)
    rest = [c for c in held if c not in gone]
    return [
        right
        for right in rights(facts.requirements)
        if eligible(right, facts.requirements, held, today).met
        and not eligible(right, facts.requirements, rest, today).met
    ]


def _certificates(facts: RecordFacts, mine: list[Certification], today: date) -> Rows:
    ordered = sorted(mine, key=lambda c: (c.is_revoked, c.expires or date.max, c.name.casefold(), c.id))
    return Rows(label="Certificates", items=tuple(_certificate(facts, c, today) for c in ordered))


def _certificate(facts: RecordFacts, one: Certification, today: date) -> ListItem:
    badge, tone = validity(one, facts, today)
    firms = [known.partner.name for known in facts.partners if known.partner.id == one.partner_id]
    ends = ""
    if one.is_revoked:
        ends = one.revoked_reason
    elif one.expires:
        verb = "valid to" if one.is_valid(today) else "was valid to"
        ends = f"{verb} {words.day(one.expires, today, facts.locale)}"
    said = (
        f"for {firms[0]}" if firms and len(facts.partners) > 1 else "",
        f"by {one.issuer}" if one.issuer else "",
        f"issued {words.day(one.issued, today, facts.locale)}" if one.issued else "",
        ends or ("" if one.is_revoked else "does not lapse"),
        "" if one.source is Source.MANUAL else f"from {one.source.label}",
    )
    return ListItem(
        text=" · ".join(filter(None, (one.name, one.level))),
        detail=" · ".join(filter(None, said)),
        badge=badge,
        tone=tone,
        title=last_day(one, facts.locale),
        actions=evidence(one),
    )


def _steps(facts: RecordFacts, mine: list[Certification], today: date) -> Iterator[Rows]:
    """The person's open steps: those that a certificate will not last for stand first."""
    found = [(deal, step) for deal in facts.deals for known in deal.partners for step in known.plan]
    rows = [(ends_before(mine, step.due, today), deal, step) for deal, step in found]
    rows.sort(key=lambda row: (row[0] is None, row[2].due or date.max, row[2].id))
    if rows:
        items = tuple(_step(facts, ends, deal, step, today) for ends, deal, step in rows)
        yield Rows(label="Open steps", items=items)


def _step(
    facts: RecordFacts, ends: Certification | None, deal: DealWork, step: Step, today: date
) -> ListItem:
    late = step.due is not None and step.due < today
    said = [
        words.sentence(f"due {words.due(step.due, today, facts.locale)}") if step.due and not late else ""
    ]
    said += [words.sentence(words.due(step.due, today, facts.locale)) if step.due and late else ""]
    said += [deal.record.name]
    if ends and ends.expires:
        said.append(f"{ends.name} lapses {words.day(ends.expires, today, facts.locale)}, before this is due")
    badge = "At risk" if ends else "Late" if late else ""
    return ListItem(
        text=step.title,
        detail=" · ".join(filter(None, said)),
        badge=badge,
        tone=Tone.WARNING if badge else Tone.NEUTRAL,
        title=words.full_day(step.due, facts.locale) if step.due else "",
        actions=open_deal(deal),
    )


def _rooms(facts: RecordFacts, now: datetime) -> Iterator[Block]:
    rows = [(deal, link) for deal in facts.deals for known in deal.partners for link in known.links]
    if rows:
        items = tuple(_room(facts, deal, link, now) for deal, link in rows)
        yield Rows(label="Rooms this person may open", items=items)
    else:
        yield Status(text="No room is open to this person.", tone=Tone.NEUTRAL)


def _room(facts: RecordFacts, deal: DealWork, link: ShareLink, now: datetime) -> ListItem:
    mine = facts.person is not None and link.contact_email.casefold() in facts.person.emails
    seen = f"last opened {words.ago(link.last_viewed_at, now, facts.locale)}" if link.last_viewed_at else ""
    said = (
        f"until {words.day(words.local_day(link.expires_at, facts.zone), facts.today(now), facts.locale)}",
        "" if mine else f"by the link of {link.contact_name or link.contact_email}",
        seen or "not opened yet",
        *link.conditions,
    )
    return ListItem(
        text=deal.record.name,
        detail=" · ".join(filter(None, said)),
        title=words.absolute(link.expires_at, facts.zone, facts.locale),
        actions=open_deal(deal),
    )


def _firm(facts: RecordFacts, known: PartnerFacts, person: Person, today: date) -> Iterator[Block]:
    yield partner_heading(known)
    standing = tier.status(known.tier, today, facts.locale)
    if standing:
        yield standing
    held = current(known.certifications)
    leaning = _leaning(facts, known, [c for c in held if person.holds(c)], today)
    items = tuple(
        _right(facts, eligible(right, facts.requirements, held, today), person, today, leaning)
        for right in rights(facts.requirements)
    )
    if items:
        yield Rows(label="What the firm may do", items=items)
    else:
        yield Text(text="No right of a partner depends on certificates in your programme.", muted=True)
    yield from worth_reading(known)


def _right(facts: RecordFacts, one: Eligibility, person: Person, today: date, leaning: list[str]) -> ListItem:
    row = right_row(facts, one, today)
    if one.right not in leaning:
        return row
    said = " · ".join(filter(None, (row.detail, f"not without {person.name}")))
    return ListItem(text=row.text, detail=said, badge=row.badge, tone=row.tone, title=row.title)


def _forms(facts: RecordFacts, known: PartnerFacts, person: Person) -> Iterator[Form]:
    mine = [c for c in current(known.certifications) if person.holds(c)]
    several = f" for {known.partner.name}" if len(facts.partners) > 1 else ""
    yield award_form(
        known.partner.id,
        f"Record a certification{several}",
        (),
        person_name=person.name[:NAME_LIMIT],
        person_email=person.email,
    )
    yield from change_forms(facts, known, mine)
