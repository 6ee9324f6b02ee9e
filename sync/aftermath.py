"""What was written to the CRM before a merge or an erasure, as it has to be understood after it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from app.crm.port import PersonWrite, Write
from app.domain.record import ObjectKind, RecordKey
from app.ground.ids import hash_token
from app.storage import erasure, merged

_PEOPLE = (
    ("author_email", "author_name"),
    ("owner_email", "owner_name"),
    ("contact_email", "contact_name"),
    ("person_email", "person_name"),
    ("done_by", ""),
    ("attached_by", ""),
)
_TEXTS = ("body", "note")
_ADDRESS = re.compile(r"[^\s@<>()\[\],;:\"]+@[^\s@<>()\[\],;:\"]+\.[^\s@<>()\[\],;:\".!?]+")


def as_of_now(connection: Connection, tenant_id: str, items: Sequence[Write]) -> list[Write]:
    """The same work, on the records that survived, without the people who were erased."""
    ends = {
        RecordKey(kind, getattr(item, name))
        for item in items
        for kind, name in _ends(item)
        if getattr(item, name)
    }
    gone = merged.survivors(connection, tenant_id, ends)
    erased = erasure.pseudonyms(connection, tenant_id)
    found: list[Write] = []
    for item in items:
        if isinstance(item, PersonWrite) and _pseudonym(erased, item.email):
            continue
        changed = _on_survivors(item, gone) | (_without(item, erased) if erased else {})
        found.append(replace(item, **changed) if changed else item)
    return found


def _ends(item: Write) -> Sequence[tuple[ObjectKind, str]]:
    named = (
        (ObjectKind.DEAL, "deal_id"),
        (ObjectKind.COMPANY, "company_id"),
        (ObjectKind.CONTACT, "contact_id"),
    )
    return [(kind, name) for kind, name in named if hasattr(item, name)]


def _on_survivors(item: Write, gone: Mapping[RecordKey, RecordKey]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for kind, name in _ends(item):
        held = getattr(item, name)
        survivor = gone.get(RecordKey(kind, held)) if held else None
        if survivor is not None:
            found[name] = survivor.crm_id
    return found


def _without(item: Write, erased: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for mail, name in _PEOPLE:
        pseudonym = _pseudonym(erased, str(getattr(item, mail, "") or ""))
        if pseudonym:
            found[mail] = erasure.address_of(pseudonym)
            if name:
                found[name] = erasure.NAME
    for text in _TEXTS:
        said = str(getattr(item, text, "") or "")
        clean = _ADDRESS.sub(lambda hit: _instead(erased, hit.group()), said)
        if clean != said:
            found[text] = clean
    return found


def _instead(erased: Mapping[str, str], address: str) -> str:
    pseudonym = _pseudonym(erased, address)
    return erasure.address_of(pseudonym) if pseudonym else address


def _pseudonym(erased: Mapping[str, str], email: str) -> str:
    return erased.get(hash_token(email.strip().lower()), "") if email else ""
