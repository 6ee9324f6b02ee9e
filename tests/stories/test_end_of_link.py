"""Story 7: a link that has ended tells a stranger nothing, and its owner everything."""

import re
import sqlite3
from contextlib import closing

import pytest
import requests

from app.ground.ids import new_token
from tests.stories.crms import StoryCrm
from tests.stories.running import until

CHANGING = {"date"}

pytestmark = pytest.mark.timeout(480)


def make(crm: StoryCrm, deal: str, name: str) -> tuple[str, str]:
    """A link for an invented person, and its id."""
    url = crm.link(deal, "Northwind", f"{name}@northwind.example", name.title())
    ((link_id,),) = crm.demo.rows(
        "SELECT id FROM share_link WHERE tenant_id = ? AND contact_email = ?",
        crm.tenant,
        f"{name}@northwind.example",
    )
    return url, link_id


def let_time_pass(crm: StoryCrm, link_id: str) -> None:
    """The week is over: the end of the link is moved to before the clock."""
    with closing(sqlite3.connect(crm.demo.data / "alongside.db", timeout=20)) as connection, connection:
        connection.execute("UPDATE share_link SET expires_at = created_at WHERE id = ?", (link_id,))


def answers(url: str) -> list[tuple]:
    """What each of the three ways to touch a link answers, without the time."""
    origin = {"Origin": url.partition("/s/")[0]}
    asked = [
        requests.get(url, timeout=30),
        requests.post(f"{url}/code", headers=origin, timeout=30),
        requests.post(f"{url}/enter", data={"code": "123456"}, headers=origin, timeout=30),
    ]
    return [
        (a.status_code, {k.lower(): v for k, v in a.headers.items() if k.lower() not in CHANGING}, a.content)
        for a in asked
    ]


def test_expired_revoked_and_unknown_links_answer_with_the_same_bytes_and_headers(crm: StoryCrm) -> None:
    deal = crm.deal("halden")
    (expired, expired_id), (revoked, revoked_id) = make(crm, deal, "nils"), make(crm, deal, "vera")
    assert (
        requests.get(expired, timeout=30).status_code == requests.get(revoked, timeout=10).status_code == 200
    )
    let_time_pass(crm, expired_id)
    crm.run(deal, "sharing.revoke_link", link_id=revoked_id)
    unknown = f"{crm.demo.addresses['share']}/s/{new_token()}"

    stranger = answers(unknown)

    assert stranger[0][0] == 404
    assert answers(expired) == stranger
    assert answers(revoked) == stranger
    card = until(lambda: crm.card(deal, "sharing"), "the owner's card")
    assert re.search(r"Nils[^{}]*Expired", card)
    assert re.search(r"Vera[^{}]*Revoked", card)
