"""A tenant is a wall: whatever names something of another tenant answers exactly like what does not exist.

The ids are read from every table, the addresses from both apps' maps and the commands from their register, so a new
one is either walled in or fails a test until somebody has said where it takes an id.
"""

import difflib
import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.commands.execute import COMMANDS
from app.domain.actor import SYSTEM
from app.ground.errors import AppError
from app.ground.ids import new_id
from app.identity.tokens import Audience
from app.reading.stores import Tickets
from app.storage.rows import find_all
from app.storage.schema import metadata
from cards.registry import NAMES
from tests.doors.test_hubspot import Hubspot
from tests.doors.test_webhooks import EVENT
from tests.doors.test_webhooks import send as send_webhook
from tests.house import ADMIN, DEAL, ORIGIN, SELLER
from tests.security.addresses import PLACES, WEB, WITHOUT_ID
from tests.security.two_tenants import SHARE, Wall, build_wall, entered, stranger_to, token_of

VARYING = re.compile(
    r'[0-9a-f]{32}|[A-Za-z0-9_-]{43,}|Date: [^\r]+|Content-Length: \d+|W/"[0-9a-f]{12}"|version"?[=:] ?"[0-9a-f]{12}"'
)
"""Form keys and tokens, new with every answer; and what is counted or hashed over what was sent."""

Send = Callable[[str], TestResponse]


@pytest.fixture(scope="module")
def wall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wall]:
    made = build_wall(tmp_path_factory.mktemp("wall"))
    yield made
    made.house.house.database.close()


def plain(answer: TestResponse, tried: re.Pattern[str]) -> tuple[int, str, str]:
    """Status, headers and body, with one word for all the ids that are tried here, for the audit log names what
    this very admin asked for before; and without what every answer makes anew."""
    said = tried.sub("<tried>", f"{answer.headers}\n{answer.get_data(as_text=True)}")
    return (
        answer.status_code,
        answer.mimetype or "",
        VARYING.sub("<new>", said),
    )


def differing(one: tuple[int, str, str], other: tuple[int, str, str]) -> list[str]:
    """The lines that stand in only one of two answers, so that a failure says what told them apart."""
    pages = [(f"{status} {type_}\n{said}").splitlines() for status, type_, said in (one, other)]
    return [line for line in difflib.unified_diff(*pages, n=0, lineterm="") if line[:3] not in ("---", "+++")]


def same_for_all(wall: Wall, send: Send, *, sorted_by: bool = False) -> None:
    """Each of their ids is answered like one of the same form that does not exist; like its
    neighbour, where ids are places in time."""
    send(stranger_to("00000000"))  # whoever looks first sees what is new
    ids = sorted((*wall.theirs.values(), *map(stranger_to, wall.theirs.values())), key=len, reverse=True)
    tried = re.compile("|".join(map(re.escape, ids)))
    nothing: dict[tuple[object, bool], tuple[int, str, str]] = {}
    for place, theirs in wall.theirs.items():
        nobodys = stranger_to(theirs)
        form = (theirs if sorted_by else len(theirs), theirs.isdigit())
        assert nobodys not in wall.theirs.values()
        if form not in nothing:
            nothing[form] = plain(send(nobodys), tried)
        told_apart = "\n".join(differing(plain(send(theirs), tried), nothing[form]))
        assert not told_apart, f"{place}:\n{told_apart}"


def rows_of(wall: Wall) -> list[str]:
    with wall.house.house.database.read() as connection:
        return sorted(
            f"{table.name} {dict(row)}"
            for table in metadata.sorted_tables
            if "tenant_id" in table.c
            for row in find_all(connection, table, table.c.tenant_id == wall.other.tenant.id)
        )


@pytest.fixture(autouse=True)
def untouched(wall: Wall) -> Iterator[None]:
    """No test here changes a row of the other tenant."""
    before = rows_of(wall)
    wall.other.crm.calls.clear()

    yield

    assert rows_of(wall) == before
    assert wall.other.crm.calls == []


def test_every_kind_of_id_is_tried(wall: Wall) -> None:
    named = {place.partition(".")[0] for place in wall.theirs}

    assert named >= {
        "partner",
        "partner_contact",
        "message",
        "step",
        "registration",
        "conflict",
        "certification",
        "shared_file",
        "share_link",
        "partner_inbox",
        "snapshot",
        "outbox",
        "record",
        "done_command",
    }


def test_every_address_says_where_it_takes_an_id(wall: Wall) -> None:
    web = {rule.rule for rule in wall.web.url_map.iter_rules()}
    shared = {part for rule in wall.share.url_map.iter_rules() for part in rule.arguments}

    assert {rule for rule in web if not rule.startswith("/s/")} == set(WEB) | set(WITHOUT_ID)
    assert shared == set(PLACES)


