"""A partner programme for the admin pages, in memory."""

from dataclasses import fields
from datetime import UTC, datetime

from app.domain.content import ContentItem, Use
from app.domain.measured import Case, curve, point
from app.domain.programme import Precedence, Programme
from app.reading.conflict_audit import AuditLine
from app.reading.programme import Changed, DryRun, Measured, Probing
from app.reading.programme_trial import Otherwise, Trial
from app.storage.programme import Saved

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


class FakeProgramme:
    """A programme that somebody saved, over cases that somebody has decided."""

    def programme(self, tenant_id: str) -> Programme:
        return Programme(version=2) if tenant_id == "t1" else Programme()

    def versions(self, tenant_id: str) -> list[Saved]:
        saved = Saved(
            programme=Programme(version=2), author="ada@vendor.example", reason="First", created_at=NOW
        )
        return [saved] if tenant_id == "t1" else []

    def dry_run(self, tenant_id: str, programme: Programme) -> DryRun:
        last_first = programme.precedence[0] is Precedence.EARLIER
        changed = Changed(
            sentence="Northwind <b>met</b> Contoso", decided="the registration", by_rules="the other claim"
        )
        return DryRun(cases=3, agrees=2, differs=(changed,) if last_first else (), undecided=0)

    def trial(self, tenant_id: str, programme: Programme) -> Trial:
        case = Otherwise(
            partner="Contoso <i>Resale",
            customer="Initech",
            received_at=NOW,
            sentences=("It would not be taken without the region.",),
        )
        strict = any("region" in rule.required for rule in programme.rules)
        return (
            Trial(tried=4, not_taken=1, differ=1, cases=(case,))
            if strict
            else Trial(tried=4, not_taken=0, differ=0, cases=())
        )

    def measured(self, tenant_id: str, threshold: float) -> Measured:
        cases = [Case(probability=p, same=same) for p, same in ((0.95, True), (0.7, True), (0.55, False))]
        return Measured(cases=len(cases), now=point(cases, threshold), points=curve(cases))

    def probing(self, tenant_id: str) -> list[Probing]:
        return [Probing(partner="Contoso <i>Resale", submitted=90, refused=80, busiest_day=60)]

    def content(self, tenant_id: str) -> list[tuple[ContentItem, list[Use]]]:
        deck = ContentItem(id="c1", version=2, title="Deck <i>for partners", url="https://learn.example/deck")
        old = ContentItem(id="c2", version=1, title="Old deck", url="https://learn.example/old", retired=True)
        used = [Use(version=2, ours=3, partners=5), Use(version=1, ours=1)]
        return [(deck, used), (old, [])] if tenant_id == "t1" else []

    def conflicts(self, tenant_id: str) -> list[AuditLine]:
        return [AuditLine(**{one.name: f"=cmd|' {one.name}" for one in fields(AuditLine)})]
