"""HubSpot behind the CRM port, on the SDK's transport and the dated API. Sibling files hold the parts."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.crm.budget import Budget
from app.crm.fields import api_name, canonical_name
from app.crm.hubspot_batches import chunks
from app.crm.hubspot_changes import Cursor, Walk, read_cursor, search
from app.crm.hubspot_errors import results
from app.crm.hubspot_files import bytes_of, states_of
from app.crm.hubspot_paths import (
    BATCH,
    DETAILS,
    OWNERS,
    PIPELINES,
    PRIMARY,
    PROPERTIES,
    READ,
    RELATED,
    RELATED_BATCH,
    SEARCH_PAGE,
    TYPES,
)
from app.crm.hubspot_properties import EXTERNAL_ID, missing, prepare
from app.crm.hubspot_tokens import TokenStore
from app.crm.hubspot_transport import Transport
from app.crm.hubspot_wire import TIMEOUT_SECONDS
from app.crm.hubspot_work import TASK_FIELDS, work_page
from app.crm.hubspot_writes import Writer
from app.crm.port import (
    Account,
    Changes,
    CrmFile,
    CrmRecord,
    FieldInfo,
    NotFound,
    Owner,
    Stage,
    TaskState,
    WorkPage,
    Write,
    WriteResult,
)
from app.domain.record import CrmKind, ObjectKind
from app.ground.clock import Clock, from_iso, utc_now

MAX_TASK_PAGES = 25
"""Pages of step changes in one call; what is left comes with the next one."""


MAX_SEARCH_FIELD_CHARS = 1_200
"""Of the 3,000 characters of a search; the filters of a change cursor may need the rest."""


class HubspotCrm:
    """One connected HubSpot account; implements app.crm.port.Crm. Thread-safe."""

    def __init__(
        self,
        api_origin: str,
        client_id: str,
        client_secret: str,
        tokens: TokenStore,
        clock: Clock = utc_now,
        timeout: tuple[float, float] = TIMEOUT_SECONDS,
        budget: Budget | None = None,
    ) -> None:
        self._api_origin = api_origin
        self._transport = Transport(api_origin, client_id, client_secret, tokens, clock, timeout, budget)
        self._clock = clock
        self._account: Account | None = None
        self._owners: Sequence[Owner] | None = None
        self._writer = Writer(self._transport, clock, self._known_owners, self._zone)

    def whoami(self) -> Account:
        found = self._transport.call(DETAILS)
        domain = str(found.get("uiDomain") or "app.hubspot.com")
        plain = urlsplit(f"//{domain}").hostname in ("127.0.0.1", "localhost")
        return Account(
            id=str(found["portalId"]),
            name=f"HubSpot {found['portalId']}",
            ui_origin=f"{'http' if plain else 'https'}://{domain}",
            time_zone=str(found.get("timeZone") or "UTC"),
            currency=str(found.get("companyCurrency") or "USD"),
        )

    def renew(self) -> None:
        """Proves the connection by having a new access token. Raises AuthExpired once the app was removed."""
        self._transport.renew()

    def scopes(self) -> Sequence[str]:
        """What the account granted to the app. Raises AuthExpired once it was removed."""
        return self._transport.scopes()

    def missing(self) -> Sequence[str]:
        """The properties that `prepare` would still have to add, as object.property."""
        return missing(self._transport)

    def prepare(self) -> None:
        prepare(self._transport)

    def fields(self, kind: ObjectKind) -> Sequence[FieldInfo]:
        found = self._transport.call(PROPERTIES, path={"type": TYPES[kind]})
        return [
            FieldInfo(
                canonical=canonical_name(CrmKind.HUBSPOT, kind, str(one["name"])),
                api_name=str(one["name"]),
                label=str(one.get("label") or one["name"]),
                type=str(one.get("type") or "string"),
            )
            for one in found["results"]
            if not one.get("hidden")
        ]

    def stages(self) -> Sequence[Stage]:
        found = self._transport.call(PIPELINES, path={"type": TYPES[ObjectKind.DEAL]})["results"]
        pipeline: dict[str, Any] = min(
            found, key=lambda one: one.get("displayOrder", 0), default={"stages": []}
        )
        return [
            Stage(value=str(one["id"]), label=str(one["label"]), closed=_is_closed(one.get("metadata") or {}))
            for one in sorted(pipeline["stages"], key=lambda one: one.get("displayOrder", 0))
        ]

    def read(self, kind: ObjectKind, ids: Sequence[str], fields: Sequence[str]) -> Mapping[str, CrmRecord]:
        # One id that is no number would refuse the whole batch; it cannot exist here anyway.
        wanted = [one for one in dict.fromkeys(ids) if _is_id(one)]
        names = _api_names(kind, fields)
        found: dict[str, CrmRecord] = {}
        for row in self._rows(TYPES[kind], wanted, list(names.values())):
            record = _record(kind, row, names)
            found[record.id] = record
        return found

    def _rows(
        self, object_type: str, ids: Sequence[str], properties: Sequence[str], by: str = ""
    ) -> Iterator[dict[str, Any]]:
        for part in chunks(ids, BATCH):
            body: dict[str, Any] = {"idProperty": by} if by else {}
            body |= {
                "properties": list(properties),
                "propertiesWithHistory": [],
                "inputs": [{"id": one} for one in part],
            }
            yield from results(self._transport.call(READ, path={"type": object_type}, body=body))

    def search(
        self, kind: ObjectKind, field: str, value: str, fields: Sequence[str], limit: int = 20
    ) -> Sequence[CrmRecord]:
        if not value:
            return []
        names = _api_names(kind, fields)
        equal = {"propertyName": api_name(CrmKind.HUBSPOT, kind, field), "operator": "EQ", "value": value}
        rows, _ = search(
            self._transport,
            TYPES[kind],
            [[equal]],
            _searchable(names),
            sort=("createdate", "DESCENDING"),
            limit=min(limit, SEARCH_PAGE),
        )
        return self._found(kind, rows, names)

    def _found(
        self, kind: ObjectKind, rows: Sequence[Mapping[str, Any]], names: Mapping[str, str]
    ) -> Sequence[CrmRecord]:
        """The records of search results; fields that no search could name are read by id."""
        if _searchable(names):
            return [_record(kind, row, names) for row in rows]
        read = self.read(kind, [str(row["id"]) for row in rows], list(names))
        return [read[str(row["id"])] for row in rows if str(row["id"]) in read]

    def size(self, kind: ObjectKind) -> int:
        """How many records of the kind there are."""
        newest = ("createdate", "DESCENDING")
        return search(self._transport, TYPES[kind], [], [], sort=newest, limit=1)[1]

    def contacts_by_email(self, emails: Sequence[str]) -> dict[str, str]:
        """The contact's id by address, in small letters; addresses without a contact are absent."""
        found = self._rows("contacts", list(dict.fromkeys(emails)), ["email"], by="email")
        return {str(row["properties"].get("email") or "").lower(): str(row["id"]) for row in found}

    def related(self, kind: ObjectKind, ids: Sequence[str], to: ObjectKind) -> Mapping[str, Sequence[str]]:
        linked = self._linked(TYPES[kind], [one for one in dict.fromkeys(ids) if _is_id(one)], TYPES[to])
        return {
            record: [other for other, _ in sorted(others.items(), key=lambda item: not item[1])]
            for record, others in linked.items()
        }

    def _linked(self, object_type: str, ids: Sequence[str], to: str) -> dict[str, dict[str, bool]]:
        """For each id the ids linked to it, and whether each is the primary one."""
        found: dict[str, dict[str, bool]] = {}
        waiting: list[dict[str, str]] = [{"id": one} for one in ids]
        while waiting:
            now, waiting = waiting[:RELATED_BATCH], waiting[RELATED_BATCH:]
            answer = self._transport.call(RELATED, path={"from": object_type, "to": to}, body={"inputs": now})
            for result in results(answer):
                record = str(result["from"]["id"])
                for other in result["to"]:
                    types = {int(one["typeId"]) for one in other["associationTypes"]}
                    found.setdefault(record, {})[str(other["toObjectId"])] = bool(types & PRIMARY)
                after = result.get("paging", {}).get("next", {}).get("after")
                if after:
                    waiting.append({"id": record, "after": str(after)})
        return found

    def changes(self, kind: ObjectKind, cursor: str | None, fields: Sequence[str]) -> Changes:
        names = _api_names(kind, fields)
        walk = Walk(self._transport, self._clock, TYPES[kind], _searchable(names))
        if cursor is None:
            return Changes(records=(), cursor=str(walk.start()), more=False)
        page = walk.page(read_cursor(cursor) if cursor else Cursor(at=0))
        return Changes(
            records=self._found(kind, page.rows, names),
            cursor=str(page.cursor),
            more=page.more,
        )

    def task_changes(self, cursor: str | None) -> tuple[Sequence[TaskState], str]:
        ours = {"propertyName": EXTERNAL_ID, "operator": "HAS_PROPERTY"}
        walk = Walk(self._transport, self._clock, "tasks", TASK_FIELDS, [ours])
        if cursor is None:
            return (), str(walk.start())
        place = read_cursor(cursor)
        found: list[TaskState] = []
        for _ in range(MAX_TASK_PAGES):
            page = walk.page(place)
            found += [self._task(row) for row in page.rows]
            place = page.cursor
            if not page.more:
                break
        return found, str(place)

    def step_states(self, external_ids: Sequence[str]) -> Sequence[TaskState]:
        rows: list[dict[str, Any]] = []
        for part in chunks(list(dict.fromkeys(external_ids)), BATCH):
            body = {
                "idProperty": EXTERNAL_ID,
                "properties": list(TASK_FIELDS),
                "propertiesWithHistory": [],
                "inputs": [{"id": one} for one in part],
            }
            rows += results(self._transport.call(READ, path={"type": "tasks"}, body=body))
        return [self._task(row) for row in rows]

    def _task(self, row: Mapping[str, Any]) -> TaskState:
        values = row["properties"]
        due = values.get("hs_timestamp")
        dated = due and due != values.get("alongside_undated")
        return TaskState(
            external_id=str(values[EXTERNAL_ID]),
            crm_id=str(row["id"]),
            title=values.get("hs_task_subject") or "",
            due=from_iso(due).astimezone(self._zone()).date() if dated else None,
            done=values.get("hs_task_status") == "COMPLETED",
            modified_at=from_iso(row["updatedAt"]),
            owner_email=self._owner_email(values.get("hubspot_owner_id") or ""),
        )

    def _owner_email(self, owner_id: str) -> str | None:
        """None for a person whom HubSpot does not list among the owners."""
        if not owner_id:
            return ""
        for owners in (self._known_owners, self.owners):  # somebody new is found by asking again
            found = next((one.email for one in owners() if one.id == owner_id), None)
            if found is not None:
                return found
        return None

    def _zone(self) -> ZoneInfo:
        """Where the account's days begin; asked once."""
        if self._account is None:
            self._account = self.whoami()
        try:
            return ZoneInfo(self._account.time_zone)
        except (ZoneInfoNotFoundError, ValueError):
            return ZoneInfo(str(UTC))

    def owners(self) -> Sequence[Owner]:
        found: list[Owner] = []
        after = ""
        while True:
            query = {"limit": "500"} | ({"after": after} if after else {})
            answer = self._transport.call(OWNERS, query=query)
            found += [_owner(one) for one in answer["results"]]
            after = answer.get("paging", {}).get("next", {}).get("after") or ""
            if not after:
                self._owners = found
                return found

    def _known_owners(self) -> Sequence[Owner]:
        return self.owners() if self._owners is None else self._owners

    def files(self, kind: ObjectKind, id: str) -> Sequence[CrmFile]:  # noqa: A002 - the port's word
        if not _is_id(id):
            return []
        notes = self._linked(TYPES[kind], [id], "notes").get(id, {})
        attached: list[str] = []
        for row in self._rows("notes", sorted(notes), ["hs_attachment_ids"]):
            attached += (row["properties"].get("hs_attachment_ids") or "").split(";")
        return list(states_of(self._transport, [one for one in attached if _is_id(one)]).values())

    def file_states(self, ids: Sequence[str]) -> Mapping[str, CrmFile]:
        return states_of(self._transport, [one for one in ids if _is_id(one)])

    def file_bytes(self, id: str, limit: int) -> bytes:  # noqa: A002 - the port's word
        if not _is_id(id):
            raise NotFound("HubSpot has no such file.")
        return bytes_of(self._transport, self._api_origin, id, limit)

    def partner_work(self, cursor: str) -> WorkPage:
        return work_page(self._transport, self._clock, cursor)

    def write(self, writes: Sequence[Write]) -> Sequence[WriteResult]:
        return self._writer.write(writes)


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18  # noqa: PLR2004 - fits 63 bits


