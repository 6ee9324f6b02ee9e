"""Credly: badges of one organisation, fetched by id.

Source: credly.com/docs/webhooks and credly.com/docs/issued_badges. Notifications are not signed; `state` is pending,
accepted, rejected or revoked.
"""

import base64
import re
from collections.abc import Mapping, Sequence
from typing import Any

from app.credentials.port import Access
from app.credentials.reading import day, expect, moment, text
from app.credentials.web import Web

ORIGIN = "https://api.credly.com"
_ID = re.compile(r"[0-9a-fA-F-]{8,64}")


class Credly:
    def __init__(self, access: Access, web: Web) -> None:
        self._access = access
        self._web = web
        token = base64.b64encode(f"{access.token}:".encode()).decode()
        self._headers = {"Authorization": f"Basic {token}"}

    def subjects(self, body: Any) -> Sequence[str]:
        """The badge itself where the event names it; else the event, which does."""
        if not text(body, "event_type").startswith("badge."):
            return ()
        badge = text(body, "badge", "id") or text(body, "data", "badge", "id")
        event = text(body, "id")
        named = f"badge:{badge}" if badge else f"event:{event}"
        return (named,) if _ID.fullmatch(named.partition(":")[2]) else ()

    def fetch(self, subject: str) -> Mapping[str, Any] | None:
        kind, _, id_ = subject.partition(":")
        if kind == "event":
            event = self._get(f"events/{id_}")
            id_ = text(event, "data", "badge", "id")
            if not _ID.fullmatch(id_):
                return None
        found = self._get(f"badges/{id_}")
        badge = found.get("data") if isinstance(found, Mapping) else None
        if badge is None:
            return {"source_id": id_, "revokes": True, "reason": "No longer at Credly"}
        return _statement(id_, badge)

    def _get(self, path: str) -> Any:
        url = f"{self._access.origin}/v1/organizations/{self._access.organisation}/{path}"
        return expect(self._web.get(url, self._headers), "Credly")


def _statement(id_: str, badge: Any) -> Mapping[str, Any] | None:
    state = text(badge, "state")
    said = moment(text(badge, "state_updated_at")) or moment(text(badge, "updated_at"))
    if state == "revoked":
        reason = text(badge, "revocation_reason") or "Revoked at Credly"
        return {"source_id": id_, "said_at": said, "revokes": True, "reason": reason}
    if state == "rejected":
        return None
    first, last = text(badge, "issued_to_first_name"), text(badge, "issued_to_last_name")
    return {
        "source_id": id_,
        "said_at": moment(text(badge, "updated_at")) or said,
        "name": text(badge, "badge_template", "name"),
        "credential": text(badge, "badge_template", "id"),
        "person_name": text(badge, "issued_to") or f"{first} {last}".strip(),
        "person_email": text(badge, "recipient_email"),
        "issuer": text(badge, "issuer", "summary").removeprefix("issued by "),
        "issued": day(text(badge, "issued_at_date")) or day(text(badge, "issued_at")),
        "expires": day(text(badge, "expires_at_date")) or day(text(badge, "expires_at")),
        "evidence": text(badge, "badge_url", limit=1000),
    }
