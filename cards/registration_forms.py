"""What a seller may do with a registration, as forms: decide, ask, stop the clock, answer, attribute."""

from collections.abc import Iterator

from app.domain.fair_clock import Blocker
from app.domain.programme import Motion
from app.domain.registration import Attribution, Registration, RegistrationState
from cards.blocks import FieldType, Form, FormField
from cards.facts import PartnerFacts, RecordFacts
from cards.frame import NAME_LIMIT, NOTE_LIMIT

CHOSEN = (Blocker.PRICING, Blocker.ENGINEER, Blocker.LEGAL, Blocker.OTHER)


def for_seller(registration: Registration) -> Iterator[Form]:
    """The forms that fit the registration's state, what is waited for first."""
    if registration.state is RegistrationState.SUBMITTED:
        yield _decide(registration)
        yield _reason(registration, "refuse", "Refuse", "The partner hears the reason.")
        if registration.wait is None:
            yield _question(registration)
        return
    if registration.amendment:
        yield _form(registration, "grant_amendment", "Make the change", "Make the change")
        yield _reason(
            registration, "decline_amendment", "Decline the change", "The partner hears the reason."
        )
    if registration.ask:
        days = registration.terms.extension_days
        yield _form(registration, "extend", f"Grant {days} more days", "Grant")
        yield _reason(registration, "decline_extension", "Decline more time", "The partner hears the reason.")
    elif registration.pause:
        yield _form(registration, "resume", "Let the clock run again", "Run again")
    else:
        yield _stop(registration)
    yield _attribute(registration)
    yield _reason(
        registration, "pull_back", "Pull back", "Ends the protection now. The partner hears the reason."
    )


def _decide(registration: Registration) -> Form:
    step = registration.next_step()
    last = len(registration.approvals) + 1 >= len(registration.terms.steps)
    note = f"Protects the partner for {registration.terms.protection_days} days."
    if step and not last:
        note = "More decisions follow before protection begins."
    return _reason(
        registration, "approve", f"Approve: {step.name}" if step else "Approve", note, submit="Approve"
    )


def _question(registration: Registration) -> Form:
    return _form(
        registration,
        "ask",
        "Ask the partner",
        "Ask",
        FormField(
            name="question",
            label="What do you need to know?",
            type=FieldType.TEXTAREA,
            required=True,
            max_length=500,
        ),
        note="The time for your decision stands still until they answer.",
    )


def _stop(registration: Registration) -> Form:
    return _form(
        registration,
        "pause",
        "Stop the clock",
        "Stop",
        FormField(
            name="blocker",
            label="What does the partner wait for?",
            type=FieldType.SELECT,
            required=True,
            options=tuple((one.value, one.label[:1].upper() + one.label[1:]) for one in CHOSEN),
        ),
        FormField(name="note", label="Note for your team", max_length=200),
        note="While the partner waits for you, their protection does not run. They see why and since when.",
    )


def _attribute(registration: Registration) -> Form:
    return _form(
        registration,
        "attribute",
        "Attribution",
        "Save",
        FormField(
            name="attribution",
            label="The partner",
            type=FieldType.SELECT,
            required=True,
            value=str(registration.attribution or ""),
            options=(
                (Attribution.SOURCED.value, "Sourced it"),
                (Attribution.INFLUENCED.value, "Influenced it"),
            ),
        ),
        FormField(
            name="share",
            label="Share in percent",
            type=FieldType.NUMBER,
            min="0",
            value="" if registration.share is None else str(registration.share),
        ),
        FormField(name="incumbent", label="Incumbent", value=registration.incumbent, max_length=NAME_LIMIT),
        note="Stands on the record for reports.",
    )


def _reason(registration: Registration, verb: str, label: str, note: str, submit: str = "") -> Form:
    field = FormField(
        name="reason", label="Reason", type=FieldType.TEXTAREA, required=True, max_length=NOTE_LIMIT
    )
    return _form(registration, verb, label, submit or label, field, note=note)


def _form(
    registration: Registration, verb: str, title: str, submit: str, *fields: FormField, note: str = ""
) -> Form:
    return Form(
        id=f"{verb}-{registration.id}",
        title=title,
        command=f"registration.{verb}",
        submit=submit,
        folded=True,
        fixed={"registration_id": registration.id},
        note=note,
        fields=fields,
    )


def submit(facts: RecordFacts, known: PartnerFacts) -> Form:
    """Registering for a partner: what the programme asks for is refused by name when it is missing."""
    customer = facts.record if facts.is_company else facts.company
    domain = (customer.fields.get("domain") or "") if customer else ""
    return Form(
        id=f"register-{known.partner.id}",
        title=f"Register for {known.partner.name}",
        command="registration.submit",
        submit="Register",
        folded=True,
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
            FormField(
                name="motion",
                label="Motion",
                type=FieldType.SELECT,
                value=Motion.NEW.value,
                options=tuple((one.value, one.label) for one in Motion),
            ),
            FormField(name="region", label="Region", max_length=80),
            FormField(name="product", label="Product", max_length=200),
            FormField(name="amount", label="Amount", type=FieldType.NUMBER, min="0"),
            FormField(name="note", label="Note", type=FieldType.TEXTAREA, max_length=NOTE_LIMIT),
        ),
    )
