"""What is wrong or waiting between us and one partner, worst first. The overview says it; nothing here acts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from app.domain.actor import Side
from app.domain.certification import Certification, current
from app.domain.conflict import ConflictFlag, ConflictState
from app.domain.registration import Registration, RegistrationState
from cards import tier, words
from cards.blocks import Action, Tone
from cards.facts import PartnerFacts, RecordFacts
from cards.frame import refusal_line, retry
from cards.plan_asked import asked_line

PROTECTION_WARNING = timedelta(days=14)
"""How long before protection ends a seller hears of it: two weeks leave time to ask for an extension."""


class Rank(IntEnum):
    """Worst first."""

    CONFLICT = 0
    REFUSED = 1
    PROTECTION = 2
    DECISION = 3
    ASKED = 4
    LATE_STEP = 5
    TIER = 6
    CERTIFICATION = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    rank: Rank
    tone: Tone
    text: str
    title: str = ""
    actions: tuple[Action, ...] = ()


def issues(facts: RecordFacts, known: PartnerFacts, now: datetime) -> list[Issue]:
    """Everything that is wrong with this partner on this record, worst first."""
    found = [
        *_conflicts(facts, known),
        *_refusals(facts, known),
        *(issue for r in known.registrations for issue in _registration(facts, r, now)),
        *_asked(facts, known, now),
        *_late_steps(facts, known, now),
        *_tier(facts, known, now),
        *_certifications(facts, known, now),
    ]
    return sorted(found, key=lambda issue: issue.rank)


def open_conflicts(facts: RecordFacts, partner_id: str) -> tuple[ConflictFlag, ...]:
    return tuple(
        flag
        for flag in facts.conflicts
        if flag.state is ConflictState.OPEN and partner_id in (flag.partner_id, flag.other_partner_id)
    )


def _conflicts(facts: RecordFacts, known: PartnerFacts) -> Iterator[Issue]:
    for flag in open_conflicts(facts, known.partner.id):
        look = Action(label="Decide", card="conflicts", hint="the conflict")
        yield Issue(rank=Rank.CONFLICT, tone=Tone.DANGER, text=flag.sentence, actions=(look,))


def _refusals(facts: RecordFacts, known: PartnerFacts) -> Iterator[Issue]:
    for write in facts.rejected_for(known.partner.id):
        yield Issue(
            rank=Rank.REFUSED,
            tone=Tone.DANGER,
            text=refusal_line(facts, write),
            actions=(retry(write),) if facts.may_write else (),
        )


def _registration(facts: RecordFacts, registration: Registration, now: datetime) -> Iterator[Issue]:
    if registration.state is RegistrationState.SUBMITTED and registration.due(now) <= now:
        yield Issue(
            rank=Rank.DECISION,
            tone=Tone.WARNING,
            text=f"A decision on the registration was due {words.ago(registration.due(now), now, facts.locale)}",
            title=words.absolute(registration.due(now), facts.zone, facts.locale),
            actions=(Action(label="Decide", card="registration", hint="on the registration"),),
        )
    until = registration.ends(now)
    if (
        until is None
        or registration.pause
        or not registration.protects(now)
        or until - now > PROTECTION_WARNING
    ):
        return
    last_day = words.day(words.local_day(until, facts.zone), facts.today(now), facts.locale)
    yield Issue(
        rank=Rank.PROTECTION,
        tone=Tone.WARNING,
        text=f"Protection ends {words.ahead(until, now, facts.locale)} ({last_day})",
        title=words.absolute(until, facts.zone, facts.locale),
        actions=(extend(registration),) if facts.may_write else (),
    )


def extend(registration: Registration) -> Action:
    return Action(
        label="Extend",
        command="registration.extend",
        fields={"registration_id": registration.id},
        hint=f"the protection of {registration.customer_name}",
        confirm=f"Extend the protection by {registration.terms.extension_days} days?",
    )


def _asked(facts: RecordFacts, known: PartnerFacts, now: datetime) -> Iterator[Issue]:
    """What the partner asks for and nobody has answered."""
    look = Action(label="Answer", card="registration", hint="the request")
    for registration in known.registrations:
        wants = ((registration.ask, "more time"), (registration.amendment, "a change of the registration"))
        for asked, what in wants:
            if asked:
                text = f"{asked.by} asks for {what}"
                yield Issue(rank=Rank.ASKED, tone=Tone.WARNING, text=text, actions=(look,))
    for step in known.plan:
        line = asked_line(facts, step, facts.today(now))
        if line:
            fields = {"partner_id": known.partner.id}
            plan = Action(label="Answer", card="plan", fields=fields, hint=step.title)
            yield Issue(rank=Rank.ASKED, tone=Tone.WARNING, text=line, actions=(plan,))


def _late_steps(facts: RecordFacts, known: PartnerFacts, now: datetime) -> Iterator[Issue]:
    today = facts.today(now)
    late = sorted((s for s in known.steps if s.is_late(today) and s.due), key=lambda s: s.due or today)
    if not late or late[0].due is None:
        return
    worst = late[0]
    who = "They are" if worst.owner_side is Side.PARTNER else "We are"
    more = f" and {words.count(len(late) - 1, 'more step')}" if len(late) > 1 else ""
    yield Issue(
        rank=Rank.LATE_STEP,
        tone=Tone.WARNING,
        text=f"{who} {words.due(late[0].due, today, facts.locale)}: {worst.title}{more}",
        title=words.full_day(late[0].due, facts.locale),
        actions=(
            Action(
                label="Plan", card="plan", fields={"partner_id": known.partner.id}, hint=known.partner.name
            ),
        ),
    )


def _tier(facts: RecordFacts, known: PartnerFacts, now: datetime) -> Iterator[Issue]:
    """The granted tier where it does not count, or only as time to renew."""
    standing = known.tier
    if standing is None or not (standing.is_lowered or standing.in_grace):
        return
    yield Issue(
        rank=Rank.TIER,
        tone=Tone.WARNING,
        text=tier.said(standing, facts.today(now), facts.locale),
        title=" ".join(standing.why),
        actions=(Action(label="View", card="certifications", hint="what the tier lacks"),),
    )


def _certifications(facts: RecordFacts, known: PartnerFacts, now: datetime) -> Iterator[Issue]:
    """One issue for all of them: what was revoked, else the first that lapsed or will, and how many more."""
    today = facts.today(now)
    held = current(known.certifications)
    pressing = [c for c in held if not c.is_valid(today) or c.lapses_soon(today)]
    pressing.sort(key=lambda c: (not c.is_revoked, c.expires or today, c.id))
    if not pressing:
        return
    first = pressing[0]
    more = f" and {words.number(len(pressing) - 1)} more" if len(pressing) > 1 else ""
    said = "was revoked"
    if first.expires and not first.is_revoked:
        verb = "lapses" if first.is_valid(today) else "lapsed"
        said = f"{verb} after {words.day(first.expires, today, facts.locale)}"
    yield Issue(
        rank=Rank.CERTIFICATION,
        tone=Tone.WARNING,
        text=f"{_named(first)} {said}{more}",
        title=words.full_day(first.expires, facts.locale) if first.expires and not first.is_revoked else "",
        actions=(Action(label="View", card="certifications", hint="the certifications"),),
    )


def _named(certification: Certification) -> str:
    if certification.is_personal:
        return f"{certification.person}’s certification {certification.name}"
    return f"Certification {certification.name}"
