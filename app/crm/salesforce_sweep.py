"""The query that asks a kind for its changes, and what its answer says."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from app.crm.news import Feed
from app.crm.port import Changes
from app.crm.salesforce_changes import ORDER, PAGE, Place, place_of
from app.crm.salesforce_soql import select
from app.crm.salesforce_values import OBJECTS, api_fields, own_ends, record
from app.domain.record import ObjectKind


def sweep(kind: ObjectKind, feed: Feed) -> str:
    """The query for one page of what changed. A deal says its account with it."""
    chosen = ("Id", "SystemModstamp", "IsDeleted", *own_ends(kind), *api_fields(kind, feed.fields).values())
    return select(chosen, OBJECTS[kind], _place(feed).where, order=ORDER, limit=PAGE)


def page_of(kind: ObjectKind, feed: Feed, rows: Sequence[Mapping[str, Any]], now: datetime) -> Changes:
    """The page that the answer to `sweep` holds, and the cursor behind it."""
    place, names = _place(feed), api_fields(kind, feed.fields)
    return Changes(
        records=[record(kind, row, names) for row in place.fresh(rows)],
        cursor=place.after(rows, now).to_json(),
        more=len(rows) >= PAGE,
    )


def _place(feed: Feed) -> Place:
    return place_of(feed.cursor) if feed.cursor else Place()
