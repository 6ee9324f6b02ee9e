"""What only we hold, as a file that fits any database: one JSON object a line, with a checksum at its end.

Sealed secrets stay sealed: without SECRET_KEYS the file opens no CRM and no link. What a CRM holds is not in it, but
for what has not reached the CRM yet.
"""

import hashlib
import json
import os
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, TextIO

from sqlalchemy import Connection, Date, LargeBinary, RowMapping, Table, select, text

from app.ground.clock import from_iso
from app.ground.errors import AppError, Reason
from app.storage import changes, fault, published_tables, tables
from app.storage.engine import Database
from app.storage.outbox import OutboxKind
from app.storage.rows import put_all
from app.storage.schema import Json, Moment, metadata

FORMAT = 1

KEPT: Sequence[Table] = (
    tables.tenant,
    tables.credential,
    tables.policy,
    tables.certification_requirement,
    tables.tier_standing,
    tables.unplaced_certification,
    tables.credential_feed,
    tables.credential_hint,
    tables.plan_template,
    tables.policy_proposal,
    tables.programme,
    tables.content_item,
    tables.content_use,
    published_tables.live_policy,
    published_tables.face,
    published_tables.registration_form,
    tables.link_preset,
    tables.offboarding,
    published_tables.link_terms,
    tables.audit,
    tables.audit_checkpoint,
    tables.signing_key,
    tables.done_command,
    tables.outbox,
    published_tables.share_link,
    published_tables.snapshot,
    published_tables.view,
    published_tables.acceptance,
    published_tables.access_request,
    published_tables.exposure,
    published_tables.pdf_copy,
    published_tables.room_file,
    published_tables.partner_inbox,
    published_tables.tracing_key,
    published_tables.viewing,
    tables.sighting,
    tables.merged_record,
    tables.erased_person,
)
"""What no CRM can hold, and what waits to go there."""

PASSING: Sequence[Table] = (
    tables.nonce,
    tables.slot,
    tables.admin_session,
    tables.crm_event,
    tables.event_feed,
    tables.plan_undo,
    published_tables.viewer_code,
    published_tables.viewer_session,
    published_tables.attempt,
    published_tables.copy_key,
    tables.person,
    fault.table,
    changes.changed,
)
"""What is worthless an hour later, or found again: whoever was signed in signs in again."""

_SUBJECTS: Mapping[OutboxKind, Table] = {
    OutboxKind.MESSAGE: tables.message,
    OutboxKind.STEP: tables.step,
    OutboxKind.REGISTRATION: tables.registration,
    OutboxKind.CONFLICT: tables.conflict,
    OutboxKind.CERTIFICATION: tables.certification,
    OutboxKind.PARTNER: tables.partner,
    OutboxKind.PERSON: tables.partner_contact,
}

BATCH = 200


def backup(database: Database, schema: str, at: datetime, file: Path) -> Counter[str]:
    """How many rows of each table the file holds. It appears whole or not at all, readable by its owner alone."""
    part = file.with_name(file.name + ".part")
    with database.read() as connection, _private(part) as out:
        if connection.dialect.name == "postgresql":  # one moment for all tables; SQLite gives it anyway
            connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        counts = _write(connection, {"alongside": FORMAT, "schema": schema, "at": at.isoformat()}, out)
        out.flush()
        os.fsync(out.fileno())
    part.replace(file)
    return counts


def restore(database: Database, schema: str, file: Path) -> Counter[str]:
    """How many rows of each table came back. Raises AppError, and then nothing has changed, for a file that is not
    whole, that another release made, or a database that is not empty."""
    _check(file, schema)
    counts: Counter[str] = Counter()
    with database.write() as connection:
        if connection.execute(select(tables.tenant.c.id).limit(1)).first():
            raise AppError(Reason.STATE_CONFLICT, "This database is in use. Restore into an empty one.")
        for table, rows in _batches(file):
            put_all(connection, table, rows)
            counts[table.name] += len(rows)
    return counts


def _write(connection: Connection, header: Mapping[str, object], out: TextIO) -> Counter[str]:
    digest, counts = hashlib.sha256(), Counter[str]()

    def put(body: object) -> None:
        line = json.dumps(body, ensure_ascii=False, separators=(",", ":")) + "\n"
        digest.update(line.encode("utf-8", "surrogatepass"))
        out.write(line)

    put(header)
    for table, row in _rows(connection):
        put({"t": table.name, "r": {c.name: _out(row[c.name]) for c in table.c}})
        counts[table.name] += 1
    out.write(json.dumps({"rows": counts.total(), "sha256": digest.hexdigest()}) + "\n")
    return counts


