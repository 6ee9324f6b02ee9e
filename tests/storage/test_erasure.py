"""A person who is erased stands in no column of any table, whatever tables there are."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    Float,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    select,
)

from app.disclosure.snapshot import content_hash
from app.storage import erasure, tables
from app.storage.engine import Database
from app.storage.published_tables import exposure, snapshot
from app.storage.schema import Json, Moment, metadata
from tests.database import migrated_database_url

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
MAIL = "ömer@n.io"
NAME = 'Ömer "Ö" Kaya'
QUOTED = f"Ask {NAME} ({MAIL.upper()}) today"
OURS, THEIRS = "t1", "t2"


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    url = migrated_database_url(tmp_path).replace("postgresql://", "postgresql+psycopg://", 1)
    database = Database(url)
    with database.write() as connection:
        yield connection
    database.close()


def plain(column: Column[Any], number: int) -> Any:
    """A value of the column's type that says nothing and is new each time."""
    text = f"{number:x}"
    values: tuple[tuple[type, Any], ...] = (
        (Json, {"n": number}),
        (LargeBinary, text.encode()),
        (Moment, NOW),
        (Date, date(2026, 1, 1)),
        (Boolean, False),
        (Integer, number),
        (Float, number),
    )
    return next((value for kind, value in values if isinstance(column.type, kind)), text)


def once(column: Column[Any], tenant: str, number: int) -> Any:
    """`plain`, but other than another tenant's."""
    value = plain(column, number)
    return f"{tenant}{value}" if isinstance(value, str) else value


def filled(table: Table, tenant: str, number: int, **values: Any) -> dict[str, Any]:
    row = {column.name: once(column, tenant, number) for column in table.columns}
    place = "id" if table is tables.tenant else "tenant_id"
    return row | ({place: tenant} if place in table.c else {}) | values


def saying(column: Column[Any]) -> Any:
    """The person, as this column would hold them."""
    if isinstance(column.type, Json):
        return {"people": [{"person_email": MAIL, "person_name": NAME}], "text": QUOTED, MAIL: 1}
    length = getattr(column.type, "length", None) or 1000
    return QUOTED if length >= len(QUOTED) else MAIL if length >= len(MAIL) else None


def is_read(column: Column[Any]) -> bool:
    return isinstance(column.type, (String, Text, Json)) and column.name != "tenant_id"


def everything(connection: Connection, tenant: str) -> str:
    found = []
    for table in metadata.sorted_tables:
        place = table.c.id if table is tables.tenant else table.c.get("tenant_id")
        rows = connection.execute(select(table) if place is None else select(table).where(place == tenant))
        found += [f"{table.name}: {tuple(row)}" for row in rows]
    return "\n".join(found).lower()


def fill(connection: Connection, table: Table, tenant: str) -> None:
    """A row for each column that can hold words, with the person in it."""
    number = 1
    for column in table.columns:
        said = saying(column) if is_read(column) else None
        if said is None or (table is tables.tenant and column.name == "id"):
            continue
        number += 1
        values = {column.name: said}
        single = [key.name for key in table.primary_key] == ["tenant_id"] or table is tables.tenant
        if single:  # a tenant has one such row, which says it everywhere
            values = {c.name: saying(c) for c in table.columns if is_read(c) and saying(c) and c.name != "id"}
        connection.execute(table.insert().values(**filled(table, tenant, number, **values)))
        if single:
            return


SWEPT = sorted(erasure.swept(), key=lambda table: table.name)


@pytest.fixture
def crowded(connection: Connection) -> Connection:
    for table in SWEPT:
        fill(connection, table, OURS)
    fill(connection, tables.step, THEIRS)
    return connection


def test_an_erased_person_stands_in_no_column_of_any_table(crowded: Connection) -> None:
    assert NAME.lower() in everything(crowded, OURS)
    theirs = everything(crowded, THEIRS)

    erasure.erase(crowded, OURS, MAIL, "erased-1", NOW)

    left = [line for line in everything(crowded, OURS).splitlines() if MAIL in line or "kaya" in line]
    assert left == []
    assert everything(crowded, THEIRS) == theirs


def test_every_table_is_swept_or_stands_with_a_reason(connection: Connection) -> None:
    swept = {table.name for table in SWEPT}

    assert swept.isdisjoint(erasure.UNTOUCHED)
    assert set(erasure.UNTOUCHED) <= set(metadata.tables)
    assert [t.name for t in SWEPT if "tenant_id" not in t.c and t is not tables.tenant] == []


def test_a_firm_keeps_its_name_where_a_link_was_made_for_its_mailbox(connection: Connection) -> None:
    connection.execute(
        tables.partner.insert().values(**filled(tables.partner, OURS, 1, name="Northwind Inc"))
    )
    said = {"author_email": MAIL, "author_name": "Northwind Inc", "body": "Northwind Inc asks"}
    connection.execute(tables.message.insert().values(**filled(tables.message, OURS, 1, **said)))

    erasure.erase(connection, OURS, MAIL, "erased-1", NOW)

    assert connection.scalar(select(tables.partner.c.name)) == "Northwind Inc"
    assert connection.scalar(select(tables.message.c.body)) == "Northwind Inc asks"


def test_somebody_else_whose_address_or_name_holds_the_persons_is_left_alone(connection: Connection) -> None:
    others = "Write to jo.mer@n.io, mer@n.io.example and Jo Lind"
    said = {"author_email": "mer@n.io", "author_name": "Jo Li", "body": f"{others}; not to mer@n.io. Jo Li!"}
    connection.execute(tables.message.insert().values(**filled(tables.message, OURS, 1, **said)))

    erasure.erase(connection, OURS, "mer@n.io", "erased-1", NOW)

    body = connection.scalar(select(tables.message.c.body))
    assert body == f"{others}; not to erased-1@erased.invalid. Erased person!"


def test_two_addresses_of_one_person_become_one(connection: Connection) -> None:
    for email in ("kim@a.example", "kim@b.example"):
        row = filled(exposure, OURS, 1) | {"email": email}
        connection.execute(exposure.insert().values(**row))

    for email in ("kim@a.example", "kim@b.example"):
        erasure.erase(connection, OURS, email, "erased-1", NOW)

    assert connection.scalars(select(exposure.c.email)).all() == ["erased-1@erased.invalid"]


def test_a_room_that_named_the_person_has_the_hash_of_what_it_says_now(connection: Connection) -> None:
    said = {"author_email": "kim@a.example", "author_name": "Kim", "partner_id": "p1", "body": "Kim!"}
    connection.execute(tables.message.insert().values(**filled(tables.message, OURS, 1, **said)))
    content = {"messages": [{"author": "Kim", "text": "Kim and I"}]}
    row = filled(snapshot, OURS, 1, partner_id="p1", content=content)
    connection.execute(snapshot.insert().values(**row))

    erasure.erase(connection, OURS, "kim@a.example", "erased-1", NOW)

    held = connection.execute(select(snapshot.c.content, snapshot.c.content_hash)).one()
    assert held.content == {"messages": [{"author": "Erased person", "text": "Kim and I"}]}
    assert held.content_hash == content_hash(held.content)
