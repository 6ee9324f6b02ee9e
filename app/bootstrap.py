"""The composition root: the only place that knows which concrete parts make up a process."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from app.commands.execute import Executor
from app.credentials.web import Web
from app.crm.budget import Budgets, RedisBooks
from app.crm.events import EventSource
from app.crm.glance import Glance
from app.crm.hubspot import HubspotCrm
from app.crm.hubspot_scopes import OPTIONAL_SCOPES, SCOPES
from app.crm.port import (
    AuthExpired,
    Crm,
    CrmError,
    CrmFile,
    NotFound,
    RateLimited,
    Rejected,
    TellsScopes,
    Unavailable,
)
from app.crm.salesforce import SalesforceCrm
from app.disclosure.treatment import NEVER, never_reason
from app.domain.actor import Actor
from app.domain.record import CrmKind, ObjectKind, RecordKey
from app.domain.tenant import Tenant
from app.ground.bell import Bell, RedisBell, SilentBell
from app.ground.clock import Clock, utc_now
from app.ground.config import Config
from app.ground.errors import AppError, Reason
from app.ground.ids import new_id
from app.identity.tokens import Audience, Tokens
from app.identity.vault import Vault
from app.reading.cards import Cards
from app.reading.feeds import Feeds
from app.reading.settings import Settings
from app.sharing.mail import send_note
from app.storage import tenant as tenants
from app.storage.credentials import StoredTokens
from app.storage.engine import Database
from sync import ingest, metadata
from sync.deps import Agent

OURS = "crm:alongside_"
"""What we write into the CRM ourselves: counts and states that hold nothing to quote."""

CONTACT_FIELDS = ("first_name", "last_name", "email", "title", "company")

REDIS_TIMEOUT = 2.0
"""Seconds a request waits for the doorbell at most; the sweep finds the rows anyway."""


@dataclass(slots=True, kw_only=True)
class House:
    """Everything a process of ours may need, wired once."""

    config: Config
    database: Database
    clock: Clock
    vault: Vault
    tokens: Tokens
    bell: Bell
    redis: Redis | None
    budgets: Budgets = field(default_factory=Budgets)
    web: Web = field(default_factory=Web)
    crms: dict[str, Crm] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    glance: Glance = field(init=False)

    def __post_init__(self) -> None:
        self.glance = Glance(self.clock)

    def crm_of(self, tenant: Tenant) -> Crm:
        """The tenant's CRM, connected when it is first used. Raises AuthExpired for one that cannot be."""
        with self.lock:
            if tenant.id not in self.crms:
                self.crms[tenant.id] = self._connect(tenant)
            return self.crms[tenant.id]

    def fetch(self, tenant_id: str, key: RecordKey) -> None:
        """After this we hold the record as it is now, if there is one. Raises AppError when the CRM cannot say."""
        try:
            ingest.fetch(self.agent(), self._tenant(tenant_id), [key])
        except CrmError as error:
            self._note(tenant_id, error)
            raise as_refusal(error) from error

    def contact(self, tenant_id: str, contact_id: str) -> Mapping[str, str]:
        """What the CRM says of a contact, give or take a minute: kept nowhere, for most contacts are nobody's here.
        Raises AppError when there is none, or when the CRM cannot say."""

        def ask() -> Mapping[str, str]:
            try:
                found = self.crm_of(tenant).read(ObjectKind.CONTACT, [contact_id], CONTACT_FIELDS)
            except CrmError as error:
                self._note(tenant_id, error)
                raise as_refusal(error) from error
            if contact_id not in found:
                raise AppError(Reason.UNKNOWN_RECORD, "This record is not in the CRM, or you may not see it.")
            return {name: value for name, value in found[contact_id].fields.items() if value}

        tenant = self._tenant(tenant_id)
        return self.glance.at((tenant_id, ObjectKind.CONTACT, contact_id), ask)

    def files(self, tenant_id: str, key: RecordKey) -> Sequence[CrmFile]:
        """The files of a record in the CRM. Raises AppError when the CRM cannot say."""
        try:
            return self.crm_of(self._tenant(tenant_id)).files(key.object, key.crm_id)
        except CrmError as error:
            self._note(tenant_id, error)
            raise as_refusal(error) from error

    def events_of(self, tenant: Tenant) -> EventSource | None:
        """The stream of a Salesforce org; None for an account that does not tell of its changes. To be called only in
        a process that forks no more."""
        crm = self.crm_of(tenant)
        if not isinstance(crm, SalesforceCrm) or not self.config.salesforce_pubsub_origin:
            return None
        from app.crm.salesforce_events import SalesforceEvents

        return SalesforceEvents(self.config.salesforce_pubsub_origin, crm.client, tenant.account_id)

    def hidden(self, tenant_id: str, key: RecordKey) -> Mapping[str, str]:
        """The record's values of fields that are never shared, by label. Raises AppError when the CRM cannot say."""
        tenant = self._tenant(tenant_id)
        with self.database.read() as connection:
            infos = tenants.fields(connection, tenant_id, key.object)
        labels = {
            info.canonical: info.label
            for info in infos
            # A date or a count of notes says nothing in a message: only what is secret itself is looked for there.
            if {never_reason(info.canonical), never_reason(info.label)} - {None, NEVER["activity"]}
            and not info.canonical.lower().startswith(OURS)
        }
        if not labels or self.budgets.of(tenant_id).paused():
            return {}
        return self.glance.at((tenant_id, key, *sorted(labels)), lambda: self._values(tenant, key, labels))

    def _values(self, tenant: Tenant, key: RecordKey, labels: Mapping[str, str]) -> Mapping[str, str]:
        try:
            found = self.crm_of(tenant).read(key.object, [key.crm_id], sorted(labels))
        except CrmError as error:
            self._note(tenant.id, error)
            raise as_refusal(error) from error
        held = found[key.crm_id].fields if key.crm_id in found else {}
        return {labels[name]: value for name, value in held.items() if value and name in labels}

    def look_at_fields(self, tenant_id: str) -> None:
        """After this the fields of the CRM are known as they are now, give or take a minute. A CRM that does not
        answer leaves them as they were."""
        try:
            metadata.look(self.agent(), self._tenant(tenant_id), metadata.SOON)
        except CrmError as error:
            self._note(tenant_id, error)

    def scopes_of(self, tenant: Tenant) -> Sequence[str]:
        """What a HubSpot account granted to the app. Raises CrmError."""
        crm = self.crm_of(tenant)
        if not isinstance(crm, TellsScopes):
            raise Unavailable("This CRM does not tell which rights we have.")
        return crm.scopes()

    def _note(self, tenant_id: str, error: CrmError) -> None:
        with self.database.write() as connection:
            ingest.note_trouble(connection, tenant_id, error)

    def _tenant(self, tenant_id: str) -> Tenant:
        with self.database.read() as connection:
            tenant = tenants.by_id(connection, tenant_id)
        if tenant is None:
            raise AppError(Reason.UNKNOWN_TENANT, "This account is not connected to Alongside.")
        return tenant

    def executor(self) -> Executor:
        return Executor(self.database, self.bell, self.vault, self.clock, self.config.share_origin, self)

    def cards(self) -> Cards:
        pages = (self.preview_url, self.calendar_url, self.content_url)
        return Cards(
            self.database,
            self.bell,
            self.clock,
            self.fetch,
            self.crm_of,
            *pages,
            file_url=self.file_url,
            contact=self.contact,
        )

    def settings(self) -> Settings:
        return Settings(
            self.database,
            self.clock,
            self.config.public_origin,
            scopes_of=self.scopes_of,
            wanted=SCOPES,
            optional=OPTIONAL_SCOPES,
            preview_url=self.preview_url,
            look=self.look_at_fields,
        )

    def feeds(self) -> Feeds:
        return Feeds(self.vault, self.web)

    def agent(self) -> Agent:
        return Agent(
            database=self.database,
            bell=self.bell,
            clock=self.clock,
            crm_of=self.crm_of,
            executor=self.executor(),
            vault=self.vault,
            events_of=self.events_of,
            issuer_of=self.feeds().issuer_of,
            send_mail=partial(send_note, self.config.smtp_url) if self.config.smtp_url else None,
            budgets=self.budgets,
        )

    def calendar_url(self, tenant: Tenant, actor: Actor, record: RecordKey, partner_id: str) -> str:
        """Where this actor finds, for a quarter of an hour, the dates of the plan with the partner."""
        token = self.tokens.mint(Audience.CALENDAR, tenant_id=tenant.id, record=record, actor=actor)
        return f"{self.config.public_origin}/calendar/{token}/plan.ics?partner={partner_id}"

    def file_url(self, tenant: Tenant, actor: Actor, record: RecordKey, file_id: str, version: int) -> str:
        """Where this actor opens, for a quarter of an hour, a version of a file that is shared from the record."""
        token = self.tokens.mint(Audience.FILE, tenant_id=tenant.id, record=record, actor=actor)
        return f"{self.config.public_origin}/file/{token}/{file_id}/{version}"

    def content_url(self, tenant: Tenant, actor: Actor, record: RecordKey, item_id: str) -> str:
        """Where this actor opens, for a quarter of an hour, a piece of content from the record, counted."""
        token = self.tokens.mint(Audience.CONTENT, tenant_id=tenant.id, record=record, actor=actor)
        return f"{self.config.public_origin}/content/{token}/{item_id}"

    def preview_url(self, tenant: Tenant, actor: Actor, record: RecordKey, partner_id: str) -> str:
        """Where this actor sees, for a quarter of an hour, what the partner sees."""
        token = self.tokens.mint(Audience.PREVIEW, tenant_id=tenant.id, record=record, actor=actor)
        return f"{self.config.public_origin}/preview/{token}?partner={partner_id}"

    def _connect(self, tenant: Tenant) -> Crm:
        if tenant.crm is CrmKind.HUBSPOT:
            return HubspotCrm(
                self.config.hubspot_api_origin,
                self.config.hubspot_client_id,
                self.config.hubspot_client_secret,
                StoredTokens(self.database, self.vault, tenant.id),
                self.clock,
                budget=self.budgets.of(tenant.id),
            )
        with self.database.read() as connection:
            username = tenants.username_of(connection, tenant.id)
        return SalesforceCrm(
            self.config.salesforce_login_origin,
            self.config.salesforce_consumer_key,
            self.config.salesforce_private_key,
            username,
            tenant.instance_url,
            self.clock,
            budget=self.budgets.of(tenant.id),
        )