def _api_names(kind: ObjectKind, fields: Sequence[str]) -> dict[str, str]:
    return {field: api_name(CrmKind.HUBSPOT, kind, field) for field in fields}


def _searchable(names: Mapping[str, str]) -> list[str]:
    """The properties to ask a search for: none, if naming them leaves no room for its filters."""
    return (
        list(names.values()) if sum(len(api) + 4 for api in names.values()) <= MAX_SEARCH_FIELD_CHARS else []
    )


def _record(kind: ObjectKind, row: Mapping[str, Any], names: Mapping[str, str]) -> CrmRecord:
    values = row["properties"]
    return CrmRecord(
        kind=kind,
        id=str(row["id"]),
        fields={field: values.get(api) or None for field, api in names.items()},
        modified_at=from_iso(str(row["updatedAt"])),
        archived=bool(row.get("archived")),
    )


def _owner(found: Mapping[str, Any]) -> Owner:
    name = " ".join(part for part in (found.get("firstName"), found.get("lastName")) if part)
    return Owner(
        id=str(found["id"]),
        user_id=str(found.get("userId") or ""),
        name=name or str(found.get("email") or found["id"]),
        email=str(found.get("email") or ""),
    )


def _is_closed(metadata: Mapping[str, Any]) -> bool:
    """HubSpot writes its truth values as text, and older pipelines only know the probability."""
    if "isClosed" in metadata:
        return str(metadata["isClosed"]).lower() == "true"
    return str(metadata.get("probability")) in ("0.0", "1.0", "0", "1")
