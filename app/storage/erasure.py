"""Taking a person out of everything we hold. What was done stays on record under a pseudonym; who did it, not.

Every column of every table that can hold words is swept, so that a table that comes later is swept as well. What is
left out stands in `UNTOUCHED` with its reason.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Table, and_, delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql import ColumnElement

from app.disclosure.snapshot import content_hash
from app.domain.matching.keys import keys
from app.ground.ids import hash_token
from app.storage import audit, tables
from app.storage.anonymous import Swap, is_read, is_telling, names_beside, quotes_any, replaced
from app.storage.published_tables import (
    access_request,
    partner_inbox,
    share_link,
    snapshot,
    viewer_code,
    viewer_session,
)
from app.storage.rows import find_all, put, update
from app.storage.schema import metadata

NAME = "Erased person"
DOMAIN = "erased.invalid"
"""A domain that can never exist (RFC 2606), so that nothing is ever sent to a pseudonym."""

UNTOUCHED: Mapping[str, str] = {
    "attempt": "counts by hashes",
    "changed": "marks only",
    "copy_key": "keys and signatures",
    "nonce": "hashes only",
    "slot": "times of the schedule",
    "tracing_key": "a key",
    "viewer_code": "the person's rows are deleted by the link",
    "viewer_session": "the person's rows are deleted by the link",
    "audit": "made anonymous by app.storage.audit, which keeps the proof that nothing else was changed",
    "audit_checkpoint": "hashes and signatures",
    "erased_person": "a hash and the pseudonym",
}
"""Tables that the sweep passes over, and why."""

_E = tables.erased_person.c
_OF_A_PERSON = (tables.partner_contact, tables.person, tables.admin_session, access_request)
"""Rows that are nothing but the person."""


def pseudonyms(connection: Connection, tenant_id: str) -> dict[str, str]:
    """Everybody who was erased: the pseudonym by the hash of the address."""
    rows = find_all(connection, tables.erased_person, _E.tenant_id == tenant_id)
    return {row["email_hash"]: row["pseudonym"] for row in rows}


def address_of(pseudonym: str) -> str:
    """What stands where the person's address stood."""
    return f"{pseudonym}@{DOMAIN}"


def swept() -> Iterator[Table]:
    """Every table that a tenant's words may stand in."""
    return (table for table in metadata.sorted_tables if table.name not in UNTOUCHED)


def erase(
    connection: Connection, tenant_id: str, email: str, pseudonym: str, at: datetime
) -> tuple[int, Mapping[str, str]]:
    """After this nothing here says who the person was. How many rows spoke of them, and, for the audit log, the
    rows of it that were made anonymous, each with the hash of what it says now."""
    known = _known(connection, tenant_id, email)
    row = {"tenant_id": tenant_id, "email_hash": _hash(email), "pseudonym": pseudonym, "at": at}
    put(connection, tables.erased_person, row)
    changed = _end_access(connection, tenant_id, email, at)
    changed += _delete(connection, tenant_id, email)
    changed += _empty_answers(connection, tenant_id, email)
    swap = {email: address_of(pseudonym)} | dict.fromkeys(sorted(known.names), NAME)
    for table in swept():
        changed += _sweep(connection, table, tenant_id, swap, known)
    renamed = audit.anonymise(connection, tenant_id, list(swap), pseudonym)
    return changed + len(renamed), renamed


