"""The set-up checklist: finds what is not done yet, and says what to do about it. Pure; what it judges is gathered in
settings.py."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from app.storage.sighting import WEBHOOK, Sighting, card
from cards import words

SILENT_AFTER = timedelta(days=3)
"""Webhooks that bring nothing for so long although records changed are taken for broken, not for quiet."""

SETTLED = timedelta(hours=1)
"""A change younger than this proves nothing: its webhook may still be on its way, or waiting for a retry."""

LOOPBACK = ("127.0.0.1", "localhost", "::1")

PLACES = {"tab": "tab", "sidebar": "sidebar"}
KINDS = {"deal": "deals", "company": "companies", "contact": "contacts"}


class State(StrEnum):
    DONE = "done"
    TODO = "todo"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One line of the checklist: `advice` is what to do, empty where there is nothing to do."""

    id: str
    title: str
    state: State
    sentence: str
    advice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What is known of an account's set-up. `granted` is None where the CRM could not be asked; `called` is the
    origin that the page was told to call; `changed_at` is the latest change of a record we hold."""

    trouble: str
    granted: Sequence[str] | None
    wanted: Sequence[str]
    optional: Sequence[str]
    called: str
    expected: str
    sightings: Mapping[str, Sighting]
    connected_at: datetime
    last_read_at: datetime | None
    changed_at: datetime | None
    policy_version: int
    partners: int
    admins: Sequence[str]


def checklist(found: Found, now: datetime) -> list[Item]:
    """Every step of the set-up in the order one does them."""
    return [
        _connection(found, now),
        _scopes(found),
        _origin(found),
        *(_cards(found, kind, now) for kind in KINDS),
        _webhooks(found, now),
        _admins(found),
        _safelist(found),
        _partners(found),
    ]


def _connection(found: Found, now: datetime) -> Item:
    title = "HubSpot account connected"
    if found.trouble:
        return Item(
            id="connection",
            title=title,
            state=State.TODO,
            sentence=found.trouble,
            advice=f"A Super Admin opens {found.expected}/hubspot/oauth/start and agrees again.",
        )
    if found.last_read_at is None:
        return Item(
            id="connection",
            title=title,
            state=State.UNKNOWN,
            sentence="Connected, and no record was read yet.",
            advice="Open a deal that has the card on it.",
        )
    read = words.ago(found.last_read_at, now)
    return Item(id="connection", title=title, state=State.DONE, sentence=f"Last read {read}.")


def _scopes(found: Found) -> Item:
    title = "Rights granted"
    if found.granted is None:
        return Item(
            id="scopes",
            title=title,
            state=State.UNKNOWN,
            sentence="HubSpot could not be asked which rights the app has.",
        )
    missing = [scope for scope in found.wanted if scope not in found.granted]
    if missing:
        return Item(
            id="scopes",
            title=title,
            state=State.TODO,
            sentence=f"Not granted: {', '.join(missing)}.",
            advice="Upload the project as it is now, then connect the account again: "
            f"{found.expected}/hubspot/oauth/start.",
        )
    left = [scope for scope in found.optional if scope not in found.granted]
    more = f" Without {', '.join(left)}, files of a record cannot be shared." if left else ""
    return Item(id="scopes", title=title, state=State.DONE, sentence=f"All that are needed.{more}")


def _origin(found: Found) -> Item:
    title = "Address of the server"
    if found.called and found.called != found.expected:
        return Item(
            id="origin",
            title=title,
            state=State.TODO,
            sentence=f"The project calls {found.called}; the server answers as {found.expected}.",
            advice="Set backend_origin in the project’s profile to PUBLIC_ORIGIN, and upload it again.",
        )
    if urlsplit(found.expected).hostname in LOOPBACK:
        return Item(
            id="origin",
            title=title,
            state=State.UNKNOWN,
            sentence=f"{found.expected} is this machine alone: enough for the sandbox, not for HubSpot.",
        )
    if not found.expected.startswith("https://"):
        return Item(
            id="origin",
            title=title,
            state=State.TODO,
            sentence=f"{found.expected} is not https, so HubSpot cannot call it.",
            advice="Set PUBLIC_ORIGIN to the https address that HubSpot calls.",
        )
    return Item(
        id="origin", title=title, state=State.DONE, sentence=f"HubSpot calls {found.expected}, as expected."
    )


def _cards(found: Found, kind: str, now: datetime) -> Item:
    seen = {
        place: found.sightings[name] for place in PLACES if (name := card(place, kind)) in found.sightings
    }
    title = f"Card placed on {KINDS[kind]}"
    if not seen:
        return Item(
            id=f"cards-{kind}",
            title=title,
            state=State.TODO,
            sentence="Nobody has opened it yet: HubSpot does not place a new card by itself.",
            advice=f"Open one of your {KINDS[kind]}, choose Customize record, add the card “Partner work” "
            "to a tab or to the right sidebar, and save for the whole team.",
        )
    said = [f"in the {PLACES[place]} {words.ago(one.last_at, now)}" for place, one in seen.items()]
    return Item(
        id=f"cards-{kind}", title=title, state=State.DONE, sentence=f"Last opened {words.listing(said)}."
    )


def _webhooks(found: Found, now: datetime) -> Item:
    title = "Changes arrive by themselves"
    heard = found.sightings.get(WEBHOOK)
    if heard is not None and now - heard.last_at < SILENT_AFTER:
        return Item(
            id="webhooks",
            title=title,
            state=State.DONE,
            sentence=f"HubSpot told of a change {words.ago(heard.last_at, now)}.",
        )
    since = heard.last_at if heard else found.connected_at
    changed = found.changed_at
    if changed is not None and since < changed < now - SETTLED:
        told = f"for {(now - heard.last_at).days} days" if heard else "yet"
        return Item(
            id="webhooks",
            title=title,
            state=State.TODO,
            sentence=f"No webhook arrived {told}, although records changed. Polling finds changes within minutes.",
            advice="Look at the app’s Monitoring → Webhooks in your developer account: the target must be "
            f"{found.expected}/hubspot/webhooks.",
        )
    return Item(
        id="webhooks",
        title=title,
        state=State.UNKNOWN,
        sentence="No record has changed since, so nothing can be said.",
        advice="Change the stage of a deal to try it.",
    )


def _admins(found: Found) -> Item:
    title = "Admins named"
    if not found.admins:
        return Item(
            id="admins",
            title=title,
            state=State.TODO,
            sentence="Nobody may open the admin pages.",
            advice="Run: alongside tenant add --crm hubspot --account-id … --name … --admin-email …",
        )
    return Item(id="admins", title=title, state=State.DONE, sentence=f"{words.listing(found.admins)}.")


def _safelist(found: Found) -> Item:
    title = "Safelist looked at"
    if found.policy_version <= 1:
        return Item(
            id="safelist",
            title=title,
            state=State.TODO,
            sentence="Still the cautious start: names, stage, dates and the next step, amounts as a band.",
            advice="Open “What partners see”, change what is not yours, and save it once.",
        )
    return Item(id="safelist", title=title, state=State.DONE, sentence=f"Version {found.policy_version}.")


def _partners(found: Found) -> Item:
    title = "First partner"
    if not found.partners:
        return Item(
            id="partners",
            title=title,
            state=State.TODO,
            sentence="You have no partner yet.",
            advice="Add one under “Partners”, or from the card on a deal.",
        )
    said = words.count(found.partners, "partner")
    return Item(id="partners", title=title, state=State.DONE, sentence=f"{said} so far.")
