from dataclasses import replace
from datetime import timedelta

import pytest

from app.disclosure.policy import Policy, Treatment, default_policy
from app.domain.partner import PartnerType
from app.storage.published.exposures import exposures_of
from app.storage.published.links import revoke_link
from tests.share_world import (
    DEAL,
    EMAIL,
    NOW,
    PARTNER,
    TENANT,
    content,
    inbox,
    opened,
    same,
    share_world,
)


@pytest.fixture
def world(tmp_path):
    world = share_world(tmp_path)
    yield world
    world.database.close()


def test_every_page_of_a_room_bears_the_mark(world):
    link, client, room = opened(world)
    pages = [
        client.get(room),
        client.post(f"{room}/reply", data={"key": "12345678", "body": " "}),
        client.post(f"{room}/complete", data={"key": "12345678", "step_id": "nothing"}),
    ]

    for page in pages:
        html = page.get_data(as_text=True)
        assert f">{EMAIL}</text>" in html
        assert f">2026-11-22 10:15 UTC · {link.code}</text>" in html


def test_revoking_holds_on_the_next_request_of_an_open_session(world):
    link, client, room = opened(world)
    assert client.get(room).status_code == 200

    with world.database.write() as connection:
        revoke_link(connection, TENANT, link.id, NOW)

    stranger = world.client()
    assert same([client.get(room), stranger.get(room)])
    assert same([client.post(f"{room}/reply"), stranger.post(f"{room}/reply")])


def test_a_narrower_policy_holds_on_the_next_request(world):
    _, client, room = opened(world)
    assert "50,000 to 100,000" in client.get(room).get_data(as_text=True)
    cells = dict(default_policy().cells)
    cells[PartnerType.RESELLER, "deal", "amount"] = Treatment.ABSENT
    cells[PartnerType.RESELLER, "room", "thread"] = Treatment.ABSENT
    cells[PartnerType.RESELLER, "deal", "name"] = Treatment.INITIALS

    world.set_policy(Policy(version=2, cells=cells), 2)

    page = client.get(room).get_data(as_text=True)
    for gone in ("50,000 to 100,000", "Amount", "questionnaire?", "Sam Seller", "/reply", "Initech rollout"):
        assert gone not in page
    assert "I.R." in page or "I." in page


def test_an_answer_to_a_closed_section_is_refused(world):
    _, client, room = opened(world)
    cells = {k: v for k, v in default_policy().cells.items() if k[2] != "thread"}
    world.set_policy(Policy(version=2, cells=cells), 2)

    answer = client.post(f"{room}/reply", data={"key": "12345678", "body": "Hello"})

    assert answer.status_code == 403
    assert inbox(world) == []


def test_without_a_policy_nothing_of_the_record_is_shown(world):
    _, client, room = opened(world)
    world.set_policy(Policy(version=3, cells={}), 3)

    page = client.get(room).get_data(as_text=True)

    for gone in ("Initech", "Proposal", "Security questionnaire", "Sam Seller", "Statement of work"):
        assert gone not in page


def test_a_new_snapshot_is_shown_on_the_next_request_with_what_changed_since_the_last_visit(world):
    link, token = world.link()
    world.enter(link, token)
    world.clock.advance(timedelta(hours=1))
    fields = [{**f, "value": "Closing"} if f["name"] == "stage" else f for f in content()["fields"]]
    world.publish(content(fields=fields))
    world.clock.advance(timedelta(hours=1))

    html = world.enter(link, token).get(f"/s/room/{link.code}").get_data(as_text=True)

    assert "Since your last visit" in html
    assert "Stage is now Closing" in html


def test_it_is_on_record_who_was_shown_what(world):
    link, client, room = opened(world)
    client.get(room)
    client.get(room)

    with world.database.read() as connection:
        (shown,) = exposures_of(connection, TENANT, DEAL, PARTNER)

    assert (shown.link_id, shown.email, shown.policy_version) == (link.id, EMAIL, 1)


def test_times_are_in_the_viewers_zone_and_the_mark_in_utc(world):
    _, client, room = opened(world)
    client.set_cookie("alongside-zone", "Asia/Tokyo", path="/s")

    html = client.get(room).get_data(as_text=True)

    assert "Asia/Tokyo" in html
    assert ">17:15<" in html
    assert "10:15 UTC" in html


@pytest.mark.parametrize("zone", ["Not/AZone", "../../etc/passwd", "x" * 500, "<b>"])
def test_a_zone_nobody_knows_is_utc_and_no_error(world, zone):
    _, client, room = opened(world)
    client.set_cookie("alongside-zone", zone)

    answer = client.get(room)

    assert answer.status_code == 200
    assert ">08:15<" in answer.get_data(as_text=True)


def test_a_room_that_was_not_published_yet_says_so(world):
    other = replace(DEAL, crm_id="9002")
    _, client, room = opened(world, record=other)

    answer = client.get(room)

    assert answer.status_code == 200
    assert "being prepared" in answer.get_data(as_text=True)
