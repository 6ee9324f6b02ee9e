"""What the pages about the programme ask of the house."""

from collections.abc import Sequence
from typing import Protocol

from app.domain.content import ContentItem, Use
from app.domain.programme import Programme
from app.reading.conflict_audit import AuditLine
from app.reading.programme import DryRun, Measured, Probing
from app.reading.programme_trial import Trial
from app.storage.programme import Saved


class ProgrammeDesk(Protocol):
    """Everything takes the tenant first; what another tenant owns is not there."""

    def programme(self, tenant_id: str) -> Programme:
        """Today's."""

    def versions(self, tenant_id: str) -> Sequence[Saved]:
        """Every version there was, the newest first."""

    def dry_run(self, tenant_id: str, programme: Programme) -> DryRun:
        """What its order of rules makes of past cases."""

    def trial(self, tenant_id: str, programme: Programme) -> Trial:
        """What its rules make of past registrations."""

    def measured(self, tenant_id: str, threshold: float) -> Measured:
        """The matching on decided cases."""

    def probing(self, tenant_id: str) -> Sequence[Probing]:
        """Partners who register unusually much."""

    def content(self, tenant_id: str) -> Sequence[tuple[ContentItem, Sequence[Use]]]:
        """The newest version of everything in the catalogue, with how often which version was opened."""

    def conflicts(self, tenant_id: str) -> Sequence[AuditLine]:
        """Every conflict of the account as it stands now."""
