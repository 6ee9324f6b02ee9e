"""Partners, their contacts and the records they work on."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import BindParameter, Connection, RowMapping, bindparam, func, or_, select

from app.domain.partner import Partner, PartnerContact, PartnerType
from app.domain.record import ObjectKind, RecordKey
from app.storage import tables
from app.storage.rows import ask, equal, find, find_all, insert, insert_missing, insert_new, update

_P, _C, _A = tables.partner.c, tables.partner_contact.c, tables.attachment.c

_ALL = select(tables.partner).where(equal(_P.tenant_id)).order_by(_P.name)
_ON_RECORD = (
    select(tables.partner, _A.seen_at.label("seen"))
    .join(tables.attachment, (_A.tenant_id == _P.tenant_id) & (_A.partner_id == _P.id))
    .where(equal(_A.tenant_id, _A.object, _A.crm_id))
    .order_by(_A.attached_at, _P.id)
)
_THESE: BindParameter[str] = bindparam("partner_ids", expanding=True)
_CONTACTS = (
    select(tables.partner_contact).where(equal(_C.tenant_id), _C.partner_id.in_(_THESE)).order_by(_C.name)
)


def add(connection: Connection, tenant_id: str, partner: Partner) -> None:
    insert(connection, tables.partner, {"tenant_id": tenant_id, **asdict(partner)})


def add_missing(connection: Connection, tenant_id: str, found: Sequence[Partner]) -> int:
    """How many of the partners we did not hold; those we hold stay as they are."""
    return insert_missing(
        connection, tables.partner, [{"tenant_id": tenant_id, **asdict(one)} for one in found]
    )


def change(connection: Connection, tenant_id: str, partner: Partner) -> None:
    values = asdict(partner)
    update(
        connection,
        tables.partner,
        {k: v for k, v in values.items() if k != "id"},
        _P.tenant_id == tenant_id,
        _P.id == partner.id,
    )


def get(connection: Connection, tenant_id: str, partner_id: str) -> Partner | None:
    row = find(connection, tables.partner, _P.tenant_id == tenant_id, _P.id == partner_id)
    return _partner(row) if row else None


def some(connection: Connection, tenant_id: str, partner_ids: Sequence[str]) -> list[Partner]:
    """Those of these that there are, by id."""
    wanted = (_P.tenant_id == tenant_id, _P.id.in_(partner_ids))
    return [_partner(row) for row in find_all(connection, tables.partner, *wanted, order=[_P.id])]


def by_name(connection: Connection, tenant_id: str, name: str) -> Partner | None:
    row = find(connection, tables.partner, _P.tenant_id == tenant_id, _P.name == name)
    return _partner(row) if row else None


def all_of(connection: Connection, tenant_id: str) -> list[Partner]:
    return [_partner(row) for row in ask(connection, _ALL, tenant_id=tenant_id)]


def attach(
    connection: Connection, tenant_id: str, key: RecordKey, partner_id: str, by: str, at: datetime
) -> bool:
    """True if the partner is new on the record."""
    return insert_new(
        connection,
        tables.attachment,
        {
            "tenant_id": tenant_id,
            "object": key.object,
            "crm_id": key.crm_id,
            "partner_id": partner_id,
            "attached_at": at,
            "attached_by": by,
            "seen_at": None,
        },
    )


def attachment(connection: Connection, tenant_id: str, key: RecordKey, partner_id: str) -> RowMapping | None:
    """When and by whom the partner was brought to the record, and when a seller last read its thread; None if it is
    not on it."""
    return find(
        connection,
        tables.attachment,
        _A.tenant_id == tenant_id,
        _A.object == key.object,
        _A.crm_id == key.crm_id,
        _A.partner_id == partner_id,
    )


def detach(connection: Connection, tenant_id: str, key: RecordKey, partner_id: str) -> None:
    connection.execute(
        tables.attachment.delete().where(
            _A.tenant_id == tenant_id,
            _A.object == key.object,
            _A.crm_id == key.crm_id,
            _A.partner_id == partner_id,
        )
    )


def is_on(connection: Connection, tenant_id: str, key: RecordKey, partner_id: str) -> bool:
    return attachment(connection, tenant_id, key, partner_id) is not None


def on_record(
    connection: Connection, tenant_id: str, key: RecordKey
) -> list[tuple[Partner, datetime | None]]:
    """The partners on a record in order of arrival, each with the time a seller last read its thread."""
    rows = ask(connection, _ON_RECORD, tenant_id=tenant_id, object=key.object, crm_id=key.crm_id)
    return [(_partner(row), row["seen"]) for row in rows]


def records_of(connection: Connection, tenant_id: str, partner_id: str) -> list[RecordKey]:
    rows = find_all(connection, tables.attachment, _A.tenant_id == tenant_id, _A.partner_id == partner_id)
    return [RecordKey(ObjectKind(row["object"]), row["crm_id"]) for row in rows]


def newest_records_of(connection: Connection, tenant_id: str, partner_id: str) -> list[RecordKey]:
    """The records the partner works on, the one it was brought to last first; at most 20."""
    rows = find_all(
        connection,
        tables.attachment,
        _A.tenant_id == tenant_id,
        _A.partner_id == partner_id,
        order=[_A.attached_at.desc(), _A.crm_id],
        limit=20,
    )
    return [RecordKey(ObjectKind(row["object"]), row["crm_id"]) for row in rows]


def workplaces(
    connection: Connection, tenant_id: str, partner_ids: Sequence[str], limit: int
) -> list[RecordKey]:
    """The records that any of these partners work on, the one it was brought to last first."""
    rows = find_all(
        connection,
        tables.attachment,
        _A.tenant_id == tenant_id,
        _A.partner_id.in_(partner_ids),
        order=[_A.attached_at.desc(), _A.crm_id],
        limit=limit,
    )
    return list(dict.fromkeys(RecordKey(ObjectKind(row["object"]), row["crm_id"]) for row in rows))


def mark_seen(connection: Connection, tenant_id: str, key: RecordKey, partner_id: str, at: datetime) -> None:
    """Notes that a seller has read this partner's thread on this record."""
    update(
        connection,
        tables.attachment,
        {"seen_at": at},
        _A.tenant_id == tenant_id,
        _A.object == key.object,
        _A.crm_id == key.crm_id,
        _A.partner_id == partner_id,
    )


