"""The files that are uploaded to HubSpot say the same as the code that they are uploaded for."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.crm.fields import FIELDS
from app.crm.hubspot_events import OBJECTS, What
from app.crm.hubspot_paths import TYPES
from app.crm.hubspot_properties import OURS
from app.crm.hubspot_scopes import OPTIONAL_SCOPES
from app.disclosure.policy import never_reason
from app.domain.record import CrmKind, ObjectKind
from app.doors.hubspot_oauth import SCOPES
from app.reading.setup import PLACES
from sync import people
from sync.ingest import CARD_FIELDS

SOURCE = Path(__file__).parents[2] / "hubspot-project" / "src"
CONSTANT = {"created"}
"""Fields that never change, so that nobody has to be told."""


def config(path: str) -> Any:
    return json.loads((SOURCE / path).read_text(encoding="utf-8"))["config"]


def subscriptions() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = config("app/webhooks/webhooks-hsmeta.json")["subscriptions"]["crmObjects"]
    return found


def test_the_app_asks_for_exactly_the_scopes_that_the_server_asks_for() -> None:
    auth = config("app/app-hsmeta.json")["auth"]

    assert sorted(auth["requiredScopes"]) == sorted(SCOPES)
    assert sorted(auth["optionalScopes"]) == sorted(OPTIONAL_SCOPES)
    assert auth["conditionallyRequiredScopes"] == []


def test_every_scope_is_one_that_some_call_needs() -> None:
    objects = {f"crm.objects.{name}.{right}" for name in TYPES.values() for right in ("read", "write")}
    schemas = {
        f"crm.schemas.{name}.{right}"
        for name in OURS
        if name in TYPES.values()
        for right in ("read", "write")
    }

    assert set(SCOPES) == objects | schemas | {"oauth", "crm.objects.owners.read"}


def test_exactly_what_has_a_consequence_here_is_subscribed_to() -> None:
    rest = config("app/webhooks/webhooks-hsmeta.json")["subscriptions"]
    hub = [one["subscriptionType"] for one in rest["hubEvents"]]
    kinds = {one["subscriptionType"].partition(".")[2] for one in subscriptions()} | {
        name.partition(".")[2] for name in hub
    }

    assert {one["objectType"] for one in subscriptions()} == {n for n in OBJECTS if n.isalpha()}
    assert kinds == set(What)
    assert (hub, rest["legacyCrmObjects"]) == (["contact.privacyDeletion"], [])


def test_of_contacts_only_what_partners_people_are_called_is_told() -> None:
    told = {one.get("propertyName", "") for one in subscriptions() if one["objectType"] == "contact"}

    assert told == {FIELDS[ObjectKind.CONTACT][name][CrmKind.HUBSPOT] for name in people.FIELDS} | {""}


@pytest.mark.parametrize("kind", [ObjectKind.DEAL, ObjectKind.COMPANY])
def test_every_field_that_somebody_may_be_shown_is_subscribed_to_and_no_other(kind: ObjectKind) -> None:
    told = {
        one["propertyName"]
        for one in subscriptions()
        if one["objectType"] == kind and one["subscriptionType"] == "object.propertyChange"
    }
    ours = {
        names[CrmKind.HUBSPOT]
        for name, names in FIELDS[kind].items()
        if not never_reason(name) and name not in CONSTANT
    }

    assert told == ours
    assert {FIELDS[kind][name][CrmKind.HUBSPOT] for name in CARD_FIELDS[kind] if name not in CONSTANT} <= told


@pytest.mark.parametrize("kind", ["deal", "company"])
def test_records_that_come_go_merge_or_move_are_told(kind: str) -> None:
    told = {
        one["subscriptionType"].removeprefix("object.")
        for one in subscriptions()
        if one["objectType"] == kind
    }
    wanted = {"creation", "deletion", "merge", "restore", "propertyChange"}

    assert told - {"associationChange"} == wanted
    assert kind != "deal" or "associationChange" in told


def test_no_subscription_is_switched_off_or_doubled() -> None:
    found = [json.dumps(one, sort_keys=True) for one in subscriptions()]

    assert all(one["active"] for one in subscriptions())
    assert len(found) == len(set(found))


def test_every_place_of_a_card_is_one_whose_sightings_are_kept() -> None:
    cards = [json.loads(file.read_text()) for file in SOURCE.glob("app/cards/*-hsmeta.json")]

    assert {card["config"]["location"].removeprefix("crm.record.") for card in cards} == set(PLACES)
    assert all(card["config"]["objectTypes"] == ["deals", "companies", "contacts"] for card in cards)


@pytest.mark.parametrize("profile", ["dev", "prod"])
def test_a_profile_holds_all_that_one_has_to_set(profile: str) -> None:
    found = json.loads((SOURCE / f"hsprofile.{profile}.json").read_text())
    files = "".join(
        file.read_text() for file in SOURCE.glob("app/**/*-hsmeta.json") if "node_modules" not in str(file)
    )

    assert found["variables"]["environment"] == profile
    for name in found["variables"]:
        assert f"${{{name}}}" in files, f"nothing uses {name}"
