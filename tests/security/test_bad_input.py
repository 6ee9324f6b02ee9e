"""Whatever comes in at an edge: never an error of ours, always a sentence and a reason, and nothing half done.

Single cases stand in the tests of each door; here they are generated.
"""

import json
import re
import string
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.bootstrap_share import build_share_app
from app.commands.execute import COMMANDS
from app.ground.errors import Reason
from app.ground.ids import new_id
from app.identity.hubspot_signature import SIGNATURE_HEADER, TIMESTAMP_HEADER
from app.identity.tokens import Audience
from app.reading.stores import Tickets
from app.storage.rows import find_all
from app.storage.schema import metadata
from app.wsgi import web_app
from cards.registry import NAMES
from tests.doors.test_hubspot import Hubspot
from tests.doors.test_webhooks import EVENT
from tests.doors.test_webhooks import send as send_webhook
from tests.house import ADMIN, DEAL, ORIGIN, SELLER, TestHouse, make_house
from tests.security.two_tenants import SHARE, Work, entered, make_work, token_of
from tests.share_world import HOSTILE, Outgoing

some = settings(
    max_examples=20, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None
)
REASONS = {str(reason) for reason in Reason} - {"internal"}
KEPT_BY_DESIGN = {"nonce", "attempt", "admin_session", "crm_event", "dirty", "exposure", "viewer_code"}
"""What a refused request may leave: that it was counted, seen, or asks for a fresh copy."""

COUNT_ROWS = select(
    *(
        select(func.count()).select_from(table).scalar_subquery().label(table.name)
        for table in metadata.sorted_tables
        if table.name not in KEPT_BY_DESIGN
    )
)

NASTY = [
    *HOSTILE,
    "",
    " ",
    "\x00",
    "\u202e\u2066",
    "\ud800",
    "\uffff",
    "x" * 20_000,
    "-1",
    "9" * 400,
    "1e999",
    "NaN",
    "null",
    "../../etc/passwd",
    "' OR 1=1 --",
    "%00%ff",
    "${7*7}",
    "=cmd|' /C calc'!A0",
    "2026-02-30",
    "0001-01-01",
    "9999-12-31",
]
texts = st.one_of(st.sampled_from(NASTY), st.text(max_size=60))
values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), texts),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=8,
)
header_texts = st.text(
    string.printable.replace("\r", "").replace("\n", "").replace("\x0b", "").replace("\x0c", "") + "äÿ",
    max_size=80,
)


class Edges:
    """A house with work in it, and every client that somebody could have."""

    def __init__(self, folder: Path) -> None:
        self.house: TestHouse = make_house(folder)
        self.mailer = Outgoing()
        self.share = build_share_app(
            database=self.house.house.database, origin=SHARE, mailer=self.mailer, clock=self.house.clock
        )
        self.work: Work = make_work(self.house, DEAL, self.share, self.mailer)
        self.house.work()
        self.hubspot = Hubspot(self.house)
        self.web = web_app(self.house.house)
        self.house.clock.advance(timedelta(minutes=61))

    def bearer(self) -> dict[str, str]:
        token = self.house.house.tokens.mint(
            Audience.SALESFORCE_PANEL, tenant_id=self.house.tenant.id, record=DEAL, actor=SELLER
        )
        return {"Authorization": f"Bearer {token}"}

    def admin(self) -> FlaskClient:
        client = self.web.test_client()
        ticket = Tickets(self.house.house.database, self.house.clock).issue(self.house.tenant.id, ADMIN)
        client.post("/admin/enter", data={"ticket": ticket}, headers={"Origin": ORIGIN}, base_url=ORIGIN)
        return client

    def rows(self) -> dict[str, int]:
        """How many rows each table has, but for those that a refused request may leave."""
        with self.house.house.database.read() as connection:
            return dict(connection.execute(COUNT_ROWS).mappings().one())


@pytest.fixture(scope="module")
def edges(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edges]:
    made = Edges(tmp_path_factory.mktemp("edges"))
    yield made
    made.house.house.database.close()


def as_json(value: object) -> bytes:
    """As a program writes it that does not ask whether it may."""
    return json.dumps(value).encode()


def is_refusal(answer: TestResponse) -> bool:
    """A status that is no error of ours, a closed reason and a sentence. False for an answer that is none."""
    assert answer.status_code < 500, answer.text
    if answer.is_json or "json" in (answer.mimetype or ""):
        said = answer.get_json()
        if answer.status_code < 400 and (not isinstance(said, dict) or said.get("ok", True)):
            return False
        assert said["reason"] in REASONS, said
        assert said["message"].rstrip('”"').endswith((".", "?", "!")), said
        return True
    if answer.status_code < 400:
        return False
    assert re.search(r"[a-z][.!?]\s*<", answer.text), answer.text
    return True


