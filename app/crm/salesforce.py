"""The CRM port on Salesforce: what each verb asks, in SOQL and REST, of one org."""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from http import HTTPStatus
from typing import Any, cast

from app.crm.budget import Budget
from app.crm.fields import canonical_name
from app.crm.news import Feed, News
from app.crm.port import (
    Account,
    AuthExpired,
    Changes,
    CrmFile,
    CrmRecord,
    FieldInfo,
    NotFound,
    Owner,
    Refused,
    Rejected,
    Stage,
    StepWrite,
    TaskState,
    Unavailable,
    WorkPage,
    Write,
    WriteResult,
)
from app.crm.salesforce_changes import PAGE, from_now
from app.crm.salesforce_client import SalesforceClient
from app.crm.salesforce_files import bytes_of, files_on, states_of
from app.crm.salesforce_http import TIMEOUT, SalesforceSession, is_org_url, is_stand_in
from app.crm.salesforce_soql import among, containing, literal, name, select
from app.crm.salesforce_steps import (
    places_of,
    read_steps,
    states_now,
    step_changes,
    step_statements,
    to_cursor,
    write_steps,
)
from app.crm.salesforce_sweep import page_of, sweep
from app.crm.salesforce_values import OBJECTS, api_fields, host, is_id, long_id, own_ends, record
from app.crm.salesforce_work import work_page
from app.crm.salesforce_writes import TABLE, TOO_MUCH, chunks, fits, write_plain
from app.domain.record import CrmKind, ObjectKind
from app.ground.clock import Clock, from_iso

IDS = 400
"""Ids in one query: a request's address may have 16 KB, and an id takes 27 bytes of it."""

ADDRESSES = 100
"""Addresses in one query: a hundred of usual length take 4 KB of its 16."""

OWNERS_LIFE = timedelta(minutes=10)
"""How long the users are remembered for giving them their tasks."""

PACKAGE_OBJECTS = tuple(dict.fromkeys((*(target for target, _ in TABLE.values()), "Plan_Item__c")))

_NUMBERS = ("int", "double", "currency", "percent")

_RELATED: Mapping[tuple[ObjectKind, ObjectKind], tuple[str, str, str, str]] = {
    (ObjectKind.DEAL, ObjectKind.COMPANY): ("Opportunity", "Id", "AccountId", "Id ASC"),
    (ObjectKind.COMPANY, ObjectKind.DEAL): ("Opportunity", "AccountId", "Id", "CreatedDate DESC"),
    (ObjectKind.CONTACT, ObjectKind.COMPANY): ("Contact", "Id", "AccountId", "Id ASC"),
    (ObjectKind.COMPANY, ObjectKind.CONTACT): ("Contact", "AccountId", "Id", "CreatedDate ASC"),
    (ObjectKind.DEAL, ObjectKind.CONTACT): (
        "OpportunityContactRole",
        "OpportunityId",
        "ContactId",
        "IsPrimary DESC, CreatedDate ASC",
    ),
    (ObjectKind.CONTACT, ObjectKind.DEAL): (
        "OpportunityContactRole",
        "ContactId",
        "OpportunityId",
        "CreatedDate DESC",
    ),
}
"""Object that holds the relation, our end of it, the other end, and what puts the primary one first."""


