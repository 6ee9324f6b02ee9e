"""What a partner's page said at the end of a past day: the snapshot of then, under the safelist of then.

Snapshots and versions of the safelist are kept for good, so nothing has to be guessed.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from app.disclosure.policy import Policy
from app.disclosure.snapshot import Content, narrow
from app.domain.partner import PartnerType
from app.domain.record import RecordKey
from app.domain.tenant import Tenant
from app.ground.errors import AppError, Reason
from app.sharing.showing import allowed
from app.storage import policy as policies
from app.storage.published.exposures import times_shown
from app.storage.published.rooms import snapshot_at


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRoom:
    """`content` is None where nothing was published by then, and `admitted` is False where the safelist did not let
    this person read. `first_at` and `last_at` are when the person was shown this very page; None if never."""

    until: datetime
    policy_version: int
    content: Content | None = None
    admitted: bool = True
    published_at: datetime | None = None
    first_at: datetime | None = None
    last_at: datetime | None = None


def past_room(
    connection: Connection,
    tenant: Tenant,
    record: RecordKey,
    partner_id: str,
    email: str,
    day: date,
    now: datetime,
) -> PastRoom:
    """The page of this person, or of anybody of the partner for an empty `email`, as the day ended in the account's
    time zone; for today, as it is. Raises AppError for a day to come."""
    until = _end_of(day, tenant.time_zone, now)
    policy = policies.at(connection, tenant.id, until)
    published = snapshot_at(connection, tenant.id, record, partner_id, until)
    admitted = not email or policy.exceptions.admit(partner_id, email)
    if published is None:
        return PastRoom(until=until, policy_version=policy.version, admitted=admitted)
    # The grid speaks for everybody of the partner; who of them may read is asked for somebody alone.
    whoever = narrow(published.content, policy, PartnerType(published.partner_type), partner_id)
    first, last = times_shown(connection, tenant.id, record, published.id, policy.version, email, until)
    return PastRoom(
        until=until,
        policy_version=policy.version,
        content=allowed(published, policy, email) if email else whoever,
        admitted=admitted,
        published_at=published.published_at,
        first_at=first,
        last_at=last,
    )


def as_read_by(content: Content, policy: Policy, partner_id: str, kind: PartnerType, email: str) -> Content:
    """Today's content for one person: nothing for somebody whom the safelist does not let read."""
    if not email or policy.exceptions.admit(partner_id, email):
        return content
    return narrow(content, Policy(version=policy.version, cells={}), kind, partner_id)


def _end_of(day: date, zone: str, now: datetime) -> datetime:
    there = ZoneInfo(zone)
    if day > now.astimezone(there).date():
        raise AppError(
            Reason.INVALID, "This day is still to come. Choose today or a day before.", field="day"
        )
    return min(datetime.combine(day + timedelta(days=1), time(), there).astimezone(now.tzinfo), now)