def holds(edges: Edges, answer: TestResponse, before: dict[str, int]) -> None:
    if is_refusal(answer):
        assert edges.rows() == before


@pytest.mark.parametrize("name", sorted(COMMANDS))
@some
@given(data=st.data())
def test_any_fields_of_any_command(edges: Edges, name: str, data: st.DataObject) -> None:
    known = {"partner_id": edges.work.partner, "version": 1}
    fields = {
        field: data.draw(st.one_of(values, st.just(known.get(field, "x"))), label=field)
        for field in COMMANDS[name].schema().fields
    }
    body = {"objectType": "deals", "objectId": "900", "idempotencyKey": new_id(), "fields": fields}
    before = edges.rows()

    answer = edges.hubspot.send(
        "POST", f"/hubspot/actions/{name}", body=as_json(body), userEmail="ada@vendor.example"
    )

    holds(edges, answer, before)


@some
@given(body=values | st.binary(max_size=200), command=texts)
@example(
    body={"idempotencyKey": "k" * 8, "fields": {}, "objectType": "deals", "objectId": "\x00"},
    command="thread.post",
)
def test_any_body_of_any_command(edges: Edges, body: object, command: str) -> None:
    raw = body if isinstance(body, bytes) else as_json(body)
    before = edges.rows()

    for answer in (
        edges.hubspot.send("POST", f"/hubspot/actions/{quote(command, safe='', errors='replace')}", body=raw),
        edges.web.test_client().post(
            "/salesforce/panel/actions/thread.post",
            data=raw,
            headers=edges.bearer(),
            content_type="application/json",
        ),
    ):
        assert is_refusal(answer) or command == ""
    assert edges.rows() == before


@some
@given(
    name=st.sampled_from(NAMES) | texts,
    params=st.dictionaries(
        st.sampled_from(["partner_id", "before", "zone", "locale", "objectId", "objectType"]) | texts,
        texts,
        max_size=4,
    ),
)
def test_any_parameter_of_any_card(edges: Edges, name: str, params: dict[str, str]) -> None:
    clean = {
        k.encode("utf-8", "replace").decode(): v.encode("utf-8", "replace").decode()
        for k, v in params.items()
    }
    path = quote(name, safe="", errors="replace")

    for answer in (
        edges.hubspot.send(
            "GET", f"/hubspot/cards/{path}", {"objectType": "0-3", "objectId": "900", **clean}
        ),
        edges.web.test_client().get(
            f"/salesforce/panel/cards/{path}", query_string=clean, headers=edges.bearer()
        ),
    ):
        is_refusal(answer)


@some
@given(signature=header_texts, stamp=header_texts, bearer=header_texts, canvas=st.binary(max_size=300))
@example(signature="v1", stamp="", bearer="Bearer a.b.c", canvas=b".")
@example(signature="é" * 40, stamp="9" * 400, bearer="Bearer " + "x" * 9000, canvas=b"a.b")
def test_any_signature_and_any_token(
    edges: Edges, signature: str, stamp: str, bearer: str, canvas: bytes
) -> None:
    client, before = edges.web.test_client(), edges.rows()
    signed = {SIGNATURE_HEADER: signature, TIMESTAMP_HEADER: stamp}
    held = {"Authorization": bearer}

    answers = [
        client.get("/hubspot/cards/overview?portalId=62515&userId=1&userEmail=a&appId=1", headers=signed),
        client.post("/hubspot/actions/thread.post", data=b"{}", headers=signed),
        client.post("/hubspot/webhooks", data=b"[]", headers=signed),
        client.get("/salesforce/panel/cards/overview", headers=held),
        client.post("/salesforce/panel/actions/thread.post", json={}, headers=held),
        client.post("/salesforce/canvas", data={"signed_request": canvas}),
        client.post("/salesforce/canvas/renew", data={"signed_request": canvas}, headers=held),
        client.get(f"/preview/{quote(bearer, safe='')}"),
        client.get("/hubspot/oauth/callback", query_string={"state": bearer, "code": signature}),
    ]

    assert all(is_refusal(answer) for answer in answers)
    assert edges.rows() == before


@some
@given(body=values, event=st.dictionaries(st.sampled_from(list(EVENT)), values, max_size=5))
@example(body=None, event={"objectId": "\ud800"})
@example(body=None, event={"portalId": {"a": 1}, "eventId": [1]})
@example(body=None, event={"occurredAt": 10**400})
def test_any_webhook(edges: Edges, body: object, event: dict[str, object]) -> None:
    before = edges.rows()

    for said in (body, [{**EVENT, **event}]):
        holds(edges, send_webhook(edges.house, as_json(said)), before)
        before = edges.rows()
    edges.house.work()