@pytest.mark.parametrize(
    ("name", "place"),
    [*((name, "partner_id") for name in NAMES), ("overview", "objectId"), ("thread", "before")],
)
def test_no_card_tells_one_tenants_things_from_nothing(wall: Wall, name: str, place: str) -> None:
    hubspot = Hubspot(wall.house)
    asked = {"objectType": "0-3", "objectId": DEAL.crm_id}

    send = lambda id_: hubspot.send("GET", f"/hubspot/cards/{name}", {**asked, place: id_})  # noqa: E731
    same_for_all(wall, send, sorted_by=place == "before")


@pytest.mark.parametrize("kind", ["deals", "companies"])
def test_no_command_takes_another_tenants_record(wall: Wall, kind: str) -> None:
    hubspot = Hubspot(wall.house)

    def send(id_: str) -> TestResponse:
        fields = {"partner_id": wall.mine.partner, "body": "Hello"}
        body = {"objectType": kind, "objectId": id_, "idempotencyKey": new_id(), "fields": fields}
        return hubspot.send("POST", "/hubspot/actions/thread.post", body=body)

    same_for_all(wall, send)


VALID: dict[str, dict[str, object]] = {
    "thread.post": {"body": "Hello"},
    "plan.add_step": {"title": "Sign"},
    "plan.edit_step": {"version": 1, "title": "Sign"},
    "registration.submit": {"customer_name": "Globex"},
    "registration.approve": {"reason": "Because"},
    "registration.refuse": {"reason": "Because"},
    "conflict.resolve": {"decision": "share", "reason": "Because"},
    "certification.record": {"name": "Gold"},
    "sharing.create_link": {"contact_email": "x@partner.example", "contact_name": "X"},
    "sharing.share_file": {"name": "Offer.pdf"},
    "partner.update": {"name": "Renamed", "type": "msp"},
    "partner.add_contact": {"name": "Bo", "email": "bo@partner.example"},
    "partner.offboard": {"reason": "Because"},
}
"""What each command needs beside its ids."""

ALSO_DONE = {("person.erase", "contact_id")}
"""Where an id that leads nowhere is no refusal: nobody is left of whom nobody was."""

ID_FIELDS = [
    (name, field)
    for name, command in COMMANDS.items()
    for field in command.schema().fields
    if field.endswith("_id")
]


@pytest.mark.parametrize(("name", "field"), ID_FIELDS)
def test_no_command_tells_one_tenants_ids_from_nothing(wall: Wall, name: str, field: str) -> None:
    command = COMMANDS[name]
    fields = dict(VALID.get(name, {}))
    if "partner_id" in command.schema().fields:
        fields["partner_id"] = wall.mine.partner
    actors = (SELLER, ADMIN, SYSTEM, wall.house.viewer(wall.mine.partner))
    actor = next(a for a in actors if a.kind in command.actors)

    def send(id_: str) -> tuple[str, ...]:
        try:
            done = wall.house.run(
                name, {**fields, field: id_}, actor=actor, record=DEAL if command.needs_record else None
            )
        except AppError as error:
            return error.reason, error.message, error.field or ""
        assert (name, field) in ALSO_DONE
        return done.message, str(done.result)

    for place, theirs in wall.theirs.items():
        assert send(theirs) == send(stranger_to(theirs)), place


def test_a_webhook_of_one_portal_reads_nothing_of_another(wall: Wall) -> None:
    for theirs in wall.theirs.values():
        for kind in ("deal", "company"):
            event = {**EVENT, "objectId": theirs, "subscriptionType": f"{kind}.creation", "eventId": theirs}
            assert send_webhook(wall.house, [event]).status_code == 200
    wall.house.work()


@pytest.mark.parametrize("name", ["overview", "thread"])
@pytest.mark.parametrize("place", WEB["/salesforce/panel/cards/<card>"])
def test_no_panel_card_tells_one_tenants_things_from_nothing(wall: Wall, name: str, place: str) -> None:
    client, headers = wall.web.test_client(), _bearer(wall)
    asked = {"objectType": "Opportunity", place: ""}

    same_for_all(
        wall,
        lambda id_: client.get(
            f"/salesforce/panel/cards/{name}",
            query_string={**(asked if place == "objectId" else {}), place: id_},
            headers=headers,
        ),
        sorted_by=place == "before",
    )


def test_no_panel_command_takes_another_record_than_the_bearers(wall: Wall) -> None:
    client, headers = wall.web.test_client(), _bearer(wall)
    fields = {"partner_id": wall.mine.partner, "body": "Hello"}

    def send(id_: str) -> TestResponse:
        body = {"objectType": "Opportunity", "objectId": id_, "idempotencyKey": new_id(), "fields": fields}
        return client.post("/salesforce/panel/actions/thread.post", json=body, headers=headers)

    same_for_all(wall, send)


def _bearer(wall: Wall) -> dict[str, str]:
    tokens = wall.house.house.tokens
    token = tokens.mint(Audience.SALESFORCE_PANEL, tenant_id=wall.house.tenant.id, record=DEAL, actor=SELLER)
    return {"Authorization": f"Bearer {token}"}


