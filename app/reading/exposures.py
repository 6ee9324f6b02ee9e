"""The exposure ledger in words: who was shown which value of which field, when, and under which policy.

Values are not kept twice. The ledger names snapshot and policy, both of which are kept for good; what was shown is
told from them by the code that showed it.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from app.disclosure.policy import Policy, default_policy
from app.disclosure.policy_body import stored_policy
from app.disclosure.snapshot import Content
from app.ground.clock import to_iso
from app.sharing.showing import allowed
from app.storage import tables
from app.storage.published import exposures
from app.storage.published.copies import files_taken
from app.storage.published.exposures import Exposure, Wanted
from app.storage.published.rooms import snapshots_by_id
from app.storage.published_tables import live_policy, share_link

SCANNED = 20
"""Pages that are read for one that is shown, where a field was asked for: the rest is behind the next page."""

EXPORTED = 100_000
"""Showings in one file. Whoever needs more asks for a partner, a person or a record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One value that one person was shown, first and last, over the link of this code."""

    email: str
    partner_id: str
    record: str
    field: str
    label: str
    value: str
    first_at: datetime
    last_at: datetime
    policy_version: int
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """A page. `next` is where the following one begins; None at the end."""

    rows: tuple[Shown, ...]
    next: tuple[str, str, str, str, int] | None


def page(
    connection: Connection, tenant_id: str, wanted: Wanted, field: str = "", after: object = None
) -> Ledger:
    """The newest showings first; of one field ("deal/amount") or one part ("room/plan") alone, if it is named."""
    cursor = exposures.read_cursor(after) if isinstance(after, list | tuple) else None
    rows: list[Shown] = []
    last: Exposure | None = None
    for _ in range(SCANNED if field else 1):
        found = exposures.page(connection, tenant_id, wanted, cursor)
        rows += _told(connection, tenant_id, found, field)
        last = found[-1] if len(found) == exposures.PAGE else None
        if last is None or len(rows) >= exposures.PAGE:
            break
        cursor = exposures.read_cursor(last.cursor)
    return Ledger(rows=tuple(rows), next=last.cursor if last else None)


def every(connection: Connection, tenant_id: str, wanted: Wanted, field: str = "") -> Iterator[Shown]:
    """All of it, page by page, up to what one file holds."""
    cursor = None
    for _ in range(EXPORTED // exposures.PAGE):
        found = exposures.page(connection, tenant_id, wanted, cursor)
        yield from _told(connection, tenant_id, found, field)
        if len(found) < exposures.PAGE:
            return
        cursor = exposures.read_cursor(found[-1].cursor)


def _told(connection: Connection, tenant_id: str, found: list[Exposure], field: str) -> Iterator[Shown]:
    held = snapshots_by_id(connection, tenant_id, {one.snapshot_id for one in found})
    policies = _policies(connection, tenant_id, {one.policy_version for one in found})
    codes = _codes(connection, tenant_id, {one.link_id for one in found})
    taken = files_taken(connection, tenant_id, [*{one.link_id for one in found}])
    for one in found:
        published, policy = held.get(one.snapshot_id), policies.get(one.policy_version)
        if published is None or policy is None:
            continue
        content = allowed(published, policy, one.email)
        values = [(*said, one.first_at, one.last_at) for said in _values(content)]
        downloads = taken.get((one.link_id, one.email, one.snapshot_id, one.policy_version), ())
        values += [_download(content, *download) for download in downloads]
        for name, label, value, first_at, last_at in values:
            if field in ("", name):
                yield Shown(
                    email=one.email,
                    partner_id=one.partner_id,
                    record=f"{one.object}:{one.crm_id}",
                    field=name,
                    label=label,
                    value=value,
                    first_at=first_at,
                    last_at=last_at,
                    policy_version=one.policy_version,
                    code=codes.get(one.link_id, ""),
                )


def _values(content: Content) -> Iterator[tuple[str, str, str]]:
    for field in content.get("fields", ()):
        yield f"{field['object']}/{field['name']}", field["label"], field["value"]
    parts = (("steps", "plan", "Plan", "title"), ("messages", "thread", "Messages", "body"))
    for key, name, label, said in (*parts, ("files", "files", "Files", "name")):
        items = [str(item[said]) for item in content.get(key, ())]
        if items:
            yield f"room/{name}", label, " | ".join(items)
    if content.get("registration"):
        yield "room/registration", "Registration", str(content["registration"].get("state", ""))
        written = [f"{name}: {said}" for name, said in content["registration"].get("values", {}).items()]
        if written:
            yield "room/registration", "What they registered", " | ".join(written)


def _download(
    content: Content, file_id: str, version: int, at: datetime
) -> tuple[str, str, str, datetime, datetime]:
    """A file whose bytes left, which is more than that its name was seen."""
    named = next((str(file["name"]) for file in content.get("files", ()) if file["id"] == file_id), "A file")
    return "room/files", "Downloaded", f"{named}, version {version}", at, at


def _policies(connection: Connection, tenant_id: str, versions: set[int]) -> Mapping[int, Policy]:
    """Each version as it was. A tenant that never saved one had the cautious default."""
    p, now = tables.policy.c, live_policy.c
    found = {
        row.version: stored_policy(row.body, row.version)
        for table in (
            select(now.version, now.body).where(now.tenant_id == tenant_id, now.version.in_(versions)),
            select(p.version, p.body).where(p.tenant_id == tenant_id, p.version.in_(versions)),
        )
        for row in connection.execute(table)
    }
    default = default_policy()
    return {default.version: default, **found}


def _codes(connection: Connection, tenant_id: str, link_ids: set[str]) -> Mapping[str, str]:
    c = share_link.c
    rows = connection.execute(select(c.id, c.code).where(c.tenant_id == tenant_id, c.id.in_(link_ids)))
    return {row.id: row.code for row in rows}


COLUMNS = tuple(Shown.__dataclass_fields__)


def as_json(rows: Iterable[Shown]) -> Iterator[str]:
    """One JSON object a line."""
    for row in rows:
        said = asdict(row) | {"first_at": to_iso(row.first_at), "last_at": to_iso(row.last_at)}
        yield json.dumps(said, sort_keys=True) + "\n"


def as_csv(rows: Iterable[Shown]) -> Iterator[str]:
    """RFC 4180, and no cell that a spreadsheet would take for a formula."""
    yield _csv_line(COLUMNS)
    for row in rows:
        said = asdict(row) | {"first_at": to_iso(row.first_at), "last_at": to_iso(row.last_at)}
        yield _csv_line([safe_cell(str(said[name])) for name in COLUMNS])


def safe_cell(text: str) -> str:
    """The text, with a quote before it where a spreadsheet would run it."""
    return f"'{text}" if text.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else text


def _csv_line(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue()