FORMS = [
    ("/admin/partners", ("name", "type", "tier", "domain", "key")),
    ("/admin/partners/{partner}", ("name", "type", "tier", "domain", "key")),
    ("/admin/partners/{partner}/contacts", ("name", "email", "title", "key")),
    ("/admin/partners/{partner}/form-link", ("days", "key")),
    ("/admin/links/reseller", ("days", "longest", "views", "zone", "opens", "closes", "weekdays", "key")),
    ("/admin/links/terms", ("text", "key")),
    (
        "/admin/safelist",
        ("object", "version", "base", "reason", "do", "q", "key", "cell:deal:reseller:amount"),
    ),
    ("/admin/safelist/reach", ("cell:deal:reseller:amount", "cell:x", "cell:room:msp:plan")),
    ("/admin/safelist/restore", ("version", "reason", "key")),
    (
        "/admin/safelist/exceptions",
        ("version", "reason", "key", "yaml", "remove", "approval", "field", "partner_id", "stage"),
    ),
    ("/admin/safelist/proposals", ("proposal_id", "reason", "key", "do")),
    ("/admin/preview", ("record", "partner", "pq", "cell:deal:reseller:amount")),
    ("/admin/enter", ("ticket",)),
]


@pytest.mark.parametrize(("path", "names"), FORMS)
@some
@given(data=st.data())
def test_any_form_of_the_admin_pages(
    edges: Edges, path: str, names: tuple[str, ...], data: st.DataObject
) -> None:
    form = {name: data.draw(texts.map(_storable), label=name) for name in names}
    client, before = edges.admin(), edges.rows()

    answer = client.post(
        path.format(partner=edges.work.partner), data=form, headers={"Origin": ORIGIN}, base_url=ORIGIN
    )

    holds(edges, answer, before)


@some
@given(path=texts, before=texts)
def test_any_address_of_the_admin_pages(edges: Edges, path: str, before: str) -> None:
    client = edges.admin()

    for asked in (
        f"/admin/{quote(_storable(path), safe='')}",
        "/admin/audit",
        "/admin/safelist",
        "/admin/preview",
    ):
        query = {
            "before": _storable(before),
            "object": _storable(path),
            "record": _storable(before),
            "done": "x",
        }
        is_refusal(client.get(asked, query_string=query, base_url=ORIGIN))


ROOM_FORMS = {
    "reply": ("body", "key"),
    "complete": ("step_id", "key"),
    "reopen": ("step_id", "key"),
}


@pytest.mark.parametrize("action", ROOM_FORMS)
@some
@given(data=st.data())
def test_any_form_of_a_room(edges: Edges, action: str, data: st.DataObject) -> None:
    edges.house.clock.advance(timedelta(minutes=61))  # answers and codes are limited by the hour
    client = entered(edges.share, edges.mailer, edges.work.link)
    form = {name: data.draw(texts.map(_storable), label=name) for name in ROOM_FORMS[action]}
    before = edges.rows()

    answer = client.post(f"/s/room/{edges.work.link['code']}/{action}", data=form, base_url=SHARE)

    holds(edges, answer, before)


@some
@given(data=st.data())
def test_any_registration_form(edges: Edges, data: st.DataObject) -> None:
    edges.house.clock.advance(timedelta(minutes=61))
    names = (
        "customer_name",
        "customer_domain",
        "contact_email",
        "amount",
        "note",
        "your_name",
        "your_email",
        "key",
    )
    form = {name: data.draw(texts.map(_storable), label=name) for name in names}
    before = edges.rows()

    answer = edges.share.test_client().post(
        f"/s/{token_of(edges.work.form)}/register", data=form, base_url=SHARE
    )

    holds(edges, answer, before)


def test_what_got_in_is_worked_off_without_an_error(edges: Edges) -> None:
    form = {
        "key": new_id(),
        "customer_name": "\u202eInitech\x00 <b>",
        "your_name": "=1+1",
        "your_email": "a@b.example",
    }
    edges.share.test_client().post(f"/s/{token_of(edges.work.form)}/register", data=form, base_url=SHARE)

    edges.house.work()

    with edges.house.house.database.read() as connection:
        states = {row["state"] for row in find_all(connection, metadata.tables["partner_inbox"])}
    assert states <= {"done", "refused"}


def _storable(text: str) -> str:
    """What a browser can send at all: it has no half surrogate pairs."""
    return text.encode("utf-8", "replace").decode()
