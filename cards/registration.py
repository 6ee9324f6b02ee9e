"""Deal registrations: what a partner claimed, which clock runs, who decided and why."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from app.domain.fair_clock import Pause, standstill, used
from app.domain.programme import Motion
from app.domain.registration import Registration, RegistrationState
from cards import registration_forms as forms
from cards import tier, words
from cards.attention import PROTECTION_WARNING, extend
from cards.blocks import (
    Alert,
    Block,
    Card,
    FieldItem,
    Fields,
    ListItem,
    Progress,
    Status,
    Text,
    Tone,
)
from cards.blocks import List as Rows
from cards.facts import PartnerFacts, RecordFacts
from cards.frame import (
    deal_rows,
    deal_works,
    frame,
    no_partner,
    partner_heading,
    refused,
)
from cards.registration_fields import VALUE_FIELDS

_LABELS = {field.name: field.label for field in VALUE_FIELDS}

_ENDED = (RegistrationState.REFUSED, RegistrationState.EXPIRED)


def build(facts: RecordFacts, now: datetime) -> Card:
    """Every partner's registrations on the record: open ones in full, ended ones folded."""
    works = deal_works(facts)
    if not facts.partners and not works:
        reason = "Once a partner is here, a registration protects their work on this customer."
        return frame("registration", "Registration", no_partner(facts, reason), facts, now)
    blocks = [block for known in facts.partners for block in _partner(facts, known, now)]
    details = [_summary(facts, known, now) for _, known in works]
    return frame(
        "registration", "Registration", (*blocks, *deal_rows(works, details, "On deals")), facts, now
    )


def _summary(facts: RecordFacts, known: PartnerFacts, now: datetime) -> str:
    newest = max(known.registrations, key=lambda r: r.received_at, default=None)
    return state_line(facts, newest, now) if newest else "No registration"


def _partner(facts: RecordFacts, known: PartnerFacts, now: datetime) -> Iterator[Block]:
    yield partner_heading(known)
    standing = tier.status(known.tier, facts.today(now), facts.locale)
    if standing:
        yield standing
    ordered = sorted(known.registrations, key=lambda r: r.received_at, reverse=True)
    current = [r for r in ordered if not _is_over(r, now)]
    ended = [r for r in ordered if _is_over(r, now)]
    if not current:
        yield Text(text=f"{known.partner.name} has no running registration here.", muted=True)
    for registration in current:
        yield from _registration(facts, registration, now)
    if ended:
        yield _history(facts, ended, now)
    if facts.may_write:
        yield forms.submit(facts, known)


def _is_over(registration: Registration, now: datetime) -> bool:
    ran_out = registration.state is RegistrationState.APPROVED and not registration.protects(now)
    return registration.state in _ENDED or ran_out


def state_line(facts: RecordFacts, registration: Registration, now: datetime) -> str:
    """The registration's state as a phrase: "Protected for 6 days, until 28 Nov"."""
    today, locale = facts.today(now), facts.locale
    if registration.state is RegistrationState.SUBMITTED:
        return "Waits for your decision"
    if registration.state is RegistrationState.REFUSED:
        return "Refused"
    until = registration.protected_until
    if until is None:
        return "Expired" if registration.state is RegistrationState.EXPIRED else "Approved"
    if registration.pause and registration.protects(now):
        return "Protected, the clock stands still"
    last_day = words.day(words.local_day(until, facts.zone), today, locale)
    return f"Protected until {last_day}" if registration.protects(now) else f"Protection ended {last_day}"


def _registration(facts: RecordFacts, registration: Registration, now: datetime) -> Iterator[Block]:
    yield _clock(facts, registration, now)
    bar = _used(facts, registration, now)
    if bar:
        yield bar
    yield from _asked(facts, registration, now)
    write = facts.rejection_of(registration.id)
    if write:
        yield refused(facts, write)
    yield Fields(items=tuple(_details(facts, registration, now)))
    if registration.history:
        yield _story(facts, registration, now)
    if facts.may_write:
        yield from forms.for_seller(registration)


def _clock(facts: RecordFacts, registration: Registration, now: datetime) -> Status:
    state = state_line(facts, registration, now)
    if registration.state is RegistrationState.SUBMITTED:
        return _decision(facts, registration, state, now)
    if registration.pause:
        return _standing_still(facts, registration, registration.pause, now)
    until = registration.protected_until or now
    ends = words.soon(until, now, facts.locale)
    may_extend = facts.may_write and registration.extensions < registration.terms.extension_limit
    return Status(
        text=state,
        detail=f"Ends {ends}" if ends else "",
        tone=Tone.WARNING if until - now <= PROTECTION_WARNING else Tone.SUCCESS,
        title=words.absolute(until, facts.zone, facts.locale),
        actions=(extend(registration),) if may_extend else (),
    )


def _decision(facts: RecordFacts, registration: Registration, state: str, now: datetime) -> Status:
    due, wait = registration.due(now), registration.wait
    if wait:
        since = words.ago(wait.since, now, facts.locale)
        return Status(
            text="Waits for the partner’s answer",
            detail=f"Asked {since}: {wait.note}. The time for your decision stands still.",
            title=words.absolute(wait.since, facts.zone, facts.locale),
        )
    late = due <= now
    step = registration.next_step()
    who = f" {step.name}: {' or '.join(step.approvers) or 'anybody of your team'}." if step else ""
    when = (
        f"A decision was due {words.ago(due, now, facts.locale)}"
        if late
        else f"A decision is due {words.ahead(due, now, facts.locale)}"
    )
    return Status(
        text=state,
        detail=f"{when}.{who}" if who else when,
        tone=Tone.WARNING if late else Tone.INFO,
        title=words.absolute(due, facts.zone, facts.locale),
    )