def _rows(connection: Connection) -> Iterator[tuple[Table, RowMapping]]:
    for table in KEPT:
        found = connection.execute(
            select(table).order_by(*table.primary_key), execution_options={"yield_per": BATCH}
        )
        yield from ((table, row) for row in found.mappings())
    seen: set[tuple[str, tuple[Any, ...]]] = set()
    for table, row in _unwritten(connection):
        key = (table.name, tuple(row[c.name] for c in table.primary_key))
        if key not in seen:
            seen.add(key)
            yield table, row


def _unwritten(connection: Connection) -> Iterator[tuple[Table, RowMapping]]:
    """The rows that the outbox speaks of: the CRM does not have them, or not as they are now."""
    for waiting in connection.execute(select(tables.outbox)).mappings().all():
        kind = OutboxKind(waiting["kind"])
        wanted = [(tables.partner, {"id": waiting["partner_id"]})]
        if kind in _SUBJECTS:
            wanted.append((_SUBJECTS[kind], {"id": waiting["subject_id"]}))
        if kind is OutboxKind.PLACEMENT:
            place = {name: waiting[name] for name in ("object", "crm_id", "partner_id")}
            wanted += [(tables.attachment, place), (tables.shared_file, place)]
        for table, key in wanted:
            where = [table.c[name] == value for name, value in key.items()]
            rows = connection.execute(select(table).where(table.c.tenant_id == waiting["tenant_id"], *where))
            yield from ((table, row) for row in rows.mappings().all())


def _check(file: Path, schema: str) -> None:
    """Reads the whole file once, before anything is written."""
    digest, rows, last = hashlib.sha256(), -1, ""
    with file.open(encoding="utf-8", errors="surrogatepass") as lines:
        for line in lines:
            if last:
                digest.update(last.encode("utf-8", "surrogatepass"))
                rows += 1
            if rows < 0 and not last:
                _check_header(line, schema)
            last = line
    try:
        end = json.loads(last)
        whole = (end["rows"], end["sha256"]) == (rows, digest.hexdigest())
    except (ValueError, KeyError, TypeError):
        whole = False
    if not whole:
        raise AppError(Reason.INVALID, "This backup is not whole: it was cut off or changed.")


def _check_header(line: str, schema: str) -> None:
    try:
        header = json.loads(line)
        form, made_for = header["alongside"], header["schema"]
    except (ValueError, KeyError, TypeError):
        raise AppError(Reason.INVALID, "This is no backup of Alongside.") from None
    if (form, made_for) != (FORMAT, schema):
        raise AppError(
            Reason.INVALID,
            f"This backup was made for schema {made_for}, this release has {schema}. Restore it with the release "
            "that made it, then migrate.",
        )


def _batches(file: Path) -> Iterator[tuple[Table, list[dict[str, Any]]]]:
    """Rows of one table together, as many as one statement takes."""
    known = {table.name: table for table in metadata.tables.values()}
    held: list[dict[str, Any]] = []
    current: Table | None = None
    with file.open(encoding="utf-8", errors="surrogatepass") as lines:
        for line in lines:
            body = json.loads(line)
            if "t" not in body:
                continue
            table = known[body["t"]]
            if current is not None and (table is not current or len(held) >= BATCH):
                yield current, held
                held = []
            current = table
            held.append({name: _in(table, name, value) for name, value in body["r"].items()})
    if current is not None and held:
        yield current, held


def _out(value: Any) -> Any:
    if isinstance(value, date):  # a datetime is one, too
        return value.isoformat()
    return b64encode(value).decode() if isinstance(value, bytes) else value


def _in(table: Table, name: str, value: Any) -> Any:
    column = table.c[name].type
    if value is None or isinstance(column, Json):
        return value
    if isinstance(column, LargeBinary):
        return b64decode(value)
    if isinstance(column, Moment):
        return from_iso(value)
    return date.fromisoformat(value) if isinstance(column, Date) else value


def _private(path: Path) -> TextIO:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    return open(handle, "w", encoding="utf-8", errors="surrogatepass")  # noqa: PTH123 - opened with its rights set