def test_no_preview_shows_another_tenants_partner(wall: Wall) -> None:
    token = wall.house.house.tokens.mint(
        Audience.PREVIEW, tenant_id=wall.house.tenant.id, record=DEAL, actor=SELLER
    )
    client = wall.web.test_client()

    same_for_all(wall, lambda id_: client.get(f"/preview/{token}", query_string={"partner": id_}))


ADMIN_PLACES = [
    ("GET", "/admin/audit?before={id}", {}),
    ("POST", "/admin/safelist/restore", {"version": "{id}", "reason": "Because"}),
    (
        "POST",
        "/admin/safelist/exceptions",
        {
            "partner_id": "{id}",
            "field": "deal/amount",
            "treatment": "show",
            "reason": "Because",
            "version": "1",
        },
    ),
    ("POST", "/admin/safelist/proposals", {"proposal_id": "{id}", "do": "approve", "key": "k"}),
    ("GET", "/admin/preview?record=deal:{id}&partner={mine}", {}),
    ("GET", "/admin/preview?record=company:{id}&partner={mine}", {}),
    ("GET", "/admin/preview?record=deal:900&partner={id}", {}),
    ("POST", "/admin/preview", {"record": "deal:{id}", "partner": "{mine}"}),
    ("POST", "/admin/preview", {"record": "deal:900", "partner": "{id}"}),
    ("POST", "/admin/partners/{id}", {"name": "Renamed", "type": "msp"}),
    ("POST", "/admin/partners/{id}/contacts", {"name": "Bo", "email": "bo@partner.example"}),
    ("POST", "/admin/partners/{id}/form-link", {"days": "30"}),
    ("POST", "/admin/partners/{id}/offboard", {"reason": "Because"}),
    ("POST", "/admin/offboardings/{id}/lift", {}),
    ("GET", "/admin/offboardings/{id}.zip", {}),
    ("GET", "/admin/exposures?partner={id}", {}),
    ("GET", "/admin/exposures?record=deal:{id}", {}),
    ("GET", "/admin/exposures.csv?partner={id}", {}),
    ("GET", "/admin/plans/{id}/1", {}),
    ("POST", "/admin/plans/{id}/1/publish", {"reason": "Because"}),
    ("POST", "/admin/refused/{id}/retry", {}),
    ("POST", "/admin/refused/{id}/drop", {"reason": "Because"}),
    ("GET", "/admin/{id}", {}),
]


@pytest.mark.parametrize(("method", "path", "form"), ADMIN_PLACES)
def test_no_admin_page_tells_one_tenants_things_from_nothing(
    wall: Wall, method: str, path: str, form: dict[str, str]
) -> None:
    client = wall.web.test_client()
    ticket = Tickets(wall.house.house.database, wall.house.clock).issue(wall.house.tenant.id, ADMIN)
    headers = {"Origin": ORIGIN}
    entered = client.post("/admin/enter", data={"ticket": ticket}, headers=headers, base_url=ORIGIN)
    assert entered.status_code == 303

    def send(id_: str) -> TestResponse:
        fill = lambda text: text.format(id=id_, mine=wall.mine.partner)  # noqa: E731
        data = {name: fill(value) for name, value in form.items()} or None
        return client.open(fill(path), method=method, data=data, headers=headers, base_url=ORIGIN)

    same_for_all(wall, send)


def test_no_share_page_tells_one_tenants_things_from_nothing(wall: Wall) -> None:
    wall.house.clock.advance(timedelta(minutes=61))  # codes are limited by the hour
    client = entered(wall.share, wall.mailer, wall.mine.link)
    rules = [rule for rule in wall.share.url_map.iter_rules() if rule.arguments - {"name"}]
    assert len(rules) >= 16

    for rule in rules:
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            same_for_all(wall, lambda id_, at=rule.rule, how=method: _open(wall, client, how, at, id_))


def _open(wall: Wall, client: FlaskClient, method: str, rule: str, id_: str) -> TestResponse:
    """The address with the id in its last place; what stands before it is the visitor's own."""
    *own, last = re.findall(r"<(\w+)>", rule)
    path = rule.replace(f"<{last}>", id_)
    for name in own:
        path = path.replace(
            f"<{name}>", {"token": token_of(wall.mine.form), "code": str(wall.mine.link["code"])}[name]
        )
    data = {"key": "12345678-abcd", "body": "Hi", "step_id": id_} if method == "POST" else None
    return client.open(path, method=method, data=data, base_url=SHARE)


@pytest.mark.parametrize("action", ["complete", "reopen"])
def test_no_form_of_a_room_takes_another_tenants_step(wall: Wall, action: str) -> None:
    wall.house.clock.advance(timedelta(minutes=61))  # codes are limited by the hour
    client = entered(wall.share, wall.mailer, wall.mine.link)
    path = f"/s/room/{wall.mine.link['code']}/{action}"

    same_for_all(wall, lambda id_: client.post(path, data={"key": new_id(), "step_id": id_}, base_url=SHARE))