def _hash(email: str) -> str:
    return hash_token(email.strip().lower())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What we hold about the person: their names, and the partners in whose rooms they may stand."""

    names: frozenset[str]
    partners: frozenset[str]


def _known(connection: Connection, tenant_id: str, email: str) -> _Known:
    names: set[str] = set()
    partners: set[str] = set()
    for table in swept():
        for row in _rows(connection, table, tenant_id, [email]):
            names |= set(names_beside(dict(row), email))
            partners |= {str(row["partner_id"])} if row.get("partner_id") else set()
    return _Known(
        names=frozenset(names - _firms(connection, tenant_id) - {NAME}), partners=frozenset(partners)
    )


def _firms(connection: Connection, tenant_id: str) -> set[str]:
    """What is called so is no person: a link for a firm's own mailbox may bear the firm's name."""
    t, p, r = tables.tenant.c, tables.partner.c, tables.record.c
    found = set(connection.scalars(select(p.name).where(p.tenant_id == tenant_id)))
    found |= set(connection.scalars(select(t.name).where(t.id == tenant_id)))
    companies = (r.tenant_id == tenant_id, r.object == "company")
    return found | set(connection.scalars(select(r.name).where(*companies).distinct()))


def _of(table: Table, tenant_id: str) -> ColumnElement[bool]:
    return (table.c.id if table is tables.tenant else table.c.tenant_id) == tenant_id


def _rows(connection: Connection, table: Table, tenant_id: str, words: list[str]) -> list[RowMapping]:
    columns = [column for column in table.columns if is_read(column) and column.name != "tenant_id"]
    return list(find_all(connection, table, _of(table, tenant_id), quotes_any(columns, words)))


def _end_access(connection: Connection, tenant_id: str, email: str, at: datetime) -> int:
    """Links made for the person open nothing any more, and who is in or waits to be let in is out."""
    c = share_link.c
    mine = (c.tenant_id == tenant_id, func.lower(c.contact_email) == email, c.revoked_at.is_(None))
    update(connection, share_link, {"revoked_at": at}, *mine)
    ours, done = select(c.id).where(c.tenant_id == tenant_id), 0
    for table in (viewer_code, viewer_session):
        where = (table.c.link_id.in_(ours), func.lower(table.c.email) == email)
        done += connection.execute(delete(table).where(*where)).rowcount
    return done


def _delete(connection: Connection, tenant_id: str, email: str) -> int:
    done = 0
    for table in _OF_A_PERSON:
        c = table.c
        gone = delete(table).where(c.tenant_id == tenant_id, func.lower(c.email) == email)
        done += connection.execute(gone).rowcount
    m = tables.match_key.c
    told = [key for key in keys("", emails=[email]) if key.startswith("person:")]
    connection.execute(delete(tables.match_key).where(m.tenant_id == tenant_id, m.key.in_(told)))
    return done


def _empty_answers(connection: Connection, tenant_id: str, email: str) -> int:
    """What the person sent from a share page and was dealt with is in the thread, so its words can go."""
    c = partner_inbox.c
    mine = (c.tenant_id == tenant_id, func.lower(c.email) == email, c.state != "waiting")
    return update(connection, partner_inbox, {"fields": {}, "name": NAME}, *mine)


def _sweep(connection: Connection, table: Table, tenant_id: str, swap: Swap, known: _Known) -> int:
    """How many rows of the table spoke of the person."""
    done = 0
    for row in _rows(connection, table, tenant_id, [word for word in swap if is_telling(word)]):
        done += _change(connection, table, tenant_id, row, _without(table, row, swap))
    if table is snapshot:
        done += _rooms(connection, tenant_id, swap, known)
    return done


def _rooms(connection: Connection, tenant_id: str, swap: Swap, known: _Known) -> int:
    """Rooms name people without their addresses: in those of the person's partners a name of one word is looked for
    as well."""
    short = [name for name in swap if not is_telling(name)]
    if not short or not known.partners:
        return 0
    c = snapshot.c
    mine = (c.tenant_id == tenant_id, c.partner_id.in_(sorted(known.partners)))
    rows = find_all(connection, snapshot, *mine, quotes_any([c.content], short))
    return sum(_change(connection, snapshot, tenant_id, row, _without(snapshot, row, swap)) for row in rows)


def _without(table: Table, row: RowMapping, swap: Swap) -> dict[str, Any]:
    """What the row's columns say without the person, for those that say something else then."""
    found: dict[str, Any] = {}
    for column in table.columns:
        if not is_read(column) or column.name == "tenant_id":
            continue
        after = replaced(row[column.name], swap)
        if after != row[column.name]:
            longest = getattr(column.type, "length", None)
            found[column.name] = after[:longest] if isinstance(after, str) else after
    if table is snapshot and "content" in found:
        found["content_hash"] = content_hash(found["content"])
    return found


def _change(
    connection: Connection, table: Table, tenant_id: str, row: RowMapping, values: Mapping[str, Any]
) -> int:
    if not values:
        return 0
    this = and_(_of(table, tenant_id), *(column == row[column.name] for column in table.primary_key))
    try:
        with connection.begin_nested():
            return update(connection, table, values, this)
    except IntegrityError:
        # The person had two addresses here, which are one pseudonym now: one row says it.
        return connection.execute(delete(table).where(this)).rowcount
