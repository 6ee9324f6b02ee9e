"""How far the first load of an account has come. It is kept with the cursor it belongs to, in one transaction."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from app.storage import tenant as tenants

CURSOR = "load"


@dataclass(frozen=True, slots=True, kw_only=True)
class Loading:
    """`about` is what the CRM said at the beginning; None where it did not say."""

    read: int
    about: int | None = None

    @property
    def sentence(self) -> str:
        if self.about is None or self.about < self.read:
            return f"Loading: {self.read:,} companies so far"
        return f"Loading: {self.read:,} of about {self.about:,} companies"


def of(connection: Connection, tenant_id: str) -> Loading | None:
    """None once everything was read, and before anything was."""
    kept = tenants.cursor(connection, tenant_id, CURSOR)
    return Loading(**json.loads(kept)) if kept else None


def begin(connection: Connection, tenant_id: str, about: int | None, at: datetime) -> None:
    _keep(connection, tenant_id, Loading(read=0, about=about), at)


def advance(connection: Connection, tenant_id: str, read: int, *, more: bool, at: datetime) -> None:
    """A page was taken; after the last one the load is over. Pages of later rounds change nothing."""
    now = of(connection, tenant_id)
    if now is None:
        return
    if more:
        _keep(connection, tenant_id, Loading(read=now.read + read, about=now.about), at)
    else:
        tenants.drop_cursor(connection, tenant_id, CURSOR)


def _keep(connection: Connection, tenant_id: str, loading: Loading, at: datetime) -> None:
    text = json.dumps({"read": loading.read, "about": loading.about})
    tenants.move_cursor(connection, tenant_id, CURSOR, text, at)
