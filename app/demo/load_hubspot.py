"""Loads a pipeline into a HubSpot portal (the sandbox) through its public API, in batches."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from app.demo.loading import Loaded, Loader, Wire, chunks, sentence_of
from app.demo.pipeline import Pipeline, SampleAccount, SampleContact, SampleDeal, Stage
from app.ground.errors import AppError, Reason

VERSION = "2026-09"
BATCH = 100
"""Inputs of one object call, HubSpot's limit."""

LINKS = 1_000
"""Inputs of one association call; HubSpot takes 2,000, and a stand-in answers a thousand in good time."""

KEY = "import_key"
"""The unique property by which a second import finds what the first one made."""

STAGES = {
    Stage.PROSPECTING: "appointmentscheduled",
    Stage.ENGAGING: "qualifiedtobuy",
    Stage.EVALUATION: "presentationscheduled",
    Stage.PROPOSAL: "decisionmakerboughtin",
    Stage.NEGOTIATION: "contractsent",
    Stage.WON: "closedwon",
    Stage.LOST: "closedlost",
}

INDUSTRY_LIMIT = 255


def connect(origin: str, client_id: str, client_secret: str) -> str:
    """An access token, see `consent`."""
    return str(consent(origin, client_id, client_secret)["access_token"])


def grant(origin: str, client_id: str, client_secret: str) -> str:
    """A refresh token, see `consent`."""
    return str(consent(origin, client_id, client_secret)["refresh_token"])


def consent(origin: str, client_id: str, client_secret: str) -> dict[str, Any]:
    """Tokens by the OAuth flow, with the admin's click done for them: a sandbox has no admin."""
    wire, back = Wire(origin), "http://127.0.0.1/connected"
    query = urlencode({"client_id": client_id, "redirect_uri": back, "scope": "oauth"})
    agreed = wire.send("POST", f"/oauth/authorize?{query}")
    codes = parse_qs(urlsplit(agreed.headers.get("Location", "")).query).get("code")
    if not codes:
        raise AppError(Reason.CRM_REFUSED, f"The HubSpot sandbox did not connect: {sentence_of(agreed)}")
    form = {
        "grant_type": "authorization_code",
        "client_id": client_id,
        "client_secret": client_secret,
        "redirect_uri": back,
        "code": codes[0],
    }
    answer = wire.send("POST", f"/oauth/{VERSION}/token", data=form)
    wire.close()
    if not answer.ok:
        raise AppError(Reason.CRM_REFUSED, f"The HubSpot sandbox gave no token: {sentence_of(answer)}")
    tokens: dict[str, Any] = answer.json()
    return tokens


