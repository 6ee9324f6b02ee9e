"""What happened in the portal, told to the app: queued in the database, sent signed, repeated until taken."""

import json
import random
import threading
from collections.abc import Mapping, Sequence
from typing import Any

import requests

from app.sandbox.hubspot.config import HubspotSandboxConfig
from app.sandbox.hubspot.db import Database
from app.sandbox.hubspot.schema import TYPES, ObjectType
from app.sandbox.hubspot.signing import signed_headers

MAX_EVENTS = 100
IDLE_SECONDS = 0.5

DEFAULT_SUBSCRIPTIONS: dict[str, list[str]] = {
    "deals": [
        "dealstage",
        "amount",
        "closedate",
        "dealname",
        "hs_next_step",
        "description",
        "dealtype",
        "hubspot_owner_id",
        "product_name",
        "*creation",
        "*deletion",
        "*restore",
        "*merge",
        "*associationChange",
    ],
    "companies": [
        "name",
        "domain",
        "industry",
        "city",
        "country",
        "hs_parent_company_id",
        "*creation",
        "*deletion",
        "*restore",
        "*merge",
    ],
    "contacts": [
        "firstname",
        "lastname",
        "email",
        "jobtitle",
        "*creation",
        "*deletion",
        "*merge",
        "*privacyDeletion",
    ],
    "tasks": ["hs_task_status", "hs_task_subject", "hs_timestamp", "*deletion"],
}
"""By type: the properties whose changes are told, and with a star the other kinds of event."""

NEVER_SUBSCRIBABLE = frozenset({"hs_lastmodifieddate", "lastmodifieddate", "num_unique_conversion_events"})


