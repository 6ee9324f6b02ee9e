"""Deal registrations: a partner claims a deal, a person decides, protection runs."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from app.ground.errors import AppError, Reason

PROTECTION = timedelta(days=90)
"""The default protection window; the field's usual range is 60 to 90 days."""

APPROVAL_SLA = timedelta(hours=48)
"""How long a partner waits for a decision at most."""

EXTENSION = timedelta(days=30)


class RegistrationState(StrEnum):
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REFUSED = "refused"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """`received_at` is our clock at receipt: it alone decides who was first. Money is text with its currency."""

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
    decided_at: datetime | None = None
    decided_by: str = ""
    decision_reason: str = ""
    protected_from: datetime | None = None
    protected_until: datetime | None = None
    extensions: int = 0

    def protects(self, at: datetime) -> bool:
        return (
            self.state is RegistrationState.APPROVED
            and self.protected_from is not None
            and self.protected_until is not None
            and self.protected_from <= at < self.protected_until
        )

    def due(self) -> datetime:
        return self.received_at + APPROVAL_SLA


def approve(registration: Registration, by: str, reason: str, now: datetime) -> Registration:
    """The registration with protection running from now. Raises AppError unless it waits for a decision."""
    _only(registration, RegistrationState.SUBMITTED)
    return replace(
        registration,
        state=RegistrationState.APPROVED,
        decided_at=now,
        decided_by=by,
        decision_reason=reason,
        protected_from=now,
        protected_until=now + PROTECTION,
    )


def refuse(registration: Registration, by: str, reason: str, now: datetime) -> Registration:
    """The registration as refused. Raises AppError unless it waits for a decision."""
    _only(registration, RegistrationState.SUBMITTED)
    return replace(
        registration, state=RegistrationState.REFUSED, decided_at=now, decided_by=by, decision_reason=reason
    )


def extend(registration: Registration, now: datetime) -> Registration:
    """The registration with 30 more days of protection. Raises AppError unless protection runs."""
    if not registration.protects(now) or registration.protected_until is None:
        raise AppError(Reason.STATE_CONFLICT, "Only a running protection can be extended.")
    return replace(
        registration,
        protected_until=registration.protected_until + EXTENSION,
        extensions=registration.extensions + 1,
    )


def _only(registration: Registration, state: RegistrationState) -> None:
    if registration.state is not state:
        raise AppError(Reason.STATE_CONFLICT, f"This registration is already {registration.state}.")
