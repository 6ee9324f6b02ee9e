"""What a partner is certified for: the firm first, people second, and what lapses next."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime

from app.domain.certification import Certification, Source, Standing, coverage, current
from app.domain.certification_rights import REGISTER, Eligibility, eligible, rights, same, wanted
from app.domain.partner import Partner
from cards import tier, words
from cards.blocks import (
    Action,
    Block,
    Card,
    Empty,
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
from cards.frame import NAME_LIMIT, deal_works, frame, no_partner, partner_heading, refused


def build(facts: RecordFacts, now: datetime) -> Card:
    """The certifications of every partner at work here; on a company each partner stands once."""
    partners = _each_once(facts)
    if not partners:
        reason = "Once a partner is here, you see what the firm and its people are certified for."
        return frame("certifications", "Certifications", no_partner(facts, reason), facts, now)
    direct = {known.partner.id for known in facts.partners}
    blocks = (
        block for known in partners for block in _partner(facts, known, now, known.partner.id in direct)
    )
    return frame("certifications", "Certifications", blocks, facts, now)


def _each_once(facts: RecordFacts) -> tuple[PartnerFacts, ...]:
    found: dict[str, PartnerFacts] = {}
    for known in (*facts.partners, *(known for _, known in deal_works(facts))):
        first = found.get(known.partner.id)
        if first is None:
            found[known.partner.id] = known
        else:
            new = {c.id: c for c in (*first.certifications, *known.certifications)}
            found[known.partner.id] = replace(first, certifications=tuple(new.values()))
    return tuple(found.values())


def _partner(facts: RecordFacts, known: PartnerFacts, now: datetime, is_direct: bool) -> Iterator[Block]:
    today = facts.today(now)
    yield partner_heading(known)
    standing = tier.status(known.tier, today, facts.locale)
    if standing:
        yield standing
    held = current(known.certifications)
    if not held:
        yield Empty(title="No certification recorded")
    else:
        yield from next_lapse(facts, held, today)
        for write in (facts.rejection_of(c.id) for c in held):
            if write:
                yield refused(facts, write)
        yield from _rows("The firm", [c for c in held if not c.is_personal], facts, today)
        yield from _coverage(known, today)
    yield from _unlocks(facts, held, today)
    yield from _rows("Its people", [c for c in held if c.is_personal], facts, today)
    yield from worth_reading(known)
    if facts.may_write and is_direct:
        yield _record_form(known)
        yield from change_forms(facts, known, held)


def next_lapse(facts: RecordFacts, certifications: Iterable[Certification], today: date) -> Iterator[Status]:
    first = next_to_lapse(certifications, today)
    if first is None or first.expires is None:
        return
    whose = f" of {first.person}" if first.is_personal else ""
    when = words.near(first.expires, today, facts.locale)
    yield Status(
        text=f"Next to lapse: {first.name}{whose}, {when}",
        tone=Tone.WARNING if first.lapses_soon(today) else Tone.NEUTRAL,
        title=words.full_day(first.expires, facts.locale),
    )


def next_to_lapse(certifications: Iterable[Certification], today: date) -> Certification | None:
    running = [c for c in certifications if c.expires and c.is_valid(today)]
    return min(running, key=lambda c: c.expires or date.max, default=None)


def _coverage(known: PartnerFacts, today: date) -> Iterator[Rows]:
    staff = [(contact.name, contact.email) for contact in known.contacts]
    items = tuple(
        ListItem(
            text=" · ".join(filter(None, (one.name, one.level))),
            detail=f"{one.certified} of {words.count(one.people, 'person', 'people')} certified",
            badge=f"{one.lapsing} lapsing" if one.lapsing else "",
            tone=Tone.WARNING if one.lapsing else Tone.NEUTRAL,
        )
        for one in coverage(known.certifications, staff, today)
    )
    if items:
        yield Rows(label="Coverage of the firm", items=items)


def _unlocks(facts: RecordFacts, held: list[Certification], today: date) -> Iterator[Rows]:
    """What the certifications give the firm, and what it lacks for the rest."""
    items = tuple(
        right_row(facts, eligible(right, facts.requirements, held, today), today)
        for right in rights(facts.requirements)
    )
    if items:
        yield Rows(label="What it unlocks", items=items)


def worth_reading(known: PartnerFacts) -> Iterator[Rows]:
    """What the catalogue recommends for a partner of this type at this stage."""
    items = tuple(
        ListItem(
            text=item.title,
            detail=item.product,
            actions=(Action(label="Open", href=href, hint=item.title, style=Style.LINK),),
        )
        for item, href in known.content
    )
    if items:
        yield Rows(label="Worth reading now", items=items)


def right_row(facts: RecordFacts, one: Eligibility, today: date) -> ListItem:
    name = "Registering deals" if same(one.right, REGISTER) else one.right
    if not one.met:
        return ListItem(text=name, detail=" ".join(one.lacks), badge="Not yet", tone=Tone.WARNING)
    needs = words.sentence(words.listing([wanted(part.requirement) for part in one.parts], facts.locale))
    until = f"until {words.day(one.until, today, facts.locale)}" if one.until else ""
    return ListItem(
        text=name,
        detail=" · ".join(filter(None, (needs, until))),
        badge="Unlocked",
        tone=Tone.SUCCESS,
        title=words.full_day(one.until, facts.locale) if one.until else "",
    )


def _rows(label: str, certifications: list[Certification], facts: RecordFacts, today: date) -> Iterator[Rows]:
    ordered = sorted(
        certifications, key=lambda c: (c.person.casefold(), c.expires or date.max, c.name.casefold())
    )
    if ordered:
        yield Rows(label=label, items=tuple(_row(c, facts, today) for c in ordered))


def _row(certification: Certification, facts: RecordFacts, today: date) -> ListItem:
    name = " · ".join(filter(None, (certification.name, certification.level)))
    issuer = f"by {certification.issuer}" if certification.issuer else ""
    told = "" if certification.source is Source.MANUAL else f"from {certification.source.label}"
    badge, tone = validity(certification, facts, today)
    until = ""
    if certification.is_revoked:
        until = certification.revoked_reason
    elif certification.expires:
        verb = "valid to" if certification.is_valid(today) else "was valid to"
        until = f"{verb} {words.day(certification.expires, today, facts.locale)}"
    detail = (name if certification.is_personal else "", until, issuer, told)
    return ListItem(
        text=certification.person or name,
        detail=" · ".join(filter(None, detail)),
        badge=badge,
        tone=tone,
        title=last_day(certification, facts.locale),
        actions=evidence(certification),
    )


def last_day(certification: Certification, locale: str) -> str:
    """The day it is valid to, in full. One that was revoked has none: the day it bears no longer holds."""
    until = None if certification.is_revoked else certification.expires
    return words.full_day(until, locale) if until else ""


def evidence(certification: Certification) -> tuple[Action, ...]:
    if not certification.evidence.startswith("https://"):
        return ()
    whose = " ".join(filter(None, (certification.name, certification.person)))
    return (Action(label="Evidence", href=certification.evidence, style=Style.LINK, hint=whose),)


def validity(certification: Certification, facts: RecordFacts, today: date) -> tuple[str, Tone]:
    match certification.standing(today):
        case Standing.REVOKED:
            return "Revoked", Tone.DANGER
        case Standing.LAPSED:
            return "Lapsed", Tone.DANGER
        case Standing.LAPSING:
            return f"Lapses {words.near(certification.expires or today, today, facts.locale)}", Tone.WARNING
        case _:
            return "Valid", Tone.SUCCESS


def _record_form(known: PartnerFacts) -> Form:
    whose = (
        FormField(name="person_name", label="Person", max_length=NAME_LIMIT),
        FormField(name="person_email", label="Person's e-mail", type=FieldType.EMAIL, max_length=254),
    )
    return award_form(
        known.partner.id,
        "Record a certification",
        whose,
        "Leave the person empty for a certification of the firm.",
    )


def award_form(
    partner_id: str, title: str, whose: tuple[FormField, ...], note: str = "", **fixed: str
) -> Form:
    """Records an award. `whose` asks for its holder, where `fixed` does not name one."""
    return Form(
        id=f"certify-{partner_id}",
        title=title,
        command="certification.record",
        submit="Record",
        folded=True,
        fixed={"partner_id": partner_id, **fixed},
        note=note,
        fields=(
            FormField(name="name", label="Certification", required=True, max_length=NAME_LIMIT),
            FormField(name="level", label="Level", max_length=NAME_LIMIT),
            *whose,
            FormField(name="issuer", label="Issued by", max_length=NAME_LIMIT),
            FormField(name="issued", label="Issued", type=FieldType.DATE),
            FormField(name="expires", label="Valid to", type=FieldType.DATE),
            FormField(name="evidence", label="Link to the evidence", max_length=1000, placeholder="https://"),
        ),
    )


def change_forms(facts: RecordFacts, known: PartnerFacts, held: list[Certification]) -> Iterator[Form]:
    """What happens to certifications beside running out: an award is taken back, a person changes the firm."""
    standing = [c for c in held if not c.is_revoked]
    if standing:
        yield _revoke_form(known, standing)
    people = {c.person_email: c.person for c in held if c.person_email}
    elsewhere = [p for p in facts.available_partners if p.id != known.partner.id]
    elsewhere += [other.partner for other in facts.partners if other.partner.id != known.partner.id]
    if people and elsewhere:
        yield _move_form(known, people, elsewhere)


def _revoke_form(known: PartnerFacts, standing: list[Certification]) -> Form:
    return Form(
        id=f"revoke-{known.partner.id}",
        title="Revoke a certification",
        command="certification.revoke",
        submit="Revoke",
        folded=True,
        note="It stays on record and no longer counts.",
        fields=(
            FormField(
                name="certification_id",
                label="Certification",
                type=FieldType.SELECT,
                required=True,
                options=tuple((c.id, _option(c)) for c in standing),
            ),
            FormField(name="reason", label="Reason", required=True, max_length=500),
        ),
    )


def _move_form(known: PartnerFacts, people: dict[str, str], elsewhere: list[Partner]) -> Form:
    return Form(
        id=f"move-{known.partner.id}",
        title="A person has changed firms",
        command="certification.move",
        submit="Move",
        folded=True,
        fixed={"partner_id": known.partner.id},
        note="Their certifications go with them, and no longer count for this partner.",
        fields=(
            FormField(
                name="person_email",
                label="Person",
                type=FieldType.SELECT,
                required=True,
                options=tuple(people.items()),
            ),
            FormField(
                name="to_partner_id",
                label="New partner",
                type=FieldType.SELECT,
                required=True,
                options=tuple((p.id, p.name) for p in elsewhere),
            ),
        ),
    )


def _option(certification: Certification) -> str:
    return " · ".join(filter(None, (certification.person, certification.name, certification.level)))
