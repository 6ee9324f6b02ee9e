"""Tenants, their sealed credentials and what their CRM's metadata says."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, delete, func, select

from app.crm.port import Account, FieldInfo, Owner, Stage
from app.domain.record import CrmKind, ObjectKind
from app.domain.tenant import Tenant
from app.storage import tables
from app.storage.changes import UNSEEN
from app.storage.published_tables import share_link, viewer_code, viewer_session
from app.storage.rows import ask, equal, find, find_all, insert, put, put_all, update

DEFAULT_COLOR = "#3b5bdb"

_O = tables.owner.c
_BY_ID = select(tables.tenant).where(equal(tables.tenant.c.id))
_BY_ACCOUNT = select(tables.tenant).where(equal(tables.tenant.c.crm, tables.tenant.c.account_id))
_TROUBLE = select(tables.tenant.c.trouble).where(equal(tables.tenant.c.id))
_OWNERS = select(tables.owner).where(equal(_O.tenant_id)).order_by(_O.name)
_OWNER_NAME = select(_O.name).where(equal(_O.tenant_id), func.lower(_O.email) == bindparam("email")).limit(1)
_STAGES = select(tables.stage).where(equal(tables.stage.c.tenant_id)).order_by(tables.stage.c.position)


def add(connection: Connection, tenant: Tenant, *, username: str, at: datetime) -> None:
    insert(
        connection,
        tables.tenant,
        {
            "id": tenant.id,
            "crm": tenant.crm,
            "account_id": tenant.account_id,
            "name": tenant.name,
            "instance_url": tenant.instance_url,
            "username": username,
            "admin_emails": list(tenant.admin_emails),
            "brand_color": tenant.brand_color or DEFAULT_COLOR,
            "connected": True,
            "trouble": "",
            "created_at": at,
        },
    )


def by_id(connection: Connection, tenant_id: str) -> Tenant | None:
    rows = ask(connection, _BY_ID, id=tenant_id)
    return _tenant(rows[0]) if rows else None


def lock(connection: Connection, tenant_id: str) -> None:
    """Commands of one tenant go one after the other: so a repeated key waits for the first answer, two partners who
    register at the same instant are decided in order, and the audit log has no gap. SQLite has one writer anyway."""
    connection.execute(select(tables.tenant.c.id).where(tables.tenant.c.id == tenant_id).with_for_update())


def by_account(connection: Connection, crm: CrmKind, account_id: str) -> Tenant | None:
    rows = ask(connection, _BY_ACCOUNT, crm=crm, account_id=account_id)
    return _tenant(rows[0]) if rows else None


def all_of(connection: Connection) -> list[Tenant]:
    return [_tenant(row) for row in find_all(connection, tables.tenant, order=[tables.tenant.c.created_at])]


def add_admins(connection: Connection, tenant: Tenant, emails: Sequence[str]) -> None:
    """These people may open the admin pages, beside those who may already."""
    everyone = list(dict.fromkeys([*tenant.admin_emails, *(email.lower() for email in emails if email)]))
    update(connection, tables.tenant, {"admin_emails": everyone}, tables.tenant.c.id == tenant.id)


def username_of(connection: Connection, tenant_id: str) -> str:
    row = find(connection, tables.tenant, tables.tenant.c.id == tenant_id)
    return str(row["username"]) if row else ""


def connected_at(connection: Connection, tenant_id: str) -> datetime:
    """When the account was first connected."""
    moment: datetime = connection.execute(
        select(tables.tenant.c.created_at).where(tables.tenant.c.id == tenant_id)
    ).scalar_one()
    return moment


def trouble_of(connection: Connection, tenant_id: str) -> str:
    """Why the CRM cannot be reached, in a sentence; empty while it can."""
    return str(connection.scalar(_TROUBLE, {"id": tenant_id}) or "")


def set_country(connection: Connection, tenant_id: str, country: str) -> None:
    update(connection, tables.tenant, {"country": country}, tables.tenant.c.id == tenant_id)


def set_trouble(connection: Connection, tenant_id: str, sentence: str) -> None:
    t = tables.tenant.c
    update(
        connection,
        tables.tenant,
        {"trouble": sentence, "connected": not sentence},
        t.id == tenant_id,
        t.trouble != sentence,
    )


def set_account(connection: Connection, tenant_id: str, account: Account) -> None:
    """Keeps what the CRM says of itself: where its pages are, and what its dates and amounts are meant in."""
    said = {
        "ui_origin": account.ui_origin[:300],
        "time_zone": account.time_zone[:64],
        "currency": account.currency[:3],
    }
    update(connection, tables.tenant, said, tables.tenant.c.id == tenant_id)


def remove(connection: Connection, tenant_id: str) -> None:
    """Takes every row of the tenant out of every table; those that name only a link, by the tenant's links."""
    links = select(share_link.c.id).where(share_link.c.tenant_id == tenant_id)
    for table in (viewer_code, viewer_session):
        connection.execute(delete(table).where(table.c.link_id.in_(links)))
    # No mark of a change must stay behind: the last statement says for everybody that something changed.
    quietly = {UNSEEN: True}
    for table in reversed(tables.tenant.metadata.sorted_tables):
        column = table.c.get("tenant_id")
        if column is not None:
            connection.execute(delete(table).where(column == tenant_id), execution_options=quietly)
    connection.execute(delete(tables.tenant).where(tables.tenant.c.id == tenant_id))


