"""One round of everything for one tenant, without a worker: what `alongside sync once` runs and reports."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.crm.port import CrmError
from app.domain.tenant import Tenant
from app.ground.metrics import tally_of_calls
from app.storage import outbox
from app.storage import tenant as tenants
from sync import inbound, ingest, plans, poll, publish, webhook_events, writeback
from sync.deps import Agent

BATCHES = 1_000
"""Batches of one kind in one round at most, so that a round ends even while others keep adding work."""


@dataclass(slots=True, kw_only=True)
class Report:
    """What one round did. `trouble` is the sentence of what stopped the reading, empty if nothing did."""

    tenant: Tenant
    first_load: bool = False
    read: poll.Round = field(default_factory=poll.Round)
    reread: int = 0
    answers: int = 0
    published: int = 0
    written: writeback.Outcome = field(default_factory=writeback.Outcome)
    waiting: int = 0
    rejected: list[dict[str, str]] = field(default_factory=list)
    trouble: str = ""
    calls: Mapping[tuple[str, str], int] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        by_operation: Counter[str] = Counter()
        failed: Counter[str] = Counter()
        for (operation, outcome), count in self.calls.items():
            by_operation[operation] += count
            if outcome != "ok":
                failed[f"{operation}: {outcome}"] += count
        return {
            "tenant": self.tenant.id,
            "crm": str(self.tenant.crm),
            "first_load": self.first_load,
            "read": {"records": self.read.read, "marked": self.reread, "tasks": self.read.tasks_read},
            "changed": {"records": self.read.changed, "steps": self.read.tasks},
            "answers": self.answers,
            "published": self.published,
            "written": self.written.written,
            "refused": self.written.refused,
            "waiting": self.waiting,
            "rejected": self.rejected,
            "calls": {
                "total": sum(by_operation.values()),
                "by_operation": dict(sorted(by_operation.items())),
                "failed": dict(sorted(failed.items())),
            },
            "trouble": self.trouble,
        }


def sync_once(agent: Agent, tenant: Tenant) -> Report:
    """Reads what changed in the CRM, executes what partners answered, publishes, and writes what waits. A CRM that
    does not answer ends the reading, not the round; what could not be done waits for the next one."""
    report = Report(tenant=tenant)
    with tally_of_calls() as calls:
        _read(agent, tenant, report)
        report.answers = _until_none(lambda: inbound.execute_answers(agent, tenant.id))
        _until_none(lambda: plans.settle_marked(agent, tenant.id))
        report.published = _until_none(lambda: publish.publish_marked(agent, tenant.id))
        _until_none(lambda: _write(agent, tenant, report))
    report.calls = dict(calls)
    with agent.database.read() as connection:
        report.waiting = outbox.waiting_count(connection, tenant.id)
        report.trouble = report.trouble or tenants.trouble_of(connection, tenant.id)
        report.rejected = [
            {"id": row.id, "kind": str(row.kind), "reason": row.refusal}
            for row in outbox.refused(connection, tenant.id)
        ]
    return report


def _read(agent: Agent, tenant: Tenant, report: Report) -> None:
    try:
        report.first_load = poll.load_if_new(agent, tenant)
        poll.poll(agent, tenant, report.read)
    except CrmError as error:
        report.trouble = error.message
        with agent.database.write() as connection:
            ingest.note_trouble(connection, tenant.id, error)
        return
    webhook_events.take_events(agent)
    report.reread = _until_none(lambda: ingest.read_marked(agent, tenant.id))


def _write(agent: Agent, tenant: Tenant, report: Report) -> int:
    outcome = writeback.write_tenant(agent, tenant)
    report.written.written += outcome.written
    report.written.refused += outcome.refused
    return outcome.total


def _until_none(work: Callable[[], int]) -> int:
    """The sum of what `work` did, batch after batch, until it found nothing."""
    total = 0
    for _ in range(BATCHES):
        done = work()
        total += done
        if not done:
            break
    return total
