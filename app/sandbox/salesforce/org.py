"""One org: its rows, its users' sessions, its limits and its bad days."""

import secrets
from dataclasses import dataclass, field
from datetime import timedelta

from app.ground.clock import Clock, to_iso, utc_now
from app.sandbox.salesforce.event_bus import EventBus
from app.sandbox.salesforce.faults import Faults
from app.sandbox.salesforce.records import Records, loaded
from app.sandbox.salesforce.standard import STAGES
from app.sandbox.salesforce.store import Row, Store

VERSION = "68.0"
OLDEST_VERSION = 21


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesforceSandboxConfig:
    """`username` is the integration user that the JWT bearer names; `org_id` is taken as it is.
    `instance_url` is what token answers say, whatever address the stand-in itself listens on."""

    db_path: str
    consumer_key: str
    consumer_secret: str
    public_key_pem: str
    org_id: str
    username: str
    org_name: str = "Sample"
    instance_url: str = "https://sample.my.salesforce.com"
    audiences: tuple[str, ...] = ("https://login.salesforce.com", "https://test.salesforce.com")
    time_zone: str = "UTC"
    currency: str = "USD"
    daily_limit: int = 100_000
    session_life: timedelta = timedelta(hours=2)
    keep_alive: timedelta = timedelta(seconds=270)
    clock: Clock = field(default=utc_now)


class Org:
    def __init__(self, config: SalesforceSandboxConfig) -> None:
        self.config = config
        self.faults = Faults()
        self.store = Store(config.db_path, config.clock)
        self.bus = EventBus(self.store)
        self.records = Records(self.store, self.faults, self.bus)
        self.daily_limit = config.daily_limit
        self.used = 0
        self.approved = True
        self.packaged = True
        self.pages: dict[str, list[dict[str, object]]] = {}
        self._found()

    @property
    def user_id(self) -> str:
        """The integration user."""
        return str(self.user_named(self.config.username))

    def user_named(self, username: str) -> str | None:
        row = self.store.find("User", "Username", username)
        return str(row["Id"]) if row and row["IsActive"] and not row["IsDeleted"] else None

    def user(self, user_id: str) -> Row:
        return self.store.get("User", user_id) or {}

    def add_user(self, *, username: str, first_name: str, last_name: str, email: str) -> str:
        """The id of the user of that name, who is there afterwards."""
        known = self.user_named(username)
        if known is not None:
            return known
        values = {"Username": username, "FirstName": first_name, "LastName": last_name, "Email": email}
        (made,) = self.store.load("User", [loaded("User", values)], "")
        return made

    def issue_session(self, user_id: str) -> str:
        """A token that is alive until it expires or all sessions end."""
        token = f"{self.config.org_id[:15]}!{secrets.token_urlsafe(48)}"
        expires = to_iso(self.config.clock() + self.config.session_life)
        with self.store.transaction():
            self.store.execute("INSERT INTO _session VALUES (?, ?, ?)", (token, user_id, expires))
        return token

    def session_user(self, token: str) -> str | None:
        now = to_iso(self.config.clock())
        found = self.store.select(
            "SELECT user_id FROM _session WHERE token = ? AND expires > ?", (token, now)
        )
        return str(found[0]["user_id"]) if found else None

    def end_sessions(self) -> None:
        with self.store.transaction():
            self.store.execute("DELETE FROM _session")

    def permissions_of(self, user_id: str) -> list[str]:
        """The custom permissions that a person's permission sets grant."""
        found = self.store.select("SELECT name FROM _permission WHERE user_id = ? ORDER BY name", (user_id,))
        return [str(row["name"]) for row in found]

    def permit(self, user_id: str, *names: str) -> None:
        """Grants exactly these custom permissions."""
        with self.store.transaction():
            self.store.execute("DELETE FROM _permission WHERE user_id = ?", (user_id,))
            for name in names:
                self.store.execute("INSERT INTO _permission VALUES (?, ?)", (user_id, name))

    def close(self) -> None:
        self.faults.end()
        self.store.close()

    def _found(self) -> None:
        """An org has its own row and its integration user from the first start on."""
        if self.store.get("Organization", self.config.org_id) is None:
            row = {
                "Name": self.config.org_name,
                "TimeZoneSidKey": self.config.time_zone,
                "InstanceName": "SAMPL",
            }
            self.store.load("Organization", [{"Id": self.config.org_id, **row}], "")
        if not self.store.select('SELECT 1 FROM "OpportunityStage" LIMIT 1'):
            self.store.load(
                "OpportunityStage", [_stage(place, name) for place, name in enumerate(STAGES)], ""
            )
        self.add_user(
            username=self.config.username,
            first_name="Alongside",
            last_name="Sync",
            email=self.config.username,
        )


def _stage(place: int, name: str) -> Row:
    return {
        "ApiName": name,
        "MasterLabel": name,
        "IsActive": 1,
        "IsClosed": int(name.startswith("Closed")),
        "IsWon": int(name == "Closed Won"),
        "SortOrder": place + 1,
    }