def save_credential(connection: Connection, tenant_id: str, sealed: str, expires_at: datetime) -> None:
    put(connection, tables.credential, {"tenant_id": tenant_id, "sealed": sealed, "expires_at": expires_at})


def reseal_credential(connection: Connection, tenant_id: str, sealed: str, renewed: str) -> None:
    """The same tokens under another key, unless somebody saved newer ones meanwhile."""
    t = tables.credential.c
    update(connection, tables.credential, {"sealed": renewed}, t.tenant_id == tenant_id, t.sealed == sealed)


def credential(connection: Connection, tenant_id: str) -> str | None:
    row = find(connection, tables.credential, tables.credential.c.tenant_id == tenant_id)
    return str(row["sealed"]) if row else None


def set_owners(connection: Connection, tenant_id: str, owners: Sequence[Owner]) -> None:
    put_all(
        connection,
        tables.owner,
        [
            {
                "tenant_id": tenant_id,
                "crm_id": o.id,
                "user_id": o.user_id,
                "name": o.name[:200],
                "email": o.email[:320],
            }
            for o in owners
        ],
    )


def owners(connection: Connection, tenant_id: str) -> list[Owner]:
    rows = ask(connection, _OWNERS, tenant_id=tenant_id)
    return [Owner(id=r["crm_id"], user_id=r["user_id"], name=r["name"], email=r["email"]) for r in rows]


def owner_name(connection: Connection, tenant_id: str, email: str) -> str:
    """The name of the CRM's user with this address, in lower case; empty where the CRM names nobody."""
    return str(connection.scalar(_OWNER_NAME, {"tenant_id": tenant_id, "email": email}) or "")


def set_stages(connection: Connection, tenant_id: str, stages: Sequence[Stage]) -> None:
    connection.execute(delete(tables.stage).where(tables.stage.c.tenant_id == tenant_id))
    insert(
        connection,
        tables.stage,
        [
            {"tenant_id": tenant_id, "value": s.value, "label": s.label, "position": n, "closed": s.closed}
            for n, s in enumerate(stages)
        ],
    )


def stages(connection: Connection, tenant_id: str) -> list[Stage]:
    rows = ask(connection, _STAGES, tenant_id=tenant_id)
    return [Stage(value=r["value"], label=r["label"], closed=r["closed"]) for r in rows]


def set_fields(connection: Connection, tenant_id: str, kind: ObjectKind, infos: Sequence[FieldInfo]) -> None:
    t = tables.field_info.c
    connection.execute(delete(tables.field_info).where(t.tenant_id == tenant_id, t.object == kind))
    put_all(
        connection,
        tables.field_info,
        [
            {
                "tenant_id": tenant_id,
                "object": kind,
                "name": i.canonical[:200],
                "api_name": i.api_name[:200],
                "label": i.label[:200],
                "type": i.type[:60],
            }
            for i in infos
        ],
    )


def fields(connection: Connection, tenant_id: str, kind: ObjectKind) -> list[FieldInfo]:
    t = tables.field_info.c
    rows = find_all(
        connection, tables.field_info, t.tenant_id == tenant_id, t.object == kind, order=[t.label]
    )
    return [
        FieldInfo(canonical=r["name"], api_name=r["api_name"], label=r["label"], type=r["type"]) for r in rows
    ]


def cursor(connection: Connection, tenant_id: str, name: str) -> str | None:
    t = tables.cursor.c
    value: Any = connection.scalar(select(t.value).where(t.tenant_id == tenant_id, t.name == name))
    return value if value is None else str(value)


def move_cursor(connection: Connection, tenant_id: str, name: str, value: str, at: datetime) -> None:
    put(connection, tables.cursor, {"tenant_id": tenant_id, "name": name, "value": value, "moved_at": at})


def drop_cursor(connection: Connection, tenant_id: str, name: str) -> None:
    t = tables.cursor.c
    connection.execute(delete(tables.cursor).where(t.tenant_id == tenant_id, t.name == name))


def _tenant(row: RowMapping) -> Tenant:
    return Tenant(
        id=row["id"],
        crm=CrmKind(row["crm"]),
        account_id=row["account_id"],
        name=row["name"],
        instance_url=row["instance_url"],
        admin_emails=tuple(row["admin_emails"]),
        brand_color=row["brand_color"],
        logo_text=row["name"],
        ui_origin=row["ui_origin"],
        time_zone=row["time_zone"],
        currency=row["currency"],
        country=row["country"],
    )
