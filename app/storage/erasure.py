"""Taking a person out of everything we hold. What was done stays on record under a pseudonym; who did it, not."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, delete, func, select

from app.disclosure.snapshot import content_hash
from app.ground.ids import hash_token
from app.storage import audit, tables
from app.storage.published_tables import (
    acceptance,
    access_request,
    exposure,
    partner_inbox,
    share_link,
    snapshot,
    view,
    viewer_code,
    viewer_session,
    viewing,
)
from app.storage.rows import find_all, put, update

NAME = "Erased person"
DOMAIN = "erased.invalid"
"""A domain that can never exist (RFC 2606), so that nothing is ever sent to a pseudonym."""

_E = tables.erased_person.c

_WRITTEN: tuple[tuple[Table, str, str | None], ...] = (
    (tables.message, "author_email", "author_name"),
    (tables.step, "owner_email", "owner_name"),
    (tables.registration, "contact_email", "contact_name"),
    (tables.certification, "person_email", "person_name"),
    (share_link, "contact_email", "contact_name"),
    (tables.step, "done_by", None),
    (tables.attachment, "attached_by", None),
)
"""Where an address stands in what stays, and the name beside it."""

_SEEN: tuple[Table, ...] = (view, exposure, viewing, acceptance)
"""Who was shown what: it stays countable, under the pseudonym."""

_FREE_TEXT = ((tables.message, "body"), (tables.registration, "note"))
"""Words in which people quote addresses."""


def pseudonyms(connection: Connection, tenant_id: str) -> dict[str, str]:
    """Everybody who was erased: the pseudonym by the hash of the address."""
    rows = find_all(connection, tables.erased_person, _E.tenant_id == tenant_id)
    return {row["email_hash"]: row["pseudonym"] for row in rows}


def address_of(pseudonym: str) -> str:
    """What stands where the person's address stood."""
    return f"{pseudonym}@{DOMAIN}"


def erase(
    connection: Connection, tenant_id: str, email: str, pseudonym: str, at: datetime
) -> tuple[int, Mapping[str, str]]:
    """After this nothing here says who the person was. How many rows spoke of them, and, for the audit log, the
    rows of it that were made anonymous, each with the hash of what it says now."""
    names, partners = _names_of(connection, tenant_id, email), _partners_of(connection, tenant_id, email)
    row = {"tenant_id": tenant_id, "email_hash": _hash(email), "pseudonym": pseudonym, "at": at}
    put(connection, tables.erased_person, row)
    changed = _end_access(connection, tenant_id, email, at)
    changed += _rename(connection, tenant_id, email, pseudonym)
    changed += _answers(connection, tenant_id, email, pseudonym)
    words = [email, *sorted(names)]
    changed += _texts(connection, tenant_id, words, pseudonym)
    changed += _first_answers(connection, tenant_id, words, pseudonym)
    changed += _rules(connection, tenant_id, partners, email, pseudonym)
    changed += _snapshots(connection, tenant_id, partners, words, pseudonym)
    for table, column in ((tables.partner_contact, "email"), (tables.person, "email")):
        c = table.c
        gone = delete(table).where(c.tenant_id == tenant_id, func.lower(c[column]) == email)
        changed += connection.execute(gone).rowcount
    renamed = audit.anonymise(connection, tenant_id, words, pseudonym)
    return changed + len(renamed), renamed


def _hash(email: str) -> str:
    return hash_token(email.strip().lower())


def _names_of(connection: Connection, tenant_id: str, email: str) -> set[str]:
    """What the person is called where their address stands beside it."""
    found: set[str] = set()
    pairs = [(table, mail, name) for table, mail, name in _WRITTEN if name]
    for table, mail, name in (*pairs, (tables.partner_contact, "email", "name")):
        c = table.c
        where = (c.tenant_id == tenant_id, func.lower(c[mail]) == email)
        found |= {str(one) for one in connection.execute(select(c[name]).distinct().where(*where)).scalars()}
    return {one for one in found if one.strip() and one != NAME}


def _partners_of(connection: Connection, tenant_id: str, email: str) -> set[str]:
    """The partners in whose rooms the person may be named: each room holds one partner's share only."""
    named: tuple[tuple[Table, str], ...] = (
        (tables.partner_contact, "email"),
        (tables.message, "author_email"),
        (tables.step, "owner_email"),
        (tables.step, "done_by"),
        (tables.registration, "contact_email"),
        (share_link, "contact_email"),
    )
    found: set[str] = set()
    for table, mail in named:
        c = table.c
        where = (c.tenant_id == tenant_id, func.lower(c[mail]) == email)
        found |= set(connection.execute(select(c.partner_id).distinct().where(*where)).scalars())
    return found


