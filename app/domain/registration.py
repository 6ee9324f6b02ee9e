"""Deal registrations: a partner claims a deal, people decide by the programme's rules, protection runs fairly."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from app.domain.fair_clock import Blocker, Pause, Pauses, open_pause, paused, resumed, runs_until
from app.domain.programme import DEFAULT_TERMS, ApprovalStep, Motion, Start, Terms
from app.ground.errors import AppError, Reason

APPROVAL_SLA = timedelta(hours=48)
"""How long a partner waits for a decision at most, where no programme says otherwise."""

HISTORY = 30
"""Lines kept of what happened: as many long ones as fit into one field of a CRM."""


class RegistrationState(StrEnum):
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REFUSED = "refused"
    EXPIRED = "expired"


class Attribution(StrEnum):
    """Whether the partner brought the deal or helped with it."""

    SOURCED = "sourced"
    INFLUENCED = "influenced"


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """One step of the decision, taken."""

    step: str
    by: str
    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """The partner's request for more time, until it is answered."""

    at: datetime
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One value of a registration as it is to be, under its field's name."""

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """What the partner wants changed in a registration that is decided, until it is answered (amendment.py)."""

    at: datetime
    by: str
    reason: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of what happened, for whoever asks later: who, when, what and why."""

    at: datetime
    by: str
    what: str
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """`received_at` is our clock at receipt: it alone decides who was first. Money is text with its currency.

    `protected_until` counts every pause that has ended; while one is open, `ends` moves on with it. `waits` are the
    times in which we waited for the partner: they stop the time we have for a decision. `share` is in percent.
    `given` names the values that the partner itself wrote: those alone it may read back.
    """

    id: str
    partner_id: str
    customer_name: str
    customer_domain: str
    received_at: datetime
    state: RegistrationState = RegistrationState.SUBMITTED
    deal_id: str | None = None
    company_id: str | None = None
    contact_name: str = ""
    contact_email: str = ""
    amount: str = ""
    note: str = ""
    region: str = ""
    product: str = ""
    motion: Motion = Motion.NEW
    decided_at: datetime | None = None
    decided_by: str = ""
    decision_reason: str = ""
    protected_from: datetime | None = None
    protected_until: datetime | None = None
    extensions: int = 0
    due_at: datetime | None = None
    escalated_at: datetime | None = None
    reminded: int = 0
    attribution: Attribution | None = None
    share: int | None = None
    incumbent: str = ""
    terms: Terms = DEFAULT_TERMS
    approvals: tuple[Approval, ...] = ()
    pauses: Pauses = ()
    waits: Pauses = ()
    ask: Ask | None = None
    amendment: Amendment | None = None
    given: tuple[str, ...] = ()
    history: tuple[Entry, ...] = ()

    def protects(self, at: datetime) -> bool:
        return (
            self.state is RegistrationState.APPROVED
            and self.protected_from is not None
            and self.protected_until is not None
            and self.protected_from <= at < (self.ends(at) or at)
        )

    def due(self, now: datetime | None = None) -> datetime:
        """When a decision is due; while we wait for the partner, it moves on with every moment of `now`."""
        due = self.due_at or self.received_at + timedelta(hours=self.terms.sla_hours)
        wait = open_pause(self.waits)
        return due + wait.length(now) if wait and now else due

    def ends(self, now: datetime) -> datetime | None:
        """When protection ends, as things stand now."""
        pause = self.pause
        if self.protected_until is None or pause is None:
            return self.protected_until
        return self.protected_until + pause.length(now)

    @property
    def pause(self) -> Pause | None:
        """Why the clock of protection stands still, if it does."""
        return open_pause(self.pauses)

    @property
    def wait(self) -> Pause | None:
        """What we wait for from the partner, if we do."""
        return open_pause(self.waits)

    def next_step(self) -> ApprovalStep | None:
        """The step that is to be decided now; None where anybody of our side decides."""
        return next(iter(self.terms.steps[len(self.approvals) :]), None)


def told(registration: Registration, at: datetime, by: str, what: str, why: str = "") -> Registration:
    """The registration with one more line of what happened: the first is kept for good, of the others the latest."""
    lines = (*registration.history, Entry(at=at, by=by, what=what, why=why))
    kept = lines if len(lines) <= HISTORY else (lines[0], *lines[1 - HISTORY :])
    return replace(registration, history=kept)


def approve(registration: Registration, by: str, reason: str, now: datetime) -> Registration:
    """The registration with its next step approved; with the last one, protection runs. Raises AppError unless it
    waits for a decision."""
    _only(registration, RegistrationState.SUBMITTED)
    step = registration.next_step()
    if step is not None:
        taken = Approval(step=step.name, by=by, at=now, reason=reason)
        registration = replace(registration, approvals=(*registration.approvals, taken))
        if registration.next_step() is not None:
            return told(registration, now, by, f"Approved step “{step.name}”", reason)
    pauses, start = registration.pauses, now
    if registration.terms.protection_starts is Start.RECEIPT:
        start = registration.received_at
        pauses = (Pause(since=start, blocker=Blocker.APPROVAL, until=max(now, start)),)
    granted = timedelta(days=registration.terms.protection_days)
    decided = replace(
        _answered(registration, now),
        state=RegistrationState.APPROVED,
        decided_at=now,
        decided_by=by,
        decision_reason=reason,
        protected_from=start,
        pauses=pauses,
        protected_until=runs_until(start, granted, pauses, now),
    )
    return told(decided, now, by, "Approved", reason)


def refuse(registration: Registration, by: str, reason: str, now: datetime) -> Registration:
    """The registration as refused. Raises AppError unless it waits for a decision."""
    _only(registration, RegistrationState.SUBMITTED)
    decided = replace(
        _answered(registration, now),
        state=RegistrationState.REFUSED,
        decided_at=now,
        decided_by=by,
        decision_reason=reason,
    )
    return told(decided, now, by, "Refused", reason)


def pause(registration: Registration, why: Pause) -> Registration:
    """The registration with its protection standing still. Raises AppError unless protection runs."""
    if not registration.protects(why.since):
        raise AppError(Reason.STATE_CONFLICT, "Only a running protection can stand still.")
    stopped = replace(registration, pauses=paused(registration.pauses, why))
    return told(stopped, why.since, why.by, f"Clock stopped: waiting for {why.blocker.label}", why.note)


def resume(registration: Registration, by: str, now: datetime) -> Registration:
    """The registration with its protection running again, later by what it stood still. Raises AppError unless it
    does. A request for more time that nobody has answered stops it again at once."""
    last = registration.pause
    pauses = resumed(registration.pauses, now)
    until = registration.protected_until
    running = replace(
        registration, pauses=pauses, protected_until=until + pauses[-1].length(now) if until else None
    )
    running = told(running, now, by, "Clock runs again")
    if running.ask and last and last.blocker is not Blocker.APPROVAL:
        return replace(running, pauses=paused(pauses, Pause(since=now, blocker=Blocker.APPROVAL)))
    return running


def ask_more_time(registration: Registration, by: str, reason: str, now: datetime) -> Registration:
    """The registration with the partner's request, and its clock stopped until that is answered. Raises AppError
    unless protection runs, no request is open and the rules allow one more."""
    _extensible(registration, now)
    if registration.ask:
        raise AppError(Reason.STATE_CONFLICT, "A request for more time is waiting for an answer already.")
    asked = told(
        replace(registration, ask=Ask(at=now, by=by, reason=reason)), now, by, "Asked for more time", reason
    )
    if asked.pause:
        return asked
    return replace(asked, pauses=paused(asked.pauses, Pause(since=now, blocker=Blocker.APPROVAL)))


def extend(registration: Registration, now: datetime, by: str = "", reason: str = "") -> Registration:
    """The registration with more days of protection, as its terms say. Raises AppError unless protection runs and
    the limit is not reached."""
    _extensible(registration, now)
    days = registration.terms.extension_days
    granted = replace(_answered_ask(registration, by, now), extensions=registration.extensions + 1, ask=None)
    until = granted.protected_until
    longer = replace(granted, protected_until=until + timedelta(days=days) if until else None, reminded=0)
    return told(longer, now, by, f"Protection extended by {days} days", reason)


def decline_more_time(registration: Registration, by: str, reason: str, now: datetime) -> Registration:
    """The registration without the request; its clock runs again. Raises AppError where nobody asked."""
    if registration.ask is None:
        raise AppError(Reason.STATE_CONFLICT, "Nobody asked for more time.")
    return told(
        replace(_answered_ask(registration, by, now), ask=None), now, by, "More time declined", reason
    )


def ask_partner(registration: Registration, by: str, question: str, now: datetime) -> Registration:
    """The registration as waiting for the partner: the time for our decision stands still. Raises AppError unless
    it waits for a decision."""
    _only(registration, RegistrationState.SUBMITTED)
    why = Pause(since=now, blocker=Blocker.PARTNER, note=question, by=by)
    return told(
        replace(registration, waits=paused(registration.waits, why)), now, by, "Asked the partner", question
    )


def answer(registration: Registration, by: str, now: datetime) -> Registration:
    """The registration with our question answered: our own time runs on. Raises AppError where nothing was asked."""
    if registration.wait is None:
        raise AppError(Reason.STATE_CONFLICT, "This question is answered already.")
    return _answered(told(registration, now, by, "Answered the question"), now)


def amend(
    registration: Registration, by: str, values: Mapping[str, Any], now: datetime, *, theirs: bool = False
) -> Registration:
    """The registration with other values, `theirs` where the partner wrote them; what we waited for is taken as
    answered. Raises AppError once it is over, and for a change of nothing."""
    if registration.state not in (RegistrationState.SUBMITTED, RegistrationState.APPROVED):
        raise AppError(Reason.STATE_CONFLICT, f"This registration is already {registration.state}.")
    changed = {name: value for name, value in values.items() if getattr(registration, name) != value}
    if not changed:
        raise AppError(Reason.INVALID, "Nothing is changed.")
    what = "Amended " + ", ".join(name.replace("_", " ") for name in sorted(changed))
    kept = set(registration.given) | set(changed) if theirs else set(registration.given) - set(changed)
    amended = told(replace(registration, **changed, given=tuple(sorted(kept))), now, by, what)
    return _answered(amended, now)


def end(registration: Registration, by: str, what: str, why: str, now: datetime) -> Registration:
    """The registration with its protection over: it ran out, or was pulled back. Raises AppError unless approved."""
    _only(registration, RegistrationState.APPROVED)
    if registration.pause:
        registration = resume(replace(registration, ask=None), by, now)
    over = replace(
        registration,
        state=RegistrationState.EXPIRED,
        ask=None,
        amendment=None,
        protected_until=min(now, registration.protected_until or now),
    )
    return told(over, now, by, what, why)


def most_telling(mine: Sequence[Registration], now: datetime) -> Registration | None:
    """Of a partner's registrations on a record the one that matters most now: the protecting one, else the newest
    that waits, else the newest."""
    rank = {RegistrationState.APPROVED: 2, RegistrationState.SUBMITTED: 1}
    return max(mine, key=lambda r: (r.protects(now), rank.get(r.state, 0), r.received_at), default=None)


def reminder_due(registration: Registration, now: datetime) -> int:
    """For which of the rules' days both sides are to be reminded now; 0 for none. Of several that have passed only
    the nearest to the end counts."""
    if not registration.protects(now) or registration.pause or registration.protected_until is None:
        return 0
    left = registration.protected_until - now
    passed = [days for days in registration.terms.reminder_days if left <= timedelta(days=days)]
    nearest = min(passed, default=0)
    return 0 if registration.reminded and registration.reminded <= nearest else nearest


def reminds_at(registration: Registration) -> datetime | None:
    """From when on `reminder_due` names another day; None if none is left, or while the clock stands still."""
    if registration.state is not RegistrationState.APPROVED or registration.pause:
        return None
    told, until = registration.reminded, registration.protected_until
    left = [days for days in registration.terms.reminder_days if not told or days < told]
    return until - timedelta(days=max(left)) if until and left else None


def is_idle(registration: Registration, last_activity: datetime | None, now: datetime) -> bool:
    """Whether nothing has happened for as long as the rules allow. While the partner waits for us it is not idle,
    and once the clock runs again the time is counted anew."""
    terms, start = registration.terms, registration.protected_from
    if not terms.idle_days or start is None or registration.pause or not registration.protects(now):
        return False
    moments = (start, last_activity, *(one.at for one in registration.history))
    seen = max(moment for moment in moments if moment)
    return now - seen >= timedelta(days=terms.idle_days)


def _answered(registration: Registration, now: datetime) -> Registration:
    """Whatever we waited for from the partner is settled, and our own time runs on from where it stood."""
    wait = registration.wait
    if wait is None:
        return registration
    return replace(
        registration, waits=resumed(registration.waits, now), due_at=registration.due() + wait.length(now)
    )


def _answered_ask(registration: Registration, by: str, now: datetime) -> Registration:
    """The clock that stood for our answer runs again; one that stands for another reason stays as it is."""
    last = registration.pause
    if registration.ask is None or last is None or last.blocker is not Blocker.APPROVAL:
        return registration
    return resume(replace(registration, ask=None), by, now)


def _extensible(registration: Registration, now: datetime) -> None:
    if not registration.protects(now) or registration.protected_until is None:
        raise AppError(Reason.STATE_CONFLICT, "Only a running protection can be extended.")
    limit = registration.terms.extension_limit
    if registration.extensions >= limit:
        raise AppError(Reason.STATE_CONFLICT, f"This programme extends protection {_times(limit)} at most.")


def _times(count: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{count} times")


def _only(registration: Registration, state: RegistrationState) -> None:
    if registration.state is not state:
        raise AppError(Reason.STATE_CONFLICT, f"This registration is already {registration.state}.")
