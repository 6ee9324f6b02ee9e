"""Every version of every template of a tenant."""

from collections.abc import Sequence

from sqlalchemy import Connection, RowMapping

from app.domain.plan_template import Template, TemplateState, read_content
from app.storage import tables
from app.storage.rows import find, find_all, insert, update

_T = tables.plan_template.c


def add(connection: Connection, tenant_id: str, template: Template) -> None:
    insert(connection, tables.plan_template, {"tenant_id": tenant_id, **_values(template)})


def change(connection: Connection, tenant_id: str, template: Template, seen: int) -> bool:
    """False, with nothing changed, if somebody else changed this version since revision `seen`."""
    return bool(
        update(
            connection,
            tables.plan_template,
            _values(template),
            _T.tenant_id == tenant_id,
            _T.id == template.id,
            _T.version == template.version,
            _T.revision == seen,
        )
    )


def drop_draft(connection: Connection, tenant_id: str, template_id: str, version: int) -> bool:
    """True if there was such a draft; nothing that was ever published goes away."""
    gone = connection.execute(
        tables.plan_template.delete().where(
            _T.tenant_id == tenant_id,
            _T.id == template_id,
            _T.version == version,
            _T.state == TemplateState.DRAFT,
        )
    )
    return bool(gone.rowcount)


def get(connection: Connection, tenant_id: str, template_id: str, version: int) -> Template | None:
    row = find(
        connection,
        tables.plan_template,
        _T.tenant_id == tenant_id,
        _T.id == template_id,
        _T.version == version,
    )
    return _template(row) if row else None


def versions(connection: Connection, tenant_id: str, template_id: str) -> list[Template]:
    """Of one template, the newest first."""
    rows = find_all(
        connection,
        tables.plan_template,
        _T.tenant_id == tenant_id,
        _T.id == template_id,
        order=[_T.version.desc()],
    )
    return [_template(row) for row in rows]


def all_of(connection: Connection, tenant_id: str) -> list[Template]:
    """Every version there is, template by template, the newest first."""
    rows = find_all(
        connection, tables.plan_template, _T.tenant_id == tenant_id, order=[_T.id, _T.version.desc()]
    )
    return [_template(row) for row in rows]


def published(connection: Connection, tenant_id: str) -> Sequence[Template]:
    """The versions that plans may start from."""
    rows = find_all(
        connection,
        tables.plan_template,
        _T.tenant_id == tenant_id,
        _T.state == TemplateState.PUBLISHED,
        order=[_T.id],
    )
    return [_template(row) for row in rows]


def _values(template: Template) -> dict[str, object]:
    return {
        "id": template.id,
        "version": template.version,
        "revision": template.revision,
        "state": template.state,
        "body": template.content.to_json(),
        "author": template.author[:320],
        "changed_at": template.changed_at,
        "published_at": template.published_at,
    }


def _template(row: RowMapping) -> Template:
    return Template(
        id=row["id"],
        version=row["version"],
        revision=row["revision"],
        state=TemplateState(row["state"]),
        content=read_content(row["body"]),
        author=row["author"],
        changed_at=row["changed_at"],
        published_at=row["published_at"],
    )