def build(config: Config, clock: Clock = utc_now) -> House:
    """The house as the settings describe it. Opens no connection yet. Raises AppError naming a bad setting."""
    redis = None
    if config.redis_url:
        redis = Redis.from_url(
            config.redis_url,
            socket_timeout=REDIS_TIMEOUT,
            socket_connect_timeout=REDIS_TIMEOUT,
            retry=Retry(
                NoBackoff(), 1
            ),  # for a connection that went stale; the client's own default waits 4 s
        )
    return House(
        config=config,
        database=Database(config.database_url),
        clock=clock,
        vault=Vault(config.secret_keys),
        tokens=Tokens(config.secret_keys, clock),
        bell=RedisBell(redis) if redis else SilentBell(),
        redis=redis,
        budgets=Budgets(RedisBooks(redis, new_id)) if redis else Budgets(),
    )


def as_refusal(error: CrmError) -> AppError:
    """What a person in front of a card is told when the CRM does not do its part."""
    match error:
        case AuthExpired():
            return AppError(
                Reason.CRM_DISCONNECTED,
                "Alongside has lost its access to the CRM. Ask your admin to "
                "connect it again. Nothing is lost meanwhile.",
            )
        case NotFound():
            return AppError(Reason.UNKNOWN_RECORD, "This record is not in the CRM, or you may not see it.")
        case Rejected():
            return AppError(Reason.CRM_REFUSED, error.message)
        case RateLimited():
            return AppError(Reason.CRM_UNAVAILABLE, "The CRM is busy. Try again in a minute.")
        case _:
            return AppError(Reason.CRM_UNAVAILABLE, "The CRM does not answer. Try again in a minute.")
