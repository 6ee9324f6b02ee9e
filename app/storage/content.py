"""The rows of the content catalogue."""

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import Connection, RowMapping

from app.domain.actor import Side
from app.domain.content import ContentItem, Use
from app.domain.partner import PartnerType
from app.storage import tables
from app.storage.rows import find_all, insert, insert_new, update

_I, _U = tables.content_item.c, tables.content_use.c


def add(connection: Connection, tenant_id: str, item: ContentItem) -> bool:
    """False, with nothing changed, where the version is there already."""
    row = {
        "tenant_id": tenant_id,
        "id": item.id,
        "version": item.version,
        "title": item.title,
        "url": item.url,
        "product": item.product,
        "stage": item.stage,
        "partner_types": [str(one) for one in item.partner_types],
        "author": item.author[:320],
        "changed_at": item.changed_at,
        "retired": item.retired,
    }
    return insert_new(connection, tables.content_item, row)


def versions(connection: Connection, tenant_id: str, item_id: str) -> list[ContentItem]:
    """Of one item, the newest first."""
    rows = find_all(
        connection,
        tables.content_item,
        _I.tenant_id == tenant_id,
        _I.id == item_id,
        order=[_I.version.desc()],
    )
    return [_item(row) for row in rows]


def catalogue(connection: Connection, tenant_id: str) -> list[ContentItem]:
    """The newest version of every item, retired ones too, by title."""
    rows = find_all(connection, tables.content_item, _I.tenant_id == tenant_id, order=[_I.id, _I.version])
    newest = {row["id"]: _item(row) for row in rows}
    return sorted(newest.values(), key=lambda one: (one.retired, one.title.casefold(), one.id))


def set_retired(connection: Connection, tenant_id: str, item: ContentItem, *, retired: bool) -> None:
    update(
        connection,
        tables.content_item,
        {"retired": retired},
        _I.tenant_id == tenant_id,
        _I.id == item.id,
        _I.version == item.version,
    )


def count_use(connection: Connection, tenant_id: str, item: ContentItem, side: Side) -> None:
    """This version was opened once more. The tenant's lock is held: two at once are two."""
    key = {"tenant_id": tenant_id, "item_id": item.id, "version": item.version, "side": str(side)}
    where = [_U[name] == value for name, value in key.items()]
    if not update(connection, tables.content_use, {"opened": _U.opened + 1}, *where):
        insert(connection, tables.content_use, {**key, "opened": 1})


def uses(connection: Connection, tenant_id: str) -> Mapping[str, tuple[Use, ...]]:
    """What was opened of each item, the newest version first."""
    found: dict[str, dict[int, Use]] = {}
    rows = find_all(connection, tables.content_use, _U.tenant_id == tenant_id, order=[_U.version.desc()])
    for row in rows:
        of_item = found.setdefault(row["item_id"], {})
        use = of_item.get(row["version"], Use(version=row["version"]))
        ours = row["side"] == str(Side.US)
        of_item[row["version"]] = (
            replace(use, ours=row["opened"]) if ours else replace(use, partners=row["opened"])
        )
    return {item_id: tuple(of_item.values()) for item_id, of_item in found.items()}


def _item(row: RowMapping) -> ContentItem:
    return ContentItem(
        id=row["id"],
        version=row["version"],
        title=row["title"],
        url=row["url"],
        product=row["product"],
        stage=row["stage"],
        partner_types=tuple(PartnerType(one) for one in row["partner_types"]),
        author=row["author"],
        changed_at=row["changed_at"],
        retired=row["retired"],
    )