class SalesforceCrm:
    """One org, reached as the integration user by JWT bearer. The login happens with the first call."""

    def __init__(
        self,
        login_origin: str,
        consumer_key: str,
        private_key: str,
        username: str,
        instance_url: str,
        clock: Clock,
        *,
        timeout: tuple[float, float] = TIMEOUT,
        sleep: Callable[[float], None] = time.sleep,
        budget: Budget | None = None,
    ) -> None:
        self._clock = clock
        self._client = SalesforceClient(
            login_origin=login_origin,
            consumer_key=consumer_key,
            private_key=private_key,
            username=username,
            instance_url=instance_url,
            clock=clock,
            timeout=timeout,
            sleep=sleep,
            budget=budget,
        )
        self._types: dict[ObjectKind, dict[str, str]] = {}
        self._owners: tuple[Any, dict[str, str]] | None = None

    @property
    def client(self) -> SalesforceClient:
        """For what an org offers beside REST."""
        return self._client

    def whoami(self) -> Account:
        (row,) = self._client.query(select(("Id", "Name", "TimeZoneSidKey"), "Organization", limit=1))
        try:
            features = self._client.call("GET", "connect/organization", take="features")
        except (NotFound, Rejected):  # the Connect API can be off; a single-currency org says it nowhere else
            features = {}
        return Account(
            id=long_id(row["Id"]),
            name=row["Name"],
            ui_origin=self._ui_origin(),
            time_zone=row["TimeZoneSidKey"] or "UTC",
            currency=features.get("defaultCurrencyIsoCode") or "USD",
        )

    def _ui_origin(self) -> str:
        if is_stand_in(self._client.login_origin):
            return self._client.login_origin
        return self._client.instance_url.replace(".my.salesforce.com", ".lightning.force.com")

    def prepare(self) -> None:
        """Raises Rejected when the package's objects or fields are missing: no adapter may create those."""
        known = {o["name"] for o in self._client.call("GET", "sobjects", take="sobjects")}
        described = self._client.call("GET", "sobjects/Opportunity/describe", take="fields")
        missing = [target for target in PACKAGE_OBJECTS if target not in known]
        if "Alongside_Partner__c" not in {f["name"] for f in described}:
            missing.append("Opportunity.Alongside_Partner__c")
        if missing:
            raise Rejected(
                "The Alongside package is not installed in this org, or its user lacks the permission set "
                f"Alongside_Integration. Missing: {', '.join(sorted(missing))}."
            )

    def fields(self, kind: ObjectKind) -> Sequence[FieldInfo]:
        described = self._client.call("GET", f"sobjects/{OBJECTS[kind]}/describe", take="fields")
        self._types[kind] = {f["name"]: f["type"] for f in described}
        return [
            FieldInfo(
                canonical=canonical_name(CrmKind.SALESFORCE, kind, f["name"]),
                api_name=f["name"],
                label=f["label"],
                type=f["type"],
            )
            for f in described
        ]

    def stages(self) -> Sequence[Stage]:
        rows = self._client.query(
            select(
                ("ApiName", "MasterLabel", "IsClosed"),
                "OpportunityStage",
                "IsActive = true",
                order="SortOrder",
            )
        )
        return [Stage(value=r["ApiName"], label=r["MasterLabel"], closed=r["IsClosed"]) for r in rows]

    def read(self, kind: ObjectKind, ids: Sequence[str], fields: Sequence[str]) -> Mapping[str, CrmRecord]:
        names = api_fields(kind, fields)
        # One malformed id makes Salesforce refuse the whole batch; where all are, asking still proves our session.
        wanted = [i for i in dict.fromkeys(ids) if is_id(i)] or list(dict.fromkeys(ids))
        asked = {long_id(i): i for i in wanted}
        rows: list[dict[str, Any]] = []
        for batch in chunks(wanted, PAGE):
            rows += self._retrieve(kind, batch, ["Id", "SystemModstamp", *own_ends(kind), *names.values()])
        return {asked.get(row["Id"], row["Id"]): record(kind, row, names) for row in rows}

    def _retrieve(self, kind: ObjectKind, ids: Sequence[str], fields: Sequence[str]) -> list[dict[str, Any]]:
        if any("." in field for field in fields):  # only a query follows a parent
            found = [
                self._client.query(select(fields, OBJECTS[kind], among("Id", batch)))
                for batch in chunks(ids, IDS)
            ]
            return [row for rows in found for row in rows]
        body = {"ids": list(ids), "fields": [name(field) for field in dict.fromkeys(fields)]}
        try:
            got = self._client.call("POST", f"composite/sobjects/{OBJECTS[kind]}", body, operation="read")
        except Rejected:
            if any(is_id(i) for i in ids):
                raise
            return []
        return [row for row in got or () if row]

    def search(
        self, kind: ObjectKind, field: str, value: str, fields: Sequence[str], limit: int = 20
    ) -> Sequence[CrmRecord]:
        names = api_fields(kind, fields)
        by_domain = kind is ObjectKind.COMPANY and field == "domain"
        condition = self._equals(kind, api_fields(kind, [field])[field], value, contained=by_domain)
        if condition is None:
            return []
        chosen = [
            "Id",
            "SystemModstamp",
            *own_ends(kind),
            *names.values(),
            *(["Website"] if by_domain else []),
        ]
        # People type websites in many ways, so the domain is compared here, on a few more candidates.
        most = limit * 5 if by_domain else limit
        order = "SystemModstamp DESC, Id DESC"
        rows = self._client.query(select(chosen, OBJECTS[kind], condition, order=order, limit=most))
        if by_domain:
            rows = [row for row in rows if host(row["Website"] or "") == host(value)]
        return [record(kind, row, names) for row in rows[:limit]]

    def contacts_by_email(self, emails: Sequence[str]) -> dict[str, str]:
        """The contact's id by address, in small letters; addresses without a contact are absent. Of several contacts
        with one address it is the oldest."""
        found: dict[str, str] = {}
        for batch in chunks(list(dict.fromkeys(emails)), ADDRESSES):
            asked = select(
                ("Id", "Email"), "Contact", among("Email", batch), order="CreatedDate DESC, Id DESC"
            )
            found |= {row["Email"].lower(): long_id(row["Id"]) for row in self._client.query(asked)}
        return found

    def _equals(self, kind: ObjectKind, api: str, value: str, *, contained: bool) -> str | None:
        """The condition in the field's own type; None when no value of that type can equal it."""
        if contained:
            return f"{name(api)} LIKE {containing(host(value))}"
        if kind not in self._types:
            self.fields(kind)
        field_type = self._types[kind].get(api, "string")
        if field_type in ("date", "datetime", "boolean") or field_type in _NUMBERS:
            unquoted = _unquoted(field_type, value)
            return f"{name(api)} = {unquoted}" if unquoted else None
        if field_type in ("id", "reference") and not is_id(value):
            return None
        return f"{name(api)} = {literal(value)}"

    def related(self, kind: ObjectKind, ids: Sequence[str], to: ObjectKind) -> Mapping[str, Sequence[str]]:
        source, ours, theirs, order = _RELATED[kind, to]
        wanted = {long_id(i): i for i in ids if is_id(i)}
        found: dict[str, list[str]] = {}
        for batch in chunks(list(wanted), IDS):
            condition = f"{among(ours, batch)} AND {theirs} != null"
            for row in self._client.query(select((ours, theirs), source, condition, order=order)):
                ends = found.setdefault(wanted[row[ours]], [])
                if row[theirs] not in ends:
                    ends.append(row[theirs])
        return found

    def changes(self, kind: ObjectKind, cursor: str | None, fields: Sequence[str]) -> Changes:
        """A sweep by SystemModstamp, deletions too: one call a page, one call when nothing changed."""
        if cursor is None:
            newest = select(
                ("Id", "SystemModstamp"), OBJECTS[kind], order="SystemModstamp DESC, Id DESC", limit=1
            )
            place = from_now(self._client.query(newest, deleted=True))
            return Changes(records=[], cursor=place.to_json(), more=False)
        feed = Feed(cursor=cursor, fields=fields)
        return page_of(kind, feed, self._client.query(sweep(kind, feed), deleted=True), self._clock())

    def news(self, feeds: Mapping[ObjectKind, Feed], tasks_cursor: str) -> News:
        """All feeds in one call: a composite takes five queries."""
        places, now = places_of(tasks_cursor), self._clock()
        sweeps = [sweep(kind, feed) for kind, feed in feeds.items()]
        pages = self._client.queries([*sweeps, *step_statements(places)], deleted=len(sweeps))
        changes = {
            kind: page_of(kind, feed, rows, now)
            for (kind, feed), rows in zip(feeds.items(), pages, strict=False)
        }
        states, after = read_steps(self._client, places, pages[len(sweeps) :], now)
        return News(changes=changes, tasks=states, tasks_cursor=to_cursor(after))

    def task_changes(self, cursor: str | None) -> tuple[Sequence[TaskState], str]:
        states, places = step_changes(self._client, cursor, self._clock())
        return states, to_cursor(places)

    def step_states(self, external_ids: Sequence[str]) -> Sequence[TaskState]:
        return states_now(self._client, external_ids)

    def partner_work(self, cursor: str) -> WorkPage:
        return work_page(self._client, cursor)

    def owners(self) -> Sequence[Owner]:
        people = "IsActive = true AND UserType = 'Standard'"
        rows = self._client.query(select(("Id", "Name", "Email"), "User", people, order="Name"))
        return [
            Owner(id=row["Id"], user_id=row["Id"], name=row["Name"] or "", email=row["Email"] or "")
            for row in rows
        ]

    def files(self, kind: ObjectKind, id: str) -> Sequence[CrmFile]:  # noqa: A002, ARG002 - the port's signature
        return files_on(self._client, id) if is_id(id) else []

    def file_states(self, ids: Sequence[str]) -> Mapping[str, CrmFile]:
        return states_of(self._client, ids)

    def file_bytes(self, id: str, limit: int) -> bytes:  # noqa: A002 - the port's word
        return bytes_of(self._client, id, limit)

    def write(self, writes: Sequence[Write]) -> Sequence[WriteResult]:
        fitting = [write for write in writes if fits(write)]
        done = {result.external_id: result for result in self._write(fitting)}
        refused = {w.external_id: Refused(external_id=w.external_id, reason=TOO_MUCH) for w in writes}
        return [done.get(write.external_id) or refused[write.external_id] for write in writes]

    def _write(self, writes: Sequence[Write]) -> Sequence[WriteResult]:
        if not writes:
            return []
        if isinstance(writes[0], StepWrite):
            steps = cast("Sequence[StepWrite]", writes)
            ours = any(step.owner_email and not step.owner_is_partner for step in steps)
            return write_steps(self._client, steps, self._users_by_email() if ours else {})
        return write_plain(self._client, writes)

    def _users_by_email(self) -> dict[str, str]:
        now = self._clock()
        if self._owners is None or now - self._owners[0] > OWNERS_LIFE:
            self._owners = (now, {owner.email.lower(): owner.id for owner in self.owners()})
        return self._owners[1]


