"""What doors ask beyond cards and commands: tenants, nonces, names, tickets, webhook events."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from app.domain.actor import Actor
from app.domain.record import CrmKind
from app.domain.tenant import Tenant
from app.ground.bell import Bell
from app.ground.clock import Clock
from app.ground.ids import hash_token, new_token
from app.reading.setup import PLACES
from app.storage import inbox, sighting, tables
from app.storage import tenant as tenants
from app.storage.engine import Database
from app.storage.rows import insert, insert_new

TICKET_LIFE = timedelta(seconds=60)
"""How long an entry ticket to the admin pages is good for; it is used at once or never."""


class TenantRegister:
    def __init__(self, database: Database) -> None:
        self._database = database

    def by_account(self, crm: CrmKind, account_id: str) -> Tenant | None:
        with self._database.read() as connection:
            return tenants.by_account(connection, crm, account_id)

    def name_of(self, tenant_id: str, email: str) -> str:
        """The CRM user's name; what stands before the @ where the CRM names nobody."""
        with self._database.read() as connection:
            found = tenants.owner_name(connection, tenant_id, email)
        return found or email.partition("@")[0] or "A colleague"


class Nonces:
    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, value: str, until: datetime) -> bool:
        """True for the first caller of `value` on any host, False for every later one."""
        with self._database.write() as connection:
            return insert_new(connection, tables.nonce, {"hash": hash_token(value), "until": until})


class Tickets:
    def __init__(self, database: Database, clock: Clock, life: timedelta = TICKET_LIFE) -> None:
        self._database = database
        self._clock = clock
        self._life = life

    def issue(self, tenant_id: str, actor: Actor) -> str:
        """A ticket that opens the admin pages once. Only its hash is stored."""
        token = new_token()
        with self._database.write() as connection:
            insert(
                connection,
                tables.admin_session,
                {
                    "token_hash": hash_token(token),
                    "tenant_id": tenant_id,
                    "email": actor.email,
                    "name": actor.name,
                    "expires_at": self._clock() + self._life,
                    "used": False,
                    "entry": True,
                },
            )
        return token


class Sightings:
    """Keeps when something of ours was first and last used; see app.storage.sighting."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def card(self, tenant_id: str, place: str, kind: str) -> None:
        """A card was opened in this place of the CRM. A place we do not know is not kept."""
        if place in PLACES:
            self._note(tenant_id, sighting.card(place, kind))

    def webhook(self, tenant_id: str) -> None:
        """A webhook of this account arrived."""
        self._note(tenant_id, sighting.WEBHOOK)

    def _note(self, tenant_id: str, what: str) -> None:
        now = self._clock()
        with self._database.read() as connection:
            if not sighting.due(connection, tenant_id, what, now):
                return
        with self._database.write() as connection:
            sighting.note(connection, tenant_id, what, now)


class Events:
    def __init__(self, database: Database, bell: Bell, clock: Clock) -> None:
        self._database = database
        self._bell = bell
        self._clock = clock
        self._sightings = Sightings(database, clock)

    def keep(self, events: Sequence[tuple[Tenant, str, Mapping[str, object]]]) -> None:
        """Stores each event once and wakes the agent."""
        with self._database.write() as connection:
            new = inbox.keep_events(
                connection, [(tenant.id, key, body) for tenant, key, body in events], self._clock()
            )
        for tenant_id in {tenant.id for tenant, _, _ in events}:
            self._sightings.webhook(tenant_id)
        if new:
            self._bell.ring("crm")
