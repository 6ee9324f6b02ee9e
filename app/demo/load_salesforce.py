"""Loads a pipeline into a Salesforce org (the sandbox) through its REST API, in collections of 200."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import jwt

from app.demo.loading import Loaded, Loader, Wire, chunks, sentence_of
from app.demo.pipeline import Pipeline, SampleAccount, SampleContact, SampleDeal, Stage
from app.ground.clock import Clock, utc_now
from app.ground.errors import AppError, Reason

VERSION = "68.0"
COLLECTION = 200
"""Rows of one collections call, Salesforce's limit."""

KEY = "Import_Key__c"
"""The external id by which a second import finds what the first one made."""

STAGES = {
    Stage.PROSPECTING: "Prospecting",
    Stage.ENGAGING: "Qualification",
    Stage.EVALUATION: "Needs Analysis",
    Stage.PROPOSAL: "Proposal/Price Quote",
    Stage.NEGOTIATION: "Negotiation/Review",
    Stage.WON: "Closed Won",
    Stage.LOST: "Closed Lost",
}

AUDIENCE = "https://login.salesforce.com"
JWT_LIFE = timedelta(minutes=2)
NO_DATE = timedelta(days=30)
"""Salesforce needs a close date on every opportunity; one without any is expected in a month."""


def connect(origin: str, consumer_key: str, private_key: str, username: str, clock: Clock = utc_now) -> str:
    """An access token of the integration user, by the JWT bearer flow."""
    claims = {
        "iss": consumer_key,
        "sub": username,
        "aud": AUDIENCE,
        "exp": int((clock() + JWT_LIFE).timestamp()),
    }
    form = {
        "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "assertion": jwt.encode(claims, private_key, algorithm="RS256"),
    }
    wire = Wire(origin)
    answer = wire.send("POST", "/services/oauth2/token", data=form)
    wire.close()
    if not answer.ok:
        raise AppError(Reason.CRM_REFUSED, f"The Salesforce sandbox gave no token: {sentence_of(answer)}")
    return str(answer.json()["access_token"])


