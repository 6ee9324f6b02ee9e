"""A partner's own registration in its room: what protects them, which clock stands still, and what they may ask.

Reads the snapshot's content alone; a key that an older snapshot lacks says nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Protocol

from app.domain.fair_clock import Blocker
from app.ground.clock import from_iso
from cards import words
from cards.blocks import Alert, Block, FieldType, Form, FormField, Status, Tone
from cards.registration_fields import VALUE_FIELDS

MORE_TIME = "more_time"
ANSWER = "answer"
AMEND = "amend_registration"
ASK_AMENDMENT = "ask_amendment"

ANSWER_LIMIT = 2_000
REASON_LIMIT = 500


class Viewer(Protocol):
    """Who looks in, as far as the words need it."""

    @property
    def zone(self) -> str: ...

    @property
    def locale(self) -> str: ...

    def today(self, now: datetime) -> date: ...

    def has_sent(self, command: str) -> bool: ...


def clock(content: Mapping[str, Any], viewer: Viewer, now: datetime) -> Iterator[Block]:
    """What stands about the registration, and what the partner may do."""
    registration = content.get("registration")
    if not registration:
        return
    yield from _state(registration, viewer, now)
    yield from _question(registration, viewer, now)
    yield from _more_time(registration, viewer)
    yield from _amend(registration, viewer, now)


def _state(registration: Mapping[str, Any], viewer: Viewer, now: datetime) -> Iterator[Status]:
    state = registration["state"]
    if state == "submitted":
        due = from_iso(registration["due"]) if registration.get("due") else None
        waits = registration.get("question")
        yield Status(
            text="Your registration was received and waits for a decision",
            detail=f"due {words.ahead(due, now, viewer.locale)}" if due and due > now and not waits else "",
            title=words.absolute(due, viewer.zone, viewer.locale) if due else "",
            tone=Tone.INFO,
        )
    elif state == "refused":
        yield Status(text="Your registration was not accepted")
    elif registration.get("protected_until"):
        yield _protected(registration, viewer, now)
    elif state == "expired":
        yield Status(text="Your registration has expired")


def _protected(registration: Mapping[str, Any], viewer: Viewer, now: datetime) -> Status:
    until = from_iso(registration["protected_until"])
    start = registration.get("protected_from")
    paused = registration.get("paused")
    days = [words.local_day(from_iso(m), viewer.zone) for m in (start, registration["protected_until"]) if m]
    said = " to ".join(words.day(d, viewer.today(now), viewer.locale) for d in days)
    title = words.absolute(until, viewer.zone, viewer.locale)
    if paused and registration["state"] == "approved":
        return _standing_still(paused, until, viewer, now)
    if until <= now or registration["state"] == "expired":
        return Status(text="Your protection has ended", detail=said, title=title)
    ends = words.soon(until, now, viewer.locale)
    detail = f"ends {ends}" if ends else ""
    return Status(text=f"You are protected: {said}", detail=detail, tone=Tone.SUCCESS, title=title)


def _standing_still(paused: Mapping[str, Any], until: datetime, viewer: Viewer, now: datetime) -> Status:
    since = from_iso(paused["since"])
    day = words.day(words.local_day(since, viewer.zone), viewer.today(now), viewer.locale)
    left = max(0, (until - since).days)
    return Status(
        text=f"You are protected, and the clock stands still since {day}: "
        f"you wait for {Blocker(paused['for']).label}",
        detail=f"{words.count(left, 'day')} left once it runs again",
        tone=Tone.SUCCESS,
        title=words.absolute(since, viewer.zone, viewer.locale),
    )


def _question(registration: Mapping[str, Any], viewer: Viewer, now: datetime) -> Iterator[Block]:
    question = registration.get("question")
    if not question or viewer.has_sent(ANSWER):
        return
    since = words.ago(from_iso(question["since"]), now, viewer.locale)
    yield Alert(
        title=f"A question about your registration, {since}", text=question["text"], tone=Tone.WARNING
    )
    yield Form(
        id=ANSWER,
        title="Answer",
        command=ANSWER,
        submit="Send the answer",
        fields=(
            FormField(
                name="body",
                label="Your answer",
                type=FieldType.TEXTAREA,
                required=True,
                max_length=ANSWER_LIMIT,
            ),
        ),
    )


def _more_time(registration: Mapping[str, Any], viewer: Viewer) -> Iterator[Block]:
    if registration["state"] != "approved":
        return
    if registration.get("asked") or viewer.has_sent(MORE_TIME):
        yield Status(text="You asked for more time. The clock stands still until you are answered.")
    elif registration.get("more_time"):
        yield Form(
            id=MORE_TIME,
            title="Ask for more time",
            command=MORE_TIME,
            submit="Ask",
            folded=True,
            fields=(
                FormField(
                    name="reason",
                    label="Why do you need it?",
                    type=FieldType.TEXTAREA,
                    required=True,
                    max_length=REASON_LIMIT,
                ),
            ),
        )


def _amend(registration: Mapping[str, Any], viewer: Viewer, now: datetime) -> Iterator[Block]:
    """Until it is decided the partner puts right what it registered; then it asks."""
    until = registration.get("protected_until")
    if registration["state"] == "submitted":
        if viewer.has_sent(AMEND):
            yield Status(text="Your change of the registration is on its way.")
        yield _amendment(registration, AMEND, "Change your registration", "Change")
    elif (
        registration["state"] == "approved"
        and until
        and (registration.get("paused") or from_iso(until) > now)
    ):
        if registration.get("amending") or viewer.has_sent(ASK_AMENDMENT):
            yield Status(
                text="You asked for a change. The registration stays as it is until you are answered."
            )
            return
        why = FormField(
            name="reason",
            label="Why does it change?",
            type=FieldType.TEXTAREA,
            required=True,
            max_length=REASON_LIMIT,
        )
        yield _amendment(registration, ASK_AMENDMENT, "Ask for a change", "Ask", why)


def _amendment(
    registration: Mapping[str, Any], command: str, title: str, submit: str, *more: FormField
) -> Form:
    """With what the partner wrote so far; what somebody of our side filled in stays empty."""
    held = registration.get("values", {})
    fields = (replace(field, value=str(held.get(field.name, ""))) for field in VALUE_FIELDS)
    return Form(
        id=command,
        title=title,
        command=command,
        submit=submit,
        folded=True,
        note="Change only what is to be different. A field that you leave empty stays as it is.",
        fields=(*fields, *more),
    )
