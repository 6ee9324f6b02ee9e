"""A plan's steps for a seller's calendar."""

from app.domain.plan import Step, live
from app.domain.record import RecordKey
from app.ground.errors import AppError, Reason
from app.storage import partner as partners
from app.storage import plan as steps
from app.storage import record as records
from app.storage.engine import Database


class PlanDates:
    def __init__(self, database: Database) -> None:
        self._database = database

    def plan(self, tenant_id: str, record: RecordKey, partner_id: str) -> tuple[str, list[Step]]:
        """What the plan is called, and its steps. Raises AppError unless the partner works on the record."""
        with self._database.read() as connection:
            partner = partners.get(connection, tenant_id, partner_id)
            held = records.get(connection, tenant_id, record)
            if (
                partner is None
                or held is None
                or not partners.is_on(connection, tenant_id, record, partner_id)
            ):
                raise AppError(Reason.PARTNER_NOT_ON_RECORD, "This partner does not work on this record.")
            found = steps.of_partner(connection, tenant_id, record, partner_id)
        return f"{held.name}: {partner.name}", live(found)
