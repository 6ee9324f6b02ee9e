"""Domain values with defaults, so that a test names only what it is about."""

from datetime import UTC, datetime
from typing import Any

from app.domain.actor import Side
from app.domain.partner import Partner, PartnerType
from app.domain.plan import Step
from app.domain.registration import Registration
from app.domain.thread import Audience, Message

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def step(**kw: Any) -> Step:
    return Step(
        **{
            "id": "s1",
            "partner_id": "p1",
            "milestone": "Proof",
            "title": "Sign the order",
            "owner_side": Side.US,
            **kw,
        }
    )


def registration(**kw: Any) -> Registration:
    return Registration(
        **{
            "id": "r1",
            "partner_id": "p1",
            "customer_name": "Initech",
            "customer_domain": "initech.com",
            "received_at": NOON,
            **kw,
        }
    )


def message(**kw: Any) -> Message:
    return Message(
        **{
            "id": "m1",
            "partner_id": "p1",
            "author_name": "Ada",
            "author_email": "ada@example.com",
            "side": Side.US,
            "audience": Audience.PARTNER,
            "body": "Hello",
            "sent_at": NOON,
            **kw,
        }
    )


def partner(**kw: Any) -> Partner:
    return Partner(**{"id": "p1", "name": "Northwind", "type": PartnerType.RESELLER, **kw})