class SalesforceLoader(Loader):
    def __init__(self, origin: str, token: str, clock: Clock = utc_now) -> None:
        self._wire = Wire(origin, token)
        self._clock = clock

    def load(self, pipeline: Pipeline) -> Loaded:
        loaded = Loaded()
        loaded.owners = self._users(pipeline)
        users = loaded.owners
        loaded.accounts = self._upsert("Account", (_account(a, users) for a in pipeline.accounts), loaded)
        self._set_parents(pipeline, loaded)
        people = (_contact(c, loaded) for c in pipeline.contacts)
        loaded.contacts = self._upsert("Contact", people, loaded)
        deals = (self._opportunity(d, loaded) for d in pipeline.deals)
        loaded.deals = self._upsert("Opportunity", deals, loaded)
        self._set_roles(pipeline, loaded)
        self._wire.close()
        return loaded

    def _data(self, rest: str) -> str:
        return f"/services/data/v{VERSION}/{rest}"

    def _users(self, pipeline: Pipeline) -> dict[str, str]:
        """A user costs a licence in a real org; the sandbox has a control that makes one, once."""
        made = {}
        for owner in pipeline.owners:
            first, _, last = owner.name.rpartition(" ")
            body = {"username": owner.email, "first_name": first, "last_name": last, "email": owner.email}
            made[owner.key] = str(self._wire.call("POST", "/_sandbox/users", body)["id"])
        return made

    def _upsert(
        self, name: str, rows: Iterable[tuple[str, dict[str, Any]]], loaded: Loaded
    ) -> dict[str, str]:
        """The ids by key. A refused row is noted with Salesforce's sentence, and its neighbours stand."""
        ids: dict[str, str] = {}
        for batch in chunks(list(rows), COLLECTION):
            records = [{"attributes": {"type": name}, KEY: key, **values} for key, values in batch]
            results = self._wire.call(
                "PATCH",
                self._data(f"composite/sobjects/{name}/{KEY}"),
                {"allOrNone": False, "records": records},
            )
            for (key, _), result in zip(batch, results, strict=True):
                if result["success"]:
                    ids[key] = str(result["id"])
                    loaded.created += bool(result.get("created"))
                    loaded.updated += not result.get("created")
                else:
                    loaded.refused[key] = "; ".join(str(error["message"]) for error in result["errors"])
        return ids

    def _set_parents(self, pipeline: Pipeline, loaded: Loaded) -> None:
        """Parents come second: a subsidiary may stand before its parent."""
        records = [
            {
                "attributes": {"type": "Account"},
                "id": loaded.accounts[a.key],
                "ParentId": loaded.accounts[a.parent_key],
            }
            for a in pipeline.accounts
            if a.parent_key in loaded.accounts and a.key in loaded.accounts
        ]
        self._each("PATCH", records)

    def _each(self, method: str, records: list[dict[str, Any]]) -> None:
        for batch in chunks(records, COLLECTION):
            body = {"allOrNone": False, "records": list(batch)}
            self._wire.call(method, self._data("composite/sobjects"), body)

    def _opportunity(self, deal: SampleDeal, loaded: Loaded) -> tuple[str, dict[str, Any]]:
        closes = deal.closes or (self._clock() + NO_DATE).date()
        return deal.key, _filled(
            Name=deal.name,
            AccountId=loaded.accounts.get(deal.account_key or ""),
            OwnerId=loaded.owners.get(deal.owner_key or ""),
            StageName=STAGES[deal.stage],
            Amount=_number(deal.amount),
            CloseDate=closes.isoformat(),
            NextStep=deal.next_step,
            Description=deal.description,
            Product_Name__c=deal.product,
            Margin__c=_number(deal.margin),
            Discount__c=_number(deal.discount),
            Internal_Notes__c=deal.internal_notes,
            Competitor__c=deal.competitor,
        )

    def _set_roles(self, pipeline: Pipeline, loaded: Loaded) -> None:
        """Contact roles have no external id: those that are there already are asked for first."""
        wanted = {
            (loaded.deals[d.key], loaded.contacts[key])
            for d in pipeline.deals
            for key in d.contact_keys
            if d.key in loaded.deals and key in loaded.contacts
        }
        for batch in chunks(sorted({deal for deal, _ in wanted}), COLLECTION):
            listed = ",".join(f"'{deal}'" for deal in batch)
            query = f"SELECT OpportunityId, ContactId FROM OpportunityContactRole WHERE OpportunityId IN ({listed})"  # noqa: S608 - ids of our own
            found = self._wire.call("GET", self._data("query?" + urlencode({"q": query})))
            wanted -= {(row["OpportunityId"], row["ContactId"]) for row in found["records"]}
        records = [
            {"attributes": {"type": "OpportunityContactRole"}, "OpportunityId": deal, "ContactId": contact}
            for deal, contact in sorted(wanted)
        ]
        self._each("POST", records)


def _account(account: SampleAccount, users: dict[str, str]) -> tuple[str, dict[str, Any]]:
    return account.key, _filled(
        Name=account.name,
        Website=f"https://{account.domain}" if account.domain else None,
        Industry=account.industry,
        BillingCity=account.city[:40],
        BillingCountry=account.country[:80],
        NumberOfEmployees=account.employees,
        AnnualRevenue=_number(account.revenue),
        Phone=account.phone,
        Internal_Notes__c=account.internal_notes,
        OwnerId=users.get(account.owner_key or ""),
    )


def _contact(contact: SampleContact, loaded: Loaded) -> tuple[str, dict[str, Any]]:
    return contact.key, _filled(
        FirstName=contact.first_name[:40],
        LastName=contact.last_name[:80],
        Email=contact.email,
        Title=contact.title,
        AccountId=loaded.accounts.get(contact.account_key),
    )


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _filled(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "")}
