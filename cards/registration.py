"""Deal registrations: what a partner claimed, which clock runs, who decided and why."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from app.domain.registration import PROTECTION, Registration, RegistrationState
from cards import words
from cards.attention import PROTECTION_WARNING, extend
from cards.blocks import (
    Action,
    Block,
    Card,
    FieldItem,
    Fields,
    FieldType,
    Form,
    FormField,
    ListItem,
    Progress,
    Status,
    Text,
    Tone,
)
from cards.blocks import List as Rows
from cards.facts import PartnerFacts, RecordFacts
from cards.frame import (
    NAME_LIMIT,
    NOTE_LIMIT,
    deal_rows,
    deal_works,
    frame,
    no_partner,
    partner_heading,
    refused,
)

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
        yield _submit_form(facts, known, folded=True)


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
    last_day = words.day(words.local_day(until, facts.zone), today, locale)
    return f"Protected until {last_day}" if registration.protects(now) else f"Protection ended {last_day}"


def _registration(facts: RecordFacts, registration: Registration, now: datetime) -> Iterator[Block]:
    yield _clock(facts, registration, now)
    bar = _used(facts, registration, now)
    if bar:
        yield bar
    write = facts.rejection_of(registration.id)
    if write:
        yield refused(facts, write)
    yield Fields(items=tuple(_details(facts, registration, now)))
    if registration.state is RegistrationState.SUBMITTED and facts.may_write:
        yield _decision_form(
            registration, "approve", "Approve", f"Protects the partner for {PROTECTION.days} days."
        )
        yield _decision_form(registration, "refuse", "Refuse", "The partner hears the reason.")


def _clock(facts: RecordFacts, registration: Registration, now: datetime) -> Status:
    state = state_line(facts, registration, now)
    if registration.state is RegistrationState.SUBMITTED:
        due = registration.due()
        late = due <= now
        return Status(
            text=state,
            detail=f"A decision was due {words.ago(due, now, facts.locale)}"
            if late
            else f"A decision is due {words.ahead(due, now, facts.locale)}",
            tone=Tone.WARNING if late else Tone.INFO,
            title=words.absolute(due, facts.zone, facts.locale),
        )
    until = registration.protected_until or now
    actions: tuple[Action, ...] = (extend(registration),) if facts.may_write else ()
    return Status(
        text=state,
        detail=f"Ends {words.ahead(until, now, facts.locale)}",
        tone=Tone.WARNING if until - now <= PROTECTION_WARNING else Tone.SUCCESS,
        title=words.absolute(until, facts.zone, facts.locale),
        actions=actions,
    )


def _used(facts: RecordFacts, registration: Registration, now: datetime) -> Progress | None:
    start, until = registration.protected_from, registration.protected_until
    if start is None or until is None or until <= start:
        return None
    today = facts.today(now)
    said = [words.day(words.local_day(m, facts.zone), today, facts.locale) for m in (start, until)]
    share = (now - start) / (until - start)
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
        ("Note", registration.note),
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


def _decision_form(registration: Registration, verb: str, label: str, note: str) -> Form:
    return Form(
        id=f"{verb}-{registration.id}",
        title=label,
        command=f"registration.{verb}",
        submit=label,
        folded=True,
        fixed={"registration_id": registration.id},
        note=note,
        fields=(
            FormField(
                name="reason", label="Reason", type=FieldType.TEXTAREA, required=True, max_length=NOTE_LIMIT
            ),
        ),
    )


def _submit_form(facts: RecordFacts, known: PartnerFacts, *, folded: bool) -> Form:
    customer = facts.record if facts.is_company else facts.company
    domain = (customer.fields.get("domain") or "") if customer else ""
    return Form(
        id=f"register-{known.partner.id}",
        title=f"Register for {known.partner.name}",
        command="registration.submit",
        submit="Register",
        folded=folded,
        fixed={"partner_id": known.partner.id},
        fields=(
            FormField(
                name="customer_name",
                label="Customer",
                value=customer.name if customer else "",
                required=True,
                max_length=NAME_LIMIT,
            ),
            FormField(name="customer_domain", label="Web domain", value=domain, max_length=253),
            FormField(name="contact_name", label="Contact at the customer", max_length=NAME_LIMIT),
            FormField(name="contact_email", label="Contact's e-mail", type=FieldType.EMAIL, max_length=254),
            FormField(name="amount", label="Amount", type=FieldType.NUMBER, min="0"),
            FormField(name="note", label="Note", type=FieldType.TEXTAREA, max_length=NOTE_LIMIT),
        ),
    )