def _standing_still(facts: RecordFacts, registration: Registration, pause: Pause, now: datetime) -> Status:
    """The partner waits for us, so their clock does not run; both sides read the same reason."""
    day = words.day(words.local_day(pause.since, facts.zone), facts.today(now), facts.locale)
    left = max(0, ((registration.protected_until or now) - pause.since).days)
    note = f" {pause.note}." if pause.note else ""
    return Status(
        text=f"Protected, and the clock stands still since {day}: the partner waits for {pause.blocker.label}",
        detail=f"{words.count(left, 'day')} left once it runs again.{note} The partner sees why.",
        tone=Tone.WARNING,
        title=words.absolute(pause.since, facts.zone, facts.locale),
    )


def _asked(facts: RecordFacts, registration: Registration, now: datetime) -> Iterator[Block]:
    """What the partner asked for, which somebody has to answer."""
    ask = registration.ask
    if ask:
        when = words.ago(ask.at, now, facts.locale)
        yield Alert(title=f"{ask.by} asked for more time {when}", text=ask.reason, tone=Tone.WARNING)
    wanted = registration.amendment
    if wanted:
        when = words.ago(wanted.at, now, facts.locale)
        changes = "; ".join(f"{_LABELS.get(one.name, one.name)}: {one.value}" for one in wanted.changes)
        yield Alert(
            title=f"{wanted.by} asked for a change {when}",
            text=f"{changes}. {wanted.reason}",
            tone=Tone.WARNING,
        )


def _used(facts: RecordFacts, registration: Registration, now: datetime) -> Progress | None:
    """How much of the granted time has run; what stood still does not count."""
    start, until = registration.protected_from, registration.ends(now)
    if start is None or until is None:
        return None
    granted = until - start - standstill(registration.pauses, now)
    if granted <= timedelta():
        return None
    today = facts.today(now)
    said = [words.day(words.local_day(m, facts.zone), today, facts.locale) for m in (start, until)]
    share = used(start, registration.pauses, now) / granted
    return Progress(
        label="Protection used",
        percent=min(100, max(0, round(100 * share))),
        detail=" to ".join(said),
    )


def _details(facts: RecordFacts, registration: Registration, now: datetime) -> Iterator[FieldItem]:
    yield FieldItem(label="Customer", value=registration.customer_name)
    contact = " · ".join(filter(None, (registration.contact_name, registration.contact_email)))
    amount = words.money(registration.amount, facts.currency, facts.locale)
    for label, value in (
        ("Web domain", registration.customer_domain),
        ("Contact", contact),
        ("Amount", amount),
        ("Region", registration.region),
        ("Product", registration.product),
        ("Motion", registration.motion.label if registration.motion is not Motion.NEW else ""),
        ("Note", registration.note),
        ("Attribution", _attribution(registration)),
        ("Incumbent", registration.incumbent),
        ("Tier", registration.terms.tier),
        ("Why this tier", registration.terms.tier_note),
    ):
        if value:
            yield FieldItem(label=label, value=value)
    yield _moment(facts, "Received", registration.received_at, now)
    if registration.decided_at:
        yield _moment(facts, "Decided", registration.decided_at, now, by=registration.decided_by)
    if registration.decision_reason:
        yield FieldItem(label="Reason", value=registration.decision_reason)
    if registration.extensions:
        yield FieldItem(label="Extended", value=words.count(registration.extensions, "time"))


def _attribution(registration: Registration) -> str:
    if registration.attribution is None:
        return ""
    share = f", {registration.share} percent" if registration.share is not None else ""
    return f"{registration.attribution.capitalize()}{share}"


def _story(facts: RecordFacts, registration: Registration, now: datetime) -> Rows:
    """Who did what, when, and by which version of the rules: what makes a decision explainable."""
    terms = registration.terms
    rule = f"by rule “{terms.rule}”, programme version {terms.version}"
    return Rows(
        label=f"What happened, {rule}" if terms.version else "What happened, by the default rules",
        folded=True,
        items=tuple(
            ListItem(
                text=entry.what,
                detail=" · ".join(
                    filter(None, (entry.why, entry.by, words.ago(entry.at, now, facts.locale)))
                ),
                title=words.absolute(entry.at, facts.zone, facts.locale),
            )
            for entry in reversed(registration.history)
        ),
    )


def _moment(facts: RecordFacts, label: str, moment: datetime, now: datetime, by: str = "") -> FieldItem:
    when = words.ago(moment, now, facts.locale)
    return FieldItem(
        label=label,
        value=f"{when} by {by}" if by else when,
        title=words.absolute(moment, facts.zone, facts.locale),
    )


def _history(facts: RecordFacts, ended: Sequence[Registration], now: datetime) -> Rows:
    today = facts.today(now)
    return Rows(
        label=f"Earlier registrations ({words.number(len(ended), facts.locale)})",
        folded=True,
        items=tuple(
            ListItem(
                text=registration.customer_name,
                detail=registration.decision_reason
                or "received "
                + words.day(words.local_day(registration.received_at, facts.zone), today, facts.locale),
                badge=state_line(facts, registration, now),
                title=words.absolute(registration.received_at, facts.zone, facts.locale),
            )
            for registration in ended
        ),
    )
