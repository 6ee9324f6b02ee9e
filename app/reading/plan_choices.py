"""What a seller may do with a plan as a whole: move it to a newer template, or begin it from another deal's."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sqlalchemy import Connection

from app.domain.plan_template import TemplateState
from app.domain.plan_upgrade import difference
from app.domain.record import ObjectKind, Record
from app.storage import plan as steps
from app.storage import plan_template as templates
from app.storage import plan_undo as undos
from app.storage import record as records
from cards.facts import PartnerFacts, UpgradeOffer

DEALS_OFFERED = 20
"""Deals to copy a plan from."""


def with_choices(
    connection: Connection, tenant_id: str, record: Record, found: Sequence[PartnerFacts]
) -> Iterator[PartnerFacts]:
    """Asks nothing of a plan that was written step by step, and no other deal once there is a plan."""
    begun = any(step.plan_start for known in found for step in known.steps)
    last = undos.on_record(connection, tenant_id, record.key) if begun else {}
    for known in found:
        if known.plan:
            upgrades = tuple(_upgrades(connection, tenant_id, known))
            yield replace(known, upgrades=upgrades, undo=last.get(known.partner.id))
        else:
            yield replace(known, plans_elsewhere=tuple(_elsewhere(connection, tenant_id, record, known)))


def _upgrades(connection: Connection, tenant_id: str, known: PartnerFacts) -> Iterator[UpgradeOffer]:
    for template_id in sorted({step.template_id for step in known.steps if step.template_id}):
        mine = [step for step in known.steps if step.template_id == template_id]
        running = max(step.template_version for step in mine)
        versions = {one.version: one for one in templates.versions(connection, tenant_id, template_id)}
        newest = next((one for one in versions.values() if one.state is TemplateState.PUBLISHED), None)
        old = versions.get(running)
        if newest is None or old is None or newest.version <= running:
            continue
        yield UpgradeOffer(
            template_id=template_id,
            name=newest.name,
            from_version=running,
            to_version=newest.version,
            does=difference(old.content, newest.content, mine),
        )


def _elsewhere(
    connection: Connection, tenant_id: str, record: Record, known: PartnerFacts
) -> Iterator[tuple[str, str]]:
    if record.key.object is not ObjectKind.DEAL or not record.company_id:
        return
    planned = steps.deals_with(connection, tenant_id, known.partner.id)
    if not planned - {record.key.crm_id}:
        return
    for deal in records.deals_of(connection, tenant_id, record.company_id, DEALS_OFFERED):
        if deal.key.crm_id in planned and deal.key != record.key:
            yield deal.key.crm_id, deal.name
