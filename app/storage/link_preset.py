"""Presets of share links, for each type of partner; and the terms that viewers accept."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, select

from app.domain.link import LinkPreset
from app.domain.partner import PartnerType
from app.storage import tables
from app.storage.published_tables import link_terms
from app.storage.rows import insert_new, put

_P = tables.link_preset.c


def presets(connection: Connection, tenant_id: str) -> Mapping[PartnerType, LinkPreset]:
    """What the admin set, for each type that was ever set."""
    rows = connection.execute(select(_P.partner_type, _P.body).where(_P.tenant_id == tenant_id))
    known = set(PartnerType)
    return {
        PartnerType(row.partner_type): LinkPreset(**row.body) for row in rows if row.partner_type in known
    }


def save(
    connection: Connection, tenant_id: str, kind: PartnerType, preset: LinkPreset, by: str, at: datetime
) -> None:
    """After this new links for this type of partner begin with these rules. Links that exist keep theirs."""
    row = {"tenant_id": tenant_id, "partner_type": str(kind), "body": asdict(preset)}
    put(connection, tables.link_preset, {**row, "changed_at": at, "changed_by": by})


def save_terms(connection: Connection, tenant_id: str, text: str, by: str, at: datetime) -> str:
    """The version of this text. A text that was written before keeps its version and becomes the newest again."""
    version = hashlib.sha256(text.encode()).hexdigest()
    row = {"tenant_id": tenant_id, "version": version, "text": text, "created_at": at, "created_by": by}
    if not insert_new(connection, link_terms, row):
        put(connection, link_terms, row)
    return version