def _unquoted(field_type: str, value: str) -> str | None:
    try:
        if field_type in _NUMBERS:
            return literal(float(value))
        if field_type == "boolean":
            return value if value in ("true", "false") else None
        moment_ = from_iso(value)
    except ValueError:
        return None
    return literal(moment_.date() if field_type == "date" else moment_)


def session_owner(
    login_origin: str, instance_url: str, oauth_token: str, timeout: tuple[float, float] = TIMEOUT
) -> tuple[str, str, str, str]:
    """The user id, organization id, e-mail address and name behind a session token, which is thereby proved alive.

    Raises AuthExpired for a dead token and Rejected for an instance url that is not an org's own: the token must
    reach nobody else.
    """
    if not is_stand_in(login_origin) and not is_org_url(instance_url):
        raise Rejected("This instance address does not belong to a Salesforce org.")
    with SalesforceSession(login_origin, timeout) as session:
        response = session.get(
            f"{instance_url.rstrip('/')}/services/oauth2/userinfo",
            headers={"Authorization": f"Bearer {oauth_token}"},
        )
    if response.status_code != HTTPStatus.OK:
        raise AuthExpired("Salesforce does not know this session.")
    try:
        said = response.json()
        return (
            long_id(said["user_id"]),
            long_id(said["organization_id"]),
            said.get("email") or "",
            said["name"],
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unavailable("Salesforce's answer could not be read.") from error