def add_contact(connection: Connection, tenant_id: str, contact: PartnerContact) -> bool:
    """False if the partner already has a contact with this address."""
    return insert_new(connection, tables.partner_contact, {"tenant_id": tenant_id, **asdict(contact)})


def contact(connection: Connection, tenant_id: str, contact_id: str) -> PartnerContact | None:
    row = find(connection, tables.partner_contact, _C.tenant_id == tenant_id, _C.id == contact_id)
    return _contact(row) if row else None


def contact_by_email(
    connection: Connection, tenant_id: str, partner_id: str, email: str
) -> PartnerContact | None:
    row = find(
        connection,
        tables.partner_contact,
        _C.tenant_id == tenant_id,
        _C.partner_id == partner_id,
        _C.email == email,
    )
    return _contact(row) if row else None


def of_person(connection: Connection, tenant_id: str, email: str) -> list[str]:
    """The partners that have a contact with this address."""
    rows = find_all(connection, tables.partner_contact, _C.tenant_id == tenant_id, _C.email == email)
    return sorted({row["partner_id"] for row in rows})


def contacts_in_crm(connection: Connection, tenant_id: str, crm_contact_id: str) -> list[PartnerContact]:
    """Whom we hold of this contact in the CRM: somebody may work for several partners."""
    rows = find_all(
        connection,
        tables.partner_contact,
        _C.tenant_id == tenant_id,
        _C.crm_contact_id == crm_contact_id,
        order=[_C.id],
    )
    return [_contact(row) for row in rows]


def contacts_who_are(
    connection: Connection, tenant_id: str, crm_contact_id: str, emails: Sequence[str]
) -> list[PartnerContact]:
    """Whom we hold of a person, by the contact's id in the CRM or by one of the addresses, in small letters."""
    rows = find_all(
        connection,
        tables.partner_contact,
        _C.tenant_id == tenant_id,
        or_(_C.crm_contact_id == crm_contact_id, func.lower(_C.email).in_(emails)),
        order=[_C.id],
        limit=20,
    )
    return [_contact(row) for row in rows]


def change_contact(connection: Connection, tenant_id: str, contact: PartnerContact) -> None:
    values = {name: value for name, value in asdict(contact).items() if name != "id"}
    update(connection, tables.partner_contact, values, _C.tenant_id == tenant_id, _C.id == contact.id)


def contacts(connection: Connection, tenant_id: str, partner_ids: Sequence[str]) -> list[PartnerContact]:
    rows = ask(connection, _CONTACTS, tenant_id=tenant_id, partner_ids=list(partner_ids))
    return [_contact(row) for row in rows]


def add_missing_contacts(connection: Connection, tenant_id: str, found: Sequence[PartnerContact]) -> int:
    return insert_missing(
        connection, tables.partner_contact, [{"tenant_id": tenant_id, **asdict(one)} for one in found]
    )


def attach_missing(
    connection: Connection,
    tenant_id: str,
    found: Sequence[tuple[RecordKey, str, datetime, str, datetime | None]],
) -> int:
    """How many of the places were new, each as (record, partner, attached at, by, last read)."""
    return insert_missing(
        connection,
        tables.attachment,
        [
            {
                "tenant_id": tenant_id,
                "object": key.object,
                "crm_id": key.crm_id,
                "partner_id": partner_id,
                "attached_at": at,
                "attached_by": by,
                "seen_at": seen_at,
            }
            for key, partner_id, at, by, seen_at in found
        ],
    )


def _partner(row: RowMapping) -> Partner:
    return Partner(
        id=row["id"],
        name=row["name"],
        type=PartnerType(row["type"]),
        tier=row["tier"],
        domain=row["domain"],
        crm_company_id=row["crm_company_id"],
        country=row["country"],
    )


def _contact(row: RowMapping) -> PartnerContact:
    return PartnerContact(
        id=row["id"],
        partner_id=row["partner_id"],
        name=row["name"],
        email=row["email"],
        title=row["title"],
        crm_contact_id=row["crm_contact_id"],
    )
