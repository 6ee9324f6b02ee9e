"""The keys that share pages sign copies with: each for a day, vouched for by the tenant's own key.

The share pages hold no secret that opens the tenant's key. So whoever signs for the tenant makes them one that is
worth nothing tomorrow: a copy that names another time than its key's is not believed, and ended keys are deleted.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select

from app.ground.clock import to_iso
from app.identity.signing_key import COPY_KEY, SigningKey, new_signing_key, read_signing_key
from app.storage.published_tables import copy_key

LIFE = timedelta(days=1)
"""How long a thief of the database could sign in a tenant's name. An agent may be down for half of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyKey:
    """`said` is what the tenant's key, named by `root`, put its `certificate` under: which key, from when to when."""

    key: SigningKey
    said: str
    root: str
    certificate: str


def renew(connection: Connection, tenant_id: str, root: SigningKey, at: datetime) -> bool:
    """After this the tenant's share pages can sign for half a day at least. Whether that took a new key."""
    c = copy_key.c
    connection.execute(delete(copy_key).where(c.tenant_id == tenant_id, c.ends_at <= at))
    newest = connection.execute(
        select(c.number, c.root, c.ends_at).where(c.tenant_id == tenant_id).order_by(c.number.desc()).limit(1)
    ).first()
    if newest is not None and newest.root == root.public and newest.ends_at - at > LIFE / 2:
        return False
    key = new_signing_key()
    said = json.dumps({"key": key.public, "from": to_iso(at), "until": to_iso(at + LIFE)}, sort_keys=True)
    connection.execute(
        copy_key.insert().values(
            tenant_id=tenant_id,
            number=newest.number + 1 if newest else 1,
            secret=key.bare(),
            said=said,
            root=root.public,
            certificate=root.sign(COPY_KEY, said.encode()),
            begins_at=at,
            ends_at=at + LIFE,
        )
    )
    return True


def current(connection: Connection, tenant_id: str, at: datetime) -> CopyKey | None:
    """What the tenant's copies of this moment are signed with; None while nobody has made a key."""
    c = copy_key.c
    row = connection.execute(
        select(c.secret, c.said, c.root, c.certificate)
        .where(c.tenant_id == tenant_id, c.begins_at <= at, c.ends_at > at)
        .order_by(c.number.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    return CopyKey(
        key=read_signing_key(row.secret), said=row.said, root=row.root, certificate=row.certificate
    )
