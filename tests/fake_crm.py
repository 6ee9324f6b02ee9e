"""A CRM in memory, for tests of what stands on the port. What the port itself promises is tested in contract/."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from app.crm.hubspot_scopes import SCOPES
from app.crm.port import (
    Account,
    Changes,
    CrmError,
    CrmFile,
    CrmRecord,
    FieldInfo,
    NotFound,
    Owner,
    PartnerWrite,
    PersonWrite,
    PlacementWrite,
    Refused,
    Rejected,
    Stage,
    TaskState,
    WorkPage,
    Write,
    WriteResult,
    Written,
)
from app.domain.record import ObjectKind

STAGES = (
    Stage(value="s1", label="Qualified", closed=False),
    Stage(value="s2", label="Proposal", closed=False),
    Stage(value="s3", label="Contract", closed=False),
    Stage(value="won", label="Closed won", closed=True),
)
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class FakeCrm:
    """`written` is partner work; who the partners are and where they work is in `partners_written`, and is taken
    whatever else fails. `failures` are raised one by one before anything else; `refusals` maps external ids to the
    CRM's reason."""

    records: dict[tuple[ObjectKind, str], dict[str, str | None]] = field(default_factory=dict)
    companies: dict[str, str] = field(default_factory=dict)
    written: list[Write] = field(default_factory=list)
    partners_written: list[Write] = field(default_factory=list)
    refusals: dict[str, str] = field(default_factory=dict)
    failures: list[CrmError] = field(default_factory=list)
    tasks: list[TaskState] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    modified: datetime = EPOCH
    stored_files: dict[str, tuple[CrmFile, bytes]] = field(default_factory=dict)
    granted: Sequence[str] = SCOPES

    def scopes(self) -> Sequence[str]:
        self._call("scopes")
        return self.granted

    def whoami(self) -> Account:
        return Account(id="1", name="Fake", ui_origin="https://crm.example")

    def prepare(self) -> None:
        self._call("prepare")

    def fields(self, kind: ObjectKind) -> Sequence[FieldInfo]:
        self._call("fields")
        names = {name for (k, _), fields in self.records.items() if k is kind for name in fields}
        return [FieldInfo(canonical=n, api_name=n, label=n.title(), type="string") for n in sorted(names)]

    def stages(self) -> Sequence[Stage]:
        self._call("stages")
        return STAGES

    def read(self, kind: ObjectKind, ids: Sequence[str], fields: Sequence[str]) -> dict[str, CrmRecord]:
        self._call("read")
        return {i: self._record(kind, i, fields) for i in ids if (kind, i) in self.records}

    def search(
        self, kind: ObjectKind, field: str, value: str, fields: Sequence[str], limit: int = 20
    ) -> Sequence[CrmRecord]:
        self._call("search")
        return [
            self._record(kind, i, fields)
            for (k, i), have in self.records.items()
            if k is kind and have.get(field) == value
        ][:limit]

    def related(self, kind: ObjectKind, ids: Sequence[str], to: ObjectKind) -> dict[str, Sequence[str]]:
        self._call("related")
        if kind is ObjectKind.DEAL:
            return {i: [self.companies[i]] for i in ids if i in self.companies}
        return {i: [d for d, c in self.companies.items() if c == i] for i in ids}

    def changes(self, kind: ObjectKind, cursor: str | None, fields: Sequence[str]) -> Changes:
        self._call("changes")
        if cursor is None:
            return Changes(records=(), cursor="now", more=False)
        found = [self._record(k, i, fields) for (k, i) in self.records if k is kind]
        return Changes(records=found, cursor="now", more=False)

    def task_changes(self, cursor: str | None) -> tuple[Sequence[TaskState], str]:
        self._call("task_changes")
        return (self.tasks if cursor else ()), "now"

    def step_states(self, external_ids: Sequence[str]) -> Sequence[TaskState]:
        self._call("step_states")
        return [state for state in self.tasks if state.external_id in external_ids]

    def partner_work(self, cursor: str) -> WorkPage:
        self._call("partner_work")
        items = {write.external_id: write for write in (*self.partners_written, *self.written)}
        return WorkPage(items=list(items.values()), cursor="end", more=False)

    def owners(self) -> Sequence[Owner]:
        self._call("owners")
        return [Owner(id="o1", user_id="u1", name="Sam Seller", email="sam@vendor.example")]

    def files(self, kind: ObjectKind, id: str) -> Sequence[CrmFile]:  # noqa: A002
        self._call("files")
        offer = CrmFile(id="f1", name="Offer.pdf", type="application/pdf", size=1000, modified_at=EPOCH)
        return list({"f1": offer, **{i: file for i, (file, _) in self.stored_files.items()}}.values())

    def file_states(self, ids: Sequence[str]) -> dict[str, CrmFile]:
        self._call("file_states")
        return {i: self.stored_files[i][0] for i in ids if i in self.stored_files}

    def file_bytes(self, id: str, limit: int) -> bytes:  # noqa: A002
        self._call("file_bytes")
        if id not in self.stored_files:
            raise NotFound("No such file.")
        if len(self.stored_files[id][1]) > limit:
            raise Rejected("The file is too large to be shared.")
        return self.stored_files[id][1]

    def write(self, writes: Sequence[Write]) -> Sequence[WriteResult]:
        if writes and isinstance(writes[0], PartnerWrite | PersonWrite | PlacementWrite):
            self.partners_written += writes
            return [Written(external_id=w.external_id, crm_id=f"crm-{w.external_id[-6:]}") for w in writes]
        self._call("write")
        results: list[WriteResult] = []
        for write in writes:
            if write.external_id in self.refusals or "*" in self.refusals:
                reason = self.refusals.get(write.external_id) or self.refusals["*"]
                results.append(Refused(external_id=write.external_id, reason=reason))
            else:
                self.written.append(write)
                results.append(Written(external_id=write.external_id, crm_id=f"crm-{write.external_id[-6:]}"))
        return results

    def _record(self, kind: ObjectKind, crm_id: str, fields: Sequence[str]) -> CrmRecord:
        have = self.records[kind, crm_id]
        return CrmRecord(
            kind=kind, id=crm_id, fields={f: have.get(f) for f in fields}, modified_at=self.modified
        )

    def _call(self, name: str) -> None:
        self.calls.append(name)
        if self.failures:
            raise self.failures.pop(0)
