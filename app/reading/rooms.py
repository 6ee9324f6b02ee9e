"""A partner's room as it would be published now, for preview."""

from app.commands.publishing import compose_room
from app.disclosure.snapshot import Content
from app.domain.partner import Partner
from app.domain.record import RecordKey
from app.ground.clock import Clock
from app.ground.errors import AppError, Reason
from app.storage import partner as partners
from app.storage import policy as policies
from app.storage import tenant as tenants
from app.storage.engine import Database


class Previews:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def room(self, tenant_id: str, record: RecordKey, partner_id: str) -> tuple[Partner, Content]:
        """The partner and what it sees now. Raises AppError unless the partner works on the record."""
        with self._database.read() as connection:
            tenant = tenants.by_id(connection, tenant_id)
            partner = partners.get(connection, tenant_id, partner_id)
            if (
                tenant is None
                or partner is None
                or not partners.is_on(connection, tenant_id, record, partner_id)
            ):
                raise AppError(Reason.PARTNER_NOT_ON_RECORD, "This partner does not work on this record.")
            policy = policies.current(connection, tenant_id)
            return partner, compose_room(connection, tenant, record, partner, policy, self._clock())
