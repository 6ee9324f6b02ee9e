"""What a CRM tells by itself: how far we have listened to each account, and who listens."""

from sqlalchemy import Column, Float, String, Table, Text

from app.storage.schema import Moment, metadata
from app.storage.tables.columns import tenant_id

event_feed = Table(
    "event_feed",
    metadata,
    tenant_id(),
    Column("position", Text, nullable=False, default=""),
    Column("fence", String(32), nullable=False, default=""),
    Column("leased_until", Moment, nullable=True),
    Column("heard_at", Moment, nullable=True),
    Column("event_at", Moment, nullable=True),
    Column("task_at", Moment, nullable=True),
    Column("lag", Float, nullable=False, default=0.0),
    Column("lost_at", Moment, nullable=True),
    Column("sweep_at", Moment, nullable=True),
    Column("trouble", Text, nullable=False, default=""),
)
"""`fence` names the one listener that may move `position`, until `leased_until`. `heard_at` is the last sign of life,
`event_at` the last event, `task_at` the last one about a step; `lag` the seconds from a change's commit to its mark
here. `lost_at` says when the position was last lost, `sweep_at` since when a sweep is due, `trouble` why nobody
listens."""