class Webhooks:
    """A records.Listener. Events are kept and sent once a target is known, and not before."""

    def __init__(self, db: Database, config: HubspotSandboxConfig) -> None:
        self._db = db
        self._config = config
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._subscriptions: dict[str, list[str]] = db.setting("subscriptions") or DEFAULT_SUBSCRIPTIONS
        self._paused = False
        self._target: dict[str, str] | None = db.setting("webhook_target")
        if self._target:
            self._start()

    def target(self) -> dict[str, str] | None:
        return self._target

    def pause(self) -> None:
        """Events wait from now on."""
        self._paused = True

    def resume(self) -> None:
        """Events that waited are sent."""
        self._paused = False
        self._wake.set()

    def set_target(self, url: str, public_url: str | None = None) -> None:
        """Events go to `url`, signed over `public_url`: the address as HubSpot itself would call it."""
        self._target = {"url": url, "public_url": public_url or url}
        self._db.set_setting("webhook_target", self._target)
        self._start()
        self._wake.set()

    def subscribe(self, subscriptions: Mapping[str, Sequence[str]]) -> None:
        """Only these are told from now on. Raises ValueError for what HubSpot does not offer."""
        wanted = {kind: list(names) for kind, names in subscriptions.items()}
        if any(NEVER_SUBSCRIBABLE & set(names) for names in wanted.values()):
            raise ValueError("the time of modification cannot be subscribed to")
        self._subscriptions = wanted
        self._db.set_setting("subscriptions", wanted)

    def property_changed(self, kind: ObjectType, record: int, name: str, value: str, source: str) -> None:
        if self._wants(kind, name):
            self._queue(
                kind,
                "propertyChange",
                source,
                {"objectId": record, "propertyName": name, "propertyValue": value, "isSensitive": False},
            )

    def created(self, kind: ObjectType, record: int, source: str) -> None:
        if self._wants(kind, "*creation"):
            self._queue(kind, "creation", source, {"objectId": record, "changeFlag": "NEW"})

    def deleted(self, kind: ObjectType, record: int, source: str) -> None:
        if self._wants(kind, "*deletion"):
            self._queue(kind, "deletion", source, {"objectId": record, "changeFlag": "DELETED"})

    def restored(self, kind: ObjectType, record: int, source: str) -> None:
        if self._wants(kind, "*restore"):
            self._queue(kind, "restore", source, {"objectId": record, "changeFlag": "RESTORED"})

    def merged(self, kind: ObjectType, record: int, gone: Sequence[int], source: str) -> None:
        if self._wants(kind, "*merge"):
            facts = {"primaryObjectId": record, "mergedObjectIds": list(gone), "newObjectId": record}
            self._queue(kind, "merge", source, facts | {"numberOfPropertiesMoved": 0})

    def erased(self, record: int, source: str) -> None:
        """Contacts only, and only under the event's old name."""
        if self._wants(TYPES["contacts"], "*privacyDeletion"):
            self._queue(TYPES["contacts"], "privacyDeletion", source, {"objectId": record})

    def associated(
        self, kind: ObjectType, record: int, to: ObjectType, other: int, *, removed: bool, source: str
    ) -> None:
        if self._wants(kind, "*associationChange"):
            name = f"{kind.singular}_to_{to.singular}".upper()
            self._queue(
                kind,
                "associationChange",
                source,
                {
                    "associationType": name,
                    "fromObjectId": record,
                    "toObjectId": other,
                    "associationRemoved": removed,
                    "isPrimaryAssociation": False,
                },
            )

    def _wants(self, kind: ObjectType, what: str) -> bool:
        # Without a target there is no subscription, and nothing to tell later.
        return self._target is not None and what in self._subscriptions.get(kind.name, ())

    def _queue(self, kind: ObjectType, change: str, source: str, facts: dict[str, Any]) -> None:
        now = int(self._config.clock().timestamp() * 1000)
        event = {
            "eventId": random.getrandbits(31),  # the vendor's are not guaranteed to be unique either
            "subscriptionId": 1_000_000 + sum(map(ord, kind.name + change)),
            "portalId": self._config.portal_id,
            "appId": self._config.app_id,
            "occurredAt": now,
            **_type(kind, change),
            "changeSource": source,
            "sourceId": "userId:1" if source == "CRM_UI" else str(self._config.app_id),
        } | facts
        with self._db.transaction() as db:
            db.execute("INSERT INTO events (due, attempt, body) VALUES (?, 0, ?)", (0, json.dumps(event)))
        self._wake.set()

    def waiting(self) -> list[dict[str, Any]]:
        """Events that are not delivered yet."""
        with self._db.transaction() as db:
            rows = db.execute("SELECT attempt, body FROM events ORDER BY id").fetchall()
        return [json.loads(row["body"]) | {"attemptNumber": row["attempt"]} for row in rows]

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="hubspot-webhooks", daemon=True)
            self._thread.start()

    def close(self) -> None:
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout=self._config.webhook_timeout_seconds + 1)

    def _run(self) -> None:
        while not self._stop.is_set():
            self._wake.wait(IDLE_SECONDS)
            self._wake.clear()
            while not self._stop.is_set() and not self._paused and self._send_batch():
                pass

    def _send_batch(self) -> bool:
        """Sends what is due, at most a hundred; whether there was anything."""
        now = int(self._config.clock().timestamp() * 1000)
        with self._db.transaction() as db:
            rows = db.execute(
                "SELECT id, attempt, body FROM events WHERE due <= ? ORDER BY id LIMIT ?", (now, MAX_EVENTS)
            ).fetchall()
        target = self._target
        if not rows or target is None:
            return False
        events = [json.loads(row["body"]) | {"attemptNumber": row["attempt"]} for row in rows]
        taken = self._post(target, json.dumps(events).encode(), now)
        with self._db.transaction() as db:
            for row in rows:
                if taken or row["attempt"] >= len(self._config.webhook_delays_seconds):
                    db.execute("DELETE FROM events WHERE id = ?", (row["id"],))
                else:
                    delay = self._config.webhook_delays_seconds[row["attempt"]] * random.uniform(0.8, 1.2)
                    db.execute(
                        "UPDATE events SET attempt = attempt + 1, due = ? WHERE id = ?",
                        (now + int(delay * 1000), row["id"]),
                    )
        return True

    def _post(self, target: dict[str, str], body: bytes, now: int) -> bool:
        headers = {"Content-Type": "application/json", "User-Agent": "HubSpot Connect 2.0 (sandbox)"}
        headers |= signed_headers(self._config.client_secret, "POST", target["public_url"], body, now)
        try:
            answer = requests.post(
                target["url"],
                data=body,
                headers=headers,
                timeout=self._config.webhook_timeout_seconds,
                allow_redirects=False,
            )
        except requests.RequestException:
            return False
        return 200 <= answer.status_code < 300


def _type(kind: ObjectType, change: str) -> dict[str, str]:
    if change == "privacyDeletion":
        return {"subscriptionType": f"{kind.singular}.{change}"}
    return {"subscriptionType": f"object.{change}", "objectTypeId": kind.type_id}
