"""Accredible: credentials, fetched by id.

Source: docs.api.accredible.com, "View a credential" (GET /v1/credentials/{id}, header `Token token=`).
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from app.credentials.port import Access
from app.credentials.reading import day, dig, expect, moment, text
from app.credentials.web import Web

ORIGIN = "https://api.accredible.com"
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Accredible:
    def __init__(self, access: Access, web: Web) -> None:
        self._access = access
        self._web = web

    def subjects(self, body: Any) -> Sequence[str]:
        places = (("credential", "id"), ("data", "credential", "id"), ("data", "id"), ("credential_id",))
        named = next((found for place in places if (found := text(body, *place))), "")
        return (named,) if _ID.fullmatch(named) else ()

    def fetch(self, subject: str) -> Mapping[str, Any] | None:
        url = f"{self._access.origin}/v1/credentials/{subject}"
        found = expect(
            self._web.get(url, {"Authorization": f"Token token={self._access.token}"}), "Accredible"
        )
        one = dig(found, "credential")
        if one is None:
            return {"source_id": subject, "revokes": True, "reason": "No longer at Accredible"}
        if dig(one, "complete") is False or dig(one, "approve") is False:
            return None
        return {
            "source_id": text(one, "id") or subject,
            "said_at": moment(text(one, "updated_at")),
            "name": text(one, "name") or text(one, "group_name"),
            "credential": text(one, "group", "id") or text(one, "group_id"),
            "person_name": text(one, "recipient", "name"),
            "person_email": text(one, "recipient", "email"),
            "issuer": text(one, "issuer", "name"),
            "issued": day(text(one, "issued_on")),
            "expires": day(text(one, "expired_on")),
            "evidence": text(one, "url", limit=1000),
        }
