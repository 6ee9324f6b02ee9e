"""Who does something. Every command has exactly one actor."""

from dataclasses import dataclass
from enum import StrEnum


class ActorKind(StrEnum):
    SELLER = "seller"
    ADMIN = "admin"
    VIEWER = "viewer"  # a partner contact on a share link
    FORM = "form"  # a partner on a login-free form
    SYSTEM = "system"  # the agent itself


class Side(StrEnum):
    US = "us"
    PARTNER = "partner"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """`id` is the CRM user id, the viewer's link id, or the form's id; `partner_id` is set on the partner's side."""

    kind: ActorKind
    id: str
    name: str
    email: str = ""
    partner_id: str | None = None
    link_id: str | None = None

    @property
    def side(self) -> Side:
        return Side.PARTNER if self.kind in (ActorKind.VIEWER, ActorKind.FORM) else Side.US


SYSTEM = Actor(kind=ActorKind.SYSTEM, id="system", name="Alongside")
