"""Content on the share page: it opens for whoever is in the room, leads where the page says, and nowhere else."""

from dataclasses import replace

import pytest

from app.disclosure.policy import Treatment, default_policy
from app.domain.partner import PartnerType
from tests.share_world import content, inbox, opened, share_world

URL = "https://learn.example/deck"


@pytest.fixture
def world(tmp_path):
    world = share_world(tmp_path)
    policy = default_policy()
    cells = {**policy.cells, (PartnerType.RESELLER, "room", "content"): Treatment.SHOW}
    world.set_policy(replace(policy, cells=cells))
    bad = {"id": "i2", "title": "Bad", "url": "javascript:alert(1)", "needs": []}
    world.publish(content(content=[{"id": "i1", "title": "Deck <b>", "url": URL, "needs": []}, bad]))
    yield world
    world.database.close()


def test_opening_leads_on_and_waits_to_be_counted_without_a_word_on_the_page(world):
    _, client, room = opened(world)

    answer = client.get(f"{room}/content/i1")

    assert (answer.status_code, answer.headers["Location"]) == (303, URL)
    [row] = inbox(world)
    assert (row["command"], row["fields"]) == ("content.open", {"item_id": "i1"})
    page = client.get(room).text
    assert "Deck &lt;b&gt;" in page
    assert f'href="{room}/content/i1"' in page
    assert URL not in page


def test_asking_whether_it_is_there_counts_nothing(world):
    _, client, room = opened(world)

    assert client.head(f"{room}/content/i1").status_code == 303
    assert inbox(world) == []


def test_what_the_page_does_not_name_opens_nothing(world):
    _, client, room = opened(world)

    answers = [client.get(f"{room}/content/{name}") for name in ("i9", "https:%2F%2Fevil.example", "i2")]
    stranger = world.client().get(f"{room}/content/i1")

    assert [one.status_code for one in answers][:2] == [404, 404]
    assert answers[2].status_code >= 400
    assert all("Location" not in one.headers for one in (*answers, stranger))
    assert stranger.status_code == 404
    assert inbox(world) == []


def test_a_safelist_that_closes_content_takes_it_at_once(world):
    _, client, room = opened(world)
    world.set_policy(default_policy(), 3)

    assert "Worth reading now" not in client.get(room).text
    assert client.get(f"{room}/content/i1").status_code == 404
