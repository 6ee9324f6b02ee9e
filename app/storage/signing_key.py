"""The keys a tenant signs with. They are made when first needed, and stored sealed."""

from datetime import datetime

from sqlalchemy import Connection, RowMapping

from app.identity.signing_key import SigningKey, new_signing_key, open_signing_key
from app.identity.vault import Vault
from app.storage import tables
from app.storage.rows import find_all, insert_new, update

_T = tables.signing_key.c


def current(connection: Connection, tenant_id: str, vault: Vault, at: datetime) -> SigningKey:
    """The tenant's newest key, made now if there is none, sealed with the newest of SECRET_KEYS. Needs a transaction
    that may write. Raises AppError when no key of the vault fits."""
    row = _newest(connection, tenant_id)
    if row is None:
        _add(connection, tenant_id, 1, vault, at)
        row = _newest(connection, tenant_id)
        assert row is not None
    renewed = vault.reseal(row["sealed"])
    if renewed is not None:
        update(
            connection,
            tables.signing_key,
            {"sealed": renewed},
            _T.tenant_id == tenant_id,
            _T.number == row["number"],
        )
    return open_signing_key(vault, row["sealed"])


def renew(connection: Connection, tenant_id: str, vault: Vault, at: datetime) -> SigningKey:
    """A new key, with which everything is signed from now on."""
    row = _newest(connection, tenant_id)
    _add(connection, tenant_id, row["number"] + 1 if row else 1, vault, at)
    return current(connection, tenant_id, vault, at)


def public_keys(connection: Connection, tenant_id: str) -> dict[str, str]:
    """Every public key the tenant ever signed with, by its id, oldest first."""
    rows = find_all(connection, tables.signing_key, _T.tenant_id == tenant_id, order=[_T.number])
    return {row["id"]: row["public"] for row in rows}


def _newest(connection: Connection, tenant_id: str) -> RowMapping | None:
    rows = find_all(
        connection, tables.signing_key, _T.tenant_id == tenant_id, order=[_T.number.desc()], limit=1
    )
    return rows[0] if rows else None


def _add(connection: Connection, tenant_id: str, number: int, vault: Vault, at: datetime) -> None:
    key = new_signing_key()
    insert_new(
        connection,
        tables.signing_key,
        {
            "tenant_id": tenant_id,
            "number": number,
            "id": key.id,
            "public": key.public,
            "sealed": key.sealed(vault),
            "created_at": at,
        },
    )
