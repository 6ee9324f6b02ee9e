"""The programme desk over storage. Writes nothing."""

from collections.abc import Sequence

from app.commands.claims import make_scene
from app.domain.content import ContentItem, Use
from app.domain.programme import Programme
from app.ground.clock import Clock
from app.reading import account
from app.reading import programme as reading
from app.reading.conflict_audit import AuditLine, audit
from app.reading.programme_trial import Trial, trial
from app.storage import content as contents
from app.storage import programme as programmes
from app.storage.engine import Database


class Desk:
    """Implements ProgrammeDesk."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def programme(self, tenant_id: str) -> Programme:
        with self._database.read() as connection:
            return programmes.current(connection, tenant_id)

    def versions(self, tenant_id: str) -> Sequence[programmes.Saved]:
        with self._database.read() as connection:
            return programmes.history(connection, tenant_id)

    def dry_run(self, tenant_id: str, programme: Programme) -> reading.DryRun:
        with self._database.read() as connection:
            return reading.dry_run(connection, tenant_id, programme)

    def trial(self, tenant_id: str, programme: Programme) -> Trial:
        with self._database.read() as connection:
            return trial(connection, tenant_id, programme, self._clock())

    def measured(self, tenant_id: str, threshold: float) -> reading.Measured:
        with self._database.read() as connection:
            return reading.measured(connection, tenant_id, threshold)

    def probing(self, tenant_id: str) -> Sequence[reading.Probing]:
        with self._database.read() as connection:
            most = programmes.current(connection, tenant_id).probing_per_day
            return reading.probing(connection, tenant_id, most, self._clock())

    def content(self, tenant_id: str) -> Sequence[tuple[ContentItem, Sequence[Use]]]:
        with self._database.read() as connection:
            uses = contents.uses(connection, tenant_id)
            return [(one, uses.get(one.id, ())) for one in contents.catalogue(connection, tenant_id)]

    def conflicts(self, tenant_id: str) -> Sequence[AuditLine]:
        with self._database.read() as connection:
            tenant = account.tenant_of(connection, tenant_id)
            return audit(make_scene(connection, tenant, self._clock()))