class HubspotLoader(Loader):
    def __init__(self, origin: str, token: str) -> None:
        self._wire = Wire(origin, token)

    def load(self, pipeline: Pipeline) -> Loaded:
        loaded = Loaded()
        for kind in ("companies", "contacts", "deals"):
            self._ensure_key(kind)
        loaded.owners = self._owners(pipeline)
        owners = loaded.owners
        loaded.accounts = self._upsert("companies", (_company(a, owners) for a in pipeline.accounts), loaded)
        self._set_parents(pipeline, loaded)
        loaded.contacts = self._upsert("contacts", map(_contact, pipeline.contacts), loaded)
        loaded.deals = self._upsert("deals", (_deal(d, owners) for d in pipeline.deals), loaded)
        self._link_all(pipeline, loaded)
        self._wire.close()
        return loaded

    def _ensure_key(self, kind: str) -> None:
        """The unique property exists afterwards; that it exists already is HubSpot's 409."""
        definition = {
            "name": KEY,
            "label": "Import key",
            "type": "string",
            "fieldType": "text",
            "groupName": self._group(kind),
            "hasUniqueValue": True,
        }
        answer = self._wire.send("POST", f"/crm/properties/{VERSION}/{kind}", json=definition)
        if not answer.ok and answer.status_code != 409:
            raise AppError(Reason.CRM_REFUSED, f"The import key was refused: {sentence_of(answer)}")

    def _group(self, kind: str) -> str:
        groups = self._wire.call("GET", f"/crm/properties/{VERSION}/{kind}/groups")["results"]
        return str(groups[0]["name"])

    def _owners(self, pipeline: Pipeline) -> dict[str, str]:
        """HubSpot has no call that makes a user; the sandbox has a control for it."""
        made = {}
        for owner in pipeline.owners:
            first, _, last = owner.name.partition(" ")
            body = {"firstName": first, "lastName": last, "email": owner.email}
            made[owner.key] = str(self._wire.call("POST", "/_sandbox/owners", body)["id"])
        return made

    def _upsert(
        self, kind: str, rows: Iterable[tuple[str, dict[str, Any]]], loaded: Loaded
    ) -> dict[str, str]:
        """The ids by key. A refused row is noted with HubSpot's sentence, and its neighbours stand."""
        ids: dict[str, str] = {}
        for batch in chunks(list(rows), BATCH):
            inputs = [
                {"id": key, "idProperty": KEY, "properties": values, "objectWriteTraceId": key}
                for key, values in batch
            ]
            answer = self._wire.call(
                "POST", f"/crm/objects/{VERSION}/{kind}/batch/upsert", {"inputs": inputs}
            )
            for result in answer["results"]:
                ids[str(result["objectWriteTraceId"])] = str(result["id"])
                loaded.created += bool(result.get("new"))
                loaded.updated += not result.get("new")
            for error in answer.get("errors", []):
                for key in error.get("context", {}).get("objectWriteTraceId", []):
                    loaded.refused[str(key)] = str(error.get("message", ""))
        return ids

    def _set_parents(self, pipeline: Pipeline, loaded: Loaded) -> None:
        """Parents come second: a subsidiary may stand before its parent."""
        inputs = [
            {
                "id": loaded.accounts[a.key],
                "properties": {"hs_parent_company_id": loaded.accounts[a.parent_key]},
            }
            for a in pipeline.accounts
            if a.parent_key in loaded.accounts and a.key in loaded.accounts
        ]
        for batch in chunks(inputs, BATCH):
            self._wire.call("POST", f"/crm/objects/{VERSION}/companies/batch/update", {"inputs": list(batch)})

    def _link_all(self, pipeline: Pipeline, loaded: Loaded) -> None:
        people = [(c.key, c.account_key) for c in pipeline.contacts]
        self._link("contacts", "companies", people, loaded.contacts, loaded.accounts)
        firms = [(d.key, d.account_key) for d in pipeline.deals if d.account_key]
        self._link("deals", "companies", firms, loaded.deals, loaded.accounts)
        known = [(d.key, key) for d in pipeline.deals for key in d.contact_keys]
        self._link("deals", "contacts", known, loaded.deals, loaded.contacts)

    def _link(
        self,
        kind: str,
        to: str,
        pairs: Sequence[tuple[str, str]],
        ids: dict[str, str],
        others: dict[str, str],
    ) -> None:
        """Associates each pair whose both ends were loaded; a repeat changes nothing."""
        found = [
            {"from": {"id": ids[key]}, "to": {"id": others[other]}}
            for key, other in pairs
            if key in ids and other in others
        ]
        path = f"/crm/associations/{VERSION}/{kind}/{to}/batch/associate/default"
        for batch in chunks(found, LINKS):
            self._wire.call("POST", path, {"inputs": list(batch)})


def _company(account: SampleAccount, owners: dict[str, str]) -> tuple[str, dict[str, Any]]:
    return account.key, _filled(
        name=account.name,
        domain=account.domain,
        industry=account.industry[:INDUSTRY_LIMIT],
        city=account.city,
        country=account.country,
        phone=account.phone,
        numberofemployees=account.employees,
        annualrevenue=account.revenue,
        internal_notes=account.internal_notes,
        hubspot_owner_id=owners.get(account.owner_key or ""),
    )


def _contact(contact: SampleContact) -> tuple[str, dict[str, Any]]:
    return contact.key, _filled(
        firstname=contact.first_name,
        lastname=contact.last_name,
        email=contact.email,
        jobtitle=contact.title,
    )


def _deal(deal: SampleDeal, owners: dict[str, str]) -> tuple[str, dict[str, Any]]:
    closes = datetime.combine(deal.closes, time(), UTC) if deal.closes else None
    return deal.key, _filled(
        dealname=deal.name,
        pipeline="default",
        dealstage=STAGES[deal.stage],
        amount=deal.amount,
        closedate=closes.isoformat().replace("+00:00", "Z") if closes else None,
        product_name=deal.product,
        hs_next_step=deal.next_step,
        description=deal.description,
        margin=deal.margin,
        discount=deal.discount,
        internal_notes=deal.internal_notes,
        competitor=deal.competitor,
        hubspot_owner_id=owners.get(deal.owner_key or ""),
    )


def _filled(**values: Any) -> dict[str, Any]:
    """The values that say something, as HubSpot takes them: text."""
    return {name: str(value) for name, value in values.items() if value not in (None, "")}