def _end_access(connection: Connection, tenant_id: str, email: str, at: datetime) -> int:
    """Links made for the person open nothing any more, and who is in or waits to be let in is out."""
    mine = select(share_link.c.id).where(
        share_link.c.tenant_id == tenant_id, func.lower(share_link.c.contact_email) == email
    )
    update(
        connection,
        share_link,
        {"revoked_at": at},
        share_link.c.id.in_(mine),
        share_link.c.revoked_at.is_(None),
    )
    ours, done = select(share_link.c.id).where(share_link.c.tenant_id == tenant_id), 0
    for table in (viewer_code, viewer_session, access_request):
        c = table.c
        done += connection.execute(
            delete(table).where(c.link_id.in_(ours), func.lower(c.email) == email)
        ).rowcount
    return done


def _rename(connection: Connection, tenant_id: str, email: str, pseudonym: str) -> int:
    done = 0
    address = address_of(pseudonym)
    for table, mail, name in _WRITTEN:
        c = table.c
        values = {mail: address} | ({name: NAME} if name else {})
        done += update(connection, table, values, c.tenant_id == tenant_id, func.lower(c[mail]) == email)
    for table in _SEEN:
        c = table.c
        done += update(
            connection, table, {"email": address}, c.tenant_id == tenant_id, func.lower(c.email) == email
        )
    return done


def _answers(connection: Connection, tenant_id: str, email: str, pseudonym: str) -> int:
    """What the person sent from a share page: what was dealt with is in the thread, so its words can go."""
    c = partner_inbox.c
    mine = (c.tenant_id == tenant_id, func.lower(c.email) == email)
    return update(
        connection,
        partner_inbox,
        {"email": address_of(pseudonym), "name": NAME, "fields": {}},
        *mine,
        c.state != "waiting",
    ) + update(connection, partner_inbox, {"email": address_of(pseudonym), "name": NAME}, *mine)


def _texts(connection: Connection, tenant_id: str, words: Iterable[str], pseudonym: str) -> int:
    """The address and the full name where they stand in words. A first name in a sentence is any word, and stays."""
    done = 0
    for table, column in _FREE_TEXT:
        c = table.c
        for word in filter(_is_telling, words):
            quoted = func.lower(c[column]).contains(word.lower(), autoescape=True)
            for row in find_all(connection, table, c.tenant_id == tenant_id, quoted):
                text = _without(str(row[column]), word, _instead(word, pseudonym))
                update(connection, table, {column: text}, c.tenant_id == tenant_id, c.id == row["id"])
                done += 1
    return done


def _first_answers(connection: Connection, tenant_id: str, names: Iterable[str], pseudonym: str) -> int:
    """What commands of the last days answered, for whoever repeats one."""
    t, words, done = tables.done_command.c, list(names), 0
    rows = connection.execute(select(t.key, t.result).where(t.tenant_id == tenant_id)).all()
    for row in rows:
        result = _replaced(row.result, words, pseudonym)
        if result != row.result:
            where = (t.tenant_id == tenant_id, t.key == row.key)
            done += update(connection, tables.done_command, {"result": result}, *where)
    return done


def _rules(
    connection: Connection, tenant_id: str, partners: Iterable[str], email: str, pseudonym: str
) -> int:
    """A link that several people may open goes on for the others."""
    c, done = share_link.c, 0
    mine = (c.tenant_id == tenant_id, c.partner_id.in_(sorted(partners)))
    for row in connection.execute(select(c.id, c.rules).where(*mine)).all():
        rules = _replaced(row.rules, [email], pseudonym)
        if rules != row.rules:
            done += update(connection, share_link, {"rules": rules}, c.id == row.id)
    return done


def _snapshots(
    connection: Connection, tenant_id: str, partners: Iterable[str], words: Sequence[str], pseudonym: str
) -> int:
    """Every room that named the person, as it is and as it was."""
    mine = (snapshot.c.tenant_id == tenant_id, snapshot.c.partner_id.in_(sorted(partners)))
    ids = connection.execute(select(snapshot.c.id).where(*mine)).scalars().all()
    done = 0
    for snapshot_id in ids:
        held = connection.scalar(select(snapshot.c.content).where(snapshot.c.id == snapshot_id))
        content = _replaced(held, words, pseudonym)
        if content != held:
            values = {"content": content, "content_hash": content_hash(content)}
            done += update(connection, snapshot, values, snapshot.c.id == snapshot_id)
    return done


def _replaced(value: Any, words: Sequence[str], pseudonym: str) -> Any:
    """The same JSON without the words: wherever a text is one of them, or quotes one that tells who it is."""
    if isinstance(value, dict):
        return {key: _replaced(one, words, pseudonym) for key, one in value.items()}
    if isinstance(value, list):
        return [_replaced(one, words, pseudonym) for one in value]
    if not isinstance(value, str):
        return value
    for word in words:
        if value.lower() == word.lower() or (_is_telling(word) and word.lower() in value.lower()):
            value = _without(value, word, _instead(word, pseudonym))
    return value


def _is_telling(word: str) -> bool:
    """An address, or a name of several words."""
    return "@" in word or " " in word.strip()


def _instead(word: str, pseudonym: str) -> str:
    return address_of(pseudonym) if "@" in word else NAME


def _without(text: str, word: str, instead: str) -> str:
    return re.sub(re.escape(word), lambda _: instead, text, flags=re.IGNORECASE)
