"""Edited rules tried on past registrations: which of them would be judged otherwise than by the rules in force."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from app.domain.certification import Certification
from app.domain.certification_rights import has_any
from app.domain.partner import Partner
from app.domain.programme import Programme, Rule, Start, Terms, missing, number_in
from app.domain.registration import Registration
from app.storage import certification as certifications
from app.storage import partner as partners
from app.storage import programme as programmes
from app.storage import registration as registrations
from app.storage import tier as tiers
from cards import words

TRIED = 300
"""Registrations that are looked at, the newest: about a year of a busy programme, read in one question."""

SHOWN = 30

ASKED = ("customer_domain", "contact_name", "contact_email", "amount", "region", "product", "note")


@dataclass(frozen=True, slots=True, kw_only=True)
class Otherwise:
    """A past registration, and what the edited rules would have made different, in sentences."""

    partner: str
    customer: str
    received_at: datetime
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What edited rules make of past registrations: how many were tried, how many would not have been taken, how
    many differ at all, and the newest of those."""

    tried: int
    not_taken: int
    differ: int
    cases: tuple[Otherwise, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    rule: Rule
    lacks: tuple[str, ...]
    certified: bool
    terms: Terms


def trial(connection: Connection, tenant_id: str, edited: Programme, now: datetime) -> Trial:
    """The newest registrations under the edited rules, beside the rules in force. Partners count as they are today:
    their type, the tier that counts and their certificates."""
    saved = programmes.current(connection, tenant_id)
    everyone = tiers.counting(connection, tenant_id, partners.all_of(connection, tenant_id))
    known = {one.id: one for one in everyone}
    past = [one for one in registrations.latest(connection, tenant_id, TRIED) if one.partner_id in known]
    held = _held(connection, tenant_id, {one.partner_id for one in past}, (saved, edited))
    cases, not_taken = [], 0
    for one in past:
        partner, have = known[one.partner_id], held.get(one.partner_id, ())
        before, after = (_judge(each, one, partner, have, now) for each in (saved, edited))
        sentences = tuple(_differences(before, after))
        refused = bool(after.lacks) or not after.certified
        not_taken += refused and not before.lacks and before.certified
        if sentences:
            cases.append(
                Otherwise(
                    partner=partner.name,
                    customer=one.customer_name,
                    received_at=one.received_at,
                    sentences=sentences,
                )
            )
    return Trial(tried=len(past), not_taken=not_taken, differ=len(cases), cases=tuple(cases[:SHOWN]))


def _held(
    connection: Connection, tenant_id: str, partner_ids: set[str], programmes_: Sequence[Programme]
) -> Mapping[str, Sequence[Certification]]:
    """The partners' certificates, where any rule asks for one."""
    if not any(rule.certifications for one in programmes_ for rule in one.rules):
        return {}
    found: dict[str, list[Certification]] = {}
    for one in certifications.of_partners(connection, tenant_id, sorted(partner_ids)):
        if one.partner_id:
            found.setdefault(one.partner_id, []).append(one)
    return found


def _judge(
    programme: Programme,
    one: Registration,
    partner: Partner,
    held: Sequence[Certification],
    now: datetime,
) -> _Judged:
    rule = programme.rule_for(partner.type, one.region)
    return _Judged(
        rule=rule,
        lacks=missing(rule, {name: getattr(one, name) for name in ASKED}),
        certified=has_any(rule.certifications, held, now.date()),
        terms=programme.terms(rule, partner.tier, number_in(one.amount), one.region, one.product),
    )


def _differences(before: _Judged, after: _Judged) -> Iterator[str]:
    if after.lacks and after.lacks != before.lacks:
        yield f"It would not be taken without {words.listing(after.lacks)}."
    elif before.lacks and not after.lacks:
        yield "It would be taken as it is."
    if before.certified and not after.certified:
        yield f"The partner would need a certification: {' or '.join(after.rule.certifications)}."
    elif after.certified and not before.certified:
        yield "The partner's certificates would be enough."
    yield from _other_terms(before.terms, after.terms)


def _other_terms(old: Terms, new: Terms) -> Iterator[str]:
    if _deciders(old) != _deciders(new):
        names = _names(new)
        yield f"It would be decided by {names}{'' if names != _names(old) else ', with other approvers'}."
    if (old.sla_hours, old.business_days) != (new.sla_hours, new.business_days):
        yield f"A decision would be due within {_hours(new)} instead of {_hours(old)}."
    if (old.protection_days, old.protection_starts) != (new.protection_days, new.protection_starts):
        yield f"Protection would run for {_window(new)} instead of {_window(old)}."
    if (old.extension_days, old.extension_limit) != (new.extension_days, new.extension_limit):
        yield f"It could be extended {words.count(new.extension_limit, 'time')} by {new.extension_days} days."
    if old.idle_days != new.idle_days:
        idle = f"after {words.count(new.idle_days, 'idle day')}" if new.idle_days else "never"
        yield f"It would be pulled back {idle}."


def _deciders(terms: Terms) -> list[tuple[str, tuple[str, ...]]]:
    return [(step.name, step.approvers) for step in terms.steps]


def _names(terms: Terms) -> str:
    return words.listing([step.name for step in terms.steps]) if terms.steps else "anybody of your team"


def _hours(terms: Terms) -> str:
    return words.count(terms.sla_hours, "working hour" if terms.business_days else "hour")


def _window(terms: Terms) -> str:
    start = "receipt" if terms.protection_starts is Start.RECEIPT else "approval"
    return f"{words.count(terms.protection_days, 'day')} from {start}"
