"""What a partner is certified for: the firm first, people second, and what lapses next."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime

from app.domain.certification import Certification
from cards import words
from cards.blocks import Block, Card, Empty, FieldType, Form, FormField, ListItem, Status, Tone
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
    if not known.certifications:
        yield Empty(title="No certification recorded")
    else:
        yield from _next_lapse(facts, known.certifications, today)
        for write in (facts.rejection_of(c.id) for c in known.certifications):
            if write:
                yield refused(facts, write)
        firm = [c for c in known.certifications if not c.person_name]
        people = [c for c in known.certifications if c.person_name]
        yield from _rows("The firm", firm, facts, today)
        yield from _rows("Its people", people, facts, today)
    if facts.may_write and is_direct:
        yield _record_form(known)


def _next_lapse(facts: RecordFacts, certifications: Iterable[Certification], today: date) -> Iterator[Status]:
    running = [c for c in certifications if c.expires and c.is_valid(today)]
    first = min(running, key=lambda c: c.expires or date.max, default=None)
    if first is None or first.expires is None:
        return
    whose = f" of {first.person_name}" if first.person_name else ""
    when = words.near(first.expires, today, facts.locale)
    yield Status(
        text=f"Next to lapse: {first.name}{whose}, {when}",
        tone=Tone.WARNING if first.lapses_soon(today) else Tone.NEUTRAL,
        title=words.full_day(first.expires, facts.locale),
    )


def _rows(label: str, certifications: list[Certification], facts: RecordFacts, today: date) -> Iterator[Rows]:
    ordered = sorted(
        certifications, key=lambda c: (c.person_name.casefold(), c.expires or date.max, c.name.casefold())
    )
    if ordered:
        yield Rows(label=label, items=tuple(_row(c, facts, today) for c in ordered))


def _row(certification: Certification, facts: RecordFacts, today: date) -> ListItem:
    name = " · ".join(filter(None, (certification.name, certification.level)))
    issuer = f"by {certification.issuer}" if certification.issuer else ""
    badge, tone = _validity(certification, facts, today)
    until = ""
    if certification.expires:
        verb = "valid to" if certification.is_valid(today) else "was valid to"
        until = f"{verb} {words.day(certification.expires, today, facts.locale)}"
    detail = (name, until, issuer) if certification.person_name else (until, issuer)
    return ListItem(
        text=certification.person_name or name,
        detail=" · ".join(filter(None, detail)),
        badge=badge,
        tone=tone,
        title=words.full_day(certification.expires, facts.locale) if certification.expires else "",
    )


def _validity(certification: Certification, facts: RecordFacts, today: date) -> tuple[str, Tone]:
    if not certification.is_valid(today):
        return "Lapsed", Tone.DANGER
    if certification.lapses_soon(today) and certification.expires:
        return f"Lapses {words.near(certification.expires, today, facts.locale)}", Tone.WARNING
    return "Valid", Tone.SUCCESS


def _record_form(known: PartnerFacts) -> Form:
    return Form(
        id=f"certify-{known.partner.id}",
        title="Record a certification",
        command="certification.record",
        submit="Record",
        folded=True,
        fixed={"partner_id": known.partner.id},
        note="Leave the person empty for a certification of the firm.",
        fields=(
            FormField(name="name", label="Certification", required=True, max_length=NAME_LIMIT),
            FormField(name="level", label="Level", max_length=NAME_LIMIT),
            FormField(name="person_name", label="Person", max_length=NAME_LIMIT),
            FormField(name="person_email", label="Person's e-mail", type=FieldType.EMAIL, max_length=254),
            FormField(name="issued", label="Issued", type=FieldType.DATE),
            FormField(name="expires", label="Valid to", type=FieldType.DATE),
        ),
    )
